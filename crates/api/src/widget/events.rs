//! A visitor's live thread: entries after a cursor, then what comes, as a stream or by long poll.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use baton_app::conversations::entries_after;
use baton_domain::conversation::Entry;
use baton_domain::ids::ConversationId;
use baton_realtime::{Committed, Passing, Signal, Subscription, Topic, Typist};
use baton_storage::{AgentRow, Visitor};
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::auth::KnownVisitor;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Path, Query};
use crate::state::ApiState;
use crate::stream::{Bye, WAIT_SECONDS_MAX, answer, bye, frame, raw};
use crate::widget::{person_of, person_state};
use crate::wire::widget::{Delta, Polled, ProgressFrame, VisitorHello};

/// Where to begin, and how to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Number of the last entry that the client has.
    #[serde(default)]
    after: u64,
    /// Seconds to wait for something to come; answers once, as JSON, instead of a stream.
    #[serde(default)]
    wait: Option<u64>,
}

/// Entries after a cursor, then what comes: `text/event-stream`, or JSON when `wait` is given.
#[utoipa::path(get, path = "/api/widget/v1/conversations/{id}/events", tag = "widget", operation_id = "widget.events", security(("visitor" = [])),
    params(("id" = ConversationId, Path), EventsQuery),
    responses((status = 200, body = Polled, description = "With `wait`. Without, a stream of the frames `hello`, `entry`, `delta`, `progress`, `typing`, `person`, `bye`."), (status = 404, body = ErrorBody)))]
pub(crate) async fn events(
    State(state): State<ApiState>,
    KnownVisitor(visitor): KnownVisitor,
    Path(id): Path<ConversationId>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(query.after);
    // Subscribe before reading, so that nothing falls in between.
    let thread = state.baton.hub().subscribe(Topic::Conversation(id));
    let (epoch, entries) = entries_after(&state.baton, &visitor, id, after).await?;
    thread.raise(epoch);
    let agent = state.baton.agent(visitor.workspace_id, visitor.agent_id).await?;
    match query.wait {
        Some(seconds) => {
            poll(&state, &visitor, &agent, id, after, entries, thread, seconds).await.map(IntoResponse::into_response)
        }
        None => open(state, visitor, agent, id, after, (epoch, entries), thread).await,
    }
}

#[expect(clippy::too_many_arguments, reason = "one caller; the parts of one poll")]
async fn poll(
    state: &ApiState,
    visitor: &Visitor,
    agent: &AgentRow,
    id: ConversationId,
    after: u64,
    mut entries: Vec<Entry>,
    mut thread: Subscription,
    seconds: u64,
) -> Result<Json<Polled>, ApiError> {
    if entries.is_empty() {
        let committed = async {
            while let Ok(signal) = thread.next().await {
                if matches!(signal.as_ref(), Signal::Committed(_)) {
                    return;
                }
            }
        };
        tokio::select! {
            () = committed => {}
            () = tokio::time::sleep(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX))) => {}
            () = state.baton.shutdown().cancelled() => {}
        }
        (_, entries) = entries_after(&state.baton, visitor, id, after).await?;
    }
    let cursor = entries.last().map_or(after, |entry| entry.seq);
    Ok(Json(Polled { entries, cursor, person: person_of(state, agent).await? }))
}

async fn open(
    state: ApiState,
    visitor: Visitor,
    agent: Arc<AgentRow>,
    id: ConversationId,
    after: u64,
    (epoch, entries): (u64, Vec<Entry>),
    thread: Subscription,
) -> Result<Response, ApiError> {
    let people = state.baton.availabilities().watch(visitor.workspace_id);
    let person = person_of(&state, &agent).await?;
    let mut live = Live {
        state,
        visitor,
        agent,
        id,
        cursor: after,
        thread,
        people,
        queue: VecDeque::new(),
        passing: None,
        over: false,
    };
    live.queue.push_back(frame("hello", None, &VisitorHello { cursor: after, epoch, person }));
    live.take(&entries);
    Ok(answer(stream::unfold(Box::new(live), |mut live| async move {
        let frame = live.next().await?;
        Some((Ok::<_, Infallible>(frame), live))
    })))
}

/// One visitor's open stream.
struct Live {
    state: ApiState,
    visitor: Visitor,
    agent: Arc<AgentRow>,
    id: ConversationId,
    /// Number of the last entry that was sent.
    cursor: u64,
    thread: Subscription,
    people: watch::Receiver<bool>,
    queue: VecDeque<Event>,
    /// The AI's words that were handed on last.
    passing: Option<Passing>,
    over: bool,
}

impl Live {
    async fn next(&mut self) -> Option<Event> {
        if self.passing.is_some() {
            // Nothing follows at once, so that the connection writes what it has; then the words are out.
            tokio::task::yield_now().await;
            self.passing = None;
        }
        loop {
            if let Some(frame) = self.queue.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            let shutdown = self.state.baton.shutdown().clone();
            tokio::select! {
                signal = self.thread.next() => match signal {
                    Ok(signal) => self.on_thread(&signal).await,
                    Err(_) => self.end(Bye::Slow),
                },
                Ok(()) = self.people.changed() => {
                    let person = person_state(&self.agent, *self.people.borrow_and_update());
                    self.queue.push_back(frame("person", None, &person));
                }
                () = shutdown.cancelled() => self.end(Bye::Shutdown),
            }
        }
    }

    async fn on_thread(&mut self, signal: &Signal) {
        match signal {
            Signal::Committed(committed) => self.on_committed(committed).await,
            // Asked again right before writing: what waited here while a person took over is never shown (H7).
            Signal::Delta { turn_id, epoch, offset, text, .. } => {
                self.passing = self.thread.pass(*epoch);
                if self.passing.is_none() {
                    return;
                }
                let delta = Delta { conversation_id: None, turn_id: *turn_id, epoch: *epoch, offset: *offset, text };
                self.queue.push_back(frame("delta", None, &delta));
            }
            Signal::Progress { turn_id, epoch, phase, title, .. } => {
                self.passing = self.thread.pass(*epoch);
                if self.passing.is_none() {
                    return;
                }
                let progress = ProgressFrame {
                    conversation_id: None,
                    turn_id: *turn_id,
                    epoch: *epoch,
                    phase: *phase,
                    title: title.as_deref(),
                };
                self.queue.push_back(frame("progress", None, &progress));
            }
            Signal::Typing { typist: Typist::Member { name, .. }, typing, .. } => {
                self.queue.push_back(frame("typing", None, &json!({ "name": name, "typing": typing })));
            }
            Signal::Typing { .. }
            | Signal::Presence { .. }
            | Signal::Source { .. }
            | Signal::Agent { .. }
            | Signal::Revoked { .. } => {}
        }
    }

    async fn on_committed(&mut self, committed: &Committed) {
        let entries = committed.visitor_json();
        let first = entries.first().map_or(u64::MAX, |(seq, _)| *seq);
        if first > self.cursor + 1 {
            // Something was missed: the log has it.
            // Rare, and large while it lasts: not a part of every stream.
            match Box::pin(entries_after(&self.state.baton, &self.visitor, self.id, self.cursor)).await {
                Ok((_, entries)) => self.take(&entries),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot read a thread that is being watched"
                    );
                    self.end(Bye::Slow);
                }
            }
            return;
        }
        for (seq, json) in entries.iter().filter(|(seq, _)| *seq > self.cursor) {
            self.queue.push_back(raw("entry", Some(*seq), json));
        }
        self.cursor = entries.last().map_or(self.cursor, |(seq, _)| self.cursor.max(*seq));
    }

    fn take(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.seq > self.cursor) {
            self.queue.push_back(frame("entry", Some(entry.seq), entry));
        }
        self.cursor = entries.last().map_or(self.cursor, |entry| self.cursor.max(entry.seq));
    }

    fn end(&mut self, reason: Bye) {
        self.queue.push_back(bye(reason));
        self.over = true;
    }
}
