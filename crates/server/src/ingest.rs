//! `baton ingest`: adds files, pages and sites to an agent's knowledge, whether or not a server is running on the folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use baton_app::agents::{agents, create_agent};
use baton_app::knowledge::{
    Content, NewSource, NewWebSource, WebKind, add_source, add_web_source, ask_for_sync, delete_source, source_row,
    sources, sync_now, train_now,
};
use baton_app::{AppError, Baton};
use baton_domain::ids::SourceId;
use baton_domain::source::{SiteOptions, Source, SourceKind, SourceState, SyncEvery};
use baton_fetch::{page_key, parse_address};
use baton_storage::AgentRow;

use crate::cli::IngestOptions;
use crate::config;
use crate::data_folder::DataFolder;
use crate::serve::{say, start_logging};
use crate::wiring;

/// Files that can be read, by ending.
const ENDINGS: [&str; 11] = ["pdf", "docx", "md", "markdown", "html", "htm", "txt", "csv", "tsv", "jsonl", "ndjson"];

/// How often a running server is asked whether it has read the files.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Adds files to an agent's knowledge.
pub(crate) async fn run(options: &IngestOptions) -> anyhow::Result<()> {
    let config = config::load(&options.at.as_serve())?;
    start_logging(&config);
    let folder = DataFolder::open(&config.data_dir)?;
    let lock = folder.try_lock()?;
    let installation = wiring::open(&config, &folder, String::new(), None).await?;
    let baton = &installation.baton;
    let agent = agent_named(baton, options.agent.as_deref(), true).await?;
    let (addresses, paths): (Vec<_>, Vec<_>) = options.what.iter().partition(|what| is_address(what));
    let paths: Vec<_> = paths.into_iter().map(PathBuf::from).collect();
    let files = if paths.is_empty() { Vec::new() } else { find_files(&paths)? };
    let (added, unchanged) = add(baton, &agent, &files).await?;
    if !files.is_empty() {
        say(&format!("{added} added or changed, {unchanged} unchanged"));
    }
    for address in &addresses {
        let source = add_address(baton, &agent, address, options).await?;
        if lock.is_some() {
            sync_now(baton, agent.workspace_id, source).await?;
            tell_sync(baton, &agent, source).await?;
        }
    }
    let fetched = |source: &Source| source.web.is_some() && source.state == SourceState::Indexing;
    let is_new = added > 0 || sources(baton, agent.workspace_id, agent.id).await?.iter().any(fetched);
    if is_new || (lock.is_none() && !addresses.is_empty()) {
        if lock.is_some() {
            train_now(baton, agent.workspace_id, agent.id).await?;
        } else {
            say("a server is running on this folder and does it now");
            wait(baton, &agent).await?;
        }
    }
    let failed = report(baton, &agent).await?;
    baton.stop().await;
    if failed > 0 {
        bail!("{failed} could not be read; the others answer questions");
    }
    Ok(())
}

fn is_address(what: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| what.starts_with(scheme))
}

/// Adds an address, or has the source that is there already fetched again.
async fn add_address(
    baton: &Baton,
    agent: &AgentRow,
    address: &str,
    options: &IngestOptions,
) -> anyhow::Result<SourceId> {
    let kind = if options.site { WebKind::Site } else { WebKind::Page };
    let mut site = SiteOptions::default();
    site.max_pages = options.max_pages.unwrap_or(site.max_pages);
    let wanted = match kind {
        WebKind::Page => SourceKind::Page,
        WebKind::Site => SourceKind::Site,
    };
    let key = |text: &str| parse_address(text).ok().map(|url| page_key(&url));
    let there = sources(baton, agent.workspace_id, agent.id).await?;
    let known = there
        .iter()
        .find(|source| source.kind == wanted && source.web.as_ref().is_some_and(|web| key(&web.url) == key(address)));
    if let Some(known) = known {
        return Ok(ask_for_sync(baton, agent.workspace_id, known.id).await?.id);
    }
    let new = NewWebSource { kind, url: address.to_owned(), name: None, options: site, sync_every: SyncEvery::Off };
    match add_web_source(baton, agent.workspace_id, agent.id, new).await {
        Ok(source) => Ok(source.id),
        Err(AppError::Invalid(errors)) => {
            let why: Vec<_> = errors.into_iter().map(|error| error.message).collect();
            bail!("cannot add {address}: {}", why.join(" "))
        }
        Err(error) => Err(error).with_context(|| format!("cannot add {address}")),
    }
}

/// Says what a sync came to.
async fn tell_sync(baton: &Baton, agent: &AgentRow, id: SourceId) -> anyhow::Result<()> {
    let source = source_row(baton, agent.workspace_id, id).await?;
    let Some(last) = source.web.and_then(|web| web.last) else { return Ok(()) };
    say(&format!(
        "{}: {} added, {} changed, {} unchanged, {} removed, {} failed, {} left out",
        source.name, last.added, last.changed, last.unchanged, last.removed, last.failed, last.skipped
    ));
    for warning in last.error.iter().chain(&last.warnings) {
        say(&format!("{}: {} {}", source.name, warning.cause, warning.fix));
    }
    Ok(())
}

/// The agent with a name, or the only one there is.
pub(crate) async fn agent_named(baton: &Baton, name: Option<&str>, make: bool) -> anyhow::Result<AgentRow> {
    let workspaces = baton.store().read().await?.workspaces_anywhere().await?;
    let Some(workspace) = workspaces.first() else {
        bail!("nobody has signed up yet; start `baton serve` and open the set-up link that it prints");
    };
    let mut agents = agents(baton, workspace.id).await?;
    let names = || agents.iter().map(|agent| format!("“{}”", agent.name)).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => match agents.iter().position(|agent| agent.name.eq_ignore_ascii_case(name.trim())) {
            Some(at) => Ok(agents.swap_remove(at)),
            None if make => Ok(create_agent(baton, workspace.id, name).await?),
            None => bail!("there is no agent “{name}”; there are {}", names()),
        },
        None if agents.len() == 1 => Ok(agents.swap_remove(0)),
        None if agents.is_empty() => bail!("there is no agent yet; name one with --agent"),
        None => bail!("say which agent with --agent; there are {}", names()),
    }
}

/// Every file that can be read: its name as a source, and where it is.
pub(crate) fn find_files(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if kind.is_dir() {
            walk(path, path, &mut files)?;
        } else {
            files.push((name_of(path, path.parent().unwrap_or(path)), path.clone()));
        }
    }
    if files.is_empty() {
        bail!("there is no file to read; files ending in {} are read", ENDINGS.join(", "));
    }
    Ok(files)
}

fn walk(dir: &Path, root: &Path, files: &mut Vec<(String, PathBuf)>) -> anyhow::Result<()> {
    let mut entries: Vec<_> =
        std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type()?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if hidden {
            continue;
        } else if kind.is_dir() {
            walk(&path, root, files)?;
        } else if kind.is_file() && ENDINGS.contains(&ending.as_str()) {
            files.push((name_of(&path, root), path));
        }
    }
    Ok(())
}

fn name_of(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Adds files that are new or changed. A changed file replaces the source of the same name.
async fn add(baton: &Baton, agent: &AgentRow, files: &[(String, PathBuf)]) -> anyhow::Result<(usize, usize)> {
    let there = sources(baton, agent.workspace_id, agent.id).await?;
    let (mut added, mut unchanged) = (0, 0);
    for (name, path) in files {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let older: Vec<&Source> =
            there.iter().filter(|source| source.kind == SourceKind::File && source.name == *name).collect();
        let new = NewSource { name: name.clone(), content: Content::File(bytes) };
        let source = add_source(baton, agent.workspace_id, agent.id, new)
            .await
            .with_context(|| format!("cannot add {}", path.display()))?;
        let same = older
            .iter()
            .any(|older| older.content_hash == source.content_hash && matches!(older.state, SourceState::Ready { .. }));
        if same {
            delete_source(baton, agent.workspace_id, source.id).await?;
            unchanged += 1;
            continue;
        }
        for older in older {
            delete_source(baton, agent.workspace_id, older.id).await?;
        }
        added += 1;
    }
    Ok((added, unchanged))
}

async fn wait(baton: &Baton, agent: &AgentRow) -> anyhow::Result<()> {
    loop {
        let waiting = sources(baton, agent.workspace_id, agent.id)
            .await?
            .iter()
            .filter(|source| {
                let syncs = source.web.as_ref().is_some_and(|web| web.asked_at.is_some() || web.run.is_some());
                syncs || matches!(source.state, SourceState::Queued | SourceState::Reading | SourceState::Indexing)
            })
            .count();
        if waiting == 0 {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn report(baton: &Baton, agent: &AgentRow) -> anyhow::Result<usize> {
    let mut failed = 0;
    let (mut documents, mut passages) = (0, 0);
    for source in sources(baton, agent.workspace_id, agent.id).await? {
        if let SourceState::Failed { error } = &source.state {
            say(&format!("{}: {} {}", source.name, error.cause, error.fix));
            failed += 1;
        } else {
            documents += source.documents;
            passages += source.passages;
        }
    }
    say(&format!("“{}” answers from {documents} documents, {passages} passages", agent.name));
    Ok(failed)
}
