//! What Baton fetches on somebody's behalf, and the crawl of a site.
//!
//! [`Fetcher`] is the one client for addresses that come from outside. It connects to public addresses only, and to those that the
//! operator of the installation allows; the address that was checked is the one that is dialled, on every hop.
//! [`crawl`] walks a site with it: robots.txt, sitemaps, links, and what need not be fetched again.
//!
//! This crate knows nothing of sources, agents or the database: pages come out as they are read, and whoever listens keeps them.

mod address;
mod body;
mod crawl;
mod error;
mod fetcher;

pub use crate::address::AddressPolicy;
pub use crate::crawl::{
    Content, ContentKind, CrawlEnd, CrawlError, CrawlEvent, CrawlPlan, Ended, KnownPage, Mode, Outcome, Pace,
    PageProblem, PageReport, SiteLimits, Skipped, crawl, page_key, parse_address,
};
pub use crate::error::FetchError;
pub use crate::fetcher::{
    Answer, ClientError, Conditions, FetchConfig, FetchLimits, Fetched, Fetcher, Names, SystemNames,
};
pub use ipnet::IpNet;
