-- Golden questions, trainings with what they came to, and what is known of answers that were given.

create table golden_question (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    question text not null,
    -- What is to come of it, as JSON.
    expect text not null,
    created_at integer not null,
    changed_at integer not null
) strict, without rowid;

create index golden_question_by_agent on golden_question (agent_id, created_at, id);

create table training (
    id blob not null primary key,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    snapshot_id blob not null,
    at integer not null,
    documents integer not null,
    passages integer not null,
    state text not null,
    published_at integer,
    -- What the golden questions came to: the numbers with what changed, and each result; JSON.
    golden text,
    golden_results text
) strict;

create index training_by_agent on training (agent_id, at, id);

-- What was published before trainings were kept.
insert into training (id, workspace_id, agent_id, snapshot_id, at, documents, passages, state, published_at)
select snapshot_id, workspace_id, id, snapshot_id, coalesce(trained_at, created_at), documents, passages, 'published',
coalesce(trained_at, created_at)
from agent
where snapshot_id is not null;

-- How the agent's confidence is moved; JSON. Null until it was fitted.
alter table agent add column calibration text;

-- How sure a turn that was a question to the docs was, in millionths: before the agent's own shift, and after it.
alter table turn add column confidence_raw integer;
alter table turn add column confidence integer;
create index turn_by_question on turn (agent_id, ended_at) where confidence_raw is not null;

create table answer_rating (
    conversation_id blob not null,
    message_seq integer not null,
    workspace_id blob not null references workspace (id),
    agent_id blob not null references agent (id),
    turn_id blob not null,
    is_right integer not null,
    at integer not null,
    primary key (conversation_id, message_seq)
) strict, without rowid;

create index answer_rating_by_agent on answer_rating (agent_id, at);
create index answer_rating_by_turn on answer_rating (turn_id);
