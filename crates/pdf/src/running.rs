//! What stands on every page and belongs to none: running titles, page numbers.

use std::collections::HashMap;

use crate::lines::{Line, Page};

/// The share of a page's height, at the top and at the bottom, in which running lines stand.
const MARGIN: f32 = 0.1;
/// Most lines at the top and at the bottom that are looked at.
const OUTERMOST: usize = 3;
/// The same words, numbers aside, run through the file if they stand on so many pages.
const MIN_PAGES: usize = 3;
/// The line at the same height runs through the file, whatever it says, if it is there on this share of the pages.
const MIN_SHARE: f32 = 0.5;
/// A running line stands apart from the text by this many type sizes.
const MIN_GAP: f32 = 2.2;
/// A longer line is text. In characters.
const MAX_CHARS: usize = 110;

/// Takes running titles and page numbers off the pages.
pub(crate) fn remove(pages: &mut [Page]) {
    let mut by_words: HashMap<String, usize> = HashMap::new();
    let mut by_height: HashMap<i32, usize> = HashMap::new();
    for page in pages.iter() {
        let outer_lines = outer_lines(page);
        if outer_lines.len() == page.lines.len() {
            // A page of a few lines at its edge, such as a slide, tells nothing of what runs through the file.
            continue;
        }
        for outer in outer_lines {
            let words = pattern(&page.lines[outer.index]);
            if !words.is_empty() {
                *by_words.entry(words).or_default() += 1;
            }
            if outer.stands_apart {
                *by_height.entry(height(&page.lines[outer.index])).or_default() += 1;
            }
        }
    }
    let count = pages.len();
    let often = |found: usize| found >= MIN_PAGES && found as f32 >= count as f32 * MIN_SHARE;
    for page in pages {
        let mut removed: Vec<usize> = outer_lines(page)
            .into_iter()
            .filter(|outer| {
                let line = &page.lines[outer.index];
                let repeated = by_words.get(&pattern(line)).is_some_and(|found| *found >= MIN_PAGES.min(count.max(2)));
                let same_height = often(by_height.get(&height(line)).copied().unwrap_or(0));
                repeated || outer.stands_apart && (same_height || count > 1 && is_page_number(line))
            })
            .map(|outer| outer.index)
            .collect();
        removed.sort_unstable();
        for index in removed.into_iter().rev() {
            page.lines.remove(index);
        }
    }
}

struct Outer {
    index: usize,
    stands_apart: bool,
}

/// The lines in the margins of a page, the outermost first at each end.
fn outer_lines(page: &Page) -> Vec<Outer> {
    let mut order: Vec<usize> = (0..page.lines.len()).collect();
    order.sort_by(|a, b| page.lines[*b].y().total_cmp(&page.lines[*a].y()));
    let mut found = Vec::new();
    let mut look = |order: &[usize], is_margin: &dyn Fn(f32) -> bool| {
        for (place, index) in order.iter().enumerate().take(OUTERMOST) {
            let line = &page.lines[*index];
            if !is_margin(line.y()) || line.text().chars().count() > MAX_CHARS {
                break;
            }
            let next = order[place + 1..].iter().map(|next| (page.lines[*next].y() - line.y()).abs());
            // Several pieces may stand at the same height, such as a title at the left and a number at the right.
            let gap = next.into_iter().find(|gap| *gap > 1.0);
            found.push(Outer { index: *index, stands_apart: gap.is_none_or(|gap| gap > MIN_GAP * line.size()) });
        }
    };
    look(&order, &|y| y > page.height * (1.0 - MARGIN));
    order.reverse();
    look(&order, &|y| y < page.height * MARGIN);
    found.sort_by_key(|outer| outer.index);
    found.dedup_by_key(|outer| outer.index);
    found
}

/// The words of a line with every number alike.
fn pattern(line: &Line) -> String {
    let mut pattern = String::new();
    for c in line.text().chars().filter(|c| !c.is_whitespace()) {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !pattern.ends_with('#') {
            pattern.push(c);
        }
    }
    pattern
}

fn height(line: &Line) -> i32 {
    (line.y() / 2.0).round() as i32
}

/// A number alone, also as `Page 3 of 9`, `- 3 -` and in small Roman numerals.
fn is_page_number(line: &Line) -> bool {
    let text = line.text();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || word.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x' | b'l'))
    };
    let numbers = words.iter().filter(|word| is_number(word)).count();
    (1..=2).contains(&numbers)
        && words.len() <= numbers * 2
        && words.iter().all(|word| is_number(word) || word.len() <= 6)
}
