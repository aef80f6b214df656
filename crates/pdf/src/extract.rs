//! From the bytes of a PDF to pages of lines. The only place that knows `pdf_oxide`.

use pdf_oxide::extractors::text::ArtifactType;
use pdf_oxide::layout::TextSpan;
use pdf_oxide::{PdfDocument, ReadingOrder};

use crate::PdfError;
use crate::limits::{MAX_CHARS, MAX_PAGES, MAX_RUNS_ON_A_PAGE};
use crate::lines::{Page, Run, is_right_to_left, lines};
use crate::words::plain;

/// The height of a page that does not say it, in points: A4.
const USUAL_HEIGHT: f32 = 842.0;
/// Text turned further than this is a watermark or the label of a diagram, in degrees.
const MAX_TURN: f32 = 5.0;

/// The title that the file states, and its pages.
pub(crate) fn read(bytes: &[u8]) -> Result<(Option<String>, Vec<Page>), PdfError> {
    let file = PdfDocument::from_bytes(bytes.to_vec()).map_err(|_| PdfError::Damaged)?;
    if file.is_encrypted() && !file.is_authenticated() {
        return Err(PdfError::Protected);
    }
    let count = file.page_count().map_err(|_| PdfError::Damaged)?;
    if count > MAX_PAGES {
        return Err(PdfError::TooManyPages);
    }
    let mut pages = Vec::with_capacity(count);
    let (mut chars, mut failed) = (0, 0);
    for index in 0..count {
        // A page that cannot be read must not cost the others.
        let Ok(spans) = file.extract_spans_with_reading_order(index, ReadingOrder::TopToBottom) else {
            failed += 1;
            continue;
        };
        let lines = lines(spans.into_iter().take(MAX_RUNS_ON_A_PAGE).filter_map(|span| run(&span)).collect());
        chars += lines.iter().flat_map(|line| &line.runs).map(|run| run.text.len()).sum::<usize>();
        if chars > MAX_CHARS {
            return Err(PdfError::TooMuchText);
        }
        let height = file.get_page_media_box(index).map_or(USUAL_HEIGHT, |(_, bottom, _, top)| (top - bottom).abs());
        pages.push(Page { number: u32::try_from(index + 1).unwrap_or(u32::MAX), height, lines });
    }
    if pages.is_empty() && failed > 0 || count == 0 {
        return Err(PdfError::Damaged);
    }
    Ok((title(&file), pages))
}

fn run(span: &TextSpan) -> Option<Run> {
    let is_furniture = matches!(span.artifact_type, Some(ArtifactType::Pagination(_)));
    let turn = span.rotation_degrees.rem_euclid(360.0);
    let is_turned = turn > MAX_TURN && turn < 360.0 - MAX_TURN;
    let numbers = [span.bbox.x, span.bbox.y, span.bbox.width, span.font_size];
    if is_furniture || is_turned || numbers.iter().any(|number| !number.is_finite()) {
        return None;
    }
    let text = if span.rtl_draw_logical { plain(&span.text) } else { logical(plain(&span.text)) };
    Some(Run {
        text,
        x: span.bbox.x,
        end: span.bbox.x + span.bbox.width,
        y: span.bbox.y,
        size: span.font_size.max(1.0),
        is_bold: span.font_weight.is_bold(),
        is_mono: span.is_monospace,
        heading: span.heading_level,
    })
}

/// Text from right to left is mostly stored as it is seen; this turns it into the order in which it is read.
fn logical(text: String) -> String {
    if !text.chars().any(is_right_to_left) { text } else { text.chars().rev().collect() }
}

/// The title in the file's properties, unless a program put the name of a file there.
fn title(file: &PdfDocument) -> Option<String> {
    let info = file.resolve_object(file.trailer().as_dict()?.get("Info")?).ok()?;
    let title = file.resolve_object(info.as_dict()?.get("Title")?).ok()?;
    let text = plain(&decoded(title.as_string()?));
    let text = text.trim();
    let is_file_name =
        text.rsplit_once('.').is_some_and(|(_, ending)| (2..=5).contains(&ending.len()) && !ending.contains(' '));
    (text.chars().count() >= 3 && !is_file_name && !text.starts_with("Microsoft Word")).then(|| text.to_owned())
}

/// A text string of a PDF: UTF-16 or UTF-8 with a mark, else close to Latin-1.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
