//! What this process has used.

use crate::Outcome;

/// Seconds of CPU of all threads, user and system.
#[cfg(unix)]
pub(crate) fn cpu() -> Outcome<f64> {
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeVal,
    };

    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

#[cfg(not(unix))]
pub(crate) fn cpu() -> Outcome<f64> {
    Err("CPU time is measured on Unix only".into())
}

/// The most memory that it has had, in bytes.
#[cfg(target_os = "linux")]
pub(crate) fn peak() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    Ok(kib.ok_or("the system does not tell the memory")? * 1024)
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn peak() -> Outcome<u64> {
    use nix::sys::resource::{UsageWho, getrusage};

    // Bytes on macOS, which is the one that this is for.
    Ok(u64::try_from(getrusage(UsageWho::RUSAGE_SELF)?.max_rss())?)
}

#[cfg(not(unix))]
pub(crate) fn peak() -> Outcome<u64> {
    Err("memory is measured on Unix only".into())
}
