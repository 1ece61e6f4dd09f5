//! Answers in XML, for methods with the suffix `.xml`.

use std::fmt::Write;

use serde_json::Value;

use crate::contract::text;

/// A body in JSON as one in XML; `None` when it is no JSON.
pub(crate) fn body(json: &[u8]) -> Option<Vec<u8>> {
    // The reader bounds how deep this can be nested.
    let value: Value = serde_json::from_slice(json).ok()?;
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    element(&mut xml, "response", &value);
    Some(xml.into_bytes())
}

fn element(xml: &mut String, name: &str, value: &Value) {
    // What cannot be the name of an element is an attribute of one that can.
    let (name, key) = if is_name(name) {
        (name, None)
    } else {
        ("item", Some(name))
    };
    xml.push('<');
    xml.push_str(name);
    if let Some(key) = key {
        xml.push_str(" key=\"");
        escape(xml, key);
        xml.push('"');
    }
    xml.push('>');
    match value {
        Value::Null => {}
        // As PHP writes them out.
        Value::Bool(flag) => xml.push_str(if *flag { "1" } else { "" }),
        Value::Array(values) => values.iter().for_each(|value| element(xml, "item", value)),
        Value::Object(map) => map
            .iter()
            .for_each(|(name, value)| element(xml, name, value)),
        value => escape(xml, &text(value)),
    }
    let _ = write!(xml, "</{name}>");
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn escape(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '"' => xml.push_str("&quot;"),
            '\r' => xml.push_str("&#13;"),
            // XML cannot have these.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                xml.push('\u{fffd}');
            }
            c => xml.push(c),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let json = r#"{"result": {"ID": 5, "list": [1, {"a": true}], "7": "<\u0000&\"", "none": null, "no": false, "x y": []}, "total": 2}"#;
        assert_eq!(
            String::from_utf8(body(json.as_bytes()).unwrap()).unwrap(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response><result><ID>5</ID>\
             <list><item>1</item><item><a>1</a></item></list><item key=\"7\">&lt;\u{fffd}&amp;&quot;</item>\
             <none></none><no></no><item key=\"x y\"></item></result><total>2</total></response>",
        );
        assert_eq!(body(b"<html>"), None);
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(body(deep.as_bytes()), None);
    }
}
