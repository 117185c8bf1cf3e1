use proptest::prelude::*;

use super::*;
use crate::form::Progress;
use crate::{
    form::{CardSubject, Subject, example, node::Node},
    link::CardKind,
    messages::Lang,
};

fn render(
    lang: Lang,
    subject: &Subject,
    draft: &RatingDraft,
    violations: &[v1::Violation],
) -> String {
    RatingForm {
        messages: lang.messages(),
        subject: subject.node(lang.page_messages(), "a-"),
        draft,
        violations,
        notice: &[],
        id_prefix: "a-",
        is_elder: false,
        driver: Post {
            action: "https://collector.example/r/T",
            ticket: "T",
            key: "k",
            page_token: "p",
            takes_focus: true,
            ..Post::default()
        },
    }
    .node()
    .to_html()
}

#[test]
fn the_five_levels_are_offered_alike_and_none_is_chosen() {
    for lang in Lang::ALL {
        let html = render(lang, &Subject::default(), &RatingDraft::default(), &[]);
        assert_eq!(html.matches("type=\"radio\"").count(), 5);
        assert_eq!(html.matches("name=\"indicator\"").count(), 40);
        assert!(!html.contains(" checked>"), "{lang:?}");
        let rows: Vec<_> = html
            .split("<label class=\"hcp-choice\"")
            .skip(1)
            .map(|row| row.split('>').next())
            .collect();
        assert!(
            rows.windows(2).all(|pair| pair[0] == pair[1]),
            "no choice is marked up differently"
        );
    }
}

#[test]
fn choices_and_text_come_back_with_every_violation_linked_to_its_field() {
    let draft = RatingDraft {
        level: "dissatisfied".into(),
        indicators: vec!["214".into()],
        comment: "</textarea><script>".into(),
        anonymous: true,
        ..RatingDraft::default()
    };
    let violation = v1::Violation {
        field: "comment".into(),
        code: "too-long".into(),
        max: Some(500),
        found: Some(501),
        ..v1::Violation::default()
    };
    let html = render(Lang::ZhHans, &Subject::default(), &draft, &[violation]);
    assert_eq!(html.matches(" checked>").count(), 3);
    assert!(html.contains("<details class=\"hcp-more\" open>"), "a chosen option is never hidden");
    assert!(html.contains("href=\"#a-comment\""));
    assert!(html.contains("id=\"a-comment\""));
    assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;"));
}

#[test]
fn a_card_shows_whose_it_is_and_what_can_have_been_done() {
    let card = CardSubject {
        kind: CardKind::Agent,
        name: "示例·㛃<b>".into(),
        number: "YZ-0001".into(),
        place: "广陵区 东关街道 琼花观社区".into(),
        scope: String::new(),
        agency: "示例服务所".into(),
        purposes: vec!["代缴社保".into(), "代取证件".into()],
        purpose: "代取证件".into(),
    };
    let html = render(Lang::ZhHans, &Subject::Card(card), &RatingDraft::default(), &[]);
    assert!(html.contains("<dt>代办员</dt><dd>示例·㛃&lt;b&gt;</dd>"));
    assert!(html.contains("<option selected>代取证件</option>") && !html.contains("服务范围"));
}

fn live(draft: &RatingDraft, violations: &[v1::Violation], progress: Progress) -> Element {
    RatingForm {
        messages: Lang::ZhHans.messages(),
        subject: Subject::unknown(),
        draft,
        violations,
        notice: &[],
        id_prefix: "a-",
        is_elder: false,
        driver: progress,
    }
    .node()
}

/// Everything that is linked to or named as a description or label has an element.
#[test]
fn every_reference_of_the_form_leads_somewhere() {
    let draft = RatingDraft { level: "dissatisfied".into(), ..RatingDraft::default() };
    let fields = ["level", "indicators", "comment", "contact.name", "contact.phone", "key"];
    let violation = |field: &&str| v1::Violation {
        field: (*field).into(),
        code: "x".into(),
        ..v1::Violation::default()
    };
    let violations: Vec<_> = fields.iter().map(violation).collect();
    let plain = render(Lang::ZhHans, &Subject::default(), &draft, &violations);
    let live = live(&draft, &violations, Progress::default()).to_html();
    for html in [plain, live] {
        let values = |name: &str| -> Vec<String> {
            let start = format!(" {name}=\"");
            let values = html.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
            values.flat_map(str::split_whitespace).map(str::to_owned).collect()
        };
        let ids = values("id");
        let links =
            values("href").into_iter().filter_map(|link| link.strip_prefix('#').map(str::to_owned));
        for reference in links.chain(values("for")).chain(values("aria-describedby")) {
            assert_eq!(ids.iter().filter(|id| **id == reference).count(), 1, "{reference}");
        }
    }
}

#[test]
fn a_live_form_shows_the_options_of_the_chosen_level_and_no_contact_of_an_anonymous_rating() {
    let html = live(&RatingDraft::default(), &[], Progress::default()).to_html();
    assert!(
        !html.contains("name=\"indicator\"")
            && html.contains("contact_phone")
            && !html.contains("<template")
    );
    let draft =
        RatingDraft { level: "dissatisfied".into(), anonymous: true, ..RatingDraft::default() };
    let html = live(&draft, &[], Progress { is_sending: true, status: "…", ..Progress::default() })
        .to_html();
    assert_eq!(
        html.matches("name=\"indicator\"").count(),
        Indicator::of_level(SatisfactionLevel::Dissatisfied).count()
    );
    assert!(
        !html.contains("contact_phone") && html.contains("<fieldset class=\"hcp-body\" disabled>")
    );
    assert!(html.contains("aria-disabled=\"true\""));
}

/// A program that compares two trees place by place finds every field where it was, whatever came
/// or went around it.
#[test]
fn every_part_keeps_its_place_in_every_state() {
    fn places(element: &Element, path: &str, out: &mut Vec<(String, &'static str)>) {
        for (place, child) in element.children.iter().enumerate() {
            let path = format!("{path}.{place}");
            match child {
                Node::Element(child) => {
                    out.push((path.clone(), child.tag));
                    places(child, &path, out);
                }
                Node::Text(_) | Node::List(_) => {}
            }
        }
    }
    for lang in Lang::ALL {
        let states: Vec<_> = example::forms(lang)
            .into_iter()
            .filter(|form| matches!(form.subject, Subject::Service { .. }))
            .collect();
        let of = |form: &example::Example| {
            let mut out = Vec::new();
            places(&form.node(lang, "a-", form.progress), "", &mut out);
            out
        };
        let first = of(&states[0]);
        for form in &states {
            assert_eq!(of(form), first, "{lang:?} {}", form.name);
        }
    }
}

proptest! {
    #[test]
    fn no_text_ever_becomes_markup(item in "\\PC{0,30}", comment in "\\PC{0,30}", name in "\\PC{0,30}") {
        let subject = |item: &str| Subject::Service { item: item.into(), agency: String::new(), finished_on: String::new(), is_probe: false };
        let filled = |comment: String, name: &str| {
            let mut draft = RatingDraft { comment, ..RatingDraft::default() };
            draft.contact.name = format!("x{name}");
            draft
        };
        let plain = render(Lang::En, &subject("x"), &filled(String::new(), ""), &[]);
        let html = render(Lang::En, &subject(&format!("<i>'{item}")), &filled(comment, &format!("\"><b>{name}")), &[]);
        prop_assert_eq!(html.matches('<').count(), plain.matches('<').count());
        prop_assert_eq!(html.matches('"').count(), plain.matches('"').count());
    }
}
