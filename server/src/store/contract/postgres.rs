//! What only a store on a server can be held to.

use super::Fresh;
use crate::store::SqlStore;

pub(super) async fn fresh() -> Fresh<SqlStore> {
    let url = haochaping_postgres::shared().database();
    let directory = tempfile::tempdir().unwrap();
    Fresh { store: SqlStore::connect(&url, true).await.unwrap(), directory }
}
