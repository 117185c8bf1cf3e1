//! What stands in a [`Rating`](super::Rating), and what follows from what happens: pure.

use haochaping::{
    form::{Element, End, Notice},
    messages::Lang,
    rating::RatingDraft,
    wire::v1,
};

use super::{AlreadyRated, Notification, Outcome, Rated, RatingError};
use crate::{
    outbox::{self, EntryStatus, OutboxEvent, Refusal},
    state::Stage,
};

/// What stands below the heading.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Content {
    /// The link that the page gave.
    #[default]
    Link,
    /// The form.
    Form(v1::LinkInfo),
    /// Nothing: there is no form, or it is not needed any longer.
    Nothing,
}

/// What stands in the form's place or, of a rating of another time, above it.
#[derive(Debug, PartialEq)]
pub(super) enum Heading {
    Done {
        case: &'static str,
        accepted: v1::RatingAccepted,
    },
    AlreadyRated {
        on: String,
    },
    Saved,
    Unsaved,
    Refused {
        refusal: Refusal,
        words: String,
    },
    /// There is no form for this link.
    NoForm {
        code: String,
    },
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) content: Content,
    pub(super) stage: Stage,
    pub(super) late: Vec<Heading>,
    pub(super) purpose: String,
    /// The key stands for another content at the collector: the next try needs another one.
    pub(super) needs_new_key: bool,
    /// Whether the person asks for another try now.
    pub(super) is_asked: bool,
    heading: Option<Heading>,
    ticket: String,
    /// The key of what was submitted here.
    sent: Option<String>,
}

impl State {
    pub(super) fn heading(&self) -> Option<&Heading> {
        self.heading.as_ref()
    }

    /// What a screen reader hears: the last thing that came up.
    pub(super) fn announcement(&self, lang: Lang) -> &str {
        if self.is_asked {
            return lang.messages().sending;
        }
        let last = self.heading.as_ref().or_else(|| self.late.last());
        last.map_or("", |heading| heading.title(lang))
    }

    pub(super) fn is_form_hidden(&self) -> bool {
        self.heading.is_some()
    }

    pub(super) fn dismiss(&mut self, place: usize) {
        if place < self.late.len() {
            self.late.remove(place);
        }
    }

    /// The collector says what the link is about.
    pub(super) fn opened(
        &mut self,
        ticket: &str,
        answer: Result<v1::LinkInfo, String>,
    ) -> Notification {
        ticket.clone_into(&mut self.ticket);
        match answer {
            Ok(info) if info.key().is_some() => {
                self.content = Content::Form(info);
                Notification::Nothing
            }
            Ok(info) => self.already_rated(info.rated_on.unwrap_or_default()),
            Err(code) => {
                if code != "unreachable" {
                    self.content = Content::Nothing;
                    self.heading = Some(Heading::NoForm { code: code.clone() });
                }
                Notification::Error(RatingError { code })
            }
        }
    }

    /// The request of a finished form; `None` where there is no form, or one is on its way.
    pub(super) fn submit(&mut self, draft: RatingDraft) -> Option<v1::RatingRequest> {
        let Content::Form(info) = &self.content else { return None };
        if self.stage == Stage::Sending {
            return None;
        }
        let key = info.key()?.to_owned();
        let mut request = v1::RatingRequest::of(self.ticket.clone(), key.clone(), None, draft);
        request.purpose = Some(self.purpose.clone()).filter(|purpose| !purpose.is_empty());
        self.sent = Some(key);
        self.stage = Stage::Sending;
        Some(request)
    }

    /// From now on under this key.
    pub(super) fn renew_key(&mut self, key: String) {
        self.needs_new_key = false;
        if let Content::Form(v1::LinkInfo { key: Some(found), .. }) = &mut self.content {
            *found = key;
        }
    }

    /// What became of a rating on its way: what the page hears, and whether the person now sees its
    /// end.
    pub(super) fn apply(&mut self, event: OutboxEvent) -> (Notification, bool) {
        self.is_asked = false;
        let entry = event.entry;
        // Behind a receipt nothing is the form's affair any longer.
        let is_done = matches!(self.heading, Some(Heading::Done { .. }));
        if is_done && self.sent.as_deref() == Some(&*entry.id) {
            return (Notification::Nothing, true);
        }
        let is_sent = self.sent.as_deref() == Some(&*entry.id);
        let is_own =
            is_sent || (!is_done && !entry.ticket.is_empty() && entry.ticket == self.ticket);
        if is_own && event.is_late {
            return (Notification::Nothing, false);
        }
        if !is_own && !event.is_late {
            return (Notification::Nothing, false);
        }
        let end = match event.status {
            EntryStatus::Waits | EntryStatus::Later if is_own => {
                return (self.queued(entry.kept, event.status == EntryStatus::Later), false);
            }
            EntryStatus::Waits | EntryStatus::Later => return (Notification::Nothing, false),
            EntryStatus::Ended(end) => end,
        };
        let notification = match end {
            outbox::End::Refused(refusal) if !is_sent => {
                // Unless what was submitted here is still on its way.
                if is_own && self.stage != Stage::Sending {
                    self.reopen(Stage::Editing);
                }
                self.late
                    .push(Heading::Refused { refusal, words: entry.words.unwrap_or_default() });
                Notification::Nothing
            }
            outbox::End::Refused(refusal) if refusal.code == "already-rated" => {
                self.already_rated(refusal.rated_on.unwrap_or_default())
            }
            outbox::End::Refused(refusal) => self.refused(refusal),
            outbox::End::Accepted(accepted) | outbox::End::Replayed(accepted) if !is_own => {
                self.late.push(Heading::Done { case: "late", accepted });
                Notification::Nothing
            }
            outbox::End::Accepted(accepted) => {
                self.done(entry.id, "accepted", Outcome::Accepted, accepted)
            }
            outbox::End::Replayed(accepted) => {
                self.done(entry.id, "replayed", Outcome::Replayed, accepted)
            }
        };
        (notification, true)
    }

    /// It waits: written down, or in this page only.
    fn queued(&mut self, is_kept: bool, was_tried: bool) -> Notification {
        if !matches!(self.content, Content::Form(_)) {
            return Notification::Nothing;
        }
        let heading = if is_kept { Heading::Saved } else { Heading::Unsaved };
        let is_news = self.heading.as_ref() != Some(&heading);
        self.heading = Some(heading);
        let rated = Rated { receipt: String::new(), outcome: Outcome::Queued };
        if is_news && was_tried { Notification::Rated(rated) } else { Notification::Nothing }
    }

    fn done(
        &mut self,
        id: String,
        case: &'static str,
        outcome: Outcome,
        accepted: v1::RatingAccepted,
    ) -> Notification {
        self.sent = Some(id);
        let receipt = accepted.receipt.clone();
        self.heading = Some(Heading::Done { case, accepted });
        // What was written is not kept in the page any longer than it is needed.
        self.content = Content::Nothing;
        Notification::Rated(Rated { receipt, outcome })
    }

    fn already_rated(&mut self, on: String) -> Notification {
        self.heading = Some(Heading::AlreadyRated { on: on.clone() });
        self.content = Content::Nothing;
        Notification::AlreadyRated(AlreadyRated { on })
    }

    fn refused(&mut self, refusal: Refusal) -> Notification {
        self.needs_new_key = refusal.violations.iter().any(|violation| violation.field == "key");
        let code =
            if refusal.violations.is_empty() { refusal.code.clone() } else { "refused".to_owned() };
        self.reopen(Stage::Refused(refusal.into()));
        Notification::Error(RatingError { code })
    }

    /// Back to the form, as it was left.
    fn reopen(&mut self, stage: Stage) {
        if matches!(self.content, Content::Form(_)) {
            self.heading = None;
            self.stage = stage;
        }
    }
}

impl Heading {
    /// What it says in one line.
    pub(super) fn title(&self, lang: Lang) -> &str {
        let p = lang.page_messages();
        match self {
            Self::Done { .. } => End::Done.title(p),
            Self::AlreadyRated { .. } => End::AlreadyRated.title(p),
            Self::Saved => End::Saved.title(p),
            Self::Unsaved => End::Unsaved.title(p),
            Self::Refused { .. } => End::Refused.title(p),
            Self::NoForm { code } => Notice::of_link(lang.messages(), code, false).title,
        }
    }

    /// All of it.
    pub(super) fn section(&self, lang: Lang, is_elder: bool) -> Element {
        let m = lang.messages();
        let filled =
            |end: End, case: &str, values: &[(&str, &str)]| end.filled(m, is_elder, case, values);
        match self {
            Self::Done { case, accepted } => {
                let v1::RatingAccepted { receipt, lookup, lookup_url, .. } = accepted;
                filled(
                    End::Done,
                    case,
                    &[("receipt", receipt), ("lookup", lookup), ("lookup_url", lookup_url)],
                )
            }
            Self::AlreadyRated { on } => filled(End::AlreadyRated, "", &[("date", on)]),
            Self::Saved => filled(End::Saved, "", &[]),
            Self::Unsaved => filled(End::Unsaved, "", &[]),
            Self::Refused { refusal, words } => {
                let case = match &*refusal.code {
                    known @ ("already-rated" | "expired" | "kept-too-long") => known,
                    _ => "other",
                };
                let date = refusal.rated_on.as_deref().unwrap_or_default();
                filled(
                    End::Refused,
                    case,
                    &[("date", date), ("code", &refusal.code), ("words", words)],
                )
            }
            Self::NoForm { code } => Notice::of_link(m, code, is_elder).node(),
        }
    }
}

#[cfg(test)]
mod tests;
