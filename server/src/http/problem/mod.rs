//! Errors of the API: `application/problem+json` (RFC 9457) with a stable code.

mod titles;

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Request, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use haochaping::{messages::Lang, rating::Violation, wire::v1, work_order::Refused};
use haochaping_collector::{intake::accept::Refusal, work_orders::act::HistoryError};
use haochaping_store::StoreError;
pub(in crate::http) use titles::title;

use super::refused::in_chinese;

/// How long a busy collector asks to wait, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 2;
/// How long a collector whose disk takes nothing asks to wait: somebody has to make room.
const RETRY_AFTER_ROOM_SECONDS: u64 = 30;
const UNWRITABLE: &str = "storage-unavailable";

/// An error answer, to be said in the language of whoever asked.
#[derive(Clone, Debug)]
pub struct Problem(Box<Said>);

#[derive(Clone, Debug)]
struct Said {
    /// In English.
    problem: v1::Problem,
    /// The particulars in Chinese; none where the title says it all.
    chinese: Option<String>,
}

impl Problem {
    /// A problem with a stable code and its particulars in English; empty where there are none.
    pub fn new(status: StatusCode, code: &str, particulars: &str) -> Self {
        let title = title(code, Lang::En);
        let detail = Some(particulars)
            .filter(|message| !message.is_empty() && *message != title)
            .map(str::to_owned);
        let problem = v1::Problem {
            kind: format!("urn:haochaping:problem:{code}"),
            title: title.to_owned(),
            detail,
            status: status.as_u16(),
            code: code.into(),
            violations: Vec::new(),
            rated_on: None,
        };
        Self(Box::new(Said { problem, chinese: None }))
    }

    /// The same with its particulars in Chinese.
    #[must_use]
    pub fn in_chinese(mut self, particulars: impl Into<String>) -> Self {
        self.0.chinese = Some(particulars.into());
        self
    }

    /// What is sent to a reader of this language.
    fn to_wire(&self, lang: Lang) -> v1::Problem {
        let Said { problem, chinese } = &*self.0;
        if lang == Lang::En {
            return problem.clone();
        }
        v1::Problem {
            title: title(&problem.code, lang).to_owned(),
            detail: chinese.clone(),
            ..problem.clone()
        }
    }

    /// The answer to a reader of this language.
    pub fn answer(self, lang: Lang) -> Response {
        let problem = self.to_wire(lang);
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait =
            if problem.code == UNWRITABLE { RETRY_AFTER_ROOM_SECONDS } else { RETRY_AFTER_SECONDS };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(if lang == Lang::En { "en" } else { "zh-Hans" }),
        );
        headers.append(header::VARY, HeaderValue::from_static("accept-language"));
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }

    /// 422 with everything that is wrong.
    pub fn violations(faults: &[Violation]) -> Self {
        let message = faults
            .iter()
            .map(|fault| format!("{}: {fault}", fault.field()))
            .collect::<Vec<_>>()
            .join("; ");
        let texts = Lang::ZhHans.messages();
        let chinese: BTreeSet<_> =
            faults.iter().map(|fault| texts.fault(&v1::Violation::from(fault))).collect();
        let chinese = chinese.into_iter().collect::<Vec<_>>().join("；");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-rating", &message)
            .in_chinese(chinese);
        problem.0.problem.violations = faults.iter().map(v1::Violation::from).collect();
        problem
    }

    /// 422 with faults of fields.
    pub fn faults(code: &str, title: &str, faults: Vec<v1::Violation>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, title);
        problem.0.problem.violations = faults;
        problem
    }

    /// 422 for a text that is too long.
    pub fn too_long(field: &str, max: usize, found: usize) -> Self {
        let title = format!("{field} has {found} characters, {max} are allowed");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-action", &title)
            .in_chinese(format!("{field} 有 {found} 个字，最多 {max} 个字"));
        let (field, code) = (field.to_owned(), "too-long".to_owned());
        problem.0.problem.violations = vec![v1::Violation {
            field,
            code,
            max: Some(max),
            found: Some(found),
            ..Default::default()
        }];
        problem
    }

    /// 422 for a text that is missing.
    pub fn required(field: &str) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-action",
            &format!("{field} is required"),
        )
        .in_chinese(format!("缺少 {field}"));
        let (field, code) = (field.to_owned(), "required".to_owned());
        problem.0.problem.violations = vec![v1::Violation { field, code, ..Default::default() }];
        problem
    }

    /// 400 for a query that cannot be read.
    pub fn malformed_query(rejection: &QueryRejection) -> Self {
        let message = rejection.body_text();
        let message =
            message.strip_prefix("Failed to deserialize query string: ").unwrap_or(&message);
        let chinese = match message.split_once(": ") {
            Some((name, _)) => format!("参数 {name} 的取值不正确"),
            None => "查询参数无法读取".to_owned(),
        };
        Self::new(StatusCode::BAD_REQUEST, "malformed-query", message).in_chinese(chinese)
    }

    /// 400 for a text that is no look-up code.
    pub fn malformed_lookup(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-lookup", message)
            .in_chinese("查询码为 20 个数字与字母；大小写、空格与连字符不计")
    }

    /// The status and the stable code.
    pub fn status_and_message(&self) -> (u16, &str) {
        (self.0.problem.status, &self.0.problem.code)
    }

    /// 422 with the rule that an action on a work order breaks.
    pub fn action(refused: &Refused) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, refused.code(), &refused.to_string())
                .in_chinese(in_chinese(refused));
        if let Refused::Input { field, code } = refused {
            let fault = v1::Violation {
                field: (*field).to_owned(),
                code: (*code).to_owned(),
                ..Default::default()
            };
            problem.0.problem.violations = vec![fault];
        }
        problem
    }

    /// The store failed; nothing more is said to the outside.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the collector failed")
    }

    /// The store did not answer.
    pub fn of_store(error: &StoreError) -> Self {
        match error {
            // The store says so itself, once.
            StoreError::Unwritable(_) => return Self::unwritable(),
            StoreError::Row(_) => {
                let title = "a value holds a character that cannot be stored";
                return Self::new(StatusCode::BAD_REQUEST, "malformed-text", title);
            }
            error => tracing::error!(%error, "the store did not answer"),
        }
        if error.is_temporary() { Self::busy() } else { Self::internal() }
    }

    /// A history was not read.
    pub fn of_history(error: &HistoryError) -> Self {
        if let HistoryError::Store(error) = error {
            return Self::of_store(error);
        }
        tracing::error!(%error, "a work order was not read");
        Self::internal()
    }

    /// No room now.
    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the collector is busy")
    }

    /// The disk takes nothing.
    pub fn unwritable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, UNWRITABLE, "nothing was changed")
    }

    /// Too often.
    pub fn too_many() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "too many requests for one link or address",
        )
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Violations(faults) => Self::violations(&faults),
            Refusal::AlreadyRated(on) => {
                let mut problem =
                    Self::new(StatusCode::CONFLICT, "already-rated", "the service has been rated");
                problem.0.problem.rated_on = Some(on.to_string());
                problem
            }
            Refusal::KeyReused(_) => Self::violations(&[Violation::KeyReused]),
            Refusal::TooMany => Self::too_many(),
            Refusal::Busy => Self::busy(),
            Refusal::Unwritable => Self::unwritable(),
            Refusal::Failed => Self::internal(),
        }
    }
}

impl IntoResponse for Problem {
    /// In English; whoever asked in another language gets it anew, see [`in_language`].
    fn into_response(self) -> Response {
        self.answer(Lang::En)
    }
}

/// What a translated answer has of its own.
const TRANSLATED: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_LANGUAGE,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
];

/// Says problems in the language that a request prefers, before anything packs them.
pub async fn translate(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    in_language(&headers, next.run(request).await)
}

/// The language that a request prefers. A program that asks for none in particular is an
/// engineer's.
pub fn preferred(headers: &HeaderMap) -> Lang {
    let tags = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    tags.filter(|tags| tags.to_ascii_lowercase().contains("zh")).map_or(Lang::En, Lang::negotiate)
}

/// A problem in the language that a request prefers; every other answer as it is.
pub fn in_language(headers: &HeaderMap, mut response: Response) -> Response {
    let lang = preferred(headers);
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) if lang != Lang::En => {
            let mut translated = problem.answer(lang);
            // What others have added since stays.
            for (name, value) in response.headers() {
                if !TRANSLATED.contains(name) {
                    translated.headers_mut().append(name, value.clone());
                }
            }
            translated
        }
        _ => response,
    }
}
