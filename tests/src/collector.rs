//! A collector as a process of its own, on a free port and in a directory that goes when it goes.

mod store;

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

pub use self::store::{Held, on_server};
use crate::{
    http::Http,
    program::{Program, binary, path_with_postgres},
};

/// The authority whose API key every collector here has.
const AUTHORITY: &str = "jiangsu-portal";
/// How long a start or an end may take on a busy machine before it is a failure.
const LIMIT: Duration = Duration::from_mins(1);

/// What a command answered.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the collector speaks UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs the binary to its end.
///
/// # Panics
/// If it does not end: a command that should refuse must not be waited for without end.
pub fn haochaping(args: &[&str]) -> Said {
    let mut command = Command::new(binary());
    let child = command
        .args(args)
        .env("PATH", path_with_postgres())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("the binary runs");
    let pid = child.id();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    if let Ok(output) = told.recv_timeout(LIMIT) {
        return output.expect("a child can be waited for").into();
    }
    signal(pid, "-KILL");
    panic!("haochaping {args:?} did not end");
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "{name} was sent");
}

const USUAL: [(&str, &str); 7] = [
    ("--public-step", "1"),
    ("--public-group", "1"),
    ("--public-small", "0"),
    ("--public-rate-min", "1"),
    ("--hot-word-min", "1"),
    ("--log", "off"),
    ("--listen", "127.0.0.1:0"),
];

/// The arguments of `serve`: `extra`, and the usual ones that have no namesake there.
fn args(extra: &[&str]) -> Vec<String> {
    let mut args: Vec<String> = extra.iter().map(ToString::to_string).collect();
    for (name, value) in USUAL {
        if !extra.contains(&name) {
            args.extend([name.to_owned(), value.to_owned()]);
        }
    }
    args
}

/// Makes today's ratings yesterday's, and the orders that were opened by them. Days go by way of
/// the negative, since a server checks keys row by row, and what waited yesterday already may be in
/// the way.
const AGE: &str = "update waiting set day = -day; update waiting set day = -day - 1; update unread set day = day - 1; update work_order set opened_at = opened_at - 86400000;";

/// A running collector. It is killed when this is dropped.
#[derive(Debug)]
pub struct Collector {
    directory: TempDir,
    /// The address of its database, where it is not a file.
    database: Option<String>,
    program: Program,
    args: Vec<String>,
    address: String,
    api_key: String,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    log: JoinHandle<String>,
}

impl Collector {
    /// Starts one on an empty store with an API key, and returns when it is ready. `extra` are
    /// arguments of `serve`; each of the usual ones (no figure waits for others, no log, a free
    /// port) gives way to its namesake there.
    pub fn start(extra: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a directory for the store"), extra)
    }

    /// The same in a directory that may hold a store already.
    pub fn start_in(directory: TempDir, extra: &[&str]) -> Self {
        Self::run_in(directory, Program::shipped(), extra)
    }

    /// Starts this program on an empty store. Commands beside it are still those of the binary
    /// under test.
    pub fn run(program: Program, extra: &[&str]) -> Self {
        Self::run_in(tempfile::tempdir().expect("a directory for the store"), program, extra)
    }

    /// Starts one on a database that is empty.
    pub fn start_on(url: &str, extra: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the key");
        Self::run_with(directory, Some(url.to_owned()), Program::shipped(), extra)
    }

    /// Starts another one on the same database with the same key file.
    ///
    /// # Panics
    /// If its store is a file.
    pub fn beside(&self, extra: &[&str]) -> Self {
        self.beside_at(self.database.as_deref().expect("a store on a server"), extra)
    }

    /// The same where the database is reached by another address.
    pub fn beside_at(&self, url: &str, extra: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the key");
        std::fs::copy(self.data_dir().join("master.key"), directory.path().join("master.key"))
            .expect("a key file");
        let (address, api_key) = (String::new(), self.api_key.clone());
        let database = Some(url.to_owned());
        let program = Program::shipped();
        let mut other = Self {
            directory,
            database,
            program,
            args: args(extra),
            address,
            api_key,
            running: None,
        };
        other.serve();
        other
    }

    fn run_in(directory: TempDir, program: Program, extra: &[&str]) -> Self {
        let database = on_server().then(|| haochaping_postgres::shared().database());
        Self::run_with(directory, database, program, extra)
    }

    fn run_with(
        directory: TempDir,
        database: Option<String>,
        program: Program,
        extra: &[&str],
    ) -> Self {
        let (address, api_key) = (String::new(), String::new());
        let args = args(extra);
        let mut collector =
            Self { directory, database, program, args, address, api_key, running: None };
        // Before the start, since a running collector learns of a new key only within a second.
        let mut add = vec!["api-key", "add", AUTHORITY];
        if let Some(at) = extra.iter().position(|arg| *arg == "--key-file") {
            add.extend([extra[at], extra[at + 1], "--new"]);
        }
        let output = collector.cli(&add);
        assert_eq!(output.code, Some(0), "{output:?}");
        output.out.trim().clone_into(&mut collector.api_key);
        collector.serve();
        collector
    }

    /// Starts it again with the same data on the same port, which must be free.
    pub fn restart(&mut self) {
        assert!(self.running.is_none(), "it still runs");
        let at = self
            .args
            .iter()
            .position(|arg| arg == "--listen")
            .expect("every collector is told where to listen");
        self.args[at + 1].clone_from(&self.address);
        self.serve();
    }

    /// Starts it again with the same data on a free port: the last one may have been taken by
    /// another test meanwhile.
    pub fn restart_elsewhere(&mut self) {
        assert!(self.running.is_none(), "it still runs");
        let at = self
            .args
            .iter()
            .position(|arg| arg == "--listen")
            .expect("every collector is told where to listen");
        "127.0.0.1:0".clone_into(&mut self.args[at + 1]);
        self.serve();
    }

    /// Turns a day over: it ends, everything that waits to be published is of yesterday, and it
    /// starts again. Gives what it wrote to standard error until then.
    pub fn next_day(&mut self) -> String {
        let (_, log) = self.stop();
        self.run_sql(AGE);
        self.restart_elsewhere();
        log
    }

    fn serve(&mut self) {
        let mut child = self
            .program
            .command()
            .arg("serve")
            .arg("--data")
            .arg(self.directory.path())
            .args(self.database_args())
            .args(&self.args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stderr = child.stderr.take().expect("standard error is piped");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let stdout = child.stdout.take().expect("standard output is piped");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = tell.send(line);
        });
        self.running = Some(Running { child, log });
        let line = told.recv_timeout(LIMIT).expect("the collector says that it is ready");
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            panic!("not ready but {line:?}: {}", self.kill());
        };
        address.clone_into(&mut self.address);
    }

    /// `host:port` where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where it listens, as `http://host:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A key that may register services.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// The authority of that key.
    pub fn authority(&self) -> &'static str {
        AUTHORITY
    }

    /// The directory with store and key.
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("it runs").child.id()
    }

    /// Runs a command on the same data, beside the running collector.
    pub fn cli(&self, args: &[&str]) -> Said {
        let data = self.directory.path().to_str().expect("a path of plain characters");
        haochaping(&[args, &["--data", data], &self.database_args()].concat())
    }

    fn database_args(&self) -> Vec<&str> {
        self.database.iter().flat_map(|url| ["--database", url.as_str()]).collect()
    }

    /// The address of its database; `None` where its store is a file.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Registers `n` finished services and gives their tickets. Cases are numbered on from call to
    /// call.
    pub fn register(&self, n: usize) -> Vec<String> {
        let services: Vec<_> = (0..n).map(|_| service()).collect();
        let answer = self.register_all(&services);
        let tickets = answer["tickets"].as_array().expect("tickets").iter();
        let tickets: Vec<_> =
            tickets.map(|issued| issued["ticket"].as_str().expect("a ticket").to_owned()).collect();
        assert_eq!(tickets.len(), n, "{answer}");
        tickets
    }

    /// Registers services and gives the answer, which must be 200.
    pub fn register_all(&self, services: &[Value]) -> Value {
        let bearer = format!("Bearer {}", self.api_key);
        let answer = Http::new().header("authorization", &bearer).post_json(
            &format!("{}/api/v1/services", self.url()),
            &json!({ "services": services }),
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Stops it where it stands, as a machine that is suspended, until [`Self::wake`].
    pub fn pause(&self) {
        signal(self.pid(), "-STOP");
    }

    /// Lets it go on.
    pub fn wake(&self) {
        signal(self.pid(), "-CONT");
    }

    /// Asks it to end by SIGTERM without waiting.
    pub fn terminate(&self) {
        signal(self.pid(), "-TERM");
    }

    /// Ends it by SIGTERM, waits, and gives how it ended and everything it wrote to standard error.
    pub fn stop(&mut self) -> (ExitStatus, String) {
        self.terminate();
        self.wait()
    }

    /// Waits until it has ended, and gives how it ended and everything it wrote to standard error.
    ///
    /// # Panics
    /// If it does not end.
    pub fn wait(&mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + LIMIT;
        loop {
            let running = self.running.as_mut().expect("it runs");
            if let Some(status) = running.child.try_wait().expect("a child can be asked") {
                let running = self.running.take().expect("it ran");
                return (status, running.log.join().expect("the log was read"));
            }
            assert!(Instant::now() < deadline, "the collector does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it by SIGKILL, as a lost process ends, and gives what it wrote to standard error.
    pub fn kill(&mut self) -> String {
        let Running { mut child, log } = self.running.take().expect("it runs");
        let _ = child.kill();
        let _ = child.wait();
        log.join().expect("the log was read")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}

/// A finished service as a portal registers it, in 广陵区, of a case of its own.
pub fn service() -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let case = format!("JS-2026-{:06}", NEXT.fetch_add(1, Ordering::Relaxed));
    json!({
        "case_number": case, "service_number": 1, "item_name": "护照补发", "agency_name": "扬州市公安局",
        "agency_code": "11321000014216389W", "region": "321002", "finished_at": "2026-11-20T15:04:05+08:00",
        "mode": "online", "real_name": true,
    })
}
