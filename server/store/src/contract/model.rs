//! Random batches against a model of a few lines: what was said of each service first.

use std::collections::BTreeMap;

use haochaping::rating::{Channel, Provenance, SatisfactionLevel};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use super::{
    Any,
    make::{AGENCIES, Placed, TODAY, counted, fold, noon, of_ratings, place, rating, service, sum},
};
use crate::{NewRating, Outcome};

/// Few enough that most batches meet a service twice, some of them within the batch.
const N_SERVICES: usize = 60;
const N_BATCHES: usize = 25;
/// Streets, villages, a city's street without a district, and a municipality: every depth of the
/// tree.
const REGIONS: [&str; 6] = ["321002", "321002001", "321002001004", "441900003", "110101", "650000"];
const OPTIONS: [&str; 4] = ["", "213", "213,214", "510,511,512"];

/// One rating to be sent, as choices out of short lists.
#[derive(Clone, Debug)]
struct Sent {
    service: usize,
    key: u8,
    content: u8,
    level: SatisfactionLevel,
    provenance: Provenance,
    channel: Channel,
    indicators: &'static str,
    month: u16,
    fits: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let chosen = (
        prop::sample::select(SatisfactionLevel::ALL.to_vec()),
        prop::sample::select(Provenance::ALL.to_vec()),
        prop::sample::select(Channel::ALL.to_vec()),
        prop::sample::select(OPTIONS.to_vec()),
    );
    let rest = (0..N_SERVICES, 0_u8..2, 0_u8..2, 0_u16..3, prop::bool::weighted(0.97));
    (rest, chosen).prop_map(
        |((service, key, content, month, fits), (level, provenance, channel, indicators))| Sent {
            service,
            key,
            content,
            level,
            provenance,
            channel,
            indicators,
            month,
            fits,
        },
    )
}

fn to_new(sent: &Sent, placed: &[Placed], n: u32) -> NewRating {
    NewRating {
        key_digest: [sent.key; 16],
        fingerprint: [sent.content; 16],
        level: sent.level,
        provenance: sent.provenance,
        channel: sent.channel,
        indicators: if sent.fits { sent.indicators.to_owned() } else { "9".repeat(201) },
        rated_at: noon(TODAY + 31 * sent.month),
        ..rating(&placed[sent.service], n)
    }
}

/// What must become of a rating, given the ratings that stand.
fn expect(new: &NewRating, fits: bool, standing: Option<&NewRating>) -> Outcome {
    match standing {
        None if fits => Outcome::Accepted,
        None => Outcome::Refused,
        Some(first) if first.key_digest != new.key_digest => {
            Outcome::AlreadyRated { rated_at: first.rated_at }
        }
        Some(first) if first.fingerprint != new.fingerprint => {
            Outcome::KeyReused { rated_at: first.rated_at }
        }
        Some(first) => Outcome::Replayed { id: first.id, rated_at: first.rated_at },
    }
}

pub(super) async fn random_batches_do_what_the_model_says(store: Any<'_>) {
    let services = (0..N_SERVICES).map(|n| {
        let mut made = service(&format!("case-{n}"));
        made.region = REGIONS[n % REGIONS.len()].parse().unwrap();
        made.agency_code = haochaping::identifier::Uscc::parse(AGENCIES[n % 2]).unwrap();
        made
    });
    let placed = place(store, services.collect()).await;
    // Always the same sequence: a failure comes again.
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().new_rng());
    let batches = prop::collection::vec(prop::collection::vec(sent(), 1..40), N_BATCHES);
    let batches = batches.new_tree(&mut runner).unwrap().current();

    let mut standing: BTreeMap<usize, NewRating> = BTreeMap::new();
    let (mut n, mut added) = (0, Vec::new());
    for batch in batches {
        let mut news = Vec::new();
        let mut expected = Vec::new();
        for sent in &batch {
            n += 1;
            let new = to_new(sent, &placed, n);
            // A row that stands is never written again, so whether the new one would fit does not
            // matter to it; but a store may find out by trying, so a batch offers rows that do not
            // fit to unrated services only.
            let new = if standing.contains_key(&sent.service) && !sent.fits {
                NewRating { indicators: String::new(), ..new }
            } else {
                new
            };
            let outcome = expect(&new, sent.fits, standing.get(&sent.service));
            if outcome == Outcome::Accepted {
                standing.insert(sent.service, new.clone());
            }
            expected.push(outcome);
            news.push(new);
        }
        let committed = store.commit(news.into()).await.unwrap();
        assert_eq!(committed.outcomes, expected, "{batch:?}");
        added.extend(committed.counted.into_iter().flat_map(|counted| counted.added));
    }

    let figures = of_ratings(counted(store).await);
    assert_eq!(figures, fold(standing.iter().map(|(service, new)| (&placed[*service], new))));
    assert_eq!(sum(&added), figures, "a copy that follows the commits is the store's own figures");
    let found = store.verify().await.unwrap();
    assert_eq!(found.faults, [""; 0]);
    assert_eq!(found.n_ratings, standing.len() as u64);
    let n_bad =
        standing.values().filter(|new| new.level.is_bad() && new.provenance.counts()).count();
    assert_eq!(found.n_work_orders, n_bad as u64);
    assert!(standing.len() > N_SERVICES / 2 && n_bad > 0, "the batches reached something");
}
