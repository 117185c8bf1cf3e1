//! How days, sums and bytes stand in tables and proofs.

use crate::{calendar::CivilDate, rating::SatisfactionLevel, statistics::Counts};

/// The civil date of a day counted from 1970-01-01.
pub(super) fn date(day: i64) -> Option<CivilDate> {
    Some(CivilDate::new(1970, 1, 1)?.plus_days(day))
}

/// How many there are of all levels; `None` for more than can be counted.
pub(super) fn total<'a>(mut all: impl Iterator<Item = &'a Counts>) -> Option<u64> {
    all.try_fold(0_u64, |sum, counts| {
        SatisfactionLevel::ALL
            .into_iter()
            .try_fold(sum, |sum, level| sum.checked_add(counts.of(level)))
    })
}

/// 32 bytes as base64.
pub(super) mod base64_bytes {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in crate::ledger) fn serialize<S: Serializer>(
        bytes: &[u8; 32],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(in crate::ledger) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<[u8; 32], D::Error> {
        let read = |text: String| BASE64_STANDARD.decode(text).ok()?.try_into().ok();
        read(String::deserialize(from)?)
            .ok_or_else(|| D::Error::custom("32 bytes in base64 are expected"))
    }
}

/// Several times 32 bytes as base64.
pub(super) mod base64_list {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in crate::ledger) fn serialize<S: Serializer>(
        all: &[[u8; 32]],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|one| BASE64_STANDARD.encode(one)))
    }

    pub(in crate::ledger) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<[u8; 32]>, D::Error> {
        let read = |text: String| BASE64_STANDARD.decode(text).ok()?.try_into().ok();
        let all = Vec::<String>::deserialize(from)?.into_iter().map(read).collect::<Option<_>>();
        all.ok_or_else(|| D::Error::custom("an answer has 32 bytes in base64"))
    }
}
