//! Number formats, as far as identifiers and dates need them: what Excel shows is what a person
//! meant.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::package::{attribute, events};
use crate::{Cell, Flaw, TableError};

/// From here on a number of a spreadsheet is not the one that was entered.
const ROUNDED_FROM: f64 = 1e15;

/// The longest code of a format, as spreadsheets have it.
const MAX_CODE: usize = 255;
/// Days between the two calendars that workbooks count in.
const DAYS_TO_1904: f64 = 1_462.0;

/// The format of each style, and the calendar.
#[derive(Debug, Default)]
pub(super) struct Formats {
    codes: Vec<String>,
    /// Whether days are counted from 1904, as on old Macs.
    pub(super) is_1904: bool,
}

impl Formats {
    pub(super) fn read(xml: &str) -> Result<Self, TableError> {
        let (mut own, mut styles) = (BTreeMap::new(), Vec::new());
        let mut is_cell = false;
        events(xml, |event| {
            match &event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let id = |name| attribute(tag, name).and_then(|id| id.parse::<u32>().ok());
                    match tag.local_name().into_inner() {
                        "numFmt" => {
                            let code =
                                attribute(tag, "formatCode").filter(|code| code.len() <= MAX_CODE);
                            own.extend(id("numFmtId").zip(code));
                        }
                        "cellXfs" => is_cell = true,
                        "xf" if is_cell => styles.push(id("numFmtId").unwrap_or(0)),
                        _ => {}
                    }
                }
                Event::End(tag) if tag.local_name().into_inner() == "cellXfs" => is_cell = false,
                _ => {}
            }
            Ok(())
        })?;
        let code = |id: u32| own.get(&id).cloned().unwrap_or_else(|| built_in(id).to_owned());
        Ok(Self { codes: styles.into_iter().map(code).collect(), is_1904: false })
    }

    /// A number as its style shows it.
    pub(super) fn show(&self, value: &str, style: usize) -> Cell {
        if value.is_empty() {
            return Cell::default();
        }
        let Ok(number) = value.parse::<f64>() else { return Cell::plain(value) };
        let code = self.codes.get(style).map_or("General", String::as_str);
        let section = code.split(';').next().unwrap_or("");
        if is_date(section) {
            let day = if self.is_1904 { number + DAYS_TO_1904 } else { number };
            return Cell::plain(&date(day).unwrap_or_else(|| value.to_owned()));
        }
        if number.abs() >= ROUNDED_FROM {
            return Cell::flawed(value, Flaw::Rounded);
        }
        if section.contains(['E', 'e']) && section.contains("E+") {
            return Cell::flawed(value, Flaw::Scientific);
        }
        Cell::plain(&digits(number, section))
    }
}

/// The formats that every workbook has:
/// <https://learn.microsoft.com/dotnet/api/documentformat.openxml.spreadsheet.numberingformat>.
fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 | 48 => "0.00E+00",
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
        18..=22 | 32..=35 | 45..=47 | 55 | 56 => "yyyy-mm-dd hh:mm",
        49 => "@",
        _ => "General",
    }
}

/// The signs of a format that are no text and no condition.
fn signs(section: &str) -> Vec<(char, bool)> {
    let (mut out, mut rest) = (Vec::new(), section.chars());
    while let Some(sign) = rest.next() {
        match sign {
            '"' => {
                out.extend(rest.by_ref().take_while(|sign| *sign != '"').map(|sign| (sign, true)));
            }
            '[' => rest.by_ref().take_while(|sign| *sign != ']').for_each(drop),
            '\\' => out.extend(rest.next().map(|sign| (sign, true))),
            '_' | '*' => drop(rest.next()),
            sign => out.push((sign, false)),
        }
    }
    out
}

fn is_date(section: &str) -> bool {
    !section.eq_ignore_ascii_case("General")
        && signs(section).iter().any(|(sign, is_text)| !is_text && "ymdhsYMDHS".contains(*sign))
        && !signs(section).iter().any(|(sign, is_text)| !is_text && "0#?".contains(*sign))
}

/// The civil date of a day since 1899-12-30; nothing for what is none.
fn date(number: f64) -> Option<String> {
    if !(1.0..2_958_466.0).contains(&number) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "fewer than three million days")]
    let days = number.floor() as i64 + 693_899;
    // Days of March-based years, as in <https://howardhinnant.github.io/date_algorithms.html>.
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// A number in a format of digits and texts: `00000`, `"A"000`, `000-0000`. Any other format shows
/// the number itself.
fn digits(number: f64, section: &str) -> String {
    let signs = signs(section);
    let is_place = |(sign, is_text): &&(char, bool)| !is_text && "0#?".contains(*sign);
    let n_zeros = signs.iter().filter(|(sign, is_text)| !is_text && *sign == '0').count();
    let has_texts = signs.iter().any(|(sign, is_text)| *is_text || *sign == '-');
    let is_whole = number.fract() == 0.0;
    let is_plain = signs.iter().all(|(sign, is_text)| *is_text || "0#?- ()".contains(*sign));
    if !is_whole || !is_plain || n_zeros == 0 || (n_zeros < 2 && !has_texts) || number < 0.0 {
        return shortest(number);
    }
    let n_places = signs.iter().filter(is_place).count();
    let padded = format!("{number:0>n_zeros$.0}");
    let mut rest: Vec<char> = padded.chars().collect();
    // What has no place of its own stands before the first.
    let mut ahead = rest.len().saturating_sub(n_places);
    // Places that no digit reaches are empty.
    let mut n_empty = n_places.saturating_sub(rest.len());
    let mut out = String::new();
    for sign in &signs {
        if !is_place(&sign) {
            out.push(sign.0);
            continue;
        }
        if n_empty > 0 {
            n_empty -= 1;
            continue;
        }
        let n = std::mem::take(&mut ahead) + 1;
        out.extend(rest.drain(..n.min(rest.len())));
    }
    out
}

/// The number as it was entered.
fn shortest(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_its_format_shows() {
        let cases = [
            (123.0, "00000", "00123"),
            (123.0, "General", "123"),
            (123.0, "0", "123"),
            (7.0, "\"A\"000", "A007"),
            (1_234_567.0, "000-0000", "123-4567"),
            (51_487_654_321.0, "0000-00000000", "0514-87654321"),
            (321_002_001_001.0, "General", "321002001001"),
            (321_002_001_001.0, "0_ ", "321002001001"),
            (1.5, "General", "1.5"),
            (1234.0, "#,##0", "1234"),
            (-7.0, "General", "-7"),
            (12_345_678.0, "0000", "12345678"),
        ];
        for (number, code, shown) in cases {
            assert_eq!(digits(number, code), shown, "{number} as {code}");
        }
    }

    #[test]
    fn a_day_is_a_civil_date() {
        let cases = [
            (1.0, "1899-12-31"),
            (61.0, "1900-03-01"),
            (45_992.0, "2025-12-01"),
            (46_355.5, "2026-11-29"),
        ];
        for (number, shown) in cases {
            assert_eq!(date(number).as_deref(), Some(shown), "{number}");
        }
        assert!(
            is_date("yyyy\"年\"m\"月\"")
                && is_date("[$-804]yyyy-mm-dd")
                && !is_date("00000")
                && !is_date("\"d\"0")
        );
    }
}
