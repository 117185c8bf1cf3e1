//! Working days in China: weekends and the State Council's days off do not count, make-up days
//! (调休上班) do. The start day is not counted, and a term ends with the last moment of its last
//! day.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CivilDate, Instant, holidays::YEARS};

/// A term as a rule states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// This many working days after the start day.
    WorkingDays(u16),
    /// This many days after the start day, whatever they are; 0 is the start day itself.
    Days(u16),
}

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last moment in time.
    pub at: Instant,
    /// Whether it reaches into a year whose days off are not known yet, so that it may move.
    pub is_provisional: bool,
}

/// Days off as the State Council's notices give them: `{"years": {"2026": {"off": ["2026-01-01"],
/// "work": ["2026-01-04"]}}}`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct HolidayFile {
    /// By year, four digits.
    pub years: BTreeMap<String, HolidayYear>,
}

/// One year of [`HolidayFile`]; days as `2026-01-01`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    /// Days off, on weekdays and weekends.
    pub off: Vec<String>,
    /// Weekend days that are worked.
    pub work: Vec<String>,
}

/// Why a list of days off is refused; nothing of it is taken then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not four digits.
    #[error("{0:?} is not a year")]
    Year(String),
    /// Not a day of the calendar, or not of the year under which it stands.
    #[error("{day:?} is not a day of {year}")]
    Day {
        /// The year under which it stands.
        year: String,
        /// The text found.
        day: String,
    },
    /// A day that is off and worked.
    #[error("{0} is a day off and a working day")]
    Both(CivilDate),
    /// A make-up day is a Saturday or Sunday.
    #[error("{0} is not a Saturday or Sunday, so it cannot be a make-up day")]
    NoWeekend(CivilDate),
}

/// Which days are worked.
///
/// ```
/// use haochaping::calendar::{CivilDate, WorkingCalendar};
///
/// let calendar = WorkingCalendar::built_in();
/// // 2026-11-21 is a Saturday.
/// assert!(!calendar.is_working_day(CivilDate::parse("2026-11-21").unwrap()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingCalendar {
    years: BTreeSet<i32>,
    off: BTreeSet<CivilDate>,
    work: BTreeSet<CivilDate>,
}

impl WorkingCalendar {
    /// The years that are built in: 2025 (国办发明电〔2024〕12号) and 2026 (notice of 2025-11-04).
    pub fn built_in() -> Self {
        let texts = |days: &[&str]| days.iter().map(ToString::to_string).collect();
        let year = |(year, off, work): &(&str, &[&str], &[&str])| {
            ((*year).to_owned(), HolidayYear { off: texts(off), work: texts(work) })
        };
        let mut calendar =
            Self { years: BTreeSet::new(), off: BTreeSet::new(), work: BTreeSet::new() };
        let file = HolidayFile { years: YEARS.iter().map(year).collect() };
        calendar.import(&file).expect("the built-in years are tested");
        calendar
    }

    /// Takes the years of a file, each in place of what was known of it. Returns them.
    ///
    /// # Errors
    /// The first day that cannot be; nothing is taken then.
    pub fn import(&mut self, file: &HolidayFile) -> Result<Vec<i32>, CalendarError> {
        let mut next = self.clone();
        let mut taken = Vec::new();
        for (name, days) in &file.years {
            let is_year = name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit());
            let year: i32 = name
                .parse()
                .ok()
                .filter(|_| is_year)
                .ok_or_else(|| CalendarError::Year(name.clone()))?;
            let read = |texts: &[String]| {
                texts
                    .iter()
                    .map(|text| day_of(year, name, text))
                    .collect::<Result<BTreeSet<_>, _>>()
            };
            let (off, work) = (read(&days.off)?, read(&days.work)?);
            if let Some(both) = off.intersection(&work).next() {
                return Err(CalendarError::Both(*both));
            }
            if let Some(weekday) = work.iter().find(|day| !day.is_weekend()) {
                return Err(CalendarError::NoWeekend(*weekday));
            }
            next.off.retain(|day| day.parts().0 != year);
            next.work.retain(|day| day.parts().0 != year);
            next.off.extend(off);
            next.work.extend(work);
            next.years.insert(year);
            taken.push(year);
        }
        *self = next;
        Ok(taken)
    }

    /// The last year whose days off are known.
    pub fn last_known_year(&self) -> Option<i32> {
        self.years.last().copied()
    }

    /// Whether people work on that day; in an unknown year Monday to Friday.
    pub fn is_working_day(&self, day: CivilDate) -> bool {
        self.work.contains(&day) || !(day.is_weekend() || self.off.contains(&day))
    }

    /// How many working days lie after the first day, up to and with the last.
    pub fn working_days_between(&self, first: CivilDate, last: CivilDate) -> u16 {
        let mut found = 0;
        let mut day = first;
        while day < last {
            day = day.plus_days(1);
            found += u16::from(self.is_working_day(day));
        }
        found
    }

    /// When a term that starts now ends.
    pub fn deadline(&self, start: Instant, term: Term) -> Deadline {
        self.deadline_after(start, term, 0)
    }

    /// The same with so many more working days, for which a clock stood still.
    pub fn deadline_after(&self, start: Instant, term: Term, n_more: u16) -> Deadline {
        let first = start.date_in_china();
        let (mut day, mut left) = match term {
            Term::WorkingDays(n) => (first, n.saturating_add(n_more)),
            Term::Days(n) => (first.plus_days(i64::from(n)), n_more),
        };
        while left > 0 {
            day = day.plus_days(1);
            left -= u16::from(self.is_working_day(day));
        }
        // Only a term that counts working days depends on a notice that is still to come.
        let counts_days = matches!(term, Term::WorkingDays(_)) || n_more > 0;
        let is_known = (first.parts().0..=day.parts().0).all(|year| self.years.contains(&year));
        Deadline { at: day.end_in_china(), is_provisional: counts_days && !is_known }
    }
}

fn day_of(year: i32, name: &str, text: &str) -> Result<CivilDate, CalendarError> {
    CivilDate::parse(text)
        .filter(|day| day.parts().0 == year)
        .ok_or_else(|| CalendarError::Day { year: name.to_owned(), day: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    fn due(start: &str, n: u16) -> String {
        let start = Instant::parse_rfc3339(start).unwrap();
        WorkingCalendar::built_in().deadline(start, Term::WorkingDays(n)).at.to_rfc3339()
    }

    /// The notices (国办发明电〔2024〕12号 for 2025, that of 2025-11-04 for 2026), day by day: 365
    /// days each. Counted apart from the table: weekdays less the days off on weekdays, and the
    /// make-up days.
    #[test]
    fn every_day_of_2025_and_2026_is_as_in_the_notices() {
        let calendar = WorkingCalendar::built_in();
        for (year, off, work) in YEARS {
            let mut day = date(&format!("{year}-01-01"));
            let mut n_days = 0;
            while day.parts().0.to_string() == *year {
                let text = day.to_string();
                let expected = match (off.contains(&text.as_str()), work.contains(&text.as_str())) {
                    (true, _) => false,
                    (_, true) => true,
                    // The first of 2025 was a Wednesday, that of 2026 a Thursday.
                    _ => (n_days + if *year == "2025" { 2 } else { 3 }) % 7 < 5,
                };
                assert_eq!(calendar.is_working_day(day), expected, "{text}");
                n_days += 1;
                day = day.plus_days(1);
            }
            assert_eq!(n_days, 365, "{year}");
        }
        assert_eq!(calendar.last_known_year(), Some(2026));
        // 法定工作日: 248 days in each of the two years, as reckoned by 人社部 (365 − 104 weekend
        // days − 13 holidays).
        let total = |year: i32| {
            calendar.working_days_between(
                date(&format!("{}-12-31", year - 1)),
                date(&format!("{year}-12-31")),
            )
        };
        assert_eq!((total(2025), total(2026)), (248, 248));
    }

    #[test]
    fn the_start_day_is_not_counted_and_the_last_ends_at_midnight() {
        // A Friday; Sunday the 27th of April 2025 and the days before it are as the notice says.
        assert_eq!(due("2026-11-20T09:00:00+08:00", 1), "2026-11-23T23:59:59+08:00");
        assert_eq!(due("2025-04-25T23:59:59+08:00", 1), "2025-04-27T23:59:59+08:00");
        assert_eq!(due("2025-04-30T08:00:00+08:00", 5), "2025-05-12T23:59:59+08:00");
        // Spring Festival 2026: off from the 15th to the 23rd of February, worked on Saturday the
        // 14th and 28th.
        assert_eq!(due("2026-02-13T10:00:00+08:00", 1), "2026-02-14T23:59:59+08:00");
        assert_eq!(due("2026-02-13T10:00:00+08:00", 5), "2026-02-27T23:59:59+08:00");
    }

    #[test]
    fn a_deadline_past_the_last_known_year_is_provisional() {
        let calendar = WorkingCalendar::built_in();
        let of =
            |start: &str, term| calendar.deadline(Instant::parse_rfc3339(start).unwrap(), term);
        assert!(!of("2026-12-30T12:00:00+08:00", Term::WorkingDays(1)).is_provisional);
        assert!(of("2026-12-31T12:00:00+08:00", Term::WorkingDays(1)).is_provisional);
        assert!(
            !of("2026-12-31T12:00:00+08:00", Term::Days(15)).is_provisional,
            "plain days never move"
        );
        let mut later = calendar.clone();
        let year = HolidayYear { off: vec!["2027-01-01".into()], work: vec!["2027-01-02".into()] };
        let taken = later.import(&HolidayFile { years: [("2027".to_owned(), year)].into() });
        assert_eq!(taken, Ok(vec![2027]));
        let found = later.deadline(
            Instant::parse_rfc3339("2026-12-31T12:00:00+08:00").unwrap(),
            Term::WorkingDays(1),
        );
        assert_eq!(
            (found.at.to_rfc3339().as_str(), found.is_provisional),
            ("2027-01-02T23:59:59+08:00", false)
        );
    }

    #[test]
    fn a_list_that_cannot_be_is_refused_whole() {
        let day = CivilDate::parse("2027-01-02").unwrap();
        let file = |year: &str, off: &str, work: &str| HolidayFile {
            years: [(
                year.to_owned(),
                HolidayYear { off: vec![off.into()], work: vec![work.into()] },
            )]
            .into(),
        };
        for (file, expected) in [
            (file("27", "2027-01-01", "2027-01-02"), CalendarError::Year("27".into())),
            (
                file("2027", "2026-01-01", "2027-01-02"),
                CalendarError::Day { year: "2027".into(), day: "2026-01-01".into() },
            ),
            (
                file("2027", "2027-02-29", "2027-01-02"),
                CalendarError::Day { year: "2027".into(), day: "2027-02-29".into() },
            ),
            (file("2027", "2027-01-02", "2027-01-02"), CalendarError::Both(day)),
            (
                file("2027", "2027-01-01", "2027-01-04"),
                CalendarError::NoWeekend(date("2027-01-04")),
            ),
        ] {
            let mut calendar = WorkingCalendar::built_in();
            assert_eq!(calendar.import(&file), Err(expected));
            assert_eq!(calendar, WorkingCalendar::built_in());
        }
    }

    proptest! {
        #[test]
        fn a_longer_term_never_ends_sooner(start in 1_735_660_800_000_i64..1_798_700_000_000, n in 0_u16..60) {
            let calendar = WorkingCalendar::built_in();
            let start = Instant::from_millis(start);
            let [one, more] = [n, n + 1].map(|n| calendar.deadline(start, Term::WorkingDays(n)).at);
            prop_assert!(one < more && start <= one);
            let counted = calendar.working_days_between(start.date_in_china(), one.date_in_china());
            prop_assert_eq!(counted, n);
        }
    }
}
