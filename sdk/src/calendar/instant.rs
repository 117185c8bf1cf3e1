//! Instants and civil dates. Instants are milliseconds in UTC; civil time in China (UTC+08:00, no
//! summer time) appears only where a person reads it or a working day is counted.

use core::{fmt, time::Duration};

use time::{Date, Month, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A day in milliseconds: 24 × 60 × 60 × 1,000.
pub const DAY_MILLIS: i64 = 86_400_000;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use haochaping::calendar::Instant;
/// use std::time::Duration;
///
/// let at = Instant::parse_rfc3339("2026-11-20T23:30:00+08:00").unwrap();
/// assert_eq!(at.to_rfc3339(), "2026-11-20T23:30:00+08:00");
/// assert_eq!((at + Duration::from_hours(1)).date_in_china().to_string(), "2026-11-21");
/// assert!(Instant::parse_rfc3339("2026-11-20").is_none());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// From milliseconds since 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339 (`2026-11-20T15:04:05+08:00`); an offset is required. `None` for anything
    /// else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(read.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
    }

    /// RFC 3339 in China's civil time, to the second: `2026-11-20T15:04:05+08:00`.
    pub fn to_rfc3339(self) -> String {
        let at = self.in_china();
        format!(
            "{}T{:02}:{:02}:{:02}+08:00",
            self.date_in_china(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    /// The civil date in China.
    pub fn date_in_china(self) -> CivilDate {
        CivilDate(self.in_china().date())
    }

    /// The civil day in China, in days since 1970-01-01.
    pub const fn day_in_china(self) -> i64 {
        (self.0 + 8 * 3_600_000).div_euclid(DAY_MILLIS)
    }

    fn in_china(self) -> OffsetDateTime {
        let china = UtcOffset::from_hms(8, 0, 0).expect("an offset of 8 hours exists");
        // The calendar ends with the year 9999: what lies beyond in China's clock is shown in the
        // other.
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        at.checked_to_offset(china).unwrap_or(at)
    }
}

/// So much later, to the millisecond; the last moment where time ends.
impl core::ops::Add<Duration> for Instant {
    type Output = Self;
    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(millis(later)))
    }
}

/// So much earlier, to the millisecond; the first moment where time begins.
impl core::ops::Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(millis(earlier)))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Whether something of this system can have happened then: from 2000-01-01 in China on, and before
/// 2100.
pub fn is_in_this_century(at: Instant) -> bool {
    (2000..2100).contains(&at.date_in_china().parts().0)
}

/// A civil date; shown as `2026-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(Date);

impl CivilDate {
    /// Year, month 1–12, day 1–31; `None` if there is no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok().map(Self)
    }

    /// Reads `2026-11-20`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let part = |range| {
            text.get(range).filter(|part: &&str| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let has_dashes =
            text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        has_dashes
            .then(|| Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
            .flatten()
    }

    /// The day that is `days` later; the last day of the calendar where it ends.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.checked_add(time::Duration::days(days)).unwrap_or(Date::MAX))
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self.0.weekday().number_from_monday() > 5
    }

    /// The last millisecond of the day in China.
    pub fn end_in_china(self) -> Instant {
        let midnight = self.0.midnight().assume_offset(UtcOffset::UTC).unix_timestamp() * 1_000;
        Instant::from_millis(midnight + DAY_MILLIS - 8 * 3_600_000 - 1)
    }

    /// Year, month 1–12, day 1–31.
    pub fn parts(self) -> (i32, u8, u8) {
        (self.0.year(), self.0.month() as u8, self.0.day())
    }

    /// The month as a number to group by: 202611.
    pub fn month(self) -> u32 {
        u32::try_from(self.0.year()).unwrap_or(0) * 100 + u32::from(self.0.month() as u8)
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_changes_at_midnight_in_china() {
        let evening = Instant::parse_rfc3339("2026-11-20T15:59:59Z").unwrap();
        assert_eq!(evening.date_in_china().to_string(), "2026-11-20");
        assert_eq!((evening + Duration::from_secs(1)).date_in_china().to_string(), "2026-11-21");
        assert_eq!(evening.to_rfc3339(), "2026-11-20T23:59:59+08:00");
        assert_eq!(evening.date_in_china().month(), 202_611);
    }

    #[test]
    fn no_moment_is_beyond_the_calendar() {
        for text in ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"] {
            let at = Instant::parse_rfc3339(text).unwrap();
            assert!(!is_in_this_century(at) && !at.to_rfc3339().is_empty(), "{text}");
        }
        let end = CivilDate::parse("9999-12-31").unwrap();
        assert_eq!(end.plus_days(1).end_in_china().date_in_china(), end);
    }

    #[test]
    fn a_time_without_offset_is_no_instant() {
        for wrong in
            ["2026-11-20T15:04:05", "2026-11-20 15:04:05", "2026-13-01T00:00:00Z", "", "昨天"]
        {
            assert_eq!(Instant::parse_rfc3339(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 0_i64..4_000_000_000) {
            let instant = Instant::from_millis(seconds * 1_000);
            prop_assert_eq!(Instant::parse_rfc3339(&instant.to_rfc3339()), Some(instant));
        }
    }
}
