//! Many calls in few requests.
//!
//! A portal counts requests, and runs up to fifty commands in one. Here any number goes together:
//! they are sent fifty at a time, one request after the other, and run in the order in which they
//! were given.
//!
//! ```no_run
//! use bitrix24::{Client, batch::Batch, imbot::ChatGet};
//! use serde_json::json;
//!
//! # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! // Requests whose answers do not depend on each other:
//! let (chat, other) = client
//!     .batch((ChatGet::new("CHAT", "13"), ChatGet::new("CHAT", "14")))
//!     .await?;
//! println!("{:?} {:?}", chat?.result, other?.result);
//!
//! // Commands that use what earlier ones answered:
//! let mut batch = Batch::new().halt(true);
//! let chat = batch.add(ChatGet::new("CHAT", "13"));
//! let users = batch.add_by_name("im.chat.user.list", json!({"CHAT_ID": chat.at("ID")}));
//! let mut answers = client.send_batch(batch).await?;
//! println!("{:?}", answers.take(chat)?.result);
//! println!("{}", answers.take(users)?.result);
//! # Ok(())
//! # }
//! ```
//!
//! # What becomes of a command
//!
//! Every command has an outcome of its own:
//!
//! - an [`Answer`](crate::Answer), or the [`ApiError`](crate::ApiError) that it alone would have
//!   got, but for the HTTP status, which is that of the batch. One thing alone it would have been
//!   spared: a command that is refused because its method has worked for too long
//!   (`OPERATION_TIME_LIMIT`) did not run, and is not sent again by itself. The client knows of it:
//!   sent alone, the next call of the method waits;
//! - [`Error::NotRun`]: the batch halted before it, an earlier request of the batch failed, its time
//!   was up, or it refers to a result that is not there. It was not run;
//! - any other error whose [method](Error::method) begins with `batch: `: its whole request
//!   failed, and whether it ran, that error tells as ever;
//! - [`DecodeErrorKind::Missing`](crate::DecodeErrorKind::Missing): the portal says nothing about
//!   it.
//!
//! Without [`halt`](Batch::halt), commands run whether or not earlier ones fail. A request that
//! fails as a whole always ends the batch.
//!
//! A request is repeatable if all of its commands are.
//!
//! # References
//!
//! A [`Reference`] stands for a result that is not there yet. If both commands are in the same
//! request, the portal puts the value in its place. It knows no types there, and if the earlier
//! command failed, or its result has no such value or `null`, or in a longer text something else
//! than a text or a number, it runs the later one all the same, with something else in that place:
//! the command's outcome is then
//! [`DecodeErrorKind::Reference`](crate::DecodeErrorKind::Reference). With
//! [`halt`](Batch::halt) at least nothing runs behind a command that failed.
//!
//! If the result has arrived in an earlier request, it is put into the parameters here, and a
//! command whose reference leads nowhere is not sent.
//!
//! # Limits
//!
//! - Parameters travel as a query, where everything is a text: `true` is `1`, `false` is `0`, and
//!   `null`, `[]` and `{}` are the empty text. Names with `[`, `]` or NUL in them, empty ones, and
//!   at the top those with a dot or a blank, cannot be told and are refused.
//! - A text with `$result[` or the like in it is refused, because the portal would take it for a
//!   reference. Behind a [`Reference`] in a text there must be a blank, or nothing.
//! - The time that a call may take is that of the whole batch, however many requests it takes.
//! - A command with thousands of parameters may be too many for the portal's PHP (`max_input_vars`),
//!   which drops those beyond: call such a method alone.
//! - Methods of REST 3.0, and a batch within a batch, are refused.

mod answer;
pub(crate) mod command;
mod encode;
mod json;
pub(crate) mod reference;
mod requests;
mod run;

pub use command::{Answered, Answers, Batch, ByName, Handle};
pub use reference::{Reference, Step};
pub use requests::{Outcome, Requests};

use crate::{
    Client, Error, RequestError,
    raw::{Command, Reply},
};

impl Client {
    /// Calls several methods in as few requests as possible: see [`batch`](crate::batch).
    ///
    /// The requests are a tuple, a vector or an array, and the outcomes have the same shape. All
    /// of them run, even if some fail; [`send_batch`](Client::send_batch) can halt.
    ///
    /// ```no_run
    /// use bitrix24::{Client, imbot::ChatGet};
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let chats: Vec<_> = ["13", "14", "15"].map(|id| ChatGet::new("CHAT", id)).into();
    /// for chat in client.batch(chats).await? {
    ///     match chat {
    ///         Ok(answer) => println!("{:?}", answer.result),
    ///         Err(error) => println!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If parameters cannot be right. Then nothing was sent.
    pub async fn batch<R: Requests>(&self, requests: R) -> Result<R::Outcomes, RequestError> {
        let mut batch = Batch::new();
        requests.add_to(&mut batch);
        let count = batch.len();
        let mut answers = self.send_batch(batch).await?;
        Ok(R::outcomes(count, &mut answers))
    }

    /// Sends a batch and waits for all answers, which are then taken by the commands' handles.
    ///
    /// # Errors
    /// If parameters cannot be right, or a reference does not lead to an earlier command of this
    /// batch. Then nothing was sent.
    pub async fn send_batch(&self, mut batch: Batch) -> Result<Answers, RequestError> {
        let (id, halt) = (batch.id(), batch.halts());
        let commands = batch.commands();
        let commands = commands.map_err(|(method, what)| self.refuse(method, what))?;
        let answers = run::run(self, commands, halt, id).await?;
        Ok(Answers::new(id, answers))
    }

    /// Sends commands without types: for bindings.
    ///
    /// There is an outcome for each, in their order. An error that the API answered to a command
    /// shows when its reply is [read](Reply::decode).
    ///
    /// ```no_run
    /// use bitrix24::{Client, Rest, raw::{Call, Command}};
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let call = Call::new("server.time", Rest::Classic, b"{}".to_vec());
    /// for reply in client.send_batch_raw(vec![Command::new(call)], false).await? {
    ///     println!("{}", reply?.decode::<String>()?.result);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If parameters cannot be right. Then nothing was sent.
    pub async fn send_batch_raw(
        &self,
        commands: Vec<Command<'_>>,
        halt: bool,
    ) -> Result<Vec<Result<Reply, Error>>, RequestError> {
        run::run(self, commands, halt, 0).await
    }
}
