//! Where the server may connect to on the word of somebody who signed in: the guard of agents' own model addresses.
//!
//! Public addresses may be asked over HTTPS. Everything else (this machine, the private network, plain HTTP) has to be on the
//! operator's list, because behind it may be what only this server can reach.
//! The address is looked at when it is typed in, and again each time a name is resolved, so that a name that moves changes
//! nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use baton_fetch::AddressPolicy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How long connecting may take. How long a model may answer is each turn's own affair.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Which addresses may be asked beside the public ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    /// Hosts with their ports, such as `localhost:11434`, in lower case.
    addresses: Arc<[String]>,
}

impl Allowed {
    /// Reads `host:port` entries.
    pub(crate) fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Self> {
        let mut addresses = Vec::new();
        for entry in entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()) {
            let url = Url::parse(&format!("http://{entry}")).ok();
            let is_whole = url.as_ref().is_some_and(|url| url.path() == "/" && url.host_str().is_some());
            let has_port = entry.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            anyhow::ensure!(
                is_whole && has_port,
                "`model.allowed_addresses` has “{entry}”; write a host and a port, such as localhost:11434"
            );
            addresses.push(entry.to_ascii_lowercase());
        }
        Ok(Self { addresses: addresses.into() })
    }

    fn lists(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
        self.addresses.iter().any(|entry| *entry == format!("{host}:{port}"))
    }

    fn lists_host(&self, host: &str) -> bool {
        self.addresses.iter().any(|entry| entry.rsplit_once(':').is_some_and(|(listed, _)| listed == host))
    }

    /// Why an address may not be asked, in words; `None` if it may.
    pub(crate) fn refuses(&self, url: &Url) -> Option<String> {
        if self.lists(url) {
            return None;
        }
        let place =
            format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let list =
            format!("whoever runs this server can allow it with the setting model.allowed_addresses = [\"{place}\"]");
        let is_private = match url.host() {
            Some(Host::Ipv4(ip)) => !is_public(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => !is_public(IpAddr::V6(ip)),
            Some(Host::Domain(name)) => is_local_name(name),
            None => true,
        };
        if is_private {
            return Some(format!("This address is on the server itself or in its private network; {list}."));
        }
        (url.scheme() != "https")
            .then(|| format!("A public address needs https://, so that nobody reads along; {list}."))
    }
}

/// The one HTTP client for addresses that members typed in.
pub(crate) fn http_client(allowed: &Allowed) -> anyhow::Result<reqwest::Client> {
    // A proxy would resolve names on its own, past the guard.
    builder()
        .no_proxy()
        .dns_resolver(Arc::new(GuardedNames(allowed.clone())))
        .build()
        .context("cannot make an HTTP client")
}

/// The HTTP client for the address that the operator configured.
pub(crate) fn operators_http_client() -> anyhow::Result<reqwest::Client> {
    builder().build().context("cannot make an HTTP client")
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
}

/// Resolves names to public addresses only, unless the host is on the list.
struct GuardedNames(Allowed);

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let is_listed = self.0.lists_host(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(|found| is_listed || is_public(found.ip())).collect();
            if addresses.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.')
        || ["localhost", "local", "internal", "lan", "home.arpa"].iter().any(|end| name.ends_with(&format!(".{end}")))
}

/// Whether an address is one of the public internet's: the same rule as for pages that are fetched.
fn is_public(ip: IpAddr) -> bool {
    AddressPolicy::new(Vec::new()).refusal(ip).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(allowed: &[&str], address: &str) -> bool {
        Allowed::parse(allowed.iter().copied()).unwrap().refuses(&Url::parse(address).unwrap()).is_some()
    }

    #[test]
    fn public_addresses_may_be_asked_over_https() {
        for address in ["https://api.openai.com/v1", "https://8.8.8.8/v1", "https://[2606:4700::1]/v1"] {
            assert!(!refused(&[], address), "{address}");
        }
        assert!(refused(&[], "http://api.example.com/v1"));
    }

    #[test]
    fn t39_what_only_this_server_can_reach_needs_the_operators_word() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "router",
            "db.internal",
            "printer.local",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fd12::1]",
            "[fe80::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[2001::1]",
        ] {
            for scheme in ["https", "http"] {
                assert!(refused(&[], &format!("{scheme}://{host}/v1")), "{scheme}://{host}");
            }
        }
    }

    #[test]
    fn a_listed_address_may_be_asked_on_its_port_alone() {
        let allowed = ["localhost:11434", "[::1]:8000", "10.0.0.5:443"];
        for address in
            ["http://localhost:11434", "http://LOCALHOST:11434/v1", "http://[::1]:8000/v1", "https://10.0.0.5/v1"]
        {
            assert!(!refused(&allowed, address), "{address}");
        }
        for address in ["http://localhost:22", "http://localhost", "http://127.0.0.1:11434", "http://10.0.0.5/v1"] {
            assert!(refused(&allowed, address), "{address}");
        }
        for entry in ["localhost", "http://localhost:1", "localhost:x", "a b:1", "localhost:1/v1"] {
            assert!(Allowed::parse([entry]).is_err(), "{entry}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let ask = async |allowed: &[&str]| {
            let client = http_client(&Allowed::parse(allowed.iter().copied()).unwrap()).unwrap();
            let url = format!("http://localhost:{port}/");
            tokio::select! {
                answer = client.get(url).send() => { assert!(answer.is_err()); false }
                _ = listener.accept() => true,
            }
        };
        assert!(!ask(&[]).await);
        assert!(ask(&[&format!("localhost:{port}")]).await);
    }
}
