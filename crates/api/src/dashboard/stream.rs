//! A member's live inbox: every change of the workspace, and what is happening in the conversation they look at.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::response::sse::Event;
use baton_app::AppError;
use baton_app::conversations::{WordsSoFar, changes, words_so_far};
use baton_app::team::{StreamGuard, open_stream, view_conversation};
use baton_domain::ids::{AgentId, ConversationId, SourceId, StreamId};
use baton_domain::team::{Member, Right};
use baton_realtime::{Committed, Passing, Signal, Subscription, Topic, Typist};
use baton_storage::Change;
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::auth::SignedInMember;
use crate::dashboard::{agents, sources};
use crate::error::{ApiError, ErrorBody};
use crate::json::{Body, Path, Query};
use crate::state::ApiState;
use crate::stream::{Bye, answer, bye, frame, raw};
use crate::wire::inbox::{FeedItem, StreamHello, Viewing};
use crate::wire::widget::{Delta, ProgressFrame};

/// Changes that are sent after a reconnect. Whoever missed more loads the snapshot again, which is quicker.
const CAUGHT_UP_MAX: u64 = 2_000;

/// Changes read at once.
const CHANGES_AT_ONCE: u32 = 500;

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Number of the last change that the client has; from now on if absent.
    #[serde(default)]
    after: Option<u64>,
    /// The conversation that the browser looks at.
    #[serde(default)]
    viewing: Option<ConversationId>,
}

/// Every change of the workspace after a cursor, then what comes.
#[utoipa::path(get, path = "/api/v1/stream", tag = "inbox", operation_id = "stream", security(("member" = [])), params(StreamQuery),
    responses((status = 200, body = FeedItem, content_type = "text/event-stream", description = "Frames `hello`, `change`, `delta`, `progress`, `typing`, `presence`, `source`, `agent`, `reset`, `bye`."), (status = 401, body = ErrorBody)))]
pub(crate) async fn stream(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let member = signed_in.member;
    // Subscribe before reading, so that nothing falls in between.
    let inbox = state.baton.hub().subscribe(Topic::Inbox(member.workspace_id));
    let guard = open_stream(&state.baton, &member, query.viewing).await?;
    let feed = state
        .baton
        .store()
        .read()
        .await
        .map_err(AppError::from)?
        .feed(member.workspace_id)
        .await
        .map_err(AppError::from)?;
    let asked = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).or(query.after);
    let mut live = Live {
        state,
        member,
        guard,
        cursor: asked.unwrap_or(feed),
        inbox,
        viewed: None,
        to_catch_up: None,
        queue: VecDeque::new(),
        passing: None,
        over: false,
    };
    live.queue.push_back(frame("hello", None, &StreamHello { stream_id: live.guard.stream_id, feed }));
    if live.cursor > feed || feed - live.cursor > CAUGHT_UP_MAX {
        live.queue.push_back(frame("reset", None, &json!({})));
        live.cursor = feed;
    } else {
        live.catch_up().await;
    }
    live.look_at(query.viewing).await;
    Ok(answer(stream::unfold(Box::new(live), |mut live| async move {
        let frame = live.next().await?;
        Some((Ok::<_, Infallible>(frame), live))
    })))
}

/// Says which conversation the browser looks at; its live signals come on the stream from now on.
///
/// If an answer is being written there, the first `delta` has offset 0 and all its words so far.
#[utoipa::path(put, path = "/api/v1/stream/{id}/viewing", tag = "inbox", operation_id = "stream.viewing", security(("member" = [])),
    params(("id" = StreamId, Path)), request_body = Viewing, responses((status = 204), (status = 404, body = ErrorBody)))]
pub(crate) async fn viewing(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Path(id): Path<StreamId>,
    Body(request): Body<Viewing>,
) -> Result<StatusCode, ApiError> {
    view_conversation(&state.baton, &signed_in.member, id, request.conversation_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One member's open stream.
struct Live {
    state: ApiState,
    member: Member,
    guard: StreamGuard,
    /// Number of the last change that was sent.
    cursor: u64,
    inbox: Subscription,
    viewed: Option<Subscription>,
    /// The conversation that is watched since a moment ago, whose answer may be half said.
    to_catch_up: Option<ConversationId>,
    queue: VecDeque<Event>,
    /// The AI's words that were handed on last.
    passing: Option<Passing>,
    over: bool,
}

enum Next {
    Inbox(std::sync::Arc<Signal>),
    Viewed(std::sync::Arc<Signal>),
    Viewing(Option<ConversationId>),
    End(Bye),
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
            // Only now that nothing is queued before them: words of the AI do not wait there while a person takes over (H7).
            if let Some(words) = self.to_catch_up.take().and_then(|id| self.words_so_far(id)) {
                return Some(words);
            }
            match self.wait().await {
                Next::Inbox(signal) => self.on_inbox(&signal).await,
                Next::Viewed(signal) => self.on_viewed(&signal),
                Next::Viewing(id) => self.look_at(id).await,
                Next::End(reason) => self.end(reason),
            }
        }
    }

    async fn wait(&mut self) -> Next {
        let viewed = async {
            match &mut self.viewed {
                Some(viewed) => viewed.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            signal = self.inbox.next() => signal.map_or(Next::End(Bye::Slow), Next::Inbox),
            signal = viewed => signal.map_or(Next::End(Bye::Slow), Next::Viewed),
            changed = self.guard.viewing.changed() => match changed {
                Ok(()) => Next::Viewing(*self.guard.viewing.borrow_and_update()),
                Err(_) => Next::End(Bye::Slow),
            },
            () = self.state.baton.shutdown().cancelled() => Next::End(Bye::Shutdown),
        }
    }

    async fn on_inbox(&mut self, signal: &Signal) {
        match signal {
            Signal::Committed(committed) => self.on_committed(committed).await,
            Signal::Presence { members } => {
                self.queue.push_back(frame("presence", None, &json!({ "members": members })));
            }
            Signal::Source { source_id, progress, .. } => self.on_source(*source_id, *progress).await,
            Signal::Agent { agent_id } => self.on_agent(*agent_id).await,
            Signal::Revoked { member_id } if *member_id == self.member.id => self.end(Bye::Revoked),
            Signal::Revoked { .. } | Signal::Delta { .. } | Signal::Progress { .. } | Signal::Typing { .. } => {}
        }
    }

    async fn on_committed(&mut self, committed: &Committed) {
        if committed.feed == self.cursor + 1 {
            self.queue.push_back(raw("change", Some(committed.feed), committed.change_json()));
            self.cursor = committed.feed;
        } else if committed.feed > self.cursor {
            // Something was missed: the feed has it.
            self.catch_up().await;
        }
    }

    fn on_viewed(&mut self, signal: &Signal) {
        // Asked again right before writing: what waited here while a person took over is never shown (H7).
        if let Signal::Delta { epoch, .. } | Signal::Progress { epoch, .. } = signal {
            self.passing = self.viewed.as_ref().and_then(|viewed| viewed.pass(*epoch));
            if self.passing.is_none() {
                return;
            }
        }
        let made = match signal {
            Signal::Delta { conversation_id, turn_id, epoch, offset, text } => {
                let delta = Delta {
                    conversation_id: Some(*conversation_id),
                    turn_id: *turn_id,
                    epoch: *epoch,
                    offset: *offset,
                    text,
                };
                frame("delta", None, &delta)
            }
            Signal::Progress { conversation_id, turn_id, epoch, phase, title } => {
                let conversation_id = Some(*conversation_id);
                let progress = ProgressFrame {
                    conversation_id,
                    turn_id: *turn_id,
                    epoch: *epoch,
                    phase: *phase,
                    title: title.as_deref(),
                };
                frame("progress", None, &progress)
            }
            Signal::Typing { conversation_id, typist, typing } => {
                let (who, name) = match typist {
                    Typist::Visitor => ("visitor", None),
                    Typist::Member { member_id, .. } if *member_id == self.member.id => return,
                    Typist::Member { name, .. } => ("member", Some(name)),
                };
                frame(
                    "typing",
                    None,
                    &json!({ "conversation_id": conversation_id, "who": who, "name": name, "typing": typing }),
                )
            }
            _ => return,
        };
        self.queue.push_back(made);
    }

    async fn on_source(&mut self, source_id: SourceId, progress: Option<(u64, u64)>) {
        if !self.member.role.may(Right::ManageAgents) {
            return;
        }
        match baton_app::knowledge::source_row(&self.state.baton, self.member.workspace_id, source_id).await {
            Ok(source) => self.queue.push_back(frame("source", None, &sources::view(&self.state, source, progress))),
            Err(AppError::NotFound) => {}
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "cannot read a source that changed"),
        }
    }

    async fn on_agent(&mut self, agent_id: AgentId) {
        let Ok(row) = self.state.baton.agent(self.member.workspace_id, agent_id).await else { return };
        if let Ok(agent) = agents::view(&self.state, &row).await {
            self.queue.push_back(frame("agent", None, &agent));
        }
    }

    /// Watches another conversation, if it is one of this workspace (T13).
    async fn look_at(&mut self, id: Option<ConversationId>) {
        self.viewed = None;
        self.to_catch_up = None;
        let Some(id) = id else { return };
        let viewed = self.state.baton.hub().subscribe(Topic::Conversation(id));
        if let Ok(epoch) = baton_app::conversations::epoch_of(&self.state.baton, &self.member, id).await {
            viewed.raise(epoch);
            self.viewed = Some(viewed);
            self.to_catch_up = Some(id);
        }
    }

    /// What was already said of the answer that is being written, as one piece at its beginning.
    fn words_so_far(&mut self, id: ConversationId) -> Option<Event> {
        let WordsSoFar { turn_id, epoch, text } = words_so_far(&self.state.baton, id)?;
        self.passing = self.viewed.as_ref()?.pass(epoch);
        let delta = Delta { conversation_id: Some(id), turn_id, epoch, offset: 0, text: &text };
        self.passing.is_some().then(|| frame("delta", None, &delta))
    }

    async fn catch_up(&mut self) {
        loop {
            match changes(&self.state.baton, self.member.workspace_id, self.cursor, CHANGES_AT_ONCE).await {
                Ok(changes) if changes.is_empty() => return,
                Ok(changes) => {
                    for change in changes {
                        self.cursor = change.feed;
                        self.queue.push_back(frame("change", Some(change.feed), &item(change)));
                    }
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot read an inbox that is being watched"
                    );
                    return self.end(Bye::Slow);
                }
            }
        }
    }

    fn end(&mut self, reason: Bye) {
        self.queue.push_back(bye(reason));
        self.over = true;
    }
}

fn item(change: Change) -> FeedItem {
    FeedItem {
        feed: change.feed,
        conversation_id: change.conversation_id,
        entries: change.entries,
        summary: change.summary,
        before: change.before,
    }
}
