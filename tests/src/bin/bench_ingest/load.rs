//! Clients on raw connections: little work of their own, since they share the cores with what is measured.

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

use crate::Result;

const WARM_UP: Duration = Duration::from_millis(200);
const MEASURED: Duration = Duration::from_millis(500);

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// How long each rating took that was answered within [`Self::elapsed`], in no order.
    pub(crate) latencies: Vec<Duration>,
    /// From the end of the warm-up to the end of the time, or to when the requests were used up.
    pub(crate) elapsed: Duration,
}

impl Load {
    /// Ratings answered per second.
    pub(crate) fn per_second(&self) -> f64 {
        let n = u32::try_from(self.latencies.len()).expect("fewer ratings than tickets");
        f64::from(n) / self.elapsed.as_secs_f64()
    }

    /// Adds what was measured at another time.
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.elapsed += other.elapsed;
    }
}

/// A rating that was answered.
struct Answered {
    at: Instant,
    after: Duration,
}

/// Sends the requests, each once, over `n_clients` connections.
///
/// # Errors
/// When an answer is not 201, or no request is left after the warm-up.
pub(crate) async fn run(address: SocketAddr, n_clients: usize, requests: Vec<Vec<u8>>) -> Result<Load> {
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
        return Err(format!("{} tickets were used up before the measurement", requests.len()).into());
    }
    let within = answered.into_iter().filter(|answered| (start..end).contains(&answered.at));
    Ok(Load { latencies: within.map(|answered| answered.after).collect(), elapsed: end - start })
}

/// Sends one request after the other; returns when it stopped: at `end`, or when no request was left.
async fn client(
    mut stream: TcpStream,
    requests: Arc<Vec<Vec<u8>>>,
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
        read_created(&mut stream, &mut buffer).await?;
        let at = Instant::now();
        answered.push(Answered { at, after: at - sent });
    }
}

/// Reads one answer with its body, which must be 201 with a `Content-Length`.
async fn read_created(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
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
    if buffer.starts_with(b"HTTP/1.1 201 ") {
        Ok(())
    } else {
        Err(format!("not 201 but {}", String::from_utf8_lossy(buffer)).into())
    }
}

/// The length of the answer, head and body; `None` until the head is whole.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let lines = std::str::from_utf8(&answer[..head])?.lines();
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    let (_, body) = fields
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or("an answer without Content-Length")?;
    Ok(Some(head + 4 + body.trim().parse::<usize>()?))
}
