//! The demonstration: both clients call a portal and print what came back.

use std::{env, process::Command};

use crate::{
    built, paths,
    portal::Portal,
    run::{Outcome, both_outputs, program, run},
    setup,
    venv::Venv,
};

/// The demonstrations, each with a name; they are built already.
fn demos() -> [(&'static str, Command); 2] {
    let mut python = Venv::development().python();
    python.arg(paths::python().join("examples").join("demo.py"));
    let rust = program(built::example(&paths::target(), "demo"));
    [("Rust", rust), ("Python", python)]
}

/// Sets up what it needs and runs it.
pub(crate) fn demo() -> Outcome {
    setup::setup()?;
    built::programs()?;
    if env::var_os("BITRIX24_WEBHOOK_URL").is_some_and(|url| !url.is_empty()) {
        return real_portal();
    }
    let (printed, errors) = sandbox(&Portal::start()?)?;
    eprint!("{errors}");
    print!("{printed}");
    Ok(())
}

/// Calls the portal that the environment names. Secrets stay in there.
fn real_portal() -> Outcome {
    for (language, mut command) in demos() {
        println!("== {language}, by webhook");
        run(command.env_remove("BITRIX24_SANDBOX"))?;
    }
    Ok(())
}

/// Calls a portal of our own in every way, and returns what was printed, and on the standard error.
fn sandbox(portal: &Portal) -> Outcome<(String, String)> {
    let (mut printed, mut errors) = (String::new(), String::new());
    for by_token in [false, true] {
        for (language, mut command) in demos() {
            let way = if by_token {
                portal.give_token(&mut command);
                "access token"
            } else {
                portal.give_webhook(&mut command);
                "webhook"
            };
            let (text, more) = both_outputs(&mut command)?;
            errors += &more;
            printed += &format!("== {language}, by {way}\n{text}\n");
        }
    }
    Ok((printed, errors))
}

/// Runs it and checks that it shows what it should, and no secret.
pub(crate) fn check() -> Outcome {
    let portal = Portal::start()?;
    let (printed, errors) = sandbox(&portal)?;
    eprint!("{errors}");
    print!("{printed}");
    if [&printed, &errors]
        .iter()
        .any(|it| portal.is_betrayed_by(it))
    {
        return Err("the demonstration prints a secret".into());
    }
    for part in printed.split("== ").filter(|part| !part.is_empty()) {
        for shown in ["2725", "null", "ACCESS_ERROR", "time"] {
            if !part.contains(shown) {
                return Err(format!("the demonstration does not show {shown}:\n{part}").into());
            }
        }
    }
    Ok(())
}
