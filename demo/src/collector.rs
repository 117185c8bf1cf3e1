//! The collector as a child process, and what an operator would do by hand before its first start.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::hall::WINDOW;

/// Names of streets in Jiangsu, so that the public page can say where.
const REGIONS: &str = include_str!("../data/regions-jiangsu.csv");
/// The line by which the collector says that it is ready, before its address.
const READY: &str = "listening on ";
/// A first start makes a database and unpacks the widget; a second is far more than it needs.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long the collector may take to finish what was begun. No request of it takes longer than 15
/// seconds.
const STOP_LIMIT: Duration = Duration::from_secs(16);

/// The binary `haochaping` in the directory of this one.
pub(crate) fn beside_this_binary() -> Result<PathBuf> {
    Ok(std::env::current_exe().context("this binary cannot be found")?.with_file_name("haochaping"))
}

/// The keys of the portal's back end and of the windows' system.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Registers services.
    pub(crate) portal: String,
    /// Calls people at windows.
    pub(crate) windows: String,
}

/// Makes the data directory, API keys, the names of streets and a window, each if it is not there.
pub(crate) async fn prepare(binary: &Path, data: &Path) -> Result<Keys> {
    ensure!(
        binary.exists(),
        "{} is not there: run `cargo build --package haochaping-server`, or name it by --collector-bin",
        binary.display()
    );
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.with_context(|| format!("{} cannot be written", data.display()))?;
    let portal = api_key(binary, data, "api-key", &[]).await?;
    let windows = api_key(binary, data, "windows-key", &["--scope", "windows"]).await?;
    import_regions(binary, data).await?;
    let listed = command(binary, data, &["window", "list"], &[]).await?;
    if !listed.contains(WINDOW) {
        let window = format!("{WINDOW}=1 号综合窗口（示例）");
        let hall = ["--hall", "广陵区政务服务中心（示例）", "--region", "321002", &window];
        command(binary, data, &["window", "add"], &hall).await?;
    }
    Ok(Keys { portal, windows })
}

/// A code by which a browser becomes the window's pad; `None` where one is already.
pub(crate) async fn pairing_code(binary: &Path, data: &Path) -> Result<Option<String>> {
    if command(binary, data, &["window", "list"], &[]).await?.contains("paired") {
        return Ok(None);
    }
    let code = command(binary, data, &["window", "pair"], &[WINDOW]).await?;
    Ok(Some(code.trim().to_owned()))
}

/// A key in a file of this name, made if it is not there.
async fn api_key(binary: &Path, data: &Path, name: &str, scope: &[&str]) -> Result<String> {
    let path = data.join(name);
    // A key without its store is worth nothing.
    if data.join("haochaping.sqlite3").exists() && path.exists() {
        let key = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        return Ok(key.trim().to_owned());
    }
    let add = [&["add", "demo-portal", "--region", "320000"], scope].concat();
    let key = command(binary, data, &["api-key"], &add).await?;
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| writeln!(file, "{}", key.trim()));
    written.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(key.trim().to_owned())
}

async fn import_regions(binary: &Path, data: &Path) -> Result<()> {
    let (imported, next) =
        (data.join("regions-jiangsu.csv"), data.join("regions-jiangsu.next.csv"));
    if data.join("haochaping.sqlite3").exists()
        && fs::read_to_string(&imported).is_ok_and(|text| text == REGIONS)
    {
        return Ok(());
    }
    fs::write(&next, REGIONS).with_context(|| format!("{} cannot be written", next.display()))?;
    let file = next.to_str().context("the data directory's name is not UTF-8")?;
    command(binary, data, &["region"], &["import", file]).await?;
    // Only what has been imported gets the final name.
    fs::rename(&next, &imported)
        .with_context(|| format!("{} cannot be written", imported.display()))
}

/// Runs a sub-command on the data directory and returns what it printed.
async fn command(binary: &Path, data: &Path, before: &[&str], after: &[&str]) -> Result<String> {
    let output =
        Command::new(binary).args(before).arg("--data").arg(data).args(after).output().await;
    let output = output.with_context(|| format!("{} cannot be run", binary.display()))?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}",
        text.lines().last().unwrap_or("the collector's command failed")
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A running collector. Dropped, it is killed; [`Self::stop`] lets it finish.
#[derive(Debug)]
pub(crate) struct Collector {
    child: Child,
    /// Where it answers, as in `http://127.0.0.1:8089`.
    pub(crate) origin: String,
    /// Where its log goes.
    pub(crate) log: PathBuf,
    /// When it was started, in seconds since 1970-01-01.
    pub(crate) started: u32,
}

impl Collector {
    /// Starts it and returns when it is ready.
    pub(crate) async fn start(
        binary: &Path,
        data: &Path,
        port: u16,
        portal_origin: &str,
    ) -> Result<Self> {
        let log = data.join("collector.log");
        let log_file =
            File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        let mut child = Command::new(binary)
            .args([
                "serve",
                "--root-region",
                "320000",
                "--public-step",
                "1",
                "--public-group",
                "1",
                "--log",
                "text",
            ])
            .args(["--public-small", "0", "--public-rate-min", "1", "--hot-word-min", "1"])
            .arg("--data")
            .arg(data)
            .args(["--listen", &format!("127.0.0.1:{port}"), "--allow-origin", portal_origin])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be run", binary.display()))?;
        let ready = timeout(START_LIMIT, address(&mut child)).await;
        match ready {
            Ok(Ok(Some(origin))) => Ok(Self { child, origin, log, started: now() }),
            Ok(Ok(None)) => {
                let page_text = fs::read_to_string(&log).unwrap_or_default();
                bail!(
                    "the collector did not start: {}",
                    page_text.lines().last().unwrap_or("it said nothing")
                )
            }
            Ok(Err(error)) => Err(error),
            Err(_) => bail!(
                "the collector was not ready after {START_LIMIT:?}: {} says more",
                log.display()
            ),
        }
    }

    /// Where the first administrator of the desk sets a password; `None` once that was done.
    pub(crate) async fn welcome_link(&self, binary: &Path, data: &Path) -> Option<String> {
        let text = fs::read_to_string(&self.log).ok()?;
        if let Some(link) = text.split_whitespace().find(|word| word.contains("/desk/welcome/")) {
            return Some(link.to_owned());
        }
        // A link is printed once, and was not used: another one takes its place.
        if !text.contains("staff reset admin") {
            return None;
        }
        let link =
            command(binary, data, &["staff", "reset", "admin"], &["--public-url", &self.origin])
                .await;
        link.ok().map(|link| link.trim().to_owned())
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }

    /// Returns when it has ended by itself.
    pub(crate) async fn died(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap_or_default()
    }

    /// Ends it by SIGTERM and waits until it has finished what was begun.
    pub(crate) async fn stop(mut self) -> Result<()> {
        // No id means that it has ended and been waited for; an id that is there cannot be another
        // process's.
        let Some(id) = self.pid() else {
            return Ok(());
        };
        // It may be halted, and could not hear it.
        let _ = kill_process(id, Signal::CONT);
        kill_process(id, Signal::TERM).context("the collector cannot be ended")?;
        match timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(waited) => waited.map(drop).context("the collector cannot be waited for"),
            Err(_) => self.child.kill().await.context("the collector cannot be killed"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the demo has no clock to be replaced")]
fn now() -> u32 {
    let since =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
}

/// Where the collector listens, once it says so; `None` if it ended before.
async fn address(child: &mut Child) -> Result<Option<String>> {
    let out = child.stdout.take().ok_or_else(|| anyhow!("the collector's output is not there"))?;
    let mut lines = BufReader::new(out).lines();
    while let Some(line) =
        lines.next_line().await.context("the collector's output cannot be read")?
    {
        if let Some(origin) = line.strip_prefix(READY) {
            return Ok(Some(origin.to_owned()));
        }
    }
    Ok(None)
}
