//! What the server does with a request.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A behaviour.
///
/// The text form is the variant's name with its numbers behind colons, such as `slow:40:5ms` or `rate-limited:2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// Quotes the first sentence of each of the first passages, with its number.
    Grounded,
    /// As [`Script::Grounded`], but in this many pieces with this pause before each.
    Slow {
        /// Number of pieces.
        pieces: usize,
        /// Pause before each piece.
        pause: Duration,
    },
    /// Says these words.
    Says(String),
    /// Says that the passages do not answer, with the word that the prompt names for it.
    Refuses,
    /// Answers with this status and a JSON error.
    Fails {
        /// The status.
        status: u16,
    },
    /// As [`Script::Fails`] for the first requests, then [`Script::Grounded`].
    FailsTimes {
        /// The status.
        status: u16,
        /// How many requests.
        times: usize,
    },
    /// Answers with this status and these words.
    FailsSaying {
        /// The status.
        status: u16,
        /// The words of the error.
        words: String,
    },
    /// Takes the request and never answers.
    Hangs,
    /// Answers 429 with `Retry-After`, the first time or always.
    RateLimited {
        /// What to wait for.
        after: RetryAfter,
        /// Whether a second request is answered as [`Script::Grounded`].
        once: bool,
    },
    /// Answers 200 with an HTML error page.
    HtmlPage,
    /// Breaks the connection in the middle of a character.
    CutInCharacter,
    /// Breaks the connection in the middle of an event's JSON.
    CutInJson,
    /// Breaks the connection behind an event's data, before the line that ends the event.
    CutInEvent,
    /// Says half of the answer, then an error in the protocol's own form.
    FailsMidway,
    /// Stops for the provider's own filter.
    Filtered,
    /// Ends after half of the answer without the closing event.
    EndsEarly,
    /// Ends at once without a word.
    Empty,
    /// Sends keep-alive comments and empty pieces for ever.
    Silent,
    /// Writes for ever.
    NeverEnds,
    /// Sends one word, then nothing more.
    Stalls,
    /// One letter at a time with this pause.
    Drip {
        /// Pause before each letter.
        pause: Duration,
    },
    /// Sends valid JSON that is no chat completion.
    WrongSchema,
    /// Sends one event of this many bytes.
    HugeToken {
        /// Size of the text.
        bytes: usize,
    },
    /// Sends bytes that are no UTF-8.
    BadUtf8,
    /// States what no passage says, with invented numbers, names, links and citations.
    Lies,
    /// One true sentence, then [`Script::Lies`].
    HalfLies,
    /// Does what any text in the prompt tells it to, even between fences, and repeats its rules.
    Obeys,
    /// Answers whole as JSON although a stream was asked for.
    IgnoresStreaming,
    /// As [`Script::Grounded`], without counting tokens.
    CountsNothing,
    /// As [`Script::Grounded`], with everything that ends a reply sent twice.
    EndsTwice,
    /// Repeats the whole prompt.
    Echoes,
    /// As [`Script::Grounded`], as plain text with markers.
    Plain,
    /// As [`Script::HalfLies`], as plain text with markers.
    PlainLies,
    /// True sentences that name a passage which was not given.
    UnknownPassages,
    /// True sentences that name a passage which was given and one which was not.
    MixedPassages,
    /// True sentences that name another passage than theirs.
    WrongPassages,
    /// True sentences in links, and pictures, of an invented address.
    ForeignLinks,
    /// Promises in a language that no document is in.
    WrongLanguage,
}

/// What a provider that is over its limit asks to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u32),
    /// A date that is so many seconds ahead by its own clock.
    Date(u32),
}

/// Text that names no script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScript(pub String);

impl fmt::Display for UnknownScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown script {:?}", self.0)
    }
}

impl std::error::Error for UnknownScript {}

impl FromStr for Script {
    type Err = UnknownScript;

    fn from_str(text: &str) -> Result<Self, UnknownScript> {
        let unknown = || UnknownScript(text.to_owned());
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let number = |text: &str| text.parse::<usize>().map_err(|_| unknown());
        let pause = |text: &str| {
            let milliseconds = text.strip_suffix("ms").unwrap_or(text).parse().map_err(|_| unknown())?;
            Ok(Duration::from_millis(milliseconds))
        };
        Ok(match name {
            "grounded" => Self::Grounded,
            "slow" => {
                let (pieces, wait) = rest.split_once(':').ok_or_else(unknown)?;
                Self::Slow { pieces: number(pieces)?.max(1), pause: pause(wait)? }
            }
            "says" => Self::Says(rest.to_owned()),
            "refuses" => Self::Refuses,
            "fails" => Self::Fails { status: rest.parse().map_err(|_| unknown())? },
            "fails-times" => {
                let (status, times) = rest.split_once(':').ok_or_else(unknown)?;
                Self::FailsTimes { status: status.parse().map_err(|_| unknown())?, times: number(times)? }
            }
            "fails-saying" => {
                let (status, words) = rest.split_once(':').ok_or_else(unknown)?;
                Self::FailsSaying { status: status.parse().map_err(|_| unknown())?, words: words.to_owned() }
            }
            "hangs" => Self::Hangs,
            "rate-limited" | "rate-limited-once" | "rate-limited-until" => {
                let seconds = rest.parse().map_err(|_| unknown())?;
                let after =
                    if name == "rate-limited-until" { RetryAfter::Date(seconds) } else { RetryAfter::Seconds(seconds) };
                Self::RateLimited { after, once: name == "rate-limited-once" }
            }
            "cut-in-event" => Self::CutInEvent,
            "fails-midway" => Self::FailsMidway,
            "filtered" => Self::Filtered,
            "counts-nothing" => Self::CountsNothing,
            "ends-twice" => Self::EndsTwice,
            "echoes" => Self::Echoes,
            "plain" => Self::Plain,
            "plain-lies" => Self::PlainLies,
            "unknown-passages" => Self::UnknownPassages,
            "mixed-passages" => Self::MixedPassages,
            "wrong-passages" => Self::WrongPassages,
            "foreign-links" => Self::ForeignLinks,
            "wrong-language" => Self::WrongLanguage,
            "html-page" => Self::HtmlPage,
            "cut-in-character" => Self::CutInCharacter,
            "cut-in-json" => Self::CutInJson,
            "ends-early" => Self::EndsEarly,
            "empty" => Self::Empty,
            "silent" => Self::Silent,
            "never-ends" => Self::NeverEnds,
            "stalls" => Self::Stalls,
            "drip" => Self::Drip { pause: pause(rest)? },
            "wrong-schema" => Self::WrongSchema,
            "huge-token" => Self::HugeToken { bytes: number(rest)? },
            "bad-utf8" => Self::BadUtf8,
            "lies" => Self::Lies,
            "half-lies" => Self::HalfLies,
            "obeys" => Self::Obeys,
            "ignores-streaming" => Self::IgnoresStreaming,
            _ => return Err(unknown()),
        })
    }
}
