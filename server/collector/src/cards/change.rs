//! What becomes of cards that were issued: what the desk and the command line change about them.

use std::collections::BTreeSet;

use haochaping_store::{
    Agreed, Decision, Issued, NewCard, Quarantined, Revival, StoreError, StoredCard,
};

use crate::accounts::audit_trail::{Acting, AuditAction};

/// Issues the cards of a roster, if all that would end by it were agreed to.
///
/// # Errors
/// The store's.
pub async fn issue(
    acting: &Acting<'_>,
    cards: Vec<NewCard>,
    agreed: BTreeSet<u32>,
) -> Result<Issued, StoreError> {
    let entry = acting.entry(AuditAction::CardsPrinted, &cards.len().to_string());
    acting.store.issue_cards(cards, Agreed::Serials(agreed), entry).await
}

/// Issues a card that says the same in the place of one that was lost; `None` if there is no such
/// card in use.
///
/// # Errors
/// The store's.
pub async fn replace(acting: &Acting<'_>, serial: u32) -> Result<Option<StoredCard>, StoreError> {
    acting
        .store
        .replace_card(serial, acting.entry(AuditAction::CardReplaced, &serial.to_string()))
        .await
}

/// Ends a card; false if there is no such card in use.
///
/// # Errors
/// The store's.
pub async fn revoke(acting: &Acting<'_>, serial: u32, reason: &str) -> Result<bool, StoreError> {
    acting
        .store
        .revoke_card(serial, reason, acting.entry(AuditAction::CardRevoked, &serial.to_string()))
        .await
}

/// Puts a card that was replaced by mistake into use again; `reason` is what its successor says
/// then.
///
/// # Errors
/// The store's.
pub async fn revive(acting: &Acting<'_>, serial: u32, reason: &str) -> Result<Revival, StoreError> {
    acting
        .store
        .revive_card(serial, reason, acting.entry(AuditAction::CardRevived, &serial.to_string()))
        .await
}

/// Decides about a rating in quarantine, which `receipt` names; false if somebody else did so
/// meanwhile.
///
/// # Errors
/// The store's.
pub async fn decide(
    acting: &Acting<'_>,
    held: &Quarantined,
    (receipt, decision, why): (&str, Decision, &str),
) -> Result<bool, StoreError> {
    let action = match decision {
        Decision::Released => AuditAction::RatingReleased,
        Decision::Excluded => AuditAction::RatingExcluded,
    };
    acting.store.decide(held.part, held.rating, decision, why, acting.entry(action, receipt)).await
}
