/// Calls `obstacles.clone.list`.
///
/// The method `obstacles.clone.list`, scope `obstacles`:
/// [documentation](https://apidocs.bitrix24.com/obstacles.html). Not safe to repeat: a second
/// call may do its work a second time. A list, read page by page with `offset`, 10 records a
/// page.
///
/// # Errors
///
/// [`CloneListError`]; none is its own.
///
/// # Record by record
///
/// [`Client::records`](crate::Client::records) fetches page after page, as records are asked for.
/// The records of a page come in the order of their keys;
/// [`Client::records_by_name`](crate::Client::records_by_name) keeps that of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CloneList {
    /// `OFFSET`.
    pub offset: Option<i64>,
    /// `LIMIT`.
    pub limit: Option<i64>,
}

impl CloneList {
    /// With the parameters that are required.
    #[must_use]
    pub fn new() -> Self {
        Self { ..Self::default() }
    }

    /// `OFFSET`.
    #[must_use]
    pub fn offset(mut self, offset: i64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// `LIMIT`.
    #[must_use]
    pub fn limit(mut self, limit: i64) -> Self {
        self.limit = Some(limit);
        self
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("OFFSET", &self.offset);
        fields.put_some("LIMIT", &self.limit);
    }
}

impl Method for CloneList {
    const META: &'static MethodMeta = &MethodMeta {
        name: "obstacles.clone.list",
        rest: Rest::Classic,
        scopes: &["obstacles"],
        repeatable: false,
        rules: &[],
        docs: "https://apidocs.bitrix24.com/obstacles.html",
        deprecated: None,
        list: Some(ListMeta {
            paging: Paging::Offset,
            records: &[],
            map: true,
            page_size: Some(10),
            max_page_size: Some(50),
            keyed_by: None,
            keyed_as: None,
            order: "order",
            filter: "filter",
            within: &[],
            names: &[("offset", "OFFSET")],
        }),
    };
    type Output = std::collections::BTreeMap<String, CloneListItem>;
    type Error = CloneListError;
}

impl ListMethod for CloneList {
    type Record = CloneListItem;

    fn records(page: Self::Output) -> Vec<Self::Record> {
        page.into_values().collect()
    }
}

/// Result of `obstacles.clone.list`.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CloneListItem {
    /// `dict`.
    pub dict: Option<crate::wire::Extra>,
    /// `when`.
    pub when: Option<crate::wire::Date>,
    /// Fields that the description does not know.
    pub extra: wire::Extra,
}

impl wire::Record for CloneListItem {
    const FIELDS: &'static [wire::Field] =
        &[wire::Field::optional("dict"), wire::Field::optional("when")];

    fn set<'de, D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        match index {
            0 => wire::into(&mut self.dict, value),
            1 => wire::into(&mut self.when, value),
            _ => wire::skip(value),
        }
    }

    fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
        fields.put_some("dict", &self.dict);
        fields.put_some("when", &self.when);
        fields.put_extra(&self.extra);
    }

    fn extra(&mut self) -> &mut wire::Extra {
        &mut self.extra
    }
}

/// The errors of `obstacles.clone.list`: its own codes, those of the system, and any other.
///
/// [Documentation](https://apidocs.bitrix24.com/obstacles.html)
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CloneListError {
    /// An error that any method can answer.
    System(SystemError),
    /// A code that the description does not know.
    Other(String),
}

impl ErrorCode for CloneListError {
    #[inline]
    fn from_code(code: &str) -> Self {
        error::system_or_other(code, Self::System, Self::Other)
    }

    #[inline]
    fn code(&self) -> &str {
        match self {
            Self::System(error) => error.code(),
            Self::Other(code) => code,
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::System(_) => Origin::System,
            Self::Other(_) => Origin::Unknown,
        }
    }
}

wire::request!(CloneList);

wire::record!(CloneListItem);

error::display!(CloneListError);

impl<'a> ObstaclesClone<'a> {
    /// Calls `obstacles.clone.list`.
    ///
    /// The method `obstacles.clone.list`; see [`CloneList`](obstacles::CloneList) and the [documentation](https://apidocs.bitrix24.com/obstacles.html).
    ///
    /// # Errors
    ///
    /// [`CloneListError`](obstacles::CloneListError) lists the codes.
    #[inline]
    pub fn list(
        &self,
        request: obstacles::CloneList,
    ) -> AnswerFuture<
        'a,
        std::collections::BTreeMap<String, obstacles::CloneListItem>,
        obstacles::CloneListError,
    > {
        AnswerFuture::new(self.client, &request)
    }
}
