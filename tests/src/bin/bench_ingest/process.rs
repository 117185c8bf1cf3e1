//! What the kernel counts of this process.

use std::{fs, time::Duration};

use crate::Result;

/// Processor time of this thread.
pub(crate) fn cpu_time() -> Result<Duration> {
    read_schedstat("/proc/thread-self/schedstat")
}

/// Processor time of all threads of a name.
pub(crate) fn cpu_time_of(name: &str) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.trim() == name {
            sum += read_schedstat(&task.join("schedstat").to_string_lossy())?;
        }
    }
    Ok(sum)
}

/// The bytes that this process has handed to disks so far.
pub(crate) fn n_written() -> Result<u64> {
    let io = fs::read_to_string("/proc/self/io")?;
    let line =
        io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).ok_or("no write_bytes")?;
    Ok(line.parse()?)
}

fn read_schedstat(file: &str) -> Result<Duration> {
    let text = fs::read_to_string(file)?;
    Ok(Duration::from_nanos(text.split_whitespace().next().ok_or("no schedstat")?.parse()?))
}
