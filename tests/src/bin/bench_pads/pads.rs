//! A pad's line on a raw connection: no client of its own between what is measured and the clock.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    time::Duration,
};

use haochaping_tests::Device;

use crate::Result;

/// Events of one pad.
pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    /// Connects, and returns once the first state came.
    pub(crate) fn open(address: &str, device: &Device) -> Result<Self> {
        let path = device.url.split_once(address).ok_or("the device is another collector's")?.1;
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "GET {path}/events?page=bench&version=bench HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\n\r\n",
            device.cookie
        )?;
        let mut line = Self(BufReader::new(stream));
        line.wait_for("event: state")?;
        Ok(line)
    }

    /// Waits until a line holds this.
    pub(crate) fn wait_for(&mut self, wanted: &str) -> Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err("the line was cut".into());
            }
            if line.contains(wanted) {
                return Ok(());
            }
        }
    }
}
