//! The binary under test, and how it is started: as it ships, with a deliberate fault, or watched
//! by strace.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate lies in the workspace")
        .to_owned()
}

/// The binary under test: `HAOCHAPING_BIN`, else the one that was built with these tests.
///
/// # Panics
/// Without it: a test must not pass because there was nothing to test.
pub fn binary() -> PathBuf {
    std::env::var_os("HAOCHAPING_BIN").map_or_else(built_beside_us, PathBuf::from)
}

/// The collector of this program's own profile, in the directory to which cargo writes the programs
/// of that profile.
fn built_beside_us() -> PathBuf {
    let this_program = std::env::current_exe().expect("a running program has a path");
    let directory = this_program.parent().expect("a program lies in a directory");
    let directory = if directory.ends_with("deps") {
        directory.parent().expect("deps has a parent")
    } else {
        directory
    };
    let binary = directory.join("haochaping");
    assert!(binary.exists(), "{} is missing; `cargo xtask test api` builds it", binary.display());
    binary
}

/// The path, and after it where PostgreSQL lies: the collector's backup starts its tools by name,
/// and few machines have them on the path.
pub(crate) fn path_with_postgres() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path)
        .chain(haochaping_postgres::program_directory().map(Path::to_owned));
    std::env::join_paths(directories).unwrap_or(path.clone())
}

/// What a [`Collector`](crate::Collector) runs.
#[derive(Clone, Debug)]
pub struct Program {
    binary: PathBuf,
    fault: Option<&'static str>,
    trace: Option<PathBuf>,
}

impl Program {
    /// The binary under test.
    pub fn shipped() -> Self {
        Self { binary: binary(), fault: None, trace: None }
    }

    /// The collector with this deliberate fault, which only a build with debug assertions has: the
    /// tests' own, never the one that `HAOCHAPING_BIN` names. In another build the control that
    /// asks for a fault fails, since nothing goes wrong.
    pub fn with_fault(fault: &'static str) -> Self {
        Self { binary: built_beside_us(), fault: Some(fault), trace: None }
    }

    /// The same under strace, which writes to `trace` what goes to files and sockets, and every
    /// sync.
    ///
    /// # Panics
    /// Without strace.
    pub fn traced_to(self, trace: &Path) -> Self {
        let has_strace = Command::new("strace").arg("-V").output().is_ok();
        assert!(has_strace, "strace is missing; install it: apt-get install -y strace");
        Self { trace: Some(trace.to_owned()), ..self }
    }

    /// The command without arguments for the collector. Its child process is the collector itself,
    /// traced or not.
    pub(crate) fn command(&self) -> Command {
        let mut command = match &self.trace {
            None => Command::new(&self.binary),
            Some(trace) => {
                let mut strace = Command::new("strace");
                // -D makes the tracer the grandchild, so that signals reach the collector and its
                // end is seen.
                strace.args(["-D", "-f", "-y", "-e", "signal=none", "-e"]);
                strace.arg("trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync");
                strace.args([
                    OsString::from("-o"),
                    trace.into(),
                    "--".into(),
                    (&self.binary).into(),
                ]);
                strace
            }
        };
        command.env("PATH", path_with_postgres());
        if let Some(fault) = self.fault {
            command.env("HAOCHAPING_MUTANT", fault);
        }
        command
    }
}
