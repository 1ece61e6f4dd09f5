//! The contract that a portal serves: methods, their types and their errors.
//!
//! It is read from the JSON that the generator makes of the YAML description.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The scope of methods that all credentials may call, which nobody is granted.
pub(crate) const BASIC: &str = "basic";

/// Everything that a portal knows of the API.
#[derive(Deserialize)]
pub(crate) struct Contract {
    /// Errors that any method may answer with.
    #[serde(default)]
    pub(crate) system_errors: Vec<ErrorCode>,
    /// Objects of known fields, by the names that types refer to.
    #[serde(default)]
    pub(crate) records: Records,
    pub(crate) methods: Vec<Method>,
}

/// The two generations of the API, told apart by the address of a call.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rest {
    Classic,
    V3,
}

#[derive(Deserialize)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) rest: Rest,
    /// One of them is enough; none means that every credential will do.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// Whether webhooks are turned away.
    #[serde(default)]
    pub(crate) app_only: bool,
    #[serde(default)]
    pub(crate) params: Vec<Field>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
    /// What a call gets that leaves a required parameter out, where documented.
    #[serde(default)]
    pub(crate) missing: Option<Missing>,
    pub(crate) result: Type,
    #[serde(default)]
    pub(crate) errors: Vec<ErrorCode>,
    #[serde(default)]
    pub(crate) examples: Vec<Example>,
}

/// Objects of known fields, by name.
pub(crate) type Records = HashMap<String, Record>;

#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
}

/// A parameter of a method or a field of a record.
#[derive(Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) ty: Type,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) secret: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Type {
    Plain(Plain),
    Boolean {
        boolean: Flag,
    },
    Enum {
        #[serde(rename = "enum")]
        values: Vec<Value>,
    },
    Map {
        map: Box<Type>,
        key: Key,
    },
    Array {
        array: Box<Type>,
    },
    /// One of the records.
    Ref {
        #[serde(rename = "ref")]
        name: String,
    },
    Nullable {
        nullable: Box<Type>,
    },
    Union {
        union: Vec<Type>,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plain {
    Any,
    String,
    Integer,
    Double,
    Boolean,
    Date,
    DateTime,
    Object,
}

/// How a boolean travels when it is not a JSON boolean.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) enum Flag {
    #[serde(rename = "yn")]
    YesNo,
    #[serde(rename = "10")]
    OneZero,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Key {
    Integer,
    String,
}

/// A requirement that spans parameters; they are named by dotted paths.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// At least one set is complete.
    AnyOf(Vec<Vec<String>>),
    /// Exactly one set is complete.
    OneOf(Vec<Vec<String>>),
    RequiredIf {
        param: String,
        when: When,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum When {
    Is { param: String, is: Vec<Value> },
    Given { given: String },
    Missing { missing: String },
    Auth { auth: AuthKind },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthKind {
    Webhook,
    Token,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Missing {
    /// The `result` of the answer.
    Answer(Value),
    /// One of the method's own codes.
    Error(String),
}

#[derive(Deserialize)]
pub(crate) struct ErrorCode {
    /// As text, even where it is a number on the wire.
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    pub(crate) text: Option<String>,
    /// The parameters that it is about, where documented.
    #[serde(default)]
    pub(crate) fields: Vec<String>,
}

/// A value as forms send it: text stays, anything else is written out.
pub(crate) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

#[derive(Deserialize)]
pub(crate) struct Example {
    pub(crate) params: Option<Map<String, Value>>,
    #[serde(default = "ok")]
    pub(crate) status: u16,
    /// The whole body.
    pub(crate) answer: Value,
}

fn ok() -> u16 {
    200
}

impl Method {
    /// The method's own error with this code.
    pub(crate) fn error(&self, code: &str) -> Option<&ErrorCode> {
        self.errors.iter().find(|error| error.code == code)
    }

    /// The code that a webhook gets of a method for applications. With status 403, `ACCESS_DENIED` is
    /// about rights.
    pub(crate) fn app_code(&self) -> &str {
        let rights = |error: &ErrorCode| error.code == "ACCESS_DENIED" && error.status == Some(403);
        let own = ["WRONG_AUTH_TYPE", "ACCESS_DENIED", "AccessException"];
        let mut own = own.into_iter();
        own.find(|code| self.error(code).is_some_and(|it| !rights(it)))
            .unwrap_or("WRONG_AUTH_TYPE")
    }

    /// The code for a call that leaves this parameter out, where nothing says which it is: one
    /// that is about the parameter, or one that speaks of what is missing.
    pub(crate) fn missing_code(&self, path: &str) -> Option<&str> {
        const LACKS: [&str; 4] = ["EMPTY", "MISSING", "REQUIRED", "NOTSPECIFIED"];
        const PARAMS: [&str; 3] = ["PARAM", "ARGUMENT", "FIELD"];
        let letters = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_uppercase()).collect()
        };
        let says = |code: &str, words: &[&str]| words.iter().any(|word| code.contains(word));
        let name = letters(path.rsplit('.').next().unwrap_or(path));
        let about = |error: &&ErrorCode| error.fields.iter().any(|field| field == path);
        let named = |error: &&ErrorCode| {
            let code = letters(&error.code);
            code.contains(&name) && says(&code, &LACKS)
        };
        let any = |error: &&ErrorCode| {
            let code = letters(&error.code);
            says(&code, &LACKS) && says(&code, &PARAMS)
        };
        let errors = || self.errors.iter();
        let found = errors().find(about).or_else(|| errors().find(named));
        let found = found.or_else(|| errors().find(any));
        found.map(|error| error.code.as_str())
    }
}

impl Contract {
    /// Reads a contract.
    pub(crate) fn read(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    pub(crate) fn system_error(&self, code: &str) -> Option<&ErrorCode> {
        self.system_errors.iter().find(|error| error.code == code)
    }

    /// All scopes that its methods ask for.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<_> = self
            .methods
            .iter()
            .flat_map(|method| method.scopes.iter().cloned())
            .filter(|scope| scope != BASIC)
            .collect();
        scopes.sort();
        scopes.dedup();
        scopes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn codes_for_what_is_missing() {
        let method: Method = serde_json::from_value(json!({
            "name": "m", "rest": "classic", "result": "any",
            "errors": [
                {"code": "ACCESS_ERROR", "status": 403},
                {"code": "100", "fields": ["fields.NAME"]},
                {"code": "CHAT_ID_EMPTY"},
                {"code": "ERROR_REQUIRED_PARAMETERS_MISSING"},
            ],
        }))
        .unwrap();
        assert_eq!(method.missing_code("fields.NAME"), Some("100"));
        assert_eq!(method.missing_code("chatId"), Some("CHAT_ID_EMPTY"));
        let any = Some("ERROR_REQUIRED_PARAMETERS_MISSING");
        assert_eq!(method.missing_code("TITLE"), any);

        let method: Method = serde_json::from_value(json!({
            "name": "m", "rest": "v3", "result": "any", "errors": [{"code": "ACCESS_ERROR"}],
        }))
        .unwrap();
        assert_eq!(method.missing_code("ID"), None);
    }
}
