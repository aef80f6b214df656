//! Serving HTTP/1.1: what `axum::serve` does, with the socket's and the connection's settings in our hands.
//!
//! Three of them matter here.
//! Without `TCP_NODELAY` the kernel holds back small frames of a busy stream, for up to 40 ms, until the reader has
//! confirmed the ones before: words would arrive after the acknowledgement of the takeover that stopped them.
//! A connection that never finishes its headers is closed.
//! And a connection that only ever speaks HTTP/1.1 takes less memory than one that may turn out to speak HTTP/2, which
//! browsers do not use without TLS; a proxy in front speaks it to them.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// How long a connection may be idle between requests, and how long it may take to send the headers of one.
const HEADERS_WITHIN: Duration = Duration::from_secs(60);

/// How long no connection is accepted after the system could not give one, as when it is out of file descriptors.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Serves until `stop`, then finishes the requests that are under way.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = TaskTracker::new();
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((socket, peer)) => {
                connections.spawn(connection(socket, peer, router.clone(), graceful.watcher()));
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
    connections.close();
    connections.wait().await;
}

async fn connection(socket: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
    // A socket that is gone already says so when it is read.
    let _ = socket.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(socket), service);
    if let Err(error) = watcher.watch(connection).await {
        // The other side went away, or sent what is not HTTP: its own affair.
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended");
    }
}
