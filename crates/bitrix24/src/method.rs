//! What the client knows about a method: its parameters' type, its answer and its errors.

use std::fmt::{Debug, Display};

use crate::{list::ListMeta, rules::Rule, wire::FromWire};

/// One call of one method: the parameters, together with what the answer and the errors look like.
///
/// Every generated request implements it, and so does a reference to one, which is why
/// [`Client::call`](crate::Client::call) takes both `request` and `&request`.
pub trait Method: serde::Serialize {
    /// The facts about the method.
    const META: &'static MethodMeta;
    /// What `result` of the answer holds.
    type Output: FromWire;
    /// The error codes that the method is known to answer.
    type Error: ErrorCode;
}

impl<M: Method> Method for &M {
    const META: &'static MethodMeta = M::META;
    type Output = M::Output;
    type Error = M::Error;
}

/// The facts about a method that do not depend on a call.
#[derive(Debug)]
pub struct MethodMeta {
    /// The name on the wire, such as `imbot.chat.get`.
    pub name: &'static str,
    /// The version of the REST API that serves the method.
    pub rest: Rest,
    /// The scopes that allow the method: any one of them is enough.
    pub scopes: &'static [&'static str],
    /// Whether a second run changes nothing that the first did not.
    pub repeatable: bool,
    /// Which parameters are required depending on others. Checked before sending.
    pub rules: &'static [Rule],
    /// The documentation page.
    pub docs: &'static str,
    /// `Some` if the method is deprecated: the names of the methods that replace it, possibly none.
    pub deprecated: Option<&'static [&'static str]>,
    /// How its list is read page by page, if it answers one.
    pub list: Option<ListMeta>,
}

/// A version of the REST API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rest {
    /// The API below `/rest/`.
    #[default]
    Classic,
    /// REST 3.0, the API below `/rest/api/`.
    V3,
}

/// The error codes of a method as a type.
///
/// Codes are compared exactly, since the API mixes upper and lower case.
pub trait ErrorCode: Clone + Debug + Display + PartialEq + Send + Sync + 'static {
    /// Finds the meaning of a code. The empty code and `0` occur on the wire.
    fn from_code(code: &str) -> Self;
    /// The code as it stands on the wire.
    fn code(&self) -> &str;
    /// Where the code is documented.
    fn origin(&self) -> Origin;
}

/// Where an error code is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// On the page of the method.
    Method,
    /// In the table of errors that any method may answer.
    System,
    /// Nowhere.
    Unknown,
}
