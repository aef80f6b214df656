use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{NormalizedString, Normalizer as _, OffsetReferential, OffsetType};
use tokenizers::{PreTokenizedString, PreTokenizer as _};

use crate::tests::model;
use crate::tokenizer::{Tokenizer, normalised};

const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nhello\nwor\n##ld\n##l\n##d\n!\n,\ncafe\n退\n款\n##s\na\n##a\n##b\nb\n##\n#\n\u{df}\n[\n]\nsep\nи\n##и";

static SMALL: LazyLock<Tokenizer> = LazyLock::new(|| Tokenizer::new(VOCABULARY).unwrap());

/// The library's tokeniser with our small vocabulary.
static LIBRARY: LazyLock<tokenizers::Tokenizer> = LazyLock::new(|| library(VOCABULARY));

fn library(vocabulary: &str) -> tokenizers::Tokenizer {
    let pieces: HashMap<_, _> = vocabulary.lines().zip(0..).collect();
    let description = serde_json::json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": BertNormalizer::default(),
        "pre_tokenizer": BertPreTokenizer,
        "model": {
            "type": "WordPiece",
            "vocab": pieces,
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
        },
    });
    description.to_string().parse().unwrap()
}

/// The library's pieces as ours would be: between the two marks, and cut.
fn expected(library: &tokenizers::Tokenizer, text: &str, limit: usize) -> Vec<u32> {
    let id = |piece| library.token_to_id(piece).unwrap();
    let pieces = library.encode(text, false).unwrap();
    let inner = pieces.get_ids().iter().copied().take(limit - 2);
    [id("[CLS]")].into_iter().chain(inner).chain([id("[SEP]")]).collect()
}

fn check(text: &str, pieces: &[&str]) {
    let names: Vec<_> = VOCABULARY.lines().collect();
    let ids = SMALL.encode(text, 16);
    let found: Vec<_> = ids.iter().map(|id| names[*id as usize]).collect();
    assert_eq!(found[0], "[CLS]");
    assert_eq!(found[found.len() - 1], "[SEP]");
    assert_eq!(&found[1..found.len() - 1], pieces, "{text:?}");
}

#[test]
fn splits_words_into_the_longest_known_pieces() {
    check("hello world", &["hello", "wor", "##ld"]);
    check("Hello, WORLD!", &["hello", ",", "wor", "##ld", "!"]);
    check("worlds", &["wor", "##ld", "##s"]);
    check("hello wombat", &["hello", "[UNK]"]);
    check("ab ## aab", &["a", "##b", "#", "#", "a", "##a", "##b"]);
}

#[test]
fn strips_accents_and_control_characters() {
    check("Café cafe\u{301}", &["cafe", "cafe"]);
    check("hel\u{0}lo hel\u{200b}lo hel\u{ad}lo", &["hello", "hello", "hello"]);
    check("\u{fffd}\u{301}\u{202e}", &[]);
    check("й", &["и"]);
}

#[test]
fn sets_ideographs_apart_and_knows_no_emoji() {
    check("退款hello", &["退", "款", "hello"]);
    check("😀🎉 hello", &["[UNK]", "hello"]);
    check("hello👍🏽", &["[UNK]"]);
}

#[test]
fn reads_nothing_from_nothing() {
    check("", &[]);
    check(" \t\r\n\u{3000}\u{a0}", &[]);
}

#[test]
fn takes_names_of_special_pieces_as_text() {
    check("a [SEP] b", &["a", "[", "sep", "]", "b"]);
}

#[test]
fn bounds_endless_words_and_texts() {
    check(&"a".repeat(100_000), &["[UNK]"]);
    check(&"a ".repeat(100_000), &["a"; 14]);
    check(&"aa".repeat(50), &[["a"].as_slice(), &["##a"; 13]].concat());
    check(&"aa".repeat(50).repeat(2), &["[UNK]"]);
    // A text of accents only vanishes; it must not be read for ever.
    check(&"\u{301}".repeat(100_000), &[]);
    for limit in 0..4 {
        assert!(SMALL.encode("a b c d", limit).len() <= limit.max(2), "limit {limit}");
    }
}

#[test]
fn a_vocabulary_without_its_special_pieces_is_refused() {
    assert!(Tokenizer::new("hello\nworld").is_err());
}

/// Every character between letters, through normalisation and splitting, as the library has it.
#[test]
fn treats_every_character_as_the_library_does() {
    let planes = ('\0'..='\u{1ffff}').chain('\u{2f7f0}'..='\u{2fa2f}').chain('\u{e0000}'..='\u{e01ff}');
    let differing: Vec<_> = planes.filter(|c| words(&format!("a{c}b")) != library_words(*c)).collect();
    // The library's tables are of 2016: characters that are newer than those got their category later.
    // All are in scripts that the model has no pieces for; Latin, Greek, Cyrillic, symbols, CJK, Hangul and emoji agree.
    let rare = |c: &char| matches!(u32::from(*c), 0x5C8..0x2000 | 0x2E00..0x2F00 | 0xA800..0xAC00 | 0x10000..0x1F000);
    assert!(differing.iter().all(rare), "{differing:?}");
    assert!(differing.len() < 1000, "{differing:?}");
}

fn library_words(c: char) -> Vec<String> {
    let mut text = NormalizedString::from(format!("a{c}b"));
    BertNormalizer::default().normalize(&mut text).unwrap();
    let mut split = PreTokenizedString::from(text);
    BertPreTokenizer.pre_tokenize(&mut split).unwrap();
    let splits = split.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
    splits.into_iter().map(|(word, _, _)| word.to_owned()).collect()
}

/// The words of a text, before they are looked up.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in normalised(text, usize::MAX) {
        if c.is_whitespace() {
            words.push(String::new());
        } else if super::is_punctuation(c) {
            words.extend([c.to_string(), String::new()]);
        } else {
            words.last_mut().unwrap().push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

proptest! {
    #[test]
    fn agrees_with_the_library_on_words(text in "[ab退款Ñé#!, \\[\\]hlowrds\u{301}]{0,80}") {
        prop_assert_eq!(SMALL.encode(&text, 64), expected(&LIBRARY, &text, 64));
    }

    #[test]
    fn never_exceeds_its_limit(text in "\\PC{0,400}", limit in 2_usize..40) {
        prop_assert!(SMALL.encode(&text, limit).len() <= limit);
    }
}

/// The real vocabulary on the reference texts; needs the model file.
#[test]
fn agrees_with_the_library_on_real_texts() {
    let Some(model) = model() else { return };
    let library = library(model.vocabulary());
    let sources = [include_str!("../tokenizer.rs"), include_str!("tests.rs"), include_str!("../tests/reference.json")];
    for text in sources.iter().flat_map(|source| source.lines()) {
        assert_eq!(model.encode(text), expected(&library, text, 256), "{text:?}");
    }
}
