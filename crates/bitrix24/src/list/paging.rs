//! How a list is read page by page: facts, not state.

/// What a method takes to give the next page of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Paging {
    /// `start`; the answer says `next` while there is more, and `total`.
    Start,
    /// `offset`, and `limit` for the size of a page.
    Offset,
    /// `limit` alone: there is one page.
    Limit,
    /// `page`, counted from 1.
    Page,
    /// `NAV_PARAMS` with `iNumPage`, counted from 1, and `nPageSize`.
    NavParams,
    /// REST 3.0: `cursor` with a field and its last value.
    Cursor,
    /// REST 3.0: `pagination` with `offset` and `limit`.
    Pagination,
}

impl Paging {
    /// The object that holds the paging parameters, if it is not the parameters themselves.
    pub(super) fn usually_within(self) -> &'static [&'static str] {
        match self {
            Self::NavParams => &["NAV_PARAMS"],
            Self::Cursor => &["cursor"],
            Self::Pagination => &["pagination"],
            Self::Start | Self::Offset | Self::Limit | Self::Page => &[],
        }
    }
}

/// How the list of a generated method is read. What a method called by name needs is a [`List`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListMeta {
    /// What is passed to get the next page.
    pub paging: Paging,
    /// The way from the result to the records; empty if the result is the list.
    pub records: &'static [&'static str],
    /// Whether the records stand in an object under keys of their own, not in an array.
    pub map: bool,
    /// Records in a page, where that is known.
    pub page_size: Option<u32>,
    /// The field of a record by which the list can be read without counting.
    pub keyed_by: Option<&'static str>,
    /// The parameter that takes the order.
    pub order: &'static str,
    /// The parameter that takes the filter.
    pub filter: &'static str,
    /// The way to the object that holds the paging parameters; empty where they stand as usual.
    pub within: &'static [&'static str],
}

/// How a list is read, for methods that are called by name.
///
/// ```
/// use bitrix24::{List, Paging};
///
/// // The usual way: `start`, and the result is the list.
/// let users = List::new(Paging::Start).keyed_by("ID");
/// // {"result": {"items": […]}}
/// let items = List::new(Paging::Start).records("items").keyed_by("id");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub(super) paging: Paging,
    pub(super) records: Vec<String>,
    pub(super) map: bool,
    pub(super) page_size: Option<u32>,
    pub(super) keyed_by: Option<String>,
    pub(super) order: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) within: Vec<String>,
}

impl List {
    /// A list whose records are the result itself.
    #[must_use]
    pub fn new(paging: Paging) -> Self {
        Self {
            paging,
            records: Vec::new(),
            map: false,
            page_size: None,
            keyed_by: None,
            order: None,
            filter: None,
            within: path_of(paging.usually_within()),
        }
    }

    /// The way from the result to the records: `items`, or `data.items`.
    #[must_use]
    pub fn records(mut self, path: &str) -> Self {
        self.records = split(path);
        self
    }

    /// Records in a page, where that is known. It helps to tell a full page from the last one.
    #[must_use]
    pub fn page_size(mut self, records: u32) -> Self {
        self.page_size = Some(records);
        self
    }

    /// The field of a record that holds its id, as the answer and the filter spell it.
    #[must_use]
    pub fn keyed_by(mut self, field: impl Into<String>) -> Self {
        self.keyed_by = Some(field.into());
        self
    }

    /// The parameter that takes the order. Otherwise the one among the parameters that is called
    /// `order` in any spelling, or `order`.
    #[must_use]
    pub fn order(mut self, param: impl Into<String>) -> Self {
        self.order = Some(param.into());
        self
    }

    /// The parameter that takes the filter. Otherwise the one among the parameters that is called
    /// `filter` in any spelling, or `filter`.
    #[must_use]
    pub fn filter(mut self, param: impl Into<String>) -> Self {
        self.filter = Some(param.into());
        self
    }

    /// The object that holds the paging parameters: `PARAMS.NAV_PARAMS`.
    #[must_use]
    pub fn within(mut self, path: &str) -> Self {
        self.within = split(path);
        self
    }
}

impl From<&ListMeta> for List {
    fn from(meta: &ListMeta) -> Self {
        let within = match meta.within {
            [] => meta.paging.usually_within(),
            within => within,
        };
        Self {
            paging: meta.paging,
            records: path_of(meta.records),
            map: meta.map,
            page_size: meta.page_size,
            keyed_by: meta.keyed_by.map(Into::into),
            order: Some(meta.order.into()),
            filter: Some(meta.filter.into()),
            within: path_of(within),
        }
    }
}

/// A list as most are: `start`, and nothing around the records.
impl Default for List {
    fn default() -> Self {
        Self::new(Paging::Start)
    }
}

fn path_of(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn split(path: &str) -> Vec<String> {
    let parts = path.split('.').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}
