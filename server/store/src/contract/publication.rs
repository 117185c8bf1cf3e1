//! What waits to be published, and what was.

use haochaping::{
    identifier::ItemCode,
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
    statistics::Counts,
};

use super::{
    Any,
    make::{
        AGENCIES, AUTHORITY, Placed, TODAY, counted, new_service, noon, outcomes, place, rating,
        service,
    },
};
use crate::{
    FigureKey, NewRating, NewService, Published,
    publication::{Atom, Dimension, Group},
};

const ITEM: &str = "11321000014216389W3000114001001";

/// The atom of plain ratings of the services that are placed here.
fn atom() -> Atom {
    Atom {
        region: "321002".parse().unwrap(),
        agency: AGENCIES[0].into(),
        item: String::new(),
        card: 0,
        channel: Channel::Pc,
        source: String::new(),
        is_registered: true,
        provenance: Provenance::Citizen,
    }
}

fn all_waiting(counts: Counts) -> Group {
    Group { atom: atom(), until: i64::from(TODAY), counts }
}

fn satisfied(n: u64) -> Counts {
    Counts { satisfied: n, ..Counts::default() }
}

pub(super) async fn what_counts_waits_by_day_and_is_published_once(store: Any<'_>) {
    let placed = place(store, (0..4).map(|n| service(&format!("case-{n}"))).collect()).await;
    let ratings = placed.iter().zip(0..).map(|(of, n)| NewRating {
        rated_at: noon(TODAY + u16::from(n == 3)),
        level: if n == 2 { SatisfactionLevel::Dissatisfied } else { SatisfactionLevel::Satisfied },
        ..rating(of, n)
    });
    outcomes(store, ratings.collect()).await;
    let waiting = store.waiting_ratings().await.unwrap();
    let days: Vec<_> = waiting.iter().map(|one| (one.day, one.counts.total())).collect();
    assert_eq!(
        days,
        [(i64::from(TODAY), 3), (i64::from(TODAY) + 1, 1)],
        "each under the day it was given"
    );
    assert!(waiting.iter().all(|one| one.atom == atom()));

    let counts = Counts { satisfied: 2, dissatisfied: 1, ..Counts::default() };
    assert_eq!(store.release(vec![all_waiting(counts)]).await.unwrap(), 1);
    assert_eq!(store.waiting_ratings().await.unwrap().len(), 1, "the next day's waits on");
    let daily = store.daily().await.unwrap();
    for region in ["321002", "321000", "320000", "000000"] {
        for agency in ["", AGENCIES[0]] {
            let key = FigureKey { region: region.parse().unwrap(), agency: agency.into() };
            assert_eq!(daily[&key], Published { counts, n_unregistered: 0 }, "{key:?}");
        }
    }
    let lines = store.released("321000".parse().unwrap(), Dimension::Channel).await.unwrap();
    assert_eq!(lines, [("pc".to_owned(), 202_611, counts)]);
    assert_eq!(
        store.released(Region::COUNTRY, Dimension::Item).await.unwrap(),
        [],
        "nobody said which item"
    );
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}

pub(super) async fn a_group_that_someone_else_published_is_left_alone(store: Any<'_>) {
    let placed = place(store, (0..3).map(|n| service(&format!("case-{n}"))).collect()).await;
    outcomes(store, vec![rating(&placed[0], 0), rating(&placed[1], 1)]).await;
    let group = all_waiting(satisfied(2));
    assert_eq!(store.release(vec![group.clone()]).await.unwrap(), 1);
    assert_eq!(store.release(vec![group.clone()]).await.unwrap(), 0);
    outcomes(store, vec![rating(&placed[2], 2)]).await;
    assert_eq!(
        store.release(vec![group]).await.unwrap(),
        0,
        "another number waits there than was thought"
    );
    assert_eq!(
        store.released(Region::COUNTRY, Dimension::All).await.unwrap(),
        [(String::new(), 202_611, satisfied(2))]
    );
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}

pub(super) async fn the_handling_of_what_is_published_tells_of_nothing_else(store: Any<'_>) {
    let placed = place(store, (0..3).map(|n| service(&format!("case-{n}"))).collect()).await;
    let bad = |n: usize, day: u16| NewRating {
        level: SatisfactionLevel::Dissatisfied,
        rated_at: noon(day),
        ..rating(&placed[n], u32::try_from(n).unwrap())
    };
    outcomes(store, vec![bad(0, TODAY), bad(1, TODAY), bad(2, TODAY + 1)]).await;
    assert!(store.handled_of_released(noon(TODAY + 2)).await.unwrap().is_empty());
    let group = all_waiting(Counts { dissatisfied: 2, ..Counts::default() });
    store.release(vec![group]).await.unwrap();
    let found = store.handled_of_released(noon(TODAY + 2)).await.unwrap();
    let key = FigureKey { region: "321002".parse().unwrap(), agency: AGENCIES[0].into() };
    assert_eq!(
        (found.len(), found[&key].bad),
        (1, 2),
        "the third is not published, and nothing is told of it"
    );
}

pub(super) async fn services_that_can_be_rated_are_counted_and_items_have_names(store: Any<'_>) {
    let named = |case: &str, name: &str| {
        let mut made = service(case);
        made.item_code = Some(ItemCode::parse(ITEM).unwrap());
        made.item_name = Some(name.into());
        made
    };
    let raised = store.revisions().await.unwrap()["names"];
    place(store, vec![named("a", "社会保障卡申领"), named("a", "社会保障卡申领"), service("b")])
        .await;
    let probe =
        NewService { is_probe: true, ..new_service(AUTHORITY, named("probe", "测试"), 9) };
    store.register(AUTHORITY, vec![probe]).await.unwrap();
    let figures = counted(store).await;
    for region in ["321002", "320000", "000000"] {
        let key = FigureKey { region: region.parse().unwrap(), agency: AGENCIES[0].into() };
        assert_eq!(
            figures[&key].n_services, 2,
            "a service is one however often it is registered, and a test is none"
        );
    }
    assert_eq!(store.item_names().await.unwrap()[ITEM], "社会保障卡申领");
    assert_eq!(
        store.revisions().await.unwrap()["names"],
        raised + 1,
        "a name that stays is told once"
    );
}

/// 主动评价率 is a share of the services of which the collector was told whether or not they were
/// rated.
pub(super) async fn a_service_that_came_with_its_rating_is_in_no_share(store: Any<'_>) {
    let relayed =
        NewService { is_rated_elsewhere: true, ..new_service(AUTHORITY, service("relayed"), 1) };
    let placed = Placed { part: relayed.part, id: relayed.id, service: relayed.service.clone() };
    store.register(AUTHORITY, vec![relayed.clone()]).await.unwrap();
    let registered = place(store, vec![service("a"), service("b")]).await;
    let from = |of: &Placed, n| NewRating { provenance: Provenance::Relayed, ..rating(of, n) };
    let bad = NewRating { level: SatisfactionLevel::Dissatisfied, ..from(&placed, 0) };
    outcomes(store, vec![bad, from(&registered[0], 1)]).await;
    let both = Counts { satisfied: 1, dissatisfied: 1, ..Counts::default() };
    let again = store
        .register(AUTHORITY, vec![NewService { is_rated_elsewhere: false, ..relayed }])
        .await
        .unwrap();
    assert!(!again.services[0].is_new, "registered later, it stays what it was");
    let figure =
        &counted(store).await[&FigureKey { region: Region::COUNTRY, agency: String::new() }];
    assert_eq!((figure.counts, figure.n_unregistered, figure.n_services), (both, 1, 2));
    let waiting = store.waiting_ratings().await.unwrap();
    let groups =
        waiting.iter().map(|w| Group { atom: w.atom.clone(), until: w.day, counts: w.counts });
    assert_eq!(store.release(groups.collect()).await.unwrap(), 2, "they wait apart");
    let daily = store.daily().await.unwrap();
    let key = FigureKey { region: Region::COUNTRY, agency: String::new() };
    assert_eq!(daily[&key], Published { counts: both, n_unregistered: 1 });
    let handled = store.handled_of_released(noon(TODAY + 1)).await.unwrap();
    assert_eq!(
        handled.values().map(|of| of.bad).collect::<Vec<_>>(),
        [1],
        "the handling of what was relayed is told too"
    );
    let by_source = store.released(Region::COUNTRY, Dimension::Source).await.unwrap();
    assert_eq!(by_source, [(AUTHORITY.to_owned(), 202_611, both)]);
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}
