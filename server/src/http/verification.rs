//! Files at the root by which a platform checks whose domain this is (`/WW_verify_….txt` and the
//! like): byte for byte as they lie in the operator's folder, read anew each time, since platforms
//! ask for them at any hour.

use std::{path::Path, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;

use super::page;

/// A platform's file, or the page for an address that is none of ours.
pub(super) async fn or_not_found(State(app): State<Arc<App>>, request: Request) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let found = app.config.verification_dir.as_deref().filter(|_| is_read);
    // At the host's root, which may lie above our own path.
    let content =
        found.zip(name(request.uri().path())).and_then(|(folder, name)| read(folder, name));
    let Some((content, kind)) = content else { return page::not_found(&app, request.headers()) };
    let mut response = content.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The name of a file that may be one: letters, digits, `_`, `-` and one ending. Nothing else
/// reaches the disk.
fn name(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!stem.is_empty() && stem.chars().all(is_plain) && matches!(ending, "txt" | "html"))
        .then_some(name)
}

fn read(folder: &Path, name: &str) -> Option<(Vec<u8>, &'static str)> {
    let kind = if name.ends_with("html") {
        "text/html; charset=utf-8"
    } else {
        "text/plain; charset=utf-8"
    };
    Some((std::fs::read(folder.join(name)).ok()?, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_two_endings_are_looked_for() {
        for good in ["/WW_verify_aB3.txt", "/hcp/6ynZPDvfTF.txt", "/0a1b2c.html"] {
            assert!(name(good).is_some(), "{good}");
        }
        for bad in
            ["/", "/.txt", "/a.b.txt", "/a%2fb.txt", "/master.key", "/..", "/a b.txt", "/a.TXT"]
        {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
