//! That an edit of the description reaches everything, with no other file touched.
//!
//! The edits of `tests/edited` are to YAML files only: another summary, a parameter, an error
//! code and a whole method. What is built from the copy that has them is looked at:
//! documentation, a Rust program, the Python package, the portal.

use std::{fs, path::Path};

use crate::{
    built,
    copied::{Copied, EXAMPLE},
    paths,
    portal::Portal,
    run::{Outcome, empty_dir, program, run},
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

/// Checks what comes of the edits.
pub(crate) fn check() -> Outcome {
    let copied = Copied::ready()?;
    documentation(&copied)?;
    let portal = copied.portal()?;
    rust(&copied, &portal)?;
    let script = Path::new("tests").join("edited").join("check.py");
    wheel::call(copied.venv()?, &paths::root().join(script), &portal)
}

fn documentation(copied: &Copied) -> Outcome {
    // Pages of earlier builds prove nothing.
    empty_dir(&copied.target().join("doc").join("bitrix24"))?;
    let pages = copied.document()?.join("imbot");
    for (page, text) in DOCUMENTED {
        let html = fs::read_to_string(pages.join(page))
            .map_err(|error| format!("no page {page}: {error}"))?;
        if !html.contains(text) {
            return Err(format!("{page} does not say: {text}").into());
        }
    }
    Ok(())
}

fn rust(copied: &Copied, portal: &Portal) -> Outcome {
    run(&mut copied.cargo(&["build", "--example", EXAMPLE]))?;
    let mut example = program(built::example(copied.target(), EXAMPLE));
    portal.give_webhook(&mut example);
    run(&mut example)
}
