//! PDFs written here, glyph run by glyph run, and what is read of them.

mod writer;

use crate::tests::writer::{Writer, file};
use crate::words::{Vocabulary, plain};
use crate::{Block, BlockKind, Fallback, PdfError, read};

fn blocks(pages: &[Writer]) -> Vec<Block> {
    read(&file(pages), Fallback::None).expect("the file has text").blocks
}

fn kinds(pages: &[Writer]) -> Vec<BlockKind> {
    blocks(pages).into_iter().map(|block| block.kind).collect()
}

fn paragraph(text: &str) -> BlockKind {
    BlockKind::Paragraph(text.to_owned())
}

#[test]
fn k1_k5_headings_paragraphs_and_pages_are_told_by_type_and_place() {
    let first = Writer::new()
        .bold(72, 700, 20, "Handbook")
        .bold(72, 660, 14, "Returns")
        .text(72, 640, 10, "You can return an item within thirty days of its delivery, and the")
        .text(72, 628, 10, "refund arrives after five working days on the card that paid for it.")
        .text(72, 606, 10, "Keep the receipt, which every parcel has, until the refund is there.");
    let second = Writer::new().bold(72, 700, 14, "Delivery").text(
        72,
        680,
        10,
        "Parcels leave the warehouse on the day of the order.",
    );
    let found = blocks(&[first, second]);
    let expected = [
        (1, BlockKind::Heading(1, "Handbook".into())),
        (1, BlockKind::Heading(2, "Returns".into())),
        (
            1,
            paragraph(
                "You can return an item within thirty days of its delivery, and the refund arrives after five working days on the card that paid for it.",
            ),
        ),
        (1, paragraph("Keep the receipt, which every parcel has, until the refund is there.")),
        (2, BlockKind::Heading(2, "Delivery".into())),
        (2, paragraph("Parcels leave the warehouse on the day of the order.")),
    ];
    assert_eq!(found, expected.map(|(page, kind)| Block { page, kind }));
}

#[test]
fn k1_what_runs_through_all_pages_is_left_out() {
    let pages: Vec<Writer> = (1..=5)
        .map(|number| {
            Writer::new()
                .text(72, 770, 9, "Handbook of the shop")
                .text(72, 700, 10, &format!("The rule with the number {number} is told on this page and nowhere else."))
                .text(300, 30, 9, &format!("Page {number} of 5"))
        })
        .collect();
    let found = kinds(&pages);
    let expected: Vec<BlockKind> = (1..=5)
        .map(|number| paragraph(&format!("The rule with the number {number} is told on this page and nowhere else.")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn k1_a_paragraph_goes_on_over_the_page() {
    let first =
        Writer::new().text(72, 700, 10, "A parcel that is lost on its way is paid for by us, and nobody has to");
    let second = Writer::new().text(72, 700, 10, "wait for the carrier.");
    assert_eq!(
        blocks(&[first, second]),
        [Block {
            page: 1,
            kind: paragraph(
                "A parcel that is lost on its way is paid for by us, and nobody has to wait for the carrier."
            )
        }]
    );
}

#[test]
fn k1_words_parted_at_the_end_of_a_line_are_joined() {
    let page = Writer::new()
        .text(72, 700, 10, "A self-service desk and the ware-")
        .text(72, 688, 10, "house are open. Use the self-")
        .text(72, 676, 10, "service desk on Sundays.");
    assert_eq!(
        kinds(&[page]),
        [paragraph("A self-service desk and the warehouse are open. Use the self-service desk on Sundays.")]
    );
    let vocabulary = Vocabulary::default();
    for (before, after, joined) in [
        ("an exam-", "ple", "an example"),
        ("an exam\u{ad}", "ple", "an example"),
        ("pages 3-", "5", "pages 3-5"),
        ("Berlin-", "Mitte", "Berlin-Mitte"),
        ("返品は", "三十日", "返品は三十日"),
    ] {
        let mut text = before.to_owned();
        vocabulary.join(&mut text, after);
        assert_eq!(text, joined);
    }
}

#[test]
fn k1_ligatures_and_invisible_characters_become_plain() {
    assert_eq!(plain("e\u{fb03}cient \u{fb01}le\u{200b}\u{a0}\u{f0b7}"), "efficient file •");
    // Code 1 of the font is the glyph of "fi".
    let page = Writer::new().text(72, 700, 10, "The pro\u{1}le of a customer.");
    assert_eq!(kinds(&[page]), [paragraph("The profile of a customer.")]);
}

#[test]
fn k1_lists_keep_their_markers_and_depth() {
    let page = Writer::new()
        .text(72, 700, 10, "Three steps lead to a return:")
        .text(72, 680, 10, "1. Open the order and choose what you want to return, one item after")
        .text(86, 668, 10, "the other.")
        .text(72, 656, 10, "2. Print the label.")
        .text(100, 644, 10, "- in the shop")
        .text(100, 632, 10, "- at home")
        .text(72, 620, 10, "3. Send it.");
    let item = |depth, text: &str| BlockKind::ListItem(depth, text.to_owned());
    assert_eq!(
        kinds(&[page]),
        [
            paragraph("Three steps lead to a return:"),
            item(0, "1. Open the order and choose what you want to return, one item after the other."),
            item(0, "2. Print the label."),
            item(1, "- in the shop"),
            item(1, "- at home"),
            item(0, "3. Send it."),
        ]
    );
}

#[test]
fn k1_a_table_keeps_its_columns_and_cells_of_several_lines() {
    let page = Writer::new()
        .text(72, 740, 10, "Prices are the same everywhere in a country, and they hold until the end of the year.")
        .bold(72, 700, 10, "Country")
        .bold(200, 700, 10, "Price")
        .bold(320, 700, 10, "Days")
        .text(72, 684, 10, "Germany")
        .text(200, 684, 10, "4.90 EUR")
        .text(320, 684, 10, "2 to 3")
        .text(72, 668, 10, "France")
        .text(200, 668, 10, "9.90 EUR")
        .text(320, 668, 10, "4 to 6, or a day")
        .text(320, 656, 10, "more to islands")
        .text(72, 640, 10, "Norway")
        .text(320, 640, 10, "8");
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let table = BlockKind::Table(
        row(["Country", "Price", "Days"]),
        vec![
            row(["Germany", "4.90 EUR", "2 to 3"]),
            row(["France", "9.90 EUR", "4 to 6, or a day more to islands"]),
            row(["Norway", "", "8"]),
        ],
    );
    assert_eq!(kinds(&[page])[1..], [table]);
}

#[test]
fn k1_two_columns_are_read_one_after_the_other() {
    let mut page = Writer::new();
    for line in 0..6 {
        let y = 700 - line * 12;
        page = page.text(72, y, 10, &format!("left line {line} of the text that goes on")).text(
            320,
            y,
            10,
            &format!("right line {line} of the text that goes on"),
        );
    }
    let found = kinds(&[page]);
    let text = format!("{found:?}");
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} in {text}"));
    assert!(place("left line 5") < place("right line 0"));
}

#[test]
fn k1_code_keeps_its_lines_and_marks_of_notes_go() {
    let page = Writer::new()
        .text(72, 740, 10, "Run this before you open the shop, and again when you close it.")
        .text_of("F3", 72, 720, 9, "shop open \\")
        .text_of("F3", 83, 709, 9, "--now")
        .text(72, 680, 10, "It takes a minute")
        .text(149, 680, 6, "4")
        .text(152, 680, 10, ", or ten at 10")
        .text(214, 680, 6, "6")
        .text(217, 680, 10, " orders.");
    assert_eq!(
        kinds(&[page])[1..],
        [BlockKind::Code("shop open \\\n  --now".into()), paragraph("It takes a minute, or ten at 10^6 orders.")]
    );
}

#[test]
fn k2_why_a_pdf_has_no_text_is_told() {
    let page = Writer::new().text(72, 700, 10, "Thirty days.");
    let whole = file(std::slice::from_ref(&page));
    assert!(read(&whole, Fallback::None).is_ok());
    assert_eq!(read(&file(&[Writer::new()]), Fallback::None), Err(PdfError::Empty));
    assert_eq!(read(&writer::scan(), Fallback::None), Err(PdfError::Scanned));
    assert_eq!(read(&writer::locked(&page), Fallback::None), Err(PdfError::Protected));
    for cut in ["%PDF-1.7\n", "%PDF-1.4 binary", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"] {
        assert_eq!(read(cut.as_bytes(), Fallback::None), Err(PdfError::Damaged), "{cut}");
    }
}

#[test]
fn k2_a_file_whose_end_is_missing_is_read_as_far_as_it_goes() {
    let pages: Vec<Writer> =
        (0..4).map(|number| Writer::new().text(72, 700, 10, &format!("Rule {number} holds."))).collect();
    let bytes = file(&pages);
    let table = bytes.windows(4).rposition(|window| window == b"xref").expect("a table");
    let cut = bytes[..table].windows(5).rposition(|window| window == b"xref\n").unwrap_or(table);
    assert_eq!(read(&bytes[..cut], Fallback::None).expect("the objects are there").blocks.len(), 4);
}
