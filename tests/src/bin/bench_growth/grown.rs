//! A store that grows, and the shipped binary on it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use futures_util::future::join_all;
use haochaping::rating::{Channel, INDICATOR_VERSION, Provenance, RatingDraft};
use haochaping_collector::{
    intake::accept::{Claim, Entrance, accept},
    state::App,
};
use haochaping_postgres::Server;
use haochaping_tests::{
    binary,
    load::{self, Requests},
};

use crate::{Collector, Kind, N_CLIENTS, N_TICKETS, Result, summary};

/// Services that are registered in one call.
const CHUNK: usize = 1_000;

/// A collector in this process, and how much was written into its store.
pub(crate) struct Grown<'a> {
    collector: Collector,
    data: PathBuf,
    server: Option<(&'a Server, String)>,
    /// Ratings, and services of which some were not rated.
    n_ratings: usize,
    n_runs: usize,
    /// Bytes stored a rating, and bytes written for a rating of the last growth: the write-ahead
    /// log of a server, or all that the process wrote into a file and its log.
    pub(crate) bytes: (u64, u64),
}

impl<'a> Grown<'a> {
    pub(crate) async fn start(data: &Path, server: Option<&'a Server>) -> Result<Self> {
        fs::create_dir(data)?;
        let url = server.map(Server::database);
        let collector = Collector::start(Kind::GroupCommit, data, url.as_deref()).await?;
        let server = server.zip(url);
        Ok(Self {
            collector,
            data: data.to_owned(),
            server,
            n_ratings: 0,
            n_runs: 0,
            bytes: (0, 0),
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.server.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.collector.address
    }

    /// Writes ratings until there are `size`.
    pub(crate) async fn grow(&mut self, size: usize) -> Result<()> {
        let (before, first) = (self.n_written()?, self.n_ratings);
        self.n_runs += 1;
        while self.n_ratings < size {
            let numbers = self.n_ratings..size.min(self.n_ratings + CHUNK);
            self.n_ratings = numbers.end;
            let tickets = self.collector.register(self.n_runs, numbers.clone()).await?;
            let ratings =
                numbers.zip(&tickets).map(|(n, ticket)| rate(&self.collector.app, n, ticket));
            if join_all(ratings).await.into_iter().any(|is_accepted| !is_accepted) {
                return Err("a rating was refused".into());
            }
            eprint!("\r{} of {size} ratings, {}        ", self.n_ratings, self.name());
        }
        eprintln!();
        let per = |bytes: u64, n: usize| bytes / u64::try_from(n.max(1)).unwrap_or(u64::MAX);
        let written = self.n_written()? - before;
        self.bytes = (per(self.n_stored()?, self.n_ratings), per(written, self.n_ratings - first));
        Ok(())
    }

    /// Has the server do now what it would do beside the measurement.
    pub(crate) fn settle(&self) {
        if let Some((server, url)) = &self.server {
            eprint!("\rvacuum        ");
            server.sql_at(url, "vacuum analyze");
            server.sql_at(url, "checkpoint");
        }
    }

    /// Requests of so many people with a ticket each.
    pub(crate) async fn requests(&mut self, n: usize) -> Result<Vec<Vec<u8>>> {
        self.n_runs += 1;
        self.n_ratings += n;
        self.collector.requests(self.n_runs, n).await
    }

    fn n_stored(&self) -> Result<u64> {
        if let Some((server, url)) = &self.server {
            return Ok(server
                .sql_at(url, "select pg_database_size(current_database())")
                .trim()
                .parse()?);
        }
        // The size of the file alone lacks what is only in its log yet.
        let file = rusqlite::Connection::open(self.data.join("haochaping.sqlite3"))?;
        let sql = "select page_count * page_size from pragma_page_count, pragma_page_size";
        Ok(u64::try_from(file.query_row(sql, [], |row| row.get::<_, i64>(0))?)?)
    }

    fn n_written(&self) -> Result<u64> {
        if let Some((server, url)) = &self.server {
            let sql = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
            return Ok(server.sql_at(url, sql).trim().parse()?);
        }
        let io = fs::read_to_string("/proc/self/io")?;
        let line = io
            .lines()
            .find_map(|line| line.strip_prefix("write_bytes: "))
            .ok_or("no write_bytes")?;
        Ok(line.parse()?)
    }

    /// Peak memory, in bytes, of the shipped binary on this store while 256 clients rate and ask.
    pub(crate) async fn peak_memory(&mut self) -> Result<u64> {
        let requests = self.requests(N_TICKETS).await?;
        let mut serve = Command::new(binary());
        serve.arg("serve").arg("--data").arg(&self.data).args(["--listen", "127.0.0.1:0"]);
        if let Some((_, url)) = &self.server {
            serve.args(["--database", url]);
        }
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let address = line.trim().rsplit('/').next().unwrap_or_default().parse()?;
        load::run(address, N_CLIENTS, Requests::Once(requests)).await?;
        load::run(address, N_CLIENTS, Requests::Again(summary())).await?;
        let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        child.kill()?;
        child.wait()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(peak.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
    }
}

/// One rating by its link, past HTTP: one in ten bad with an option and a comment.
async fn rate(app: &App, n: usize, ticket: &str) -> bool {
    let (level, indicator, comment) = if n.is_multiple_of(10) {
        ("dissatisfied", "209", "材料交齐已经两周，窗口说还要再等，没有人说明原因。")
    } else {
        ("very_satisfied", "510", "")
    };
    let draft = RatingDraft {
        level: level.into(),
        indicators: vec![indicator.into()],
        indicator_version: INDICATOR_VERSION.into(),
        comment: comment.into(),
        lang: "zh-Hans".into(),
        ..RatingDraft::default()
    };
    let key = format!("growth-{n:022}");
    let entrance = Entrance { channel: Channel::Qr, provenance: Provenance::Citizen };
    accept(app, entrance, Claim::Ticket { ticket, key: &key }, draft).await.is_ok()
}
