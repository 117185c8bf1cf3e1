//! The public page below its totals: tables, each with the chart it is the table of, and the same
//! figures as files.

use std::fmt::Write as _;

use haochaping::{
    form::html::escape,
    region::RegionKind,
    statistics::{show_count, show_rate},
};
use haochaping_store::StoreError;

use super::{
    chart::{Bar, Fill, bars},
    question::{Only, Question},
    table::{By, Row, rows},
    view::View,
    words,
};

/// The lines of a table with many; the files have all of them.
const LINES_MAX: usize = 20;
/// The months of a trend.
const MONTHS_MAX: usize = 24;

/// Everything below the totals.
pub(super) async fn put(view: &View<'_>, out: &mut String) -> Result<(), StoreError> {
    let p = view.reader.page_messages();
    put_regions(view, out).await?;
    put_months(view, out).await?;
    words::put(view, out).await?;
    if By::Agencies.answers(view.question) {
        let all = rows(view.app, view.question, By::Agencies, view.reader.lang).await?;
        let (title, own) = own_agencies(view, all);
        put_table(view, out, title, p.agency_label, &own, |code| {
            Some(narrowed(view, Only::Agency(code.to_owned())))
        });
    }
    if By::Items.answers(view.question) {
        let all = rows(view.app, view.question, By::Items, view.reader.lang).await?;
        put_table(view, out, view.m.by_item, view.m.item_label, &all, |code| {
            Some(narrowed(view, Only::Item(code.to_owned())))
        });
    }
    for (by, title, label) in [
        (By::Cards, view.m.by_card, view.m.card_label),
        (By::Channels, view.m.by_channel, view.m.channel_label),
        (By::Provenances, view.m.by_provenance, view.m.provenance_label),
        (By::Sources, view.m.by_source, view.m.source_label),
    ] {
        // Cards are many: they show where people know who they are.
        let is_shown = by != By::Cards || view.question.region.kind() >= RegionKind::Street;
        if by.answers(view.question) && is_shown {
            let all = rows(view.app, view.question, by, view.reader.lang).await?;
            put_table(view, out, title, label, &all, |_| None);
        }
    }
    if view.app.config.publication.group > 1 {
        let group = view.app.config.publication.group.to_string();
        let note =
            view.m.daily_note.replace("{group}", &group).replace("{date}", &view.daily_date());
        let _ = write!(out, "<p class=\"muted\">{note}</p>");
    }
    put_files(view, out);
    Ok(())
}

/// Departments of the region itself; where it has regions with figures below, those that work there
/// are on their pages.
fn own_agencies(view: &View<'_>, all: Vec<Row>) -> (&'static str, Vec<Row>) {
    let figures = &view.app.figures;
    let below: Vec<_> = figures
        .children(view.question.region)
        .into_iter()
        .map(|child| figures.agencies(child))
        .collect();
    if below.iter().all(std::collections::BTreeSet::is_empty) || view.question.month.is_some() {
        return (view.reader.page_messages().by_agency, all);
    }
    let is_own = |row: &Row| !below.iter().any(|agencies| agencies.contains(&row.code));
    (view.m.by_own_agency, all.into_iter().filter(is_own).collect())
}

fn narrowed(view: &View<'_>, only: Only) -> Question {
    Question { only: Some(only), ..view.question.clone() }
}

async fn put_regions(view: &View<'_>, out: &mut String) -> Result<(), StoreError> {
    let p = view.reader.page_messages();
    let all = rows(view.app, view.question, By::Regions, view.reader.lang).await?;
    if all.is_empty() {
        return Ok(());
    }
    let _ = write!(out, "<h2>{}</h2>", p.by_region);
    put_lines(view, out, p.by_region, p.region_label, &all, |code| {
        Some(Question { region: code.parse().ok()?, ..view.question.clone() })
    });
    // A bar a region: what zero-based bars can compare is how many are bad, not how close to 100 %
    // the rest is.
    if view.question.region.kind() <= RegionKind::Province
        && all.iter().any(|row| row.counts.total() > 0)
    {
        let bar = |row: &Row| in_ten_thousand(view, row, row.name.clone());
        let drawn: Vec<_> = all.iter().map(bar).collect();
        out.push_str(&bars(view.m.bad_in_ten_thousand.label, &drawn, Fill::Dotted));
        view.put_definitions(out, &[view.m.bad_in_ten_thousand]);
    }
    Ok(())
}

fn in_ten_thousand(view: &View<'_>, row: &Row, label: String) -> Bar {
    let value =
        view.app.figures.rate(row.counts.bad(), row.counts.total()).map(|rate| rate * 10_000.0);
    Bar {
        label,
        value,
        shown: value.map_or_else(|| show_rate(0, 0), |value| format!("{value:.1}")),
    }
}

async fn put_months(view: &View<'_>, out: &mut String) -> Result<(), StoreError> {
    if !By::Months.answers(view.question) {
        return Ok(());
    }
    let all = rows(view.app, view.question, By::Months, view.reader.lang).await?;
    let all = &all[all.len().saturating_sub(MONTHS_MAX)..];
    if all.is_empty() {
        return Ok(());
    }
    let (m, p) = (view.m, view.reader.page_messages());
    let _ = write!(out, "<h2>{}</h2><p class=\"muted\">{}</p>", m.by_month, m.month_note);
    #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
    let total = |row: &Row| Bar {
        label: row.name.clone(),
        value: Some(row.counts.total() as f64),
        shown: show_count(row.counts.total()),
    };
    out.push_str(&bars(p.total_label, &all.iter().map(total).collect::<Vec<_>>(), Fill::Solid));
    let bad: Vec<_> = all.iter().map(|row| in_ten_thousand(view, row, row.name.clone())).collect();
    out.push_str(&bars(m.bad_in_ten_thousand.label, &bad, Fill::Striped));
    put_lines(view, out, m.by_month, m.month_label, all, |code| {
        let (year, month) = code.split_once('-')?;
        Some(Question { month: format!("{year}{month}").parse().ok(), ..view.question.clone() })
    });
    Ok(())
}

/// A titled table of the lines with most ratings.
fn put_table(
    view: &View<'_>,
    out: &mut String,
    title: &str,
    first: &str,
    all: &[Row],
    to: impl Fn(&str) -> Option<Question>,
) {
    if all.is_empty() {
        return;
    }
    let mut most = all.to_vec();
    most.sort_by_key(|row| std::cmp::Reverse(row.counts.total()));
    most.truncate(LINES_MAX);
    let _ = write!(out, "<h2>{title}</h2>");
    if most.len() < all.len() {
        let note = view.m.first_lines.replace("{all}", &show_count(all.len() as u64));
        let _ =
            write!(out, "<p class=\"muted\">{}</p>", note.replace("{n}", &most.len().to_string()));
    }
    put_lines(view, out, title, first, &most, to);
}

fn put_lines(
    view: &View<'_>,
    out: &mut String,
    title: &str,
    first: &str,
    all: &[Row],
    to: impl Fn(&str) -> Option<Question>,
) {
    let p = view.reader.page_messages();
    let heads = [first, p.total_label, p.good_label, p.bad_label, p.good_rate_label];
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table><thead><tr>{heads}</tr></thead><tbody>"
    );
    for Row { code, name, counts, .. } in all {
        let name = escape(name);
        let name = match to(code) {
            Some(question) => format!("<a href=\"{}\">{name}</a>", view.href(&question)),
            None => name,
        };
        let [total, good, bad] = [counts.total(), counts.good(), counts.bad()].map(show_count);
        let rate = view.rate(counts.good(), counts.total());
        let _ = write!(
            out,
            "<tr><td>{name}</td><td>{total}</td><td>{good}</td><td>{bad}</td><td>{rate}</td></tr>"
        );
    }
    out.push_str("</tbody></table></div>");
}

/// The same figures as files.
fn put_files(view: &View<'_>, out: &mut String) {
    let (m, p) = (view.m, view.reader.page_messages());
    let _ = write!(out, "<h2>{}</h2><ul class=\"files\">", m.open_data);
    let names = [
        (By::Regions, p.by_region),
        (By::Agencies, p.by_agency),
        (By::Items, m.by_item),
        (By::Months, m.by_month),
        (By::Channels, m.by_channel),
        (By::Provenances, m.by_provenance),
        (By::Sources, m.by_source),
        (By::Cards, m.by_card),
    ];
    for (by, name) in names {
        if !by.answers(view.question) {
            continue;
        }
        let query = view.question.query().replace('&', "&amp;");
        let href = format!(
            "{}/api/v1/statistics/{}?{query}&amp;format=",
            view.app.config.base_path(),
            by.name()
        );
        let _ = write!(
            out,
            "<li>{name} <a href=\"{href}csv\" aria-label=\"{0} {name} CSV\">CSV</a> <a href=\"{href}json\" aria-label=\"{0} {name} JSON\">JSON</a></li>",
            m.download
        );
    }
    let query = view.question.query().replace('&', "&amp;");
    let href =
        format!("{}/api/v1/statistics/hot-words?{query}&amp;format=", view.app.config.base_path());
    let _ = write!(
        out,
        "<li>{0} <a href=\"{href}csv\" aria-label=\"{1} {0} CSV\">CSV</a> <a href=\"{href}json\" aria-label=\"{1} {0} JSON\">JSON</a></li></ul>",
        m.words_title, m.download
    );
}
