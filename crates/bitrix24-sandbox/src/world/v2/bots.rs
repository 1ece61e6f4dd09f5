//! `imbot.v2.Bot.*`

use serde_json::{Value, json};

use super::{access::BOT_NOT_FOUND, picture, show};
use crate::world::{
    UserId, World,
    bot::{Bot, Delivery, Kind, Owner},
    color,
    methods::{Context, Outcome, Refused},
    params::Params,
    person::Person,
    v1::bots::PICTURE,
};

/// An application cannot have more bots.
const MOST_BOTS: usize = 100;

/// Longer tokens are refused.
const LONGEST_TOKEN: usize = 40;

/// Larger pictures are refused.
const LARGEST_PICTURE: u32 = 5000;

pub(super) fn register(context: &mut Context<'_>) -> Outcome {
    let fields = context.args().within("fields");
    let token = fields.str("botToken");
    if token.is_some_and(|token| token.chars().count() > LONGEST_TOKEN) {
        return Err(Refused::with_text(
            "BOT_TOKEN_INVALID_LENGTH",
            format!("The bot token has more than {LONGEST_TOKEN} characters"),
        ));
    }
    let owner = context.owner(token);
    let code = required(fields.str("code"), "BOT_CODE_REQUIRED")?;
    if let Some(known) = context.world.bots_of(&owner).find(|bot| bot.code == code) {
        return Ok(shown(context.world, known.id));
    }
    if context.world.bot_with_code(code).is_some() {
        return Err(Refused::code("BOT_CODE_ALREADY_TAKEN"));
    }
    let properties = fields.within("properties");
    let name = required(properties.str("name"), "BOT_PROPERTIES_REQUIRED")?;
    let kind = match fields.str("type") {
        Some(kind) => Kind::of_name(kind).ok_or_else(|| Refused::code("BOT_INVALID_TYPE"))?,
        None => Kind::Bot,
    };
    let delivery = match fields.str("eventMode") {
        Some("webhook") => {
            let url = required(fields.str("webhookUrl"), "BOT_WEBHOOK_URL_REQUIRED")?;
            Delivery::Webhook(callback(url)?)
        }
        _ => Delivery::Fetch,
    };
    if context.world.bots_of(&owner).count() >= MOST_BOTS {
        return Err(Refused::code("BOT_LIMIT_EXCEEDED"));
    }
    let mut person = Person::named(name, "");
    dress(&mut person, properties)?;
    let mut bot = Bot::new(code, owner, delivery);
    bot.kind = kind;
    change(&mut bot, fields);
    let id = context.world.register_bot(bot, person, context.now);
    Ok(shown(context.world, id))
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let id = context.own_bot()?;
    let fields = context.args().within("fields");
    let mut changed = context.world.bot(id).cloned().ok_or_else(gone)?;
    let mut person = context.world.person(id).cloned().ok_or_else(gone)?;
    change(&mut changed, fields);
    let properties = fields.within("properties");
    if let Some(name) = properties.str("name") {
        name.clone_into(&mut person.first_name);
    }
    dress(&mut person, properties)?;
    changed.delivery = delivery(&changed.delivery, fields)?;
    let token = fields.str("botToken").map(str::trim).unwrap_or_default();
    if let Owner::Secret(known) = &changed.owner
        && !token.is_empty()
        && token != known
    {
        changed.owner = Owner::Secret(token.to_owned());
        let mut others = context.world.bots_of(&changed.owner);
        if token.chars().count() > LONGEST_TOKEN || others.any(|bot| bot.id != id) {
            return Err(Refused::code("BOT_TOKEN_ROTATION_FAILED"));
        }
    }
    if !matches!(changed.delivery, Delivery::Fetch) {
        context.world.forget_events(id);
    }
    if let Some(bot) = context.world.bot_mut(id) {
        *bot = changed;
    }
    if let Some(known) = context.world.person_mut(id) {
        *known = person;
    }
    Ok(shown(context.world, id))
}

pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let args = context.args();
    let caller = context.caller();
    let world = &*context.world;
    let bot = match args.value("botId") {
        Some(_) => world.bot(args.id("botId").unwrap_or_default()),
        None => {
            let code = args.str("code").unwrap_or_default();
            let mut own = world.bots_of(&caller);
            let own = own.find(|bot| bot.code == code);
            own.or_else(|| world.bot_with_code(code))
        }
    };
    let bot = bot.ok_or_else(gone)?;
    Ok(json!({
        "bot": show::bot(world, bot, bot.owner == caller),
        "users": show::users(world, [bot.id]),
    }))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let args = context.args();
    let kind = args.within("filter").str("type");
    let limit = match args.number("limit") {
        None | Some(0) => 50,
        Some(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let offset = usize::try_from(args.id("offset").unwrap_or_default()).unwrap_or(usize::MAX);
    let caller = context.caller();
    let world = &*context.world;
    let bots = world.bots_of(&caller);
    let mut bots = bots
        .filter(|bot| kind.is_none_or(|kind| bot.kind.name() == kind))
        .skip(offset);
    let page: Vec<_> = bots.by_ref().take(limit).collect();
    let shown: Vec<_> = page.iter().map(|bot| show::bot(world, bot, true)).collect();
    Ok(json!({
        "bots": shown,
        "users": show::users(world, page.iter().map(|bot| bot.id)),
        "hasNextPage": bots.next().is_some(),
    }))
}

pub(super) fn unregister(context: &mut Context<'_>) -> Outcome {
    let id = context.own_bot()?;
    context.world.unregister_bot(id);
    Ok(json!({"result": true}))
}

/// How a bot hears of events after a change. One of the first version goes on as it is.
fn delivery(known: &Delivery, fields: Params<'_>) -> Result<Delivery, Refused> {
    let url = fields.str("webhookUrl");
    Ok(match (known, fields.str("eventMode")) {
        (Delivery::V1(_), _) => known.clone(),
        (_, Some("fetch")) | (Delivery::Fetch, None) => Delivery::Fetch,
        (Delivery::Webhook(known), _) => Delivery::Webhook(callback(url.unwrap_or(known))?),
        (Delivery::Fetch, Some(_)) => Delivery::Webhook(callback(url.unwrap_or_default())?),
    })
}

fn callback(url: &str) -> Result<String, Refused> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let written = url.bytes().all(|byte| byte.is_ascii_graphic());
    if rest.is_none_or(str::is_empty) || !written {
        return Err(Refused::code("BOT_INVALID_CALLBACK"));
    }
    Ok(url.to_owned())
}

fn change(bot: &mut Bot, fields: Params<'_>) {
    bot.hidden = fields.flag("isHidden").unwrap_or(bot.hidden);
    bot.reactions = fields.flag("isReactionsEnabled").unwrap_or(bot.reactions);
    bot.openline = fields.flag("isSupportOpenline").unwrap_or(bot.openline);
    if let Some(background) = fields.raw("backgroundId") {
        bot.background = background.as_str().map(str::to_owned);
    }
}

/// Puts on what a profile says beside the name.
fn dress(person: &mut Person, properties: Params<'_>) -> Result<(), Refused> {
    if let Some(name) = properties.str("lastName") {
        name.clone_into(&mut person.last_name);
    }
    if let Some(position) = properties.str("workPosition") {
        position.clone_into(&mut person.position);
    }
    if let Some(gender) = properties.str("gender") {
        gender.clone_into(&mut person.gender);
    }
    if let Some(color) = properties.str("color").and_then(color::named) {
        person.color = Some(color);
    }
    let avatar = properties.str("avatar").unwrap_or_default();
    if !avatar.is_empty() {
        let size = picture::size(avatar);
        let size = size.map_err(|()| Refused::code("BOT_AVATAR_INCORRECT_TYPE"))?;
        if size.is_some_and(|(width, height)| width.max(height) > LARGEST_PICTURE) {
            return Err(Refused::code("BOT_AVATAR_INCORRECT_SIZE"));
        }
        PICTURE.clone_into(&mut person.avatar);
    }
    Ok(())
}

fn required<'a>(text: Option<&'a str>, code: &'static str) -> Result<&'a str, Refused> {
    text.filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Refused::code(code))
}

fn gone() -> Refused {
    Refused::code(BOT_NOT_FOUND)
}

/// What its owner sees of a bot.
fn shown(world: &World, id: UserId) -> Value {
    let bot = world.bot(id).map(|bot| show::bot(world, bot, true));
    json!({"bot": bot, "users": show::users(world, [id])})
}
