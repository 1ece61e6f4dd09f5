//! The file of a report.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that stays what it is until its new text is whole.
pub(crate) struct Report {
    file: File,
    /// The file, and beside it where the new text waits; none where something is written into,
    /// such as a terminal.
    place: Option<(PathBuf, PathBuf)>,
}

impl Report {
    /// Finds out whether the file can be written.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let path = match fs::metadata(path) {
            Ok(found) => {
                let file = File::options().write(true).open(path)?;
                if !found.is_file() {
                    return Ok(Self { file, place: None });
                }
                // A link stays one.
                fs::canonicalize(path)?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let part = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        let part = path.with_file_name(part);
        Ok(Self {
            file: File::create(&part)?,
            place: Some((path, part)),
        })
    }

    pub(crate) fn write(mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        match &self.place {
            Some((path, part)) => fs::rename(part, path),
            None => Ok(()),
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some((_, part)) = &self.place {
            // It is not there any more where it has become the file.
            let _ = fs::remove_file(part);
        }
    }
}
