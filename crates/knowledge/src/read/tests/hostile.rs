//! Files made to break readers. All must end in documents or a refusal, soon, on the usual stack.

use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::read_file;
use crate::document::Document;
use crate::passage::limits::MAX_BYTES;
use crate::passage::passages;
use crate::read::{ReadError, limits};

/// The stack of a thread of the server.
const STACK_BYTES: usize = 2 * 1024 * 1024;
/// Generous for a debug build on a busy machine; a quadratic reader would take hours.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a file and cuts it into passages, on a small stack and with the clock running.
fn survive(name: &'static str, text: String) -> Result<Vec<Document>, ReadError> {
    let start = Instant::now();
    let thread = thread::Builder::new().stack_size(STACK_BYTES);
    let read = thread
        .spawn(move || {
            let documents = read_file(name, text.as_bytes())?;
            for document in &documents {
                passages(document, "s");
            }
            Ok(documents)
        })
        .expect("a thread starts")
        .join()
        .expect("no panic");
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
    read
}

const LEVELS: usize = 100_000;

#[test]
fn t43_nested_html_is_refused() {
    for (tag, levels) in [
        ("div", LEVELS),
        ("table", LEVELS),
        ("svg", LEVELS),
        ("b", LEVELS / 10),
        ("ul", LEVELS / 10),
        ("select", LEVELS / 10),
    ] {
        let read = survive("deep.html", format!("<{tag}>").repeat(levels));
        assert!(matches!(read, Err(ReadError::TooDeep | ReadError::NoText)), "{tag}: {:?}", read.map(|_| ()));
    }
    for mixed in
        ["<table><b>", "<span><div></span>", "<b><p></b>", "<div><object></div>", "<a><table><td>", "<i a=1><p><i b=2>"]
    {
        let read = survive("deep.html", mixed.repeat(LEVELS / 10));
        assert!(
            matches!(read, Err(ReadError::TooDeep | ReadError::TooComplex | ReadError::NoText)),
            "{mixed}: {:?}",
            read.map(|_| ())
        );
    }
    let templates = survive("deep.html", "<template>".repeat(LEVELS));
    assert_eq!(templates, Err(ReadError::TooComplex));
    let fine = survive("deep.html", format!("{}text</div>", "<div>".repeat(limits::MAX_DEPTH / 2)));
    assert_eq!(fine.map(|documents| documents[0].text().to_owned()), Ok("text".to_owned()));
}

#[test]
fn wide_html_is_read() {
    let read = survive("wide.html", "<p>word</p><br><br>".repeat(5_000)).expect("many paragraphs");
    assert_eq!(read[0].blocks().len(), 5_000);
    let unclosed = survive("wide.html", "<p>word<li>item".repeat(5_000)).expect("end tags that may be left out");
    assert!(unclosed[0].blocks().len() >= 5_000);
    assert_eq!(survive("wide.html", "<i></i>".repeat(limits::MAX_HTML_NODES + 1)), Err(ReadError::TooComplex));
}

#[test]
fn html_attributes_and_formatting_do_not_multiply() {
    let attributes: String = (0..LEVELS).map(|n| format!("a{n}=1 ")).collect();
    assert_eq!(survive("attributes.html", format!("<p {attributes}>text</p>")), Err(ReadError::TooComplex));
    let formatting: String = (0..20_000).map(|n| format!("<p><b a={n}></p>")).collect();
    let _ = survive("formatting.html", formatting);
    let _ = survive("entities.html", format!("<p>{}", "&amp;&nosuch;&#x110000;&#0;".repeat(30_000)));
    let _ = survive("comments.html", "<!-- <!-".repeat(50_000));
}

#[test]
fn t43_nested_json_is_refused() {
    assert!(matches!(survive("deep.jsonl", "[".repeat(LEVELS)), Err(ReadError::Malformed { .. })));
    assert!(matches!(survive("deep.jsonl", "{\"text\":".repeat(LEVELS)), Err(ReadError::Malformed { .. })));
    assert!(matches!(
        survive("deep.json", format!("[{{\"question\": {}", "[".repeat(LEVELS))),
        Err(ReadError::Malformed { .. })
    ));
}

#[test]
fn t43_nested_markdown_is_refused_or_read() {
    for (unit, count) in [
        ("> ", LEVELS),
        ("- ", LEVELS),
        ("1. ", LEVELS),
        ("[", LEVELS),
        ("*a **b ", 20_000),
        ("![", 20_000),
        ("<", LEVELS),
        ("`", LEVELS),
        ("[a](", 20_000),
        ("|", LEVELS),
        ("\\", LEVELS),
        ("_a__b", 20_000),
    ] {
        let _ = survive("deep.md", format!("# T\n\ntext\n\n{}\n", unit.repeat(count)));
    }
    assert_eq!(survive("deep.md", format!("{}text", "> ".repeat(LEVELS))), Err(ReadError::TooDeep));
    let stairs: String = (0..2_000).map(|depth| format!("{}- a\n", " ".repeat(2 * depth))).collect();
    let _ = survive("stairs.md", stairs);
    let table = format!("|{}\n|{}\n{}", "a|".repeat(2_000), "-|".repeat(2_000), "|b\n".repeat(2_000));
    let _ = survive("table.md", table);
}

#[test]
fn a_line_of_ten_megabytes_is_read() {
    for (name, megabytes) in [("line.txt", 10), ("line.html", 1), ("line.md", 1), ("line.csv", 1)] {
        let read = survive(name, "a".repeat(megabytes * 1024 * 1024));
        assert!(matches!(read, Ok(_) | Err(ReadError::NoText)), "{name}: {:?}", read.map(|_| ()));
    }
    let sentences = survive("line.txt", "A sentence. ".repeat(80_000)).expect("one paragraph");
    assert!(passages(&sentences[0], "s").iter().all(|passage| passage.text.len() <= MAX_BYTES));
}

#[test]
fn zero_bytes_and_half_characters() {
    assert_eq!(survive("nul.txt", "\0".repeat(1_000)), Err(ReadError::Binary));
    let mostly_text = survive("nul.txt", format!("{}\0", "Some text that is fine. ".repeat(100))).expect("text");
    assert!(!mostly_text[0].text().contains('\0'));
    let halves =
        survive("half.jsonl", r#"{"title": "A \ud83d", "text": "x \udc00 y \ud83d\ude00 \\ud83d z"}"#.to_owned());
    let halves = halves.expect("half characters are taken out");
    assert_eq!((halves[0].title(), halves[0].text()), ("A", "x y 😀 \\ud83d z"));
    let quote = survive("quote.csv", format!("question,answer\n\"{}", "a,".repeat(100_000)));
    assert_eq!(quote, Err(ReadError::NoText));
}

#[test]
fn t42_a_file_name_is_a_name_only() {
    for name in
        ["../../etc/passwd.md", "C:\\temp\\passwd.md", "\\\\host\\share\\passwd.md", "/etc/passwd.md", "pass\0wd.md"]
    {
        let documents = read_file(name, b"text").expect("markdown");
        assert_eq!((documents[0].key(), documents[0].title()), ("passwd.md", "passwd"), "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_end_in_documents_or_a_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in 0..7_usize) {
        let name = ["a.md", "a.html", "a.txt", "a.csv", "a.jsonl", "a.json", "a"][name];
        for document in read_file(name, &bytes).unwrap_or_default() {
            passages(&document, "s");
        }
    }

    #[test]
    fn any_markup_ends_in_documents_or_a_refusal(
        parts in proptest::collection::vec(prop_oneof![
            Just("# A\n"), Just("\n\n"), Just("- "), Just("1. "), Just("    "), Just("```\n"), Just("|a|b|\n|-|-|\n"), Just("> "),
            Just("<div id=x>"), Just("</div>"), Just("<table><tr><td>"), Just("</table>"), Just("<li>"), Just("<h2>"), Just("<pre>"),
            Just("\""), Just(","), Just(";"), Just("é"), Just("word. "), Just("Question?"), Just("{\"text\": \""), Just("---\n"), Just("&lt;"),
        ], 0..40),
        name in 0..5_usize,
    ) {
        let name = ["a.md", "a.html", "a.txt", "a.csv", "a"][name];
        for document in read_file(name, parts.concat().as_bytes()).unwrap_or_default() {
            let mut end = 0;
            for block in document.blocks() {
                prop_assert!(document.text()[end..block.start].trim().is_empty(), "only white space between blocks");
                prop_assert!(!document.block_text(block).trim().is_empty());
                end = block.end;
            }
            prop_assert_eq!(end, document.text().len());
            prop_assert!(!document.title().is_empty());
        }
    }
}
