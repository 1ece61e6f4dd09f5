//! People, as the messenger and the portal show them.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::{
    methods::{Context, Outcome, Refused},
    params::Params,
    person::Person,
    show,
};
use crate::{contract::text, table::List, time::date};

/// What [`search`] looks at: all else about a person is the same for everybody.
const SEARCHED: [&str; 7] = [
    "ID",
    "NAME",
    "LAST_NAME",
    "EMAIL",
    "PERSONAL_GENDER",
    "WORK_POSITION",
    "USER_TYPE",
];

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

/// The people of the portal in pages, without bots.
pub(super) fn search(context: &mut Context<'_>) -> Outcome {
    let people = context.world.people().filter(|person| !person.bot);
    let list = List::records(people.map(in_list));
    // Conditions are parameters, or fields of one.
    let fields = context.params.iter().filter(|(_, value)| value.is_object());
    let fields = fields.filter(|(name, _)| name.eq_ignore_ascii_case("FILTER"));
    let fields = fields.filter_map(|(_, value)| value.as_object()).flatten();
    let conditions = context.params.iter().chain(fields);
    let conditions = conditions.map(|(name, value)| (name.to_ascii_uppercase(), value.clone()));
    let filter: Map<String, Value> = conditions
        .filter(|(name, _)| SEARCHED.contains(&name.trim_start_matches(['>', '<', '=', '!', '@'])))
        .collect();
    let params = Params::new(context.params);
    let given = |name: &str| {
        params
            .text(name)
            .or(params.text(&name.to_ascii_uppercase()))
    };
    let mut order = Map::new();
    if let Some(field) = given("sort") {
        let direction = given("order").unwrap_or_default();
        order.insert(field.to_ascii_uppercase(), direction.into());
    }
    let mut asked = Map::new();
    asked.insert("filter".to_owned(), filter.into());
    asked.insert("order".to_owned(), order.into());
    asked.insert(
        "start".to_owned(),
        given("start").unwrap_or_default().into(),
    );
    Ok(list.page(&asked).into())
}

fn in_list(person: &Person) -> Value {
    let mut shown = json!({
        "ID": person.id.to_string(),
        "ACTIVE": person.active,
        "NAME": person.first_name,
        "LAST_NAME": person.last_name,
        "SECOND_NAME": "",
        "EMAIL": person.email,
        "LAST_LOGIN": date(person.last_seen),
        "DATE_REGISTER": date(person.joined),
        "TIME_ZONE": "",
        "IS_ONLINE": "Y",
        "TIMESTAMP_X": {},
        "LAST_ACTIVITY_DATE": {},
        "PERSONAL_GENDER": person.gender,
        "PERSONAL_WWW": person.website,
        "PERSONAL_MOBILE": "",
        "PERSONAL_CITY": "",
        "WORK_PHONE": "",
        "WORK_POSITION": person.position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": [1],
        "USER_TYPE": if person.extranet { "extranet" } else { "employee" },
    });
    if !person.birthday.is_empty() {
        shown["PERSONAL_BIRTHDAY"] = format!("{}T00:00:00+00:00", person.birthday).into();
    }
    shown
}

/// A date as this one field has it.
fn moment(time: SystemTime) -> String {
    let utc = DateTime::<Utc>::from(time);
    utc.format("%Y-%m-%d %H:%M:%S").to_string()
}
