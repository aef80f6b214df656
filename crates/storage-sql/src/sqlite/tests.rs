use std::sync::Arc;

use baton_storage::Store;
use tempfile::TempDir;

use crate::sqlite::{Options, SqliteStore};

async fn fresh_store() -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("baton.db"), Options::default()).await.unwrap();
    (Arc::new(store), folder)
}

mod contract {
    baton_storage::conformance_suite!(crate::sqlite::tests::fresh_store);
}
