use std::io::{self, Cursor, Read};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::{TableError, delimited::mark_of};

/// How much of a stream is looked at.
const N_LOOKED_AT: u64 = 64 * 1024;

/// A CSV that is too large to be held: as UTF-8 without a mark, whatever charset it is in, and what stands between its cells.
///
/// # Errors
/// When it cannot be read.
pub fn stream<R: Read>(mut from: R) -> io::Result<(impl Read + use<R>, u8)> {
    let mut start = Vec::new();
    from.by_ref().take(N_LOOKED_AT).read_to_end(&mut start)?;
    let encoding = utf_16(&start).unwrap_or_else(|| if is_utf_8(&start) { UTF_8 } else { GB18030 });
    let mark = u8::try_from(mark_of(&encoding.decode(&start).0)).unwrap_or(b',');
    let whole = Cursor::new(start).chain(from);
    let decoded: DecodeReaderBytes<_, Vec<u8>> =
        DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).build(whole);
    Ok((decoded, mark))
}

/// A sign that is cut at the end is no fault.
fn is_utf_8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

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
