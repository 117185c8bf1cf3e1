//! What form, post and end have in common: who reads, what the ticket leads to, and how it is shown as page or fragment.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{
    form::{
        Subject,
        html::{Notice, RatingForm, escape},
    },
    link::{PageToken, Ticket},
    rating::{Channel, RatingDraft, Violation},
    wire::v1,
};
use serde::Deserialize;

use crate::{
    accept::read_ticket,
    app::{App, random},
    http::page::{self, Page, Reader},
    store::{ServiceView, StoreError},
};

/// What an address may ask for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// A BCP 47 tag.
    pub lang: Option<String>,
    /// `elder`
    pub mode: Option<String>,
    /// `sms`, `qr`
    pub via: Option<String>,
    /// `template`: the style as text, which no policy of a host page takes for a style of its own.
    pub style: Option<String>,
}

impl Asked {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A whole page.
    Page,
    /// Style and content only.
    Fragment,
}

/// One visit to one link.
pub(super) struct Visit<'a> {
    pub app: &'a App,
    pub reader: Reader,
    pub shape: Shape,
    /// The token as it came.
    pub ticket: &'a str,
    pub via: String,
    /// Whether a fragment carries its style as text only.
    pub is_style_inert: bool,
}

/// Why no form can be shown.
pub(super) enum NoForm {
    /// The token is refused; nothing was read.
    Link(Violation),
    /// Nothing is on record.
    Unknown,
    /// The store failed.
    Store(StoreError),
}

/// What a form starts with.
#[derive(Default)]
pub(super) struct Filled {
    pub draft: RatingDraft,
    pub faults: Vec<v1::Violation>,
    pub notice: &'static str,
    /// The key of an earlier try, kept so that trying again is the same rating.
    pub key: Option<String>,
}

/// The service of a ticket. The token is checked before anything is read; its time by the caller's question `opens`.
pub(super) async fn find_service(
    app: &App,
    ticket: &str,
    opens: fn(&Ticket, haochaping::calendar::Instant) -> bool,
) -> Result<(Ticket, ServiceView), NoForm> {
    let ticket = read_ticket(app, ticket).map_err(NoForm::Link)?;
    if !opens(&ticket, app.clock.now()) {
        return Err(NoForm::Link(Violation::TicketExpired));
    }
    let service = app.store.service(ticket.part, ticket.service).await.map_err(NoForm::Store)?;
    service.map(|service| (ticket, service)).ok_or(NoForm::Unknown)
}

impl Visit<'_> {
    /// The form, empty or as it was filled.
    pub(super) fn form(&self, service: &ServiceView, filled: &Filled, status: StatusCode) -> Response {
        let (app, m) = (self.app, self.reader.messages());
        let key = filled.key.clone().unwrap_or_else(|| haochaping::link::base32::encode(&random::<16>(&*app.rng)));
        let prefix = format!("h{}-", haochaping::link::base32::encode(&random::<4>(&*app.rng)).to_lowercase());
        let path = format!("/r/{}", self.ticket);
        let action =
            if self.shape == Shape::Page { format!("{}{path}", app.config.base_path()) } else { app.config.url(&path) };
        let html = RatingForm {
            messages: m,
            action: &action,
            collector: &app.config.public_url,
            ticket: self.ticket,
            page_token: &PageToken::mint(&app.keys().page, self.ticket, &key, app.clock.now()),
            key: &key,
            via: &self.via,
            subject: &subject(service),
            draft: &filled.draft,
            faults: &filled.faults,
            notice: filled.notice,
            id_prefix: &prefix,
            is_elder: self.reader.is_elder,
        }
        .render();
        let is_error = !filled.faults.is_empty() || !filled.notice.is_empty();
        self.respond(m.title, &self.element(&html), status, is_error, true)
    }

    /// A notice in the place of the form.
    pub(super) fn notice(&self, code: &str, title: &str, text: &str, way_out: &str, status: StatusCode) -> Response {
        let notice =
            Notice { messages: self.reader.messages(), code, title, text, way_out, is_elder: self.reader.is_elder };
        self.respond(title, &notice.render(), status, false, false)
    }

    /// The service was rated on this day.
    pub(super) fn already_rated(&self, on: &str, status: StatusCode) -> Response {
        let m = self.reader.messages();
        self.notice("already-rated", m.already_title, &m.already_text.replace("{date}", on), m.already_replay, status)
    }

    /// Why there is no form.
    pub(super) fn no_form(&self, reason: NoForm) -> Response {
        let (m, p) = (self.reader.messages(), self.reader.page_messages());
        match reason {
            NoForm::Link(Violation::TicketExpired) => {
                self.notice("expired", p.link_ended_title, m.link_ended_text, p.hotline, StatusCode::GONE)
            }
            NoForm::Link(fault) => {
                self.notice(fault.code(), p.link_wrong_title, m.link_wrong_text, p.hotline, StatusCode::NOT_FOUND)
            }
            NoForm::Unknown => {
                let (title, text) = (p.service_unknown_title, p.service_unknown_text);
                self.notice("unknown", title, text, p.hotline, StatusCode::NOT_FOUND)
            }
            NoForm::Store(error) => {
                tracing::error!(%error, "a service was not read");
                self.notice("internal", m.failed_title, m.failed_busy, p.hotline, StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    /// Content as page or fragment.
    pub(super) fn respond(
        &self,
        title: &str,
        content: &str,
        status: StatusCode,
        is_error: bool,
        has_widget: bool,
    ) -> Response {
        if self.shape == Shape::Fragment {
            let tag = if self.is_style_inert { "template" } else { "style" };
            let body = format!(
                "<!doctype html><meta charset=\"utf-8\"><title>{}</title><{tag} data-hcp>{}</{tag}>{content}",
                escape(title),
                haochaping::form::STYLE
            );
            return page::html(&self.app.config, status, "no-store", body);
        }
        let query = if self.via.is_empty() { String::new() } else { format!("via={}", self.via) };
        let page = Page {
            query,
            status,
            is_error,
            has_widget,
            ..Page::new(title, format!("/r/{}", self.ticket), content.to_owned())
        };
        page::respond(self.app, self.reader, &page)
    }

    /// The element around the form on our own page; a fragment goes into an element that is there already.
    fn element(&self, form: &str) -> String {
        if self.shape == Shape::Fragment {
            return form.to_owned();
        }
        format!(
            "<hao-cha-ping ticket=\"{}\" lang=\"{}\" mode=\"{}\" theme=\"auto\">{form}</hao-cha-ping>",
            escape(self.ticket),
            self.reader.lang.tag(),
            if self.reader.is_elder { "elder" } else { "inline" },
        )
    }
}

fn subject(service: &ServiceView) -> Subject {
    Subject {
        item: service.item_name.clone().unwrap_or_default(),
        agency: service.agency_name.clone().unwrap_or_default(),
        finished_on: service.finished_at.date_in_china().to_string(),
    }
}
