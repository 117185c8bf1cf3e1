//! What a link is about, as the collector tells it.

use gloo_net::http::Request;
use haochaping::wire::v1;

use crate::outbox::send::limited;

const LIMIT_MILLIS: u32 = 15_000;

/// Asks the collector about a ticket or card; uses nothing up.
///
/// # Errors
/// The stable code of the collector's answer, or `unreachable` where there is none of its own.
pub(crate) async fn open(collector: &str, token: &str) -> Result<v1::LinkInfo, String> {
    let token = js_sys::encode_uri_component(token);
    let (request, _limit) =
        limited(Request::get(&format!("{collector}/api/v1/links/{token}")), LIMIT_MILLIS);
    let unreachable = || "unreachable".to_owned();
    let response = request.send().await.map_err(|_| unreachable())?;
    let text = response.text().await.map_err(|_| unreachable())?;
    if response.ok() {
        return serde_json::from_str(&text).map_err(|_| unreachable());
    }
    // A collector without room or in trouble says nothing about the link.
    if response.status() >= 500 || response.status() == 429 {
        return Err(unreachable());
    }
    let problem: v1::Problem = serde_json::from_str(&text).map_err(|_| unreachable())?;
    Err(problem.code)
}
