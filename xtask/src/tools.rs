//! The programs that tests start and this project does not bring: whether they are there, and how
//! each is installed.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    process::Command,
};

use crate::shell::{on_path, works};

/// A program, a library or a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    Chromium,
    Chromedriver,
    ChineseFont,
    Strace,
    Poppler,
    Zbar,
    Openssl,
    Postgres,
    /// Scripts of older host pages.
    Prototype,
    MooTools,
    Npm,
    /// The readers of printed codes, in Python.
    Decoders,
    /// What makes clients from the contract of the API, in Python.
    Generators,
    /// Checks rules of alerts.
    Promtool,
    Firefox,
    WebKitDriver,
    Xvfb,
    Xauth,
    Dbus,
}

/// Where distributions put Noto Sans CJK: the places where the collector looks for it.
const CHINESE_FONTS: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
];

/// An environment of Python's packages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Environment {
    /// Where it is made.
    pub(crate) path: &'static str,
    /// The list of what it has.
    pub(crate) list: &'static str,
    /// What says that it works.
    imports: &'static str,
}

/// The readers of printed codes.
pub(crate) const DECODERS: Environment = Environment {
    path: "target/venv",
    list: "tests/decoders/requirements.txt",
    imports: "numpy, PIL, pyzbar, zxingcpp",
};
/// What makes clients from the contract of the API.
pub(crate) const GENERATORS: Environment = Environment {
    path: "target/venv-contract",
    list: "tests/contract/requirements.txt",
    imports: "openapi_python_client, openapi_spec_validator",
};
/// Another generator, and a tester that makes requests up.
pub(crate) const MORE_GENERATORS: Environment = Environment {
    path: "target/venv-contract-full",
    list: "tests/contract/full/requirements.txt",
    imports: "openapi_generator_cli, schemathesis",
};

impl Environment {
    /// The file that says what is installed in it.
    pub(crate) fn done(self, root: &Path) -> PathBuf {
        root.join(self.path).join("installed.txt")
    }

    /// Whether it is whole and its Python still runs: a newer one of the distribution takes the old
    /// one away.
    pub(crate) fn works(self, root: &Path) -> bool {
        let python = root.join(self.path).join("bin/python");
        self.done(root).exists()
            && works(&python.to_string_lossy(), &["-c", &format!("import {}", self.imports)])
    }
}

impl Tool {
    /// What every test needs, in the order in which it is looked for.
    pub(crate) const OF_TESTS: [Self; 11] = [
        Self::Chromium,
        Self::Chromedriver,
        Self::ChineseFont,
        Self::Strace,
        Self::Poppler,
        Self::Zbar,
        Self::Openssl,
        Self::Postgres,
        Self::Prototype,
        Self::MooTools,
        Self::Promtool,
    ];

    /// What the other two browsers need. Debian has no driver for Firefox: it is built.
    pub(crate) const OF_ENGINES: [Self; 6] = [
        Self::Chromedriver,
        Self::Firefox,
        Self::WebKitDriver,
        Self::Xvfb,
        Self::Xauth,
        Self::Dbus,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Chromedriver => "chromedriver",
            Self::ChineseFont => "Noto Sans CJK",
            Self::Strace => "strace",
            Self::Poppler => "pdftotext and pdftoppm",
            Self::Zbar => "libzbar",
            Self::Openssl => "openssl",
            Self::Postgres => "PostgreSQL of version 14 or later",
            Self::Prototype => "Prototype",
            Self::MooTools => "MooTools",
            Self::Npm => "npm",
            Self::Decoders => "readers of printed codes",
            Self::Generators => "generators of clients",
            Self::Promtool => "promtool",
            Self::Firefox => "Firefox",
            Self::WebKitDriver => "WebKitWebDriver",
            Self::Xvfb => "Xvfb",
            Self::Xauth => "xauth",
            Self::Dbus => "dbus-run-session",
        }
    }

    /// The package of Debian and its kind that has it; `None` where no package has.
    pub(crate) fn package(self) -> Option<&'static str> {
        match self {
            Self::Chromium => Some("chromium"),
            Self::Chromedriver => Some("chromium-driver"),
            Self::ChineseFont => Some("fonts-noto-cjk"),
            Self::Strace => Some("strace"),
            Self::Poppler => Some("poppler-utils"),
            Self::Zbar => Some("libzbar0"),
            Self::Openssl => Some("openssl"),
            Self::Postgres => Some("postgresql"),
            Self::Prototype => Some("libjs-prototype"),
            Self::MooTools => Some("libjs-mootools"),
            Self::Npm => Some("npm"),
            Self::Decoders | Self::Generators => None,
            Self::Promtool => Some("prometheus"),
            Self::Firefox => Some("firefox-esr"),
            Self::WebKitDriver => Some("webkit2gtk-driver"),
            Self::Xvfb => Some("xvfb"),
            Self::Xauth => Some("xauth"),
            Self::Dbus => Some("dbus"),
        }
    }

    /// What a person types to have it.
    pub(crate) fn install_line(self) -> String {
        match self.package() {
            Some(package) => format!("apt-get install {package}"),
            None => "apt-get install python3-venv, and a way to Python's packages".to_owned(),
        }
    }

    pub(crate) fn is_there(self, root: &Path) -> bool {
        let program = |name| on_path(name).is_some();
        match self {
            Self::Chromium => ["chromium", "google-chrome", "chrome"].into_iter().any(program),
            Self::Chromedriver => program("chromedriver"),
            Self::ChineseFont => CHINESE_FONTS.iter().any(|file| Path::new(file).exists()),
            Self::Strace => program("strace"),
            Self::Poppler => program("pdftotext") && program("pdftoppm"),
            Self::Zbar => has_library("libzbar.so.0"),
            Self::Openssl => program("openssl"),
            Self::Postgres => haochaping_postgres::program_directory().is_some(),
            Self::Prototype => Path::new("/usr/share/javascript/prototype/prototype.js").exists(),
            Self::MooTools => {
                Path::new("/usr/share/javascript/mootools/mootools-core-nc.js").exists()
            }
            Self::Npm => works("npm", &["--version"]),
            Self::Decoders => DECODERS.works(root),
            Self::Generators => GENERATORS.works(root),
            Self::Promtool => program("promtool"),
            Self::Firefox => program("firefox-esr"),
            Self::WebKitDriver => program("WebKitWebDriver"),
            Self::Xvfb => program("xvfb-run"),
            Self::Xauth => program("xauth"),
            Self::Dbus => program("dbus-run-session"),
        }
    }
}

/// By the loader's list: where a library lies depends on the machine's kind.
fn has_library(name: &str) -> bool {
    let listed = ["ldconfig", "/sbin/ldconfig"]
        .into_iter()
        .find_map(|program| Command::new(program).arg("-p").output().ok());
    listed.is_some_and(|listed| String::from_utf8_lossy(&listed.stdout).contains(name))
}

/// What could not run, and for want of what.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(RefCell<Vec<(String, Tool)>>);

impl LeftOut {
    pub(crate) fn add(&self, what: &str, tool: Tool) {
        self.0.borrow_mut().push((what.to_owned(), tool));
    }

    pub(crate) fn entries(&self) -> Vec<(String, Tool)> {
        self.0.borrow().clone()
    }
}
