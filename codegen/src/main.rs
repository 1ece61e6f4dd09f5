//! The command line of the generator: `cargo codegen …`.

mod commands;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bitrix24_codegen::diag::{Report, closest};
use bitrix24_codegen::emit::{python, rust};
use bitrix24_codegen::model::Api;
use bitrix24_codegen::{load, schema};
use clap::{Parser, Subcommand, ValueEnum};

/// Checks the description of the Bitrix24 REST API and shows what it becomes.
#[derive(Parser)]
#[command(name = "cargo codegen", version)]
struct Arguments {
    /// The folder of the description.
    #[arg(long, global = true, default_value = "spec")]
    spec: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads the whole description and reports every problem.
    Check,
    /// Lists the methods.
    List,
    /// Shows what a method becomes.
    Show {
        /// The method, as `imbot.chat.get`; `v3:` before the name asks for REST 3.0.
        method: String,
        /// The language.
        #[arg(long, value_enum, default_value_t = Language::Rust)]
        lang: Language,
    },
    /// Reads the facts from the documentation; rulings and texts stay as they are.
    Import(commands::Import),
    /// Says what changed in the documentation since the description was made.
    ///
    /// Ends with 0 where nothing did, with 1 where something did, with 2 if it cannot tell.
    Drift(commands::Drift),
    /// Measures how much of the documentation is settled without a person.
    Survey(commands::Survey),
    /// Prints the JSON Schema of the format: of a method's file, or of `common.yaml`.
    Schema {
        /// The kind of file.
        #[arg(value_enum, default_value_t = Kind::Method)]
        kind: Kind,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Rust,
    Python,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Method,
    Common,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let spec = &arguments.spec;
    let api = || load(spec).map_err(|report| refuse(&report, spec));
    let out = match &arguments.command {
        Command::Check => api().map(|api| check(&api)),
        Command::List => api().map(|api| list(&api)),
        Command::Show { method, lang } => api().and_then(|api| show(&api, method, *lang)),
        Command::Drift(drift) => return drift.run(spec),
        Command::Import(import) => import.run(spec),
        Command::Survey(survey) => survey.run(spec),
        Command::Schema { kind } => Ok(schema_of(*kind)),
    };
    match out.and_then(|text| commands::say(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

fn refuse(report: &Report, spec: &Path) -> String {
    report.render_in(spec, std::io::stderr().is_terminal())
}

fn check(api: &Api) -> String {
    format!(
        "{} in {}, {}: no problem",
        count(api.methods.len(), "method"),
        count(api.scopes.len(), "scope"),
        count(api.system_errors.len(), "system error")
    )
}

fn show(api: &Api, method: &str, lang: Language) -> Result<String, String> {
    let Some(found) = api.method(method) else {
        let names: Vec<String> = api.methods.iter().map(|it| it.key()).collect();
        let meant = closest(method, names.iter().map(String::as_str));
        let meant = meant.map(|name| format!("; did you mean `{name}`?"));
        return Err(format!(
            "error: `{method}` is not described{}",
            meant.unwrap_or_default()
        ));
    };
    Ok(match lang {
        Language::Rust => rust::show(api, found),
        Language::Python => python::show(api, found),
    })
}

/// `1 scope`, `2 scopes`.
fn count(number: usize, noun: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{many}")
}

fn list(api: &Api) -> String {
    let width = api.methods.iter().map(|it| it.key().len()).max();
    let width = width.unwrap_or_default();
    let mut out = String::new();
    for method in &api.methods {
        let scopes = method.scopes.join(", ");
        let mut line = format!("{:width$}  {scopes}", method.key());
        if method.repeatable {
            line.push_str("  repeatable");
        }
        if let Some(deprecated) = &method.deprecated {
            let names: Vec<_> = deprecated.replaced_by.iter().map(|it| &*it.name).collect();
            line.push_str("  deprecated");
            if !names.is_empty() {
                line.push_str(&format!(" for {}", names.join(", ")));
            }
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn schema_of(kind: Kind) -> String {
    match kind {
        Kind::Method => schema::method(),
        Kind::Common => schema::common(),
    }
}
