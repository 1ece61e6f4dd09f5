//! The format of a description, as it stands in the YAML files.
//!
//! These types are the format: the reader and the JSON Schema both come from them.
//! They mirror the files and know nothing of Rust or Python.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One method: `spec/<scope>/<method>.yaml`, or `<method>.v3.yaml` for REST 3.0.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MethodFile {
    /// The method's name on the wire, in the documentation's spelling.
    pub method: String,
    /// What Rust and Python go by instead of `method`, where two methods would become one name.
    #[serde(default)]
    pub alias: Option<String>,
    /// What the documentation states. A machine may replace this part.
    pub facts: Facts,
    /// What people say about it, in the project's own words.
    #[serde(default)]
    pub texts: Texts,
    /// Where people decided, and why.
    #[serde(default)]
    pub rulings: Vec<Ruling>,
}

/// What belongs to more than one method: `spec/common.yaml` for all,
/// `spec/<scope>/common.yaml` for a scope.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommonFile {
    /// What the documentation states.
    pub facts: CommonFacts,
    /// What people say about it: by `types.Time`, `types.Time.start`,
    /// `system_errors.PORTAL_DELETED` and, for a whole scope, `scope`.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// Where people decided, and why.
    #[serde(default)]
    pub rulings: Vec<Ruling>,
}

/// Facts that belong to more than one method.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CommonFacts {
    /// The documentation's names for types that are another type on the wire: `user: integer`.
    /// A `*` at the end stands for whatever follows: `crm_*: integer`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, String>,
    /// Errors that any method can answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system_errors: Vec<ErrorRow>,
    /// Objects that several methods share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<SharedType>,
}

/// An object that several methods share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SharedType {
    /// Its name, in CamelCase: what a type expression calls it.
    pub name: String,
    /// The documentation's page, from the root of the documentation.
    pub page: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// What the documentation states about a method.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The method's page, from the root of the documentation.
    pub page: String,
    /// The version of REST that serves the method.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rest: Rest,
    /// The scopes that a caller needs one of. The folder of the file is among them.
    pub scopes: Vec<String>,
    /// Set when the method is on its way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecated>,
    /// The day from which the method is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The last day of the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether only an application may call it, not a webhook.
    #[serde(default, skip_serializing_if = "is_default")]
    pub application_only: bool,
    /// Whether the documentation marks the method as safe to repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeatable: Option<bool>,
    /// The parameters, in the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Field>,
    /// Requirements that concern several parameters at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// What the portal does when a required parameter is missing, if the page says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// What the method answers.
    pub result: Shape,
    /// How a list is read page by page. Absent for methods that are not lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
    /// The HTTP statuses of the method's own errors, when the page gives them for all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// The method's own errors, in the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorRow>,
    /// Methods that the page refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// Example requests and answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// The version of REST.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// `/rest/…`.
    #[default]
    Classic,
    /// REST 3.0: `/rest/api/…`.
    V3,
}

/// That a method is on its way out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Deprecated {
    /// What to call instead: several, one or none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<String>,
    /// The day from which it is deprecated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A parameter, or a field of an object.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// A type expression: `string`, `integer|null`, `Chat[]`, `map<integer, object>`.
    #[serde(rename = "type")]
    pub ty: String,
    /// For a parameter: whether it must be given. For an answer: whether it is always there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    /// The fields of the `object` in the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Whether the `object` of a parameter takes others besides its fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open: bool,
    /// The values of the `enum` in the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Scalar>,
    /// What the portal takes when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// How a boolean travels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wire: Flag,
    /// The smallest number that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The largest number that is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The longest text that is accepted, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// For the few methods that take a list instead of names: its place in that list, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Whether it is a credential, or an address with one in it: never to be shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: bool,
    /// The day from which it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The shape of an answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// A type expression.
    #[serde(rename = "type")]
    pub ty: String,
    /// The fields of the `object` in the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The values of the `enum` in the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Scalar>,
}

/// A word or a whole number, as the documentation's lists of values hold both.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a word or a whole number")]
pub enum Scalar {
    /// A whole number.
    Integer(i64),
    /// A word, possibly empty.
    Text(String),
}

impl Scalar {
    /// The value as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

/// How a boolean travels to the portal. From the portal all ways are understood.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// `true` or `false`.
    #[default]
    Json,
    /// `"Y"` or `"N"`.
    YesNo,
    /// `1` or `0`.
    OneZero,
}

/// A requirement that concerns several parameters. Nested ones are written `fields.code`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// At least one of these sets must be given whole.
    AnyOf(Vec<Vec<String>>),
    /// Exactly one of these sets must be given.
    OneOf(Vec<Vec<String>>),
    /// A parameter that is required under a condition.
    RequiredIf(RequiredIf),
}

/// A parameter that is required under a condition.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RequiredIf {
    /// The parameter.
    pub param: String,
    /// The condition.
    pub when: When,
}

/// When a parameter is required.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Another parameter has one of these values.
    Is(Is),
    /// Another parameter is given.
    Given(String),
    /// Another parameter is not given.
    Missing(String),
    /// The call is made with this kind of credential.
    Credential(Credential),
}

/// That a parameter has one of some values.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Is {
    /// The parameter.
    pub param: String,
    /// The values.
    pub values: Vec<Scalar>,
}

/// A kind of credential.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// A webhook: the secret is in the address.
    Webhook,
    /// An access token.
    Token,
}

/// What the portal does when a required parameter is missing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// It answers this result.
    Answer(Value),
    /// It answers the error with this code.
    Error(Scalar),
}

/// How a list is read page by page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct List {
    /// What is passed to get the next page.
    pub paging: Paging,
    /// The field of the result that holds the records; absent when the result is the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// Records in a page, when fixed or by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// The most records in a page, where a caller may ask for a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u32>,
    /// The field by which the list can be walked without counting (`start=-1`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyed_by: Option<String>,
    /// What the order and the filter call that field, where it is not the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyed_as: Option<String>,
    /// The parameter that takes the order, where it is not called that: `IBLOCK_ORDER` is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The parameter that takes the filter, where it is not called that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The parameter that holds those of `paging`, where it is another one: `PARAMS.NAV_PARAMS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// What is passed to get the next page of a list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// `start`, with `next` and `total` beside the result.
    Start,
    /// `offset` and `limit`.
    Offset,
    /// `limit` alone: there is one page. Its size is the `page_size`, unless a caller gives one.
    Limit,
    /// `page`, from 1.
    Page,
    /// `iNumPage`, from 1, and `nPageSize` in `NAV_PARAMS`.
    NavParams,
    /// `cursor`, as in REST 3.0: goes on behind the last value of `keyed_by`.
    Cursor,
    /// `pagination`, as in REST 3.0.
    Pagination,
}

/// A row of an error table.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ErrorRow {
    /// The code: a word, a number, or empty. A code may stand in several rows.
    pub code: Scalar,
    /// The HTTP status, where the page gives one for the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The parameter that the row is about, where the page says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The day from which it is documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A request and what the portal answers to it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The parameters. Absent where the page shows an answer without its request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Value>,
    /// The HTTP status, where the page gives one for this very answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The whole answer.
    pub answer: Value,
}

/// Descriptions in the project's own words. None of them is taken from the documentation.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    /// What the method does, in one sentence.
    pub summary: Option<String>,
    /// What else a caller should know, in paragraphs.
    pub details: Option<String>,
    /// Who may call it.
    pub callers: Option<String>,
    /// By parameter; nested ones as `fields.code`, values of an enum as `type=DEPARTMENT`.
    pub params: BTreeMap<String, String>,
    /// What the result is as a whole.
    pub result: Option<String>,
    /// By field of the result; nested ones as `chat.owner`.
    pub fields: BTreeMap<String, String>,
    /// By error code.
    pub errors: BTreeMap<String, String>,
}

/// A decision of a person about a fact.
///
/// It names the fact as the documentation has it, so that it fails, instead of
/// silently winning, on the day the documentation changes.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// The way to the fact: `params.ENTITY_ID.required`, `errors.ACCESS_ERROR.status`.
    pub fact: String,
    /// What the documentation says there; absent or `null` when it says nothing.
    #[serde(default)]
    pub was: Value,
    /// What holds instead; absent when the fact stands as it is.
    #[serde(default, deserialize_with = "some")]
    pub is: Option<Value>,
    /// Why.
    pub reason: String,
}

/// Tells `is: null`, which takes a fact away, from no `is` at all.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
