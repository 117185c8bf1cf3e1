//! Files beside an order's history: images and PDF, told by their content and not by their name, and handed out to be saved,
//! never to be shown as a page of ours.

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::text::is_invisible;
use haochaping_collector::{accounts::staff::entry, state::App};
use haochaping_store::{
    StoreError,
    file::{Kept, OrderFile},
    order::OrderRow,
    staff::Digest,
};
use sha2::{Digest as _, Sha256};

use super::{
    list::not_found,
    order::{Back, Opened, failed, shown_time},
    picture,
    session::Desk,
    sign_in::BUSY,
    upload::{TOO_LARGE, Upload},
};
use crate::http::{cookie::is_from_here, page};

/// The most bytes of a file.
pub const SIZE_MAX: usize = 5 * 1024 * 1024;
/// The most files of an order.
const COUNT_MAX: u32 = 20;
/// What may be kept, with the end of its name.
const KINDS: [(&str, &str); 4] =
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp"), ("application/pdf", "pdf")];

/// The places of content and name for the vault.
const CONTENT: &str = "file";
const NAME: &str = "order_file";

/// A line of the order's page.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub digest: String,
    pub name: String,
    pub size: String,
    pub at: String,
    pub who: String,
}

fn row_of(digest: &Digest) -> [u8; 16] {
    std::array::from_fn(|i| digest[i])
}

fn column(row: &OrderRow) -> String {
    format!("name {}", uuid::Uuid::from_bytes(row.rating))
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest as addresses have it; nothing else is looked for.
fn parse(text: &str) -> Option<Digest> {
    let is_plain = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let byte = |i: usize| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap_or(0);
    is_plain.then(|| std::array::from_fn(byte))
}

/// The files of an order.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<Line>, StoreError> {
    let files = app.store.files(row.part, row.rating).await?;
    Ok(files
        .into_iter()
        .map(|file| Line {
            name: name_of(app, row, &file),
            digest: hex(&file.digest),
            size: format!("{} KB", file.size.div_ceil(1024)),
            at: shown_time(file.at),
            who: file.who.strip_prefix("staff:").unwrap_or(&file.who).to_owned(),
        })
        .collect())
}

fn name_of(app: &App, row: &OrderRow, file: &OrderFile) -> String {
    let name = app.keys().vault.open(NAME, &row_of(&file.digest), &column(row), &file.name);
    name.unwrap_or_else(|| "附件".to_owned())
}

/// A name for people: the last part of a path, without what has no place in a line, and with the end that the content has.
fn plain_name(sent: &str, end: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or("");
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .filter(|one| !one.is_control() && !is_invisible(*one) && !"\"'<>:|?*%;".contains(*one))
        .take(80)
        .collect();
    let plain = plain.trim().trim_start_matches('.');
    format!("{}.{end}", if plain.is_empty() { "附件" } else { plain })
}

/// Keeps a file.
pub(in crate::http) async fn add(desk: Desk, Path(id): Path<String>, request: Request) -> Response {
    let app = &desk.app;
    if !is_from_here(app, request.headers()) {
        desk.note_refusal("origin-refused", request.uri().path()).await;
        return page::refused(app, request.headers(), StatusCode::FORBIDDEN);
    }
    let opened = match Opened::read(&desk, &id).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let refused = |status, fault| opened.page(status, &Back { file: fault, ..Back::default() });
    let sent = match Upload::read(request).await {
        Ok(sent) if sent.is_of(&desk) => sent,
        Ok(_) => return refused(StatusCode::FORBIDDEN, "页面已过期，请再选一次文件。"),
        Err(fault) => return refused(StatusCode::UNPROCESSABLE_ENTITY, fault),
    };
    let kind = infer::get(&sent.content).map(|kind| kind.mime_type());
    let fault = match kind.and_then(|mime| KINDS.iter().find(|(known, _)| *known == mime)) {
        _ if sent.content.is_empty() => "请选择文件。",
        _ if sent.content.len() > SIZE_MAX => TOO_LARGE,
        None => "只能上传图片（JPG、PNG、WebP）和 PDF。",
        Some((mime, end)) => match keep_plain(&opened, sent, mime, end).await {
            Ok(None) => "这张图片已损坏，不能上传。",
            Ok(Some(Kept::Added | Kept::Known)) => {
                return Redirect::to(&format!("{}/desk/orders/{id}", app.config.base_path())).into_response();
            }
            Ok(Some(Kept::Full)) => "一个工单最多 20 个附件。",
            Err(error) => {
                tracing::error!(%error, "a file was not kept");
                return refused(StatusCode::SERVICE_UNAVAILABLE, BUSY);
            }
        },
    };
    refused(StatusCode::UNPROCESSABLE_ENTITY, fault)
}

/// Keeps it without what a picture's file tells besides the picture; `None` if it is damaged.
async fn keep_plain(opened: &Opened<'_>, mut sent: Upload, mime: &str, end: &str) -> Result<Option<Kept>, StoreError> {
    let Some(content) = picture::without_metadata(mime, &sent.content) else { return Ok(None) };
    sent.content = content;
    keep(opened, &sent, mime, end).await.map(Some)
}

async fn keep(opened: &Opened<'_>, sent: &Upload, mime: &str, end: &str) -> Result<Kept, StoreError> {
    let (app, row) = (&opened.desk.app, &opened.loaded.row);
    let (keys, rng) = (app.keys(), &*app.rng);
    let digest: Digest = Sha256::digest(&sent.content).into();
    let key = row_of(&digest);
    let who = format!("staff:{}", opened.desk.session.staff.name);
    let file = OrderFile {
        digest,
        mime: mime.to_owned(),
        size: sent.content.len() as u64,
        name: keys.vault.seal(NAME, &key, &column(row), &plain_name(&sent.name, end), rng),
        at: app.clock.now(),
        who: who.clone(),
    };
    let content = keys.vault.seal_bytes(CONTENT, &key, "content", &sent.content, rng);
    let said = entry(&*app.clock, &who, "file-added", &haochaping_collector::work_orders::act::id_of(row));
    app.store.add_file((row.part, row.rating), file, content, COUNT_MAX, said).await
}

/// Hands a file out.
pub(in crate::http) async fn show(desk: Desk, Path((id, digest)): Path<(String, String)>) -> Response {
    let app = &desk.app;
    let opened = match Opened::read(&desk, &id).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let row = &opened.loaded.row;
    let Some(digest) = parse(&digest) else { return not_found(&desk) };
    let found = match app.store.file(row.part, row.rating, digest).await {
        Ok(found) => found,
        Err(error) => return failed(app, &error),
    };
    let Some((file, sealed)) = found else { return not_found(&desk) };
    let Some(content) = app.keys().vault.open_bytes(CONTENT, &row_of(&digest), "content", &sealed) else {
        return failed(app, &"a file does not open under any key");
    };
    let name: String = form_urlencoded::byte_serialize(name_of(app, row, &file).as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", name.replace('+', "%20"));
    let mut response = content.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, file.mime.as_str()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_str(value).expect("a MIME type or an escaped name is plain"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_line_with_the_end_of_its_content() {
        for (sent, kept) in [
            ("整改照片.PNG", "整改照片.png"),
            ("../../etc/passwd", "passwd.png"),
            ("C:\\temp\\a.html", "a.png"),
            ("x\r\nset-cookie: a.png", "xset-cookie a.png"),
            (".htaccess", "附件.png"),
            ("", "附件.png"),
            ("\u{202e}gnp.exe\u{200b}.png", "gnp.exe.png"),
            ("\u{3164}.png", "附件.png"),
        ] {
            assert_eq!(plain_name(sent, "png"), kept, "{sent:?}");
        }
        assert_eq!(plain_name(&"长".repeat(200), "pdf").chars().count(), 84);
    }

    #[test]
    fn a_digest_is_64_plain_digits_and_nothing_else() {
        let digest: Digest = Sha256::digest(b"x").into();
        assert_eq!(parse(&hex(&digest)), Some(digest));
        for wrong in ["", "..", "../../master.key", &"A".repeat(64), &"g".repeat(64), &"0".repeat(63), &"é".repeat(32)]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
