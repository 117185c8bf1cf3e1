use haochaping_tables::TableError;

use super::Column;

/// Why a file is no roster.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// No table at all.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Columns that must be there.
    #[error("the roster has no column {}; it has {found}", list(missing))]
    ColumnsMissing {
        /// What is missing.
        missing: Vec<Column>,
        /// The headings there are.
        found: String,
    },
    /// Two columns with one meaning.
    #[error("the columns {first:?} and {second:?} both mean {column}: keep one")]
    ColumnTwice {
        /// What they mean.
        column: Column,
        /// A heading.
        first: String,
        /// Another.
        second: String,
    },
}

impl RosterError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Table(error) => error.zh(),
            Self::ColumnsMissing { missing, found } => {
                format!("缺少这些列：{}。现有的列：{found}", list(missing))
            }
            Self::ColumnTwice { column, first, second } => {
                format!("“{first}”和“{second}”两列都是{column}，请只保留一列。")
            }
        }
    }
}

fn list(columns: &[Column]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
