//! The backup of a file.

use std::path::Path;

use rusqlite::{Connection, backup};

use crate::{
    StoreError,
    engine::sqlite::connect::{make_private, reader},
};

/// Copies the file page by page while others write; the copy is a store of its own, in the state of
/// one moment.
pub(crate) fn backup(
    from: &Path,
    to: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<(), StoreError> {
    let message =
        |e: std::io::Error| StoreError::Failed(format!("{} cannot be written: {e}", to.display()));
    if to.exists() {
        return Err(StoreError::Failed(format!(
            "{} is there already: name another file",
            to.display()
        )));
    }
    make_private(to).map_err(message)?;
    let source = reader(from)?.connection;
    let mut copy = Connection::open(to)?;
    {
        // One transaction on the source: without it every write of the collector would start the
        // copy anew.
        let snapshot = source.unchecked_transaction()?;
        snapshot.query_row("select count(*) from meta", [], |_| Ok(()))?;
        let run = backup::Backup::new(&snapshot, &mut copy)?;
        loop {
            let step = run.step(1_000)?;
            let state = run.progress();
            let pages = |n| u64::try_from(n).unwrap_or(0);
            progress(pages(state.remaining), pages(state.pagecount));
            if step == backup::StepResult::Done {
                break;
            }
        }
    }
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(message)
}
