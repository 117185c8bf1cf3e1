//! Why a step of a work order is refused, in Chinese: for the desk and for the API's answers.

use haochaping::work_order::Refused;

use crate::http::filters::to_minute;

/// In the words of the desk.
pub(super) fn in_chinese(error: &Refused) -> String {
    let text = match error {
        Refused::Step { .. } | Refused::Role { .. } => "现在不能进行这一步。",
        Refused::Input { code, .. } => match *code {
            "required" => "请填写。",
            "too-long" => "最多 2000 个字。",
            "not-a-credit-code" => "不是有效的统一社会信用代码。",
            "not-a-date" => "请填写日期。",
            "not-in-the-future" => "日期应在今天之后。",
            "too-far" => "日期应在两年之内。",
            _ => "含有不能使用的字符。",
        },
        Refused::Attempts { made, required } => {
            return format!("已登记 {made} 次未联系上，满 {required} 次后才能这样认定。");
        }
        Refused::AttemptTooSoon { from } => {
            return format!("距上次联系时间太近，请在 {} 之后再登记。", to_minute(*from));
        }
        Refused::CanBeReached => "评价人可以联系上：有联系方式，或可通过办件系统查到。",
        Refused::NoReassignment => "本地规定工单不退回、不改派。",
        Refused::AppealTermOver { .. } => "申诉期限已过，请认定为有效差评。",
        Refused::OtherBody { .. } => "应由承办部门同级的政务服务管理机构决定。",
        Refused::OwnDepartment => "被评价部门不能决定自己的事项。",
        Refused::OwnAppeal => "提出申诉的人不能裁定该申诉。",
        Refused::Unanswered => "实名评价必须先答复，才能归档。",
        Refused::FollowedUp => "评价人已经追评过。",
        Refused::FollowUpOpen { .. } => "追评期限未到。",
    };
    text.to_owned()
}
