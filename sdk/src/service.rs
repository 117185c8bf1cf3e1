//! What one rating is about: one numbered service of one case (一事一评; `projectNo`,
//! `serviceNumber`).
//!
//! ```
//! use haochaping::{calendar::Instant, service::Service, wire::v1::ServiceRegistration};
//!
//! let sent = ServiceRegistration {
//!     case_number: "JS-2026-1".into(),
//!     service_number: 1,
//!     agency_code: "11110000000021135M".into(),
//!     region: "321002".into(),
//!     finished_at: "2026-11-20T15:04:05+08:00".into(),
//!     ..ServiceRegistration::default()
//! };
//! let now = Instant::parse_rfc3339("2026-11-21T09:00:00+08:00").unwrap();
//! let service = Service::check(sent, now).expect("every field is of its form");
//! assert_eq!(service.case_number.as_str(), "JS-2026-1");
//! ```

use crate::{
    calendar::{Instant, is_in_this_century},
    identifier::{CaseNumber, IdentifierError, ItemCode, Uscc, fold_number},
    region::Region,
    text::{is_bidi_control, trimmed},
    wire::v1,
};

/// A finished service as a portal registers it, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// 办件编号
    pub case_number: CaseNumber,
    /// The number of the service in its case, from 1.
    pub service_number: u32,
    /// 事项编码, if the service has one.
    pub item_code: Option<ItemCode>,
    /// 事项名称; what the person sees on the form.
    pub item_name: Option<String>,
    /// The agency that served.
    pub agency_code: Uscc,
    /// Its name.
    pub agency_name: Option<String>,
    /// Where.
    pub region: Region,
    /// When it was finished.
    pub finished_at: Instant,
    /// How it was served.
    pub mode: v1::ServiceMode,
    /// Whether the person served is known by name.
    pub is_real_name: bool,
    /// The window, on site.
    pub window: Option<String>,
    /// The staff number of who served.
    pub staff_number: Option<String>,
    /// The visit of which this is one of several services; they are rated once.
    pub visit: Option<String>,
}

/// Why one service is not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// An identifier of the wrong form.
    #[error("{field}: {error}")]
    Identifier {
        /// The field as on the wire.
        field: &'static str,
        /// What is wrong.
        error: IdentifierError,
    },
    /// The service number is 0.
    #[error("service_number: counts from 1")]
    ServiceNumberZero,
    /// Not a region code.
    #[error("region: not 6, 9 or 12 digits")]
    RegionMalformed,
    /// The first six digits are no region we know.
    #[error("region: the first six digits are no known district")]
    RegionUnknown,
    /// Not RFC 3339 with an offset.
    #[error("finished_at: not RFC 3339 with an offset")]
    TimeMalformed,
    /// Before this century, or after tomorrow.
    #[error("finished_at: not between 2000-01-01 and tomorrow")]
    TimeOutOfRange,
    /// A text that is too long or holds control characters.
    #[error(
        "{field}: 1 to {max} characters without control characters, also those of direction, are allowed"
    )]
    Text {
        /// The field as on the wire.
        field: &'static str,
        /// The most characters.
        max: usize,
    },
}

impl ServiceError {
    /// The field at fault, as named on the wire.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Identifier { field, .. } | Self::Text { field, .. } => field,
            Self::ServiceNumberZero => "service_number",
            Self::RegionMalformed | Self::RegionUnknown => "region",
            Self::TimeMalformed | Self::TimeOutOfRange => "finished_at",
        }
    }

    /// The stable code of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Identifier { error: IdentifierError::Length { .. }, .. } => "wrong-length",
            Self::Identifier { error: IdentifierError::Character { .. }, .. } => "wrong-character",
            Self::Identifier { error: IdentifierError::CheckDigit, .. } => "wrong-check-digit",
            Self::ServiceNumberZero | Self::TimeOutOfRange => "out-of-range",
            Self::RegionMalformed => "malformed-region",
            Self::RegionUnknown => "unknown-region",
            Self::TimeMalformed => "malformed-time",
            Self::Text { .. } => "malformed-text",
        }
    }
}

const NAME_MAX: usize = 200;
const SHORT_MAX: usize = 50;

impl Service {
    /// Checks one registration as of `now`, whose clock another system's may be a day ahead of.
    ///
    /// # Errors
    /// All its faults.
    pub fn check(sent: v1::ServiceRegistration, now: Instant) -> Result<Self, Vec<ServiceError>> {
        let finished_at = Instant::parse_rfc3339(&sent.finished_at);
        let is_late = finished_at.is_some_and(|at| !is_in_this_century(at) || at > in_a_day(now));
        match (Self::try_from(sent), is_late) {
            (checked, false) => checked,
            (Ok(_), true) => Err(vec![ServiceError::TimeOutOfRange]),
            (Err(mut faults), true) => {
                faults.push(ServiceError::TimeOutOfRange);
                Err(faults)
            }
        }
    }
}

fn in_a_day(now: Instant) -> Instant {
    now.date_in_china().plus_days(1).end_in_china()
}

impl TryFrom<v1::ServiceRegistration> for Service {
    type Error = Vec<ServiceError>;

    /// Checks one registration and names all its faults.
    fn try_from(sent: v1::ServiceRegistration) -> Result<Self, Vec<ServiceError>> {
        let mut faults = Vec::new();
        let case_number =
            keep(CaseNumber::parse(&sent.case_number).map_err(named("case_number")), &mut faults);
        let agency_code =
            keep(Uscc::parse(&sent.agency_code).map_err(named("agency_code")), &mut faults);
        let item_code = sent.item_code.as_deref().filter(|code| !code.is_empty());
        let item_code = keep(
            item_code.map(ItemCode::parse).transpose().map_err(named("item_code")),
            &mut faults,
        );
        let region = keep(parse_region(&sent.region), &mut faults);
        let finished_at = keep(
            Instant::parse_rfc3339(&sent.finished_at).ok_or(ServiceError::TimeMalformed),
            &mut faults,
        );
        let item_name = keep(text("item_name", sent.item_name, NAME_MAX), &mut faults);
        let agency_name = keep(text("agency_name", sent.agency_name, NAME_MAX), &mut faults);
        let window = keep(text("window", sent.window, SHORT_MAX), &mut faults);
        let staff_number = keep(
            text("staff_number", sent.staff_number.as_deref().map(fold_number), SHORT_MAX),
            &mut faults,
        );
        let visit =
            keep(text("visit", sent.visit.as_deref().map(fold_number), SHORT_MAX), &mut faults);
        if sent.service_number == 0 {
            faults.push(ServiceError::ServiceNumberZero);
        }
        let checked = || {
            Some(Self {
                case_number: case_number?,
                service_number: sent.service_number,
                item_code: item_code?,
                item_name: item_name?,
                agency_code: agency_code?,
                agency_name: agency_name?,
                region: region?,
                finished_at: finished_at?,
                mode: sent.mode,
                is_real_name: sent.real_name,
                window: window?,
                staff_number: staff_number?,
                visit: visit?,
            })
        };
        if faults.is_empty() { checked().ok_or(faults) } else { Err(faults) }
    }
}

fn keep<T>(read: Result<T, ServiceError>, faults: &mut Vec<ServiceError>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

fn named(field: &'static str) -> impl Fn(IdentifierError) -> ServiceError {
    move |error| ServiceError::Identifier { field, error }
}

fn parse_region(code: &str) -> Result<Region, ServiceError> {
    let region: Region = code.parse().map_err(|_| ServiceError::RegionMalformed)?;
    if region.is_known_district() { Ok(region) } else { Err(ServiceError::RegionUnknown) }
}

/// An optional text: trimmed, one of which nothing can be seen is none.
fn text(
    field: &'static str,
    sent: Option<String>,
    max: usize,
) -> Result<Option<String>, ServiceError> {
    let Some(text) = sent.map(|t| trimmed(&t).to_owned()).filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > max
        || text.chars().any(|one| one.is_control() || is_bidi_control(one))
    {
        return Err(ServiceError::Text { field, max });
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> v1::ServiceRegistration {
        v1::ServiceRegistration {
            case_number: "JS-2026-1".into(),
            service_number: 1,
            agency_code: "11110000000021135M".into(),
            region: "321002".into(),
            finished_at: "2026-11-20T15:04:05+08:00".into(),
            mode: v1::ServiceMode::Online,
            real_name: true,
            ..v1::ServiceRegistration::default()
        }
    }

    #[test]
    fn an_item_is_optional() {
        let service = Service::try_from(registration()).unwrap();
        assert_eq!(service.item_code, None);
        assert_eq!(service.region.to_string(), "321002");
    }

    #[test]
    fn a_region_whose_district_is_unknown_is_refused_and_a_deeper_unknown_one_taken() {
        let of = |region: &str| {
            Service::try_from(v1::ServiceRegistration { region: region.into(), ..registration() })
        };
        assert_eq!(of("321099001"), Err(vec![ServiceError::RegionUnknown]));
        assert_eq!(of("321002999").unwrap().region.to_string(), "321002999");
    }

    #[test]
    fn a_service_was_finished_in_this_century_and_by_tomorrow() {
        let now = Instant::parse_rfc3339("2026-11-20T15:04:05+08:00").unwrap();
        for (finished_at, is_ok) in [
            ("2000-01-01T00:00:00+08:00", true),
            ("1999-12-31T23:59:59+08:00", false),
            ("0001-01-01T00:00:00Z", false),
            ("2026-11-21T23:59:59+08:00", true),
            ("2026-11-22T00:00:00+08:00", false),
            ("9999-12-31T23:59:59Z", false),
        ] {
            let checked = Service::check(
                v1::ServiceRegistration { finished_at: finished_at.into(), ..registration() },
                now,
            );
            assert_eq!(
                checked.err(),
                (!is_ok).then(|| vec![ServiceError::TimeOutOfRange]),
                "{finished_at}"
            );
        }
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let wrong = v1::ServiceRegistration {
            case_number: String::new(),
            service_number: 0,
            item_code: Some("123".into()),
            agency_code: "11110000000021135N".into(),
            region: "x".into(),
            finished_at: "yesterday".into(),
            window: Some("一".repeat(51)),
            ..registration()
        };
        let faults: Vec<_> =
            Service::try_from(wrong).unwrap_err().iter().map(|f| (f.field(), f.code())).collect();
        assert_eq!(
            faults,
            [
                ("case_number", "wrong-length"),
                ("agency_code", "wrong-check-digit"),
                ("item_code", "wrong-length"),
                ("region", "malformed-region"),
                ("finished_at", "malformed-time"),
                ("window", "malformed-text"),
                ("service_number", "out-of-range"),
            ]
        );
    }
}
