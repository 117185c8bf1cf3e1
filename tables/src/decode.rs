use std::io::{self, Read};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

use crate::{TableError, delimited::mark_of};

/// How much of a stream is looked at for its mark and its kind, and read at a time.
const N_LOOKED_AT: usize = 64 * 1024;

/// How a CSV that is too large to be held is written.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    encoding: &'static Encoding,
    /// What stands between cells.
    pub mark: u8,
}

impl Form {
    /// Reads all of it once: a charset is that of the whole file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(mut from: impl Read) -> io::Result<Self> {
        let (mut start, mut rest, mut piece) = (Vec::new(), Vec::new(), vec![0; N_LOOKED_AT]);
        let mut is_utf_8 = true;
        loop {
            let n = from.read(&mut piece)?;
            if n == 0 {
                break;
            }
            if start.len() < N_LOOKED_AT {
                start.extend_from_slice(&piece[..n]);
            }
            rest.extend_from_slice(&piece[..n]);
            if is_utf_8 {
                // A sign may be cut at the end of a piece.
                match std::str::from_utf8(&rest) {
                    Ok(_) => rest.clear(),
                    Err(error) if error.error_len().is_none() => {
                        drop(rest.drain(..error.valid_up_to()));
                    }
                    Err(_) => is_utf_8 = false,
                }
            }
            if !is_utf_8 {
                rest.clear();
            }
        }
        let is_utf_8 = is_utf_8 && rest.is_empty();
        let encoding = utf_16(&start).unwrap_or(if is_utf_8 || is_mostly_utf_8(&start) {
            UTF_8
        } else {
            GB18030
        });
        let first = encoding.decode(&start).0;
        let mark = u8::try_from(mark_of(first.lines().next().unwrap_or(""))).unwrap_or(b',');
        Ok(Self { encoding, mark })
    }

    /// The same as UTF-8 without a mark. A sign that is none comes as U+FFFD.
    pub fn decoded<R: Read>(&self, from: R) -> impl Read + use<R> {
        let decoded: DecodeReaderBytes<_, Vec<u8>> = DecodeReaderBytesBuilder::new()
            .encoding(Some(self.encoding))
            .bom_override(true)
            .build(from);
        decoded
    }
}

/// A file with one broken sign is still what the rest of it is: Chinese in UTF-8 is seldom also GB
/// 18030.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut rest, mut n_whole, mut n_broken) = (bytes, 0_usize, 0_usize);
    while let Err(error) = std::str::from_utf8(rest) {
        n_whole += rest[..error.valid_up_to()].iter().filter(|byte| !byte.is_ascii()).count();
        n_broken += 1;
        let Some(length) = error.error_len() else { break };
        rest = &rest[error.valid_up_to() + length..];
    }
    n_whole += rest.iter().filter(|byte| !byte.is_ascii()).count();
    n_whole > 30 * n_broken
}

/// UTF-8 or UTF-16 with or without a mark, else GB18030, of which GBK and GB 2312 are parts.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, TableError> {
    if let Some(encoding) = utf_16(bytes) {
        let (text, _, is_broken) = encoding.decode(bytes);
        return if is_broken {
            Err(TableError::Encoding { line: 1 })
        } else {
            Ok(text.into_owned())
        };
    }
    let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        return Ok(text.to_owned());
    }
    if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let is_gb =
        |line: &[u8]| GB18030.decode_without_bom_handling_and_without_replacement(line).is_some();
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
