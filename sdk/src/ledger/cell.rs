use curve25519_dalek::ristretto::RistrettoPoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};

use crate::{
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
    text::UnknownName,
};

macro_rules! kinds {
    ($($(#[$meaning:meta])* $kind:ident = $name:literal,)*) => {
        /// What a leaf stands for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$meaning])* $kind,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$kind),*];

            /// Its name in the store, in tables and in commitments.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    /// A rating that counts from now on: at its acceptance, or when it leaves quarantine.
    Counted = "counted",
    /// A rating that was accepted into quarantine.
    Held = "held",
    /// A rating in quarantine that will never count.
    Excluded = "excluded",
    /// An appeal was upheld: out of the net figures, never out of the gross ones.
    Upheld = "upheld",
    /// A rating whose appeal had been upheld is open again.
    Restored = "restored",
}

impl core::str::FromStr for Kind {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownName("kind of leaf"))
    }
}

/// Everything that a commitment says but day and level: what is published together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// What the leaves stand for.
    pub kind: Kind,
    /// The district, six digits; a province or city where that is all that is known.
    #[serde(with = "in_digits")]
    pub district: Region,
    /// 统一社会信用代码 of the department.
    pub agency: String,
    /// How the ratings came in.
    pub channel: Channel,
    /// From whom.
    pub provenance: Provenance,
}

impl Group {
    /// Whether the public hears how many there were of each level. Of ratings that are held,
    /// excluded or contested, and of those that never count, it hears the number alone.
    pub fn is_by_level(&self) -> bool {
        self.kind == Kind::Counted && self.provenance.counts()
    }
}

/// What a commitment commits to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Everything but day and level.
    pub group: Group,
    /// The day in China, counted from 1970-01-01.
    pub day: i64,
    /// 评价等级
    pub level: SatisfactionLevel,
}

impl Cell {
    /// The cell of a leaf. The district is found from the region.
    pub fn new(mut group: Group, day: i64, level: SatisfactionLevel) -> Self {
        group.district = group.district.district();
        Self { group, day, level }
    }

    /// The cell's point of Ristretto255, of which nobody knows how it relates to any other's: a
    /// hash of all it says.
    pub(super) fn point(&self) -> RistrettoPoint {
        let Group { kind, district, agency, channel, provenance } = &self.group;
        let mut hash = Sha512::new_with_prefix(b"haochaping ledger 1 cell\0");
        hash.update(self.day.to_be_bytes());
        hash.update(district.number().to_be_bytes());
        for text in [kind.name(), self.level.name(), channel.name(), provenance.name(), agency] {
            // A length before each, so that no two cells give the same bytes.
            hash.update(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
        RistrettoPoint::from_uniform_bytes(&hash.finalize().into())
    }
}

/// A region as its digits, as everywhere on the wire.
mod in_digits {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::region::Region;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(super) fn serialize<S: Serializer>(region: &Region, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&region.to_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Region, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(|_| D::Error::custom("a region has 6, 9 or 12 digits"))
    }
}
