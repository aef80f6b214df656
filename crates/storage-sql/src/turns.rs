//! AI work as rows with leases.
//!
//! A turn that has not ended carries one time at which somebody may claim it: when it is due, when its lease ends, or when its deadline passes,
//! whichever comes first. The deadline counts once: it takes a turn from whoever claimed it before, and after that only the lease does.

use async_trait::async_trait;
use baton_domain::ids::{ConversationId, TurnId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_domain::turn::{Turn, TurnOutcome, TurnState};
use baton_storage::{StoreError, TurnEnd, TurnWrites};

use crate::connection::{Row, SqlConnection, Value, json, name, share, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> TurnWrites for SqlUnit<C> {
    async fn open_turn(&mut self, turn: &Turn) -> Result<(), StoreError> {
        // The older ones end when the new one begins.
        self.supersede_turns(turn.workspace_id, turn.conversation_id, turn.due_at).await?;
        let (state, lease_until, wake_at, ended_at) = match &turn.state {
            TurnState::Pending => (Value::from("pending"), None, Some(turn.due_at.min(turn.deadline_at)), None),
            TurnState::Running { lease_until } => {
                (Value::from("running"), Some(*lease_until), Some((*lease_until).min(turn.deadline_at)), None)
            }
            TurnState::Ended { outcome, at } => (name(outcome)?, None, None, Some(*at)),
        };
        self.insert(
            "the turn",
            "insert into turn
            (id, workspace_id, agent_id, conversation_id, epoch, state, due_at, deadline_at, attempts,
            claimed_at, lease_until, wake_at, ended_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                turn.id,
                turn.workspace_id,
                turn.agent_id,
                turn.conversation_id,
                turn.epoch,
                state,
                turn.due_at,
                turn.deadline_at,
                turn.attempts,
                lease_until.map(|_| turn.due_at),
                lease_until,
                wake_at,
                ended_at,
            ],
        )
        .await
    }

    async fn claim_turns_anywhere(
        &mut self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Turn>, StoreError> {
        // The condition stands twice, so that two claimers on different connections cannot both get a row.
        let mut turns = self.all(CLAIM, values![now, lease_until, limit], turn).await?;
        turns.sort_by_key(|turn| (turn.due_at, turn.id));
        Ok(turns)
    }

    async fn claim_turn(
        &mut self,
        workspace_id: WorkspaceId,
        id: TurnId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Turn>, StoreError> {
        // Named by its id, a turn need not be due.
        self.first(
            "update turn
            set state = 'running', attempts = attempts + 1, claimed_at = $1, lease_until = $2,
            wake_at = case when $1 < deadline_at and deadline_at < $2 then deadline_at else $2 end
            where id = $3
            and workspace_id = $4
            and wake_at is not null
            and (state = 'pending' or wake_at <= $1)
            returning id, workspace_id, agent_id, conversation_id, epoch, state, due_at, deadline_at, attempts,
            lease_until, ended_at",
            values![now, lease_until, id, workspace_id],
            turn,
        )
        .await
    }

    async fn renew_turn(
        &mut self,
        workspace_id: WorkspaceId,
        id: TurnId,
        lease_until: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update turn
            set lease_until = $1,
            wake_at = case when claimed_at < deadline_at and deadline_at < $1 then deadline_at else $1 end
            where id = $2
            and workspace_id = $3
            and state = 'running'",
            values![lease_until, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn end_turn(&mut self, workspace_id: WorkspaceId, id: TurnId, end: &TurnEnd) -> Result<(), StoreError> {
        self.execute(
            "update turn
            set state = $1, ended_at = $2, features = $3, decision = $4, confidence_raw = $5, confidence = $6,
            lease_until = null, wake_at = null
            where id = $7
            and workspace_id = $8
            and wake_at is not null",
            values![
                name(end.outcome)?,
                end.at,
                opt_json(&end.features)?,
                opt_json(&end.decision)?,
                share(end.confidence.map(|confidence| confidence.raw)),
                share(end.confidence.map(|confidence| confidence.shifted)),
                id,
                workspace_id,
            ],
        )
        .await?;
        Ok(())
    }

    async fn supersede_turns(
        &mut self,
        workspace_id: WorkspaceId,
        conversation_id: ConversationId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(SUPERSEDE, values![at, conversation_id, workspace_id]).await?;
        Ok(())
    }
}

pub(crate) const CLAIM: &str = "update turn
    set state = 'running', attempts = attempts + 1, claimed_at = $1, lease_until = $2,
    wake_at = case when $1 < deadline_at and deadline_at < $2 then deadline_at else $2 end
    where wake_at <= $1
    and id in (select id from turn where wake_at <= $1 order by wake_at, id limit $3)
    returning id, workspace_id, agent_id, conversation_id, epoch, state, due_at, deadline_at, attempts,
    lease_until, ended_at";

pub(crate) const SUPERSEDE: &str = "update turn
    set state = 'superseded', ended_at = $1, lease_until = null, wake_at = null
    where conversation_id = $2
    and workspace_id = $3
    and wake_at is not null";

fn opt_json(value: &serde_json::Value) -> Result<Value, StoreError> {
    match value {
        serde_json::Value::Null => Ok(Value::Json(None)),
        value => json(value),
    }
}

fn turn(row: &Row) -> Result<Turn, StoreError> {
    let row = row.of("turn");
    let state = match row.text(5, "state")?.as_str() {
        "pending" => TurnState::Pending,
        "running" => TurnState::Running { lease_until: row.time(9, "lease_until")? },
        _ => TurnState::Ended { outcome: row.name::<TurnOutcome>(5, "state")?, at: row.time(10, "ended_at")? },
    };
    Ok(Turn {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        agent_id: row.id(2, "agent_id")?,
        conversation_id: row.id(3, "conversation_id")?,
        epoch: row.number(4, "epoch")?,
        state,
        due_at: row.time(6, "due_at")?,
        deadline_at: row.time(7, "deadline_at")?,
        attempts: row.small(8, "attempts")?,
    })
}
