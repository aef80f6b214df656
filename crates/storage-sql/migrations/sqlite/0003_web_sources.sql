-- Sources that are fetched from the web, their pages, and work that is done to a source.

-- What a page or a site is fetched from, and where that stands; JSON. Null for everything else.
alter table source add column web text;

create table source_page (
    source_id blob not null references source (id),
    workspace_id blob not null references workspace (id),
    -- What names the page within its source, whatever the spelling of its address.
    page_key text not null,
    url text not null,
    title text,
    state text not null,
    error text,
    format text,
    etag text,
    last_modified text,
    content_hash text not null,
    text_hash text not null,
    bytes integer not null,
    passages integer not null,
    fetched_at integer not null,
    missing_since integer,
    missing_syncs integer not null,
    primary key (source_id, page_key)
) strict, without rowid;

-- What a job is done to: the agent that is trained, the source that is fetched.
alter table job add column subject blob not null default x'';
update job set subject = agent_id;
drop index job_waiting;
-- The same work waits once.
create unique index job_waiting on job (kind, subject) where attempts = 0;
