//! A language model that says its first piece and holds the rest until it is told to go on.

use std::sync::{Arc, Mutex};

use baton_answer::model::{ChatChunk, ChatRequest, ChatStream};
use baton_answer::{ChatModel, ModelError};
use futures::StreamExt as _;
use tokio::sync::watch;

/// Says its first piece and holds the rest until it is told to go on.
#[derive(Debug)]
pub(crate) struct HeldModel {
    pieces: Vec<String>,
    go_on: Mutex<watch::Sender<bool>>,
}

impl HeldModel {
    pub(crate) fn new(pieces: Vec<String>) -> Arc<Self> {
        Arc::new(Self { pieces, go_on: Mutex::new(watch::channel(false).0) })
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.go_on.lock().unwrap().send_replace(true);
    }
}

impl ChatModel for HeldModel {
    fn name(&self) -> &str {
        "held"
    }

    fn stream<'life0, 'async_trait>(
        &'life0 self,
        _request: ChatRequest,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<ChatStream, ModelError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let told = self.go_on.lock().unwrap().subscribe();
        let pieces = self.pieces.clone();
        let stream = futures::stream::iter(pieces.into_iter().enumerate()).then(move |(index, piece)| {
            let mut told = told.clone();
            async move {
                if index > 0 {
                    let _ = told.wait_for(|go_on| *go_on).await;
                }
                Ok(ChatChunk::Text(piece))
            }
        });
        let stream: ChatStream = stream.chain(futures::stream::once(async { Ok(ChatChunk::End) })).boxed();
        Box::pin(async move { Ok(stream) })
    }
}
