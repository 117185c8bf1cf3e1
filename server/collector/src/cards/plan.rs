//! What printing a roster would do, before anything is done: a printed card is not replaced without
//! somebody having seen why.

use haochaping::calendar::CivilDate;
use haochaping_store::{NewCard, StoredCard};

/// What would become of the rows of a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// How many cards are new.
    pub n_new: usize,
    /// How many are on record as they stand.
    pub n_unchanged: usize,
    /// Printed cards that would end.
    pub replacements: Vec<Replacement>,
}

/// A printed card and its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The serial of the card that would end.
    pub serial: u32,
    /// 姓名 in the roster.
    pub name: String,
    /// 工号
    pub number: String,
    /// What is different, and how.
    pub changes: Vec<Change>,
}

/// A difference between a card and its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is, in Chinese: 姓名, 服务范围 …
    pub what: &'static str,
    /// What stands on the card; empty for nothing.
    pub before: String,
    /// What the row says; empty for nothing.
    pub after: String,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown =
            |text: &str| if text.is_empty() { "—".to_owned() } else { format!("“{text}”") };
        write!(f, "{}：{} → {}", self.what, shown(&self.before), shown(&self.after))
    }
}

impl Plan {
    /// Of these cards on what is on record, as the store would issue them.
    pub fn of(news: &[NewCard], cards: &[StoredCard], today: CivilDate) -> Self {
        let mut plan = Self::default();
        let is_live = |card: &&StoredCard| card.revoked.is_none() && card.replaced_by.is_none();
        let live: std::collections::BTreeMap<_, _> =
            cards.iter().filter(is_live).map(|card| (key(&card.card), card)).collect();
        for new in news {
            match live.get(&key(new)) {
                None => plan.n_new += 1,
                Some(card)
                    if card.card.content == new.content && card.card.expires.is_good_on(today) =>
                {
                    plan.n_unchanged += 1;
                }
                Some(card) => plan.replacements.push(Replacement {
                    serial: card.serial,
                    name: new.name.clone(),
                    number: new.number.clone(),
                    changes: changes(&card.card, new, today),
                }),
            }
        }
        plan
    }
}

/// One live card a kind, agency and number.
fn key(card: &NewCard) -> (&'static str, &str, &str) {
    (card.kind.name(), &card.agency, &card.number)
}

fn changes(card: &NewCard, new: &NewCard, today: CivilDate) -> Vec<Change> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let pairs = [
        ("姓名", card.name.clone(), new.name.clone()),
        ("村社区", card.region.to_string(), new.region.to_string()),
        ("服务范围", text(&card.scope), text(&new.scope)),
        ("电话", text(&card.phone), text(&new.phone)),
    ];
    let differs = pairs.into_iter().filter(|(_, before, after)| before != after);
    let mut changes: Vec<_> =
        differs.map(|(what, before, after)| Change { what, before, after }).collect();
    if card.expires != new.expires || !card.expires.is_good_on(today) {
        let (before, after) = (card.expires.to_string(), new.expires.to_string());
        changes.push(Change { what: "有效期", before, after });
    }
    // A photo, and whether a term was written or assumed, are known by their digest only.
    if changes.is_empty() {
        changes.push(Change {
            what: "照片或有效期的填写",
            before: "原来的".into(),
            after: "另一种".into(),
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use haochaping::{
        calendar::Instant,
        link::{CardKind, ExpiryMonth},
    };

    use super::*;

    fn card(number: &str, scope: Option<&str>, content: u8) -> NewCard {
        NewCard {
            kind: CardKind::Agent,
            name: "示例甲".into(),
            number: number.into(),
            agency: "11321000014216389W".into(),
            agency_name: None,
            region: "321002001001".parse().unwrap(),
            scope: scope.map(str::to_owned),
            phone: None,
            expires: ExpiryMonth::new(2028, 12).unwrap(),
            content: [content; 32],
        }
    }

    #[test]
    fn a_plan_says_what_is_new_what_stays_and_what_would_end_and_why() {
        let at = Instant::parse_rfc3339("2026-11-29T12:00:00+08:00").unwrap();
        let stored = |serial, card, replaced_by| StoredCard {
            serial,
            card,
            issued_at: at,
            revoked: None,
            replaced_by,
        };
        let cards = [
            stored(1, card("1", Some("社保"), 1), None),
            stored(2, card("2", None, 2), None),
            stored(3, card("3", None, 3), Some(4)),
            stored(4, card("3", None, 4), None),
        ];
        let news = [card("1", None, 9), card("2", None, 2), card("3", None, 4), card("5", None, 5)];
        let plan = Plan::of(&news, &cards, at.date_in_china());
        assert_eq!((plan.n_new, plan.n_unchanged), (1, 2));
        let changes: Vec<_> =
            plan.replacements.iter().map(|one| (one.serial, one.changes[0].to_string())).collect();
        assert_eq!(changes, [(1, "服务范围：“社保” → —".to_owned())]);
    }
}
