//! What a sync keeps in files: its pieces while it is under way, and which page links to which.

use std::collections::{BTreeMap, HashMap};

use baton_domain::ids::{SourceId, WorkspaceId};
use baton_domain::source::{Source, SourcePage, SyncRun};
use baton_knowledge::DocumentPassages;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::knowledge::sources::{delete_file, documents_path};
use crate::{AppError, Baton};

/// What became of a page in a sync.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) page: SourcePage,
    /// The pages that it links to; absent where they are as before.
    pub(super) links: Option<Vec<String>>,
    /// What it was read as; absent where that is as before.
    pub(super) documents: Option<Vec<DocumentPassages>>,
    pub(super) change: Change,
}

/// How a page differs from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Added,
    Changed,
    Unchanged,
    Missing,
    Removed,
    Failed,
    Skipped,
}

/// Which page links to which. Each address stands in it once.
#[derive(Debug, Default, Serialize, Deserialize)]
struct LinkFile {
    urls: Vec<String>,
    pages: BTreeMap<String, Vec<usize>>,
}

pub(super) async fn write_piece(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    run: SyncRun,
    entries: &[Entry],
) -> Result<(), AppError> {
    put(baton, &piece_path(workspace_id, id, run, run.pieces), entries).await
}

/// The pieces of a sync that were stored before it was interrupted.
pub(super) async fn read_pieces(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    run: SyncRun,
) -> Result<Vec<Entry>, AppError> {
    let mut entries = Vec::new();
    for piece in 0..run.pieces {
        entries.extend(get::<Vec<Entry>>(baton, &piece_path(workspace_id, id, run, piece)).await?.unwrap_or_default());
    }
    Ok(entries)
}

/// Removes what a sync kept while it was under way.
pub(super) async fn remove_run(baton: &Baton, workspace_id: WorkspaceId, id: SourceId, run: SyncRun) {
    for piece in 0..run.pieces {
        delete_file(baton, &piece_path(workspace_id, id, run, piece)).await;
    }
}

/// Removes all that syncs of a source kept.
pub(crate) async fn remove_pieces(baton: &Baton, workspace_id: WorkspaceId, source: &Source) {
    if let Some(run) = source.web.as_ref().and_then(|web| web.run) {
        remove_run(baton, workspace_id, source.id, run).await;
    }
    remove_kept(baton, workspace_id, source.id).await;
}

/// Removes what is kept of a source from one sync to the next.
pub(super) async fn remove_kept(baton: &Baton, workspace_id: WorkspaceId, id: SourceId) {
    delete_file(baton, &links_path(workspace_id, id)).await;
    delete_file(baton, &documents_path(workspace_id, &id)).await;
}

pub(super) async fn read_links(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
) -> Result<HashMap<String, Vec<String>>, AppError> {
    let file: LinkFile = get(baton, &links_path(workspace_id, id)).await?.unwrap_or_default();
    let of = |links: Vec<usize>| links.into_iter().filter_map(|at| file.urls.get(at).cloned()).collect();
    Ok(file.pages.into_iter().map(|(key, links)| (key, of(links))).collect())
}

pub(super) async fn write_links(
    baton: &Baton,
    workspace_id: WorkspaceId,
    id: SourceId,
    links: &HashMap<String, Vec<String>>,
) -> Result<(), AppError> {
    let mut file = LinkFile::default();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for (key, links) in links {
        let mut of_page = Vec::with_capacity(links.len());
        for link in links {
            let next = file.urls.len();
            let position = *positions.entry(link).or_insert(next);
            if position == next {
                file.urls.push(link.clone());
            }
            of_page.push(position);
        }
        file.pages.insert(key.clone(), of_page);
    }
    put(baton, &links_path(workspace_id, id), &file).await
}

async fn put<T: Serialize + ?Sized>(baton: &Baton, path: &Path, value: &T) -> Result<(), AppError> {
    let bytes = serde_json::to_vec(value).map_err(|_| AppError::Internal("what a sync keeps cannot be written"))?;
    baton.files().put(path, PutPayload::from(bytes)).await?;
    Ok(())
}

/// `None` if the file is gone; what was in it is fetched again.
async fn get<T: DeserializeOwned>(baton: &Baton, path: &Path) -> Result<Option<T>, AppError> {
    let bytes = match baton.files().get(path).await {
        Ok(file) => file.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| AppError::Internal("what a sync kept cannot be read"))
}

/// Names are made here, never taken from outside (T42).
fn piece_path(workspace_id: WorkspaceId, id: SourceId, run: SyncRun, piece: u32) -> Path {
    Path::from(format!("syncs/{workspace_id}/{id}/{}-{piece}.json", run.started_at.0))
}

fn links_path(workspace_id: WorkspaceId, id: SourceId) -> Path {
    Path::from(format!("links/{workspace_id}/{id}.json"))
}
