//! Villages and communities by their names, as people write them.

use std::collections::BTreeMap;

use haochaping::region::{Region, RegionKind};

/// A place's committee stands for the place, longest first.
const COMMITTEES: [(&str, &str); 7] = [
    ("社区居民委员会", "社区"),
    ("村民委员会", "村"),
    ("居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("村委会", "村"),
    ("居委会", "社区"),
    ("社区委员会", "社区"),
];
/// What a name may end in and still be the same place.
const ENDINGS: [&str; 2] = ["社区", "村"];
/// The same of streets and towns.
const STREET_ENDINGS: [&str; 6] = ["街道办事处", "镇人民政府", "乡人民政府", "街道", "镇", "乡"];

/// The regions on record, to be found by code and by name.
#[derive(Clone, Debug, Default)]
pub struct Places {
    names: BTreeMap<Region, String>,
    /// Villages and communities by what their names begin with, without what they may end in.
    villages: BTreeMap<String, Vec<Region>>,
}

impl Places {
    /// Of these names; those that are built in need not be among them.
    pub fn new(names: BTreeMap<Region, String>) -> Self {
        let mut villages: BTreeMap<String, Vec<Region>> = BTreeMap::new();
        for (region, name) in
            names.iter().filter(|(region, _)| region.kind() == RegionKind::Village)
        {
            villages.entry(stem(&plain(name), &ENDINGS).to_owned()).or_default().push(*region);
        }
        Self { names, villages }
    }

    /// The name of a region, if it is known.
    pub(super) fn name(&self, region: Region) -> Option<&str> {
        region.builtin_name().or_else(|| self.names.get(&region).map(String::as_str))
    }

    /// The places that a name may mean, under a street if one is given.
    pub(super) fn find(&self, street: &str, village: &str) -> Vec<Region> {
        let village = plain(village);
        let named = self.villages.get(stem(&village, &ENDINGS)).map_or(&[][..], Vec::as_slice);
        let is_under = |region: &&Region| street.is_empty() || self.is_in(**region, street);
        let named: Vec<_> = named.iter().filter(is_under).copied().collect();
        // Written in full it is that one: 东关村 and 东关社区 may both be there.
        let is_exact =
            |region: &&Region| self.name(**region).is_some_and(|name| plain(name) == village);
        let exact: Vec<_> = named.iter().filter(is_exact).copied().collect();
        if exact.is_empty() { named } else { exact }
    }

    fn is_in(&self, region: Region, street: &str) -> bool {
        let name =
            region.parent().and_then(|around| self.name(around)).map(plain).unwrap_or_default();
        let street = plain(street);
        name == street || stem(&name, &STREET_ENDINGS) == stem(&street, &STREET_ENDINGS)
    }

    /// `321002001001 东关街道示例社区`
    pub(super) fn describe(&self, region: Region) -> String {
        let street = region.parent().and_then(|street| self.name(street)).unwrap_or("");
        format!("{region} {street}{}", self.name(region).unwrap_or(""))
    }
}

/// Without spaces and brackets, and as the place that a committee is of.
fn plain(name: &str) -> String {
    let name: String =
        name.chars().filter(|c| !c.is_whitespace() && !"（）()·".contains(*c)).collect();
    let place = COMMITTEES.iter().find_map(|(committee, place)| {
        let rest = name.strip_suffix(committee)?;
        // 渡江村村民委员会 is 渡江村's.
        Some(if rest.ends_with(place) { rest.to_owned() } else { rest.to_owned() + place })
    });
    place.unwrap_or(name)
}

/// Without the one thing that it may end in; a name is never all ending.
fn stem<'a>(name: &'a str, endings: &[&str]) -> &'a str {
    let rest = |ending: &&str| name.strip_suffix(*ending).filter(|rest| !rest.is_empty());
    endings.iter().find_map(rest).unwrap_or(name)
}
