//! Chats of the first version.

use serde_json::{Value, json};

use super::super::{
    ChatId, UserId, World,
    chat::{Chat, Kind},
    color,
    dialog::Dialog,
    message::{Message, cut},
    methods::{Context, Outcome, Refused},
    params::Params,
    show,
};

pub(super) fn add(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    Ok(opened(context, bot).into())
}

/// Opens the chat that the parameters describe, in someone's name.
pub(crate) fn opened(context: &mut Context<'_>, by: UserId) -> ChatId {
    let params = Params::new(context.params);
    let text = |name| params.text(name).unwrap_or_default();
    let kind = match text("TYPE").as_ref() {
        "OPEN" => Kind::Open,
        _ => Kind::Closed,
    };
    let users = params.ids("USERS");
    let mut chat = Chat::new(kind, by);
    chat.title = match text("TITLE").trim() {
        "" => context.world.title_of(by, &users),
        title => title.to_owned(),
    };
    chat.description = text("DESCRIPTION").into_owned();
    chat.color = color::named(&text("COLOR"));
    chat.entity_type = text("ENTITY_TYPE").into_owned();
    chat.entity_id = text("ENTITY_ID").into_owned();
    if params.words("AVATAR").is_some() {
        PICTURE.clone_into(&mut chat.avatar);
    }
    let id = context.world.add_chat(chat, &users, context.now);
    if let Some(text) = params.words("MESSAGE") {
        let message = Message::new(id, by, &cut(text.trim()));
        context.world.add_message(message, context.now);
    }
    id
}

/// Where every picture of a chat is said to be.
pub(crate) const PICTURE: &str = "/upload/im/chat.png";

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let (Some(entity_type), Some(entity_id)) =
        (params.text("ENTITY_TYPE"), params.text("ENTITY_ID"))
    else {
        return Ok(Value::Null);
    };
    match context.world.chat_by_entity(&entity_type, &entity_id) {
        None => Ok(Value::Null),
        Some(chat) if context.world.is_open_to(chat, context.user) => Ok(json!({"ID": chat.id})),
        Some(_) => Err(Refused::code("ACCESS_ERROR")),
    }
}

pub(super) fn describe(context: &mut Context<'_>) -> Outcome {
    let dialog = Params::new(context.params).text("DIALOG_ID");
    let dialog: Option<Dialog> = dialog.and_then(|dialog| dialog.parse().ok());
    let dialog = dialog.ok_or(Refused::code("DIALOG_ID_EMPTY"))?;
    let world = &context.world;
    let chat = world.chat_of(dialog, context.user);
    let chat = chat.and_then(|id| world.chat(id));
    let chat = chat.filter(|chat| world.is_open_to(chat, context.user));
    let chat = chat.ok_or(Refused::code("ACCESS_ERROR"))?;
    Ok(show::dialog(world, chat, context.user))
}

pub(super) fn title(context: &mut Context<'_>) -> Outcome {
    let title = Params::new(context.params).words("TITLE");
    let title = title.ok_or(Refused::code("TITLE_EMPTY"))?;
    let bot = context.bot()?;
    let chat = context.group_of(bot)?;
    if let Some(chat) = context.world.chat_mut(chat) {
        title.trim().clone_into(&mut chat.title);
    }
    Ok(true.into())
}

pub(super) fn color(context: &mut Context<'_>) -> Outcome {
    let name = Params::new(context.params)
        .text("COLOR")
        .unwrap_or_default();
    let color = color::named(&name).ok_or(Refused::code("WRONG_COLOR"))?;
    let bot = context.bot()?;
    let chat = existing(context, bot)?;
    let chat = context.world.chat_mut(chat);
    match chat.filter(|chat| chat.color != Some(color)) {
        Some(chat) => {
            chat.color = Some(color);
            Ok(true.into())
        }
        None => Err(Refused::code("WRONG_REQUEST")),
    }
}

pub(super) fn avatar(context: &mut Context<'_>) -> Outcome {
    if Params::new(context.params).words("AVATAR").is_none() {
        return Err(Refused::code("AVATAR_ERROR"));
    }
    let bot = context.bot()?;
    let chat = existing(context, bot)?;
    if let Some(chat) = context.world.chat_mut(chat) {
        PICTURE.clone_into(&mut chat.avatar);
    }
    Ok(true.into())
}

/// The bot's chat, for methods that have a code of their own for one that does not exist.
fn existing(context: &Context<'_>, bot: UserId) -> Result<ChatId, Refused> {
    match Params::new(context.params).id("CHAT_ID") {
        Some(id) if context.world.chat(id).is_none() => Err(Refused::code("WRONG_REQUEST")),
        _ => context.group_of(bot),
    }
}

pub(super) fn typing(context: &mut Context<'_>) -> Outcome {
    let bot = context.bot()?;
    let dialog = Params::new(context.params).text("DIALOG_ID");
    let dialog: Option<Dialog> = dialog.and_then(|dialog| dialog.parse().ok());
    let chat = dialog.and_then(|dialog| context.world.chat_of(dialog, bot));
    let shown = chat.is_some_and(|chat| context.world.typing(chat, bot, context.now));
    if shown {
        Ok(true.into())
    } else {
        Err(Refused::code("DIALOG_ID_EMPTY"))
    }
}

impl World {
    /// Whether a credential of this person opens a chat: they are in it, a bot is in it
    /// that may be theirs, or it is open to all.
    pub(crate) fn is_open_to(&self, chat: &Chat, user: UserId) -> bool {
        chat.kind == Kind::Open
            || chat.has(user)
            || chat.members.keys().any(|id| self.bot(*id).is_some())
    }

    /// What a chat is called that was given no title: by who is in it.
    fn title_of(&self, owner: UserId, users: &[UserId]) -> String {
        let members = std::iter::once(owner).chain(users.iter().copied());
        let names = members.map(|id| self.name_of(id));
        let names: Vec<_> = names.filter(|name| !name.is_empty()).take(4).collect();
        names.join(", ")
    }
}
