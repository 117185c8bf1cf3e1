//! Crockford base32: no I, L, O and U, so that a person can read a code aloud and type it.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes bytes as upper-case symbols, most significant bit first; a last short group is padded
/// with zero bits.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut n_held) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        n_held += 8;
        while n_held >= 5 {
            n_held -= 5;
            out.push(symbol(held >> n_held));
        }
    }
    if n_held > 0 {
        out.push(symbol(held << (5 - n_held)));
    }
    out
}

fn symbol(bits: u32) -> char {
    char::from(ALPHABET[(bits & 31) as usize])
}

/// The value of one symbol, 0 to 31: upper or lower case, I and L as 1, O as 0; `None` for anything
/// else.
pub fn value(symbol: char) -> Option<u8> {
    let symbol = match symbol.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|&s| char::from(s) == symbol)
        .and_then(|place| u8::try_from(place).ok())
}

/// Reads what [`encode`] wrote; `None` for a strange symbol, or for padding bits that are not zero,
/// so that every text stands for other bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut n_held) = (0_u32, 0);
    for c in text.chars() {
        held = (held << 5 | u32::from(value(c)?)) & 0xFFFF;
        n_held += 5;
        if n_held >= 8 {
            n_held -= 8;
            out.push(u8::try_from(held >> n_held & 0xFF).expect("eight bits"));
        }
    }
    let padding = held & ((1 << n_held) - 1);
    (n_held < 5 && padding == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_misread_is_understood() {
        assert_eq!(decode("O1"), decode("0I"));
        assert_eq!(decode("lO"), decode("10"));
        assert_eq!(value('u'), None);
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(decode(&encode(&bytes).to_lowercase()), Some(bytes));
        }

        #[test]
        fn a_text_has_one_reading(text in "[0-9A-HJKMNP-TV-Z]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
