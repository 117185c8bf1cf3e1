//! Numbers for leaves. A round reads what waits, adds it to the edge of the log, signs, and keeps
//! all of it in one transaction that only happens if the log still is as it was read. So two
//! collectors cannot fork it, and one that is killed leaves no gap.

use haochaping::ledger::{LogKey, sign_checkpoint};

use super::{Extension, Head, Log, OF_TABLES, Pending, Record};
use crate::{SqlStore, StoreError};

/// Commits in one round. Their leaves, up to 512 each, are one transaction.
const COMMITS_MAX: u32 = 32;

/// Gives numbers to everything that waits; returns how many leaves got one.
///
/// # Errors
/// The store failed, or what it holds of the log is damaged.
pub async fn sequence(store: &SqlStore, key: &LogKey) -> Result<u64, StoreError> {
    let mut n_leaves = 0;
    loop {
        let pending = store.ledger_pending(COMMITS_MAX).await?;
        if pending.is_empty() {
            return Ok(n_leaves);
        }
        let is_more = pending.len() == COMMITS_MAX as usize;
        let Some(extension) = extend(store, key, pending).await? else { return Ok(n_leaves) };
        let n = extension.head.size - extension.from;
        // Where another collector was first there is nothing to mend: the next round reads what is
        // left.
        if store.ledger_extend(extension).await? {
            n_leaves += n;
        } else {
            return Ok(n_leaves);
        }
        if !is_more {
            return Ok(n_leaves);
        }
    }
}

/// What follows after the head with these; `None` if another collector went on meanwhile.
async fn extend(
    store: &SqlStore,
    key: &LogKey,
    pending: Vec<Pending>,
) -> Result<Option<Extension>, StoreError> {
    let size = async || Ok::<_, StoreError>(store.ledger_head().await?.map_or(0, |head| head.size));
    let from = size().await?;
    let tiles = store.ledger_tiles(Log::edge_of(from)).await?;
    let damaged = |what: &str| StoreError::Failed(format!("{what} are damaged"));
    let Some(mut log) = Log::resume(from, tiles) else {
        return if size().await? == from { Err(damaged("the ledger's tiles")) } else { Ok(None) };
    };
    let (mut batches, mut records, mut tables) = (Vec::new(), Vec::new(), Vec::new());
    for Pending { key, leaves } in pending {
        let first = log.size();
        if key.1 == OF_TABLES {
            log.append(&leaves);
            tables.push((u32::try_from(key.2).unwrap_or_default(), first));
        } else {
            let of_commit = Record::read_all(&leaves)
                .ok_or_else(|| damaged("leaves on their way into the ledger"))?;
            for record in &of_commit {
                log.append(&record.entry);
            }
            records.extend(of_commit);
        }
        batches.push((key, first, log.size() - first));
    }
    let (size, root) = (log.size(), log.root());
    let head = Head { size, root, checkpoint: sign_checkpoint(key, size, root) };
    Ok(Some(Extension { from, head, batches, records, tables, tiles: log.take_tiles() }))
}
