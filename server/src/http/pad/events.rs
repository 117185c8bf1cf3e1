//! `GET /pad/{window}/events` and `/state`: what the pad shows, as it changes. Events are sent by
//! the server; where something between cuts them, the pad asks again and again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use haochaping::wire::v1;
use haochaping_collector::{
    halls::calls::{Connected, NotConnected, connect},
    state::App,
};
use haochaping_store::window::Holder;
use serde::Deserialize;

use super::device::Device;
use crate::assets;
use crate::http::problem::Problem;

/// A sign of life so often: proxies cut what is silent for longer, and a pad knows that it is cut.
const BEAT: Duration = Duration::from_secs(5);
/// How long a question waits for something new; shorter than any time limit.
const WAIT: Duration = Duration::from_secs(10);
/// The longest name of a page or a release.
const NAME_MAX: usize = 40;

/// Who asks.
#[derive(Debug, Deserialize)]
pub struct Params {
    /// The page, by a name that it makes when it is loaded.
    page: String,
    /// Its release.
    #[serde(default)]
    version: String,
    /// What it shows, of long polling.
    #[serde(default)]
    mark: Option<String>,
}

/// Events: `state` with what is to be shown, first and at every change, and `beat`.
pub async fn events(
    State(app): State<Arc<App>>,
    Path(window): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let connected = admit(&app, window, asked, &headers, true).await?;
    let events = stream::unfold((connected, true), |(mut connected, is_first)| async move {
        let event = if is_first {
            state(&mut connected)
        } else {
            match tokio::time::timeout(BEAT, connected.changed()).await {
                Ok(true) => state(&mut connected),
                Ok(false) => return None,
                Err(_) => Event::default().event("beat").data(""),
            }
        };
        Some((Ok::<_, Infallible>(event), (connected, false)))
    });
    // A proxy that collects answers would hold a call back.
    Ok(([("x-accel-buffering", "no"), ("cache-control", "no-store")], Sse::new(events))
        .into_response())
}

fn state(connected: &mut Connected) -> Event {
    let data =
        serde_json::to_string(&connected.state(assets::version())).expect("a state is plain data");
    Event::default().event("state").data(data)
}

/// The state as soon as it is another than the pad shows, or after some seconds as it is.
pub async fn poll(
    State(app): State<Arc<App>>,
    Path(window): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Result<Json<v1::PadState>, Problem> {
    let shown = asked.mark.clone();
    let mut connected = admit(&app, window, asked, &headers, false).await?;
    let mut state = connected.state(assets::version());
    let deadline = tokio::time::Instant::now() + WAIT;
    while Some(&state.mark) == shown.as_ref() {
        match tokio::time::timeout_at(deadline, connected.changed()).await {
            Ok(true) => state = connected.state(assets::version()),
            Ok(false) | Err(_) => break,
        }
    }
    Ok(Json(state))
}

async fn admit(
    app: &Arc<App>,
    window: String,
    asked: Params,
    headers: &HeaderMap,
    release_on_drop: bool,
) -> Result<Connected, Problem> {
    Device::at(app, headers, &window).await?;
    let is_name = |text: &str| {
        text.len() <= NAME_MAX
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    if asked.page.is_empty() || !is_name(&asked.page) || !is_name(&asked.version) {
        let title =
            format!("page and version: at most {NAME_MAX} letters, digits, dots and hyphens");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed-request", &title));
    }
    let holder = Holder { window, page: asked.page, version: asked.version };
    connect(app, holder, release_on_drop).await.map_err(|error| match error {
        NotConnected::Taken => Problem::new(
            StatusCode::CONFLICT,
            "other-page",
            "another page has this window; close it there first",
        ),
        NotConnected::Store(error) => Problem::of_store(&error),
    })
}
