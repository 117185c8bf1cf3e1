//! A gate between browser and collector that can hold the wasm file back, lose it or damage it, and
//! do to ratings on their way what networks do.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use haochaping_tests::Collector;
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wasm {
    Passes,
    Missing,
    Damaged,
    WrongType,
    Held,
}

/// What happens to a rating that is sent as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection breaks before the collector hears anything.
    Reset,
    /// The collector accepts, and the connection breaks before the answer arrives.
    AnswerLost,
    /// It arrives a second time, and the browser gets that answer.
    Twice,
    /// A proxy answers in the collector's place: status and seconds of `Retry-After`.
    Refused(u16, u64),
    /// A captive portal's login page, status 200.
    CaptivePortal,
    /// The answer comes after this many seconds.
    Slow(u64),
}

#[derive(Clone)]
struct Shared {
    upstream: Arc<OnceLock<Mutex<String>>>,
    wasm: watch::Receiver<Wasm>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    forms: Arc<Mutex<Forms>>,
}

/// What happens to questions for a form.
#[derive(Debug, Default)]
struct Forms {
    n_lost: usize,
    /// Addresses that hold this piece are answered after so many milliseconds.
    delays: Vec<(String, u64)>,
}

/// A collector whose public address is a gate before it.
pub(crate) struct Gate {
    pub(crate) collector: Collector,
    pub(crate) url: String,
    wasm: watch::Sender<Wasm>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    forms: Arc<Mutex<Forms>>,
}

impl Gate {
    pub(crate) async fn open(wasm: Wasm, extra: &[&str]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let (tell, told) = watch::channel(wasm);
        let (faults, forms) = (Arc::default(), Arc::default());
        let shared = Shared {
            upstream: Arc::default(),
            wasm: told,
            faults: Arc::clone(&faults),
            forms: Arc::clone(&forms),
        };
        let routes = Router::new().fallback(pass).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let arguments: Vec<&str> =
            ["--public-url", &url].into_iter().chain(extra.iter().copied()).collect();
        let collector = tokio::task::block_in_place(|| Collector::start(&arguments));
        shared.upstream.set(Mutex::new(collector.address().to_owned())).expect("set once");
        Self { collector, url, wasm: tell, faults, forms }
    }

    pub(crate) fn set(&self, wasm: Wasm) {
        self.wasm.send_replace(wasm);
    }

    /// What the next ratings meet, one each; those after them pass.
    pub(crate) fn break_next(&self, faults: &[Fault]) {
        self.faults.lock().expect("not poisoned").extend(faults);
    }

    /// So many questions for a form are answered by a proxy that does not reach the collector.
    pub(crate) fn lose_forms(&self, n_lost: usize) {
        self.forms.lock().expect("not poisoned").n_lost = n_lost;
    }

    /// The form of this link comes late.
    pub(crate) fn delay(&self, token: &str, millis: u64) {
        self.forms.lock().expect("not poisoned").delays.push((token.to_owned(), millis));
    }

    /// The network is good again.
    pub(crate) fn heal(&self) {
        self.faults.lock().expect("not poisoned").clear();
    }

    /// How many of those faults are still to come.
    pub(crate) fn n_faults_left(&self) -> usize {
        self.faults.lock().expect("not poisoned").len()
    }

    pub(crate) fn ticket(&self) -> String {
        tokio::task::block_in_place(|| self.collector.register(1)).remove(0)
    }

    pub(crate) fn rating_page(&self, ticket: &str) -> String {
        format!("{}/r/{ticket}?lang=zh-Hans", self.url)
    }
}

async fn pass(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let is_wasm = uri.path().rsplit_once('.').is_some_and(|(_, ending)| ending == "wasm");
    let mut told = shared.wasm.clone();
    if is_wasm {
        let _ = told.wait_for(|wasm| *wasm != Wasm::Held).await;
    }
    let wasm = if is_wasm { *told.borrow() } else { Wasm::Passes };
    if wasm == Wasm::Missing {
        return refuse(StatusCode::NOT_FOUND);
    }
    if uri.path().ends_with("/form") {
        let (is_lost, delay) = {
            let mut forms = shared.forms.lock().expect("not poisoned");
            let is_lost = forms.n_lost > 0;
            forms.n_lost = forms.n_lost.saturating_sub(1);
            (
                is_lost,
                forms
                    .delays
                    .iter()
                    .find(|(token, _)| uri.path().contains(token))
                    .map_or(0, |(_, millis)| *millis),
            )
        };
        tokio::time::sleep(Duration::from_millis(delay)).await;
        if is_lost {
            return refuse(StatusCode::BAD_GATEWAY);
        }
    }
    let is_rating = method == Method::POST && uri.path() == "/api/v1/ratings";
    let fault =
        if is_rating { shared.faults.lock().expect("not poisoned").pop_front() } else { None };
    match fault {
        Some(Fault::Reset) => return broken(),
        Some(Fault::Refused(status, after)) => return proxy_error(status, after),
        Some(Fault::CaptivePortal) => return login_page(),
        Some(Fault::Slow(seconds)) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        Some(Fault::AnswerLost | Fault::Twice) | None => {}
    }
    let Some(upstream) =
        shared.upstream.get().map(|address| address.lock().expect("not poisoned").clone())
    else {
        return refuse(StatusCode::BAD_GATEWAY);
    };
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap_or_default();
    let url =
        format!("http://{upstream}{}", uri.path_and_query().map_or("/", |path| path.as_str()));
    let send = move || {
        if fault == Some(Fault::Twice) {
            forward(&method, &url, &headers, &body);
        }
        forward(&method, &url, &headers, &body)
    };
    let answer = tokio::task::spawn_blocking(send).await.expect("no panic");
    // A collector that is down looks to the browser like a broken connection.
    let Some((status, headers, mut bytes)) = answer else { return refuse(StatusCode::BAD_GATEWAY) };
    if fault == Some(Fault::AnswerLost) {
        assert_eq!(
            status,
            StatusCode::CREATED,
            "the collector has it, and the browser never hears so"
        );
        return broken();
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    match wasm {
        Wasm::Damaged => {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xFF;
        }
        Wasm::WrongType => {
            response.headers_mut().insert("content-type", "text/plain".parse().expect("plain"));
        }
        _ => {}
    }
    *response.body_mut() = Body::from(bytes);
    response
}

/// A body that ends in an error after its first byte: the connection closes before the answer is
/// whole. Where nothing came at all, a browser tries again by itself, and nobody hears of it.
fn broken() -> Response {
    let parts = futures_util::stream::unfold(0, |n_sent| async move {
        if n_sent == 0 {
            return Some((Ok(Bytes::from_static(b"{")), 1));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Err(std::io::Error::other("cut off")), 2))
    });
    Response::new(Body::from_stream(parts))
}

fn proxy_error(status: u16, after: u64) -> Response {
    let mut response = refuse(StatusCode::from_u16(status).expect("a status"));
    response.headers_mut().insert("retry-after", after.into());
    response
}

fn login_page() -> Response {
    let mut response =
        Response::new(Body::from("<!doctype html><title>登录网络</title><p>receipt</p>"));
    response.headers_mut().insert("content-type", "text/html".parse().expect("plain"));
    response.headers_mut().insert("access-control-allow-origin", "*".parse().expect("plain"));
    response
}

fn refuse(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from("gate"));
    *response.status_mut() = status;
    response.headers_mut().insert("access-control-allow-origin", "*".parse().expect("plain"));
    response
}

fn forward(
    method: &Method,
    url: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<(StatusCode, HeaderMap, Vec<u8>)> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut request = http::Request::builder().method(method.clone()).uri(url);
    let passed = [
        "content-type",
        "accept-language",
        "origin",
        "sec-fetch-site",
        "user-agent",
        "idempotency-key",
        "access-control-request-method",
        "access-control-request-headers",
    ];
    for (name, value) in headers.iter().filter(|(name, _)| passed.contains(&name.as_str())) {
        request = request.header(name, value);
    }
    let mut answer = agent.run(request.body(body.to_vec()).ok()?).ok()?;
    let mut headers = answer.headers().clone();
    headers.remove("transfer-encoding");
    headers.remove("content-length");
    headers.remove("connection");
    Some((answer.status(), headers, answer.body_mut().read_to_vec().ok()?))
}
