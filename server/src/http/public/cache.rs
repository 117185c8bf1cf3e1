//! Public pages as they were rendered last. Figures are brought up once a second, so a page is the
//! same for everybody until then: it is rendered and packed once.

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// How many pages are kept; a page is some 20 KB, twice.
const KEPT_MAX: usize = 512;
/// Quick, and within a few percent of the slowest.
const QUALITY: u32 = 5;
const WINDOW: u32 = 20;

/// A page that was rendered.
#[derive(Debug)]
pub struct Kept {
    headers: HeaderMap,
    plain: Bytes,
    packed: Bytes,
}

/// The pages of one state of the figures, by what was asked for.
#[derive(Debug, Default)]
pub struct Pages {
    state: Mutex<(u64, HashMap<String, Arc<Kept>>)>,
}

impl Pages {
    /// A page that was rendered since the figures moved last.
    pub fn get(&self, generation: u64, key: &str) -> Option<Arc<Kept>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.get(key).filter(|_| state.0 == generation).map(Arc::clone)
    }

    /// Keeps a page that was answered, if it is one.
    pub async fn keep(
        &self,
        generation: u64,
        key: String,
        response: Response,
    ) -> Result<Arc<Kept>, Response> {
        if response.status() != StatusCode::OK {
            return Err(response);
        }
        let (mut parts, body) = response.into_parts();
        // The body is text in memory; it cannot fail.
        let plain = to_bytes(body, usize::MAX).await.unwrap_or_default();
        parts.headers.insert(header::ETAG, tag_of(&plain));
        let kept = Arc::new(Kept { headers: parts.headers, packed: pack(&plain), plain });
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if generation < state.0 {
            // It took long, and the figures have moved meanwhile.
            return Ok(kept);
        }
        if state.0 != generation || state.1.len() >= KEPT_MAX {
            *state = (generation, HashMap::new());
        }
        state.1.insert(key, Arc::clone(&kept));
        Ok(kept)
    }
}

impl Kept {
    /// The page as an answer to a request with these headers.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        let tag = self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or("");
        let is_known = lists(asked, &header::IF_NONE_MATCH, tag);
        let is_packed = !is_known && lists(asked, &header::ACCEPT_ENCODING, "br");
        let (status, body) = match (is_known, is_packed) {
            (true, _) => (StatusCode::NOT_MODIFIED, Bytes::new()),
            (false, true) => (StatusCode::OK, self.packed.clone()),
            (false, false) => (StatusCode::OK, self.plain.clone()),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = self.headers.clone();
        if is_packed {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            response
                .headers_mut()
                .append(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }
}

/// A weak validator of what a body says, packed or not.
pub fn tag_of(body: &[u8]) -> HeaderValue {
    let tag = format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..12]));
    HeaderValue::from_str(&tag).expect("base64 is ASCII")
}

/// Whether a list header has an entry that is not ruled out by `q=0`.
pub fn lists(headers: &HeaderMap, name: &HeaderName, what: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut entries = values.flat_map(|value| value.split(','));
    entries.any(|entry| {
        let (token, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let is_out =
            parameters.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        token.trim() == what && !is_out
    })
}

fn pack(plain: &[u8]) -> Bytes {
    let mut packed = Vec::with_capacity(plain.len() / 4);
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4_096, QUALITY, WINDOW);
    // Writing into memory cannot fail.
    let _ = writer.write_all(plain).and_then(|()| writer.flush());
    drop(writer);
    packed.into()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    async fn kept(pages: &Pages) -> Arc<Kept> {
        pages.keep(1, "page".into(), "一".repeat(1_000).into_response()).await.unwrap()
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[tokio::test]
    async fn a_page_is_kept_until_the_figures_move() {
        let pages = Pages::default();
        kept(&pages).await;
        assert!(pages.get(1, "page").is_some() && pages.get(1, "other").is_none());
        assert!(pages.get(2, "page").is_none(), "the figures have moved");
        let refused = pages.keep(1, "wrong".into(), StatusCode::NOT_FOUND.into_response()).await;
        assert_eq!(refused.unwrap_err().status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn it_is_packed_for_whoever_takes_brotli_and_empty_for_whoever_has_it() {
        let kept = kept(&Pages::default()).await;
        let packed = kept.answer(&headers(header::ACCEPT_ENCODING, "gzip, br;q=0.9"));
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
        let body = to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &body[..], &mut plain).unwrap();
        assert_eq!(plain, "一".repeat(1_000).as_bytes());
        let tag = kept.headers[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(
            kept.answer(&headers(header::IF_NONE_MATCH, &tag)).status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(kept.answer(&HeaderMap::new()).status(), StatusCode::OK);
    }
}
