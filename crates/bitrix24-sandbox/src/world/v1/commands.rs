//! Commands of the first version.

use serde_json::Value;

use super::{
    super::{
        command::{Command, Words},
        methods::{Context, Outcome, Refused},
        params::Params,
    },
    bots::address,
    messages::written,
};

pub(super) fn register(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let code = "EVENT_COMMAND_ADD_ERROR";
    let handler = address(params, "EVENT_COMMAND_ADD", code)?;
    let handler = handler.ok_or(Refused::code(code))?;
    let name = name(params).ok_or(Refused::code("COMMAND_ERROR"))?;
    let words = words(params).unwrap_or_default();
    if words.is_empty() {
        return Err(Refused::code("LANG_ERROR"));
    }
    let bot = context.bot()?;
    let flag = |name| params.flag(name).unwrap_or_default();
    let command = Command {
        id: 0,
        bot,
        name,
        handler: Some(handler),
        common: flag("COMMON"),
        hidden: flag("HIDDEN"),
        extranet: flag("EXTRANET_SUPPORT"),
        words,
    };
    Ok(context.world.register_command(command).into())
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let id = own(context)?.id;
    let fields = params.fields("FIELDS");
    let fields = fields.ok_or(Refused::code("WRONG_REQUEST"))?;
    let handler = address(fields, "EVENT_COMMAND_ADD", "EVENT_COMMAND_ADD_ERROR")?;
    let (name, words) = (name(fields), words(fields));
    let (hidden, extranet) = (fields.flag("HIDDEN"), fields.flag("EXTRANET_SUPPORT"));
    let nothing = handler.is_none()
        && name.is_none()
        && words.is_none()
        && hidden.is_none()
        && extranet.is_none();
    let command = context.world.command_mut(id).filter(|_| !nothing);
    let command = command.ok_or(Refused::code("WRONG_REQUEST"))?;
    if handler.is_some() {
        command.handler = handler;
    }
    if let Some(name) = name {
        command.name = name;
    }
    if let Some(words) = words {
        command.words = words;
    }
    command.hidden = hidden.unwrap_or(command.hidden);
    command.extranet = extranet.unwrap_or(command.extranet);
    Ok(true.into())
}

pub(super) fn unregister(context: &mut Context<'_>) -> Outcome {
    let id = own(context)?.id;
    context.world.unregister_command(id);
    Ok(true.into())
}

pub(super) fn answer(context: &mut Context<'_>) -> Outcome {
    let bot = own(context)?.bot;
    let params = Params::new(context.params);
    let message = params.id("MESSAGE_ID");
    let message = message.ok_or(Refused::code("MESSAGE_ID_EMPTY"))?;
    let chat = context.world.message(message).map(|message| message.chat);
    let answer = written(params, chat.unwrap_or_default(), bot)?;
    if chat.is_none() {
        return Err(Refused::code("WRONG_REQUEST"));
    }
    Ok(context.world.add_message(answer, context.now).into())
}

/// The caller's command that is given, by its id or by its text.
fn own<'a>(context: &'a Context<'_>) -> Result<&'a Command, Refused> {
    let params = Params::new(context.params);
    let owner = context.owner(params.text("CLIENT_ID").as_deref());
    let is_own = |command: &&Command| {
        let bot = context.world.bot(command.bot);
        bot.is_some_and(|bot| bot.owner == owner)
    };
    let command = if params.has("COMMAND_ID") {
        let id = params.id("COMMAND_ID").unwrap_or_default();
        context.world.command(id)
    } else {
        let name = name(params).unwrap_or_default();
        let named = || {
            context
                .world
                .commands()
                .filter(|command| command.name == name)
        };
        // Two applications may have a command of that name.
        named().find(is_own).or_else(|| named().next())
    };
    let command = command.ok_or(Refused::code("COMMAND_ID_ERROR"))?;
    if is_own(&command) {
        Ok(command)
    } else {
        Err(Refused::code("APP_ID_ERROR"))
    }
}

/// The text of a command, without a slash.
fn name(params: Params<'_>) -> Option<String> {
    let name = params.words("COMMAND")?;
    let name = name.trim();
    Some(name.strip_prefix('/').unwrap_or(name).to_owned())
}

fn words(params: Params<'_>) -> Option<Vec<Words>> {
    let languages = params.value("LANG")?.as_array()?;
    let languages = languages.iter().filter_map(Value::as_object);
    let words = languages.map(|fields| {
        let fields = Params::new(fields);
        let text = |name| fields.text(name).unwrap_or_default().into_owned();
        Words {
            language: text("LANGUAGE_ID"),
            title: text("TITLE"),
            params: text("PARAMS"),
        }
    });
    Some(words.collect())
}
