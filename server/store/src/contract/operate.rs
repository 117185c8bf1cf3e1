//! What operators change: keys, API keys, names, published figures. Whoever watches learns of it by
//! a number.

use std::collections::BTreeMap;

use haochaping::{region::Region, statistics::Counts};

use super::{
    Any,
    make::{AGENCIES, AUTHORITY, TODAY, counted, new_service, noon, place, service},
};
use crate::{FigureKey, Published, StoredApiKey, StoredKey};

/// Which numbers went up since `before`, and by how much.
async fn raised(store: Any<'_>, before: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let now = store.revisions().await.unwrap();
    now.into_iter()
        .map(|(name, value)| (name.clone(), value - before[&name]))
        .filter(|(_, by)| *by != 0)
        .collect()
}

fn once(name: &str) -> Vec<(String, i64)> {
    vec![(name.to_owned(), 1)]
}

pub(super) async fn published_figures_are_kept_and_replaced(store: Any<'_>) {
    let key = |agency: &str| FigureKey { region: "321002".parse().unwrap(), agency: agency.into() };
    let counts = Counts {
        very_satisfied: 5,
        satisfied: 4,
        basically_satisfied: 3,
        dissatisfied: 2,
        very_dissatisfied: 1,
    };
    let first = Published { counts, n_unregistered: 2 };
    assert!(store.published().await.unwrap().is_empty());
    assert!(
        store.publish(vec![(key(""), first, None), (key(AGENCIES[0]), first, None)]).await.unwrap()
    );
    let later = Published { counts: Counts { very_dissatisfied: 9, ..counts }, n_unregistered: 3 };
    assert!(store.publish(vec![(key(""), later, Some(first))]).await.unwrap());
    // Who knows less than what stands publishes nothing, and nothing beside it.
    let other = key(AGENCIES[0]);
    assert!(
        !store
            .publish(vec![(other.clone(), later, Some(first)), (key(""), first, None)])
            .await
            .unwrap()
    );
    assert!(
        !store
            .publish(vec![(other, later, Some(first)), (key(""), first, Some(first))])
            .await
            .unwrap()
    );
    let expected = BTreeMap::from([(key(""), later), (key(AGENCIES[0]), first)]);
    assert_eq!(store.published().await.unwrap(), expected);
    assert!(counted(store).await.is_empty(), "what is published is no count");
}

pub(super) async fn keys_are_added_and_retired_and_the_change_is_told(store: Any<'_>) {
    let key = |purpose: &str, id, fill: u8| StoredKey {
        purpose: purpose.into(),
        id,
        wrapped: vec![fill; 60],
        created_at: noon(TODAY),
        retired_at: None,
    };
    let before = store.revisions().await.unwrap();
    store.add_key(key("ticket", 0, 1)).await.unwrap();
    assert_eq!(raised(store, &before).await, once("keys"));
    store.add_key(key("ticket", 1, 2)).await.unwrap();
    store.add_key(key("page", 0, 3)).await.unwrap();
    assert!(store.add_key(key("ticket", 1, 9)).await.is_err(), "a number is given once");

    let before = store.revisions().await.unwrap();
    assert!(store.retire_key("ticket", 0, noon(TODAY + 1)).await.unwrap());
    assert_eq!(raised(store, &before).await, once("keys"));
    assert!(
        !store.retire_key("ticket", 0, noon(TODAY + 2)).await.unwrap(),
        "it is retired already"
    );
    assert!(!store.retire_key("ticket", 7, noon(TODAY + 2)).await.unwrap());

    let kept: Vec<_> = store
        .keys()
        .await
        .unwrap()
        .into_iter()
        .map(|k| (k.purpose, k.id, k.wrapped[0], k.retired_at))
        .collect();
    assert_eq!(kept.len(), 3);
    assert!(kept.contains(&("ticket".into(), 0, 1, Some(noon(TODAY + 1)))));
    assert!(kept.contains(&("ticket".into(), 1, 2, None)));
    assert!(kept.contains(&("page".into(), 0, 3, None)));
}

pub(super) async fn api_keys_are_added_and_revoked_and_the_change_is_told(store: Any<'_>) {
    let key = |id: &str, regions: &[&str]| StoredApiKey {
        id: id.into(),
        authority: AUTHORITY.into(),
        secret_hash: [8; 32],
        regions: regions.iter().map(|code| code.parse().unwrap()).collect(),
        agencies: regions.iter().map(|_| AGENCIES[0].to_owned()).collect(),
        scope: "services".into(),
        created_at: noon(TODAY),
        revoked_at: None,
    };
    let before = store.revisions().await.unwrap();
    store.add_api_key(key("wide", &[])).await.unwrap();
    assert_eq!(raised(store, &before).await, once("api_keys"));
    store.add_api_key(key("narrow", &["320000", "340100001"])).await.unwrap();

    let before = store.revisions().await.unwrap();
    assert!(store.revoke_api_key("wide", noon(TODAY + 1)).await.unwrap());
    assert_eq!(raised(store, &before).await, once("api_keys"));
    assert!(!store.revoke_api_key("wide", noon(TODAY + 2)).await.unwrap(), "it is revoked already");
    assert!(!store.revoke_api_key("none", noon(TODAY + 2)).await.unwrap());

    let kept: BTreeMap<_, _> =
        store.api_keys().await.unwrap().into_iter().map(|k| (k.id.clone(), k)).collect();
    let (wide, narrow) = (&kept["wide"], &kept["narrow"]);
    assert_eq!((wide.revoked_at, narrow.revoked_at), (Some(noon(TODAY + 1)), None));
    assert_eq!((wide.regions.len(), wide.agencies.len()), (0, 0), "no limit stays no limit");
    assert_eq!(narrow.regions, key("", &["320000", "340100001"]).regions);
    assert_eq!(narrow.agencies, [AGENCIES[0], AGENCIES[0]]);
    assert_eq!((narrow.secret_hash, narrow.authority.as_str()), ([8; 32], AUTHORITY));
}

pub(super) async fn names_of_regions_are_imported_and_changed_and_the_change_is_told(
    store: Any<'_>,
) {
    let [street, village] =
        ["321002001", "321002001004"].map(|code| code.parse::<Region>().unwrap());
    let before = store.revisions().await.unwrap();
    store
        .import_regions(vec![(street, "东关街道".into()), (village, "旧名".into())])
        .await
        .unwrap();
    assert_eq!(raised(store, &before).await, once("regions"));
    store.import_regions(vec![(village, "琼花观社区".into())]).await.unwrap();
    let expected =
        BTreeMap::from([(street, "东关街道".to_owned()), (village, "琼花观社区".to_owned())]);
    assert_eq!(store.regions().await.unwrap(), expected);
}

pub(super) async fn a_new_agency_name_replaces_the_old_one(store: Any<'_>) {
    let mut named = service("case");
    named.agency_name = Some("旧名".into());
    place(store, vec![named.clone()]).await;
    named.agency_name = Some("市公安局".into());
    store.register(AUTHORITY, vec![new_service(AUTHORITY, named, 2)]).await.unwrap();
    // A registration without a name says nothing about it.
    place(store, vec![service("another")]).await;
    assert_eq!(
        store.agency_names().await.unwrap(),
        BTreeMap::from([(AGENCIES[0].to_owned(), "市公安局".to_owned())])
    );
}
