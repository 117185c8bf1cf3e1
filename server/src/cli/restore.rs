use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result, bail, ensure};
use clap::Args as ClapArgs;
use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_store::{SqlStore, engine::sqlite::FILE_NAME};

use super::{make_directory, verify};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping restore /backup/haochaping-2026-11-23.sqlite3 --data /var/lib/haochaping --key-file /etc/haochaping/master.key

The data directory must hold no store. Nothing is put into it before the copy was opened with the key file and verified. The
backup of a server's database is restored by pg_restore into an empty database: see docs/databases.md.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// The file that `haochaping backup` wrote
    file: PathBuf,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    ensure!(
        args.store.database.is_none(),
        "a server's backup is restored by pg_restore: see docs/databases.md"
    );
    let target = args.store.data.join(FILE_NAME);
    let is_there = |path: &Path| path.metadata().is_ok_and(|file| file.len() > 0);
    ensure!(is_there(&args.file), "{} is not there, or empty", args.file.display());
    for log in ["-wal", "-journal"].map(|end| beside(&args.file, end)) {
        ensure!(
            !is_there(&log),
            "{} lies beside it: this is not a backup but the file of a store that runs or was cut off; use `haochaping backup`",
            log.display()
        );
    }
    make_directory(&args.store.data)?;
    for left in ["", "-wal", "-journal"].map(|end| beside(&target, end)) {
        ensure!(
            !is_there(&left),
            "{} is there: a store is never written over; move it away, all of its files, or name another --data",
            left.display()
        );
    }
    let key = MasterKey::read(&args.store.key_path())?;
    let place = args.store.data.join("restoring");
    let copied = check(&args.file, &place, &key).await;
    let report = match copied {
        Ok(report) => report,
        Err(error) => {
            let _ = fs::remove_dir_all(&place);
            return Err(error.context("nothing was restored"));
        }
    };
    put_in_place(&place, &target)
        .with_context(|| format!("{} cannot be written", target.display()))?;
    println!("{report}\nrestored to {}", target.display());
    eprintln!("next: haochaping serve --data {}", args.store.data.display());
    Ok(())
}

/// Copies the file to a place of its own, and opens it there with the key and verifies it.
async fn check(file: &Path, place: &Path, key: &MasterKey) -> Result<String> {
    let _ = fs::remove_dir_all(place);
    make_directory(place)?;
    let copy = place.join(FILE_NAME);
    fs::copy(file, &copy)
        .with_context(|| format!("{} cannot be copied to {}", file.display(), copy.display()))?;
    let store = SqlStore::open(place)?;
    let keys = store.keys().await?;
    ensure!(!keys.is_empty(), "{} holds no store of a collector", file.display());
    let keys = Keys::load(&store, key, &SystemRng, SystemClock.now()).await?;
    let (report, faults) = verify::check(&store, &keys).await?;
    if !faults.is_empty() {
        bail!("{} is damaged: {} faults\n{}", file.display(), faults.len(), faults.join("\n"));
    }
    store.close().await?;
    Ok(report)
}

fn put_in_place(place: &Path, target: &Path) -> std::io::Result<()> {
    let copy = place.join(FILE_NAME);
    fs::File::open(&copy)?.sync_all()?;
    fs::rename(&copy, target)?;
    if let Some(directory) = target.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    fs::remove_dir_all(place)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
