//! What is measured against each other.

use crate::places::Places;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `/r/{ticket}`
    Page,
    /// The element on a foreign portal, which fetches the form.
    Fetched,
    /// The same, with the line in the portal's head that asks for the form beside the script.
    Preloaded,
    /// One tag, whose script carries the form.
    OneTag,
    /// The element with the form in the portal's HTML.
    InPage,
    Preact,
    PreactServer,
    React,
    ReactServer,
    Plain,
}

impl Case {
    /// Every case, in the order of the table's rows.
    pub(crate) const ALL: [Self; 10] = [
        Self::Page,
        Self::Fetched,
        Self::Preloaded,
        Self::OneTag,
        Self::InPage,
        Self::Preact,
        Self::PreactServer,
        Self::React,
        Self::ReactServer,
        Self::Plain,
    ];

    /// The name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "our rating page",
            Self::Fetched => "our widget on a portal, form fetched",
            Self::Preloaded => "our widget on a portal, form preloaded",
            Self::OneTag => "our widget on a portal, one tag",
            Self::InPage => "our widget on a portal, form in the page",
            Self::Preact => "Preact, script only",
            Self::PreactServer => "Preact, server-rendered",
            Self::React => "React, script only",
            Self::ReactServer => "React, server-rendered",
            Self::Plain => "server-rendered, no script",
        }
    }

    pub(crate) fn url(self, places: &Places) -> String {
        match self {
            Self::Page => places.rating_page(),
            Self::Fetched => places.of_portal("/fetched"),
            Self::Preloaded => places.of_portal("/preloaded"),
            Self::OneTag => places.of_portal("/one-tag"),
            Self::InPage => places.of_portal("/in-page"),
            Self::Preact => places.of_peer("preact"),
            Self::PreactServer => places.of_peer("preact-hydrate"),
            Self::React => places.of_peer("react"),
            Self::ReactServer => places.of_peer("react-hydrate"),
            Self::Plain => places.of_peer("plain"),
        }
    }

    /// An empty page of the same site.
    pub(crate) fn blank(self, places: &Places) -> String {
        match self {
            Self::Page => places.of_collector("/healthz"),
            Self::Fetched | Self::Preloaded | Self::OneTag | Self::InPage => {
                places.of_portal("/blank.html")
            }
            _ => places.of_peer("blank"),
        }
    }

    /// Whether something takes the form over.
    pub(crate) fn has_script(self) -> bool {
        self != Self::Plain
    }

    /// Whether it is a peer whose script sends the form.
    pub(crate) fn is_scripted_peer(self) -> bool {
        matches!(self, Self::Preact | Self::PreactServer | Self::React | Self::ReactServer)
    }
}
