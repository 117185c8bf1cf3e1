//! A question about public figures with whoever reads the answer: what the home page and its parts
//! share.

use std::fmt::Write as _;

use axum::response::Response;
use haochaping::{
    form::html::escape,
    messages::{Labelled, PublicMessages, level_name},
    rating::SatisfactionLevel,
    statistics::{Counts, show_count, show_rate},
};
use haochaping_collector::state::App;

use super::{
    question::{Fault, Question},
    table::Row,
};
use crate::http::page::{self, Page, Reader};

/// What cannot be answered, with the way back to what can.
pub(super) fn refused(app: &App, reader: Reader, fault: &Fault) -> Response {
    let (m, p) = (reader.lang.public_messages(), reader.page_messages());
    let text = match (fault.status, fault.code) {
        (_, "future-month") => m.question_future,
        (_, "impossible-filter" | "malformed-month") => m.question_impossible,
        _ => m.question_unknown,
    };
    let back =
        format!("{}/?lang={}{}", app.config.base_path(), reader.lang.tag(), reader.mode_query());
    let content = format!(
        "<div class=\"card\"><p>{text}</p><p><a href=\"{}\">{}</a></p></div>",
        escape(&back),
        p.public_title
    );
    let page =
        Page { status: fault.status, is_error: true, ..Page::new(m.question_title, "/", content) };
    page::respond(app, reader, &page)
}

/// A question, and who reads the answer.
pub(super) struct View<'a> {
    pub(super) app: &'a App,
    pub(super) reader: Reader,
    pub(super) m: &'static PublicMessages,
    pub(super) question: &'a Question,
}

impl View<'_> {
    /// The totals: the five levels, rates with their definitions, and what is not counted.
    pub(super) fn head(&self, all: &Row) -> String {
        let (p, rules) = (self.reader.page_messages(), self.app.config.publication);
        let mut out = format!(
            "<p class=\"slogan\">{}</p><p class=\"muted\">{}</p>{}<h2>{}</h2><p class=\"muted\">{}</p>",
            p.public_slogan,
            p.public_intro,
            self.way_up(),
            escape(&self.title()),
            self.as_of(all.is_live)
        );
        let counts = &all.counts;
        let mut figures = vec![
            (p.total_label, show_count(counts.total())),
            (p.good_label, show_count(counts.good())),
            (p.bad_label, show_count(counts.bad())),
            (self.m.good_rate.label, self.rate(counts.good(), counts.total())),
        ];
        let mut definitions = vec![self.m.good_rate];
        if self.question.month.is_none() && self.question.item().is_none() {
            let shown = self
                .app
                .figures
                .shown(self.question.region, self.question.agency().unwrap_or_default());
            let (part, whole) = shown.participation;
            // Of services that were registered elsewhere nobody here knows how many there are.
            if shown.is_live && part <= whole {
                figures.push((self.m.participation.label, self.rate(part, whole)));
                definitions.push(self.m.participation);
            }
        }
        put_figures(&mut out, &figures);
        self.put_aside(&mut out);
        self.put_levels(&mut out, counts);
        self.put_definitions(&mut out, &definitions);
        if rules.rate_min > 1 {
            let _ = write!(
                out,
                "<p class=\"muted\">{}</p>",
                self.m.rate_note.replace("{min}", &rules.rate_min.to_string())
            );
        }
        if rules.step > 1 && all.is_live {
            let _ = write!(
                out,
                "<p class=\"muted\">{}</p>",
                p.step_note.replace("{step}", &rules.step.to_string())
            );
        }
        self.put_handling(&mut out);
        out
    }

    /// Where, and of what only.
    fn title(&self) -> String {
        let names = self.app.names();
        let only = self
            .question
            .agency()
            .map(|code| names.agencies.get(code).map_or(code, String::as_str));
        let only = only.or(self
            .question
            .item()
            .map(|code| names.items.get(code).map_or(code, String::as_str)));
        let month = self.question.month.map(|month| self.m.month(month));
        let place = self.app.region_name(self.question.region);
        [Some(place.as_str()), only, month.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn as_of(&self, is_live: bool) -> String {
        if is_live {
            let time = self.app.figures.shown(self.question.region, "").as_of.to_rfc3339()[..19]
                .replace('T', " ");
            self.reader.page_messages().as_of.replace("{time}", &time)
        } else {
            self.m.daily_as_of.replace("{date}", &self.daily_date())
        }
    }

    /// The last day that daily figures tell of.
    pub(super) fn daily_date(&self) -> String {
        self.app.figures.daily_as_of().to_rfc3339()[..10].to_owned()
    }

    /// A rate, or “—” where there is too little to tell.
    pub(super) fn rate(&self, part: u64, whole: u64) -> String {
        if whole < self.app.config.publication.rate_min {
            show_rate(0, 0)
        } else {
            show_rate(part, whole)
        }
    }

    /// What is kept and does not count.
    fn put_aside(&self, out: &mut String) {
        if self.question.month.is_some() || self.question.item().is_some() {
            return;
        }
        let p = self.reader.page_messages();
        let excluded_counts = self
            .app
            .figures
            .excluded_counts(self.question.region, self.question.agency().unwrap_or_default());
        let excluded_counts = [
            (p.quarantined_label, excluded_counts.quarantined),
            (p.excluded_label, excluded_counts.excluded),
            (self.m.imported_label, excluded_counts.imported),
            (self.m.defaults_label, excluded_counts.defaults),
            (p.probes_label, excluded_counts.probes),
        ];
        let there: Vec<_> = excluded_counts
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(label, n)| (label, show_count(n)))
            .collect();
        if !there.is_empty() {
            put_figures(out, &there);
        }
    }

    fn put_levels(&self, out: &mut String, counts: &Counts) {
        let (m, p) = (self.reader.messages(), self.reader.page_messages());
        let _ = write!(
            out,
            "<table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
            p.level_label, p.count_label
        );
        for level in SatisfactionLevel::ALL {
            let gloss = m.level_gloss(level);
            let gloss = if gloss.is_empty() { String::new() } else { format!(" {gloss}") };
            let count = show_count(counts.of(level));
            let _ = write!(
                out,
                "<tr><th scope=\"row\"><span lang=\"zh-Hans\">{}</span>{gloss}</th><td>{count}</td></tr>",
                level_name(level)
            );
        }
        out.push_str("</tbody></table>");
    }

    pub(super) fn put_definitions(&self, out: &mut String, texts: &[Labelled]) {
        let items: String =
            texts.iter().map(|text| format!("<li>{}</li>", text.definition)).collect();
        let _ = write!(
            out,
            "<details class=\"what\"><summary>{}</summary><ul>{items}</ul></details>",
            self.m.definitions
        );
    }

    /// How bad ratings were worked, gross and net.
    fn put_handling(&self, out: &mut String) {
        let m = self.reader.lang.handling_messages();
        if self.question.month.is_some() || self.question.item().is_some() {
            return;
        }
        let found = self
            .app
            .handled
            .published(self.question.region, self.question.agency().unwrap_or_default());
        if found.bad == 0 {
            return;
        }
        let figures = [
            show_count(found.bad),
            show_count(found.effective_bad()),
            self.rate(found.answered, found.bad),
            self.rate(found.valid_on_time, found.valid_due),
            self.rate(found.real_name_replied, found.real_name_due),
        ];
        let _ = write!(out, "<h2>{}</h2>", m.title);
        let figures: Vec<_> = m.all().iter().map(|text| text.label).zip(figures).collect();
        put_figures(out, &figures);
        self.put_definitions(out, &m.all());
    }

    /// The way up: out of a department, an item or a month, else to the region around, unless this
    /// is the root.
    fn way_up(&self) -> String {
        let (to, text, region) = if self.question.only.is_some() || self.question.month.is_some() {
            (
                Question { only: None, month: None, ..self.question.clone() },
                self.m.all_of,
                self.question.region,
            )
        } else {
            let parent = self
                .question
                .region
                .parent()
                .filter(|_| self.question.region != self.app.config.root_region);
            let Some(parent) = parent else { return String::new() };
            let to = Question { region: parent, only: None, month: None };
            (to, self.reader.page_messages().back_up, parent)
        };
        let label = text.replace("{name}", &self.app.region_name(region));
        format!("<p class=\"crumb\"><a href=\"{}\">{}</a></p>", self.href(&to), escape(&label))
    }

    /// The address of another question, for the same reader.
    pub(super) fn href(&self, question: &Question) -> String {
        let (base, query) = (self.app.config.base_path(), question.query().replace('&', "&amp;"));
        let mode = self.reader.mode_query().replace('&', "&amp;");
        format!("{base}/?{query}&amp;lang={}{mode}", self.reader.lang.tag())
    }
}

fn put_figures(out: &mut String, figures: &[(&str, String)]) {
    out.push_str("<dl class=\"figures\">");
    for (label, figure) in figures {
        let _ = write!(out, "<div><dt>{label}</dt><dd>{figure}</dd></div>");
    }
    out.push_str("</dl>");
}
