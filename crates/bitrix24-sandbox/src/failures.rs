//! Errors on demand.

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
