use super::Lang;

/// What the look-up page says of the ledger. It never says more than a proof shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofMessages {
    /// Above the section.
    pub title: &'static str,
    /// What the ledger is, and what it does not show.
    pub text: &'static str,
    /// The link to the proof as a file.
    pub download: &'static str,
    /// The button that checks it here.
    pub check: &'static str,
    /// While it is checked.
    pub checking: &'static str,
    /// It holds: `{n}`, counted from 1, of `{size}` in `{origin}`.
    pub holds: &'static str,
    /// There is a promise only, of `{origin}`.
    pub promised: &'static str,
    /// It does not hold, and why: `{why}`.
    pub fails: &'static str,
    /// The ledger does not have the leaf that it must have.
    pub gone: &'static str,
    /// Nothing could be checked.
    pub unreachable: &'static str,
    /// The browser cannot check.
    pub unable: &'static str,
}

const ZH_HANS: ProofMessages = ProofMessages {
    title: "公开账本",
    text: "每条收到的评价在公开账本中都有一条记录，任何人都可以查验有没有评价事后被删除、添加或者更改。记录中看不出评价的等级、文字和评价人。",
    download: "下载证明",
    check: "在本机核对",
    checking: "正在核对……",
    holds: "核对通过：您的评价是账本 {origin} 的第 {n} 条记录，账本现有 {size} 条。",
    promised: "账本 {origin} 已签名承诺收录您的评价，正在编号，请稍后再核对一次。",
    fails: "核对没有通过。请下载并保存这份证明，拨打 12345 反映。原因：{why}",
    gone: "账本中没有这条评价应有的记录。请截图保存本页，拨打 12345 反映。",
    unreachable: "没有取到核对所需的文件，现在不能核对。请稍后再试。",
    unable: "这个浏览器不能核对。可以下载证明，换一台设备核对。",
};

const ZH_HANT: ProofMessages = ProofMessages {
    title: "公開帳本",
    text: "每條收到的評價在公開帳本中都有一條記錄，任何人都可以查驗有沒有評價事後被刪除、添加或者更改。記錄中看不出評價的等級、文字和評價人。",
    download: "下載證明",
    check: "在本機核對",
    checking: "正在核對……",
    holds: "核對通過：您的評價是帳本 {origin} 的第 {n} 條記錄，帳本現有 {size} 條。",
    promised: "帳本 {origin} 已簽名承諾收錄您的評價，正在編號，請稍後再核對一次。",
    fails: "核對沒有通過。請下載並保存這份證明，撥打 12345 反映。原因：{why}",
    gone: "帳本中沒有這條評價應有的記錄。請截圖保存本頁，撥打 12345 反映。",
    unreachable: "沒有取到核對所需的檔案，現在不能核對。請稍後再試。",
    unable: "這個瀏覽器不能核對。可以下載證明，換一台設備核對。",
};

const EN: ProofMessages = ProofMessages {
    title: "Public ledger",
    text: "Every rating that was received has an entry in a public ledger, so that anybody can tell whether ratings were removed, added or changed afterwards. An entry shows no level, no words and no person.",
    download: "Download the proof",
    check: "Check on this device",
    checking: "Checking…",
    holds: "The check has passed: your rating is entry {n} of {size} in the ledger {origin}.",
    promised: "The ledger {origin} has signed a promise to hold your rating and is giving it a number. Check once more in a moment.",
    fails: "The check has failed. Please download this proof, keep it, and call 12345. Why: {why}",
    gone: "The ledger does not hold the entry that this rating must have. Please keep a picture of this page and call 12345.",
    unreachable: "What the check needs did not arrive, so nothing could be checked. Please try again later.",
    unable: "This browser cannot check. You can download the proof and check it on another device.",
};

impl Lang {
    /// What is said of the ledger in this language.
    pub fn proof_messages(self) -> &'static ProofMessages {
        match self {
            Self::ZhHans => &ZH_HANS,
            Self::ZhHant => &ZH_HANT,
            Self::En => &EN,
        }
    }
}
