//! Fresh stores on each database.

use haochaping::calendar::Instant;

use crate::SqlStore;

/// A store that nobody has used yet.
#[derive(Debug)]
pub struct Fresh {
    /// The store.
    pub store: SqlStore,
    /// Where its file is; empty for a server's.
    pub directory: tempfile::TempDir,
}

/// In a file.
#[cfg_attr(not(test), expect(clippy::unused_async, reason = "awaited as those on a server are"))]
pub async fn on_file() -> Fresh {
    let directory = tempfile::tempdir().unwrap();
    Fresh { store: SqlStore::open(directory.path()).unwrap(), directory }
}

/// On a server.
pub async fn on_server() -> Fresh {
    let url = haochaping_postgres::shared().database();
    Fresh {
        store: SqlStore::connect(&url, true).await.unwrap(),
        directory: tempfile::tempdir().unwrap(),
    }
}

/// A database that says that it is distributed over eight shards, and is not.
pub async fn on_shards() -> Fresh {
    let server = haochaping_postgres::shared();
    let url = server.database();
    let plain = SqlStore::connect(&url, true).await.unwrap();
    server.spread(&url, 8);
    server.refuse_like_workers(&url);
    let store = plain.into_sharded().await.unwrap();
    assert_eq!(store.n_lanes(), 8);
    store.hold_slot(Instant::from_millis(0)).await.unwrap();
    Fresh { store, directory: tempfile::tempdir().unwrap() }
}
