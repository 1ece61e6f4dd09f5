//! People, as the messenger and the portal show them.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::{
    methods::{Context, Outcome, Refused},
    params::Params,
    show,
};
use crate::{contract::text, time::date};

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let id = match params.id("ID") {
        None if params.has("ID") => return Err(Refused::code("ID_EMPTY")),
        id => id.unwrap_or(context.user),
    };
    let person = context.world.person(id);
    let person = person.ok_or(Refused::code("USER_NOT_EXISTS"))?;
    Ok(show::person(context.world, person))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let ids = match params.value("ID") {
        // As JSON in a text, too.
        Some(Value::String(text)) => {
            let ids: Option<Vec<Value>> = serde_json::from_str(text).ok();
            ids.ok_or(Refused::code("INVALID_FORMAT"))?
        }
        Some(Value::Array(ids)) => ids.clone(),
        _ => return Err(Refused::code("INVALID_FORMAT")),
    };
    let ids = ids.iter().map(|id| (text(id), text(id).parse().ok()));
    let people = ids.map(|(name, id)| {
        let person = id.and_then(|id| context.world.person(id));
        let shown = person.map_or(Value::Null, |person| show::person(context.world, person));
        (name.into_owned(), shown)
    });
    match params.text("RESULT_TYPE").as_deref() {
        Some("array") => {
            let people = people.filter(|(_, shown)| !shown.is_null());
            Ok(people.map(|(_, shown)| shown).collect())
        }
        _ => Ok(Value::Object(people.collect())),
    }
}

pub(super) fn current(context: &mut Context<'_>) -> Outcome {
    let person = context.world.person(context.user);
    // The owner of the portal is always there.
    let person = person.ok_or(Refused::code("ACCESS_DENIED"))?;
    Ok(json!({
        "ID": person.id.to_string(),
        "ACTIVE": person.active,
        "NAME": person.first_name,
        "LAST_NAME": person.last_name,
        "EMAIL": person.email,
        "LAST_LOGIN": date(person.last_seen),
        "DATE_REGISTER": date(person.joined),
        "IS_ONLINE": "Y",
        "LAST_ACTIVITY_DATE": moment(person.last_seen),
        "PERSONAL_GENDER": person.gender,
        "PERSONAL_BIRTHDAY": person.birthday,
        "WORK_POSITION": person.position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": [1],
    }))
}

/// A date as this one field has it.
fn moment(time: SystemTime) -> String {
    let utc = DateTime::<Utc>::from(time);
    utc.format("%Y-%m-%d %H:%M:%S").to_string()
}
