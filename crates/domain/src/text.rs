//! Text from outside, parsed once at the edge into types that cannot hold a bad value.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// Longest message a visitor or a member may send, in characters.
pub const MESSAGE_CHARS_MAX: usize = 4_000;

/// Longest page URL and title kept, in characters. Longer ones are cut: a page is context, never a reason to refuse a message.
const PAGE_URL_CHARS_MAX: usize = 2_000;
const PAGE_TITLE_CHARS_MAX: usize = 300;

/// A message as a person wrote it: not blank, within [`MESSAGE_CHARS_MAX`], without control characters that would hide text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct MessageText(String);

/// Why a text is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MessageTextError {
    /// Nothing but white space.
    #[error("the message is empty")]
    Empty,
    /// More than [`MESSAGE_CHARS_MAX`] characters.
    #[error("the message has {chars} characters; {MESSAGE_CHARS_MAX} is the most")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
}

impl MessageText {
    /// Parses a text as written.
    pub fn parse(text: &str) -> Result<Self, MessageTextError> {
        let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let text = text.trim();
        if text.is_empty() {
            return Err(MessageTextError::Empty);
        }
        let chars = text.chars().count();
        if chars > MESSAGE_CHARS_MAX {
            return Err(MessageTextError::TooLong { chars });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MessageText {
    type Error = MessageTextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

/// A page of the owner's site that the visitor was on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// Address, http or https only.
    pub url: String,
    /// The page's title, if it has one.
    pub title: Option<String>,
}

impl Page {
    /// A page as reported by the widget; `None` if the address is not a web address.
    #[must_use]
    pub fn parse(url: &str, title: Option<&str>) -> Option<Self> {
        let parsed = Url::parse(url).ok()?;
        matches!(parsed.scheme(), "http" | "https").then(|| Self {
            url: cut(parsed.as_str(), PAGE_URL_CHARS_MAX),
            title: title.map(|title| cut(title.trim(), PAGE_TITLE_CHARS_MAX)).filter(|title| !title.is_empty()),
        })
    }
}

/// The origin of a web page: scheme, host and port. What a widget may be shown on is decided by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct Origin(String);

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an allowed site looks like https://www.example.com, with a port if it has one and nothing after it")]
pub struct OriginError;

impl Origin {
    /// Parses `https://www.example.com` or `http://localhost:8081`, in any case, with or without a final slash.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text.trim()).map_err(|_| OriginError)?;
        let bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !bare {
            return Err(OriginError);
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// At most `chars_max` characters of `text`.
#[must_use]
pub fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_trimmed_and_loses_control_characters() {
        assert_eq!(MessageText::parse("  hi\u{0}\u{7} there\n").unwrap().as_str(), "hi there");
        assert_eq!(MessageText::parse(" \n\t "), Err(MessageTextError::Empty));
    }

    #[test]
    fn a_message_is_limited_in_characters_not_bytes() {
        let longest = "ü".repeat(MESSAGE_CHARS_MAX);
        assert!(MessageText::parse(&longest).is_ok());
        assert_eq!(
            MessageText::parse(&format!("{longest}ü")),
            Err(MessageTextError::TooLong { chars: MESSAGE_CHARS_MAX + 1 })
        );
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(Origin::parse("HTTPS://Shop.Example.com:443/").unwrap().as_str(), "https://shop.example.com");
        assert_eq!(Origin::parse("http://localhost:8081").unwrap().as_str(), "http://localhost:8081");
        for bad in
            ["", "null", "*", "shop.example.com", "https://a.b/path", "https://a.b?x", "ftp://a.b", "https://u:p@a.b"]
        {
            assert_eq!(Origin::parse(bad), Err(OriginError), "{bad}");
        }
    }

    #[test]
    fn a_page_is_a_web_address() {
        assert_eq!(Page::parse("javascript:alert(1)", None), None);
        let page = Page::parse("https://a.example/x?y=1", Some("  ")).unwrap();
        assert_eq!((page.url.as_str(), page.title), ("https://a.example/x?y=1", None));
    }
}
