use super::{field, node::Element};
use crate::{link::CardKind, messages::PageMessages};

/// What is rated, as the person sees it above the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A finished service. Names no person and no case.
    Service {
        /// 办理事项; empty if unnamed.
        item: String,
        /// 办理部门; empty if unnamed.
        agency: String,
        /// The civil date on which the service was finished; empty if unknown.
        finished_on: String,
        /// Whether the service is one by which the system tests itself; the person must know.
        is_probe: bool,
    },
    /// The service point of a printed card.
    Card(CardSubject),
}

/// Whose card it is, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSubject {
    /// What it stands for.
    pub kind: CardKind,
    /// The agent's name, as printed on the card, or that of window or hall.
    pub name: String,
    /// The number printed beside it.
    pub number: String,
    /// District, street and village.
    pub place: String,
    /// 服务范围; empty if the card says nothing.
    pub scope: String,
    /// The agency answerable.
    pub agency: String,
    /// What can have been done, to choose from; empty for no choice.
    pub purposes: Vec<String>,
    /// Which of them is chosen; empty for none.
    pub purpose: String,
}

impl Default for Subject {
    fn default() -> Self {
        Self::Service {
            item: String::new(),
            agency: String::new(),
            finished_on: String::new(),
            is_probe: false,
        }
    }
}

impl Subject {
    /// Label and text of what is known, in order.
    pub fn lines(&self, p: &PageMessages) -> Vec<(&'static str, String)> {
        let all = match self {
            Self::Service { item, agency, finished_on, .. } => {
                let item = if item.is_empty() { p.item_unnamed.to_owned() } else { item.clone() };
                vec![
                    (p.about_item, item),
                    (p.about_agency, agency.clone()),
                    (p.about_finished, finished_on.clone()),
                ]
            }
            Self::Card(card) => {
                let whose = match card.kind {
                    CardKind::Agent => p.about_agent,
                    CardKind::Window => p.about_window,
                    CardKind::Hall => p.about_hall,
                };
                vec![
                    (whose, card.name.clone()),
                    (p.about_number, card.number.clone()),
                    (p.about_place, card.place.clone()),
                    (p.about_scope, card.scope.clone()),
                    (p.about_answerable, card.agency.clone()),
                ]
            }
        };
        all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The block without anything in it, for a program that puts it there by itself.
    pub fn unknown() -> Element {
        Element::new("div").class("hcp-subject")
    }

    /// The block above the form; `id_prefix` starts every id in it.
    pub fn node(&self, p: &PageMessages, id_prefix: &str) -> Element {
        let line = |(label, text): (&'static str, String)| {
            Element::new("div")
                .child(Element::new("dt").child(label))
                .child(Element::new("dd").child(text))
        };
        let about =
            Element::new("dl").class("hcp-about").children(self.lines(p).into_iter().map(line));
        Self::unknown()
            .children(self.is_probe().then(|| probe_notice(p)))
            .child(about)
            .children(self.purpose_choice(p, id_prefix))
    }

    fn is_probe(&self) -> bool {
        matches!(self, Self::Service { is_probe: true, .. })
    }

    /// What was done, to choose from; nothing is chosen for the person.
    fn purpose_choice(&self, p: &PageMessages, id_prefix: &str) -> Option<Element> {
        let Self::Card(card) = self else { return None };
        if card.purposes.is_empty() {
            return None;
        }
        let id = [id_prefix, field::PURPOSE].concat();
        let option = |purpose: &String| {
            let is_chosen = *purpose == card.purpose;
            Element::new("option").with_if(is_chosen, "selected", "").child(purpose.clone())
        };
        let select = Element::new("select")
            .with("id", id.clone())
            .with("name", field::PURPOSE)
            .child(Element::new("option").with("value", "").child(p.purpose_none))
            .children(card.purposes.iter().map(option));
        let label = Element::new("label").with("for", id).child(p.purpose_label);
        Some(Element::new("div").class("hcp-field").child(label).child(select))
    }
}

fn probe_notice(p: &PageMessages) -> Element {
    let title = Element::new("strong").child(p.test_title);
    Element::new("p").class("hcp-test").child(title).child(" ").child(p.test_text)
}
