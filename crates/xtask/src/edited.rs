//! That an edit of the description reaches everything, with no other file touched.
//!
//! On a copy of the workspace the edits of `tests/edited` are made, to YAML files only:
//! another summary, a parameter, an error code and a whole method. Documentation, Rust
//! program, Python package and portal are then built from the copy and looked at.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    apart,
    consumer::consumer,
    paths,
    portal::Portal,
    run::{Outcome, cargo, empty_dir, output, program, run, write_if_changed},
    venv::Venv,
    wheel,
};

/// What the edits say, and where rustdoc has to show it.
const DOCUMENTED: [(&str, &str); 5] = [
    (
        "struct.ChatGet.html",
        "Leads back from an order to its chat",
    ),
    ("struct.ChatGet.html", "how old the chat may be, in days."),
    ("enum.ChatGetError.html", "the chat rests in the archive."),
    ("struct.ChatCount.html", "Counts the chats of an object."),
    ("struct.ChatCountResult.html", "how many chats there are."),
];

/// Edits a copy and checks what comes of it.
pub(crate) fn check() -> Outcome {
    let copy = paths::target().join("edited");
    let edits = paths::root().join("tests").join("edited");
    copy_workspace(&copy)?;
    edit(&copy, &edits)?;

    let target = apart::target()?;
    let check = &mut cargo(["codegen", "check"]);
    run(check.current_dir(&copy).env("CARGO_TARGET_DIR", &target))?;
    documentation(&copy, &target)?;
    let portal = Portal::start_in(&copy, &target)?;
    rust(&copy, &edits, &portal)?;
    python(&copy, &target, &edits, &portal)
}

/// Makes a folder the same as the workspace, less what Git ignores. Files that
/// are the same already are left alone, so that builds stay fresh.
pub(crate) fn copy_workspace(copy: &Path) -> Outcome {
    let files = output(program("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut wanted = HashSet::new();
    for name in files.split('\0').filter(|name| !name.is_empty()) {
        let from = paths::root().join(name);
        // Git still lists what was deleted and not yet committed.
        if from.is_file() {
            let to = copy.join(name);
            write_if_changed(&to, &fs::read(&from)?)?;
            wanted.insert(to);
        }
    }
    remove_others(copy, &wanted)
}

fn remove_others(folder: &Path, wanted: &HashSet<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn edit(copy: &Path, edits: &Path) -> Outcome {
    let patch = edits.join("imbot.chat.get.patch");
    let mut git = program("git");
    git.arg("apply").arg(patch).current_dir(copy);
    // The copy is no part of the repository around it.
    run(git.env("GIT_CEILING_DIRECTORIES", paths::target()))?;
    let method = "imbot.chat.count.yaml";
    let into = copy.join("spec").join("imbot").join(method);
    fs::copy(edits.join(method), into)?;
    Ok(())
}

fn documentation(copy: &Path, target: &Path) -> Outcome {
    let pages = target.join("doc").join("bitrix24");
    empty_dir(&pages)?;
    let mut doc = cargo(["doc", "--quiet", "--no-deps", "--package", "bitrix24"]);
    run(doc.current_dir(copy).env("CARGO_TARGET_DIR", target))?;
    let pages = pages.join("imbot");
    for (page, text) in DOCUMENTED {
        let html = fs::read_to_string(pages.join(page))
            .map_err(|error| format!("no page {page}: {error}"))?;
        if !html.contains(text) {
            return Err(format!("{page} does not say: {text}").into());
        }
    }
    Ok(())
}

fn rust(copy: &Path, edits: &Path, portal: &Portal) -> Outcome {
    let crates = [
        ("bitrix24", copy.join("crates").join("bitrix24")),
        ("bitrix24-codegen", copy.join("codegen")),
        ("bitrix24-spec", copy.join("spec")),
    ];
    let mut program = consumer("run", "edited-consumer", &edits.join("main.rs"), &crates)?;
    portal.give_webhook(&mut program);
    run(&mut program)
}

fn python(copy: &Path, target: &Path, edits: &Path, portal: &Portal) -> Outcome {
    let dist = paths::target().join("dist-edited");
    empty_dir(&dist)?;
    let mut maturin = Venv::development().tool("maturin");
    maturin
        .args(["build", "--quiet", "--profile", "dev", "--out"])
        .arg(&dist);
    maturin.env("CARGO_TARGET_DIR", target);
    run(maturin.current_dir(copy.join("python")))?;
    let venv = wheel::install("venv-edited", &wheel::only(&dist, ".whl")?)?;
    wheel::call(&venv, &edits.join("check.py"), portal)
}
