//! An event stream that can be read as it comes, or emptied of all that has come.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::calls;
use crate::http::{Connection, Head, request};
use crate::identity::Identity;
use crate::sse::{Frame, Parser};

/// How long a stream may take to open.
const OPEN_WITHIN: Duration = Duration::from_secs(30);

/// An open event stream.
#[derive(Debug)]
pub(crate) struct EventStream {
    connection: Connection,
    head: Head,
    body: Vec<u8>,
    parser: Parser,
    ready: VecDeque<Frame>,
}

impl EventStream {
    /// Opens a stream and waits until the server has agreed.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub(crate) async fn open(address: SocketAddr, path: &str, identity: &Identity) -> Result<Self> {
        tokio::time::timeout(OPEN_WITHIN, async {
            let mut connection = Connection::open(address).await?;
            let asked = request("GET", path, identity, None);
            let asked = [asked.strip_suffix(b"\r\n").unwrap_or(&asked), b"accept: text/event-stream\r\n\r\n"].concat();
            connection.send(&asked).await?;
            let head = connection.head().await?;
            ensure!(head.status == 200, "{path}: status {}", head.status);
            Ok(Self { connection, head, body: Vec::new(), parser: Parser::default(), ready: VecDeque::new() })
        })
        .await
        .context("the stream did not open in time")?
    }

    /// The next frame. May be dropped at any time without losing any.
    ///
    /// # Errors
    /// If the stream ended or broke.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(frame);
            }
            // Frames before bytes that are still undecoded: `decode` is called after each `fill`, and once more here
            // because the head may have come together with the first of them.
            if self.parse()? && self.ready.is_empty() {
                bail!("the stream ended");
            }
            if self.ready.is_empty() {
                self.connection.fill().await?;
            }
        }
    }

    /// Everything that has come, without waiting: what lies in the socket when this is called is in the result.
    ///
    /// # Errors
    /// If the stream broke.
    pub(crate) fn drain(&mut self) -> Result<Vec<Frame>> {
        self.parse()?;
        while self.connection.fill_now()? {
            self.parse()?;
        }
        Ok(self.ready.drain(..).collect())
    }

    /// Waits for a frame of this name and drops the others.
    ///
    /// # Errors
    /// If the stream ended, broke, or none came in time.
    pub(crate) async fn wait_for(&mut self, event: &str, within: Duration) -> Result<Frame> {
        tokio::time::timeout(within, async {
            loop {
                let frame = self.next().await?;
                if frame.event == event {
                    return Ok(frame);
                }
            }
        })
        .await
        .with_context(|| format!("no {event} in time"))?
    }

    /// Reads frames from the bytes that have come; true if the body is over.
    fn parse(&mut self) -> Result<bool> {
        let over = self.connection.decode(&mut self.head, &mut self.body)?;
        self.parser.push(&self.body, &mut self.ready);
        self.body.clear();
        Ok(over)
    }
}

/// What a stream is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// All changes of the workspace, for a member.
    Inbox,
    /// One conversation, for its visitor.
    Thread {
        /// The conversation.
        conversation_id: String,
    },
}

/// A stream that comes again with its cursor when the server ends it, as every client does.
#[derive(Debug)]
pub(crate) struct Resuming {
    address: SocketAddr,
    identity: Identity,
    about: About,
    cursor: u64,
    stream: EventStream,
    reopened: usize,
}

impl Resuming {
    /// Opens a stream after a cursor.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub(crate) async fn open(address: SocketAddr, identity: &Identity, about: About, cursor: u64) -> Result<Self> {
        let stream = EventStream::open(address, &about.path(cursor), identity).await?;
        Ok(Self { address, identity: identity.clone(), about, cursor, stream, reopened: 0 })
    }

    /// How often the server ended the stream.
    pub(crate) fn reopened(&self) -> usize {
        self.reopened
    }

    /// The next frame. May be dropped at any time without losing any that has a number.
    ///
    /// # Errors
    /// If the stream cannot be opened again, or the server says that too much was missed.
    pub(crate) async fn next(&mut self) -> Result<Frame> {
        loop {
            match self.stream.next().await {
                Ok(frame) if frame.event == "reset" => bail!("too much was missed"),
                Ok(frame) if frame.event != "bye" => {
                    self.cursor = frame.id.unwrap_or(self.cursor);
                    return Ok(frame);
                }
                Ok(_) | Err(_) => {
                    self.reopened += 1;
                    self.stream =
                        EventStream::open(self.address, &self.about.path(self.cursor), &self.identity).await?;
                }
            }
        }
    }
}

impl About {
    fn path(&self, cursor: u64) -> String {
        match self {
            Self::Inbox => calls::inbox_path(cursor),
            Self::Thread { conversation_id } => calls::events_path(conversation_id, cursor),
        }
    }
}
