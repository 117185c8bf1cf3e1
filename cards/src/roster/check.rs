use std::collections::{BTreeMap, BTreeSet};

use haochaping::{
    calendar::CivilDate,
    identifier::Uscc,
    link::{CardKind, ExpiryMonth},
    region::{Region, RegionKind},
    text::{is_bidi_control, is_visible},
};
use haochaping_tables::{Cell, Line as TableLine, Table, half_width};

use super::{Column, Places, Roster, Rule};

/// What a roster is held against.
#[derive(Clone, Debug)]
pub struct Checks<'a> {
    /// The civil day in China: a term that is over makes no card.
    pub today: CivilDate,
    /// What the cards stand for.
    pub kind: CardKind,
    /// The agency of lines that name none.
    pub agency: Option<Uscc>,
    /// The regions on record below the districts, with their names.
    pub places: &'a Places,
    /// Who has a card already: agency, place, name and number. Whoever has no number in the roster
    /// has that one.
    pub holders: &'a [Holder],
}

/// Who has a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The agency answerable.
    pub agency: String,
    /// The place.
    pub region: Region,
    /// 姓名
    pub name: String,
    /// 工号
    pub number: String,
}

/// A good line of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file, from 1.
    pub line: u64,
    /// 姓名
    pub name: String,
    /// 工号
    pub number: String,
    /// Whether the roster has none and this one was assigned.
    pub is_assigned: bool,
    /// The village or community; of a window or hall any region.
    pub region: Region,
    /// The agency answerable.
    pub agency: Uscc,
    /// Its name, if the roster has it.
    pub agency_name: Option<String>,
    /// 服务范围
    pub scope: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// The file name of a portrait.
    pub photo: Option<String>,
    /// 有效期
    pub expires: Option<ExpiryMonth>,
}

/// One thing wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: {rule}")]
pub struct Fault {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column.
    pub column: Column,
    /// What is expected there.
    pub rule: Rule,
}

impl Fault {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        format!("第 {} 行，{}：{}", self.line, self.column, self.rule.zh())
    }
}

/// Longest texts that a card of 90 × 54 mm shows legibly.
const NAME_MAX: usize = 20;
const NUMBER_MAX: usize = 20;
const AGENCY_NAME_MAX: usize = 40;
const SCOPE_MAX: usize = 40;
const PHONE_MAX: usize = 20;

struct Line<'a> {
    number: u64,
    cells: &'a [Cell],
    columns: &'a BTreeMap<Column, usize>,
    faults: Vec<Fault>,
}

pub(super) fn check(
    table: &Table,
    columns: &BTreeMap<Column, usize>,
    checks: &Checks<'_>,
) -> Roster {
    let mut roster = Roster::default();
    for TableLine { number, cells } in &table.lines {
        let mut line = Line { number: *number, cells, columns, faults: Vec::new() };
        let row = check_line(&mut line, checks);
        match row.filter(|_| line.faults.is_empty()) {
            Some(row) => roster.rows.push(row),
            None => roster.faults.extend(line.faults),
        }
    }
    keep_first(&mut roster);
    assign(&mut roster, checks.holders);
    roster.faults.sort_by_key(|fault| fault.line);
    roster
}

/// A number stands once in a roster.
fn keep_first(roster: &mut Roster) {
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    let rows = std::mem::take(&mut roster.rows);
    for row in rows {
        let key = (row.agency.to_string(), row.number.clone());
        if let Some(line) = seen.get(&key).filter(|_| !row.number.is_empty()) {
            let rule = Rule::Twice { number: row.number, line: *line };
            roster.faults.push(Fault { line: row.line, column: Column::Number, rule });
        } else {
            seen.insert(key, row.line);
            roster.rows.push(row);
        }
    }
}

/// Whoever has no number gets that of the card they have, or the next one of their place: the same
/// roster again, in whatever order, makes the same cards.
fn assign(roster: &mut Roster, holders: &[Holder]) {
    let who = |row: &Row| (row.agency.to_string(), row.region, row.name.clone());
    let given: BTreeSet<(String, String)> =
        roster.rows.iter().map(|row| (row.agency.to_string(), row.number.clone())).collect();
    let numbered = roster.rows.iter().filter(|row| !row.number.is_empty());
    let mut seen: BTreeMap<(String, Region, String), u64> =
        numbered.map(|row| (who(row), row.line)).collect();
    let own: BTreeMap<(&str, Region, &str), &str> = holders
        .iter()
        .map(|holder| {
            ((holder.agency.as_str(), holder.region, holder.name.as_str()), holder.number.as_str())
        })
        .collect();
    let mut taken: BTreeSet<(String, String)> =
        holders.iter().map(|holder| (holder.agency.clone(), holder.number.clone())).collect();
    taken.extend(given.iter().cloned());
    let mut last: BTreeMap<(String, Region), u32> = BTreeMap::new();
    let rows = std::mem::take(&mut roster.rows);
    for mut row in rows {
        if row.number.is_empty() {
            let who = who(&row);
            if let Some(line) = seen.get(&who) {
                let rule = Rule::NameTwice { name: row.name, line: *line };
                roster.faults.push(Fault { line: row.line, column: Column::Number, rule });
                continue;
            }
            // The number of a card of theirs, unless the roster gives it to somebody.
            let known = own
                .get(&(who.0.as_str(), row.region, row.name.as_str()))
                .map(|number| (*number).to_owned());
            let known = known.filter(|number| !given.contains(&(who.0.clone(), number.clone())));
            row.number =
                known.unwrap_or_else(|| next_number(&mut taken, &mut last, &who.0, row.region));
            row.is_assigned = true;
            seen.insert(who, row.line);
        }
        roster.rows.push(row);
    }
}

fn next_number(
    taken: &mut BTreeSet<(String, String)>,
    last: &mut BTreeMap<(String, Region), u32>,
    agency: &str,
    region: Region,
) -> String {
    let last = last.entry((agency.to_owned(), region)).or_default();
    loop {
        *last += 1;
        let number = format!("{region}-{last:02}");
        if taken.insert((agency.to_owned(), number.clone())) {
            return number;
        }
    }
}

/// The row, as far as it can be read; faults stay with the line.
fn check_line(line: &mut Line<'_>, checks: &Checks<'_>) -> Option<Row> {
    let name = line.name();
    let number = line.staff_number();
    let region = line.region(checks);
    let agency = line.agency(checks);
    let agency_name = line.text(Column::AgencyName, AGENCY_NAME_MAX);
    let scope = line.text(Column::Scope, SCOPE_MAX);
    let phone = line.phone();
    let photo = line.text(Column::Photo, 100);
    let expires = line.expires(checks);
    Some(Row {
        line: line.number,
        name: name?,
        number,
        is_assigned: false,
        region: region?,
        agency: agency?,
        agency_name,
        scope,
        phone,
        photo,
        expires,
    })
}

impl Line<'_> {
    fn fault(&mut self, column: Column, rule: Rule) {
        self.faults.push(Fault { line: self.number, column, rule });
    }

    fn cell(&self, column: Column) -> Cell {
        // Excel leaves empty cells at the end of a line out.
        self.columns
            .get(&column)
            .and_then(|place| self.cells.get(*place))
            .cloned()
            .unwrap_or_default()
    }

    fn text(&mut self, column: Column, max: usize) -> Option<String> {
        let Cell { text, flaw } = self.cell(column);
        let found = text.chars().count();
        if let Some(flaw) = flaw {
            self.fault(column, Rule::Flawed { text, flaw });
        } else if let Some(sign) = text.chars().find(|c| c.is_control() || is_bidi_control(*c)) {
            self.fault(column, Rule::Control(sign));
        } else if text.contains('\u{fffd}') {
            self.fault(column, Rule::Replacement);
        } else if found > max {
            self.fault(column, Rule::TooLong { found, max });
        } else if is_visible(&text) {
            return Some(text);
        }
        None
    }

    /// A code: digits and letters in full width are the same ones.
    fn code(&mut self, column: Column, max: usize) -> Option<String> {
        self.text(column, max).map(|text| half_width(&text))
    }

    fn name(&mut self) -> Option<String> {
        if self.cell(Column::Name).text.is_empty() {
            self.fault(Column::Name, Rule::Empty);
        }
        let name = self.text(Column::Name, NAME_MAX)?;
        if name.contains(['?', '？']) {
            self.fault(Column::Name, Rule::Question(name));
            return None;
        }
        Some(name)
    }

    /// Empty where there is none.
    fn staff_number(&mut self) -> String {
        let number = self.code(Column::Number, NUMBER_MAX).unwrap_or_default();
        if number.starts_with('-') {
            self.fault(Column::Number, Rule::Negative(number.clone()));
        }
        number
    }

    fn region(&mut self, checks: &Checks<'_>) -> Option<Region> {
        if self.cell(Column::Region).text.is_empty() && self.columns.contains_key(&Column::Village)
        {
            return self.village(checks);
        }
        if self.cell(Column::Region).text.is_empty() {
            self.fault(Column::Region, Rule::Empty);
        }
        let text = self.code(Column::Region, 20)?;
        let Ok(region) = text.parse::<Region>() else {
            self.fault(Column::Region, Rule::NoRegion(text));
            return None;
        };
        if checks.kind == CardKind::Agent && region.kind() != RegionKind::Village {
            self.fault(Column::Region, Rule::NoVillage(text));
            return None;
        }
        self.with_names(Column::Region, text, region, checks)
    }

    /// A card names every place around it, to the district.
    fn with_names(
        &mut self,
        column: Column,
        code: String,
        region: Region,
        checks: &Checks<'_>,
    ) -> Option<Region> {
        let district = region.ancestors().find(|around| around.kind() <= RegionKind::District);
        let around =
            region.ancestors().take_while(|around| Some(*around) != district).chain(district);
        let unknown = around.filter(|around| checks.places.name(*around).is_none()).last();
        if let Some(unknown) = unknown {
            self.fault(column, Rule::UnknownRegion { code, unknown });
            return None;
        }
        Some(region)
    }

    /// By its name, under its street if the roster has that.
    fn village(&mut self, checks: &Checks<'_>) -> Option<Region> {
        let street = self.text(Column::Street, 40).unwrap_or_default();
        if self.cell(Column::Village).text.is_empty() {
            self.fault(Column::Village, Rule::Empty);
        }
        let name = self.text(Column::Village, 40)?;
        let found = checks.places.find(&street, &name);
        let rule = match found[..] {
            [region] => return self.with_names(Column::Village, name, region, checks),
            [] if street.is_empty() => Rule::UnknownPlace(name),
            [] => Rule::UnknownPlace(format!("{street}{name}")),
            _ => Rule::ManyPlaces {
                name,
                candidates: found.iter().map(|region| checks.places.describe(*region)).collect(),
            },
        };
        self.fault(Column::Village, rule);
        None
    }

    fn agency(&mut self, checks: &Checks<'_>) -> Option<Uscc> {
        if self.cell(Column::Agency).text.is_empty() {
            if checks.agency.is_none() {
                self.fault(Column::Agency, Rule::Empty);
            }
            return checks.agency.clone();
        }
        let text = self.code(Column::Agency, 40)?;
        match Uscc::parse(&text) {
            Ok(agency) => Some(agency),
            Err(error) => {
                self.fault(Column::Agency, Rule::NoAgency { text, error });
                None
            }
        }
    }

    fn phone(&mut self) -> Option<String> {
        let phone = self.code(Column::Phone, PHONE_MAX)?;
        let is_allowed = |c: char| c.is_ascii_digit() || " +-()（）".contains(c);
        if !phone.chars().all(is_allowed) || phone.chars().filter(char::is_ascii_digit).count() < 5
        {
            self.fault(Column::Phone, Rule::NoPhone(phone));
            return None;
        }
        Some(phone)
    }

    fn expires(&mut self, checks: &Checks<'_>) -> Option<ExpiryMonth> {
        let text = self.code(Column::Expires, 20)?;
        match text.parse::<ExpiryMonth>() {
            Ok(month) if month.is_good_on(checks.today) => Some(month),
            Ok(month) => {
                self.fault(Column::Expires, Rule::Over(month));
                None
            }
            Err(error) => {
                self.fault(Column::Expires, Rule::NoMonth { text, error: error.to_string() });
                None
            }
        }
    }
}
