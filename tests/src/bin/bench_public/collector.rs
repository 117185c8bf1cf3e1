//! A collector in this process, with as many published ratings as wanted.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    identifier::Uscc,
    ledger::Salt,
    link::{CardKind, ExpiryMonth, part_of},
    rating::{Channel, INDICATOR_VERSION, Provenance, SatisfactionLevel},
    region::Region,
};
use haochaping_collector::{
    accounts::audit_trail::{AuditAction, AuditActor, entry},
    config::Config,
    intake::writer,
    keys::{Keys, MasterKey},
    ledger,
    ports::{Clock, SystemClock, SystemRng, random, random_id, uuid_at},
    publication::figures::Figures,
    refresh as watch,
    state::{App, Parts},
};
use haochaping_server::{
    assets::Releases,
    http::{assets::Served, router::router},
};
use haochaping_store::{About, Agreed, CARD_AUTHORITY, NewCard, NewRating, NewVisit, SqlStore};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::Result;

const N_DEPARTMENTS: usize = 30;
const BATCH: usize = 500;
const N_DAYS: i64 = 20;

/// One store behind the real router.
pub(crate) struct Collector {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    _app: Arc<App>,
}

impl Collector {
    /// Writes `n` ratings of days before today, and starts as `serve` does.
    pub(crate) async fn start(data: &Path, n: usize) -> Result<Self> {
        let store: Arc<SqlStore> = Arc::new(SqlStore::open(data)?);
        fill(&store, n).await?;
        let listener = TcpListener::bind((IpAddr::from(Ipv4Addr::LOCALHOST), 0)).await?;
        let address = listener.local_addr()?;
        let config =
            Config { root_region: "320000".parse()?, ..Config::usual(format!("http://{address}")) };
        let master = MasterKey::new(random(&SystemRng));
        let keys = Keys::load(&store, &master, &SystemRng, SystemClock.now()).await?;
        let ledger = ledger::key(&store, &keys.ledger, &config.public_url).await?;
        let app = Arc::new(App::new(Parts {
            figures: Arc::new(Figures::new(config.publication, config.root_region)),
            config,
            store,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            keys,
            ledger,
            batch_max: writer::BATCH_MAX,
        }));
        watch::start(&app, master).await?;
        let routes = router(&app, Served(Arc::new(Releases::default())));
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self { address, _app: app })
    }

    /// How long an answer's body is on the wire.
    pub(crate) async fn page_bytes(&self, request: &[u8]) -> Result<usize> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        loop {
            stream.read_buf(&mut answer).await?;
            let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .ok_or("no length")?;
            return Ok(length.parse()?);
        }
    }
}

/// Cards of every department in every district, and their ratings, one in forty of them bad.
async fn fill(store: &SqlStore, n: usize) -> Result<()> {
    let province: Region = "320000".parse()?;
    let districts: Vec<_> =
        province.builtin_children().flat_map(Region::builtin_children).collect();
    let cards: Vec<_> = districts
        .iter()
        .flat_map(|district| (0..N_DEPARTMENTS).map(|k| card(*district, k)))
        .collect();
    let agencies = cards.len();
    let issued = store
        .issue_cards(
            cards,
            Agreed::All,
            entry(&SystemClock, &AuditActor::CommandLine, AuditAction::CardsPrinted, "bench"),
        )
        .await?;
    let issued = issued.expect("whatever ends may end");
    let first_day = SystemClock.now().millis() - N_DAYS * DAY_MILLIS;
    for (round, first) in (0..n).step_by(BATCH).enumerate() {
        let (place, day) = (round % agencies, i64::try_from(round).unwrap_or(0) % (N_DAYS - 1));
        let at = Instant::from_millis(first_day + day * DAY_MILLIS);
        let batch: Vec<_> =
            (first..n.min(first + BATCH)).map(|n| rating(issued[place].0.serial, n, at)).collect();
        store.commit(batch.into()).await?;
        if first % 100_000 == 0 {
            eprint!("\r{first} of {n} ratings  ");
        }
    }
    eprintln!("\r{n} ratings            ");
    Ok(())
}

fn card(district: Region, k: usize) -> NewCard {
    let code = format!("11{district}DEM{k:06}");
    let mut checks = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    let agency = checks.find_map(|check| Uscc::parse(&format!("{code}{check}")).ok());
    NewCard {
        kind: CardKind::Hall,
        name: format!("示例大厅{k}"),
        number: k.to_string(),
        agency: agency.expect("one of 31 characters is the check character").to_string(),
        agency_name: Some(format!("示例部门{k}")),
        region: district,
        scope: None,
        phone: None,
        expires: ExpiryMonth::new(2030, 12).expect("a month"),
        content: random(&SystemRng),
    }
}

fn rating(card: u32, n: usize, at: Instant) -> NewRating {
    let case_number = format!("BENCH{n}");
    let levels = [
        SatisfactionLevel::VerySatisfied,
        SatisfactionLevel::Satisfied,
        SatisfactionLevel::BasicallySatisfied,
    ];
    let visit = NewVisit {
        card,
        day: at.day_in_china(),
        source: random(&SystemRng),
        purpose: None,
        day_limit: u32::MAX,
        source_limit: u32::MAX,
        release_at: at,
        case_number,
    };
    NewRating {
        part: part_of(CARD_AUTHORITY, &visit.case_number),
        about: About::Visit(visit),
        id: uuid_at(at, &SystemRng),
        key_digest: random(&SystemRng),
        fingerprint: random(&SystemRng),
        level: if n.is_multiple_of(40) {
            SatisfactionLevel::Dissatisfied
        } else {
            levels[n % levels.len()]
        },
        indicators: String::new(),
        indicator_version: INDICATOR_VERSION.into(),
        comment: None,
        contact: None,
        is_anonymous: false,
        channel: Channel::Qr,
        provenance: Provenance::Citizen,
        lang: "zh-Hans",
        rated_at: at,
        entered_by: None,
        collected_at: None,
        salt: Salt::new(random(&SystemRng)),
        work_order: random_id(&SystemRng),
    }
}
