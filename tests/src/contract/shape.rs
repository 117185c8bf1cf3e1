//! Which operation a request is of.

use serde_json::Value;

/// An operation by its place in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// As in `/paths/~1healthz/get`.
    pub(super) pointer: String,
    /// As in `/healthz`.
    pub(super) path: String,
}

/// What the contract knows of a method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Operation(Place),
    /// The path, with other methods.
    Path,
    Nothing,
}

/// Looks for the most literal path that fits, at the root or under a path that a proxy adds.
pub(super) fn find(document: &Value, method: &str, path: &str) -> Known {
    let own = |start: &str| ["/api/", "/ledger/"].iter().any(|ours| start.contains(ours));
    let starts =
        path.match_indices('/').filter(|(at, _)| !own(&path[..=*at])).map(|(at, _)| &path[at..]);
    let paths = || document["paths"].as_object().into_iter().flatten();
    for rest in starts {
        let fitting = paths().filter(|(template, _)| fits(template, rest));
        let Some((template, item)) =
            fitting.min_by_key(|(template, _)| template.matches('{').count())
        else {
            continue;
        };
        let method = method.to_ascii_lowercase();
        if item[&method].is_null() {
            return Known::Path;
        }
        let escaped = template.replace('~', "~0").replace('/', "~1");
        return Known::Operation(Place {
            pointer: format!("/paths/{escaped}/{method}"),
            path: template.clone(),
        });
    }
    Known::Nothing
}

/// Whether a path is of a template. A tile's path has slashes of its own.
fn fits(template: &str, path: &str) -> bool {
    if let Some(start) = template.strip_suffix("{path}") {
        return path.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    }
    let (wanted, found) = (template.split('/'), path.split('/'));
    wanted.clone().count() == found.clone().count()
        && wanted
            .zip(found)
            .all(|(wanted, found)| wanted == found || wanted.starts_with('{') && !found.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_most_literal_path_is_meant() {
        let document = json!({"paths": {
            "/api/v1/statistics/{by}": {"get": {}}, "/api/v1/statistics/hot-words": {"get": {}}, "/ledger/tile/{path}": {"get": {}},
        }});
        let path = |method, path| match find(&document, method, path) {
            Known::Operation(place) => place.path,
            other => format!("{other:?}"),
        };
        assert_eq!(path("GET", "/api/v1/statistics/hot-words"), "/api/v1/statistics/hot-words");
        assert_eq!(path("GET", "/hcp/api/v1/statistics/regions"), "/api/v1/statistics/{by}");
        assert_eq!(path("GET", "/ledger/tile/0/x001/000.p/3"), "/ledger/tile/{path}");
        assert_eq!(path("POST", "/api/v1/statistics/regions"), "Path");
        assert_eq!(path("GET", "/api/v1/statistics/a/b"), "Nothing");
    }
}
