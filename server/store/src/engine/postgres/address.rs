//! The address of a database, and how it is spoken to: by TLS with a certificate that is checked,
//! or not at all beyond this machine.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio_postgres::{
    Client, Config, NoTls,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A checked address.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// For other programs: whether and by which certificates TLS is checked.
    mode: (&'static str, Option<PathBuf>),
}

impl fmt::Display for Address {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let database = self.config.get_dbname().or(self.config.get_user()).unwrap_or("?");
        write!(f, "database {database} on {}", hosts.join(","))
    }
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/path`.
    ///
    /// # Errors
    /// In one line, without the password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let failed = |reason: String| StoreError::Failed(format!("--database: {reason}"));
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root, mut rest) = (None, None, Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => root = Some(PathBuf::from(&*value)),
                _ => rest.push((name, value)),
            }
        }
        let rest: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        let mut config = Config::from_str(&format!("{address}?{rest}"))
            .map_err(|error| failed(format!("this is no address of a database: {error}")))?;
        if config.get_hosts().is_empty() {
            return Err(failed("it names no host".into()));
        }
        let is_here = config.get_hosts().iter().all(is_this_machine);
        let is_tls = match mode.as_deref() {
            Some("verify-full") => true,
            Some("disable") => false,
            None => !is_here,
            Some(other) => {
                return Err(failed(format!(
                    "sslmode={other} does not tell whom it speaks to: use verify-full, or disable on this machine"
                )));
            }
        };
        config
            .application_name("haochaping")
            .connect_timeout(CONNECT_TIMEOUT)
            .ssl_mode(if is_tls { SslMode::Require } else { SslMode::Disable });
        let tls = is_tls.then(|| connector(root.as_deref()).map_err(failed)).transpose()?;
        Ok(Self { config, tls, mode: (if is_tls { "verify-full" } else { "disable" }, root) })
    }

    /// The address for PostgreSQL's own programs, whose arguments every user of the machine could
    /// read.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let ports = self.config.get_ports().iter().map(ToString::to_string);
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(",");
        let password =
            self.config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (mode, root) = &self.mode;
        [
            ("PGHOST", Some(list(&mut hosts.into_iter()))),
            ("PGPORT", Some(list(&mut ports.into_iter())).filter(|ports| !ports.is_empty())),
            ("PGUSER", self.config.get_user().map(ToOwned::to_owned)),
            ("PGDATABASE", self.config.get_dbname().map(ToOwned::to_owned)),
            ("PGPASSWORD", password),
            ("PGSSLMODE", Some((*mode).to_owned())),
            ("PGSSLROOTCERT", root.as_ref().map(|path| path.display().to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// Connects and makes the session what the store needs.
    pub(crate) async fn connect(&self) -> Result<Client, StoreError> {
        let message = |error: tokio_postgres::Error| {
            // A password or a name that is wrong stays so; whatever else is wrong may pass.
            let is_refused =
                error.code().is_some_and(|code| matches!(&code.code()[..2], "28" | "3D" | "42"));
            let reason = format!("{self}: {}", super::reason(error.into()));
            if is_refused { StoreError::Failed(reason) } else { StoreError::Busy(reason) }
        };
        let client = if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await.map_err(message)?;
            tokio::spawn(connection);
            client
        } else {
            let (client, connection) = self.config.connect(NoTls).await.map_err(message)?;
            tokio::spawn(connection);
            client
        };
        // A collector that is stopped in the middle of a transaction must not hold its rows; and no
        // setting of a server may make an acknowledged rating one that is not on disk.
        client
            .batch_execute(
                "set idle_in_transaction_session_timeout = '5s'; set lock_timeout = '2s'; set statement_timeout = 0;
                 select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
            )
            .await
            .map_err(message)?;
        Ok(client)
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn connector(root: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut roots = RootCertStore::empty();
    match root {
        Some(path) => {
            let message = |reason: String| format!("sslrootcert {}: {reason}", path.display());
            let found =
                CertificateDer::pem_file_iter(path).map_err(|error| message(error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| message(error.to_string()))?;
                roots.add(certificate).map_err(|error| message(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(message("there is no certificate in it".into()));
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_trust_anybody_is_refused() {
        for mode in ["require", "prefer", "allow", "verify-ca"] {
            let message =
                Address::parse(&format!("postgres://a:secret@db.example/x?sslmode={mode}"))
                    .err()
                    .unwrap();
            let message = message.to_string();
            assert!(
                message.contains("use verify-full") && !message.contains("secret"),
                "{message}"
            );
        }
    }

    #[test]
    fn beyond_this_machine_it_is_tls() {
        let is_tls = |url: &str| Address::parse(url).unwrap().tls.is_some();
        assert!(is_tls("postgres://a@db.example/x"));
        assert!(is_tls("postgres://a@127.0.0.1,db.example/x"));
        assert!(!is_tls("postgres://a@127.0.0.1/x"));
        assert!(!is_tls("postgres:///x?host=/run/postgresql"));
        assert!(is_tls("postgres://a@localhost/x?sslmode=verify-full"));
        assert!(!is_tls("postgres://a@10.0.0.1/x?sslmode=disable"));
    }

    #[test]
    fn what_is_said_of_it_holds_no_password() {
        let address = Address::parse("postgres://hcp:secret@127.0.0.1:5433/ratings").unwrap();
        assert_eq!(address.to_string(), "database ratings on 127.0.0.1");
    }
}
