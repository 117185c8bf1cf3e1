use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use haochaping::link::{Ticket, part_of};

use super::{load_keys, open_existing};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping ticket --authority jiangsu-portal --case JS-2026-000123 --service 1 --public-url https://hcp.example.gov.cn")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// The authority whose case number it is
    #[arg(long, value_name = "NAME")]
    authority: String,
    /// 办件编号
    #[arg(long, value_name = "NUMBER")]
    case: String,
    /// The number of the service in its case
    #[arg(long, value_name = "N", default_value_t = 1)]
    service: u32,
    /// Where people reach the collector
    #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL")]
    public_url: String,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let store = open_existing(&args.store).await?;
    let keys = load_keys(&args.store, &store).await?;
    let part = part_of(&args.authority, &args.case);
    let known = store
        .find_service(part, &args.authority, &args.case, args.service)
        .await?
        .with_context(|| {
            format!(
                "{} has no service {} of case {:?} on record",
                args.authority, args.service, args.case
            )
        })?;
    let ticket =
        Ticket { part: known.part, service: known.id, last_day: known.last_day }.mint(&keys.ticket);
    println!("{}/r/{ticket}", args.public_url.trim_end_matches('/'));
    Ok(())
}
