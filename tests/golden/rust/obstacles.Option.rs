/// Answers \[nothing\] \<useful\> \ """quoted""" with `code`.
///
/// The method `obstacles.Option`, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Not safe to repeat: a second
/// call may do its work a second time.
///
/// # Errors
///
/// [`OptionError`], of which these are its own:
///
/// - `Other`.
/// - `System`.
/// - `SYSTEM_ERROR`.
/// - `0`.
/// - An empty code.
/// - `VALUE_ERROR`.
/// - `value_error`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Option_ {
    /// `String`.
    pub string: String,
    /// `Vec`.
    pub vec: Vec<String>,
    /// `None`.
    pub none_: Option<String>,
    /// `self`.
    pub self_: Option<i64>,
    /// `Self`.
    pub self__: Option<i64>,
    /// `type`.
    pub type_: Option<String>,
    /// `0`.
    pub n0: Option<String>,
    /// (empty).
    pub empty: Option<String>,
    /// `!=ID`.
    pub id: Option<Vec<i64>>,
    /// `timeout`.
    pub timeout_: Option<i64>,
    /// `client`.
    pub client: Option<i64>,
    /// `request`.
    pub request: Option<i64>,
    /// `fields`.
    pub fields: Option<i64>,
    /// `import`.
    pub import_: Option<bool>,
    /// `list`.
    pub list: Option<Vec<i64>>,
    /// `dict`.
    pub dict: Option<crate::wire::Extra>,
    /// `int`.
    pub int: Option<i64>,
    /// `value`.
    pub value: Option<Option<OptionValue>>,
    /// `async`.
    pub async_: Option<OptionAsync>,
}

impl Option_ {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(
        string: impl Into<String>,
        vec: impl Into<Vec<String>>,
        none_: impl Into<Option<String>>,
    ) -> Self {
        Self {
            string: string.into(),
            vec: vec.into(),
            none_: none_.into(),
            self_: None,
            self__: None,
            type_: None,
            n0: None,
            empty: None,
            id: None,
            timeout_: None,
            client: None,
            request: None,
            fields: None,
            import_: None,
            list: None,
            dict: None,
            int: None,
            value: None,
            async_: None,
        }
    }

    /// `self`.
    #[must_use]
    pub fn self_(mut self, self_: i64) -> Self {
        self.self_ = Some(self_);
        self
    }

    /// `Self`.
    #[must_use]
    pub fn self__(mut self, self__: i64) -> Self {
        self.self__ = Some(self__);
        self
    }

    /// `type`.
    #[must_use]
    pub fn type_(mut self, type_: impl Into<String>) -> Self {
        self.type_ = Some(type_.into());
        self
    }

    /// `0`.
    #[must_use]
    pub fn n0(mut self, n0: impl Into<String>) -> Self {
        self.n0 = Some(n0.into());
        self
    }

    /// (empty).
    #[must_use]
    pub fn empty(mut self, empty: impl Into<String>) -> Self {
        self.empty = Some(empty.into());
        self
    }

    /// `!=ID`.
    #[must_use]
    pub fn id(mut self, id: impl Into<Vec<i64>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// `timeout`.
    #[must_use]
    pub fn timeout_(mut self, timeout_: i64) -> Self {
        self.timeout_ = Some(timeout_);
        self
    }

    /// `client`.
    #[must_use]
    pub fn client(mut self, client: i64) -> Self {
        self.client = Some(client);
        self
    }

    /// `request`.
    #[must_use]
    pub fn request(mut self, request: i64) -> Self {
        self.request = Some(request);
        self
    }

    /// `fields`.
    #[must_use]
    pub fn fields(mut self, fields: i64) -> Self {
        self.fields = Some(fields);
        self
    }

    /// `import`.
    #[must_use]
    pub fn import_(mut self, import_: bool) -> Self {
        self.import_ = Some(import_);
        self
    }

    /// `list`.
    #[must_use]
    pub fn list(mut self, list: impl Into<Vec<i64>>) -> Self {
        self.list = Some(list.into());
        self
    }

    /// `dict`.
    #[must_use]
    pub fn dict(mut self, dict: impl Into<crate::wire::Extra>) -> Self {
        self.dict = Some(dict.into());
        self
    }

    /// `int`.
    #[must_use]
    pub fn int(mut self, int: i64) -> Self {
        self.int = Some(int);
        self
    }

    /// `value`.
    #[must_use]
    pub fn value(mut self, value: impl Into<Option<OptionValue>>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// `async`.
    #[must_use]
    pub fn async_(mut self, async_: impl Into<OptionAsync>) -> Self {
        self.async_ = Some(async_.into());
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("String", &self.string);
        fields.put("Vec", &self.vec);
        fields.put("None", &self.none_);
        fields.put_some("self", &self.self_);
        fields.put_some("Self", &self.self__);
        fields.put_some("type", &self.type_);
        fields.put_some("0", &self.n0);
        fields.put_some("", &self.empty);
        fields.put_some("!=ID", &self.id);
        fields.put_some("timeout", &self.timeout_);
        fields.put_some("client", &self.client);
        fields.put_some("request", &self.request);
        fields.put_some("fields", &self.fields);
        fields.put_some("import", &self.import_);
        fields.put_some("list", &self.list);
        fields.put_some("dict", &self.dict);
        fields.put_some("int", &self.int);
        fields.put_some("value", &self.value);
        fields.put_some("async", &self.async_);
    }
}

impl Method for Option_ {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.Option",
        rest: Rest::Classic,
        scopes: &["obstacles"],
        repeatable: false,
        rules: &[],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: None,
        list: None,
    };
    type Output = Option<OptionResult>;
    type Error = OptionError;
}

/// Result of `obstacles.Option`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OptionResult {
    /// `Result`.
    pub result: Option<OptionResultResult>,
    /// `extra`.
    pub extra_: Option<String>,
    /// `new`.
    pub new_: Option<String>,
    /// `list`.
    pub list: Option<Vec<i64>>,
    /// `str`.
    pub str: Option<String>,
    /// `class`.
    pub class_: Option<OptionResultClass>,
    /// `Some`.
    pub some: Option<OptionResultSome>,
    /// `default`.
    pub default_: Option<bool>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for OptionResult {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("Result"),
        wire::Field::optional("extra"),
        wire::Field::optional("new"),
        wire::Field::optional("list"),
        wire::Field::optional("str"),
        wire::Field::optional("class"),
        wire::Field::optional("Some"),
        wire::Field::optional("default"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.result, value),
            1 => wire::into(&mut self.extra_, value),
            2 => wire::into(&mut self.new_, value),
            3 => wire::into(&mut self.list, value),
            4 => wire::into(&mut self.str, value),
            5 => wire::into(&mut self.class_, value),
            6 => wire::into(&mut self.some, value),
            7 => wire::into(&mut self.default_, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("Result", &self.result);
        fields.put_some("extra", &self.extra_);
        fields.put_some("new", &self.new_);
        fields.put_some("list", &self.list);
        fields.put_some("str", &self.str);
        fields.put_some("class", &self.class_);
        fields.put_some("Some", &self.some);
        fields.put_some("default", &self.default_.as_ref().map(wire::OneZero));
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `Result` in the result of `obstacles.Option`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OptionResultResult {
    /// `Ok`.
    pub ok: Option<i64>,
    /// `Err`.
    pub err: Option<String>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for OptionResultResult {
    const FIELDS: &'static [wire::Field] =
        &[wire::Field::optional("Ok"), wire::Field::optional("Err")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.ok, value),
            1 => wire::into(&mut self.err, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("Ok", &self.ok);
        fields.put_some("Err", &self.err);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `class` in the result of `obstacles.Option`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OptionResultClassObject {
    /// `def`.
    pub def_: Option<OptionResultClassDef>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for OptionResultClassObject {
    const FIELDS: &'static [wire::Field] = &[wire::Field::optional("def")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.def_, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("def", &self.def_);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `class.def` in the result of `obstacles.Option`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OptionResultClassDef {
    /// `pass`.
    pub pass_: Option<f64>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for OptionResultClassDef {
    const FIELDS: &'static [wire::Field] = &[wire::Field::optional("pass")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.pass_, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("pass", &self.pass_);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The values of `async` in the parameters of `obstacles.Option`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionAsync {
    /// `Other`.
    Other_,
    /// `Self`.
    Self_,
    /// (empty).
    Empty,
    /// `1`.
    Value1,
    /// `a b`.
    AB,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for OptionAsync {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "Other" => Self::Other_,
            "Self" => Self::Self_,
            "" => Self::Empty,
            "1" => Self::Value1,
            "a b" => Self::AB,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Other_ => "Other",
            Self::Self_ => "Self",
            Self::Empty => "",
            Self::Value1 => "1",
            Self::AB => "a b",
            Self::Other(text) => text,
        }
    }
}

/// The values of `Some` in the result of `obstacles.Option`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionResultSome {
    /// `None`.
    None,
    /// `Some`.
    Some,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for OptionResultSome {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "None" => Self::None,
            "Some" => Self::Some,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::None => "None",
            Self::Some => "Some",
            Self::Other(text) => text,
        }
    }
}

/// What `value` in the parameters of `obstacles.Option` can be.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one of a few in an answer; a box would be in the way"
)]
pub enum OptionValue {
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<String>),
}

wire::union!(OptionValue {
    Integer: i64,
    Text: String,
    List: Vec<String>,
});

/// What `class` in the result of `obstacles.Option` can be.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one of a few in an answer; a box would be in the way"
)]
pub enum OptionResultClass {
    /// An object.
    Record(OptionResultClassObject),
    /// A text.
    Text(String),
}

wire::union!(OptionResultClass {
    Record: OptionResultClassObject,
    Text: String,
});

/// The errors of `obstacles.Option`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OptionError {
    /// `Other`.
    Other_,
    /// `System`.
    System_,
    /// `SYSTEM_ERROR`.
    SystemError_,
    /// `0`.
    Code0,
    /// An empty code.
    CodeEmpty,
    /// `VALUE_ERROR`.
    ValueError_,
    /// `value_error`.
    ValueError__,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for OptionError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "Other" => Self::Other_,
            "System" => Self::System_,
            "SYSTEM_ERROR" => Self::SystemError_,
            "0" => Self::Code0,
            "" => Self::CodeEmpty,
            "VALUE_ERROR" => Self::ValueError_,
            "value_error" => Self::ValueError__,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::Other_ => "Other",
            Self::System_ => "System",
            Self::SystemError_ => "SYSTEM_ERROR",
            Self::Code0 => "0",
            Self::CodeEmpty => "",
            Self::ValueError_ => "VALUE_ERROR",
            Self::ValueError__ => "value_error",
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

wire::request!(Option_);

wire::record!(
    OptionResult,
    OptionResultResult,
    OptionResultClassObject,
    OptionResultClassDef
);

wire::open_enum!(OptionAsync, OptionResultSome);

error::display!(OptionError);

impl<'a> Obstacles<'a> {
    /// Answers \[nothing\] \<useful\> \ """quoted""" with `code`.
    ///
    /// The method `obstacles.Option`; see [`Option_`](obstacles::Option_).
    ///
    /// # Errors
    ///
    /// [`OptionError`](obstacles::OptionError) lists the codes.
    #[inline]
    pub fn option(
        &self,
        request: obstacles::Option_,
    ) -> AnswerFuture<'a, Option<obstacles::OptionResult>, obstacles::OptionError> {
        AnswerFuture::new(self.client, &request)
    }
}
