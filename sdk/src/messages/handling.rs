use super::Lang;

/// How bad ratings were worked, as the public page says it: each figure with its definition beside
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlingMessages {
    /// Above the figures.
    pub title: &'static str,
    /// The link to the monthly briefings, which are in Chinese.
    pub briefings: &'static str,
    /// 差评总数, gross.
    pub gross: Labelled,
    /// 有效差评, net.
    pub net: Labelled,
    /// 差评整改率
    pub rectified: Labelled,
    /// 按期整改率
    pub on_time: Labelled,
    /// 实名差评回复率
    pub real_name: Labelled,
}

/// A figure's name, and what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The name.
    pub label: &'static str,
    /// The definition.
    pub definition: &'static str,
}

const fn of(label: &'static str, definition: &'static str) -> Labelled {
    Labelled { label, definition }
}

const ZH_HANS: HandlingMessages = HandlingMessages {
    title: "差评办理",
    briefings: "每月工作通报",
    gross: of("差评总数", "差评总数：所有“不满意”和“非常不满意”，申诉成立的也在内。"),
    net: of(
        "有效差评",
        "有效差评 = 差评总数 − 申诉成立（误评、恶意评价）。评价本身不修改、不隐藏。",
    ),
    rectified: of("差评整改率", "差评整改率 = 已答复的差评 ÷ 差评总数。"),
    on_time: of("按期整改率", "按期整改率 = 时限内答复的有效差评 ÷ 已到时限或已答复的有效差评。"),
    real_name: of(
        "实名差评回复率",
        "实名差评回复率 = 已答复的实名差评 ÷ 已到时限或已答复的实名差评，申诉成立的也在内。",
    ),
};

const ZH_HANT: HandlingMessages = HandlingMessages {
    title: "差評辦理",
    briefings: "每月工作通報",
    gross: of("差評總數", "差評總數：所有「不滿意」和「非常不滿意」，申訴成立的也在內。"),
    net: of(
        "有效差評",
        "有效差評 = 差評總數 − 申訴成立（誤評、惡意評價）。評價本身不修改、不隱藏。",
    ),
    rectified: of("差評整改率", "差評整改率 = 已答覆的差評 ÷ 差評總數。"),
    on_time: of("按期整改率", "按期整改率 = 時限內答覆的有效差評 ÷ 已到時限或已答覆的有效差評。"),
    real_name: of(
        "實名差評回覆率",
        "實名差評回覆率 = 已答覆的實名差評 ÷ 已到時限或已答覆的實名差評，申訴成立的也在內。",
    ),
};

const EN: HandlingMessages = HandlingMessages {
    title: "How bad ratings were worked",
    briefings: "Monthly briefings (in Chinese)",
    gross: of(
        "Bad ratings, all",
        "Bad ratings, all: every 不满意 and 非常不满意, also those whose appeal was upheld.",
    ),
    net: of(
        "Valid bad ratings",
        "Valid bad ratings = all − appeals upheld (mistaken or malicious). No rating is changed or hidden.",
    ),
    rectified: of("Share answered", "Share answered = bad ratings with a reply ÷ all bad ratings."),
    on_time: of(
        "Share in time",
        "Share in time = valid bad ratings with a reply within the term ÷ valid bad ratings whose term is over or that have a reply.",
    ),
    real_name: of(
        "Real-name ratings answered",
        "Real-name ratings answered = those with a reply ÷ those whose term is over or that have a reply, upheld appeals too.",
    ),
};

impl HandlingMessages {
    /// Every figure's texts, in the order of the page.
    pub fn all(&self) -> [Labelled; 5] {
        [self.gross, self.net, self.rectified, self.on_time, self.real_name]
    }
}

impl Lang {
    /// What the public page and the briefings say of how bad ratings were worked.
    pub fn handling_messages(self) -> &'static HandlingMessages {
        match self {
            Self::ZhHans => &ZH_HANS,
            Self::ZhHant => &ZH_HANT,
            Self::En => &EN,
        }
    }
}
