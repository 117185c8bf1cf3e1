//! 账号: an administrator adds, resets and disables the accounts of the desk.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use haochaping_collector::{
    accounts::{staff, staff::INVITATION_HOURS},
    state::App,
};
use haochaping_store::staff::StaffRow;
use serde::Deserialize;

use super::{
    answer::{Answer, CHOOSE, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Page, Users},
    saved::Saved,
    session::{Desk, trimmed},
    texts,
};

struct Line {
    name: String,
    role: &'static str,
    agency: String,
    region: String,
    state: &'static str,
    is_live: bool,
}

/// A role to choose.
struct RoleChoice {
    name: &'static str,
    text: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "desk/users.html")]
struct UsersPage<'a> {
    f: Frame,
    lines: Vec<Line>,
    roles: Vec<RoleChoice>,
    state: &'a FormState,
    hours: u64,
}

/// The form for a new account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct NewAccount {
    #[serde(deserialize_with = "trimmed")]
    name: String,
    #[serde(deserialize_with = "trimmed")]
    role: String,
    #[serde(deserialize_with = "trimmed")]
    agency: String,
    #[serde(deserialize_with = "trimmed")]
    region: String,
}

/// The buttons of an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Change {
    action: String,
}

/// An account, and the link by which its password is set.
struct Invitation {
    name: String,
    url: String,
}

/// What comes back with the page: a link that is shown this once, or what was refused.
#[derive(Default)]
struct FormState {
    invitation: Option<Invitation>,
    fault: String,
    form: NewAccount,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Users>) -> Answer {
    page(&desk, StatusCode::OK, &FormState::default()).await
}

async fn page(desk: &Desk, status: StatusCode, state: &FormState) -> Answer {
    let rows = desk.app.store.staff().await?;
    let roles = staff::ROLES.map(|role| RoleChoice {
        name: role.name(),
        text: texts::role(role),
        is_chosen: role.name() == state.form.role,
    });
    let page = UsersPage {
        f: Frame::inside(desk, Users::PATH, "账号", !status.is_success()),
        lines: rows.into_iter().map(|row| line(&desk.app, row)).collect(),
        roles: roles.into(),
        state,
        hours: INVITATION_HOURS,
    };
    Ok(respond(status, &page))
}

fn line(app: &App, row: StaffRow) -> Line {
    Line {
        state: match (row.disabled_at, &row.password) {
            (Some(_), _) => "已停用",
            (None, None) => "等待设置密码",
            (None, Some(_)) => "正常",
        },
        is_live: row.disabled_at.is_none(),
        role: texts::role(row.role),
        agency: row.agency.unwrap_or_default(),
        region: app.region_name(row.region),
        name: row.name,
    }
}

fn invitation(app: &App, name: &str, token: &str) -> Invitation {
    Invitation { name: name.to_owned(), url: app.config.url(&format!("/desk/welcome/{token}")) }
}

/// Makes an account and shows its link.
pub(in crate::http) async fn add(
    Submitted { desk, form, .. }: Submitted<Users, NewAccount>,
) -> Answer {
    let made = make(&desk, &form).await;
    show_result(desk, made.map(Done::Invited), form).await
}

/// The page with what was done, or with what is wrong and what was typed.
async fn show_result(mut desk: Desk, done: Result<Done, DeskError>, form: NewAccount) -> Answer {
    let (status, state) = match done {
        Ok(Done::Invited(invitation)) => {
            (StatusCode::OK, FormState { invitation: Some(invitation), ..FormState::default() })
        }
        Ok(Done::Saved(saved)) => {
            desk.saved = Some(saved);
            (StatusCode::OK, FormState::default())
        }
        Err(error) => {
            let fault = error.into_fault()?;
            (fault.status, FormState { fault: fault.message.into(), form, ..FormState::default() })
        }
    };
    page(&desk, status, &state).await
}

async fn make(desk: &Desk, form: &NewAccount) -> Result<Invitation, DeskError> {
    let app = &desk.app;
    let row = staff::account(&form.name, &form.role, &form.agency, &form.region, &*app.clock);
    let row = row.map_err(|error| DeskError::typed(texts::account(&error)))?;
    let token = staff::add(&app.acting(desk.actor()), row).await?;
    let token = token.ok_or_else(|| DeskError::typed("这个账号名已经有了。"))?;
    Ok(invitation(app, &form.name, &token))
}

/// Resets or disables one.
pub(in crate::http) async fn change(
    Path(name): Path<String>,
    Submitted { desk, form, .. }: Submitted<Users, Change>,
) -> Answer {
    let done = apply(&desk, &name, &form.action).await;
    show_result(desk, done, NewAccount::default()).await
}

/// The link that is to be shown, or what was done.
enum Done {
    Invited(Invitation),
    Saved(Saved),
}

async fn apply(desk: &Desk, name: &str, action: &str) -> Result<Done, DeskError> {
    let acting = desk.app.acting(desk.actor());
    match action {
        "reset" => {
            let token = staff::reset(&acting, name)
                .await?
                .ok_or_else(|| DeskError::typed("没有这个账号。"))?;
            Ok(Done::Invited(invitation(&desk.app, name, &token)))
        }
        "disable" if staff::disable(&acting, name).await? => {
            Ok(Done::Saved(Saved::new(format!("{name} 已停用，正在使用的登录已结束。"))))
        }
        "disable" => Err(DeskError::typed("没有停用：账号已经停用，或者它是最后一个管理员。")),
        _ => Err(DeskError::typed(CHOOSE)),
    }
}
