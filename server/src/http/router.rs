//! The only list of URLs.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use haochaping_collector::state::App;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
    decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

use super::{
    api,
    assets::{self, Served},
    chat, citizen, desk, embed, error_pages, health, ledger, observe, pad, page, problem,
    public::{self, cache::Pages},
    site, verification,
};

/// A rating in JSON: 500 characters of comment are at most 2 KB, or 6 KB escaped.
const RATING_BYTES: usize = 64 * 1024;
/// A form: far too long a text must still come back to the person, so there is room for 25,000
/// characters.
const FORM_BYTES: usize = 256 * 1024;
/// 1,000 services of about 1 KB each.
const SERVICES_BYTES: usize = 2 * 1024 * 1024;
/// 1,000 ratings with their services; a comment of 500 characters is at most 6 KB escaped.
const RELAY_BYTES: usize = 8 * 1024 * 1024;
/// A file, with room for the parts around it: one that is too large is told apart from one that is
/// broken.
const UPLOAD_BYTES: usize = desk::order::SIZE_MAX + 64 * 1024;
/// No request takes longer, its body included.
const TIME_LIMIT: Duration = Duration::from_secs(15);

#[derive(Clone)]
struct Shared {
    app: Arc<App>,
    served: Served,
    /// Public pages, as they were rendered last.
    pages: Arc<Pages>,
}

impl FromRef<Shared> for Arc<App> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.app)
    }
}

impl FromRef<Shared> for Served {
    fn from_ref(shared: &Shared) -> Self {
        shared.served.clone()
    }
}

impl FromRef<Shared> for Arc<Pages> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.pages)
    }
}

/// Everything under its paths, at the root and under the path of the public URL: a proxy may strip
/// that path or not.
pub fn router(app: &Arc<App>, served: Served) -> Router {
    let shared = Shared { app: Arc::clone(app), served, pages: Arc::default() };
    let routes = routes(app);
    let nested = match app.config.base_path() {
        "" => routes,
        // Nesting answers the path itself; our links to the public page end with a slash.
        base => Router::new()
            .nest(base, routes.clone())
            .route(&format!("{base}/"), get(public::home::show))
            .merge(routes),
    };
    let answered = nested
        .fallback(verification::or_not_found)
        .layer(middleware::from_fn(problem::translate))
        // What a client packs is as large as it is unpacked: the bounds of bodies count that.
        .layer(RequestDecompressionLayer::new())
        // A page of 24 KB is packed in a millisecond at this level, and is 12 % smaller than at the
        // usual one.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(6)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIME_LIMIT))
        // A fault of ours is an answer too, and ends nobody else's connection.
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .layer(middleware::from_fn_with_state(Arc::clone(app), error_pages::dress))
        .layer(middleware::from_fn_with_state(Arc::clone(app), harden))
        .layer(middleware::from_fn_with_state(Arc::clone(app), observe::observe))
        .with_state(shared);
    chat::forgiving(answered, app.config.base_path())
}

fn routes(app: &Arc<App>) -> Router<Shared> {
    // What a page of a portal may call from the browser, by exact origin and without credentials.
    let from_portals = Router::new()
        .route(
            "/r/{ticket}",
            get(citizen::form::page).post(citizen::submit::submit).layer(at_most(FORM_BYTES)),
        )
        .route("/r/{ticket}/form", get(citizen::form::fragment))
        // As a pad's code has it, which is smaller in upper case.
        .route("/R/{ticket}", get(citizen::form::scanned_page))
        .merge(cards("/c"))
        // As printed: the whole link is upper case, so that its code stays small.
        .merge(cards("/C"))
        .route("/api/v1/links/{token}", get(api::links::show))
        .route("/api/v1/ratings", post(api::ratings::create).layer(at_most(RATING_BYTES)))
        .route("/api/v1/ratings/{lookup}", get(api::progress::show))
        .route("/api/v1/ratings/{lookup}/proof", get(api::proof::show))
        .route(
            "/api/v1/ratings/{lookup}/follow-up",
            post(citizen::follow_up::create).layer(at_most(RATING_BYTES)),
        )
        .layer(cors(&app.config.allow_origins));
    Router::new()
        .merge(from_portals)
        .merge(desk(app))
        .merge(pads())
        .merge(ledger())
        .route("/", get(public::home::show))
        .route("/improvements", get(public::improvements::show))
        .route("/words", get(public::words::show))
        .route("/briefings", get(public::briefings::list))
        .route("/briefings/{region}/{month}", get(public::briefings::show))
        .route("/briefings/{region}/{month}/{kind}", get(public::briefings::download))
        .route("/r/{ticket}/widget.js", get(citizen::script::show))
        .route("/r/{ticket}/done", get(citizen::done::page))
        .route("/c/{card}/done", get(citizen::done::card_page))
        .route("/q", get(citizen::lookup::form).post(citizen::lookup::submit))
        .route(
            "/q/{lookup}",
            get(citizen::lookup::page).post(citizen::follow_up::submit).layer(at_most(FORM_BYTES)),
        )
        .route("/api/v1/services", post(api::services::create).layer(at_most(SERVICES_BYTES)))
        .route("/api/v1/work-orders", get(api::work_orders::list))
        .route("/api/v1/work-orders/{id}", get(api::work_orders::show))
        .route(
            "/api/v1/work-orders/{id}/actions",
            post(api::work_orders::act).layer(at_most(RATING_BYTES)),
        )
        .route(
            "/api/v1/work-orders/{id}/contact",
            post(api::work_orders::contact).layer(at_most(RATING_BYTES)),
        )
        .route(
            "/api/v1/assisted-ratings",
            post(api::assisted_ratings::create).layer(at_most(RATING_BYTES)),
        )
        .route("/api/v1/relay", post(api::relay::create).layer(at_most(RELAY_BYTES)))
        .route(
            "/api/v1/windows/{id}/call",
            get(api::windows::show).post(api::windows::call).layer(at_most(RATING_BYTES)),
        )
        .route("/api/v1/windows/{id}/withdraw", post(api::windows::withdraw))
        .route(
            "/api/v1/webhooks/{endpoint}",
            post(api::webhooks::receive).layer(at_most(RATING_BYTES)),
        )
        .route("/api/v1/statistics", get(api::statistics::show))
        .route("/api/v1/statistics/hot-words", get(api::hot_words::show))
        .route("/api/v1/statistics/{by}", get(api::open_data::show))
        .route("/api/v1/widget-failures", post(api::widget_failures::create))
        .route("/site/{name}", get(site::picture))
        .route("/embed", get(embed::show))
        .route("/api/openapi.json", get(api::openapi::show))
        .route("/api/docs", get(api::docs::show))
        .route("/v1/haochaping.js", get(assets::loader))
        .route("/v/{version}/{name}", get(assets::versioned))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
}

/// The public log.
fn ledger() -> Router<Shared> {
    Router::new()
        .route("/ledger/key", get(ledger::key))
        .route("/ledger/checkpoint", get(ledger::checkpoint))
        .route("/ledger/cosigned", get(ledger::cosigned))
        .route("/ledger/cosignatures", post(ledger::cosign))
        .route("/ledger/tile/{*path}", get(ledger::tile))
        .route("/ledger/tables", get(ledger::tables))
        .route("/ledger/tables/{number}", get(ledger::table))
        .layer(at_most(RATING_BYTES))
}

/// What stands in front of people at windows.
fn pads() -> Router<Shared> {
    Router::new()
        .route("/pad/icon.svg", get(pad::icon))
        .route("/pad/{window}", get(pad::show))
        .route("/pad/{window}/app.webmanifest", get(pad::manifest))
        .route("/pad/{window}/pair", post(pad::submit))
        .route("/pad/{window}/events", get(pad::events))
        .route("/pad/{window}/state", get(pad::poll))
        .route("/pad/{window}/calls/{call}", post(pad::step))
        .route("/pad/{window}/calls/{call}/code.svg", get(pad::code))
        .route("/pad/{window}/ratings", post(pad::create))
        .layer(at_most(RATING_BYTES))
}

/// Where staff work.
fn desk(app: &Arc<App>) -> Router<Shared> {
    let uploads = Router::new()
        .route("/desk/cards", get(desk::cards::show).post(desk::cards::print))
        .route("/desk/orders/{id}/files", post(desk::order::add_file::add))
        .layer(at_most(UPLOAD_BYTES));
    Router::new()
        .route("/desk", get(desk::queue::due))
        .route("/desk/waiting", get(desk::queue::waiting))
        .route("/desk/closed", get(desk::queue::closed))
        .route("/desk/appeals", get(desk::queue::appeals))
        .route("/desk/call-backs", get(desk::queue::call_backs))
        .route("/desk/supervision", get(desk::supervision::show))
        .route("/desk/quarantine/{receipt}", post(desk::supervision::decide))
        .route("/desk/messages", get(desk::messages::show))
        .route("/desk/messages/{number}", post(desk::messages::resend))
        .route("/desk/improvements", get(desk::improvements::show).post(desk::improvements::add))
        .route("/desk/improvements/{id}", post(desk::improvements::withdraw))
        .route("/desk/hot-words", get(desk::hot_words::show).post(desk::hot_words::change))
        .route("/desk/briefings", get(desk::briefings::list))
        .route("/desk/briefings/{month}", get(desk::briefings::show).post(desk::briefings::submit))
        .route("/desk/briefings/{month}/{kind}", get(desk::briefings::download))
        .route("/desk/services", get(desk::services::show))
        .route("/desk/assist/{service}", get(desk::assist::form).post(desk::assist::submit))
        .route("/desk/wishes", get(desk::wishes::show).post(desk::wishes::add))
        .route("/desk/cards/roster.csv", get(desk::cards::template))
        .route("/desk/cards/{serial}", post(desk::cards::change))
        .route("/desk/windows", get(desk::windows::show).post(desk::windows::add))
        .route("/desk/windows/{id}", post(desk::windows::change))
        .route("/desk/users", get(desk::users::show).post(desk::users::add))
        .route("/desk/users/{name}", post(desk::users::change))
        .route("/desk/record", get(desk::record::show))
        .route("/desk/orders/{id}", get(desk::order::act::show).post(desk::order::act::act))
        .route("/desk/orders/{id}/notes", post(desk::order::add_note::add))
        .route("/desk/orders/{id}/contact", post(desk::order::show_contact::show))
        .route("/desk/orders/{id}/files/{digest}", get(desk::order::add_file::show))
        .route("/desk/sign-in", get(desk::sign_in::form).post(desk::sign_in::submit))
        .route("/desk/sign-out", post(desk::sign_in::leave))
        .route("/desk/welcome/{token}", get(desk::sign_in::welcome).post(desk::sign_in::accept))
        .layer(at_most(FORM_BYTES))
        .merge(uploads)
        .layer(middleware::from_fn_with_state(Arc::clone(app), desk::show_banner_once))
}

/// Bodies up to so many bytes. One that says that it is larger is refused before any of it is read.
fn at_most(bytes: usize) -> (DefaultBodyLimit, RequestBodyLimitLayer) {
    (DefaultBodyLimit::max(bytes), RequestBodyLimitLayer::new(bytes))
}

fn cards(start: &str) -> Router<Shared> {
    Router::new()
        .route(
            &format!("{start}/{{card}}"),
            get(citizen::form::card_page)
                .post(citizen::submit::submit_card)
                .layer(at_most(FORM_BYTES)),
        )
        .route(&format!("{start}/{{card}}/form"), get(citizen::form::card_fragment))
}

fn cors(origins: &[String]) -> CorsLayer {
    let exact = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(exact))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_mins(10))
}

/// What pages of other sites load from here without being one of the origins that may frame us.
fn is_for_everybody(path: &str) -> bool {
    const FOR_EVERYBODY: [&str; 6] =
        ["/v1/", "/v/", "/embed", "/ledger/", "/api/v1/statistics", "/pad/icon.svg"];
    let is_script = path.starts_with("/r/") && path.ends_with("/widget.js");
    is_script || FOR_EVERYBODY.iter().any(|start| path.starts_with(start))
}

/// Headers that every answer has.
async fn harden(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_for_everybody =
        is_for_everybody(path.strip_prefix(app.config.base_path()).unwrap_or(path));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = if is_for_everybody { "cross-origin" } else { "same-origin" };
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static(policy),
    );
    // What says nothing of it is kept by nobody: most of it is of one person.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert_with(|| page::framing_policy(&app.config));
    let fixed = [
        ("x-content-type-options", "nosniff"),
        // A link's token must not travel to other sites as referrer; our own form posts need their
        // origin.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.config.public_url.starts_with("https://") {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}
