//! What form, post and end have in common: who reads, and how the place a link leads to is shown,
//! as page or fragment.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{
    form::{Element, Notice, Post, RatingForm, STYLE, Subject, html::escape},
    link::PageToken,
    rating::{Channel, RatingDraft},
    region::Region,
    wire::v1,
};
use haochaping_collector::{ports::random, state::App};
use serde::Deserialize;

use super::{
    link::{FormUnavailable, Link, LinkTarget},
    tag::{self, Given},
};
use crate::http::page::{self, Page, Reader};

/// What an address may ask for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Params {
    /// A BCP 47 tag.
    pub lang: Option<String>,
    /// `elder`
    pub mode: Option<String>,
    /// `sms`, `qr`
    pub via: Option<String>,
    /// `template`: the style as text, which no policy of a host page takes for a style of its own.
    pub style: Option<String>,
}

impl Params {
    /// Who reads.
    pub fn reader(&self, headers: &HeaderMap) -> Reader {
        Reader::of(self.lang.as_deref(), self.mode.as_deref(), headers)
    }

    /// The channel that the link claims, if people follow such links.
    pub fn via(&self) -> &str {
        self.via.as_deref().filter(|via| via.parse::<Channel>().is_ok()).unwrap_or("")
    }
}

/// Whether the answer is a page of ours or a fragment for the element on another site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A whole page.
    Page,
    /// Style and content only.
    Fragment,
    /// A script that puts the element into the page, style and content in it. Any page can have it,
    /// so it holds nothing that is not shown.
    Script {
        /// Whether the tag says its language.
        is_lang_asked: bool,
        /// The theme that the tag asks for, or empty.
        theme: String,
    },
}

/// One link as it is shown to one reader.
pub(super) struct LinkView<'a> {
    pub app: &'a App,
    pub reader: Reader,
    pub shape: Shape,
    pub link: &'a Link,
    /// Where it leads to, once that is known.
    pub region: Option<Region>,
    pub via: String,
    /// Whether a fragment carries its style as text only.
    pub is_style_inert: bool,
}

/// What a form starts with.
#[derive(Default)]
pub(super) struct Filled {
    pub draft: RatingDraft,
    pub faults: Vec<v1::Violation>,
    pub notice: &'static str,
    /// The key of an earlier try, kept so that trying again is the same rating.
    pub key: Option<String>,
    /// What was done, of a card.
    pub purpose: String,
}

impl LinkView<'_> {
    /// The form, empty or as it was filled.
    pub(super) fn form(&self, found: LinkTarget, filled: &Filled, status: StatusCode) -> Response {
        let (app, m) = (self.app, self.reader.messages());
        let key = filled.key.clone().unwrap_or_else(|| found.fresh_key(app));
        let mut subject = found.subject;
        if let Subject::Card(card) = &mut subject {
            card.purpose.clone_from(&filled.purpose);
        }
        let prefix = format!(
            "h{}-",
            haochaping::link::base32::encode(&random::<4>(&*app.rng)).to_lowercase()
        );
        let path = self.link.path();
        let action = if self.shape == Shape::Page {
            format!("{}{path}", app.config.base_path())
        } else {
            app.config.url(&path)
        };
        let notice: Vec<_> =
            (!filled.notice.is_empty()).then_some(filled.notice.into()).into_iter().collect();
        let page_token =
            PageToken::mint(&app.keys().page, self.link.token(), &key, app.clock.now());
        let is_private = !matches!(self.shape, Shape::Script { .. });
        let post = Post {
            action: &action,
            ticket: if matches!(self.link, Link::Ticket(_)) { self.link.token() } else { "" },
            page_token: if is_private { &page_token } else { "" },
            key: if is_private { &key } else { "" },
            via: &self.via,
            mode: if self.reader.is_elder() { self.reader.mode() } else { "" },
            takes_focus: self.shape == Shape::Page,
        };
        let form = RatingForm {
            messages: m,
            subject: subject.node(self.reader.page_messages(), &prefix),
            draft: &filled.draft,
            violations: &filled.faults,
            notice: &notice,
            id_prefix: &prefix,
            is_elder: self.reader.is_elder(),
            driver: post,
        };
        let is_error = !filled.faults.is_empty() || !filled.notice.is_empty();
        self.respond(self.reader.page_messages().title, &form.node(), status, is_error, true)
    }

    /// A notice in the place of the form; a page has its title above.
    fn notice(&self, notice: Notice<'_>, status: StatusCode) -> Response {
        let title = notice.title;
        let notice =
            if self.shape == Shape::Page { Notice { title: "", ..notice } } else { notice };
        self.respond(title, &notice.node(), status, false, false)
    }

    /// This visit was rated on this day, with another content.
    pub(super) fn visit_rated(&self, on: &str) -> Response {
        self.rated(
            &self.reader.page_messages().visit_rated_text.replace("{date}", on),
            StatusCode::CONFLICT,
        )
    }

    /// The service was rated on this day.
    pub(super) fn already_rated(&self, on: &str, status: StatusCode) -> Response {
        self.rated(&self.reader.page_messages().already_text.replace("{date}", on), status)
    }

    fn rated(&self, text: &str, status: StatusCode) -> Response {
        let messages = self.reader.messages();
        let title = self.reader.page_messages().already_title;
        let (way_out, is_elder) = (messages.already_replay, self.reader.is_elder());
        self.notice(
            Notice { messages, code: "already-rated", title, text, way_out, is_elder },
            status,
        )
    }

    /// Why there is no form.
    pub(super) fn no_form(&self, reason: FormUnavailable) -> Response {
        if let FormUnavailable::Store(error) = &reason {
            tracing::error!(%error, "what a link is about was not read");
        }
        let notice = Notice::of_link(self.reader.messages(), reason.code(), self.reader.is_elder());
        self.notice(notice, reason.status())
    }

    /// Content as page, fragment or script.
    pub(super) fn respond(
        &self,
        title: &str,
        content: &Element,
        status: StatusCode,
        is_error: bool,
        has_widget: bool,
    ) -> Response {
        match &self.shape {
            Shape::Script { is_lang_asked, theme } => {
                tag::respond(&self.given(*is_lang_asked, theme, content))
            }
            Shape::Fragment => self.fragment(title, content, status),
            Shape::Page => {
                let html = content.to_html();
                let html = if has_widget { self.element(&html) } else { html };
                let query =
                    if self.via.is_empty() { String::new() } else { format!("via={}", self.via) };
                let page = Page {
                    query,
                    status,
                    is_error,
                    has_widget,
                    region: self.region,
                    ..Page::new(title, self.link.path(), html)
                };
                page::respond(self.app, self.reader, &page)
            }
        }
    }

    /// What a tag's loader is given.
    fn given<'a>(&'a self, is_asked: bool, theme: &'a str, content: &'a Element) -> Given<'a> {
        Given {
            collector: &self.app.config.public_url,
            ticket: self.link.token(),
            lang: self.reader.lang.tag(),
            is_asked,
            mode: self.reader.mode(),
            theme,
            style: STYLE,
            content,
        }
    }

    fn fragment(&self, title: &str, content: &Element, status: StatusCode) -> Response {
        let tag = if self.is_style_inert { "template" } else { "style" };
        let body = format!(
            "<!doctype html><meta charset=\"utf-8\"><title>{}</title><{tag} data-hcp>{}</{tag}>{}",
            escape(title),
            STYLE,
            content.to_html()
        );
        page::html(&self.app.config, status, "no-store", page::Host::default(), body)
    }

    /// The element around the form on our own page; fragment and script have theirs already.
    fn element(&self, form: &str) -> String {
        format!(
            "<hao-cha-ping {}=\"{}\" lang=\"{}\" mode=\"{}\" theme=\"auto\">{form}</hao-cha-ping>",
            self.link.attribute(),
            escape(self.link.token()),
            self.reader.lang.tag(),
            if self.reader.is_elder() { "elder" } else { "inline" },
        )
    }
}
