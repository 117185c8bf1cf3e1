//! What a rating costs the thread that writes, without HTTP: processor time and bytes, alone and in
//! batches as they come under load.

use std::{fs, path::Path, time::Duration};

use haochaping::{
    link::Ticket,
    rating::{Channel, INDICATOR_VERSION, Provenance, SatisfactionLevel},
};
use haochaping_collector::{
    intake::new_rating::{Contents, new_rating},
    ports::{SystemRng, random},
};
use haochaping_store::{About, NewRating};
use haochaping_tests::goals::{Goals, is_short};

use crate::{
    Result,
    collector::{Collector, Kind, now},
    process,
};

/// About as many as wait at 256 clients.
const TOGETHER: usize = 256;
const N_ROUNDS: usize = 20;
const N_ROUNDS_SHORT: usize = 8;
/// A rating alone costs the writer so many times what it costs in a batch.
const GOAL: f64 = 6.0;

/// What some ratings cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    n_ratings: u32,
    cpu: Duration,
    n_bytes: u64,
}

impl Cost {
    fn micros(self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / f64::from(self.n_ratings)
    }

    fn bytes(self) -> u64 {
        self.n_bytes / u64::from(self.n_ratings)
    }
}

/// The whole answer of a run. The two take turns; each has a store of its own.
pub(crate) async fn measure(directory: &Path) -> Result<String> {
    let mut sides = Vec::new();
    for batch in [1, TOGETHER] {
        let data = directory.join(format!("cost-{batch}"));
        fs::create_dir(&data)?;
        sides.push((
            Collector::start(Kind::GroupCommit, &data, None).await?,
            batch,
            Cost::default(),
        ));
    }
    let n_rounds = if is_short() { N_ROUNDS_SHORT } else { N_ROUNDS };
    for round in 1..=n_rounds {
        for (collector, batch, cost) in &mut sides {
            // A batch's worth of both, so that the stores grow alike.
            take_turn(collector, round, *batch, cost).await?;
        }
    }
    let [(.., alone), (.., together)] = &sides[..] else { return Err("two sides".into()) };
    let mut out = format!("{:<20} | µs of the writer | bytes written\n", "a rating");
    for (name, cost) in [("alone", alone), ("in a batch of 256", together)] {
        out += &format!("{name:<20} | {:>16.1} | {:>13}\n", cost.micros(), cost.bytes());
    }
    let mut goals = Goals::default();
    goals.at_least(
        "cost, SQLite: the writer's time for a rating alone ÷ in a batch",
        alone.micros() / together.micros(),
        GOAL,
    );
    Ok(out + &goals.report())
}

async fn take_turn(
    collector: &Collector,
    round: usize,
    batch: usize,
    cost: &mut Cost,
) -> Result<()> {
    let tickets = collector.register(round, 0..4 * TOGETHER).await?;
    let ratings = tickets
        .iter()
        .enumerate()
        .map(|(n, token)| Ok(rating(collector, n, &Ticket::read(token)?)));
    let ratings: Vec<NewRating> = ratings.collect::<Result<_>>()?;
    let (cpu, n_bytes) = (process::cpu_time_of("store-writer")?, process::n_written()?);
    for batch in ratings.chunks(batch) {
        collector.app.store.commit(batch.into()).await?;
    }
    cost.n_ratings += u32::try_from(ratings.len())?;
    cost.cpu += process::cpu_time_of("store-writer")?.saturating_sub(cpu);
    cost.n_bytes += process::n_written()? - n_bytes;
    Ok(())
}

/// One in ten is bad, with an option and a comment.
fn rating(collector: &Collector, n: usize, ticket: &Ticket) -> NewRating {
    let (level, option, comment) = if n.is_multiple_of(10) {
        (
            SatisfactionLevel::Dissatisfied,
            "209",
            "材料交齐已经两周，窗口说还要再等，没有人说明原因。",
        )
    } else {
        (SatisfactionLevel::VerySatisfied, "510", "")
    };
    let contents = Contents {
        part: ticket.part,
        about: About::Service(ticket.service),
        key_digest: random(&SystemRng),
        fingerprint: random(&SystemRng),
        level,
        indicators: option.into(),
        indicator_version: INDICATOR_VERSION,
        comment,
        contact: None,
        is_anonymous: false,
        channel: Channel::Mobile,
        provenance: Provenance::Citizen,
        entered_by: None,
        lang: "zh-Hans",
        collected_at: None,
    };
    new_rating(contents, &collector.app.keys(), &SystemRng, now())
}
