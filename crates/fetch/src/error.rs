//! Why something could not be fetched, in words for the owner of a source.

use std::time::Duration;

use thiserror::Error;

/// Why something could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.cause())]
pub enum FetchError {
    /// The address is no address, or has no host.
    Address,
    /// Something other than the web.
    Scheme {
        /// What it is.
        scheme: String,
    },
    /// A name or password stands in the address.
    UserInfo,
    /// A port at which no website is.
    Port {
        /// The port.
        port: u16,
    },
    /// The host is, or its name leads to, an address that is not public.
    Refused {
        /// The host, as written.
        host: String,
        /// What its address is.
        what: &'static str,
    },
    /// The name is not known.
    Unknown {
        /// The host.
        host: String,
    },
    /// Nobody answers there.
    Connect {
        /// The host.
        host: String,
    },
    /// The connection cannot be trusted.
    Certificate {
        /// The host.
        host: String,
    },
    /// It took too long.
    Slow {
        /// How long was waited.
        waited: Duration,
    },
    /// More than may be read.
    TooLarge {
        /// The most bytes.
        limit: usize,
    },
    /// Redirected too often.
    Redirects,
    /// A redirect that leads nowhere.
    LostRedirect,
    /// The answer broke off, or is none.
    Broken,
    /// The content is packed in a way that cannot be unpacked.
    Encoding,
}

impl FetchError {
    /// What happened, as a sentence.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Address => "This is not an address of a web page.".to_owned(),
            Self::Scheme { scheme } => format!("“{scheme}:” addresses cannot be read."),
            Self::UserInfo => "A user name or password stands in the address.".to_owned(),
            Self::Port { port } => format!("Port {port} is not one of a website."),
            Self::Refused { host, what } => format!("{host} leads to an address that is {what}, not to a public one."),
            Self::Unknown { host } => format!("There is no site with the name {host}."),
            Self::Connect { host } => format!("{host} does not answer."),
            Self::Certificate { host } => format!("The certificate of {host} is not valid."),
            Self::Slow { waited } => format!("The site took longer than {} seconds.", waited.as_secs()),
            Self::TooLarge { limit } => format!("The page is larger than {}.", size(*limit)),
            Self::Redirects => "The address redirects too many times.".to_owned(),
            Self::LostRedirect => "The address redirects to something that is not a web page.".to_owned(),
            Self::Broken => "The site's answer broke off.".to_owned(),
            Self::Encoding => "The site's answer is packed in a way that cannot be read.".to_owned(),
        }
    }

    /// What the owner can do, as a sentence.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Address | Self::Scheme { .. } => "Write it as in a browser, such as https://docs.example.com.",
            Self::UserInfo => "Leave it out. Pages behind a sign-in can be uploaded as files.",
            Self::Port { .. } => "Use the address under which visitors see the page.",
            Self::Refused { .. } => {
                "Use a public address, or ask who runs this installation to allow it (see the setting fetch_allow), or upload files."
            }
            Self::Unknown { .. } => "Check the spelling.",
            Self::Connect { .. } | Self::Slow { .. } | Self::Broken => {
                "Check that the page opens in a browser and that the site does not block “Baton”, then try again."
            }
            Self::Certificate { .. } => "Renew the site's certificate, then try again.",
            Self::TooLarge { .. } => "Raise the limit of the source, or upload the document as a file.",
            Self::Redirects | Self::LostRedirect => "Use the address that the browser shows once the page is open.",
            Self::Encoding => "Upload the page as a file.",
        }
    }

    /// Whether trying again soon may go better.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Slow { .. } | Self::Broken | Self::Unknown { .. })
    }
}

fn size(bytes: usize) -> String {
    if bytes >= 1024 * 1024 { format!("{} MB", bytes / 1024 / 1024) } else { format!("{} kB", bytes / 1024) }
}
