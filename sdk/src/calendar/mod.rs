//! Instants, civil dates in China, and working days.
//!
//! Who must answer by when: working days between holidays of the State Council, in China's time.
//!
//! ```
//! use haochaping::calendar::{CivilDate, Instant, WorkingCalendar};
//!
//! let calendar = WorkingCalendar::built_in();
//! let national_day = CivilDate::parse("2026-10-01").unwrap();
//! assert!(!calendar.is_working_day(national_day));
//!
//! let at = Instant::parse_rfc3339("2026-11-20T15:04:05+08:00").unwrap();
//! assert_eq!(at.date_in_china().to_string(), "2026-11-20");
//! ```

#[rustfmt::skip]
mod holidays;
mod instant;
mod working_days;

pub use instant::{CivilDate, DAY_MILLIS, Instant, is_in_this_century};
pub use working_days::{CalendarError, Deadline, HolidayFile, HolidayYear, Term, WorkingCalendar};
