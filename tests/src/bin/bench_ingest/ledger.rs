//! What the ledger costs. Two collectors take ratings of 256 clients by turns: one gives their
//! leaves numbers meanwhile, as `serve` does; the other leaves them waiting. Then a day of ratings
//! is closed, and an audit reads it on one core.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use haochaping::{
    calendar::{DAY_MILLIS, Instant as Moment},
    link::Ticket,
    rating::{Channel, INDICATOR_VERSION, Provenance, SatisfactionLevel},
};
use haochaping_collector::{
    intake::new_rating::{Contents, new_rating},
    ledger,
    ports::{SystemRng, random},
};
use haochaping_postgres::Server;
use haochaping_server::audit::{self, Client, State};
use haochaping_store::{
    About, NewRating,
    ledger::sequence,
    publication::{Group, Waiting},
};
use haochaping_tests::{
    goals::{Goals, is_short},
    load::{self, Load, Requests},
};

use crate::{
    Result,
    collector::{Collector, Kind, now},
    process,
};

const N_CLIENTS: usize = 256;
const N_TURNS: usize = 4;
const N_TURNS_SHORT: usize = 2;
/// Loads of half a second in a turn, and the tickets of each.
const N_LOADS: usize = 4;
const N_TICKETS: usize = 15_000;
/// Ratings of the day that is audited.
const N_AUDITED: usize = 100_000;
const N_AUDITED_SHORT: usize = 20_000;
const BATCH: usize = 512;
/// The share of the rate that must be left.
const GOAL: f64 = 0.8;
/// An auditor keeps up with so many times the ratings that this machine takes.
const GOAL_AUDIT: f64 = 5.0;

/// One of the two, and what was found of it.
struct Side {
    collector: Collector,
    database: Option<String>,
    load: Load,
    n_bytes: u64,
    n_leaves: u64,
    /// Leaves without a number at the end of a turn, at most, and how long until all had one.
    behind: (u64, Duration),
}

/// The whole answer of a run.
pub(crate) async fn measure(directory: &Path, server: Option<&Server>) -> Result<String> {
    let mut sides =
        [start(directory, "sequenced", server).await?, start(directory, "waiting", server).await?];
    ledger::start(&sides[0].collector.app).await;
    let n_turns = if is_short() { N_TURNS_SHORT } else { N_TURNS };
    for turn in 1..=n_turns {
        for (is_waiting, side) in [false, true].into_iter().zip(&mut sides) {
            side.take_turn(turn, is_waiting, server).await?;
        }
        eprintln!(
            "turn {turn} of {n_turns}: {:.0} and {:.0} ratings/s",
            sides[0].per_second(),
            sides[1].per_second()
        );
    }
    let [sequenced, waiting] = &mut sides;
    sequenced.n_leaves = size(&sequenced.collector).await?;
    waiting.n_leaves =
        sequence(&waiting.collector.app.store, &waiting.collector.app.ledger).await?;
    let ratio = sequenced.per_second() / waiting.per_second();
    let mut out = format!("{:<22} | ratings/s | p99 ms | bytes written a rating\n", "");
    for (name, side) in [("with sequencing", &*sequenced), ("without", &*waiting)] {
        let bytes = as_number(side.n_bytes) / as_number(side.n_leaves);
        let p99 = side.load.p99().as_secs_f64() * 1000.0;
        out += &format!("{name:<22} | {:>9.0} | {p99:>6.1} | {bytes:>22.0}\n", side.per_second());
    }
    let (n_behind, drained) = sequenced.behind;
    out += &format!(
        "at the end of a turn {n_behind} leaves had no number at most, and {drained:.2?} later all had one\n"
    );
    let mut goals = Goals::default();
    let store = if server.is_some() { "PostgreSQL" } else { "SQLite" };
    goals.at_least(format!("ledger, {store}: ratings/s with numbers ÷ without"), ratio, GOAL);
    let (text, per_second) = audited(directory, server).await?;
    out += &text;
    let ratio = per_second / sequenced.per_second();
    goals.at_least(
        format!("ledger, {store}: leaves audited a second ÷ ratings taken"),
        ratio,
        GOAL_AUDIT,
    );
    out += &goals.report();
    Ok(out)
}

async fn start(directory: &Path, name: &str, server: Option<&Server>) -> Result<Side> {
    let data = directory.join(name);
    fs::create_dir(&data)?;
    let database = server.map(Server::database);
    let collector = Collector::start(Kind::GroupCommit, &data, database.as_deref()).await?;
    let behind = (0, Duration::ZERO);
    Ok(Side { collector, database, load: Load::default(), n_bytes: 0, n_leaves: 0, behind })
}

impl Side {
    fn per_second(&self) -> f64 {
        self.load.per_second()
    }

    async fn take_turn(
        &mut self,
        turn: usize,
        is_waiting: bool,
        server: Option<&Server>,
    ) -> Result<()> {
        let mut requests = self.collector.requests(turn, N_LOADS * N_TICKETS).await?;
        let before = self.n_written(server)?;
        for _ in 0..N_LOADS {
            let rest = requests.split_off(N_TICKETS);
            let part = std::mem::replace(&mut requests, rest);
            self.load
                .add(load::run(self.collector.address, N_CLIENTS, Requests::Once(part)).await?);
        }
        if !is_waiting {
            let (then, at_end) = (Instant::now(), size(&self.collector).await?);
            while !self.collector.app.store.ledger_pending(1).await?.is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let n_behind = size(&self.collector).await? - at_end;
            self.behind = self.behind.max((n_behind, then.elapsed()));
        }
        self.n_bytes += self.n_written(server)? - before;
        Ok(())
    }

    /// What was written so far: to the server's log, or by this process to its files.
    fn n_written(&self, server: Option<&Server>) -> Result<u64> {
        if let Some((server, url)) = server.zip(self.database.as_ref()) {
            let sql = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
            return Ok(server.sql_at(url, sql).trim().parse()?);
        }
        process::n_written()
    }
}

async fn size(collector: &Collector) -> Result<u64> {
    Ok(collector.app.store.ledger_head().await?.map_or(0, |head| head.size))
}

/// How long a day takes to be closed, in words, and how many of its leaves one core audits a
/// second.
async fn audited(directory: &Path, server: Option<&Server>) -> Result<(String, f64)> {
    let n_audited = if is_short() { N_AUDITED_SHORT } else { N_AUDITED };
    let Side { collector, .. } = start(directory, "audited", server).await?;
    rate_yesterday(&collector, n_audited).await?;
    let store = &collector.app.store;
    while store.ledger_backfill().await? {}
    sequence(store, &collector.app.ledger).await?;
    let waiting = store.waiting_ratings().await?.into_iter();
    let groups = waiting.map(|Waiting { atom, day, counts }| Group { atom, until: day, counts });
    store.release(groups.collect()).await?;
    eprintln!("{n_audited} ratings of yesterday are to be closed");
    let (today, begun) = (now().day_in_china(), Instant::now());
    ledger::start(&collector.app).await;
    while store.ledger_is_due(today).await? || store.ledger_tables(0, 1).await?.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let closed = begun.elapsed();
    let (url, file) = (format!("http://{}", collector.address), directory.join("audit.json"));
    let (audited, cpu) = tokio::task::spawn_blocking(move || {
        let before = process::cpu_time()?;
        let audited = audit::audit(&Client::new(&url), &mut State::default(), &file, &|_, _| {})?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((
            audited,
            process::cpu_time()?.saturating_sub(before),
        ))
    })
    .await??;
    let rate = as_number(audited.n_read) / cpu.as_secs_f64();
    let (n_read, n_tables, n_left) = (audited.n_read, audited.n_tables, audited.n_left);
    let text = format!(
        "a day of {n_audited} ratings was closed in {closed:.2?}\naudit: {n_read} leaves and {n_tables} tables, \
         {n_left} leaves in no table, in {cpu:.2?} of one core: {rate:.0} leaves/s\n"
    );
    Ok((text, rate))
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
fn as_number(n: u64) -> f64 {
    n as f64
}

async fn rate_yesterday(collector: &Collector, n_ratings: usize) -> Result<()> {
    let at = Moment::from_millis(now().millis() - DAY_MILLIS);
    for from in (0..n_ratings).step_by(BATCH) {
        let tickets = collector.register(0, from..n_ratings.min(from + BATCH)).await?;
        let batch = tickets.iter().map(|token| Ok(rating(collector, &Ticket::read(token)?, at)));
        collector.app.store.commit(batch.collect::<Result<Vec<_>>>()?.into()).await?;
    }
    Ok(())
}

/// Good and without words: what is measured is the ledger.
fn rating(collector: &Collector, ticket: &Ticket, at: Moment) -> NewRating {
    let contents = Contents {
        part: ticket.part,
        about: About::Service(ticket.service),
        key_digest: random(&SystemRng),
        fingerprint: random(&SystemRng),
        level: SatisfactionLevel::ALL[usize::from(ticket.service[15] % 3)],
        indicators: String::new(),
        indicator_version: INDICATOR_VERSION,
        comment: "",
        contact: None,
        is_anonymous: false,
        channel: Channel::Pc,
        provenance: Provenance::Citizen,
        entered_by: None,
        lang: "zh-Hans",
        collected_at: None,
    };
    new_rating(contents, &collector.app.keys(), &SystemRng, at)
}
