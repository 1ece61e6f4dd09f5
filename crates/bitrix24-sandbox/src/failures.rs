//! What a portal is told to answer instead of what is documented.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use crate::table::List;

/// Stands for every method in place of a name.
pub(crate) const EVERY_METHOD: &str = "*";

/// An error to answer with.
///
/// ```
/// use bitrix24_sandbox::Failure;
///
/// let next_call = Failure::code("ACCESS_ERROR");
/// let until_cleared = Failure::code("QUERY_LIMIT_EXCEEDED").always();
/// let made_up = Failure::code("TEAPOT").status(418).text("Short and stout").times(2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    pub(crate) text: Option<String>,
    /// How many calls it fails; `None` for all until it is cleared.
    pub(crate) times: Option<u32>,
}

impl Failure {
    /// This error code on the next call, with the status and the text that are
    /// documented for it: by the method, else for all methods. A code that is
    /// not documented comes with status 400 and no text.
    #[must_use]
    pub fn code(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            status: None,
            text: None,
            times: Some(1),
        }
    }

    /// Another HTTP status than the documented one.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Another description than the documented one.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Fails so many calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Fails every call until it is cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }
}

/// The orders that stand.
#[derive(Default)]
pub(crate) struct Orders {
    /// With the lower-case name of the method; the earliest comes first.
    failures: Vec<(String, Failure)>,
    /// Whole bodies by the lower-case name of the method.
    answers: HashMap<String, Vec<u8>>,
    /// Lists by the lower-case name of the method.
    lists: HashMap<String, Arc<List>>,
}

impl Orders {
    pub(crate) fn fail(&mut self, method: &str, failure: Failure) {
        self.failures.push((method.to_ascii_lowercase(), failure));
    }

    pub(crate) fn answer(&mut self, method: &str, body: &Value) {
        let body = body.to_string().into_bytes();
        self.answers.insert(method.to_ascii_lowercase(), body);
    }

    pub(crate) fn list(&mut self, method: &str, list: List) {
        self.lists.insert(method.to_ascii_lowercase(), list.into());
    }

    /// The error for this call of a method, which counts as used.
    pub(crate) fn take_failure(&mut self, method: &str) -> Option<Failure> {
        self.take(|name| name == EVERY_METHOD || name == method)
    }

    /// Likewise, for what is not a method of the API.
    pub(crate) fn take_failure_of(&mut self, name: &str) -> Option<Failure> {
        self.take(|known| known == name)
    }

    fn take(&mut self, is_meant: impl Fn(&str) -> bool) -> Option<Failure> {
        let index = self
            .failures
            .iter()
            .position(|(name, failure)| is_meant(name) && failure.times != Some(0))?;
        let (_, failure) = self.failures.get_mut(index)?;
        match &mut failure.times {
            None => Some(failure.clone()),
            Some(left) if *left > 1 => {
                *left -= 1;
                Some(failure.clone())
            }
            Some(_) => Some(self.failures.remove(index).1),
        }
    }

    pub(crate) fn answer_to(&self, method: &str) -> Option<Vec<u8>> {
        self.answers.get(method).cloned()
    }

    pub(crate) fn list_of(&self, method: &str) -> Option<Arc<List>> {
        self.lists.get(method).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_used_up() {
        let mut orders = Orders::default();
        orders.fail("A.b", Failure::code("ONE").times(2));
        orders.fail("*", Failure::code("TWO"));
        orders.fail("a.b", Failure::code("THREE").always());
        let mut codes = |method: &str| {
            orders
                .take_failure(method)
                .map_or(String::new(), |failure| failure.code)
        };
        assert_eq!(codes("c"), "TWO");
        assert_eq!(codes("c"), "");
        assert_eq!(
            ["a.b"; 4].map(&mut codes),
            ["ONE", "ONE", "THREE", "THREE"].map(String::from),
        );
    }
}
