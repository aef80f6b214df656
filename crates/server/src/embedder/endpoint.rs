//! An OpenAI-compatible endpoint for embeddings.
//!
//! What it sends back is not trusted: as many embeddings as were asked for, of one length, made of numbers.
//! Its deadline is short, because a visitor waits: without it, words are searched.

use std::time::Duration;

use anyhow::Context;
use baton_knowledge::{EmbedError, Embedder};
use reqwest::Url;
use serde::Deserialize;
use tokio::runtime::Handle;

use crate::config::EndpointConfig;
use crate::outgoing::operators_http_client;

/// How long a reply may take, from connecting to its last byte.
const WITHIN: Duration = Duration::from_secs(3);
/// Most bytes of a reply: 17 texts of 4,096 numbers of 25 characters fit.
const REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most numbers of one embedding.
const DIMENSIONS_MAX: usize = 4_096;

/// An endpoint with its client.
#[derive(Debug)]
pub(super) struct Endpoint {
    id: String,
    url: Url,
    config: EndpointConfig,
    client: reqwest::Client,
    runtime: Handle,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    embedding: Vec<f32>,
}

impl Endpoint {
    /// Must be made inside the runtime, whose threads do the waiting.
    pub(super) fn new(config: &EndpointConfig) -> anyhow::Result<Self> {
        let mut url = config.base_url.clone();
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("`embedder.base_url` cannot have a path"))?
            .pop_if_empty()
            .push("embeddings");
        let client = operators_http_client()?;
        let id = format!("{} {}", url.as_str(), config.name);
        let runtime = Handle::try_current().context("an endpoint for embeddings needs the runtime")?;
        Ok(Self { id, url, config: config.clone(), client, runtime })
    }

    async fn ask(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let failed = |cause: &str| EmbedError { cause: cause.to_owned() };
        let body = serde_json::json!({ "model": self.config.name, "input": texts, "encoding_format": "float" });
        let mut post = self.client.post(self.url.clone()).timeout(WITHIN).json(&body);
        if let Some(key) = &self.config.api_key {
            post = post.bearer_auth(key);
        }
        let mut reply = post.send().await.map_err(|_| failed("the endpoint cannot be reached"))?;
        if !reply.status().is_success() {
            return Err(failed(&format!("the endpoint answers with status {}", reply.status().as_u16())));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = reply.chunk().await.map_err(|_| failed("the reply broke off"))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > REPLY_BYTES_MAX {
                return Err(failed("the reply is too long"));
            }
        }
        let reply: Reply = serde_json::from_slice(&bytes).map_err(|_| failed("the reply holds no embeddings"))?;
        in_order(reply.data, texts.len()).ok_or_else(|| failed("the reply holds other embeddings than asked for"))
    }
}

impl Embedder for Endpoint {
    fn id(&self) -> &str {
        &self.id
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.runtime.block_on(self.ask(texts))
    }
}

/// One embedding for each text, of length 1, in the order of the texts.
fn in_order(mut data: Vec<One>, count: usize) -> Option<Vec<Vec<f32>>> {
    data.sort_by_key(|one| one.index);
    let dimensions = data.first()?.embedding.len();
    let whole = data.len() == count
        && (1..=DIMENSIONS_MAX).contains(&dimensions)
        && data.iter().enumerate().all(|(at, one)| {
            one.index == at
                && one.embedding.len() == dimensions
                && one.embedding.iter().all(|number| number.is_finite())
        });
    let unit = |numbers: Vec<f32>| {
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        (length > 0.0).then(|| numbers.iter().map(|number| number / length).collect())
    };
    if whole { data.into_iter().map(|one| unit(one.embedding)).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use axum::Router;
    use axum::routing::post;
    use serde_json::{Value, json};

    use super::*;

    type Served = tokio::task::JoinSet<std::io::Result<()>>;

    /// The endpoint, and its server, which ends with the set.
    async fn endpoint(reply: impl Fn(Value) -> Value + Clone + Send + Sync + 'static) -> (Endpoint, Served) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1/", listener.local_addr().unwrap()).parse().unwrap();
        let app = Router::new().route("/v1/embeddings", post(async move |Json(asked)| Json(reply(asked))));
        let mut served = Served::new();
        served.spawn(async move { axum::serve(listener, app).await });
        let _ = rustls::crypto::ring::default_provider().install_default();
        (Endpoint::new(&EndpointConfig { base_url, name: "m".to_owned(), api_key: None }).unwrap(), served)
    }

    async fn embed(endpoint: Endpoint) -> Result<Vec<Vec<f32>>, EmbedError> {
        tokio::task::spawn_blocking(move || endpoint.embed(&["one", "two"])).await.unwrap()
    }

    #[tokio::test]
    async fn embeddings_come_back_in_the_order_of_the_texts_and_of_length_one() {
        let (endpoint, _served) = endpoint(|asked| {
            assert_eq!(asked["input"], json!(["one", "two"]));
            json!({ "data": [{ "index": 1, "embedding": [0.0, 2.0] }, { "index": 0, "embedding": [3.0, 4.0] }] })
        })
        .await;
        assert_eq!(embed(endpoint).await.unwrap(), [[0.6, 0.8], [0.0, 1.0]]);
    }

    #[tokio::test]
    async fn anything_else_is_an_error_that_holds_none_of_the_texts() {
        let replies = [
            json!({ "data": [] }),
            json!({ "data": [{ "index": 0, "embedding": [1.0] }] }),
            json!({ "data": [{ "index": 0, "embedding": [1.0] }, { "index": 1, "embedding": [1.0, 0.0] }] }),
            json!({ "data": [{ "index": 0, "embedding": [0.0] }, { "index": 1, "embedding": [1.0] }] }),
            json!({ "data": [{ "index": 0, "embedding": ["x"] }, { "index": 1, "embedding": [1.0] }] }),
            json!({ "error": { "message": "one two" } }),
            json!("x".repeat(5 * 1024 * 1024)),
        ];
        for reply in replies {
            let (endpoint, _served) = endpoint(move |_| reply.clone()).await;
            let error = embed(endpoint).await.unwrap_err();
            assert!(!error.to_string().contains("two"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_endpoint_that_is_not_there_is_an_error() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap()).parse().unwrap();
        drop(listener);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = Endpoint::new(&EndpointConfig { base_url, name: "m".to_owned(), api_key: None }).unwrap();
        assert!(embed(endpoint).await.is_err());
    }
}
