//! A PostgreSQL server of the tests' own, on a free port and in a directory that goes when they go.
//!
//! The server does not run as root, so that root's tests run it as the user `postgres`, or as
//! `nobody` where there is none. A shell waits beside it for the end of the test's process, however
//! that comes, and then stops it and takes its directory away.
//!
#![doc = include_str!("../README.md")]

mod find;
mod shards;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

pub use self::find::{OLDEST, directory as program_directory, program};

const LIMIT: Duration = Duration::from_mins(1);
/// The role that owns everything, and its password.
const OWNER: (&str, &str) = ("hcp", "hcp");

/// A running server.
#[derive(Debug)]
pub struct Server {
    directory: PathBuf,
    port: u16,
    running: Option<(Child, ChildStdin)>,
    n_databases: AtomicU32,
}

/// The server that all tests of one process share. It ends with the process. It does not wait for
/// the disk: what tests end is a process, and what a process has written the kernel keeps.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(&["fsync = off", "full_page_writes = off"]))
}

/// Whether this is root, for whom the server's programs refuse to run.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Who runs the server of root's tests, and their group: PostgreSQL's own user, or where there is
/// none one who owns nothing.
fn server_user() -> (&'static str, &'static str) {
    static USER: OnceLock<(&str, String)> = OnceLock::new();
    let (name, group) = USER.get_or_init(|| {
        let group_of = |name| {
            let output = Command::new("id").args(["-g", name]).output().expect("id runs");
            output
                .status
                .success()
                .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let known =
            ["postgres", "nobody"].into_iter().find_map(|name| Some((name, group_of(name)?)));
        known.expect("this machine has the user nobody")
    });
    (name, group)
}

/// A program as the server's user.
fn as_server(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let (user, group) = server_user();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", group, "--clear-groups"]).arg(program);
    command
}

/// An empty directory of the server's user.
fn directory() -> PathBuf {
    let directory =
        tempfile::Builder::new().prefix("hcp-postgres-").tempdir().expect("a directory").keep();
    if is_root() {
        let owned = Command::new("chown")
            .arg(server_user().0)
            .arg(&directory)
            .output()
            .expect("chown runs");
        check("chown", &owned);
    }
    directory
}

fn check(what: &str, output: &Output) {
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Server {
    /// Makes and starts one. `settings` are of the form `name=value`.
    ///
    /// # Panics
    /// If there is no PostgreSQL on this machine or it does not start.
    pub fn start(settings: &[&str]) -> Self {
        Self::make(settings, &|_| ())
    }

    /// One that speaks TLS by the name `localhost`, and the certificate of the authority that
    /// vouches for it.
    ///
    /// # Panics
    /// As [`Self::start`], or without openssl.
    pub fn start_with_tls() -> (Self, PathBuf) {
        const AUTHORITY: &str = "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=test-authority -days 2";
        const REQUEST: &str = "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost \
             -addext subjectAltName=DNS:localhost";
        const SIGN: &str = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 \
             -copy_extensions copy";
        let server = Self::make(
            &["ssl = on", "ssl_cert_file = '../server.pem'", "ssl_key_file = '../server.key'"],
            &|at| {
                for step in [AUTHORITY, REQUEST, SIGN] {
                    let made = Command::new("openssl")
                        .args(step.split_whitespace())
                        .current_dir(at)
                        .output();
                    check("openssl", &made.expect("openssl runs: install openssl"));
                }
                for name in ["server.key", "server.pem"] {
                    let mode = Command::new("chmod").args(["600", name]).current_dir(at).output();
                    check("chmod", &mode.expect("chmod runs"));
                    if is_root() {
                        let owned = Command::new("chown")
                            .args([server_user().0, name])
                            .current_dir(at)
                            .output();
                        check("chown", &owned.expect("chown runs"));
                    }
                }
            },
        );
        let authority = server.directory.join("ca.pem");
        (server, authority)
    }

    fn make(settings: &[&str], prepare: &dyn Fn(&Path)) -> Self {
        let directory = directory();
        let password = directory.join("password");
        std::fs::write(&password, OWNER.1).expect("a file for the password");
        let made = as_server(&program("initdb"))
            .args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "-U", OWNER.0, "--pwfile"])
            .arg(&password)
            .arg("-D")
            .arg(directory.join("data"))
            .output()
            .unwrap_or_else(|error| {
                panic!("initdb: {error}; install PostgreSQL {OLDEST} or later, as by: apt-get install postgresql")
            });
        check("initdb", &made);
        prepare(&directory);
        Self::set_and_run(directory, settings)
    }

    /// Starts one that follows this one, and waits until this one commits nothing that the other
    /// does not have.
    ///
    /// # Panics
    /// If it cannot follow.
    pub fn standby(&self) -> Self {
        let directory = directory();
        let copied = as_server(&program("pg_basebackup"))
            .args([
                "--checkpoint=fast",
                "--no-sync",
                "-R",
                "-X",
                "stream",
                "-d",
                &self.url("postgres"),
                "-D",
            ])
            .arg(directory.join("data"))
            .output();
        check("pg_basebackup", &copied.expect("pg_basebackup runs"));
        let standby = Self::set_and_run(directory, &[]);
        self.sql("postgres", "alter system set synchronous_standby_names = '*'");
        self.sql("postgres", "select pg_reload_conf()");
        let begun = Instant::now();
        while self
            .sql("postgres", "select count(*) from pg_stat_replication where sync_state = 'sync'")
            != "1"
        {
            assert!(begun.elapsed() < LIMIT, "no synchronous standby: {}", standby.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        standby
    }

    /// Makes a standby the one that is written to.
    ///
    /// # Panics
    /// If it is none.
    pub fn promote(&self) {
        assert_eq!(self.sql("postgres", "select pg_promote()"), "t", "{}", self.log());
    }

    fn set_and_run(directory: PathBuf, settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let mut conf = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nmax_connections = 300\n\
             shared_buffers = '256MB'\nmax_wal_size = '2GB'\nlogging_collector = off\n",
            directory.display()
        );
        for setting in settings {
            conf.push_str(setting);
            conf.push('\n');
        }
        let conf_file = directory.join("data/postgresql.conf");
        std::fs::write(&conf_file, conf).expect("the server can be set");
        let mut server = Self { directory, port, running: None, n_databases: AtomicU32::new(0) };
        server.run();
        server
    }

    fn run(&mut self) {
        let postgres = as_server(&program("postgres"));
        let words = std::iter::once(postgres.get_program()).chain(postgres.get_args());
        // The shell hears the end of its input when this process is gone.
        let mut watched = Command::new("sh");
        watched
            .arg("-c")
            .arg("data=$1; shift; \"$@\" -D \"$data\" & pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid; test -e \"$data.keep\" || rm -rf \"$(dirname \"$data\")\"")
            .arg("watch")
            .arg(self.directory.join("data"))
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.directory.join("log")).map_or_else(|_| Stdio::null(), Stdio::from));
        let mut child = watched.spawn().expect("a shell runs");
        let stdin = child.stdin.take().expect("its input is piped");
        self.running = Some((child, stdin));
        let begun = Instant::now();
        while !self.try_sql("postgres", "select 1").status.success() {
            assert!(begun.elapsed() < LIMIT, "PostgreSQL does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its data.
    pub fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The address of a database of this name.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{}:{}@127.0.0.1:{}/{database}", OWNER.0, OWNER.1, self.port)
    }

    /// Makes a database that is empty and gives its address.
    pub fn database(&self) -> String {
        let name =
            format!("t{}_{}", std::process::id(), self.n_databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("create database {name}"));
        self.url(&name)
    }

    /// Runs statements and gives what they say, a row a line, columns divided by `|`.
    ///
    /// # Panics
    /// If they fail.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.try_sql(database, sql);
        check(sql, &output);
        let result = String::from_utf8_lossy(&output.stdout);
        result.strip_suffix('\n').unwrap_or(&result).to_owned()
    }

    /// The rows of a statement in the database of this address.
    pub fn rows_at(&self, url: &str, sql: &str) -> Vec<String> {
        let output = self.try_sql(url.rsplit('/').next().unwrap_or("postgres"), sql);
        check(sql, &output);
        String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
    }

    /// The same in the database of this address.
    pub fn sql_at(&self, url: &str, sql: &str) -> String {
        self.sql(url.rsplit('/').next().unwrap_or("postgres"), sql)
    }

    /// Opens a session, begins a transaction in it and runs `sql`; both end when the answer is
    /// dropped.
    ///
    /// # Panics
    /// If the statement fails.
    pub fn hold(&self, url: &str, sql: &str) -> Session {
        use std::io::{BufRead, BufReader, Write};
        let mut child = Command::new(program("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let mut stdin = child.stdin.take().expect("its input is piped");
        writeln!(stdin, "begin; {sql}; select 'held';").expect("psql listens");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output is piped"))
            .read_line(&mut line)
            .expect("it answers");
        assert_eq!(line.trim(), "held", "{sql}");
        Session { child, _stdin: stdin }
    }

    /// Reads a backup into an empty database.
    ///
    /// # Panics
    /// If it cannot be read back.
    pub fn restore(&self, url: &str, file: &Path) {
        let output = Command::new(program("pg_restore"))
            .args(["--exit-on-error", "--no-owner", "-d", url])
            .arg(file)
            .output();
        check("pg_restore", &output.expect("pg_restore runs"));
    }

    /// Everything that a database has on disk.
    ///
    /// # Panics
    /// If its files cannot be read.
    pub fn bytes_of(&self, url: &str) -> Vec<u8> {
        self.sql("postgres", "checkpoint");
        let name = url.rsplit('/').next().unwrap_or_default();
        let oid =
            self.sql("postgres", &format!("select oid from pg_database where datname = '{name}'"));
        let files = std::fs::read_dir(self.data().join("base").join(oid))
            .expect("a directory of the database");
        files.flatten().flat_map(|file| std::fs::read(file.path()).unwrap_or_default()).collect()
    }

    fn try_sql(&self, database: &str, sql: &str) -> Output {
        Command::new(program("psql"))
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.url(database),
                "-c",
                sql,
            ])
            .output()
            .expect("psql runs: install PostgreSQL")
    }

    /// Ends every process of it by SIGKILL, as a machine that is lost.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self) {
        std::fs::write(self.directory.join("data.keep"), "").expect("a mark");
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        let children = Command::new("ps")
            .args(["--no-headers", "-o", "pid", "--ppid", &pid])
            .output()
            .expect("ps runs");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let all = std::iter::once(pid.as_str()).chain(children.split_whitespace());
        let _ = Command::new("kill").arg("-KILL").args(all).output();
        self.end();
    }

    fn end(&mut self) {
        if let Some((mut child, stdin)) = self.running.take() {
            drop(stdin);
            let _ = child.wait();
        }
    }

    /// Starts it again after [`Self::kill`], on the same port.
    pub fn restart(&mut self) {
        let _ = std::fs::remove_file(self.directory.join("data.keep"));
        self.run();
    }
}

/// A session with an open transaction.
#[derive(Debug)]
pub struct Session {
    child: Child,
    _stdin: ChildStdin,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.directory.join("data.keep"));
        self.end();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
