//! Bots of the first version.

use serde_json::{Map, Value, json};

use super::super::{
    UserId,
    bot::{Bot, Delivery, Handlers, Kind, Owner},
    color,
    methods::{Context, Outcome, Refused},
    params::Params,
    person::Person,
};

/// Where every picture of a bot is said to be.
pub(in crate::world) const PICTURE: &str = "/upload/main/bot.png";

/// How many bots an application may have.
const MAX_BOTS: usize = 5;

pub(super) fn register(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let owner = known(context)?;
    let code = params.words("CODE").ok_or(Refused::code("CODE_ERROR"))?;
    let handlers = first_handlers(params)?;
    let properties = params.within("PROPERTIES");
    let mut profile = Person::named("", "");
    change_profile(&mut profile, properties);
    if profile.name().trim().is_empty() {
        return Err(Refused::code("NAME_ERROR"));
    }
    if let Some(bot) = context.world.bot_with_code(code.trim()) {
        return if bot.owner == owner {
            Ok(bot.id.into())
        } else {
            Err(Refused::code("WRONG_REQUEST"))
        };
    }
    if context.world.bots_of(&owner).count() >= MAX_BOTS {
        return Err(Refused::code("MAX_COUNT_ERROR"));
    }
    let mut bot = Bot::new(code.trim(), owner, Delivery::V1(handlers));
    let kind = params.text("TYPE");
    bot.kind = kind
        .and_then(|letter| Kind::of_letter(&letter))
        .unwrap_or(Kind::Bot);
    bot.openline = bot.kind == Kind::OpenLine || params.flag("OPENLINE").unwrap_or_default();
    if let (Delivery::V1(handlers), false) =
        (&mut bot.delivery, bot.openline || bot.kind.reads_all())
    {
        // Such a bot hears of changes only once it is updated.
        handlers.message_update = None;
        handlers.message_delete = None;
    }
    Ok(context.world.register_bot(bot, profile, context.now).into())
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let params = Params::new(context.params);
    let id = own(context)?;
    let fields = params.fields("FIELDS");
    let fields = fields.ok_or(Refused::code("WRONG_REQUEST"))?;
    let handlers = match context.world.bot(id).map(|bot| &bot.delivery) {
        Some(Delivery::V1(handlers)) => handlers.clone(),
        _ => Handlers::default(),
    };
    let handlers = changed_handlers(handlers, fields)?;
    let code = fields.words("CODE");
    let properties = fields.fields("PROPERTIES");
    if handlers.is_none() && code.is_none() && properties.is_none() {
        return Err(Refused::code("WRONG_REQUEST"));
    }
    if let Some(code) = &code {
        let taken = context.world.bot_with_code(code.trim());
        if taken.is_some_and(|bot| bot.id != id) {
            return Err(Refused::code("WRONG_REQUEST"));
        }
    }
    if let (Some(properties), Some(person)) = (properties, context.world.person_mut(id)) {
        let mut changed = person.clone();
        change_profile(&mut changed, properties);
        if changed.name().trim().is_empty() {
            return Err(Refused::code("NAME_ERROR"));
        }
        *person = changed;
    }
    if let Some(bot) = context.world.bot_mut(id) {
        if let Some(code) = code {
            code.trim().clone_into(&mut bot.code);
        }
        // A bot of imbot.v2 goes on to hear of events as it does.
        if let (Delivery::V1(known), Some(handlers)) = (&mut bot.delivery, handlers) {
            *known = handlers;
        }
    }
    Ok(true.into())
}

pub(super) fn unregister(context: &mut Context<'_>) -> Outcome {
    let id = own(context)?;
    context.world.unregister_bot(id);
    Ok(true.into())
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let bots: Map<_, _> = context
        .world
        .bots()
        .map(|bot| {
            let entry = json!({
                "ID": bot.id,
                "NAME": context.world.name_of(bot.id),
                "CODE": bot.code,
                "OPENLINE": if bot.openline { "Y" } else { "N" },
            });
            (bot.id.to_string(), entry)
        })
        .collect();
    // PHP writes an empty object so.
    Ok(if bots.is_empty() {
        json!([])
    } else {
        Value::Object(bots)
    })
}

/// Whom the call speaks for; somebody has to.
fn known(context: &Context<'_>) -> Result<Owner, Refused> {
    let client = Params::new(context.params).text("CLIENT_ID");
    match context.owner(client.as_deref()) {
        Owner::Secret(secret) if secret.is_empty() => Err(Refused::code("ACCESS_DENIED")),
        owner => Ok(owner),
    }
}

/// The caller's bot that is given.
fn own(context: &Context<'_>) -> Result<UserId, Refused> {
    known(context)?;
    if !Params::new(context.params).has("BOT_ID") {
        return Err(Refused::code("BOT_ID_ERROR"));
    }
    context.bot()
}

fn first_handlers(params: Params<'_>) -> Result<Handlers, Refused> {
    let needed = |name: &str, code: &'static str| {
        let name = if params.has("EVENT_HANDLER") {
            "EVENT_HANDLER"
        } else {
            name
        };
        address(params, name, code)?.ok_or(Refused::code(code))
    };
    let welcome = needed("EVENT_WELCOME_MESSAGE", "EVENT_WELCOME_MESSAGE_ERROR");
    let delete = needed("EVENT_BOT_DELETE", "EVENT_BOT_DELETE_ERROR");
    let handlers = Handlers {
        message_add: needed("EVENT_MESSAGE_ADD", "EVENT_MESSAGE_ADD_ERROR")?,
        welcome: welcome?,
        delete: delete?,
        ..Handlers::default()
    };
    Ok(changed_handlers(handlers.clone(), params)?.unwrap_or(handlers))
}

/// The addresses after a change; `None` when none was given.
fn changed_handlers(
    mut handlers: Handlers,
    params: Params<'_>,
) -> Result<Option<Handlers>, Refused> {
    if let Some(all) = address(params, "EVENT_HANDLER", "EVENT_MESSAGE_ADD_ERROR")? {
        return Ok(Some(Handlers {
            message_add: all.clone(),
            message_update: Some(all.clone()),
            message_delete: Some(all.clone()),
            welcome: all.clone(),
            delete: all,
        }));
    }
    let mut changed = false;
    let mut given = |name, code| {
        let address = address(params, name, code)?;
        changed |= address.is_some();
        Ok::<_, Refused>(address)
    };
    if let Some(url) = given("EVENT_MESSAGE_ADD", "EVENT_MESSAGE_ADD_ERROR")? {
        handlers.message_add = url;
    }
    if let Some(url) = given("EVENT_MESSAGE_UPDATE", "EVENT_MESSAGE_UPDATE_ERROR")? {
        handlers.message_update = Some(url);
    }
    if let Some(url) = given("EVENT_MESSAGE_DELETE", "EVENT_MESSAGE_DELETE_ERROR")? {
        handlers.message_delete = Some(url);
    }
    if let Some(url) = given("EVENT_WELCOME_MESSAGE", "EVENT_WELCOME_MESSAGE_ERROR")? {
        handlers.welcome = url;
    }
    if let Some(url) = given("EVENT_BOT_DELETE", "EVENT_BOT_DELETE_ERROR")? {
        handlers.delete = url;
    }
    Ok(changed.then_some(handlers))
}

/// An address of the web that is given there.
pub(super) fn address(
    params: Params<'_>,
    name: &str,
    code: &'static str,
) -> Result<Option<String>, Refused> {
    let Some(url) = params.words(name) else {
        return Ok(None);
    };
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let good = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        && url.bytes().all(|byte| byte.is_ascii_graphic());
    if good {
        Ok(Some(url.into_owned()))
    } else {
        Err(Refused::code(code))
    }
}

fn change_profile(person: &mut Person, properties: Params<'_>) {
    let set = |field: &mut String, name| {
        if let Some(text) = properties.text(name) {
            *field = text.into_owned();
        }
    };
    set(&mut person.first_name, "NAME");
    set(&mut person.last_name, "LAST_NAME");
    set(&mut person.position, "WORK_POSITION");
    set(&mut person.email, "EMAIL");
    set(&mut person.website, "PERSONAL_WWW");
    set(&mut person.gender, "PERSONAL_GENDER");
    set(&mut person.birthday, "PERSONAL_BIRTHDAY");
    if let Some(name) = properties.text("COLOR") {
        person.color = color::named(&name).or(person.color);
    }
    if properties.has("PERSONAL_PHOTO") {
        PICTURE.clone_into(&mut person.avatar);
    }
}
