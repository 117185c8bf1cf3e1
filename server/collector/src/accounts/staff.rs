//! Accounts of the desk: passwords, links by which they are set, and who may be what.

use std::{sync::LazyLock, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use haochaping::{identifier::Uscc, link::base32, region::Region, work_order::Role};
use haochaping_store::{
    StoreError,
    staff::{Digest, Invitation, StaffRow},
};
use sha2::{Digest as _, Sha256};

use super::audit_trail::{Acting, AuditAction};
use crate::ports::{Clock, Rng, random};

/// How long a link for setting a password works.
pub const INVITATION_HOURS: u64 = 72;
/// A session that nobody used for this long is over.
pub const SESSION_IDLE_MILLIS: i64 = 30 * 60_000;
/// Every session is over after this long.
pub const SESSION_MAX_MILLIS: i64 = 12 * 3_600_000;
/// The fewest characters of a password (NIST SP 800-63B asks for length and for nothing of its kind
/// of characters).
pub const PASSWORD_MIN: usize = 12;
/// The most; Argon2 takes more, a form need not.
pub const PASSWORD_MAX: usize = 128;

/// The roles that have accounts.
pub const ROLES: [Role; 6] = [
    Role::Handler,
    Role::Supervisor,
    Role::Province,
    Role::CardOffice,
    Role::Operator,
    Role::Administrator,
];

/// Why an account cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The name.
    #[error(
        "{0:?} is not an account name: 3 to 32 lower-case letters, digits and hyphens are allowed, a letter first"
    )]
    Name(String),
    /// The role.
    #[error("unknown role {0:?}")]
    Role(String),
    /// A body is missing.
    #[error("a {0} needs the credit code of their body")]
    NoAgency(Role),
    /// The body is none.
    #[error("{0:?} is not a unified social credit code")]
    Agency(String),
    /// The region.
    #[error("unknown region {0:?}")]
    Region(String),
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {PASSWORD_MIN} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {PASSWORD_MAX} characters")]
    Long,
    /// The account's name, or one character over and over.
    #[error("this password is easy to guess")]
    Easy,
}

/// Reads what somebody typed into an account that waits for its password.
///
/// # Errors
/// [`AccountError`], the first.
pub fn account(
    name: &str,
    role: &str,
    agency: &str,
    region: &str,
    clock: &dyn Clock,
) -> Result<StaffRow, AccountError> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(3..=32).contains(&name.len())
        || !name.bytes().all(is_plain)
        || !name.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Err(AccountError::Name(name.to_owned()));
    }
    let found = Role::from_name(role).filter(|role| ROLES.contains(role));
    let role = found.ok_or_else(|| AccountError::Role(role.to_owned()))?;
    let agency = match (agency.trim(), role) {
        (_, Role::Administrator) => None,
        ("", _) => return Err(AccountError::NoAgency(role)),
        (typed, _) => Some(
            Uscc::parse(typed).map_err(|_| AccountError::Agency(typed.to_owned()))?.to_string(),
        ),
    };
    let region = match (region.trim(), role) {
        (_, Role::Administrator) => Region::COUNTRY,
        (typed, _) => typed.parse().map_err(|_| AccountError::Region(typed.to_owned()))?,
    };
    Ok(StaffRow {
        name: name.to_owned(),
        role,
        agency,
        region,
        password: None,
        invited_until: None,
        created_at: clock.now(),
        disabled_at: None,
    })
}

/// A link's token, shown once, and what is stored of it.
pub fn invite(clock: &dyn Clock, rng: &dyn Rng) -> (String, Invitation) {
    let token = base32::encode(&random::<20>(rng)).to_lowercase();
    let until = clock.now() + Duration::from_hours(INVITATION_HOURS);
    (token.clone(), Invitation { digest: digest_of(&token), until })
}

/// What is stored of a secret of 160 random bits and more, which needs no slow hash.
pub fn digest_of(secret: &str) -> Digest {
    Sha256::digest(secret.as_bytes()).into()
}

/// Makes an account, and gives the token of the link by which its password is set; `None` if there
/// is one of this name.
///
/// # Errors
/// The store's.
pub async fn add(acting: &Acting<'_>, row: StaffRow) -> Result<Option<String>, StoreError> {
    let (token, invitation) = invite(acting.clock, acting.rng);
    let entry = acting.entry(AuditAction::StaffAdded, &row.name);
    let is_added = acting.store.add_staff(row, invitation, entry).await?;
    Ok(is_added.then_some(token))
}

/// Gives an account a new link, and puts a disabled one into use again; `None` if there is no such
/// account.
///
/// # Errors
/// The store's.
pub async fn reset(acting: &Acting<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let (token, invitation) = invite(acting.clock, acting.rng);
    let is_reset = acting
        .store
        .reset_staff(name, invitation, acting.entry(AuditAction::StaffReset, name))
        .await?;
    Ok(is_reset.then_some(token))
}

/// Disables an account; false if it is disabled already, or the last administrator.
///
/// # Errors
/// The store's.
pub async fn disable(acting: &Acting<'_>, name: &str) -> Result<bool, StoreError> {
    acting.store.disable_staff(name, acting.entry(AuditAction::StaffDisabled, name)).await
}

/// Whether a password may be that of this account.
///
/// # Errors
/// [`PasswordError`].
pub fn check_password(name: &str, password: &str) -> Result<(), PasswordError> {
    let n = password.chars().count();
    let first = password.chars().next();
    if n < PASSWORD_MIN {
        Err(PasswordError::Short)
    } else if n > PASSWORD_MAX {
        Err(PasswordError::Long)
    } else if password.to_lowercase().contains(name)
        || password.chars().all(|one| Some(one) == first)
    {
        Err(PasswordError::Easy)
    } else {
        Ok(())
    }
}

/// A password as it is stored: Argon2id, 19 MiB, two passes. Takes tens of milliseconds.
pub fn hash_password(password: &str, rng: &dyn Rng) -> String {
    let salt: [u8; 16] = random(rng);
    let hashed: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("the salt has a salt's length");
    hashed.to_string()
}

/// Whether this is the password. Without an account it takes as long, and is not.
pub fn is_password(stored: Option<&str>, password: &str) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        let hashed: PasswordHash = Argon2::default()
            .hash_password_with_salt(b"nobody", b"of no account...")
            .expect("a salt's length");
        hashed.to_string()
    });
    let hash = PasswordHash::new(stored.unwrap_or(&NOBODY)).ok();
    let is_right = hash
        .is_some_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    is_right && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{SystemClock, SystemRng};

    #[test]
    fn a_password_opens_its_own_account_only() {
        let stored = hash_password("correct horse battery", &SystemRng);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_password(Some(&stored), "correct horse battery"));
        assert!(!is_password(Some(&stored), "correct horse batterx"));
        assert!(!is_password(None, "nobody"), "no account has no password");
    }

    #[test]
    fn passwords_are_long_and_not_the_name() {
        assert_eq!(check_password("zhang", "十一个字的密码还不够长"), Err(PasswordError::Short));
        assert_eq!(check_password("zhang", "十二个字的密码现在够长了"), Ok(()));
        assert_eq!(check_password("zhang", "Zhang-12345678"), Err(PasswordError::Easy));
        assert_eq!(check_password("zhang", "aaaaaaaaaaaaaaaa"), Err(PasswordError::Easy));
        assert_eq!(check_password("zhang", &"长".repeat(129)), Err(PasswordError::Long));
    }

    #[test]
    fn an_account_names_the_first_thing_that_is_wrong() {
        const BODY: &str = "11110000000021135M";
        let made = |name, role, agency, region| account(name, role, agency, region, &SystemClock);
        assert!(made("zhang-1", "handler", BODY, "321000").is_ok());
        assert!(made("root", "administrator", "", "").is_ok());
        for (name, role, agency, region, message) in [
            ("Zhang", "handler", BODY, "321000", "account name"),
            ("zhang", "rater", BODY, "321000", "unknown role"),
            ("zhang", "system", BODY, "321000", "unknown role"),
            ("zhang", "handler", "", "321000", "credit code of their body"),
            ("zhang", "handler", "123", "321000", "not a unified social credit code"),
            ("zhang", "handler", BODY, "x", "unknown region"),
        ] {
            let error = made(name, role, agency, region).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
