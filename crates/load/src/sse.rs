//! Server-sent events from bytes. Pure: pieces of any size in, whole frames out.

use serde::de::DeserializeOwned;

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its name; empty if it has none.
    pub(crate) event: String,
    /// Its number in the log or the feed, if it has one.
    pub(crate) id: Option<u64>,
    /// Its content, JSON as text.
    pub(crate) data: String,
}

impl Frame {
    /// Reads the content.
    ///
    /// # Errors
    /// If it is not of that type.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.data)
    }
}

/// Collects bytes until frames are complete. Comments, which keep connections alive, are counted and dropped.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    frame: Frame,
    begun: bool,
}

impl Parser {
    /// Takes a piece of the stream and adds the frames that it completes to `out`.
    pub(crate) fn push(&mut self, mut bytes: &[u8], out: &mut impl Extend<Frame>) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.end_line(out);
        }
        self.line.extend_from_slice(bytes);
    }

    fn end_line(&mut self, out: &mut impl Extend<Frame>) {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            if std::mem::take(&mut self.begun) {
                out.extend(std::iter::once(std::mem::take(&mut self.frame)));
            }
            return;
        }
        let text = String::from_utf8_lossy(line);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.frame.event),
            "id" => self.frame.id = value.parse().ok(),
            "data" => {
                if !self.frame.data.is_empty() {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            // A comment, or a field that says nothing to us.
            _ => return,
        }
        self.begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        ": hi\n\nevent: entry\nid: 7\ndata: {\"seq\":7}\n\nevent:delta\r\ndata: a\r\ndata: b\r\n\r\nretry: 5\n\n";

    fn frames(pieces: impl IntoIterator<Item = Vec<u8>>) -> Vec<Frame> {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        pieces.into_iter().for_each(|piece| parser.push(&piece, &mut out));
        out
    }

    #[test]
    fn frames_have_names_numbers_and_content() {
        let entry = Frame { event: "entry".into(), id: Some(7), data: "{\"seq\":7}".into() };
        let delta = Frame { event: "delta".into(), id: None, data: "a\nb".into() };
        assert_eq!(frames([STREAM.as_bytes().to_vec()]), [entry, delta]);
    }

    #[test]
    fn where_the_stream_is_cut_does_not_matter() {
        let whole = frames([STREAM.as_bytes().to_vec()]);
        for at in 0..STREAM.len() {
            let (head, tail) = STREAM.as_bytes().split_at(at);
            assert_eq!(frames([head.to_vec(), tail.to_vec()]), whole, "cut at {at}");
        }
        assert_eq!(frames(STREAM.bytes().map(|byte| vec![byte])), whole);
    }

    #[test]
    fn an_unfinished_frame_is_none() {
        assert_eq!(frames([b"event: entry\ndata: x\n".to_vec()]), []);
    }

    #[test]
    fn content_is_read_as_json() {
        let frame = Frame { data: "[1,2]".into(), ..Frame::default() };
        assert_eq!(frame.json::<Vec<u8>>().unwrap(), [1, 2]);
        assert!(frame.json::<String>().is_err());
    }
}
