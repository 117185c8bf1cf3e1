use std::collections::BTreeMap;

use haochaping::{
    calendar::CivilDate,
    identifier::Uscc,
    link::{CardKind, ExpiryMonth},
    region::{Region, RegionKind},
};

use super::{Column, Roster, table::Table};

/// What a roster is held against.
#[expect(missing_debug_implementations, reason = "a function has none")]
pub struct Checks<'a> {
    /// The civil day in China: a term that is over makes no card.
    pub today: CivilDate,
    /// What the cards stand for.
    pub kind: CardKind,
    /// The agency of lines that name none.
    pub agency: Option<Uscc>,
    /// The name of a region, if it is known.
    pub region_name: &'a dyn Fn(Region) -> Option<String>,
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
#[error("line {line}, {column}: {reason}")]
pub struct Fault {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column.
    pub column: Column,
    /// The fact, in one sentence.
    pub reason: String,
}

/// Longest texts that a card of 90 × 54 mm shows legibly.
const NAME_MAX: usize = 20;
const NUMBER_MAX: usize = 20;
const AGENCY_NAME_MAX: usize = 40;
const SCOPE_MAX: usize = 40;
const PHONE_MAX: usize = 20;

struct Line<'a> {
    number: u64,
    cells: &'a [String],
    columns: &'a BTreeMap<Column, usize>,
    faults: Vec<Fault>,
}

pub(super) fn check(table: &Table, columns: &BTreeMap<Column, usize>, checks: &Checks<'_>) -> Roster {
    let mut roster = Roster::default();
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (number, cells) in &table.lines {
        let mut line = Line { number: *number, cells, columns, faults: Vec::new() };
        let row = check_line(&mut line, checks);
        if let Some(row) = &row
            && let Some(first) = seen.get(&(row.agency.to_string(), row.number.clone()))
        {
            line.fault(Column::Number, format!("{:?} is on line {first} already", row.number));
        }
        match row.filter(|_| line.faults.is_empty()) {
            Some(row) => {
                seen.insert((row.agency.to_string(), row.number.clone()), row.line);
                roster.rows.push(row);
            }
            None => roster.faults.extend(line.faults),
        }
    }
    roster
}

/// The row, as far as it can be read; faults stay with the line.
fn check_line(line: &mut Line<'_>, checks: &Checks<'_>) -> Option<Row> {
    let name = line.name();
    let number = line.required(Column::Number, NUMBER_MAX);
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
        number: number?,
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
    fn fault(&mut self, column: Column, reason: impl Into<String>) {
        self.faults.push(Fault { line: self.number, column, reason: reason.into() });
    }

    fn cell(&self, column: Column) -> &str {
        // Excel leaves empty cells at the end of a line out.
        self.columns.get(&column).and_then(|place| self.cells.get(*place)).map_or("", String::as_str)
    }

    fn text(&mut self, column: Column, max: usize) -> Option<String> {
        let text = self.cell(column).to_owned();
        let found = text.chars().count();
        if let Some(c) = text.chars().find(|c| c.is_control()) {
            self.fault(column, format!("has the control character U+{:04X}", u32::from(c)));
        } else if text.contains('\u{fffd}') {
            self.fault(column, "has U+FFFD, the mark of a character lost in another program");
        } else if found > max {
            self.fault(column, format!("has {found} characters, at most {max} fit"));
        } else if !text.is_empty() {
            return Some(text);
        }
        None
    }

    fn required(&mut self, column: Column, max: usize) -> Option<String> {
        if self.cell(column).is_empty() {
            self.fault(column, "is empty");
            return None;
        }
        self.text(column, max)
    }

    /// A question mark in a name is what is left of a rare character after an export as “GBK”.
    fn name(&mut self) -> Option<String> {
        let name = self.required(Column::Name, NAME_MAX)?;
        if name.contains(['?', '？']) {
            self.fault(
                Column::Name,
                format!("{name:?} has a question mark: a rare character was lost, save as CSV UTF-8 or .xlsx"),
            );
            return None;
        }
        Some(name)
    }

    fn region(&mut self, checks: &Checks<'_>) -> Option<Region> {
        let text = self.required(Column::Region, 12)?;
        let Ok(region) = text.parse::<Region>() else {
            self.fault(Column::Region, format!("{text:?} is no code of 6, 9 or 12 digits"));
            return None;
        };
        if checks.kind == CardKind::Agent && region.kind() != RegionKind::Village {
            self.fault(Column::Region, format!("{text} is no village or community, whose code has 12 digits"));
            return None;
        }
        // A card names every place around it, to the district.
        let district = region.ancestors().find(|around| around.kind() <= RegionKind::District);
        let unknown = region.ancestors().take_while(|around| Some(*around) != district).chain(district);
        let unknown = unknown.filter(|around| (checks.region_name)(*around).is_none()).last();
        if let Some(unknown) = unknown {
            self.fault(
                Column::Region,
                format!("{text}: {unknown} has no name on record, import it with `haochaping region import`"),
            );
            return None;
        }
        Some(region)
    }

    fn agency(&mut self, checks: &Checks<'_>) -> Option<Uscc> {
        let text = self.cell(Column::Agency).to_owned();
        if text.is_empty() {
            if checks.agency.is_none() {
                self.fault(Column::Agency, "is empty");
            }
            return checks.agency.clone();
        }
        match Uscc::parse(&text) {
            Ok(agency) => Some(agency),
            Err(error) => {
                self.fault(Column::Agency, format!("{text:?}: {error}"));
                None
            }
        }
    }

    fn phone(&mut self) -> Option<String> {
        let phone = self.text(Column::Phone, PHONE_MAX)?;
        let is_allowed = |c: char| c.is_ascii_digit() || " +-()（）".contains(c);
        if !phone.chars().all(is_allowed) || phone.chars().filter(char::is_ascii_digit).count() < 5 {
            self.fault(Column::Phone, format!("{phone:?} is no telephone number"));
            return None;
        }
        Some(phone)
    }

    fn expires(&mut self, checks: &Checks<'_>) -> Option<ExpiryMonth> {
        let text = self.text(Column::Expires, 20)?;
        match text.parse::<ExpiryMonth>() {
            Ok(month) if month.is_good_on(checks.today) => Some(month),
            Ok(month) => {
                self.fault(Column::Expires, format!("{month} is over"));
                None
            }
            Err(error) => {
                self.fault(Column::Expires, format!("{text:?}: {error}"));
                None
            }
        }
    }
}
