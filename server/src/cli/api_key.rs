use crate::cli::settings::StoreArgs;
use anyhow::{Result, anyhow, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::region::Region;
use haochaping_collector::{
    accounts::api_key::{Scope, make_key},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_store::StoredApiKey;

use super::{load_keys, open_existing, open_or_make, parse_authority, parse_uscc};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping api-key add jiangsu-portal --region 320000
  haochaping api-key add night-watch --scope probe
  haochaping api-key add tax-office --scope work-orders --agency 11320102DEM000014A
  haochaping api-key add xuanwu-body --scope supervision --region 320102 --agency 11110000000021135M
  haochaping api-key add hotline --scope assist --region 321000 --agency 11110000000021135M
  haochaping api-key add city-hotline --scope relay --region 321000
  haochaping api-key list
  haochaping api-key revoke 7h3k9m2q")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it, this once
    Add {
        /// The authority whose case numbers these are; the same name again gives it a second key
        name: String,
        /// A region it may register in, with all below; without it everywhere
        #[arg(long, value_name = "CODE")]
        region: Vec<Region>,
        /// The credit code of an agency it may register for; without it all
        #[arg(long, value_name = "USCC", value_parser = parse_uscc)]
        agency: Vec<String>,
        /// What it may do
        #[arg(long, default_value = Scope::Services.name(), value_parser = Scope::ALL.map(Scope::name))]
        scope: String,
    },
    /// Show all keys without their secrets
    List,
    /// End a key now
    Revoke {
        /// The part after hcp_
        id: String,
    },
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    match args.action {
        Action::Add { name, region, agency, scope } => {
            let name = parse_authority(&name)
                .map_err(|allowed| anyhow!("{name:?} is not a valid name: {allowed}"))?;
            // A key without bounds would see every bad rating there is.
            ensure!(
                scope != "work-orders" || !agency.is_empty(),
                "scope work-orders needs --agency: whose orders it works"
            );
            ensure!(
                scope != "supervision" || (region.len() == 1 && !agency.is_empty()),
                "scope supervision needs one --region and its own --agency: whose body it is"
            );
            ensure!(
                scope != "assist" || (!region.is_empty() && !agency.is_empty()),
                "scope assist needs --region and its own --agency: of what is said of that body it enters nothing"
            );
            let store = open_or_make(&args.store).await?;
            load_keys(&args.store, &store).await?;
            let (id, secret_hash, whole) = make_key(&SystemRng);
            let created_at = SystemClock.now();
            let key = StoredApiKey {
                id,
                authority: name,
                secret_hash,
                regions: region,
                agencies: agency,
                scope,
                created_at,
                revoked_at: None,
            };
            store.add_api_key(key).await?;
            println!("{whole}");
        }
        Action::List => {
            for key in open_existing(&args.store).await?.api_keys().await? {
                let regions: Vec<_> = key.regions.iter().map(ToString::to_string).collect();
                let state = key
                    .revoked_at
                    .map_or("live".to_owned(), |at| format!("revoked {}", at.to_rfc3339()));
                let shown = |list: Vec<String>| {
                    if list.is_empty() { "all".to_owned() } else { list.join(",") }
                };
                let (regions, agencies) = (shown(regions), shown(key.agencies));
                println!(
                    "{}  {}  {}  regions {regions}  agencies {agencies}  {state}",
                    key.id, key.authority, key.scope
                );
            }
        }
        Action::Revoke { id } => {
            let id = id.strip_prefix("hcp_").unwrap_or(&id);
            if !open_existing(&args.store).await?.revoke_api_key(id, SystemClock.now()).await? {
                bail!("there is no live API key {id}");
            }
        }
    }
    Ok(())
}
