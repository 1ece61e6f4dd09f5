/// Finds the chat that belongs to an object of another system.
///
/// The method `imbot.chat.get`, scope `imbot`:
/// [documentation](https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html).
/// Safe to repeat. Callers: any user who can open the chat.
///
/// Deprecated: use `imbot.v2.Chat.get`.
///
/// A bot that opens chats for objects of its own (orders, tickets, devices) ties each chat to its
/// object when it creates it with `imbot.chat.add`. This method leads from the object back to the
/// chat. For more than the chat's id, pass that id to `imbot.dialog.get`.
///
/// # Answer
///
/// The chat, or nothing.
///
/// # Errors
///
/// [`ChatGetError`], of which these are its own:
///
/// - `AUTHORIZE_ERROR` (HTTP 403): the caller is a guest, and guests may not ask.
/// - `ACCESS_ERROR` (HTTP 403): the caller cannot open this chat.
///
/// # Example
///
/// ```
/// # #![allow(deprecated)]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;
/// # let client = bitrix24::Client::webhook(portal.webhook_url())?;
/// use bitrix24::imbot::ChatGet;
///
/// let request = ChatGet::new("CHAT", "13");
/// let answer = client.imbot().chat().get(request).await?;
/// println!("{:?}", answer.result);
/// # Ok(())
/// # }
/// ```
///
/// # Where the documentation leaves a question
///
/// - `params.ENTITY_TYPE.required`, `params.ENTITY_ID.required`: Without it the portal answers
///   `null` instead of an error. Such a call can find nothing, so it stays required here; a call
///   by name may leave it out.
/// - `missing`: The page says in prose that the answer is `null` when one of the two is missing.
/// - `result.fields.ID.required`: The page calls the result an object, shows `ID` in its example
///   and speaks of `null` in prose. All three hold: an object with an `ID`, or `null`.
/// - `errors.AUTHORIZE_ERROR.status`, `errors.ACCESS_ERROR.status`: The page gives 400 and 403 for
///   its two codes together, and does not say which is whose. A client goes by the code alone. A
///   missing right calls for 403, so a portal of our own answers that.
///
/// # See also
///
/// `imbot.chat.add`, `imbot.chat.user.add`, `imbot.chat.setManager`, `imbot.chat.updateTitle`,
/// `imbot.chat.updateAvatar`, `imbot.chat.updateColor`, `imbot.dialog.get`,
/// `imbot.chat.user.list`, `imbot.chat.user.delete`, `imbot.chat.leave`.
#[deprecated(note = "use `imbot.v2.Chat.get`")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChatGet {
    /// `ENTITY_TYPE`: the kind of object, as it was given to `imbot.chat.add`.
    pub entity_type: String,
    /// `ENTITY_ID`: the object's identifier, as it was given to `imbot.chat.add`.
    pub entity_id: String,
}

impl ChatGet {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(entity_type: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self {
            entity_type: entity_type.into(),
            entity_id: entity_id.into(),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("ENTITY_TYPE", &self.entity_type);
        fields.put("ENTITY_ID", &self.entity_id);
    }
}

impl Method for ChatGet {
    const META: &'static MethodMeta = &MethodMeta {
        name: "imbot.chat.get",
        rest: Rest::Classic,
        scopes: &["imbot"],
        repeatable: true,
        rules: &[],
        docs: "https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html",
        deprecated: Some(&["imbot.v2.Chat.get"]),
        list: None,
    };
    type Output = Option<ChatGetResult>;
    type Error = ChatGetError;
}

/// Result of `imbot.chat.get`.
///
/// [Documentation](https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ChatGetResult {
    /// `ID`: the chat's id.
    pub id: i64,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for ChatGetResult {
    const FIELDS: &'static [wire::Field] = &[wire::Field::required("ID")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("ID", &self.id);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The errors of `imbot.chat.get`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/api-reference/chat-bots/outdated/chats/imbot-chat-get.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatGetError {
    /// `AUTHORIZE_ERROR` (HTTP 403): the caller is a guest, and guests may not ask.
    AuthorizeError,
    /// `ACCESS_ERROR` (HTTP 403): the caller cannot open this chat.
    AccessError,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for ChatGetError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "AUTHORIZE_ERROR" => Self::AuthorizeError,
            "ACCESS_ERROR" => Self::AccessError,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::AuthorizeError => "AUTHORIZE_ERROR",
            Self::AccessError => "ACCESS_ERROR",
            Self::System(error) => error.code(),
            Self::Other(code) => code,
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::System(_) => Origin::System,
            Self::Other(_) => Origin::Unknown,
            _ => Origin::Method,
        }
    }
}

wire::request!(ChatGet);

wire::record!(ChatGetResult);

error::display!(ChatGetError);

impl<'a> ImbotChat<'a> {
    /// Finds the chat that belongs to an object of another system.
    ///
    /// Deprecated: use `imbot.v2.Chat.get`.
    ///
    /// The method `imbot.chat.get`; see [`ChatGet`](imbot::ChatGet).
    ///
    /// # Errors
    ///
    /// [`ChatGetError`](imbot::ChatGetError) lists the codes.
    #[deprecated(note = "use `imbot.v2.Chat.get`")]
    #[inline]
    pub fn get(
        &self,
        request: imbot::ChatGet,
    ) -> AnswerFuture<'a, Option<imbot::ChatGetResult>, imbot::ChatGetError> {
        AnswerFuture::new(self.client, &request)
    }
}
