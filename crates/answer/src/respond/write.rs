//! A model's reply, read through the gate while it is written.

use std::time::Duration;

use crate::citation::Citation;
use crate::gate::{Citable, Gate, Unsupported, Verdict};
use crate::model::retry::random_of;
use crate::model::{ChatChunk, ChatModel, ModelError, Usage, read};
use crate::prompt::chat_request;
use crate::question::Question;
use crate::reply::{Piece, ReplyReader};
use crate::respond::{AnswerContext, Emitter};

/// How long a refusal waits for its cost to be told.
const COST_WAIT: Duration = Duration::from_millis(300);

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
    let mut reading = match read(model, request, ctx.settings.deadlines, &random_of(&ctx.nonce)).await {
        Ok(reading) => reading,
        Err(error) => return (Written::Failed(error), Usage::default()),
    };
    let terms = |text: &str| ctx.snapshot.terms(text);
    let mut writing = Writing { gate: Gate::new(citable, &terms), refused: false, contradicts: false };
    let mut reader = ReplyReader::default();
    let mut raw = String::new();
    let mut reported = None;
    let failure = loop {
        match reading.next().await {
            Ok(None | Some(ChatChunk::End)) => break None,
            Err(error) => break Some(error),
            Ok(Some(ChatChunk::Usage(usage))) => reported = Some(usage),
            Ok(Some(ChatChunk::Text(text))) => {
                raw.push_str(&text);
                writing.take(reader.push(&text), emitter);
                if writing.refused {
                    // Nothing that follows can change this, but what it cost may still come.
                    reading.is_enough();
                    reading.hurry(COST_WAIT);
                }
            }
        }
    };
    let usage = reported.unwrap_or_else(|| Usage::estimate(&input, &raw));
    if writing.refused {
        return (writing.finish(emitter), usage);
    }
    if let Some(error) = failure {
        return (Written::Failed(error), usage);
    }
    writing.take(reader.finish(), emitter);
    (writing.finish(emitter), usage)
}

/// A reply on its way through the gate.
struct Writing<'a> {
    gate: Gate<'a>,
    refused: bool,
    contradicts: bool,
}

impl Writing<'_> {
    fn take(&mut self, pieces: Vec<Piece>, emitter: &mut Emitter<'_>) {
        for piece in pieces {
            match piece {
                _ if self.refused => {}
                Piece::Refusal => {
                    self.refused = true;
                    self.contradicts = self.gate.counts().0 > 0;
                }
                Piece::Part(part) => emitter.emit(&self.gate.push_part(&part)),
                Piece::Text(text) => emitter.emit(&self.gate.push(&text)),
            }
        }
    }

    fn finish(self, emitter: &mut Emitter<'_>) -> Written {
        if self.contradicts {
            // What was said may have been talked into it, or the refusal may: nothing of the reply counts.
            return Written::Unsupported(Unsupported::Contradictory);
        }
        if self.refused {
            return Written::Refusal;
        }
        let (rest, verdict) = self.gate.finish();
        match verdict {
            Verdict::Supported { text, citations } => {
                emitter.emit(rest.trim_end());
                Written::Answer { text, citations }
            }
            Verdict::Unsupported { why } => Written::Unsupported(why),
        }
    }
}
