//! The one place where a rating is made as it is stored: its id, what of it is encrypted, and the
//! random bytes that it needs.

use haochaping::{
    calendar::Instant,
    ledger::Salt,
    rating::{Channel, Provenance, SatisfactionLevel},
};
use haochaping_store::{About, NewRating};

use crate::{
    keys::Keys,
    ports::{Rng, random, random_id, uuid_at},
};

/// What a rating says and how it came in, all of it checked.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// The partition of what it is about.
    pub part: u8,
    /// What it is about.
    pub about: About,
    /// A digest of the idempotency key.
    pub key_digest: [u8; 16],
    /// The keyed digest of what it says.
    pub fingerprint: [u8; 16],
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, sorted, separated by commas.
    pub indicators: String,
    /// The version of their list.
    pub indicator_version: &'a str,
    /// The comment; empty for none.
    pub comment: &'a str,
    /// Name and number.
    pub contact: Option<(&'a str, &'a str)>,
    /// 匿名评价
    pub is_anonymous: bool,
    /// How it came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// Who entered it at the citizen's word.
    pub entered_by: Option<String>,
    /// The language of the form.
    pub lang: &'static str,
    /// When another system took it, if it came through one.
    pub collected_at: Option<Instant>,
}

/// The rating as it is stored, accepted at `now`.
pub fn new_rating(contents: Contents<'_>, keys: &Keys, rng: &dyn Rng, now: Instant) -> NewRating {
    let id = uuid_at(now, rng);
    let seal = |column: &str, text: &str| keys.vault.seal("rating", &id, column, text, rng);
    NewRating {
        part: contents.part,
        about: contents.about,
        id,
        key_digest: contents.key_digest,
        fingerprint: contents.fingerprint,
        level: contents.level,
        indicators: contents.indicators,
        indicator_version: contents.indicator_version.to_owned(),
        comment: (!contents.comment.is_empty()).then(|| seal("comment", contents.comment)),
        // One text of two lines; neither can hold a line end.
        contact: contents.contact.map(|(name, phone)| seal("contact", &format!("{name}\n{phone}"))),
        is_anonymous: contents.is_anonymous,
        channel: contents.channel,
        provenance: contents.provenance,
        entered_by: contents.entered_by,
        lang: contents.lang,
        rated_at: now,
        collected_at: contents.collected_at,
        salt: Salt::new(random(rng)),
        // Its department sees it, and must not read from it when an anonymous rating came.
        work_order: random_id(rng),
    }
}
