use std::path::{Path, PathBuf};

use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::{
    link::{Ticket, part_of},
    service::Service,
    wire::v1::ServiceRegistration,
};
use haochaping_collector::ports::{Clock, SystemClock, SystemRng, uuid_at};
use haochaping_store::NewService;
use haochaping_tables::{Cell, half_width};

use super::{listed, load_keys, open_or_make, progress_bar, say_notes};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping service import finished.csv --authority jiangsu-portal > links.csv

The columns are named as the fields of POST /api/v1/services; item_code, item_name, agency_name, window, staff_number and
visit may be missing. Lines with a fault are named with number, column and reason and left out; the others are registered.
The file is CSV (UTF-8, UTF-16, GBK or GB18030) or XLSX. The links go to standard output as CSV.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Register the services of a CSV or XLSX file and print their links
    Import {
        /// The file
        file: PathBuf,
        /// The authority whose case numbers these are, as named by `api-key add`
        #[arg(long, value_name = "NAME")]
        authority: String,
        /// Where people reach the collector
        #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL")]
        public_url: String,
        /// How many days a rating link lives
        #[arg(long, env = "HAOCHAPING_TICKET_DAYS", value_name = "DAYS", default_value_t = 90)]
        ticket_days: u16,
    },
}

const CHUNK: usize = 500;

pub(super) async fn run(args: Args) -> Result<()> {
    let Action::Import { file, authority, public_url, ticket_days } = args.action;
    let store = open_or_make(&args.store).await?;
    let keys = load_keys(&args.store, &store).await?;
    ensure!(
        store.api_keys().await?.iter().any(|key| key.authority == authority),
        "there is no authority {authority:?}: add one with `haochaping api-key add {authority}`"
    );
    let (services, faults) = read(&file)?;
    let bar = progress_bar(services.len() as u64, "services");
    let mut out = haochaping_tables::Writer::new(std::io::stdout())?;
    out.record(["case_number", "service_number", "url", "created", "rated_on"])?;
    for chunk in services.chunks(CHUNK) {
        let now = SystemClock.now();
        let news: Vec<_> =
            chunk.iter().map(|service| to_new(&authority, service, now, ticket_days)).collect();
        for (new, known) in
            news.iter().zip(store.register(&authority, news.clone()).await?.services)
        {
            let ticket = Ticket { part: known.part, service: known.id, last_day: known.last_day }
                .mint(&keys.ticket);
            out.record([
                new.service.case_number.as_str(),
                &new.service.service_number.to_string(),
                &format!("{}/r/{ticket}", public_url.trim_end_matches('/')),
                if known.is_new { "true" } else { "false" },
                &known.rated_at.map(|at| at.date_in_china().to_string()).unwrap_or_default(),
            ])?;
        }
        bar.inc(chunk.len() as u64);
    }
    out.finish()?;
    bar.finish_and_clear();
    eprintln!("{} services registered", services.len());
    if !faults.is_empty() {
        bail!(
            "{}: {} faults, their lines were left out\n{}",
            file.display(),
            faults.len(),
            listed(&faults)
        );
    }
    Ok(())
}

fn to_new(
    authority: &str,
    service: &Service,
    now: haochaping::calendar::Instant,
    ticket_days: u16,
) -> NewService {
    let id = uuid_at(now, &SystemRng);
    let part = part_of(authority, service.case_number.as_str());
    let last_day = Ticket::new(part, id, now, ticket_days).last_day;
    NewService {
        service: service.clone(),
        part,
        id,
        last_day,
        is_probe: false,
        is_rated_elsewhere: false,
        lead: None,
        at: now,
    }
}

/// Columns that are read as texts.
const COLUMNS: [&str; 12] = [
    "case_number",
    "service_number",
    "item_code",
    "item_name",
    "agency_code",
    "agency_name",
    "region",
    "finished_at",
    "mode",
    "window",
    "staff_number",
    "visit",
];

/// The good services, and every fault with line and column.
fn read(file: &Path) -> Result<(Vec<Service>, Vec<String>)> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let required = [
        "case_number",
        "service_number",
        "agency_code",
        "region",
        "finished_at",
        "mode",
        "real_name",
    ];
    let has =
        |headings: &[String], name: &str| headings.iter().any(|heading| heading.as_str() == name);
    let score =
        |headings: &[String]| required.into_iter().filter(|name| has(headings, name)).count();
    let table =
        haochaping_tables::read(&bytes, &score).with_context(|| file.display().to_string())?;
    let missing: Vec<_> = required.into_iter().filter(|name| !has(&table.headings, name)).collect();
    if !missing.is_empty() {
        bail!("{} has no column {}", file.display(), missing.join(", "));
    }
    say_notes(&table);
    let (mut services, mut faults) = (Vec::new(), Vec::new());
    for line in &table.lines {
        match read_line(&table.headings, &line.cells) {
            Ok(service) => services.push(service),
            Err(found) => faults
                .extend(found.into_iter().map(|fault| format!("line {}, {fault}", line.number))),
        }
    }
    Ok((services, faults))
}

fn read_line(heads: &[String], cells: &[Cell]) -> Result<Service, Vec<String>> {
    let found = |name: &str| {
        heads
            .iter()
            .position(|head| head == name)
            .and_then(|at| cells.get(at))
            .cloned()
            .unwrap_or_default()
    };
    let mut faults = Vec::new();
    // A truth value is what real_name is, and other columns are nobody's.
    for name in COLUMNS {
        let Cell { text, flaw } = found(name);
        if let Some(flaw) = flaw {
            faults.push(format!("{name}: {text:?} {flaw}"));
        }
    }
    // Texts stay as they are: names and case numbers may hold signs in full width.
    let cell = |name: &str| found(name).text;
    let code = |name: &str| half_width(&found(name).text);
    let optional = |name: &str| Some(cell(name)).filter(|text| !text.is_empty());
    let service_number = code("service_number").parse().unwrap_or_else(|_| {
        faults.push(format!("service_number: {:?} is no number", cell("service_number")));
        1
    });
    let mode = serde_json::from_value(cell("mode").into()).unwrap_or_else(|_| {
        faults.push(format!("mode: {:?} is neither online nor on_site", cell("mode")));
        haochaping::wire::v1::ServiceMode::default()
    });
    let real_name = cell("real_name").to_lowercase().parse().unwrap_or_else(|_| {
        faults.push(format!("real_name: {:?} is neither true nor false", cell("real_name")));
        false
    });
    let checked = Service::check(
        ServiceRegistration {
            case_number: cell("case_number"),
            service_number,
            item_code: optional("item_code"),
            item_name: optional("item_name"),
            agency_code: code("agency_code"),
            agency_name: optional("agency_name"),
            region: code("region"),
            finished_at: cell("finished_at"),
            mode,
            real_name,
            window: optional("window"),
            staff_number: optional("staff_number"),
            visit: optional("visit"),
        },
        SystemClock.now(),
    );
    match checked {
        Ok(service) if faults.is_empty() => Ok(service),
        Ok(_) => Err(faults),
        Err(found) => {
            faults.extend(found.iter().map(ToString::to_string));
            Err(faults)
        }
    }
}
