//! Old records of another system, one row at a time. History is read as it is: options that were
//! withdrawn since, and bad ratings without a reason. It never counts.

use haochaping::{
    calendar::{Instant, is_in_this_century},
    identifier::{CaseNumber, ItemCode, Uscc},
    rating::{Channel, Indicator, SatisfactionLevel},
    region::Region,
};

use super::{Field, Profile};

/// The longest comment that is read, in characters: other systems allowed more than we do.
const COMMENT_MAX: usize = 4_000;

/// An old rating that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// 办件编号
    pub case_number: CaseNumber,
    /// 服务次数
    pub service_number: u32,
    /// 事项编码
    pub item_code: Option<ItemCode>,
    /// The department.
    pub agency: Uscc,
    /// Where.
    pub region: Region,
    /// How it came in there.
    pub channel: Channel,
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, sorted.
    pub indicators: Vec<&'static str>,
    /// What was written.
    pub comment: String,
    /// When.
    pub rated_at: Instant,
}

impl Incoming {
    /// Whether it has an option that was withdrawn since.
    pub fn has_retired(&self) -> bool {
        self.indicators.iter().any(|code| Indicator::find_retired(code).is_some())
    }
}

/// Reads a row, whose cells are found by the names of their columns. `agency` stands where the
/// profile has no column for it.
///
/// # Errors
/// Every fault, each with the name of its column.
pub fn read_row(
    profile: &Profile,
    agency: Option<&str>,
    now: Instant,
    cell: impl Fn(&str) -> Option<String>,
) -> Result<Incoming, Vec<String>> {
    let text = |field: Field| {
        let found = profile.head(field).and_then(&cell).unwrap_or_default();
        found.trim().to_owned()
    };
    let mut faults = Vec::new();
    let mut fault = |field: Field, message: String| {
        // Without a column of its own a department is said on the command line.
        faults.push(format!("{}: {message}", profile.head(field).unwrap_or("--agency")));
    };
    macro_rules! checked {
        ($field:expr, $read:expr) => {
            $read.map_err(|message| fault($field, message)).ok()
        };
    }
    let case_number = checked!(
        Field::CaseNumber,
        CaseNumber::parse(&text(Field::CaseNumber)).map_err(|error| error.to_string())
    );
    let service_number = checked!(Field::ServiceNumber, read_number(&text(Field::ServiceNumber)));
    let item = Some(text(Field::TaskHandleItem))
        .filter(|item| !item.is_empty())
        .unwrap_or(text(Field::TaskCode));
    let item =
        Some(item).filter(|item| !item.is_empty()).map(|item| ItemCode::parse(&item)).transpose();
    let item_code = checked!(Field::TaskCode, item.map_err(|error| error.to_string()));
    let of_row = text(Field::AgencyCode);
    let agency = if of_row.is_empty() { agency.unwrap_or_default() } else { &of_row };
    let agency =
        checked!(Field::AgencyCode, Uscc::parse(agency).map_err(|error| error.to_string()));
    let region = checked!(Field::Region, read_region(&text(Field::Region)));
    let channel = text(Field::Channel);
    let channel = checked!(
        Field::Channel,
        profile
            .read_channel(&channel)
            .ok_or_else(|| format!("{channel:?} is no channel of this profile"))
    );
    let level = text(Field::Level);
    let level = checked!(
        Field::Level,
        profile.read_level(&level).ok_or_else(|| format!("{level:?} is no level of this profile"))
    );
    let indicators = checked!(Field::Indicators, read_indicators(&text(Field::Indicators), level));
    let comment = checked!(Field::Comment, read_comment(text(Field::Comment)));
    let rated_at = text(Field::RatedAt);
    let rated_at = checked!(
        Field::RatedAt,
        match profile.read_time(&rated_at) {
            Some(at) if !is_in_this_century(at) => Err(format!("{rated_at:?} is before 2000")),
            Some(at) if at > now => Err(format!("{rated_at:?} has not come yet")),
            Some(at) => Ok(at),
            None => Err(format!("{rated_at:?} is no time of this profile")),
        }
    );
    let read = || {
        Some(Incoming {
            case_number: case_number?,
            service_number: service_number?,
            item_code: item_code?,
            agency: agency?,
            region: region?,
            channel: channel?,
            level: level?,
            indicators: indicators?,
            comment: comment?,
            rated_at: rated_at?,
        })
    };
    read().ok_or(faults)
}

fn read_number(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Ok(1);
    }
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("{text:?} is no number from 1"))
}

fn read_region(text: &str) -> Result<Region, String> {
    let region: Region = text.parse().map_err(|_| format!("{text:?} is not 6, 9 or 12 digits"))?;
    if region.is_known_district() {
        Ok(region)
    } else {
        Err(format!("{text:?} lies in no known district"))
    }
}

/// Options that were ever on the list, of the level that was given; of an unknown level nothing
/// more is said.
fn read_indicators(
    text: &str,
    level: Option<SatisfactionLevel>,
) -> Result<Vec<&'static str>, String> {
    let mut codes = Vec::new();
    for code in text.split([',', '，']).map(str::trim).filter(|code| !code.is_empty()) {
        let found = Indicator::find(code).ok_or_else(|| format!("{code:?} was never an option"))?;
        if level.is_some_and(|level| level != found.level) {
            return Err(format!("{code} is no option of this level"));
        }
        codes.push(found.code.as_str());
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

fn read_comment(text: String) -> Result<String, String> {
    let n = text.chars().count();
    if n > COMMENT_MAX {
        return Err(format!("{n} characters, {COMMENT_MAX} are read"));
    }
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(is_control) { Err("has a control character".to_owned()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 8] = [
        ("projectNo", "OLD-1"),
        ("areaCode", "321002"),
        ("orgcode", "11110000000021135M"),
        ("pf", "4"),
        ("satisfaction", "1"),
        ("evalDetail", "110"),
        ("writingEvaluation", "态度不好"),
        ("assessTime", "2020-03-02 09:10:11"),
    ];

    fn read(changed: &[(&str, &str)]) -> Result<Incoming, Vec<String>> {
        let now = Instant::parse_rfc3339("2026-11-21T08:00:00+08:00").unwrap();
        read_row(&Profile::load("national").unwrap(), None, now, |name| {
            let of = |list: &[(&str, &str)]| {
                list.iter().find(|(own, _)| *own == name).map(|(_, v)| (*v).to_owned())
            };
            of(changed).or_else(|| of(&GOOD))
        })
    }

    #[test]
    fn an_old_record_is_read() {
        let read = read(&[]).unwrap();
        assert_eq!(
            (read.level, read.channel),
            (SatisfactionLevel::VeryDissatisfied, Channel::HallPad)
        );
        assert_eq!((read.indicators.as_slice(), read.service_number), (&["110"][..], 1));
        assert_eq!(read.rated_at.to_rfc3339(), "2020-03-02T09:10:11+08:00");
    }

    /// 32 options were withdrawn, and old records are full of them.
    #[test]
    fn options_that_were_withdrawn_are_read() {
        for retired in Indicator::all().filter(|option| option.is_retired) {
            let level = (5 - retired.level.index()).to_string();
            let row =
                read(&[("evalDetail", retired.code.as_str()), ("satisfaction", &level)]).unwrap();
            assert!(row.has_retired(), "{}", retired.code);
        }
        assert!(!read(&[]).unwrap().has_retired());
    }

    #[test]
    fn a_bad_rating_without_a_reason_is_history_too() {
        assert!(read(&[("evalDetail", ""), ("writingEvaluation", "")]).is_ok());
    }

    #[test]
    fn every_fault_has_its_column() {
        let wrong = [
            ("projectNo", ""),
            ("areaCode", "329999"),
            ("orgcode", "11110000000021135N"),
            ("pf", "8"),
            ("satisfaction", "6"),
            ("evalDetail", "999"),
            ("writingEvaluation", "a\u{7}"),
            ("assessTime", "2027-01-01 00:00:00"),
            ("serviceNumber", "0"),
            ("taskCode", "12"),
        ];
        let faults = read(&wrong).unwrap_err();
        let columns: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        let expected = [
            "projectNo",
            "serviceNumber",
            "taskCode",
            "orgcode",
            "areaCode",
            "pf",
            "satisfaction",
            "evalDetail",
            "writingEvaluation",
            "assessTime",
        ];
        assert_eq!(columns, expected, "{faults:?}");
        assert_eq!(
            read(&[("evalDetail", "510")]).unwrap_err(),
            ["evalDetail: 510 is no option of this level"]
        );
    }
}
