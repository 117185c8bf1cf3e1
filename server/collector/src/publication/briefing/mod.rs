//! 通报: the month of a province or city in figures, by city and department, with the month before
//! beside it, what is overdue, and one or two cases that staff chose and wrote. As a page, as PDF
//! and as a spreadsheet.

mod pdf;
mod xlsx;

use std::collections::BTreeMap;

use haochaping::{
    calendar::{CivilDate, Instant},
    messages::Lang,
    region::{Region, RegionKind},
    statistics::{Counts, Handling, show_count, show_rate},
};
use haochaping_store::{FigureKey, StoreError};
pub use pdf::write as write_pdf;
use serde::{Deserialize, Serialize};
pub use xlsx::write as write_xlsx;

use crate::{state::App, work_orders::act::id_of};

/// The most overdue orders that a briefing lists.
const OVERDUE_MAX: u32 = 500;

/// A month of a region in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// The region's code.
    pub region: String,
    /// Its name.
    pub name: String,
    /// As `202611`.
    pub month: u32,
    /// As of when, RFC 3339.
    pub as_of: String,
    /// The whole region.
    pub total: Line,
    /// The regions right below, down to cities.
    pub regions: Vec<Line>,
    /// The departments.
    pub agencies: Vec<Line>,
    /// What was overdue, the longest first.
    pub overdue: Vec<Overdue>,
}

/// A line of a briefing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// A region's or department's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// This month.
    pub now: Figures,
    /// The month before.
    pub before: Figures,
}

/// The figures of a line in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Ratings of the month.
    pub counts: Counts,
    /// The orders that were opened in the month, as they stand.
    pub handling: Handling,
}

/// An order that is overdue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub agency: String,
    /// The department's name.
    pub agency_name: String,
    /// 事项名称
    pub item: String,
    /// Where it stands.
    pub stage: String,
    /// Its term, RFC 3339.
    pub due_at: String,
}

/// A case that staff chose and wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its heading.
    pub title: String,
    /// What happened, why, and what was done.
    pub text: String,
}

/// The heads of the tables.
pub const HEADS: [&str; 8] = [
    "评价总数",
    "差评总数",
    "好评率",
    "上月好评率",
    "有效差评",
    "差评整改率",
    "按期整改率",
    "实名差评回复率",
];

impl Line {
    /// The cells below [`HEADS`].
    pub fn cells(&self) -> [String; 8] {
        let (counts, handling) = (&self.now.counts, &self.now.handling);
        let before = &self.before.counts;
        [
            show_count(counts.total()),
            show_count(counts.bad()),
            show_rate(counts.good(), counts.total()),
            show_rate(before.good(), before.total()),
            show_count(handling.effective_bad()),
            show_rate(handling.answered, handling.bad),
            show_rate(handling.valid_on_time, handling.valid_due),
            show_rate(handling.real_name_replied, handling.real_name_due),
        ]
    }
}

impl Figures {
    fn merge(&mut self, counts: &Counts, handling: &Handling) {
        for level in haochaping::rating::SatisfactionLevel::ALL {
            self.counts.add(level, counts.of(level));
        }
        self.handling.merge(handling);
    }
}

impl Month {
    /// The heading.
    pub fn title(&self) -> String {
        format!("{}政务服务“好差评”工作通报（{}）", self.name, month_name(self.month))
    }

    /// What the figures mean, a line each.
    pub fn definitions() -> Vec<&'static str> {
        let (page, handling) = (Lang::ZhHans.page_messages(), Lang::ZhHans.handling_messages());
        let mut all = vec![page.good_rate_definition];
        all.extend(handling.all().map(|text| text.definition));
        all.push("评价按提交月份统计；差评办理按工单产生月份统计，截至制表时间。");
        all
    }

    /// For everybody, so that nobody is told apart: lines with fewer ratings than `least` are put
    /// together with others until they are `least`, a share of fewer is left out, and of what is
    /// overdue only the number is said.
    #[must_use]
    pub fn redact_for_publication(mut self, least: u64) -> Self {
        self.agencies = merge_small_rows(self.agencies, least, "部门");
        self.regions = merge_small_rows(self.regions, least, "地区");
        for line in self.agencies.iter_mut().chain(&mut self.regions).chain([&mut self.total]) {
            if line.before.counts.total() < least {
                line.before = Figures::default();
            }
        }
        let n = self.overdue.len();
        self.overdue.clear();
        if n > 0 {
            let (agency_name, item) = ("各部门".to_owned(), format!("共 {n} 件"));
            self.overdue.push(Overdue { agency_name, item, ..Overdue::default() });
        }
        self
    }
}

/// Puts the smallest lines together, at least two and of at least so many ratings in all. A line
/// without any says nothing of anybody.
fn merge_small_rows(mut lines: Vec<Line>, least: u64, what: &str) -> Vec<Line> {
    let n_of = |line: &Line| line.now.counts.total().max(line.now.handling.bad);
    let is_small = |line: &Line| (1..least).contains(&n_of(line));
    if !lines.iter().any(is_small) {
        return lines;
    }
    let (mut n, mut sum) = (0_u64, Line::default());
    while n < 2 || lines.iter().any(is_small) || n_of(&sum) < least {
        let smallest =
            (0..lines.len()).filter(|at| n_of(&lines[*at]) > 0).min_by_key(|at| n_of(&lines[*at]));
        let Some(at) = smallest else { break };
        let line = lines.remove(at);
        sum.now.merge(&line.now.counts, &line.now.handling);
        sum.before.merge(&line.before.counts, &line.before.handling);
        n += 1;
    }
    sum.name = format!("其他{what}（{n} 个合并）");
    lines.push(sum);
    lines
}

/// `2026年11月`
pub fn month_name(month: u32) -> String {
    format!("{}年{}月", month / 100, month % 100)
}

/// The month before.
pub const fn before(month: u32) -> u32 {
    if month % 100 == 1 { month - 89 } else { month - 1 }
}

/// The month after.
pub const fn after(month: u32) -> u32 {
    if month % 100 == 12 { month + 89 } else { month + 1 }
}

/// When a month begins in China; `None` for what is no month.
pub fn begins_at(month: u32) -> Option<Instant> {
    let (year, number) = (i32::try_from(month / 100).ok()?, u8::try_from(month % 100).ok()?);
    let first = CivilDate::new(year, number, 1).filter(|_| (2000..2200).contains(&year))?;
    Instant::parse_rfc3339(&format!("{first}T00:00:00+08:00"))
}

/// Whether briefings are made of such regions: rates of a month are kept by city.
pub fn is_briefed(region: Region) -> bool {
    region.kind() <= RegionKind::City
}

/// Puts the figures of a month together.
///
/// # Errors
/// The store's; `None` for what is no month.
pub async fn make(app: &App, region: Region, month: u32) -> Result<Option<Month>, StoreError> {
    let Some(lines) = Lines::read(app, region, month).await? else { return Ok(None) };
    let names = app.store.agency_names().await?;
    let name = |code: &str| names.get(code).cloned().unwrap_or_else(|| code.to_owned());
    let mut total =
        Line { code: region.to_string(), name: app.region_name(region), ..Line::default() };
    let children: Vec<Region> =
        region.builtin_children().filter(|child| is_briefed(*child)).collect();
    let mut regions: BTreeMap<Region, Line> = children
        .iter()
        .map(|child| {
            (
                *child,
                Line { code: child.to_string(), name: app.region_name(*child), ..Line::default() },
            )
        })
        .collect();
    let mut agencies: BTreeMap<String, Line> = BTreeMap::new();
    for (key, is_now, counts, handling) in lines.0 {
        let child = children.iter().find(|child| child.contains(key.region));
        let agency = agencies.entry(key.agency.clone());
        let agency = agency.or_insert_with(|| Line {
            name: name(&key.agency),
            code: key.agency,
            ..Line::default()
        });
        for line in [Some(&mut total), Some(agency), child.and_then(|child| regions.get_mut(child))]
            .into_iter()
            .flatten()
        {
            let figures = if is_now { &mut line.now } else { &mut line.before };
            figures.merge(&counts, &handling);
        }
    }
    let mut agencies: Vec<_> = agencies.into_values().collect();
    // Those with the most to do stand first.
    agencies.sort_by(|a, b| (b.now.counts.bad(), &a.name).cmp(&(a.now.counts.bad(), &b.name)));
    let now = app.clock.now();
    let overdue = app.store.overdue(region, now, OVERDUE_MAX).await?;
    let messages = Lang::ZhHans.page_messages();
    let overdue = overdue.into_iter().map(|row| Overdue {
        id: id_of(&row),
        agency_name: row.about.agency_name.clone().unwrap_or_else(|| row.standing.agency.clone()),
        agency: row.standing.agency.clone(),
        item: row.about.item_name.clone().unwrap_or_default(),
        stage: messages.stage(row.standing.stage).to_owned(),
        due_at: row.standing.due_at.map(Instant::to_rfc3339).unwrap_or_default(),
    });
    Ok(Some(Month {
        region: region.to_string(),
        name: app.region_name(region),
        month,
        as_of: now.to_rfc3339(),
        total,
        regions: regions.into_values().collect(),
        agencies,
        overdue: overdue.collect(),
    }))
}

/// Of each city, agency and month: whether it is the month asked for, its ratings, its orders.
struct Lines(Vec<(FigureKey, bool, Counts, Handling)>);

impl Lines {
    async fn read(app: &App, region: Region, month: u32) -> Result<Option<Self>, StoreError> {
        let (store, now) = (&app.store, app.clock.now());
        let mut lines = Vec::new();
        for (month, is_now) in [(month, true), (before(month), false)] {
            let Some((from, to)) = begins_at(month).zip(begins_at(after(month))) else {
                return Ok(None);
            };
            let counts = store
                .month_counts(month)
                .await?
                .into_iter()
                .map(|(key, n)| (key, is_now, n, Handling::default()));
            lines.extend(counts);
            let handled = store.handled(from, to, now).await?.into_iter();
            lines.extend(handled.map(|(key, handling)| {
                (
                    FigureKey { region: key.region.city(), ..key },
                    is_now,
                    Counts::default(),
                    handling,
                )
            }));
        }
        lines.retain(|(key, ..)| region.contains(key.region));
        Ok(Some(Self(lines)))
    }
}

/// What in a text is no matter for a briefing: a telephone or identity number, however it is
/// spaced.
pub fn contains_personal_identifier(text: &str) -> bool {
    let to_plain = |one: char| match one {
        '０'..='９' => {
            char::from_u32(u32::from(one) - u32::from('０') + u32::from('0')).unwrap_or(one)
        }
        _ => one,
    };
    let plain: String =
        text.chars().filter(|one| !one.is_whitespace() && *one != '-').map(to_plain).collect();
    let mut runs = plain.split(|one: char| !one.is_ascii_digit() && !matches!(one, 'x' | 'X'));
    runs.any(|run| {
        let digits = run.bytes().take_while(u8::is_ascii_digit).count();
        let number = &run[..digits];
        let national =
            number.strip_prefix("0086").or_else(|| number.strip_prefix("86")).unwrap_or(number);
        let is_mobile = |number: &str| {
            number.len() == 11 && number.starts_with('1') && number.as_bytes()[1] >= b'3'
        };
        is_mobile(number)
            || is_mobile(national)
            || digits == 18
            || (digits == 17 && run.len() == 18)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_one_another_and_begin_in_china() {
        assert_eq!((before(202_601), after(202_512)), (202_512, 202_601));
        assert_eq!((before(202_611), after(202_611)), (202_610, 202_612));
        assert_eq!(begins_at(202_611).unwrap().to_rfc3339(), "2026-11-01T00:00:00+08:00");
        assert_eq!([begins_at(202_613), begins_at(0), begins_at(u32::MAX)], [None; 3]);
    }

    #[test]
    fn telephone_and_identity_numbers_are_found_and_case_figures_are_not() {
        for text in [
            "138 0013 1234",
            "138-0013-1234",
            "+8613800131234",
            "１３８００１３１２３４",
            "电话13800131234。",
            "身份证11010119900307123X",
            "证号110101199003071234",
        ] {
            assert!(contains_personal_identifier(text), "{text}");
        }
        for text in ["本月12345热线", "编号2026112500001", "138****1234", "共收到 1380013 件"]
        {
            assert!(!contains_personal_identifier(text), "{text}");
        }
    }

    #[test]
    fn for_everybody_small_departments_are_put_together_and_no_matter_is_named() {
        let line = |name: &str, n: u64| {
            let counts = Counts { satisfied: n - 1, dissatisfied: 1, ..Counts::default() };
            Line {
                name: name.into(),
                now: Figures { counts, ..Figures::default() },
                ..Line::default()
            }
        };
        let overdue = Overdue {
            id: "x".into(),
            agency: "a".into(),
            agency_name: "示例局".into(),
            item: "护照补发".into(),
            stage: "核实".into(),
            due_at: String::new(),
        };
        let month = Month {
            region: "321000".into(),
            name: "扬州市".into(),
            month: 202_611,
            as_of: String::new(),
            total: line("扬州市", 14),
            regions: vec![],
            agencies: vec![line("大局", 9), line("甲所", 1), line("乙所", 4)],
            overdue: vec![overdue],
        };
        let shown = month.redact_for_publication(5);
        assert_eq!(shown.agencies.len(), 2);
        assert_eq!(
            (shown.agencies[1].now.counts.total(), shown.agencies[1].now.counts.bad()),
            (5, 2),
            "nothing is lost"
        );
        assert_eq!(
            (shown.overdue[0].item.as_str(), shown.overdue[0].agency_name.as_str()),
            ("共 1 件", "各部门")
        );
    }
}
