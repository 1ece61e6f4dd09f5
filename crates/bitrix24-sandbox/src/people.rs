//! People of the portal, for tests that play their part.

use std::{
    fmt, io,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::{
    Sandbox,
    world::{
        OWNER, World,
        chat::{Chat, Kind},
        deeds::Done,
        message,
        person::Person,
    },
};

/// A message in a chat of the portal.
#[derive(Clone, Debug)]
pub struct Message(message::Message);

impl Message {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The id of the chat that it is in; a private dialog has one too.
    #[must_use]
    pub fn chat(&self) -> u64 {
        self.0.chat
    }

    /// The person or the bot that wrote it.
    #[must_use]
    pub fn author(&self) -> u64 {
        self.0.author
    }

    /// What it says; nothing when it is [deleted](Self::is_deleted).
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// When it was written, by the clock of the portal.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        self.0.date
    }

    /// Whether it looks like one of the portal itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.0.system
    }

    /// Whether its text was changed.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.0.edited
    }

    /// Whether only a note is left of it.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.0.deleted
    }

    /// The message that it answers.
    #[must_use]
    pub fn reply(&self) -> Option<u64> {
        self.0.reply
    }

    /// What is attached to it, as it was sent.
    #[must_use]
    pub fn attach(&self) -> Option<&Value> {
        self.0.attach.as_ref()
    }

    /// The buttons below it, as they were sent.
    #[must_use]
    pub fn keyboard(&self) -> Option<&Value> {
        self.0.keyboard.as_ref()
    }

    /// Who reacted to it and how, such as `(1, "like")`, in the order in which they did.
    pub fn reactions(&self) -> impl Iterator<Item = (u64, &str)> {
        let reactions = self.0.reactions.iter();
        reactions.map(|(user, reaction)| (*user, reaction.as_str()))
    }
}

/// A person of the portal: what they do is what the portal tells bots.
///
/// Dialogs are named as in the API: `chat13` for a chat, and the id of a bot or of a person
/// for the private dialog with them.
///
/// ```no_run
/// use std::time::Duration;
///
/// let sandbox = bitrix24_sandbox::Sandbox::start()?;
/// // … a bot with the code `echo` registers itself …
/// let bot = sandbox.bot("echo").expect("the bot is registered");
/// let anna = sandbox.add_user("Anna Davis");
/// let question = anna.write(bot, "Hello")?;
/// let answer = anna.wait_for_message(bot, question, Duration::from_secs(5));
/// assert_eq!(answer.expect("the bot answers").text(), "Hello");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct User<'a> {
    sandbox: &'a Sandbox,
    id: u64,
}

impl fmt::Debug for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("User").field(&self.id).finish()
    }
}

impl User<'_> {
    /// Their id.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Writes a message and gives its id. A message such as `/echo hi` gives the command to
    /// the bot that has registered it.
    ///
    /// # Errors
    ///
    /// When there is no such dialog, or they are not in it.
    pub fn write(&self, dialog: impl fmt::Display, text: &str) -> io::Result<u64> {
        let dialog = dialog.to_string();
        self.act(|world, now| world.write(self.id, &dialog, text, None, now))
    }

    /// Answers a message in its chat and gives the id of the answer.
    ///
    /// # Errors
    ///
    /// When there is no such message, or they are not in its chat.
    pub fn reply(&self, message: u64, text: &str) -> io::Result<u64> {
        self.act(|world, now| {
            let chat = world.message(message).map(|message| message.chat);
            let chat = chat.ok_or_else(|| format!("no such message: {message}"))?;
            let dialog = world.dialog_of(chat, self.id).to_string();
            world.write(self.id, &dialog, text, Some(message), now)
        })
    }

    /// Changes a message of their own.
    ///
    /// # Errors
    ///
    /// When it is not theirs, or is gone.
    pub fn edit(&self, message: u64, text: &str) -> io::Result<()> {
        self.act(|world, _| world.edit(self.id, message, text))
    }

    /// Deletes a message of their own; a note stays in its place.
    ///
    /// # Errors
    ///
    /// When it is not theirs, or is gone.
    pub fn delete(&self, message: u64) -> io::Result<()> {
        self.act(|world, _| world.erase(self.id, message, false))
    }

    /// Reacts to a message, with `like` for instance.
    ///
    /// # Errors
    ///
    /// When they do not see it, or have reacted so already.
    pub fn react(&self, message: u64, reaction: &str) -> io::Result<()> {
        self.act(|world, _| world.give_reaction(self.id, message, reaction, true))
    }

    /// Takes a reaction back.
    ///
    /// # Errors
    ///
    /// When there is no such reaction of theirs.
    pub fn take_back(&self, message: u64, reaction: &str) -> io::Result<()> {
        self.act(|world, _| world.give_reaction(self.id, message, reaction, false))
    }

    /// Presses the button with this text below a message.
    ///
    /// # Errors
    ///
    /// When there is no such button, or its command is not registered.
    pub fn press(&self, message: u64, button: &str) -> io::Result<()> {
        self.act(|world, now| world.press(self.id, message, &button.into(), now))
    }

    /// Opens a chat with these people and bots in it and gives its id.
    ///
    /// # Errors
    ///
    /// When one of them does not exist.
    pub fn open_chat(&self, title: &str, users: &[u64]) -> io::Result<u64> {
        let mut chat = Chat::new(Kind::Closed, self.id);
        title.clone_into(&mut chat.title);
        self.act(|world, now| world.open_chat(self.id, chat, users, now))
    }

    /// Brings a person or a bot into a chat.
    ///
    /// # Errors
    ///
    /// When they are not in it themselves, or the other is.
    pub fn invite(&self, chat: impl fmt::Display, who: u64) -> io::Result<()> {
        let chat = chat.to_string();
        self.act(|world, _| world.invite(self.id, &chat, who))
    }

    /// Leaves a chat.
    ///
    /// # Errors
    ///
    /// When they are not in it.
    pub fn leave(&self, chat: impl fmt::Display) -> io::Result<()> {
        let chat = chat.to_string();
        self.act(|world, _| world.dismiss(self.id, &chat, self.id))
    }

    /// Looks into a dialog, by which they have read it. What they bring along, as links to a
    /// bot do, the bot is told of.
    ///
    /// # Errors
    ///
    /// When there is no such dialog, or they are not in it.
    pub fn look_into(&self, dialog: impl fmt::Display, context: Option<Value>) -> io::Result<()> {
        let dialog = dialog.to_string();
        self.act(|world, now| world.look_into(self.id, &dialog, context, now))?;
        Ok(())
    }

    /// The messages of a dialog, oldest first; none for one that does not exist.
    #[must_use]
    pub fn messages(&self, dialog: impl fmt::Display) -> Vec<Message> {
        let dialog = dialog.to_string();
        self.sandbox.state().in_world(|world| {
            let seen = world.seen(self.id, &dialog, 0).unwrap_or_default();
            seen.into_iter().cloned().map(Message).collect()
        })
    }

    /// The first message after a certain one in a dialog that somebody else writes, as soon as
    /// it is there; `None` when it is not within that time.
    ///
    /// It blocks the thread that calls it: see [`Sandbox::wait_for_bot`].
    #[must_use]
    pub fn wait_for_message(
        &self,
        dialog: impl fmt::Display,
        after: u64,
        timeout: Duration,
    ) -> Option<Message> {
        let dialog = dialog.to_string();
        self.sandbox.state().wait_for(timeout, |world| {
            let seen = world.seen(self.id, &dialog, after).unwrap_or_default();
            let mut others = seen.into_iter().filter(|one| one.author != self.id);
            others.next().cloned().map(Message)
        })
    }

    fn act<T>(&self, act: impl FnOnce(&mut World, SystemTime) -> Done<T>) -> io::Result<T> {
        let state = self.sandbox.state();
        let now = state.now();
        state
            .in_world(|world| act(world, now))
            .map_err(|text| io::Error::new(io::ErrorKind::InvalidInput, text))
    }
}

impl Sandbox {
    /// The person with this id, to act as them. Number 1 is always there: webhook and tokens
    /// are theirs. What someone does who does not exist fails.
    #[must_use]
    pub fn user(&self, id: u64) -> User<'_> {
        User { sandbox: self, id }
    }

    /// A new person of that name, such as `Anna Davis`.
    pub fn add_user(&self, name: &str) -> User<'_> {
        let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
        let person = Person::named(first, last.trim());
        let now = self.state().now();
        let id = self.state().in_world(|world| world.add_person(person, now));
        self.user(id)
    }

    /// The id of the bot with this code.
    #[must_use]
    pub fn bot(&self, code: &str) -> Option<u64> {
        let state = self.state();
        state.in_world(|world| world.bot_with_code(code).map(|bot| bot.id))
    }

    /// Likewise, as soon as it is registered; `None` when it is not within that time.
    ///
    /// It blocks the thread that calls it, as all that waits here does. A bot that is spawned as a
    /// task of the test itself goes on meanwhile only if the runtime has another thread for it:
    ///
    /// ```no_run
    /// # mod bot { pub async fn run(_webhook: String) {} }
    /// use std::time::Duration;
    /// use bitrix24_sandbox::Sandbox;
    ///
    /// #[tokio::test(flavor = "multi_thread")]
    /// async fn answers() -> std::io::Result<()> {
    ///     let sandbox = Sandbox::start()?;
    ///     tokio::spawn(bot::run(sandbox.webhook_url().to_owned()));
    ///     let soon = Duration::from_secs(5);
    ///     let bot = sandbox.wait_for_bot("echo", soon).expect("the bot registers itself");
    ///     let question = sandbox.user(1).write(bot, "Hello")?;
    ///     let answer = sandbox.wait_for_message(bot, question, soon);
    ///     assert_eq!(answer.expect("the bot answers").text(), "Hello");
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn wait_for_bot(&self, code: &str, timeout: Duration) -> Option<u64> {
        let state = self.state();
        state.wait_for(timeout, |world| world.bot_with_code(code).map(|bot| bot.id))
    }

    /// The messages of a chat, oldest first, as person 1 sees it: [`User::messages`].
    #[must_use]
    pub fn messages(&self, dialog: impl fmt::Display) -> Vec<Message> {
        self.user(OWNER).messages(dialog)
    }

    /// The first message after a certain one in a chat that somebody other than person 1
    /// writes: [`User::wait_for_message`].
    ///
    /// It blocks the thread that calls it: see [`wait_for_bot`](Self::wait_for_bot).
    #[must_use]
    pub fn wait_for_message(
        &self,
        dialog: impl fmt::Display,
        after: u64,
        timeout: Duration,
    ) -> Option<Message> {
        self.user(OWNER).wait_for_message(dialog, after, timeout)
    }
}
