//! Conversations: their logs, their rows in the inbox, and the feed of changes.

use async_trait::async_trait;
use baton_domain::conversation::{Entry, Event, OwnerView, Place, Summary};
use baton_domain::ids::{AgentId, ClientId, ConversationId, MemberId, VisitorId, WorkspaceId};
use baton_domain::time::Timestamp;
use baton_storage::{
    Append, Change, ConversationReads, ConversationWrites, InboxQuery, PlaceCounts, PlaceFilter, StoreError, Stored,
};
use uuid::Uuid;

use crate::connection::{Row, SqlConnection, Statement, Value, json, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> ConversationReads for SqlUnit<C> {
    async fn conversation(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
    ) -> Result<Option<Stored>, StoreError> {
        self.first(
            "select state, summary
            from conversation
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            stored,
        )
        .await
    }

    async fn latest_conversation(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: AgentId,
        visitor_id: VisitorId,
    ) -> Result<Option<Stored>, StoreError> {
        // An open one goes first: a member may have reopened an older one.
        self.first(LATEST, values![visitor_id, agent_id, workspace_id], stored).await
    }

    async fn conversations_of_visitor(
        &mut self,
        workspace_id: WorkspaceId,
        visitor_id: VisitorId,
    ) -> Result<u64, StoreError> {
        let count = self
            .first(
                "select count(*)
                from conversation
                where visitor_id = $1
                and workspace_id = $2",
                values![visitor_id, workspace_id],
                |row| row.of("conversation").number(0, "count"),
            )
            .await?;
        Ok(count.unwrap_or(0))
    }

    async fn entries(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        self.all(
            "select seq, at, body
            from event
            where conversation_id = $1
            and workspace_id = $2
            and seq > $3
            order by seq
            limit $4",
            values![id, workspace_id, after, limit],
            |row| entry(row, 0),
        )
        .await
    }

    async fn entry_of_client(
        &mut self,
        workspace_id: WorkspaceId,
        id: ConversationId,
        client_id: ClientId,
    ) -> Result<Option<Entry>, StoreError> {
        self.first(
            "select seq, at, body
            from event
            where conversation_id = $1
            and client_id = $2
            and workspace_id = $3",
            values![id, client_id, workspace_id],
            |row| entry(row, 0),
        )
        .await
    }

    async fn feed(&mut self, workspace_id: WorkspaceId) -> Result<u64, StoreError> {
        let feed = self
            .first("select feed from workspace where id = $1", values![workspace_id], |row| {
                row.of("workspace").number(0, "feed")
            })
            .await?;
        Ok(feed.unwrap_or(0))
    }

    async fn changes(&mut self, workspace_id: WorkspaceId, after: u64, limit: u32) -> Result<Vec<Change>, StoreError> {
        // The feed has no gaps, so that a range of it is a page of it.
        let last = after.saturating_add(u64::from(limit));
        let mut changes = self.all(CHANGES, values![workspace_id, after, last], change).await?;
        let entries = self
            .all(ENTRIES_OF_CHANGES, values![workspace_id, after, last], |row| {
                Ok((row.of("change").number(0, "feed")?, entry(row, 1)?))
            })
            .await?;
        let mut entries = entries.into_iter().peekable();
        for change in &mut changes {
            while let Some((_, entry)) = entries.next_if(|(feed, _)| *feed == change.feed) {
                change.entries.push(entry);
            }
        }
        Ok(changes)
    }

    async fn inbox(&mut self, workspace_id: WorkspaceId, query: InboxQuery) -> Result<Vec<Summary>, StoreError> {
        let (sql, values) = inbox_page(workspace_id, query);
        self.all(sql, values, |row| row.of("conversation").json(0, "summary")).await
    }

    async fn place_counts(
        &mut self,
        workspace_id: WorkspaceId,
        agent_id: Option<AgentId>,
    ) -> Result<PlaceCounts, StoreError> {
        let rows = self
            .all(
                "select place, member_id, cast(sum(conversations) as bigint)
                from place_count
                where workspace_id = $1
                and ($2 is null or agent_id = $2)
                and conversations > 0
                group by place, member_id
                order by place, member_id",
                values![workspace_id, agent_id],
                |row| {
                    let row = row.of("place_count");
                    Ok((row.text(0, "place")?, row.id::<MemberId>(1, "member_id")?, row.number(2, "conversations")?))
                },
            )
            .await?;
        let mut counts = PlaceCounts::default();
        for (place, member_id, conversations) in rows {
            match place.as_str() {
                "live" => counts.live = conversations,
                "waiting" => counts.waiting = conversations,
                "held" => counts.held.push((member_id, conversations)),
                "resolved" => counts.resolved = conversations,
                other => return Err(StoreError::corrupt("place_count", "place", other.to_owned())),
            }
        }
        Ok(counts)
    }

    async fn marks(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        ids: &[ConversationId],
    ) -> Result<Vec<(ConversationId, u64)>, StoreError> {
        let mut marks = Vec::new();
        for ids in ids.chunks(MARKS_AT_ONCE) {
            let mut values = values![workspace_id, member_id];
            // The statement has a fixed number of places; the last id fills those that are left.
            let places = ids.iter().chain(std::iter::repeat_n(&ids[ids.len() - 1], MARKS_AT_ONCE - ids.len()));
            values.extend(places.map(|id| Value::from(*id)));
            let found = self
                .all(MARKS, values, |row| {
                    let row = row.of("mark");
                    Ok((row.id(0, "conversation_id")?, row.number(1, "seq")?))
                })
                .await?;
            marks.extend(found);
        }
        Ok(marks)
    }
}

#[async_trait]
impl<C: SqlConnection> ConversationWrites for SqlUnit<C> {
    async fn begin_conversation(&mut self, first: Append<'_>) -> Result<u64, StoreError> {
        let Append { state, summary, .. } = first;
        let insert = Statement {
            sql: "insert into conversation
                (id, workspace_id, agent_id, visitor_id, seq, epoch, place, owner_member_id, sort_at, state, summary)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values: values![
                state.id,
                state.workspace_id,
                state.agent_id,
                state.visitor_id,
                state.seq,
                state.epoch,
                summary.place.name(),
                holder(summary.place),
                sort_at(summary),
                json(state)?,
                json(summary)?,
            ],
        };
        self.log(insert, &first, None).await
    }

    async fn append(&mut self, append: Append<'_>) -> Result<u64, StoreError> {
        let Append { before, state, summary, .. } = append;
        let place_before = Place::of(&before.owner);
        let mut values = values![
            state.seq,
            state.epoch,
            sort_at(summary),
            json(state)?,
            json(summary)?,
            before.id,
            before.workspace_id,
            before.seq,
            before.epoch,
        ];
        let sql = if summary.place == place_before {
            // Naming the place would write the indexes that tell places apart, also where it stays the same.
            "update conversation
            set seq = $1, epoch = $2, sort_at = $3, state = $4, summary = $5
            where id = $6
            and workspace_id = $7
            and seq = $8
            and epoch = $9"
        } else {
            values.extend(values![summary.place.name(), holder(summary.place)]);
            "update conversation
            set seq = $1, epoch = $2, sort_at = $3, state = $4, summary = $5, place = $10, owner_member_id = $11
            where id = $6
            and workspace_id = $7
            and seq = $8
            and epoch = $9"
        };
        self.log(Statement { sql, values }, &append, Some(place_before)).await
    }

    async fn set_mark(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: ConversationId,
        seq: u64,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into mark (workspace_id, member_id, conversation_id, seq)
            select m.workspace_id, m.id, c.id, $4
            from member m
            join conversation c on c.workspace_id = m.workspace_id
            where m.workspace_id = $1
            and m.id = $2
            and c.id = $3
            on conflict (member_id, conversation_id) do update
            set seq = excluded.seq
            where mark.seq < excluded.seq",
            values![workspace_id, member_id, id, seq],
        )
        .await?;
        Ok(())
    }
}

impl<C: SqlConnection> SqlUnit<C> {
    /// Stores a commit: the conversation, which must change one row, then entries, a change of place, the next number of the feed.
    ///
    /// All of it is sent at once. If the conversation had moved on, the rest was for nothing, and the unit is given up with it.
    /// The feed comes last: from then until the transaction ends, nobody else of the workspace can have a number.
    async fn log(
        &mut self,
        conversation: Statement,
        append: &Append<'_>,
        place_before: Option<Place>,
    ) -> Result<u64, StoreError> {
        let mut statements = vec![conversation];
        add_entries(&mut statements, append)?;
        add_move(&mut statements, append, place_before);
        add_change(&mut statements, append, place_before)?;
        let outcomes = self.connection.run(statements).await?;
        if outcomes.first().is_none_or(|outcome| outcome.changed != 1) {
            self.connection.lose().await;
            return Err(StoreError::Conflict);
        }
        match outcomes.last().and_then(|outcome| outcome.rows.first()) {
            Some(row) => row.of("workspace").number(0, "feed"),
            None => Err(StoreError::backend("the workspace does not exist")),
        }
    }
}

fn add_entries(statements: &mut Vec<Statement>, append: &Append<'_>) -> Result<(), StoreError> {
    let state = append.state;
    let message = append.client_id.map(|client_id| (message_of(append.entries, client_id), client_id));
    let mut index = 0;
    for entries in append.entries.chunks(INSERT_EVENTS.len()) {
        let mut values = values![state.workspace_id, state.id];
        for entry in entries {
            let client_id = message.filter(|(at, _)| *at == index).map(|(_, client_id)| client_id);
            values.extend(values![entry.seq, entry.at, client_id, json(&entry.event)?]);
            index += 1;
        }
        statements.push(Statement { sql: INSERT_EVENTS[entries.len() - 1], values });
    }
    Ok(())
}

/// Keeps the counts of the places. The fence of the same commit makes sure that the conversation really was where it leaves.
fn add_move(statements: &mut Vec<Statement>, append: &Append<'_>, before: Option<Place>) {
    let state = append.state;
    let after = append.summary.place;
    if before == Some(after) {
        return;
    }
    let key = |place: Place| {
        values![
            state.workspace_id,
            state.agent_id,
            place.name(),
            holder(place).map_or(Uuid::nil(), |member_id| member_id.0),
        ]
    };
    if let Some(before) = before {
        statements.push(Statement {
            sql: "update place_count
                set conversations = conversations - 1
                where workspace_id = $1
                and agent_id = $2
                and place = $3
                and member_id = $4",
            values: key(before),
        });
    }
    statements.push(Statement {
        sql: "insert into place_count (workspace_id, agent_id, place, member_id, conversations)
            values ($1, $2, $3, $4, 1)
            on conflict (workspace_id, agent_id, place, member_id) do update
            set conversations = place_count.conversations + 1",
        values: key(after),
    });
}

fn add_change(
    statements: &mut Vec<Statement>,
    append: &Append<'_>,
    place_before: Option<Place>,
) -> Result<(), StoreError> {
    let state = append.state;
    let place_before = match place_before {
        Some(place) => json(&place)?,
        None => Value::Json(None),
    };
    statements.push(Statement {
        sql: "update workspace
            set feed = feed + 1
            where id = $1",
        values: values![state.workspace_id],
    });
    statements.push(Statement {
        sql: "insert into change (workspace_id, feed, conversation_id, first_seq, last_seq, place_before)
            select id, feed, $2, $3, $4, $5
            from workspace
            where id = $1
            returning feed",
        values: values![state.workspace_id, state.id, append.before.seq + 1, state.seq, place_before],
    });
    Ok(())
}

/// Stores up to as many entries as this has statements, in one.
const INSERT_EVENTS: [&str; 4] = [
    "insert into event (workspace_id, conversation_id, seq, at, client_id, body)
    values ($1, $2, $3, $4, $5, $6)",
    "insert into event (workspace_id, conversation_id, seq, at, client_id, body)
    values ($1, $2, $3, $4, $5, $6), ($1, $2, $7, $8, $9, $10)",
    "insert into event (workspace_id, conversation_id, seq, at, client_id, body)
    values ($1, $2, $3, $4, $5, $6), ($1, $2, $7, $8, $9, $10), ($1, $2, $11, $12, $13, $14)",
    "insert into event (workspace_id, conversation_id, seq, at, client_id, body)
    values ($1, $2, $3, $4, $5, $6), ($1, $2, $7, $8, $9, $10), ($1, $2, $11, $12, $13, $14), ($1, $2, $15, $16, $17, $18)",
];

/// How many conversations one statement asks the marks of.
const MARKS_AT_ONCE: usize = 32;

pub(crate) const MARKS: &str = "select conversation_id, seq
    from mark
    where workspace_id = $1
    and member_id = $2
    and conversation_id in (
        $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34
    )";

pub(crate) const LATEST: &str = "select state, summary
    from conversation
    where visitor_id = $1
    and agent_id = $2
    and workspace_id = $3
    order by case when place = 'resolved' then 1 else 0 end, sort_at desc, id desc
    limit 1";

pub(crate) const CHANGES: &str = "select c.feed, c.conversation_id, c.place_before, v.summary
    from change c
    join conversation v on v.id = c.conversation_id
    where c.workspace_id = $1
    and c.feed > $2
    and c.feed <= $3
    order by c.feed";

pub(crate) const ENTRIES_OF_CHANGES: &str = "select c.feed, e.seq, e.at, e.body
    from change c
    join event e on e.conversation_id = c.conversation_id and e.seq between c.first_seq and c.last_seq
    where c.workspace_id = $1
    and c.feed > $2
    and c.feed <= $3
    order by c.feed, e.seq";

pub(crate) const INBOX: &str = "select summary
    from conversation
    where workspace_id = $1
    and place = $5
    and (sort_at, id) < ($2, $3)
    order by sort_at desc, id desc
    limit $4";

pub(crate) const LIVE_OF_AGENT: &str = "select summary
    from conversation
    where workspace_id = $1
    and place = 'live'
    and (sort_at, id) < ($2, $3)
    and agent_id = $5
    order by sort_at desc, id desc
    limit $4";

pub(crate) const RESOLVED_OF_AGENT: &str = "select summary
    from conversation
    where workspace_id = $1
    and place = 'resolved'
    and (sort_at, id) < ($2, $3)
    and agent_id = $5
    order by sort_at desc, id desc
    limit $4";

pub(crate) const WAITING: &str = "select summary
    from conversation
    where workspace_id = $1
    and place = 'waiting'
    and (sort_at, id) > ($2, $3)
    and ($5 is null or agent_id = $5)
    order by sort_at, id
    limit $4";

pub(crate) const HELD: &str = "select summary
    from conversation
    where workspace_id = $1
    and place = 'held'
    and (sort_at, id) < ($2, $3)
    and ($5 is null or agent_id = $5)
    and ($6 is null or owner_member_id = $6)
    order by sort_at desc, id desc
    limit $4";

/// The statement for a page of the inbox, with its values.
///
/// The lists that grow for years have statements of their own for one agent, which name their place: that is what an index is found by.
fn inbox_page(workspace_id: WorkspaceId, query: InboxQuery) -> (&'static str, Vec<Value>) {
    let InboxQuery { place, agent_id, after, limit } = query;
    let first = match place {
        PlaceFilter::Waiting => (Timestamp(i64::MIN), ConversationId(Uuid::nil())),
        PlaceFilter::Live | PlaceFilter::Held(_) | PlaceFilter::Resolved => {
            (Timestamp(i64::MAX), ConversationId(Uuid::max()))
        }
    };
    let (at, id) = after.unwrap_or(first);
    let (sql, of) = match (place, agent_id) {
        (PlaceFilter::Live, None) => (INBOX, values!["live"]),
        (PlaceFilter::Live, Some(agent_id)) => (LIVE_OF_AGENT, values![agent_id]),
        (PlaceFilter::Resolved, None) => (INBOX, values!["resolved"]),
        (PlaceFilter::Resolved, Some(agent_id)) => (RESOLVED_OF_AGENT, values![agent_id]),
        (PlaceFilter::Waiting, agent_id) => (WAITING, values![agent_id]),
        (PlaceFilter::Held(member_id), agent_id) => (HELD, values![agent_id, member_id]),
    };
    let mut values = values![workspace_id, at, id, limit];
    values.extend(of);
    (sql, values)
}

/// The member who has a conversation in this place.
fn holder(place: Place) -> Option<MemberId> {
    match place {
        Place::Held { member_id } => Some(member_id),
        Place::Live | Place::Waiting | Place::Resolved => None,
    }
}

/// What the row's list is sorted by: since when somebody waits, otherwise when anything was last said.
fn sort_at(summary: &Summary) -> Timestamp {
    match &summary.owner {
        OwnerView::Queue { since, .. } => *since,
        OwnerView::Ai | OwnerView::Member { .. } | OwnerView::Closed { .. } => summary.active_at,
    }
}

/// Index of the entry that a client id belongs to: the message with it, or the first entry if a button has none of its own.
fn message_of(entries: &[Entry], id: ClientId) -> usize {
    let is_message = |entry: &Entry| {
        matches!(
            &entry.event,
            Event::VisitorMessage { client_id, .. } | Event::MemberMessage { client_id, .. } if *client_id == id
        )
    };
    entries.iter().position(is_message).unwrap_or(0)
}

fn stored(row: &Row) -> Result<Stored, StoreError> {
    let row = row.of("conversation");
    Ok(Stored { state: row.json(0, "state")?, summary: row.json(1, "summary")? })
}

/// Reads number, time and body of an entry from three columns.
fn entry(row: &Row, first: usize) -> Result<Entry, StoreError> {
    let row = row.of("event");
    Ok(Entry { seq: row.number(first, "seq")?, at: row.time(first + 1, "at")?, event: row.json(first + 2, "body")? })
}

fn change(row: &Row) -> Result<Change, StoreError> {
    let row = row.of("change");
    Ok(Change {
        feed: row.number(0, "feed")?,
        conversation_id: row.id(1, "conversation_id")?,
        before: row.opt_json(2, "place_before")?,
        summary: row.json(3, "summary")?,
        entries: Vec::new(),
    })
}
