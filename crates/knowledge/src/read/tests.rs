use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::document::{BlockKind, Document};
use crate::read::{Format, ReadError, ReadOptions, UnsupportedKind, limits, read};

mod hostile;

/// Reads a file by its name, as an upload is read.
fn read_file(name: &str, bytes: &[u8]) -> Result<Vec<Document>, ReadError> {
    read(bytes, &ReadOptions { file_name: name.to_owned(), ..ReadOptions::default() })
}

/// The documents of a file as a readable listing, one block a line.
fn listing(name: &str, text: &str) -> String {
    let mut out = String::new();
    for document in read_file(name, text.as_bytes()).expect("the file can be read") {
        let url = document.url().map(|url| format!(" <{url}>")).unwrap_or_default();
        writeln!(out, "{} ({}){url}", document.title(), document.key()).expect("a string takes all text");
        for block in document.blocks() {
            let kind = match &block.kind {
                BlockKind::Heading { level, anchor } => {
                    format!("h{level}{}", anchor.as_deref().map(|anchor| format!("#{anchor}")).unwrap_or_default())
                }
                BlockKind::Paragraph => "p".to_owned(),
                BlockKind::ListItem { depth } => format!("li{depth}"),
                BlockKind::Code => "code".to_owned(),
                BlockKind::TableRow => "row".to_owned(),
                BlockKind::Question => "q".to_owned(),
                BlockKind::Answer => "a".to_owned(),
            };
            let text = document.block_text(block).replace('\n', "⏎");
            writeln!(out, "  {kind}: {text}").expect("a string takes all text");
        }
    }
    out
}

/// What the owner is told about a file that cannot be read.
fn refusal(name: &str, bytes: &[u8]) -> String {
    match read_file(name, bytes) {
        Ok(documents) => format!("read {} documents", documents.len()),
        Err(error) => format!("{} {}", error.cause(), error.fix()),
    }
}

#[test]
fn markdown_keeps_its_structure() {
    let text = r#"---
title: "Cancel or pause"
canonical_url: https://docs.example.com/cancel
tags: [billing]
---

# Cancel or pause

You can **cancel** at any time, see [the terms](https://example.com/terms).
This line goes on with the sentence.

## Steps {#steps}

1. Open *Settings*.
2. Choose `Billing`:
   - on the web
   - on the phone

   It takes a minute.
3. Press **Cancel**.

```sh
baton cancel --now

exit
```

Prices
------

| Plan | Price |
|------|-------|
| Free | 0     |
| Pro  | 20    |

> [!NOTE]
> No refunds after 30 days.

<details>
<summary>More</summary>
<p>Ask <b>us</b>.<br>Any time.</p>
</details>

- [x] Done
- ![A picture](x.png) After the picture
"#;
    assert_snapshot!(listing("cancel.md", text), @"");
}

#[test]
fn markdown_takes_its_title_from_the_first_heading_or_the_file() {
    assert_snapshot!(listing("a_b-guide.md", "# Getting started\n\nHello."), @"");
    assert_snapshot!(listing("a_b-guide.md", "Hello."), @"");
}

#[test]
fn html_reads_the_main_content() {
    let page = r##"<!doctype html><html><head><title>Refunds | Example Help</title>
<link rel="canonical" href="https://help.example.com/refunds">
<style>p { color: red }</style></head><body>
<nav><a href="/">Home</a> <a href="/pricing">Pricing</a></nav>
<main>
 <h1>Refunds<a class="headerlink" href="#refunds">¶</a></h1>
 <p>We refund   within <b>30 days</b>
   of the purchase.</p>
 <section id="how-long"><h2>How long does it take?</h2>
  <p>About a week.<br>Sometimes longer.</p></section>
 <h2><a name="ask"></a>How to ask</h2>
 <ol start="3"><li>Open the <kbd>Orders</kbd> page</li><li><p>Press Refund</p><ul><li>or write to us</li></ul></li></ol>
 <pre><span class="linenos">1</span>let x = 1;
let y = 2;</pre>
 <table><thead><tr><th>Country</th><th>Days</th></tr></thead><tbody><tr><td>Germany</td><td>5</td></tr><tr><td>Peru</td><td></td></tr></tbody></table>
 <dl><dt>Chargeback</dt><dd>A refund by the bank.</dd></dl>
 <script>alert("x")</script><button>Like</button>
</main>
<footer>© Example</footer></body></html>"##;
    assert_snapshot!(listing("refunds.html", page), @"");
}

#[test]
fn html_without_landmarks_is_guessed_or_read_whole() {
    let short = "<p>Only one line.</p>";
    assert_snapshot!(listing("short.html", short), @"");
    let sentence = "This paragraph explains in some detail, with commas, how the export works and what it contains. ";
    let page = format!(
        "<html><body><div class='sidebar'><a href='/a'>A</a><a href='/b'>B</a></div><div class='post'><h1>Export</h1>{}</div></body></html>",
        format!("<p>{}</p>", sentence.repeat(4)).repeat(4)
    );
    let read = listing("page.html", &page);
    assert!(read.contains("how the export works"), "{read}");
    assert!(!read.contains("p: A"), "navigation is left out: {read}");
}

#[test]
fn plain_text_has_a_title_paragraphs_and_lists() {
    let text = "Shipping times\n\nWe ship every day except on public holidays, and parcels arrive\nwithin three days.\n\nNotes:\n- Islands take longer\n  * up to a week\n1) Pack\n2) Send\n\nOPENING\n=======\nWe open at nine.\nCall us.\n";
    assert_snapshot!(listing("shipping.txt", text), @"");
}

#[test]
fn csv_with_question_and_answer_columns_makes_pairs() {
    let text = "id,Category,Frage,Antwort\n7,Konto,Wie ändere ich mein Passwort?,\"Unter **Konto**:\n\n1. Öffnen\n2. Ändern\"\n,Konto,Wo ist meine Rechnung?,Im Archiv.\n";
    assert_snapshot!(listing("faq.csv", text), @"");
    assert_snapshot!(listing("faq.csv", "Can I pay by card?;Yes.\nIs it safe?;Very.\n"), @"");
}

#[test]
fn csv_rows_become_documents() {
    let text = "Name\tPrice\tLink\nFree\t0\thttps://example.com/free\nPro\t20\tjavascript:alert(1)\n";
    assert_snapshot!(listing("plans.tsv", text), @"");
}

#[test]
fn jsonl_records() {
    let text = r###"{"id": "a", "title": "Export", "text": "Press export.\nThen wait.", "url": "https://example.com/export", "section": "Data"}
{"title": "Import", "text": "## Files\n\nUse CSV."}

{"id": 3, "question": "Is it free?", "answer": "Yes."}
{"id": "a", "text": "<p>Same id, <i>other</i> text.</p>"}
{"id": "empty", "text": " "}
"###;
    assert_snapshot!(listing("docs.jsonl", text), @"");
}

#[test]
fn typed_pairs() {
    let text = r##"[{"question": "Do you ship to Peru?", "answer": "Yes, we do.\n\n# Cost\n\n20 USD."}]"##;
    assert_snapshot!(listing("pairs.json", text), @"");
}

#[test]
fn a_title_given_by_the_owner_wins() {
    let options =
        ReadOptions { title: Some(" My\ntitle ".to_owned()), format: Some(Format::Markdown), ..ReadOptions::default() };
    let documents = read(b"# Other\n\ntext", &options).expect("markdown");
    assert_eq!((documents[0].title(), documents[0].key()), ("My title", "document"));
}

#[test]
fn keys_stay_when_entries_are_added_before() {
    let one = read_file("faq.csv", b"question,answer\nA?,1\n").expect("csv");
    let two = read_file("faq.csv", b"question,answer\nB?,2\nA?,1\n").expect("csv");
    assert_eq!(one[0].key(), two[1].key());
    assert_eq!(one[0].content_hash(), two[1].content_hash());
}

#[test]
fn the_content_hash_changes_with_what_is_indexed() {
    let hash = |text: &str| read_file("a.md", text.as_bytes()).expect("markdown")[0].content_hash();
    assert_eq!(hash("# A\n\ntext"), hash("# A\n\n\n*text*"));
    for other in ["# B\n\ntext", "# A\n\ntexts", "# A\n\n- text", "# A {#a}\n\ntext"] {
        assert_ne!(hash("# A\n\ntext"), hash(other), "{other}");
    }
}

#[test]
fn text_is_decoded_and_never_garbage() {
    let text = |name: &str, bytes: &[u8]| read_file(name, bytes).map(|documents| documents[0].text().to_owned());
    assert_eq!(text("a.txt", b"\xef\xbb\xbfCaf\xc3\xa9 au lait."), Ok("Café au lait.".to_owned()));
    assert_eq!(text("a.txt", "Cafe\u{301} au lait.".as_bytes()), Ok("Café au lait.".to_owned()));
    assert_eq!(text("a.txt", b"Caf\xe9 \x96 \x80 5, na\xefve."), Ok("Café – € 5, naïve.".to_owned()));
    assert_eq!(text("a.html", b"<meta charset=\"iso-8859-2\"><p>\xb9koda je tu."), Ok("škoda je tu.".to_owned()));
    assert_eq!(
        text("a.html", b"<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'><p>\x93\xfa\x96{"),
        Ok("日本".to_owned())
    );
    let utf16: Vec<u8> = "Hello there, world.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(text("a.txt", &utf16), Ok("Hello there, world.".to_owned()));
    let cut = &"Größe und Höhe, Länge, Güte, Öl, Übung".as_bytes()[..43];
    assert!(text("a.txt", cut).is_ok_and(|text| text.starts_with("Größe und Höhe")));
    assert_eq!(text("a.txt", b"\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x95\xb6\x8f\xcd"), Err(ReadError::Encoding));
}

#[test]
fn other_kinds_of_files_are_named() {
    for (bytes, kind) in [
        (&b"%PDF-1.7\n%\xe2\xe3"[..], UnsupportedKind::Pdf),
        (b"PK\x03\x04\x14\x00....word/document.xml", UnsupportedKind::WordProcessor),
        (b"PK\x03\x04\x14\x00....xl/workbook.xml", UnsupportedKind::Spreadsheet),
        (b"PK\x03\x04\x14\x00....a.txt", UnsupportedKind::Archive),
        (b"\x89PNG\r\n\x1a\n\0\0", UnsupportedKind::Image),
        (b"\0\0\0\x18ftypmp42", UnsupportedKind::Media),
        (b"\x7fELF\x02", UnsupportedKind::Program),
        (b"MZ\x90\0\x03", UnsupportedKind::Program),
        (b"{\\rtf1\\ansi text}", UnsupportedKind::WordProcessor),
    ] {
        assert_eq!(read_file("notes.txt", bytes), Err(ReadError::Unsupported { kind }), "{kind:?}");
    }
}

#[test]
fn every_refusal_says_what_is_wrong_and_what_to_do() {
    let refusals = [
        refusal("a.txt", b""),
        refusal("a.txt", b" \n\t\n"),
        refusal("a.pdf", b"%PDF-1.7\n"),
        refusal("a.txt", b"text \0\x01\x02\x03 with data"),
        refusal("a.html", b"<html><body><div id='app'></div><script>start()</script></body></html>"),
        refusal("a.jsonl", b"{\"text\": \"one\"}\n{\"text\": \n"),
        refusal("a.jsonl", b"{\"title\": \"no text\"}"),
        refusal("a.json", b"[{\"question\": \"Q\", \"answer\": \"A\"}, {\"question\": \"Q\"}]"),
        refusal("a.txt", &vec![b'a'; limits::MAX_BYTES + 1]),
        refusal("a.csv", format!("a{}\n", ",b".repeat(limits::MAX_COLUMNS)).as_bytes()),
        refusal("a.csv", "q?,a\n".repeat(limits::MAX_DOCUMENTS + 1).as_bytes()),
    ];
    assert_snapshot!(refusals.join("\n"), @"");
}

#[test]
fn the_format_follows_from_name_and_content() {
    for (name, text, expected) in [
        ("a.md", "x", Format::Markdown),
        ("A.HTM", "x", Format::Html),
        ("a.tsv", "x", Format::Csv),
        ("a.json", "[ {\"question\": \"Q\", \"answer\": \"A\"} ]", Format::QuestionsAnswers),
        ("a.json", "[{\"text\": \"x\"}]", Format::Jsonl),
        ("", "<!DOCTYPE html><title>x</title>", Format::Html),
        ("notes", "{\"text\": \"x\"}\n", Format::Jsonl),
        ("notes.txt", "Intro\n\n## Part\n", Format::Markdown),
        ("notes.txt", "Costs < 5 and > 3. Use #1.", Format::Text),
    ] {
        assert_eq!(crate::read::decode::detect_format(name, text), expected, "{name:?} {text:?}");
    }
}
