//! The public figures along one dimension: what tables, charts and open data are made of.

use std::{collections::BTreeMap, sync::Arc};

use haochaping::{
    link::CardKind,
    messages::{Lang, PublicMessages},
    rating::{Channel, Provenance},
    region::{Region, RegionKind},
    statistics::Counts,
};
use haochaping_collector::state::App;
use haochaping_store::{
    StoreError, StoredCard,
    publication::{Dimension, Line},
};

use super::question::{Only, Question, month_text};

/// What each line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The regions right below.
    Regions,
    /// Departments.
    Agencies,
    /// Items.
    Items,
    /// Months, the earliest first.
    Months,
    /// How ratings came in.
    Channels,
    /// Who they come from.
    Provenances,
    /// Systems that relayed ratings; what a person or staff entered here is in none.
    Sources,
    /// Service cards.
    Cards,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Regions,
        Self::Agencies,
        Self::Items,
        Self::Months,
        Self::Channels,
        Self::Provenances,
        Self::Sources,
        Self::Cards,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regions => "regions",
            Self::Agencies => "agencies",
            Self::Items => "items",
            Self::Months => "months",
            Self::Channels => "channels",
            Self::Provenances => "provenances",
            Self::Sources => "sources",
            Self::Cards => "cards",
        }
    }

    /// Whether a question can be answered along this: what is narrowed to one department or item is
    /// published by place and month only.
    pub fn answers(self, question: &Question) -> bool {
        match self {
            Self::Regions => true,
            Self::Months => question.month.is_none(),
            _ => question.only.is_none(),
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code of what is counted.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The ratings.
    pub counts: Counts,
    /// Whether it moves by itself, or once a day.
    pub is_live: bool,
}

/// The lines of a question, in the order of codes; no line without a rating, but every named
/// region.
///
/// # Errors
/// The store's.
pub async fn rows(
    app: &App,
    question: &Question,
    by: By,
    lang: Lang,
) -> Result<Vec<Row>, StoreError> {
    let m = lang.public_messages();
    let (region, names) = (question.region, app.names());
    let daily = |code: String, name: String, counts| Row { code, name, counts, is_live: false };
    let named = |names: &BTreeMap<String, String>, code: &str| {
        names.get(code).cloned().unwrap_or(code.to_owned())
    };
    Ok(match by {
        By::Regions => return regions(app, question).await,
        By::Agencies if question.month.is_none() => {
            let codes = app.figures.agencies(region);
            let row = |code: String| {
                let shown = app.figures.shown(region, &code);
                Row {
                    name: named(&names.agencies, &code),
                    code,
                    counts: shown.counts,
                    is_live: shown.is_live,
                }
            };
            codes.into_iter().map(row).collect()
        }
        By::Agencies => {
            let sums = sums(app, region, Dimension::Agency, question.month).await?;
            sums.into_iter()
                .map(|(code, counts)| daily(code.clone(), named(&names.agencies, &code), counts))
                .collect()
        }
        By::Items => {
            let sums = sums(app, region, Dimension::Item, question.month).await?;
            sums.into_iter()
                .map(|(code, counts)| daily(code.clone(), named(&names.items, &code), counts))
                .collect()
        }
        By::Months => {
            let mut months: BTreeMap<u32, Counts> = BTreeMap::new();
            for (_, month, counts) in of_question(app, region, question).await? {
                months.entry(month).or_default().merge(&counts);
            }
            months
                .into_iter()
                .map(|(month, counts)| daily(month_text(month), m.month(month), counts))
                .collect()
        }
        By::Channels => {
            let sums = sums(app, region, Dimension::Channel, question.month).await?;
            let name = |code: &str| {
                code.parse::<Channel>().map_or("", |channel| m.channel(channel)).to_owned()
            };
            sums.into_iter()
                .map(|(code, counts)| daily(code.clone(), name(&code), counts))
                .collect()
        }
        By::Provenances => {
            let sums = sums(app, region, Dimension::Provenance, question.month).await?;
            let name = |code: &str| {
                code.parse::<Provenance>().map_or("", |from| m.provenance(from)).to_owned()
            };
            sums.into_iter()
                .map(|(code, counts)| daily(code.clone(), name(&code), counts))
                .collect()
        }
        By::Sources => {
            let sums = sums(app, region, Dimension::Source, question.month).await?;
            sums.into_iter().map(|(code, counts)| daily(code.clone(), code, counts)).collect()
        }
        By::Cards => cards(app, question, m).await?,
    })
}

/// The ratings a question is about, in all.
///
/// # Errors
/// The store's.
pub async fn total(app: &App, question: &Question) -> Result<Row, StoreError> {
    let name = app.region_name(question.region);
    let (code, is_daily) =
        (question.region.to_string(), question.month.is_some() || question.item().is_some());
    if !is_daily {
        let shown = app.figures.shown(question.region, question.agency().unwrap_or_default());
        return Ok(Row { code, name, counts: shown.counts, is_live: shown.is_live });
    }
    Ok(Row { code, name, counts: in_region(app, question.region, question).await?, is_live: false })
}

/// The regions right below: all that have an official name, and others where there is something to
/// show.
async fn regions(app: &App, question: &Question) -> Result<Vec<Row>, StoreError> {
    let named = question.region.builtin_children();
    let deeper = app
        .figures
        .children(question.region)
        .into_iter()
        .filter(|child| child.kind() > RegionKind::District);
    let mut children: Vec<Region> = named.chain(deeper).collect();
    children.sort_unstable();
    children.dedup();
    let mut rows = Vec::with_capacity(children.len());
    for child in children {
        rows.push(total(app, &Question { region: child, ..question.clone() }).await?);
    }
    Ok(rows)
}

/// Agents go by their number, since a person's name belongs on their card and not in a table; other
/// cards by their name.
async fn cards(app: &App, question: &Question, m: &PublicMessages) -> Result<Vec<Row>, StoreError> {
    let sums = sums(app, question.region, Dimension::Card, question.month).await?;
    if sums.is_empty() {
        return Ok(Vec::new());
    }
    let name = |card: StoredCard| match card.card.kind {
        CardKind::Agent => m.card_of.replace("{number}", &card.card.number),
        _ => card.card.name,
    };
    let names: BTreeMap<_, _> = app
        .store
        .cards()
        .await?
        .into_iter()
        .map(|card| (card.serial.to_string(), name(card)))
        .collect();
    let row = |(code, counts)| Row {
        name: names.get(&code).unwrap_or(&code).clone(),
        code,
        counts,
        is_live: false,
    };
    Ok(sums.into_iter().map(row).collect())
}

async fn lines(app: &App, region: Region, by: Dimension) -> Result<Arc<Vec<Line>>, StoreError> {
    app.lines.of(&app.store, app.figures.daily_generation(), region, by).await
}

/// The lines of a region that a question is narrowed to, of every month.
async fn of_question(
    app: &App,
    region: Region,
    question: &Question,
) -> Result<Vec<Line>, StoreError> {
    let (by, value) = match &question.only {
        None => (Dimension::All, ""),
        Some(Only::Agency(code)) => (Dimension::Agency, code.as_str()),
        Some(Only::Item(code)) => (Dimension::Item, code.as_str()),
    };
    let lines = lines(app, region, by).await?;
    let start = lines.partition_point(|(of, ..)| of.as_str() < value);
    Ok(lines[start..].iter().take_while(|(of, ..)| of == value).cloned().collect())
}

async fn in_region(app: &App, region: Region, question: &Question) -> Result<Counts, StoreError> {
    let mut sum = Counts::default();
    for (_, month, counts) in of_question(app, region, question).await? {
        if question.month.is_none_or(|asked| asked == month) {
            sum.merge(&counts);
        }
    }
    Ok(sum)
}

/// By value, of one month or all.
async fn sums(
    app: &App,
    region: Region,
    by: Dimension,
    month: Option<u32>,
) -> Result<BTreeMap<String, Counts>, StoreError> {
    let mut sums: BTreeMap<String, Counts> = BTreeMap::new();
    for (value, of, counts) in lines(app, region, by).await?.iter() {
        if month.is_none_or(|asked| asked == *of) {
            sums.entry(value.clone()).or_default().merge(counts);
        }
    }
    Ok(sums)
}
