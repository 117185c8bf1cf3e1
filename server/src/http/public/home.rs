//! `GET /`: the exact counts of the five levels, by region and agency, as of at most a second ago.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use haochaping::{
    form::html::escape,
    messages::{PageMessages, level_name},
    rating::SatisfactionLevel,
    region::{Region, RegionKind},
    statistics::{Counts, show_count, show_rate},
};
use serde::Deserialize;

use crate::{
    app::App,
    http::page::{self, Page, Reader},
};

/// Which region, and how to show it.
#[derive(Debug, Deserialize)]
pub struct Asked {
    region: Option<String>,
    lang: Option<String>,
    mode: Option<String>,
}

/// The page.
pub async fn show(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let reader = Reader::of(asked.lang.as_deref(), asked.mode.as_deref(), &headers);
    let root = app.config.root_region;
    let region = match asked.region.as_deref() {
        None => root,
        Some(code) => match code.parse::<Region>() {
            Ok(region) if root.contains(region) => region,
            _ => return page::not_found(&app, &headers),
        },
    };
    let names = match app.store.agency_names().await {
        Ok(names) => names,
        Err(error) => {
            // The figures are in memory and go on; agencies show by their codes meanwhile.
            tracing::warn!(%error, "names of agencies were not read");
            std::collections::BTreeMap::new()
        }
    };
    let view = View { app: &app, reader, region };
    let mut out = view.head();
    view.put_regions(&mut out);
    view.put_agencies(&mut out, &names);
    let _ = write!(
        out,
        "<p class=\"crumb\"><a href=\"{}/briefings\">{}</a></p>",
        app.config.base_path(),
        reader.lang.handling_messages().briefings
    );
    let query = if region == root { String::new() } else { format!("region={region}") };
    let page = Page { query, is_public: true, ..Page::new(reader.page_messages().public_title, "/", out) };
    page::respond(&app, reader, &page)
}

struct View<'a> {
    app: &'a App,
    reader: Reader,
    region: Region,
}

impl View<'_> {
    fn head(&self) -> String {
        let p = self.reader.page_messages();
        let (counts, as_of) = self.app.figures.published(self.region, "");
        let time = as_of.to_rfc3339()[..19].replace('T', " ");
        let mut out = format!(
            "<p class=\"slogan\">{}</p><p class=\"muted\">{}</p>{}<h2>{}</h2><p class=\"muted\">{}</p>",
            p.public_slogan,
            p.public_intro,
            self.way_up(),
            escape(&self.app.region_name(self.region)),
            p.as_of.replace("{time}", &time),
        );
        let rate = show_rate(counts.good(), counts.total());
        let figures = [
            (p.total_label, show_count(counts.total())),
            (p.good_label, show_count(counts.good())),
            (p.bad_label, show_count(counts.bad())),
            (p.good_rate_label, rate),
        ];
        out.push_str("<dl class=\"figures\">");
        for (label, figure) in figures {
            let _ = write!(out, "<div><dt>{label}</dt><dd>{figure}</dd></div>");
        }
        let aside = self.app.figures.aside(self.region, "");
        let aside = [
            (p.quarantined_label, aside.quarantined),
            (p.excluded_label, aside.excluded),
            (p.probes_label, aside.probes),
        ];
        for (label, n) in aside {
            if n > 0 {
                let _ = write!(out, "<div class=\"aside\"><dt>{label}</dt><dd>{}</dd></div>", show_count(n));
            }
        }
        out.push_str("</dl>");
        put_levels(&mut out, self.reader, &counts);
        let step = p.step_note.replace("{step}", &self.app.config.public_step.to_string());
        let _ = write!(out, "<p class=\"muted\">{}</p>", p.good_rate_definition);
        if self.app.config.public_step > 1 {
            let _ = write!(out, "<p class=\"muted\">{step}</p>");
        }
        self.put_handling(&mut out);
        out
    }

    /// How bad ratings were worked, gross and net, each figure with its definition.
    fn put_handling(&self, out: &mut String) {
        let (m, found) = (self.reader.lang.handling_messages(), self.app.handled.published(self.region, ""));
        if found.bad == 0 {
            return;
        }
        let figures = [
            show_count(found.bad),
            show_count(found.effective_bad()),
            show_rate(found.answered, found.bad),
            show_rate(found.valid_on_time, found.valid_due),
            show_rate(found.real_name_replied, found.real_name_due),
        ];
        let _ = write!(out, "<h2>{}</h2><dl class=\"figures\">", m.title);
        for (text, figure) in m.all().iter().zip(&figures) {
            let _ = write!(out, "<div><dt>{}</dt><dd>{figure}</dd></div>", text.label);
        }
        let definitions: String = m.all().iter().map(|text| format!("<li>{}</li>", text.definition)).collect();
        let _ = write!(out, "</dl><ul class=\"muted\">{definitions}</ul>");
    }

    /// The way up to the region around, unless this is the root.
    fn way_up(&self) -> String {
        let parent = self.region.parent().filter(|_| self.region != self.app.config.root_region);
        parent.map_or_else(String::new, |parent| {
            let label = self.reader.page_messages().back_up.replace("{name}", &self.app.region_name(parent));
            format!("<p class=\"crumb\"><a href=\"{}\">{}</a></p>", self.href(parent), escape(&label))
        })
    }

    fn href(&self, region: Region) -> String {
        let elder = self.reader.mode_query();
        format!("{}/?region={region}&lang={}{elder}", self.app.config.base_path(), self.reader.lang.tag())
    }

    /// The regions right below: all named ones to district level, deeper ones where there is something to show.
    fn put_regions(&self, out: &mut String) {
        let p = self.reader.page_messages();
        let mut children: Vec<_> = self.region.builtin_children().collect();
        children.extend(
            self.app.figures.published_children(self.region).into_iter().filter(|c| c.kind() > RegionKind::District),
        );
        children.sort_unstable();
        children.dedup();
        if children.is_empty() {
            return;
        }
        let rows = children.into_iter().map(|child| {
            let name = escape(&self.app.region_name(child));
            let (counts, _) = self.app.figures.published(child, "");
            (format!("<a href=\"{}\">{name}</a>", self.href(child)), counts)
        });
        put_table(out, p, p.by_region, p.region_label, rows);
    }

    fn put_agencies(&self, out: &mut String, names: &std::collections::BTreeMap<String, String>) {
        let p = self.reader.page_messages();
        let agencies = self.app.figures.published_agencies(self.region);
        let rows = agencies.into_iter().map(|(code, counts)| (escape(names.get(&code).unwrap_or(&code)), counts));
        put_table(out, p, p.by_agency, p.agency_label, rows);
    }
}

fn put_levels(out: &mut String, reader: Reader, counts: &Counts) {
    let (m, p) = (reader.messages(), reader.page_messages());
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

fn put_table(
    out: &mut String,
    p: &PageMessages,
    title: &str,
    first: &str,
    rows: impl Iterator<Item = (String, Counts)>,
) {
    let _ = write!(out, "<h2>{title}</h2>");
    let mut body = String::new();
    for (name, counts) in rows {
        let rate = show_rate(counts.good(), counts.total());
        let [total, good, bad] = [counts.total(), counts.good(), counts.bad()].map(show_count);
        let _ = write!(body, "<tr><td>{name}</td><td>{total}</td><td>{good}</td><td>{bad}</td><td>{rate}</td></tr>");
    }
    if body.is_empty() {
        let _ = write!(out, "<p>{}</p>", p.no_ratings);
        return;
    }
    let heads = [first, p.total_label, p.good_label, p.bad_label, p.good_rate_label];
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    );
}
