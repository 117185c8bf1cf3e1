use anyhow::{Result, bail};
use clap::{Args as ClapArgs, Subcommand};
use haochaping_collector::{
    accounts::{audit_trail::Acting, staff, staff::INVITATION_HOURS},
    ports::SystemClock,
};

use super::{load_keys, open_existing, open_or_make};
use crate::cli::settings::StoreArgs;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping staff add wang-1 --role handler --agency 11320102DEM000014A --region 320102 --public-url https://hcp.example.gov.cn
  haochaping staff add li-2 --role supervisor --agency 11110000000021135M --region 320102
  haochaping staff reset wang-1
  haochaping staff list
  haochaping staff record --limit 20
  haochaping staff disable wang-1")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Where people reach the collector; the link that is printed begins with it
    #[arg(
        long,
        global = true,
        env = "HAOCHAPING_PUBLIC_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    public_url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an account and print the link by which its password is set, this once
    Add {
        /// The name for signing in: lower-case letters, digits and hyphens
        name: String,
        /// In what capacity
        #[arg(long, value_parser = staff::ROLES.map(haochaping::work_order::Role::name))]
        role: String,
        /// The credit code of their body; none for administrators
        #[arg(long, value_name = "USCC", default_value = "")]
        agency: String,
        /// Where, with all below; none for administrators
        #[arg(long, value_name = "CODE", default_value = "")]
        region: String,
    },
    /// Show all accounts
    List,
    /// Take password and sessions away and print a link for a new one; a disabled account lives
    /// again
    Reset {
        /// The account
        name: String,
    },
    /// Show what was done to accounts and with them, newest first
    Record {
        /// The most lines
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
    /// End an account and its sessions now
    Disable {
        /// The account
        name: String,
    },
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let link =
        |token: &str| format!("{}/desk/welcome/{token}", args.public_url.trim_end_matches('/'));
    match args.action {
        Action::Add { name, role, agency, region } => {
            let row = staff::account(&name, &role, &agency, &region, &SystemClock)?;
            let store = open_or_make(&args.store).await?;
            load_keys(&args.store, &store).await?;
            let Some(token) = staff::add(&Acting::at_command_line(&store), row).await? else {
                bail!("there is an account {name}; `staff reset {name}` gives it a new link");
            };
            eprintln!("{name} sets a password within {INVITATION_HOURS} hours at");
            println!("{}", link(&token));
        }
        Action::List => {
            for row in open_existing(&args.store).await?.staff().await? {
                let state = match (row.disabled_at, &row.password) {
                    (Some(at), _) => format!("disabled {}", at.to_rfc3339()),
                    (None, None) => "waits for its password".to_owned(),
                    (None, Some(_)) => "live".to_owned(),
                };
                let agency = row.agency.as_deref().unwrap_or("-");
                println!(
                    "{}  {}  agency {agency}  region {}  {state}",
                    row.name, row.role, row.region
                );
            }
        }
        Action::Reset { name } => {
            let store = open_existing(&args.store).await?;
            let Some(token) = staff::reset(&Acting::at_command_line(&store), &name).await? else {
                bail!("there is no account {name}");
            };
            println!("{}", link(&token));
        }
        Action::Record { limit } => {
            for entry in open_existing(&args.store).await?.audit(limit).await? {
                println!(
                    "{}  {}  {}  {}",
                    entry.at.to_rfc3339(),
                    entry.who,
                    entry.what,
                    entry.about
                );
            }
        }
        Action::Disable { name } => {
            let store = open_existing(&args.store).await?;
            if !staff::disable(&Acting::at_command_line(&store), &name).await? {
                bail!("there is no live account {name}, or it is the last administrator");
            }
        }
    }
    Ok(())
}
