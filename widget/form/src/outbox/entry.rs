//! A rating on its way, as it is written down: one schema for these components and for the
//! element's `outbox.js`, so that what one wrote down the other sends.

use haochaping::{client::outbox::Waited, wire::v1};
use serde::{Deserialize, Serialize};

/// A rating that is written down before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The idempotency key, or the visit.
    pub id: String,
    /// The single-use link's token; empty for a card.
    #[serde(default)]
    pub ticket: String,
    /// The request as it is sent: the JSON of `POST /api/v1/ratings`. Empty once there is an end.
    #[serde(default)]
    pub body: String,
    /// When the person submitted it, in milliseconds since 1970 by the device's clock.
    #[serde(default)]
    pub at: f64,
    /// How long it was seen to wait.
    #[serde(flatten)]
    pub waited: Waited,
    /// Whether it outlives the page.
    #[serde(default)]
    pub kept: bool,
    /// How it ended, until a page shows that to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// What the person wrote, of a rating that was refused: it is still theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// How a rating on its way ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "body", rename_all = "snake_case")]
pub enum End {
    /// The collector has it.
    Accepted(v1::RatingAccepted),
    /// The collector had it before.
    Replayed(v1::RatingAccepted),
    /// It is refused for good.
    Refused(Refusal),
}

/// Why a rating is refused: the collector's problem, or `kept-too-long`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// Everything wrong with the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<v1::Violation>,
    /// The civil date of the rating that stands, where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_on: Option<String>,
}

impl Entry {
    /// The rating `request`, submitted at this moment and written down nowhere yet.
    pub fn new(request: &v1::RatingRequest, at: f64) -> Self {
        let id = request.visit.clone().unwrap_or_else(|| request.key.clone());
        let body = serde_json::to_string(request).unwrap_or_default();
        Self { id, ticket: request.ticket.clone(), body, at, ..Self::default() }
    }

    /// Whether it is one of ours: stores are the page's too, and what lies in them is foreign until
    /// it is checked.
    pub(super) fn is_whole(&self) -> bool {
        let is_object = || {
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&self.body).is_ok()
        };
        !self.id.is_empty() && (self.end.is_some() || is_object())
    }

    /// Ends it. Of a refused one the person's words are kept; of an accepted one nothing stays.
    pub(crate) fn settle(&mut self, end: End) {
        if matches!(end, End::Refused(_)) {
            let request = serde_json::from_str::<v1::RatingRequest>(&self.body);
            self.words = request.ok().map(|request| request.comment);
        }
        self.body.clear();
        self.end = Some(end);
    }
}

impl From<v1::Problem> for Refusal {
    fn from(problem: v1::Problem) -> Self {
        Self { code: problem.code, violations: problem.violations, rated_on: problem.rated_on }
    }
}

impl From<Refusal> for v1::Problem {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, violations, rated_on } = refusal;
        Self {
            kind: String::new(),
            title: String::new(),
            detail: None,
            status: 0,
            code,
            violations,
            rated_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use haochaping::rating::RatingDraft;

    use super::*;

    /// What `outbox.js` writes; the browser journeys exchange real ones.
    #[test]
    fn records_of_the_element_are_read() {
        let waiting = r#"{"id":"K","ticket":"T","body":"{}","at":1764380000000,"kept":true}"#;
        let waiting: Entry = serde_json::from_str(waiting).unwrap();
        assert_eq!((&*waiting.id, waiting.kept, waiting.end), ("K", true, None));
        let ended = r#"{"id":"K","ticket":"T","body":"","at":1,"kept":true,"words":"x",
            "end":{"outcome":"refused","body":{"type":"u","title":"t","status":410,"code":"expired"}}}"#;
        let ended: Entry = serde_json::from_str(ended).unwrap();
        assert_eq!(
            ended.end,
            Some(End::Refused(Refusal { code: "expired".into(), ..Refusal::default() }))
        );
        let late = r#"{"id":"K","ticket":"","body":"","at":1,"kept":true,"end":{"outcome":"refused","body":{"code":"kept-too-long"}}}"#;
        assert!(matches!(serde_json::from_str::<Entry>(late).unwrap().end, Some(End::Refused(_))));
    }

    #[test]
    fn what_lies_in_the_stores_is_foreign_until_it_is_checked() {
        let foreign = [
            "null",
            "1",
            "\"x\"",
            "[]",
            "{}",
            r#"{"data":{"id":"K"},"expire":1}"#,
            r#"{"id":"K"}"#,
            r#"{"id":"","body":"{}"}"#,
            r#"{"id":"K","body":"null"}"#,
            r#"{"id":"K","body":"{half"}"#,
            r#"{"id":"K","body":{"level":"satisfied"}}"#,
            r#"{"id":"K","body":"","end":{"outcome":"x"}}"#,
        ];
        for text in foreign {
            let found = serde_json::from_str::<Entry>(text).ok().filter(Entry::is_whole);
            assert_eq!(found, None, "{text}");
        }
        let whole: Entry =
            serde_json::from_str(r#"{"id":"K","ticket":"T","body":"{}","spent":5,"tries":2}"#)
                .unwrap();
        assert_eq!(
            (whole.is_whole(), whole.waited),
            (true, Waited { seen: 0.0, spent: 5.0, tries: 2 })
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let draft = RatingDraft { comment: "排队很久".into(), ..RatingDraft::default() };
        let request = v1::RatingRequest::of("T".into(), "K".repeat(26), None, draft);
        let mut entry = Entry::new(&request, 1.0);
        let read = |entry: &Entry| {
            serde_json::from_str::<Entry>(&serde_json::to_string(entry).unwrap()).unwrap()
        };
        assert_eq!(read(&entry), entry);
        entry.settle(End::Refused(Refusal { code: "x".into(), ..Refusal::default() }));
        assert_eq!(
            (read(&entry), entry.words.as_deref(), &*entry.body),
            (entry.clone(), Some("排队很久"), "")
        );
        entry.settle(End::Accepted(v1::RatingAccepted::default()));
        assert_eq!(read(&entry), entry);
    }
}
