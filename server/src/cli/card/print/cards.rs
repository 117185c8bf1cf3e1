//! From the rows of a roster to cards, and from cards to what stands on them.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use haochaping::{
    link::ExpiryMonth,
    region::{Region, RegionKind},
};
use haochaping_cards::{
    Portrait,
    face::Face,
    roster::{self, Checks, Row},
};
use sha2::{Digest, Sha256};

use super::{super::link, Args};
use crate::{
    app::{Clock, SystemClock},
    keys::Keys,
    store::{NewCard, StoredCard},
};

/// Names of places and agencies on record.
pub(super) struct Names {
    pub(super) imported: BTreeMap<Region, String>,
    pub(super) agencies: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn region(&self, region: Region) -> Option<String> {
        region.builtin_name().map(str::to_owned).or_else(|| self.imported.get(&region).cloned())
    }
}

/// The good rows, and what is left out; faults end it here unless they may be skipped.
pub(super) fn read(args: &Args, names: &Names) -> Result<(Vec<Row>, Vec<String>)> {
    let place = args.roster.display();
    let bytes = fs::read(&args.roster).with_context(|| format!("{place} cannot be read"))?;
    let region_name = |region| names.region(region);
    let today = SystemClock.now().date_in_china();
    let checks = Checks { today, kind: args.kind(), agency: args.agency.clone(), region_name: &region_name };
    let roster = roster::read(&bytes, &checks).with_context(|| place.to_string())?;
    let faults: Vec<_> = roster.faults.iter().map(ToString::to_string).collect();
    if !faults.is_empty() && !args.skip_bad {
        bail!(
            "{place}: {} faults, nothing was printed; put them right or use --skip-bad\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
    Ok((roster.rows, faults))
}

pub(super) fn read_portraits(args: &Args, rows: &[Row]) -> Result<BTreeMap<u64, Arc<Portrait>>> {
    let Some(folder) = &args.photos else { return Ok(BTreeMap::new()) };
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for (row, file) in rows.iter().filter_map(|row| row.photo.as_ref().map(|file| (row, file))) {
        match Portrait::read(folder, file) {
            Ok(portrait) => drop(found.insert(row.line, Arc::new(portrait))),
            Err(error) => faults.push(format!("line {}, 照片: {error}", row.line)),
        }
    }
    ensure!(faults.is_empty(), "{}: nothing was printed\n{}", args.roster.display(), faults.join("\n"));
    Ok(found)
}

pub(super) fn to_cards(args: &Args, rows: &[Row], names: &Names) -> Vec<NewCard> {
    let default = ExpiryMonth::after(SystemClock.now().date_in_china(), args.valid_months);
    let to_card = |row: &Row| NewCard {
        kind: args.kind(),
        name: row.name.clone(),
        number: row.number.clone(),
        agency: row.agency.to_string(),
        agency_name: row.agency_name.clone().or_else(|| names.agencies.get(row.agency.as_str()).cloned()),
        region: row.region,
        scope: row.scope.clone(),
        phone: row.phone.clone(),
        expires: row.expires.unwrap_or(default),
        content: digest(row),
    };
    rows.iter().map(to_card).collect()
}

/// What makes a card another one. A term that was only assumed is not in it: the same roster next month is the same.
fn digest(row: &Row) -> [u8; 32] {
    let (region, expires) = (row.region.to_string(), row.expires.map(|month| month.to_string()));
    let optional = [&row.scope, &row.phone, &row.photo, &expires].map(|text| text.as_deref().unwrap_or(""));
    let mut hash = Sha256::new();
    for text in [row.name.as_str(), &row.number, row.agency.as_str(), &region].into_iter().chain(optional) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

pub(super) fn draft(new: &NewCard) -> StoredCard {
    StoredCard { serial: 0, card: new.clone(), issued_at: SystemClock.now(), revoked: None, replaced_by: None }
}

pub(super) fn to_faces(
    args: &Args,
    keys: &Keys,
    names: &Names,
    rows: &[Row],
    cards: &[StoredCard],
    portraits: &BTreeMap<u64, Arc<Portrait>>,
) -> Vec<Face> {
    let to_face = |(row, stored): (&Row, &StoredCard)| {
        let card = &stored.card;
        // District and street around a village; of a window or hall what lies around it.
        let around = card.region.ancestors().skip(1).take(2).take_while(|around| around.kind() > RegionKind::Province);
        let mut around: Vec<_> = around.filter_map(|around| names.region(around)).collect();
        around.reverse();
        Face {
            line: row.line,
            kind: card.kind,
            name: card.name.clone(),
            number: card.number.clone(),
            place: names.region(card.region).unwrap_or_default(),
            around: around.join(" "),
            scope: card.scope.clone(),
            phone: card.phone.clone(),
            agency: card.agency_name.clone().unwrap_or_default(),
            link: link(stored, keys, &args.public_url, args.lower_case),
            issued: stored.issued_at.date_in_china().to_string()[..7].to_owned(),
            expires: card.expires.to_string(),
            portrait: portraits.get(&row.line).cloned(),
        }
    };
    rows.iter().zip(cards).map(to_face).collect()
}
