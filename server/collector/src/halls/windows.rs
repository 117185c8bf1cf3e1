//! Halls and their windows: what the desk and the command line change about them.

use std::time::Duration;

use haochaping::{
    call::{is_window_code, is_window_name},
    region::Region,
};
use haochaping_store::{Id, StoreError, window::Hall};

use super::pairing::{CODE_MINUTES, digest_of_code, make_code};
use crate::{
    accounts::audit_trail::{Acting, AuditAction},
    keys::Keys,
    ports::random_id,
};

/// The most windows that are added at once.
pub const WINDOWS_MAX: usize = 200;
/// The code and the name of a window.
pub type NamedWindow = (String, String);

/// What is wrong with a line of a list of windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowFault {
    /// The code is none: 2 to 32 letters, digits or hyphens.
    Code,
    /// The name is missing, or too long.
    Name,
    /// The code stands in an earlier line.
    Repeated(String),
}

/// The code and the name of a window, as one line of a list has them; or what is wrong.
///
/// # Errors
/// [`WindowFault::Code`] or [`WindowFault::Name`].
pub fn check_window(code: &str, name: &str) -> Result<NamedWindow, WindowFault> {
    let (code, name) = (code.trim().to_ascii_lowercase(), name.trim());
    if !is_window_code(&code) {
        Err(WindowFault::Code)
    } else if !is_window_name(name) {
        Err(WindowFault::Name)
    } else {
        Ok((code, name.to_owned()))
    }
}

/// The windows of a list, a code and a name in each line; or every fault with its line, from 1 on.
/// Empty lines are left out.
///
/// # Errors
/// The lines at fault.
pub fn parse_windows(lines: &str) -> Result<Vec<NamedWindow>, Vec<(usize, WindowFault)>> {
    let (mut windows, mut faults) = (Vec::<NamedWindow>::new(), Vec::new());
    for (line, text) in (1..).zip(lines.lines().map(str::trim)).filter(|(_, text)| !text.is_empty())
    {
        let (code, name) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match check_window(code, name) {
            Ok((code, _)) if windows.iter().any(|(known, _)| *known == code) => {
                faults.push((line, WindowFault::Repeated(code)));
            }
            Ok(window) => windows.push(window),
            Err(fault) => faults.push((line, fault)),
        }
    }
    if faults.is_empty() { Ok(windows) } else { Err(faults) }
}

/// The hall of this name in a region, which is made if it is not there; and whether it was made.
///
/// # Errors
/// The store's.
pub async fn find_or_add_hall(
    acting: &Acting<'_>,
    name: &str,
    region: Region,
) -> Result<(Id, bool), StoreError> {
    let halls = acting.store.halls(region).await?;
    if let Some(known) = halls.iter().find(|hall| hall.name == name && hall.region == region) {
        return Ok((known.id, false));
    }
    let id = random_id(acting.rng);
    let hall = Hall { id, name: name.to_owned(), region };
    acting.store.add_hall(hall, acting.entry(AuditAction::HallAdded, name)).await?;
    Ok((id, true))
}

/// Adds windows to a hall, all or none; the codes that are in use already.
///
/// # Errors
/// The store's.
pub async fn add_windows(
    acting: &Acting<'_>,
    (hall, name): (Id, &str),
    windows: Vec<NamedWindow>,
) -> Result<Vec<String>, StoreError> {
    let about = format!("{name} ({})", windows.len());
    acting.store.add_windows(hall, windows, acting.entry(AuditAction::WindowsAdded, &about)).await
}

/// A code by which a device becomes the pad of a window, for [`CODE_MINUTES`]; `None` if the window
/// has a pad.
///
/// # Errors
/// The store's.
pub async fn offer_code(
    acting: &Acting<'_>,
    keys: &Keys,
    window: &str,
) -> Result<Option<String>, StoreError> {
    let code = make_code(acting.rng);
    let until = acting.clock.now() + Duration::from_mins(CODE_MINUTES);
    let digest = digest_of_code(keys, window, &code);
    let is_offered = acting
        .store
        .offer_code(window, digest, until, acting.entry(AuditAction::PadCode, window))
        .await?;
    Ok(is_offered.then_some(code))
}

/// Ends the pairing of a window; false if it has no pad.
///
/// # Errors
/// The store's.
pub async fn unpair(acting: &Acting<'_>, window: &str) -> Result<bool, StoreError> {
    acting.store.unpair(window, acting.entry(AuditAction::PadUnpaired, window)).await
}

/// Removes a window; false if it has a pad.
///
/// # Errors
/// The store's.
pub async fn remove(acting: &Acting<'_>, window: &str) -> Result<bool, StoreError> {
    acting.store.remove_window(window, acting.entry(AuditAction::WindowRemoved, window)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_line_by_line_and_every_fault_has_its_line() {
        let read = parse_windows("A01 1 号综合窗口\n\n  a02\t2 号窗口 ").unwrap();
        assert_eq!(
            read,
            [("a01".into(), "1 号综合窗口".into()), ("a02".into(), "2 号窗口".to_owned())]
        );
        let faults = parse_windows("a01 一\na01 二\n窗口 三\na04\n").unwrap_err();
        let expected = [
            (2, WindowFault::Repeated("a01".into())),
            (3, WindowFault::Code),
            (4, WindowFault::Name),
        ];
        assert_eq!(faults, expected);
        assert_eq!(parse_windows(" \n").unwrap(), []);
    }
}
