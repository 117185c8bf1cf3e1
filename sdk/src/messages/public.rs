use super::{Lang, handling::Labelled};
use crate::rating::{Channel, Provenance};

/// What the public page says around its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a text is documented by its name and by what it says")]
pub struct PublicMessages {
    /// Above the definitions, which open with one touch.
    pub definitions: &'static str,
    pub good_rate: Labelled,
    pub participation: Labelled,
    /// 差评率 by ten thousand ratings, which zero-based bars can show.
    pub bad_in_ten_thousand: Labelled,
    pub imported_label: &'static str,
    pub defaults_label: &'static str,
    /// What waits, and why; `{group}` and `{date}`.
    pub daily_note: &'static str,
    /// Where everything here is daily; `{date}`.
    pub daily_as_of: &'static str,
    /// Below how many no rate is shown; `{min}`.
    pub rate_note: &'static str,
    /// Departments of the region itself and not of one below.
    pub by_own_agency: &'static str,
    pub by_item: &'static str,
    pub item_label: &'static str,
    pub by_month: &'static str,
    pub month_label: &'static str,
    /// Under which month a rating is filed.
    pub month_note: &'static str,
    pub by_channel: &'static str,
    pub channel_label: &'static str,
    pub by_provenance: &'static str,
    pub provenance_label: &'static str,
    /// Systems that relayed ratings.
    pub by_source: &'static str,
    pub source_label: &'static str,
    pub by_card: &'static str,
    pub card_label: &'static str,
    /// A card, by its number; `{number}`.
    pub card_of: &'static str,
    /// 评价热词
    pub words_title: &'static str,
    pub good_words: &'static str,
    pub bad_words: &'static str,
    pub word_options: &'static str,
    pub word_comments: &'static str,
    /// What is counted, and from how many on it shows; `{min}`.
    pub words_note: &'static str,
    pub n_ratings: &'static str,
    /// 以评促改
    pub improvements: &'static str,
    pub improvements_intro: &'static str,
    pub no_improvements: &'static str,
    pub cause_label: &'static str,
    pub changed_on: &'static str,
    pub case_label: &'static str,
    pub before_label: &'static str,
    pub after_label: &'static str,
    pub period_label: &'static str,
    pub with_cause: &'static str,
    pub share_label: &'static str,
    pub interval_label: &'static str,
    pub change_fewer: &'static str,
    pub change_more: &'static str,
    pub change_none: &'static str,
    pub change_little: &'static str,
    /// How it is compared; `{min}`.
    pub change_note: &'static str,
    /// `{n}` of `{all}` lines.
    pub first_lines: &'static str,
    /// The same figures as files.
    pub open_data: &'static str,
    pub download: &'static str,
    /// Out of one department or item; `{name}`.
    pub all_of: &'static str,
    /// A month as `{year}` and `{month}`.
    pub month_name: &'static str,
    pub question_title: &'static str,
    pub question_unknown: &'static str,
    pub question_future: &'static str,
    pub question_impossible: &'static str,
    channels: [&'static str; 7],
    provenances: [&'static str; 3],
}

const fn of(label: &'static str, definition: &'static str) -> Labelled {
    Labelled { label, definition }
}

const ZH_HANS: PublicMessages = PublicMessages {
    definitions: "指标说明",
    good_rate: of("好评率", "好评率 =（非常满意 + 满意 + 基本满意）÷ 全部评价。"),
    participation: of(
        "主动评价率",
        "主动评价率 = 已评价的办件 ÷ 可评价的办件。扫服务卡的评价和随评价由其他系统转来的办件不在其中。",
    ),
    bad_in_ten_thousand: of("每万件差评数", "每万件差评数 = 差评 ÷ 全部评价 × 10,000。"),
    imported_label: "历史导入（不计入）",
    defaults_label: "系统默认（不计入）",
    daily_note: "区县以下、服务卡、小部门、事项、月份和渠道的数据每天公布一次，办理单位、事项和渠道都相同的评价满 {group} 条才一起公布，不足的留待以后。截至 {date}。",
    daily_as_of: "数据每天公布一次，截至 {date}",
    rate_note: "评价不足 {min} 条的，不计算比率，以“—”表示。",
    by_own_agency: "本级部门",
    by_item: "办理事项",
    item_label: "事项",
    by_month: "每月趋势",
    month_label: "月份",
    month_note: "评价记在满足公布条件的那个月份。",
    by_channel: "评价渠道",
    channel_label: "渠道",
    by_provenance: "评价来源",
    provenance_label: "来源",
    by_source: "其他系统",
    source_label: "收集评价的系统",
    by_card: "服务卡",
    card_label: "服务卡",
    card_of: "{number} 号",
    words_title: "评价热词",
    good_words: "好评热词",
    bad_words: "差评热词",
    word_options: "所选评价指标",
    word_comments: "文字评价中的词",
    words_note: "数字是含有这个词的评价数，同一条评价只计一次；当月至少 {min} 条才显示。可能指向个人、地点或号码的词不显示。",
    n_ratings: "评价数",
    improvements: "以评促改",
    improvements_intro: "评价反映的问题、改了什么，以及改之前和之后的评价。",
    no_improvements: "还没有登记的改进。",
    cause_label: "针对的问题",
    changed_on: "改进日期",
    case_label: "经评价人同意公开的情况",
    before_label: "改进之前",
    after_label: "改进之后",
    period_label: "时间",
    with_cause: "反映这个问题的评价",
    share_label: "占比",
    interval_label: "95% 区间",
    change_fewer: "改进之后，反映这个问题的评价占比下降，超出偶然波动。",
    change_more: "改进之后，反映这个问题的评价占比上升，超出偶然波动。",
    change_none: "前后的差别在偶然波动之内，还不能说有变化。",
    change_little: "改进之前或之后的评价太少，还不能比较。",
    change_note: "比较改进当月前后各三个完整月份已公布的数据；区间按威尔逊方法计算，两个区间不重叠才说有变化。有一个月不满 {min} 条的指标和热词没有公布，以“—”表示，不作比较。",
    first_lines: "共 {all} 行，这里列出评价最多的 {n} 行。",
    open_data: "开放数据",
    download: "下载",
    all_of: "返回 {name} 的全部数据",
    month_name: "{year}年{month}月",
    question_title: "没有这样的数据",
    question_unknown: "没有找到所要的地区、部门或事项，请检查地址中的代码。",
    question_future: "这个月份还没有到。",
    question_impossible: "部门和事项一次只能选一个，月份写作 2026-11。",
    channels: ["电脑网页", "手机", "二维码", "大厅平板", "大厅自助终端", "电话", "短信"],
    provenances: ["办事人自己评价", "工作人员按办事人口述录入", "其他系统收集的办事人评价"],
};

const ZH_HANT: PublicMessages = PublicMessages {
    definitions: "指標說明",
    good_rate: of("好評率", "好評率 =（非常满意 + 满意 + 基本满意）÷ 全部評價。"),
    participation: of(
        "主動評價率",
        "主動評價率 = 已評價的辦件 ÷ 可評價的辦件。掃服務卡的評價和隨評價由其他系統轉來的辦件不在其中。",
    ),
    bad_in_ten_thousand: of("每萬件差評數", "每萬件差評數 = 差評 ÷ 全部評價 × 10,000。"),
    imported_label: "歷史匯入（不計入）",
    defaults_label: "系統預設（不計入）",
    daily_note: "區縣以下、服務卡、小部門、事項、月份和渠道的資料每天公佈一次，辦理單位、事項和渠道都相同的評價滿 {group} 條才一起公佈，不足的留待以後。截至 {date}。",
    daily_as_of: "資料每天公佈一次，截至 {date}",
    rate_note: "評價不足 {min} 條的，不計算比率，以「—」表示。",
    by_own_agency: "本級部門",
    by_item: "辦理事項",
    item_label: "事項",
    by_month: "每月趨勢",
    month_label: "月份",
    month_note: "評價記在滿足公佈條件的那個月份。",
    by_channel: "評價渠道",
    channel_label: "渠道",
    by_provenance: "評價來源",
    provenance_label: "來源",
    by_source: "其他系統",
    source_label: "收集評價的系統",
    by_card: "服務卡",
    card_label: "服務卡",
    card_of: "{number} 號",
    words_title: "評價熱詞",
    good_words: "好評熱詞",
    bad_words: "差評熱詞",
    word_options: "所選評價指標",
    word_comments: "文字評價中的詞",
    words_note: "數字是含有這個詞的評價數，同一條評價只計一次；當月至少 {min} 條才顯示。可能指向個人、地點或號碼的詞不顯示。",
    n_ratings: "評價數",
    improvements: "以評促改",
    improvements_intro: "評價反映的問題、改了什麼，以及改之前和之後的評價。",
    no_improvements: "還沒有登記的改進。",
    cause_label: "針對的問題",
    changed_on: "改進日期",
    case_label: "經評價人同意公開的情況",
    before_label: "改進之前",
    after_label: "改進之後",
    period_label: "時間",
    with_cause: "反映這個問題的評價",
    share_label: "佔比",
    interval_label: "95% 區間",
    change_fewer: "改進之後，反映這個問題的評價佔比下降，超出偶然波動。",
    change_more: "改進之後，反映這個問題的評價佔比上升，超出偶然波動。",
    change_none: "前後的差別在偶然波動之內，還不能說有變化。",
    change_little: "改進之前或之後的評價太少，還不能比較。",
    change_note: "比較改進當月前後各三個完整月份已公佈的資料；區間按威爾遜方法計算，兩個區間不重疊才說有變化。有一個月不滿 {min} 條的指標和熱詞沒有公佈，以「—」表示，不作比較。",
    first_lines: "共 {all} 行，這裡列出評價最多的 {n} 行。",
    open_data: "開放資料",
    download: "下載",
    all_of: "返回 {name} 的全部資料",
    month_name: "{year}年{month}月",
    question_title: "沒有這樣的資料",
    question_unknown: "沒有找到所要的地區、部門或事項，請檢查網址中的代碼。",
    question_future: "這個月份還沒有到。",
    question_impossible: "部門和事項一次只能選一個，月份寫作 2026-11。",
    channels: ["電腦網頁", "手機", "二維碼", "大廳平板", "大廳自助終端", "電話", "短訊"],
    provenances: ["辦事人自己評價", "工作人員按辦事人口述錄入", "其他系統收集的辦事人評價"],
};

const EN: PublicMessages = PublicMessages {
    definitions: "What these figures mean",
    good_rate: of("Good rate", "Good rate = (非常满意 + 满意 + 基本满意) ÷ all ratings."),
    participation: of(
        "Share of services rated",
        "Share of services rated = services with a rating ÷ services that can be rated. Ratings by a scanned service card, and services that another system sent together with their ratings, are not in it.",
    ),
    bad_in_ten_thousand: of("Bad in 10,000", "Bad in 10,000 = bad ratings ÷ all ratings × 10,000."),
    imported_label: "Brought over (not counted)",
    defaults_label: "Filled in by a system (not counted)",
    daily_note: "Districts and smaller places, service cards, small departments, items, months and entrances are published once a day, when at least {group} ratings agree in department, item and entrance; fewer wait. As of {date}.",
    daily_as_of: "Published once a day, as of {date}",
    rate_note: "Below {min} ratings no rate is given: “—”.",
    by_own_agency: "Departments of this level",
    by_item: "By item",
    item_label: "Item",
    by_month: "By month",
    month_label: "Month",
    month_note: "A rating is filed under the month in which enough others had come.",
    by_channel: "How ratings came in",
    channel_label: "Entrance",
    by_provenance: "Who they come from",
    provenance_label: "From",
    by_source: "Other systems",
    source_label: "System that collected",
    by_card: "Service cards",
    card_label: "Card",
    card_of: "No. {number}",
    words_title: "Hot words",
    good_words: "In good ratings",
    bad_words: "In bad ratings",
    word_options: "Options chosen",
    word_comments: "Words of comments",
    words_note: "The number is that of ratings with the word, each counted once; it shows from {min} in a month on. Words that could name a person or a place, or hold a number, are not shown.",
    n_ratings: "Ratings",
    improvements: "What was improved",
    improvements_intro: "What people complained of, what was changed, and how they rated before and after.",
    no_improvements: "No improvement is on record yet.",
    cause_label: "Because of",
    changed_on: "Changed on",
    case_label: "Published with the person's consent",
    before_label: "Before",
    after_label: "After",
    period_label: "When",
    with_cause: "Ratings with this complaint",
    share_label: "Share",
    interval_label: "95 % interval",
    change_fewer: "Since the change the share of this complaint is lower, by more than chance.",
    change_more: "Since the change the share of this complaint is higher, by more than chance.",
    change_none: "The difference is within chance: there is no telling yet.",
    change_little: "There are too few ratings before or after to compare.",
    change_note: "Published figures of the three whole months before and after the month of the change. Intervals are Wilson's; a change is only said where they do not overlap. Options and words that are below {min} in one of the months are not published: “—”, and nothing is compared.",
    first_lines: "{all} lines; these are the {n} with most ratings.",
    open_data: "Open data",
    download: "Download",
    all_of: "Back to all of {name}",
    month_name: "{year}-{month}",
    question_title: "There are no such figures",
    question_unknown: "The region, department or item was not found. Please check the codes in the address.",
    question_future: "That month has not come yet.",
    question_impossible: "Choose a department or an item, not both; a month is written 2026-11.",
    channels: [
        "Computer",
        "Phone browser",
        "QR code",
        "Pad in a hall",
        "Terminal in a hall",
        "Telephone",
        "Text message",
    ],
    provenances: ["The person", "Staff, as the person said", "The person, through another system"],
};

impl PublicMessages {
    /// The name of an entrance.
    pub fn channel(&self, channel: Channel) -> &'static str {
        let place = Channel::ALL.iter().position(|one| *one == channel).unwrap_or_default();
        self.channels[place]
    }

    /// The name of a provenance that counts; empty for the others.
    pub fn provenance(&self, provenance: Provenance) -> &'static str {
        let place = Provenance::ALL.iter().position(|one| *one == provenance);
        place.and_then(|place| self.provenances.get(place)).copied().unwrap_or_default()
    }

    /// A month, as `202611`.
    pub fn month(&self, month: u32) -> String {
        let (year, month) = (month / 100, month % 100);
        let month =
            if self.month_name.contains('-') { format!("{month:02}") } else { month.to_string() };
        self.month_name.replace("{year}", &year.to_string()).replace("{month}", &month)
    }
}

impl Lang {
    /// What the public page says around its figures.
    pub fn public_messages(self) -> &'static PublicMessages {
        match self {
            Self::ZhHans => &ZH_HANS,
            Self::ZhHant => &ZH_HANT,
            Self::En => &EN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entrance_and_every_provenance_that_counts_has_a_name() {
        for lang in Lang::ALL {
            let m = lang.public_messages();
            let channels: std::collections::BTreeSet<_> =
                Channel::ALL.into_iter().map(|c| m.channel(c)).collect();
            assert_eq!(channels.len(), Channel::ALL.len());
            assert!(Provenance::ALL.into_iter().all(|p| m.provenance(p).is_empty() != p.counts()));
            assert!(m.month(202_603).contains('3') && m.month(202_603).contains("2026"));
        }
    }
}
