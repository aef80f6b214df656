//! Lines: what stands at one height of a page, from left to right.

/// A page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// Counted from 1.
    pub(crate) number: u32,
    /// In points.
    pub(crate) height: f32,
    /// In reading order.
    pub(crate) lines: Vec<Line>,
}

/// Glyphs of one type that stand side by side.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) text: String,
    /// Left end, in points.
    pub(crate) x: f32,
    /// Right end, in points.
    pub(crate) end: f32,
    /// Baseline, in points from the bottom of the page.
    pub(crate) y: f32,
    /// Type size, in points.
    pub(crate) size: f32,
    pub(crate) is_bold: bool,
    pub(crate) is_mono: bool,
    /// The level of the heading that the file itself says this belongs to.
    pub(crate) heading: Option<u8>,
}

/// A line of text.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) runs: Vec<Run>,
}

/// A gap of this many type sizes between two runs parts words.
const WORD_GAP: f32 = 0.14;
/// A run this much smaller than its line, after a word or a sentence, is the mark of a footnote.
const MARK_SIZE: f32 = 0.86;
/// How far two runs of a line may stand apart in height, in type sizes.
const SLACK: f32 = 0.45;
/// Narrowest gap between two columns of text, in points.
const MIN_GUTTER: f32 = 9.0;
/// Two columns of text have so many rows side by side.
const MIN_COLUMN_ROWS: usize = 4;
/// Shorter pieces side by side are a table. In characters.
const COLUMN_CHARS: usize = 22;

impl Line {
    pub(crate) fn x(&self) -> f32 {
        self.runs.first().map_or(0.0, |run| run.x)
    }

    pub(crate) fn end(&self) -> f32 {
        self.runs.iter().map(|run| run.end).fold(0.0, f32::max)
    }

    pub(crate) fn y(&self) -> f32 {
        self.runs.first().map_or(0.0, |run| run.y)
    }

    /// The type size of most of the line.
    pub(crate) fn size(&self) -> f32 {
        let longest = self.runs.iter().max_by_key(|run| run.text.trim().len());
        longest.map_or(0.0, |run| run.size)
    }

    pub(crate) fn is_bold(&self) -> bool {
        self.visible().all(|run| run.is_bold) && self.visible().next().is_some()
    }

    pub(crate) fn is_mono(&self) -> bool {
        self.visible().all(|run| run.is_mono) && self.visible().next().is_some()
    }

    pub(crate) fn heading(&self) -> Option<u8> {
        self.visible().next().and_then(|run| run.heading)
    }

    fn visible(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| !run.text.trim().is_empty())
    }

    /// The text, with spaces where runs stand apart and without the marks of footnotes.
    pub(crate) fn text(&self) -> String {
        text_of(&self.runs, self.size())
    }
}

/// Whether a character belongs to a script that is written from right to left.
pub(crate) fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

pub(crate) fn text_of(runs: &[Run], size: f32) -> String {
    let count = |is: fn(char) -> bool| runs.iter().flat_map(|run| run.text.chars()).filter(|c| is(*c)).count();
    let right_to_left = count(is_right_to_left);
    if right_to_left > 0 && right_to_left * 2 > count(char::is_alphabetic) {
        // The pieces of the line are read from the right.
        let mut text = String::new();
        let mut left = f32::INFINITY;
        for run in runs.iter().rev() {
            if left - run.end > WORD_GAP * run.size && left.is_finite() && !text.ends_with(' ') {
                text.push(' ');
            }
            text.push_str(&run.text);
            left = run.x;
        }
        return text;
    }
    let mut text = String::new();
    let mut end = f32::NEG_INFINITY;
    for run in runs {
        if is_mark(run, &text, size) {
            end = run.end;
            continue;
        }
        let is_apart = run.x - end > WORD_GAP * run.size.max(1.0) && end.is_finite();
        let number = run.text.trim();
        let is_power = run.size < size * MARK_SIZE && text.ends_with(|c: char| c.is_ascii_digit());
        if is_power && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push('^');
        } else if is_apart && !text.ends_with(char::is_whitespace) && !run.text.starts_with(char::is_whitespace) {
            text.push(' ');
        }
        text.push_str(&run.text);
        end = run.end;
    }
    text
}

/// The number of a footnote, which would read as part of the word before it. `10⁶` and `m²` stay as they are.
fn is_mark(run: &Run, before: &str, size: f32) -> bool {
    let number = run.text.trim();
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let word = before.chars().rev().take_while(|c| c.is_alphabetic()).count();
    is_number
        && run.size < size * MARK_SIZE
        && (word >= 3 || before.ends_with(['.', ',', ';', ':', '!', '?', ')', '”', '"']))
}

/// Sets the runs of a page into lines in reading order: from top to bottom, two columns of text one after the other.
pub(crate) fn lines(mut runs: Vec<Run>) -> Vec<Line> {
    // Spaces are told by the gaps between words, so that a wide space cannot hide one.
    runs.retain(|run| !run.text.trim().is_empty());
    runs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut rows: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        match rows.last_mut() {
            Some(row)
                if row.first().is_some_and(|first| first.y - run.y <= SLACK * first.size.min(run.size).max(4.0)) =>
            {
                row.push(run);
            }
            _ => rows.push(vec![run]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    match gutter(&rows) {
        Some(gutter) => columns(rows, gutter),
        None => rows.into_iter().map(|runs| Line { runs }).collect(),
    }
}

/// Where the gap between two columns of text is, in points from the left.
fn gutter(rows: &[Vec<Run>]) -> Option<f32> {
    let visible = || rows.iter().flatten();
    let left = visible().map(|run| run.x).fold(f32::INFINITY, f32::min);
    let right = visible().map(|run| run.end).fold(f32::NEG_INFINITY, f32::max);
    let width = right - left;
    if rows.len() < MIN_COLUMN_ROWS || !width.is_finite() || width <= 0.0 {
        return None;
    }
    // The right column begins at the same place on many rows.
    let mut starts: Vec<(i32, usize)> = Vec::new();
    for row in rows {
        let ends = std::iter::once(f32::NEG_INFINITY).chain(row.iter().map(|run| run.end));
        for (run, _) in row.iter().zip(ends).filter(|(run, end)| run.x - end >= MIN_GUTTER) {
            let at = run.x.round() as i32;
            match starts.iter_mut().find(|(start, _)| (start.saturating_sub(at)).abs() <= 2) {
                Some((_, count)) => *count += 1,
                None => starts.push((at, 1)),
            }
        }
    }
    let is_middle = |at: i32| (0.3..0.7).contains(&((at as f32 - left) / width));
    starts.retain(|(at, count)| is_middle(*at) && *count >= MIN_COLUMN_ROWS);
    starts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    starts.into_iter().map(|(at, _)| at as f32 - 3.0).find(|at| parts_columns(rows, *at))
}

/// Whether there is running text on both sides of a gutter, side by side, and hardly any across it.
fn parts_columns(rows: &[Vec<Run>], gutter: f32) -> bool {
    let (top, bottom) = right_column(rows, gutter);
    let (mut left_long, mut right_long, mut short, mut crossed) = (0, 0, 0, 0);
    for row in rows.iter().filter(|row| (bottom..=top).contains(&height(row))) {
        let Some((left, right)) = sides(row, gutter) else {
            crossed += 1;
            continue;
        };
        left_long += usize::from(left >= COLUMN_CHARS);
        right_long += usize::from(right >= COLUMN_CHARS);
        short += usize::from((1..COLUMN_CHARS).contains(&left)) + usize::from((1..COLUMN_CHARS).contains(&right));
    }
    let long = left_long + right_long;
    left_long >= MIN_COLUMN_ROWS && right_long >= MIN_COLUMN_ROWS && long > short * 2 && crossed * 3 <= long
}

/// How high the column on the right begins and ends, with a line of tolerance: text below it is not beside it.
fn right_column(rows: &[Vec<Run>], gutter: f32) -> (f32, f32) {
    const TOLERANCE: f32 = 16.0;
    let heights = || rows.iter().filter(|row| row.iter().any(|run| run.x >= gutter)).map(|row| height(row));
    (heights().fold(f32::NEG_INFINITY, f32::max) + TOLERANCE, heights().fold(f32::INFINITY, f32::min) - TOLERANCE)
}

fn height(row: &[Run]) -> f32 {
    row.first().map_or(0.0, |run| run.y)
}

/// How many characters a row has on each side of a gutter; `None` if text lies across it.
fn sides(row: &[Run], gutter: f32) -> Option<(usize, usize)> {
    let visible = || row.iter();
    if visible().any(|run| run.x < gutter - MIN_GUTTER / 2.0 && run.end > gutter + 2.0) {
        return None;
    }
    let chars = |is_left: bool| {
        visible().filter(|run| (run.x < gutter) == is_left).map(|run| run.text.trim().chars().count()).sum::<usize>()
    };
    Some((chars(true), chars(false)))
}

/// The rows with each stretch of two columns read one after the other; a row across both parts two stretches.
fn columns(rows: Vec<Vec<Run>>, gutter: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    let (top, bottom) = right_column(&rows, gutter);
    let (mut left, mut right): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for row in rows {
        if sides(&row, gutter).is_none() || !(bottom..=top).contains(&height(&row)) {
            lines.append(&mut left);
            lines.append(&mut right);
            lines.push(Line { runs: row });
            continue;
        }
        let (before, after): (Vec<Run>, Vec<Run>) = row.into_iter().partition(|run| run.x < gutter);
        for (runs, column) in [(before, &mut left), (after, &mut right)] {
            if runs.iter().any(|run| !run.text.trim().is_empty()) {
                column.push(Line { runs });
            }
        }
    }
    lines.append(&mut left);
    lines.append(&mut right);
    lines
}
