use anyhow::{Result, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::{identifier::Uscc, region::Region, webhook::Secret};
use haochaping_collector::{
    accounts::audit_trail::{Acting, AuditAction},
    ports::{Clock, SystemClock, SystemRng, random, random_id},
    webhooks::seal_secret,
};
use haochaping_store::outbox::{Endpoint, EndpointKind};

use super::{load_keys, open_existing, open_or_make};
use crate::cli::settings::StoreArgs;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping endpoint add hotline-yangzhou --kind hotline --region 321000 --url https://12345.example.gov.cn/haochaping
  haochaping endpoint add tax-office --kind department --region 320102 --agency 11320102DEM000014A --url https://tax.example.gov.cn/orders
  haochaping endpoint add sms --kind raters --region 320000 --url https://sms.example.gov.cn/replies
  haochaping endpoint list
  haochaping endpoint disable sms

Messages follow the Standard Webhooks specification, and are signed with the secret that `add` prints. With the same secret a
hotline or department signs what it sends to /api/v1/webhooks/NAME.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an endpoint and print its secret, this once
    Add {
        /// Its name, also in the address to which it sends
        name: String,
        /// What it is told: every step of a region's orders, those of one department, finished
        /// services, or replies
        #[arg(long, value_parser = EndpointKind::ALL.map(EndpointKind::name))]
        kind: String,
        /// Of which region, with all below; of several the nearest is told
        #[arg(long, value_name = "CODE")]
        region: Region,
        /// The credit code of the department
        #[arg(long, value_name = "USCC")]
        agency: Option<String>,
        /// Where messages go
        #[arg(long, value_name = "URL")]
        url: String,
    },
    /// Show all endpoints without their secrets, and how many messages wait
    List,
    /// End an endpoint now; what waits for it is dropped
    Disable {
        /// The endpoint
        name: String,
    },
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    match args.action {
        Action::Add { name, kind, region, agency, url } => {
            let (mut endpoint, secret) = read(&name, &kind, region, agency.as_deref(), url)?;
            let store = open_or_make(&args.store).await?;
            let keys = load_keys(&args.store, &store).await?;
            endpoint.secret = seal_secret(&keys.vault, &endpoint.id, &secret, &SystemRng);
            let entry = Acting::at_command_line(&store).entry(AuditAction::EndpointAdded, &name);
            if !store.add_endpoint(endpoint, entry).await? {
                bail!("there is or was an endpoint {name}; names are not used again");
            }
            println!("{}", secret.reveal());
        }
        Action::List => {
            let store = open_existing(&args.store).await?;
            let waiting = store.waiting().await?;
            for one in store.endpoints().await? {
                let n = waiting.iter().find(|(id, ..)| *id == one.id).map_or(0, |(_, n, _)| *n);
                let state = one
                    .disabled_at
                    .map_or("live".to_owned(), |at| format!("disabled {}", at.to_rfc3339()));
                let agency = one.agency.as_deref().unwrap_or("-");
                println!(
                    "{}  {}  region {}  agency {agency}  {}  waiting {n}  {state}",
                    one.name,
                    one.kind.name(),
                    one.region,
                    one.url
                );
            }
        }
        Action::Disable { name } => {
            let store = open_existing(&args.store).await?;
            let entry = Acting::at_command_line(&store).entry(AuditAction::EndpointDisabled, &name);
            if !store.disable_endpoint(&name, entry).await? {
                bail!("there is no live endpoint {name}");
            }
        }
    }
    Ok(())
}

/// The endpoint without its sealed secret, and the secret.
fn read(
    name: &str,
    kind: &str,
    region: Region,
    agency: Option<&str>,
    url: String,
) -> Result<(Endpoint, Secret)> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    ensure!(
        (1..=40).contains(&name.len()) && name.bytes().all(is_plain),
        "{name:?} is not a valid name: 1 to 40 lower-case letters, digits and hyphens are allowed"
    );
    let Some(kind) = EndpointKind::from_name(kind) else {
        bail!("unknown kind of endpoint {kind:?}")
    };
    let agency = agency.map(Uscc::parse).transpose()?.map(|code| code.to_string());
    ensure!(
        (kind == EndpointKind::Department) == agency.is_some(),
        "kind department, and no other, needs --agency: whose orders it is told of"
    );
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    ensure!(
        rest.is_some_and(|rest| !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(['@', ' ', '#'])),
        "{url:?} is not the URL of a system: expected https://host/path"
    );
    if url.starts_with("http://") {
        eprintln!(
            "messages to {name} travel unencrypted: use https:// outside of a closed network"
        );
    }
    let secret = Secret::new(random(&SystemRng));
    let endpoint = Endpoint {
        id: random_id(&SystemRng),
        name: name.to_owned(),
        kind,
        region,
        agency,
        url,
        secret: Vec::new(),
        created_at: SystemClock.now(),
        disabled_at: None,
    };
    Ok((endpoint, secret))
}
