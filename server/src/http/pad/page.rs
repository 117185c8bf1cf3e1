//! `GET /pad/{window}`: the pad's page, or the form by which a device becomes the pad.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{
    form::{LevelChoice, level_choices, options_of},
    messages::{Lang, Messages, PadMessages},
    rating::{Comment, INDICATOR_VERSION},
};
use haochaping_collector::{halls::pairing::CODE_DIGITS, state::App};
use haochaping_store::{StoreError, window::Window};
use serde::Deserialize;

use super::{
    device::Device,
    frame::{Frame, respond},
};
use crate::http::page::{Reader, refused};

/// What an address may ask for.
#[derive(Debug, Default, Deserialize)]
pub struct Params {
    lang: Option<String>,
}

struct Choice {
    level: &'static str,
    name: &'static str,
    gloss: &'static str,
    is_bad: bool,
    options: Vec<OptionLine>,
}

struct OptionLine {
    code: &'static str,
    text: &'static str,
    gloss: &'static str,
}

#[derive(Template)]
#[template(path = "pad/pad.html")]
struct Pad {
    f: Frame,
    m: &'static Messages,
    p: &'static PadMessages,
    hall: String,
    window: String,
    url: String,
    choices: Vec<Choice>,
    languages: Vec<(&'static str, &'static str, bool)>,
    home_lang: &'static str,
    indicator_version: &'static str,
    comment_max: usize,
    seconds: u16,
    key: u8,
    public_key: String,
}

#[derive(Template)]
#[template(path = "pad/pairing.html")]
struct PairingPage<'a> {
    f: Frame,
    hall: String,
    window: String,
    url: String,
    digits: usize,
    fault: &'a str,
    is_taken: bool,
}

/// The page.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let device = match Device::of(&app, &headers).await {
        Ok(device) => device,
        Err(error) => return failed(&app, &headers, &error),
    };
    if !device.is_some_and(|device| device.is_paired && device.window == id) {
        return pairing(&app, &id, StatusCode::OK, "").await;
    }
    match app.store.window(&id).await {
        Ok(Some(window)) => pad(&app, &window, &asked, &headers),
        Ok(None) => refused(&app, &headers, StatusCode::NOT_FOUND),
        Err(error) => failed(&app, &headers, &error),
    }
}

fn failed(app: &App, headers: &HeaderMap, error: &StoreError) -> Response {
    tracing::error!(%error, "a window was not read");
    refused(app, headers, StatusCode::SERVICE_UNAVAILABLE)
}

fn pad(app: &App, window: &Window, asked: &Params, headers: &HeaderMap) -> Response {
    // A hall's pad speaks Chinese until the person chooses otherwise, whatever its browser was set
    // to.
    let lang = asked.lang.as_deref().and_then(Lang::matching).unwrap_or_default();
    let reader = Reader { lang, ..Reader::of(None, None, headers) };
    let m = reader.messages();
    let choices = level_choices(m).map(|LevelChoice { level, name, gloss }| {
        let (mut options, more) = options_of(level);
        options.extend(more);
        let line = |of: &'static haochaping::rating::Indicator| OptionLine {
            code: of.code.as_str(),
            text: of.text,
            gloss: m.indicator_gloss(of),
        };
        Choice {
            level: level.name(),
            name,
            gloss,
            is_bad: level.is_bad(),
            options: options.into_iter().map(line).collect(),
        }
    });
    let (key, public_key) = app.keys().pad.public();
    let page = Pad {
        f: Frame::new(app, lang, &format!("{} {}", window.hall.name, window.name), &window.id),
        m,
        p: lang.pad_messages(),
        hall: window.hall.name.clone(),
        window: window.name.clone(),
        url: format!("{}/pad/{}", app.config.base_path(), window.id),
        choices: choices.into(),
        languages: Lang::ALL.map(|one| (one.tag(), one.own_name(), one == lang)).to_vec(),
        home_lang: Lang::default().tag(),
        indicator_version: INDICATOR_VERSION,
        comment_max: Comment::MAX,
        seconds: app.config.pad_seconds,
        key,
        public_key,
    };
    respond(StatusCode::OK, &page)
}

/// The form for the code, with what was wrong with the last one; or that the window has its pad.
pub(super) async fn pairing(app: &App, id: &str, status: StatusCode, fault: &str) -> Response {
    let found = match app.store.window(id).await {
        Ok(found) => found,
        Err(error) => return failed(app, &HeaderMap::new(), &error),
    };
    let Some(window) = found else { return refused(app, &HeaderMap::new(), StatusCode::NOT_FOUND) };
    let is_taken = window.has_pad;
    let page = PairingPage {
        f: Frame::new(
            app,
            Lang::default(),
            &format!("{} {}", window.hall.name, window.name),
            &window.id,
        ),
        url: format!("{}/pad/{}", app.config.base_path(), window.id),
        hall: window.hall.name,
        window: window.name,
        digits: CODE_DIGITS,
        fault,
        is_taken,
    };
    respond(if is_taken { StatusCode::CONFLICT } else { status }, &page)
}
