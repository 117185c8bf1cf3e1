//! PgBouncer between a collector and its server.

use std::process::{Child, Command, Stdio};

use haochaping_postgres::shared;
use haochaping_tests::{Collector, Http, eventually};

use crate::refusals::refuses;

/// A pooler before the shared server.
struct Pooler {
    child: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Pooler {
    /// `None` where there is no PgBouncer: what it refuses is tested where there is one.
    fn start(mode: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=hcp password=hcp\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n",
            shared().port()
        );
        let file = directory.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let open = Command::new("chmod").args(["-R", "a+rX"]).arg(directory.path()).status();
        assert!(open.is_ok_and(|status| status.success()));
        let mut command = Command::new("pgbouncer");
        // It refuses to run as root.
        command.args(["-q", "-u", "nobody"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            println!("not tested: no pgbouncer");
            return None;
        };
        eventually("the pooler listens", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Some(Self { child, port, _directory: directory })
    }

    /// A database by way of the pooler.
    fn url(&self, url: &str) -> String {
        url.replace(&format!(":{}/", shared().port()), &format!(":{}/", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_pooler_that_lends_sessions_for_a_transaction_is_refused_in_one_line() {
    for (mode, message) in
        [("transaction", "pool_mode = session"), ("statement", "statement pooling mode")]
    {
        let Some(pooler) = Pooler::start(mode) else { return };
        refuses(&pooler.url(&shared().database()), &[message]);
    }
}

#[test]
fn a_pooler_that_lends_sessions_for_good_works() {
    let Some(pooler) = Pooler::start("session") else { return };
    let collector = Collector::start_on(&pooler.url(&shared().database()), &[]);
    let ticket = collector.register(1).swap_remove(0);
    let page = Http::new().get(&format!("{}/r/{ticket}", collector.url()));
    assert_eq!(page.status, 200);
}
