//! `imbot.v2.Event.get` and `im.v2.Event.*`

use serde_json::json;

use crate::world::{
    event::queue::{Page, Reader},
    methods::{Context, Outcome, Refused},
};

/// The scope that events of users take.
const MESSENGER: &str = "im";

const LIMIT: u64 = 100;
const HIGHEST_LIMIT: u64 = 1000;

pub(super) fn of_bot(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let mut readers = vec![Reader::Bot(bot)];
    if context.args().flag("withUserEvents").unwrap_or_default() {
        if !context
            .state
            .has_scope(context.caller, &[MESSENGER.to_owned()])
        {
            return Err(Refused::code("SCOPE_ERROR"));
        }
        if !context.world.events.is_subscribed(context.user) {
            return Err(Refused::code("USER_NOT_SUBSCRIBED"));
        }
        readers.push(Reader::User(context.user));
    }
    Ok(page(context, &readers))
}

pub(super) fn of_user(context: &mut Context<'_>) -> Outcome {
    let readers = [Reader::User(context.user)];
    Ok(page(context, &readers))
}

pub(super) fn subscribe(context: &mut Context<'_>) -> Outcome {
    context.world.events.subscribe(context.user);
    Ok(true.into())
}

pub(super) fn unsubscribe(context: &mut Context<'_>) -> Outcome {
    context.world.events.unsubscribe(context.user);
    Ok(true.into())
}

fn page(context: &mut Context<'_>, readers: &[Reader]) -> serde_json::Value {
    let offset = context.args().number("offset");
    let limit = context.args().number("limit").unwrap_or(LIMIT);
    let limit = usize::try_from(limit.clamp(1, HIGHEST_LIMIT)).unwrap_or_default();
    let Page {
        events,
        next,
        has_more,
    } = context
        .world
        .events
        .read(readers, offset, limit, context.now);
    json!({"events": events, "nextOffset": next, "hasMore": has_more})
}
