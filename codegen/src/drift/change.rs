//! What a change of the facts is.

use serde::Serialize;
use serde_json::Value;

use crate::format::Rest;

/// Whose a field is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// A parameter of a method.
    Param,
    /// A field of an object that is passed as a parameter.
    Nested,
    /// A field of an answer.
    Answer,
    /// A field of a shared type, which may be passed and answered.
    Shared,
}

impl Side {
    /// Whether callers give it.
    pub(crate) const fn given(self) -> bool {
        !matches!(self, Self::Answer)
    }

    /// Whether portals answer it.
    pub(crate) const fn answered(self) -> bool {
        matches!(self, Self::Answer | Self::Shared)
    }

    /// The side of what is nested in it.
    pub(crate) const fn below(self) -> Self {
        match self {
            Self::Param => Self::Nested,
            side => side,
        }
    }
}

/// A type as it is compared: the expression in its normal form, and whether its fields are known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub ty: String,
    pub fields: bool,
}

/// The kinds of changes, with what their class depends on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    MethodAdded,
    MethodRemoved,
    RestVersion,
    ScopeAdded,
    /// `home`: it names the module that the method is generated into.
    ScopeRemoved {
        home: bool,
    },
    Deprecated,
    Undeprecated,
    Replacement,
    Dates,
    ApplicationOnly,
    Repeatable,
    Missing,
    FieldAdded {
        side: Side,
        required: bool,
    },
    FieldRemoved(Side),
    /// `same`: both names become the same identifier.
    FieldRenamed {
        side: Side,
        same: bool,
    },
    BecameRequired(Side),
    /// `choice`: of several that had to be given together, exactly one may be given now.
    BecameOptional {
        side: Side,
        choice: bool,
    },
    Type {
        side: Side,
        was: Seen,
        is: Seen,
    },
    Default,
    ValueAdded,
    ValueRemoved,
    Limit,
    /// Whether an object takes fields besides those described.
    Open(bool),
    BecameSecret(Side),
    NoLongerSecret(Side),
    Position,
    Wire,
    RuleAdded,
    RuleRemoved,
    ListAdded,
    ListRemoved,
    /// `records`: where the records stand changed, and so may what they are.
    ListChanged {
        records: bool,
    },
    Statuses,
    ErrorAdded,
    ErrorRemoved,
    ErrorChanged,
    TypeAdded,
}

impl Kind {
    /// The word for machines.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::MethodAdded => "method_added",
            Self::MethodRemoved => "method_removed",
            Self::RestVersion => "rest_version",
            Self::ScopeAdded => "scope_added",
            Self::ScopeRemoved { .. } => "scope_removed",
            Self::Deprecated => "deprecated",
            Self::Undeprecated => "undeprecated",
            Self::Replacement => "replacement",
            Self::Dates => "dates",
            Self::ApplicationOnly => "application_only",
            Self::Repeatable => "repeatable",
            Self::Missing => "missing",
            Self::FieldAdded { .. } => "field_added",
            Self::FieldRemoved(_) => "field_removed",
            Self::FieldRenamed { .. } => "field_renamed",
            Self::BecameRequired(_) => "became_required",
            Self::BecameOptional { .. } => "became_optional",
            Self::Type { .. } => "type",
            Self::Default => "default",
            Self::ValueAdded => "value_added",
            Self::ValueRemoved => "value_removed",
            Self::Limit => "limit",
            Self::Open(true) => "opened",
            Self::Open(false) => "closed",
            Self::BecameSecret(_) => "became_secret",
            Self::NoLongerSecret(_) => "no_longer_secret",
            Self::Position => "position",
            Self::Wire => "wire",
            Self::RuleAdded => "rule_added",
            Self::RuleRemoved => "rule_removed",
            Self::ListAdded => "list_added",
            Self::ListRemoved => "list_removed",
            Self::ListChanged { .. } => "list_changed",
            Self::Statuses => "statuses",
            Self::ErrorAdded => "error_added",
            Self::ErrorRemoved => "error_removed",
            Self::ErrorChanged => "error_changed",
            Self::TypeAdded => "type_added",
        }
    }
}

/// What a change is to those who use the clients.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    /// Their code goes on as it is.
    Compatible,
    /// Some of it must change.
    Breaking,
}

/// What a change is about.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    /// The table of system errors.
    SystemErrors,
    /// A shared type.
    Type(String),
    /// A method and its version.
    Method(String, Rest),
}

impl Subject {
    /// As people read it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::SystemErrors => "system errors".into(),
            Self::Type(name) => format!("type {name}"),
            Self::Method(name, Rest::Classic) => name.clone(),
            Self::Method(name, Rest::V3) => format!("v3:{name}"),
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub subject: Subject,
    /// The way to the fact, as in a ruling.
    pub fact: String,
    pub kind: Kind,
    pub was: Value,
    pub is: Value,
    /// The change in a few words.
    pub text: String,
    /// Where the page does not say the fact clearly.
    pub unclear: Option<Unclear>,
    /// The rulings that override the fact.
    pub rulings: Vec<String>,
}

/// Where a page does not say a fact clearly.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unclear {
    pub page: String,
    pub line: u32,
    pub message: String,
}

/// Something to know that is no drift.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub subject: Option<Subject>,
    pub kind: &'static str,
    pub text: String,
}
