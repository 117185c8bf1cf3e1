use std::collections::BTreeMap;

use super::RosterError;

/// What a column of a roster means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// 姓名
    Name,
    /// 工号
    Number,
    /// 村社区代码
    Region,
    /// 村（社区）, by its name
    Village,
    /// 镇街, by its name
    Street,
    /// 责任单位代码
    Agency,
    /// 责任单位
    AgencyName,
    /// 服务范围
    Scope,
    /// 电话
    Phone,
    /// 照片
    Photo,
    /// 有效期
    Expires,
}

/// Headings of each column; the first is the one that is named when it is missing. Compared without
/// spaces, brackets, stars and case, and then without what stands in brackets.
const HEADINGS: [(Column, &[&str]); 11] = [
    (
        Column::Name,
        &[
            "姓名",
            "name",
            "代办员",
            "代办员姓名",
            "网格员",
            "网格员姓名",
            "窗口名称",
            "大厅名称",
            "名称",
        ],
    ),
    (
        Column::Number,
        &["工号", "number", "编号", "代办员编号", "网格员编号", "窗口号", "窗口编号", "大厅编号"],
    ),
    (
        Column::Region,
        &["村社区代码", "region", "regioncode", "区划代码", "行政区划代码", "村居代码"],
    ),
    (
        Column::Village,
        &[
            "村社区",
            "village",
            "村社区名称",
            "村居",
            "村居社区",
            "村居名称",
            "所在村社区",
            "所属村社区",
            "所在村",
            "所属村",
            "行政村",
            "社区",
            "村",
            "村名",
            "社区村",
        ],
    ),
    (
        Column::Street,
        &[
            "镇街",
            "street",
            "镇街道",
            "乡镇街道",
            "街道乡镇",
            "街道镇",
            "乡镇",
            "街道",
            "镇",
            "所属镇街",
            "所在镇街",
            "所属街道",
        ],
    ),
    (
        Column::Agency,
        &["责任单位代码", "agency", "agencycode", "统一社会信用代码", "责任单位统一社会信用代码"],
    ),
    (Column::AgencyName, &["责任单位", "agencyname", "责任单位名称"]),
    (Column::Scope, &["服务范围", "scope", "代办范围", "服务内容", "代办事项", "可办事项"]),
    (
        Column::Phone,
        &["电话", "phone", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"],
    ),
    (Column::Photo, &["照片", "photo", "照片文件"]),
    (Column::Expires, &["有效期", "expires", "有效期至"]),
];
/// Columns that rosters have and no card needs.
const OF_NO_USE: [&str; 8] = ["序号", "no", "备注", "notes", "remark", "性别", "年龄", "问题"];

impl Column {
    /// The heading by which it is named.
    pub fn heading(self) -> &'static str {
        HEADINGS.iter().find(|(column, _)| *column == self).map_or("", |(_, headings)| headings[0])
    }

    fn of(heading: &str) -> Option<Self> {
        let named = |plain: &str| {
            HEADINGS.iter().find(|(_, names)| names.contains(&plain)).map(|(column, _)| *column)
        };
        named(&plain(heading)).or_else(|| named(&plain(&without_brackets(heading))))
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.heading())
    }
}

/// Where each column is, and the headings that mean nothing.
pub(super) struct Columns {
    pub(super) places: BTreeMap<Column, usize>,
    pub(super) unknown: Vec<String>,
}

/// How many columns a row of headings names.
pub(super) fn score(headings: &[String]) -> usize {
    headings.iter().filter(|heading| Column::of(heading).is_some()).count()
}

/// Where each column is.
pub(super) fn find(headings: &[String], has_agency: bool) -> Result<Columns, RosterError> {
    let (mut places, mut unknown) = (BTreeMap::new(), Vec::new());
    for (place, heading) in headings.iter().enumerate() {
        let Some(column) = Column::of(heading) else {
            if !heading.is_empty() && !OF_NO_USE.contains(&plain(heading).as_str()) {
                unknown.push(heading.clone());
            }
            continue;
        };
        if let Some(first) = places.insert(column, place) {
            let (first, second) = (headings[first].clone(), heading.clone());
            return Err(RosterError::ColumnTwice { column, first, second });
        }
    }
    let mut missing = Vec::new();
    if !places.contains_key(&Column::Name) {
        missing.push(Column::Name);
    }
    // A place by its name will do.
    if !places.contains_key(&Column::Region) && !places.contains_key(&Column::Village) {
        missing.push(Column::Region);
    }
    if !has_agency && !places.contains_key(&Column::Agency) {
        missing.push(Column::Agency);
    }
    if missing.is_empty() {
        Ok(Columns { places, unknown })
    } else {
        let found: Vec<_> =
            headings.iter().filter(|heading| !heading.is_empty()).cloned().collect();
        Err(RosterError::ColumnsMissing { missing, found: found.join(", ") })
    }
}

fn plain(heading: &str) -> String {
    let is_left_out = |c: char| c.is_whitespace() || "（）()【】[]*＊★_-、/：:".contains(c);
    heading.chars().filter(|c| !is_left_out(*c)).collect::<String>().to_lowercase()
}

/// `服务范围（可办事项）` is 服务范围.
fn without_brackets(heading: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    for sign in heading.chars() {
        match sign {
            '（' | '(' | '【' | '[' => depth += 1,
            '）' | ')' | '】' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(sign),
            _ => {}
        }
    }
    out
}
