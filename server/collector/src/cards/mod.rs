//! From the rows of a roster to cards, and from cards to what stands on them; for the command line
//! and the desk alike.

pub mod change;
mod plan;

use std::{collections::BTreeMap, sync::Arc};

use haochaping::{
    calendar::Instant,
    identifier::Uscc,
    link::{Card, CardKind, ExpiryMonth, canonical_host, card_url},
    region::{Region, RegionKind},
};
use haochaping_cards::{
    Portrait,
    face::Face,
    roster::{Holder, Places, Row},
};
use haochaping_store::{NewCard, StoredCard};
use sha2::{Digest, Sha256};

pub use self::plan::{Change, Plan, Replacement};
use crate::keys::Keys;

/// Names of places and agencies on record.
#[derive(Debug, Default)]
pub struct Names {
    /// Imported names of regions.
    pub imported: BTreeMap<Region, String>,
    /// Names of agencies by code.
    pub agencies: BTreeMap<String, String>,
}

impl Names {
    /// The name of a region, if it is known.
    pub fn region(&self, region: Region) -> Option<String> {
        region.builtin_name().map(str::to_owned).or_else(|| self.imported.get(&region).cloned())
    }

    /// The regions on record, to be found by name.
    pub fn places(&self) -> Places {
        Places::new(self.imported.clone())
    }

    /// The code of an agency, given as a code or as a name on record. Of several with one name,
    /// none.
    pub fn agency(&self, text: &str) -> Option<Uscc> {
        let text = text.trim();
        Uscc::parse(text).ok().or_else(|| {
            let mut named = self.agencies.iter().filter(|(_, name)| name.as_str() == text);
            let (code, _) = named.next()?;
            if named.next().is_some() { None } else { Uscc::parse(code).ok() }
        })
    }
}

/// Who has a card of this kind that is in use.
pub fn holders(cards: &[StoredCard], kind: CardKind) -> Vec<Holder> {
    let live = cards.iter().filter(|card| {
        card.revoked.is_none() && card.replaced_by.is_none() && card.card.kind == kind
    });
    let holder = |StoredCard { card, .. }: &StoredCard| Holder {
        agency: card.agency.clone(),
        region: card.region,
        name: card.name.clone(),
        number: card.number.clone(),
    };
    live.map(holder).collect()
}

/// On what terms cards are made.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What they stand for.
    pub kind: CardKind,
    /// For how many months a card is good if its line does not say.
    pub valid_months: u8,
    /// Where people reach the collector; cards are bound to its host.
    pub public_url: String,
    /// Scheme and host in lower case, for scanners that know no HTTPS://.
    pub is_lower_case: bool,
}

/// The printed link of a card.
pub fn link(card: &StoredCard, keys: &Keys, public_url: &str, is_lower_case: bool) -> String {
    let token = Card { serial: card.serial, kind: card.card.kind, expires: card.card.expires };
    card_url(public_url, &token.mint(&keys.card, &canonical_host(public_url)), is_lower_case)
}

/// The cards of a roster's rows.
pub fn to_cards(terms: &Terms, rows: &[Row], names: &Names, now: Instant) -> Vec<NewCard> {
    let default = ExpiryMonth::after(now.date_in_china(), terms.valid_months);
    let to_card = |row: &Row| NewCard {
        kind: terms.kind,
        name: row.name.clone(),
        number: row.number.clone(),
        agency: row.agency.to_string(),
        agency_name: row
            .agency_name
            .clone()
            .or_else(|| names.agencies.get(row.agency.as_str()).cloned()),
        region: row.region,
        scope: row.scope.clone(),
        phone: row.phone.clone(),
        expires: row.expires.unwrap_or(default),
        content: digest(row),
    };
    rows.iter().map(to_card).collect()
}

/// What makes a card another one. A term that was only assumed is not in it: the same roster next
/// month is the same.
fn digest(row: &Row) -> [u8; 32] {
    let (region, expires) = (row.region.to_string(), row.expires.map(|month| month.to_string()));
    let optional =
        [&row.scope, &row.phone, &row.photo, &expires].map(|text| text.as_deref().unwrap_or(""));
    let mut hash = Sha256::new();
    for text in
        [row.name.as_str(), &row.number, row.agency.as_str(), &region].into_iter().chain(optional)
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// A card that is not issued yet: its link has the right length, so that it can be tried whether it
/// can be printed.
pub fn draft(new: &NewCard, now: Instant) -> StoredCard {
    StoredCard { serial: 0, card: new.clone(), issued_at: now, revoked: None, replaced_by: None }
}

/// What stands on the cards of a roster's rows.
pub fn to_faces(
    terms: &Terms,
    keys: &Keys,
    names: &Names,
    rows: &[Row],
    cards: &[StoredCard],
    portraits: &BTreeMap<u64, Arc<Portrait>>,
) -> Vec<Face> {
    rows.iter()
        .zip(cards)
        .map(|(row, card)| {
            to_face(terms, keys, names, row.line, card, portraits.get(&row.line).cloned())
        })
        .collect()
}

/// What stands on a card.
pub fn to_face(
    terms: &Terms,
    keys: &Keys,
    names: &Names,
    line: u64,
    stored: &StoredCard,
    portrait: Option<Arc<Portrait>>,
) -> Face {
    let card = &stored.card;
    // District and street around a village; of a window or hall what lies around it.
    let around = card
        .region
        .ancestors()
        .skip(1)
        .take(2)
        .take_while(|around| around.kind() > RegionKind::Province);
    let mut around: Vec<_> = around.filter_map(|around| names.region(around)).collect();
    around.reverse();
    Face {
        line,
        kind: card.kind,
        name: card.name.clone(),
        number: card.number.clone(),
        place: names.region(card.region).unwrap_or_default(),
        around: around.join(" "),
        scope: card.scope.clone(),
        phone: card.phone.clone(),
        agency: card.agency_name.clone().unwrap_or_default(),
        link: link(stored, keys, &terms.public_url, terms.is_lower_case),
        issued: stored.issued_at.date_in_china().to_string()[..7].to_owned(),
        expires: card.expires.to_string(),
        portrait,
    }
}
