//! What public figures are asked for, and what is wrong with it. Page, JSON and CSV ask the same
//! questions.

use axum::http::StatusCode;
use haochaping::{
    identifier::{ItemCode, Uscc},
    region::{Region, RegionKind},
    wire::v1,
};
use haochaping_collector::state::App;
use serde::Deserialize;

/// What stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Params {
    /// A region code; without it the root.
    pub region: Option<String>,
    /// A credit code.
    pub agency: Option<String>,
    /// An item code.
    pub item: Option<String>,
    /// As `2026-11`.
    pub month: Option<String>,
}

/// A question that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where.
    pub region: Region,
    /// Of one department or item only.
    pub only: Option<Only>,
    /// In one month only, as `202611`.
    pub month: Option<u32>,
}

/// What figures are narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// A department, by its credit code.
    Agency(String),
    /// An item, by its code.
    Item(String),
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The answer's status.
    pub status: StatusCode,
    /// The stable code.
    pub code: &'static str,
    /// In words, in English.
    pub english: String,
    /// The same in Chinese.
    pub chinese: String,
}

fn malformed(code: &'static str, english: String, chinese: String) -> Fault {
    Fault { status: StatusCode::BAD_REQUEST, code, english, chinese }
}

fn unknown(code: &'static str, english: String, chinese: String) -> Fault {
    Fault { status: StatusCode::NOT_FOUND, code, english, chinese }
}

impl Question {
    /// Reads a question.
    ///
    /// # Errors
    /// The first fault: a code that is none, a place, department or item that nobody knows, a month
    /// to come, or filters that exclude one another.
    pub fn read(app: &App, asked: &Params) -> Result<Self, Fault> {
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let region = match given(&asked.region) {
            None => app.config.root_region,
            Some(code) => read_region(app, &code)?,
        };
        let month = given(&asked.month).map(|text| read_month(app, &text)).transpose()?;
        let only = match (given(&asked.agency), given(&asked.item)) {
            (Some(_), Some(_)) => {
                let english = "agency and item exclude one another: figures are published by one of them at a time";
                return Err(malformed(
                    "impossible-filter",
                    english.into(),
                    "部门与事项不能同时限定".to_owned(),
                ));
            }
            (Some(code), None) => Some(Only::Agency(read_agency(app, &code)?)),
            (None, Some(code)) => Some(Only::Item(read_item(app, &code)?)),
            (None, None) => None,
        };
        Ok(Self { region, only, month })
    }

    /// The month as addresses and open data say it.
    pub fn month_text(&self) -> Option<String> {
        self.month.map(month_text)
    }

    /// The department, if it is narrowed to one.
    pub fn agency(&self) -> Option<&str> {
        match &self.only {
            Some(Only::Agency(code)) => Some(code),
            _ => None,
        }
    }

    /// The item, if it is narrowed to one.
    pub fn item(&self) -> Option<&str> {
        match &self.only {
            Some(Only::Item(code)) => Some(code),
            _ => None,
        }
    }

    /// The question as answers repeat it.
    pub fn scope(&self) -> v1::Scope {
        v1::Scope {
            region: self.region.to_string(),
            agency: self.agency().map(str::to_owned),
            item: self.item().map(str::to_owned),
            month: self.month_text(),
        }
    }

    /// The question as the rest of an address: `region=321000&month=2026-11`.
    pub fn query(&self) -> String {
        let mut query = format!("region={}", self.region);
        for (name, value) in [
            ("agency", self.agency()),
            ("item", self.item()),
            ("month", self.month_text().as_deref()),
        ] {
            if let Some(value) = value {
                query += &format!("&{name}={value}");
            }
        }
        query
    }
}

/// A month as `2026-11`.
pub fn month_text(month: u32) -> String {
    format!("{}-{:02}", month / 100, month % 100)
}

fn read_region(app: &App, code: &str) -> Result<Region, Fault> {
    let region: Region = code.parse().map_err(|error| {
        malformed(
            "malformed-region",
            format!("{error}"),
            format!("{code} 不是 6、9 或 12 位的行政区划代码"),
        )
    })?;
    if !app.config.root_region.contains(region) {
        let english =
            format!("{region} is not in {}, which these figures are of", app.config.root_region);
        return Err(unknown("unknown-region", english, format!("{region} 不在本站的范围内")));
    }
    let is_known = region.builtin_name().is_some()
        || (region.kind() > RegionKind::District
            && (app.region_names().contains_key(&region) || app.figures.has_region(region)));
    is_known.then_some(region).ok_or_else(|| {
        unknown(
            "unknown-region",
            format!("unknown region {region}"),
            format!("没有行政区划 {region}"),
        )
    })
}

fn read_agency(app: &App, code: &str) -> Result<String, Fault> {
    let code = Uscc::parse(code)
        .map_err(|error| {
            malformed("malformed-agency", error.to_string(), format!("{code} 不是统一社会信用代码"))
        })?
        .to_string();
    let is_known = app.names().agencies.contains_key(&code)
        || app.figures.has_agency(app.config.root_region, &code);
    is_known.then_some(code.clone()).ok_or_else(|| {
        unknown(
            "unknown-agency",
            format!("{code} has no figures here"),
            format!("没有部门 {code} 的数据"),
        )
    })
}

fn read_item(app: &App, code: &str) -> Result<String, Fault> {
    let code = ItemCode::parse(code).map_err(|error| {
        malformed("malformed-item", error.to_string(), format!("{code} 不是事项编码"))
    })?;
    let is_known = app.names().items.contains_key(code.as_str());
    is_known.then(|| code.as_str().to_owned()).ok_or_else(|| {
        unknown(
            "unknown-item",
            format!("unknown item {}", code.as_str()),
            format!("没有事项 {}", code.as_str()),
        )
    })
}

fn read_month(app: &App, text: &str) -> Result<u32, Fault> {
    let number = |part: &str, n_digits: usize| {
        (part.len() == n_digits && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let month =
        text.split_once('-').and_then(|(year, month)| Some((number(year, 4)?, number(month, 2)?)));
    let month =
        month.filter(|(_, month)| (1..=12).contains(month)).map(|(year, month)| year * 100 + month);
    let month = month.ok_or_else(|| {
        malformed(
            "malformed-month",
            format!("{text:?} is not a month such as 2026-11"),
            format!("{text} 不是 2026-11 这样的月份"),
        )
    })?;
    if month > app.clock.now().date_in_china().month() {
        return Err(malformed(
            "future-month",
            format!("{text} has not come yet"),
            format!("{text} 尚未到来"),
        ));
    }
    Ok(month)
}
