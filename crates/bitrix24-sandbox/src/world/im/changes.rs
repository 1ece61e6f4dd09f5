//! What people change about chats.

use super::super::{
    color as colors,
    methods::{Context, Outcome, Refused},
    params::Params,
    v1::PICTURE,
};

pub(super) fn title(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?.id;
    let title = Params::new(context.params).words("TITLE");
    let title = title.ok_or(Refused::code("TITLE_EMPTY"))?;
    if let Some(chat) = context.world.chat_mut(chat) {
        title.trim().clone_into(&mut chat.title);
    }
    Ok(true.into())
}

pub(super) fn color(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?.id;
    let name = Params::new(context.params).text("COLOR");
    let color = name.and_then(|name| colors::named(&name));
    let color = color.ok_or(Refused::code("WRONG_COLOR"))?;
    let chat = context.world.chat_mut(chat);
    let chat = chat.filter(|chat| chat.color != Some(color));
    let chat = chat.ok_or(Refused::code("WRONG_REQUEST"))?;
    chat.color = Some(color);
    Ok(true.into())
}

pub(super) fn avatar(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?.id;
    if Params::new(context.params).words("AVATAR").is_none() {
        return Err(Refused::code("AVATAR_ERROR"));
    }
    if let Some(chat) = context.world.chat_mut(chat) {
        PICTURE.clone_into(&mut chat.avatar);
    }
    Ok(true.into())
}

pub(super) fn owner(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?;
    let user = Params::new(context.params).id("USER_ID");
    let user = user.ok_or(Refused::code("USER_ID_EMPTY"))?;
    if chat.owner != context.user || !chat.has(user) {
        return Err(Refused::code("WRONG_REQUEST"));
    }
    let chat = chat.id;
    if let Some(chat) = context.world.chat_mut(chat) {
        chat.owner = user;
    }
    Ok(true.into())
}

pub(super) fn mute(context: &mut Context<'_>) -> Outcome {
    let chat = context.own_group()?.id;
    let muted = Params::new(context.params).flag("MUTE").unwrap_or(true);
    let user = context.user;
    let chat = context.world.chat_mut(chat);
    if let Some(member) = chat.and_then(|chat| chat.members.get_mut(&user)) {
        member.muted = muted;
    }
    Ok(true.into())
}
