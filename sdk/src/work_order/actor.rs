use super::named;
use crate::region::Region;

named! {
    /// In what capacity somebody acts.
    Role {
        /// The collector itself, at a time that a rule names.
        System = "system",
        /// Who gave the rating, by the look-up code.
        Rater = "rater",
        /// A department that was rated.
        Handler = "handler",
        /// A region's service-management body (政务服务管理机构).
        Supervisor = "supervisor",
        /// The province's.
        Province = "province",
        /// Prints and replaces cards.
        CardOffice = "card_office",
        /// 12345 or a hall: calls back, and enters ratings at the citizen's word.
        Operator = "operator",
        /// Keeps accounts.
        Administrator = "administrator",
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// In what capacity.
    pub role: Role,
    /// A name that stays the same and is no personal data; empty for the collector and for the
    /// rater.
    pub who: String,
    /// The credit code of their body; `None` for the collector and for the rater.
    pub agency: Option<String>,
    /// The region they answer for.
    pub region: Option<Region>,
}

impl Actor {
    /// The collector itself.
    pub const fn system() -> Self {
        Self { role: Role::System, who: String::new(), agency: None, region: None }
    }

    /// Who gave the rating.
    pub const fn rater() -> Self {
        Self { role: Role::Rater, who: String::new(), agency: None, region: None }
    }
}
