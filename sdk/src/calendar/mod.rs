//! Instants, civil dates in China, and working days.

#[rustfmt::skip]
mod holidays;
mod instant;
mod working_days;

pub use instant::{CivilDate, DAY_MILLIS, Instant, is_in_this_century};
pub use working_days::{CalendarError, Deadline, HolidayFile, HolidayYear, Term, WorkingCalendar};
