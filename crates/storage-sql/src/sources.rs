//! What owners added to their agents' knowledge.

use async_trait::async_trait;
use baton_domain::ids::{AgentId, SourceId, WorkspaceId};
use baton_domain::source::{PageState, Source, SourcePage};
use baton_storage::{SourceReads, SourceWrites, StoreError};

use crate::connection::{Row, SqlConnection, Statement, Value, json, name, opt_json, values};
use crate::unit::SqlUnit;

#[async_trait]
impl<C: SqlConnection> SourceReads for SqlUnit<C> {
    async fn sources(&mut self, workspace_id: WorkspaceId, agent_id: AgentId) -> Result<Vec<Source>, StoreError> {
        self.all(
            "select id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at, web
            from source
            where agent_id = $1
            and workspace_id = $2
            order by created_at, id",
            values![agent_id, workspace_id],
            source,
        )
        .await
    }

    async fn source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<Option<Source>, StoreError> {
        self.first(
            "select id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at, web
            from source
            where id = $1
            and workspace_id = $2",
            values![id, workspace_id],
            source,
        )
        .await
    }

    async fn source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        after: Option<&str>,
        state: Option<PageState>,
        limit: u32,
    ) -> Result<Vec<SourcePage>, StoreError> {
        let state = state.map(name).transpose()?;
        let (any, state) = (u32::from(state.is_none()), state.unwrap_or(Value::Text(Some(String::new()))));
        self.all(
            "select page_key, url, title, state, error, format, etag, last_modified, content_hash, text_hash,
            bytes, passages, fetched_at, missing_since, missing_syncs
            from source_page
            where source_id = $1
            and workspace_id = $2
            and page_key > $3
            and (state = $4 or $5 = 1)
            order by page_key
            limit $6",
            values![source_id, workspace_id, after.unwrap_or(""), state, any, limit],
            page,
        )
        .await
    }
}

#[async_trait]
impl<C: SqlConnection> SourceWrites for SqlUnit<C> {
    async fn insert_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError> {
        self.insert(
            "the source",
            "insert into source
            (id, workspace_id, agent_id, name, kind, format, state, documents, passages, bytes, content_hash, created_at, web)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                source.id,
                workspace_id,
                source.agent_id,
                source.name.as_str(),
                name(source.kind)?,
                source.format.as_deref(),
                json(&source.state)?,
                source.documents,
                source.passages,
                source.bytes,
                source.content_hash.as_str(),
                source.created_at,
                opt_json(source.web.as_ref())?,
            ],
        )
        .await
    }

    async fn update_source(&mut self, workspace_id: WorkspaceId, source: &Source) -> Result<(), StoreError> {
        self.execute(
            "update source
            set name = $1, kind = $2, format = $3, state = $4, documents = $5, passages = $6, bytes = $7,
            content_hash = $8, web = $9
            where id = $10
            and workspace_id = $11",
            values![
                source.name.as_str(),
                name(source.kind)?,
                source.format.as_deref(),
                json(&source.state)?,
                source.documents,
                source.passages,
                source.bytes,
                source.content_hash.as_str(),
                opt_json(source.web.as_ref())?,
                source.id,
                workspace_id,
            ],
        )
        .await?;
        Ok(())
    }

    async fn put_source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        pages: &[SourcePage],
    ) -> Result<(), StoreError> {
        let mut statements = Vec::with_capacity(pages.len());
        for page in pages {
            let values = values![
                source_id,
                workspace_id,
                page.key.as_str(),
                page.url.as_str(),
                page.title.as_deref(),
                name(page.state)?,
                opt_json(page.error.as_ref())?,
                page.format.as_deref(),
                page.etag.as_deref(),
                page.last_modified.as_deref(),
                page.content_hash.as_str(),
                page.text_hash.as_str(),
                page.bytes,
                page.passages,
                page.fetched_at,
                page.missing_since,
                page.missing_syncs,
            ];
            statements.push(Statement { sql: PUT_PAGE, values });
        }
        self.connection.run(statements).await?;
        Ok(())
    }

    async fn delete_source_pages(
        &mut self,
        workspace_id: WorkspaceId,
        source_id: SourceId,
        keys: &[String],
    ) -> Result<(), StoreError> {
        let sql = "delete from source_page
            where source_id = $1
            and workspace_id = $2
            and page_key = $3";
        let statements =
            keys.iter().map(|key| Statement { sql, values: values![source_id, workspace_id, key.as_str()] });
        self.connection.run(statements.collect()).await?;
        Ok(())
    }

    async fn delete_source(&mut self, workspace_id: WorkspaceId, id: SourceId) -> Result<bool, StoreError> {
        let of_source = |sql| Statement { sql, values: values![id, workspace_id] };
        let outcomes = self
            .connection
            .run(vec![
                of_source("delete from source_page where source_id = $1 and workspace_id = $2"),
                of_source("delete from job where subject = $1 and workspace_id = $2 and attempts = 0"),
                of_source("delete from source where id = $1 and workspace_id = $2"),
            ])
            .await?;
        Ok(outcomes.last().is_some_and(|outcome| outcome.changed > 0))
    }
}

const PUT_PAGE: &str = "insert into source_page
    (source_id, workspace_id, page_key, url, title, state, error, format, etag, last_modified, content_hash, text_hash,
    bytes, passages, fetched_at, missing_since, missing_syncs)
    select s.id, s.workspace_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
    from source s
    where s.id = $1
    and s.workspace_id = $2
    on conflict (source_id, page_key) do update
    set url = excluded.url, title = excluded.title, state = excluded.state, error = excluded.error,
    format = excluded.format, etag = excluded.etag, last_modified = excluded.last_modified,
    content_hash = excluded.content_hash, text_hash = excluded.text_hash, bytes = excluded.bytes,
    passages = excluded.passages, fetched_at = excluded.fetched_at, missing_since = excluded.missing_since,
    missing_syncs = excluded.missing_syncs";

fn source(row: &Row) -> Result<Source, StoreError> {
    let row = row.of("source");
    Ok(Source {
        id: row.id(0, "id")?,
        agent_id: row.id(1, "agent_id")?,
        name: row.text(2, "name")?,
        kind: row.name(3, "kind")?,
        format: row.opt_text(4, "format")?,
        state: row.json(5, "state")?,
        documents: row.number(6, "documents")?,
        passages: row.number(7, "passages")?,
        bytes: row.number(8, "bytes")?,
        content_hash: row.text(9, "content_hash")?,
        created_at: row.time(10, "created_at")?,
        web: row.opt_json(11, "web")?,
    })
}

fn page(row: &Row) -> Result<SourcePage, StoreError> {
    let row = row.of("source_page");
    Ok(SourcePage {
        key: row.text(0, "page_key")?,
        url: row.text(1, "url")?,
        title: row.opt_text(2, "title")?,
        state: row.name(3, "state")?,
        error: row.opt_json(4, "error")?,
        format: row.opt_text(5, "format")?,
        etag: row.opt_text(6, "etag")?,
        last_modified: row.opt_text(7, "last_modified")?,
        content_hash: row.text(8, "content_hash")?,
        text_hash: row.text(9, "text_hash")?,
        bytes: row.number(10, "bytes")?,
        passages: row.number(11, "passages")?,
        fetched_at: row.time(12, "fetched_at")?,
        missing_since: row.opt_time(13, "missing_since")?,
        missing_syncs: row.small(14, "missing_syncs")?,
    })
}
