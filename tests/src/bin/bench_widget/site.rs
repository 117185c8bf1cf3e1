//! The other server: the peers, and the pages of a portal that is foreign to the collector. All of
//! it compressed before.

use std::{
    collections::HashMap,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Files by path, brotli.
#[derive(Debug, Default)]
pub(crate) struct Site {
    files: HashMap<String, Bytes>,
}

impl Site {
    /// What `npm run build` in tests/peers has left.
    pub(crate) fn of_peers(folder: &Path) -> Self {
        let mut site = Self::default();
        let built = "build the peers first: npm ci && npm run build, in tests/peers";
        for entry in std::fs::read_dir(folder).expect(built) {
            let path = entry.expect(built).path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("plain names");
            if let Some(name) = name.strip_suffix(".br") {
                site.files.insert(format!("/{name}"), std::fs::read(&path).expect(built).into());
            }
        }
        site
    }

    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), compress(text).into());
    }

    /// Serves it; returns host and port.
    pub(crate) async fn serve(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens").to_string();
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let routes = Router::new()
            .route("/api/v1/ratings", post(accept))
            .fallback(answer)
            .with_state(Arc::new(self));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }
}

async fn answer(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    let Some(file) = site.files.get(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = file.clone().into_response();
    // As the collector's: pages are asked for each time, files are kept.
    let (kind, cache) = if Path::new(uri.path()).extension().is_some_and(|kind| kind == "js") {
        ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable")
    } else {
        ("text/html; charset=utf-8", "no-store")
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_ENCODING, "br"),
        (header::VARY, "accept-encoding"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Takes a peer's rating as the collector does, and keeps nothing.
async fn accept(body: Bytes) -> Response {
    let rating: Value = serde_json::from_slice(&body).unwrap_or_default();
    let is_whole =
        ["ticket", "key", "level", "indicator_version"].iter().all(|name| rating[name].is_string())
            && rating["comment"] == "示例"
            && rating["indicators"].is_array();
    if !is_whole {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let accepted = json!({ "receipt": "SHILI", "lookup": "SHILI-SHILI-SHILI-SHILI", "lookup_url": "/q", "rated_at": "" });
    (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], accepted.to_string())
        .into_response()
}

fn compress(text: &str) -> Vec<u8> {
    let script =
        "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))";
    let mut node = Command::new("node");
    let mut node = node
        .args(["-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    node.stdin.take().expect("piped").write_all(text.as_bytes()).expect("node reads");
    node.wait_with_output().expect("node ends").stdout
}
