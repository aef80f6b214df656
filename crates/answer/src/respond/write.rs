//! A model's reply, read through the gate while it is written.

use crate::citation::Citation;
use crate::gate::{Citable, Gate, Unsupported, Verdict};
use crate::model::{ChatChunk, ChatModel, ModelError, Usage, read};
use crate::prompt::{REFUSAL, chat_request};
use crate::question::Question;
use crate::respond::{AnswerContext, Emitter};

/// What became of a reply.
pub(super) enum Written {
    /// It stands as an answer.
    Answer { text: String, citations: Vec<Citation> },
    /// The model says that the passages do not answer.
    Refusal,
    /// It says too much that the passages do not.
    Unsupported(Unsupported),
    /// There was none, or it broke off.
    Failed(ModelError),
}

/// Has the model write an answer; what is emitted on the way is supported whatever comes later.
pub(super) async fn write(
    ctx: &AnswerContext,
    model: &dyn ChatModel,
    question: &Question,
    citable: &[Citable],
    emitter: &mut Emitter<'_>,
) -> (Written, Usage) {
    let passages: Vec<_> = citable.iter().map(|citable| citable.passage.as_ref()).collect();
    let request = chat_request(question, &passages, &ctx.settings.instructions, &ctx.nonce);
    let input = format!("{}{}", request.system, request.user);
    let mut reading = match read(model, request, ctx.settings.deadlines).await {
        Ok(reading) => reading,
        Err(error) => return (Written::Failed(error), Usage::default()),
    };
    let terms = |text: &str| ctx.snapshot.terms(text);
    let mut gate = Gate::new(citable, &terms);
    let mut raw = String::new();
    // Text that may still turn out to be the refusal is not shown.
    let mut held = Some(String::new());
    let mut reported = None;
    let failure = loop {
        match reading.next().await {
            Ok(None) => break None,
            Err(error) => break Some(error),
            Ok(Some(ChatChunk::Usage(usage))) => reported = Some(usage),
            Ok(Some(ChatChunk::End)) => break None,
            Ok(Some(ChatChunk::Text(text))) => {
                raw.push_str(&text);
                let text = match held.take() {
                    None => text,
                    Some(before) => {
                        let begun = before + &text;
                        if REFUSAL.starts_with(begun.trim()) {
                            held = Some(begun);
                            continue;
                        }
                        begun
                    }
                };
                emitter.emit(&gate.push(&text));
            }
        }
    };
    let usage = reported.unwrap_or_else(|| Usage::estimate(&input, &raw));
    if let Some(error) = failure {
        return (Written::Failed(error), usage);
    }
    // A refusal anywhere takes back what stands before it.
    if raw.contains(REFUSAL) {
        return (Written::Refusal, usage);
    }
    if let Some(rest) = held {
        emitter.emit(&gate.push(&rest));
    }
    let (rest, verdict) = gate.finish();
    let written = match verdict {
        Verdict::Supported { text, citations } => {
            emitter.emit(rest.trim_end());
            Written::Answer { text, citations }
        }
        Verdict::Unsupported { why } => Written::Unsupported(why),
    };
    (written, usage)
}
