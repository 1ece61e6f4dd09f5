/// Reads lists of one type.
///
/// The method `obstacles.tables.get`, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Safe to repeat. Callers: any
/// user with the right to read the lists. A list, read page by page with `start`, 50 records a
/// page.
///
/// # Required together
///
/// - `SOCNET_GROUP_ID` is required when `IBLOCK_TYPE_ID` is `lists_socnet`.
///
/// # Errors
///
/// [`TablesGetError`], of which these are its own:
///
/// - `ERROR_REQUIRED_PARAMETERS_MISSING` (HTTP 400).
/// - `ACCESS_DENIED` (HTTP 400).
///
/// # Example
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;
/// # let client = bitrix24::Client::webhook(portal.webhook_url())?;
/// use bitrix24::obstacles::TablesGet;
///
/// let request = TablesGet::new("lists_socnet")
///     .socnet_group_id(33)
///     .start(0);
/// let answer = client.obstacles().tables().get(request).await?;
/// println!("{:?}", answer.result);
/// # Ok(())
/// # }
/// ```
///
/// # Record by record
///
/// [`Client::records`](crate::Client::records) fetches page after page, as records are asked for.
/// With [`keyed`](crate::Records::keyed) it goes by `ID` and does not count, which is best for
/// long lists. With [`batched`](crate::Records::batched) it fetches up to 50 pages at a time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;
/// # let client = bitrix24::Client::webhook(portal.webhook_url())?;
/// use bitrix24::obstacles::TablesGet;
///
/// let request = TablesGet::new("lists_socnet")
///     .socnet_group_id(33)
///     .start(0);
/// let mut records = client.records(request);
/// while let Some(record) = records.next().await {
///     println!("{:?}", record?);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Where the documentation leaves a question
///
/// - `params.IBLOCK_ORDER.default`: The page gives a default that is no direction; none is stated
///   here.
///
/// # See also
///
/// `obstacles.tables.add`,
/// [`obstacles::TablesGetIblockTypeId`](crate::obstacles::TablesGetIblockTypeId)
/// (`obstacles.tables.get.iblock.type.id`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TablesGet {
    /// `IBLOCK_TYPE_ID`: the type of the lists.
    pub iblock_type_id: TablesGetIblockTypeId_,
    /// `IBLOCK_ID`.
    pub iblock_id: Option<i64>,
    /// `IBLOCK_CODE`.
    pub iblock_code: Option<String>,
    /// `SOCNET_GROUP_ID`: the group whose lists are read.
    pub socnet_group_id: Option<i64>,
    /// `IBLOCK_ORDER`: the order of the lists, by field.
    pub iblock_order: Option<std::collections::BTreeMap<String, TablesGetIblockOrder>>,
    /// `start`: how many lists to skip. When left out: `0`.
    pub start: Option<i64>,
}

impl TablesGet {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(iblock_type_id: impl Into<TablesGetIblockTypeId_>) -> Self {
        Self {
            iblock_type_id: iblock_type_id.into(),
            iblock_id: None,
            iblock_code: None,
            socnet_group_id: None,
            iblock_order: None,
            start: None,
        }
    }

    /// `IBLOCK_ID`.
    #[must_use]
    pub fn iblock_id(mut self, iblock_id: i64) -> Self {
        self.iblock_id = Some(iblock_id);
        self
    }

    /// `IBLOCK_CODE`.
    #[must_use]
    pub fn iblock_code(mut self, iblock_code: impl Into<String>) -> Self {
        self.iblock_code = Some(iblock_code.into());
        self
    }

    /// `SOCNET_GROUP_ID`: the group whose lists are read.
    #[must_use]
    pub fn socnet_group_id(mut self, socnet_group_id: i64) -> Self {
        self.socnet_group_id = Some(socnet_group_id);
        self
    }

    /// `IBLOCK_ORDER`: the order of the lists, by field.
    #[must_use]
    pub fn iblock_order(
        mut self,
        iblock_order: impl Into<std::collections::BTreeMap<String, TablesGetIblockOrder>>,
    ) -> Self {
        self.iblock_order = Some(iblock_order.into());
        self
    }

    /// `start`: how many lists to skip. When left out: `0`.
    #[must_use]
    pub fn start(mut self, start: i64) -> Self {
        self.start = Some(start);
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("IBLOCK_TYPE_ID", &self.iblock_type_id);
        fields.put_some("IBLOCK_ID", &self.iblock_id);
        fields.put_some("IBLOCK_CODE", &self.iblock_code);
        fields.put_some("SOCNET_GROUP_ID", &self.socnet_group_id);
        fields.put_some("IBLOCK_ORDER", &self.iblock_order);
        fields.put_some("start", &self.start);
    }
}

impl Method for TablesGet {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.tables.get",
        rest: Rest::Classic,
        scopes: &["obstacles"],
        repeatable: true,
        rules: &[Rule::RequiredIf {
            param: "SOCNET_GROUP_ID",
            when: When::Is {
                param: "IBLOCK_TYPE_ID",
                values: &["lists_socnet"],
            },
        }],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: None,
        list: Some(ListMeta {
            paging: Paging::Start,
            records: &[],
            map: false,
            page_size: Some(50),
            max_page_size: None,
            keyed_by: Some("ID"),
            keyed_as: None,
            order: "IBLOCK_ORDER",
            filter: "filter",
            within: &[],
            names: &[],
        }),
    };
    type Output = Vec<TablesGetItem>;
    type Error = TablesGetError;
}

impl ListMethod for TablesGet {
    type Record = TablesGetItem;

    fn records(page: Self::Output) -> Vec<Self::Record> {
        page
    }
}

/// Result of `obstacles.tables.get`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TablesGetItem {
    /// `ID`: the id of the list.
    pub id: i64,
    /// `TIMESTAMP_X`.
    pub timestamp_x: Option<String>,
    /// `IBLOCK_TYPE_ID`.
    pub iblock_type_id: Option<String>,
    /// `CODE`.
    pub code: Option<String>,
    /// `NAME`.
    pub name: Option<String>,
    /// `ACTIVE`.
    pub active: Option<bool>,
    /// `SORT`.
    pub sort: Option<i64>,
    /// `RSS_FILE_LIMIT`.
    pub rss_file_limit: Option<i64>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for TablesGetItem {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::required("ID"),
        wire::Field::optional("TIMESTAMP_X"),
        wire::Field::optional("IBLOCK_TYPE_ID"),
        wire::Field::optional("CODE"),
        wire::Field::optional("NAME"),
        wire::Field::optional("ACTIVE"),
        wire::Field::optional("SORT"),
        wire::Field::optional("RSS_FILE_LIMIT"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.timestamp_x, value),
            2 => wire::into(&mut self.iblock_type_id, value),
            3 => wire::into(&mut self.code, value),
            4 => wire::into(&mut self.name, value),
            5 => wire::into(&mut self.active, value),
            6 => wire::into(&mut self.sort, value),
            7 => wire::into(&mut self.rss_file_limit, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("ID", &self.id);
        fields.put_some("TIMESTAMP_X", &self.timestamp_x);
        fields.put_some("IBLOCK_TYPE_ID", &self.iblock_type_id);
        fields.put_some("CODE", &self.code);
        fields.put_some("NAME", &self.name);
        fields.put_some("ACTIVE", &self.active.as_ref().map(wire::YesNo));
        fields.put_some("SORT", &self.sort);
        fields.put_some("RSS_FILE_LIMIT", &self.rss_file_limit);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The values of `IBLOCK_TYPE_ID` in the parameters of `obstacles.tables.get`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TablesGetIblockTypeId_ {
    /// `lists`: lists of the whole company.
    Lists,
    /// `bitrix_processes`: processes.
    BitrixProcesses,
    /// `lists_socnet`: lists of a group.
    ListsSocnet,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for TablesGetIblockTypeId_ {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "lists" => Self::Lists,
            "bitrix_processes" => Self::BitrixProcesses,
            "lists_socnet" => Self::ListsSocnet,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Lists => "lists",
            Self::BitrixProcesses => "bitrix_processes",
            Self::ListsSocnet => "lists_socnet",
            Self::Other(text) => text,
        }
    }
}

/// The values of `IBLOCK_ORDER` in the parameters of `obstacles.tables.get`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TablesGetIblockOrder {
    /// `asc`.
    Asc,
    /// `desc`.
    Desc,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for TablesGetIblockOrder {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "asc" => Self::Asc,
            "desc" => Self::Desc,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
            Self::Other(text) => text,
        }
    }
}

/// The errors of `obstacles.tables.get`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TablesGetError {
    /// `ERROR_REQUIRED_PARAMETERS_MISSING` (HTTP 400).
    ErrorRequiredParametersMissing,
    /// `ACCESS_DENIED` (HTTP 400).
    AccessDenied,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for TablesGetError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "ERROR_REQUIRED_PARAMETERS_MISSING" => Self::ErrorRequiredParametersMissing,
            "ACCESS_DENIED" => Self::AccessDenied,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::ErrorRequiredParametersMissing => "ERROR_REQUIRED_PARAMETERS_MISSING",
            Self::AccessDenied => "ACCESS_DENIED",
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

wire::request!(TablesGet);

wire::record!(TablesGetItem);

wire::open_enum!(TablesGetIblockTypeId_, TablesGetIblockOrder);

error::display!(TablesGetError);

impl<'a> ObstaclesTables<'a> {
    /// Reads lists of one type.
    ///
    /// The method `obstacles.tables.get`; see [`TablesGet`](obstacles::TablesGet).
    ///
    /// # Errors
    ///
    /// [`TablesGetError`](obstacles::TablesGetError) lists the codes.
    #[inline]
    pub fn get(
        &self,
        request: obstacles::TablesGet,
    ) -> AnswerFuture<'a, Vec<obstacles::TablesGetItem>, obstacles::TablesGetError> {
        AnswerFuture::new(self.client, &request)
    }
}
