//! Where this machine keeps PostgreSQL: no distribution puts its server on the path.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The oldest version that serves.
pub const OLDEST: u32 = 14;

/// A directory may be named here, where none of the usual ones has it.
const VARIABLE: &str = "HAOCHAPING_POSTGRES_BIN";

/// Where distributions keep one directory for each version, and what stands after the version.
const VERSIONED: [(&str, &str); 4] = [
    // Debian, Ubuntu
    ("/usr/lib/postgresql/", "/bin"),
    // The packages of the PostgreSQL project for Red Hat's kind, openEuler and Kylin
    ("/usr/pgsql-", "/bin"),
    // SUSE
    ("/usr/lib/postgresql", "/bin"),
    // Alpine
    ("/usr/libexec/postgresql", ""),
];

/// Where one version lies that was built by hand.
const BY_HAND: [&str; 2] = ["/usr/local/pgsql/bin", "/opt/pgsql/bin"];

/// The newest PostgreSQL of version [`OLDEST`] or later: a directory with its server and its tools,
/// looked for once. `None` where there is none.
pub fn directory() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| candidates().into_iter().find(|directory| serves(directory))).as_deref()
}

/// A program of it by its full name; the bare name where there is no PostgreSQL.
pub fn program(name: &str) -> PathBuf {
    directory().map_or_else(|| PathBuf::from(name), |directory| directory.join(name))
}

/// Directories in the order in which they are tried.
fn candidates() -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> =
        env::var_os(VARIABLE).map(PathBuf::from).into_iter().collect();
    for version in (OLDEST..OLDEST + 20).rev() {
        directories.extend(
            VERSIONED.map(|(before, after)| PathBuf::from(format!("{before}{version}{after}"))),
        );
    }
    directories.extend(BY_HAND.map(PathBuf::from));
    let path = env::var_os("PATH").unwrap_or_default();
    directories.extend(env::split_paths(&path));
    directories.extend(said_by_pg_config());
    directories
}

fn said_by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(directory.trim()))
}

/// Whether a directory has a server that is new enough, and every tool that the tests start.
fn serves(directory: &Path) -> bool {
    let tools = ["initdb", "psql", "pg_basebackup", "pg_dump", "pg_restore"];
    if !tools.iter().all(|tool| directory.join(tool).exists()) {
        return false;
    }
    let output = Command::new(directory.join("postgres")).arg("--version").output();
    output
        .is_ok_and(|output| major_version(&String::from_utf8_lossy(&output.stdout)) >= Some(OLDEST))
}

/// 15 of `postgres (PostgreSQL) 15.18 (Debian …)`, 19 of `postgres (PostgreSQL) 19beta1`.
fn major_version(text: &str) -> Option<u32> {
    let number = text.split_once("(PostgreSQL) ")?.1;
    let n_digits = number.bytes().take_while(u8::is_ascii_digit).count();
    number[..n_digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn the_major_version_is_read_from_what_the_server_prints() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_version("postgres: command not found"), None);
    }
}
