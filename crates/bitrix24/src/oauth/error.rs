//! Errors in getting a token.

use std::fmt;

use crate::retry::Tries;

/// There is no access token to call with.
///
/// No text in it holds a token, a code or the client secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError {
    kind: TokenErrorKind,
    pub(crate) method: String,
    what: String,
    code: Option<String>,
    status: Option<u16>,
    permanent: bool,
    pub(crate) tries: Tries,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// The authorization server refused; [`TokenError::code`] says why.
    Refused,
    /// The store holds no credential: authorise the application first.
    NoCredential,
    /// The access token is over, and the credential has no refresh token.
    NoRefreshToken,
    /// The credential, or what was given in its place, cannot be one.
    BadCredential,
    /// The authorization server's address is not trusted with the client secret: see
    /// [`App::trust`](super::App::trust).
    Untrusted,
    /// There was no connection to the authorization server. It was tried several times.
    Connect,
    /// The authorization server did not answer in time. It may have answered to nobody: then the
    /// refresh token is spent, and the application must be authorised again.
    Timeout,
    /// The time of the call was up before there was a token. The renewal goes on, and later calls
    /// get what comes of it.
    Deadline,
    /// The connection broke before the whole answer was there; the rest as with
    /// [`Timeout`](Self::Timeout).
    Lost,
    /// The answer is neither a pair of tokens nor an error; the rest as with
    /// [`Timeout`](Self::Timeout).
    Garbage,
    /// The store failed. A new pair that it did not take is kept in memory, and the next call
    /// offers it again.
    Store,
    /// The system could not do its part: no thread, no certificates. Or the store panicked.
    Internal,
}

impl TokenError {
    pub(crate) fn new(kind: TokenErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            method: String::new(),
            what: what.into(),
            code: None,
            status: None,
            permanent: matches!(kind, TokenErrorKind::NoRefreshToken),
            tries: Tries::default(),
        }
    }

    pub(super) fn refused(code: String, what: String, status: u16, permanent: bool) -> Self {
        Self {
            code: Some(code),
            permanent,
            ..Self::new(TokenErrorKind::Refused, what)
        }
        .with_status(Some(status))
    }

    pub(super) fn with_status(mut self, status: Option<u16>) -> Self {
        self.status = status;
        self
    }

    /// The same error of a call.
    #[must_use]
    pub(crate) fn of_method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Why there is no token.
    pub fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// The method that was called; empty if it was not a call that needed the token.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The code of the authorization server, such as `invalid_grant`, if it refused.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The HTTP status of the authorization server, if it answered.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// How often the call was sent before it needed another token, and why it was not sent again.
    pub fn tries(&self) -> Tries {
        self.tries
    }

    /// What happened, in the words of whoever noticed: the authorization server, the network or the
    /// store.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Whether asking again is of no use before somebody acts: authorises the application anew, pays
    /// for it, corrects its secret. Later calls fail at once with the same error until the store
    /// holds another credential; after five minutes the authorization server is asked again, unless
    /// the credential itself is of no use.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// Whether only another credential helps.
    pub(super) fn is_for_good(&self) -> bool {
        self.kind == TokenErrorKind::NoRefreshToken || self.code() == Some("invalid_grant")
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.method.is_empty() {
            write!(f, "{}: ", self.method)?;
        }
        f.write_str(match self.kind {
            TokenErrorKind::Refused => "the authorization server refused",
            TokenErrorKind::NoCredential => "no credential",
            TokenErrorKind::NoRefreshToken => "the access token is over",
            TokenErrorKind::BadCredential => "the credential cannot be used",
            TokenErrorKind::Untrusted => "the authorization server is not trusted",
            TokenErrorKind::Connect => "no connection to the authorization server",
            TokenErrorKind::Timeout => "no answer of the authorization server in time",
            TokenErrorKind::Deadline => "no access token yet",
            TokenErrorKind::Lost => "connection to the authorization server lost",
            TokenErrorKind::Garbage => "no valid answer of the authorization server",
            TokenErrorKind::Store => "the token store failed",
            TokenErrorKind::Internal => "the token could not be renewed",
        })?;
        match self.code.as_deref() {
            Some("") => f.write_str(": an error without a code")?,
            Some(code) => write!(f, ": {code}")?,
            None => {}
        }
        if let Some(status) = self.status {
            write!(f, " (HTTP {status})")?;
        }
        if !self.what.is_empty() {
            write!(f, ": {}", self.what)?;
        }
        self.tries.fmt(f)
    }
}

impl std::error::Error for TokenError {}
