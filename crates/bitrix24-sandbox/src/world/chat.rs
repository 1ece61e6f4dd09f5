//! Chats, private dialogs among them, and who is in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use super::{ChatId, MessageId, UserId, World, color, happening::Happening};

/// A chat or a private dialog.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    /// 0 until the portal gives it one.
    pub(crate) id: ChatId,
    pub(crate) kind: Kind,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) color: Option<&'static str>,
    /// An address, or nothing.
    pub(crate) avatar: String,
    pub(crate) owner: UserId,
    pub(crate) members: BTreeMap<UserId, Member>,
    pub(crate) entity_type: String,
    pub(crate) entity_id: String,
    pub(crate) entity_data: [String; 3],
    pub(crate) created: SystemTime,
    /// Its messages, of which nothing is left of some.
    pub(crate) messages: BTreeSet<MessageId>,
    /// Whether people can write.
    pub(crate) text_field: bool,
}

/// Who can come into a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two users.
    Private,
    /// Whoever is invited.
    Closed,
    /// Everybody.
    Open,
}

impl Kind {
    /// The letter in events and answers.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Private => "P",
            Self::Closed => "C",
            Self::Open => "O",
        }
    }

    /// As answers and imbot.v2 name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Closed => "chat",
            Self::Open => "open",
        }
    }
}

/// Someone in a chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) manager: bool,
    pub(crate) muted: bool,
    /// The last message that was read, 0 for none.
    pub(crate) read: MessageId,
    /// The first message to be seen: older ones are hidden.
    pub(crate) sees_from: MessageId,
    /// When a message was read last.
    pub(crate) read_at: Option<SystemTime>,
    /// When typing was shown last.
    pub(crate) typing: Option<SystemTime>,
}

impl Chat {
    pub(crate) fn new(kind: Kind, owner: UserId) -> Self {
        Self {
            id: 0,
            kind,
            title: String::new(),
            description: String::new(),
            color: None,
            avatar: String::new(),
            owner,
            members: BTreeMap::new(),
            entity_type: String::new(),
            entity_id: String::new(),
            entity_data: Default::default(),
            created: SystemTime::UNIX_EPOCH,
            messages: BTreeSet::new(),
            text_field: true,
        }
    }

    pub(crate) fn has(&self, user: UserId) -> bool {
        self.members.contains_key(&user)
    }

    /// Whether someone may change the chat and who is in it.
    pub(crate) fn is_managed_by(&self, user: UserId) -> bool {
        self.owner == user || self.members.get(&user).is_some_and(|member| member.manager)
    }

    /// `owner`, `manager`, `member` or `none`.
    pub(crate) fn role_of(&self, user: UserId) -> &'static str {
        match self.members.get(&user) {
            None => "none",
            Some(_) if self.owner == user => "owner",
            Some(member) if member.manager => "manager",
            Some(_) => "member",
        }
    }

    pub(crate) fn managers(&self) -> impl Iterator<Item = UserId> {
        let managers = self.members.iter();
        managers
            .filter(|(id, member)| member.manager || **id == self.owner)
            .map(|(id, _)| *id)
    }

    /// Takes someone out. Gives whether they were in it.
    pub(super) fn remove(&mut self, user: UserId) -> bool {
        if self.members.remove(&user).is_none() {
            return false;
        }
        if self.owner == user {
            let heir = self.managers().next();
            let heir = heir.or_else(|| self.members.keys().next().copied());
            self.owner = heir.unwrap_or(user);
        }
        true
    }

    pub(crate) fn color(&self) -> &'static str {
        self.color.unwrap_or_else(|| color::of(self.id))
    }

    pub(crate) fn last_message(&self) -> MessageId {
        self.messages.last().copied().unwrap_or_default()
    }

    /// How many of its messages someone has not read.
    pub(crate) fn unread_by(&self, user: UserId) -> usize {
        let read = self.members.get(&user).map_or(0, |member| member.read);
        self.messages.range(read.saturating_add(1)..).count()
    }
}

impl World {
    /// Opens a chat with its owner and these members in it, as far as they exist.
    pub(crate) fn add_chat(&mut self, chat: Chat, users: &[UserId], now: SystemTime) -> ChatId {
        let id = self.last.chat + 1;
        self.insert_chat(id, chat, users, now);
        id
    }

    /// Likewise, with an id that is chosen.
    pub(crate) fn insert_chat(
        &mut self,
        id: ChatId,
        chat: Chat,
        users: &[UserId],
        now: SystemTime,
    ) {
        self.last.chat = self.last.chat.max(id);
        let owner = chat.owner;
        if !chat.entity_type.is_empty() && !chat.entity_id.is_empty() {
            // A newer chat of the same object takes the place of the older one.
            let of_type = self.by_entity.entry(chat.entity_type.clone()).or_default();
            of_type.insert(chat.entity_id.clone(), id);
        }
        let chat = Chat {
            id,
            created: now,
            ..chat
        };
        let private = chat.kind == Kind::Private;
        self.chats.insert(id, chat);
        // Both come into a private dialog by whoever opens it.
        if !private {
            self.join(id, owner, owner, false);
        }
        for user in users {
            self.join(id, *user, owner, false);
        }
    }

    /// Opens the private dialog of two users who exist.
    pub(super) fn open_direct(
        &mut self,
        by: UserId,
        with: UserId,
        now: SystemTime,
    ) -> Option<ChatId> {
        if by == with || !self.is_here(by) || !self.is_here(with) {
            return None;
        }
        let owner = if self.bots.contains_key(&with) {
            with
        } else {
            by
        };
        let id = self.add_chat(Chat::new(Kind::Private, owner), &[], now);
        self.remember_direct(by, with, id);
        self.join(id, by, by, false);
        self.join(id, with, by, false);
        Some(id)
    }

    /// Whether there is such a user, who is not gone.
    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.active)
    }

    pub(crate) fn chat(&self, id: ChatId) -> Option<&Chat> {
        self.chats.get(&id)
    }

    pub(crate) fn chat_mut(&mut self, id: ChatId) -> Option<&mut Chat> {
        self.chats.get_mut(&id)
    }

    pub(crate) fn chats(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values()
    }

    /// The chat of an object.
    pub(crate) fn chat_by_entity(&self, entity_type: &str, entity_id: &str) -> Option<&Chat> {
        let id = self.by_entity.get(entity_type)?.get(entity_id)?;
        self.chats.get(id)
    }

    /// Lets someone into a chat. Gives whether that changed anything: `false` for who is
    /// in it, and for who does not exist.
    pub(crate) fn join(&mut self, id: ChatId, user: UserId, by: UserId, hide: bool) -> bool {
        if !self.is_here(user) {
            return false;
        }
        let sees_from = if hide { self.last.message + 1 } else { 0 };
        let Some(chat) = self.chats.get_mut(&id) else {
            return false;
        };
        if chat.has(user) {
            return false;
        }
        let member = Member {
            sees_from,
            read: chat.last_message(),
            ..Member::default()
        };
        chat.members.insert(user, member);
        let private = chat.kind == Kind::Private;
        // A bot that opens a chat or a dialog itself is not told so.
        if self.bots.contains_key(&user) && user != by {
            self.happen(Happening::JoinedChat {
                chat: id,
                bot: user,
                by,
            });
        } else if user != by && !private {
            self.happen(Happening::MemberAdded { chat: id, user });
        }
        true
    }

    /// Takes someone out of a chat, which goes to a manager or another member if it was theirs.
    /// Gives whether they were in it.
    pub(crate) fn leave(&mut self, id: ChatId, user: UserId) -> bool {
        let chat = self.chats.get_mut(&id);
        chat.is_some_and(|chat| chat.remove(user))
    }

    /// Notes that someone has read everything up to a message.
    pub(crate) fn read(&mut self, id: ChatId, user: UserId, up_to: MessageId, now: SystemTime) {
        let chat = self.chats.get_mut(&id);
        if let Some(member) = chat.and_then(|chat| chat.members.get_mut(&user)) {
            member.read = member.read.max(up_to);
            member.read_at = Some(now);
        }
    }

    /// Notes that someone is typing. Gives whether they are in that chat.
    pub(crate) fn typing(&mut self, id: ChatId, user: UserId, now: SystemTime) -> bool {
        let chat = self.chats.get_mut(&id);
        let Some(member) = chat.and_then(|chat| chat.members.get_mut(&user)) else {
            return false;
        };
        member.typing = Some(now);
        true
    }
}
