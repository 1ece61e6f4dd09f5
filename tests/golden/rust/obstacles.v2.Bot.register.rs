/// Registers a bot.
///
/// The method `obstacles.v2.Bot.register`, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Safe to repeat. Since
/// 2025-01-15.
///
/// # Required together
///
/// - `fields.webhookUrl` is required when `fields.eventMode` is `webhook`.
/// - `fields.botToken` is required when the call is made by a webhook.
///
/// # Errors
///
/// [`V2BotRegisterError`], of which these are its own:
///
/// - `BOT_TOKEN_NOT_SPECIFIED`.
/// - `BOT_CODE_REQUIRED`.
/// - `BOT_PROPERTIES_REQUIRED`.
///
/// # Where the documentation leaves a question
///
/// - `repeatable`: The same code again gives the bot that is there.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegister {
    /// `fields`: the bot.
    pub fields: V2BotRegisterFields,
    /// `note`.
    pub note: Option<Option<String>>,
    /// `extra`.
    pub extra_: Option<serde_json::Value>,
}

impl V2BotRegister {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(fields: V2BotRegisterFields) -> Self {
        Self {
            fields,
            note: None,
            extra_: None,
        }
    }

    /// `note`.
    #[must_use]
    pub fn note(mut self, note: impl Into<Option<String>>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// `extra`.
    #[must_use]
    pub fn extra_(mut self, extra_: impl Into<serde_json::Value>) -> Self {
        self.extra_ = Some(extra_.into());
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("fields", &self.fields);
        fields.put_some("note", &self.note);
        fields.put_some("extra", &self.extra_);
    }
}

impl Method for V2BotRegister {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.v2.Bot.register",
        rest: Rest::Classic,
        scopes: &["obstacles"],
        repeatable: true,
        rules: &[
            Rule::RequiredIf {
                param: "fields.webhookUrl",
                when: When::Is {
                    param: "fields.eventMode",
                    values: &["webhook"],
                },
            },
            Rule::RequiredIf {
                param: "fields.botToken",
                when: When::Webhook,
            },
        ],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: None,
        list: None,
    };
    type Output = V2BotRegisterResult;
    type Error = V2BotRegisterError;
}

/// The bot.
///
/// On the wire: `fields` in the parameters of `obstacles.v2.Bot.register`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegisterFields {
    /// `code`: the bot's code, unique in the application.
    pub code: String,
    /// `botToken`. At most 40 characters. Since 2026-08-06.
    pub bot_token: Option<crate::Secret>,
    /// `properties`.
    pub properties: V2BotRegisterFieldsProperties,
    /// `type`. When left out: `"bot"`.
    pub type_: Option<V2BotRegisterFieldsType>,
    /// `eventMode`. When left out: `"fetch"`.
    pub event_mode: Option<V2BotRegisterFieldsEventMode>,
    /// `webhookUrl`.
    pub webhook_url: Option<String>,
    /// `isHidden`. When left out: `false`.
    pub is_hidden: Option<bool>,
    /// `isLegacy`. Travels as `Y` or `N`.
    pub is_legacy: Option<bool>,
    /// `backgroundId`.
    pub background_id: Option<Option<String>>,
    /// `keyboard`.
    pub keyboard: Option<Vec<KeyboardButton>>,
    /// `first`.
    pub first: Option<Box<KeyboardButton>>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl V2BotRegisterFields {
    /// With the fields that are required.
    #[must_use]
    pub fn new(code: impl Into<String>, properties: V2BotRegisterFieldsProperties) -> Self {
        Self {
            code: code.into(),
            properties,
            ..Self::default()
        }
    }

    /// `botToken`. At most 40 characters. Since 2026-08-06.
    #[must_use]
    pub fn bot_token(mut self, bot_token: impl Into<crate::Secret>) -> Self {
        self.bot_token = Some(bot_token.into());
        self
    }

    /// `type`. When left out: `"bot"`.
    #[must_use]
    pub fn type_(mut self, type_: impl Into<V2BotRegisterFieldsType>) -> Self {
        self.type_ = Some(type_.into());
        self
    }

    /// `eventMode`. When left out: `"fetch"`.
    #[must_use]
    pub fn event_mode(mut self, event_mode: impl Into<V2BotRegisterFieldsEventMode>) -> Self {
        self.event_mode = Some(event_mode.into());
        self
    }

    /// `webhookUrl`.
    #[must_use]
    pub fn webhook_url(mut self, webhook_url: impl Into<String>) -> Self {
        self.webhook_url = Some(webhook_url.into());
        self
    }

    /// `isHidden`. When left out: `false`.
    #[must_use]
    pub fn is_hidden(mut self, is_hidden: bool) -> Self {
        self.is_hidden = Some(is_hidden);
        self
    }

    /// `isLegacy`. Travels as `Y` or `N`.
    #[must_use]
    pub fn is_legacy(mut self, is_legacy: bool) -> Self {
        self.is_legacy = Some(is_legacy);
        self
    }

    /// `backgroundId`.
    #[must_use]
    pub fn background_id(mut self, background_id: impl Into<Option<String>>) -> Self {
        self.background_id = Some(background_id.into());
        self
    }

    /// `keyboard`.
    #[must_use]
    pub fn keyboard(mut self, keyboard: impl Into<Vec<KeyboardButton>>) -> Self {
        self.keyboard = Some(keyboard.into());
        self
    }

    /// `first`.
    #[must_use]
    pub fn first(mut self, first: impl Into<Box<KeyboardButton>>) -> Self {
        self.first = Some(first.into());
        self
    }
}

impl wire::Record for V2BotRegisterFields {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::required("code"),
        wire::Field::optional("botToken"),
        wire::Field::required("properties"),
        wire::Field::optional("type"),
        wire::Field::optional("eventMode"),
        wire::Field::optional("webhookUrl"),
        wire::Field::optional("isHidden"),
        wire::Field::optional("isLegacy"),
        wire::Field::optional("backgroundId"),
        wire::Field::optional("keyboard"),
        wire::Field::optional("first"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.code, value),
            1 => wire::into(&mut self.bot_token, value),
            2 => wire::into(&mut self.properties, value),
            3 => wire::into(&mut self.type_, value),
            4 => wire::into(&mut self.event_mode, value),
            5 => wire::into(&mut self.webhook_url, value),
            6 => wire::into(&mut self.is_hidden, value),
            7 => wire::into(&mut self.is_legacy, value),
            8 => wire::into(&mut self.background_id, value),
            9 => wire::into(&mut self.keyboard, value),
            10 => wire::into(&mut self.first, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("code", &self.code);
        fields.put_some("botToken", &self.bot_token);
        fields.put("properties", &self.properties);
        fields.put_some("type", &self.type_);
        fields.put_some("eventMode", &self.event_mode);
        fields.put_some("webhookUrl", &self.webhook_url);
        fields.put_some("isHidden", &self.is_hidden);
        fields.put_some("isLegacy", &self.is_legacy.as_ref().map(wire::YesNo));
        fields.put_some("backgroundId", &self.background_id);
        fields.put_some("keyboard", &self.keyboard);
        fields.put_some("first", &self.first);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `fields.properties` in the parameters of `obstacles.v2.Bot.register`.
///
/// It takes other fields as well, in `extra`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegisterFieldsProperties {
    /// `name`.
    pub name: String,
    /// `gender`.
    pub gender: Option<V2BotRegisterFieldsPropertiesGender>,
    /// `birthday`.
    pub birthday: Option<crate::wire::Date>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl V2BotRegisterFieldsProperties {
    /// With the fields that are required.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// `gender`.
    #[must_use]
    pub fn gender(mut self, gender: impl Into<V2BotRegisterFieldsPropertiesGender>) -> Self {
        self.gender = Some(gender.into());
        self
    }

    /// `birthday`.
    #[must_use]
    pub fn birthday(mut self, birthday: crate::wire::Date) -> Self {
        self.birthday = Some(birthday);
        self
    }
}

impl wire::Record for V2BotRegisterFieldsProperties {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::required("name"),
        wire::Field::optional("gender"),
        wire::Field::optional("birthday"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.name, value),
            1 => wire::into(&mut self.gender, value),
            2 => wire::into(&mut self.birthday, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("name", &self.name);
        fields.put_some("gender", &self.gender);
        fields.put_some("birthday", &self.birthday);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// Result of `obstacles.v2.Bot.register`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegisterResult {
    /// `bot`.
    pub bot: V2BotRegisterResultBot,
    /// `users`.
    pub users: Option<Vec<V2BotRegisterResultUsers>>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for V2BotRegisterResult {
    const FIELDS: &'static [wire::Field] =
        &[wire::Field::required("bot"), wire::Field::optional("users")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.bot, value),
            1 => wire::into(&mut self.users, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("bot", &self.bot);
        fields.put_some("users", &self.users);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `bot` in the result of `obstacles.v2.Bot.register`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegisterResultBot {
    /// `id`.
    pub id: i64,
    /// `code`.
    pub code: String,
    /// `isHidden`.
    pub is_hidden: Option<bool>,
    /// `backgroundId`.
    pub background_id: Option<String>,
    /// `avatarUploadUrl`.
    pub avatar_upload_url: Option<crate::Secret>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for V2BotRegisterResultBot {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::required("id"),
        wire::Field::required("code"),
        wire::Field::optional("isHidden"),
        wire::Field::optional("backgroundId"),
        wire::Field::optional("avatarUploadUrl"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.code, value),
            2 => wire::into(&mut self.is_hidden, value),
            3 => wire::into(&mut self.background_id, value),
            4 => wire::into(&mut self.avatar_upload_url, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("id", &self.id);
        fields.put("code", &self.code);
        fields.put_some("isHidden", &self.is_hidden);
        fields.put_some("backgroundId", &self.background_id);
        fields.put_some("avatarUploadUrl", &self.avatar_upload_url);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `users` in the result of `obstacles.v2.Bot.register`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct V2BotRegisterResultUsers {
    /// `id`.
    pub id: Option<i64>,
    /// `departments`.
    pub departments: Option<Vec<i64>>,
    /// `phones`.
    pub phones: Option<V2BotRegisterResultUsersPhones>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for V2BotRegisterResultUsers {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("id"),
        wire::Field::optional("departments"),
        wire::Field::optional("phones"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.departments, value),
            2 => wire::into(&mut self.phones, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("id", &self.id);
        fields.put_some("departments", &self.departments);
        fields.put_some("phones", &self.phones);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The values of `fields.properties.gender` in the parameters of `obstacles.v2.Bot.register`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum V2BotRegisterFieldsPropertiesGender {
    /// `M`.
    M,
    /// `F`.
    F,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for V2BotRegisterFieldsPropertiesGender {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "M" => Self::M,
            "F" => Self::F,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::M => "M",
            Self::F => "F",
            Self::Other(text) => text,
        }
    }
}

/// The values of `fields.type` in the parameters of `obstacles.v2.Bot.register`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum V2BotRegisterFieldsType {
    /// `bot`: an ordinary bot.
    Bot,
    /// `network`.
    Network,
    /// `openline`.
    Openline,
    /// `supervisor`.
    Supervisor,
    /// `personal`.
    Personal,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for V2BotRegisterFieldsType {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "bot" => Self::Bot,
            "network" => Self::Network,
            "openline" => Self::Openline,
            "supervisor" => Self::Supervisor,
            "personal" => Self::Personal,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Bot => "bot",
            Self::Network => "network",
            Self::Openline => "openline",
            Self::Supervisor => "supervisor",
            Self::Personal => "personal",
            Self::Other(text) => text,
        }
    }
}

/// The values of `fields.eventMode` in the parameters of `obstacles.v2.Bot.register`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum V2BotRegisterFieldsEventMode {
    /// `fetch`.
    Fetch,
    /// `webhook`.
    Webhook,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for V2BotRegisterFieldsEventMode {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "fetch" => Self::Fetch,
            "webhook" => Self::Webhook,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Fetch => "fetch",
            Self::Webhook => "webhook",
            Self::Other(text) => text,
        }
    }
}

/// What `users.phones` in the result of `obstacles.v2.Bot.register` can be.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one of a few in an answer; a box would be in the way"
)]
pub enum V2BotRegisterResultUsersPhones {
    /// A list.
    List(Vec<serde_json::Value>),
    /// Yes or no.
    Boolean(bool),
}

wire::union!(V2BotRegisterResultUsersPhones {
    List: Vec<serde_json::Value>,
    Boolean: bool,
});

/// The errors of `obstacles.v2.Bot.register`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum V2BotRegisterError {
    /// `BOT_TOKEN_NOT_SPECIFIED`.
    BotTokenNotSpecified,
    /// `BOT_CODE_REQUIRED`.
    BotCodeRequired,
    /// `BOT_PROPERTIES_REQUIRED`.
    BotPropertiesRequired,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for V2BotRegisterError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "BOT_TOKEN_NOT_SPECIFIED" => Self::BotTokenNotSpecified,
            "BOT_CODE_REQUIRED" => Self::BotCodeRequired,
            "BOT_PROPERTIES_REQUIRED" => Self::BotPropertiesRequired,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::BotTokenNotSpecified => "BOT_TOKEN_NOT_SPECIFIED",
            Self::BotCodeRequired => "BOT_CODE_REQUIRED",
            Self::BotPropertiesRequired => "BOT_PROPERTIES_REQUIRED",
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

wire::request!(V2BotRegister);

wire::record!(
    V2BotRegisterFields,
    V2BotRegisterFieldsProperties,
    V2BotRegisterResult,
    V2BotRegisterResultBot,
    V2BotRegisterResultUsers
);

wire::open_enum!(
    V2BotRegisterFieldsPropertiesGender,
    V2BotRegisterFieldsType,
    V2BotRegisterFieldsEventMode
);

error::display!(V2BotRegisterError);

impl<'a> ObstaclesV2Bot<'a> {
    /// Registers a bot.
    ///
    /// The method `obstacles.v2.Bot.register`; see [`V2BotRegister`](obstacles::V2BotRegister).
    ///
    /// # Errors
    ///
    /// [`V2BotRegisterError`](obstacles::V2BotRegisterError) lists the codes.
    #[inline]
    pub fn register(
        &self,
        request: obstacles::V2BotRegister,
    ) -> AnswerFuture<'a, obstacles::V2BotRegisterResult, obstacles::V2BotRegisterError> {
        AnswerFuture::new(self.client, &request)
    }
}
