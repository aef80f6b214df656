//! Typing signs: shown while they last, never stored.

use std::sync::Arc;

use baton_domain::ids::ConversationId;
use baton_domain::team::Member;
use baton_realtime::{Signal, Topic, Typist};
use baton_storage::Visitor;

use crate::conversations::thread::own_conversation;
use crate::{AppError, Baton};

/// The visitor types, or has stopped.
///
/// # Errors
/// [`AppError::NotFound`] if the conversation is not theirs.
pub async fn visitor_types(baton: &Baton, visitor: &Visitor, id: ConversationId, typing: bool) -> Result<(), AppError> {
    own_conversation(baton, visitor, id).await?;
    tell(baton, id, Typist::Visitor, typing);
    Ok(())
}

/// A member types, or has stopped.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such conversation.
pub async fn member_types(baton: &Baton, member: &Member, id: ConversationId, typing: bool) -> Result<(), AppError> {
    baton.store().read().await?.conversation(member.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    tell(baton, id, Typist::Member { member_id: member.id, name: member.name.clone() }, typing);
    Ok(())
}

fn tell(baton: &Baton, id: ConversationId, typist: Typist, typing: bool) {
    let signal = Arc::new(Signal::Typing { conversation_id: id, typist, typing });
    baton.hub().publish(Topic::Conversation(id), &signal);
}
