//! What the desk calls things.

use haochaping::work_order::{ActionKind, Cause, Class, DueKind, Role};
use haochaping_collector::accounts::{
    audit_trail::{AuditAction, account_name},
    staff::{AccountError, PasswordError},
};

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
        AccountError::NoAgency(role) => {
            format!("{}要填写所属机构的统一社会信用代码。", self::role(*role))
        }
        AccountError::Agency(typed) => format!("“{typed}”不是有效的统一社会信用代码。"),
        AccountError::Region(typed) => format!("“{typed}”不是行政区划代码。"),
    }
}

/// What was told about a term.
pub(super) fn notice(kind: &str) -> &'static str {
    if kind == "reminder" { "到期提醒" } else { "超期通知" }
}

/// Who did something that is recorded: an account by its name, and what has no account by what it
/// is.
pub(super) fn actor(who: &str) -> &str {
    match who {
        "cli" => "（命令行）",
        "serve" => "（系统）",
        "sign-in" => "（登录页）",
        "pad" => "（评价器）",
        "stranger" => "（未登录）",
        _ => account_name(who),
    }
}

/// What the audit trail calls an action.
pub(super) const fn audited(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SignedIn => "登录",
        AuditAction::PasswordWrong => "登录失败：账号或密码不正确",
        AuditAction::SignInLocked => "登录失败：账号在该网络暂停登录",
        AuditAction::OriginRefused => "拒绝：请求来自其他网站",
        AuditAction::PageRefused => "拒绝：没有该页面的权限",
        AuditAction::PasswordSet => "设置密码",
        AuditAction::StaffAdded => "新建账号",
        AuditAction::StaffReset => "重置账号",
        AuditAction::StaffDisabled => "停用账号",
        AuditAction::NoteAdded => "添加内部备注",
        AuditAction::ContactSeen => "查看联系方式",
        AuditAction::EndpointAdded => "新建接收端",
        AuditAction::EndpointDisabled => "停用接收端",
        AuditAction::MessageResent => "重发消息",
        AuditAction::FileAdded => "上传附件",
        AuditAction::BriefingSaved => "保存通报草稿",
        AuditAction::BriefingPublished => "发布通报",
        AuditAction::CardsPrinted => "制作服务码",
        AuditAction::CardReplaced => "补发服务码",
        AuditAction::CardRevoked => "停用服务码",
        AuditAction::CardRevived => "恢复服务码",
        AuditAction::WishNoted => "登记口头诉求",
        AuditAction::HotWordChanged => "调整评价热词",
        AuditAction::ImprovementRecorded => "登记改进",
        AuditAction::ImprovementWithdrawn => "撤回改进",
        AuditAction::RatingReleased => "决定计入",
        AuditAction::RatingExcluded => "决定不计入",
        AuditAction::HallAdded => "新建大厅",
        AuditAction::WindowsAdded => "新建窗口",
        AuditAction::WindowRemoved => "删除窗口",
        AuditAction::PadCode => "生成配对码",
        AuditAction::PadPaired => "配对评价器",
        AuditAction::PadUnpaired => "解除评价器配对",
    }
}
