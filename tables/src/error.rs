use thiserror::Error;

use crate::MAX_ROWS;

/// Why a file is no table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// An old Excel file.
    #[error("this is an .xls file of Excel 97–2003: save it as .xlsx or CSV")]
    OldExcel,
    /// A workbook behind a password.
    #[error("the workbook has a password: save it without one")]
    Password,
    /// A workbook that cannot be opened.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// A part of it is too large once it is unpacked.
    #[error(
        "the workbook's part {0} is larger than {1} MB once it is unpacked: save the filled rows as a new workbook"
    )]
    TooLarge(String, u64),
    /// Text that is neither UTF-8 nor GB18030.
    #[error("line {line} is neither UTF-8 nor UTF-16, GBK or GB18030: save the file as CSV UTF-8")]
    Encoding {
        /// The first such line.
        line: usize,
    },
    /// Quotation marks that do not close, say.
    #[error("the CSV cannot be read: {0}")]
    Csv(String),
    /// A cell that swallows the lines after it.
    #[error("line {line}: a quotation mark is opened and not closed")]
    Unclosed {
        /// Where it begins, from 1.
        line: u64,
    },
    /// More rows than are read.
    #[error("there are more than {MAX_ROWS} rows: split the file")]
    TooLong,
    /// Nothing in it.
    #[error("there is no line of headings")]
    Empty,
}

impl TableError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::OldExcel => "这是 Excel 97–2003 的 .xls 文件，请另存为 .xlsx 或 CSV。".into(),
            Self::Password => "这个工作簿设了密码，请取消密码后另存一份。".into(),
            Self::Workbook(why) => format!("这个工作簿打不开，请用表格软件另存一份（{why}）。"),
            Self::TooLarge(part, megabytes) => {
                format!(
                    "工作簿的 {part} 解压后超过 {megabytes} MB，请把有内容的行另存为新的工作簿。"
                )
            }
            Self::Encoding { line } => {
                format!(
                    "第 {line} 行既不是 UTF-8、UTF-16，也不是 GBK 或 GB18030，请另存为 CSV UTF-8。"
                )
            }
            Self::Csv(why) => format!("这个 CSV 读不了，请检查引号是否成对（{why}）。"),
            Self::Unclosed { line } => {
                format!("第 {line} 行的引号没有成对，后面的行都被当成了同一格。")
            }
            Self::TooLong => format!("超过 {MAX_ROWS} 行，请分成几个文件。"),
            Self::Empty => "没有表头行。".into(),
        }
    }
}
