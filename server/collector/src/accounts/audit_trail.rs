//! The audit trail: who did what beside the histories of work orders. Entries name actions by an
//! enum, so that each has a name on the desk's page.

use std::fmt;

use haochaping_store::{SqlStore, StoreError, staff::AuditEntry};

use crate::{
    ports::{Clock, Rng, SystemClock, SystemRng},
    state::App,
};

/// The longest part of a refused request that is recorded, in characters.
const ABOUT_MAX: usize = 100;
/// Before the name of a staff member.
const STAFF: &str = "staff:";

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditActor {
    /// A staff member, by account name.
    Staff(String),
    /// Somebody at the server's command line.
    CommandLine,
    /// The collector itself.
    Server,
    /// Somebody at the sign-in page.
    SignIn,
    /// The system behind a webhook endpoint, by the endpoint's name.
    Endpoint(String),
    /// A system, by the public half of its API key.
    System(String),
    /// A pad at a window.
    Pad,
    /// Somebody without a session.
    Stranger,
}

impl fmt::Display for AuditActor {
    /// The name in the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(name) => write!(f, "{STAFF}{name}"),
            Self::Endpoint(name) => write!(f, "webhook:{name}"),
            Self::System(key) => write!(f, "api:{key}"),
            Self::CommandLine => f.write_str("cli"),
            Self::Server => f.write_str("serve"),
            Self::SignIn => f.write_str("sign-in"),
            Self::Pad => f.write_str("pad"),
            Self::Stranger => f.write_str("stranger"),
        }
    }
}

/// The account name in an actor's stored name; other names as they are.
pub fn account_name(who: &str) -> &str {
    who.strip_prefix(STAFF).unwrap_or(who)
}

macro_rules! audit_actions {
    ($($(#[$doc:meta])+ $action:ident $name:literal,)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditAction {
            $($(#[$doc])+ $action,)+
        }

        impl AuditAction {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$action),+];

            /// The name in the store.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)+
                }
            }
        }
    };
}

audit_actions! {
    /// Somebody signed in.
    SignedIn "signed-in",
    /// A password was wrong.
    PasswordWrong "password-wrong",
    /// Somebody tried to sign in to an account that is locked for their network.
    SignInLocked "sign-in-locked",
    /// A form came from another site.
    OriginRefused "origin-refused",
    /// A page was asked for that the role does not have.
    PageRefused "page-refused",
    /// A password was set by an invitation.
    PasswordSet "password-set",
    /// An account was made.
    StaffAdded "staff-added",
    /// An account got a new invitation.
    StaffReset "staff-reset",
    /// An account was disabled.
    StaffDisabled "staff-disabled",
    /// An internal note was added to an order.
    NoteAdded "note-added",
    /// The contact of a rater was shown.
    ContactSeen "contact-seen",
    /// A webhook endpoint was added.
    EndpointAdded "endpoint-added",
    /// A webhook endpoint was disabled.
    EndpointDisabled "endpoint-disabled",
    /// A dead message was sent again.
    MessageResent "message-resent",
    /// A file was attached to an order.
    FileAdded "file-added",
    /// A draft of a briefing was saved.
    BriefingSaved "briefing-saved",
    /// A briefing was published.
    BriefingPublished "briefing-published",
    /// Cards of a roster were issued.
    CardsPrinted "cards-printed",
    /// A card was replaced by one that says the same.
    CardReplaced "card-replaced",
    /// A card was revoked.
    CardRevoked "card-revoked",
    /// A replaced card was put into use again.
    CardRevived "card-revived",
    /// A request that is no rating was noted.
    WishNoted "wish-noted",
    /// A rule of the hot words was changed.
    HotWordChanged "hot-word-changed",
    /// An improvement was recorded.
    ImprovementRecorded "improvement-recorded",
    /// An improvement was withdrawn.
    ImprovementWithdrawn "improvement-withdrawn",
    /// A rating was released from quarantine.
    RatingReleased "rating-released",
    /// A rating in quarantine was excluded.
    RatingExcluded "rating-excluded",
    /// A hall was added.
    HallAdded "hall-added",
    /// Windows were added to a hall.
    WindowsAdded "windows-added",
    /// A window without a pad was removed.
    WindowRemoved "window-removed",
    /// A pairing code was shown.
    PadCode "pad-code",
    /// A pad was paired with a window.
    PadPaired "pad-paired",
    /// A pad was unpaired from its window.
    PadUnpaired "pad-unpaired",
}

impl AuditAction {
    /// By its name in the store; `None` for one that a newer binary wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// Somebody who acts on a store, at the desk or at the command line: what both do is done once,
/// with this.
#[expect(missing_debug_implementations, reason = "the ports have none")]
pub struct Acting<'a> {
    /// The store.
    pub store: &'a SqlStore,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Where random bytes come from.
    pub rng: &'a dyn Rng,
    /// Who acts.
    pub actor: AuditActor,
}

impl<'a> Acting<'a> {
    /// Somebody at the command line of this machine.
    pub fn at_command_line(store: &'a SqlStore) -> Self {
        Self { store, clock: &SystemClock, rng: &SystemRng, actor: AuditActor::CommandLine }
    }

    /// An entry of this moment, by them.
    pub fn entry(&self, action: AuditAction, about: &str) -> AuditEntry {
        entry(self.clock, &self.actor, action, about)
    }
}

impl App {
    /// Somebody who acts on the store of this collector.
    pub fn acting(&self, actor: AuditActor) -> Acting<'_> {
        Acting { store: &self.store, clock: &*self.clock, rng: &*self.rng, actor }
    }
}

/// An entry of this moment; `about` names what it was done to, empty for nothing.
pub fn entry(
    clock: &dyn Clock,
    actor: &AuditActor,
    action: AuditAction,
    about: &str,
) -> AuditEntry {
    AuditEntry {
        at: clock.now(),
        who: actor.to_string(),
        what: action.name().to_owned(),
        about: about.to_owned(),
    }
}

/// Records that something was refused, with the address that it was asked from. Nobody waits for a
/// store that does not take it.
pub async fn record_refusal(
    app: &App,
    actor: &AuditActor,
    action: AuditAction,
    about: &str,
    address: std::net::IpAddr,
) {
    let about: String = about.chars().filter(|one| !one.is_control()).take(ABOUT_MAX).collect();
    let entry = entry(&*app.clock, actor, action, format!("{about} {address}").trim());
    let recorded: Result<(), StoreError> = app.store.record(entry).await;
    if let Err(error) = recorded {
        tracing::warn!(%error, action = action.name(), "a refusal was not recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::from_name(action.name()), Some(*action));
        }
    }

    #[test]
    fn an_account_is_shown_by_its_name() {
        assert_eq!(account_name(&AuditActor::Staff("wang-1".into()).to_string()), "wang-1");
        assert_eq!(account_name("cli"), "cli");
    }
}
