//! The client: one request at a time, to addresses that were checked where they are dialled.

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ipnet::IpNet;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use thiserror::Error;
use tokio::time::Instant;
use url::{Host, Url};

use crate::address::AddressPolicy;
use crate::body::unpack;
use crate::error::FetchError;

/// What a page is asked for as.
const ACCEPT: &str =
    "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf;q=0.9,application/xml;q=0.8,*/*;q=0.1";

/// Ports above 1023 at which other services listen; browsers refuse most of them too.
const PORTS_REFUSED: [u16; 22] = [
    1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669,
    6697, 10080, 11211,
];

/// How a fetcher is to be.
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// Networks that may be connected to although they are not public.
    pub allow: Vec<IpNet>,
    /// What is sent as `user-agent`; it begins with `Baton`.
    pub user_agent: String,
    /// How much and how long.
    pub limits: FetchLimits,
}

/// How much and how long one request may take.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// Until a connection is there.
    pub connect: Duration,
    /// Until the answer begins.
    pub head: Duration,
    /// Until the answer is whole.
    pub total: Duration,
    /// The most bytes of a body, as sent and unpacked.
    pub body_bytes: usize,
    /// The most redirects in a row.
    pub redirects: usize,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: concat!("Baton/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: FetchLimits {
                connect: Duration::from_secs(10),
                head: Duration::from_secs(15),
                total: Duration::from_secs(30),
                body_bytes: 20 * 1024 * 1024,
                redirects: 5,
            },
        }
    }
}

/// Finds the addresses of a name.
#[async_trait]
pub trait Names: Send + Sync {
    /// All addresses of a host.
    ///
    /// # Errors
    /// When the name is not known or nobody can be asked.
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The names that the operating system knows.
#[derive(Clone, Copy, Debug)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Fetches what somebody asked for, from public addresses only. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

struct Inner {
    client: reqwest::Client,
    policy: AddressPolicy,
    names: Arc<dyn Names>,
    limits: FetchLimits,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher").field("policy", &self.inner.policy).finish_non_exhaustive()
    }
}

/// What the client says about itself could not be made: no TLS provider is installed, or no certificates are there.
#[derive(Debug, Error)]
#[error("cannot make an HTTP client")]
pub struct ClientError(#[from] reqwest::Error);

/// What a fetched page was the last time, so that it is not sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Its `etag`.
    pub etag: Option<String>,
    /// Its `last-modified`.
    pub last_modified: Option<String>,
}

impl Fetcher {
    /// A fetcher that asks the operating system for names.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(config: &FetchConfig) -> Result<Self, ClientError> {
        Self::with_names(config, Arc::new(SystemNames))
    }

    /// A fetcher that asks `names`.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn with_names(config: &FetchConfig, names: Arc<dyn Names>) -> Result<Self, ClientError> {
        let policy = AddressPolicy::new(config.allow.clone());
        let guarded = GuardedNames { names: Arc::clone(&names), policy: policy.clone() };
        let client = reqwest::Client::builder()
            .user_agent(config.user_agent.as_str())
            .connect_timeout(config.limits.connect)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // A proxy would connect in our place, to whatever it likes.
            .no_proxy()
            .dns_resolver(Arc::new(guarded))
            .pool_max_idle_per_host(16)
            .pool_idle_timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self { inner: Arc::new(Inner { client, policy, names, limits: config.limits }) })
    }

    /// How much and how long.
    #[must_use]
    pub fn limits(&self) -> FetchLimits {
        self.inner.limits
    }

    /// Whether an address may be asked for, as far as it shows without asking anybody.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_form(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::UserInfo);
        }
        match url.port_or_known_default() {
            Some(80 | 443) => {}
            Some(port) if port >= 1024 && !PORTS_REFUSED.contains(&port) => {}
            Some(port) => return Err(FetchError::Port { port }),
            None => return Err(FetchError::Address),
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(name)) if name.trim_end_matches('.').is_empty() => return Err(FetchError::Address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(FetchError::Address),
        };
        match self.inner.policy.refusal(literal) {
            Some(what) => Err(FetchError::Refused { host: literal.to_string(), what }),
            None => Ok(()),
        }
    }

    /// Whether an address may be asked for and its name leads to where it may.
    ///
    /// Only for telling people early: what counts is checked again when a connection is made.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn check(&self, url: &Url) -> Result<(), FetchError> {
        self.check_form(url)?;
        let Some(Host::Domain(host)) = url.host() else { return Ok(()) };
        let waited = self.inner.limits.connect;
        let asked = self.inner.names.addresses(host);
        let addresses = tokio::time::timeout(waited, asked).await.map_err(|_| FetchError::Slow { waited })?;
        let addresses = addresses.map_err(|_| FetchError::Unknown { host: host.to_owned() })?;
        reachable(&self.inner.policy, host, addresses).map(|_| ()).map_err(Unreachable::into_error)
    }

    /// Sends one request and reads the head of the answer. Redirects are not followed.
    ///
    /// # Errors
    /// Why there is no answer. Any status is an answer.
    pub async fn once(&self, url: &Url, conditions: &Conditions) -> Result<Answer, FetchError> {
        self.check_form(url)?;
        let limits = self.inner.limits;
        let deadline = Instant::now() + limits.total;
        let mut request = self
            .inner
            .client
            .get(url.clone())
            .header(header::ACCEPT, ACCEPT)
            .header(header::ACCEPT_ENCODING, "gzip, br");
        for (name, value) in
            [(header::IF_NONE_MATCH, &conditions.etag), (header::IF_MODIFIED_SINCE, &conditions.last_modified)]
        {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        let waited = limits.head.min(limits.total);
        let response = tokio::time::timeout(waited, request.send()).await;
        let response =
            response.map_err(|_| FetchError::Slow { waited })?.map_err(|error| classify(&error, url, limits))?;
        Ok(Answer { url: url.clone(), response, deadline, limits })
    }

    /// Fetches a page, following redirects; every hop is checked like the first.
    ///
    /// # Errors
    /// Why it could not be fetched. Any status but a redirect is a result.
    pub async fn get(&self, url: &Url, body_bytes: usize) -> Result<Fetched, FetchError> {
        let mut url = url.clone();
        for _ in 0..=self.inner.limits.redirects {
            let answer = self.once(&url, &Conditions::default()).await?;
            match answer.redirect()? {
                Some(next) => url = next,
                None => {
                    let (status, headers) = (answer.status(), answer.headers().clone());
                    let body = answer.body(body_bytes).await?;
                    return Ok(Fetched { url, status, headers, body });
                }
            }
        }
        Err(FetchError::Redirects)
    }
}

/// A page that was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it is, after redirects.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The content, unpacked.
    pub body: Bytes,
}

/// The head of an answer, whose body waits.
#[derive(Debug)]
pub struct Answer {
    url: Url,
    response: reqwest::Response,
    deadline: Instant,
    limits: FetchLimits,
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// Where the answer redirects to, if it does.
    ///
    /// # Errors
    /// [`FetchError::LostRedirect`] for a redirect without a usable address.
    pub fn redirect(&self) -> Result<Option<Url>, FetchError> {
        if !matches!(self.status(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let to = self.headers().get(header::LOCATION).and_then(|to| std::str::from_utf8(to.as_bytes()).ok());
        let to = to.and_then(|to| self.url.join(to).ok()).ok_or(FetchError::LostRedirect)?;
        Ok(Some(to))
    }

    /// Reads the body, of at most `limit` bytes as sent and unpacked.
    ///
    /// # Errors
    /// When it is too large, too slow, breaks off, or cannot be unpacked.
    pub async fn body(mut self, limit: usize) -> Result<Bytes, FetchError> {
        let limit = limit.min(self.limits.body_bytes);
        let encoding = self.header(header::CONTENT_ENCODING).unwrap_or_default().to_owned();
        if self.response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(FetchError::TooLarge { limit });
        }
        let mut bytes = Vec::new();
        loop {
            let chunk = tokio::time::timeout_at(self.deadline, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| FetchError::Slow { waited: self.limits.total })?;
            match chunk.map_err(|_| FetchError::Broken)? {
                Some(chunk) if bytes.len() + chunk.len() > limit => return Err(FetchError::TooLarge { limit }),
                Some(chunk) => bytes.extend_from_slice(&chunk),
                None => break,
            }
        }
        if encoding.is_empty() {
            return Ok(bytes.into());
        }
        let unpacked = tokio::task::spawn_blocking(move || unpack(bytes, &encoding, limit)).await;
        Ok(unpacked.map_err(|_| FetchError::Encoding)??.into())
    }
}

/// A name may not be followed to where it leads.
#[derive(Clone, Debug, Error)]
enum Unreachable {
    #[error("{host} leads to an address that is {what}")]
    Refused { host: String, what: &'static str },
    #[error("{host} has no address")]
    Unknown { host: String },
}

impl Unreachable {
    fn into_error(self) -> FetchError {
        match self {
            Self::Refused { host, what } => FetchError::Refused { host, what },
            Self::Unknown { host } => FetchError::Unknown { host },
        }
    }
}

/// The addresses of a name, if all of them may be connected to.
/// A name that leads to a private address beside a public one is refused whole: which one is dialled would be luck.
fn reachable(policy: &AddressPolicy, host: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Unreachable> {
    if let Some(what) = addresses.iter().find_map(|address| policy.refusal(*address)) {
        return Err(Unreachable::Refused { host: host.to_owned(), what });
    }
    if addresses.is_empty() { Err(Unreachable::Unknown { host: host.to_owned() }) } else { Ok(addresses) }
}

/// Finds and checks the addresses that a connection is then made to: there is no moment in between in which a name could change.
struct GuardedNames {
    names: Arc<dyn Names>,
    policy: AddressPolicy,
}

impl reqwest::dns::Resolve for GuardedNames {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (names, policy, host) = (Arc::clone(&self.names), self.policy.clone(), name.as_str().to_owned());
        Box::pin(async move {
            let unknown = |_| Unreachable::Unknown { host: host.clone() };
            let addresses = names.addresses(&host).await.map_err(unknown)?;
            let addresses = reachable(&policy, &host, addresses)?;
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}

fn classify(error: &reqwest::Error, url: &Url, limits: FetchLimits) -> FetchError {
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut inner: Option<&(dyn StdError + 'static)> = Some(error);
    let mut certificate = false;
    while let Some(one) = inner {
        if let Some(refused) = one.downcast_ref::<Unreachable>() {
            return refused.clone().into_error();
        }
        certificate |= one.to_string().contains("certificate");
        inner = one.source();
    }
    if certificate {
        FetchError::Certificate { host }
    } else if error.is_timeout() {
        FetchError::Slow { waited: limits.connect }
    } else if error.is_connect() {
        FetchError::Connect { host }
    } else {
        FetchError::Broken
    }
}
