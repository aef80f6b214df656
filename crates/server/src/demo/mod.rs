//! `baton demo`: Baton with a website to try it on, a team to answer, and its own user guides as docs.

mod guides;
mod seed;
mod site;

use anyhow::Context;

use crate::cli::DemoOptions;
use crate::config;
use crate::data_folder::DataFolder;
use crate::serve::{Beside, Started, listen, say, serve, start, start_logging, url_of};

/// The demo has a folder of its own, so that it never touches a real installation.
const DATA_DIR: &str = "baton-demo";

/// Runs the demo until it is told to stop.
pub(crate) async fn run(options: &DemoOptions) -> anyhow::Result<()> {
    let mut serve_options = options.serve.clone();
    if serve_options.data_dir.is_none() {
        serve_options.data_dir = Some(DATA_DIR.into());
    }
    let config = config::load(&serve_options)?;
    start_logging(&config);
    let folder = DataFolder::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    let listener = listen(config.listen).await?;
    let site_listener = listen(options.site_listen).await?;
    let site_url = url_of(site_listener.local_addr().context("cannot tell which port the demo site has")?);
    let Started { installation, public_url, setup_token } = start(&config, &folder, &listener).await?;
    let guides = guides::all(&site_url)?;
    let demo = seed::seed(&installation.baton, &folder, setup_token.as_deref(), &site_url, &guides).await?;
    let router = site::router(&public_url, demo.agent_id, guides);
    say(&format!("listening on {public_url}"));
    say("");
    say(&format!("  Demo site   {site_url}          ask the widget something, or ask for a person"));
    say(&format!("  Inbox       {public_url}/inbox/waiting    sign in as {} with {}", demo.email, demo.password));
    say(&format!("  Full page   {public_url}/c/{}", demo.agent_id));
    say("");
    serve(listener, installation, serve_options.without_limits, Some(Beside { listener: site_listener, router })).await
}
