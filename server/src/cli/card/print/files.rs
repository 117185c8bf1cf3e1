//! What is read for printing: the roster and the portraits.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use haochaping_cards::{
    Portrait,
    roster::{self, Checks, Roster, Row},
};
use haochaping_collector::{
    cards::{Names, holders},
    ports::{Clock, SystemClock},
};
use haochaping_store::StoredCard;

use super::{super::super::listed, Args};

/// The good rows, and what is left out; faults end it here unless they may be skipped.
pub(super) fn read(
    args: &Args,
    names: &Names,
    cards: &[StoredCard],
) -> Result<(Roster, Vec<String>)> {
    let place = args.roster.display();
    let bytes = fs::read(&args.roster).with_context(|| format!("{place} cannot be read"))?;
    let agency = args.agency.as_deref().map(|text| {
        names
            .agency(text)
            .with_context(|| format!("--agency {text:?} is no credit code and no agency on record"))
    });
    let (places, holders) = (names.places(), holders(cards, args.kind()));
    let today = SystemClock.now().date_in_china();
    let checks = Checks {
        today,
        kind: args.kind(),
        agency: agency.transpose()?,
        places: &places,
        holders: &holders,
    };
    let roster = roster::read(&bytes, &checks).with_context(|| place.to_string())?;
    let faults: Vec<_> = roster.faults.iter().map(ToString::to_string).collect();
    if !faults.is_empty() && !args.skip_bad {
        bail!(
            "{place}: {} faults, nothing was printed; put them right or use --skip-bad\n{}",
            faults.len(),
            listed(&faults)
        );
    }
    Ok((roster, faults))
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
    ensure!(
        faults.is_empty(),
        "{}: nothing was printed\n{}",
        args.roster.display(),
        faults.join("\n")
    );
    Ok(found)
}
