//! What a batch consists of, and how its answers are found again.

use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::Serialize;
use serde_json::Value;

use super::{Reference, Step};
use crate::{
    Answer, Error, RequestError, Rest, Rule, Tries,
    error::{AnyCode, DecodeError, DecodeErrorKind},
    method::{ErrorCode, Method},
    params,
    raw::{Call, Reply},
    wire::FromWire,
};

/// A command of a batch without types: a call. For bindings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Command<'a> {
    /// The call. Its parameters may hold [markers](crate::raw::marker); the shortest timeout of
    /// all commands, if any has one, is that of the whole batch.
    pub call: Call<'a>,
}

impl<'a> Command<'a> {
    /// The call as a command.
    pub fn new(call: Call<'a>) -> Self {
        Self { call }
    }
}

/// Commands to send together: any number, of any methods, with references to each other's results.
///
/// The commands run in the order in which they were added.
///
/// ```
/// use bitrix24::{batch::Batch, imbot::ChatGet};
/// use serde_json::json;
///
/// let mut batch = Batch::new().halt(true);
/// let chat = batch.add(ChatGet::new("CHAT", "13"));
/// let users = batch.add_by_name("im.chat.user.list", json!({"CHAT_ID": chat.at("ID")}));
/// assert_eq!(batch.len(), 2);
/// ```
pub struct Batch {
    id: u64,
    halt: bool,
    commands: Vec<Owned>,
}

struct Owned {
    method: Cow<'static, str>,
    rest: Rest,
    rules: &'static [Rule],
    repeatable: bool,
    /// Or why they cannot be written.
    params: Result<Vec<u8>, String>,
}

impl Batch {
    /// A batch without commands, which runs all of them even if some fail.
    pub fn new() -> Self {
        // 0 is for the markers of bindings.
        static NEXT: AtomicU64 = AtomicU64::new(1);

        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            halt: false,
            commands: Vec::new(),
        }
    }

    /// Whether the commands after one that fails are left out. Usually they are not.
    #[must_use]
    pub fn halt(self, halt: bool) -> Self {
        Self { halt, ..self }
    }

    /// Adds a command.
    ///
    /// What is wrong with its parameters shows when the batch is sent.
    pub fn add<M: Method>(&mut self, request: M) -> Handle<M> {
        self.typed::<M>(params::write(&request))
    }

    /// Adds a command, some of whose top-level parameters are replaced or added by references: for
    /// those whose types leave no room for one.
    ///
    /// ```
    /// use bitrix24::{batch::Batch, imbot::ChatGet};
    /// use serde_json::json;
    ///
    /// let mut batch = Batch::new();
    /// let deal = batch.add_by_name("crm.deal.get", json!({"ID": 5}));
    /// let chat = batch.add_with(ChatGet::new("CRM", ""), [("ENTITY_ID", deal.at("ID"))]);
    /// ```
    pub fn add_with<M: Method, N: AsRef<str>>(
        &mut self,
        request: M,
        references: impl IntoIterator<Item = (N, Reference)>,
    ) -> Handle<M> {
        let params = params::write(&request).and_then(|params| replaced(params, references));
        self.typed::<M>(params)
    }

    /// Adds a command whose method has no type here, or whose type is in the way.
    ///
    /// The parameters are whatever serializes to a JSON object; `()` stands for none.
    pub fn add_by_name(
        &mut self,
        method: impl Into<String>,
        params: impl Serialize,
    ) -> Handle<ByName> {
        self.push(Owned {
            method: Cow::Owned(method.into()),
            rest: Rest::Classic,
            rules: &[],
            repeatable: false,
            params: params::write(&params),
        })
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there are no commands.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    fn typed<M: Method>(&mut self, params: Result<Vec<u8>, String>) -> Handle<M> {
        let meta = M::META;
        self.push(Owned {
            method: Cow::Borrowed(meta.name),
            rest: meta.rest,
            rules: meta.rules,
            repeatable: meta.repeatable,
            params,
        })
    }

    fn push<M>(&mut self, command: Owned) -> Handle<M> {
        self.commands.push(command);
        Handle {
            batch: self.id,
            command: self.commands.len() - 1,
            answers: PhantomData,
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn halts(&self) -> bool {
        self.halt
    }

    /// The commands, unless one cannot be written: then its method, and why.
    pub(super) fn commands(&mut self) -> Result<Vec<Command<'_>>, (&str, &str)> {
        let commands = self.commands.iter_mut().map(|command| {
            let params = match &mut command.params {
                Ok(params) => std::mem::take(params),
                Err(what) => return Err((&*command.method, &**what)),
            };
            Ok(Command::new(Call {
                rules: command.rules,
                repeatable: command.repeatable,
                ..Call::new(&command.method, command.rest, params)
            }))
        });
        commands.collect()
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Batch {
    /// Of the parameters nothing: secrets may be among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<_> = self.commands.iter().map(|it| &it.method).collect();
        f.debug_struct("Batch")
            .field("halt", &self.halt)
            .field("commands", &methods)
            .finish_non_exhaustive()
    }
}

/// The parameters with others in their place: of two with the same name, the last one counts.
fn replaced<N: AsRef<str>>(
    mut params: Vec<u8>,
    references: impl IntoIterator<Item = (N, Reference)>,
) -> Result<Vec<u8>, String> {
    let error = |error: serde_json::Error| error.to_string();
    for (name, reference) in references {
        // What is no object is refused when it is sent.
        if params.pop_if(|last| *last == b'}').is_some() {
            if params != b"{" {
                params.push(b',');
            }
            serde_json::to_writer(&mut params, name.as_ref()).map_err(error)?;
            params.push(b':');
            serde_json::to_writer(&mut params, &reference).map_err(error)?;
            params.push(b'}');
        }
    }
    Ok(params)
}

/// The answer of a command that was added by name: a [`Value`], and any error code.
#[derive(Clone, Copy, Debug)]
pub enum ByName {}

/// What a [`Handle`] stands for: a [`Method`], or [`ByName`].
pub trait Answered {
    /// What `result` of the answer holds.
    type Output: FromWire;
    /// The error codes.
    type Error: ErrorCode;
}

impl<M: Method> Answered for M {
    type Output = M::Output;
    type Error = M::Error;
}

impl Answered for ByName {
    type Output = Value;
    type Error = AnyCode;
}

/// A command of a [`Batch`]: what its answer is [taken](Answers::take) by, and what parameters of
/// later commands refer to.
pub struct Handle<M> {
    batch: u64,
    command: usize,
    answers: PhantomData<fn() -> M>,
}

impl<M> Handle<M> {
    /// A reference to the whole result.
    pub fn result(self) -> Reference {
        Reference {
            batch: self.batch,
            command: self.command,
            steps: Vec::new(),
        }
    }

    /// A reference to a part of the result: a field by its wire name, or an item by its place.
    pub fn at(self, step: impl Into<Step>) -> Reference {
        self.result().at(step)
    }
}

impl<M> Clone for Handle<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Handle<M> {}

impl<M> fmt::Debug for Handle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// What the commands of a [`Batch`] answered.
#[derive(Debug)]
pub struct Answers {
    batch: u64,
    answers: Vec<Option<Result<Reply, Error>>>,
    next: usize,
}

impl Answers {
    pub(super) fn new(batch: u64, answers: Vec<Result<Reply, Error>>) -> Self {
        Self {
            batch,
            answers: answers.into_iter().map(Some).collect(),
            next: 0,
        }
    }

    /// Takes the answer of a command. It is read now, not before.
    ///
    /// # Errors
    /// That of the command: see [the module](crate::batch). [`Error::Request`] if the handle is
    /// that of another batch, or the answer was taken before.
    pub fn take<M: Answered>(
        &mut self,
        command: Handle<M>,
    ) -> Result<Answer<M::Output>, Error<M::Error>> {
        let refuse = |what: &str| Err(RequestError::new("batch", what).into());
        if command.batch != self.batch {
            return refuse("the handle belongs to another batch");
        }
        match self.answers.get_mut(command.command).map(Option::take) {
            Some(Some(answer)) => read::<M>(answer),
            _ => refuse("the answer of this command was taken before"),
        }
    }

    /// Takes the answers in order.
    pub(super) fn next<M: Answered>(&mut self) -> Result<Answer<M::Output>, Error<M::Error>> {
        let answer = self.answers.get_mut(self.next).and_then(Option::take);
        self.next += 1;
        // There is one for each command, so this is never missing.
        read::<M>(answer.unwrap_or_else(|| Err(missing("batch", 0, Tries::default()))))
    }
}

fn read<M: Answered>(answer: Result<Reply, Error>) -> Result<Answer<M::Output>, Error<M::Error>> {
    answer
        .and_then(|reply| reply.decode())
        .map_err(Error::into_typed)
}

/// Nothing is said about a command.
pub(super) fn missing(method: &str, status: u16, tries: Tries) -> Error {
    let error = DecodeError {
        kind: DecodeErrorKind::Missing,
        method: method.to_owned(),
        status,
        excerpt: String::new(),
        tries,
    };
    error.into()
}
