//! A collector in this process, and requests with tickets that it takes.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use haochaping::{
    identifier::Uscc,
    link::Ticket,
    rating::{INDICATOR_VERSION, SatisfactionLevel},
    region::Region,
    service::Service,
    wire::v1::{RatingRequest, ServiceMode, ServiceRegistration},
};
use haochaping_collector::{
    config::Config,
    intake::{
        writer,
        writer::{Committing, RatingSink},
    },
    keys::{Keys, MasterKey},
    ledger,
    ports::{SystemClock, SystemRng},
    publication::figures::Figures,
    refresh as watch,
    state::{App, Parts},
};
use haochaping_server::{
    assets::Releases,
    http::{api::services::to_new, assets::Served, router::router},
};
use haochaping_store::{Committed, NewRating, Outcome, SqlStore};
use tokio::net::TcpListener;

use crate::Result;

const AUTHORITY: &str = "bench";
const N_AGENCIES: usize = 50;
/// As many services as the collector takes in one request.
const CHUNK: usize = 1_000;

/// What is measured against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A store that keeps nothing.
    NoStore,
    /// A transaction for every rating.
    OnePerRequest,
    /// A transaction for all that wait.
    GroupCommit,
}

impl Kind {
    /// Every kind, in the order of the table's columns.
    pub(crate) const ALL: [Self; 3] = [Self::NoStore, Self::OnePerRequest, Self::GroupCommit];

    /// The name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoStore => "no store",
            Self::OnePerRequest => "one per request",
            Self::GroupCommit => "group commit",
        }
    }

    fn batch_max(self) -> usize {
        if self == Self::OnePerRequest { 1 } else { writer::BATCH_MAX }
    }
}

/// Accepts every rating and keeps none.
struct Nowhere;

impl RatingSink for Nowhere {
    fn n_lanes(&self) -> usize {
        1
    }
    fn lane(&self, _part: u8) -> usize {
        0
    }
    fn commit(&self, batch: Arc<[NewRating]>) -> Committing<'_> {
        let n = batch.len();
        let committed = Committed {
            outcomes: vec![Outcome::Accepted; n],
            leaves: vec![None; n],
            counted: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(committed)))
    }
}

/// A collector that listens on loopback until the process ends.
#[derive(Debug)]
pub(crate) struct Collector {
    /// Which of the three.
    pub(crate) kind: Kind,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    agencies: Vec<(Uscc, Region)>,
}

impl Collector {
    /// Starts one as `serve` does, with its data in an empty directory or in an empty database, and
    /// its key file in the directory.
    pub(crate) async fn start(kind: Kind, data: &Path, database: Option<&str>) -> Result<Self> {
        let store = Arc::new(match database {
            None => SqlStore::open(data)?,
            Some(url) => SqlStore::connect(url, true).await?,
        });
        store.hold_slot(now()).await?;
        let listener = TcpListener::bind((IpAddr::from(Ipv4Addr::LOCALHOST), 0)).await?;
        let address = listener.local_addr()?;
        let config = Config::usual(format!("http://{address}"));
        let master = MasterKey::make(&data.join("master.key"), &SystemRng)?;
        let keys = Keys::load(&store, &master, &SystemRng, now()).await?;
        let ledger = ledger::key(&store, &keys.ledger, &config.public_url).await?;
        let parts = Parts {
            figures: Arc::new(Figures::new(config.publication, config.root_region)),
            config,
            store,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            keys,
            ledger,
            batch_max: kind.batch_max(),
        };
        let app = Arc::new(if kind == Kind::NoStore {
            App::with_sink(parts, Arc::new(Nowhere))
        } else {
            App::new(parts)
        });
        watch::start(&app, master).await?;
        let routes = router(&app, Served(Arc::new(Releases::default())));
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self { kind, address, app, agencies: agencies() })
    }

    /// A request for each of `n` services that are on record and not yet rated. `run` tells their
    /// case numbers from those of other runs.
    pub(crate) async fn requests(&self, run: usize, n: usize) -> Result<Vec<Vec<u8>>> {
        let mut requests = Vec::with_capacity(n);
        while requests.len() < n {
            let numbers = requests.len()..n.min(requests.len() + CHUNK);
            let tickets = self.register(run, numbers.clone()).await?;
            requests.extend(
                numbers.zip(tickets).map(|(number, ticket)| self.request(run, number, ticket)),
            );
        }
        Ok(requests)
    }

    /// Registers services, and gives their tickets.
    pub(crate) async fn register(
        &self,
        run: usize,
        numbers: std::ops::Range<usize>,
    ) -> Result<Vec<String>> {
        let at = now();
        let news: Vec<_> =
            numbers.map(|n| to_new(&self.app, AUTHORITY, self.service(run, n), at)).collect();
        let registered = self.app.store.register(AUTHORITY, news.clone()).await?.services;
        let keys = self.app.keys();
        let tickets = news.iter().zip(registered).map(|(new, registered)| {
            Ticket { part: new.part, service: registered.id, last_day: registered.last_day }
                .mint(&keys.ticket)
        });
        Ok(tickets.collect())
    }

    fn service(&self, run: usize, n: usize) -> Service {
        let (agency, region) = &self.agencies[n % self.agencies.len()];
        let registration = ServiceRegistration {
            case_number: format!("BENCH-{run}-{n}"),
            service_number: 1,
            // 40 items for each agency.
            item_code: Some(format!("{agency}9{:012}", n / self.agencies.len() % 40)),
            item_name: Some("社会保障卡申领".into()),
            agency_code: agency.to_string(),
            agency_name: Some("示例社会保障服务所".into()),
            region: region.to_string(),
            finished_at: "2026-11-20T15:04:05+08:00".into(),
            mode: ServiceMode::OnSite,
            real_name: true,
            window: Some("示例01号窗口".into()),
            staff_number: None,
            visit: None,
        };
        Service::try_from(registration).expect("every field is of its form")
    }

    fn request(&self, run: usize, n: usize, ticket: String) -> Vec<u8> {
        let (level, indicator, comment) = if n.is_multiple_of(10) {
            (
                SatisfactionLevel::Dissatisfied,
                "209",
                "材料交齐已经两周，窗口说还要再等，没有人说明原因。",
            )
        } else {
            (SatisfactionLevel::VerySatisfied, "510", "")
        };
        let rating = RatingRequest {
            ticket,
            key: format!("bench-{run:03}-{n:022}"),
            level: level.name().into(),
            indicators: vec![indicator.into()],
            indicator_version: INDICATOR_VERSION.into(),
            comment: comment.into(),
            anonymous: false,
            contact: None,
            lang: "zh-Hans".into(),
            via: Some("qr".into()),
            visit: None,
            purpose: None,
        };
        let body = serde_json::to_string(&rating).expect("a rating is JSON");
        format!(
            "POST /api/v1/ratings HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }
}

/// This moment.
pub(crate) fn now() -> haochaping::calendar::Instant {
    haochaping_collector::ports::Clock::now(&SystemClock)
}

/// Agencies that do not exist, in districts that do, spread over Jiangsu.
fn agencies() -> Vec<(Uscc, Region)> {
    let jiangsu: Region = "320000".parse().expect("a code of six digits");
    let districts: Vec<Region> =
        jiangsu.builtin_children().flat_map(Region::builtin_children).collect();
    let spread = (0..N_AGENCIES).map(|n| districts[n * districts.len() / N_AGENCIES]);
    spread.enumerate().map(|(n, region)| (code_of_agency(region, n), region)).collect()
}

/// 统一社会信用代码 of a body of government in a region; `DEM0` stands where no real code has
/// letters.
fn code_of_agency(region: Region, n: usize) -> Uscc {
    let first_17 = format!("11{region}DEM0{n:05}");
    let mut checks = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    checks
        .find_map(|check| Uscc::parse(&format!("{first_17}{check}")).ok())
        .expect("one of 31 characters is the check character")
}
