use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::document::{BlockKind, Document};
use crate::passage::limits::{MAX_BYTES, MAX_WORDS};
use crate::passage::{SentenceKind, passages};
use crate::read::{Format, ReadOptions, read};

fn markdown(text: &str) -> Document {
    let options = ReadOptions { file_name: "guide.md".to_owned(), format: Some(Format::Markdown), title: None };
    read(text.as_bytes(), &options).expect("markdown").remove(0)
}

/// The passages as a readable listing: heading path, then the sentences, each with the first letter of its kind.
fn listing(document: &Document) -> String {
    let mut out = String::new();
    for passage in passages(document, "source") {
        let anchor = passage.anchor.as_deref().map(|anchor| format!(" #{anchor}")).unwrap_or_default();
        writeln!(out, "[{}]{anchor}", passage.heading_path.join(" > ")).expect("a string takes all text");
        for sentence in &passage.sentences {
            let kind = match sentence.kind {
                SentenceKind::Prose => 'p',
                SentenceKind::ListItem => 'l',
                SentenceKind::Code => 'c',
                SentenceKind::TableRow => 'r',
                SentenceKind::Question => 'q',
                SentenceKind::Heading => 'h',
            };
            let text = passage.sentence_text(sentence).replace('\n', "⏎");
            writeln!(out, "  {kind} {}", text.get(..60).unwrap_or(&text)).expect("a string takes all text");
        }
    }
    out
}

#[test]
fn passages_follow_the_headings() {
    let text = "# Guide\n\nIntro. More.\n\n## Billing {#billing}\n\nPay by card.\n\n### Refunds\n\nWithin 30 days:\n\n1. Ask. We answer.\n2. Wait.\n\n## Empty\n\n## Last\n\n```\na\nb\n```\n\n| A | B |\n|-|-|\n| 1 | 2 |\n";
    assert_snapshot!(listing(&markdown(text)), @r"
        []
          p Intro.
          p More.
        [Billing] #billing
          p Pay by card.
        [Billing > Refunds]
          p Within 30 days:
          l Ask.
          l We answer.
          l Wait.
        []
          h Empty
        [Last]
          c a⏎b
          r A: 1; B: 2
        ");
}

#[test]
fn a_pair_is_one_passage_with_its_question() {
    let options = ReadOptions { format: Some(Format::QuestionsAnswers), ..ReadOptions::default() };
    let json = r##"[{"question": "Is it free?", "answer": "# Short\n\nYes. It is.\n\n- today\n- tomorrow"}]"##;
    assert_snapshot!(listing(&read(json.as_bytes(), &options).expect("pairs")[0]), @r"
        []
          q Is it free?
          p Short
          p Yes.
          p It is.
          l today
          l tomorrow
        ");
}

#[test]
fn small_neighbours_are_gathered_and_large_ones_parted() {
    let paragraph = |words: usize| format!("{}end.\n\n", "word ".repeat(words - 1));
    let sizes = |text: &str| -> Vec<usize> {
        passages(&markdown(text), "s").iter().map(|passage| passage.text.split_whitespace().count()).collect()
    };
    assert_eq!(sizes(&paragraph(20).repeat(5)), [100]);
    assert_eq!(sizes(&[paragraph(100), paragraph(100)].concat()), [100, 100]);
    assert_eq!(sizes(&[paragraph(150), paragraph(20)].concat()), [170], "a small rest joins");
    assert_eq!(sizes(&paragraph(210)), [210], "a paragraph that fits stays whole");
    let long = "One two three four five. ".repeat(100);
    assert_eq!(sizes(&long), [150, 150, 150, 50]);
}

#[test]
fn lists_stay_whole_with_their_introduction_where_they_fit() {
    let intro = format!("{}\n\nDo this:\n\n", "word ".repeat(120));
    let steps = |count: usize| (1..=count).map(|n| format!("{n}. press the button and wait\n")).collect::<String>();
    let texts = |text: &str| -> Vec<String> {
        passages(&markdown(text), "s").into_iter().map(|passage| passage.text).collect()
    };
    let short = texts(&[intro.clone(), steps(20)].concat());
    assert_eq!(short.len(), 2);
    assert!(short[1].starts_with("Do this:\n\n1. press") && short[1].ends_with("20. press the button and wait"));
    let long = texts(&[intro, steps(90)].concat());
    assert!(long.len() > 3);
    assert!(
        long[1..].iter().all(|text| text.starts_with("Do this:") || text.starts_with(|c: char| c.is_ascii_digit()))
    );
}

#[test]
fn k2_unchanged_passages_keep_their_ids() {
    let ids = |text: &str| passages(&markdown(text), "s").into_iter().map(|passage| passage.id).collect::<Vec<_>>();
    let before = ids("# G\n\n## A\n\nOne.\n\n## B\n\nTwo.\n\n## C\n\nSame.\n\n## C\n\nSame.\n");
    let after = ids("# G\n\nNew.\n\n## A\n\nOne, changed.\n\n## B\n\nTwo.\n\n## C\n\nSame.\n\n## C\n\nSame.\n");
    assert_eq!(after[2..], before[1..]);
    assert_ne!(after[1], before[0]);
    assert_ne!(before[2], before[3], "equal passages differ by their order");
    assert_ne!(passages(&markdown("x"), "s")[0].id, passages(&markdown("x"), "t")[0].id);
    assert_eq!(before[0].as_str().len(), 32);
}

fn any_block() -> impl Strategy<Value = (BlockKind, String)> {
    let kind = prop_oneof![
        (1..4_u8).prop_map(|level| BlockKind::Heading { level, anchor: None }),
        Just(BlockKind::Paragraph),
        (0..3_u8).prop_map(|depth| BlockKind::ListItem { depth }),
        Just(BlockKind::Code),
        Just(BlockKind::TableRow),
        Just(BlockKind::Question),
        Just(BlockKind::Answer),
    ];
    let text = prop_oneof![
        "(?s).{0,80}",
        "([A-Z][a-zé]{1,9}[.,:]? ){0,400}",
        "[語日本。]{0,700}",
        "[a-z]{0,4000}",
        "(- |1\\. )[a-z ]{0,40}",
    ];
    (kind, text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn passages_slice_the_document_and_keep_all_of_it(blocks in proptest::collection::vec(any_block(), 0..25)) {
        let mut builder = Document::builder("key", "Title");
        for (kind, text) in &blocks {
            builder.push(kind.clone(), text);
        }
        let document = builder.finish();
        let passages = passages(&document, "source");
        let mut kept = vec![false; document.text().len()];
        let mut end = 0;
        let mut ids = std::collections::HashSet::new();
        for passage in &passages {
            prop_assert_eq!(&document.text()[passage.start..passage.end], passage.text.as_str());
            prop_assert!(passage.start >= end, "passages do not overlap");
            end = passage.end;
            kept[passage.start..passage.end].fill(true);
            prop_assert!(ids.insert(passage.id.clone()), "ids differ");
            prop_assert!(passage.text.len() <= MAX_BYTES, "{} bytes", passage.text.len());
            prop_assert!(passage.text.split_whitespace().count() <= MAX_WORDS);
            let mut sentence_end = 0;
            for sentence in &passage.sentences {
                prop_assert!(sentence.start >= sentence_end && sentence.end > sentence.start);
                prop_assert!(!passage.sentence_text(sentence).trim().is_empty());
                sentence_end = sentence.end;
            }
            prop_assert!(sentence_end <= passage.text.len());
        }
        for block in document.blocks() {
            let text = document.block_text(block);
            let is_heading = matches!(block.kind, BlockKind::Heading { .. });
            let above = is_heading && (text == document.title() || passages.iter().any(|passage| passage.heading_path.iter().any(|heading| heading == text)));
            let missing = text.char_indices().any(|(at, c)| !c.is_whitespace() && !kept[block.start + at]);
            prop_assert!(above || !missing, "{:?} {:?}", block.kind, text);
        }
    }
}
