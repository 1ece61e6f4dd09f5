//! `imbot.v2.File.*` and `im.v2.File.*`

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{access::denied, show};
use crate::{
    download,
    world::{
        ChatId, UserId,
        message::{Message, cut},
        methods::{Context, Outcome, Refused},
    },
};

const FILE_NOT_FOUND: &str = "FILE_NOT_FOUND";

pub(super) fn upload(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let content = content(context)?;
    let chat = context
        .chat_with(bot)
        .map_err(|_| Refused::code("FILE_FOLDER_ERROR"))?;
    keep(context, chat, bot, content)
}

pub(super) fn upload_as_user(context: &mut Context<'_>) -> Outcome {
    let content = content(context)?;
    let user = context.user;
    let dialog = context.args().str("dialogId").unwrap_or_default();
    let found = dialog.parse().ok();
    let found = found.and_then(|dialog| context.world.open(dialog, user, context.now));
    let chat = found.ok_or_else(|| Refused::code("CHAT_NOT_FOUND"))?;
    context.chat_of(chat, user)?;
    keep(context, chat, user, content)
}

pub(super) fn download(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = context.args().id("fileId").unwrap_or_default();
    let file = context.world.file(id);
    let chat = file.ok_or_else(|| Refused::code(FILE_NOT_FOUND))?.chat;
    if context.chat_of(chat, bot).is_err() {
        return Err(Refused::code("FILE_ACCESS_ERROR"));
    }
    Ok(link(context, id, "imbot"))
}

pub(super) fn download_as_user(context: &mut Context<'_>) -> Outcome {
    let user = context.user;
    let chat = context.chat_with(user)?;
    let id = context.args().id("fileId").unwrap_or_default();
    let file = context.world.file(id).filter(|file| file.chat == chat);
    if file.is_none() {
        return Err(Refused::code(FILE_NOT_FOUND));
    }
    Ok(link(context, id, "im"))
}

fn link(context: &mut Context<'_>, id: u64, module: &str) -> serde_json::Value {
    let token = context.world.link(id);
    let url = context.state.current_url();
    json!({"downloadUrl": download::address(&url, module, &token)})
}

/// What is in the file of the call.
fn content(context: &Context<'_>) -> Result<Vec<u8>, Refused> {
    let fields = context.args().within("fields");
    let text = |name| fields.str(name).unwrap_or_default().trim();
    if text("name").is_empty() || text("content").is_empty() {
        return Err(Refused::code("FILE_EMPTY"));
    }
    let content = STANDARD.decode(text("content"));
    content.map_err(|_| Refused::code("FILE_INVALID_CONTENT"))
}

/// Keeps the file of the call and sends it to a chat.
fn keep(context: &mut Context<'_>, chat: ChatId, author: UserId, content: Vec<u8>) -> Outcome {
    let args = context.args();
    let fields = args.within("fields");
    let name = fields.str("name").unwrap_or_default();
    let now = context.now;
    let id = context.world.add_file(chat, author, name, content, now);
    let text = cut(fields.str("message").unwrap_or_default());
    let mut message = Message::new(chat, author, &text);
    message.files.push(id);
    let message = context.world.add_message(message, now);
    let world = &*context.world;
    let file = world.file(id).ok_or_else(denied)?;
    Ok(json!({
        "file": show::file(world, file),
        "messageId": message,
        "chatId": chat,
        "dialogId": args.str("dialogId").unwrap_or_default(),
    }))
}
