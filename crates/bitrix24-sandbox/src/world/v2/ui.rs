//! Small signs: reactions, typing, and the field that people write in.

use serde_json::json;

use super::access::denied;
use crate::world::methods::{Context, Outcome, Refused};

pub(super) fn add_reaction(context: &mut Context<'_>) -> Outcome {
    react(context, true, "REACTION_ALREADY_SET")
}

pub(super) fn delete_reaction(context: &mut Context<'_>) -> Outcome {
    react(context, false, "REACTION_NOT_FOUND")
}

fn react(context: &mut Context<'_>, add: bool, otherwise: &'static str) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.message_seen_by(bot).ok_or_else(denied)?;
    let reaction = context.args().str("reaction").unwrap_or_default();
    if context.world.react(id, bot, reaction, add) {
        Ok(json!({"result": true}))
    } else {
        Err(Refused::code(otherwise))
    }
}

pub(super) fn notify(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.chat_with(bot)?;
    Ok(json!({"result": context.world.typing(id, bot, context.now)}))
}

pub(super) fn text_field(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.chat_with(bot)?;
    let enabled = context.args().flag("enabled").unwrap_or(true);
    let chat = context.world.chat_mut(id).ok_or_else(denied)?;
    chat.text_field = enabled;
    Ok(json!({"result": true}))
}
