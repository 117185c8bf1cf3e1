//! A wire before a server that counts what comes down it: a browser does not say what foreign files
//! weighed.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One end of the wire; the other is set later, since the server must know by which address it is
/// reached.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    port: u16,
    upstream: Arc<OnceLock<String>>,
    n_bytes: Arc<AtomicU64>,
}

impl Wire {
    /// Takes a free port on loopback.
    pub(crate) async fn lay() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let wire = Self { port, upstream: Arc::default(), n_bytes: Arc::default() };
        let own = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = own.upstream.get().cloned().unwrap_or_default();
                // A browser that hangs up early is no failure.
                tokio::spawn(pass(client, upstream, Arc::clone(&own.n_bytes)));
            }
        });
        wire
    }

    /// Leads it to a server, a host and port. To be called once.
    pub(crate) fn lead_to(&self, upstream: &str) {
        self.upstream.set(upstream.to_owned()).expect("it leads to one server");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Bytes that came from the server so far, heads included.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes.load(Ordering::Relaxed)
    }
}

async fn pass(client: TcpStream, upstream: String, n_bytes: Arc<AtomicU64>) -> std::io::Result<()> {
    let server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
        let _ = to_server.shutdown().await;
    });
    let mut buffer = vec![0; 64 * 1_024];
    loop {
        let n = from_server.read(&mut buffer).await?;
        if n == 0 {
            return to_client.shutdown().await;
        }
        n_bytes.fetch_add(n as u64, Ordering::Relaxed);
        to_client.write_all(&buffer[..n]).await?;
    }
}
