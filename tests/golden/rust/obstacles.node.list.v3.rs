/// Lists departments or teams.
///
/// The method `obstacles.node.list` of REST 3.0, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Safe to repeat. A list, read
/// page by page with `pagination`, 50 records a page; the records are in `items`.
///
/// # Errors
///
/// [`NodeListError`], of which these are its own:
///
/// - `BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION` (HTTP 400). About `limit`.
/// - `BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION` (HTTP 400). About `type`,
///   `type`.
/// - `BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION` (HTTP 403).
///
/// # Example
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;
/// # let client = bitrix24::Client::webhook(portal.webhook_url())?;
/// use bitrix24::obstacles::NodeList;
///
/// let request = NodeList::new("DEPARTMENT")
///     .select(["id".into(), "name".into()]);
/// let answer = client.obstacles().node().list(request).await?;
/// println!("{:?}", answer.result);
/// # Ok(())
/// # }
/// ```
///
/// # Record by record
///
/// [`Client::records`](crate::Client::records) fetches page after page, as records are asked for.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;
/// # let client = bitrix24::Client::webhook(portal.webhook_url())?;
/// use bitrix24::obstacles::NodeList;
///
/// let request = NodeList::new("DEPARTMENT")
///     .select(["id".into(), "name".into()]);
/// let mut records = client.records(request);
/// while let Some(record) = records.next().await {
///     println!("{:?}", record?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NodeList {
    /// `type`.
    pub type_: NodeListType,
    /// `select`.
    pub select: Option<Vec<String>>,
    /// `pagination`.
    pub pagination: Option<NodeListPagination>,
}

impl NodeList {
    /// With the parameters that are required.
    #[must_use]
    pub fn new(type_: impl Into<NodeListType>) -> Self {
        Self {
            type_: type_.into(),
            select: None,
            pagination: None,
        }
    }

    /// `select`.
    #[must_use]
    pub fn select(mut self, select: impl Into<Vec<String>>) -> Self {
        self.select = Some(select.into());
        self
    }

    /// `pagination`.
    #[must_use]
    pub fn pagination(mut self, pagination: NodeListPagination) -> Self {
        self.pagination = Some(pagination);
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("type", &self.type_);
        fields.put_some("select", &self.select);
        fields.put_some("pagination", &self.pagination);
    }
}

impl Method for NodeList {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.node.list",
        rest: Rest::V3,
        scopes: &["obstacles"],
        repeatable: true,
        rules: &[],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: None,
        list: Some(ListMeta {
            paging: Paging::Pagination,
            records: &["items"],
            map: false,
            page_size: Some(50),
            max_page_size: None,
            keyed_by: None,
            keyed_as: None,
            order: "order",
            filter: "filter",
            within: &[],
            names: &[],
        }),
    };
    type Output = NodeListResult;
    type Error = NodeListError;
}

impl ListMethod for NodeList {
    type Record = NodeListResultItems;

    fn records(page: Self::Output) -> Vec<Self::Record> {
        page.items
    }
}

/// `pagination` in the parameters of `obstacles.node.list`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NodeListPagination {
    /// `page`.
    pub page: Option<i64>,
    /// `limit`. When left out: `50`. At most 200.
    pub limit: Option<i64>,
    /// `offset`.
    pub offset: Option<i64>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl NodeListPagination {
    /// With the fields that are required.
    #[must_use]
    pub fn new() -> Self {
        Self { ..Self::default() }
    }

    /// `page`.
    #[must_use]
    pub fn page(mut self, page: i64) -> Self {
        self.page = Some(page);
        self
    }

    /// `limit`. When left out: `50`. At most 200.
    #[must_use]
    pub fn limit(mut self, limit: i64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// `offset`.
    #[must_use]
    pub fn offset(mut self, offset: i64) -> Self {
        self.offset = Some(offset);
        self
    }
}

impl wire::Record for NodeListPagination {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("page"),
        wire::Field::optional("limit"),
        wire::Field::optional("offset"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.page, value),
            1 => wire::into(&mut self.limit, value),
            2 => wire::into(&mut self.offset, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("page", &self.page);
        fields.put_some("limit", &self.limit);
        fields.put_some("offset", &self.offset);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// Result of `obstacles.node.list`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NodeListResult {
    /// `items`.
    pub items: Vec<NodeListResultItems>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for NodeListResult {
    const FIELDS: &'static [wire::Field] = &[wire::Field::required("items")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.items, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put("items", &self.items);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// `items` in the result of `obstacles.node.list`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NodeListResultItems {
    /// `id`.
    pub id: Option<i64>,
    /// `name`.
    pub name: Option<String>,
    /// `type`.
    pub type_: Option<NodeListResultItemsType>,
    /// `parentId`.
    pub parent_id: Option<i64>,
    /// `createdAt`.
    pub created_at: Option<crate::wire::DateTime>,
    /// `userCount`.
    pub user_count: Option<i64>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for NodeListResultItems {
    const FIELDS: &'static [wire::Field] = &[
        wire::Field::optional("id"),
        wire::Field::optional("name"),
        wire::Field::optional("type"),
        wire::Field::optional("parentId"),
        wire::Field::optional("createdAt"),
        wire::Field::optional("userCount"),
    ];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.id, value),
            1 => wire::into(&mut self.name, value),
            2 => wire::into(&mut self.type_, value),
            3 => wire::into(&mut self.parent_id, value),
            4 => wire::into(&mut self.created_at, value),
            5 => wire::into(&mut self.user_count, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("id", &self.id);
        fields.put_some("name", &self.name);
        fields.put_some("type", &self.type_);
        fields.put_some("parentId", &self.parent_id);
        fields.put_some("createdAt", &self.created_at);
        fields.put_some("userCount", &self.user_count);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The values of `type` in the parameters of `obstacles.node.list`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeListType {
    /// `DEPARTMENT`.
    Department,
    /// `TEAM`.
    Team,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for NodeListType {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "DEPARTMENT" => Self::Department,
            "TEAM" => Self::Team,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Department => "DEPARTMENT",
            Self::Team => "TEAM",
            Self::Other(text) => text,
        }
    }
}

/// The values of `items.type` in the result of `obstacles.node.list`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeListResultItemsType {
    /// `DEPARTMENT`.
    Department,
    /// `TEAM`.
    Team,
    /// A value that the description does not know.
    Other(String),
}

impl wire::TextEnum for NodeListResultItemsType {
    #[inline]
    fn from_text(text: String) -> Self {
        match text.as_str() {
            "DEPARTMENT" => Self::Department,
            "TEAM" => Self::Team,
            _ => Self::Other(text),
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match self {
            Self::Department => "DEPARTMENT",
            Self::Team => "TEAM",
            Self::Other(text) => text,
        }
    }
}

/// The errors of `obstacles.node.list`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NodeListError {
    /// `BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION` (HTTP 400). About `limit`.
    InvalidPaginationException,
    /// `BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION` (HTTP 400). About `type`, `type`.
    RequestValidationException,
    /// `BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION` (HTTP 403).
    AccessDeniedException,
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for NodeListError {
    #[inline]
    fn from_code(code: &str) -> Self {
        match code {
            "BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION" =>
                Self::InvalidPaginationException,
            "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION" =>
                Self::RequestValidationException,
            "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION" => Self::AccessDeniedException,
            _ => error::system_or_other(code, Self::System, Self::Other),
        }
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::InvalidPaginationException =>
                "BITRIX_REST_V3_EXCEPTION_INVALIDPAGINATIONEXCEPTION",
            Self::RequestValidationException =>
                "BITRIX_REST_V3_EXCEPTION_VALIDATION_REQUESTVALIDATIONEXCEPTION",
            Self::AccessDeniedException => "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION",
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

wire::request!(NodeList);

wire::record!(NodeListPagination, NodeListResult, NodeListResultItems);

wire::open_enum!(NodeListType, NodeListResultItemsType);

error::display!(NodeListError);

impl<'a> ObstaclesNode<'a> {
    /// Lists departments or teams.
    ///
    /// The method `obstacles.node.list`; see [`NodeList`](obstacles::NodeList).
    ///
    /// # Errors
    ///
    /// [`NodeListError`](obstacles::NodeListError) lists the codes.
    #[inline]
    pub fn list(
        &self,
        request: obstacles::NodeList,
    ) -> AnswerFuture<'a, obstacles::NodeListResult, obstacles::NodeListError> {
        AnswerFuture::new(self.client, &request)
    }
}
