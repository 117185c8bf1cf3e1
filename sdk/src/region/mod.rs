//! 行政区划: where a service happened. Ancestors follow from the digits of a code (GB/T 2260, GB/T
//! 10114); names are data.
//!
//! ```
//! use haochaping::region::Region;
//!
//! let district: Region = "321002".parse()?;
//! assert_eq!(district.builtin_name(), Some("广陵区"));
//! assert_eq!(district.city().to_string(), "321000");
//! assert!("320000".parse::<Region>()?.contains(district));
//! # Ok::<(), haochaping::region::MalformedRegion>(())
//! ```

#[expect(clippy::unreadable_literal, reason = "codes of regions read as they are written")]
mod names;

use core::{fmt, str::FromStr};

pub use names::REGION_VERSION;

/// A region code of 6 digits (province, city, district), 9 (street) or 12 (village), or the whole
/// country.
///
/// Kept as the number of its twelve digits, so that a code and its ancestors compare and sort as
/// integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(u64);

/// How deep a region lies in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionKind {
    /// 全国
    Country,
    /// 省、自治区、直辖市
    Province,
    /// 市、州、盟
    City,
    /// 区、县、旗
    District,
    /// 街道、乡、镇
    Street,
    /// 社区、村
    Village,
}

/// A code that has not 6, 9 or 12 digits, or skips a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region code has 6, 9 or 12 digits and skips no level")]
pub struct MalformedRegion;

impl Region {
    /// The whole country, code 000000.
    pub const COUNTRY: Self = Self(0);

    /// From the number of its twelve digits, as stored.
    pub fn from_number(number: u64) -> Option<Self> {
        format!("{number:012}").parse().ok()
    }

    /// The number of its twelve digits, as stored.
    pub fn number(self) -> u64 {
        self.0
    }

    /// How deep it lies.
    pub fn kind(self) -> RegionKind {
        match () {
            () if self.0 == 0 => RegionKind::Country,
            () if self.0.is_multiple_of(10_000_000_000) => RegionKind::Province,
            () if self.0.is_multiple_of(100_000_000) => RegionKind::City,
            () if self.0.is_multiple_of(1_000_000) => RegionKind::District,
            () if self.0.is_multiple_of(1_000) => RegionKind::Street,
            () => RegionKind::Village,
        }
    }

    /// The region around this one; `None` for the country. Counties that a province governs
    /// directly (`xx90xx`) lie in a placeholder city, which the official table names too.
    pub fn parent(self) -> Option<Self> {
        let keep = match self.kind() {
            RegionKind::Country => return None,
            RegionKind::Province => return Some(Self::COUNTRY),
            RegionKind::City => 10_000_000_000,
            RegionKind::District => 100_000_000,
            RegionKind::Street => 1_000_000,
            RegionKind::Village => 1_000,
        };
        Some(Self(self.0 / keep * keep))
    }

    /// The region itself and all around it, up to the country.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        core::iter::successors(Some(self), |region| region.parent())
    }

    /// Whether `other` is this region or lies in it.
    pub fn contains(self, other: Self) -> bool {
        other.ancestors().any(|region| region == self)
    }

    /// The city, or what stands in its place: the region itself where it is larger.
    pub fn city(self) -> Self {
        self.ancestors().find(|region| region.kind() <= RegionKind::City).unwrap_or(self)
    }

    /// The district, or what stands in its place: the region itself where it is larger.
    pub fn district(self) -> Self {
        self.ancestors().find(|region| region.kind() <= RegionKind::District).unwrap_or(self)
    }

    /// The official name, to district level; 全国 for the country, `None` for deeper and unknown
    /// codes.
    pub fn builtin_name(self) -> Option<&'static str> {
        if self == Self::COUNTRY {
            return Some("全国");
        }
        let six =
            u32::try_from(self.0 / 1_000_000).ok().filter(|_| self.0.is_multiple_of(1_000_000))?;
        let place = names::NAMES.binary_search_by_key(&six, |&(code, _)| code).ok()?;
        Some(names::NAMES[place].1)
    }

    /// Whether the first six digits are a region we know: what a registration needs.
    pub fn is_known_district(self) -> bool {
        self != Self::COUNTRY && Self(self.0 / 1_000_000 * 1_000_000).builtin_name().is_some()
    }

    /// The named regions that lie directly in this one, in the order of their codes; to district
    /// level only.
    pub fn builtin_children(self) -> impl Iterator<Item = Self> {
        let named = names::NAMES.iter().map(|&(code, _)| Self(u64::from(code) * 1_000_000));
        named.filter(move |region| region.parent() == Some(self))
    }
}

impl FromStr for Region {
    type Err = MalformedRegion;

    fn from_str(text: &str) -> Result<Self, MalformedRegion> {
        if !matches!(text.len(), 6 | 9 | 12) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MalformedRegion);
        }
        let number: u64 = format!("{text:0<12}").parse().map_err(|_| MalformedRegion)?;
        let levels = [
            number / 10_000_000_000,
            number / 100_000_000 % 100,
            number / 1_000_000 % 100,
            number / 1_000 % 1_000,
            number % 1_000,
        ];
        let [province, city, district, street, village] = levels.map(|digits| digits != 0);
        // A city may have streets and no districts (东莞, 441900003); every other level rests on
        // the one above.
        let rests = (province || !city) && (city || !(district || street)) && (street || !village);
        if rests { Ok(Self(number)) } else { Err(MalformedRegion) }
    }
}

impl fmt::Display for Region {
    /// The shortest form: 6, 9 or 12 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            RegionKind::Village => write!(f, "{:012}", self.0),
            RegionKind::Street => write!(f, "{:09}", self.0 / 1_000),
            _ => write!(f, "{:06}", self.0 / 1_000_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(code: &str) -> Region {
        code.parse().unwrap()
    }

    #[test]
    fn ancestors_follow_from_the_digits() {
        let codes: Vec<_> = region("321002001004").ancestors().map(|r| r.to_string()).collect();
        assert_eq!(codes, ["321002001004", "321002001", "321002", "321000", "320000", "000000"]);
        assert_eq!(region("321002000000"), region("321002"));
        assert_eq!(region("321002001").city(), region("321000"));
        assert_eq!(region("320000").city(), region("320000"));
    }

    #[test]
    fn the_whole_country_is_named_to_district_level() {
        assert_eq!(region("320000").builtin_name(), Some("江苏省"));
        assert_eq!(region("321002").builtin_name(), Some("广陵区"));
        assert_eq!(region("321002001").builtin_name(), None);
        let cities: Vec<_> = region("320000").builtin_children().collect();
        assert_eq!(cities.len(), 13, "Jiangsu has 13 cities");
        assert_eq!(Region::COUNTRY.builtin_children().count(), 31);
    }

    #[test]
    fn a_county_that_its_province_governs_lies_in_a_named_placeholder() {
        // 429004 仙桃市 is governed by Hubei directly.
        assert_eq!(
            region("429004").parent().and_then(Region::builtin_name),
            Some("省直辖县级行政区划")
        );
    }

    #[test]
    fn every_known_region_finds_its_province() {
        for &(code, name) in names::NAMES {
            let found = region(&format!("{code:06}"));
            assert!(found.ancestors().any(|a| a.kind() == RegionKind::Province), "{name}");
            assert!(found.is_known_district());
        }
    }

    #[test]
    fn a_street_may_lie_right_in_its_city() {
        // 441900003 lies in 东莞市, which has no districts.
        assert_eq!(region("441900003").parent(), Some(region("441900")));
        assert!(region("441900003").is_known_district());
    }

    #[test]
    fn malformed_codes_are_refused() {
        for wrong in ["", "32", "3210021", "32100A", "320001", "321002000001", "３２１００２"]
        {
            assert_eq!(wrong.parse::<Region>(), Err(MalformedRegion), "{wrong}");
        }
        assert!(!region("321099").is_known_district());
    }

    proptest! {
        #[test]
        fn a_region_lies_in_all_its_ancestors(number in 110_000_000_000_u64..820_000_000_000) {
            if let Some(region) = Region::from_number(number) {
                prop_assert_eq!(region.to_string().parse(), Ok(region));
                prop_assert!(region.ancestors().count() <= 6);
                for ancestor in region.ancestors() {
                    prop_assert!(ancestor.contains(region));
                    prop_assert!(ancestor.kind() <= region.kind());
                }
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,14}") {
            let _ = text.parse::<Region>();
        }
    }
}
