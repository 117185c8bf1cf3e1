use core::fmt::Write as _;

use super::{field, html::escape};
use crate::{link::CardKind, messages::PageMessages};

/// What is rated, as the person sees it above the form. The widget takes this block over as the server made it.
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
        Self::Service { item: String::new(), agency: String::new(), finished_on: String::new(), is_probe: false }
    }
}

impl Subject {
    /// Label and text of what is known, in order.
    pub fn lines(&self, p: &PageMessages) -> Vec<(&'static str, String)> {
        let all = match self {
            Self::Service { item, agency, finished_on, .. } => {
                let item = if item.is_empty() { p.item_unnamed.to_owned() } else { item.clone() };
                vec![(p.about_item, item), (p.about_agency, agency.clone()), (p.about_finished, finished_on.clone())]
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

    /// The block above the form; `id_prefix` starts every id in it.
    pub fn render(&self, p: &PageMessages, id_prefix: &str) -> String {
        let mut out = String::from("<div class=\"hcp-subject\">");
        if matches!(self, Self::Service { is_probe: true, .. }) {
            write!(out, "<p class=\"hcp-test\"><strong>{}</strong> {}</p>", p.test_title, p.test_text)
                .expect("a string takes everything");
        }
        out.push_str("<dl class=\"hcp-about\">");
        for (label, text) in self.lines(p) {
            write!(out, "<div><dt>{label}</dt><dd>{}</dd></div>", escape(&text)).expect("a string takes everything");
        }
        out.push_str("</dl>");
        if let Self::Card(card) = self
            && !card.purposes.is_empty()
        {
            out.push_str(&choice(card, p, id_prefix));
        }
        out.push_str("</div>");
        out
    }
}

fn choice(card: &CardSubject, p: &PageMessages, id_prefix: &str) -> String {
    let name = field::PURPOSE;
    let option = |purpose: &String| {
        let selected = if *purpose == card.purpose { " selected" } else { "" };
        format!("<option{selected}>{}</option>", escape(purpose))
    };
    let options: String = card.purposes.iter().map(option).collect();
    format!(
        "<div class=\"hcp-field\"><label for=\"{id_prefix}{name}\">{}</label><select id=\"{id_prefix}{name}\" \
         name=\"{name}\"><option value=\"\">{}</option>{options}</select></div>",
        p.purpose_label, p.purpose_none
    )
}
