//! Commands: what people write to a bot after a slash.

use super::{CommandId, UserId, World, message::Message};

/// A command of a bot.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// 0 until the portal gives it one.
    pub(crate) id: CommandId,
    pub(crate) bot: UserId,
    /// Without the slash.
    pub(crate) name: String,
    /// Where the first version tells of it.
    pub(crate) handler: Option<String>,
    /// Whether it works in all chats, not only in those of the bot.
    pub(crate) common: bool,
    pub(crate) hidden: bool,
    pub(crate) extranet: bool,
    pub(crate) words: Vec<Words>,
}

/// What a command is called in a language.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) language: String,
    pub(crate) title: String,
    /// A hint at what to write after it.
    pub(crate) params: String,
}

impl World {
    /// Adds a command and gives it an id. One of the same bot and name is changed instead.
    pub(crate) fn register_command(&mut self, command: Command) -> CommandId {
        let mut commands = self.commands.values();
        let known = commands.find(|one| one.bot == command.bot && one.name == command.name);
        let id = known.map_or(self.last.command + 1, |known| known.id);
        self.last.command = self.last.command.max(id);
        self.commands.insert(id, Command { id, ..command });
        id
    }

    /// Takes a command away. Gives whether there was one.
    pub(crate) fn unregister_command(&mut self, id: CommandId) -> bool {
        self.commands.remove(&id).is_some()
    }

    pub(crate) fn command(&self, id: CommandId) -> Option<&Command> {
        self.commands.get(&id)
    }

    pub(crate) fn command_mut(&mut self, id: CommandId) -> Option<&mut Command> {
        self.commands.get_mut(&id)
    }

    pub(crate) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.values()
    }

    /// The commands that a message gives, with what follows each of them in its line.
    pub(super) fn commands_in(&self, message: &Message) -> Vec<(Command, String)> {
        // A bot does not command bots, or two of them would never stop.
        let by_bot = self.bots.contains_key(&message.author);
        if message.system || by_bot || self.commands.is_empty() {
            return Vec::new();
        }
        let Some(chat) = self.chats.get(&message.chat) else {
            return Vec::new();
        };
        let mut used = Vec::new();
        for line in message.text.lines() {
            let Some(line) = line.trim().strip_prefix('/') else {
                continue;
            };
            let (name, params) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let known = self.commands().filter(|command| {
                command.name.eq_ignore_ascii_case(name) && (command.common || chat.has(command.bot))
            });
            used.extend(known.map(|command| (command.clone(), params.trim().to_owned())));
        }
        used
    }
}
