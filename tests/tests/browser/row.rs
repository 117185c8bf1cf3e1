//! What is on disk after a journey: the store opened again, by other means than the collector's.

use std::{collections::BTreeMap, path::Path};

use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_store::{SqlStore, engine::sqlite::FILE_NAME};
use haochaping_tests::Collector;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) level: String,
    pub(crate) indicators: String,
    pub(crate) comment: String,
    pub(crate) channel: String,
    pub(crate) is_anonymous: bool,
}

/// Stops the collector, checks the store, and returns its ratings, oldest first.
pub(crate) async fn rows(collector: &mut Collector) -> Vec<Row> {
    tokio::task::block_in_place(|| collector.stop());
    let directory = collector.data_dir().to_owned();
    let verified = tokio::task::block_in_place(|| collector.cli(&["verify"]));
    assert_eq!(verified.code, Some(0), "{}", verified.err);
    read(&directory).await
}

async fn read(directory: &Path) -> Vec<Row> {
    let store = SqlStore::open(directory).expect("the store opens");
    let master = MasterKey::read(&directory.join("master.key")).expect("the key is there");
    let keys =
        Keys::load(&store, &master, &SystemRng, SystemClock.now()).await.expect("the key fits");
    let connection = rusqlite::Connection::open(directory.join(FILE_NAME)).expect("the file opens");
    let mut statement = connection
        .prepare("select id, level, indicators, comment, channel, anonymous from rating order by rated_at, id")
        .expect("the table is there");
    let rows = statement.query_map([], |row| {
        let (id, comment): ([u8; 16], Option<Vec<u8>>) = (row.get(0)?, row.get(3)?);
        let open = |blob: Vec<u8>| {
            keys.vault.open("rating", &id, "comment", &blob).expect("the comment opens")
        };
        Ok(Row {
            level: row.get(1)?,
            indicators: row.get(2)?,
            comment: comment.map(open).unwrap_or_default(),
            channel: row.get(4)?,
            is_anonymous: row.get(5)?,
        })
    });
    rows.expect("it can be read").map(|row| row.expect("a row")).collect()
}

/// How many ratings of each level, for journeys with several.
pub(crate) fn levels(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut levels = BTreeMap::new();
    for row in rows {
        *levels.entry(row.level.as_str()).or_default() += 1;
    }
    levels
}
