//! What a portal keeps: people, bots, chats, messages and commands.
//!
//! Nothing in here knows of HTTP. What changes is told as [`Happening`]s.

use std::{
    collections::{BTreeMap, HashMap},
    time::SystemTime,
};

pub(crate) mod bot;
pub(crate) mod chat;
pub(crate) mod color;
pub(crate) mod command;
pub(crate) mod deeds;
pub(crate) mod dialog;
pub(crate) mod event;
mod extras;
mod file;
pub(crate) mod happening;
mod im;
pub(crate) mod message;
pub(crate) mod methods;
pub(crate) mod orders;
pub(crate) mod params;
pub(crate) mod person;
pub(crate) mod seed;
mod show;
pub(crate) mod v1;
pub(crate) mod v2;

use bot::Bot;
use chat::Chat;
use command::Command;
use happening::Happening;
use message::Message;
use person::Person;

/// The id of a person or of a bot, which share one row of numbers.
pub(crate) type UserId = u64;
/// Private dialogs are chats too and have such an id.
pub(crate) type ChatId = u64;
pub(crate) type MessageId = u64;
pub(crate) type CommandId = u64;

/// The person whom the webhook and the tokens belong to.
pub(crate) const OWNER: UserId = 1;

/// Where ids begin. They are far apart, so that one that is taken for another is noticed.
const FIRST_CHAT: ChatId = 2701;
const FIRST_MESSAGE: MessageId = 33_801;
const FIRST_COMMAND: CommandId = 101;

/// All that a portal keeps.
pub(crate) struct World {
    /// People and bots.
    people: BTreeMap<UserId, Person>,
    /// What makes bots of some of them.
    bots: BTreeMap<UserId, Bot>,
    chats: BTreeMap<ChatId, Chat>,
    messages: BTreeMap<MessageId, Message>,
    commands: BTreeMap<CommandId, Command>,
    /// Chats by the type and the id of their object.
    by_entity: HashMap<String, HashMap<String, ChatId>>,
    /// Private dialogs by both users, the smaller id first.
    direct: HashMap<(UserId, UserId), ChatId>,
    /// The last ids that were given out.
    last: Last,
    events: event::queue::Queues,
    files: file::Files,
    /// What has not been told yet.
    happened: Vec<Happening>,
}

struct Last {
    user: UserId,
    chat: ChatId,
    message: MessageId,
    command: CommandId,
}

impl World {
    /// A portal with nobody but its owner.
    pub(crate) fn new(now: SystemTime) -> Self {
        let mut world = Self {
            people: BTreeMap::new(),
            bots: BTreeMap::new(),
            chats: BTreeMap::new(),
            messages: BTreeMap::new(),
            commands: BTreeMap::new(),
            by_entity: HashMap::new(),
            direct: HashMap::new(),
            last: Last {
                user: OWNER - 1,
                chat: FIRST_CHAT - 1,
                message: FIRST_MESSAGE - 1,
                command: FIRST_COMMAND - 1,
            },
            events: event::queue::Queues::default(),
            files: file::Files::default(),
            happened: Vec::new(),
        };
        world.add_person(Person::named("Max", "Mustermann"), now);
        world
    }

    /// What has happened since this was asked for.
    pub(crate) fn take_happened(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happened)
    }

    fn happen(&mut self, happening: Happening) {
        self.happened.push(happening);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
