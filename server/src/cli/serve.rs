use std::{
    io::IsTerminal,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{Router, routing::get};
use clap::Args as ClapArgs;
use haochaping_collector::{
    accounts::{audit_trail::AuditActor, staff},
    config::Config,
    halls::calls,
    intake::writer,
    keys::Keys,
    ledger,
    ports::{Clock, SystemClock, SystemRng},
    publication::figures::Figures,
    refresh as watch,
    state::{App, Parts},
    webhooks as outbox,
};
use haochaping_store::SqlStore;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{net::TcpListener, signal::unix, sync::Notify};
use tracing_subscriber::EnvFilter;

use super::{master_key, open_or_make};
use crate::{
    assets::{self, Releases},
    cli::settings::{ConfigArgs, StoreArgs},
    http::{
        assets::Served,
        listen::{self, Connections},
        router::router,
    },
    measures,
};

/// Run the collector until SIGTERM or Ctrl-C, then finish what was begun
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping serve --data /var/lib/haochaping --public-url https://hcp.example.gov.cn
  haochaping serve --public-url https://www.example.gov.cn/hcp --trusted-proxy 10.0.0.2 \\
      --allow-origin https://portal.example.gov.cn --root-region 320000")]
pub struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    config: ConfigArgs,
    /// Where to listen
    #[arg(
        long,
        env = "HAOCHAPING_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    listen: SocketAddr,
    /// Where to serve /metrics; nowhere without it
    #[arg(long, env = "HAOCHAPING_ADMIN_LISTEN", value_name = "ADDRESS")]
    admin_listen: Option<SocketAddr>,
    #[command(flatten)]
    connections: Connections,
    /// Refuse to start on a database that is not Citus with its tables distributed by part; one
    /// that is, is found without it
    #[arg(long, env = "HAOCHAPING_DISTRIBUTED")]
    distributed: bool,
    /// How to log
    #[arg(long, env = "HAOCHAPING_LOG", value_enum, default_value = "json")]
    log: LogFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LogFormat {
    Json,
    Text,
    Off,
}

/// Longer than any request may take, so that only a connection on which no whole request ever came
/// is cut.
const DRAIN_LIMIT: Duration = Duration::from_secs(20);

#[expect(clippy::print_stdout, reason = "the one line that says that the collector is ready")]
pub(super) async fn run(args: Args) -> Result<()> {
    start_log(args.log);
    let listener = bind(args.listen).await?;
    let address = listener.local_addr()?;
    let store = open_or_make(&args.store).await?;
    let store = Arc::new(if args.distributed { store.into_sharded().await? } else { store });
    store.hold_slot(SystemClock.now()).await?;
    let master = master_key(&args.store, &store).await?;
    let app = build(args.config.into(), address, store, &master).await?;
    watch::start(&app, master).await?;
    if app.store.unwritable().is_none() {
        invite_first(&app, args.log).await?;
    }
    outbox::start(&app);
    calls::start(&app);
    ledger::start(&app).await;
    let releases = Releases::keep(&args.store.data.join("assets"));
    if assets::version().is_empty() {
        tracing::warn!("built without the widget: pages serve the plain form only");
    }
    if let Some(admin) = args.admin_listen {
        serve_metrics(admin).await?;
        measures::start(&app, args.store.data.clone());
    }
    let router = router(&app, Served(Arc::new(releases)));
    let trusted = app.config.trusted_proxies.clone();
    println!("listening on http://{address}");
    let draining = Arc::new(Notify::new());
    let (drain, closing) = (Arc::clone(&draining), Arc::clone(&app));
    let serving = listen::serve(listener, router, args.connections, trusted, async move {
        ended().await;
        // Pads listen for hours; they come back to whoever takes over.
        closing.pads.close();
        drain.notify_one();
    });
    tokio::select! {
        () = serving => {}
        () = limit(&draining) => tracing::warn!("connections that sent no whole request were cut"),
    }
    if let Err(error) = app.store.give_slot_back().await {
        // Its lease ends by itself.
        tracing::warn!(%error, "the counter slot was not given back");
    }
    if let Err(error) = app.store.close().await {
        tracing::warn!(%error, "the store was not closed");
    }
    tracing::info!("drained");
    Ok(())
}

/// A desk without any account gets its first administrator, and says once by what link: on a
/// terminal or in a log of text, which only the operator reads, and never in a log of JSON, which
/// is collected.
async fn invite_first(app: &App, log: LogFormat) -> Result<()> {
    const FIRST: &str = "admin";
    let accounts = app.store.staff().await?;
    if accounts.is_empty() {
        let row = staff::account(FIRST, "administrator", "", "", &*app.clock)?;
        let added = staff::add(&app.acting(AuditActor::Server), row).await?;
        if let Some(token) = added.filter(|_| !matches!(log, LogFormat::Json)) {
            let link = app.config.url(&format!("/desk/welcome/{token}"));
            eprintln!(
                "made {FIRST}, the first administrator of the desk, who sets a password at {link}"
            );
            return Ok(());
        }
    }
    let is_waiting = accounts.is_empty()
        || matches!(&accounts[..], [only] if only.name == FIRST && only.password.is_none());
    if is_waiting {
        tracing::warn!(
            "nobody can sign in at the desk yet: `haochaping staff reset {FIRST}` prints a link for its administrator"
        );
    }
    Ok(())
}

/// Ends [`DRAIN_LIMIT`] after draining began.
async fn limit(draining: &Notify) {
    draining.notified().await;
    tokio::time::sleep(DRAIN_LIMIT).await;
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

async fn build(
    mut config: Config,
    address: SocketAddr,
    store: Arc<SqlStore>,
    master: &haochaping_collector::keys::MasterKey,
) -> Result<Arc<App>> {
    if config.public_url.is_empty() {
        config.public_url = format!("http://{}", reachable(address));
    }
    if is_open_to_listeners(&config.public_url) {
        tracing::warn!(
            public_url = config.public_url,
            "people reach the collector without TLS: ratings and passwords can be read on the way, and browsers give no camera, \
             clipboard or service to such a page; give --public-url its https:// address"
        );
    }
    let keys = Keys::load(&store, master, &SystemRng, SystemClock.now()).await?;
    let figures = Arc::new(Figures::new(config.publication, config.root_region));
    let ledger = ledger::key(&store, &keys.ledger, &config.public_url).await?;
    Ok(Arc::new(App::new(Parts {
        config,
        store,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        keys,
        figures,
        ledger,
        batch_max: writer::BATCH_MAX,
    })))
}

/// Whether a public address has neither TLS nor a name of this machine or network.
fn is_open_to_listeners(public_url: &str) -> bool {
    let Some(rest) = public_url.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    if let Ok(address) = host.parse::<IpAddr>() {
        return outbox::is_public(address);
    }
    let local = ["localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test"];
    host.contains('.') && !local.iter().any(|end| host.ends_with(end))
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::from([127, 0, 0, 1]), address.port());
    }
    address
}

fn start_log(format: LogFormat) {
    let filter =
        EnvFilter::try_from_env("HAOCHAPING_LOG_FILTER").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
        LogFormat::Off => {}
    }
}

async fn serve_metrics(address: SocketAddr) -> Result<()> {
    let handle =
        PrometheusBuilder::new().install_recorder().context("metrics cannot be recorded")?;
    measures::describe();
    let routes = Router::new().route("/metrics", get(move || std::future::ready(handle.render())));
    let listener = bind(address).await?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(())
}

async fn ended() {
    let mut terminated = unix::signal(unix::SignalKind::terminate()).expect("signals can be heard");
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("draining");
}
