//! What is told of what was measured.

pub(crate) mod details;
pub(crate) mod machine;
pub(crate) mod markers;
pub(crate) mod number;
pub(crate) mod store;
pub(crate) mod verdict;

use std::{fs, path::Path};

use crate::{
    Outcome,
    model::{Section, Setup},
    options::Options,
    plot, sections,
};

/// All sections that were measured, now or before.
pub(crate) struct Report(Vec<Section>);

impl Report {
    pub(crate) fn new(sections: Vec<Section>) -> Self {
        Self(sections)
    }

    /// The expectations and what became of them.
    pub(crate) fn summary(&self) -> String {
        verdict::table(&self.0)
    }

    /// The sections without figures.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let all = sections::all();
        let names = all.iter().map(|part| part.name);
        let is_here = |name: &str| self.0.iter().any(|section| section.name == name);
        names.filter(|name| !is_here(name)).collect()
    }

    /// Writes the tables of the project and of this crate, and draws the plots.
    pub(crate) fn write(&self, options: &Options) -> Outcome {
        let own = options.root.join("crates").join("bench");
        let plots = own.join("plots");
        fs::create_dir_all(&plots)?;
        for plot in self.0.iter().flat_map(|section| &section.plots) {
            let file = plots.join(&plot.file).with_extension("svg");
            fs::write(file, plot::draw(plot)?)?;
        }
        let about = machine::about(options, &self.0);
        let summary = format!("{about}\n\n{}", self.summary());
        replace(&options.root.join("README.md"), &summary)?;
        let common = Setup::common(&self.0);
        let details = self.0.iter().map(|it| details::section(it, &common));
        let details: Vec<_> = details.collect();
        let versions = machine::versions(&self.0);
        let details = format!("{about} {versions}\n\n{}", details.join("\n"));
        replace(&own.join("README.md"), &details)
    }
}

fn replace(file: &Path, text: &str) -> Outcome {
    let old = fs::read_to_string(file)?;
    let new = markers::replace(&old, text.trim())
        .map_err(|error| format!("{}: {error}", file.display()))?;
    if new != old {
        fs::write(file, new)?;
        println!("written: {}", file.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_sections_without_figures() {
        let mut rust = Section::now();
        rust.name = "rust".to_owned();
        let missing = Report::new(vec![rust]).missing();
        assert_eq!(missing.first(), Some(&"python-sync"));
        assert_eq!(missing.len() + 1, sections::all().len());
    }
}
