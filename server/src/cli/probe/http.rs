//! The ways without a browser: the page, the form as a browser posts it, the API, the receipt, the
//! look-up, the widget's files.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::{
    form::field, messages::Lang, portal::Request, rating::SatisfactionLevel, wire::v1,
};
use sha2::{Digest, Sha256};

use super::Tried;

/// The option that a bad test rating names: 窗口人员业务不熟练, and its like one level below.
const OPTIONS: [(SatisfactionLevel, &str); 2] =
    [(SatisfactionLevel::Dissatisfied, "213"), (SatisfactionLevel::VeryDissatisfied, "113")];
const LIMIT: Duration = Duration::from_secs(20);

/// Requests that follow no redirect.
pub(super) struct Http(ureq::Agent);

impl Http {
    pub(super) fn new() -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self(config.timeout_global(Some(LIMIT)).build().into())
    }

    /// Status and body.
    pub(super) fn send(&self, request: &Request) -> Result<(u16, Vec<u8>)> {
        let mut made = ureq::http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            made = made.header(*name, value);
        }
        let mut answer = self.0.run(made.body(request.body.clone())?)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_to_vec()?))
    }

    fn get(&self, url: &str) -> Result<(String, String)> {
        let mut answer = self.0.get(url).header("accept-language", "zh-CN").call()?;
        ensure!(answer.status() == 200, "{url} answers with status {}", answer.status().as_u16());
        let kind = answer
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("")
            .to_owned();
        Ok((kind, answer.body_mut().read_to_string()?))
    }
}

/// What every page loads: the script, and the app with the integrity value that the page names.
pub(super) fn assets(http: &Http, page: &str) -> Vec<Tried> {
    let found = http.get(page).map(|(_, html)| html);
    let html = found.as_deref().unwrap_or("");
    let script = (|| {
        let path = attribute(html, "<script type=\"module\"", "src")
            .context("the page loads no script")?;
        let (kind, _) = http.get(&absolute(page, path)?)?;
        ensure!(kind.starts_with("text/javascript"), "the script has the MIME type {kind}");
        Ok(())
    })();
    let app = (|| {
        let path =
            attribute(html, "<link rel=\"preload\"", "href").context("the page names no app")?;
        let value = attribute(html, "<link rel=\"preload\"", "integrity")
            .context("the page names no integrity value")?;
        let request = Request {
            method: "GET",
            url: absolute(page, path)?,
            headers: Vec::new(),
            body: Vec::new(),
        };
        let (status, wasm) = http.send(&request)?;
        ensure!(status == 200, "the wasm file answers with status {status}");
        let is = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(&wasm)));
        ensure!(is == value, "the wasm file was changed on its way");
        Ok(())
    })();
    vec![Tried::new("script", &script), Tried::new("app", &app)]
}

/// One level by page, form and API.
pub(super) fn rate(
    http: &Http,
    collector: &str,
    ticket: &v1::IssuedTicket,
    level: SatisfactionLevel,
) -> Vec<Tried> {
    let page = open(http, &ticket.url);
    let mut tried = vec![Tried::new("page", &page)];
    let Ok(html) = page else { return tried };
    let form = post(http, &ticket.url, &html, level);
    tried.push(Tried::new("form", &form));
    let api = again(http, collector, ticket, &html, level);
    tried.push(Tried::new("api", &api));
    if let (Ok(done), Ok(accepted)) = (&form, &api) {
        let same = if done.contains(&accepted.receipt) {
            Ok(())
        } else {
            Err(anyhow::anyhow!("two receipts of one rating"))
        };
        tried.push(Tried::new("receipt", &same));
        let looked = http.get(&accepted.lookup_url).and_then(|(_, html)| {
            ensure!(html.contains(&accepted.receipt), "the look-up does not find the rating");
            Ok(())
        });
        tried.push(Tried::new("look-up", &looked));
    }
    tried
}

/// The page, which must offer five choices and say that it is a test.
fn open(http: &Http, url: &str) -> Result<String> {
    let (_, html) = http.get(url)?;
    let n_choices = html.matches("type=\"radio\"").count();
    ensure!(n_choices == 5, "the page offers {n_choices} levels");
    ensure!(
        html.contains(Lang::ZhHans.page_messages().test_text),
        "the page does not say that it is a test"
    );
    Ok(html)
}

/// The form as a browser without script posts it; the page of the receipt.
fn post(http: &Http, url: &str, html: &str, level: SatisfactionLevel) -> Result<String> {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for name in [field::KEY, field::PAGE_TOKEN, field::INDICATOR_VERSION, field::LANG] {
        fields.append_pair(name, hidden(html, name)?);
    }
    fields.append_pair(field::LEVEL, level.name());
    if let Some((_, code)) = OPTIONS.iter().find(|(of, _)| *of == level) {
        fields.append_pair(field::INDICATOR, code);
    }
    let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let answer = http
        .0
        .post(url)
        .header("origin", origin)
        .content_type("application/x-www-form-urlencoded")
        .send(fields.finish())?;
    ensure!(answer.status() == 303, "the form answers with status {}", answer.status().as_u16());
    let place = answer
        .headers()
        .get("location")
        .and_then(|place| place.to_str().ok())
        .context("a redirect to nowhere")?;
    let (_, html) = http.get(&absolute(url, place)?)?;
    ensure!(html.contains("data-hcp-done"), "the page after the form has no receipt");
    Ok(html)
}

/// The same rating by the API: the same key, so the same receipt.
fn again(
    http: &Http,
    collector: &str,
    ticket: &v1::IssuedTicket,
    html: &str,
    level: SatisfactionLevel,
) -> Result<v1::RatingAccepted> {
    let options: Vec<_> =
        OPTIONS.iter().filter(|(of, _)| *of == level).map(|(_, code)| *code).collect();
    let body = serde_json::json!({
        "ticket": ticket.ticket, "key": hidden(html, field::KEY)?, "level": level.name(), "indicators": options,
        "indicator_version": hidden(html, field::INDICATOR_VERSION)?, "comment": "", "anonymous": false, "contact": null,
        "lang": hidden(html, field::LANG)?, "via": null,
    });
    let request = Request {
        method: "POST",
        url: format!("{}/api/v1/ratings", collector.trim_end_matches('/')),
        headers: vec![("content-type", "application/json".to_owned())],
        body: serde_json::to_vec(&body)?,
    };
    match http.send(&request)? {
        (200 | 201, body) => Ok(serde_json::from_slice(&body)?),
        (status, _) => bail!("the API answers with status {status}"),
    }
}

fn hidden<'a>(html: &'a str, name: &str) -> Result<&'a str> {
    attribute(html, &format!("name=\"{name}\""), "value")
        .with_context(|| format!("the form has no field {name}"))
}

/// An attribute that stands behind `mark` in the same element.
fn attribute<'a>(html: &'a str, mark: &str, name: &str) -> Option<&'a str> {
    let element = html.split_once(mark)?.1.split('>').next()?;
    element.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn absolute(base: &str, path: &str) -> Result<String> {
    if path.contains("://") {
        return Ok(path.to_owned());
    }
    ensure!(path.starts_with('/'), "{path:?} does not begin with a slash");
    Ok(format!("{}{path}", base.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_from_the_element_that_is_meant() {
        let html = "<input type=\"hidden\" name=\"key\" value=\"K\"><link rel=\"preload\" as=\"fetch\" href=\"/v/1/a.wasm\">";
        assert_eq!(hidden(html, "key").unwrap(), "K");
        assert_eq!(attribute(html, "<link rel=\"preload\"", "href"), Some("/v/1/a.wasm"));
        assert!(hidden(html, "lang").is_err());
        assert_eq!(
            absolute("https://h.example/hcp/r/T", "/hcp/v/1").unwrap(),
            "https://h.example/hcp/v/1"
        );
    }
}
