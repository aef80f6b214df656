//! Streaming Markdown cut into the units that are checked one by one: sentences, list items, table rows, code blocks.

use baton_knowledge::sentence_ranges;

use crate::gate::marks::{mark_at, take_marks};

/// Longest table row, in bytes; a longer line is read as running text.
const ROW_BYTES_MAX: usize = 2_000;

/// A line is cut into sentences in pieces of at most this many bytes: finding sentences costs more than linear time.
const CUT_BYTES_MAX: usize = 1_200;

/// One piece of text that states something, with its place in the layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// The words, without list markup and markers.
    pub(super) text: String,
    /// The numbers that the writer put behind it.
    pub(super) marks: Vec<usize>,
    /// List, heading or quote markup of its line.
    pub(super) prefix: String,
    /// Whether it is the first of its line.
    pub(super) opens_line: bool,
    /// Whether its line is an item of a list or a row of a table.
    pub(super) is_item: bool,
    /// Whether it is a fenced code block.
    pub(super) is_code: bool,
    /// The number of its line.
    pub(super) line: usize,
}

impl Unit {
    /// The unit as Markdown after what was released before, with the numbers of its sources.
    ///
    /// `continues` says that the last released unit is of the same line.
    pub(super) fn render(&self, before: &str, continues: bool, markers: &[usize]) -> String {
        let mut out = if before.is_empty() {
            self.prefix.clone()
        } else if continues {
            " ".to_owned()
        } else {
            let gap = if before.ends_with("\n\n") { "" } else { "\n\n" };
            let gap = if self.is_item && self.follows_item(before) { "\n" } else { gap };
            format!("{gap}{}", self.prefix)
        };
        out.push_str(&self.text);
        let row = self.text.trim_end().strip_suffix('|').map(str::len);
        let marks: String = markers.iter().map(|marker| format!("[{marker}]")).collect();
        match row {
            // A marker behind the last bar would fall out of the table.
            Some(_) if !marks.is_empty() && self.text.starts_with('|') => {
                let at = out.trim_end().len() - 1;
                out.insert_str(at, &format!("{marks} "));
            }
            _ if marks.is_empty() => {}
            _ => {
                out.push_str(if self.is_code { "\n\n" } else { " " });
                out.push_str(&marks);
            }
        }
        out
    }

    /// Whether the last released line is an item or lead-in that this item continues.
    fn follows_item(&self, before: &str) -> bool {
        let last = before.trim_end().rsplit('\n').next().unwrap_or_default();
        let (prefix, _) = line_prefix(last);
        !prefix.trim().is_empty() || last.starts_with('|')
    }
}

/// Collects text until units are complete.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// The rest of the current line, from the first character that is not in a finished unit.
    line: String,
    /// Whether a unit of the current line is finished.
    begun: bool,
    prefix: String,
    is_item: bool,
    line_number: usize,
    /// The lines of an open code block.
    code: Option<String>,
}

impl Units {
    pub(super) fn push(&mut self, text: &str) -> Vec<Unit> {
        // Spaces of all kinds are one kind from here on.
        let text: String =
            text.chars().map(|c| if c.is_whitespace() && c != '\n' && c != '\r' { ' ' } else { c }).collect();
        let mut units = Vec::new();
        for part in text.split_inclusive('\n') {
            self.line.push_str(part.trim_end_matches(['\n', '\r']));
            if part.ends_with('\n') {
                self.end_line(&mut units);
            }
        }
        let may_end = text.contains(['.', '!', '?', ':', '。', '！', '？', ']', '】']);
        if may_end && self.code.is_none() && !self.line.trim_start().starts_with(['`', '~', '|']) {
            self.cut(&mut units, false);
        }
        units
    }

    /// Takes all of the current line as finished; what follows goes on in the same line.
    pub(super) fn end_part(&mut self) -> Vec<Unit> {
        let mut units = Vec::new();
        if self.code.is_none() {
            self.cut(&mut units, true);
        }
        units
    }

    /// Ends the line, and a block of code that is still open.
    pub(super) fn finish(&mut self) -> Vec<Unit> {
        let mut units = Vec::new();
        self.end_line(&mut units);
        if let Some(code) = self.code.take() {
            units.push(self.code_unit(format!("{code}```")));
        }
        units
    }

    fn end_line(&mut self, units: &mut Vec<Unit>) {
        if self.end_code_line(units) {
            return;
        }
        self.cut(units, true);
        self.line.clear();
        self.begun = false;
        self.prefix.clear();
        self.is_item = false;
        self.line_number += 1;
    }

    /// Handles a line of a code block or of its fences.
    fn end_code_line(&mut self, units: &mut Vec<Unit>) -> bool {
        let fence = self.line.trim_start().starts_with("```") || self.line.trim_start().starts_with("~~~");
        match self.code.take() {
            None if fence && !self.begun => self.code = Some("```\n".to_owned()),
            None => return false,
            Some(code) if fence => units.push(self.code_unit(format!("{code}```"))),
            Some(mut code) => {
                code.push_str(&self.line);
                code.push('\n');
                self.code = Some(code);
            }
        }
        self.line.clear();
        self.line_number += 1;
        true
    }

    fn code_unit(&self, text: String) -> Unit {
        self.unit(text, Vec::new(), true)
    }

    /// Takes the finished sentences off the current line; all of them if the line is over.
    fn cut(&mut self, units: &mut Vec<Unit>, line_is_over: bool) {
        if !self.begun && self.prefix.is_empty() {
            let (prefix, is_item) = line_prefix(&self.line);
            // "1" may become "1." and "-" may become "- ": wait for what follows.
            if !line_is_over && prefix.len() == self.line.len() {
                return;
            }
            self.is_item = is_item;
            self.prefix = prefix.to_owned();
            self.line.drain(..prefix.len());
        }
        while self.line.len() > CUT_BYTES_MAX {
            let head: String = self.line.drain(..cut_point(&self.line)).collect();
            self.take_sentences(&head, true, false, units);
        }
        let is_row = self.line.len() <= ROW_BYTES_MAX && self.line.trim_start().starts_with('|');
        let line = std::mem::take(&mut self.line);
        let taken = self.take_sentences(&line, line_is_over, is_row, units);
        self.line.push_str(&line[taken..]);
    }

    /// Makes units of the finished sentences of a text; returns how many bytes of it they take.
    fn take_sentences(&mut self, text: &str, is_over: bool, is_row: bool, units: &mut Vec<Unit>) -> usize {
        let (sentences, taken) = sentences(text, is_over, is_row);
        for (text, marks) in sentences {
            let unit = self.unit(text, marks, false);
            units.push(Unit { is_item: unit.is_item || is_row, ..unit });
            self.begun = true;
        }
        taken
    }

    fn unit(&self, text: String, marks: Vec<usize>, is_code: bool) -> Unit {
        Unit {
            text,
            marks,
            prefix: if is_code { String::new() } else { self.prefix.clone() },
            opens_line: !self.begun,
            is_item: self.is_item && !is_code,
            is_code,
            line: self.line_number,
        }
    }
}

/// Where to cut a long line: behind its last stop, else its last space, else anywhere.
fn cut_point(line: &str) -> usize {
    let head = &line[..line.floor_char_boundary(CUT_BYTES_MAX)];
    let space = || head.rfind(' ').filter(|at| *at > 0).map(|at| at + 1);
    head.rfind(". ").map(|at| at + 2).or_else(space).unwrap_or(head.len())
}

/// The finished sentences of a line with their markers, and how many bytes they take.
fn sentences(line: &str, line_is_over: bool, is_row: bool) -> (Vec<(String, Vec<usize>)>, usize) {
    let ranges = if is_row { std::iter::once(0..line.len()).collect() } else { sentence_ranges(line) };
    let mut out: Vec<(String, Vec<usize>, usize)> = Vec::new();
    for range in ranges {
        let mut start = range.start;
        // Markers at the beginning belong to the sentence before.
        while let Some((marks, length)) = mark_at(line[start..range.end].trim_start()) {
            let Some(last) = out.last_mut() else { break };
            start += line[start..range.end].len() - line[start..range.end].trim_start().len() + length;
            last.1.extend(marks);
            last.2 = start;
        }
        let (text, marks) = take_marks(&line[start..range.end]);
        let is_stop = !text.chars().any(char::is_alphanumeric) && !is_row;
        match out.last_mut() {
            Some(last) if is_stop => {
                last.0.push_str(text.trim());
                last.1.extend(marks);
                last.2 = range.end;
            }
            _ if text.trim().is_empty() => {}
            _ => out.push((text.trim().to_owned(), marks, range.end)),
        }
    }
    if !line_is_over {
        // The last may go on; one before it may still get a marker whose bracket is open.
        let last = out.pop();
        if last.is_some_and(|(text, ..)| text.starts_with(['[', '【'])) {
            out.pop();
        }
    }
    let taken = if line_is_over { line.len() } else { out.last().map_or(0, |(.., end)| *end) };
    (out.into_iter().map(|(text, marks, _)| (text, marks)).collect(), taken)
}

/// The markup with which a line begins, and whether it makes the line a list item.
pub(super) fn line_prefix(line: &str) -> (&str, bool) {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[indent..];
    let bullet = ["- ", "* ", "+ ", "• "].iter().find(|bullet| rest.starts_with(**bullet)).map(|bullet| bullet.len());
    if let Some(length) = bullet {
        return (&line[..indent + length], true);
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) && (rest[digits..].starts_with(". ") || rest[digits..].starts_with(") ")) {
        return (&line[..indent + digits + 2], true);
    }
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && rest[hashes..].starts_with(' ') {
        return (&line[..indent + hashes + 1], false);
    }
    if rest.starts_with("> ") {
        return (&line[..indent + 2], false);
    }
    // Only the beginning of one of these so far.
    let open = rest.is_empty() || matches!(rest, "-" | "*" | "+" | ">" | "•") || rest.bytes().all(|byte| byte == b'#');
    let open = open || (digits > 0 && digits <= 3 && matches!(&rest[digits..], "" | "." | ")"));
    (if open { line } else { &line[..indent] }, false)
}
