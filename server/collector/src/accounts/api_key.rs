//! Who calls with a key: API keys, each of an authority, with what it may do, where and for whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use haochaping::{link::base32, region::Region, work_order::Role};
use haochaping_store::{StoredApiKey, staff::StaffRow};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::ports::{Rng, random};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Registers services.
    Services,
    /// Registers test services, and nothing else.
    Probe,
    /// Works the bad ratings of its departments.
    WorkOrders,
    /// Decides as the service-management body of its region.
    Supervision,
    /// Enters ratings at the citizen's word, as a hotline's or hall's own system.
    Assist,
    /// Hands over ratings that citizens gave to another system, whose name is the key's authority.
    Relay,
    /// Calls people at the windows of halls.
    Windows,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::Services,
        Self::Probe,
        Self::WorkOrders,
        Self::Supervision,
        Self::Assist,
        Self::Relay,
        Self::Windows,
    ];

    /// The name in commands and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Probe => "probe",
            Self::WorkOrders => "work-orders",
            Self::Supervision => "supervision",
            Self::Assist => "assist",
            Self::Relay => "relay",
            Self::Windows => "windows",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// One caller that a key admitted.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The public half of the key.
    pub key: String,
    /// Whose case numbers these are.
    pub authority: String,
    /// What it may do.
    pub scope: Scope,
    /// Where, with all below; empty for everywhere.
    pub regions: Vec<Region>,
    /// For which departments; empty for all.
    pub agencies: BTreeSet<String>,
}

impl Caller {
    /// Whether what it registers are test services.
    pub fn is_probe(&self) -> bool {
        self.scope == Scope::Probe
    }

    /// Whether it answers for this region.
    pub fn covers_region(&self, region: Region) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|own| own.contains(region))
    }

    /// Whether it answers for this agency.
    pub fn covers_agency(&self, agency: &str) -> bool {
        self.agencies.is_empty() || self.agencies.contains(agency)
    }
}

/// All live API keys, and which departments are service-management bodies.
#[derive(Debug, Default)]
pub struct ApiKeys {
    keys: BTreeMap<String, ([u8; 32], Caller)>,
    bodies: BTreeSet<String>,
    authorities: BTreeSet<String>,
}

impl ApiKeys {
    /// The live ones among stored keys whose scope this binary knows.
    /// A body is whose key or whose staff supervises.
    pub fn new(stored: Vec<StoredApiKey>, staff: Vec<StaffRow>) -> Self {
        let supervises = |row: &StaffRow| {
            row.disabled_at.is_none() && matches!(row.role, Role::Supervisor | Role::Province)
        };
        let mut bodies: BTreeSet<_> =
            staff.into_iter().filter(supervises).filter_map(|row| row.agency).collect();
        let registers = [Scope::Services.name(), Scope::Windows.name()];
        let registering = stored.iter().filter(|key| registers.contains(&key.scope.as_str()));
        let authorities = registering.map(|key| key.authority.clone()).collect();
        let live = stored.into_iter().filter(|key| key.revoked_at.is_none());
        let known = live.filter_map(|key| Some((Scope::from_name(&key.scope)?, key)));
        let keys: BTreeMap<_, _> = known
            .map(|(scope, key)| {
                // No name of an authority holds a colon: test services never meet real ones,
                // whatever their case numbers.
                let is_probe = scope == Scope::Probe;
                let authority =
                    if is_probe { format!("probe:{}", key.authority) } else { key.authority };
                let (regions, agencies) = (key.regions, key.agencies.into_iter().collect());
                let caller = Caller { key: key.id.clone(), authority, scope, regions, agencies };
                (key.id, (key.secret_hash, caller))
            })
            .collect();
        let supervising = keys.values().filter(|(_, caller)| caller.scope == Scope::Supervision);
        bodies.extend(supervising.flat_map(|(_, caller)| caller.agencies.iter().cloned()));
        Self { keys, bodies, authorities }
    }

    /// Whether a department is a service-management body itself.
    pub fn is_body(&self, agency: &str) -> bool {
        self.bodies.contains(agency)
    }

    /// The authorities that register services or did so, each once.
    pub fn authorities(&self) -> BTreeSet<String> {
        self.authorities.clone()
    }

    /// Whether there is a live key of this public half.
    pub fn knows(&self, header: &str) -> bool {
        parts(header).is_some_and(|(id, _)| self.keys.contains_key(id))
    }

    /// Whether a header has the form of a key.
    pub fn is_key(header: &str) -> bool {
        parts(header).is_some_and(|(id, secret)| id.len() == 8 && secret.len() == 64)
    }

    /// The caller of an `Authorization: Bearer` header; `None` if no live key of one of these
    /// scopes fits.
    pub fn admit(&self, header: &str, scopes: &[Scope]) -> Option<&Caller> {
        let (id, secret) = parts(header)?;
        let (hash, caller) = self.keys.get(id)?;
        (bool::from(hash.ct_eq(&hash_of(secret))) && scopes.contains(&caller.scope))
            .then_some(caller)
    }
}

/// The public and the secret half of the key in an `Authorization` header.
fn parts(header: &str) -> Option<(&str, &str)> {
    let key = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "))?.trim();
    key.strip_prefix("hcp_")?.split_once('_')
}

/// A new key: its public half, what is stored of its secret half, and the whole, which is shown
/// once.
pub fn make_key(rng: &dyn Rng) -> (String, [u8; 32], String) {
    let id = base32::encode(&random::<5>(rng)).to_lowercase();
    let mut secret = String::new();
    for byte in random::<32>(rng) {
        write!(secret, "{byte:02x}").expect("writing to a string cannot fail");
    }
    let whole = format!("hcp_{id}_{secret}");
    (id, hash_of(&secret), whole)
}

fn hash_of(secret: &str) -> [u8; 32] {
    // 256 random bits need no slow hash.
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use haochaping::calendar::Instant;

    use super::*;
    use crate::ports::SystemRng;

    const REGISTER: &[Scope] = &[Scope::Services, Scope::Probe];

    fn stored(id: &str, hash: [u8; 32]) -> StoredApiKey {
        StoredApiKey {
            id: id.into(),
            authority: "jiangsu".into(),
            secret_hash: hash,
            regions: vec!["321000".parse().unwrap()],
            agencies: vec![],
            scope: "services".into(),
            created_at: Instant::from_millis(0),
            revoked_at: None,
        }
    }

    #[test]
    fn a_live_key_admits_and_nothing_else_does() {
        let (id, hash, whole) = make_key(&SystemRng);
        let live = ApiKeys::new(vec![stored(&id, hash)], vec![]);
        let caller = live.admit(&format!("Bearer {whole}"), REGISTER).unwrap();
        assert!(caller.covers_region("321002001".parse().unwrap()));
        assert!(!caller.covers_region("320100".parse().unwrap()));
        assert!(live.admit(&format!("Bearer {whole}0"), REGISTER).is_none());
        assert!(live.admit(&whole, REGISTER).is_none());
        let revoked =
            StoredApiKey { revoked_at: Some(Instant::from_millis(1)), ..stored(&id, hash) };
        assert!(
            ApiKeys::new(vec![revoked], vec![])
                .admit(&format!("Bearer {whole}"), REGISTER)
                .is_none()
        );
        let probe =
            ApiKeys::new(vec![StoredApiKey { scope: "probe".into(), ..stored(&id, hash) }], vec![]);
        let probe = probe.admit(&format!("Bearer {whole}"), REGISTER).unwrap();
        assert!(probe.is_probe() && probe.authority == "probe:jiangsu");
        for scope in ["other", "work-orders", "supervision"] {
            let other = StoredApiKey { scope: scope.into(), ..stored(&id, hash) };
            assert!(
                ApiKeys::new(vec![other], vec![])
                    .admit(&format!("Bearer {whole}"), REGISTER)
                    .is_none()
            );
        }
    }
}
