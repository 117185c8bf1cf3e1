//! Files beside an order's history: images and PDF, told by their content and not by their name,
//! and handed out to be saved, never to be shown as a page of ours.

use haochaping::calendar::Instant;
use haochaping::text::is_invisible;
use haochaping_collector::{accounts::audit_trail::account_name, state::App};
use haochaping_store::{StoreError, file::OrderFile, order::OrderRow, staff::Digest};

/// The most bytes of a file.
pub const SIZE_MAX: usize = 5 * 1024 * 1024;
/// The places of content and name for the vault.
pub(super) const CONTENT: &str = "file";
pub(super) const NAME: &str = "order_file";

/// A line of the order's page.
#[derive(Clone, Debug)]
pub(super) struct FileLine {
    pub digest: String,
    pub name: String,
    pub size: String,
    pub at: Instant,
    pub who: String,
}

pub(super) fn row_of(digest: &Digest) -> [u8; 16] {
    std::array::from_fn(|i| digest[i])
}

pub(super) fn column(row: &OrderRow) -> String {
    format!("name {}", uuid::Uuid::from_bytes(row.rating))
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest as addresses have it; nothing else is looked for.
pub(super) fn parse(text: &str) -> Option<Digest> {
    let is_plain = text.len() == 64
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let byte = |i: usize| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap_or(0);
    is_plain.then(|| std::array::from_fn(byte))
}

/// The files of an order.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<FileLine>, StoreError> {
    let files = app.store.files(row.part, row.rating).await?;
    Ok(files
        .into_iter()
        .map(|file| FileLine {
            name: name_of(app, row, &file),
            digest: hex(&file.digest),
            size: format!("{} KB", file.size.div_ceil(1024)),
            at: file.at,
            who: account_name(&file.who).to_owned(),
        })
        .collect())
}

pub(super) fn name_of(app: &App, row: &OrderRow, file: &OrderFile) -> String {
    let name = app.keys().vault.open(NAME, &row_of(&file.digest), &column(row), &file.name);
    name.unwrap_or_else(|| "附件".to_owned())
}

/// A name for people: the last part of a path, without what has no place in a line, and with the
/// end that the content has.
pub(super) fn plain_name(sent: &str, end: &str) -> String {
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

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

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
        for wrong in [
            "",
            "..",
            "../../master.key",
            &"A".repeat(64),
            &"g".repeat(64),
            &"0".repeat(63),
            &"é".repeat(32),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
