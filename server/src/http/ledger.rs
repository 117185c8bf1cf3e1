//! `/ledger/…`: the public log, for everybody. Full tiles never change, so that any CDN can keep
//! them.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{
    ledger::{Verifier, open_checkpoint, sign_checkpoint},
    wire::v1,
};
use haochaping_collector::{ledger, state::App};
use haochaping_store::{
    StoreError,
    ledger::{ENTRIES, TILE_WIDTH},
};
use serde::Deserialize;
use tlog_tiles::Tile;

use super::problem::Problem;

/// Tables in one answer.
const TABLES_MAX: u32 = 1_000;
/// Levels of tiles: 256 to this power are more leaves than a log has numbers for.
const LEVELS: u8 = 8;
const TEXT: &str = "text/plain; charset=utf-8";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const MOVING: &str = "no-cache";

/// Public data: every page may read it, as it may the figures.
fn open(kind: &'static str, cache: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, cache),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn failed(error: &StoreError) -> Response {
    Problem::of_store(error).into_response()
}

fn nothing(what: &str) -> Response {
    Problem::new(StatusCode::NOT_FOUND, "not-in-ledger", what).into_response()
}

/// The key by which everything is checked.
#[utoipa::path(
    get, path = "/ledger/key", operation_id = "getLedgerKey", tag = "ledger",
    responses((status = 200, description = "a verifier key and a line feed", body = String, content_type = "text/plain")),
)]
pub(in crate::http) async fn key(State(app): State<Arc<App>>) -> Response {
    open(TEXT, MOVING, format!("{}\n", app.ledger.public()))
}

/// The newest checkpoint: size and root, signed by the ledger.
#[utoipa::path(
    get, path = "/ledger/checkpoint", operation_id = "getLedgerCheckpoint", tag = "ledger",
    responses((status = 200, description = "a signed note", body = String, content_type = "text/plain")),
)]
pub(in crate::http) async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    let found = async {
        let Some(head) = app.store.ledger_head().await? else { return Ok(None) };
        ledger::checkpoint(&app, &head).await.map(Some)
    };
    match found.await {
        Ok(Some(text)) => open(TEXT, MOVING, text),
        Ok(None) => nothing("the ledger has no leaf yet"),
        Err(error) => failed(&error),
    }
}

/// The newest checkpoint that a witness signed, with the lines of all who signed this one.
#[utoipa::path(
    get, path = "/ledger/cosigned", operation_id = "getLedgerCosigned", tag = "ledger",
    responses((status = 200, description = "a signed note with the lines of witnesses", body = String, content_type = "text/plain")),
)]
pub(in crate::http) async fn cosigned(State(app): State<Arc<App>>) -> Response {
    match app.store.ledger_cosignatures().await {
        Ok(all) => {
            // Each is what we signed and one line. A log that was set back may have had another one
            // of this size.
            let own = |text: &str| text.trim_end().rsplit_once('\n').map(|(own, _)| own.to_owned());
            let newest =
                all.iter().max_by_key(|(_, size, _)| *size).and_then(|(.., text)| own(text));
            let of_newest =
                all.into_iter().map(|(.., text)| text).filter(|text| own(text) == newest);
            let text = of_newest.reduce(|text, other| {
                text + other.split_inclusive('\n').next_back().unwrap_or_default()
            });
            text.map_or_else(|| nothing("no witness has signed"), |text| open(TEXT, MOVING, text))
        }
        Err(error) => failed(&error),
    }
}

/// Hashes by level, or entries, whole or the first few.
#[utoipa::path(
    get, path = "/ledger/tile/{path}", operation_id = "getLedgerTile", tag = "ledger",
    params(("path" = String, Path, description = "level and number as in C2SP tlog-tiles, such as `0/000` or `entries/000.p/7`")),
    responses((status = 200, description = "hashes of 32 bytes, or entries with their lengths", body = Vec<u8>, content_type = "application/octet-stream")),
)]
pub(in crate::http) async fn tile(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
) -> Response {
    let Some((level, n, width)) = read_path(&path) else { return nothing("there is no such tile") };
    match ledger::tile(&app.store, level, n, width).await {
        Ok(Some(data)) => open("application/octet-stream", IMMUTABLE, data),
        Ok(None) => nothing("the ledger has no such tile"),
        Err(error) => failed(&error),
    }
}

/// Level, number and width of a path as in C2SP tlog-tiles.
fn read_path(path: &str) -> Option<(i8, u64, u64)> {
    let path = match path.strip_prefix("entries/") {
        Some(rest) => format!("tile/8/data/{rest}"),
        None if path.starts_with("data/") => return None,
        None => format!("tile/8/{path}"),
    };
    // Which the parser of paths does not live through.
    let level: u8 = path
        .split('/')
        .nth(2)?
        .parse()
        .or_else(|_| path.contains("/data/").then_some(0).ok_or(()))
        .ok()?;
    if level >= LEVELS || path.ends_with(".p/0") {
        return None;
    }
    let tile = Tile::from_path(&path).ok()?;
    let level = if tile.is_data() { ENTRIES } else { i8::try_from(tile.level()).ok()? };
    let width = u64::from(tile.width());
    (1..=TILE_WIDTH).contains(&width).then_some((level, tile.level_index(), width))
}

/// What a list of tables begins after.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct After {
    #[serde(default)]
    after: u32,
}

/// Which tables of closed days there are.
#[utoipa::path(
    get, path = "/ledger/tables", operation_id = "listLedgerTables", tag = "ledger",
    params(("after" = Option<u32>, Query, description = "the number after which the list begins")),
    responses((status = 200, description = "in the order of their numbers", body = v1::LedgerTables)),
)]
pub(in crate::http) async fn tables(
    State(app): State<Arc<App>>,
    Query(After { after }): Query<After>,
) -> Response {
    let found = match app.store.ledger_tables(after, TABLES_MAX).await {
        Ok(found) => found,
        Err(error) => return failed(&error),
    };
    let tables = found.into_iter().map(|table| v1::LedgerTable {
        number: table.number,
        size: table.size,
        leaf: table.leaf.unwrap_or_default(),
        sha256: table.hash.to_string(),
    });
    let mut response = Json(v1::LedgerTables { tables: tables.collect() }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(MOVING));
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// One table, as it was published.
#[utoipa::path(
    get, path = "/ledger/tables/{number}", operation_id = "getLedgerTable", tag = "ledger",
    params(("number" = u32, Path, description = "counted from 1")),
    responses((status = 200, description = "the bytes that the ledger has the hash of", body = Object, content_type = "application/json")),
)]
pub(in crate::http) async fn table(
    State(app): State<Arc<App>>,
    Path(number): Path<u32>,
) -> Response {
    match app.store.ledger_table(number).await {
        Ok(Some(body)) => open("application/json", IMMUTABLE, body),
        Ok(None) => nothing("the ledger has no such table"),
        Err(error) => failed(&error),
    }
}

/// Takes a checkpoint of ours with the line of a witness that the operator named.
#[utoipa::path(
    post, path = "/ledger/cosignatures", operation_id = "cosignLedger", tag = "ledger",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "it is kept")),
)]
pub(in crate::http) async fn cosign(
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let refuse = |status, message: &str| Problem::new(status, "invalid-cosignature", message);
    let text = std::str::from_utf8(&body)
        .map_err(|_| refuse(StatusCode::BAD_REQUEST, "not a signed note"))?;
    let own: Verifier = app.ledger.public().parse().map_err(|_| Problem::internal())?;
    let opened = open_checkpoint(text, &own);
    let checkpoint =
        opened.map_err(|fault| refuse(StatusCode::UNPROCESSABLE_ENTITY, &fault.to_string()))?;
    let mut is_known = false;
    for witness in &app.config.witnesses {
        let line = witness
            .line(text)
            .map_err(|fault| refuse(StatusCode::UNPROCESSABLE_ENTITY, &fault.to_string()))?;
        let Some(line) = line else { continue };
        // What we signed and this line: what else came along is of nobody who was named.
        let kept =
            format!("{}{line}\n", sign_checkpoint(&app.ledger, checkpoint.size, checkpoint.root));
        app.store
            .ledger_cosign(&witness.label(), checkpoint.size, &kept)
            .await
            .map_err(|error| Problem::of_store(&error))?;
        is_known = true;
    }
    if is_known {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(refuse(
        StatusCode::FORBIDDEN,
        "it has no line of a witness that is named here by --witness",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_standard_and_no_others() {
        assert_eq!(read_path("0/000"), Some((0, 0, 256)));
        assert_eq!(read_path("0/x001/x234/067.p/1"), Some((0, 1_234_067, 1)));
        assert_eq!(read_path("entries/005.p/255"), Some((ENTRIES, 5, 255)));
        for wrong in [
            "",
            "0",
            "0/0",
            "0/000.p/256",
            "0/000.p/0",
            "data/000",
            "entries/x000/000",
            "64/000",
            "../0/000",
        ] {
            assert_eq!(read_path(wrong), None, "{wrong}");
        }
    }
}
