//! Trying a model out: one tiny question, and what came of it.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{ChatChunk, ChatModel, ChatRequest, Deadlines, ModelError, Reading, Usage};

/// Reasoning models think on this budget too, so that one word needs more than one word's tokens.
const OUTPUT_TOKENS_MAX: u32 = 200;
/// Longest a try may take.
const DEADLINES: Deadlines = Deadlines { first_text_ms: 15_000, between_texts_ms: 8_000, total_ms: 20_000 };

/// What trying a model out came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// From the question to the end of the reply, or to the failure.
    pub took: Duration,
    /// From the question to the first word.
    pub first_text: Option<Duration>,
    /// The tokens of the reply, or why there was none.
    pub result: Result<Option<Usage>, ModelError>,
}

/// Asks a model one tiny question, whether or not it is resting, and lets it work again if it answers.
pub async fn check(model: &dyn ChatModel) -> Checked {
    let start = Instant::now();
    let mut first_text = None;
    let result = ask(model, start, &mut first_text).await;
    if result.is_ok()
        && let Some(circuit) = model.circuit()
    {
        circuit.succeeded();
    }
    Checked { took: start.elapsed(), first_text, result }
}

async fn ask(
    model: &dyn ChatModel,
    start: Instant,
    first_text: &mut Option<Duration>,
) -> Result<Option<Usage>, ModelError> {
    let request = ChatRequest {
        system: "You are being tried out.".to_owned(),
        user: "Reply with the word: ready".to_owned(),
        output_tokens_max: OUTPUT_TOKENS_MAX,
    };
    let mut reading = Reading::once(model, request, DEADLINES).await?;
    let mut usage = None;
    while let Some(chunk) = reading.next().await? {
        match chunk {
            ChatChunk::Text(_) => {
                first_text.get_or_insert_with(|| start.elapsed());
            }
            ChatChunk::Usage(reported) => usage = Some(reported),
            ChatChunk::End => {}
        }
    }
    Ok(usage)
}
