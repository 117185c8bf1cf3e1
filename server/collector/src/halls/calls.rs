//! Calls of people at windows, and the pads that show them. Each pad shows the last call of its
//! window; whichever collector took the call, the store is asked a few times a second what they
//! are.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use haochaping::{
    call::{CallAction, GRACE_SECONDS},
    link::Ticket,
    wire::v1,
};
use haochaping_store::{
    StoreError,
    window::{Call, Holder},
};
use tokio::sync::watch;

use crate::{halls::pads::Shown, state::App};

/// How long a call given to another collector takes to be seen here, at most.
const POLL: Duration = Duration::from_millis(400);
/// How often the store is told which pads are there.
const NOTE: Duration = Duration::from_secs(5);
/// A pad that was not heard of for so long may give way to another page, and counts as away.
pub const STALE: Duration = Duration::from_secs(15);
/// How long calls are remembered: for the figures of a month, and for what a pad sends late.
const KEPT: Duration = Duration::from_hours(35 * 24);

/// A page that has its window, for as long as this lives and a while longer.
#[derive(Debug)]
pub struct Connected {
    app: Arc<App>,
    holder: Holder,
    shown: watch::Receiver<Shown>,
    closing: watch::Receiver<bool>,
    /// Whether the window is given back at once when this is dropped.
    release_on_drop: bool,
}

/// Why a page does not get its window.
#[derive(Debug)]
pub enum NotConnected {
    /// Another page has it.
    Taken,
    /// The store failed.
    Store(StoreError),
}

/// Gives a page its window, and what is called there.
///
/// # Errors
/// [`NotConnected`]
pub async fn connect(
    app: &Arc<App>,
    holder: Holder,
    release_on_drop: bool,
) -> Result<Connected, NotConnected> {
    let now = app.clock.now();
    let stale = now - STALE;
    if !app.store.acquire_window(&holder, now, stale).await.map_err(NotConnected::Store)? {
        return Err(NotConnected::Taken);
    }
    let last =
        app.store.last_calls(vec![holder.window.clone()]).await.map_err(NotConnected::Store)?;
    let last = last.into_iter().next().map(Arc::new);
    let shown = app.pads.hold(&holder, last);
    Ok(Connected {
        app: Arc::clone(app),
        holder,
        shown,
        closing: app.pads.closing(),
        release_on_drop,
    })
}

impl Connected {
    /// What is to be shown now; `version` is that of the scripts which the page should run.
    pub fn state(&mut self, version: &str) -> v1::PadState {
        let call = self.shown.borrow_and_update().clone();
        state_of(&self.app, call.as_deref(), version)
    }

    /// Waits until there is something else to show; false once the window is lost or the collector
    /// ends.
    pub async fn changed(&mut self) -> bool {
        tokio::select! {
            changed = self.shown.changed() => changed.is_ok(),
            _ = self.closing.wait_for(|is_closing| *is_closing) => false,
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let is_lost = self.shown.has_changed().is_err();
        // A page that is loaded anew has its window again before the end of its last connection is
        // noticed.
        if !self.release_on_drop || is_lost || self.app.pads.is_held_twice(&self.holder.window) {
            return;
        }
        let (app, holder) = (Arc::clone(&self.app), self.holder.clone());
        tokio::spawn(async move {
            if let Err(error) = app.store.release_window(&holder).await {
                tracing::warn!(%error, "a window was not given back; it is free again in seconds");
            }
        });
    }
}

/// What a pad shows of a call.
fn state_of(app: &App, call: Option<&Call>, version: &str) -> v1::PadState {
    let mark = call
        .map_or_else(String::new, |call| format!("{}-{}", name_of(&call.id), call.state.name()));
    let shown = call.map(|call| {
        // Of what has ended nothing is told but that it has.
        if !call.state.is_open() {
            let (id, state) = (name_of(&call.id), call.state.name().to_owned());
            return v1::PadCall {
                id,
                state,
                ticket: String::new(),
                items: Vec::new(),
                agency: String::new(),
            };
        }
        let ticket = Ticket { part: call.part, service: call.service, last_day: call.ticket_day };
        v1::PadCall {
            id: name_of(&call.id),
            state: call.state.name().to_owned(),
            ticket: ticket.mint(&app.keys().ticket),
            items: call.items.clone(),
            agency: call.agency.clone(),
        }
    });
    v1::PadState { mark: format!("{mark}-{version}"), version: version.to_owned(), call: shown }
}

/// A call's id as text.
pub fn name_of(id: &[u8; 16]) -> String {
    uuid::Uuid::from_bytes(*id).to_string()
}

/// Takes a step of a call, and tells the pad. `None` where there is no such step.
///
/// # Errors
/// The store's.
pub async fn step(app: &App, id: [u8; 16], action: CallAction) -> Result<Option<Call>, StoreError> {
    let now = app.clock.now();
    let ends_at = now + Duration::from_secs(app.config.pad_seconds.into());
    let moved = app.store.move_call(id, action, now, ends_at).await?;
    if moved.is_some() {
        app.pads.wake();
    }
    Ok(moved)
}

/// Starts to look what is called.
pub fn start(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut noted = tokio::time::Instant::now();
        while let Some(app) = Weak::upgrade(&app) {
            // Asked or not: whichever comes first.
            let _ = tokio::time::timeout(POLL, app.pads.woken()).await;
            let is_note = noted.elapsed() >= NOTE;
            if is_note {
                noted = tokio::time::Instant::now();
            }
            if let Err(error) = look(&app, is_note).await {
                tracing::warn!(%error, "calls of windows were not read");
            }
        }
    });
}

async fn look(app: &App, is_note: bool) -> Result<(), StoreError> {
    let holders = app.pads.holders();
    if holders.is_empty() {
        return Ok(());
    }
    let windows = holders.iter().map(|holder| holder.window.clone()).collect();
    for call in app.store.last_calls(windows).await? {
        app.pads.show(call);
    }
    if is_note {
        for lost in app.store.heartbeat(holders, app.clock.now()).await? {
            app.pads.lose(&lost);
        }
    }
    Ok(())
}

/// Ends the calls whose visit was rated elsewhere, or whose time is over.
///
/// # Errors
/// The store's.
pub async fn settle(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    for (call, is_rated) in app.store.open_calls().await? {
        let is_over = call.ends_at.millis() + GRACE_SECONDS * 1000 < now.millis();
        let action = match (is_rated, is_over) {
            (true, _) => CallAction::Rate,
            (false, true) => CallAction::RunOut,
            (false, false) => continue,
        };
        step(app, call.id, action).await?;
    }
    Ok(())
}

/// Forgets old calls.
///
/// # Errors
/// The store's.
pub async fn forget(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - KEPT;
    app.store.purge_calls(before).await
}
