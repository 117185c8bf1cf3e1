//! Every state that a form and its ends can be in, by name: for the gallery, for screenshots, for
//! tests of access and for the test that holds the two writers to one another. People and matters
//! are made up.

use super::{CardSubject, Driver, Element, End, Notice, Progress, RatingForm, Subject, node::Text};
use crate::{
    link::CardKind,
    messages::{Lang, fill},
    rating::{ContactDraft, RatingDraft},
    wire::v1,
};

/// One state of a form.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its name, for addresses and files.
    pub name: &'static str,
    /// What it shows, for people who look through the gallery.
    pub title: &'static str,
    /// What is rated.
    pub subject: Subject,
    /// What was chosen and typed.
    pub draft: RatingDraft,
    /// What is wrong with it.
    pub violations: Vec<v1::Violation>,
    /// Where a live form stands.
    pub progress: Progress,
    /// Paragraphs above the form.
    pub notice: Vec<Text>,
    /// 大字版
    pub is_elder: bool,
}

impl Example {
    fn new(name: &'static str, title: &'static str) -> Self {
        let subject = Subject::Service {
            item: "社会保障卡申领".into(),
            agency: "南京市玄武区示例社会保障服务所".into(),
            finished_on: "2026-11-20".into(),
            is_probe: false,
        };
        Self {
            name,
            title,
            subject,
            draft: RatingDraft::default(),
            violations: Vec::new(),
            progress: Progress::default(),
            notice: Vec::new(),
            is_elder: false,
        }
    }

    /// The form in this state, as `driver` carries it on; `id_prefix` starts every id.
    pub fn node<D: Driver>(&self, lang: Lang, id_prefix: &str, driver: D) -> Element {
        RatingForm {
            messages: lang.messages(),
            subject: self.subject.node(lang.page_messages(), id_prefix),
            draft: &self.draft,
            violations: &self.violations,
            notice: &self.notice,
            id_prefix,
            is_elder: self.is_elder,
            driver,
        }
        .node()
    }
}

/// The forms, from the empty one on.
pub fn forms(lang: Lang) -> Vec<Example> {
    let m = lang.messages();
    let bad = || RatingDraft {
        level: "dissatisfied".into(),
        indicators: vec!["213".into()],
        comment: "排队两个小时（示例）".into(),
        ..RatingDraft::default()
    };
    let sending = Progress {
        is_sending: true,
        status: m.sending,
        submit_label: m.sending,
        ..Progress::default()
    };
    let failed = fill(m.failed_other, &[("code", "too-large")]);
    vec![
        Example::new("empty", "未填写"),
        Example { draft: level("satisfied"), ..Example::new("good", "已选满意") },
        Example { draft: bad(), ..Example::new("bad", "已选不满意，有选项和文字") },
        Example {
            draft: RatingDraft { anonymous: true, ..bad() },
            ..Example::new("anonymous", "匿名评价")
        },
        Example {
            draft: RatingDraft { contact: contact(), ..bad() },
            ..Example::new("contact", "留了联系方式")
        },
        Example {
            violations: vec![violation("level", "missing")],
            ..Example::new("level-missing", "没有选等级")
        },
        Example {
            draft: level("very_dissatisfied"),
            violations: vec![violation("indicators", "reason-missing")],
            ..Example::new("reason-missing", "差评没有原因")
        },
        Example {
            draft: RatingDraft { comment: "长".repeat(501), ..bad() },
            violations: vec![too_long(501)],
            ..Example::new("comment-too-long", "评价内容超过 500 字")
        },
        Example {
            draft: RatingDraft { contact: contact(), ..level("very_dissatisfied") },
            violations: vec![
                violation("indicators", "reason-missing"),
                too_long(612),
                v1::Violation {
                    max: Some(50),
                    found: Some(63),
                    ..violation("contact.name", "too-long")
                },
                violation("contact.phone", "malformed"),
            ],
            ..Example::new("many-violations", "多处需要修改")
        },
        Example { draft: bad(), progress: sending, ..Example::new("sending", "正在提交") },
        Example {
            draft: bad(),
            progress: Progress { status: m.sending_slow, ..sending },
            ..Example::new("slow", "网络较慢")
        },
        Example {
            draft: bad(),
            notice: vec![m.failed_title.into(), failed.into()],
            progress: Progress { submit_label: m.retry, ..Progress::default() },
            ..Example::new("refused", "提交被拒绝")
        },
        Example { is_elder: true, draft: bad(), ..Example::new("elder", "大字版") },
        Example { subject: probe(), ..Example::new("probe", "系统自检") },
        Example {
            subject: long_names(), ..Example::new("long-names", "四十个字的事项和部门")
        },
        Example { subject: card(""), ..Example::new("card", "代办员卡") },
        Example {
            subject: card("代缴社保"),
            draft: bad(),
            ..Example::new("card-purpose", "代办员卡，已选办理内容")
        },
    ]
}

fn level(name: &str) -> RatingDraft {
    RatingDraft { level: name.into(), ..RatingDraft::default() }
}

fn contact() -> ContactDraft {
    ContactDraft { name: "示例某".into(), phone: "13800000000".into() }
}

fn violation(field: &str, code: &str) -> v1::Violation {
    v1::Violation { field: field.into(), code: code.into(), ..v1::Violation::default() }
}

fn too_long(found: usize) -> v1::Violation {
    v1::Violation { max: Some(500), found: Some(found), ..violation("comment", "too-long") }
}

fn service(item: String, agency: String, is_probe: bool) -> Subject {
    Subject::Service { item, agency, finished_on: "2026-11-20".into(), is_probe }
}

fn probe() -> Subject {
    service("系统自检".into(), "示例服务所".into(), true)
}

fn long_names() -> Subject {
    service("示".repeat(40), "例".repeat(40), false)
}

fn card(purpose: &str) -> Subject {
    Subject::Card(CardSubject {
        kind: CardKind::Agent,
        name: "示例某".into(),
        number: "YZ-0001".into(),
        place: "广陵区 东关街道 琼花观社区".into(),
        scope: "社保、医保代办".into(),
        agency: "扬州市广陵区示例便民服务所".into(),
        purposes: vec!["代缴社保".into(), "代取证件".into()],
        purpose: purpose.into(),
    })
}

/// What can stand in a form's place: a name for addresses and files, what it shows, and the
/// section.
pub fn ends(lang: Lang) -> Vec<(&'static str, &'static str, Element)> {
    let m = lang.messages();
    let receipt = [
        ("receipt", "0193-0000-0000-0001"),
        ("lookup", "AAAAA-BBBBB-CCCCC-DDDDD"),
        ("lookup_url", "https://collector.example/q/AAAAA-BBBBB-CCCCC-DDDDD"),
    ];
    let other =
        [("date", "2026-11-20"), ("code", "service-unknown"), ("words", "排队两个小时（示例）")];
    let of = |end: End, case: &str, values: &[(&str, &str)]| end.filled(m, false, case, values);
    let expired = Notice {
        messages: m,
        code: "expired",
        title: lang.page_messages().link_ended_title,
        text: m.link_ended_text,
        way_out: lang.page_messages().hotline,
        is_elder: false,
    };
    vec![
        ("done", "已提交", of(End::Done, "accepted", &receipt)),
        ("done-again", "此前已收到", of(End::Done, "replayed", &receipt)),
        ("done-late", "此前保存的评价已提交", of(End::Done, "late", &receipt)),
        ("already-rated", "已经评价过", of(End::AlreadyRated, "", &other)),
        ("saved", "已保存，待联网提交", of(End::Saved, "", &[])),
        ("unsaved", "无法保存，请勿关闭页面", of(End::Unsaved, "", &[])),
        (
            "late-already-rated",
            "保存的评价未被接收：已有评价",
            of(End::Refused, "already-rated", &other),
        ),
        ("late-expired", "保存的评价未被接收：链接过期", of(End::Refused, "expired", &other)),
        ("late-kept-too-long", "保存超过 72 小时", of(End::Refused, "kept-too-long", &other)),
        ("late-refused", "保存的评价被拒绝", of(End::Refused, "other", &other)),
        ("expired", "链接已过期", expired.node()),
    ]
}
