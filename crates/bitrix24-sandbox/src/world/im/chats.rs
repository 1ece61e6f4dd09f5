//! Chats, as people see them.

use serde_json::{Value, json};

use super::super::{
    methods::{Context, Outcome, Refused},
    params::Params,
    v1,
};

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let pair = params.text("ENTITY_TYPE").zip(params.text("ENTITY_ID"));
    let chat = pair.and_then(|(of, id)| context.world.chat_by_entity(&of, &id));
    let chat = chat.filter(|chat| chat.has(context.user));
    Ok(chat.map_or(Value::Null, |chat| json!({"ID": chat.id})))
}

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let user = context.user;
    Ok(v1::opened(context, user).into())
}

pub(super) fn members(context: &mut Context<'_>) -> Outcome {
    Ok(context.own_group()?.members.keys().copied().collect())
}

pub(super) fn join(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?.id;
    let params = Params::new(context.params);
    let hide = params.flag("HIDE_HISTORY").unwrap_or(true);
    let mut joined = false;
    for user in params.ids("USERS") {
        joined |= context.world.join(chat, user, context.user, hide);
    }
    Ok(joined.into())
}

pub(super) fn remove(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?;
    let user = Params::new(context.params).id("USER_ID");
    let user = user.ok_or(Refused::code("USER_ID_EMPTY"))?;
    if !chat.has(user) {
        return Err(Refused::code("USER_NOT_FOUND"));
    }
    if chat.owner == user || !chat.is_managed_by(context.user) {
        return Err(Refused::code("ACCESS_DENIED_KICK"));
    }
    let chat = chat.id;
    Ok(context.world.leave(chat, user).into())
}

pub(super) fn leave(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?;
    if chat.owner == context.user {
        return Err(Refused::code("ACCESS_DENIED_KICK"));
    }
    let chat = chat.id;
    Ok(context.world.leave(chat, context.user).into())
}
