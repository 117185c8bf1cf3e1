//! Services and ratings to write, plain unless a claim changes them.

use std::collections::BTreeMap;

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    ledger::Salt,
    link::{RatingId, part_of},
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
    service::Service,
    wire::v1::ServiceRegistration,
};

use super::Any;
use crate::{About, Figure, FigureKey, Id, NewRating, NewService, Outcome, Tally};

/// Whose case numbers these are.
pub const AUTHORITY: &str = "jiangsu-portal";
/// Two agencies with correct check characters (GB 32100-2015).
pub const AGENCIES: [&str; 2] = ["11110000000021135M", "11321000014216389W"];
/// The day on which things happen here, in days since 1970-01-01: 2026-11-20.
pub const TODAY: u16 = 20_777;

/// A moment of a day.
pub fn noon(day: u16) -> Instant {
    Instant::from_millis(i64::from(day) * DAY_MILLIS + DAY_MILLIS / 2)
}

/// A finished service of a case, in 广陵区, by the first agency.
pub fn service(case: &str) -> Service {
    Service::try_from(ServiceRegistration {
        case_number: case.into(),
        service_number: 1,
        agency_code: AGENCIES[0].into(),
        region: "321002".into(),
        finished_at: "2026-11-20T09:00:00+08:00".into(),
        real_name: true,
        ..ServiceRegistration::default()
    })
    .unwrap()
}

/// `service` on its way to the store, with an id that follows from `n`.
pub fn new_service(authority: &str, service: Service, n: u32) -> NewService {
    NewService {
        part: part_of(authority, service.case_number.as_str()),
        service,
        id: id_of(0xA0, n),
        last_day: TODAY + 90,
        is_probe: false,
        is_rated_elsewhere: false,
        lead: None,
        at: noon(TODAY),
    }
}

/// The figures as they stand, of all slots together.
pub async fn counted(store: Any<'_>) -> BTreeMap<FigureKey, Figure> {
    // What one slot added may have been taken away in another.
    let mut sums: BTreeMap<(FigureKey, Tally), i64> = BTreeMap::new();
    for slot in store.slot_revisions().await.unwrap().into_keys() {
        for (key, tally, n) in store.figures(slot).await.unwrap().1 {
            *sums.entry((key, tally)).or_default() += n;
        }
    }
    let mut found: BTreeMap<FigureKey, Figure> = BTreeMap::new();
    for ((key, tally), n) in sums {
        found.entry(key).or_default().add(tally, n);
    }
    found
}

/// A service on record, and where it lies.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The partition.
    pub part: u8,
    /// Its id.
    pub id: Id,
    /// What was registered.
    pub service: Service,
}

/// Puts services on record.
pub async fn place(store: Any<'_>, services: Vec<Service>) -> Vec<Placed> {
    let news: Vec<_> =
        services.into_iter().zip(0..).map(|(s, n)| new_service(AUTHORITY, s, n)).collect();
    let registered = store.register(AUTHORITY, news.clone()).await.unwrap().services;
    news.into_iter()
        .zip(registered)
        .map(|(new, known)| Placed { part: new.part, id: known.id, service: new.service })
        .collect()
}

/// `n` plain services on record, `case-0` and on.
pub async fn place_n(store: Any<'_>, n: usize) -> Vec<Placed> {
    place(store, (0..n).map(|n| service(&format!("case-{n}"))).collect()).await
}

/// A good rating of a service by its citizen. `n` makes its id, key, content and time.
pub fn rating(of: &Placed, n: u32) -> NewRating {
    NewRating {
        part: of.part,
        about: About::Service(of.id),
        id: id_of(0xB0, n),
        key_digest: id_of(0xC0, n),
        fingerprint: id_of(0xD0, n),
        level: SatisfactionLevel::Satisfied,
        indicators: String::new(),
        indicator_version: "2020-05".into(),
        comment: None,
        contact: None,
        is_anonymous: false,
        channel: Channel::Pc,
        provenance: Provenance::Citizen,
        lang: "zh-Hans",
        rated_at: Instant::from_millis(noon(TODAY).millis() + i64::from(n)),
        entered_by: None,
        collected_at: None,
        salt: Salt::new([7; 32]),
        work_order: id_of(0xE0, n),
    }
}

/// An id whose first byte says what it is of and whose last four say which.
fn id_of(kind: u8, n: u32) -> RatingId {
    let mut id = [0; 16];
    id[0] = kind;
    id[12..].copy_from_slice(&n.to_be_bytes());
    id
}

/// Commits a batch and gives its outcomes.
pub async fn outcomes(store: Any<'_>, batch: Vec<NewRating>) -> Vec<Outcome> {
    store.commit(batch.into()).await.unwrap().outcomes
}

/// What the figures must be, from the ratings alone: one for each region around, for the agency and
/// for all.
pub fn fold<'a>(
    ratings: impl IntoIterator<Item = (&'a Placed, &'a NewRating)>,
) -> BTreeMap<FigureKey, Figure> {
    let mut figures: BTreeMap<FigureKey, Figure> = BTreeMap::new();
    for (placed, rating) in ratings {
        let tally = match rating.provenance {
            Provenance::Probe => Tally::Probe,
            Provenance::Imported => Tally::Imported,
            Provenance::Default => Tally::Default,
            Provenance::Citizen | Provenance::Assisted | Provenance::Relayed => {
                Tally::Counted(rating.level)
            }
        };
        let ancestors: Vec<Region> = placed.service.region.ancestors().collect();
        for region in ancestors {
            for agency in ["", placed.service.agency_code.as_str()] {
                let key = FigureKey { region, agency: agency.to_owned() };
                figures.entry(key).or_default().add(tally, 1);
            }
        }
    }
    figures
}

/// The figures without the services that can be rated, which no rating moves.
pub fn of_ratings(mut figures: BTreeMap<FigureKey, Figure>) -> BTreeMap<FigureKey, Figure> {
    for figure in figures.values_mut() {
        figure.n_services = 0;
    }
    figures.retain(|_, figure| *figure != Figure::default());
    figures
}

/// What commits told they added, as figures.
pub fn sum<'a>(
    added: impl IntoIterator<Item = &'a (FigureKey, Tally, i64)>,
) -> BTreeMap<FigureKey, Figure> {
    let mut figures: BTreeMap<FigureKey, Figure> = BTreeMap::new();
    for (key, tally, n) in added {
        figures.entry(key.clone()).or_default().add(*tally, *n);
    }
    figures
}
