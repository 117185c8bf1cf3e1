//! Links as chats, mails and people pass them on: with a full stop, a bracket, a space or the rest
//! of a sentence behind them.

use axum::{
    Router,
    extract::Request,
    http::{
        Method, Uri,
        uri::{Parts, PathAndQuery},
    },
};
use tower::util::MapRequestLayer;

/// What may stand behind a token.
const PAGES: [&str; 3] = ["/form", "/done", "/widget.js"];

/// The routes, reached by whatever was meant. Only questions are read so: what is sent goes where
/// it says.
pub(super) fn forgiving(routes: Router, base: &str) -> Router {
    let base = base.to_owned();
    let read = move |mut request: Request| {
        if [Method::GET, Method::HEAD].contains(request.method())
            && let Some(path) = without_tail(request.uri().path(), &base)
            && let Some(uri) = with_path(request.uri(), &path)
        {
            *request.uri_mut() = uri;
        }
        request
    };
    Router::new().fallback_service(routes).layer(MapRequestLayer::new(read))
}

/// The path with nothing behind its token; `None` where it is one already, or leads elsewhere.
fn without_tail(path: &str, base: &str) -> Option<String> {
    let own = path.strip_prefix(base).filter(|own| own.starts_with('/')).unwrap_or(path);
    let before = &path[..path.len() - own.len()];
    let kind = own.get(1..2).filter(|kind| ["r", "R", "c", "C", "q", "Q"].contains(kind))?;
    let rest = own.get(2..)?.strip_prefix('/')?;
    // Codes are read with their hyphens.
    let is_code = kind.eq_ignore_ascii_case("q");
    let belongs = |sign: char| sign.is_ascii_alphanumeric() || is_code && sign == '-';
    let length = rest.find(|sign| !belongs(sign)).unwrap_or(rest.len());
    let (token, tail) = rest.split_at(length);
    // A code is printed in either case.
    let kind = if is_code { "q" } else { kind };
    let whole = format!("{before}/{kind}/{token}");
    let is_page = tail.is_empty() || PAGES.contains(&tail);
    (!token.is_empty() && (!is_page || !path.starts_with(&whole)))
        .then(|| if is_page { whole + tail } else { whole })
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = Parts::from(uri.clone());
    parts.path_and_query = PathAndQuery::try_from(format!("{path}{query}")).ok();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_chat_put_behind_a_link_is_cut() {
        let tails = [
            "/",
            "//",
            "%E3%80%82",
            "%EF%BC%8C",
            ".",
            ")",
            "%EF%BC%89",
            "%20",
            "%20%E8%AF%B7%E8%AF%84%E4%BB%B7",
            "%3E",
            "%22",
            "%E2%80%9D",
            ",",
            ";",
            "!",
            "]",
            "'",
            "*",
            "%E2%80%8B",
            "/%E3%80%82",
            "。",
            "，谢谢",
            "/form/",
        ];
        for kind in ["r", "R", "c", "C", "q"] {
            for tail in tails {
                let cut = without_tail(&format!("/{kind}/0TOKEN9{tail}"), "");
                assert_eq!(cut.as_deref(), Some(&*format!("/{kind}/0TOKEN9")), "{kind} {tail}");
            }
        }
        assert_eq!(without_tail("/Q/AAAAA-BBBBB%E3%80%82", "").as_deref(), Some("/q/AAAAA-BBBBB"));
        assert_eq!(without_tail("/Q/AAAAA-BBBBB", "").as_deref(), Some("/q/AAAAA-BBBBB"));
        assert_eq!(without_tail("/hcp/r/TOKEN/", "/hcp").as_deref(), Some("/hcp/r/TOKEN"));
    }

    #[test]
    fn whole_links_and_other_paths_stay() {
        let whole = [
            "/r/TOKEN",
            "/R/TOKEN",
            "/c/TOKEN",
            "/q/AAAAA-BBBBB",
            "/r/TOKEN/form",
            "/r/TOKEN/done",
            "/c/TOKEN/form",
            "/r/TOKEN/widget.js",
            "/q",
            "/q/",
            "/r/",
            "/",
            "/ledger/key",
            "/robots.txt",
            "/desk",
            "/r",
            "/v/1/x.js",
        ];
        for path in whole {
            assert_eq!(without_tail(path, ""), None, "{path}");
            assert_eq!(without_tail(&format!("/hcp{path}"), "/hcp"), None, "{path}");
        }
    }

    #[test]
    fn the_query_stays() {
        let uri: Uri = "/r/TOKEN%E3%80%82?via=sms".parse().unwrap();
        let path = without_tail(uri.path(), "").unwrap();
        assert_eq!(with_path(&uri, &path).unwrap().to_string(), "/r/TOKEN?via=sms");
    }
}
