//! A portal that is called without a socket, and whose answers are held against the contract.

use hyper::{HeaderMap, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    call::{self, Request},
    check::{self, Types},
    contract::{Records, Rest, Type},
};

mod bots;
mod chats;
mod messages;
mod people;
mod v2_bots;
mod v2_chats;
mod v2_events;
mod v2_messages;

/// A portal and whom its calls speak for.
struct Portal {
    sandbox: Sandbox,
    /// `CLIENT_ID` of the calls; with none they come with an access token.
    client: Option<&'static str>,
}

impl Portal {
    fn start() -> Self {
        Self {
            sandbox: Sandbox::start().unwrap(),
            client: Some("secret"),
        }
    }

    /// The body of an answer.
    fn body(&self, method: &str, mut params: Value) -> Value {
        let state = self.sandbox.state();
        let path = match self.client {
            Some(client) => {
                if method.starts_with("imbot.") && params.get("CLIENT_ID").is_none() {
                    params["CLIENT_ID"] = client.into();
                }
                if method.starts_with("imbot.v2.") && params.get("botToken").is_none() {
                    params["botToken"] = client.into();
                }
                let url = self.sandbox.webhook_url();
                let root = url.find("/rest/").unwrap();
                format!("{}{method}", &url[root..])
            }
            None => {
                params["auth"] = self.sandbox.access_token().into();
                format!("/rest/{method}")
            }
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        let reply = call::reply(state, Request::post(&path, headers, params.to_string()));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// The result of a call, which has the documented type.
    fn call(&self, method: &str, params: Value) -> Value {
        let body = self.body(method, params);
        let result = body
            .get("result")
            .unwrap_or_else(|| panic!("{method}: {body}"));
        self.judge(method, result);
        result.clone()
    }

    fn id(&self, method: &str, params: Value) -> u64 {
        self.call(method, params).as_u64().unwrap()
    }

    /// The code of a call's error, which the method documents.
    fn code(&self, method: &str, params: Value) -> String {
        let body = self.body(method, params);
        let code = body
            .get("error")
            .unwrap_or_else(|| panic!("{method}: {body}"));
        let code = code.as_str().unwrap().to_owned();
        let name = method.to_ascii_lowercase();
        let served = self.sandbox.state().method(Rest::Classic, &name).unwrap();
        assert!(served.method.error(&code).is_some(), "{method}: {body}");
        code
    }

    fn judge(&self, method: &str, result: &Value) {
        let state = self.sandbox.state();
        let name = method.to_ascii_lowercase();
        let served = state.method(Rest::Classic, &name).unwrap();
        let records = &state.contract().records;
        let types = Types {
            records,
            strict: false,
        };
        let fits = |value: &Value| check::fits(&served.method.result, value, "result", types);
        // PHP has `false` for dates and objects that are not there, and examples show it.
        if let (Err(problem), Err(_)) = (fits(result), fits(&without_false(result))) {
            panic!("{method}: {problem:?} in {result}");
        }
    }

    /// The result of a call, which has the documented type and nothing else in it.
    fn exact(&self, method: &str, params: Value) -> Value {
        let result = self.call(method, params);
        let state = self.sandbox.state();
        let served = state.method(Rest::Classic, &method.to_ascii_lowercase());
        known(
            &served.unwrap().method.result,
            &result,
            &state.contract().records,
            method,
        );
        result
    }

    /// A bot of the second version, with these fields.
    fn v2_bot(&self, code: &str, fields: &Value) -> u64 {
        let mut all = json!({"code": code, "properties": {"name": code, "lastName": "Bot"}});
        if let Some(client) = self.client {
            all["botToken"] = client.into();
        }
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        let bot = self.exact("imbot.v2.Bot.register", json!({"fields": all}));
        bot["bot"]["id"].as_u64().unwrap()
    }

    /// A bot of the first version.
    fn bot(&self, code: &str) -> u64 {
        self.id(
            "imbot.register",
            json!({
                "CODE": code,
                "EVENT_HANDLER": "http://127.0.0.1:1/",
                "PROPERTIES": {"NAME": code, "LAST_NAME": "Bot"},
            }),
        )
    }
}

/// Panics at a field that its type does not have.
fn known(ty: &Type, value: &Value, records: &Records, path: &str) {
    match (ty, value) {
        (Type::Array { array }, Value::Array(items)) => {
            for item in items {
                known(array, item, records, path);
            }
        }
        (Type::Nullable { nullable }, value) => known(nullable, value, records, path),
        (Type::Ref { name }, Value::Object(fields)) => {
            let record = records.get(name).unwrap();
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                let field = record.fields.iter().find(|field| field.name == *name);
                let field = field.unwrap_or_else(|| panic!("{path} is not documented"));
                known(&field.ty, value, records, &path);
            }
        }
        _ => {}
    }
}

fn without_false(value: &Value) -> Value {
    match value {
        Value::Bool(false) => Value::Null,
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), without_false(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(without_false).collect(),
        other => other.clone(),
    }
}
