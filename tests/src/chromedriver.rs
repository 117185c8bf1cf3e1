//! What drives Chromium.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// How often a driver is started before it is given up.
const STARTS_MAX: usize = 5;

/// A chromedriver on a free port. It takes one of IPv4 and wants the same of IPv6, which somebody
/// else may have by then: it ends, and another one is started.
///
/// # Panics
/// If it is not installed, or finds no port.
pub fn start_chromedriver() -> (Child, u16) {
    (0..STARTS_MAX).find_map(|_| spawn()).expect("chromedriver names its port")
}

/// `None` if it ended before it had a port.
fn spawn() -> Option<(Child, u16)> {
    let driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut driver = driver.expect("chromedriver is installed: apt-get install chromium-driver");
    let mut lines = BufReader::new(driver.stdout.take().expect("its output is piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    let Some(port) = port else {
        let _ = driver.kill();
        driver.wait().expect("a child can be waited for");
        return None;
    };
    // What it says later must have somewhere to go.
    std::thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}
