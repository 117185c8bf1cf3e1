use haochaping::{identifier::IdentifierError, link::ExpiryMonth, region::Region};
use haochaping_tables::Flaw;
use thiserror::Error;

/// What a cell of a roster must be, and is not.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rule {
    /// Nothing stands there.
    #[error("is empty")]
    Empty,
    /// What a spreadsheet made of it.
    #[error("{text:?} {flaw}")]
    Flawed {
        /// What stands there.
        text: String,
        /// What was done to it.
        flaw: Flaw,
    },
    /// It begins with a minus: a number was computed, not written.
    #[error("{0:?} is negative: format the column as text and enter it again")]
    Negative(String),
    /// A control character.
    #[error("has the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// The mark of a lost character.
    #[error("has U+FFFD, the mark of a character lost in another program")]
    Replacement,
    /// A question mark in a name is what is left of a rare character after an export as “GBK”.
    #[error("{0:?} has a question mark: a rare character was lost, save as CSV UTF-8 or .xlsx")]
    Question(String),
    /// More than fits on the card.
    #[error("has {found} characters, at most {max} fit")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many fit.
        max: usize,
    },
    /// Stood before.
    #[error("{number:?} is on line {line} already")]
    Twice {
        /// The number.
        number: String,
        /// Its first line.
        line: u64,
    },
    /// The same person without a number.
    #[error(
        "is empty, and {name:?} of the same place is on line {line} already: give both a number"
    )]
    NameTwice {
        /// The name.
        name: String,
        /// Its first line.
        line: u64,
    },
    /// No code of a region.
    #[error("{0:?} is not a code of 6, 9 or 12 digits")]
    NoRegion(String),
    /// A region above a village.
    #[error("{0} is not a village or community, whose code has 12 digits")]
    NoVillage(String),
    /// A region without a name on record.
    #[error("{code}: {unknown} has no name on record, import it with `haochaping region import`")]
    UnknownRegion {
        /// What stands there.
        code: String,
        /// What has no name: it or what lies around it.
        unknown: Region,
    },
    /// A name that no place on record has.
    #[error(
        "no place on record is called {0:?}: import it with `haochaping region import`, or give its code"
    )]
    UnknownPlace(String),
    /// A name that several places have.
    #[error("{name:?} may be {}: fill in the street, or give the code", .candidates.join(", "))]
    ManyPlaces {
        /// The name.
        name: String,
        /// Each with its code and what lies around it.
        candidates: Vec<String>,
    },
    /// No credit code.
    #[error("{text:?}: {error}")]
    NoAgency {
        /// What stands there.
        text: String,
        /// Why it is none.
        error: IdentifierError,
    },
    /// No telephone number.
    #[error("{0:?} is not a telephone number")]
    NoPhone(String),
    /// No month.
    #[error("{text:?}: {error}")]
    NoMonth {
        /// What stands there.
        text: String,
        /// Why it is none.
        error: String,
    },
    /// A month that is over.
    #[error("{0} is over")]
    Over(ExpiryMonth),
}

impl Rule {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Empty => "没有填写".into(),
            Self::Flawed { text, flaw } => format!("“{text}”{}", flaw.zh()),
            Self::Negative(text) => format!("“{text}”是负数，请把这一列设为文本格式后重新填写"),
            Self::Control(sign) => format!("含有控制字符 U+{:04X}", u32::from(*sign)),
            Self::Replacement => "含有 U+FFFD：有字在别的程序里丢失了，请重新填写".into(),
            Self::Question(name) => {
                format!("“{name}”里有问号：生僻字丢失了，请另存为 CSV UTF-8 或 .xlsx")
            }
            Self::TooLong { found, max } => format!("有 {found} 个字，卡上最多印 {max} 个字"),
            Self::Twice { number, line } => format!("“{number}”与第 {line} 行重复"),
            Self::NameTwice { name, line } => {
                format!("没有填写，而第 {line} 行同一地点也有“{name}”，请给两人都填上编号")
            }
            Self::NoRegion(text) => format!("“{text}”不是 6 位、9 位或 12 位的区划代码"),
            Self::NoVillage(text) => format!("“{text}”不是村或社区，村社区代码有 12 位"),
            Self::UnknownRegion { code, unknown } => {
                format!("{code}：{unknown} 没有名称，请管理员先用 haochaping region import 导入")
            }
            Self::UnknownPlace(name) => {
                format!("没有叫“{name}”的地方，请核对名称、填写代码，或请管理员先导入区划")
            }
            Self::ManyPlaces { name, candidates } => {
                format!("“{name}”可能是：{}。请填写镇街或代码", candidates.join("、"))
            }
            Self::NoAgency { text, .. } => format!("“{text}”不是正确的统一社会信用代码"),
            Self::NoPhone(text) => format!("“{text}”不是电话号码"),
            Self::NoMonth { text, .. } => format!("“{text}”不是月份，请写成 2028-12 这样"),
            Self::Over(month) => format!("{month} 已经过去"),
        }
    }
}
