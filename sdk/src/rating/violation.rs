use super::{IndicatorCode, SatisfactionLevel};
use crate::link::TokenError;

/// One thing wrong with a draft. Holds values, so that a page can say it in the reader's language;
/// never the person's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// No level was chosen.
    #[error("no level was chosen")]
    LevelMissing,
    /// The level is none of the five.
    #[error("the level is none of the five")]
    LevelUnknown,
    /// A bad rating needs an option or a comment (the official process refuses one with neither).
    #[error("a bad rating needs an option or a comment")]
    ReasonMissing,
    /// No option has this code.
    #[error("the option at {index} is not on the list")]
    IndicatorUnknown {
        /// The place in the draft, from 0.
        index: usize,
    },
    /// The option was withdrawn.
    #[error("option {code} was withdrawn")]
    IndicatorRetired {
        /// The withdrawn option.
        code: IndicatorCode,
    },
    /// The option belongs to another level than the chosen one.
    #[error("option {code} belongs to level {level}")]
    IndicatorOfOtherLevel {
        /// The option.
        code: IndicatorCode,
        /// The level it belongs to.
        level: SatisfactionLevel,
    },
    /// The list version is not one this system knows.
    #[error("the list version is unknown, the current one is {current}")]
    IndicatorVersionUnknown {
        /// The version in force.
        current: &'static str,
    },
    /// The comment is too long.
    #[error("the comment has {found} characters, at most {max} are allowed")]
    CommentTooLong {
        /// The limit in Unicode scalar values.
        max: usize,
        /// The length found.
        found: usize,
    },
    /// The comment holds a control character other than LF.
    #[error("the comment has control character U+{code_point:04X} at {place}")]
    CommentControlCharacter {
        /// The place in Unicode scalar values, from 0.
        place: usize,
        /// The character's code point.
        code_point: u32,
    },
    /// The contact name is too long.
    #[error("the name has {found} characters, at most {max} are allowed")]
    ContactNameTooLong {
        /// The limit in Unicode scalar values.
        max: usize,
        /// The length found.
        found: usize,
    },
    /// The contact name holds a control character.
    #[error("the name has a control character")]
    ContactNameMalformed,
    /// The telephone number is not one.
    #[error(
        "the telephone number has other characters than digits, spaces, +, - and brackets, or fewer than 5 digits"
    )]
    ContactPhoneMalformed,
    /// An anonymous rating leaves no contact data.
    #[error("an anonymous rating leaves no contact data")]
    ContactOnAnonymous,
    /// The language is none of ours.
    #[error("the language is none of zh-Hans, zh-Hant, en")]
    LangUnknown,
    /// The idempotency key has a length or characters outside the limits.
    #[error("the key has {found} characters, 22 to 64 letters, digits, - or _ are needed")]
    KeyMalformed {
        /// The length found.
        found: usize,
    },
    /// The header `Idempotency-Key` differs from the body's key.
    #[error("the header Idempotency-Key differs from the key in the body")]
    KeyMismatch,
    /// The channel a link claims is none of ours.
    #[error("via is none of the channels")]
    ViaUnknown,
    /// The link is not of our form.
    #[error("the ticket is malformed")]
    TicketMalformed,
    /// The link was not made by this system.
    #[error("the ticket is not genuine")]
    TicketNotGenuine,
    /// The link's time is over.
    #[error("the ticket has expired")]
    TicketExpired,
    /// The link is genuine, but what it is about is not on record.
    #[error("the service of this ticket is not on record")]
    ServiceUnknown,
    /// The same key came with another content.
    #[error("the key was used with another content")]
    KeyReused,
    /// The visit to a card's page is refused.
    #[error("visit: {0}")]
    Visit(TokenError),
    /// The visit is genuine, but its card is not on record.
    #[error("the card of this visit is not on record")]
    CardUnknown,
    /// What was done is not on the city's list.
    #[error("the purpose is not on the list")]
    PurposeUnknown,
}

impl Violation {
    /// The field at fault, as named on the wire.
    pub fn field(&self) -> &'static str {
        match self {
            Self::LevelMissing | Self::LevelUnknown => "level",
            Self::ReasonMissing
            | Self::IndicatorUnknown { .. }
            | Self::IndicatorRetired { .. }
            | Self::IndicatorOfOtherLevel { .. } => "indicators",
            Self::IndicatorVersionUnknown { .. } => "indicator_version",
            Self::CommentTooLong { .. } | Self::CommentControlCharacter { .. } => "comment",
            Self::ContactNameTooLong { .. } | Self::ContactNameMalformed => "contact.name",
            Self::ContactPhoneMalformed => "contact.phone",
            Self::ContactOnAnonymous => "contact",
            Self::LangUnknown => "lang",
            Self::KeyMalformed { .. } | Self::KeyReused | Self::KeyMismatch => "key",
            Self::ViaUnknown => "via",
            Self::TicketMalformed
            | Self::TicketNotGenuine
            | Self::TicketExpired
            | Self::ServiceUnknown => "ticket",
            Self::Visit(_) | Self::CardUnknown => "visit",
            Self::PurposeUnknown => "purpose",
        }
    }

    /// The stable code of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LevelMissing => "missing",
            Self::ReasonMissing => "reason-missing",
            Self::LevelUnknown
            | Self::IndicatorUnknown { .. }
            | Self::IndicatorVersionUnknown { .. }
            | Self::LangUnknown
            | Self::ViaUnknown
            | Self::ServiceUnknown
            | Self::CardUnknown
            | Self::PurposeUnknown => "unknown",
            Self::IndicatorRetired { .. } => "retired",
            Self::IndicatorOfOtherLevel { .. } => "other-level",
            Self::CommentTooLong { .. } | Self::ContactNameTooLong { .. } => "too-long",
            Self::CommentControlCharacter { .. } => "control-character",
            Self::ContactNameMalformed
            | Self::ContactPhoneMalformed
            | Self::KeyMalformed { .. }
            | Self::TicketMalformed
            | Self::Visit(TokenError::Malformed) => "malformed",
            Self::ContactOnAnonymous => "on-anonymous",
            Self::TicketNotGenuine | Self::Visit(TokenError::NotGenuine) => "not-genuine",
            Self::TicketExpired | Self::Visit(TokenError::Expired) => "expired",
            Self::KeyReused => "reused",
            Self::KeyMismatch => "mismatch",
        }
    }
}
