//! `haochaping probe`: five test services, rated with all five levels by the ways that people have,
//! so that a broken way is found before they find it. Bad ratings are the ones that such systems
//! lose; they are half of the test.

mod browser;
mod http;

use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use haochaping::{
    portal::{Answer, Portal},
    rating::SatisfactionLevel,
    region::Region,
    wire::v1,
};
use haochaping_collector::ports::{Clock, SystemClock, SystemRng, fresh_id};

use self::http::Http;

/// A made-up credit code; test services belong to no agency.
const AGENCY: &str = "11000000DEM000001H";

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping api-key add night-watch --scope probe > probe.key
  haochaping probe https://hcp.example.gov.cn --api-key $(cat probe.key)
  chromedriver --port=9515 & haochaping probe https://hcp.example.gov.cn --webdriver http://127.0.0.1:9515

Test ratings are kept, say so on their pages, and enter no rate, total or work order.")]
pub(super) struct Args {
    /// The collector, as people reach it
    url: String,
    /// An API key of scope probe
    #[arg(long, env = "HAOCHAPING_API_KEY", value_name = "KEY", hide_env_values = true)]
    api_key: String,
    /// The region of the test services, for keys that are held to one
    #[arg(long, value_name = "CODE", default_value = "110000")]
    region: Region,
    /// Rate through a real browser by this WebDriver, not by plain requests
    #[arg(long, value_name = "URL")]
    webdriver: Option<String>,
}

/// A way that was tried.
#[derive(Clone, Debug)]
struct Tried {
    /// `page`, `form`, `app` and so on.
    path: &'static str,
    /// Why it is broken; `None` if it works.
    fault: Option<String>,
}

impl Tried {
    fn new<T>(path: &'static str, result: &Result<T>) -> Self {
        Self { path, fault: result.as_ref().err().map(|error| format!("{error:#}")) }
    }
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    // Plain blocking requests, one after the other: it measures what one person waits for.
    tokio::task::spawn_blocking(move || {
        let tickets = register(&args)?;
        let mut broken = Vec::new();
        let once = if args.webdriver.is_none() {
            http::assets(&Http::new(), &tickets[0].url)
        } else {
            Vec::new()
        };
        print_line("every page", &once, None);
        broken.extend(faults("every page", &once));
        for (level, ticket) in SatisfactionLevel::ALL.into_iter().zip(&tickets) {
            let started = Instant::now();
            let tried = match &args.webdriver {
                Some(driver) => browser::rate(driver, &ticket.url, level),
                None => http::rate(&Http::new(), &args.url, ticket, level),
            };
            print_line(level.name(), &tried, Some(started.elapsed().as_millis()));
            broken.extend(faults(level.name(), &tried));
        }
        if broken.is_empty() {
            println!("all five levels get through");
            return Ok(());
        }
        bail!("{}", broken.join("\n"))
    })
    .await?
}

fn faults<'a>(of: &'a str, tried: &'a [Tried]) -> impl Iterator<Item = String> + 'a {
    tried.iter().filter_map(move |way| {
        Some(format!("broken: {} of {of}: {}", way.path, way.fault.as_ref()?))
    })
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
fn print_line(of: &str, tried: &[Tried], millis: Option<u128>) {
    if tried.is_empty() {
        return;
    }
    let shown =
        |way: &Tried| format!("{} {}", way.path, if way.fault.is_none() { "ok" } else { "BROKEN" });
    let ways: Vec<_> = tried.iter().map(shown).collect();
    let took = millis.map(|millis| format!("   {millis} ms")).unwrap_or_default();
    println!("{of:<22}{}{took}", ways.join(" · "));
}

/// Five fresh services.
fn register(args: &Args) -> Result<Vec<v1::IssuedTicket>> {
    let portal = Portal::new(&args.url, &args.api_key);
    let run = uuid::Uuid::from_bytes(fresh_id(&SystemClock, &SystemRng));
    let service = |level: SatisfactionLevel| v1::ServiceRegistration {
        case_number: format!("{run}-{}", level.index()),
        service_number: 1,
        item_name: Some("系统自检".into()),
        agency_code: AGENCY.into(),
        agency_name: Some("系统自检（示例）".into()),
        region: args.region.to_string(),
        finished_at: SystemClock.now().to_rfc3339(),
        real_name: false,
        ..v1::ServiceRegistration::default()
    };
    let services = SatisfactionLevel::ALL.map(service);
    let (status, body) =
        Http::new().send(&portal.register(&services)).context("broken: registration")?;
    let registered =
        portal.registered(Answer { status, body: &body }).context("broken: registration")?;
    if let Some(fault) = registered.rejected.first() {
        bail!("broken: registration: {} {}", fault.field, fault.code);
    }
    anyhow::ensure!(
        registered.tickets.len() == services.len(),
        "broken: registration: not every service got a link"
    );
    Ok(registered.tickets)
}
