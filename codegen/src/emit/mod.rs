//! From the model to text: one emitter for each kind of file.

mod doc;
mod json;
pub mod python;
pub mod rust;
mod table;

pub use json::json;
pub use table::table;

use crate::format::Is;
use crate::model::{Credential, Rule, When};

/// A requirement on several parameters, in words.
fn rule_text(rule: &Rule) -> String {
    let sets = |sets: &[Vec<String>]| {
        let sets: Vec<_> = sets
            .iter()
            .map(|set| format!("`{}`", set.join("` with `")))
            .collect();
        sets.join(", or ")
    };
    match rule {
        Rule::AnyOf(of) => format!("At least one of {}.", sets(of)),
        Rule::OneOf(of) => format!("Exactly one of {}.", sets(of)),
        Rule::RequiredIf(required) => {
            let when = match &required.when {
                When::Is(Is { param, values }) => {
                    let values: Vec<_> =
                        values.iter().map(|it| format!("`{}`", it.text())).collect();
                    format!("`{param}` is {}", values.join(" or "))
                }
                When::Given(param) => format!("`{param}` is given"),
                When::Missing(param) => format!("`{param}` is not given"),
                When::Credential(Credential::Webhook) => "the call is made by a webhook".into(),
                When::Credential(Credential::Token) => "the call is made by a token".into(),
            };
            format!("`{}` is required when {when}.", required.param)
        }
    }
}

/// A file to be written: its name, relative to where the emitter's output goes, and its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its text.
    pub text: String,
}
