//! What visitors do besides writing.

use baton_domain::conversation::{Command, Event, Rating, Side};
use baton_domain::ids::ConversationId;
use baton_domain::text::{Page, cut};
use baton_storage::Visitor;

use crate::conversations::commit::act_on;
use crate::conversations::thread::own_conversation;
use crate::{AppError, Baton};

const COMMENT_CHARS_MAX: usize = 1_000;

/// The visitor has read up to an entry.
///
/// # Errors
/// [`AppError::NotFound`] if the conversation is not theirs.
pub async fn see(baton: &Baton, visitor: &Visitor, id: ConversationId, up_to: u64) -> Result<(), AppError> {
    own_conversation(baton, visitor, id).await?;
    act_on(baton, visitor.workspace_id, id, None, |_| Command::See { by: Side::Visitor, up_to }).await?;
    Ok(())
}

/// The visitor rates an answer (A8).
///
/// # Errors
/// [`AppError::NotFound`] if the conversation is not theirs or the entry is no answer of the AI.
pub async fn rate(
    baton: &Baton,
    visitor: &Visitor,
    id: ConversationId,
    message_seq: u64,
    rating: Option<Rating>,
    comment: Option<&str>,
) -> Result<(), AppError> {
    own_conversation(baton, visitor, id).await?;
    let after = message_seq.checked_sub(1).ok_or(AppError::NotFound)?;
    let entry = baton.store().read().await?.entries(visitor.workspace_id, id, after, 1).await?;
    if !matches!(entry.first().map(|entry| &entry.event), Some(Event::AiMessage { .. })) {
        return Err(AppError::NotFound);
    }
    let comment =
        comment.map(str::trim).filter(|comment| !comment.is_empty()).map(|comment| cut(comment, COMMENT_CHARS_MAX));
    act_on(baton, visitor.workspace_id, id, None, |_| Command::Rate { message_seq, rating, comment: comment.clone() })
        .await?;
    Ok(())
}

/// The visitor goes to another page.
///
/// # Errors
/// [`AppError::NotFound`] if the conversation is not theirs.
pub async fn visit_page(baton: &Baton, visitor: &Visitor, id: ConversationId, page: Page) -> Result<(), AppError> {
    let stored = own_conversation(baton, visitor, id).await?;
    if stored.summary.page.as_ref() != Some(&page) {
        act_on(baton, visitor.workspace_id, id, None, |_| Command::VisitPage { page: page.clone() }).await?;
    }
    Ok(())
}
