//! Workspaces, members, sessions, invitations.

use async_trait::async_trait;
use baton_domain::availability::Availability;
use baton_domain::ids::{InvitationId, MemberId, SessionId, WorkspaceId};
use baton_domain::team::{Member, Role};
use baton_domain::time::Timestamp;
use baton_storage::{Credentials, InvitationRow, SessionRow, StoreError, TeamReads, TeamWrites, TokenHash, Workspace};

use crate::connection::{Columns, Row, SqlConnection, name, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> TeamReads for SqlUnit<C> {
    async fn any_workspace(&mut self) -> Result<bool, StoreError> {
        Ok(self.first("select 1 from workspace limit 1", values![], |_| Ok(())).await?.is_some())
    }

    async fn workspaces_anywhere(&mut self) -> Result<Vec<Workspace>, StoreError> {
        self.all("select id, name, created_at from workspace order by created_at, id", values![], workspace).await
    }

    async fn workspace(&mut self, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
        self.first("select id, name, created_at from workspace where id = $1", values![id], workspace).await
    }

    async fn members(&mut self, workspace_id: WorkspaceId) -> Result<Vec<Member>, StoreError> {
        self.all(
            "select id, workspace_id, name, email, role, availability, seen_at, suspended, created_at
            from member
            where workspace_id = $1
            order by created_at, id",
            values![workspace_id],
            |row| member(row.of("member"), 0),
        )
        .await
    }

    async fn member(&mut self, workspace_id: WorkspaceId, id: MemberId) -> Result<Option<Member>, StoreError> {
        self.first(
            "select id, workspace_id, name, email, role, availability, seen_at, suspended, created_at
            from member
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            |row| member(row.of("member"), 0),
        )
        .await
    }

    async fn credentials_anywhere(&mut self, email: &str) -> Result<Option<Credentials>, StoreError> {
        self.first(
            "select id, workspace_id, name, email, role, availability, seen_at, suspended, created_at, password_hash
            from member
            where email_folded = $1",
            values![folded(email)],
            |row| {
                let row = row.of("member");
                Ok(Credentials { member: member(row, 0)?, password_hash: row.text(9, "password_hash")? })
            },
        )
        .await
    }

    async fn session_of_token_anywhere(
        &mut self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, Member)>, StoreError> {
        self.first(
            "select s.id, s.member_id, s.workspace_id, s.created_at, s.used_at, s.expires_at, s.user_agent,
            m.id, m.workspace_id, m.name, m.email, m.role, m.availability, m.seen_at, m.suspended, m.created_at
            from session s
            join member m on m.id = s.member_id
            where s.token_hash = $1
            and s.expires_at > $2",
            values![token, now],
            |row| Ok((session(row)?, member(row.of("member"), 7)?)),
        )
        .await
    }

    async fn sessions(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        now: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError> {
        self.all(
            "select id, member_id, workspace_id, created_at, used_at, expires_at, user_agent
            from session
            where member_id = $1
            and workspace_id = $2
            and expires_at > $3
            order by created_at desc, id desc",
            values![member_id, workspace_id, now],
            session,
        )
        .await
    }

    async fn invitations(
        &mut self,
        workspace_id: WorkspaceId,
        now: Timestamp,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        self.all(
            "select id, workspace_id, email, role, invited_by, created_at, expires_at
            from invitation
            where workspace_id = $1
            and expires_at > $2
            order by created_at desc, id desc",
            values![workspace_id, now],
            invitation,
        )
        .await
    }

    async fn invitation_of_token_anywhere(
        &mut self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<InvitationRow>, StoreError> {
        self.first(
            "select id, workspace_id, email, role, invited_by, created_at, expires_at
            from invitation
            where token_hash = $1
            and expires_at > $2",
            values![token, now],
            invitation,
        )
        .await
    }

    async fn installation_secret(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.first("select value from installation_secret where name = $1", values![name], |row| {
            row.of("installation_secret").blob(0, "value")
        })
        .await
    }
}

#[async_trait]
impl<C: SqlConnection> TeamWrites for SqlUnit<C> {
    async fn insert_workspace(&mut self, workspace: &Workspace) -> Result<(), StoreError> {
        self.insert(
            "the workspace",
            "insert into workspace (id, name, created_at) values ($1, $2, $3)",
            values![workspace.id, workspace.name.as_str(), workspace.created_at],
        )
        .await
    }

    async fn insert_member(&mut self, member: &Member, password_hash: &str) -> Result<(), StoreError> {
        self.insert(
            "a member with this address",
            "insert into member
            (id, workspace_id, name, email, email_folded, password_hash, role, availability, seen_at, suspended,
            created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                member.id,
                member.workspace_id,
                member.name.as_str(),
                member.email.as_str(),
                folded(&member.email),
                password_hash,
                name(member.role)?,
                name(member.availability)?,
                member.seen_at,
                member.suspended,
                member.created_at,
            ],
        )
        .await
    }

    async fn update_member(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        role: Role,
        suspended: bool,
    ) -> Result<(), StoreError> {
        self.execute(
            "update member
            set role = $1, suspended = $2
            where id = $3
            and workspace_id = $4",
            values![name(role)?, suspended, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn set_availability(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        availability: Availability,
    ) -> Result<(), StoreError> {
        self.execute(
            "update member
            set availability = $1
            where id = $2
            and workspace_id = $3",
            values![name(availability)?, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn set_seen(
        &mut self,
        workspace_id: WorkspaceId,
        id: MemberId,
        seen_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.execute(
            "update member
            set seen_at = $1
            where id = $2
            and workspace_id = $3",
            values![seen_at, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn insert_session(&mut self, session: &SessionRow, token: TokenHash) -> Result<(), StoreError> {
        // Expired ones are never found again; this is the moment to forget them.
        self.execute(
            "delete from session
            where member_id = $1
            and workspace_id = $2
            and expires_at <= $3",
            values![session.member_id, session.workspace_id, session.created_at],
        )
        .await?;
        self.insert(
            "the session",
            "insert into session
            (id, workspace_id, member_id, token_hash, created_at, used_at, expires_at, user_agent)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                session.id,
                session.workspace_id,
                session.member_id,
                token,
                session.created_at,
                session.used_at,
                session.expires_at,
                session.user_agent.as_str(),
            ],
        )
        .await
    }

    async fn touch_session(
        &mut self,
        workspace_id: WorkspaceId,
        id: SessionId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "update session
            set used_at = $1
            where id = $2
            and workspace_id = $3",
            values![at, id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn delete_session(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        id: SessionId,
    ) -> Result<bool, StoreError> {
        let rows = self
            .execute(
                "delete from session
                where id = $1
                and member_id = $2
                and workspace_id = $3",
                values![id, member_id, workspace_id],
            )
            .await?;
        Ok(rows > 0)
    }

    async fn delete_sessions(&mut self, workspace_id: WorkspaceId, member_id: MemberId) -> Result<(), StoreError> {
        self.execute(
            "delete from session
            where member_id = $1
            and workspace_id = $2",
            values![member_id, workspace_id],
        )
        .await?;
        Ok(())
    }

    async fn insert_invitation(&mut self, invitation: &InvitationRow, token: TokenHash) -> Result<(), StoreError> {
        // As with sessions.
        self.execute(
            "delete from invitation
            where workspace_id = $1
            and expires_at <= $2",
            values![invitation.workspace_id, invitation.created_at],
        )
        .await?;
        self.insert(
            "the invitation",
            "insert into invitation
            (id, workspace_id, email, role, invited_by, token_hash, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                invitation.id,
                invitation.workspace_id,
                invitation.email.as_str(),
                name(invitation.role)?,
                invitation.invited_by,
                token,
                invitation.created_at,
                invitation.expires_at,
            ],
        )
        .await
    }

    async fn delete_invitation(&mut self, workspace_id: WorkspaceId, id: InvitationId) -> Result<bool, StoreError> {
        let rows = self
            .execute(
                "delete from invitation
                where id = $1
                and workspace_id = $2",
                values![id, workspace_id],
            )
            .await?;
        Ok(rows > 0)
    }

    async fn keep_installation_secret(&mut self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.execute(
            "insert into installation_secret (name, value)
            values ($1, $2)
            on conflict (name) do nothing",
            values![name, value],
        )
        .await?;
        let stored = self.installation_secret(name).await?;
        stored.ok_or_else(|| StoreError::backend("the secret is gone"))
    }
}

/// An address as it is compared.
fn folded(email: &str) -> String {
    email.to_lowercase()
}

fn workspace(row: &Row) -> Result<Workspace, StoreError> {
    let row = row.of("workspace");
    Ok(Workspace { id: row.id(0, "id")?, name: row.text(1, "name")?, created_at: row.time(2, "created_at")? })
}

/// Reads a member from nine columns.
fn member(row: Columns<'_>, first: usize) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.id(first, "id")?,
        workspace_id: row.id(first + 1, "workspace_id")?,
        name: row.text(first + 2, "name")?,
        email: row.text(first + 3, "email")?,
        role: row.name(first + 4, "role")?,
        availability: row.name(first + 5, "availability")?,
        seen_at: row.opt_time(first + 6, "seen_at")?,
        suspended: row.flag(first + 7, "suspended")?,
        created_at: row.time(first + 8, "created_at")?,
    })
}

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    let row = row.of("session");
    Ok(SessionRow {
        id: row.id(0, "id")?,
        member_id: row.id(1, "member_id")?,
        workspace_id: row.id(2, "workspace_id")?,
        created_at: row.time(3, "created_at")?,
        used_at: row.time(4, "used_at")?,
        expires_at: row.time(5, "expires_at")?,
        user_agent: row.text(6, "user_agent")?,
    })
}

fn invitation(row: &Row) -> Result<InvitationRow, StoreError> {
    let row = row.of("invitation");
    Ok(InvitationRow {
        id: row.id(0, "id")?,
        workspace_id: row.id(1, "workspace_id")?,
        email: row.text(2, "email")?,
        role: row.name(3, "role")?,
        invited_by: row.id(4, "invited_by")?,
        created_at: row.time(5, "created_at")?,
        expires_at: row.time(6, "expires_at")?,
    })
}
