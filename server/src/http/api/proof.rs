//! `GET /api/v1/ratings/{lookup}/proof`: that the rating is in the ledger; never what it says.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use haochaping::{
    link::{LookupCode, Receipt},
    wire::v1,
};
use haochaping_collector::{
    intake::limits::Use,
    ledger,
    ledger::{Found, NoProof},
    state::App,
};

use crate::http::{citizen::lookup::find, client::Client, problem::Problem};

/// The proof for the rating of a code.
#[utoipa::path(
    get, path = "/api/v1/ratings/{lookup}/proof", operation_id = "getRatingProof", tag = "ratings",
    params(("lookup" = String, Path, description = "20 symbols; case, spaces and hyphens do not matter")),
    responses(
        (status = 200, description = "a proof of inclusion, or within the first second the ledger's promise of one; no level", body = v1::LedgerProof),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    client: Client,
    typed: Result<Path<String>, PathRejection>,
) -> Result<Json<v1::LedgerProof>, Problem> {
    if !app.limits.admits_network(client.network(), Use::LookUp) {
        return Err(Problem::too_many());
    }
    let Path(typed) = typed.map_err(|error| Problem::malformed_lookup(&error.body_text()))?;
    let code =
        LookupCode::parse(&typed).map_err(|error| Problem::malformed_lookup(&error.to_string()))?;
    let found = find(&app, &code).await.map_err(|error| Problem::of_store(&error))?;
    let rating = found.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "unknown-lookup", "no rating has this code")
    })?;
    let proof = ledger::find(&app, code.part(), rating.id).await.map_err(|error| {
        tracing::error!(%error, "the ledger gave no proof");
        match error {
            NoProof::Gone => {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "leaf-gone", &error.to_string())
            }
            _ => Problem::internal(),
        }
    })?;
    let (index, proof) = match proof {
        Found::Proof(proof) => (Some(proof.index), proof.to_text()),
        Found::Promise(text) => (None, text),
    };
    let receipt = Receipt::of(code.part(), &rating.id).to_string();
    Ok(Json(v1::LedgerProof { receipt, index, proof, key: app.ledger.public().to_owned() }))
}
