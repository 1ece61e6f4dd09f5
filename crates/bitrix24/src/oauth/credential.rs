//! What an application may call a portal with.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{is_secret, now, read};
use crate::{ConfigError, Secret, address};

/// The tokens of an application for one portal, and what belongs to them.
///
/// It prints without its tokens. Serialized, it holds them in plain: that is for stores.
///
/// ```
/// use bitrix24::oauth::Credential;
///
/// let credential = Credential::new("portal.bitrix24.com", "access-token")
///     .refresh_token("refresh-token")
///     .expires_at(1_780_319_382);
/// assert!(!format!("{credential:?}").contains("-token"));
/// let stored = serde_json::to_string(&credential)?;
/// assert_eq!(serde_json::from_str::<Credential>(&stored)?, credential);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// What calls are authorised with, for an hour.
    pub access_token: Secret,
    /// What buys the next pair of tokens, within 180 days and once. Without it the credential
    /// cannot be renewed.
    pub refresh_token: Option<Secret>,
    /// When the access token is over, in seconds since 1970.
    pub expires_at: Option<i64>,
    /// The portal: a host name, or the address of its API such as `https://portal/rest/`.
    pub portal: String,
    /// The authorization server: a host name, or an address such as
    /// `https://oauth.bitrix.info/rest/`. That one, unless set.
    pub auth_server: Option<String>,
    /// What identifies the portal, even if it moves to another address.
    pub member_id: Option<String>,
    /// The user who is authorised.
    pub user_id: Option<i64>,
    /// What the application may do, such as `crm`.
    pub scopes: Vec<String>,
    /// What kind of application the portal takes it for: `L` local, `F` free, `D` demo, `T` trial,
    /// `P` paid. Not to be relied on: ask `app.info` of the authorization server.
    pub status: Option<String>,
}

impl Credential {
    /// A credential without refresh token that is not known to expire.
    ///
    /// The portal is a host name, or an address such as `https://portal/rest/`.
    pub fn new(portal: impl Into<String>, access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            expires_at: None,
            portal: portal.into(),
            auth_server: None,
            member_id: None,
            user_id: None,
            scopes: Vec::new(),
            status: None,
        }
    }

    /// Sets the refresh token.
    #[must_use]
    pub fn refresh_token(mut self, token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// Sets when the access token is over, in seconds since 1970.
    #[must_use]
    pub fn expires_at(mut self, seconds: i64) -> Self {
        self.expires_at = Some(seconds);
        self
    }

    /// Sets the authorization server: a host name or an address.
    #[must_use]
    pub fn auth_server(mut self, address: impl Into<String>) -> Self {
        self.auth_server = Some(address.into());
        self
    }

    /// Reads what the authorization server answers: a JSON object with `access_token`,
    /// `refresh_token`, `client_endpoint` and so on. For programs that ask it themselves.
    ///
    /// A lifetime counts from now.
    ///
    /// ```
    /// use bitrix24::oauth::Credential;
    ///
    /// let credential = Credential::from_answer(
    ///     r#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600,
    ///         "client_endpoint": "https://portal.bitrix24.com/rest/"}"#,
    /// )?;
    /// assert_eq!(credential.portal, "https://portal.bitrix24.com/rest/");
    /// assert!(Credential::from_answer(r#"{"error": "invalid_grant"}"#).is_err());
    /// # Ok::<(), bitrix24::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// If it is not JSON, or has no usable `access_token` or `client_endpoint`.
    pub fn from_answer(answer: &str) -> Result<Self, ConfigError> {
        let fields: Map<String, Value> = serde_json::from_str(answer)
            .map_err(|_| ConfigError::new("the answer is not a JSON object"))?;
        let credential = Self::from_fields(&fields, None).map_err(|what| {
            ConfigError::new(format!("the answer is not that of a token: {what}"))
        })?;
        credential.check()?;
        Ok(credential)
    }

    /// The same for an answer that renews `old`: what it does not say stays.
    pub(super) fn from_fields(
        fields: &Map<String, Value>,
        old: Option<&Self>,
    ) -> Result<Self, &'static str> {
        let text = |name| read::text(fields, name);
        let access_token =
            read::secret(fields, "access_token").ok_or("`access_token` is missing")?;
        // Of a new pair, `domain` is the authorization server.
        let auth_server = text("server_endpoint").or_else(|| text("domain"));
        let scopes = read::word_list(fields, "scope");
        let or = |new: Option<String>, pick: fn(&Self) -> &Option<String>| {
            new.or_else(|| old.and_then(|old| pick(old).clone()))
        };
        Ok(Self {
            access_token,
            refresh_token: read::secret(fields, "refresh_token")
                .or_else(|| old?.refresh_token.clone()),
            expires_at: read::expiry(
                read::integer(fields, "expires"),
                read::integer(fields, "expires_in"),
                now(),
            ),
            portal: match (text("client_endpoint"), old) {
                // The pair is paid for with the old one: it must not get lost over an address.
                (Some(portal), Some(old)) if address::portal(&portal).is_err() => {
                    old.portal.clone()
                }
                (Some(portal), _) => portal,
                (None, Some(old)) => old.portal.clone(),
                (None, None) => return Err("`client_endpoint` is missing"),
            },
            auth_server: or(auth_server, |old| &old.auth_server),
            member_id: or(text("member_id"), |old| &old.member_id),
            user_id: read::integer(fields, "user_id").or_else(|| old?.user_id),
            scopes: match (scopes.is_empty(), old) {
                (true, Some(old)) => old.scopes.clone(),
                _ => scopes,
            },
            status: or(text("status"), |old| &old.status),
        })
    }

    /// Whether it can be used: fields are public, and stores may hold anything.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        address::token(&self.portal, self.access_token.clone())?;
        if !self.refresh_token.as_ref().is_none_or(is_secret) {
            return Err(ConfigError::new(
                "the refresh token is empty, too long or has unusual characters",
            ));
        }
        Ok(())
    }

    /// Whether both hold the same pair.
    pub(super) fn has_tokens_of(&self, other: &Self) -> bool {
        self.access_token == other.access_token && self.refresh_token == other.refresh_token
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = &Secret> {
        [Some(&self.access_token), self.refresh_token.as_ref()]
            .into_iter()
            .flatten()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("expires_at", &self.expires_at)
            .field("portal", &self.portal)
            .field("auth_server", &self.auth_server)
            .field("member_id", &self.member_id)
            .field("user_id", &self.user_id)
            .field("scopes", &self.scopes)
            .field("status", &self.status)
            .finish()
    }
}

impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("access_token", &self.access_token)?;
        if let Some(token) = &self.refresh_token {
            map.serialize_entry("refresh_token", token)?;
        }
        if let Some(seconds) = self.expires_at {
            map.serialize_entry("expires_at", &seconds)?;
        }
        map.serialize_entry("portal", &self.portal)?;
        for (name, value) in [
            ("auth_server", &self.auth_server),
            ("member_id", &self.member_id),
            ("status", &self.status),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(user) = self.user_id {
            map.serialize_entry("user_id", &user)?;
        }
        map.serialize_entry("scopes", &self.scopes)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let missing = de::Error::missing_field;
        // Its errors would print values, and so tokens.
        let Value::Object(fields) = Value::deserialize(deserializer)? else {
            return Err(de::Error::custom("a credential is an object"));
        };
        Ok(Self {
            access_token: read::secret(&fields, "access_token")
                .ok_or_else(|| missing("access_token"))?,
            refresh_token: read::secret(&fields, "refresh_token"),
            expires_at: read::integer(&fields, "expires_at"),
            portal: read::text(&fields, "portal").ok_or_else(|| missing("portal"))?,
            auth_server: read::text(&fields, "auth_server"),
            member_id: read::text(&fields, "member_id"),
            user_id: read::integer(&fields, "user_id"),
            scopes: read::word_list(&fields, "scopes"),
            status: read::text(&fields, "status"),
        })
    }
}
