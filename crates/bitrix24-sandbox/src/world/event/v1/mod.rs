//! Events of the first version: `ONIMBOT…` and `ONIMCOMMANDADD`

mod params;

use serde_json::{Map, Value, json};

use super::{
    Desk, Letter,
    auth::{With, auth, envelope},
};
use crate::{
    deliver::Parcel,
    world::{
        OWNER,
        bot::{Bot, Handlers},
        happening::{CommandContext, Happening},
        person::Person,
    },
};
use params::Teller;

type Fields = Map<String, Value>;

/// What a bot is told, at the address that it has given for that.
pub(super) fn write(
    desk: Desk<'_>,
    bot: &Bot,
    handlers: &Handlers,
    happening: &Happening,
) -> Option<Letter> {
    let world = desk.world;
    let teller = Teller { desk, bot };
    let data = |params: Fields, user: Fields| {
        let mut data = Map::new();
        let bots = json!({bot.id.to_string(): teller.bot()});
        data.insert("BOT".to_owned(), bots);
        data.insert("PARAMS".to_owned(), params.into());
        data.insert("USER".to_owned(), user.into());
        Value::Object(data)
    };
    let (number, event, handler, by, data) = match happening {
        Happening::MessageAdded { message, .. } => {
            let message = world.message(*message)?;
            let params = teller.added(message, CommandContext::TextArea)?;
            let user = user(world.person(message.author), Shown::Flags);
            let data = data(params, user);
            let handler = handlers.message_add.as_str();
            (1, "ONIMBOTMESSAGEADD", handler, message.author, data)
        }
        Happening::MessageUpdated { message, by } => {
            let handler = handlers.message_update.as_deref()?;
            let message = world.message(*message)?;
            let user = user(world.person(message.author), Shown::Flags);
            let data = data(teller.updated(message)?, user);
            (2, "ONIMBOTMESSAGEUPDATE", handler, *by, data)
        }
        Happening::MessageDeleted { message, by, .. } => {
            let handler = handlers.message_delete.as_deref()?;
            let user = user(world.person(message.author), Shown::Flags);
            let data = data(teller.deleted(message)?, user);
            (3, "ONIMBOTMESSAGEDELETE", handler, *by, data)
        }
        Happening::JoinedChat { chat, by, .. } => {
            let params = teller.joined(world.chat(*chat)?, *by);
            let data = data(params, user(world.person(*by), Shown::Position));
            (4, "ONIMBOTJOINCHAT", handlers.welcome.as_str(), *by, data)
        }
        Happening::BotDeleted { .. } => {
            let data = json!({"BOT_ID": bot.id, "BOT_CODE": bot.code});
            (5, "ONIMBOTDELETE", handlers.delete.as_str(), OWNER, data)
        }
        Happening::CommandUsed {
            command,
            message,
            user: by,
            params,
            context,
        } => {
            let message = world.message(*message)?;
            let used = teller.command(command, message, params, *context);
            let data = json!({
                "COMMAND": {command.id.to_string(): used},
                "PARAMS": teller.commanded(message)?,
                "USER": user(world.person(*by), Shown::Name),
            });
            let handler = command.handler.as_deref()?;
            (6, "ONIMCOMMANDADD", handler, *by, data)
        }
        // The first version knows nothing of these.
        Happening::ReactionChanged { .. }
        | Happening::ContextGiven { .. }
        | Happening::MemberAdded { .. } => return None,
    };
    if handler.is_empty() {
        return None;
    }
    let with = match happening {
        Happening::JoinedChat { .. } | Happening::BotDeleted { .. } => With::Access,
        _ => With::Refresh,
    };
    let id = bot.id * 10 + number;
    Some(Letter::Sent(Parcel {
        event: event.to_owned(),
        handler: handler.to_owned(),
        body: envelope(desk, event, Some(id), data, auth(desk, bot, by, with)),
    }))
}

/// How much is told of a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Name,
    Position,
    Flags,
}

/// Nothing of nobody.
fn user(person: Option<&Person>, shown: Shown) -> Fields {
    let Some(person) = person else {
        return Map::new();
    };
    let mut fields = Vec::new();
    fields.extend([
        ("ID", json!(person.id)),
        ("NAME", json!(person.name())),
        ("FIRST_NAME", json!(person.first_name)),
        ("LAST_NAME", json!(person.last_name)),
    ]);
    if shown >= Shown::Position {
        fields.push(("WORK_POSITION", json!(person.position)));
    }
    fields.push(("GENDER", json!(person.gender)));
    if shown >= Shown::Flags {
        fields.extend([
            ("IS_BOT", yes_no(person.bot)),
            ("IS_CONNECTOR", yes_no(false)),
            ("IS_NETWORK", yes_no(false)),
            ("IS_EXTRANET", yes_no(person.extranet)),
        ]);
    }
    named(fields)
}

fn named(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Fields {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn yes_no(flag: bool) -> Value {
    if flag { "Y" } else { "N" }.into()
}
