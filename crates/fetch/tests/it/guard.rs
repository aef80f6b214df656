//! No form of an address reaches a server that is not public (G-S5, T39).

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use baton_fetch::{Conditions, FetchConfig, FetchError, Fetcher, Names, parse_address};
use url::Url;

use crate::site::{Reply, Site};

/// Names that lead where a test says; a list is walked through, one answer after the other.
#[derive(Default)]
pub(crate) struct ScriptedNames {
    names: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl ScriptedNames {
    fn with(mut self, name: &str, answers: &[&str]) -> Self {
        let parse = |answer: &&str| answer.split(' ').map(|address| address.parse().unwrap()).collect();
        self.names.insert(name.to_owned(), answers.iter().map(parse).collect());
        self
    }
}

#[async_trait]
impl Names for ScriptedNames {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let answers = self.names.get(host.trim_end_matches('.')).ok_or(io::ErrorKind::NotFound)?;
        Ok(answers[turn.min(answers.len() - 1)].clone())
    }
}

pub(crate) fn with_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn fetcher(allow: &[&str], names: ScriptedNames) -> Fetcher {
    with_tls();
    let allow = allow.iter().map(|net| net.parse().unwrap()).collect();
    Fetcher::with_names(&FetchConfig { allow, ..FetchConfig::default() }, Arc::new(names)).unwrap()
}

/// Forms of addresses that lead to this machine or into its networks. `P` stands for the canary's port.
const FORMS: &str = "http://127.0.0.1:P/ http://127.0.0.1.:P/ http://127.1:P/ http://127.0.1:P/ http://0177.0.0.1:P/ http://0x7f.0.0.1:P/
    http://0x7f000001:P/ http://2130706433:P/ http://017700000001:P/ http://0x7f.1:P/ http://127.255.255.254:P/ http://0:P/
    http://0.0.0.0:P/ http://[::]:P/ http://[::1]:P/ http://[0:0:0:0:0:0:0:1]:P/ http://[::ffff:127.0.0.1]:P/ http://[::ffff:7f00:1]:P/
    http://[::127.0.0.1]:P/ http://[::ffff:0:127.0.0.1]:P/ http://[64:ff9b::7f00:1]:P/ http://[64:ff9b:1::7f00:1]:P/
    http://[2002:7f00:1::]:P/ http://[2001:0:7f00:1::]:P/ http://[fe80::1]:P/ http://[fc00::1]:P/ http://[fd00::1]:P/ http://[ff02::1]:P/
    http://[2001:db8::1]:P/ http://[fec0::1]:P/ http://10.0.0.1:P/ http://172.16.0.1:P/ http://192.168.0.1:P/ http://169.254.169.254/
    http://169.254.169.254/latest/meta-data/ http://[::ffff:169.254.169.254]/ http://2852039166/ http://0xa9fea9fe/ http://0251.0376.0251.0376/
    http://100.64.0.1:P/ http://198.18.0.1:P/ http://192.0.2.1:P/ http://198.51.100.1:P/ http://203.0.113.1:P/ http://224.0.0.1:P/
    http://240.0.0.1:P/ http://255.255.255.255:P/ http://192.0.0.1:P/ http://192.88.99.1:P/ http://%31%32%37.0.0.1:P/ http://①②⑦.0.0.1:P/
    http://127。0。0。1:P/ http://localhost:P/ http://LOCALHOST:P/ http://localhost.:P/ http://app.localhost:P/ http://127.0.0.1.nip.example:P/
    http://7f000001.nip.example:P/ http://canary.example:P/ http://both.example:P/ http://mapped.example:P/ http://nat64.example:P/ http://metadata.example:P/
    http://user@127.0.0.1:P/ http://public.example@127.0.0.1:P/ http://public.example:80@127.0.0.1:P/ http://127.0.0.1:P@public.example:P/
    http://public.example\\@127.0.0.1:P/ http://127.0.0.1:P\\@public.example/ http://127.0.0.1:P#@public.example/ http://127.0.0.1:P?@public.example/
    https://127.0.0.1:P/ HTTP://127.0.0.1:P/ http:127.0.0.1:P/ http:/127.0.0.1:P/ http:\\\\127.0.0.1:P/ //127.0.0.1:P/ 127.0.0.1:P localhost:P [::1]:P
    file:///etc/passwd gopher://127.0.0.1:P/ ftp://127.0.0.1:P/ dict://127.0.0.1:P/ data:text/html,x javascript:alert(1) ws://127.0.0.1:P/
    unix:/var/run/docker.sock http://127.0.0.1:22/ http://public.example:25/ http://public.example:6379/ http:// http://:P/ http://./ http://unknown.example:P/";

fn names() -> ScriptedNames {
    ScriptedNames::default()
        .with("localhost", &["127.0.0.1 ::1"])
        .with("app.localhost", &["127.0.0.1"])
        .with("127.0.0.1.nip.example", &["127.0.0.1"])
        .with("7f000001.nip.example", &["127.0.0.1"])
        .with("canary.example", &["127.0.0.1"])
        .with("both.example", &["93.184.216.34 127.0.0.1"])
        .with("mapped.example", &["::ffff:127.0.0.1"])
        .with("nat64.example", &["64:ff9b::7f00:1"])
        .with("metadata.example", &["169.254.169.254"])
        .with("public.example", &["127.0.0.1"])
}

#[tokio::test]
async fn gs5_t39_no_form_of_an_address_reaches_the_canary() {
    let canary = Site::start().await;
    canary.put("/", Reply::html("secret"));
    let fetcher = fetcher(&[], names());
    let forms: Vec<_> =
        FORMS.split_whitespace().map(|form| form.replace(":P", &format!(":{}", canary.address.port()))).collect();
    assert!(forms.len() >= 60, "{}", forms.len());
    for form in forms {
        let Ok(url) = Url::parse(&form).or_else(|_| parse_address(&form)) else { continue };
        let once = fetcher.once(&url, &Conditions::default()).await.map(|answer| answer.status());
        assert!(once.is_err(), "{form} became {url}: {once:?}");
        assert!(fetcher.get(&url, 1_000).await.is_err(), "{form}");
        if form.starts_with("http") && !form.contains("unknown.example") {
            assert!(fetcher.check(&url).await.is_err(), "{form}");
        }
    }
    assert_eq!(canary.asked(), Vec::<String>::new(), "nothing was connected to");
}

#[tokio::test]
async fn gs5_t39_what_was_checked_is_what_is_dialled() {
    let canary = Site::start().await;
    canary.put("/", Reply::html("secret"));
    // The first answer is public, every later one is not: whoever asks twice is led inside.
    let rebinding = ScriptedNames::default().with("rebinding.example", &["93.184.216.34", "127.0.0.1"]);
    let fetcher = fetcher(&[], rebinding);
    let url = Url::parse(&format!("http://rebinding.example:{}/", canary.address.port())).unwrap();
    assert_eq!(fetcher.check(&url).await, Ok(()));
    let dialled = fetcher.once(&url, &Conditions::default()).await.map(|answer| answer.status());
    assert_eq!(
        dialled,
        Err(FetchError::Refused { host: "rebinding.example".into(), what: "this machine's own" }),
        "the second answer is checked too"
    );
    assert_eq!(canary.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn gs5_t39_redirects_lead_nowhere_that_the_first_address_could_not() {
    let (open, canary) = (Site::start().await, Site::start().await);
    canary.put("/", Reply::html("secret"));
    // Only the open site's own address is allowed; the canary listens on another of this machine's.
    let names = ScriptedNames::default().with("inside.example", &["127.0.0.1"]).with("open.example", &["127.0.0.1"]);
    let inside = canary.address.port();
    for (n, to) in [
        format!("http://[::1]:{inside}/"),
        format!("http://[::]:{inside}/"),
        format!("http://10.0.0.1:{inside}/"),
        "http://169.254.169.254/".to_owned(),
        format!("http://user:pass@127.0.0.1:{inside}/"),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        "http://127.0.0.1:22/".to_owned(),
        "//192.168.0.1/".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        open.put(&format!("/{n}"), Reply::redirect(&format!("/{n}/again")));
        open.put(&format!("/{n}/again"), Reply::redirect(&to));
    }
    let fetcher = fetcher(&["127.0.0.1/32"], names);
    for n in 0..9 {
        let result = fetcher.get(&open.url(&format!("/{n}")), 1_000).await;
        assert!(result.is_err(), "{n}: {:?}", result.map(|page| page.status));
    }
    open.put("/loop", Reply::redirect("/loop"));
    assert_eq!(fetcher.get(&open.url("/loop"), 1_000).await.map(|page| page.status), Err(FetchError::Redirects));
    open.put("/lost", Reply::status(302));
    assert_eq!(fetcher.get(&open.url("/lost"), 1_000).await.map(|page| page.status), Err(FetchError::LostRedirect));
    assert_eq!(canary.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn gs5_an_allowed_network_is_reached_and_no_proxy_of_the_environment_is_asked() {
    let site = Site::start().await;
    site.put("/page", Reply::html("public"));
    site.put("/old", Reply::redirect("/page"));
    let fetcher = fetcher(&["127.0.0.0/8"], names());
    let page = fetcher.get(&site.url("/old"), 1_000).await.unwrap();
    assert_eq!((page.status, page.url), (200, site.url("/page")));
    let by_name = format!("http://canary.example:{}/page", site.address.port()).parse().unwrap();
    assert_eq!(fetcher.get(&by_name, 1_000).await.unwrap().status, 200);
    assert_eq!(fetcher.check(&by_name).await, Ok(()));
}

#[test]
fn k2_every_error_says_what_to_do() {
    for error in [
        FetchError::Address,
        FetchError::UserInfo,
        FetchError::Port { port: 25 },
        FetchError::Refused { host: "h".into(), what: "private" },
        FetchError::Unknown { host: "h".into() },
        FetchError::TooLarge { limit: 5 << 20 },
        FetchError::Redirects,
        FetchError::Encoding,
    ] {
        assert!(error.cause().ends_with('.') && error.fix().ends_with('.'), "{error:?}");
    }
}
