//! `POST /pad/{window}/pair`: the code from the desk makes a device the pad of a window.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::link::base32;
use haochaping_collector::{
    accounts::{
        audit_trail::{AuditAction, AuditActor, record_refusal},
        staff::digest_of,
    },
    halls::pairing::{CODE_DIGITS, digest_of_code},
    ports::random,
    state::App,
};
use haochaping_store::window::Pairing;

use super::{
    device::{COOKIE, Device},
    page,
};
use crate::http::{client::Client, cookie::is_from_here, page as pages};

/// Wrong codes from everywhere after which none works and the desk has to hand out another. From
/// one address only a few are taken at all, so that no stranger ends a code that somebody is about
/// to type.
const TRIES_MAX: u32 = 1_000;

/// The form.
pub async fn submit(
    State(app): State<Arc<App>>,
    client: Client,
    Path(window): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_from_here(&app, &headers) {
        record_refusal(&app, &AuditActor::Pad, AuditAction::OriginRefused, &window, client.address)
            .await;
        return pages::refused(&app, &headers, StatusCode::FORBIDDEN);
    }
    if !app.limits.admits_pairing(client.network(), &window) {
        return page::pairing(
            &app,
            &window,
            StatusCode::TOO_MANY_REQUESTS,
            "尝试过于频繁，请稍后再试。",
        )
        .await;
    }
    let typed = form_urlencoded::parse(&body)
        .find(|(name, _)| name == "code")
        .map(|(_, value)| value.into_owned());
    let code: String = typed.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    if code.len() != CODE_DIGITS {
        let fault = format!("配对码是 {CODE_DIGITS} 位数字，请核对后再输入。");
        return page::pairing(&app, &window, StatusCode::UNPROCESSABLE_ENTITY, &fault).await;
    }
    let secret = base32::encode(&random::<20>(&*app.rng));
    let entry = app.acting(AuditActor::Pad).entry(AuditAction::PadPaired, &window);
    let digest = digest_of_code(&app.keys(), &window, &code);
    let paired = app.store.pair(&window, digest, digest_of(&secret), TRIES_MAX, entry).await;
    let (status, fault) = match paired {
        Ok(Pairing::Done) => {
            let cookie = [(header::SET_COOKIE, COOKIE.set(&app.config, &secret))];
            let to = format!("{}/pad/{window}", app.config.base_path());
            return (cookie, Redirect::to(&to)).into_response();
        }
        // Twice by a double touch: the first one did it.
        Ok(Pairing::Taken) if is_own(&app, &headers, &window).await => {
            return Redirect::to(&format!("{}/pad/{window}", app.config.base_path()))
                .into_response();
        }
        Ok(Pairing::Unknown | Pairing::Taken) => (StatusCode::CONFLICT, ""),
        Ok(Pairing::NoCode) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "配对码已失效（超过 10 分钟、已用过或输错太多次），请在工作台重新生成。",
        ),
        Ok(Pairing::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, "配对码不正确，请核对后再输入。"),
        Err(error) => {
            tracing::error!(%error, "a pad was not paired");
            (StatusCode::SERVICE_UNAVAILABLE, "系统繁忙，没有成功。请稍后再试。")
        }
    };
    page::pairing(&app, &window, status, fault).await
}

async fn is_own(app: &App, headers: &HeaderMap, window: &str) -> bool {
    let device = Device::of(app, headers).await.ok().flatten();
    device.is_some_and(|device| device.is_paired && device.window == window)
}
