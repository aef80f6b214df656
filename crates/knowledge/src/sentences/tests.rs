use proptest::prelude::*;

use super::{MAX_SENTENCE_BYTES, sentence_ranges};

/// Checks that `text` divides at the bars, which are taken out first.
fn check(marked: &str) {
    let text = marked.replace(" | ", " ").replace('|', "");
    let sentences: Vec<&str> = sentence_ranges(&text).into_iter().map(|range| &text[range]).collect();
    let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
    assert_eq!(sentences, expected);
}

#[test]
fn marks_end_sentences() {
    check("Open the page. | Press Save! | Did it work? | Good");
    check("He said \"Stop.\" | Then he left.");
    check("これは文です。|次の文です。");
}

#[test]
fn abbreviations_and_initials_do_not() {
    check("Use a browser, e.g. Firefox, or approx. 5 others. | Then go on.");
    check("See Dr. J. Smith about No. 5 today. | He knows.");
    check("Das gilt z.B. für Kunden bzw. Händler. | Danach nicht.");
    check("Files, folders, etc. are kept. | Nothing is lost.");
    check("We like apples, pears, etc. | They are sweet.");
    check("Choose plan B. | It costs less.");
}

#[test]
fn numbers_addresses_and_code_stay_whole() {
    check("Version 2.10 costs 3.50 USD. | See https://example.com/a.b?c=d. | Or ask.");
    check("1. Open the app. | 2. Wait.");
    check("Run `a. B. C` first. | Then stop.");
    check("Open config.yaml and my.app.Config or src/app.Config in Node.js. | Save.");
}

#[test]
fn a_line_break_ends_a_sentence() {
    let text = "First line\nsecond line. Third";
    let sentences: Vec<&str> = sentence_ranges(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(sentences, ["First line", "second line.", "Third"]);
}

#[test]
fn a_missing_space_is_seen() {
    check("This is not available to all users.|You can start now.|It works");
}

#[test]
fn endless_sentences_are_cut_at_a_space() {
    let text = "word ".repeat(1_000);
    let ranges = sentence_ranges(&text);
    assert!(ranges.len() > 1);
    assert!(ranges.iter().all(|range| range.len() <= MAX_SENTENCE_BYTES && text[range.clone()].ends_with("word")));
}

proptest! {
    #[test]
    fn ranges_are_ordered_and_keep_every_visible_character(text in "(?s).{0,300}") {
        let mut end = 0;
        for range in sentence_ranges(&text) {
            prop_assert!(range.start >= end && range.end > range.start);
            prop_assert!(text[end..range.start].trim().is_empty());
            prop_assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
            prop_assert!(range.len() <= MAX_SENTENCE_BYTES);
            end = range.end;
        }
        prop_assert!(text[end..].trim().is_empty());
    }

    #[test]
    fn so_they_do_in_prose(text in "([A-Z][a-z]{0,8}[.!? `]{0,3}|[0-9]{1,3}[.]|\n){0,60}") {
        let kept: String = sentence_ranges(&text).into_iter().map(|range| text[range].split_whitespace().collect::<String>()).collect();
        prop_assert_eq!(kept, text.split_whitespace().collect::<String>());
    }
}
