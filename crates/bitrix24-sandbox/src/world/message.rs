//! Messages and reactions to them.

use std::{borrow::Cow, time::SystemTime};

use serde_json::Value;

use super::{
    ChatId, MessageId, UserId, World,
    happening::{CommandContext, Happening},
};

/// Longer messages are cut off.
const MAX_CHARS: usize = 20_000;

/// As much of a text as a message can hold.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_CHARS) {
        None => text.into(),
        Some((end, _)) => format!("{} (...)", text.get(..end).unwrap_or(text)).into(),
    }
}

/// A message in a chat.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// 0 until the portal gives it one.
    pub(crate) id: MessageId,
    pub(crate) chat: ChatId,
    /// 0 for the portal itself.
    pub(crate) author: UserId,
    pub(crate) date: SystemTime,
    pub(crate) text: String,
    /// Whether it looks like one of the portal itself.
    pub(crate) system: bool,
    /// As they were given.
    pub(crate) attach: Option<Value>,
    pub(crate) keyboard: Option<Value>,
    pub(crate) menu: Option<Value>,
    pub(crate) url_preview: bool,
    /// The message that it answers.
    pub(crate) reply: Option<MessageId>,
    /// The message that it hands on.
    pub(crate) forward: Option<MessageId>,
    pub(crate) files: Vec<u64>,
    /// What the sender calls it.
    pub(crate) uuid: String,
    pub(crate) edited: bool,
    /// Whether only a note is left of it.
    pub(crate) deleted: bool,
    /// Who reacted and how, in the order in which they did.
    pub(crate) reactions: Vec<(UserId, String)>,
}

impl Message {
    pub(crate) fn new(chat: ChatId, author: UserId, text: &str) -> Self {
        Self {
            id: 0,
            chat,
            author,
            date: SystemTime::UNIX_EPOCH,
            text: text.to_owned(),
            system: false,
            attach: None,
            keyboard: None,
            menu: None,
            url_preview: true,
            reply: None,
            forward: None,
            files: Vec::new(),
            uuid: String::new(),
            edited: false,
            deleted: false,
            reactions: Vec::new(),
        }
    }

    /// Who reacted in that way.
    pub(crate) fn reacted<'a>(&'a self, reaction: &'a str) -> impl Iterator<Item = UserId> + 'a {
        let reactions = self.reactions.iter();
        let same = reactions.filter(move |(_, with)| with == reaction);
        same.map(|(user, _)| *user)
    }
}

impl World {
    /// Puts a message into its chat, as of now. Commands in it are given.
    pub(crate) fn add_message(&mut self, message: Message, now: SystemTime) -> MessageId {
        self.add_message_by(message, CommandContext::TextArea, now)
    }

    /// Likewise, for a message that a button or a menu has written.
    pub(crate) fn add_message_by(
        &mut self,
        message: Message,
        context: CommandContext,
        now: SystemTime,
    ) -> MessageId {
        self.last.message += 1;
        let id = self.last.message;
        let message = Message {
            id,
            date: now,
            ..message
        };
        let used = self.commands_in(&message);
        let (chat, author) = (message.chat, message.author);
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.messages.insert(id);
        }
        // Who writes has read what is there.
        self.read(chat, author, id, now);
        if let Some(bot) = self.bots.get_mut(&author) {
            bot.sent += 1;
        }
        if let Some(person) = self.people.get_mut(&author) {
            person.last_seen = now;
        }
        self.messages.insert(id, message);
        self.happen(Happening::MessageAdded {
            message: id,
            commanded: used.iter().map(|(command, _)| command.bot).collect(),
        });
        for (command, params) in used {
            self.happen(Happening::CommandUsed {
                command: Box::new(command),
                message: id,
                user: author,
                params,
                context,
            });
        }
        id
    }

    pub(crate) fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.get(&id)
    }

    /// The messages of a chat, oldest first.
    pub(crate) fn messages_of(
        &self,
        chat: ChatId,
    ) -> impl DoubleEndedIterator<Item = &Message> + '_ {
        let ids = self.chats.get(&chat).map(|chat| chat.messages.iter());
        ids.into_iter()
            .flatten()
            .filter_map(|id| self.messages.get(id))
    }

    /// Changes a message, which is marked as edited when its text is another. Gives whether
    /// there is such a message.
    pub(crate) fn update_message(
        &mut self,
        id: MessageId,
        by: UserId,
        change: impl FnOnce(&mut Message),
    ) -> bool {
        let Some(message) = self.messages.get_mut(&id) else {
            return false;
        };
        let text = message.text.clone();
        change(message);
        message.edited |= message.text != text;
        self.happen(Happening::MessageUpdated { message: id, by });
        true
    }

    /// Whether a message is shown as edited.
    pub(crate) fn mark_edited(&mut self, id: MessageId, edited: bool) {
        if let Some(message) = self.messages.get_mut(&id) {
            message.edited = edited;
        }
    }

    /// Deletes a message; a note stays in its place unless it is `complete`. Gives whether
    /// there was such a message.
    pub(crate) fn delete_message(&mut self, id: MessageId, by: UserId, complete: bool) -> bool {
        let Some(message) = self.messages.get_mut(&id) else {
            return false;
        };
        let before = Box::new(message.clone());
        if complete {
            if let Some(chat) = self.chats.get_mut(&message.chat) {
                chat.messages.remove(&id);
            }
            self.messages.remove(&id);
        } else {
            message.deleted = true;
            message.text.clear();
            message.attach = None;
            message.keyboard = None;
            message.menu = None;
            message.files.clear();
            message.reactions.clear();
        }
        self.happen(Happening::MessageDeleted {
            message: before,
            by,
        });
        true
    }

    /// Adds a reaction or takes it back. Gives whether that changed anything.
    pub(crate) fn react(&mut self, id: MessageId, user: UserId, reaction: &str, add: bool) -> bool {
        let Some(message) = self.messages.get_mut(&id) else {
            return false;
        };
        let known = |(by, with): &(UserId, String)| *by == user && with == reaction;
        let found = message.reactions.iter().position(known);
        match (found, add) {
            (None, true) => message.reactions.push((user, reaction.to_owned())),
            (Some(index), false) => {
                message.reactions.remove(index);
            }
            _ => return false,
        }
        self.happen(Happening::ReactionChanged {
            message: id,
            user,
            reaction: reaction.to_owned(),
            added: add,
        });
        true
    }

    /// Whether somebody else than its author has read a message.
    pub(crate) fn is_viewed(&self, message: &Message) -> bool {
        self.chats.get(&message.chat).is_some_and(|chat| {
            let mut others = chat.members.iter().filter(|(id, _)| **id != message.author);
            others.any(|(_, member)| member.read >= message.id)
        })
    }

    /// Whether someone can see a message: they are in its chat, and it is not hidden from them.
    pub(crate) fn is_seen_by(&self, message: &Message, user: UserId) -> bool {
        let chat = self.chats.get(&message.chat);
        let member = chat.and_then(|chat| chat.members.get(&user));
        member.is_some_and(|member| message.id >= member.sees_from)
    }
}
