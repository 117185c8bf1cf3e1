//! PostgreSQL's own measure on the same server: the bare insert of a row like a rating's, prepared,
//! without work orders, counters or checks.

use std::process::Command;

use haochaping_postgres::Server;

use crate::Result;

const TABLE: &str =
    "create table bare (part bigint, case_number text, id bytea, level text, comment bytea, agency text,
     region bigint, rated_at bigint, primary key (part, case_number))";
const SCRIPT: &str = "\\set n random(1, 9000000000000000)\n\
     insert into bare values (:n::bigint % 64, 'BENCH-' || :n::text, decode(md5(:n::text), 'hex'), 'very_satisfied', null, '11320000DEM000001', 321002000000, :n::bigint) on conflict do nothing;\n";

/// The server's database for it, and its script.
#[derive(Debug)]
pub(crate) struct Pgbench {
    url: String,
    script: tempfile::NamedTempFile,
}

impl Pgbench {
    pub(crate) fn on(server: &Server) -> Result<Self> {
        let url = server.database();
        server.sql_at(&url, TABLE);
        let script = tempfile::NamedTempFile::new()?;
        std::fs::write(script.path(), SCRIPT)?;
        Ok(Self { url, script })
    }

    /// Inserts a second by so many clients, over `seconds`.
    pub(crate) fn per_second(&self, n_clients: usize, seconds: u32) -> Result<f64> {
        let output = Command::new(haochaping_postgres::program("pgbench"))
            .args([
                "-n",
                "-M",
                "prepared",
                "-j",
                "2",
                "-c",
                &n_clients.to_string(),
                "-T",
                &seconds.to_string(),
                "-f",
            ])
            .arg(self.script.path())
            .arg(&self.url)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("tps = ")).ok_or_else(|| {
            format!("pgbench said {text} {}", String::from_utf8_lossy(&output.stderr))
        })?;
        Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
    }
}
