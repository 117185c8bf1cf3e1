//! 差评工单: how a bad rating is worked until the person has an answer (核实 → 认定 → 申诉 → 整改 →
//! 办结 → 反馈 → 监督; Jiangsu, in force since 2022-10).
//!
//! [`TABLE`] is the whole state machine. [`WorkOrder::decide`] says whether an action may be taken
//! now and by whom, and gives the entry to append; [`WorkOrder::apply`] carries it out. The history
//! of entries is the record, and the order is derived from it: replaying the history gives the same
//! order.
//!
//! ```
//! use haochaping::{calendar::{Instant, WorkingCalendar}, work_order::{Action, Actor, Facts, Profile, Role, WorkOrder}};
//!
//! let facts = Facts { agency: "11320102DEM000014A".into(), region: "320102002".parse().unwrap(), is_real_name: true, has_contact: true, is_service_body: false };
//! let now = Instant::parse_rfc3339("2026-11-20T15:00:00+08:00").unwrap();
//! let order = WorkOrder::open(facts, now);
//! let (profile, calendar) = (Profile::JIANGSU, WorkingCalendar::built_in());
//! let entry = order.decide(Action::Dispatch, &Actor::system(), now, &profile, &calendar).unwrap();
//! let order = order.apply(&entry).unwrap();
//! assert_eq!(order.due(&profile, &calendar)[0].1.at.to_rfc3339(), "2026-11-23T23:59:59+08:00");
//!
//! let handler = Actor { role: Role::Handler, who: "h-1".into(), agency: None, region: None };
//! let refused = order.decide(Action::Reply { text: "已办".into() }, &handler, now, &profile, &calendar);
//! assert_eq!(refused.unwrap_err().to_string(), "reply is not a step from dispatched");
//! ```

mod action;
mod actor;
mod due;
mod flow;
mod guard;
mod order;
mod profile;
mod stage;
mod table;

pub use action::{Action, ActionKind, Cause, Class, TEXT_MAX};
pub use actor::{Actor, Role};
pub use due::DueKind;
pub use flow::flow_chart;
pub use guard::{Guard, Refused, body_of};
pub use order::{Answer, Broken, Claim, Contact, Entry, Facts, Finding, Outcome, State, WorkOrder};
pub use profile::{OneBody, Profile, Terms};
pub use stage::Stage;
pub use table::{TABLE, To, Transition, transition};

/// An enum of names: each variant with its name on the wire and in columns, and all of them in
/// order.
macro_rules! named {
    ($(#[doc = $about:literal])* $type:ident $(as $schema:literal)? { $($(#[$meaning:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $($(#[$meaning])* #[serde(rename = $name)] $variant,)*
        }

        impl $type {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on our wire and in columns.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// By its name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        /// The names as they are on the wire, which a derived schema would not know.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some([$($about.trim()),*].join(" ")))
                    .enum_values(Some(Self::ALL.iter().map(|one| one.name())))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $type {
            $(fn name() -> std::borrow::Cow<'static, str> { $schema.into() })?
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
use named;

#[cfg(test)]
mod tests;
