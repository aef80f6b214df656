//! One turn of the AI: from a question to an answer, small talk or an abstention.
//!
//! The order is fixed: small talk is answered as such; the documents are searched; below the threshold the turn abstains
//! without asking any model; above it the model writes, if there is one, or the passages speak for themselves.
//! Whatever a model does wrong costs the visitor nothing: the passages were good enough to answer, so they do (A6).
//! Dropping the future ends the turn and any request it made; a search that has begun ends by itself.

mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use baton_knowledge::{Embedder, Snapshot, SnapshotError, citation_url};
use serde::{Deserialize, Serialize};

use crate::citation::Citation;
use crate::confidence::shift::shifted;
use crate::confidence::{DEFAULT_THRESHOLD, Features};
use crate::evidence::{Evidence, PassageEvidence};
use crate::extractive::{Extract, extract, markdown};
use crate::gate::{Citable, Verdict, check};
use crate::intent::{Intent, SmallTalk, classify, reply};
use crate::model::{ChatModel, Deadlines, ModelError, Usage};
use crate::question::Question;
use crate::respond::write::{Written, write};

/// Passages a model is given.
const MODEL_PASSAGES_MAX: usize = 6;
/// Documents named by an abstention.
const RELATED_MAX: usize = 3;
/// Passages recorded with a turn.
const CONSIDERED_MAX: usize = 8;
/// Words shown at once while an extract is emitted.
const DELTA_WORDS: usize = 6;

/// What a turn works with.
#[derive(Clone)]
pub struct AnswerContext {
    /// The agent's knowledge; the turn sees this one snapshot from beginning to end.
    pub snapshot: Snapshot,
    /// What embeds the question, if there is anything.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The language model, if one is configured.
    pub model: Option<Arc<dyn ChatModel>>,
    /// The owner's settings.
    pub settings: AnswerSettings,
    /// Random text, fresh for each turn, that fences data in the prompt.
    pub nonce: String,
}

impl fmt::Debug for AnswerContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerContext")
            .field("model", &self.model)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The owner's settings for answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSettings {
    /// The lowest confidence at which to answer, 0 to 1.
    pub threshold: f64,
    /// What the agent's own evidence adds to the log-odds of a confidence; see [`crate::confidence::shift`].
    #[serde(default)]
    pub shift: f64,
    /// How the owner wants the AI to behave; used only when a model writes.
    pub instructions: String,
    /// How long a model may take.
    pub deadlines: Deadlines,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self { threshold: DEFAULT_THRESHOLD, shift: 0.0, instructions: String::new(), deadlines: Deadlines::default() }
    }
}

/// What a turn does at the moment, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The documents are searched.
    Searching,
    /// A document is read.
    Reading {
        /// Its title.
        title: String,
    },
    /// The answer is being written.
    Writing,
    /// More of the answer.
    Delta {
        /// Characters of the answer before this piece.
        offset: usize,
        /// The piece; it has passed the gate.
        text: String,
    },
    /// What was shown so far is withdrawn; the answer begins anew at offset 0.
    Restart,
}

/// The end of a turn, with everything needed to explain and replay it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// What the visitor gets.
    pub outcome: Outcome,
    /// Who wrote it.
    pub origin: Origin,
    /// The probability that an answer from this evidence is right, 0 to 1; 0 without any evidence.
    pub confidence: f64,
    /// The same before the agent's own shift.
    #[serde(default)]
    pub raw_confidence: f64,
    /// The measures behind the confidence; absent for small talk and when nothing was found.
    pub features: Option<Features>,
    /// The passages that were found, best first.
    pub considered: Vec<Considered>,
    /// Tokens spent, also by replies that were not used.
    pub usage: Usage,
}

/// What the visitor gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// An answer from the documents.
    Answer {
        /// Markdown with markers `[1]` …
        text: String,
        /// What the markers stand for.
        citations: Vec<Citation>,
    },
    /// A reply to a greeting, thanks or the like.
    SmallTalk {
        /// Which kind.
        about: SmallTalk,
        /// The reply.
        text: String,
    },
    /// The documents do not answer this.
    Abstain {
        /// Documents that come closest.
        related: Vec<Related>,
    },
}

/// Who wrote the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Nobody: a fixed text or none.
    Fixed,
    /// The documents' own sentences.
    Extractive,
    /// A language model.
    Model {
        /// Its name.
        name: String,
    },
    /// The documents' own sentences, because the model failed.
    FallbackExtractive {
        /// How it failed, without any text of the conversation.
        error: String,
    },
}

/// A document that comes close to the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// Its best passage.
    pub passage_id: String,
}

/// A passage that was found, for the test pane and the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Considered {
    /// The passage.
    pub passage_id: String,
    /// The id of its source.
    pub source_id: String,
    /// The key of its document within the source.
    pub document_key: String,
    /// The title of its document.
    pub title: String,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
    /// Its score, 0 to 1.
    pub score: f32,
}

/// Answers a question.
///
/// `sink` is called in order with what happens; the returned response is what counts.
///
/// # Errors
/// Only when the snapshot cannot be read. A failing model is no error of the turn.
pub async fn respond(
    ctx: &AnswerContext,
    question: &Question,
    sink: &mut (dyn FnMut(Progress) + Send),
) -> Result<Response, SnapshotError> {
    let asked = question.asked();
    if let Intent::SmallTalk { about } = classify(&asked) {
        let text = reply(about, &asked).to_owned();
        return Ok(Response { outcome: Outcome::SmallTalk { about, text }, ..Response::nothing_found() });
    }
    sink(Progress::Searching);
    let evidence = gather(ctx, question).await?;
    let Some(found) = extract(&evidence, &asked) else { return Ok(Response::nothing_found()) };
    let features = Features::measure(&evidence, &found);
    let base = Response {
        confidence: shifted(features.confidence(), ctx.settings.shift),
        raw_confidence: features.confidence(),
        features: Some(features),
        considered: evidence.passages.iter().take(CONSIDERED_MAX).map(Considered::from).collect(),
        outcome: Outcome::Abstain { related: related(&evidence) },
        ..Response::nothing_found()
    };
    if base.confidence < ctx.settings.threshold {
        return Ok(base);
    }
    for title in titles(&evidence, &found) {
        sink(Progress::Reading { title });
    }
    sink(Progress::Writing);
    Ok(answer(ctx, question, &evidence, &found, base, sink).await)
}

/// Searches on a thread that may wait, so that the disk and the embedder hold up nobody else.
async fn gather(ctx: &AnswerContext, question: &Question) -> Result<Evidence, SnapshotError> {
    let (snapshot, embedder, question) = (ctx.snapshot.clone(), ctx.embedder.clone(), question.clone());
    let searching = tokio::task::spawn_blocking(move || Evidence::gather(&snapshot, embedder.as_deref(), &question));
    searching.await.unwrap_or_else(|_| Err(SnapshotError::Damaged("searching failed".to_owned())))
}

/// Writes the answer to a question that the documents are thought to answer.
async fn answer(
    ctx: &AnswerContext,
    question: &Question,
    evidence: &Evidence,
    found: &Extract,
    base: Response,
    sink: &mut (dyn FnMut(Progress) + Send),
) -> Response {
    let mut emitter = Emitter { sink, offset: 0 };
    let Some(model) = &ctx.model else {
        return extractive(ctx, evidence, found, Response { origin: Origin::Extractive, ..base }, &mut emitter);
    };
    let passages = for_model(evidence, found);
    let (written, usage) = write(ctx, model.as_ref(), question, &passages, &mut emitter).await;
    let base = Response { usage, ..base };
    let error = match written {
        Written::Answer { text, citations } => {
            let origin = Origin::Model { name: model.name().to_owned() };
            return Response { outcome: Outcome::Answer { text, citations }, origin, ..base };
        }
        // The model read the passages and says that the answer is not in them: the turn abstains.
        Written::Refusal => {
            emitter.restart();
            return Response { origin: Origin::Model { name: model.name().to_owned() }, ..base };
        }
        Written::Unsupported(why) => format!("the reply is not supported by the passages ({why:?})"),
        Written::Failed(error) => {
            tracing::warn!(model = model.name(), error = %error, "language model failed, answering from the passages");
            describe(&error)
        }
    };
    emitter.restart();
    extractive(ctx, evidence, found, Response { origin: Origin::FallbackExtractive { error }, ..base }, &mut emitter)
}

/// The documents' own sentences, through the same gate as everything else.
fn extractive(
    ctx: &AnswerContext,
    evidence: &Evidence,
    found: &Extract,
    base: Response,
    emitter: &mut Emitter<'_>,
) -> Response {
    let citable: Vec<Citable> =
        found.parts.iter().map(|part| Citable::from(&evidence.passages[part.passage].hit)).collect();
    let terms = |text: &str| ctx.snapshot.terms(text);
    match check(&markdown(evidence, found), &citable, &terms) {
        Verdict::Supported { text, citations } => {
            emitter.emit_in_groups(&text);
            Response { outcome: Outcome::Answer { text, citations }, ..base }
        }
        Verdict::Unsupported { .. } => base,
    }
}

/// The passages for the model: the cited ones first, then the rest by score.
fn for_model(evidence: &Evidence, found: &Extract) -> Vec<Citable> {
    let first = found.parts.iter().map(|part| part.passage);
    let mut order: Vec<usize> = first.collect();
    order.extend((0..evidence.passages.len()).filter(|place| found.parts.iter().all(|part| part.passage != *place)));
    order.into_iter().take(MODEL_PASSAGES_MAX).map(|place| Citable::from(&evidence.passages[place].hit)).collect()
}

fn titles(evidence: &Evidence, found: &Extract) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for part in &found.parts {
        let title = &evidence.passages[part.passage].hit.passage.document_title;
        if !titles.contains(title) {
            titles.push(title.clone());
        }
    }
    titles
}

/// The best documents, each once.
fn related(evidence: &Evidence) -> Vec<Related> {
    let mut related: Vec<Related> = Vec::new();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for passage in &evidence.passages {
        if related.len() == RELATED_MAX {
            break;
        }
        if seen.contains(&passage.document()) {
            continue;
        }
        seen.push(passage.document());
        let passage = &passage.hit.passage;
        related.push(Related {
            title: passage.document_title.clone(),
            url: citation_url(passage, ""),
            passage_id: passage.id.as_str().to_owned(),
        });
    }
    related
}

fn describe(error: &ModelError) -> String {
    error.to_string()
}

impl Response {
    fn nothing_found() -> Self {
        Self {
            outcome: Outcome::Abstain { related: Vec::new() },
            origin: Origin::Fixed,
            confidence: 0.0,
            raw_confidence: 0.0,
            features: None,
            considered: Vec::new(),
            usage: Usage::default(),
        }
    }
}

impl From<&PassageEvidence> for Considered {
    fn from(evidence: &PassageEvidence) -> Self {
        let passage = &evidence.hit.passage;
        Self {
            passage_id: passage.id.as_str().to_owned(),
            source_id: evidence.hit.source_id.to_string(),
            document_key: passage.document_key.clone(),
            title: passage.document_title.clone(),
            heading_path: passage.place(),
            text: passage.text.clone(),
            score: evidence.hit.score,
        }
    }
}

/// Hands out text with running offsets.
struct Emitter<'s> {
    sink: &'s mut (dyn FnMut(Progress) + Send),
    offset: usize,
}

impl Emitter<'_> {
    fn emit(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        (self.sink)(Progress::Delta { offset: self.offset, text: text.to_owned() });
        self.offset += text.chars().count();
    }

    /// A finished text a few words at a time, so that it reads like one being written.
    fn emit_in_groups(&mut self, text: &str) {
        let mut start = 0;
        let mut words = 0;
        for (at, pair) in text.char_indices().zip(text.chars().skip(1)).map(|((at, c), next)| (at, (c, next))) {
            if pair.0.is_whitespace() && !pair.1.is_whitespace() {
                words += 1;
                if words == DELTA_WORDS {
                    let end = at + pair.0.len_utf8();
                    self.emit(&text[start..end]);
                    start = end;
                    words = 0;
                }
            }
        }
        self.emit(&text[start..]);
    }

    fn restart(&mut self) {
        if self.offset > 0 {
            self.offset = 0;
            (self.sink)(Progress::Restart);
        }
    }
}
