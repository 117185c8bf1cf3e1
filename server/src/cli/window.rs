use anyhow::{Context, Result, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::{calendar::Instant, region::Region};
use haochaping_collector::{
    accounts::audit_trail::Acting,
    halls::{pairing::CODE_MINUTES, windows},
};

use super::{load_keys, open_existing, open_or_make};
use crate::cli::settings::StoreArgs;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping window add --hall 广陵区政务服务中心 --region 321002 yz-a01=1号综合窗口 yz-a02=2号综合窗口
  haochaping window list
  haochaping window pair yz-a01
  haochaping window unpair yz-a01")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add windows to a hall, which is made if there is none of this name in the region
    Add {
        /// The hall's name
        #[arg(long, value_name = "NAME")]
        hall: String,
        /// Where it is
        #[arg(long, value_name = "CODE")]
        region: Region,
        /// Code and name of each window; codes are in addresses: 2 to 32 letters, digits and
        /// hyphens
        #[arg(required = true, value_name = "CODE=NAME", value_parser = parse_window)]
        windows: Vec<(String, String)>,
    },
    /// Show all windows
    List,
    /// Print a code by which one pad is paired with a window, once
    Pair {
        /// The window's code
        window: String,
    },
    /// End the pairing of a window's pad
    Unpair {
        /// The window's code
        window: String,
    },
}

fn parse_window(text: &str) -> Result<(String, String), String> {
    let read = text.split_once('=').and_then(|(code, name)| windows::check_window(code, name).ok());
    read.ok_or_else(|| format!("{text:?} is not CODE=NAME"))
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    match args.action {
        Action::Add { hall, region, windows: new } => {
            ensure!(region.is_known_district(), "{region} lies in no known district");
            let store = open_or_make(&args.store).await?;
            load_keys(&args.store, &store).await?;
            let acting = Acting::at_command_line(&store);
            let (id, _) = windows::find_or_add_hall(&acting, &hall, region).await?;
            let taken = windows::add_windows(&acting, (id, &hall), new).await?;
            ensure!(
                taken.is_empty(),
                "nothing was added, these codes are in use: {}",
                taken.join(", ")
            );
        }
        Action::List => {
            for window in open_existing(&args.store).await?.windows(Region::COUNTRY).await? {
                let seen = window.seen_at.map_or_else(|| "never".to_owned(), Instant::to_rfc3339);
                let pad = if window.has_pad {
                    format!("paired, seen {seen}")
                } else {
                    "no pad".to_owned()
                };
                println!(
                    "{}  {}  {}  region {}  {pad}",
                    window.id, window.name, window.hall.name, window.hall.region
                );
            }
        }
        Action::Pair { window } => {
            let store = open_existing(&args.store).await?;
            let keys = load_keys(&args.store, &store).await?;
            store.window(&window).await?.with_context(|| format!("there is no window {window}"))?;
            let Some(code) =
                windows::offer_code(&Acting::at_command_line(&store), &keys, &window).await?
            else {
                bail!("{window} has a pad: `window unpair {window}` ends its pairing");
            };
            eprintln!("open /pad/{window} on the device within {CODE_MINUTES} minutes and type");
            println!("{code}");
        }
        Action::Unpair { window } => {
            let store = open_existing(&args.store).await?;
            let is_done = windows::unpair(&Acting::at_command_line(&store), &window).await?;
            ensure!(is_done, "{window} has no pad");
        }
    }
    Ok(())
}
