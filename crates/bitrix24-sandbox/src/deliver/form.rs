//! Writes nested values into forms, as PHP does.

use std::borrow::Cow;

use form_urlencoded::Serializer;
use serde_json::Value;

/// PHP drops what is nested deeper than this on the other side.
const DEEPEST: usize = 64;

/// A form such as `data[BOT][7][BOT_ID]=7`. Empty arrays and objects leave no trace in it.
pub(crate) fn encode(body: &Value) -> String {
    let mut form = Serializer::new(String::new());
    if let Value::Object(fields) = body {
        for (name, value) in fields {
            write(&mut form, name, value, 1);
        }
    }
    form.finish()
}

fn write(form: &mut Serializer<'_, String>, name: &str, value: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let text = match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(flag) => Cow::Borrowed(if *flag { "1" } else { "0" }),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                write(form, &format!("{name}[{index}]"), item, depth + 1);
            }
            return;
        }
        Value::Object(fields) => {
            for (field, value) in fields {
                write(form, &format!("{name}[{field}]"), value, depth + 1);
            }
            return;
        }
    };
    form.append_pair(name, &text);
}
