//! A collector in this process, with as many work orders as wanted.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Instant,
};

use haochaping::{
    calendar::Instant as Moment,
    identifier::Uscc,
    ledger::Salt,
    link::part_of,
    rating::{Channel, INDICATOR_VERSION, Provenance, SatisfactionLevel},
    region::Region,
    service::Service,
    wire::v1::{ServiceMode, ServiceRegistration},
};
use haochaping_collector::{
    accounts::{
        api_key::{ApiKeys, make_key},
        audit_trail::{AuditAction, AuditActor, entry},
        staff::{account, digest_of, invite},
    },
    config::Config,
    intake::writer,
    keys::{Keys, MasterKey},
    ledger,
    ports::{Clock, SystemClock, SystemRng, random, random_id, uuid_at},
    publication::figures::Figures,
    state::{App, Parts},
    work_orders::act as orders,
};
use haochaping_server::{
    assets::Releases,
    http::{assets::Served, router::router},
};
use haochaping_store::{
    About, NewRating, NewService, SqlStore, StoredApiKey,
    outbox::{Endpoint, EndpointKind},
};
use tokio::net::TcpListener;

use crate::Result;

const AUTHORITY: &str = "bench";
const N_AGENCIES: usize = 20;
const CHUNK: usize = 500;

/// One store behind the real router.
pub(crate) struct Collector {
    pub(crate) url: String,
    app: Arc<App>,
    agencies: Vec<Uscc>,
    bearers: Vec<String>,
    /// A handler of each department, and a supervisor of the province.
    cookies: Vec<String>,
    supervisor: String,
}

impl Collector {
    pub(crate) async fn open(data: &Path) -> Result<Self> {
        let store: Arc<SqlStore> = Arc::new(SqlStore::open(data)?);
        let listener = TcpListener::bind((IpAddr::from(Ipv4Addr::LOCALHOST), 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let config = Config::usual(url.clone());
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
        let agencies: Vec<_> = (0..N_AGENCIES).map(code_of_agency).collect();
        let (stored, bearers): (Vec<_>, Vec<_>) = agencies.iter().map(key_of).unzip();
        app.set_callers(ApiKeys::new(stored, Vec::new()));
        let service = router(&app, Served(Arc::new(Releases::default())))
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        // Every step is told to a hotline, as in a real place: the message is part of what giving
        // an order out costs.
        app.store
            .add_endpoint(
                hotline(&url),
                entry(
                    &SystemClock,
                    &AuditActor::CommandLine,
                    AuditAction::EndpointAdded,
                    "hotline",
                ),
            )
            .await?;
        let mut cookies = Vec::new();
        for (n, agency) in agencies.iter().enumerate() {
            cookies.push(sign_in(&app, &format!("handler-{n}"), "handler", agency).await?);
        }
        let supervisor = sign_in(&app, "supervisor", "supervisor", &agencies[0]).await?;
        Ok(Self { url, app, agencies, bearers, cookies, supervisor })
    }

    /// The cookie of a department's handler.
    pub(crate) fn handler(&self, n: usize) -> String {
        self.cookies[n % N_AGENCIES].clone()
    }

    /// The cookie of the supervisor.
    pub(crate) fn supervisor(&self) -> String {
        self.supervisor.clone()
    }

    /// The key of a department.
    pub(crate) fn bearer(&self, n: usize) -> String {
        self.bearers[n % N_AGENCIES].clone()
    }

    /// Registers services and gives each a bad rating.
    pub(crate) async fn fill(&self, n: usize) -> Result<()> {
        for first in (0..n).step_by(CHUNK) {
            let at = SystemClock.now();
            let news: Vec<_> = (first..n.min(first + CHUNK)).map(|n| self.service(n, at)).collect();
            let ratings = news.iter().map(|new| rating(new, at)).collect::<Vec<_>>();
            self.app.store.register(AUTHORITY, news).await?;
            self.app.store.commit(ratings.into()).await?;
            if first % 50_000 == 0 {
                eprint!("\r{first} of {n} bad ratings  ");
            }
        }
        eprintln!("\r{n} bad ratings            ");
        Ok(())
    }

    /// Gives all orders to their departments, and says how many a second.
    pub(crate) async fn dispatch(&self, n: usize) -> Result<f64> {
        let begun = Instant::now();
        let mut done = 0;
        while done < n {
            match orders::wake(&self.app, 500).await? {
                0 => return Err(format!("{done} of {n} orders were given out").into()),
                more => done += more,
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate is shown without decimals")]
        Ok(n as f64 / begun.elapsed().as_secs_f64())
    }

    fn service(&self, n: usize, at: Moment) -> NewService {
        let agency = &self.agencies[n % N_AGENCIES];
        let registration = ServiceRegistration {
            case_number: format!("BENCH-{n}"),
            service_number: 1,
            item_name: Some("社会保障卡申领".into()),
            agency_code: agency.to_string(),
            agency_name: Some("示例社会保障服务所".into()),
            region: "320102".into(),
            finished_at: "2026-11-20T15:04:05+08:00".into(),
            mode: ServiceMode::OnSite,
            real_name: true,
            ..ServiceRegistration::default()
        };
        let service = Service::try_from(registration).expect("every field is of its form");
        let part = part_of(AUTHORITY, service.case_number.as_str());
        NewService {
            service,
            part,
            id: uuid_at(at, &SystemRng),
            last_day: u16::MAX,
            is_probe: false,
            is_rated_elsewhere: false,
            lead: None,
            at,
        }
    }
}

fn hotline(url: &str) -> Endpoint {
    Endpoint {
        id: random_id(&SystemRng),
        name: "hotline".into(),
        kind: EndpointKind::Hotline,
        region: Region::COUNTRY,
        agency: None,
        url: url.to_owned(),
        secret: Vec::new(),
        created_at: SystemClock.now(),
        disabled_at: None,
    }
}

/// An account with a session, and its cookie.
async fn sign_in(app: &App, name: &str, role: &str, agency: &Uscc) -> Result<String> {
    let recorded = |what| entry(&SystemClock, &AuditActor::CommandLine, what, name);
    let row = account(name, role, &agency.to_string(), "320000", &SystemClock)?;
    let (token, link) = invite(&SystemClock, &SystemRng);
    app.store.add_staff(row, link, recorded(AuditAction::StaffAdded)).await?;
    // Nobody signs in by it.
    app.store
        .accept_invitation(digest_of(&token), "no hash", recorded(AuditAction::PasswordSet))
        .await?;
    let row = app
        .store
        .staff()
        .await?
        .into_iter()
        .find(|row| row.name == name)
        .ok_or("an account went away")?;
    let secret = format!("SESSION-OF-{name}");
    app.store
        .begin_session(digest_of(&secret), &row, "127.0.0.1", recorded(AuditAction::SignedIn))
        .await?;
    Ok(format!("hcp-desk={secret}"))
}

fn rating(new: &NewService, at: Moment) -> NewRating {
    NewRating {
        part: new.part,
        about: About::Service(new.id),
        id: uuid_at(at, &SystemRng),
        key_digest: random(&SystemRng),
        fingerprint: random(&SystemRng),
        level: SatisfactionLevel::Dissatisfied,
        indicators: "214".into(),
        indicator_version: INDICATOR_VERSION.into(),
        comment: None,
        contact: None,
        is_anonymous: false,
        channel: Channel::Pc,
        provenance: Provenance::Citizen,
        lang: "zh-Hans",
        rated_at: at,
        entered_by: None,
        collected_at: None,
        salt: Salt::new(random(&SystemRng)),
        work_order: random_id(&SystemRng),
    }
}

fn key_of(agency: &Uscc) -> (StoredApiKey, String) {
    let (id, secret_hash, whole) = make_key(&SystemRng);
    let key = StoredApiKey {
        id,
        authority: "office".into(),
        secret_hash,
        regions: Vec::new(),
        agencies: vec![agency.to_string()],
        scope: "work-orders".into(),
        created_at: SystemClock.now(),
        revoked_at: None,
    };
    (key, format!("Bearer {whole}"))
}

/// A body of government in 320102 that does not exist; `DEM0` stands where no real code has
/// letters.
fn code_of_agency(n: usize) -> Uscc {
    let mut checks = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    let code = checks.find_map(|check| Uscc::parse(&format!("11320102DEM0{n:05}{check}")).ok());
    code.expect("one of 31 characters is the check character")
}
