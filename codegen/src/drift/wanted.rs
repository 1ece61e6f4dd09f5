//! Which methods a comparison is asked for.

use crate::diag::closest;
use crate::format::{Facts, Rest};

/// A method as names of methods and sections find it.
pub(super) struct Known<'a> {
    method: &'a str,
    facts: &'a Facts,
}

impl<'a> Known<'a> {
    pub(super) fn new(method: &'a str, facts: &'a Facts) -> Self {
        Self { method, facts }
    }

    /// Whether a name is this method's; `v3:` before it asks for REST 3.0.
    fn is_called(&self, name: &str) -> bool {
        let method = self.method.to_lowercase();
        match name.strip_prefix("v3:") {
            Some(name) => method == name && self.facts.rest == Rest::V3,
            None => method == name,
        }
    }

    /// Whether it is in a section: a beginning of names, a scope, or a folder of the documentation.
    fn is_in(&self, section: &str) -> bool {
        let section = section.trim_matches('/').trim_end_matches('.');
        if section.is_empty() {
            return false;
        }
        let page = format!("/{}", self.facts.page.to_lowercase());
        self.method
            .to_lowercase()
            .starts_with(&format!("{section}."))
            || self
                .facts
                .scopes
                .iter()
                .any(|it| it.to_lowercase() == section)
            || page.contains(&format!("/{section}/"))
            || page == format!("/{section}")
    }
}

/// The names that were asked for, in lower case, each with whether it is a method's.
pub(super) struct Wanted(Vec<(String, bool)>);

impl Wanted {
    /// # Errors
    ///
    /// Names that mean nothing, each with what may be meant.
    pub(super) fn new(names: &[String], known: &[Known<'_>]) -> Result<Self, String> {
        let mut wanted = Vec::new();
        let mut unknown = Vec::new();
        for name in names {
            let lower = name.to_lowercase();
            let is_method = known.iter().any(|it| it.is_called(&lower));
            if !is_method && !known.iter().any(|it| it.is_in(&lower)) {
                let meant = closest(&lower, known.iter().map(|it| it.method));
                let meant = meant.map(|it| format!("; did you mean `{it}`?"));
                unknown.push(format!(
                    "`{name}` is neither a method nor a section{}",
                    meant.unwrap_or_default()
                ));
            }
            wanted.push((lower, is_method));
        }
        match unknown.is_empty() {
            true => Ok(Self(wanted)),
            false => Err(unknown.join("\n")),
        }
    }

    /// Whether a method was asked for: every one is, where nothing was named.
    pub(super) fn has(&self, known: &Known<'_>) -> bool {
        let named = |(name, is_method): &(String, bool)| match is_method {
            true => known.is_called(name),
            false => known.is_in(name),
        };
        self.0.is_empty() || self.0.iter().any(named)
    }

    /// Whether a method was asked for by its own name.
    pub(super) fn names(&self, known: &Known<'_>) -> bool {
        let mut names = self.0.iter();
        names.any(|(name, is_method)| *is_method && known.is_called(name))
    }

    pub(super) fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}
