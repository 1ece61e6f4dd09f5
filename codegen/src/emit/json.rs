//! The checked description as JSON, for programs that read it at run time.

use serde_json::{Map, Value, json};

use crate::format::{Is, Missing};
use crate::model::{
    Api, Credential, ErrorCode, Field, Flag, Key, Method, Record, Rest, Rule, Type, When,
};

/// The whole description as one JSON document.
///
/// Types are words (`"string"`) or objects with one telling key: `{"array": T}`,
/// `{"map": T, "key": "integer"}`, `{"enum": […]}`, `{"nullable": T}`, `{"union": [T, …]}`,
/// `{"boolean": "yn"}`, `{"ref": "imbot.Chat"}`. Objects stand under `records`, by that name.
#[must_use]
pub fn json(api: &Api) -> String {
    let records: Map<String, Value> = api
        .records
        .iter()
        .map(|record| {
            let fields = fields(api, &record.fields);
            (record_name(api, record), json!({ "fields": fields }))
        })
        .collect();
    let methods: Vec<Value> = api.methods.iter().map(|it| method(api, it)).collect();
    json!({
        "system_errors": errors(&api.system_errors),
        "records": records,
        "methods": methods,
    })
    .to_string()
}

fn record_name(api: &Api, record: &Record) -> String {
    match record.home {
        Some(scope) => format!("{}.{}", api.scopes[scope].name, record.name),
        None => record.name.clone(),
    }
}

fn method(api: &Api, method: &Method) -> Value {
    let examples: Vec<Value> = method
        .examples
        .iter()
        .map(|it| json!({ "params": it.params, "status": it.status, "answer": it.answer }))
        .collect();
    let mut value = json!({
        "name": method.name,
        "rest": match method.rest {
            Rest::Classic => "classic",
            Rest::V3 => "v3",
        },
        "scopes": method.scopes,
        "app_only": method.application_only,
        "repeatable": method.repeatable,
        "params": fields(api, &method.params),
        "rules": method.rules.iter().map(rule).collect::<Vec<_>>(),
        "result": ty(api, &method.result),
        "errors": errors(&method.errors),
        "examples": examples,
    });
    if let (Some(missing), Some(map)) = (&method.missing, value.as_object_mut()) {
        let missing = match missing {
            Missing::Answer(answer) => json!({ "answer": answer }),
            Missing::Error(code) => json!({ "error": code.text() }),
        };
        map.insert("missing".into(), missing);
    }
    value
}

fn fields(api: &Api, fields: &[Field]) -> Vec<Value> {
    fields
        .iter()
        .map(|field| {
            json!({
                "name": field.wire,
                "type": ty(api, &field.ty),
                "required": field.required,
                "secret": is_secret(api, &field.ty),
            })
        })
        .collect()
}

/// Whether a secret is what a field holds, or among it.
fn is_secret(api: &Api, ty: &Type) -> bool {
    match ty {
        Type::Secret => true,
        Type::Array(of) | Type::Map(_, of) | Type::Nullable(of) => is_secret(api, of),
        Type::Union(index) => {
            let mut members = api.unions[*index].members.iter();
            members.any(|(_, ty)| is_secret(api, ty))
        }
        _ => false,
    }
}

fn errors(errors: &[ErrorCode]) -> Vec<Value> {
    errors
        .iter()
        .map(|it| {
            json!({ "code": it.code, "status": it.status, "text": it.text, "fields": it.fields })
        })
        .collect()
}

fn rule(rule: &Rule) -> Value {
    match rule {
        Rule::AnyOf(sets) => json!({ "any_of": sets }),
        Rule::OneOf(sets) => json!({ "one_of": sets }),
        Rule::RequiredIf(required) => {
            let when = match &required.when {
                When::Is(Is { param, values }) => {
                    let values: Vec<_> = values.iter().map(|value| value.text()).collect();
                    json!({ "param": param, "is": values })
                }
                When::Given(param) => json!({ "given": param }),
                When::Missing(param) => json!({ "missing": param }),
                When::Credential(Credential::Webhook) => json!({ "auth": "webhook" }),
                When::Credential(Credential::Token) => json!({ "auth": "token" }),
            };
            json!({ "required_if": { "param": required.param, "when": when } })
        }
    }
}

fn ty(api: &Api, of: &Type) -> Value {
    match of {
        Type::Any => json!("any"),
        Type::String | Type::Secret => json!("string"),
        Type::Integer => json!("integer"),
        Type::Double => json!("double"),
        Type::Boolean(Flag::Json) => json!("boolean"),
        Type::Boolean(Flag::YesNo) => json!({ "boolean": "yn" }),
        Type::Boolean(Flag::OneZero) => json!({ "boolean": "10" }),
        Type::Date => json!("date"),
        Type::DateTime => json!("datetime"),
        Type::Object => json!("object"),
        Type::Enum(index) => {
            let values = api.enums[*index].values.iter();
            json!({ "enum": values.map(|value| &value.wire).collect::<Vec<_>>() })
        }
        Type::Array(of) => json!({ "array": ty(api, of) }),
        Type::Map(key, of) => json!({
            "map": ty(api, of),
            "key": match key {
                Key::String => "string",
                Key::Integer => "integer",
            },
        }),
        Type::Record(index) => json!({ "ref": record_name(api, &api.records[*index]) }),
        Type::Nullable(of) => json!({ "nullable": ty(api, of) }),
        Type::Union(index) => {
            let members = api.unions[*index].members.iter();
            json!({ "union": members.map(|(_, of)| ty(api, of)).collect::<Vec<_>>() })
        }
    }
}
