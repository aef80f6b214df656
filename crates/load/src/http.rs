//! HTTP/1.1 on a socket of our own, for what is timed and what is flooded.
//!
//! Not a general client, and not for convenience: the race has to know whether a word of the AI was in the socket before
//! the acknowledgement was read from another socket, so it must be able to say "give me everything that lies there now".
//! A client with a pool and tasks of its own cannot tell.
//! It also costs little processor time, which the server needs on the same machine.

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Buf as _, BytesMut};
use serde::de::DeserializeOwned;
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::identity::Identity;

/// Most headers of a response.
const HEADERS_MAX: usize = 64;
/// Longest head of a response, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long connecting may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// A response, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Reads the body.
    ///
    /// # Errors
    /// If it is not of that type; the message shows its beginning.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).with_context(|| format!("status {}: {}", self.status, self.text()))
    }

    /// The body if the status is one of success.
    ///
    /// # Errors
    /// If it is not; the message shows what came.
    pub(crate) fn accepted(self) -> Result<Self> {
        ensure!((200..300).contains(&self.status), "status {}: {}", self.status, self.text());
        Ok(self)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

/// Status and framing of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The status code.
    pub(crate) status: u16,
    framing: Framing,
}

/// How long a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked(Chunked),
}

/// Where a chunked body stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Chunked {
    #[default]
    Size,
    Data {
        left: usize,
    },
    /// The line break after a chunk.
    DataEnd,
    /// The line break after the last chunk; trailers are not used here.
    End,
    Over,
}

impl Framing {
    /// Moves what belongs to the body from `input` to `out`; true once the body is over.
    fn decode(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<bool> {
        match self {
            Self::Length(left) => {
                let taken = (*left).min(input.len());
                out.extend_from_slice(&input[..taken]);
                input.advance(taken);
                *left -= taken;
                Ok(*left == 0)
            }
            Self::Chunked(state) => state.decode(input, out),
        }
    }
}

impl Chunked {
    fn decode(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<bool> {
        loop {
            match *self {
                Self::Size => match httparse::parse_chunk_size(input) {
                    Ok(httparse::Status::Partial) => return Ok(false),
                    Ok(httparse::Status::Complete((length, size))) => {
                        input.advance(length);
                        let left = usize::try_from(size).context("a chunk is too large")?;
                        *self = if left == 0 { Self::End } else { Self::Data { left } };
                    }
                    Err(_) => bail!("a chunk's size cannot be read"),
                },
                Self::Data { left } => {
                    if input.is_empty() {
                        return Ok(false);
                    }
                    let taken = left.min(input.len());
                    out.extend_from_slice(&input[..taken]);
                    input.advance(taken);
                    *self = if taken == left { Self::DataEnd } else { Self::Data { left: left - taken } };
                }
                Self::DataEnd | Self::End => {
                    if input.len() < 2 {
                        return Ok(false);
                    }
                    ensure!(&input[..2] == b"\r\n", "a chunk does not end where it should");
                    input.advance(2);
                    *self = if *self == Self::End { Self::Over } else { Self::Size };
                }
                Self::Over => return Ok(true),
            }
        }
    }
}

/// Reads the head of a response, if it is there whole, and takes it off `input`.
fn take_head(input: &mut BytesMut) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(input).context("the response is not HTTP/1.1")? else {
        ensure!(input.len() <= HEAD_BYTES_MAX, "the head of the response is too long");
        return Ok(None);
    };
    let status = response.code.context("the response has no status")?;
    let header = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    let chunked = header("transfer-encoding").is_some_and(|header| header.value.eq_ignore_ascii_case(b"chunked"));
    let framing = if chunked {
        Framing::Chunked(Chunked::default())
    } else if status == 204 || status == 304 {
        Framing::Length(0)
    } else {
        let value = header("content-length").context("the response does not say how long it is")?.value;
        Framing::Length(std::str::from_utf8(value)?.trim().parse().context("content-length is no number")?)
    };
    input.advance(length);
    Ok(Some(Head { status, framing }))
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, identity: &Identity, body: Option<&[u8]>) -> Vec<u8> {
    let mut out = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{}", identity.lines()).into_bytes();
    if let Some(body) = body {
        out.extend_from_slice(
            format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()).as_bytes(),
        );
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body.unwrap_or_default());
    out
}

/// One connection that is kept alive. One request at a time.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TcpStream,
    input: BytesMut,
    reading: Option<(Head, Vec<u8>)>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens, or does not answer in time.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let socket = tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect(address)).await??;
        socket.set_nodelay(true)?;
        Ok(Self { socket, input: BytesMut::with_capacity(8 * 1024), reading: None })
    }

    /// Sends a request made by [`request`].
    ///
    /// # Errors
    /// If the connection broke.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<()> {
        Ok(self.socket.write_all(request).await?)
    }

    /// The whole response. May be dropped and called again: what was read is kept.
    ///
    /// # Errors
    /// If the connection broke or what came is not HTTP.
    pub(crate) async fn response(&mut self) -> Result<Response> {
        loop {
            if self.reading.is_none()
                && let Some(head) = take_head(&mut self.input)?
            {
                self.reading = Some((head, Vec::new()));
            }
            if let Some((head, body)) = &mut self.reading
                && head.framing.decode(&mut self.input, body)?
                && let Some((head, body)) = self.reading.take()
            {
                return Ok(Response { status: head.status, body });
            }
            self.fill().await?;
        }
    }

    /// Sends a request and waits for its response.
    ///
    /// # Errors
    /// If the connection broke, what came is not HTTP, or it took longer than `within`.
    pub(crate) async fn exchange(&mut self, request: &[u8], within: Duration) -> Result<Response> {
        tokio::time::timeout(within, async {
            self.send(request).await?;
            self.response().await
        })
        .await
        .context("no response in time")?
    }

    /// The head of a response whose body is a stream.
    ///
    /// # Errors
    /// As [`Connection::response`].
    pub(crate) async fn head(&mut self) -> Result<Head> {
        loop {
            if let Some(head) = take_head(&mut self.input)? {
                return Ok(head);
            }
            self.fill().await?;
        }
    }

    /// Moves what of the body has been read to `out`; true once the body is over.
    ///
    /// # Errors
    /// If the body is cut wrongly.
    pub(crate) fn decode(&mut self, head: &mut Head, out: &mut Vec<u8>) -> Result<bool> {
        head.framing.decode(&mut self.input, out)
    }

    /// Waits for bytes. May be dropped at any time without losing any.
    ///
    /// # Errors
    /// If the connection broke or was closed.
    pub(crate) async fn fill(&mut self) -> Result<()> {
        self.input.reserve(8 * 1024);
        ensure!(self.socket.read_buf(&mut self.input).await? > 0, "the server closed the connection");
        Ok(())
    }

    /// Takes the bytes that lie in the socket now, without waiting; false if there are none.
    ///
    /// # Errors
    /// If the connection broke.
    pub(crate) fn fill_now(&mut self) -> Result<bool> {
        // Asks the kernel: the runtime's own `try_read` says that nothing is there until it has polled again.
        let mut bytes = [0; 8 * 1024];
        match (&*SockRef::from(&self.socket)).read(&mut bytes) {
            Ok(count) => {
                self.input.extend_from_slice(&bytes[..count]);
                Ok(count > 0)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a response in two pieces and returns what comes out, with what is left over.
    fn read(wire: &[u8], at: usize) -> Result<(Response, usize)> {
        let (mut input, mut head, mut body) = (BytesMut::from(&wire[..at]), None, Vec::new());
        let mut rest = Some(&wire[at..]);
        loop {
            if head.is_none() {
                head = take_head(&mut input)?;
            }
            if let Some(head) = &mut head
                && head.framing.decode(&mut input, &mut body)?
            {
                return Ok((Response { status: head.status, body }, input.len()));
            }
            input.extend_from_slice(rest.take().context("it ended early")?);
        }
    }

    #[test]
    fn bodies_of_known_length() {
        let wire = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP";
        for at in 0..wire.len() {
            let (response, left) = read(wire, at).unwrap();
            assert_eq!((response.status, response.body.as_slice()), (200, b"hello".as_slice()), "cut at {at}");
            assert!(left == 4 || at < wire.len());
        }
    }

    #[test]
    fn chunked_bodies_wherever_they_are_cut() {
        let wire =
            b"HTTP/1.1 409 Conflict\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0b\r\nhello world\r\n0\r\n\r\n";
        for at in 0..=wire.len() {
            let (response, left) = read(wire, at).unwrap();
            assert_eq!((response.status, response.body.as_slice()), (409, b"abchello world".as_slice()), "cut at {at}");
            assert_eq!(left, 0);
        }
    }

    #[test]
    fn responses_without_a_body() {
        assert_eq!(read(b"HTTP/1.1 204 No Content\r\n\r\n", 9).unwrap().0.body, b"");
    }

    #[test]
    fn what_is_not_http_is_an_error() {
        assert!(read(b"hello\r\n\r\n", 3).is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 3).is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc", 3).is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\n\r\n", 3).is_err());
    }

    #[test]
    fn requests_carry_who_asks_and_what() {
        let text = String::from_utf8(request("POST", "/x", &Identity::visitor("abc"), Some(b"{}"))).unwrap();
        let expected = "POST /x HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer abc\r\n\
                        content-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(text, expected);
        let text = String::from_utf8(request("GET", "/y", &Identity::nobody(), None)).unwrap();
        assert_eq!(text, "GET /y HTTP/1.1\r\nhost: localhost\r\n\r\n");
    }
}
