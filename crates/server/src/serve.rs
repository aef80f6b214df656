//! `baton serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use baton_api::ApiState;
use baton_storage_sql::SqliteStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::ServeOptions;
use crate::config::{self, Config};
use crate::data_folder::DataFolder;
use crate::http;
use crate::web::Embedded;
use crate::wiring::{self, Installation};

/// How long open requests may take after the signal to stop. Streams end at once and come again elsewhere.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// Runs Baton until it is told to stop.
pub(crate) async fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let config = config::load(options)?;
    start_logging(&config);
    let folder = DataFolder::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    let listener = listen(config.listen).await?;
    let Started { installation, public_url, setup_token } = start(&config, &folder, &listener).await?;
    say(&format!("listening on {public_url}"));
    if let Some(token) = setup_token {
        say(&format!("nobody has signed up yet; set Baton up at {public_url}/setup#{token}"));
    }
    serve(listener, installation, options.without_limits, None).await
}

/// An installation that works, and what to tell the person at the console.
pub(crate) struct Started {
    pub(crate) installation: Installation,
    pub(crate) public_url: String,
    pub(crate) setup_token: Option<String>,
}

/// Opens the installation and starts its background work.
pub(crate) async fn start(config: &Config, folder: &DataFolder, listener: &TcpListener) -> anyhow::Result<Started> {
    let address = listener.local_addr().context("cannot tell which port is listened on")?;
    let public_url = config.public_url.clone().unwrap_or_else(|| url_of(address));
    let (token, _) = baton_app::system::new_token();
    let installation = wiring::open(config, folder, public_url.clone(), Some(token.clone())).await?;
    let needs_setup = baton_app::team::needs_setup(&installation.baton).await?;
    baton_app::background::start(&installation.baton);
    Ok(Started { installation, public_url, setup_token: needs_setup.then_some(token) })
}

/// Serves until the process is told to stop, then lets go of everything in order.
pub(crate) async fn serve(
    listener: TcpListener,
    installation: Installation,
    without_limits: bool,
    beside: Option<Beside>,
) -> anyhow::Result<()> {
    let Installation { baton, store } = installation;
    let state = ApiState::new(baton.clone(), Arc::new(Embedded));
    let state = if without_limits { state.without_limits() } else { state };
    let stop = CancellationToken::new();
    let stopping = || {
        let stop = stop.clone();
        async move { stop.cancelled().await }
    };
    let main = http::serve(listener, baton_api::router(state), stopping());
    let beside = async {
        if let Some(Beside { listener, router }) = beside {
            http::serve(listener, router, stopping()).await;
        }
    };
    let watched = async {
        let broken = tokio::select! {
            () = told_to_stop() => false,
            () = disk_failed(&store) => true,
        };
        // Streams end first: an open stream would keep the server from ever being done.
        baton.shutdown().cancel();
        stop.cancel();
        broken
    };
    let served = async { tokio::join!(main, beside) };
    tokio::pin!(served);
    tokio::pin!(watched);
    let broken = tokio::select! {
        _ = &mut served => false,
        broken = &mut watched => {
            if tokio::time::timeout(DRAIN_WITHIN, &mut served).await.is_err() {
                tracing::warn!("requests that did not end were cut off");
            }
            broken
        }
    };
    baton.stop().await;
    if broken {
        bail!("the disk failed; nothing was acknowledged that is not stored. Check the disk, then start Baton again");
    }
    Ok(())
}

/// Another website on a port of its own.
pub(crate) struct Beside {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
}

pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!(
                "port {} is taken by another program; stop it, or choose another port with --listen",
                address.port()
            )
        }
        _ => anyhow::anyhow!("cannot listen on {address}: {error}; choose another address with --listen"),
    })
}

/// The address that a browser on this machine uses.
pub(crate) fn url_of(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

pub(crate) fn start_logging(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[expect(clippy::print_stdout, reason = "this is what the person at the console reads")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Nothing can be promised any more after a failed flush; the process ends and starts clean (I14).
async fn disk_failed(store: &SqliteStore) {
    store.failed().await;
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupted.await;
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
}
