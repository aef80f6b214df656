//! Hostile servers cost bounded time and memory (T44).

use std::io::Write as _;
use std::time::{Duration, Instant};

use baton_fetch::{FetchConfig, FetchError, FetchLimits, Fetcher};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

use crate::guard::with_tls;
use crate::site::{Reply, Site};

const LIMIT: usize = 64 * 1024;

fn fetcher() -> Fetcher {
    with_tls();
    let limits = FetchLimits {
        connect: Duration::from_secs(2),
        head: Duration::from_millis(700),
        total: Duration::from_millis(1_500),
        body_bytes: LIMIT,
        redirects: 5,
    };
    Fetcher::new(&FetchConfig { allow: vec!["127.0.0.0/8".parse().unwrap()], limits, ..FetchConfig::default() })
        .unwrap()
}

/// A server that writes a beginning, then the same piece for ever.
async fn dripping(head: &'static str, piece: &'static [u8], every: Duration) -> (Url, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = drip(stream, head, piece, every).await;
        }
    });
    (url, tasks)
}

async fn drip(mut stream: TcpStream, head: &str, piece: &[u8], every: Duration) -> std::io::Result<()> {
    let mut request = [0; 4_096];
    let _ = stream.read(&mut request).await?;
    stream.write_all(head.as_bytes()).await?;
    while !piece.is_empty() {
        stream.write_all(piece).await?;
        tokio::time::sleep(every).await;
    }
    Ok(())
}

async fn problem(url: &Url) -> FetchError {
    let began = Instant::now();
    let error = fetcher().get(url, LIMIT).await.map(|page| page.body.len()).expect_err("a bounded error");
    assert!(began.elapsed() < Duration::from_secs(10), "{error:?}");
    error
}

#[tokio::test]
async fn t44_an_endless_body_ends() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n";
    let piece = b"8\r\naaaaaaaa\r\n";
    let (url, _tasks) = dripping(head, piece, Duration::ZERO).await;
    assert!(matches!(problem(&url).await, FetchError::TooLarge { .. } | FetchError::Slow { .. }));
}

#[tokio::test]
async fn t44_a_slow_drip_ends() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n";
    let (url, _tasks) = dripping(head, b"1\r\na\r\n", Duration::from_millis(50)).await;
    assert!(matches!(problem(&url).await, FetchError::Slow { .. }));
    let (url, _tasks) = dripping("HTTP/1.1 200 OK\r\n", b"x-drip: a\r\n", Duration::from_millis(50)).await;
    assert!(matches!(problem(&url).await, FetchError::Slow { .. } | FetchError::Broken), "a head without end");
}

#[tokio::test]
async fn t44_a_length_that_lies_is_noticed() {
    let (url, _tasks) =
        dripping("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc", b"", Duration::ZERO).await;
    assert!(matches!(problem(&url).await, FetchError::TooLarge { limit: LIMIT }), "said to be too large");
    let (url, _tasks) = dripping("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nabc", b"", Duration::ZERO).await;
    assert!(matches!(problem(&url).await, FetchError::Broken), "shorter than said");
    let (url, _tasks) = dripping("nonsense\r\n\r\n", b"", Duration::ZERO).await;
    assert!(matches!(problem(&url).await, FetchError::Broken));
}

#[tokio::test]
async fn t44_a_packed_bomb_is_not_unpacked() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..512 {
        packed.write_all(&vec![0; 64 * 1024]).unwrap();
    }
    let bomb = packed.finish().unwrap();
    assert!(bomb.len() < LIMIT, "{}", bomb.len());
    let site = Site::start().await;
    site.put("/bomb", Reply::new("text/html", bomb).with("content-encoding", "gzip"));
    assert!(matches!(problem(&site.url("/bomb")).await, FetchError::TooLarge { limit: LIMIT }));
    site.put("/odd", Reply::new("text/html", "x").with("content-encoding", "zstd"));
    assert!(matches!(problem(&site.url("/odd")).await, FetchError::Encoding));
    site.put("/cut", Reply::new("text/html", b"\x1f\x8b\x08\x00".to_vec()).with("content-encoding", "gzip"));
    assert!(matches!(problem(&site.url("/cut")).await, FetchError::Broken | FetchError::Encoding));
}

#[tokio::test]
async fn k1_packed_pages_are_unpacked() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"<p>hello</p>").unwrap();
    let site = Site::start().await;
    site.put("/gz", Reply::new("text/html", packed.finish().unwrap()).with("content-encoding", "gzip"));
    assert_eq!(fetcher().get(&site.url("/gz"), LIMIT).await.unwrap().body, "<p>hello</p>");
}
