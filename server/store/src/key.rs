//! Keys under the master key, and API keys of systems that register.

use haochaping::{calendar::Instant, region::Region};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Selected as _, params, read_row, row},
    revision::change,
};

/// A wrapped key.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// What it is for.
    pub purpose: String,
    /// Its number within the purpose.
    pub id: u8,
    /// The key under the master key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was retired.
    pub retired_at: Option<Instant>,
}

/// An API key as stored: its secret only as a hash.
#[derive(Clone, Debug)]
pub struct StoredApiKey {
    /// The public half.
    pub id: String,
    /// Whose it is.
    pub authority: String,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// The regions it may register in, with all below; empty for everywhere.
    pub regions: Vec<Region>,
    /// The agencies it may register for; empty for all.
    pub agencies: Vec<String>,
    /// What it may do.
    pub scope: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

row!(StoredKey {
    purpose: "purpose",
    id: "id",
    wrapped: "wrapped",
    created_at: "created_at",
    retired_at: "retired_at"
});

row! {
    /// Lists as texts, with commas.
    struct ApiKeyColumns {
        id: String = "id",
        authority: String = "authority",
        secret_hash: [u8; 32] = "secret_hash",
        regions: String = "regions",
        agencies: String = "agencies",
        scope: String = "scope",
        created_at: Instant = "created_at",
        revoked_at: Option<Instant> = "revoked_at",
    }
}

impl From<ApiKeyColumns> for StoredApiKey {
    fn from(row: ApiKeyColumns) -> Self {
        let ApiKeyColumns {
            id,
            authority,
            secret_hash,
            regions,
            agencies,
            scope,
            created_at,
            revoked_at,
        } = row;
        let list = |text: &str| {
            text.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let regions = list(&regions).iter().filter_map(|code| code.parse().ok()).collect();
        Self {
            id,
            authority,
            secret_hash,
            regions,
            agencies: list(&agencies),
            scope,
            created_at,
            revoked_at,
        }
    }
}

impl SqlStore {
    /// Every key, retired ones included.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.read(keys).await
    }

    /// Adds a key.
    pub async fn add_key(&self, key: StoredKey) -> Result<(), StoreError> {
        self.write(move |c| add_key(c, &key)).await
    }

    /// Retires a key; false if there is none.
    pub async fn retire_key(&self, purpose: &str, id: u8, at: Instant) -> Result<bool, StoreError> {
        let purpose = purpose.to_owned();
        self.write(move |c| retire_key(c, &purpose, id, at)).await
    }

    /// Every API key, revoked ones included.
    pub async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        self.read(api_keys).await
    }

    /// Adds an API key.
    pub async fn add_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.write(move |c| add_api_key(c, &key)).await
    }

    /// Revokes an API key; false if there is none.
    pub async fn revoke_api_key(&self, id: &str, at: Instant) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| revoke_api_key(c, &id, at)).await
    }
}

fn keys(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let sql = format!("select {} from key order by purpose, id", StoredKey::columns());
    Ok(connection.query(&sql, params![], read_row)?)
}

fn add_key(connection: &mut Connection, key: &StoredKey) -> Result<(), StoreError> {
    change(connection, "keys", |c| {
        c.execute(
            "insert into key (purpose, id, wrapped, created_at) values (?1, ?2, ?3, ?4)",
            params![key.purpose, key.id, key.wrapped, key.created_at.millis()],
        )?;
        Ok(())
    })
}

fn retire_key(
    connection: &mut Connection,
    purpose: &str,
    id: u8,
    at: Instant,
) -> Result<bool, StoreError> {
    change(connection, "keys", |c| {
        let n = c.execute(
            "update key set retired_at = ?1 where purpose = ?2 and id = ?3 and retired_at is null",
            params![at.millis(), purpose, id],
        )?;
        Ok(n == 1)
    })
}

fn api_keys(connection: &Connection) -> Result<Vec<StoredApiKey>, StoreError> {
    let sql = format!("select {} from api_key order by created_at, id", ApiKeyColumns::columns());
    Ok(connection
        .query(&sql, params![], |row| row.read::<ApiKeyColumns>().map(StoredApiKey::from))?)
}

fn add_api_key(connection: &mut Connection, key: &StoredApiKey) -> Result<(), StoreError> {
    let regions: Vec<String> = key.regions.iter().map(Region::to_string).collect();
    change(connection, "api_keys", |c| {
        c.execute(
            "insert into api_key (id, authority, secret_hash, regions, agencies, scope, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                key.id,
                key.authority,
                key.secret_hash,
                regions.join(","),
                key.agencies.join(","),
                key.scope,
                key.created_at.millis()
            ],
        )?;
        Ok(())
    })
}

fn revoke_api_key(connection: &mut Connection, id: &str, at: Instant) -> Result<bool, StoreError> {
    change(connection, "api_keys", |c| {
        let n = c.execute(
            "update api_key set revoked_at = ?1 where id = ?2 and revoked_at is null",
            params![at.millis(), id],
        )?;
        Ok(n == 1)
    })
}
