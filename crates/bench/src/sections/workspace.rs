//! Crates that are built to be measured: a copy of ours, whose description may be another one,
//! and programs that use a client.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Outcome,
    options::Options,
    tools::{copy_dir, empty_dir},
};

/// What the client is built of, and what its manifests name.
const PARTS: [&str; 4] = [
    "spec",
    "codegen",
    "crates/bitrix24",
    "crates/bitrix24-sandbox",
];

/// The scope that has all the methods of a description that was made up.
const SCOPE: &str = "imbot";

/// A copy of the workspace, with its target folder.
pub(super) struct Workspace {
    folder: PathBuf,
    original: PathBuf,
}

impl Workspace {
    /// Makes it.
    pub(super) fn copy(options: &Options) -> Outcome<Self> {
        let folder = options.folder().join("workspace");
        let manifest = fs::read_to_string(options.root.join("Cargo.toml"))?;
        let members = format!("members = {PARTS:?}");
        let manifest: Vec<&str> = manifest
            .lines()
            .map(|line| {
                if line.starts_with("members = ") {
                    &members
                } else {
                    line
                }
            })
            .collect();
        for part in PARTS {
            let to = folder.join(part);
            empty_dir(&to)?;
            copy_dir(&options.root.join(part), &to)?;
        }
        fs::write(folder.join("Cargo.toml"), manifest.join("\n"))?;
        fs::copy(options.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self {
            folder,
            original: options.root.join("spec"),
        })
    }

    /// The description.
    pub(super) fn spec(&self) -> PathBuf {
        self.folder.join("spec")
    }

    /// Names of the scopes.
    pub(super) fn scopes(&self) -> Outcome<Vec<String>> {
        let mut scopes = Vec::new();
        for entry in fs::read_dir(self.spec())? {
            let entry = entry?;
            if entry.path().is_dir() {
                scopes.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        Ok(scopes)
    }

    /// Replaces the methods of the description by so many, made of those of one scope.
    pub(super) fn describe(&self, methods: usize) -> Outcome {
        for scope in self.scopes()? {
            fs::remove_dir_all(self.spec().join(scope))?;
        }
        let into = self.spec().join(SCOPE);
        fs::create_dir_all(&into)?;
        let mut templates = Vec::new();
        for entry in fs::read_dir(self.original.join(SCOPE))? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            if path.extension().is_some_and(|it| it == "yaml") && name.starts_with(SCOPE) {
                templates.push((name.into_owned(), fs::read_to_string(&path)?));
            }
        }
        templates.sort();
        for (index, (name, text)) in templates.iter().cycle().take(methods).enumerate() {
            let new = renamed(name, index / templates.len());
            let text = text.replacen(&format!("method: {name}\n"), &format!("method: {new}\n"), 1);
            fs::write(into.join(format!("{new}.yaml")), text)?;
        }
        Ok(())
    }

    /// Cargo there, without a network.
    pub(super) fn cargo(&self, verb: &str) -> Command {
        let mut cargo = cargo(verb, &self.folder.join("Cargo.toml"));
        cargo.args(["--package", "bitrix24"]);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        cargo
    }
}

/// The name of the copy of a method that has that number; the first is the method itself.
fn renamed(name: &str, copy: usize) -> String {
    match (copy, name.rsplit_once('.')) {
        (0, _) | (_, None) => name.to_owned(),
        (_, Some((before, last))) => format!("{before}.{last}{copy}"),
    }
}

/// Cargo for that manifest, without a network, and with nothing of what was built before.
pub(super) fn cargo(verb: &str, manifest: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args([verb, "--quiet", "--offline", "--manifest-path"]);
    cargo.arg(manifest).env("CARGO_INCREMENTAL", "0");
    cargo
}

/// A program with one client, outside of the workspace.
pub(super) struct Program {
    pub(super) name: &'static str,
    dependencies: &'static str,
    main: &'static str,
}

/// What is found by ours, and the same by hand.
pub(super) const PROGRAMS: [Program; 2] = [
    Program {
        name: "bitrix24",
        dependencies: "bitrix24 = { path = 'ROOT/crates/bitrix24' }",
        main: include_str!("programs/ours.rs"),
    },
    Program {
        name: "reqwest",
        dependencies: "reqwest = { version = \"0.13\", default-features = false, features = [\"json\", \"rustls\"] }
serde = { version = \"1\", features = [\"derive\"] }
serde_json = \"1\"",
        main: include_str!("programs/reqwest.rs"),
    },
];

impl Program {
    /// Writes it, and says where its manifest is.
    pub(super) fn write(&self, options: &Options) -> Outcome<PathBuf> {
        let folder = options.folder().join("programs").join(self.name);
        fs::create_dir_all(folder.join("src"))?;
        let root = options.root.display().to_string();
        let manifest = format!(
            "[package]\nname = \"bench-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{}\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\"] }}\n\n\
             [workspace]\n\n{}",
            self.name,
            self.dependencies.replace("ROOT", &root),
            profile(&fs::read_to_string(options.root.join("Cargo.toml"))?),
        );
        let path = folder.join("Cargo.toml");
        fs::write(&path, manifest)?;
        fs::write(folder.join("src").join("main.rs"), self.main)?;
        // The same versions of everything.
        fs::copy(options.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(path)
    }
}

/// The profile for releases, and what else holds for any crate's builds.
fn profile(manifest: &str) -> String {
    let mut inside = false;
    let lines = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.release") || *line == "[profile.dev]"
        }
        inside
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{profile, renamed};

    #[test]
    fn copies_of_methods_have_names_of_their_own() {
        assert_eq!(renamed("imbot.chat.get", 0), "imbot.chat.get");
        assert_eq!(renamed("imbot.chat.get", 12), "imbot.chat.get12");
    }

    #[test]
    fn takes_the_profile_of_releases() {
        let manifest = "[a]\nb = 1\n[profile.release]\nlto = true\n[profile.wheel]\nc = 2";
        assert_eq!(profile(manifest), "[profile.release]\nlto = true");
    }
}
