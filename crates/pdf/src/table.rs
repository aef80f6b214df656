//! Tables: lines whose pieces stand in columns.

use crate::lines::{Line, Run, text_of};

/// A gap of this many type sizes parts two cells.
const CELL_GAP: f32 = 0.7;
/// Rows further apart than this many type sizes are not of one table.
const MAX_PITCH: f32 = 3.2;
/// The lines of one cell are at most so far apart, in type sizes.
const LINE_PITCH: f32 = 1.45;
/// How far a cell may begin beside its column, in points.
const SLACK: f32 = 2.5;
/// Cells longer than this on most lines are columns of running text. In characters.
const PROSE_CHARS: usize = 28;
/// Fewer cells than this make no table.
const MIN_CELLS: usize = 5;

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// The names of the columns, which may be empty.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A piece of a line with its place.
struct Cell<'l> {
    runs: &'l [Run],
    x: f32,
    end: f32,
}

/// The table that begins with the first of `lines`, and how many of them it takes.
pub(crate) fn find(lines: &[Line]) -> Option<(Table, usize)> {
    let first = lines.first()?;
    if cells(first, &[]).len() < 2 || first.is_mono() {
        return None;
    }
    let taken = run_of_rows(lines);
    let lines = &lines[..taken];
    let starts = column_starts(lines);
    if starts.len() < 2 || taken < 2 {
        return None;
    }
    let rows: Vec<Vec<Cell<'_>>> = lines.iter().map(|line| cells(line, &starts)).collect();
    let filled = rows.iter().filter(|row| row.len() >= 2).count();
    if filled < 2 || rows.iter().map(Vec::len).sum::<usize>() < MIN_CELLS {
        return None;
    }
    if is_list(&rows) || is_prose(&rows, &starts) {
        return None;
    }
    let (header, rows) = table(lines, &rows, &starts);
    (!rows.is_empty()).then_some((Table { header, rows }, taken))
}

/// How many lines from the first on have cells in the same columns.
fn run_of_rows(lines: &[Line]) -> usize {
    let mut spans: Vec<(f32, f32)> = cells(&lines[0], &[]).iter().map(|cell| (cell.x, cell.end)).collect();
    let mut last_filled = 0;
    for (index, line) in lines.iter().enumerate().skip(1) {
        let pitch = lines[index - 1].y() - line.y();
        let size = line.size();
        if pitch <= 0.0 || pitch > MAX_PITCH * size || line.is_mono() {
            break;
        }
        let cells = cells(line, &spans.iter().map(|span| span.0).collect::<Vec<_>>());
        // A cell that lies across two columns is a line of text.
        let fits = cells
            .iter()
            .all(|cell| spans.iter().filter(|(x, end)| cell.x < *end - SLACK && cell.end > *x + SLACK).count() <= 1);
        if !fits {
            break;
        }
        match cells.as_slice() {
            [] => break,
            [only] => {
                // The rest of a cell above, in a column that is not the first or right below it.
                let is_rest = pitch <= LINE_PITCH * size
                    && spans.iter().any(|(x, _)| (only.x - x).abs() <= SLACK)
                    && only.x > spans[0].0 + SLACK;
                if !is_rest {
                    break;
                }
            }
            _ => last_filled = index,
        }
        for cell in &cells {
            let column = spans.iter_mut().find(|(x, end)| cell.x < *end && cell.end > *x);
            match column {
                Some(span) => *span = (span.0.min(cell.x), span.1.max(cell.end)),
                None => spans.push((cell.x, cell.end)),
            }
        }
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let rest = lines[last_filled + 1..].iter().take_while(|line| {
        line.x() > lines[0].x() + SLACK
            && cells(line, &[]).len() == 1
            && spans.iter().any(|(x, _)| (line.x() - x).abs() <= SLACK)
    });
    let mut taken = last_filled + 1;
    let mut y = lines[last_filled].y();
    for line in rest {
        if y - line.y() > LINE_PITCH * line.size() || line.y() >= y {
            break;
        }
        y = line.y();
        taken += 1;
    }
    taken
}

/// Where the columns begin: the leftmost place of cells that lie over each other.
///
/// Rows with many cells come first, so that a cell across two columns does not join them.
fn column_starts(lines: &[Line]) -> Vec<f32> {
    let mut rows: Vec<Vec<Cell<'_>>> = lines.iter().map(|line| cells(line, &[])).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.len()));
    let mut spans: Vec<(f32, f32)> = Vec::new();
    for cell in rows.iter().flatten() {
        let mut met = spans.iter_mut().filter(|(x, end)| cell.x < *end && cell.end > *x);
        match (met.next(), met.next()) {
            (Some(span), None) => *span = (span.0.min(cell.x), span.1.max(cell.end)),
            (None, _) => spans.push((cell.x, cell.end)),
            (Some(_), Some(_)) => {}
        }
    }
    let mut starts: Vec<f32> = spans.into_iter().map(|(x, _)| x).collect();
    starts.sort_by(f32::total_cmp);
    starts
}

/// The cells of a line: runs that stand apart, or that begin where a column does.
fn cells<'l>(line: &'l Line, starts: &[f32]) -> Vec<Cell<'l>> {
    let mut cells = Vec::new();
    let mut from = 0;
    let size = line.size();
    for at in 1..=line.runs.len() {
        let is_end = at == line.runs.len() || {
            let (before, run) = (&line.runs[at - 1], &line.runs[at]);
            let gap = run.x - before.end;
            gap > CELL_GAP * size || gap > 0.0 && starts.iter().any(|start| (run.x - start).abs() <= 1.0)
        };
        if is_end {
            let runs = &line.runs[from..at];
            let visible = || runs.iter().filter(|run| !run.text.trim().is_empty());
            if let (Some(first), Some(last)) = (visible().next(), visible().next_back()) {
                cells.push(Cell { runs, x: first.x, end: last.end });
            }
            from = at;
        }
    }
    cells
}

/// A list, whose markers stand apart from the text.
fn is_list(rows: &[Vec<Cell<'_>>]) -> bool {
    let marked = rows
        .iter()
        .filter(|row| row.len() == 2 && row.first().is_some_and(|cell| is_marker(text_of(cell.runs, 0.0).trim())));
    marked.count() * 2 > rows.iter().filter(|row| row.len() >= 2).count()
}

pub(crate) fn is_marker(text: &str) -> bool {
    let digits = text.trim_end_matches(['.', ')', ']']).trim_start_matches(['(', '[']);
    let is_number = text.len() > digits.len()
        && !digits.is_empty()
        && digits.len() <= 3
        && digits.chars().all(char::is_alphanumeric);
    is_number || text.chars().count() == 1 && text.chars().all(|c| "•◦▪■●○‣–—*·-".contains(c))
}

/// Columns of running text rather than a table.
fn is_prose(rows: &[Vec<Cell<'_>>], starts: &[f32]) -> bool {
    if starts.len() != 2 || rows.len() < 4 {
        return false;
    }
    let long = |cell: &Cell<'_>| text_of(cell.runs, 0.0).chars().count() > PROSE_CHARS;
    let both = rows.iter().filter(|row| row.len() == 2 && row.iter().all(long)).count();
    both * 2 > rows.len()
}

fn table(lines: &[Line], rows: &[Vec<Cell<'_>>], starts: &[f32]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut out: Vec<(Vec<String>, bool)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let mut cells = vec![String::new(); starts.len()];
        for cell in row {
            let column = starts.iter().rposition(|start| *start <= cell.x + SLACK).unwrap_or(0);
            if !cells[column].is_empty() {
                cells[column].push(' ');
            }
            cells[column].push_str(text_of(cell.runs, lines[index].size()).trim());
        }
        let close = index > 0 && lines[index - 1].y() - lines[index].y() <= LINE_PITCH * lines[index].size();
        match out.last_mut() {
            // A row without a first cell, close below, is the second line of the row above.
            Some((above, _)) if close && cells[0].is_empty() => {
                for (above, cell) in above.iter_mut().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    if !above.is_empty() {
                        above.push(' ');
                    }
                    above.push_str(&cell);
                }
            }
            _ => out.push((cells, lines[index].is_bold())),
        }
    }
    let others_are_plain = out.iter().skip(1).any(|(_, is_bold)| !is_bold);
    let has_digits = |cells: &[String]| cells.iter().any(|cell| cell.contains(|c: char| c.is_ascii_digit()));
    let is_header = out.first().is_some_and(|(cells, is_bold)| {
        *is_bold && others_are_plain
            || !has_digits(cells) && out.iter().skip(1).filter(|(cells, _)| has_digits(cells)).count() * 2 >= out.len()
    });
    let mut rows: Vec<Vec<String>> = out.into_iter().map(|(cells, _)| cells).collect();
    let header = if is_header && rows.len() > 1 { rows.remove(0) } else { Vec::new() };
    (header, rows)
}
