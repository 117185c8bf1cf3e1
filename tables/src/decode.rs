use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

use crate::TableError;

/// UTF-8 or UTF-16 with or without a mark, else GB18030, of which GBK and GB 2312 are parts.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, TableError> {
    if let Some(encoding) = utf_16(bytes) {
        let (text, _, is_broken) = encoding.decode(bytes);
        return if is_broken { Err(TableError::Encoding { line: 1 }) } else { Ok(text.into_owned()) };
    }
    let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        return Ok(text.to_owned());
    }
    if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let is_gb = |line: &[u8]| GB18030.decode_without_bom_handling_and_without_replacement(line).is_some();
    let is_bad = |line: &[u8]| std::str::from_utf8(line).is_err() && !is_gb(line);
    let line = bytes.split(|byte| *byte == b'\n').position(is_bad).unwrap_or(0);
    Err(TableError::Encoding { line: line + 1 })
}

/// By its mark, or where every second byte of the beginning is a zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return Some(UTF_16BE);
    }
    let (mut even, mut odd) = (0, 0);
    for pair in bytes[..bytes.len().min(200)].chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    match (even, odd) {
        (0, 1..) => Some(UTF_16LE),
        (1.., 0) => Some(UTF_16BE),
        _ => None,
    }
}
