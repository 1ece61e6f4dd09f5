//! Methods that tell about the portal, the application and the caller.

use serde_json::{Value, json};

use crate::{
    auth::Credential,
    bindings,
    contract::{BASIC, Rest},
    time::date,
    world::{
        OWNER,
        methods::{Context, Handler, Outcome, Refused},
        params::Params,
    },
};

/// What a portal in the cloud can do that some cannot.
const FEATURES: [&str; 2] = ["rest_offline_extended", "rest_auth_connector"];

/// What carries out the method of this lower-case name.
pub(crate) fn find(name: &str) -> Option<Handler> {
    Some(match name {
        "methods" => methods,
        "method.get" => method,
        "scope" => scope,
        "feature.get" => feature,
        "server.time" => |context| Ok(date(context.now).into()),
        "app.info" => app,
        "profile" => profile,
        "user.admin" => |context| Ok((context.user == OWNER).into()),
        "event.bind" => bindings::bind,
        "event.get" => bindings::get,
        "event.unbind" => bindings::unbind,
        _ => return None,
    })
}

fn methods(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let all = params.flag("full").unwrap_or_default();
    let scope = params.text("scope");
    let state = context.state;
    let granted = state.granted(context.caller);
    let mut names: Vec<_> = state
        .api()
        .methods()
        .map(|served| &served.method)
        .filter(|method| method.rest == Rest::Classic)
        .filter(|method| match scope.as_deref() {
            _ if all => true,
            None => is_open(&method.scopes, &granted),
            Some("") => is_open(&method.scopes, &[]),
            Some(scope) => method.scopes.iter().any(|known| known == scope),
        })
        .map(|method| method.name.as_str())
        .collect();
    names.sort_unstable();
    Ok(names.into())
}

/// Whether these scopes of a method are granted, or are everybody's.
fn is_open(scopes: &[String], granted: &[String]) -> bool {
    let is_granted = |scope: &String| scope == BASIC || granted.contains(scope);
    scopes.is_empty() || scopes.iter().any(is_granted)
}

fn method(context: &mut Context<'_>) -> Outcome {
    let name = Params::new(context.params).text("name").unwrap_or_default();
    let served = context
        .state
        .method(Rest::Classic, &name.to_ascii_lowercase());
    let is_available = served.is_some_and(|served| {
        let scopes = &served.method.scopes;
        context.state.has_scope(context.caller, scopes)
    });
    Ok(json!({"isExisting": served.is_some(), "isAvailable": is_available}))
}

fn scope(context: &mut Context<'_>) -> Outcome {
    let all = Params::new(context.params).flag("full");
    Ok(match all {
        Some(true) => context.state.api().scopes().into(),
        _ => context.state.granted(context.caller).into(),
    })
}

fn feature(context: &mut Context<'_>) -> Outcome {
    let code = Params::new(context.params).text("CODE").unwrap_or_default();
    if code.is_empty() {
        return Err(Refused::code("CODE_EMPTY"));
    }
    let value = if FEATURES.contains(&&*code) { "Y" } else { "N" };
    Ok(json!({"value": value}))
}

fn app(context: &mut Context<'_>) -> Outcome {
    if context.credential == Credential::Webhook {
        return Err(Refused::code("ACCESS_DENIED"));
    }
    let app = context.state.controls().app.clone();
    Ok(json!({
        "ID": 1,
        "CODE": context.state.secrets.client_id,
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": if app.paid { "N" } else { "Y" },
        "DAYS": null,
        "LANGUAGE_ID": "en",
        "LICENSE": "en_std",
        "LICENSE_TYPE": "std",
        "LICENSE_FAMILY": "std",
    }))
}

fn profile(context: &mut Context<'_>) -> Outcome {
    let person = context.world.person(context.user);
    // As PHP writes an empty object.
    let Some(person) = person.filter(|person| person.active) else {
        return Ok(Value::Array(Vec::new()));
    };
    Ok(json!({
        "ID": person.id.to_string(),
        "ADMIN": person.id == OWNER,
        "NAME": person.first_name,
        "LAST_NAME": person.last_name,
        "PERSONAL_GENDER": person.gender,
        "TIME_ZONE": "",
    }))
}
