use super::{KeyId, KeyRing, base32};

/// Why a token is refused; decided without reading anything but the token and the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not of our form: length, symbols or version.
    #[error("the token is malformed")]
    Malformed,
    /// Of our form, but not made with a live key.
    #[error("the token is not genuine")]
    NotGenuine,
    /// Genuine, but its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Version 1 of our tokens: HMAC-SHA256, cut to 80 bits. Another MAC (HMAC-SM3, say) gets another
/// version.
const VERSION: u8 = 1;
const MAC_LENGTH: usize = 10;

/// Signs a payload: `version ‖ key id` in one byte, the payload, 80 bits of MAC over label, context
/// and both.
///
/// `label` keeps one kind of token from being taken for another; `context` binds what is known
/// anyway and need not travel.
pub(super) fn seal(ring: &KeyRing, label: &str, context: &[u8], payload: &[u8]) -> String {
    let (id, key) = ring.active();
    let mut token = vec![VERSION << 4 | id.get()];
    token.extend(payload);
    let mac: [u8; MAC_LENGTH] = key.mac(&message(label, context, &token));
    token.extend(mac);
    base32::encode(&token)
}

/// The payload that a token says it has. Nothing is proved by it.
pub(super) fn read<const N: usize>(token: &str) -> Result<[u8; N], TokenError> {
    if token.len() != ((1 + N + MAC_LENGTH) * 8).div_ceil(5) {
        return Err(TokenError::Malformed);
    }
    let bytes = base32::decode(token)
        .filter(|bytes| bytes[0] >> 4 == VERSION)
        .ok_or(TokenError::Malformed)?;
    Ok(bytes[1..=N].try_into().expect("the length was checked"))
}

/// The payload of a token that [`seal`] made, of `N` bytes.
pub(super) fn open<const N: usize>(
    ring: &KeyRing,
    label: &str,
    context: &[u8],
    token: &str,
) -> Result<[u8; N], TokenError> {
    // The length first: nobody makes us decode a megabyte.
    if token.len() != ((1 + N + MAC_LENGTH) * 8).div_ceil(5) {
        return Err(TokenError::Malformed);
    }
    let bytes = base32::decode(token).ok_or(TokenError::Malformed)?;
    let (signed, mac) = bytes.split_at(1 + N);
    if signed[0] >> 4 != VERSION {
        return Err(TokenError::Malformed);
    }
    let id = KeyId::new(signed[0] & 15).ok_or(TokenError::Malformed)?;
    let key = ring.get(id).ok_or(TokenError::NotGenuine)?;
    if !key.verifies(&message(label, context, signed), mac) {
        return Err(TokenError::NotGenuine);
    }
    Ok(signed[1..].try_into().expect("the length was checked"))
}

fn message(label: &str, context: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut message = label.as_bytes().to_vec();
    message.push(0);
    message.extend((context.len() as u64).to_be_bytes());
    message.extend(context);
    message.extend(signed);
    message
}
