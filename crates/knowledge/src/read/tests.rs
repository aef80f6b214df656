use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::document::{BlockKind, Document};
use crate::read::{Format, ReadError, ReadOptions, UnsupportedKind, format_of, limits, read, read_blocks};

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
    assert_snapshot!(listing("cancel.md", text), @r"
        Cancel or pause (cancel.md) <https://docs.example.com/cancel>
          h1: Cancel or pause
          p: You can cancel at any time, see the terms. This line goes on with the sentence.
          h2#steps: Steps
          li0: 1. Open Settings.
          li0: 2. Choose `Billing`:
          li1: - on the web
          li1: - on the phone
          li0: It takes a minute.
          li0: 3. Press Cancel.
          code: baton cancel --now⏎⏎exit
          h2: Prices
          row: Plan: Free; Price: 0
          row: Plan: Pro; Price: 20
          p: No refunds after 30 days.
          p: More
          p: Ask us.⏎Any time.
          li0: - Done
          li0: - After the picture
        ");
}

#[test]
fn markdown_takes_its_title_from_the_first_heading_or_the_file() {
    assert_snapshot!(listing("a_b-guide.md", "# Getting started\n\nHello."), @r"
        Getting started (a_b-guide.md)
          h1: Getting started
          p: Hello.
        ");
    assert_snapshot!(listing("a_b-guide.md", "Hello."), @r"
        a b guide (a_b-guide.md)
          p: Hello.
        ");
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
    assert_snapshot!(listing("refunds.html", page), @r"
        Refunds (refunds.html) <https://help.example.com/refunds>
          h1: Refunds
          p: We refund within 30 days of the purchase.
          h2#how-long: How long does it take?
          p: About a week.⏎Sometimes longer.
          h2#ask: How to ask
          li0: 3. Open the `Orders` page
          li0: 4. Press Refund
          li1: - or write to us
          code: let x = 1;⏎let y = 2;
          row: Country: Germany; Days: 5
          row: Country: Peru
          p: Chargeback: A refund by the bank.
        ");
}

#[test]
fn html_without_landmarks_is_guessed_or_read_whole() {
    let short = "<p>Only one line.</p>";
    assert_snapshot!(listing("short.html", short), @r"
        short (short.html)
          p: Only one line.
        ");
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
    assert_snapshot!(listing("shipping.txt", text), @r"
        Shipping times (shipping.txt)
          h1: Shipping times
          p: We ship every day except on public holidays, and parcels arrive within three days.
          p: Notes:
          li0: - Islands take longer
          li1: - up to a week
          li0: 1. Pack
          li0: 2. Send
          h1: OPENING
          p: We open at nine.⏎Call us.
        ");
}

#[test]
fn csv_with_question_and_answer_columns_makes_pairs() {
    let text = "id,Category,Frage,Antwort\n7,Konto,Wie ändere ich mein Passwort?,\"Unter **Konto**:\n\n1. Öffnen\n2. Ändern\"\n,Konto,Wo ist meine Rechnung?,Im Archiv.\n";
    assert_snapshot!(listing("faq.csv", text), @r"
        Wie ändere ich mein Passwort? (7)
          q: Wie ändere ich mein Passwort?
          a: Unter Konto:
          li0: 1. Öffnen
          li0: 2. Ändern
        Wo ist meine Rechnung? (q-332a1a8b0ac66386)
          q: Wo ist meine Rechnung?
          a: Im Archiv.
        ");
    assert_snapshot!(listing("faq.csv", "Can I pay by card?;Yes.\nIs it safe?;Very.\n"), @r"
        Can I pay by card? (q-6b8f0816b7543a9e)
          q: Can I pay by card?
          a: Yes.
        Is it safe? (q-863a6e96106ebc56)
          q: Is it safe?
          a: Very.
        ");
}

#[test]
fn csv_rows_become_documents() {
    let text = "Name\tPrice\tLink\nFree\t0\thttps://example.com/free\nPro\t20\tjavascript:alert(1)\n";
    assert_snapshot!(listing("plans.tsv", text), @r"
        Free (r-9d9b96d420ea2948) <https://example.com/free>
          row: Name: Free
          row: Price: 0
          row: Link: https://example.com/free
        Pro (r-2cc8d75f0ae20902)
          row: Name: Pro
          row: Price: 20
          row: Link: javascript:alert(1)
        ");
}

#[test]
fn jsonl_records() {
    let text = r###"{"id": "a", "title": "Export", "text": "Press export.\nThen wait.", "url": "https://example.com/export", "section": "Data"}
{"title": "Import", "text": "## Files\n\nUse CSV."}

{"id": 3, "question": "Is it free?", "answer": "Yes."}
{"id": "a", "text": "<p>Same id, <i>other</i> text.</p>"}
{"id": "empty", "text": " "}
"###;
    assert_snapshot!(listing("docs.jsonl", text), @r"
        Export (a) <https://example.com/export>
          h1: Data
          p: Press export.⏎Then wait.
        Import (d-dc7273b176c260e6)
          h2: Files
          p: Use CSV.
        Is it free? (3)
          q: Is it free?
          a: Yes.
        Same id, other text. (a#2)
          p: Same id, other text.
        ");
}

#[test]
fn typed_pairs() {
    let text = r##"[{"question": "Do you ship to Peru?", "answer": "Yes, we do.\n\n# Cost\n\n20 USD."}]"##;
    assert_snapshot!(listing("pairs.json", text), @r"
        Do you ship to Peru? (q-1268f5b3076f0fcc)
          q: Do you ship to Peru?
          a: Yes, we do.
          a: Cost
          a: 20 USD.
        ");
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
        (&b"PK\x03\x04\x14\x00....mimetypeapplication/vnd.oasis.opendocument.text"[..], UnsupportedKind::WordProcessor),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", UnsupportedKind::OldOffice),
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
        refusal("a.docx", b"PK\x03\x04\x14\x00....word/document.xml"),
        refusal("a.txt", b"text \0\x01\x02\x03 with data"),
        refusal("a.html", b"<html><body><div id='app'></div><script>start()</script></body></html>"),
        refusal("a.jsonl", b"{\"text\": \"one\"}\n{\"text\": \n"),
        refusal("a.jsonl", b"{\"title\": \"no text\"}"),
        refusal("a.json", b"[{\"question\": \"Q\", \"answer\": \"A\"}, {\"question\": \"Q\"}]"),
        refusal("a.txt", &vec![b'a'; limits::MAX_BYTES + 1]),
        refusal("a.csv", format!("a{}\n", ",b".repeat(limits::MAX_COLUMNS)).as_bytes()),
        refusal("a.csv", "q?,a\n".repeat(limits::MAX_DOCUMENTS + 1).as_bytes()),
    ];
    assert_snapshot!(refusals.join("\n"), @r#"
        The file is empty. Check that the right file was chosen and that it was saved.
        The file is empty. Check that the right file was chosen and that it was saved.
        The Word document is damaged and cannot be read. Open it, save it again, and upload that.
        The file holds data, not text. Upload PDF, DOCX, HTML, Markdown, plain text, CSV or JSONL.
        No text was found in the file. If the page is filled in by a script or is a scan, export its text and upload that.
        This is not valid JSONL: entry 2 is not a JSON object on one line. Correct entry 2 and upload the file again.
        This is not valid JSONL: entry 1 has no "text". Correct entry 1 and upload the file again.
        This is not valid JSON: entry 2 has no question and answer. Correct entry 2 and upload the file again.
        The file has 21 MB; at most 20 MB can be read. Split it into several files and upload those.
        The table has more than 200 columns. Keep the columns that visitors ask about and upload it again.
        The file has more than 20000 entries. Split it into several files and upload those.
        "#);
}

#[test]
fn k1_a_pdf_is_told_but_read_elsewhere() {
    let options = ReadOptions { file_name: "a.txt".to_owned(), ..ReadOptions::default() };
    assert_eq!(format_of(b"%PDF-1.7\n%\xe2\xe3", &options), Ok(Format::Pdf));
}

#[test]
fn k5_the_page_of_a_passage_is_its_anchor() {
    let options = ReadOptions { file_name: "rules.pdf".to_owned(), ..ReadOptions::default() };
    let blocks = [
        (1, BlockKind::Heading { level: 1, anchor: None }, "Returns".to_owned()),
        (2, BlockKind::Paragraph, "Thirty days. ".repeat(120)),
        (3, BlockKind::Paragraph, "Refunds take five days. ".repeat(80)),
    ];
    let document = read_blocks(&options, None, blocks).expect("there is text").remove(0);
    let passages = crate::passages(&document, "source");
    let pages: Vec<_> = passages.iter().map(crate::Passage::page).collect();
    assert_eq!((pages.first(), pages.last()), (Some(&Some(2)), Some(&Some(3))));
    assert_eq!(passages[0].place(), ["Returns", "p. 2"]);
    assert!(passages.iter().all(|passage| passage.heading_path == ["Returns"]));
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
