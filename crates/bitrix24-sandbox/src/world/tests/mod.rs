//! A portal that is called without a socket, and whose answers are held against the contract.

use hyper::{HeaderMap, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    call::{self, Request},
    check,
    contract::Rest,
};

mod bots;
mod chats;
mod messages;
mod people;

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
        let fits = |value: &Value| check::fits(&served.method.result, value, "result", records);
        // PHP has `false` for dates and objects that are not there, and examples show it.
        if let (Err(problem), Err(_)) = (fits(result), fits(&without_false(result))) {
            panic!("{method}: {problem:?} in {result}");
        }
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
