//! Adds a file to an order, and hands files out.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use haochaping_collector::{accounts::audit_trail::AuditAction, work_orders::act::id_of};
use haochaping_store::{
    StoreError,
    file::{Kept, OrderFile},
    staff::Digest,
};
use sha2::{Digest as _, Sha256};

use super::{
    files::{CONTENT, NAME, SIZE_MAX, column, name_of, parse, plain_name, row_of},
    page::{FormState, LoadedOrder},
    picture,
};
use crate::http::desk::{
    answer::{Answer, DeskError},
    extract::{Allowed, Uploaded},
    pages::Orders,
    saved::Saved,
    upload::{TOO_LARGE, Upload},
};

/// The most files of an order.
const COUNT_MAX: u32 = 20;
/// What may be kept, with the end of its name.
const KINDS: [(&str, &str); 4] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("application/pdf", "pdf"),
];

/// Keeps a file.
pub(in crate::http) async fn add(
    Path(id): Path<String>,
    Uploaded { desk, upload, .. }: Uploaded<Orders>,
) -> Answer {
    let order = LoadedOrder::read(&desk, &id).await?;
    let kept = match upload {
        Ok(upload) => check_and_keep(&order, upload).await,
        Err(fault) => Err(fault.into()),
    };
    match kept {
        Ok(()) => Ok(Saved::new("附件已上传。").show_at(&desk, &format!("/desk/orders/{id}"))),
        Err(error) => {
            let fault = error.into_fault()?;
            Ok(order
                .page(fault.status, &FormState { file: &fault.message, ..FormState::default() }))
        }
    }
}

async fn check_and_keep(order: &LoadedOrder<'_>, mut upload: Upload) -> Result<(), DeskError> {
    if upload.content.is_empty() {
        return Err(DeskError::typed("请选择文件。"));
    }
    if upload.content.len() > SIZE_MAX {
        return Err(DeskError::typed(TOO_LARGE));
    }
    let mime = infer::get(&upload.content).map(|kind| kind.mime_type());
    let kind = mime.and_then(|mime| KINDS.iter().find(|(known, _)| *known == mime));
    let (mime, end) =
        kind.ok_or_else(|| DeskError::typed("只能上传图片（JPG、PNG、WebP）和 PDF。"))?;
    // Without what a picture's file tells besides the picture.
    let content = picture::without_metadata(mime, &upload.content);
    upload.content = content.ok_or_else(|| DeskError::typed("这张图片已损坏，不能上传。"))?;
    match keep(order, &upload, mime, end).await? {
        Kept::Added | Kept::Known => Ok(()),
        Kept::Full => Err(DeskError::typed("一个工单最多 20 个附件。")),
    }
}

async fn keep(
    order: &LoadedOrder<'_>,
    upload: &Upload,
    mime: &str,
    end: &str,
) -> Result<Kept, StoreError> {
    let (app, row) = (&order.desk.app, &order.loaded.row);
    let (keys, rng) = (app.keys(), &*app.rng);
    let digest: Digest = Sha256::digest(&upload.content).into();
    let key = row_of(&digest);
    let file = OrderFile {
        digest,
        mime: mime.to_owned(),
        size: upload.content.len() as u64,
        name: keys.vault.seal(NAME, &key, &column(row), &plain_name(&upload.name, end), rng),
        at: app.clock.now(),
        who: order.desk.actor().to_string(),
    };
    let content = keys.vault.seal_bytes(CONTENT, &key, "content", &upload.content, rng);
    let entry = order.desk.audit(AuditAction::FileAdded, &id_of(row));
    app.store.add_file((row.part, row.rating), file, content, COUNT_MAX, entry).await
}

/// Hands a file out.
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Orders>,
    Path((id, digest)): Path<(String, String)>,
) -> Answer {
    let (app, order) = (&desk.app, LoadedOrder::read(&desk, &id).await?);
    let row = &order.loaded.row;
    let digest = parse(&digest).ok_or_else(|| DeskError::gone(&desk))?;
    let found = app.store.file(row.part, row.rating, digest).await?;
    let (file, sealed) = found.ok_or_else(|| DeskError::gone(&desk))?;
    let content = app.keys().vault.open_bytes(CONTENT, &row_of(&digest), "content", &sealed);
    let content =
        content.ok_or_else(|| StoreError::Failed("a file does not open under any key".into()))?;
    let name: String =
        form_urlencoded::byte_serialize(name_of(app, row, &file).as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", name.replace('+', "%20"));
    let mut response = content.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, file.mime.as_str()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        headers.insert(
            name,
            HeaderValue::from_str(value).expect("a MIME type or an escaped name is plain"),
        );
    }
    Ok(response)
}
