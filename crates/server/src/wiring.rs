//! Puts an installation together from its configuration and its folder. The only place where adapters are named.

use std::sync::Arc;

use anyhow::Context;
use baton_answer::model::{Guarded, SharedCircuit};
use baton_answer::{ChatModel, Endpoint};
use baton_app::models::{ModelConnections, ModelParts, PriceTable};
use baton_app::sealing::Sealer;
use baton_app::system::{RandomIds, SystemClock};
use baton_app::{Baton, Parts};
use baton_fetch::{FetchConfig, Fetcher};
use baton_reader::{ChildReader, Settings};
use baton_storage_sql::SqliteStore;
use baton_storage_sql::sqlite::Options;
use object_store::local::LocalFileSystem;

use crate::config::{Config, ModelConfig};
use crate::data_folder::DataFolder;
use crate::embedder;
use crate::outgoing::{Allowed, http_client, operators_http_client};

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
    let model = config.model.as_ref().map(installation_model).transpose()?;
    let connections =
        Connections { client: http_client(&config.allowed_addresses)?, allowed: config.allowed_addresses.clone() };
    let baton = Baton::new(Parts {
        store: store.clone(),
        files: Arc::new(files.with_fsync(true)),
        reader: Arc::new(ChildReader::new(Settings::of_this_program())),
        embedder: embedder::of(&config.embedder)?,
        fetcher: fetcher(config)?,
        model,
        models: ModelParts {
            connections: Arc::new(connections),
            sealer: Sealer::new(&folder.secret()?),
            prices: PriceTable::default().overruled(config.model_prices.clone()),
        },
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

/// The model that the operator configured. Where it is, is the operator's own decision.
fn installation_model(config: &ModelConfig) -> anyhow::Result<Arc<dyn ChatModel>> {
    let endpoint = Endpoint {
        protocol: config.protocol,
        base_url: config.base_url.clone(),
        api_key: config.api_key.clone(),
        model: config.name.clone(),
        temperature: None,
    };
    Ok(Arc::new(Guarded::new(endpoint.model(operators_http_client()?), SharedCircuit::default())))
}

/// Models at addresses that members typed in.
#[derive(Debug)]
struct Connections {
    client: reqwest::Client,
    allowed: Allowed,
}

impl ModelConnections for Connections {
    fn refuses(&self, address: &url::Url) -> Option<String> {
        self.allowed.refuses(address)
    }

    fn connect(&self, endpoint: Endpoint) -> Arc<dyn ChatModel> {
        endpoint.model(self.client.clone())
    }
}
