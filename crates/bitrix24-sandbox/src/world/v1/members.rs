//! Who is in a chat, in the first version.

use super::super::{
    ChatId, UserId,
    methods::{Context, Outcome, Refused},
    params::Params,
};

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let chat = context.group_of(bot)?;
    let chat = context.world.chat(chat);
    let members = chat.into_iter().flat_map(|chat| chat.members.keys());
    Ok(members.copied().collect())
}

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let chat = context.group()?;
    if !chat.has(bot) {
        return Err(Refused::code("WRONG_REQUEST"));
    }
    let chat = chat.id;
    let params = Params::new(context.params);
    let hide = params.flag("HIDE_HISTORY").unwrap_or(true);
    let mut joined = false;
    for user in params.ids("USERS") {
        joined |= context.world.join(chat, user, bot, hide);
    }
    done(joined)
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let chat = context.group()?;
    let user = user(context)?;
    if chat.has(user) && chat.owner == user {
        return Err(Refused::code("ACCESS_ERROR"));
    }
    let may = chat.has(bot) && (user == bot || chat.is_managed_by(bot));
    let chat = chat.id;
    done(may && context.world.leave(chat, user))
}

pub(super) fn leave(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let chat = context.group()?;
    if chat.has(bot) && chat.owner == bot {
        return Err(Refused::code("ACCESS_ERROR"));
    }
    let chat = chat.id;
    done(context.world.leave(chat, bot))
}

pub(super) fn owner(context: &mut Context<'_>) -> Outcome {
    let (chat, user) = owned(context)?;
    if let Some(chat) = context.world.chat_mut(chat) {
        chat.owner = user;
    }
    Ok(true.into())
}

pub(super) fn manager(context: &mut Context<'_>) -> Outcome {
    let (chat, user) = owned(context)?;
    let manager = Params::new(context.params).flag("IS_MANAGER");
    let chat = context.world.chat_mut(chat);
    if let Some(member) = chat.and_then(|chat| chat.members.get_mut(&user)) {
        member.manager = manager.unwrap_or(true);
    }
    Ok(true.into())
}

/// The chat, if the bot owns it, and the given member.
fn owned(context: &Context<'_>) -> Result<(ChatId, UserId), Refused> {
    let bot = context.bot()?;
    // `imbot.chat.setManager` has no code of its own for chats that are closed to it.
    let chat = match context.group() {
        Err(refused) if refused.code == "ACCESS_ERROR" => {
            return Err(Refused::code("WRONG_REQUEST"));
        }
        chat => chat?,
    };
    let user = user(context)?;
    if chat.owner == bot && chat.has(bot) && chat.has(user) {
        Ok((chat.id, user))
    } else {
        Err(Refused::code("WRONG_REQUEST"))
    }
}

fn user(context: &Context<'_>) -> Result<UserId, Refused> {
    let user = Params::new(context.params).id("USER_ID");
    user.ok_or(Refused::code("USER_ID_EMPTY"))
}

fn done(changed: bool) -> Outcome {
    if changed {
        Ok(true.into())
    } else {
        Err(Refused::code("WRONG_REQUEST"))
    }
}
