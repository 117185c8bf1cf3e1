use serde::{Deserialize, Serialize};

use crate::{
    form::{CardSubject, Subject},
    link::CardKind,
};

/// `GET /api/v1/links/{token}`: what a form for this link shows and carries. Says nothing about
/// whose case it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkInfo {
    /// `ticket`, single use, or `card`, printed and reusable.
    pub kind: String,
    /// What is rated; of a card, the agency answerable.
    pub service: LinkService,
    /// Whose card it is and where; null for a ticket.
    #[serde(default)]
    pub card: Option<LinkCard>,
    /// `open`, or `rated`: a rating stands, and no other is taken.
    pub state: String,
    /// The civil date in China of the rating that stands; null while it is open.
    #[serde(default)]
    pub rated_on: Option<String>,
    /// The languages of the form, as BCP 47 tags.
    pub languages: Vec<String>,
    /// Of an open ticket: an idempotency key, made for this answer. Any other of 22 to 64 symbols
    /// will do as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of a card: the visit that this answer begins, which stands for ticket and key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
    /// What a form that a browser posts by itself carries with that key or visit; null for what was
    /// rated.
    #[serde(default)]
    pub page_token: Option<String>,
}

/// What is rated, as the person knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkService {
    /// 办理事项; null if it has no name.
    #[serde(default)]
    pub item: Option<String>,
    /// 办理部门; null if it has no name.
    #[serde(default)]
    pub agency: Option<String>,
    /// The civil date in China on which the service was finished; null for a card.
    #[serde(default)]
    pub date: Option<String>,
    /// Whether the service is one by which the system tests itself; the person must be told.
    #[serde(default)]
    pub probe: bool,
}

/// The service point of a printed card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkCard {
    /// `agent`, `window` or `hall`.
    pub kind: String,
    /// The name as printed.
    pub name: String,
    /// The number printed beside it.
    pub number: String,
    /// District, street and village.
    pub place: String,
    /// 服务范围; null if the card says nothing.
    #[serde(default)]
    pub scope: Option<String>,
    /// What can have been done, to choose from; empty for no choice.
    #[serde(default)]
    pub purposes: Vec<String>,
}

impl LinkInfo {
    /// The idempotency key or the visit; `None` for what was rated.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref().or(self.visit.as_deref())
    }

    /// What a form shows above its question.
    pub fn subject(&self) -> Subject {
        let service = self.service.clone();
        let agency = service.agency.unwrap_or_default();
        match &self.card {
            None => Subject::Service {
                item: service.item.unwrap_or_default(),
                agency,
                finished_on: service.date.unwrap_or_default(),
                is_probe: service.probe,
            },
            Some(card) => Subject::Card(CardSubject {
                kind: CardKind::ALL
                    .into_iter()
                    .find(|kind| kind.name() == card.kind)
                    .unwrap_or(CardKind::Agent),
                name: card.name.clone(),
                number: card.number.clone(),
                place: card.place.clone(),
                scope: card.scope.clone().unwrap_or_default(),
                agency,
                purposes: card.purposes.clone(),
                purpose: String::new(),
            }),
        }
    }

    /// What an answer says of a subject: the other direction of [`Self::subject`].
    pub fn about(subject: Subject) -> (LinkService, Option<LinkCard>) {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        match subject {
            Subject::Service { item, agency, finished_on, is_probe } => {
                let (item, agency, date) = (given(item), given(agency), given(finished_on));
                (LinkService { item, agency, date, probe: is_probe }, None)
            }
            Subject::Card(card) => {
                let service = LinkService { agency: given(card.agency), ..LinkService::default() };
                let card = LinkCard {
                    kind: card.kind.name().to_owned(),
                    name: card.name,
                    number: card.number,
                    place: card.place,
                    scope: given(card.scope),
                    purposes: card.purposes,
                };
                (service, Some(card))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{form::example, messages::Lang};

    #[test]
    fn whatever_a_form_is_about_survives_the_wire() {
        for example in example::forms(Lang::ZhHans) {
            let mut expected = example.subject.clone();
            if let Subject::Card(card) = &mut expected {
                // What a person chose is the form's.
                card.purpose.clear();
            }
            let (service, card) = LinkInfo::about(example.subject);
            let info = LinkInfo { service, card, ..LinkInfo::default() };
            let read: LinkInfo =
                serde_json::from_str(&serde_json::to_string(&info).unwrap()).unwrap();
            assert_eq!(read.subject(), expected, "{}", example.name);
        }
    }
}
