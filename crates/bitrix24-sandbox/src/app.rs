//! The application that the tokens belong to.

use serde_json::{Map, Value};

use crate::{
    order::{App, is_address, read},
    state::State,
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
