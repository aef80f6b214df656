//! What members do in a thread.

use baton_domain::conversation::{Command, Outcome, Person, Side};
use baton_domain::ids::{ClientId, ConversationId, MemberId};
use baton_domain::team::Member;
use baton_domain::text::MessageText;

use crate::conversations::commit::{Acted, act_on};
use crate::{AppError, Baton};

/// What a member does with a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberAct {
    /// Takes it.
    TakeOver,
    /// Gives it to a member.
    Assign(MemberId),
    /// Puts it back into the queue.
    ReturnToQueue,
    /// Gives it back to the AI.
    ReturnToAi,
    /// Ends it.
    Close(Outcome),
    /// Reopens it and takes it.
    Reopen,
}

/// A member does something with a conversation.
///
/// # Errors
/// [`AppError::Refused`] if the state does not allow it; the refusal names who has the conversation.
pub async fn act(baton: &Baton, member: &Member, id: ConversationId, act: MemberAct) -> Result<Acted, AppError> {
    let by = person(member);
    let to = match act {
        MemberAct::Assign(to) => Some(colleague(baton, member, to).await?),
        MemberAct::TakeOver
        | MemberAct::ReturnToQueue
        | MemberAct::ReturnToAi
        | MemberAct::Close(_)
        | MemberAct::Reopen => None,
    };
    act_on(baton, member.workspace_id, id, None, |_| {
        let by = by.clone();
        match act {
            MemberAct::TakeOver => Command::TakeOver { member: by },
            MemberAct::Assign(_) => Command::Assign { to: to.clone().unwrap_or_else(|| by.clone()), by },
            MemberAct::ReturnToQueue => Command::ReturnToQueue { by },
            MemberAct::ReturnToAi => Command::ReturnToAi { by },
            MemberAct::Close(outcome) => Command::Close { by: Some(by), outcome },
            MemberAct::Reopen => Command::Reopen { by },
        }
    })
    .await
}

/// A member writes; takes over first if nobody has the conversation (H7).
///
/// # Errors
/// [`AppError::Refused`] if a colleague has it, [`AppError::ClientIdReused`] if the id was used for another text.
pub async fn member_writes(
    baton: &Baton,
    member: &Member,
    id: ConversationId,
    client_id: ClientId,
    text: MessageText,
) -> Result<Acted, AppError> {
    let acted = act_on(baton, member.workspace_id, id, Some(client_id), |_| Command::MemberWrites {
        member: person(member),
        client_id,
        text: text.clone(),
    })
    .await?;
    let same = acted.entries.iter().all(|entry| match &entry.event {
        baton_domain::conversation::Event::MemberMessage { client_id: sent, text: stored, member_id, .. } => {
            *sent != client_id || (stored == text.as_str() && *member_id == member.id)
        }
        baton_domain::conversation::Event::VisitorMessage { client_id: sent, .. } => *sent != client_id,
        _ => true,
    });
    if same { Ok(acted) } else { Err(AppError::ClientIdReused) }
}

/// A member has read up to an entry: their own mark moves, and if the conversation is theirs the visitor sees it.
///
/// # Errors
/// [`AppError::NotFound`] if there is no such conversation.
pub async fn mark_read(baton: &Baton, member: &Member, id: ConversationId, up_to: u64) -> Result<(), AppError> {
    let mut unit = baton.store().write().await?;
    let stored = unit.conversation(member.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let up_to = up_to.min(stored.state.seq);
    unit.set_mark(member.workspace_id, member.id, id, up_to).await?;
    unit.commit(baton_storage::quietly()).await?;
    let theirs = matches!(&stored.state.owner, baton_domain::conversation::Owner::Member { member_id, .. } if *member_id == member.id);
    // Marks of what the visitor wrote are worth an entry; reading one's own words again is not.
    if theirs && stored.summary.last_visitor_seq > stored.state.seen_by_team && up_to >= stored.summary.last_visitor_seq
    {
        act_on(baton, member.workspace_id, id, None, |_| Command::See { by: Side::Team, up_to }).await?;
    }
    Ok(())
}

fn person(member: &Member) -> Person {
    Person { id: member.id, name: member.name.clone() }
}

async fn colleague(baton: &Baton, member: &Member, id: MemberId) -> Result<Person, AppError> {
    let colleague = baton.store().read().await?.member(member.workspace_id, id).await?;
    let colleague = colleague.filter(|colleague| !colleague.suspended).ok_or(AppError::NotFound)?;
    Ok(person(&colleague))
}
