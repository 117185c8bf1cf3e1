//! 追评: once the person has the answer, they say whether it will do; on the page of the code, with
//! or without scripts, or by the API. A lost answer can be asked for again: the same view of the
//! same answer is one.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    link::LookupCode,
    text::trimmed,
    wire::v1,
    work_order::{Action, Actor, Role},
};
use haochaping_collector::{
    intake::limits::Use,
    state::App,
    work_orders::{
        act as orders,
        act::{ActError, Loaded},
    },
};

use super::{
    handling,
    lookup::{self, find},
    view::Params,
};
use crate::http::{client::Client, json::Sent, problem::Problem};

/// The most characters of what is still wrong.
const WORDS_MAX: usize = 500;

/// The page's post.
pub async fn submit(
    State(app): State<Arc<App>>,
    client: Client,
    Path(typed): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reader = asked.reader(&headers);
    let field = |name: &str| {
        form_urlencoded::parse(&body)
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
    };
    if !app.limits.admits_network(client.network(), Use::LookUp) {
        return lookup::again(&app, reader, &typed, "", Some(&Problem::too_many())).await;
    }
    let words = field("words").unwrap_or_default();
    let follow_up = match field("answer").as_deref() {
        Some("satisfied") => v1::FollowUp { satisfied: true, words: String::new() },
        Some("still_dissatisfied") => v1::FollowUp { satisfied: false, words: words.clone() },
        _ => return lookup::again(&app, reader, &typed, &words, None).await,
    };
    match take(&app, &typed, follow_up).await {
        Ok(code) => Redirect::to(&lookup::path_of(&app, reader, &code)).into_response(),
        Err(problem) => lookup::again(&app, reader, &typed, &words, Some(&problem)).await,
    }
}

/// Says whether the reply will do. To send the same again is safe.
#[utoipa::path(
    post, path = "/api/v1/ratings/{lookup}/follow-up", operation_id = "followUpRating", tag = "ratings",
    params(("lookup" = String, Path, description = "20 symbols; case, spaces and hyphens do not matter")),
    request_body = v1::FollowUp,
    responses(
        (status = 204, description = "it is on record"),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    client: Client,
    Path(typed): Path<String>,
    Sent(follow_up): Sent<v1::FollowUp>,
) -> Result<StatusCode, Problem> {
    if !app.limits.admits_network(client.network(), Use::LookUp) {
        return Err(Problem::too_many());
    }
    take(&app, &typed, follow_up).await.map(|_| StatusCode::NO_CONTENT)
}

async fn take(app: &App, typed: &str, follow_up: v1::FollowUp) -> Result<LookupCode, Problem> {
    let code =
        LookupCode::parse(typed).map_err(|error| Problem::malformed_lookup(&error.to_string()))?;
    let words = trimmed(&follow_up.words.replace("\r\n", "\n")).to_owned();
    let found = words.chars().count();
    if found > WORDS_MAX {
        return Err(Problem::too_long("words", WORDS_MAX, found));
    }
    let unknown =
        || Problem::new(StatusCode::NOT_FOUND, "unknown-lookup", "no work order has this code");
    let rating =
        find(app, &code).await.map_err(|error| Problem::of_store(&error))?.ok_or_else(unknown)?;
    let loaded = handling::load(app, code.part(), &rating)
        .await
        .map_err(|error| Problem::of_history(&error))?;
    let loaded = loaded.ok_or_else(unknown)?;
    let action =
        if follow_up.satisfied { Action::Satisfied } else { Action::StillDissatisfied { words } };
    if stands(&loaded, &action) {
        return Ok(code);
    }
    match orders::act(app, &loaded, loaded.order.n_entries, action.clone(), &Actor::rater()).await {
        Ok(_) => Ok(code),
        Err(ActError::Refused(error)) => Err(Problem::action(&error)),
        // The same twice at once is one.
        Err(ActError::Moved(_)) => match handling::load(app, code.part(), &rating).await {
            Ok(Some(now)) if stands(&now, &action) => Ok(code),
            _ => Err(Problem::new(
                StatusCode::CONFLICT,
                "moved",
                "something else was said meanwhile",
            )),
        },
        Err(ActError::History(error)) => Err(Problem::of_history(&error)),
    }
}

/// Whether the person has said just that, and no other reply came since.
fn stands(loaded: &Loaded, action: &Action) -> bool {
    let mut since_reply = loaded
        .history
        .iter()
        .rev()
        .take_while(|entry| !matches!(entry.action, Action::Reply { .. }));
    since_reply.any(|entry| entry.role == Role::Rater && entry.action == *action)
}
