-- The key of an agent's own language model, sealed with a key that is not in the database.
create table agent_model_key (
    agent_id blob not null primary key references agent (id),
    workspace_id blob not null references workspace (id),
    sealed blob not null,
    -- Its last characters, by which people tell keys apart.
    hint text not null,
    -- Where it may be sent: scheme, host and port.
    origin text not null,
    set_at integer not null
) strict, without rowid;
