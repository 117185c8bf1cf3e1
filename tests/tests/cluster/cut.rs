//! A line to the database that is cut at the worst moment: the commit is on its way, and its answer
//! never comes.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

/// A simple query that commits, as the protocol writes it: `Q`, a length, the text and a zero.
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bcommit\x00";

/// A line through which a collector reaches its database.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    port: u16,
    /// How many commits still go through before one is cut; 0 cuts none.
    left: Arc<AtomicU64>,
    n_cut: Arc<AtomicU32>,
}

impl Line {
    /// A line to this port. It ends with the test's process.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self {
            port: listener.local_addr().unwrap().port(),
            left: Arc::new(AtomicU64::new(0)),
            n_cut: Arc::new(AtomicU32::new(0)),
        };
        let shared = line.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let line = shared.clone();
                std::thread::spawn(move || {
                    let _ = line.pass(from, to);
                });
                std::thread::spawn(move || {
                    let _ = answers(server, client);
                });
            }
        });
        line
    }

    /// Cuts the `n`th commit from now.
    pub(crate) fn cut_after(&self, n: u64) {
        self.left.store(n, Ordering::SeqCst);
    }

    pub(crate) fn n_cut(&self) -> u32 {
        self.n_cut.load(Ordering::SeqCst)
    }

    /// The address of a database through this line.
    pub(crate) fn url(&self, direct: &str, port: u16) -> String {
        direct.replace(&format!(":{port}/"), &format!(":{}/", self.port))
    }

    /// What the collector says. At the commit that is to be cut nothing comes back any more: every
    /// second one does not even arrive.
    fn pass(&self, mut client: TcpStream, mut server: TcpStream) -> std::io::Result<()> {
        let mut buffer = vec![0; 65_536];
        loop {
            let n = client.read(&mut buffer)?;
            if n == 0 {
                return server.shutdown(Shutdown::Write);
            }
            let is_commit = buffer[..n].windows(COMMIT.len()).any(|window| window == COMMIT);
            let was = |left: u64| (left > 0 && is_commit).then(|| left - 1);
            if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, was) == Ok(1) {
                client.shutdown(Shutdown::Both)?;
                if self.n_cut.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                    server.write_all(&buffer[..n])?;
                    // The server has the commit; it answers into nothing.
                    std::thread::sleep(Duration::from_millis(50));
                }
                return server.shutdown(Shutdown::Both);
            }
            server.write_all(&buffer[..n])?;
        }
    }
}

fn answers(mut server: TcpStream, mut client: TcpStream) -> std::io::Result<()> {
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}
