//! Citation markers: `[1]`, `[2, 3]`, `[1][2]`, `【1】`.

/// Most digits of a marker; a longer number in brackets is something else.
const MARK_DIGITS_MAX: usize = 3;
/// Longest marker, in bytes.
const MARK_BYTES_MAX: usize = 28;

/// Reads a marker at the start of a text: its numbers and its length in bytes.
pub(super) fn mark_at(text: &str) -> Option<(Vec<usize>, usize)> {
    let close = match text.chars().next()? {
        '[' => ']',
        '【' => '】',
        _ => return None,
    };
    let open_len = text.chars().next().map_or(0, char::len_utf8);
    let inside = &text[open_len..];
    let end = inside[..inside.floor_char_boundary(MARK_BYTES_MAX)].find(close)?;
    let mut numbers = Vec::new();
    for part in inside[..end].split([',', ';', ' ', '^']).filter(|part| !part.is_empty()) {
        let digits = part.len() <= MARK_DIGITS_MAX && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers.push(part.parse().ok().filter(|_| digits)?);
    }
    // `[1](address)` is a link whose text is a number, not a marker.
    let length = open_len + end + close.len_utf8();
    let links = text[length..].starts_with('(') || text[length..].starts_with(':');
    (!numbers.is_empty() && !links).then_some((numbers, length))
}

/// Takes all markers out of a text; returns what is left and their numbers.
pub(super) fn take_marks(text: &str) -> (String, Vec<usize>) {
    let mut rest = text;
    let mut left = String::with_capacity(text.len());
    let mut numbers = Vec::new();
    while let Some(c) = rest.chars().next() {
        if let Some((found, length)) = mark_at(rest) {
            numbers.extend(found);
            rest = &rest[length..];
            let spaces = left.len() - left.trim_end_matches(' ').len();
            if spaces > 0 && (rest.is_empty() || rest.starts_with(['.', ',', ' ', ';', ':', '!', '?', '[', '\n'])) {
                left.truncate(left.len() - spaces);
            }
        } else {
            left.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    numbers.dedup();
    (left, numbers)
}
