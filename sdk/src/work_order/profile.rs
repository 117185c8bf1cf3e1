//! Deadlines and habits of a place, as data.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Class, Stage};
use crate::calendar::Term;

/// Who decides an appeal where the service-management body is the rated department itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneBody {
    /// Another person of that body.
    SecondPerson,
    /// The body of the region around it.
    NextHigher,
}

/// The terms of the reply by class, from the receipt of the order until the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 立整立改
    pub simple: Term,
    /// 限时整改
    pub general: Term,
    /// 综合协调
    pub complex: Term,
}

/// The rules of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for people.
    pub name: Cow<'static, str>,
    /// 首次联系: from the receipt of the order.
    pub contact: Term,
    /// From the receipt of the order.
    pub reply: Terms,
    /// 申诉: from the determination.
    pub appeal: Term,
    /// Failed attempts before a rater counts as unreachable.
    pub n_attempts: u16,
    /// How many minutes lie between two attempts: three calls in a row are one.
    #[serde(default = "two_hours")]
    pub attempts_apart_minutes: u16,
    /// 追评: from the reply.
    pub follow_up: Term,
    /// Whether a department may say that an order is another's.
    pub can_be_reassigned: bool,
    /// Who decides where both are one body.
    pub one_body: OneBody,
    /// Stages in which the reply's clock stands still.
    pub stops: Cow<'static, [Stage]>,
}

const fn two_hours() -> u16 {
    120
}

impl Profile {
    /// Jiangsu, in force since 2022-10: contact within 1 working day, reply within 1, 5 or 15 from
    /// receipt. It does not say how long an appeal or a follow-up may take, nor how often and how
    /// far apart to call: those four are ours.
    pub const JIANGSU: Self = Self {
        name: Cow::Borrowed("jiangsu"),
        contact: Term::WorkingDays(1),
        reply: Terms {
            simple: Term::WorkingDays(1),
            general: Term::WorkingDays(5),
            complex: Term::WorkingDays(15),
        },
        appeal: Term::WorkingDays(3),
        n_attempts: 3,
        attempts_apart_minutes: two_hours(),
        follow_up: Term::Days(15),
        can_be_reassigned: true,
        one_body: OneBody::NextHigher,
        stops: Cow::Borrowed(&[]),
    };

    /// Shanghai: contact on the same day, reply within 1, 5 or 15 working days; orders are not
    /// returned.
    pub const SHANGHAI: Self = Self {
        name: Cow::Borrowed("shanghai"),
        contact: Term::Days(0),
        can_be_reassigned: false,
        ..Self::JIANGSU
    };

    /// Zhejiang 2019: contact within 1 day, 15 days for all, one 追评 after.
    pub const ZHEJIANG: Self = Self {
        name: Cow::Borrowed("zhejiang"),
        contact: Term::Days(1),
        reply: Terms { simple: Term::Days(15), general: Term::Days(15), complex: Term::Days(15) },
        ..Self::JIANGSU
    };

    /// A built-in one by its name.
    pub fn built_in(name: &str) -> Option<Self> {
        [Self::JIANGSU, Self::SHANGHAI, Self::ZHEJIANG].into_iter().find(|one| one.name == name)
    }

    /// The term of the reply.
    pub fn reply_term(&self, class: Class) -> Term {
        match class {
            Class::Simple => self.reply.simple,
            Class::General => self.reply.general,
            Class::Complex => self.reply.complex,
        }
    }
}
