//! Lists that come page by page, read as one.

mod batched;
mod cursor;
mod engine;
mod error;
mod judge;
mod pages;
mod paging;
mod params;
mod place;
mod plan;
mod records;
mod scan;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use serde::Serialize;
use serde_json::Value;

pub use cursor::{Cursor, CursorError};
pub use error::ListError;
pub use pages::{Page, Pages};
pub use paging::{List, ListMeta, Paging};
pub use records::Records;

use crate::{
    Client, Error,
    method::{Method, Rest},
};

/// A method whose answer is a page of a list. Generated.
pub trait ListMethod: Method {
    /// One record of the list.
    type Record: Send;

    /// The records of a page, each once.
    fn records(page: Self::Output) -> Vec<Self::Record>;
}

impl<M: ListMethod> ListMethod for &M {
    type Record = M::Record;

    fn records(page: Self::Output) -> Vec<Self::Record> {
        M::records(page)
    }
}

impl Client {
    /// The records of a list, whatever its pages look like. Nothing is sent before the first one
    /// is asked for.
    ///
    /// ```no_run
    /// use bitrix24::{Client, ListMethod};
    ///
    /// # async fn run<M>(client: Client, request: M) -> Result<(), Box<dyn std::error::Error>>
    /// # where M: ListMethod, M::Record: std::fmt::Debug {
    /// let mut records = client.records(request);
    /// while let Some(record) = records.next().await {
    ///     println!("{:?}", record?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Parameters of the request that choose a page are where the reading begins; those that
    /// choose its size stay.
    pub fn records<M: ListMethod>(&self, request: M) -> Records<M::Record, M::Error> {
        let meta = M::META;
        let list = meta.list.as_ref().map(List::from).unwrap_or_default();
        let (params, failed) = match self.encode(meta.name, &request) {
            Ok(params) => (params, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let pages = Pages::new(self, meta.name, meta.rest, params, list)
            .rules(meta.rules)
            .repeatable(meta.repeatable);
        let pages = match failed {
            Some(error) => pages.failed(error.into()),
            None => pages,
        };
        Records::new(pages, read::<M>)
    }

    /// The records of a list of a method that has no type here, or whose type is in the way.
    ///
    /// The parameters are whatever serializes to a JSON object; `()` stands for none.
    ///
    /// ```no_run
    /// use bitrix24::{Client, List, Paging};
    /// use serde_json::json;
    ///
    /// # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let list = List::new(Paging::Start).records("items").keyed_by("id");
    /// let params = json!({ "entityTypeId": 2, "filter": { "opened": "Y" } });
    /// let mut deals = client.records_by_name("crm.item.list", params, list).keyed();
    /// while let Some(deal) = deals.next().await {
    ///     println!("{}", deal?["title"]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn records_by_name(
        &self,
        method: &str,
        params: impl Serialize,
        list: List,
    ) -> Records<Value> {
        self.records_dynamic(method, Rest::Classic, &params, list)
    }

    /// The records of a list of a method of REST 3.0 that has no type here, or whose type is in
    /// the way. As [`records_by_name`](Client::records_by_name).
    pub fn records_by_name_v3(
        &self,
        method: &str,
        params: impl Serialize,
        list: List,
    ) -> Records<Value> {
        self.records_dynamic(method, Rest::V3, &params, list)
    }

    fn records_dynamic(
        &self,
        method: &str,
        rest: Rest,
        params: &impl Serialize,
        list: List,
    ) -> Records<Value> {
        let pages = match self.encode(method, params) {
            Ok(params) => Pages::new(self, method, rest, params, list),
            Err(error) => Pages::new(self, method, rest, Vec::new(), list).failed(error.into()),
        };
        Records::new(pages, Page::values)
    }
}

fn read<M: ListMethod>(page: &Page) -> Result<Vec<M::Record>, Error<M::Error>> {
    let answer = page.reply().decode().map_err(Error::into_typed)?;
    let mut records = M::records(answer.result);
    page.skip(&mut records);
    Ok(records)
}
