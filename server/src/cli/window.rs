use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::{
    calendar::Instant,
    call::{is_window_code, is_window_name},
    region::Region,
};
use haochaping_collector::{
    accounts::staff,
    halls::pairing::{CODE_MINUTES, digest_of_code, make_code},
    ports::{Clock, SystemClock, SystemRng, timeless_id},
};
use haochaping_store::window::Hall;

use super::{load_keys, open_existing, open_or_make};

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
        /// Code and name of each window; codes are in addresses: 2 to 32 letters, digits and hyphens
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
    let read = text.split_once('=').map(|(code, name)| (code.to_ascii_lowercase(), name.trim().to_owned()));
    read.filter(|(code, name)| is_window_code(code) && is_window_name(name))
        .ok_or_else(|| format!("{text:?} is no CODE=NAME"))
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let entry = |what: &str, about: &str| staff::entry(&SystemClock, "cli", what, about);
    match args.action {
        Action::Add { hall, region, windows } => {
            ensure!(region.is_known_district(), "{region} lies in no known district");
            let store = open_or_make(&args.store).await?;
            load_keys(&args.store, &store).await?;
            let known = store.halls(region).await?.into_iter().find(|one| one.name == hall && one.region == region);
            let id = known.as_ref().map_or_else(|| timeless_id(&SystemRng), |one| one.id);
            if known.is_none() {
                store.add_hall(Hall { id, name: hall.clone(), region }, entry("hall-added", &hall)).await?;
            }
            let about = format!("{hall} ({})", windows.len());
            let taken = store.add_windows(id, windows, entry("windows-added", &about)).await?;
            ensure!(taken.is_empty(), "nothing was added, these codes are in use: {}", taken.join(", "));
        }
        Action::List => {
            for window in open_existing(&args.store).await?.windows(Region::COUNTRY).await? {
                let seen = window.seen_at.map_or_else(|| "never".to_owned(), Instant::to_rfc3339);
                let pad = if window.has_pad { format!("paired, seen {seen}") } else { "no pad".to_owned() };
                println!("{}  {}  {}  region {}  {pad}", window.id, window.name, window.hall.name, window.hall.region);
            }
        }
        Action::Pair { window } => {
            let store = open_existing(&args.store).await?;
            let keys = load_keys(&args.store, &store).await?;
            store.window(&window).await?.with_context(|| format!("there is no window {window}"))?;
            let code = make_code(&SystemRng);
            let until = Instant::from_millis(SystemClock.now().millis() + CODE_MINUTES * 60_000);
            let digest = digest_of_code(&keys, &window, &code);
            if !store.offer_code(&window, digest, until, entry("pad-code", &window)).await? {
                bail!("{window} has a pad: `window unpair {window}` ends its pairing");
            }
            eprintln!("open /pad/{window} on the device within {CODE_MINUTES} minutes and type");
            println!("{code}");
        }
        Action::Unpair { window } => {
            let done = open_existing(&args.store).await?.unpair(&window, entry("pad-unpaired", &window)).await?;
            ensure!(done, "{window} has no pad");
        }
    }
    Ok(())
}
