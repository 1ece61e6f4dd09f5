//! Names of dialogs: `chat13` for a chat, `42` for the private dialog with a user.

use std::{fmt, str::FromStr, time::SystemTime};

use super::{ChatId, UserId, World, chat::Kind};

/// A dialog, as seen by someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Chat(ChatId),
    /// The private one with this user.
    With(UserId),
}

impl FromStr for Dialog {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let id = |text: &str| text.parse().ok().filter(|id| *id > 0).ok_or(());
        match text.strip_prefix("chat") {
            Some(chat) => id(chat).map(Self::Chat),
            None => id(text).map(Self::With),
        }
    }
}

impl fmt::Display for Dialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat(id) => write!(f, "chat{id}"),
            Self::With(id) => write!(f, "{id}"),
        }
    }
}

impl World {
    /// The chat that someone means by a dialog; `None` if it does not exist (yet).
    pub(crate) fn chat_of(&self, dialog: Dialog, viewer: UserId) -> Option<ChatId> {
        match dialog {
            Dialog::Chat(id) => self.chats.contains_key(&id).then_some(id),
            Dialog::With(user) => self.direct.get(&pair(user, viewer)).copied(),
        }
    }

    /// Likewise, but a private dialog with someone who exists is opened.
    pub(crate) fn open(
        &mut self,
        dialog: Dialog,
        viewer: UserId,
        now: SystemTime,
    ) -> Option<ChatId> {
        match (self.chat_of(dialog, viewer), dialog) {
            (None, Dialog::With(user)) => self.open_direct(viewer, user, now),
            (found, _) => found,
        }
    }

    /// What someone calls a chat.
    pub(crate) fn dialog_of(&self, chat: ChatId, viewer: UserId) -> Dialog {
        let Some(found) = self.chats.get(&chat) else {
            return Dialog::Chat(chat);
        };
        let other = match found.kind {
            Kind::Private => found.members.keys().find(|id| **id != viewer),
            Kind::Closed | Kind::Open => None,
        };
        other.map_or(Dialog::Chat(chat), |id| Dialog::With(*id))
    }

    pub(super) fn remember_direct(&mut self, one: UserId, other: UserId, chat: ChatId) {
        self.direct.insert(pair(one, other), chat);
    }
}

fn pair(one: UserId, other: UserId) -> (UserId, UserId) {
    (one.min(other), one.max(other))
}
