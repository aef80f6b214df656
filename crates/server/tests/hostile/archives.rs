//! Packed files.

use std::io::{Cursor, Write as _};

use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn zip(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Word document with this body.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

/// A Word document with other parts beside its text.
pub(crate) fn docx_with(body: &str, others: &[(&str, Vec<u8>)]) -> Vec<u8> {
    packed(&document("", body), others)
}

/// A Word document whose text begins with declarations.
pub(crate) fn docx_with_prologue(prologue: &str, body: &str) -> Vec<u8> {
    packed(&document(prologue, body), &[])
}

fn document(prologue: &str, body: &str) -> String {
    format!("<?xml version=\"1.0\"?>{prologue}<w:document xmlns:w=\"{NAMESPACE}\"><w:body>{body}</w:body></w:document>")
}

fn packed(document: &str, others: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut parts = vec![("[Content_Types].xml", b"<Types/>".to_vec())];
    parts.extend(others.iter().map(|(name, bytes)| (*name, bytes.clone())));
    parts.push(("word/document.xml", document.as_bytes().to_vec()));
    zip(&parts)
}

/// A Word document whose text unpacks to eighty megabytes.
pub(crate) fn docx_bomb() -> Vec<u8> {
    docx(&" ".repeat(80 * 1024 * 1024))
}

/// Archives inside archives, each level sixteen times wider.
pub(crate) fn nested_zip(levels: usize) -> Vec<u8> {
    let innermost = zip(&[("zeros", vec![0; 4 * 1024 * 1024])]);
    (1..levels).fold(innermost, |inner, level| {
        let names: Vec<String> = (0..16).map(|number| format!("{level}-{number}.zip")).collect();
        zip(&names.iter().map(|name| (name.as_str(), inner.clone())).collect::<Vec<_>>())
    })
}

/// A packed file whose list names one and the same content so many times.
pub(crate) fn overlapping(count: u16) -> Vec<u8> {
    let local = |name: &str| {
        let mut head = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        head.extend(name.as_bytes());
        head
    };
    let mut file = local("word/document.xml");
    let list_at = file.len();
    for number in 0..count {
        let name = if number == 0 { "word/document.xml".to_owned() } else { format!("word/{number}.xml") };
        file.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        file.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        file.extend([0; 16]);
        file.extend(name.as_bytes());
    }
    let list_bytes = file.len() - list_at;
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(u32::try_from(list_bytes).unwrap().to_le_bytes());
    file.extend(u32::try_from(list_at).unwrap().to_le_bytes());
    file.extend([0, 0]);
    file
}

/// A gzip file of sixteen megabytes of zeros, a few kilobytes long.
pub(crate) fn gzip_bomb() -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&vec![0; 16 * 1024 * 1024]).unwrap();
    gzip.finish().unwrap()
}

/// A zlib stream that unpacks to `megabytes` times a megabyte of `filling`: one packed megabyte, over and over.
pub(crate) fn deflate_bomb(filling: &[u8], megabytes: usize) -> Vec<u8> {
    let unit: Vec<u8> = filling.iter().copied().cycle().take(1024 * 1024).collect();
    let mut packed = Vec::with_capacity(1024 * 1024);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(&unit, &mut packed, FlushCompress::Full).unwrap();
    let mut stream = vec![0x78, 0x9c];
    for _ in 0..megabytes {
        stream.extend(&packed);
    }
    // The last block, empty, and a checksum that nobody gets to.
    stream.extend([0x03, 0x00, 0, 0, 0, 0]);
    stream
}
