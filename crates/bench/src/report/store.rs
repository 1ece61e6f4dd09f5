//! Keeps what was measured, a file for each section.

use std::{fs, path::PathBuf};

use crate::{Outcome, model::Section, options::Options, sections};

/// A folder of sections.
pub(crate) struct Store(PathBuf);

impl Store {
    /// The one for such a run: quick ones keep to themselves.
    pub(crate) fn new(options: &Options) -> Self {
        let name = options.either("results", "results-quick");
        Self(options.folder().join(name))
    }

    /// Keeps a section in place of the one that was measured before.
    pub(crate) fn save(&self, section: &Section) -> Outcome {
        fs::create_dir_all(&self.0)?;
        let json = serde_json::to_string_pretty(section)?;
        Ok(fs::write(self.file(&section.name), json)?)
    }

    /// All that are there.
    pub(crate) fn load(&self) -> Outcome<Vec<Section>> {
        let mut found = Vec::new();
        for part in sections::all() {
            let file = self.file(part.name);
            if !file.exists() {
                continue;
            }
            let section = serde_json::from_str(&fs::read_to_string(&file)?);
            let file = file.display();
            found.push(section.map_err(|error| {
                format!(
                    "{file}: {error}; measure it again with --only {}",
                    part.name
                )
            })?);
        }
        Ok(found)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name).with_extension("json")
    }
}
