use std::path::PathBuf;

use crate::cli::settings::StoreArgs;
use anyhow::Result;
use clap::Args as ClapArgs;
use haochaping_collector::ports::{Clock, SystemClock};

use super::{open_existing, progress_bar};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping backup /backup/haochaping-2026-11-23.sqlite3 --data /var/lib/haochaping

`haochaping restore` puts it in place again, with the key file of this store.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// The file to write; one that is there is not overwritten
    file: PathBuf,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let store = open_existing(&args.store).await?;
    let bar = progress_bar(0, "pages");
    store
        .backup(&args.file, &|left, total| {
            bar.set_length(total);
            bar.set_position(total - left);
        })
        .await?;
    bar.finish_and_clear();
    // The copy stands, whatever becomes of the note about it.
    if let Err(error) = store.note_backup(SystemClock.now()).await {
        eprintln!("the time of this backup was not noted: {error}");
    }
    eprintln!(
        "wrote {}; it is useless without the key file {}",
        args.file.display(),
        args.store.key_path().display()
    );
    Ok(())
}
