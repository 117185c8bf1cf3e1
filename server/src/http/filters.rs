//! How templates show figures and times: `{{ n|count }}`, `{{ part|rate(whole) }}`, `{{ at|minute
//! }}`, `{{ at|day }}`.
#![expect(
    clippy::inline_always,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    unreachable_pub,
    reason = "askama's macro makes methods of filters, and hands them references"
)]

use askama::{Result, Values, filters::Safe};
use haochaping::{
    calendar::Instant,
    statistics::{show_count, show_rate},
};

/// A number: from ten thousand on in 万, from a hundred million on in 亿, with the exact one beside
/// it. Cut and not rounded: no more is shown than there is.
#[askama::filter_fn]
pub(in crate::http) fn count(n: &u64, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(match *n {
        0..10_000 => show_count(*n),
        10_000..100_000_000 => in_unit(*n, 10_000, "万"),
        _ => in_unit(*n, 100_000_000, "亿"),
    }))
}

/// The share of a part in a whole in percent, cut to hundredths; of nothing “—”.
#[askama::filter_fn]
pub(in crate::http) fn rate(part: &u64, _: &dyn Values, whole: &u64) -> Result<String> {
    Ok(show_rate(*part, *whole))
}

/// A moment to the minute, in China.
#[askama::filter_fn]
pub(in crate::http) fn minute(at: &Instant, _: &dyn Values) -> Result<String> {
    Ok(to_minute(*at))
}

/// The day of a moment, in China.
#[askama::filter_fn]
pub(in crate::http) fn day(at: &Instant, _: &dyn Values) -> Result<String> {
    Ok(at.date_in_china().to_string())
}

/// A moment to the minute, in China.
pub(in crate::http) fn to_minute(at: Instant) -> String {
    wire_to_minute(&at.to_rfc3339())
}

/// A moment of the wire to the minute; a civil date as it is.
pub(in crate::http) fn wire_to_minute(text: &str) -> String {
    // RFC 3339 here is China's clock; what has no time of day is a civil date.
    text.get(..16).map_or_else(|| text.to_owned(), |text| text.replace('T', " "))
}

fn in_unit(n: u64, unit: u64, name: &str) -> String {
    let (whole, hundredths) = (n / unit, n % unit * 100 / unit);
    format!(
        "{}.{hundredths:02} {name}<small class=\"muted\">（{}）</small>",
        show_count(whole),
        show_count(n)
    )
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;
    use crate::http::filters;

    #[derive(Template)]
    #[template(
        source = "{{ n|count }} {{ n|rate(whole) }} {{ at|minute }} {{ at|day }}",
        ext = "html"
    )]
    struct Sample {
        n: u64,
        whole: u64,
        at: Instant,
    }

    fn shown(n: u64, whole: u64) -> String {
        let at = Instant::parse_rfc3339("2026-11-26T23:59:59+08:00").expect("a moment");
        Sample { n, whole, at }.render().expect("a template of our own renders")
    }

    #[test]
    fn a_count_is_short_and_exact() {
        let of = |n| shown(n, 0).split(" —").next().unwrap_or_default().to_owned();
        assert_eq!(of(0), "0");
        assert_eq!(of(9_999), "9,999");
        assert_eq!(of(21_347), "2.13 万<small class=\"muted\">（21,347）</small>");
        assert_eq!(
            of(99_999_999),
            "9,999.99 万<small class=\"muted\">（99,999,999）</small>",
            "never rounded up"
        );
        assert_eq!(of(620_384_516), "6.20 亿<small class=\"muted\">（620,384,516）</small>");
    }

    #[test]
    fn times_are_of_china() {
        assert!(shown(1, 2).ends_with("1 50.00% 2026-11-26 23:59 2026-11-26"), "{}", shown(1, 2));
        assert_eq!(wire_to_minute("2026-11-26"), "2026-11-26");
    }
}
