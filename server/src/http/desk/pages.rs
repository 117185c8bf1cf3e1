//! The pages of the desk: where each is, what it is called, and which roles have it. What is not in
//! a page's row does not exist for a role.

use haochaping::work_order::Role::{
    self, Administrator, CardOffice, Handler, Operator, Province, Supervisor,
};

/// A page, or what its forms do.
pub(in crate::http) trait Page: Send + Sync + 'static {
    /// Its path without the collector's own.
    const PATH: &'static str;
    /// The roles that have it.
    const ROLES: &'static [Role];
}

macro_rules! pages {
    ($($(#[$doc:meta])+ $name:ident $path:literal $title:literal [$($role:ident),+];)+) => {
        $(
            $(#[$doc])+
            pub(in crate::http) struct $name;

            impl Page for $name {
                const PATH: &'static str = $path;
                const ROLES: &'static [Role] = &[$($role),+];
            }
        )+

        /// Path, title and roles; what has no title is not in the navigation.
        const PAGES: &[(&str, &str, &[Role])] = &[$(($path, $title, $name::ROLES)),+];
    };
}

pages! {
    /// What is due.
    Due "/desk" "待办" [Handler, Supervisor, Province];
    /// What waits for somebody else.
    Waiting "/desk/waiting" "等待中" [Handler, Supervisor, Province];
    /// What is closed.
    Closed "/desk/closed" "已办结" [Handler, Supervisor, Province];
    /// Appeals and reassignments to be decided.
    Appeals "/desk/appeals" "申诉与改派" [Supervisor, Province];
    /// What a service-management body keeps an eye on.
    Supervision "/desk/supervision" "督办" [Supervisor, Province];
    /// Whom to ask whether the reply will do.
    CallBacks "/desk/call-backs" "回访" [Operator];
    /// What was changed because of ratings.
    Improvements "/desk/improvements" "以评促改" [Supervisor, Province];
    /// Rules of the hot words.
    HotWords "/desk/hot-words" "评价热词" [Province];
    /// Briefings by month.
    Briefings "/desk/briefings" "工作通报" [Supervisor, Province];
    /// Finished services by case number.
    Services "/desk/services" "查找办件" [Operator, Supervisor, Province];
    /// Requests that are no ratings.
    Wishes "/desk/wishes" "口头诉求" [Operator, Handler, Supervisor, Province];
    /// Halls, windows and their pads.
    Windows "/desk/windows" "窗口评价器" [Operator];
    /// Service cards.
    Cards "/desk/cards" "服务码" [CardOffice];
    /// Accounts.
    Users "/desk/users" "账号" [Administrator];
    /// Messages to other systems.
    Messages "/desk/messages" "消息投递" [Administrator];
    /// The audit trail.
    Record "/desk/record" "操作记录" [Administrator];
    /// Ratings entered at the citizen's word.
    Assist "/desk/assist" "" [Operator];
    /// One order; which ones somebody sees is a question of their scope.
    Orders "/desk/orders" "" [Handler, Supervisor, Province, Operator];
    /// What everybody at the desk has.
    Everybody "/desk" "" [Handler, Supervisor, Province, Operator, CardOffice, Administrator];
}

/// The pages in a role's navigation, in order: path and title.
pub(super) fn pages_of(role: Role) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_role =
        PAGES.iter().filter(move |(_, title, roles)| !title.is_empty() && roles.contains(&role));
    of_role.map(|(path, title, _)| (*path, *title))
}
