//! Bots and whom they belong to.

use std::{fmt, time::SystemTime};

use super::{UserId, World, happening::Happening, person::Person};

/// What a bot is in addition to a person; names and looks are in its [`Person`].
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    /// 0 until the portal gives it one.
    pub(crate) id: UserId,
    pub(crate) code: String,
    pub(crate) kind: Kind,
    pub(crate) owner: Owner,
    pub(crate) delivery: Delivery,
    pub(crate) openline: bool,
    pub(crate) hidden: bool,
    pub(crate) reactions: bool,
    pub(crate) background: Option<String>,
    pub(crate) language: String,
    /// Messages that it has sent.
    pub(crate) sent: u64,
}

impl Bot {
    /// A bot of that code and with everything else as it is by default.
    pub(crate) fn new(code: &str, owner: Owner, delivery: Delivery) -> Self {
        Self {
            id: 0,
            code: code.to_owned(),
            kind: Kind::Bot,
            owner,
            delivery,
            openline: false,
            hidden: false,
            reactions: true,
            background: None,
            language: "en".to_owned(),
            sent: 0,
        }
    }
}

/// Types of both versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `B`
    Bot,
    /// `H`
    Human,
    /// `O`
    OpenLine,
    /// `S`
    Supervisor,
    /// Of imbot.v2 alone.
    Personal,
}

impl Kind {
    /// By the letter of the first version.
    pub(crate) fn of_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "B" => Self::Bot,
            "H" => Self::Human,
            "O" => Self::OpenLine,
            "S" => Self::Supervisor,
            _ => return None,
        })
    }

    /// By the name of imbot.v2.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "bot" => Self::Bot,
            "openline" => Self::OpenLine,
            "supervisor" => Self::Supervisor,
            "personal" => Self::Personal,
            _ => return None,
        })
    }

    /// As imbot.v2 names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bot | Self::Human => "bot",
            Self::OpenLine => "openline",
            Self::Supervisor => "supervisor",
            Self::Personal => "personal",
        }
    }

    /// Whether it reads all messages of its chats, not only those that are for it.
    pub(crate) fn reads_all(self) -> bool {
        matches!(self, Self::Supervisor | Self::Personal)
    }
}

/// Whom a bot, and with it its commands, belongs to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The application of the tokens.
    Application,
    /// Whoever knows this: `CLIENT_ID` or `botToken`.
    Secret(String),
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "Application",
            Self::Secret(_) => "Secret(***)",
        })
    }
}

/// How a bot hears of what happens: by the version that it was registered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// To the addresses given to `imbot.register`.
    V1(Handlers),
    /// To an address given to `imbot.v2.Bot.register`.
    Webhook(String),
    /// By `imbot.v2.Event.get`.
    Fetch,
}

/// Addresses for the events of the first version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handlers {
    pub(crate) message_add: String,
    pub(crate) message_update: Option<String>,
    pub(crate) message_delete: Option<String>,
    pub(crate) welcome: String,
    pub(crate) delete: String,
}

impl World {
    /// Takes a bot in and gives it an id.
    pub(crate) fn register_bot(&mut self, bot: Bot, profile: Person, now: SystemTime) -> UserId {
        let profile = Person {
            bot: true,
            ..profile
        };
        let id = self.add_person(profile, now);
        self.bots.insert(id, Bot { id, ..bot });
        id
    }

    /// Deletes a bot, its commands and its private dialogs, and takes it out of its chats.
    /// Gives whether there was one.
    pub(crate) fn unregister_bot(&mut self, id: UserId) -> bool {
        let Some(bot) = self.bots.remove(&id) else {
            return false;
        };
        self.commands.retain(|_, command| command.bot != id);
        let direct: Vec<_> = self
            .direct
            .iter()
            .filter(|((one, other), _)| *one == id || *other == id)
            .map(|(users, chat)| (*users, *chat))
            .collect();
        for (users, chat) in direct {
            self.direct.remove(&users);
            if let Some(chat) = self.chats.remove(&chat) {
                for message in chat.messages {
                    self.messages.remove(&message);
                }
            }
        }
        for chat in self.chats.values_mut() {
            chat.remove(id);
        }
        // Who wrote the messages that stay is still known.
        if let Some(person) = self.people.get_mut(&id) {
            person.active = false;
        }
        self.happen(Happening::BotDeleted { bot: Box::new(bot) });
        true
    }

    pub(crate) fn bot(&self, id: UserId) -> Option<&Bot> {
        self.bots.get(&id)
    }

    pub(crate) fn bot_mut(&mut self, id: UserId) -> Option<&mut Bot> {
        self.bots.get_mut(&id)
    }

    /// Bots in the order in which they were registered.
    pub(crate) fn bots(&self) -> impl Iterator<Item = &Bot> {
        self.bots.values()
    }

    /// The bots of an owner.
    pub(crate) fn bots_of<'a>(&'a self, owner: &'a Owner) -> impl Iterator<Item = &'a Bot> {
        self.bots().filter(move |bot| bot.owner == *owner)
    }

    pub(crate) fn bot_with_code(&self, code: &str) -> Option<&Bot> {
        self.bots().find(|bot| bot.code == code)
    }
}
