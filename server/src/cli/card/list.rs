use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args as ClapArgs, ValueEnum};
use haochaping::{
    rating::SatisfactionLevel,
    region::Region,
    statistics::{Counts, show_rate},
};
use haochaping_store::{SqlStore, StoredCard, publication::Dimension};
use haochaping_tables::Writer;

/// Below this many ratings a share says more about one person than about the service.
const RATE_MIN: u64 = 10;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping card list > cards.csv
  haochaping card list --counts --by street

Standard output is CSV. Counts are those that are published: of yesterday and before, in groups. A good rate is shown from 10 ratings on.")]
pub(super) struct Args {
    /// Add how often each was rated, as published
    #[arg(long)]
    counts: bool,
    /// Sum counts up; with --counts
    #[arg(long, value_enum, default_value = "agent", requires = "counts")]
    by: By,
    /// Cards of this agency only
    #[arg(long, value_name = "CODE")]
    agency: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// A line a card
    Agent,
    /// A line a village or community
    Village,
    /// A line a street
    Street,
}

pub(super) async fn run(store: &SqlStore, args: Args) -> Result<()> {
    let cards: Vec<_> = store.cards().await?.into_iter().filter(|card| args.covers(card)).collect();
    let counts = if args.counts { counts(store).await? } else { BTreeMap::new() };
    let mut out = Writer::new(std::io::stdout())?;
    if args.counts && args.by != By::Agent {
        write_sums(&mut out, &cards, &counts, args.by)?;
    } else {
        write_cards(&mut out, &cards, args.counts.then_some(&counts))?;
    }
    out.finish()?;
    Ok(())
}

/// What is published of each card: nobody watches a count move as one person leaves.
async fn counts(store: &SqlStore) -> Result<BTreeMap<u32, Counts>> {
    let mut counts: BTreeMap<u32, Counts> = BTreeMap::new();
    for (serial, _, of_month) in store.released(Region::COUNTRY, Dimension::Card).await? {
        counts.entry(serial.parse()?).or_default().merge(&of_month);
    }
    Ok(counts)
}

impl Args {
    fn covers(&self, card: &StoredCard) -> bool {
        self.agency.as_ref().is_none_or(|agency| *agency == card.card.agency)
    }
}

const CARD_HEADS: [&str; 11] = [
    "serial",
    "kind",
    "name",
    "number",
    "agency",
    "region",
    "issued",
    "expires",
    "state",
    "replaced_by",
    "reason",
];

fn heads(first: &[&str], has_counts: bool) -> Vec<String> {
    let levels = SatisfactionLevel::ALL.map(|level| level.name().to_owned());
    let counts = levels.into_iter().chain(["total".to_owned(), "good_rate".to_owned()]);
    first.iter().map(ToString::to_string).chain(counts.filter(|_| has_counts)).collect()
}

fn figures(counts: &Counts) -> Vec<String> {
    let rate = if counts.total() < RATE_MIN {
        "—".to_owned()
    } else {
        show_rate(counts.good(), counts.total())
    };
    let levels = SatisfactionLevel::ALL.map(|level| counts.of(level).to_string());
    levels.into_iter().chain([counts.total().to_string(), rate]).collect()
}

type Out = Writer<std::io::Stdout>;

fn write_cards(
    out: &mut Out,
    cards: &[StoredCard],
    counts: Option<&BTreeMap<u32, Counts>>,
) -> Result<()> {
    out.record(heads(&CARD_HEADS, counts.is_some()))?;
    for StoredCard { serial, card, issued_at, revoked, replaced_by } in cards {
        let state = match (revoked, replaced_by) {
            (Some(_), _) => "revoked",
            (None, Some(_)) => "replaced",
            (None, None) => "in use",
        };
        let mut line = vec![
            serial.to_string(),
            card.kind.name().to_owned(),
            card.name.clone(),
            card.number.clone(),
            card.agency.clone(),
            card.region.to_string(),
            issued_at.date_in_china().to_string(),
            card.expires.to_string(),
            state.to_owned(),
            replaced_by.map(|serial| serial.to_string()).unwrap_or_default(),
            revoked.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
        ];
        line.extend(
            counts
                .map(|counts| figures(&counts.get(serial).copied().unwrap_or_default()))
                .unwrap_or_default(),
        );
        out.record(line)?;
    }
    Ok(())
}

fn write_sums(
    out: &mut Out,
    cards: &[StoredCard],
    counts: &BTreeMap<u32, Counts>,
    by: By,
) -> Result<()> {
    let mut sums: BTreeMap<_, (u64, Counts)> = BTreeMap::new();
    for card in cards {
        let region = card.card.region;
        let region = if by == By::Street { region.parent().unwrap_or(region) } else { region };
        let (n_cards, sum) = sums.entry(region).or_default();
        *n_cards += 1;
        let of_card = counts.get(&card.serial).copied().unwrap_or_default();
        for level in SatisfactionLevel::ALL {
            sum.add(level, of_card.of(level));
        }
    }
    out.record(heads(&["region", "cards"], true))?;
    for (region, (n_cards, sum)) in sums {
        let line = [region.to_string(), n_cards.to_string()].into_iter().chain(figures(&sum));
        out.record(line)?;
    }
    Ok(())
}
