//! Once a second: figures, keys, API keys and names of regions are brought up to the store.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    app::App,
    keys::{Keys, KeysError, MasterKey},
    registrar::Registrars,
};

/// How far behind the store a page may be.
const INTERVAL: Duration = Duration::from_secs(1);

/// Reads for the first time; what fails here stops the start.
pub async fn start(app: &Arc<App>, master: MasterKey) -> Result<(), KeysError> {
    app.figures.load_published(&*app.store).await?;
    let mut seen = BTreeMap::new();
    refresh(app, &master, &mut seen).await?;
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Some(app) = app.upgrade() else { return };
            if let Err(error) = refresh(&app, &master, &mut seen).await {
                tracing::warn!(%error, "the store was not re-read");
            }
        }
    });
    Ok(())
}

async fn refresh(app: &App, master: &MasterKey, seen: &mut BTreeMap<String, i64>) -> Result<(), KeysError> {
    app.figures.refresh(&*app.store, app.clock.now()).await?;
    app.limits.forget_idle();
    let current = app.store.revisions().await?;
    let has_changed = |name: &str| current.get(name) != seen.get(name);
    if has_changed("keys") && !seen.is_empty() {
        app.set_keys(Keys::load(&*app.store, master, &*app.rng, app.clock.now()).await?);
    }
    if has_changed("api_keys") {
        app.set_registrars(Registrars::new(app.store.api_keys().await?));
    }
    if has_changed("regions") {
        app.set_region_names(app.store.regions().await?);
    }
    *seen = current;
    Ok(())
}
