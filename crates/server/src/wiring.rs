//! Puts an installation together from its configuration and its folder. The only place where adapters are named.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use baton_answer::{ChatModel, OpenAiCompatible, OpenAiSettings, TokenLimitField};
use baton_app::system::{RandomIds, SystemClock};
use baton_app::{Baton, Parts};
use baton_fetch::{FetchConfig, Fetcher};
use baton_storage_sql::SqliteStore;
use baton_storage_sql::sqlite::Options;
use object_store::local::LocalFileSystem;

use crate::config::{Config, ModelConfig};
use crate::data_folder::DataFolder;

/// How long connecting to a model may take. How long it may answer is each turn's own affair.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// An installation on a folder.
pub(crate) struct Installation {
    pub(crate) baton: Baton,
    pub(crate) store: Arc<SqliteStore>,
}

/// Opens the folder's database, making or migrating it, and puts everything together.
pub(crate) async fn open(
    config: &Config,
    folder: &DataFolder,
    public_url: String,
    setup_token: Option<String>,
) -> anyhow::Result<Installation> {
    let store = open_store(folder).await?;
    let files = LocalFileSystem::new_with_prefix(folder.files())
        .with_context(|| format!("cannot use {}", folder.files().display()))?;
    let model = config.model.as_ref().map(model).transpose()?;
    let baton = Baton::new(Parts {
        store: store.clone(),
        files: Arc::new(files.with_fsync(true)),
        // Agents search by words until the confidence is fitted for embeddings too; `baton eval` measures both.
        embedder: None,
        fetcher: fetcher(config)?,
        model,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        config: baton_app::Config { snapshots_dir: folder.snapshots(), public_url, setup_token },
    });
    Ok(Installation { baton, store })
}

pub(crate) async fn open_store(folder: &DataFolder) -> anyhow::Result<Arc<SqliteStore>> {
    Ok(Arc::new(SqliteStore::open(&folder.database(), Options::default()).await?))
}

/// The one client for what comes from outside.
fn fetcher(config: &Config) -> anyhow::Result<Fetcher> {
    let config = FetchConfig { allow: config.fetch_allow.clone(), ..FetchConfig::default() };
    Fetcher::new(&config).context("cannot make an HTTP client")
}

fn model(config: &ModelConfig) -> anyhow::Result<Arc<dyn ChatModel>> {
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")?;
    let settings = OpenAiSettings {
        base_url: config.base_url.clone(),
        api_key: config.api_key.clone(),
        model: config.name.clone(),
        temperature: None,
        token_limit_field: TokenLimitField::MaxTokens,
    };
    Ok(Arc::new(OpenAiCompatible::new(client, settings)))
}
