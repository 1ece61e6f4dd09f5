//! People, as the messenger and the portal show them.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::{
    methods::{Context, Outcome, Refused},
    params::Params,
    show,
};
use crate::time::date;

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
