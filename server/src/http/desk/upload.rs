//! A form with a file, as browsers send it.

use super::session::field;
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::StatusCode,
};

const BROKEN: &str = "文件没有传完，请再试一次。";
/// The file or the form is larger than the route takes.
pub(super) const TOO_LARGE: &str = "文件太大，最多 5 MB。";

/// What a browser sent.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pub fields: Vec<(String, String)>,
    /// The file's name, as the browser says it.
    pub name: String,
    /// The file.
    pub content: Bytes,
}

impl Upload {
    /// Reads it.
    ///
    /// # Errors
    /// What was wrong, for the person.
    pub(super) async fn read(request: Request) -> Result<Self, &'static str> {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| "请选择文件。")?;
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|_| BROKEN)? {
            let Some(name) = part.name().map(str::to_owned) else { continue };
            if name == "file" {
                part.file_name().unwrap_or("").clone_into(&mut upload.name);
                upload.content = part.bytes().await.map_err(|error| {
                    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { TOO_LARGE } else { BROKEN }
                })?;
            } else {
                let text = part.text().await.map_err(|_| BROKEN)?;
                upload.fields.push((name, text));
            }
        }
        Ok(upload)
    }

    /// A field, empty if it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        field(&self.fields, name)
    }
}
