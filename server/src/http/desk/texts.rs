//! What the desk calls things.

use haochaping::work_order::{ActionKind, Cause, Class, DueKind, Refused, Role};
use haochaping_collector::accounts::staff::{AccountError, PasswordError};

pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::System => "系统",
        Role::Rater => "评价人",
        Role::Handler => "承办部门",
        Role::Supervisor => "政务服务管理机构",
        Role::Province => "省级管理机构",
        Role::CardOffice => "服务码管理",
        Role::Operator => "热线/大厅人员",
        Role::Administrator => "系统管理员",
    }
}

pub(super) const fn action(action: ActionKind) -> &'static str {
    match action {
        ActionKind::Dispatch => "派单",
        ActionKind::LogAttempt => "登记一次未联系上",
        ActionKind::Reach => "已联系上，核实情况",
        ActionKind::GiveUp => "多次联系未果",
        ActionKind::NoContact => "没有联系方式",
        ActionKind::AskReassignment => "申请改派",
        ActionKind::Reassign => "改派",
        ActionKind::KeepAssigned => "不予改派",
        ActionKind::DetermineValid => "认定为有效差评",
        ActionKind::DetermineMistaken => "认定为误评",
        ActionKind::DetermineMalicious => "认定为恶意评价",
        ActionKind::FileAppeal => "提出申诉",
        ActionKind::Uphold => "申诉成立",
        ActionKind::Reject => "申诉不成立",
        ActionKind::Rectify => "开始整改",
        ActionKind::Resolve => "办结：已解决",
        ActionKind::Explain => "办结：依规无法办理，已说明",
        ActionKind::Plan => "办结：列入计划",
        ActionKind::Reply => "答复评价人",
        ActionKind::Satisfied => "评价人对答复满意",
        ActionKind::StillDissatisfied => "评价人仍不满意",
        ActionKind::NoAnswer => "评价人未追评",
        ActionKind::Supervise => "督办",
        ActionKind::Close => "归档",
    }
}

pub(super) fn field(name: &str) -> &'static str {
    match name {
        "how" => "联系方式、时间和结果",
        "cause" => "问题所在",
        "demand" => "评价人反映的情况和诉求",
        "reason" => "理由",
        "agency" => "改派给（统一社会信用代码）",
        "class" => "整改类别",
        "finding" => "认定依据",
        "grounds" => "申诉理由",
        "measures" => "整改措施",
        "result" => "整改结果",
        "rule" => "所依据的规定（文件名和条款）",
        "explanation" => "对评价人的解释",
        "plan" => "计划",
        "by" => "完成日期",
        "text" => "答复内容（评价人可以看到）",
        "words" => "评价人的话",
        "action" => "操作",
        "note" => "内部备注",
        "instruction" => "督办意见",
        _ => "内容",
    }
}

/// What a field's value is called; of a text itself.
pub(super) fn value<'a>(name: &str, value: &'a str) -> &'a str {
    let found = match name {
        "action" => ActionKind::from_name(value).map(action),
        "cause" => Cause::from_name(value).map(cause),
        "class" => Class::from_name(value).map(class),
        _ => None,
    };
    found.unwrap_or(value)
}

pub(super) const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Case => "办件",
        Cause::Matter => "事项",
        Cause::WindowStaff => "窗口人员",
        Cause::Hall => "大厅",
        Cause::Website => "网站",
    }
}

pub(super) const fn class(class: Class) -> &'static str {
    match class {
        Class::Simple => "简单问题，立整立改",
        Class::General => "一般问题，限时整改",
        Class::Complex => "复杂问题，综合协调",
    }
}

pub(super) const fn due(kind: DueKind) -> &'static str {
    match kind {
        DueKind::Contact => "首次联系",
        DueKind::Reply => "答复",
        DueKind::Appeal => "申诉",
        DueKind::FollowUp => "追评",
    }
}

pub(super) const fn password(error: PasswordError) -> &'static str {
    match error {
        PasswordError::Short => "密码至少 12 个字符。",
        PasswordError::Long => "密码最多 128 个字符。",
        PasswordError::Easy => "这个密码太容易猜到，请换一个。",
    }
}

pub(super) fn account(error: &AccountError) -> String {
    match error {
        AccountError::Name(_) => "账号名应为 3 到 32 个小写字母、数字或连字符，字母开头。".into(),
        AccountError::Role(_) => "请选择角色。".into(),
        AccountError::NoAgency(role) => format!("{}要填写所属机构的统一社会信用代码。", self::role(*role)),
        AccountError::Agency(typed) => format!("“{typed}”不是有效的统一社会信用代码。"),
        AccountError::Region(typed) => format!("“{typed}”不是行政区划代码。"),
    }
}

/// What was told about a term.
pub(super) fn notice(kind: &str) -> &'static str {
    if kind == "reminder" { "到期提醒" } else { "超期通知" }
}

/// Who did something that is on record: an account by its name, and what has no account by what it is.
pub(super) fn actor(who: &str) -> &str {
    match who {
        "cli" => "（命令行）",
        "serve" => "（系统）",
        "sign-in" => "（登录页）",
        "pad" => "（评价器）",
        "stranger" => "（未登录）",
        _ => who.strip_prefix("staff:").unwrap_or(who),
    }
}

/// What the record calls what was done.
pub(super) fn recorded(what: &str) -> &'static str {
    match what {
        "signed-in" => "登录",
        "password-wrong" => "登录失败：账号或密码不正确",
        "sign-in-locked" => "登录失败：账号在该网络暂停登录",
        "origin-refused" => "拒绝：请求来自其他网站",
        "page-refused" => "拒绝：没有该页面的权限",
        "password-set" => "设置密码",
        "staff-added" => "新建账号",
        "staff-reset" => "重置账号",
        "staff-disabled" => "停用账号",
        "note-added" => "添加内部备注",
        "contact-seen" => "查看联系方式",
        "endpoint-added" => "新建接收端",
        "endpoint-disabled" => "停用接收端",
        "message-resent" => "重发消息",
        "file-added" => "上传附件",
        "briefing-saved" => "保存通报草稿",
        "briefing-published" => "发布通报",
        "cards-printed" => "制作服务码",
        "card-replaced" => "补发服务码",
        "card-revoked" => "停用服务码",
        "wish-noted" => "登记口头诉求",
        "hot-word-changed" => "调整评价热词",
        "improvement-recorded" => "登记改进",
        "improvement-withdrawn" => "撤回改进",
        "rating-released" => "决定计入",
        "rating-excluded" => "决定不计入",
        _ => "其他",
    }
}

pub(in crate::http) fn refused(error: &Refused) -> String {
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
            return format!("距上次联系时间太近，请在 {} 之后再登记。", super::order::shown_time(*from));
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
