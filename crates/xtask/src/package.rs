//! The crates as they would be published: packed, unpacked elsewhere, used.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    built::SANDBOX,
    consumer::consumer,
    paths,
    run::{Outcome, cargo, empty_dir, program, run},
};

/// What is published, each after what it depends on.
const CRATES: [&str; 4] = ["bitrix24-spec", "bitrix24-codegen", SANDBOX, "bitrix24"];

/// What must be in the package of the description.
const DESCRIPTION: [&str; 2] = ["common.yaml", "imbot/imbot.chat.get.yaml"];

/// What has to bring the terms along: packages hold no file from above their folder.
const LICENSED: [&str; 5] = [
    "spec",
    "codegen",
    "crates/bitrix24",
    "crates/bitrix24-sandbox",
    "python",
];

/// Packs, unpacks and uses them.
pub(crate) fn check() -> Outcome {
    for folder in LICENSED {
        check_license(&paths::root().join(folder))?;
    }
    // The program below builds what was packed, and does so only once.
    let mut command = cargo(["package", "--quiet", "--allow-dirty", "--no-verify"]);
    for name in CRATES {
        command.args(["--package", name]);
    }
    run(&mut command)?;

    let unpacked = paths::target().join("unpacked");
    empty_dir(&unpacked)?;
    let mut crates = Vec::new();
    for name in CRATES {
        let folder = unpack(name, &unpacked)?;
        check_license(&folder)?;
        crates.push((name, folder));
    }
    for file in DESCRIPTION {
        if !unpacked.join(stem(CRATES[0])).join(file).is_file() {
            return Err(format!("{file} is missing in the package of {}", CRATES[0]).into());
        }
    }

    let main = paths::root().join("tests").join("package").join("main.rs");
    run(&mut consumer("package-consumer", &main, &crates)?)
}

/// Whether a folder holds the same terms as the root.
fn check_license(folder: &Path) -> Outcome {
    let [own, root] = [folder, &paths::root()].map(|folder| fs::read(folder.join("LICENSE")));
    if own.is_ok_and(|own| root.is_ok_and(|root| own == root)) {
        return Ok(());
    }
    Err(format!("{} has no copy of LICENSE", folder.display()).into())
}

fn unpack(name: &str, into: &Path) -> Outcome<PathBuf> {
    let archive = Path::new("..")
        .join("package")
        .join(format!("{}.crate", stem(name)));
    // With times of now: all packed files are of the same day, and Cargo would
    // take them for those that it built before. From within the folder: some take
    // the drive in a path of Windows for the name of a host.
    let mut tar = program("tar");
    run(tar.arg("-xmzf").arg(archive).current_dir(into))?;
    Ok(into.join(stem(name)))
}

fn stem(name: &str) -> String {
    format!("{name}-{}", env!("CARGO_PKG_VERSION"))
}
