//! What stands on a card.

use std::sync::Arc;

use haochaping::link::CardKind;

use crate::Portrait;

/// Everything one card says.
#[derive(Clone, Debug)]
pub struct Face {
    /// The line of the roster it comes from, 0 if from none.
    pub line: u64,
    /// What it stands for.
    pub kind: CardKind,
    /// 姓名
    pub name: String,
    /// 工号
    pub number: String,
    /// The village or community.
    pub place: String,
    /// Its district and street.
    pub around: String,
    /// 服务范围
    pub scope: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// The agency answerable; empty if it has no name.
    pub agency: String,
    /// The link, as it is encoded and as it is printed.
    pub link: String,
    /// The month of issue, `2026-11`.
    pub issued: String,
    /// The last month, `2028-11`.
    pub expires: String,
    /// The portrait.
    pub portrait: Option<Arc<Portrait>>,
}

/// The words that are the same on every card.
#[derive(Clone, Debug)]
pub struct Wording {
    /// The title.
    pub title: String,
    /// The title in a second language; empty for none.
    pub second_title: String,
    /// What the card is for, in one sentence.
    pub sentence: String,
    /// The same in a second language; empty for none.
    pub second_sentence: String,
}

impl Default for Wording {
    fn default() -> Self {
        Self {
            title: "政务服务评价卡".into(),
            second_title: "Government Service Rating Card".into(),
            sentence: "办完事，请扫码评价这次服务。评价自愿。".into(),
            second_sentence: "Scan to rate the service you received. Rating is voluntary.".into(),
        }
    }
}

/// Who is on a card, as its label says.
pub(crate) fn label(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Agent => "代办员",
        CardKind::Window => "窗口",
        CardKind::Hall => "政务大厅",
    }
}
