//! What the authorization server is asked, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use hyper::{
    HeaderMap, Request, Uri,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT},
};
use reqwest::Url;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep, timeout};

use super::{Credential, TokenError, TokenErrorKind, app::Settings};
use crate::{
    Secret, TransportErrorKind, address,
    builder::OWN_NAME,
    raw::is_redirect,
    scrub::Scrubber,
    transport::{Answer, Failure},
};

/// The server of credentials that name none.
const DEFAULT_SERVER: &str = "https://oauth.bitrix.info/rest/";

/// The domains whose hosts are trusted with client secrets. Portals of some regions name the second
/// one, and clients of Bitrix24's own ask there.
const TRUSTED_DOMAINS: [&str; 2] = ["bitrix.info", "oauth.bitrix24.tech"];

/// Far more than a pair of tokens takes.
const MAX_ANSWER: usize = 1 << 20;

/// The longest explanation that an error repeats, in characters.
const MAX_TEXT: usize = 200;

/// How long to wait before each further try to connect.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// Codes after which it is of no use to ask again soon. Others may mean anything.
const PERMANENT: [&str; 6] = [
    "invalid_grant",
    "invalid_client",
    "invalid_request",
    "invalid_scope",
    "insufficient_scope",
    "PAYMENT_REQUIRED",
];

/// What a pair of tokens is bought with.
#[derive(Clone, Copy)]
pub(super) enum Grant<'a> {
    Code(&'a Secret),
    Refresh(&'a Secret, &'a Credential),
}

/// Asks for a pair of tokens, once: only a connection that does not come about is tried again.
pub(super) async fn ask(
    app: &Settings,
    server: Option<&str>,
    grant: Grant<'_>,
) -> Result<Credential, TokenError> {
    let deadline = Instant::now().checked_add(app.timeout);
    let mut secrets = app.secrets();
    match grant {
        Grant::Code(code) => secrets.push(code.clone()),
        Grant::Refresh(token, old) => {
            secrets.push(token.clone());
            secrets.extend(old.tokens().cloned());
        }
    }
    let ask = Ask {
        app,
        grant,
        scrubber: Scrubber::new(secrets),
    };
    let server = server.unwrap_or(DEFAULT_SERVER);
    let asked = timeout(app.timeout, ask.ask(server, deadline)).await;
    asked.unwrap_or_else(|_| Err(TokenError::new(TokenErrorKind::Timeout, "")))
}

struct Ask<'a> {
    app: &'a Settings,
    grant: Grant<'a>,
    scrubber: Scrubber,
}

impl Ask<'_> {
    async fn ask(&self, server: &str, deadline: Option<Instant>) -> Result<Credential, TokenError> {
        let (mut url, loopback) = self.server(server)?;
        let (grant_type, name, value) = match self.grant {
            Grant::Code(code) => ("authorization_code", "code", code),
            Grant::Refresh(token, _) => ("refresh_token", "refresh_token", token),
        };
        url.query_pairs_mut()
            .append_pair("grant_type", grant_type)
            .append_pair("client_id", &self.app.client_id)
            .append_pair("client_secret", self.app.client_secret.expose())
            .append_pair(name, value.expose());
        let internal =
            |what: &str| TokenError::new(TokenErrorKind::Internal, self.scrubber.scrub(what));
        let http = self.app.connector(loopback).connect();
        let http = http.map_err(|error| internal(&error.to_string()))?;
        let uri = Uri::try_from(url.as_str());
        let uri = uri.map_err(|_| internal("the address cannot be made"))?;

        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        *request.headers_mut() = headers();

        let mut pauses = PAUSES.iter();
        let answer = loop {
            let error = match http.send(request.clone()).await {
                Ok(answer) => break answer,
                Err(error) => self.lost(error, None),
            };
            match pauses.next() {
                Some(&pause)
                    if error.kind() == TokenErrorKind::Connect
                        && deadline.is_none_or(|deadline| Instant::now() + pause < deadline) =>
                {
                    sleep(pause).await;
                }
                _ => return Err(error),
            }
        };
        self.read(answer).await
    }

    /// Where to ask, and whether that is this computer.
    fn server(&self, server: &str) -> Result<(Url, bool), TokenError> {
        let refuse = |what: &str| {
            TokenError::new(
                TokenErrorKind::Untrusted,
                self.scrubber.scrub(what).into_owned(),
            )
        };
        let address = match server.contains("://") {
            true => server.to_owned(),
            false => format!("https://{server}"),
        };
        let base = address::portal_base(&address, "its address")
            .map_err(|error| refuse(&error.to_string()))?;
        let url = endpoint(&address, "oauth/token/").ok_or_else(|| refuse("it is not a URL"))?;
        let host = url.host_str().unwrap_or_default();
        let is_known = TRUSTED_DOMAINS
            .iter()
            .filter_map(|domain| host.strip_suffix(domain))
            .any(|rest| rest.is_empty() || rest.ends_with('.'));
        let is_local = base.loopback
            && match self.grant {
                // Its address comes from whoever calls.
                Grant::Code(_) => true,
                // Otherwise a forged request could have it sent to whatever listens here.
                Grant::Refresh(_, old) => {
                    address::portal(&old.portal).is_ok_and(|portal| portal.loopback)
                }
            };
        if is_local || is_known || self.app.trusted.iter().any(|trusted| trusted == host) {
            return Ok((url, base.loopback));
        }
        Err(refuse(&format!(
            "the client secret would go to {host}, which may be forged; if it is right, add it to \
             the hosts that the application trusts"
        )))
    }

    async fn read(&self, mut answer: Answer) -> Result<Credential, TokenError> {
        let status = answer.status;
        let garbage =
            |what: &str| TokenError::new(TokenErrorKind::Garbage, what).with_status(Some(status));
        let is_page = answer
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let is_redirect = is_redirect(status);
        let mut body = Vec::new();
        while let Some(part) = answer
            .part()
            .await
            .map_err(|failure| self.lost(failure, Some(status)))?
        {
            if body.len() + part.len() > MAX_ANSWER {
                return Err(garbage("the answer is longer than 1 MB"));
            }
            body.extend_from_slice(&part);
        }
        // No excerpt: the answer may hold tokens that nobody else knows.
        let text = String::from_utf8_lossy(&body);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let fields: Map<String, Value> = serde_json::from_str(text).map_err(|_| {
            garbage(match (is_redirect, text.is_empty(), is_page) {
                (true, ..) => "the answer is a redirect, which is not followed",
                (_, true, _) => "the answer is empty",
                (.., true) => "the answer is a page, not JSON",
                _ => "the answer is not a JSON object",
            })
        })?;
        if let Some(error) = fields.get("error").filter(|error| !error.is_null()) {
            return Err(self.refused(error, &fields, status));
        }
        let old = match self.grant {
            Grant::Code(_) => None,
            Grant::Refresh(_, old) => Some(old),
        };
        let new = Credential::from_fields(&fields, old).map_err(garbage)?;
        new.check().map_err(|error| garbage(&error.to_string()))?;
        Ok(new)
    }

    fn refused(&self, error: &Value, fields: &Map<String, Value>, status: u16) -> TokenError {
        let plain = |value: Option<&Value>| match value {
            Some(Value::String(text)) => self.short(text),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => String::new(),
            Some(value) => value.to_string(),
        };
        let (code, description) = match error {
            Value::Object(error) => (plain(error.get("code")), plain(error.get("message"))),
            error => (plain(Some(error)), plain(fields.get("error_description"))),
        };
        let is_permanent = PERMANENT.contains(&code.as_str());
        TokenError::refused(code, description, status, is_permanent)
    }

    fn lost(&self, failure: Failure, status: Option<u16>) -> TokenError {
        let error = failure.of("", status, &self.scrubber);
        let kind = match error.kind() {
            TransportErrorKind::Connect | TransportErrorKind::NotSent => TokenErrorKind::Connect,
            TransportErrorKind::Timeout => TokenErrorKind::Timeout,
            TransportErrorKind::Lost => TokenErrorKind::Lost,
            TransportErrorKind::Other => TokenErrorKind::Garbage,
        };
        TokenError::new(kind, error.detail()).with_status(status)
    }

    /// A text of the server, scrubbed before it is cut.
    fn short(&self, text: &str) -> String {
        self.scrubber.scrub(text).chars().take(MAX_TEXT).collect()
    }
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(OWN_NAME)),
    ])
}

/// An address beside the API: `https://host/prefix/rest/` becomes `https://host/prefix/{path}`.
pub(super) fn endpoint(address: &str, path: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok()?;
    let base = url.path().trim_end_matches('/');
    let base = base.strip_suffix("/api").unwrap_or(base);
    let base = base.strip_suffix("/rest").unwrap_or(base);
    let path = format!("{base}/{path}");
    url.set_path(&path);
    Some(url)
}
