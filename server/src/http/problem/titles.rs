//! What each code of a problem means: in English, and in Chinese.

use haochaping::messages::Lang;

/// Codes in order, each with its title in English and in Chinese. A title never varies; the
/// particulars are in `detail`.
const TITLES: &[(&str, &str, &str)] = &[
    ("already-rated", "the service has been rated", "该办件已经评价"),
    ("appeal-term-over", "the term for an appeal is over", "申诉期限已过"),
    ("attempt-too-soon", "the last attempt was made too short a time ago", "距上次联系时间太近"),
    ("busy", "the collector is busy", "系统繁忙，请稍后重试"),
    ("call-ended", "this call has ended", "本次邀评已结束"),
    ("call-open", "another call is open at this window", "该窗口还有未结束的邀评"),
    ("can-be-reached", "the rater can be reached", "评价人可以联系上"),
    ("card-expired", "the card is no longer good", "服务码已过有效期"),
    ("card-malformed", "the link is not one of this collector", "链接不是本系统的链接"),
    ("card-not-genuine", "the link is not one of this collector", "链接不是本系统的链接"),
    ("card-replaced", "the card was replaced by another", "服务码已换发"),
    ("card-revoked", "the card was ended by its office", "服务码已停用"),
    ("expired", "the link is no longer good", "链接已失效"),
    ("follow-up-open", "the person may still say whether the reply will do", "追评期限未到"),
    ("followed-up", "the person has said whether the reply will do", "评价人已经追评"),
    ("foreign-origin", "asked from another site's page", "请求来自其他网站的页面"),
    ("future-month", "this month has not come yet", "该月份尚未到来"),
    ("impossible-filter", "these filters cannot be combined", "这些筛选条件不能同时使用"),
    ("internal", "the collector failed", "系统出错"),
    ("invalid-action", "the action breaks rules", "操作不符合规则"),
    ("invalid-call", "the services of the call break rules", "邀评的办件信息不符合规则"),
    ("invalid-channel", "the channel is none of assisted entry", "代录渠道不正确"),
    ("invalid-cosignature", "the cosignature cannot be kept", "联署无效"),
    ("invalid-rating", "the rating breaks rules", "评价内容不符合规则"),
    ("leaf-gone", "the ledger lacks the leaf that it promised", "账本缺少已承诺的记录"),
    ("malformed", "the link is not one of this collector", "链接不是本系统的链接"),
    ("malformed-agency", "the agency is no unified social credit code", "统一社会信用代码不正确"),
    ("malformed-item", "the item is no item code", "事项编码不正确"),
    ("malformed-json", "the body is not JSON of this form", "请求内容不是约定格式的 JSON"),
    ("malformed-lookup", "this is no look-up code", "查询码不正确"),
    ("malformed-month", "this is no month", "月份不正确"),
    ("malformed-query", "the query cannot be read", "查询参数不正确"),
    ("malformed-rating", "either a rating or a sealed one is sent", "评价内容不正确"),
    ("malformed-region", "this is no region code", "行政区划代码不正确"),
    ("malformed-request", "the address or query cannot be read", "请求地址或参数不正确"),
    ("malformed-text", "a value holds a character that cannot be stored", "内容含有不能保存的字符"),
    ("method-not-allowed", "this address does not take this method", "该地址不支持此请求方法"),
    ("moved", "somebody else acted meanwhile", "其他人已先行办理"),
    ("no-call", "nobody was called at this window yet", "该窗口尚无邀评"),
    ("no-contact", "there is no contact to be shown", "没有可查看的联系方式"),
    ("no-reassignment", "orders are not returned here", "本地规定工单不退回、不改派"),
    ("not-a-step", "no such step from here", "当前阶段没有这一步"),
    ("not-found", "there is nothing at this address", "没有这个地址"),
    ("not-genuine", "the link is not one of this collector", "链接不是本系统的链接"),
    ("not-in-ledger", "the ledger has no such entry", "账本中没有该记录"),
    ("not-json", "the body is not application/json", "请求内容类型不是 application/json"),
    ("not-opened", "this was not sealed to this collector", "内容不是为本系统加密的"),
    ("not-your-step", "this step is another role's", "这一步由其他角色办理"),
    (
        "other-body",
        "the body of the department's level decides",
        "应由承办部门同级的政务服务管理机构决定",
    ),
    ("other-page", "another page has this window", "该窗口已在其他页面打开"),
    ("own-agency", "nobody enters what is said of their own body", "不能代录对本机构的评价"),
    ("own-appeal", "an appeal cannot be decided by whoever filed it", "提出申诉的人不能裁定该申诉"),
    ("own-department", "a department cannot decide its own matter", "被评价部门不能决定自己的事项"),
    ("storage-unavailable", "nothing can be stored now", "目前无法保存"),
    ("timeout", "the request took too long", "请求超时"),
    ("too-few-attempts", "too few attempts to reach the rater are logged", "登记的联系次数不够"),
    ("too-large", "the body is too large", "请求内容过大"),
    ("too-many-requests", "too many requests for one link or address", "请求过于频繁"),
    ("unanswered", "a real-name rating must be answered first", "实名评价必须先答复"),
    ("unauthorized", "no live API key that may do this", "没有可用于此操作的有效 API 密钥"),
    ("unknown", "nothing is on record for this link", "链接没有对应的记录"),
    ("unknown-action", "the action is unknown", "未知的操作"),
    ("unknown-agency", "the agency has no figures here", "没有该部门的数据"),
    ("unknown-call", "there is no such call at this window", "该窗口没有这次邀评"),
    ("unknown-cause", "the cause is none of the embed guide's codes", "未知的原因代码"),
    ("unknown-dimension", "there are no figures by this", "没有这种分类的数据"),
    ("unknown-format", "the format is unknown", "未知的格式"),
    ("unknown-item", "no item with this code is known", "没有该事项"),
    ("unknown-lookup", "no rating has this code", "没有与此查询码对应的评价"),
    ("unknown-pad", "this device was never paired", "设备未曾配对"),
    ("unknown-region", "no region with this code is known", "没有该行政区划"),
    ("unknown-service", "no such service in the key's regions", "密钥范围内没有该办件"),
    ("unknown-window", "no window of this code where the key answers", "密钥范围内没有该窗口"),
    ("unknown-work-order", "no such work order in the caller's scope", "权限范围内没有该工单"),
    ("unpaired", "this device is not paired with this window", "设备未与该窗口配对"),
    ("unsupported-encoding", "the content encoding is not supported", "不支持的内容编码"),
    ("unverified", "not signed with the endpoint's secret", "签名与接收端密钥不符"),
    ("window-unpaired", "no pad is paired with this window", "该窗口没有配对的评价器"),
    ("wrong-number", "too few or too many entries", "条目数量不符合要求"),
];

/// The title of a code; of one that stands in no list, that something is wrong.
pub(in crate::http) fn title(code: &str, lang: Lang) -> &'static str {
    let found = TITLES.iter().find(|(known, ..)| *known == code);
    debug_assert!(found.is_some(), "{code} has no title");
    match (found, lang) {
        (Some((_, english, _)), Lang::En) => english,
        (Some((.., chinese)), _) => chinese,
        (None, Lang::En) => "the request cannot be answered",
        (None, _) => "请求无法处理",
    }
}

#[cfg(test)]
mod tests {
    use haochaping::work_order::Refused;

    use super::*;

    #[test]
    fn codes_are_in_order_and_said_in_both_languages() {
        assert!(TITLES.is_sorted_by(|a, b| a.0 < b.0), "in order, each once");
        for (code, english, chinese) in TITLES {
            assert!(english.is_ascii() && !english.is_empty(), "{code}");
            assert!(!chinese.is_ascii(), "{code}");
        }
    }

    #[test]
    fn every_refusal_of_a_step_has_a_title() {
        for code in Refused::CODES {
            assert!(TITLES.iter().any(|(known, ..)| known == code), "{code}");
        }
    }
}
