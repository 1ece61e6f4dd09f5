/// Calls `obstacles.bare.set`.
///
/// The method `obstacles.bare.set`, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Not safe to repeat: a second
/// call may do its work a second time.
///
/// Deprecated: use [`hurdles::ChatGet`](crate::hurdles::ChatGet) (`hurdles.chat.get`) or
/// [`obstacles::JobGetV3`](crate::obstacles::JobGetV3) (`obstacles.job.get` of REST 3.0) or
/// `obstacles.not.there.at.all`.
///
/// # Errors
///
/// [`BareSetError`], of which these are its own:
///
/// - `ERROR_ID_EMPTY` (HTTP 400).
/// - `100`.
#[deprecated(
    note = "use `hurdles::ChatGet` (`hurdles.chat.get`) or `obstacles::JobGetV3` (`obstacles.job.get` of REST 3.0) or `obstacles.not.there.at.all`"
)]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BareSet {
    /// `ID`.
    pub id: i64,
    /// `FILE`.
    pub file: Option<serde_json::Value>,
    /// `CALLBACK`.
    pub callback: Option<serde_json::Value>,
    /// `MODE`.
    pub mode: String,
    /// `MODES`.
    pub modes: Option<Option<Vec<String>>>,
    /// `FIELDS`.
    pub fields: Option<BareSetFields>,
}

impl BareSet {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(id: i64, mode: impl Into<String>) -> Self {
        Self {
            id,
            mode: mode.into(),
            file: None,
            callback: None,
            modes: None,
            fields: None,
        }
    }

    /// `FILE`.
    #[must_use]
    pub fn file(mut self, file: impl Into<serde_json::Value>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// `CALLBACK`.
    #[must_use]
    pub fn callback(mut self, callback: impl Into<serde_json::Value>) -> Self {
        self.callback = Some(callback.into());
        self
    }

    /// `MODES`.
    #[must_use]
    pub fn modes(mut self, modes: impl Into<Option<Vec<String>>>) -> Self {
        self.modes = Some(modes.into());
        self
    }

    /// `FIELDS`.
    #[must_use]
    pub fn fields(mut self, fields: BareSetFields) -> Self {
        self.fields = Some(fields);
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("ID", &self.id);
        fields.put_some("FILE", &self.file);
        fields.put_some("CALLBACK", &self.callback);
        fields.put("MODE", &self.mode);
        fields.put_some("MODES", &self.modes);
        fields.put_some("FIELDS", &self.fields);
    }
}

impl Method for BareSet {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.bare.set",
        rest: Rest::Classic,
        scopes: &["obstacles"],
        repeatable: false,
        rules: &[],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: Some(&[
            "hurdles.chat.get",
            "v3:obstacles.job.get",
            "obstacles.not.there.at.all",
        ]),
        list: None,
    };
    type Output = BareSetResult;
    type Error = BareSetError;
}

/// `FIELDS` in the parameters of `obstacles.bare.set`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BareSetFields {
    /// `NAME`.
    pub name: String,
    /// `~NAME`.
    pub name_: Option<serde_json::Value>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl BareSetFields {
    /// With the fields that are required.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// `~NAME`.
    #[must_use]
    pub fn name_(mut self, name_: impl Into<serde_json::Value>) -> Self {
        self.name_ = Some(name_.into());
        self
    }
}

impl wire::Record for BareSetFields {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::required("NAME"),
        wire::Field::optional("~NAME"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.name, value),
            1 => wire::into(&mut self.name_, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("NAME", &self.name);
        fields.put_some("~NAME", &self.name_);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// Result of `obstacles.bare.set`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BareSetResult {
    /// `ID`.
    pub id: Option<i64>,
    /// `STATUS`.
    pub status: Option<BareSetResultStatus>,
    /// `KIND`.
    pub kind: Option<String>,
    /// `WHEN`.
    pub when: crate::wire::DateTime,
    /// `ROWS`.
    pub rows: Option<Vec<BareSetResultRows>>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for BareSetResult {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("ID"),
        wire::Field::optional("STATUS"),
        wire::Field::optional("KIND"),
        wire::Field::required("WHEN"),
        wire::Field::optional("ROWS"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.status, value),
            2 => wire::into(&mut self.kind, value),
            3 => wire::into(&mut self.when, value),
            4 => wire::into(&mut self.rows, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("ID", &self.id);
        fields.put_some("STATUS", &self.status);
        fields.put_some("KIND", &self.kind);
        fields.put("WHEN", &self.when);
        fields.put_some("ROWS", &self.rows);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `ROWS` in the result of `obstacles.bare.set`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BareSetResultRows {
    /// `ID`.
    pub id: Option<i64>,
    /// `CREATED`.
    pub created: Option<crate::wire::Date>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for BareSetResultRows {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("ID"),
        wire::Field::optional("CREATED"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.created, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("ID", &self.id);
        fields.put_some("CREATED", &self.created);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The values of `STATUS` in the result of `obstacles.bare.set`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BareSetResultStatus {
    /// `new`.
    New,
    /// `old`.
    Old,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for BareSetResultStatus {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "new" => Self::New,
            "old" => Self::Old,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::New => "new",
            Self::Old => "old",
            Self::Other(text) => text,
        }
    }
}

/// The errors of `obstacles.bare.set`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BareSetError {
    /// `ERROR_ID_EMPTY` (HTTP 400).
    ErrorIdEmpty,
    /// `100`.
    Code100,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for BareSetError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "ERROR_ID_EMPTY" => Self::ErrorIdEmpty,
            "100" => Self::Code100,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::ErrorIdEmpty => "ERROR_ID_EMPTY",
            Self::Code100 => "100",
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

wire::request!(BareSet);

wire::record!(BareSetFields, BareSetResult, BareSetResultRows);

wire::open_enum!(BareSetResultStatus);

error::display!(BareSetError);

impl<'a> ObstaclesBare<'a> {
    /// Calls `obstacles.bare.set`.
    ///
    /// Deprecated: use [`hurdles::ChatGet`](crate::hurdles::ChatGet) (`hurdles.chat.get`) or
    /// [`obstacles::JobGetV3`](crate::obstacles::JobGetV3) (`obstacles.job.get` of REST 3.0) or
    /// `obstacles.not.there.at.all`.
    ///
    /// The method `obstacles.bare.set`; see [`BareSet`](obstacles::BareSet) and the [documentation](https://apidocs.bitrix24.com/obstacles.html).
    ///
    /// # Errors
    ///
    /// [`BareSetError`](obstacles::BareSetError) lists the codes.
    #[deprecated(
        note = "use `hurdles::ChatGet` (`hurdles.chat.get`) or `obstacles::JobGetV3` (`obstacles.job.get` of REST 3.0) or `obstacles.not.there.at.all`"
    )]
    #[inline]
    pub fn set(
        &self,
        request: obstacles::BareSet,
    ) -> AnswerFuture<'a, obstacles::BareSetResult, obstacles::BareSetError> {
        AnswerFuture::new(self.client, &request)
    }
}
