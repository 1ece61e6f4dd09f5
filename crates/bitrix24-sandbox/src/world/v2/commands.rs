//! `imbot.v2.Command.*`

use serde_json::{Map, Value, json};

use super::{messages, show};
use crate::world::{
    CommandId, UserId,
    command::{Command, Words},
    dialog::Dialog,
    message::Message,
    methods::{Context, Outcome, Refused},
    params::Params,
};

pub(super) fn register(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let fields = context.args().within("fields");
    let name = name(fields.str("command").unwrap_or_default());
    if name.is_empty() {
        return Err(Refused::code("COMMAND_REQUIRED"));
    }
    let known = |known: &&Command| known.bot == bot && known.name == name;
    if let Some(known) = context.world.commands().find(known) {
        return Ok(json!({"command": show::command(known)}));
    }
    let hidden = fields.flag("hidden").unwrap_or_default();
    let mut words = Vec::new();
    translate(&mut words, fields);
    if !hidden && words.is_empty() {
        return Err(Refused::code("COMMAND_TITLE_REQUIRED"));
    }
    let id = context.world.register_command(Command {
        id: 0,
        bot,
        name: name.to_owned(),
        handler: None,
        common: fields.flag("common").unwrap_or_default(),
        hidden,
        extranet: fields.flag("extranetSupport").unwrap_or_default(),
        words,
    });
    let command = context.world.command(id).map(show::command);
    Ok(json!({"command": command}))
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = own(context, bot)?;
    let fields = context.args().within("fields");
    let new = fields.str("command").map(name);
    if new.is_some_and(str::is_empty) {
        return Err(Refused::code("COMMAND_NAME_EMPTY"));
    }
    let other = |one: &Command| one.bot == bot && one.id != id && new == Some(one.name.as_str());
    if context.world.commands().any(other) {
        return Err(Refused::code("COMMAND_ALREADY_EXISTS"));
    }
    if let Some(command) = context.world.command_mut(id) {
        if let Some(name) = new {
            name.clone_into(&mut command.name);
        }
        translate(&mut command.words, fields);
        command.common = fields.flag("common").unwrap_or(command.common);
        command.hidden = fields.flag("hidden").unwrap_or(command.hidden);
        command.extranet = fields.flag("extranetSupport").unwrap_or(command.extranet);
    }
    let command = context.world.command(id).map(show::command);
    Ok(json!({"command": command}))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let commands = context.world.commands().filter(|one| one.bot == bot);
    let shown: Vec<_> = commands
        .map(|command| show::command_in_list(context.world, command))
        .collect();
    Ok(json!({"commands": shown}))
}

pub(super) fn unregister(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let id = own(context, bot)?;
    Ok(json!({"result": context.world.unregister_command(id)}))
}

pub(super) fn answer(context: &mut Context<'_>) -> Outcome {
    let bot = context.own_bot()?;
    let fields = context.args().within("fields");
    let failed = || Refused::code("COMMAND_ANSWER_FAILED");
    let command = own(context, bot).map_err(|_| failed())?;
    let asked = context
        .world
        .message(context.args().id("messageId").unwrap_or_default());
    let asked = asked.ok_or_else(failed)?;
    let dialog = context.args().str("dialogId").unwrap_or_default();
    let dialog: Dialog = dialog.parse().map_err(|()| failed())?;
    let chat = asked.chat;
    // Nothing but its use gives access to the chat.
    if !context.world.events.was_used(command, asked.id)
        || context.world.chat_of(dialog, bot) != Some(chat)
    {
        return Err(failed());
    }
    let message = messages::written(fields)?.ok_or_else(failed)?;
    if context.world.chat(chat).is_some_and(|chat| chat.has(bot)) {
        messages::post(context, bot, chat, message, fields);
    } else {
        let name = context.world.name_of(bot);
        let message = Message {
            chat,
            system: true,
            text: format!("[b]{name}:[/b] {}", message.text),
            ..message
        };
        context.world.add_message(message, context.now);
    }
    Ok(json!({"result": true}))
}

/// The command of the call, which must be one of the bot's.
fn own(context: &Context<'_>, bot: UserId) -> Result<CommandId, Refused> {
    let id = context.args().id("commandId").unwrap_or_default();
    let command = context.world.command(id).filter(|one| one.bot == bot);
    let command = command.ok_or_else(|| Refused::code("COMMAND_NOT_FOUND"))?;
    Ok(command.id)
}

/// What follows the slash.
fn name(command: &str) -> &str {
    command.trim().trim_start_matches('/')
}

/// Changes the words of the languages that have a title; those without one go.
fn translate(words: &mut Vec<Words>, fields: Params<'_>) {
    let none = Map::new();
    let texts = |name| fields.raw(name).and_then(Value::as_object).unwrap_or(&none);
    let params = texts("params");
    for (language, title) in texts("title") {
        let known = words.iter().position(|words| words.language == *language);
        let Some(title) = title.as_str() else {
            if let Some(index) = known {
                words.remove(index);
            }
            continue;
        };
        let hint = match params.get(language) {
            Some(hint) => hint.as_str().map(str::to_owned).or(Some(String::new())),
            None => None,
        };
        match known.and_then(|index| words.get_mut(index)) {
            Some(words) => {
                title.clone_into(&mut words.title);
                if let Some(hint) = hint {
                    words.params = hint;
                }
            }
            None => words.push(Words {
                language: language.clone(),
                title: title.to_owned(),
                params: hint.unwrap_or_default(),
            }),
        }
    }
}
