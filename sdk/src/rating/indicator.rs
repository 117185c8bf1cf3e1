use core::fmt;

use super::{
    SatisfactionLevel,
    indicator_table::{CURRENT, RETIRED, RETIRED_CODES},
};

/// 评价指标: one official option of a level. The list is versioned, the same for all channels, and
/// may not be changed locally (GB/T 39734-2020 7.3).
///
/// ```
/// use haochaping::rating::{Indicator, SatisfactionLevel};
///
/// let option = Indicator::of_level(SatisfactionLevel::Dissatisfied).next().unwrap();
/// assert_eq!(Indicator::find(option.code.as_str()).unwrap().text, option.text);
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Indicator {
    /// The national code; its first digit is the level in the national count.
    pub code: IndicatorCode,
    /// The level whose option this is.
    pub level: SatisfactionLevel,
    /// The official text.
    pub text: &'static str,
    /// Whether it shows at once; the others show behind 更多.
    pub is_first: bool,
    /// Whether it was withdrawn: read in old records, never offered.
    pub is_retired: bool,
}

/// The national code of an option, three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndicatorCode(pub(super) &'static str);

impl IndicatorCode {
    /// The three digits.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for IndicatorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Indicator {
    /// Every option ever listed, current ones first, ordered as the official list orders them.
    pub fn all() -> impl Iterator<Item = &'static Self> + Clone {
        CURRENT.iter().chain(RETIRED)
    }

    /// The eight options a person can choose under `level`: the three that show at once first.
    pub fn of_level(level: SatisfactionLevel) -> impl Iterator<Item = &'static Self> + Clone {
        CURRENT.iter().filter(move |i| i.level == level)
    }

    /// The option with this code, retired ones included; `None` for a code that never was.
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::all().find(|i| i.code.0 == code)
    }

    /// The option with this code among those that can be chosen.
    pub fn find_current(code: &str) -> Option<&'static Self> {
        CURRENT.iter().find(|i| i.code.0 == code)
    }

    /// The code, if it was withdrawn.
    pub fn find_retired(code: &str) -> Option<IndicatorCode> {
        RETIRED_CODES.iter().find(|retired| **retired == code).map(|retired| IndicatorCode(retired))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The official list of 2020-05: 40 current options, 8 a level, 3 of them first; 32 retired
    /// ones.
    #[test]
    fn the_official_list_is_whole() {
        for level in SatisfactionLevel::ALL {
            assert_eq!(Indicator::of_level(level).count(), 8, "{level}");
            let first: Vec<_> = Indicator::of_level(level).map(|i| i.is_first).collect();
            assert_eq!(first, [true, true, true, false, false, false, false, false], "{level}");
        }
        assert_eq!(Indicator::all().filter(|i| i.is_retired).count(), 32);
    }

    #[test]
    fn the_first_digit_of_a_code_is_its_level() {
        for indicator in Indicator::all() {
            let expected = (5 - indicator.level.index()).to_string();
            assert!(indicator.code.0.starts_with(&expected), "{}", indicator.code);
        }
    }

    #[test]
    fn codes_are_found_as_text_and_nothing_else_is() {
        assert_eq!(Indicator::find("214").unwrap().text, "服务态度生硬");
        for wrong in ["", "21", "0214", "+14", "999", "二一四"] {
            assert_eq!(Indicator::find(wrong), None, "{wrong}");
        }
    }
}
