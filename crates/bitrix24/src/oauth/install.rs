//! What a portal sends to an application that is installed or opened.

use std::collections::BTreeMap;

use super::{Credential, now, read};
use crate::{ConfigError, Secret};

/// What a portal sent when it installed or opened the application, or called one of its handlers.
///
/// Anybody can send such a request. Compare the [`application_token`](Self::application_token) with
/// the one that is on record for the portal ([`Credential::member_id`]), or make a call with the
/// credential, before you believe it. The request names the portal that is called as well, so compare
/// [`Credential::portal`] with the one that you expect before that.
///
/// ```
/// use bitrix24::oauth::Installation;
///
/// let body = "event=ONAPPINSTALL&auth[access_token]=a&auth[refresh_token]=r&auth[expires_in]=3600\
///     &auth[client_endpoint]=https%3A%2F%2Fportal.bitrix24.com%2Frest%2F\
///     &auth[member_id]=m&auth[application_token]=t";
/// let installation = Installation::from_event(body)?;
/// assert_eq!(installation.event.as_deref(), Some("ONAPPINSTALL"));
/// assert_eq!(installation.credential.portal, "https://portal.bitrix24.com/rest/");
/// assert_eq!(installation.application_token, Some("t".into()));
/// # Ok::<(), bitrix24::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Installation {
    /// The tokens of the user who installed or opened the application, or caused the event.
    pub credential: Credential,
    /// What proves that the portal sent this: it stays the same from the installation on. Comparing
    /// it takes the same time wherever the first difference is.
    pub application_token: Option<Secret>,
    /// The event, such as `ONAPPINSTALL`; `None` if the application was opened.
    pub event: Option<String>,
    /// The language of the portal or the user, such as `en`.
    pub language: Option<String>,
    /// Where in the portal the application was opened, such as `DEFAULT`.
    pub placement: Option<String>,
    /// What the placement tells about itself: JSON.
    pub placement_options: Option<String>,
    /// The credentials of the bots that the event is for, by the bots' ids, if it is an event of
    /// the first version of bots. Unlike those of the user, they can be renewed.
    pub bots: BTreeMap<i64, Credential>,
}

impl Installation {
    /// Reads the body of a POST request to a handler of events, such as that of the installation:
    /// a form with names such as `auth[access_token]`.
    ///
    /// # Errors
    /// If there is no access token or no portal in it, or they cannot be ones. Events that no user
    /// caused, and `ONAPPUNINSTALL`, come without tokens: see [`token_of`](Self::token_of).
    pub fn from_event(body: &str) -> Result<Self, ConfigError> {
        let form = Form::new(&[body]);
        let bots = bots(&form)?;
        let credential = match (form.text("auth[access_token]"), bots.values().next()) {
            (None, Some(bot)) => bot.clone(),
            _ => event_credential(&form, "auth")?,
        };
        Ok(Self {
            credential,
            application_token: form.secret("auth[application_token]"),
            event: form.text("event"),
            language: form.text("data[LANGUAGE_ID]"),
            placement: None,
            placement_options: None,
            bots,
        })
    }

    /// The [`application_token`](Self::application_token) of any event, also of those that come
    /// without tokens, from which [`from_event`](Self::from_event) makes nothing.
    ///
    /// ```
    /// use bitrix24::{Secret, oauth::Installation};
    ///
    /// let on_record = Secret::from("t");
    /// let body = "event=ONAPPUNINSTALL&data[CLEAN]=1&auth[application_token]=t";
    /// assert_eq!(Installation::token_of(body), Some(on_record));
    /// ```
    pub fn token_of(body: &str) -> Option<Secret> {
        Form::new(&[body]).secret("auth[application_token]")
    }

    /// Reads the POST request by which a portal opens the application in a frame: the query of its
    /// address, and its body, a form.
    ///
    /// ```
    /// use bitrix24::oauth::Installation;
    ///
    /// let opened = Installation::from_open(
    ///     "DOMAIN=portal.bitrix24.com&PROTOCOL=1&LANG=en",
    ///     "AUTH_ID=a&AUTH_EXPIRES=3600&REFRESH_ID=r&member_id=m&PLACEMENT=DEFAULT",
    /// )?;
    /// assert_eq!(opened.credential.portal, "https://portal.bitrix24.com");
    /// assert_eq!(opened.language.as_deref(), Some("en"));
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// If `AUTH_ID` or `DOMAIN` is missing or cannot be one, or the portal is not called by HTTPS.
    pub fn from_open(query: &str, body: &str) -> Result<Self, ConfigError> {
        let form = Form::new(&[query.trim_start_matches('?'), body]);
        let access_token = form.need("AUTH_ID")?;
        let domain = form.need("DOMAIN")?;
        let scheme = match form.text("PROTOCOL").as_deref() {
            Some("0") => "http",
            _ => "https",
        };
        let credential = Credential {
            refresh_token: form.secret("REFRESH_ID"),
            expires_at: read::expiry(None, form.integer("AUTH_EXPIRES"), now()),
            auth_server: form.text("SERVER_ENDPOINT"),
            member_id: form.text("member_id"),
            scopes: form.words("APPLICATION_SCOPE"),
            status: form.text("status"),
            ..Credential::new(format!("{scheme}://{domain}"), access_token)
        };
        credential.check()?;
        Ok(Self {
            credential,
            application_token: form.secret("APPLICATION_TOKEN"),
            event: None,
            language: form.text("LANG"),
            placement: form.text("PLACEMENT"),
            placement_options: form.text("PLACEMENT_OPTIONS"),
            bots: BTreeMap::new(),
        })
    }
}

/// The tokens under a name such as `auth`.
fn event_credential(form: &Form, at: &str) -> Result<Credential, ConfigError> {
    let name = |field: &str| format!("{at}[{field}]");
    let access_token = form.need(&name("access_token"))?;
    // Of an event, `domain` is the portal.
    let portal = form
        .text(&name("client_endpoint"))
        .map_or_else(|| form.need(&name("domain")), Ok)?;
    let credential = Credential {
        refresh_token: form.secret(&name("refresh_token")),
        expires_at: read::expiry(
            form.integer(&name("expires")),
            form.integer(&name("expires_in")),
            now(),
        ),
        auth_server: form.text(&name("server_endpoint")),
        member_id: form.text(&name("member_id")),
        user_id: form.integer(&name("user_id")),
        scopes: form.words(&name("scope")),
        status: form.text(&name("status")),
        ..Credential::new(portal, access_token)
    };
    credential.check()?;
    Ok(credential)
}

/// The tokens under `data[BOT][571]` and so on.
fn bots(form: &Form) -> Result<BTreeMap<i64, Credential>, ConfigError> {
    let mut bots = BTreeMap::new();
    for name in form.fields.keys() {
        let id = name
            .strip_prefix("data[BOT][")
            .and_then(|name| name.strip_suffix("][access_token]"));
        if let Some((id, at)) = id.and_then(|id| Some((id.parse().ok()?, id))) {
            bots.insert(id, event_credential(form, &format!("data[BOT][{at}]"))?);
        }
    }
    Ok(bots)
}

/// Fields of a form. The last one of a name counts, as in PHP.
struct Form {
    fields: BTreeMap<String, String>,
}

impl Form {
    fn new(parts: &[&str]) -> Self {
        let pairs = parts
            .iter()
            .flat_map(|part| form_urlencoded::parse(part.as_bytes()));
        Self {
            fields: pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.fields
            .get(name)
            .filter(|text| !text.is_empty())
            .cloned()
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::from)
    }

    fn integer(&self, name: &str) -> Option<i64> {
        read::number(self.fields.get(name)?)
    }

    fn words(&self, name: &str) -> Vec<String> {
        self.fields
            .get(name)
            .map(|text| read::words(text))
            .unwrap_or_default()
    }

    fn need(&self, name: &str) -> Result<String, ConfigError> {
        self.text(name).ok_or_else(|| {
            ConfigError::new(format!(
                "the portal's request has no `{name}`, or an empty one"
            ))
        })
    }
}
