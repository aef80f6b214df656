//! PDFs, written object by object.

use crate::archives::deflate_bomb;

/// A PDF of these objects, numbered from 1; the first is the catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    file.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").bytes());
    file
}

fn stream(entries: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("<< {entries} /Length {} >>\nstream\n", bytes.len()).as_bytes(), bytes, b"\nendstream"].concat()
}

fn show(line: &str) -> Vec<u8> {
    let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    format!("BT /F1 12 Tf 72 700 Td ({line}) Tj ET").into_bytes()
}

const FONT: &[u8] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// A PDF of one page with this content, and with these resources besides a font.
fn page(content: Vec<u8>, resources: &str, others: Vec<Vec<u8>>) -> Vec<u8> {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> {resources} >> >>").into_bytes(),
        FONT.to_vec(),
        content,
    ];
    objects.extend(others);
    pdf(&objects)
}

/// A PDF with a line on each page.
pub(crate) fn text(lines: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..lines.len()).map(|index| format!("{} 0 R", 4 + index * 2)).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), lines.len()).into_bytes(),
        FONT.to_vec(),
    ];
    for (index, line) in lines.iter().enumerate() {
        let content = 5 + index * 2;
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R /Resources << /Font << /F1 3 0 R >> >> >>").into_bytes());
        objects.push(stream("", &show(line)));
    }
    pdf(&objects)
}

/// A PDF with a picture that says to be of this size, and a line of text.
pub(crate) fn with_picture(width: u32, height: u32, line: &str) -> Vec<u8> {
    let mut content = b"q 600 0 0 700 0 0 cm /I1 Do Q ".to_vec();
    if !line.is_empty() {
        content.extend(show(line));
    }
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
    );
    page(stream("", &content), "/XObject << /I1 6 0 R >>", vec![stream(&entries, &deflate_bomb(b"\0", 500))])
}

/// A page whose content unpacks to a gigabyte.
pub(crate) fn stream_bomb() -> Vec<u8> {
    page(stream("/Filter /FlateDecode", &deflate_bomb(b"q Q ", 1_000)), "", Vec::new())
}

/// PDFs that lead their reader ever deeper.
pub(crate) fn nested(levels: usize) -> Vec<Vec<u8>> {
    let arrays = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let dictionaries = format!("{}{}", "<</A ".repeat(levels), ">>".repeat(levels));
    let catalog = b"<< /Type /Catalog /Pages 2 0 R >>".to_vec();
    let itself = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>";
    vec![
        pdf(&[arrays.clone().into_bytes()]),
        pdf(&[dictionaries.into_bytes()]),
        page(stream("", arrays.as_bytes()), "", Vec::new()),
        page(stream("", &b"q ".repeat(levels)), "", Vec::new()),
        // Pages that are their own parents, a form that shows itself.
        pdf(&[catalog.clone(), b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>".to_vec()]),
        page(stream("", b"/X Do"), "/XObject << /X 6 0 R >>", vec![stream(itself, b"/X Do /X Do /X Do")]),
    ]
}
