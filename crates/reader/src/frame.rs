//! Messages between the server and its children: four bytes of length, then so many bytes.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes of the length of a message.
const PREFIX: usize = 4;

fn prefix(message: &[u8]) -> io::Result<[u8; PREFIX]> {
    u32::try_from(message.len()).map(u32::to_be_bytes).map_err(io::Error::other)
}

fn length(prefix: [u8; PREFIX], most: usize) -> io::Result<usize> {
    let length = u32::from_be_bytes(prefix) as usize;
    if length <= most { Ok(length) } else { Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long")) }
}

/// Reads a message; `None` at the end of what is sent.
pub(crate) fn read(from: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; PREFIX];
    match from.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; length(prefix, most)?];
    from.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Writes a message.
pub(crate) fn write(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    to.write_all(&prefix(message)?)?;
    to.write_all(message)?;
    to.flush()
}

/// Reads a message. What the other side says of its length is believed only as far as bytes come.
pub(crate) async fn receive(from: &mut (impl AsyncRead + Unpin), most: usize) -> io::Result<Vec<u8>> {
    let mut prefix = [0; PREFIX];
    from.read_exact(&mut prefix).await?;
    let length = length(prefix, most)?;
    let mut message = Vec::new();
    let read = from.take(length as u64).read_to_end(&mut message).await?;
    if read == length { Ok(message) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Writes a message.
pub(crate) async fn send(to: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    to.write_all(&prefix(message)?).await?;
    to.write_all(message).await?;
    to.flush().await
}
