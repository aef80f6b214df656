//! A look at the tags of a page before it is parsed.

use crate::read::limits::MAX_ATTRIBUTES;

/// Whether some tag has more than [`MAX_ATTRIBUTES`] attributes.
///
/// The parser compares each attribute with all earlier ones of its tag, so a tag that fills a large file would take
/// it hours.
/// What is a tag depends on what came before (scripts, comments), which only the parser knows; so every `<` with a
/// letter after it is taken for one, wherever it stands.
/// A scan ends where an earlier one has passed in the same state, which keeps all of them together linear: what
/// follows there is known to be within the limit.
pub(super) fn has_crowded_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut passed = vec![0_u64; bytes.len() / 64 + 1];
    let starts = (0..bytes.len().saturating_sub(1)).filter(|at| bytes[*at] == b'<');
    for at in starts.filter(|at| bytes[*at + 1].is_ascii_alphabetic()) {
        let is_passed = passed[at / 64] & (1 << (at % 64)) != 0;
        if !is_passed && is_crowded(bytes, at + 1, &mut passed) {
            return true;
        }
    }
    false
}

/// The states of a tokenizer inside a tag, as the HTML standard names them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The name of the tag.
    Tag,
    /// Before the name of an attribute.
    Before,
    /// The name of an attribute, or after it.
    Name,
    /// Before the value of an attribute.
    Value,
    /// A value in quotes.
    Quoted(u8),
    /// A value without quotes.
    Bare,
}

fn is_crowded(bytes: &[u8], start: usize, passed: &mut [u64]) -> bool {
    let mut state = State::Tag;
    let mut attributes = 0;
    for (at, byte) in bytes.iter().copied().enumerate().skip(start) {
        let is_space = byte.is_ascii_whitespace();
        state = match (state, byte) {
            (State::Quoted(quote), _) if byte != quote => state,
            (State::Quoted(_), _) => State::Before,
            (_, b'>') => return false,
            (State::Value, b'"' | b'\'') => State::Quoted(byte),
            (State::Value, _) if is_space => State::Value,
            (State::Value, _) => State::Bare,
            (State::Bare, _) => {
                if is_space {
                    State::Before
                } else {
                    State::Bare
                }
            }
            (State::Name, b'=') => State::Value,
            (_, b'/') => State::Before,
            (_, _) if is_space => {
                if state == State::Name {
                    State::Name
                } else {
                    State::Before
                }
            }
            (State::Tag, _) => State::Tag,
            (State::Before, _) => {
                attributes += 1;
                State::Name
            }
            // A name goes on, or white space is followed by the next name.
            (State::Name, _) => {
                if bytes[at - 1].is_ascii_whitespace() {
                    attributes += 1;
                }
                State::Name
            }
        };
        if attributes > MAX_ATTRIBUTES {
            return true;
        }
        if byte == b'<' && matches!(state, State::Tag | State::Name) {
            let mark = 1 << (at % 64);
            if passed[at / 64] & mark != 0 {
                return false;
            }
            passed[at / 64] |= mark;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_crowded_tag;
    use crate::read::limits::MAX_ATTRIBUTES;

    fn attributes(unit: &str) -> String {
        unit.repeat(MAX_ATTRIBUTES + 1)
    }

    #[test]
    fn every_way_to_write_attributes_counts() {
        for unit in ["a ", "a=1 ", "a=\"1\"", "a='>' ", "a/", "a = 1 ", "a=b=\"c ", "=b/"] {
            let crowded = format!("text <p {}>", attributes(unit));
            assert!(has_crowded_tag(&crowded), "{unit:?}");
            assert!(!has_crowded_tag(&format!("<p {}>", unit.repeat(20))), "{unit:?}");
        }
    }

    #[test]
    fn a_tag_cannot_hide_behind_what_looks_like_one() {
        for before in ["<script>x<b =\"</script>", "<a b=\"", "<a b='<c d=\"", "<!-- <x y='-->", "<a b=<"] {
            assert!(has_crowded_tag(&format!("{before}<p {}>", attributes("a "))), "{before:?}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for (unit, expected) in [
            ("<a ", true),
            ("<a b=\"", true),
            ("<a b='\" ", true),
            ("<a b=<a ", true),
            ("<a<", false),
            ("<a", false),
            ("a < b ", false),
            ("<p a=1>text, more text</p>", false),
        ] {
            assert_eq!(has_crowded_tag(&unit.repeat(200_000)), expected, "{unit:?}");
        }
    }

    #[test]
    fn pictures_in_the_page_are_one_attribute() {
        let picture = format!("<img src=\"data:image/png;base64,{}\">", "iVBOR/w0=".repeat(100_000));
        assert!(!has_crowded_tag(&format!("{picture} {}", "word ".repeat(5_000))));
    }
}
