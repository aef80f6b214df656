//! The requests that are timed or flooded, as they go over the wire.

use serde_json::{Value, json};

use crate::http::request;
use crate::identity::Identity;

/// Opens a visitor's session.
pub(crate) fn open_session(agent_id: &str, ticket: &str) -> Vec<u8> {
    let path = format!("/api/widget/v1/agents/{agent_id}/sessions");
    post(&path, &Identity::nobody(), &json!({ "ticket": ticket }))
}

/// A visitor writes; into the thread they have, or the first message of a new one.
pub(crate) fn send_message(
    visitor: &Identity,
    agent_id: &str,
    conversation_id: Option<&str>,
    client_id: &str,
    text: &str,
) -> Vec<u8> {
    let context = json!({ "page": null, "trail": [], "referrer": null, "locale": null });
    let body = json!({
        "agent_id": agent_id,
        "client_id": client_id,
        "text": text,
        "conversation_id": conversation_id,
        "context": context,
    });
    post("/api/widget/v1/messages", visitor, &body)
}

/// A member takes a conversation over.
pub(crate) fn take_over(member: &Identity, conversation_id: &str) -> Vec<u8> {
    request("POST", &format!("/api/v1/conversations/{conversation_id}/take-over"), member, Some(b"{}"))
}

/// A member writes.
pub(crate) fn reply(member: &Identity, conversation_id: &str, client_id: &str, text: &str) -> Vec<u8> {
    let path = format!("/api/v1/conversations/{conversation_id}/messages");
    post(&path, member, &json!({ "client_id": client_id, "text": text }))
}

/// A member's browser looks at a conversation.
pub(crate) fn look_at(member: &Identity, stream_id: &str, conversation_id: Option<&str>) -> Vec<u8> {
    let body = json!({ "conversation_id": conversation_id }).to_string();
    request("PUT", &format!("/api/v1/stream/{stream_id}/viewing"), member, Some(body.as_bytes()))
}

/// A conversation with its whole log.
pub(crate) fn read_conversation(member: &Identity, conversation_id: &str) -> Vec<u8> {
    request("GET", &format!("/api/v1/conversations/{conversation_id}"), member, None)
}

/// Where a visitor's stream is.
pub(crate) fn events_path(conversation_id: &str, after: u64) -> String {
    format!("/api/widget/v1/conversations/{conversation_id}/events?after={after}")
}

/// Where the inbox's stream is.
pub(crate) fn inbox_path(after: u64) -> String {
    format!("/api/v1/stream?after={after}")
}

fn post(path: &str, identity: &Identity, body: &Value) -> Vec<u8> {
    request("POST", path, identity, Some(body.to_string().as_bytes()))
}
