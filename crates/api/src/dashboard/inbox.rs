//! The lists of the inbox.

use axum::Json;
use axum::extract::State;
use baton_app::conversations::{InboxRequest, Position, View, counts_for, inbox as read_inbox};
use baton_domain::time::Timestamp;

use crate::auth::SignedInMember;
use crate::error::{ApiError, ErrorBody};
use crate::json::Query;
use crate::state::ApiState;
use crate::wire::inbox::{Counts, InboxPage, InboxQuery, InboxView};

/// One page of a list, with the counts of all lists.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "inbox", operation_id = "inbox", security(("member" = [])), params(InboxQuery),
    responses((status = 200, body = InboxPage), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(crate) async fn inbox(
    State(state): State<ApiState>,
    signed_in: SignedInMember,
    Query(query): Query<InboxQuery>,
) -> Result<Json<InboxPage>, ApiError> {
    let view = match query.view {
        InboxView::Live => View::Live,
        InboxView::Waiting => View::Waiting,
        InboxView::Mine => View::Mine,
        InboxView::Team => View::Team,
        InboxView::Resolved => View::Resolved,
    };
    let after = query.before.as_deref().map(parse_position).transpose()?;
    let page =
        read_inbox(&state.baton, &signed_in.member, InboxRequest { view, agent_id: query.agent_id, after }).await?;
    let (mine, team) = counts_for(&page.counts, &signed_in.member);
    let counts =
        Counts { live: page.counts.live, waiting: page.counts.waiting, mine, team, resolved: page.counts.resolved };
    Ok(Json(InboxPage {
        feed: page.feed,
        counts,
        conversations: page.conversations,
        next: page.next.map(|(at, id)| format!("{}.{id}", at.0)),
        marks: page.marks.into_iter().collect(),
    }))
}

fn parse_position(text: &str) -> Result<Position, ApiError> {
    let wrong = || ApiError::bad_request("`before` is not one that a page gave as `next`.");
    let (at, id) = text.split_once('.').ok_or_else(wrong)?;
    Ok((Timestamp(at.parse().map_err(|_| wrong())?), id.parse().map_err(|_| wrong())?))
}
