//! `pdftotext` of Poppler, for files that the first reader makes nothing of.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::limits::{MAX_CHARS, MAX_PAGES};
use crate::lines::{Line, Page, Run};
use crate::words::plain;

/// Whether another program may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// Only this crate reads.
    None,
    /// `pdftotext` is asked, if it is installed. It inherits the limits of this process.
    PdfToText,
}

/// Where it is installed. A search path is not asked: the process that reads has none.
const PLACES: [&str; 3] = ["/usr/bin/pdftotext", "/usr/local/bin/pdftotext", "/opt/homebrew/bin/pdftotext"];

/// The pages as `pdftotext` reads them; `None` if it is not there or finds nothing.
pub(crate) fn read(bytes: &[u8], fallback: Fallback) -> Option<Vec<Page>> {
    let program = match fallback {
        Fallback::None => return None,
        Fallback::PdfToText => PLACES.iter().find(|place| Path::new(place).is_file())?,
    };
    let mut child = Command::new(program)
        .args(["-enc", "UTF-8", "-q", "-", "-"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut text = Vec::new();
    let read = std::thread::scope(|scope| {
        let stdin = child.stdin.take();
        // It may stop reading at any time, which is no error: what it says then is taken.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(bytes)));
        child.stdout.take().map(|stdout| stdout.take(MAX_CHARS as u64).read_to_end(&mut text))
    });
    let _ = child.kill();
    let _ = child.wait();
    read?.ok()?;
    let pages = pages(&String::from_utf8_lossy(&text));
    pages.iter().any(|page| !page.lines.is_empty()).then_some(pages)
}

/// Pages are parted by form feeds. Places are made up: a blank line is a gap.
fn pages(text: &str) -> Vec<Page> {
    const SIZE: f32 = 10.0;
    let pages = text.split('\u{c}').take(MAX_PAGES).zip(1..);
    pages
        .map(|(text, number)| {
            let height = text.lines().count() as f32 * SIZE * 1.2 + 4.0 * SIZE;
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            let lines = lines.map(|(index, line)| {
                let text = plain(line);
                let end = text.chars().count() as f32 * SIZE / 2.0;
                let y = height - 2.0 * SIZE - index as f32 * SIZE * 1.2;
                let run = Run { text, x: 0.0, end, y, size: SIZE, is_bold: false, is_mono: false, heading: None };
                Line { runs: vec![run] }
            });
            Page { number, height, lines: lines.collect() }
        })
        .collect()
}
