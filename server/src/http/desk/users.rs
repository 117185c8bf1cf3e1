//! 账号: an administrator adds, resets and disables the accounts of the desk.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use haochaping_collector::{
    accounts::{
        staff,
        staff::{INVITATION_HOURS, entry, invite},
    },
    state::App,
};
use haochaping_store::staff::StaffRow;

use super::{
    frame::{Frame, respond},
    order::failed,
    session::{Desk, Posted},
    sign_in::{BUSY, CHOOSE},
    texts,
};

const PAGE: &str = "/desk/users";

struct Line {
    name: String,
    role: &'static str,
    agency: String,
    region: String,
    state: &'static str,
    is_live: bool,
}

#[derive(Template)]
#[template(path = "desk/users.html")]
struct Users<'a> {
    f: Frame,
    lines: Vec<Line>,
    roles: Vec<(&'static str, &'static str, bool)>,
    back: &'a Back<'a>,
    hours: i64,
}

/// What comes back with the page: a link that is shown this once, or what was refused.
#[derive(Default)]
struct Back<'a> {
    link: Option<(String, String)>,
    fault: String,
    typed: [&'a str; 4],
}

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    match desk.lacks(PAGE).await {
        None => page(&desk, StatusCode::OK, &Back::default()).await,
        Some(answer) => answer,
    }
}

async fn page(desk: &Desk, status: StatusCode, back: &Back<'_>) -> Response {
    let rows = match desk.app.store.staff().await {
        Ok(rows) => rows,
        Err(error) => return failed(&desk.app, &error),
    };
    let lines = rows.into_iter().map(|row| line(&desk.app, row)).collect();
    let roles = staff::ROLES.map(|role| (role.name(), texts::role(role), role.name() == back.typed[1])).to_vec();
    let f = Frame::inside(desk, PAGE, "账号", !status.is_success());
    respond(status, &Users { f, lines, roles, back, hours: INVITATION_HOURS })
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

fn link_of(app: &App, token: &str) -> String {
    app.config.url(&format!("/desk/welcome/{token}"))
}

/// Makes an account and shows its link.
pub(in crate::http) async fn add(posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let (app, clock) = (&desk.app, &*desk.app.clock);
    let typed = ["name", "role", "agency", "region"].map(|field| posted.get(field).trim());
    let [name, role, agency, region] = typed;
    let refused = async |fault: String| {
        let back = Back { fault, typed, ..Back::default() };
        page(desk, StatusCode::UNPROCESSABLE_ENTITY, &back).await
    };
    let row = match staff::account(name, role, agency, region, clock) {
        Ok(row) => row,
        Err(error) => return refused(texts::account(&error)).await,
    };
    let (token, link) = invite(clock, &*app.rng);
    let said = entry(clock, &format!("staff:{}", desk.session.staff.name), "staff-added", name);
    match app.store.add_staff(row, link, said).await {
        Ok(true) => {
            let back = Back { link: Some((name.to_owned(), link_of(app, &token))), ..Back::default() };
            page(desk, StatusCode::OK, &back).await
        }
        Ok(false) => refused("这个账号名已经有了。".into()).await,
        Err(error) => {
            tracing::error!(%error, "an account was not made");
            refused(BUSY.into()).await
        }
    }
}

/// Resets or disables one.
pub(in crate::http) async fn change(Path(name): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let (app, clock) = (&desk.app, &*desk.app.clock);
    let said = |what: &str| entry(clock, &format!("staff:{}", desk.session.staff.name), what, &name);
    let (token, link) = invite(clock, &*app.rng);
    let (done, fault, link) = match posted.get("action") {
        "reset" => {
            let done = app.store.reset_staff(&name, link, said("staff-reset")).await;
            (done, "没有这个账号。", Some((name.clone(), link_of(app, &token))))
        }
        "disable" => {
            let done = app.store.disable_staff(&name, said("staff-disabled")).await;
            (done, "没有停用：账号已经停用，或者它是最后一个管理员。", None)
        }
        _ => (Ok(false), CHOOSE, None),
    };
    match done {
        Ok(true) => page(desk, StatusCode::OK, &Back { link, ..Back::default() }).await,
        Ok(false) => {
            let back = Back { fault: fault.into(), ..Back::default() };
            page(desk, StatusCode::UNPROCESSABLE_ENTITY, &back).await
        }
        Err(error) => {
            tracing::error!(%error, "an account was not changed");
            let back = Back { fault: BUSY.into(), ..Back::default() };
            page(desk, StatusCode::SERVICE_UNAVAILABLE, &back).await
        }
    }
}
