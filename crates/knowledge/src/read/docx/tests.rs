//! Word documents packed here, part by part.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::document::{BlockKind, Document};
use crate::read::limits::MAX_UNPACKED_BYTES;
use crate::read::{Format, ReadError, ReadOptions, format_of, read};

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn packed(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> (&'static str, String) {
    ("word/document.xml", format!("<?xml version=\"1.0\"?><w:document {W}><w:body>{body}</w:body></w:document>"))
}

fn docx(body: &str, others: &[(&'static str, String)]) -> Vec<u8> {
    let mut parts = vec![("[Content_Types].xml", "<Types/>".to_owned()), document(body)];
    parts.extend(others.iter().cloned());
    packed(&parts)
}

fn read_one(bytes: &[u8]) -> Document {
    let options = ReadOptions { file_name: "rules.docx".to_owned(), ..ReadOptions::default() };
    assert_eq!(format_of(bytes, &options), Ok(Format::Docx));
    read(bytes, &options).expect("the document is read").remove(0)
}

fn lines(document: &Document) -> Vec<String> {
    let blocks = document.blocks().iter();
    blocks
        .map(|block| {
            let kind = match &block.kind {
                BlockKind::Heading { level, .. } => format!("h{level}"),
                BlockKind::Paragraph => "p".to_owned(),
                BlockKind::ListItem { depth } => format!("li{depth}"),
                BlockKind::Code => "code".to_owned(),
                BlockKind::TableRow => "row".to_owned(),
                BlockKind::Question | BlockKind::Answer => "qa".to_owned(),
            };
            format!("{kind} {}", document.block_text(block))
        })
        .collect()
}

fn styled(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn plain(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

#[test]
fn k1_headings_are_told_by_the_names_and_levels_of_styles() {
    let styles = format!(
        "<w:styles {W}>\
         <w:style w:styleId=\"Titel\"><w:name w:val=\"Title\"/></w:style>\
         <w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
         <w:style w:styleId=\"Kapitel\"><w:name w:val=\"Kapitel\"/><w:basedOn w:val=\"berschrift1\"/></w:style>\
         <w:style w:styleId=\"Unter\"><w:name w:val=\"Unterpunkt\"/><w:pPr><w:outlineLvl w:val=\"2\"/></w:pPr></w:style>\
         <w:style w:styleId=\"Inhalt\"><w:name w:val=\"toc 1\"/></w:style>\
         <w:style w:styleId=\"Schleife\"><w:name w:val=\"x\"/><w:basedOn w:val=\"Schleife\"/></w:style>\
         <w:style w:styleId=\"Quelltext\"><w:name w:val=\"Source Code\"/></w:style></w:styles>"
    );
    let body = [
        styled("Titel", "Hausordnung"),
        styled("Inhalt", "Rückgabe 3"),
        styled("berschrift1", "Rückgabe"),
        plain("Dreißig Tage."),
        styled("Kapitel", "Versand"),
        styled("Unter", "Inseln"),
        styled("Schleife", "Acht Tage."),
        styled("Quelltext", "shop open \\"),
        styled("Quelltext", "  --now"),
    ];
    let document = read_one(&docx(&body.concat(), &[("word/styles.xml", styles)]));
    assert_eq!(document.title(), "Hausordnung");
    assert_eq!(
        lines(&document),
        ["h1 Rückgabe", "p Dreißig Tage.", "h1 Versand", "h3 Inseln", "p Acht Tage.", "code shop open \\\n  --now"]
    );
}

#[test]
fn k1_lists_are_numbered_as_in_word() {
    let level = |level: u8, format: &str| {
        format!("<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/></w:lvl>")
    };
    let numbering = format!(
        "<w:numbering {W}><w:abstractNum w:abstractNumId=\"7\">{}{}</w:abstractNum>\
         <w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>",
        level(0, "decimal"),
        level(1, "bullet")
    );
    let item = |level: u8, text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"3\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let body = [item(0, "Open"), item(1, "at home"), item(1, "in the shop"), item(0, "Send"), plain("Done.")];
    let document = read_one(&docx(&body.concat(), &[("word/numbering.xml", numbering)]));
    assert_eq!(lines(&document), ["li0 1. Open", "li1 - at home", "li1 - in the shop", "li0 2. Send", "p Done."]);
}

#[test]
fn k1_tables_keep_their_header_and_merged_cells() {
    let cell = |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", plain(text));
    let row =
        |properties: &str, cells: &[String]| format!("<w:tr><w:trPr>{properties}</w:trPr>{}</w:tr>", cells.concat());
    let body = format!(
        "<w:tbl><w:tblPr><w:tblLook w:firstRow=\"1\"/></w:tblPr>{}{}{}{}{}</w:tbl>{}",
        row("<w:tblHeader/>", &[cell("", "Zone"), cell("", "Country"), cell("", "Price")]),
        row("", &[cell("<w:vMerge w:val=\"restart\"/>", "Near"), cell("", "Germany"), cell("", "4.90")]),
        row("", &[cell("<w:vMerge/>", ""), cell("", "France"), cell("", "9.90")]),
        row("", &[cell("<w:gridSpan w:val=\"2\"/>", "Everywhere else"), cell("", "19.90")]),
        row("<w:del w:id=\"1\"/>", &[cell("", "Gone"), cell("", "Atlantis"), cell("", "0")]),
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A box around a text.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    );
    assert_eq!(
        lines(&read_one(&docx(&body, &[]))),
        [
            "row Zone: Near; Country: Germany; Price: 4.90",
            "row Zone: Near; Country: France; Price: 9.90",
            "row Zone: Everywhere else; Price: 19.90",
            "p A box around a text.",
        ]
    );
}

#[test]
fn k1_changes_are_taken_as_accepted_and_hidden_text_is_left_out() {
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let body = format!(
        "<w:p>{}<w:del><w:r><w:delText>fourteen</w:delText></w:r></w:del><w:ins>{}</w:ins>{}\
         <w:moveFrom>{}</w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>\
         <w:hyperlink>{}</w:hyperlink><w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:br/></w:r>{}</w:p>",
        run("You have "),
        run("thirty"),
        run(" days"),
        run("old place"),
        run(" to return it"),
        run("&#8211; always &amp; everywhere."),
    );
    assert_eq!(lines(&read_one(&docx(&body, &[]))), ["p You have thirty days to return it\n– always & everywhere."]);
}

#[test]
fn k1_notes_stand_below_the_paragraph_and_boxes_beside_it() {
    let notes = format!(
        "<w:footnotes {W}><w:footnote w:id=\"0\" w:type=\"separator\">{}</w:footnote><w:footnote w:id=\"2\">{}</w:footnote></w:footnotes>",
        plain("-----"),
        plain("From the day of delivery.")
    );
    let box_of = |text: &str| format!("<w:txbxContent>{}</w:txbxContent>", plain(text));
    let body = format!(
        "<w:p><w:r><w:t>Thirty days.</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>\
         <w:p><w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>Beside a box.</w:t></w:r></w:p>",
        box_of("In a box."),
        box_of("In a box.")
    );
    assert_eq!(
        lines(&read_one(&docx(&body, &[("word/footnotes.xml", notes)]))),
        ["p Thirty days.", "p From the day of delivery.", "p In a box.", "p Beside a box."]
    );
}

#[test]
fn k2_why_a_document_cannot_be_read_is_told() {
    let failure = |bytes: &[u8]| read(bytes, &ReadOptions::default()).expect_err("it cannot be read");
    let damaged = ReadError::Damaged { format: "Word document" };
    assert_eq!(failure(&docx("", &[])), ReadError::NoText);
    assert_eq!(failure(&docx("<w:p><w:r>", &[])), damaged);
    assert_eq!(failure(&docx(&"<w:p>".repeat(300), &[])), ReadError::TooDeep);
    let whole = docx(&plain("Thirty days."), &[]);
    assert_eq!(failure(&whole[..whole.len() - 30]), damaged);
    let entities = "<!DOCTYPE w:document [<!ENTITY a \"b\">]><w:document/>".to_owned();
    assert_eq!(failure(&packed(&[("word/document.xml", entities)])), damaged);
    let large = docx(&" ".repeat(MAX_UNPACKED_BYTES), &[]);
    assert_eq!(failure(&large), ReadError::UnpacksTooLarge);
    let locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 EncryptedPackage".to_vec();
    assert!(failure(&locked).fix().contains("without a password"));
}
