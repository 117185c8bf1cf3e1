//! What pads seal to: HPKE (RFC 9180), mode base, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and
//! AES-128-GCM, which browsers can do by themselves.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use haochaping::wire::v1;
use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::AesGcm128, kdf::HkdfSha256,
    kem::DhP256HkdfSha256, single_shot_open,
};

/// What a seal is for, so that none for something else is taken for one.
const INFO: &[u8] = b"hcp-pad-1";

type Suite = DhP256HkdfSha256;
type PrivateKey = <Suite as hpke::Kem>::PrivateKey;
type Encapped = <Suite as hpke::Kem>::EncappedKey;

/// The keys by number. All open, also those that were retired while a pad was without network; the
/// newest seals.
pub struct PadKeys(BTreeMap<u8, PrivateKey>);

impl std::fmt::Debug for PadKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PadKeys(…)")
    }
}

impl PadKeys {
    /// The key pairs that follow from secrets of 32 bytes; `None` without any.
    pub fn new(secrets: BTreeMap<u8, [u8; 32]>) -> Option<Self> {
        let keys: BTreeMap<_, _> = secrets
            .into_iter()
            .map(|(id, secret)| (id, Suite::derive_keypair(&secret).0))
            .collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The number of the key to seal to, and its public half as an uncompressed point in base64.
    pub fn public(&self) -> (u8, String) {
        let (id, key) = self.0.last_key_value().expect("there is at least one");
        (*id, BASE64_STANDARD.encode(Suite::sk_to_pk(key).to_bytes()))
    }

    /// What was sealed for this call; `None` if it was not, or was changed.
    pub fn open(&self, call: &str, sealed: &v1::Sealed) -> Option<Vec<u8>> {
        let key = self.0.get(&sealed.key)?;
        let encapped = Encapped::from_bytes(&BASE64_STANDARD.decode(&sealed.enc).ok()?).ok()?;
        let text = BASE64_STANDARD.decode(&sealed.text).ok()?;
        let opened = single_shot_open::<AesGcm128, HkdfSha256, Suite>(
            &OpModeR::Base,
            key,
            &encapped,
            INFO,
            &text,
            call.as_bytes(),
        );
        opened.ok()
    }
}

#[cfg(test)]
mod tests {
    use hpke::{OpModeS, setup_sender_with_rng};

    use super::*;

    struct Counting(u8);

    impl hpke::rand_core::TryRng for Counting {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            self.0 += 1;
            Ok(u32::from(self.0))
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            self.0 += 1;
            Ok(u64::from(self.0))
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            for byte in bytes {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
            Ok(())
        }
    }

    impl hpke::rand_core::TryCryptoRng for Counting {}

    fn sealed(keys: &PadKeys, call: &str, text: &[u8]) -> v1::Sealed {
        let (key, public) = keys.public();
        let public =
            <Suite as hpke::Kem>::PublicKey::from_bytes(&BASE64_STANDARD.decode(public).unwrap())
                .unwrap();
        let (encapped, mut context) = setup_sender_with_rng::<AesGcm128, HkdfSha256, Suite>(
            &OpModeS::Base,
            &public,
            INFO,
            &mut Counting(7),
        )
        .unwrap();
        let text = context.seal(text, call.as_bytes()).unwrap();
        let encode = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        v1::Sealed { key, enc: encode(&encapped.to_bytes()), text: encode(&text) }
    }

    #[test]
    fn what_was_sealed_opens_for_its_call_alone_and_unchanged() {
        let keys = PadKeys::new([(0, [1; 32])].into()).unwrap();
        let one = sealed(&keys, "call-1", "不满意".as_bytes());
        assert_eq!(keys.open("call-1", &one).unwrap(), "不满意".as_bytes());
        assert_eq!(keys.open("call-2", &one), None);
        let changed = v1::Sealed { text: BASE64_STANDARD.encode([0; 40]), ..one.clone() };
        assert_eq!(keys.open("call-1", &changed), None);
        for broken in ["", "!", "AAAA"] {
            assert_eq!(
                keys.open("call-1", &v1::Sealed { enc: broken.into(), ..one.clone() }),
                None
            );
        }
    }

    #[test]
    fn what_was_sealed_to_an_older_key_still_opens() {
        let old = PadKeys::new([(0, [1; 32])].into()).unwrap();
        let waiting = sealed(&old, "call", b"text");
        let rotated = PadKeys::new([(0, [1; 32]), (1, [2; 32])].into()).unwrap();
        assert_eq!(rotated.public().0, 1);
        assert_eq!(rotated.open("call", &waiting).unwrap(), b"text");
        assert_eq!(
            PadKeys::new([(0, [3; 32])].into()).unwrap().open("call", &waiting),
            None,
            "another collector's"
        );
    }
}
