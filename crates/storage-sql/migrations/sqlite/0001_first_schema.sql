-- Ids are 16-byte UUIDs, times are milliseconds since the Unix epoch, booleans are 0 and 1, JSON is text.
-- Every table names its workspace, and every query asks for it.

create table installation_secret (
    name text not null primary key,
    value blob not null
) strict, without rowid;

create table workspace (
    id blob not null primary key,
    name text not null,
    created_at integer not null,
    -- Number of the last change; raised in the transaction that stores the change, so that the feed has no gaps.
    feed integer not null default 0
) strict, without rowid;

create table member (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    name text not null,
    email text not null,
    -- The address in lower case: what is compared.
    email_folded text not null unique,
    password_hash text not null,
    role text not null,
    availability text not null,
    seen_at integer,
    suspended integer not null,
    created_at integer not null
) strict, without rowid;

create index member_by_workspace on member (workspace_id, created_at, id);

create table session (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    member_id blob not null references member (id),
    token_hash blob not null unique,
    created_at integer not null,
    used_at integer not null,
    expires_at integer not null,
    user_agent text not null
) strict, without rowid;

create index session_by_member on session (member_id, created_at, id);

create table invitation (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    email text not null,
    role text not null,
    invited_by blob not null references member (id),
    token_hash blob not null unique,
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;

create index invitation_by_workspace on invitation (workspace_id, created_at, id);

create table agent (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    name text not null,
    settings text not null,
    knowledge_state text not null,
    knowledge_error text,
    snapshot_id blob,
    documents integer not null,
    passages integer not null,
    trained_at integer,
    created_at integer not null
) strict;

create index agent_by_workspace on agent (workspace_id, created_at, id);

create table blocked_origin (
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    origin text not null,
    times integer not null,
    last_at integer not null,
    primary key (agent_id, origin)
) strict, without rowid;

create table source (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    name text not null,
    kind text not null,
    format text,
    state text not null,
    documents integer not null,
    passages integer not null,
    bytes integer not null,
    content_hash text not null,
    created_at integer not null
) strict;

create index source_by_agent on source (agent_id, created_at, id);

create table visitor (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    token_hash blob not null unique,
    created_at integer not null
) strict, without rowid;

create table conversation (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    visitor_id blob not null references visitor (id),
    seq integer not null,
    epoch integer not null,
    -- Name of the inbox list that it is in: live, waiting, held, resolved.
    place text not null,
    -- The member who has it, exactly when it is held.
    owner_member_id blob references member (id),
    -- What its list is sorted by: since when it waits, or when anything was last said.
    sort_at integer not null,
    state text not null,
    summary text not null
) strict;

-- At most one open conversation of a visitor with an agent (H10).
create unique index conversation_open on conversation (agent_id, visitor_id) where place <> 'resolved';
create index conversation_by_visitor on conversation (visitor_id);
-- Every message moves its conversation in here: an index more is a page more in every commit.
-- Who has it and whose it is stand last, to pick from the lists that the team keeps short, of one member or agent.
create index conversation_by_place on conversation (workspace_id, place, sort_at, id, owner_member_id, agent_id);
-- For the lists that grow for years.
create index conversation_by_agent on conversation (agent_id, place, sort_at, id) where place = 'live' or place = 'resolved';

-- How many conversations are in each list, so that opening the inbox does not count years of resolved ones.
create table place_count (
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    place text not null,
    -- The member who has them; the nil id in all places but held.
    member_id blob not null,
    conversations integer not null,
    primary key (workspace_id, agent_id, place, member_id)
) strict, without rowid;

-- Entries and changes name their conversation without a foreign key: they are stored only beside the change of one row in it,
-- and a commit that lost its race is to be told so rather than fail.
create table event (
    conversation_id blob not null,
    seq integer not null,
    workspace_id blob not null,
    at integer not null,
    -- The sender's id of the message, by which a repeated one is recognised.
    client_id blob,
    body text not null,
    primary key (conversation_id, seq)
) strict, without rowid;

create unique index event_by_client on event (conversation_id, client_id) where client_id is not null;

create table change (
    workspace_id blob not null,
    feed integer not null,
    conversation_id blob not null,
    first_seq integer not null,
    last_seq integer not null,
    -- The place before, as JSON; null if the commit began the conversation.
    place_before text,
    primary key (workspace_id, feed)
) strict, without rowid;

create table mark (
    workspace_id blob not null references workspace (id),
    member_id blob not null references member (id),
    conversation_id blob not null references conversation (id),
    seq integer not null,
    primary key (member_id, conversation_id)
) strict, without rowid;

create table turn (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    conversation_id blob not null references conversation (id),
    epoch integer not null,
    -- pending, running, or how it ended.
    state text not null,
    due_at integer not null,
    deadline_at integer not null,
    attempts integer not null,
    claimed_at integer,
    lease_until integer,
    -- When somebody may claim it; null once it has ended.
    wake_at integer,
    ended_at integer,
    features text,
    decision text
) strict;

create index turn_by_wake on turn (wake_at) where wake_at is not null;
create index turn_open on turn (conversation_id) where wake_at is not null;

create table job (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    kind text not null,
    agent_id blob not null references agent (id),
    attempts integer not null,
    -- When somebody may claim it: when it is due, or when the lease ends.
    wake_at integer not null
) strict;

-- The same work waits once.
create unique index job_waiting on job (kind, agent_id) where attempts = 0;
create index job_by_wake on job (wake_at);
