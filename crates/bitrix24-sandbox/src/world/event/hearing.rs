//! Who hears what.

use crate::world::{
    UserId, World,
    bot::Bot,
    chat::{Chat, Kind},
    happening::Happening,
    message::Message,
};

/// Before the id of a user in a text.
const MENTION: &str = "[user=";
const MENTION_END: &str = "[/user]";

/// Whether a bot is told of something.
pub(super) fn hears(world: &World, bot: &Bot, happening: &Happening) -> bool {
    let heard = |message: &Message| {
        let chat = world.chat(message.chat);
        chat.is_some_and(|chat| reads(world, bot, chat, message))
    };
    match happening {
        Happening::MessageAdded { message, commanded } => {
            !commanded.contains(&bot.id) && world.message(*message).is_some_and(heard)
        }
        Happening::MessageUpdated { message, by } => {
            *by != bot.id && world.message(*message).is_some_and(heard)
        }
        Happening::MessageDeleted { message, by, .. } => *by != bot.id && heard(message),
        Happening::MemberAdded { .. } => false,
        Happening::JoinedChat { bot: joined, .. } => *joined == bot.id,
        Happening::BotDeleted { .. } => true,
        Happening::CommandUsed { command, .. } => command.bot == bot.id,
        Happening::ReactionChanged { message, user, .. } => {
            let Some(message) = world.message(*message) else {
                return false;
            };
            let chat = world.chat(message.chat).filter(|chat| chat.has(bot.id));
            let concerned = message.author == bot.id || bot.kind.reads_all();
            chat.is_some() && concerned && bot.reactions && *user != bot.id
        }
        Happening::ContextGiven { bot: with, .. } => *with == bot.id,
    }
}

/// Whether a message is for a bot.
fn reads(world: &World, bot: &Bot, chat: &Chat, message: &Message) -> bool {
    // Bots that hear each other may never stop.
    let by_person = message.author != 0 && world.bot(message.author).is_none();
    let addressed = chat.kind == Kind::Private
        || bot.kind.reads_all()
        || mentioned(&message.text).contains(&bot.id);
    chat.has(bot.id) && by_person && addressed
}

/// The users that a text mentions, as `[USER=42]Max[/USER]`.
pub(super) fn mentioned(text: &str) -> Vec<UserId> {
    let text = text.to_ascii_lowercase();
    let tags = text.split(MENTION).skip(1);
    let mut ids: Vec<UserId> = tags
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest.get(..end)?.parse().ok()
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A text without what mentions this user, and without a comma after that.
pub(super) fn without_mention(text: &str, user: UserId) -> String {
    // As long as the text, and so its places are those in the text.
    let lower = text.to_ascii_lowercase();
    let tag = format!("{MENTION}{user}]");
    let mut left = String::new();
    let mut at = 0;
    while let Some(start) = lower.get(at..).and_then(|rest| rest.find(&tag)) {
        let start = at + start;
        let Some(end) = lower.get(start..).and_then(|rest| rest.find(MENTION_END)) else {
            break;
        };
        left.push_str(text.get(at..start).unwrap_or_default());
        at = start + end + MENTION_END.len();
        if lower.get(at..).is_some_and(|rest| rest.starts_with(',')) {
            at += 1;
        }
    }
    left.push_str(text.get(at..).unwrap_or_default());
    left.trim().to_owned()
}
