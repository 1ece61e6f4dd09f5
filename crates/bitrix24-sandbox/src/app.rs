//! The application that the tokens belong to.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    Sandbox,
    order::{App, is_address, read},
    state::State,
    tokens::{Grant, Token},
    world::UserId,
};

/// What can be told about it.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    /// Where users return to who have authorised it.
    pub(crate) redirect_uri: Option<String>,
    /// The only users who may use it.
    pub(crate) users: Option<Vec<UserId>>,
    pub(crate) installed: bool,
    pub(crate) paid: bool,
}

impl Application {
    pub(crate) fn new(redirect_uri: Option<&str>) -> Self {
        Self {
            redirect_uri: redirect_uri.map(str::to_owned),
            users: None,
            installed: true,
            paid: true,
        }
    }

    pub(crate) fn is_open_to(&self, user: UserId) -> bool {
        self.users
            .as_ref()
            .is_none_or(|users| users.contains(&user))
    }
}

/// Changes what the order names.
pub(crate) fn obey(state: &State, params: Map<String, Value>) -> Result<Value, String> {
    let order: App = read(params)?;
    if let Some(uri) = &order.redirect_uri
        && !is_address(uri)
    {
        return Err(format!("no address: {uri}"));
    }
    let app = &mut state.controls().app;
    if let Some(uri) = order.redirect_uri {
        app.redirect_uri = Some(uri);
    }
    if let Some(users) = order.users {
        let users = users.iter().map(|id| match id {
            Value::String(text) => text.parse().ok(),
            id => id.as_u64(),
        });
        let users: Option<Vec<UserId>> = users.collect();
        app.users = Some(users.ok_or("users are numbers")?);
    }
    app.installed = order.installed.unwrap_or(app.installed);
    app.paid = order.paid.unwrap_or(app.paid);
    Ok(true.into())
}

/// The application and its tokens, as tests change them.
impl Sandbox {
    /// The refresh token that was issued last. It is good for one renewal at
    /// [`url`](Self::url) + `/oauth/token/`.
    #[must_use]
    pub fn refresh_token(&self) -> String {
        self.state.controls().tokens.newest_refresh().to_owned()
    }

    /// A new code of an authorisation, which is good for one exchange within
    /// 30 seconds.
    #[must_use]
    pub fn auth_code(&self) -> String {
        self.state.controls().tokens.code(self.state.clock.now())
    }

    /// A new pair of tokens, for any user and with any scopes.
    #[must_use]
    pub fn token(&self, grant: &Grant) -> Token {
        let now = self.state.clock.now();
        self.state
            .controls()
            .tokens
            .issue_beside(grant.clone(), now)
    }

    /// Where users return to from now on who have authorised the application at
    /// [`url`](Self::url) + `/oauth/authorize/`.
    pub fn redirect_uri(&self, uri: &str) {
        self.state.controls().app.redirect_uri = Some(uri.to_owned());
    }

    /// Leaves the application to these users only: calls with the tokens of
    /// others get `user_access_error`.
    pub fn restrict_app(&self, users: &[u64]) {
        self.state.controls().app.users = Some(users.to_vec());
    }

    /// Whether the application is installed. While it is not, the authorization
    /// server says `invalid_client`.
    pub fn install_app(&self, installed: bool) {
        self.state.controls().app.installed = installed;
    }

    /// Whether the application is paid for. While it is not, the authorization
    /// server says `PAYMENT_REQUIRED`.
    pub fn pay_app(&self, paid: bool) {
        self.state.controls().app.paid = paid;
    }

    /// Ends every access token so far: calls with them get `expired_token`.
    pub fn expire_tokens(&self) {
        self.state.controls().tokens.expire(self.state.clock.now());
    }

    /// How long the access tokens live that are issued from now on, in whole
    /// seconds; an hour unless it is said otherwise.
    pub fn token_lifetime(&self, lifetime: Duration) {
        self.state.controls().tokens.lifetime = lifetime;
    }

    /// How many refresh tokens were exchanged for a new pair so far.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.state.controls().tokens.refreshes
    }

    /// Leaves webhook and tokens with these scopes only.
    pub fn grant(&self, scopes: &[&str]) {
        self.state.controls().scopes = scopes.iter().copied().map(String::from).collect();
    }
}
