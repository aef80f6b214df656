//! Configuration: an option wins over the environment, the environment over the file, the file over the default.
//!
//! Every key is in docs/reference/configuration.md. A key that is not known is an error, so that a slip of the pen is not silence.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use baton_answer::Protocol;
use baton_app::models::Price;
use baton_fetch::IpNet;
use serde::Deserialize;
use url::Url;

use crate::cli::ServeOptions;
use crate::outgoing::Allowed;

const FILE: &str = "baton.toml";
const DEFAULT_DATA_DIR: &str = "baton-data";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Every key in the environment, and the key it stands for.
const ENVIRONMENT: [(&str, &str); 14] = [
    ("BATON_DATA_DIR", "data_dir"),
    ("BATON_LISTEN", "listen"),
    ("BATON_PUBLIC_URL", "public_url"),
    ("BATON_LOG", "log"),
    ("BATON_MODEL__PROVIDER", "model.provider"),
    ("BATON_FETCH_ALLOW", "fetch_allow"),
    ("BATON_MODEL__BASE_URL", "model.base_url"),
    ("BATON_MODEL__NAME", "model.name"),
    ("BATON_MODEL__API_KEY", "model.api_key"),
    ("BATON_EMBEDDER__KIND", "embedder.kind"),
    ("BATON_EMBEDDER__BASE_URL", "embedder.base_url"),
    ("BATON_EMBEDDER__NAME", "embedder.name"),
    ("BATON_EMBEDDER__API_KEY", "embedder.api_key"),
    ("BATON_MODEL__ALLOWED_ADDRESSES", "model.allowed_addresses"),
];

/// What the operator of the installation decided.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    /// Without a final slash. `None` means the address listened on.
    pub(crate) public_url: Option<String>,
    /// What to log, as `tracing` filters are written.
    pub(crate) log: String,
    /// Networks whose addresses may be fetched although they are not public.
    pub(crate) fetch_allow: Vec<IpNet>,
    pub(crate) model: Option<ModelConfig>,
    pub(crate) embedder: EmbedderConfig,
    /// Where agents' own models may be beside the public internet.
    pub(crate) allowed_addresses: Allowed,
    /// Prices that overrule the listed ones.
    pub(crate) model_prices: BTreeMap<String, Price>,
}

/// What embeds texts, so that passages are found by their meaning too.
#[derive(Clone, Debug)]
pub(crate) enum EmbedderConfig {
    /// The model inside the binary.
    BuiltIn,
    /// Nothing: only words are searched.
    None,
    /// An OpenAI-compatible endpoint.
    Endpoint(EndpointConfig),
}

/// An OpenAI-compatible endpoint for embeddings.
#[derive(Clone)]
pub(crate) struct EndpointConfig {
    pub(crate) base_url: Url,
    pub(crate) name: String,
    pub(crate) api_key: Option<String>,
}

impl std::fmt::Debug for EndpointConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointConfig")
            .field("base_url", &self.base_url.as_str())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The model of the installation.
#[derive(Clone)]
pub(crate) struct ModelConfig {
    pub(crate) protocol: Protocol,
    pub(crate) base_url: Url,
    pub(crate) name: String,
    pub(crate) api_key: Option<String>,
}

impl std::fmt::Debug for ModelConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelConfig")
            .field("protocol", &self.protocol)
            .field("base_url", &self.base_url.as_str())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data_dir: Option<PathBuf>,
    listen: Option<String>,
    public_url: Option<String>,
    log: Option<String>,
    fetch_allow: Option<Vec<String>>,
    #[serde(default)]
    model: FileModel,
    #[serde(default)]
    embedder: FileEmbedder,
    #[serde(default)]
    model_prices: BTreeMap<String, Price>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEmbedder {
    kind: Option<String>,
    base_url: Option<String>,
    name: Option<String>,
    api_key: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileModel {
    provider: Option<String>,
    base_url: Option<String>,
    name: Option<String>,
    api_key: Option<String>,
    allowed_addresses: Option<Vec<String>>,
}

/// Reads the configuration.
pub(crate) fn load(options: &ServeOptions) -> anyhow::Result<Config> {
    merge(options, read_file(options.config.as_deref())?, &environment())
}

/// The one place where the environment comes in.
fn environment() -> BTreeMap<String, String> {
    std::env::vars().filter(|(key, _)| key.starts_with("BATON_")).collect()
}

fn read_file(path: Option<&Path>) -> anyhow::Result<File> {
    let (path, must_exist) = path.map_or((Path::new(FILE), false), |path| (path, true));
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            let message = error.message().replace('\n', " ");
            anyhow::anyhow!(
                "cannot use {}: {message}; the known keys are in docs/reference/configuration.md",
                path.display()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn merge(options: &ServeOptions, file: File, environment: &BTreeMap<String, String>) -> anyhow::Result<Config> {
    if let Some(unknown) = environment.keys().find(|key| ENVIRONMENT.iter().all(|(known, _)| known != key)) {
        let known: Vec<_> = ENVIRONMENT.iter().map(|(known, _)| *known).collect();
        bail!("the environment variable {unknown} is not known; known are {}", known.join(", "));
    }
    let of = |key: &str| {
        ENVIRONMENT
            .iter()
            .find(|(_, stands_for)| *stands_for == key)
            .and_then(|(name, _)| environment.get(*name))
            .cloned()
    };
    let data_dir = options.data_dir.clone().or_else(|| of("data_dir").map(PathBuf::from)).or(file.data_dir);
    let listen = match options.listen {
        Some(listen) => listen,
        None => {
            let text = of("listen").or(file.listen).unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
            text.parse().map_err(|_| {
                anyhow::anyhow!("`listen` is “{text}”; write an address and a port, such as {DEFAULT_LISTEN}")
            })?
        }
    };
    let allowed_addresses = match of("model.allowed_addresses") {
        Some(text) => Allowed::parse(text.split(','))?,
        None => Allowed::parse(file.model.allowed_addresses.iter().flatten().map(String::as_str))?,
    };
    let public_url = options.public_url.clone().or_else(|| of("public_url")).or(file.public_url);
    Ok(Config {
        data_dir: data_dir.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR)),
        listen,
        public_url: public_url.map(|url| parse_public_url(&url)).transpose()?,
        log: of("log").or(file.log).unwrap_or_else(|| "warn,baton=info".to_owned()),
        allowed_addresses,
        model_prices: file.model_prices,
        fetch_allow: networks(
            &of("fetch_allow")
                .map(|text| text.split(',').map(str::to_owned).collect())
                .or(file.fetch_allow)
                .unwrap_or_default(),
        )?,
        model: model(
            of("model.provider").or(file.model.provider).as_deref(),
            of("model.base_url").or(file.model.base_url),
            of("model.name").or(file.model.name),
            of("model.api_key").or(file.model.api_key),
        )?,
        embedder: embedder(FileEmbedder {
            kind: of("embedder.kind").or(file.embedder.kind),
            base_url: of("embedder.base_url").or(file.embedder.base_url),
            name: of("embedder.name").or(file.embedder.name),
            api_key: of("embedder.api_key").or(file.embedder.api_key),
        })?,
    })
}

fn parse_public_url(text: &str) -> anyhow::Result<String> {
    let wrong = || {
        anyhow::anyhow!(
            "`public_url` is “{text}”; write the address that browsers use, such as https://support.example.com"
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if bare { Ok(url.origin().ascii_serialization()) } else { Err(wrong()) }
}

/// Networks as `10.0.0.0/8`, or single addresses.
fn networks(texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    texts
        .map(|text| {
            text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                anyhow::anyhow!("`fetch_allow` has “{text}”; write networks such as 10.0.0.0/8, or single addresses")
            })
        })
        .collect()
}

fn model(
    provider: Option<&str>,
    base_url: Option<String>,
    name: Option<String>,
    api_key: Option<String>,
) -> anyhow::Result<Option<ModelConfig>> {
    let protocol = match provider {
        None | Some("open_ai") => Protocol::OpenAi,
        Some("anthropic") => Protocol::Anthropic,
        Some("gemini") => Protocol::Gemini,
        Some("ollama") => Protocol::Ollama,
        Some(other) => bail!("`model.provider` is “{other}”; write open_ai, anthropic, gemini or ollama"),
    };
    match (base_url, name) {
        (None, None) if api_key.is_none() => Ok(None),
        (Some(base_url), Some(name)) => {
            let base_url = Url::parse(&base_url)
                .map_err(|_| anyhow::anyhow!("`model.base_url` is “{base_url}”; write the address of the model's API, such as http://localhost:11434/v1"))?;
            Ok(Some(ModelConfig { protocol, base_url, name, api_key: api_key.filter(|key| !key.is_empty()) }))
        }
        (base_url, _) => {
            let missing = if base_url.is_none() { "model.base_url" } else { "model.name" };
            bail!("a model needs both `model.base_url` and `model.name`; `{missing}` is missing")
        }
    }
}

fn embedder(given: FileEmbedder) -> anyhow::Result<EmbedderConfig> {
    let FileEmbedder { kind, base_url, name, api_key } = given;
    let kind = kind.unwrap_or_else(|| if base_url.is_some() { "endpoint".to_owned() } else { "built_in".to_owned() });
    match (kind.as_str(), base_url, name) {
        ("built_in", None, None) => Ok(EmbedderConfig::BuiltIn),
        ("none", None, None) => Ok(EmbedderConfig::None),
        ("endpoint", Some(base_url), Some(name)) => {
            let base_url = Url::parse(&base_url).ok().filter(|url| !url.cannot_be_a_base()).ok_or_else(|| {
                anyhow::anyhow!("`embedder.base_url` is “{base_url}”; write the address of an OpenAI-compatible API, such as http://localhost:11434/v1")
            })?;
            Ok(EmbedderConfig::Endpoint(EndpointConfig {
                base_url,
                name,
                api_key: api_key.filter(|key| !key.is_empty()),
            }))
        }
        ("endpoint", base_url, _) => {
            let missing = if base_url.is_none() { "embedder.base_url" } else { "embedder.name" };
            bail!(
                "an endpoint for embeddings needs both `embedder.base_url` and `embedder.name`; `{missing}` is missing"
            )
        }
        ("built_in" | "none", _, _) => {
            bail!(
                "`embedder.kind` is “{kind}”, which has no `base_url` and no `name`; leave them out, or write “endpoint”"
            )
        }
        _ => bail!("`embedder.kind` is “{kind}”; write “built_in”, “endpoint” or “none”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> ServeOptions {
        ServeOptions { data_dir: None, listen: None, public_url: None, config: None, without_limits: false }
    }

    fn merged(options: &ServeOptions, file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        merge(options, toml::from_str(file).map_err(|error| error.to_string())?, &environment)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_option_wins_over_the_environment_and_that_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\ndata_dir = \"a\"";
        let environment = [("BATON_LISTEN", "127.0.0.1:2")];
        assert_eq!(merged(&options(), file, &[]).unwrap().listen.port(), 1);
        assert_eq!(merged(&options(), file, &environment).unwrap().listen.port(), 2);
        let given = ServeOptions { listen: Some("127.0.0.1:3".parse().unwrap()), ..options() };
        let config = merged(&given, file, &environment).unwrap();
        assert_eq!((config.listen.port(), config.data_dir), (3, PathBuf::from("a")));
    }

    #[test]
    fn unknown_keys_are_named() {
        assert!(merged(&options(), "liste = \"x\"", &[]).unwrap_err().contains("liste"));
        assert!(merged(&options(), "", &[("BATON_LISTN", "x")]).unwrap_err().contains("BATON_LISTN is not known"));
    }

    #[test]
    fn values_that_cannot_be_say_what_would_be_right() {
        assert!(merged(&options(), "listen = \"8080\"", &[]).unwrap_err().contains("127.0.0.1:8080"));
        assert!(
            merged(&options(), "public_url = \"support.example.com\"", &[])
                .unwrap_err()
                .contains("https://support.example.com")
        );
        assert!(merged(&options(), "[model]\nname = \"m\"", &[]).unwrap_err().contains("`model.base_url` is missing"));
        assert!(merged(&options(), "[model]\nprovider = \"open-ai\"", &[]).unwrap_err().contains("write open_ai"));
        assert!(
            merged(&options(), "[model]\nallowed_addresses = [\"localhost\"]", &[]).unwrap_err().contains("a port")
        );
    }

    #[test]
    fn prices_and_addresses_come_from_the_file_and_the_environment() {
        let file =
            "[model]\nallowed_addresses = [\"localhost:1\"]\n[model_prices.\"my-model\"]\ninput = 0.5\noutput = 1";
        let refuses = |config: &Config, address: &str| config.allowed_addresses.refuses(&Url::parse(address).unwrap());
        let config = merged(&options(), file, &[]).unwrap();
        assert_eq!(config.model_prices["my-model"], Price { input: 0.5, output: 1.0 });
        assert_eq!(refuses(&config, "http://localhost:1"), None);
        let environment = [("BATON_MODEL__ALLOWED_ADDRESSES", "localhost:2, 10.0.0.1:80")];
        let config = merged(&options(), file, &environment).unwrap();
        assert!(refuses(&config, "http://localhost:1").is_some());
        assert_eq!((refuses(&config, "http://localhost:2"), refuses(&config, "http://10.0.0.1/")), (None, None));
    }

    #[test]
    fn texts_are_embedded_by_the_built_in_model_unless_something_else_is_said() {
        assert!(matches!(merged(&options(), "", &[]).unwrap().embedder, EmbedderConfig::BuiltIn));
        let none = merged(&options(), "", &[("BATON_EMBEDDER__KIND", "none")]).unwrap();
        assert!(matches!(none.embedder, EmbedderConfig::None));
        let endpoint = "[embedder]\nbase_url = \"http://e/v1\"\nname = \"m\"";
        let found = merged(&options(), endpoint, &[("BATON_EMBEDDER__API_KEY", "sesame")]).unwrap();
        assert!(matches!(&found.embedder, EmbedderConfig::Endpoint(endpoint) if endpoint.api_key.is_some()));
        assert!(!format!("{found:?}").contains("sesame"));
        for (file, says) in [
            ("[embedder]\nkind = \"onnx\"", "“built_in”, “endpoint” or “none”"),
            ("[embedder]\nkind = \"endpoint\"", "`embedder.base_url` is missing"),
            ("[embedder]\nbase_url = \"http://e/v1\"", "`embedder.name` is missing"),
            ("[embedder]\nkind = \"none\"\nname = \"m\"", "leave them out"),
        ] {
            let error = merged(&options(), file, &[]).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn gs5_networks_may_be_allowed_and_slips_are_named() {
        let allowed = |file: &str, environment: &[(&str, &str)]| {
            let config = merged(&options(), file, environment)?;
            Ok::<_, String>(config.fetch_allow.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(allowed("", &[]).unwrap(), Vec::<String>::new());
        assert_eq!(allowed("fetch_allow = [\"10.0.0.0/8\"]", &[]).unwrap(), ["10.0.0.0/8"]);
        let environment = [("BATON_FETCH_ALLOW", "127.0.0.0/8, ::1")];
        assert_eq!(allowed("fetch_allow = [\"10.0.0.0/8\"]", &environment).unwrap(), ["127.0.0.0/8", "::1/128"]);
        assert!(allowed("fetch_allow = [\"10.0.0.0/99\"]", &[]).unwrap_err().contains("10.0.0.0/99"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = merged(
            &options(),
            "",
            &[("BATON_MODEL__BASE_URL", "http://m/v1"), ("BATON_MODEL__NAME", "m"), ("BATON_MODEL__API_KEY", "sesame")],
        );
        assert!(!format!("{config:?}").contains("sesame"));
    }
}
