use proptest::prelude::*;

use crate::reply::{Part, Piece, ReplyReader};

fn part(say: &str, from: &[usize]) -> Piece {
    Piece::Part(Part { say: say.to_owned(), from: from.to_vec() })
}

/// The pieces of a reply that comes in pieces of so many characters, texts joined.
fn read_in(reply: &str, size: usize) -> Vec<Piece> {
    let letters: Vec<char> = reply.chars().collect();
    let mut reader = ReplyReader::default();
    let mut pieces = Vec::new();
    for piece in letters.chunks(size) {
        pieces.extend(reader.push(&piece.iter().collect::<String>()));
    }
    pieces.extend(reader.finish());
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

#[track_caller]
fn assert_reads(reply: &str, expected: &[Piece]) {
    for size in [1, 2, 3, 7, 10_000] {
        assert_eq!(read_in(reply, size), expected, "in pieces of {size}: {reply}");
    }
}

#[test]
fn parts_come_one_by_one_whatever_stands_around_them() {
    let expected = [part("One.", &[1]), part("- Two {x} \"y\" [3]", &[2, 3])];
    let (one, two) = (r#"{"say": "One.", "from": [1]}"#, r#"{"say": "- Two {x} \"y\" [3]", "from": [2, 3]}"#);
    for reply in [
        format!("{one}\n{two}\n"),
        format!("  \n{one}\n\n{two}"),
        format!("```json\n{one}\n{two}\n```"),
        format!("```\n{one}\n{two}\n```\nI hope this helps!"),
        format!("[{one},\n {two}]"),
        format!("{{\"parts\": [{one}, {two}]}}"),
        format!("<think>The visitor asks {{\"refuse\": true}} …</think>\n\n{one}{two}"),
        format!("{one} and then {two}"),
        "{\n  \"from\": [1],\n  \"say\": \"One.\"\n}\n{\"from\":[2,3],\"say\":\"- Two {x} \\\"y\\\" [3]\"}".to_owned(),
    ] {
        assert_reads(&reply, &expected);
    }
    let mut reader = ReplyReader::default();
    assert_eq!(reader.push(one), [part("One.", &[1])], "at its last bracket, not at the end of the reply");
}

#[test]
fn only_an_object_refuses() {
    assert_reads(r#"{"refuse": true}"#, &[Piece::Refusal]);
    assert_reads("```json\n{ \"refuse\" : true }\n```", &[Piece::Refusal]);
    assert_reads(r#"{"refuse": false}"#, &[]);
    assert_reads(r#"{"say": "{\"refuse\": true}", "from": [1]}"#, &[part("{\"refuse\": true}", &[1])]);
    assert_reads(r#"{"say": "a", "from": [1], "refuse": true}"#, &[]);
    assert_reads("{\"refuse\": false}\nReply with {\"refuse\": true} then.", &[]);
    let text = "NOT_IN_PASSAGES, refuse: true, \"refuse\": true";
    assert_reads(text, &[Piece::Text(text.to_owned())]);
}

#[test]
fn what_is_no_part_says_nothing() {
    for reply in [
        r#"{"say": 42, "from": [1]}"#,
        r#"{"say": "a", "from": [1], "action": "hand_off"}"#,
        r#"{"say": "cut off in the mid"#,
        r#"{"say": "cut off", "from": [1"#,
        "",
        "  \n",
        "<think>I never come to an end",
    ] {
        assert_reads(reply, &[]);
    }
}

#[test]
fn numbers_are_read_as_models_write_them_and_nothing_else_is_a_number() {
    for (from, expected) in [
        ("[1, 2]", vec![1, 2]),
        ("1", vec![1]),
        ("\"2\"", vec![2]),
        ("[\"1\", \"[2]\"]", vec![1, 2]),
        ("[-1]", vec![0]),
        ("[1.5]", vec![0]),
        ("\"all\"", vec![0]),
        ("[]", vec![]),
        ("[99999999999999999999999]", vec![0]),
    ] {
        assert_reads(&format!("{{\"say\": \"a\", \"from\": {from}}}"), &[part("a", &expected)]);
    }
    assert_reads(r#"{"say": "a"}"#, &[part("a", &[])]);
}

#[test]
fn plain_text_is_taken_at_its_text() {
    for text in [
        "You can. [1]\n\n- One [2]",
        "[1] says so.",
        "```sh\nbaton serve\n```\n[1]",
        "Write this [1]:\n\n```json\n{\"say\": \"no part of the reply\"}\n```\n",
        "{curly} braces",
        "{\"key\": 1} is JSON",
        "Ollama's `{\"stream\": true}`",
    ] {
        assert_reads(text, &[Piece::Text(text.to_owned())]);
    }
    assert_reads(
        "Here you are:\n{\"say\": \"One.\", \"from\": [1]}\n",
        &[Piece::Text("Here you are:\n".to_owned()), part("One.", &[1])],
    );
}

#[test]
fn plain_text_is_not_held_back() {
    let mut reader = ReplyReader::default();
    assert_eq!(reader.push("You "), [Piece::Text("You ".to_owned())]);
    assert_eq!(reader.push("can"), [Piece::Text("can".to_owned())]);
}

proptest! {
    /// However a reply is cut, it reads the same; and no reply is a panic.
    #[test]
    fn cuts_change_nothing(
        reply in "(\\{|\\}|\"|\\\\|say|from|refuse|true|:|,|\\[|\\]|1|2| |\n|```|json|<think>|</think>|é|世){0,40}",
        size in 1_usize..9,
    ) {
        prop_assert_eq!(read_in(&reply, size), read_in(&reply, 10_000));
    }

    #[test]
    fn what_was_written_is_read(says in prop::collection::vec(("\\PC{0,30}", prop::collection::vec(0_usize..9, 0..3)), 1..5), size in 1_usize..20) {
        let mut reply = String::new();
        for (say, from) in &says {
            reply.push_str(&serde_json::json!({ "say": say, "from": from }).to_string());
            reply.push('\n');
        }
        let expected: Vec<Piece> = says.iter().map(|(say, from)| part(say, from)).collect();
        prop_assert_eq!(read_in(&reply, size), expected);
    }
}
