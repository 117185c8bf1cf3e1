//! A front before the collector, as its public address, that puts a script before those of every
//! page: drivers have no common way to run one there.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use haochaping_tests::Collector;

/// Keeps what a page complains about. The page's policy allows files of its own origin alone.
const WATCH: &str = "window.warned=[];const warn=console.warn;console.warn=(...said)=>{warned.push(said.join(' '));warn(...said)};\
    window.complaints=[];document.addEventListener('securitypolicyviolation',e=>complaints.push(e.violatedDirective+' '+e.blockedURI));\
    addEventListener('error',e=>complaints.push(String(e.message)));\
    addEventListener('unhandledrejection',e=>complaints.push(String(e.reason)));\n";

const PATH: &str = "/before.js";

struct Shared {
    upstream: String,
    script: String,
}

/// A collector behind its front.
pub(crate) struct Front {
    pub(crate) collector: Collector,
    pub(crate) url: String,
}

impl Front {
    /// `first` runs before any script of a page.
    pub(crate) async fn open(first: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let collector = tokio::task::block_in_place(|| Collector::start(&["--public-url", &url]));
        let shared = Shared { upstream: collector.url(), script: format!("{WATCH}{first}") };
        let routes = Router::new().fallback(pass).with_state(Arc::new(shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { collector, url }
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if request.uri().path() == PATH {
        let response = Response::builder().header(header::CONTENT_TYPE, "text/javascript");
        return response.body(Body::from(shared.script.clone())).expect("plain");
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let url = format!("{}{}", shared.upstream, parts.uri);
    let answer =
        tokio::task::spawn_blocking(move || forward(parts.method, &url, parts.headers, &body));
    let Some((status, headers, mut body)) = answer.await.expect("no panic") else {
        return Response::builder()
            .status(StatusCode::BAD_GATEWAY)
            .body(Body::empty())
            .expect("plain");
    };
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        let page = String::from_utf8(body).expect("pages are UTF-8");
        body =
            page.replacen("<head>", &format!("<head><script src=\"{PATH}\"></script>"), 1).into();
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn forward(
    method: Method,
    url: &str,
    mut headers: HeaderMap,
    body: &Bytes,
) -> Option<(StatusCode, HeaderMap, Vec<u8>)> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    // What concerns one connection only; and pages come uncompressed, to be written into.
    for name in [header::HOST, header::CONNECTION, header::CONTENT_LENGTH, header::ACCEPT_ENCODING]
    {
        headers.remove(name);
    }
    let mut request = http::Request::builder().method(method).uri(url);
    *request.headers_mut()? = headers;
    let mut answer = agent.run(request.body(body.to_vec()).ok()?).ok()?;
    let mut headers = answer.headers().clone();
    for name in [header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::CONNECTION] {
        headers.remove(name);
    }
    Some((answer.status(), headers, answer.body_mut().read_to_vec().ok()?))
}
