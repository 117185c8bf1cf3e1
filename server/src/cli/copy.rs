use std::{path::Path, sync::Arc};

use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use haochaping_store::{SqlStore, copy};

use super::progress_bar;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping copy --from sqlite:/var/lib/haochaping --to 'postgres://hcp@db.example.gov.cn/ratings?sslmode=verify-full'
  HAOCHAPING_COPY_FROM=postgres://… haochaping copy --to sqlite:/var/lib/haochaping-new

No collector may run on either. A copy that was cut off goes on when the same command is run again; until it has ended no
collector starts on its target. The key file is not copied: comments are read with the one of the source.")]
pub(super) struct Args {
    /// The store to copy: sqlite:DIR or postgres://…
    #[arg(long, env = "HAOCHAPING_COPY_FROM", hide_env_values = true, value_name = "URL")]
    from: String,
    /// Where to: sqlite:DIR or postgres://…, empty or half copied
    #[arg(long, env = "HAOCHAPING_COPY_TO", hide_env_values = true, value_name = "URL")]
    to: String,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let (from, to) = (open(&args.from, false).await?, open(&args.to, true).await?);
    let bar = progress_bar(0, "");
    let shown = bar.clone();
    let n_rows = copy::copy(
        &from,
        &to,
        Arc::new(move |table: &str, done, all| {
            shown.set_message(table.to_owned());
            shown.set_length(all);
            shown.set_position(done);
        }),
    )
    .await?;
    bar.finish_and_clear();
    eprintln!(
        "copied {n_rows} rows and compared every one of them; it is useless without the key file of the source"
    );
    Ok(())
}

async fn open(url: &str, is_target: bool) -> Result<SqlStore> {
    if let Some(directory) = url.strip_prefix("sqlite:") {
        let directory = Path::new(directory);
        if is_target {
            super::make_directory(directory)?;
        } else {
            let file = directory.join(haochaping_store::engine::sqlite::FILE_NAME);
            anyhow::ensure!(file.exists(), "{} is not there", file.display());
        }
        return Ok(SqlStore::open_incomplete(directory)?);
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(SqlStore::connect_incomplete(url, is_target).await?);
    }
    bail!("{}: neither sqlite:DIR nor postgres://…", if is_target { "--to" } else { "--from" })
}
