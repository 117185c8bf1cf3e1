//! 代录评价: the form that everybody fills in, filled in by an operator, read back to the person,
//! and then sent.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    form::{Post, RatingForm, Subject},
    link::base32,
    messages::{Lang, level_name},
    rating::{Channel, Indicator, Rating, RatingDraft, SatisfactionLevel, Violations},
    wire::v1,
};
use haochaping_collector::{
    intake::{accept::Refusal, assist, assist::CHANNELS},
    ports::random,
};
use haochaping_store::assist::FoundService;
use serde::Deserialize;

use super::{
    answer::{Answer, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::Assist,
    services::{name_of, operator},
    session::{Desk, Fields},
};
use crate::http::citizen::posted::Posted as PostedRating;

/// How the person speaks to the operator.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Params {
    #[serde(default)]
    via: String,
}

#[derive(Template)]
#[template(path = "desk/assist.html")]
struct FormPage {
    f: Frame,
    form: String,
}

#[derive(Template)]
#[template(path = "desk/read_back.html")]
struct ReadBack {
    f: Frame,
    action: String,
    fields: Vec<(String, String)>,
    item: String,
    level: &'static str,
    options: Vec<&'static str>,
    comment: String,
    is_anonymous: bool,
    contact: Option<(String, String)>,
    notice: &'static str,
}

#[derive(Template)]
#[template(path = "desk/assisted.html")]
struct Assisted {
    f: Frame,
    accepted: v1::RatingAccepted,
}

/// An operator with a service that they may enter a rating for.
struct FoundForRating<'a> {
    desk: &'a Desk,
    service: FoundService,
    channel: Channel,
}

impl<'a> FoundForRating<'a> {
    async fn read(desk: &'a Desk, name: &str, via: &str) -> Result<Self, DeskError> {
        let channel = via.parse().ok().filter(|channel| CHANNELS.contains(channel));
        let parsed = name.split_once('-').and_then(|(part, id)| {
            let part: u8 = part.parse().ok()?;
            Some((part, uuid::Uuid::try_parse(id).ok()?.into_bytes()))
        });
        let Some(((part, id), channel)) = parsed.zip(channel) else {
            return Err(DeskError::gone(desk));
        };
        let found = assist::found(&desk.app, part, id).await?;
        let operator = operator(desk);
        let service = found.filter(|service| operator.sees(service) && operator.may_enter(service));
        Ok(Self { desk, channel, service: service.ok_or_else(|| DeskError::gone(desk))? })
    }

    fn action(&self) -> String {
        format!("{}/desk/assist/{}", self.desk.app.config.base_path(), name_of(&self.service))
    }

    fn form(
        &self,
        status: StatusCode,
        draft: &RatingDraft,
        key: &str,
        faults: &[v1::Violation],
        notice: &'static str,
    ) -> Response {
        let subject = Subject::Service {
            item: self.service.item_name.clone().unwrap_or_default(),
            agency: self.service.agency_name.clone().unwrap_or_default(),
            finished_on: self.service.finished_at.date_in_china().to_string(),
            is_probe: false,
        };
        let notice: Vec<_> = (!notice.is_empty()).then_some(notice.into()).into_iter().collect();
        let post = Post {
            action: &self.action(),
            key,
            page_token: &self.desk.csrf(),
            via: self.channel.name(),
            takes_focus: true,
            ..Post::default()
        };
        let form = RatingForm {
            messages: Lang::ZhHans.messages(),
            subject: subject.node(Lang::ZhHans.page_messages(), "hcp-"),
            draft,
            violations: faults,
            notice: &notice,
            id_prefix: "hcp-",
            is_elder: false,
            driver: post,
        };
        let title = if self.channel == Channel::Phone {
            "电话代录评价"
        } else {
            "大厅代录评价"
        };
        let f = Frame::inside(self.desk, "", title, !status.is_success());
        respond(status, &FormPage { f, form: form.node().to_html() })
    }

    fn read_back(
        &self,
        status: StatusCode,
        draft: &RatingDraft,
        fields: &Fields,
        notice: &'static str,
    ) -> Response {
        let kept = fields
            .0
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "csrf" | "page_token" | "step"));
        let texts = draft
            .indicators
            .iter()
            .filter_map(|code| Indicator::find(code))
            .map(|option| option.text);
        let contact = (draft.contact.name.clone(), draft.contact.phone.clone());
        let page = ReadBack {
            f: Frame::inside(self.desk, "", "向评价人复述", !status.is_success()),
            action: self.action(),
            fields: kept.cloned().collect(),
            item: self.service.item_name.clone().unwrap_or_default(),
            level: draft.level.parse::<SatisfactionLevel>().map_or("", level_name),
            options: texts.collect(),
            comment: draft.comment.clone(),
            is_anonymous: draft.anonymous,
            contact: Some(contact).filter(|(name, phone)| !name.is_empty() || !phone.is_empty()),
            notice,
        };
        respond(status, &page)
    }
}

/// The empty form.
pub(in crate::http) async fn form(
    Allowed { desk, .. }: Allowed<Assist>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Answer {
    let opened = FoundForRating::read(&desk, &name, &params.via).await?;
    if opened.service.rated_at.is_some() {
        return Ok(rated(&opened));
    }
    let key = base32::encode(&random::<16>(&*desk.app.rng));
    Ok(opened.form(StatusCode::OK, &RatingDraft::default(), &key, &[], ""))
}

/// The form sent: first it is read back, then it is entered.
pub(in crate::http) async fn submit(
    Path(name): Path<String>,
    Submitted { desk, fields, .. }: Submitted<Assist>,
) -> Answer {
    let rating = PostedRating::of(fields.0.iter().cloned());
    let opened = FoundForRating::read(&desk, &name, &rating.via).await?;
    Ok(opened.answer(&rating, &fields).await)
}

impl FoundForRating<'_> {
    async fn answer(&self, rating: &PostedRating, fields: &Fields) -> Response {
        let draft = rating.draft.clone().without_hidden_fields();
        if fields.get("step") == "change" {
            return self.form(StatusCode::OK, &draft, &rating.key, &[], "");
        }
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        if let Err(Violations(faults)) = Rating::try_from(draft.clone()) {
            let faults: Vec<_> = faults.iter().map(v1::Violation::from).collect();
            return self.form(unprocessable, &rating.draft, &rating.key, &faults, "");
        }
        if fields.get("step") != "enter" {
            return self.read_back(StatusCode::OK, &draft, fields, "");
        }
        let (desk, who) = (self.desk, operator(self.desk));
        let entered =
            assist::enter(&desk.app, &who, &self.service, self.channel, &rating.key, draft.clone())
                .await;
        match entered {
            Ok(accepted) => {
                let f = Frame::inside(desk, "", "评价已提交", false);
                respond(StatusCode::OK, &Assisted { f, accepted: accepted.answer })
            }
            Err(Refusal::AlreadyRated(_)) => rated(self),
            Err(Refusal::Violations(faults)) => {
                let faults: Vec<_> = faults.iter().map(v1::Violation::from).collect();
                self.form(unprocessable, &draft, &rating.key, &faults, "")
            }
            Err(Refusal::KeyReused(_)) => {
                let key = base32::encode(&random::<16>(&*desk.app.rng));
                self.form(unprocessable, &draft, &key, &[], "请再提交一次。")
            }
            Err(Refusal::TooMany) => {
                let notice = "提交过于频繁，请稍后再试。内容还在。";
                self.read_back(StatusCode::TOO_MANY_REQUESTS, &draft, fields, notice)
            }
            Err(Refusal::Busy | Refusal::Unwritable | Refusal::Failed) => {
                let notice = "系统繁忙，没有提交成功，请稍后再试。内容还在。";
                self.read_back(StatusCode::SERVICE_UNAVAILABLE, &draft, fields, notice)
            }
        }
    }
}

/// It has been rated: whoever looks the case up again sees when.
fn rated(opened: &FoundForRating<'_>) -> Response {
    let case: String =
        form_urlencoded::byte_serialize(opened.service.case_number.as_bytes()).collect();
    let to = format!("{}/desk/services?case={case}", opened.desk.app.config.base_path());
    Redirect::to(&to).into_response()
}
