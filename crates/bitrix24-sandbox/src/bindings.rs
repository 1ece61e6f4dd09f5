//! Handlers of events that the application has bound.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::world::{
    OWNER, UserId,
    methods::{Context, Outcome, Refused},
    params::Params,
};

/// How the names of all events begin.
const EVENTS: &str = "ON";

/// A handler of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Binding {
    /// In upper case.
    event: String,
    handler: String,
    /// Whom the handler is authorised as; 0 for who has caused the event.
    user: UserId,
    offline: bool,
}

/// All of them, in the order in which they were bound.
#[derive(Default)]
pub(crate) struct Bindings(Mutex<Vec<Binding>>);

impl Bindings {
    pub(crate) fn clear(&self) {
        self.all().clear();
    }

    /// Those of an event that are told of it: their number, their address and as whom.
    pub(crate) fn of(&self, event: &str) -> Vec<(u64, String, UserId)> {
        let all = self.all();
        let numbered = (1..).zip(all.iter());
        let bound = numbered.filter(|(_, binding)| !binding.offline && binding.event == event);
        bound
            .map(|(number, binding)| (number, binding.handler.clone(), binding.user))
            .collect()
    }

    fn all(&self) -> MutexGuard<'_, Vec<Binding>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call is about.
fn binding(context: &Context<'_>) -> Binding {
    let params = Params::new(context.params);
    let text = |name| params.text(name).unwrap_or_default();
    Binding {
        event: text("event").to_ascii_uppercase(),
        handler: text("handler").into_owned(),
        user: params.id("auth_type").unwrap_or_default(),
        offline: text("event_type").eq_ignore_ascii_case("offline"),
    }
}

pub(crate) fn bind(context: &mut Context<'_>) -> Outcome {
    let binding = binding(context);
    if !binding.event.starts_with(EVENTS) {
        return Err(Refused::code("ERROR_EVENT_NOT_FOUND"));
    }
    let as_another = ![0, context.user].contains(&binding.user);
    if context.user != OWNER && (binding.offline || as_another) {
        return Err(Refused::code("ACCESS_DENIED"));
    }
    let mut all = context.state.bindings.all();
    if !all.contains(&binding) {
        all.push(binding);
    }
    Ok(true.into())
}

pub(crate) fn get(context: &mut Context<'_>) -> Outcome {
    let all = context.state.bindings.all();
    Ok(all.iter().map(shown).collect())
}

fn shown(binding: &Binding) -> Value {
    json!({
        "event": binding.event,
        "handler": binding.handler,
        "auth_type": binding.user.to_string(),
        "offline": u8::from(binding.offline),
    })
}

pub(crate) fn unbind(context: &mut Context<'_>) -> Outcome {
    let wanted = binding(context);
    if wanted.offline && context.user != OWNER {
        return Err(Refused::code("ACCESS_DENIED"));
    }
    let any_user = !context.params.contains_key("auth_type");
    let mut all = context.state.bindings.all();
    let before = all.len();
    all.retain(|binding| {
        let user = if any_user { binding.user } else { wanted.user };
        *binding
            != Binding {
                user,
                ..wanted.clone()
            }
    });
    Ok(json!({"count": before - all.len()}))
}
