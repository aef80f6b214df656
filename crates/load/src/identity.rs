//! Who asks: the headers that say so.

use std::fmt::Write as _;

/// The headers that say who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    headers: Vec<(&'static str, String)>,
}

impl Identity {
    /// Somebody unknown.
    pub(crate) fn nobody() -> Self {
        Self { headers: Vec::new() }
    }

    /// A browser that loads a file.
    pub(crate) fn browser() -> Self {
        Self { headers: vec![("accept-encoding", "gzip".to_owned())] }
    }

    /// The loader of the widget on a page of this origin.
    pub(crate) fn page(origin: &str) -> Self {
        Self { headers: vec![("origin", origin.to_owned())] }
    }

    /// A visitor.
    pub(crate) fn visitor(token: &str) -> Self {
        Self { headers: vec![("authorization", format!("Bearer {token}"))] }
    }

    /// The dashboard before anybody has signed in.
    pub(crate) fn dashboard() -> Self {
        Self { headers: vec![("x-baton-client", "dashboard".to_owned())] }
    }

    /// A member, by the cookie they were given, without its attributes.
    pub(crate) fn member(cookie: &str) -> Self {
        Self { headers: vec![("x-baton-client", "dashboard".to_owned()), ("cookie", cookie.to_owned())] }
    }

    /// The headers.
    pub(crate) fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The headers as they go over the wire.
    pub(crate) fn lines(&self) -> String {
        self.headers.iter().fold(String::new(), |mut lines, (name, value)| {
            let _ = write!(lines, "{name}: {value}\r\n");
            lines
        })
    }
}
