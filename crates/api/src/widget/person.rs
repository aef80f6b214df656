//! Whether a person can be had, live, for a visitor who has not written yet (H3).
//!
//! There is no conversation to follow then, and no session: nothing is stored about somebody who only looks.
//! What is told is no secret, it is in the configuration too; other sites cannot read it, because no header lets them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use baton_domain::ids::AgentId;
use baton_storage::AgentRow;
use futures::stream;
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::auth::Peer;
use crate::error::{ApiError, ErrorBody};
use crate::json::{Path, Query};
use crate::state::ApiState;
use crate::stream::{Bye, WAIT_SECONDS_MAX, answer, bye, frame};
use crate::widget::{person_of, person_state};
use crate::wire::widget::PersonState;

/// How to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonQuery {
    /// Seconds to wait for a change; answers once, as JSON, instead of a stream.
    #[serde(default)]
    wait: Option<u64>,
}

/// Whether a person can be had, now and whenever it changes: `text/event-stream`, or JSON when `wait` is given.
#[utoipa::path(get, path = "/api/widget/v1/agents/{agent_id}/person", tag = "widget", operation_id = "widget.person",
    params(("agent_id" = AgentId, Path), PersonQuery),
    responses((status = 200, body = PersonState, description = "With `wait`. Without, a stream of the frames `person`, the first at once, and `bye`."), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn person(
    State(state): State<ApiState>,
    peer: Peer,
    Path(agent_id): Path<AgentId>,
    Query(query): Query<PersonQuery>,
) -> Result<Response, ApiError> {
    state.limits.watch(peer.0)?;
    let agent = state.baton.agent_anywhere(agent_id).await?;
    // Subscribe before reading, so that nothing falls in between.
    let people = state.baton.availabilities().watch(agent.workspace_id);
    match query.wait {
        Some(seconds) => poll(&state, &agent, people, seconds).await.map(IntoResponse::into_response),
        None => open(state, agent, people).await,
    }
}

async fn poll(
    state: &ApiState,
    agent: &AgentRow,
    mut people: watch::Receiver<bool>,
    seconds: u64,
) -> Result<Json<PersonState>, ApiError> {
    tokio::select! {
        _ = people.changed() => {}
        () = tokio::time::sleep(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX))) => {}
        () = state.baton.shutdown().cancelled() => {}
    }
    Ok(Json(person_of(state, agent).await?))
}

async fn open(state: ApiState, agent: Arc<AgentRow>, people: watch::Receiver<bool>) -> Result<Response, ApiError> {
    let now = person_of(&state, &agent).await?;
    let first = Some(frame("person", None, &now));
    let watch = Watch { state, agent, people, first, told: now.someone_there, over: false };
    Ok(answer(stream::unfold(Box::new(watch), |mut watch| async move {
        let frame = watch.next().await?;
        Some((Ok::<_, Infallible>(frame), watch))
    })))
}

/// One open stream of a visitor who has not written. There may be very many, so it holds little.
struct Watch {
    state: ApiState,
    agent: Arc<AgentRow>,
    people: watch::Receiver<bool>,
    first: Option<Event>,
    /// What was told last; that it is still so is no news.
    told: bool,
    over: bool,
}

impl Watch {
    async fn next(&mut self) -> Option<Event> {
        if let Some(frame) = self.first.take() {
            return Some(frame);
        }
        if self.over {
            return None;
        }
        loop {
            tokio::select! {
                Ok(()) = self.people.changed() => {
                    let someone_there = *self.people.borrow_and_update();
                    if someone_there != self.told {
                        self.told = someone_there;
                        return Some(frame("person", None, &person_state(&self.agent, someone_there)));
                    }
                }
                () = self.state.baton.shutdown().cancelled() => return Some(self.end(Bye::Shutdown)),
            }
        }
    }

    fn end(&mut self, reason: Bye) -> Event {
        self.over = true;
        bye(reason)
    }
}
