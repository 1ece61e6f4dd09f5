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
    ///
    /// Without a `total` in the answer, it is taken for the whole list only if it holds fewer
    /// records than were asked for, and than the method gives at most. Where that is not known,
    /// fewer than the usual page, or than 50 if that is not known either.
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
    /// The most records in a page, whatever is asked for, where that is known.
    pub max_page_size: Option<u32>,
    /// The field of a record by which the list can be read without counting.
    pub keyed_by: Option<&'static str>,
    /// What the order and the filter call that field, where it is not the same.
    pub keyed_as: Option<&'static str>,
    /// The parameter that takes the order.
    pub order: &'static str,
    /// The parameter that takes the filter.
    pub filter: &'static str,
    /// The way to the object that holds the paging parameters; empty where they stand as usual.
    pub within: &'static [&'static str],
    /// The paging parameters that are called otherwise than usual: the usual name, and the
    /// method's.
    pub names: &'static [(&'static str, &'static str)],
}

/// What the parameters are usually called that choose a page, or its size, of this paging.
pub(super) fn usual_names(paging: Paging) -> &'static [&'static str] {
    match paging {
        Paging::Start => &["start"],
        Paging::Offset => &["offset"],
        Paging::Limit => &["limit"],
        Paging::Page => &["page"],
        Paging::NavParams => &["iNumPage"],
        Paging::Cursor => &["field", "order", "value", "limit"],
        Paging::Pagination => &["offset", "limit", "page"],
    }
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
    pub(super) max_page_size: Option<u32>,
    pub(super) keyed_by: Option<String>,
    pub(super) keyed_as: Option<String>,
    pub(super) order: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) within: Vec<String>,
    pub(super) names: Vec<(String, String)>,
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
            max_page_size: None,
            keyed_by: None,
            keyed_as: None,
            order: None,
            filter: None,
            within: path_of(paging.usually_within()),
            names: Vec::new(),
        }
    }

    /// The way from the result to the records: `items`, or `data.items`.
    #[must_use]
    pub fn records(mut self, path: &str) -> Self {
        self.records = split(path);
        self
    }

    /// Records in a page, where that is known: a smaller one is the last one if the answer says
    /// neither `next` nor `total`. Without it, such a list is asked for more until a page is empty.
    #[must_use]
    pub fn page_size(mut self, records: u32) -> Self {
        self.page_size = Some(records);
        self
    }

    /// The most records in a page, whatever is asked for, where that is known. A
    /// [limit](Paging::Limit) above it does not make the page larger.
    #[must_use]
    pub fn max_page_size(mut self, records: u32) -> Self {
        self.max_page_size = Some(records);
        self
    }

    /// The paging parameters are written `START`, `OFFSET`, `LIMIT`, `PAGE`. Otherwise each is
    /// the one among the parameters that is called so in any spelling, or in lower case.
    ///
    /// ```
    /// use bitrix24::{List, Paging};
    ///
    /// // im.search.user.list: `OFFSET` and `LIMIT`.
    /// let users = List::new(Paging::Offset).upper_case();
    /// ```
    #[must_use]
    pub fn upper_case(mut self) -> Self {
        let names = ["start", "offset", "limit", "page"];
        self.names = names
            .map(|name| (name.into(), name.to_ascii_uppercase()))
            .into();
        self
    }

    /// The field of a record that holds its id, as the answer spells it. Pages are told apart by
    /// it, too; otherwise by a field called `id` in any spelling, if there is one.
    #[must_use]
    pub fn keyed_by(mut self, field: impl Into<String>) -> Self {
        self.keyed_by = Some(field.into());
        self
    }

    /// What the order and the filter call the field with the id, where the answer spells it
    /// otherwise.
    ///
    /// ```
    /// use bitrix24::{List, Paging};
    ///
    /// // tasks.task.list: `id` in the answer, `ID` in the filter.
    /// let tasks = List::new(Paging::Start).records("tasks");
    /// let tasks = tasks.keyed_by("id").keyed_as("ID");
    /// ```
    #[must_use]
    pub fn keyed_as(mut self, name: impl Into<String>) -> Self {
        self.keyed_as = Some(name.into());
        self
    }

    /// What the order and the filter call the field with the id, if it is known.
    pub(super) fn key(&self) -> Option<&str> {
        let keyed_by = self.keyed_by.as_deref()?;
        Some(self.keyed_as.as_deref().unwrap_or(keyed_by))
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
            max_page_size: meta.max_page_size,
            keyed_by: meta.keyed_by.map(Into::into),
            keyed_as: meta.keyed_as.map(Into::into),
            order: Some(meta.order.into()),
            filter: Some(meta.filter.into()),
            within: path_of(within),
            names: meta
                .names
                .iter()
                .map(|it| (it.0.into(), it.1.into()))
                .collect(),
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
