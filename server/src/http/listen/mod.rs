//! Accepts connections, and ends those that only hold a place: silent ones, half a header, answers
//! that nobody reads. When all places are taken, whoever has been idle for longest makes room.

mod seats;
mod watched;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::TokioIo,
    server::graceful::{GracefulShutdown, Watcher},
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use self::{
    seats::{Seat, Seats},
    watched::{Answering, Coming, Watched},
};

/// How long connections may wait, and how many there may be.
#[derive(Clone, Debug, clap::Args)]
pub struct Connections {
    /// The most connections at once; as many as descriptors allow without it
    #[arg(long = "max-connections", env = "HAOCHAPING_MAX_CONNECTIONS", value_name = "N", value_parser = clap::value_parser!(u32).range(8..))]
    max: Option<u32>,
    /// How long a request's header may take, in seconds
    #[arg(long, env = "HAOCHAPING_HEADER_SECONDS", value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=120))]
    header_seconds: u16,
    /// How long a connection stays open between requests, in seconds; longer than the proxy in
    /// front keeps its own
    #[arg(long, env = "HAOCHAPING_IDLE_SECONDS", value_name = "SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u16).range(1..=3600))]
    idle_seconds: u16,
    /// How long an answer waits for somebody to read on, in seconds
    #[arg(long, env = "HAOCHAPING_WRITE_SECONDS", value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600))]
    write_seconds: u16,
}

/// Descriptors for the store, its readers, sending and logging.
const RESERVED: u32 = 128;
/// More than one machine serves anybody usefully.
const MAX_ENTRIES: u32 = 16_384;
/// How often it is looked for connections that have waited too long.
const SWEEP: Duration = Duration::from_millis(500);

/// What is said to whoever finds no place, without a word of theirs being read.
const NO_PLACE: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-language: zh-Hans, en\r\n\r\n\
    访问人数过多，请稍后再试。all connections are in use\n";

/// Serves until `ended`, then lets every answer that was begun end, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Connections,
    trusted: Vec<IpNet>,
    ended: impl Future<Output = ()>,
) {
    let most = most_by_descriptors();
    let max = limits.max.map_or(most, |max| max.min(most));
    let seats = Arc::new(Seats::new(max as usize, trusted));
    let sweeping = tokio::spawn(sweep(Arc::clone(&seats), limits.clone()));
    let graceful = GracefulShutdown::new();
    let mut ended = std::pin::pin!(ended);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    wait_after(&error, &seats).await;
                    continue;
                }
            },
            () = &mut ended => break,
        };
        if let Some(seat) = seats.take(peer.ip()) {
            tokio::spawn(attend(
                stream,
                peer,
                seat,
                router.clone(),
                graceful.watcher(),
                limits.clone(),
            ));
        } else {
            tokio::spawn(turn_away(stream));
        }
    }
    drop(listener);
    sweeping.abort();
    graceful.shutdown().await;
}

/// One connection, until it ends or has waited too long.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    seat: Arc<Seat>,
    router: Router,
    watcher: Watcher,
    limits: Connections,
) {
    // Small answers go at once.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(Duration::from_secs(limits.write_seconds.into())));
    let stream = Watched::new(Box::pin(stream), Arc::clone(&seat));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        answer(request, peer, router.clone(), Arc::clone(&seat))
    });
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        },
        () = seat.asked_to_leave() => {}
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    router: Router,
    seat: Arc<Seat>,
) -> Result<Response, Infallible> {
    let answering = Answering::begin(seat);
    let (head, body) = request.into_parts();
    let (body, is_read) = Coming::new(body);
    let mut request = Request::from_parts(head, Body::new(body));
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    if !is_read.load(Ordering::Relaxed) {
        // What is left of the body stands before the next request: there is none on this
        // connection.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Body::new(answering.until_sent(body))))
}

/// Asks whoever has waited too long to leave.
async fn sweep(seats: Arc<Seats>, limits: Connections) {
    let of = |seconds: u16| Duration::from_secs(seconds.into());
    loop {
        tokio::time::sleep(SWEEP).await;
        seats.sweep(of(limits.header_seconds), of(limits.idle_seconds));
    }
}

/// Says so, and waits a moment until it was read: an end with bytes that nobody read would take the
/// answer back. Beyond a few at once nothing is said.
async fn turn_away(mut stream: TcpStream) {
    const PATIENCE: Duration = Duration::from_secs(1);
    static AT_ONCE: Semaphore = Semaphore::const_new(64);
    metrics::counter!("haochaping_connections_refused_total").increment(1);
    let Ok(_permit) = AT_ONCE.try_acquire() else { return };
    let message = async {
        stream.write_all(NO_PLACE.as_bytes()).await?;
        stream.shutdown().await?;
        let mut unread = [0; 1024];
        while stream.read(&mut unread).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(PATIENCE, message).await;
}

/// Without a descriptor nothing can be accepted: somebody idle makes room.
async fn wait_after(error: &std::io::Error, seats: &Seats) {
    const PAUSE: Duration = Duration::from_millis(50);
    tracing::warn!(%error, "a connection was not accepted");
    seats.make_room();
    tokio::time::sleep(PAUSE).await;
}

/// Raises the soft limit of descriptors to the hard one; gives how many connections they are enough
/// for.
fn most_by_descriptors() -> u32 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of descriptors was not raised");
    }
    let n =
        getrlimit(Resource::Nofile).current.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    n.saturating_sub(RESERVED).clamp(RESERVED, MAX_ENTRIES)
}
