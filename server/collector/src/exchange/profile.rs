//! Exchange profiles: names of columns and what numbers mean in them, as data. A level is a name
//! inside and nowhere a number, since national practice counts 5 for 非常满意 and GB/T 39046-2020
//! table A.8 counts 1.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, ensure};
use haochaping::{
    calendar::Instant,
    link::Receipt,
    rating::{Channel, SatisfactionLevel},
    region::Region,
};
use haochaping_store::exchange::Outgoing;
use serde::Deserialize;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 办件编号
    CaseNumber,
    /// 服务次数
    ServiceNumber,
    /// The first 31 characters of 事项编码.
    TaskCode,
    /// 事项编码 of 33 characters.
    TaskHandleItem,
    /// 事项名称
    ItemName,
    /// 行政区划
    Region,
    /// 统一社会信用代码 of the agency.
    AgencyCode,
    /// Its name.
    AgencyName,
    /// 网上 or 现场.
    Mode,
    /// When the service was finished.
    FinishedAt,
    /// Always 1: a rating is given once.
    FirstRating,
    /// 评价渠道
    Channel,
    /// 满意度
    Level,
    /// Codes of options, separated by commas.
    Indicators,
    /// 文字评价
    Comment,
    /// When the person rated.
    RatedAt,
    /// Who it comes from, by our own names.
    Provenance,
    /// The receipt, by which a receiver knows a rating again.
    Receipt,
    /// A column that stays empty, since we hand over nobody's name.
    Nobody,
}

/// How a moment is written, in China's civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TimeForm {
    /// `2026-11-20 15:04:05`
    Spaced,
    /// `20261120T150405`
    Basic,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    field: Field,
    /// Whether a file without it cannot be read.
    #[serde(default = "yes")]
    required: bool,
}

const fn yes() -> bool {
    true
}

/// An exchange profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    name: String,
    levels: BTreeMap<SatisfactionLevel, String>,
    channels: BTreeMap<Channel, String>,
    modes: BTreeMap<String, String>,
    time: TimeForm,
    /// How many digits a region may have, ascending.
    region_digits: Vec<usize>,
    columns: Vec<Column>,
}

impl Profile {
    /// The profiles that are built in.
    pub const BUILT_IN: [&str; 2] = ["national", "gbt-39046"];

    /// A built-in profile by its name, or one of a file in the same form.
    ///
    /// # Errors
    /// In one line: there is no such profile, or it does not say everything.
    pub fn load(name: &str) -> Result<Self> {
        let text = match name {
            "national" => include_str!("../../data/profiles/national.json").to_owned(),
            "gbt-39046" => include_str!("../../data/profiles/gbt-39046.json").to_owned(),
            path => {
                let known = Self::BUILT_IN.join(", ");
                let none = || format!("{path} is not a file, and none of the profiles {known}");
                ensure!(Path::new(path).is_file(), none());
                std::fs::read_to_string(path).with_context(|| format!("{path} cannot be read"))?
            }
        };
        let profile: Self =
            serde_json::from_str(&text).with_context(|| format!("{name} is not a profile"))?;
        profile.check().with_context(|| format!("{name} is not a profile"))?;
        Ok(profile)
    }

    /// Levels must not be lost on the way out nor have two meanings on the way in. Two channels may
    /// have one code where the other side knows no more of them.
    fn check(&self) -> Result<()> {
        ensure!(self.levels.len() == 5, "it maps {} levels of 5", self.levels.len());
        ensure!(
            self.channels.len() == Channel::ALL.len(),
            "it maps {} channels of 7",
            self.channels.len()
        );
        let mut codes: Vec<_> = self.levels.values().collect();
        codes.sort_unstable();
        codes.dedup();
        ensure!(codes.len() == 5, "two levels have one code");
        let mut heads = self.heads();
        heads.sort_unstable();
        ensure!(heads.windows(2).all(|pair| pair[0] != pair[1]), "two columns have one name");
        for mode in ["online", "on_site"] {
            ensure!(self.modes.contains_key(mode), "it does not map the mode {mode}");
        }
        ensure!(
            !self.region_digits.is_empty()
                && self.region_digits.iter().all(|n| [6, 9, 12].contains(n)),
            "region_digits are of 6, 9 and 12"
        );
        for field in
            [Field::CaseNumber, Field::Region, Field::Channel, Field::Level, Field::RatedAt]
        {
            ensure!(
                self.columns.iter().any(|column| column.field == field),
                "it has no column for {field:?}"
            );
        }
        Ok(())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the columns, in order.
    pub fn heads(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// The name of a field's column, if there is one.
    pub fn head(&self, field: Field) -> Option<&str> {
        self.columns.iter().find(|column| column.field == field).map(|column| column.name.as_str())
    }

    /// The names of the columns without which nothing can be read.
    pub fn required(&self) -> Vec<&str> {
        self.columns
            .iter()
            .filter(|column| column.required)
            .map(|column| column.name.as_str())
            .collect()
    }

    /// A rating, a cell for each column.
    pub fn row(&self, rating: &Outgoing, comment: &str) -> Vec<String> {
        self.columns.iter().map(|column| self.cell(column.field, rating, comment)).collect()
    }

    fn cell(&self, field: Field, rating: &Outgoing, comment: &str) -> String {
        let item = rating.item_code.as_deref().unwrap_or_default();
        match field {
            Field::CaseNumber => rating.case_number.clone(),
            Field::ServiceNumber => rating.service_number.to_string(),
            Field::TaskCode => item.get(..31).unwrap_or(item).to_owned(),
            Field::TaskHandleItem => if item.len() == 33 { item } else { "" }.to_owned(),
            Field::ItemName => rating.item_name.clone().unwrap_or_default(),
            Field::Region => self.write_region(rating.region),
            Field::AgencyCode => rating.agency.clone(),
            Field::AgencyName => rating.agency_name.clone().unwrap_or_default(),
            Field::Mode => rating
                .mode
                .as_ref()
                .and_then(|mode| self.modes.get(mode))
                .cloned()
                .unwrap_or_default(),
            Field::FinishedAt => {
                rating.finished_at.map(|at| self.write_time(at)).unwrap_or_default()
            }
            Field::FirstRating => "1".to_owned(),
            Field::Channel => self.channels.get(&rating.channel).cloned().unwrap_or_default(),
            Field::Level => self.levels.get(&rating.level).cloned().unwrap_or_default(),
            Field::Indicators => rating.indicators.clone(),
            Field::Comment => comment.to_owned(),
            Field::RatedAt => self.write_time(rating.rated_at),
            Field::Provenance => rating.provenance.name().to_owned(),
            Field::Receipt => Receipt::of(rating.part, &rating.id).to_string(),
            Field::Nobody => String::new(),
        }
    }

    /// The level of a code.
    pub fn read_level(&self, code: &str) -> Option<SatisfactionLevel> {
        self.levels.iter().find(|(_, own)| *own == code).map(|(level, _)| *level)
    }

    /// The channel of a code.
    pub fn read_channel(&self, code: &str) -> Option<Channel> {
        self.channels.iter().find(|(_, own)| *own == code).map(|(channel, _)| *channel)
    }

    /// A region has the least digits that are allowed and hold it, filled with zeros; or as many as
    /// there may be.
    fn write_region(&self, region: Region) -> String {
        let mut code = region.to_string();
        let most = self.region_digits.iter().copied().max().unwrap_or(12);
        let digits = self.region_digits.iter().copied().find(|n| *n >= code.len()).unwrap_or(most);
        code.truncate(digits);
        format!("{code:0<digits$}")
    }

    fn write_time(&self, at: Instant) -> String {
        let text = at.to_rfc3339();
        let civil = text.get(..19).unwrap_or_default();
        match self.time {
            TimeForm::Spaced => civil.replace('T', " "),
            TimeForm::Basic => civil.replace(['-', ':'], ""),
        }
    }

    /// A moment in China's civil time.
    pub fn read_time(&self, text: &str) -> Option<Instant> {
        let rfc3339 = match self.time {
            TimeForm::Spaced => {
                let (date, time) = text.split_once(' ')?;
                format!("{date}T{time}+08:00")
            }
            TimeForm::Basic => {
                let part = |range| text.get(range);
                let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
                let (hour, minute, second) = (part(9..11)?, part(11..13)?, part(13..15)?);
                if text.len() != 15 || part(8..9)? != "T" {
                    return None;
                }
                format!("{year}-{month}-{day}T{hour}:{minute}:{second}+08:00")
            }
        };
        Instant::parse_rfc3339(&rfc3339)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(name: &str) -> Profile {
        Profile::load(name).unwrap()
    }

    /// National practice counts 5 for 非常满意; GB/T 39046-2020 table A.8 counts the other way
    /// round.
    #[test]
    fn a_number_means_what_its_profile_says() {
        let (national, reversed) = (profile("national"), profile("gbt-39046"));
        for (n, level) in SatisfactionLevel::ALL.into_iter().enumerate() {
            assert_eq!(national.read_level(&(5 - n).to_string()), Some(level));
            assert_eq!(reversed.read_level(&(n + 1).to_string()), Some(level));
        }
        for wrong in ["0", "6", "", "5.0", "非常满意"] {
            assert_eq!(national.read_level(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_region_has_as_many_digits_as_the_profile_takes() {
        let written = |name: &str, code: &str| profile(name).write_region(code.parse().unwrap());
        assert_eq!(written("national", "321002"), "321002");
        assert_eq!(written("national", "321002001"), "321002001000");
        assert_eq!(written("national", "321002001003"), "321002001003");
        assert_eq!(written("gbt-39046", "321002"), "321002");
        assert_eq!(written("gbt-39046", "321002001003"), "321002001");
        assert_eq!("321002001000".parse::<Region>().unwrap(), "321002001".parse().unwrap());
    }

    #[test]
    fn a_profile_that_loses_something_is_refused() {
        let text = include_str!("../../data/profiles/national.json");
        let refused = |from: &str, to: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&file, text.replace(from, to)).unwrap();
            format!("{:#}", Profile::load(file.path().to_str().unwrap()).unwrap_err())
        };
        assert!(
            refused("\"very_satisfied\": \"5\"", "\"very_satisfied\": \"4\"")
                .contains("two levels have one code")
        );
        assert!(refused("\"very_satisfied\": \"5\", ", "").contains("it maps 4 levels of 5"));
        assert!(refused("\"on_site\": \"2\"", "\"hall\": \"2\"").contains("the mode on_site"));
        assert!(
            refused("\"field\": \"level\"", "\"field\": \"grade\"")
                .contains("unknown variant `grade`")
        );
        assert!(
            Profile::load("nation")
                .unwrap_err()
                .to_string()
                .contains("none of the profiles national, gbt-39046")
        );
    }

    proptest! {
        #[test]
        fn a_moment_is_read_back_to_the_second(seconds in 0..4_000_000_000_i64) {
            let at = Instant::from_millis(seconds * 1_000);
            for name in Profile::BUILT_IN {
                let profile = profile(name);
                prop_assert_eq!(profile.read_time(&profile.write_time(at)), Some(at));
            }
        }

        #[test]
        fn what_is_no_moment_is_none(text in "\\PC{0,20}") {
            for name in Profile::BUILT_IN {
                let profile = profile(name);
                if let Some(at) = profile.read_time(&text) {
                    prop_assert!(profile.read_time(&profile.write_time(at)) <= Some(at));
                }
            }
        }
    }
}
