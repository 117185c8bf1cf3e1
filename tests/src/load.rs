//! Clients on raw connections: little work of their own, since they share the cores with what is
//! measured.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const WARM_UP: Duration = Duration::from_millis(200);
const MEASURED: Duration = Duration::from_millis(500);

/// What was measured.
#[derive(Debug, Default)]
pub struct Load {
    /// How long each answer took that was answered within [`Self::elapsed`], in no order.
    pub latencies: Vec<Duration>,
    /// From the end of the warm-up to the end of the time, or to when the requests were used up.
    pub elapsed: Duration,
}

impl Load {
    /// Requests answered per second.
    pub fn per_second(&self) -> f64 {
        let n = u32::try_from(self.latencies.len()).expect("fewer answers than 2^32");
        f64::from(n) / self.elapsed.as_secs_f64()
    }

    /// The time within which 99 of 100 were answered.
    pub fn p99(&self) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 99 / 100).copied().unwrap_or_default()
    }

    /// Adds what was measured at another time.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.elapsed += other.elapsed;
    }
}

/// A request that was answered.
struct Answered {
    at: Instant,
    after: Duration,
}

/// What is sent.
#[derive(Debug)]
pub enum Requests {
    /// Each once, with 201 as its answer.
    Once(Vec<Vec<u8>>),
    /// The same over and over, with 200 as its answer.
    Again(Vec<u8>),
}

impl Requests {
    fn get(&self, place: usize) -> Option<&[u8]> {
        match self {
            Self::Once(all) => all.get(place).map(Vec::as_slice),
            Self::Again(one) => Some(one),
        }
    }

    fn status(&self) -> &'static str {
        match self {
            Self::Once(_) => "201",
            Self::Again(_) => "200",
        }
    }
}

/// Sends the requests over `n_clients` connections.
///
/// # Errors
/// When an answer has another status, or no request is left after the warm-up.
pub async fn run(address: SocketAddr, n_clients: usize, requests: Requests) -> Result<Load> {
    let mut streams = Vec::with_capacity(n_clients);
    for _ in 0..n_clients {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now() + WARM_UP;
    let end = start + MEASURED;
    let mut clients = JoinSet::new();
    for stream in streams {
        clients.spawn(client(stream, Arc::clone(&requests), Arc::clone(&next), end));
    }
    let (mut answered, mut end) = (Vec::new(), end);
    while let Some(client) = clients.join_next().await {
        let (own, ended) = client??;
        answered.extend(own);
        end = end.min(ended);
    }
    if end <= start {
        return Err("all requests were used up before the measurement".into());
    }
    let within = answered.into_iter().filter(|answered| (start..end).contains(&answered.at));
    Ok(Load { latencies: within.map(|answered| answered.after).collect(), elapsed: end - start })
}

/// Sends one request after the other; returns when it stopped: at `end`, or when no request was
/// left.
async fn client(
    mut stream: TcpStream,
    requests: Arc<Requests>,
    next: Arc<AtomicUsize>,
    end: Instant,
) -> Result<(Vec<Answered>, Instant)> {
    let (mut answered, mut buffer) = (Vec::new(), Vec::with_capacity(4096));
    loop {
        let sent = Instant::now();
        if sent >= end {
            return Ok((answered, end));
        }
        let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok((answered, sent));
        };
        stream.write_all(request).await?;
        read_answer(&mut stream, &mut buffer, requests.status()).await?;
        let at = Instant::now();
        answered.push(Answered { at, after: at - sent });
    }
}

/// Reads one answer with its body, which must have this status and a `Content-Length`.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, status: &str) -> Result<()> {
    buffer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| buffer.len() < whole) {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the collector closed the connection".into());
        }
        if whole.is_none() {
            whole = length(buffer)?;
        }
    }
    if buffer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()) {
        Ok(())
    } else {
        Err(format!("not {status} but {}", String::from_utf8_lossy(buffer)).into())
    }
}

/// The length of the answer, head and body; `None` until the head is whole.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let lines = std::str::from_utf8(&answer[..head])?.lines();
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    let (_, body) = fields
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or("an answer without Content-Length")?;
    Ok(Some(head + 4 + body.trim().parse::<usize>()?))
}
