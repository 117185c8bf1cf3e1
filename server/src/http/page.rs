//! The frame of every page: language, elder mode, style, security headers.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::{
    form,
    messages::{Lang, Messages, PageMessages},
    region::Region,
};
use haochaping_collector::{config::Config, site::Site, state::App};
use haochaping_store::StoreError;
use sha2::{Digest, Sha256};

use crate::assets;

/// The one style sheet of all pages, inline, so that the first visit needs no second request.
pub static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", include_str!("../../templates/page.css"), form::STYLE));

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes())))
});

/// How a person reads: language and size of text.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// The language.
    pub lang: Lang,
    /// 大字版, with its size; `None` in the standard one.
    pub elder: Option<&'static ElderSize>,
    /// The app whose web-view it is.
    pub host: Host,
}

/// A size of 大字版.
#[derive(Debug, PartialEq, Eq)]
pub struct ElderSize {
    /// The mode in addresses.
    pub mode: &'static str,
    /// The class that sets it, the size in pixels in its name.
    pub class: &'static str,
}

/// From the first to the largest: GB/T 37668 asks for 18 px and more, and some read at 30.
pub static ELDER_SIZES: [ElderSize; 3] = [
    ElderSize { mode: "elder", class: "elder" },
    ElderSize { mode: "elder-24", class: "elder s24" },
    ElderSize { mode: "elder-30", class: "elder s30" },
];

/// The app that a page is opened in, as the browser names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// WeChat or Alipay: the page loads the bridge that closes it and tells a mini-program of the
    /// receipt.
    pub is_app: bool,
    /// A mini-program of Alipay. Its `my` comes from `appx`, a name that the app itself answers and
    /// no network knows.
    pub is_alipay: bool,
}

impl Host {
    fn of(headers: &HeaderMap) -> Self {
        let agent =
            headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let is_alipay = agent.contains("AlipayClient");
        Self {
            is_app: (is_alipay || agent.contains("MicroMessenger"))
                && !assets::version().is_empty(),
            is_alipay: is_alipay && agent.contains("MiniProgram"),
        }
    }
}

impl Reader {
    /// What the address asks for (`?lang=`, `?mode=elder`), else what the browser prefers.
    pub fn of(lang: Option<&str>, mode: Option<&str>, headers: &HeaderMap) -> Self {
        let preferred = || {
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|v| v.to_str().ok())
                .map_or(Lang::ZhHans, Lang::negotiate)
        };
        Self {
            lang: lang.and_then(Lang::matching).unwrap_or_else(preferred),
            elder: ELDER_SIZES.iter().find(|size| Some(size.mode) == mode),
            host: Host::of(headers),
        }
    }

    /// Whether it is 大字版.
    pub fn is_elder(self) -> bool {
        self.elder.is_some()
    }

    /// The mode as addresses say it; empty in the standard one.
    pub fn mode(self) -> &'static str {
        self.elder.map_or("", |size| size.mode)
    }

    /// The same as the rest of a query.
    pub fn mode_query(self) -> String {
        self.elder.map_or_else(String::new, |size| format!("&mode={}", size.mode))
    }

    /// The texts.
    pub fn messages(self) -> &'static Messages {
        self.lang.messages()
    }

    /// What pages say around the form.
    pub fn page_messages(self) -> &'static PageMessages {
        self.lang.page_messages()
    }
}

/// A page before its frame.
#[derive(Debug)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// The content, HTML.
    pub content: String,
    /// The path of the page itself, for its links to other languages and sizes; with a leading
    /// slash.
    pub path: String,
    /// What belongs into those links besides, as `region=320000`; empty for nothing.
    pub query: String,
    /// The answer's status.
    pub status: StatusCode,
    /// Whether something in it has to be put right.
    pub is_error: bool,
    /// Whether the widget takes over here.
    pub has_widget: bool,
    /// Whether it may be kept by caches for a moment.
    pub is_public: bool,
    /// Whose it is: of this region, or of the root.
    pub region: Option<Region>,
}

impl Page {
    /// A page of 200 that no cache keeps.
    pub fn new(title: impl Into<String>, path: impl Into<String>, content: String) -> Self {
        Self {
            title: title.into(),
            content,
            path: path.into(),
            query: String::new(),
            status: StatusCode::OK,
            is_error: false,
            has_widget: false,
            is_public: false,
            region: None,
        }
    }
}

struct LanguageLink {
    tag: &'static str,
    name: &'static str,
    href: String,
    is_current: bool,
}

struct SizeLink {
    name: &'static str,
    href: String,
    is_current: bool,
}

struct Preload {
    href: String,
    integrity: &'static str,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Frame<'a> {
    m: &'a Messages,
    p: &'a PageMessages,
    title: &'a str,
    style: &'a str,
    script: String,
    preload: Option<Preload>,
    content: &'a str,
    base: &'a str,
    elder_href: String,
    host: Host,
    version: &'static str,
    languages: Vec<LanguageLink>,
    is_elder: bool,
    class: &'static str,
    sizes: Vec<SizeLink>,
    is_error: bool,
    site: Site,
}

/// The page in its frame, as an answer.
pub fn respond(app: &App, reader: Reader, page: &Page) -> Response {
    let href = |lang: Lang, mode: &str| {
        let elder = if mode.is_empty() { String::new() } else { format!("&mode={mode}") };
        let rest = if page.query.is_empty() { String::new() } else { format!("&{}", page.query) };
        format!("{}{}?lang={}{elder}{rest}", app.config.base_path(), page.path, lang.tag())
    };
    let languages = Lang::ALL.map(|lang| LanguageLink {
        tag: lang.tag(),
        name: lang.own_name(),
        href: href(lang, reader.mode()),
        is_current: lang == reader.lang,
    });
    let p = reader.page_messages();
    let sizes = reader.elder.map(|current| {
        let names = [p.size_first, p.size_second, p.size_third];
        let link = |(size, name): (&ElderSize, _)| SizeLink {
            name,
            href: href(reader.lang, size.mode),
            is_current: size == current,
        };
        ELDER_SIZES.iter().zip(names).map(link).collect()
    });
    // Form and end of a rating are what apps open.
    let is_rating = page.path.starts_with("/r/") || page.path.starts_with("/c/");
    let has_widget = page.has_widget && !assets::version().is_empty();
    let frame = Frame {
        m: reader.messages(),
        p: reader.page_messages(),
        title: &page.title,
        style: &STYLE,
        script: if has_widget {
            format!("{}/v1/{}", app.config.base_path(), assets::LOADER)
        } else {
            String::new()
        },
        preload: has_widget.then(|| preload(app, reader.lang)).flatten(),
        content: &page.content,
        base: app.config.base_path(),
        host: if is_rating { reader.host } else { Host::default() },
        version: assets::version(),
        elder_href: href(reader.lang, if reader.is_elder() { "" } else { ELDER_SIZES[0].mode }),
        sizes: sizes.unwrap_or_default(),
        languages: languages.into(),
        class: reader.elder.map_or("", |size| size.class),
        is_elder: reader.is_elder(),
        is_error: page.is_error,
        site: app.config.sites.of(page.region.unwrap_or(app.config.root_region)),
    };
    let cache = if page.is_public { "public, max-age=1" } else { "no-store" };
    let body = frame.render().expect("a template of our own renders");
    html(&app.config, page.status, cache, frame.host, body)
}

/// The app's file: on a page whose one purpose is rating it is fetched beside the script that will
/// ask for it.
fn preload(app: &App, lang: Lang) -> Option<Preload> {
    let name = format!("haochaping.{}.wasm", lang.tag());
    let integrity = assets::integrity(&name)?;
    Some(Preload {
        href: format!("{}/v/{}/{name}", app.config.base_path(), assets::version()),
        integrity,
    })
}

/// HTML with the headers that every page of ours has.
pub fn html(
    config: &Config,
    status: StatusCode,
    cache: &'static str,
    host: Host,
    body: String,
) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(config, host));
    // Languages differ by header where the address does not say one.
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// Who may show an answer in a frame: we and the portals that the operator named.
fn framers(config: &Config) -> String {
    std::iter::once("'self'")
        .chain(config.allow_origins.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The policy of an answer that is no page: it loads nothing and runs nothing, wherever it is
/// shown.
pub fn framing_policy(config: &Config) -> HeaderValue {
    let policy = format!("default-src 'none'; frame-ancestors {}", framers(config));
    HeaderValue::from_str(&policy).expect("origins were checked when they were read")
}

fn policy(config: &Config, host: Host) -> HeaderValue {
    policy_of(config, host, &format!("style-src {}", *STYLE_HASH), "'none'")
}

/// The policy of a page with these directives of style, whose scripts make these policies of
/// Trusted Types.
pub fn policy_of(config: &Config, host: Host, styles: &str, trusted_types: &str) -> HeaderValue {
    let appx = if host.is_alipay { " https://appx" } else { "" };
    let framers = framers(config);
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{appx}; {styles}; connect-src 'self'; \
         img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors {framers}; \
         require-trusted-types-for 'script'; trusted-types {trusted_types}"
    );
    HeaderValue::from_str(&policy).expect("origins were checked when they were read")
}

/// The status of a page that the store did not give.
pub fn status_of(error: &StoreError) -> StatusCode {
    match error {
        error if error.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
        StoreError::Row(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The page for an address that is none of ours.
pub fn not_found(app: &App, headers: &HeaderMap) -> Response {
    refused(app, headers, StatusCode::NOT_FOUND)
}

/// The page for a request of which nothing is known but that it cannot be answered.
pub fn refused(app: &App, headers: &HeaderMap, status: StatusCode) -> Response {
    let reader = Reader::of(None, None, headers);
    let p = reader.page_messages();
    let (title, text) = match status {
        StatusCode::NOT_FOUND => (p.not_found_title, p.not_found_text),
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            (p.failed_title, p.failed_text)
        }
        _ => (p.unreadable_title, p.unreadable_text),
    };
    let content = format!("<div class=\"card\"><p>{text}</p><p>{}</p></div>", p.hotline);
    respond(app, reader, &Page { status, ..Page::new(title, "/", content) })
}
