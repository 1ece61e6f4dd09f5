//! A credential in a file.

use std::{
    ffi::OsString,
    fmt::Display,
    fs::{self, File, OpenOptions, TryLockError},
    future::poll_fn,
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Credential, Lease, Saved, Store, StoreError, store::is_expected};
use crate::BoxFuture;

/// What the file says about its format.
const VERSION: i64 = 1;

/// Far more than a credential takes.
const MAX_BYTES: u64 = 1 << 20;

/// How many links may lead from one to the next.
const LINKS: usize = 32;

/// How long another process may take to save.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before a look whether a lock is free.
const LOOK: Duration = Duration::from_millis(5);

/// Keeps a credential in a JSON file that only its owner can read.
///
/// The file is replaced as a whole, so it is never half written, and survives a crash once it is
/// saved. The directory must exist.
///
/// Several processes may share it. Files beside it keep them from saving (`.lock` at the end of the
/// name) and from renewing the credential (`.lease`) at the same time. They may be deleted when no
/// process runs.
///
/// A file that holds something else is an error and stays as it is.
///
/// ```
/// use bitrix24::oauth::{App, FileStore, OAuth};
///
/// let app = App::new("local.0123abcd.12345678", "client-secret")?;
/// let oauth = OAuth::with_store(app, FileStore::new("/var/lib/my-app/credential.json"));
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// A store in this file, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self) -> Result<Option<Credential>, StoreError> {
        let mut text = String::new();
        match File::open(&self.path) {
            Ok(file) => file
                .take(MAX_BYTES)
                .read_to_string(&mut text)
                .map_err(|error| self.failed("cannot be read", error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return self.target().map(|_| None);
            }
            Err(error) => return Err(self.failed("cannot be opened", error)),
        };
        let bad = |what: &str| self.failed("does not hold a credential", what);
        let file: Map<String, Value> =
            serde_json::from_str(&text).map_err(|_| bad("it is not a JSON object"))?;
        match file.get("version").and_then(Value::as_i64) {
            Some(VERSION) => {}
            Some(_) => return Err(bad("its format is that of another version")),
            None => return Err(bad("it has no `version`")),
        }
        let credential = file
            .get("credential")
            .ok_or_else(|| bad("it has no `credential`"))?;
        // The text of the error names fields, never values.
        let credential =
            Credential::deserialize(credential).map_err(|error| bad(&error.to_string()))?;
        Ok(Some(credential))
    }

    async fn replace(
        &self,
        expected: Option<&Credential>,
        new: &Credential,
    ) -> Result<Saved, StoreError> {
        let target = self.target()?;
        let _lock = self.lock(&beside(&target, "", ".lock")).await?;
        let held = self.read()?;
        if !is_expected(held.as_ref(), expected) {
            return Ok(Saved::Other(held));
        }
        let json = serde_json::to_vec_pretty(&json!({"version": VERSION, "credential": new}))
            .map_err(|_| self.failed("cannot be written", "the credential is not JSON"))?;
        // One name, since whoever writes holds the lock: what a crash left is overwritten.
        let temporary = beside(&target, ".", ".tmp");
        write(&temporary, &target, &json).map_err(|error| {
            // Best effort: it holds tokens.
            let _ = fs::remove_file(&temporary);
            self.failed("cannot be written", error)
        })?;
        Ok(Saved::Done)
    }

    /// The file that a link leads to: links stay links.
    fn target(&self) -> Result<PathBuf, StoreError> {
        let mut path = self.path.clone();
        // What a link leads to may not be there yet.
        for _ in 0..LINKS {
            match fs::read_link(&path) {
                Ok(to) => path = directory(&path).join(to),
                Err(_) => break,
            }
        }
        let target = match fs::canonicalize(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => match path.file_name() {
                Some(name) => fs::canonicalize(directory(&path)).map(|path| path.join(name)),
                None => Err(error),
            },
            found => found,
        };
        target.map_err(|error| self.failed("has no directory", error))
    }

    async fn lock(&self, path: &Path) -> Result<Locked, StoreError> {
        let mut lock = self.open_lock(path)?;
        let deadline = Instant::now() + LOCK_TIMEOUT;
        loop {
            lock = match self.try_lock(lock)? {
                Ok(locked) => return Ok(locked),
                Err(lock) if Instant::now() < deadline => lock,
                Err(_) => {
                    return Err(self.failed("cannot be locked", "another process holds the lock"));
                }
            };
            thread::sleep(LOOK);
            give_way().await;
        }
    }

    /// Waits for the right to renew, until the caller gives it up.
    pub(super) async fn locked_for_renewal(&self) -> Result<Locked, StoreError> {
        let mut lock = self.open_lock(&beside(&self.target()?, "", ".lease"))?;
        loop {
            lock = match self.try_lock(lock)? {
                Ok(locked) => return Ok(locked),
                Err(lock) => lock,
            };
            // Stores may block, and so this one needs no runtime.
            thread::sleep(LOOK);
            give_way().await;
        }
    }

    fn open_lock(&self, path: &Path) -> Result<File, StoreError> {
        let opened = private().create(true).truncate(false).open(path);
        opened.map_err(|error| self.failed("cannot be locked", error))
    }

    /// The lock, or the file if another process holds it.
    fn try_lock(&self, file: File) -> Result<Result<Locked, File>, StoreError> {
        match file.try_lock() {
            Ok(()) => Ok(Ok(Locked(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(self.failed("cannot be locked", error)),
        }
    }

    fn failed(&self, what: &str, why: impl Display) -> StoreError {
        StoreError::new(format_args!("{} {what}: {why}", self.path.display()))
    }
}

impl Store for FileStore {
    fn lease(&self) -> BoxFuture<'_, Result<Lease, StoreError>> {
        Box::pin(async { Ok(Lease::new(self.locked_for_renewal().await?)) })
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        Box::pin(async { self.read() })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(self.replace(expected, new))
    }
}

/// A file that is locked until this is dropped.
pub(super) struct Locked(pub(super) File);

impl Drop for Locked {
    fn drop(&mut self) {
        // To close it is not enough: a child that was forked meanwhile has it open as well, and
        // would keep the lock for as long as it lives.
        let _ = self.0.unlock();
    }
}

/// Lets whoever waits for this look at the clock.
async fn give_way() {
    let mut has_given = false;
    poll_fn(|context| {
        if has_given {
            return Poll::Ready(());
        }
        has_given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Writes a file whole and lasting, then puts it in the place of another.
fn write(temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, target)?;
    // The new name lasts only with the directory.
    #[cfg(unix)]
    match File::open(directory(target)).and_then(|directory| directory.sync_all()) {
        Err(error) if !is_impossible(&error) => return Err(error),
        _ => {}
    }
    Ok(())
}

/// Whether the system, or a right that is missing, stands in the way of making a directory last.
/// The file is in its place already.
#[cfg(unix)]
fn is_impossible(error: &io::Error) -> bool {
    const BAD_DESCRIPTOR: i32 = 9;

    let kind = error.kind();
    matches!(
        kind,
        ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
    ) || error.raw_os_error() == Some(BAD_DESCRIPTOR)
}

/// Opens files that only their owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// A file in the same directory.
fn beside(path: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = OsString::from(before);
    name.push(path.file_name().unwrap_or_default());
    name.push(after);
    path.with_file_name(name)
}
