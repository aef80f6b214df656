//! Writes small PDFs.

use std::fmt::Write as _;

/// The content of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writer {
    content: String,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Text whose baseline begins at a place, in points from the lower left corner.
    pub(crate) fn text(self, x: i32, y: i32, size: i32, text: &str) -> Self {
        self.text_of("F1", x, y, size, text)
    }

    pub(crate) fn bold(self, x: i32, y: i32, size: i32, text: &str) -> Self {
        self.text_of("F2", x, y, size, text)
    }

    pub(crate) fn text_of(mut self, font: &str, x: i32, y: i32, size: i32, text: &str) -> Self {
        let text = text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        writeln!(self.content, "BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET").expect("a string takes all");
        self
    }
}

fn stream(entries: &str, content: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A file of these pages.
pub(crate) fn file(pages: &[Writer]) -> Vec<u8> {
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), String::new()];
    let font = |name: &str| {
        format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi] >> >>"
        )
    };
    objects.extend(["Helvetica", "Helvetica-Bold", "Courier"].map(font));
    let mut kids = String::new();
    for page in pages {
        let number = objects.len() + 1;
        write!(kids, "{number} 0 R ").expect("a string takes all");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> >>",
            number + 1
        ));
        objects.push(stream("", &page.content));
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
    assemble(&objects, "")
}

/// A page with a picture and no text.
pub(crate) fn scan() -> Vec<u8> {
    let picture = "/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8";
    assemble(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>".to_owned(),
            stream("", "q 612 0 0 792 0 0 cm /I Do Q"),
            stream(picture, "abcd"),
        ],
        "",
    )
}

/// A page behind a password that nobody knows.
pub(crate) fn locked(page: &Writer) -> Vec<u8> {
    let zeros = "0".repeat(64);
    let lock = format!("<< /Filter /Standard /V 1 /R 2 /O <{zeros}> /U <{zeros}> /P -4 >>");
    let entries = format!("/Encrypt {lock} /ID [<00> <00>]");
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned();
    assemble(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
            stream("", &page.content),
            font,
        ],
        &entries,
    )
}

fn assemble(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", file.len()).expect("a string takes all");
        write!(file, "{number} 0 obj\n{object}\nendobj\n").expect("a string takes all");
    }
    let place = file.len();
    let size = objects.len() + 1;
    write!(file, "{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{place}\n%%EOF\n")
        .expect("a string takes all");
    file.into_bytes()
}
