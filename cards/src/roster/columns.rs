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

/// Headings of each column; the first is the one that is named when it is missing. Compared without spaces, brackets,
/// stars and case.
const HEADINGS: [(Column, &[&str]); 9] = [
    (Column::Name, &["姓名", "name", "代办员", "代办员姓名", "窗口名称", "大厅名称", "名称"]),
    (Column::Number, &["工号", "number", "编号", "代办员编号", "窗口号", "窗口编号", "大厅编号"]),
    (Column::Region, &["村社区代码", "region", "regioncode", "区划代码", "行政区划代码", "村居代码"]),
    (Column::Agency, &["责任单位代码", "agency", "agencycode", "统一社会信用代码", "责任单位统一社会信用代码"]),
    (Column::AgencyName, &["责任单位", "agencyname", "责任单位名称"]),
    (Column::Scope, &["服务范围", "scope", "代办范围"]),
    (Column::Phone, &["电话", "phone", "联系电话", "手机", "手机号"]),
    (Column::Photo, &["照片", "photo", "照片文件"]),
    (Column::Expires, &["有效期", "expires", "有效期至"]),
];

impl Column {
    /// The heading by which it is named.
    pub fn heading(self) -> &'static str {
        HEADINGS.iter().find(|(column, _)| *column == self).map_or("", |(_, headings)| headings[0])
    }
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.heading())
    }
}

/// Where each column is. Columns that mean nothing to us are left out.
pub(super) fn find(headings: &[String], has_agency: bool) -> Result<BTreeMap<Column, usize>, RosterError> {
    let mut found = BTreeMap::new();
    for (place, heading) in headings.iter().enumerate() {
        let plain = plain(heading);
        let Some((column, _)) = HEADINGS.iter().find(|(_, names)| names.contains(&plain.as_str())) else { continue };
        if let Some(first) = found.insert(*column, place) {
            let (first, second) = (headings[first].clone(), heading.clone());
            return Err(RosterError::ColumnTwice { column: *column, first, second });
        }
    }
    let mut required = vec![Column::Name, Column::Number, Column::Region];
    if !has_agency {
        required.push(Column::Agency);
    }
    let missing: Vec<_> = required.into_iter().filter(|column| !found.contains_key(column)).collect();
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(RosterError::ColumnsMissing { missing, found: headings.join(", ") })
    }
}

fn plain(heading: &str) -> String {
    let is_left_out = |c: char| c.is_whitespace() || "（）()*＊_-、/".contains(c);
    heading.chars().filter(|c| !is_left_out(*c)).collect::<String>().to_lowercase()
}
