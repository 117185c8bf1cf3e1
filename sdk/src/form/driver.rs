//! Who carries on what a person enters into a form, and what the form carries for it.

/// Who carries on what a person enters: the browser alone, by a [`Post`], or a program that hears
/// every change and describes the form anew, at some [`Progress`]. A type and no enum, since the
/// widget would carry the parts that it never shows.
pub trait Driver {
    /// Whether a program hears every change.
    const IS_LIVE: bool;

    /// What the browser posts; `None` if a program sends.
    fn post(&self) -> Option<&Post<'_>>;

    /// Where the form stands.
    fn progress(&self) -> Progress;
}

impl Driver for Post<'_> {
    const IS_LIVE: bool = false;

    fn post(&self) -> Option<&Post<'_>> {
        Some(self)
    }

    fn progress(&self) -> Progress {
        Progress::default()
    }
}

impl Driver for Progress {
    const IS_LIVE: bool = true;

    fn post(&self) -> Option<&Post<'_>> {
        None
    }

    fn progress(&self) -> Progress {
        *self
    }
}

/// What the post carries besides what a person entered. Whatever is empty is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Post<'a> {
    /// Where it goes; an absolute URL in a fragment for another site.
    pub action: &'a str,
    /// The token of the single-use link; empty in the form of a card, whose key is a visit.
    pub ticket: &'a str,
    /// The idempotency key, made once for this form, or the visit.
    pub key: &'a str,
    /// Shows that the collector made the form.
    pub page_token: &'a str,
    /// How the person came here.
    pub via: &'a str,
    /// The mode of the page as in its address, if it is one for elders.
    pub mode: &'a str,
    /// Whether a notice takes the focus when the page arrives. In a fragment the element moves it,
    /// and WebKit would move it again when the person is already typing.
    pub takes_focus: bool,
}

/// Where a live form stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether it is on its way: no field can be changed, nothing sent twice.
    pub is_sending: bool,
    /// What the live region says; empty for nothing.
    pub status: &'static str,
    /// What the button says; empty for 提交评价.
    pub submit_label: &'static str,
    /// Whether 更多 is open without a choice in it.
    pub is_more_open: bool,
    /// Whether the part about a reply is open without a fault in it.
    pub is_contact_open: bool,
}
