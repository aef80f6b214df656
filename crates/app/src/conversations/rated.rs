//! What visitors thought of answers, beside the log: calibration learns from it (A8).

use baton_domain::conversation::{Conversation, Entry, Event, Rating, ReplyKind};
use baton_storage::{JobKind, RatingRow, WriteUnit};

use crate::{AppError, Baton};

/// Keeps new ratings, and has the agent's calibration fitted soon: in a job, so that the visitor waits for none of it.
pub(crate) async fn note_ratings(
    baton: &Baton,
    unit: &mut dyn WriteUnit,
    state: &Conversation,
    entries: &[Entry],
) -> Result<(), AppError> {
    for entry in entries {
        let Event::Rated { message_seq, rating, .. } = &entry.event else { continue };
        let message_seq = *message_seq;
        let answer = unit.entries(state.workspace_id, state.id, message_seq.saturating_sub(1), 1).await?;
        // What visitors think of an abstention says nothing about answers.
        let Some(Event::AiMessage { turn_id, kind: ReplyKind::Answer, .. }) = answer.first().map(|entry| &entry.event)
        else {
            continue;
        };
        match rating {
            None => unit.delete_rating(state.workspace_id, state.id, message_seq).await?,
            Some(rating) => {
                let row = RatingRow {
                    agent_id: state.agent_id,
                    conversation_id: state.id,
                    message_seq,
                    turn_id: *turn_id,
                    is_right: *rating == Rating::Up,
                    at: entry.at,
                };
                unit.put_rating(state.workspace_id, &row).await?;
            }
        }
        let job = JobKind::Calibrate(state.agent_id);
        unit.enqueue_job(baton.fresh(), state.workspace_id, job, baton.now()).await?;
    }
    Ok(())
}
