//! Reads the parameters of a call from its query and its body.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Map, Value};

use crate::{
    contract::{Method, Rest},
    multipart,
};

/// PHP drops what is nested deeper than this.
const DEEPEST: usize = 64;

/// Likewise for values beyond these, on servers that are set up for Bitrix24.
const MOST_VALUES: usize = 10_000;

/// Values in a JSON body: each takes far more memory than it has text.
const MOST_JSON_VALUES: usize = 500_000;

/// A body that the portal cannot read, in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// The parameters of a call. What the body says wins over the query.
pub(crate) fn read(
    rest: Rest,
    query: Option<&str>,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Map<String, Value>, Unreadable> {
    let mut params = match (rest, query) {
        (Rest::Classic, Some(query)) => brackets(query.as_bytes()),
        // REST 3.0 takes nothing from the query.
        _ => Map::new(),
    };
    if body.is_empty() {
        return Ok(params);
    }
    let content_type = content_type.unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default();
    match kind.trim().to_ascii_lowercase().as_str() {
        "application/json" => params.extend(json(body)?),
        _ if rest == Rest::V3 => return Err(Unreadable("The request body is not JSON")),
        "" | "application/x-www-form-urlencoded" => params.extend(brackets(body)),
        "multipart/form-data" => {
            let parts = multipart::read(content_type, body)
                .ok_or(Unreadable("The request body is no form in parts"))?;
            params.extend(nested(parts));
        }
        _ => {
            return Err(Unreadable(
                "The content type of the request is not supported",
            ));
        }
    }
    Ok(params)
}

fn json(body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    if has_too_many_values(body) {
        return Err(Unreadable("The request body has too many values"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(params)) => Ok(params),
        // Positional parameters.
        Ok(Value::Array(values)) => Ok(values
            .into_iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect()),
        Ok(_) => Err(Unreadable("The request body is not a JSON object")),
        Err(_) => Err(Unreadable("The request body is not valid JSON")),
    }
}

/// Whether JSON has more values than are read, roughly: all that begins with a bracket or follows
/// a comma.
fn has_too_many_values(json: &[u8]) -> bool {
    if json.len() <= MOST_JSON_VALUES {
        return false;
    }
    let (mut left, mut rest) = (MOST_JSON_VALUES, json);
    loop {
        let string = split_at_quote(rest);
        let (text, after) = string.unwrap_or((rest, &[]));
        let begin = memchr::memchr3_iter(b',', b'[', b'{', text);
        match left.checked_sub(begin.take(left + 1).count()) {
            None => return true,
            Some(_) if string.is_none() => return false,
            Some(less) => left = less,
        }
        rest = after_string(after);
    }
}

fn split_at_quote(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'"', json)?;
    Some((json.get(..at)?, json.get(at + 1..)?))
}

/// What follows a string whose first quotation mark is gone.
fn after_string(mut json: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', json) {
        let escapes = json.get(at) == Some(&b'\\');
        json = json
            .get(at + 1 + usize::from(escapes)..)
            .unwrap_or_default();
        if !escapes {
            break;
        }
    }
    json
}

/// Parameters by position, by the names that the method has for them; `None`
/// for parameters that have names.
pub(crate) fn named(method: &Method, params: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut keys = params.keys().enumerate();
    // Nearly all parameters have names, which the first one tells.
    let by_position = keys.next().is_some_and(|(_, key)| key == "0")
        && keys.all(|(index, key)| *key == index.to_string());
    by_position.then(|| {
        let names = method.params.iter().map(|param| param.name.clone());
        names.zip(params.values().cloned()).collect()
    })
}

/// Reads `a[b][0]=c`, the way PHP writes nested values into queries and forms.
pub(crate) fn brackets(text: &[u8]) -> Map<String, Value> {
    nested(
        form_urlencoded::parse(text)
            .take(MOST_VALUES)
            .map(|(key, value)| (key, Value::String(value.into_owned()))),
    )
}

/// Puts values where their keys say.
fn nested<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Map<String, Value> {
    let mut params = Level::default();
    for (key, value) in entries {
        if let Some(path) = path(key.as_ref()) {
            params.put(&path, value);
        }
    }
    params.into_entries().collect()
}

/// Splits `a[b][]` into `a`, `b` and an empty text, as PHP does.
fn path(key: &str) -> Option<Vec<Cow<'_, str>>> {
    // Names are C strings there.
    let key = key.split('\0').next().unwrap_or_default();
    let key = key.trim_start_matches(' ');
    let closed = |(first, rest): (&str, &str)| !first.is_empty() && rest.contains(']');
    let Some((first, mut rest)) = key.split_once('[').filter(|parts| closed(*parts)) else {
        return (!key.is_empty() && !key.starts_with('[')).then(|| vec![variable(key)]);
    };
    let mut path = vec![variable(first)];
    while let Some((part, after)) = rest.split_once(']') {
        if path.len() == DEEPEST {
            return None;
        }
        // One space does not make an index.
        path.push(if part == " " { "".into() } else { part.into() });
        match after.strip_prefix('[') {
            Some(after) => rest = after,
            None => break,
        }
    }
    Some(path)
}

/// The name of a PHP variable, which cannot hold these characters.
fn variable(name: &str) -> Cow<'_, str> {
    if name.contains([' ', '.', '[']) {
        name.replace([' ', '.', '['], "_").into()
    } else {
        name.into()
    }
}

/// An array of PHP that is being filled.
#[derive(Default)]
struct Level {
    entries: Vec<(String, Node)>,
    /// Where the key is among the entries.
    places: HashMap<String, usize>,
    /// The index that `[]` is next.
    next: u64,
}

enum Node {
    Value(Value),
    Level(Level),
}

impl Level {
    /// Puts a value where the path says, as PHP does: later ones replace earlier ones.
    fn put(&mut self, path: &[Cow<'_, str>], value: Value) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let key = if first.is_empty() {
            self.next.to_string()
        } else {
            first.to_string()
        };
        let Some(node) = self.node(key) else {
            return;
        };
        if rest.is_empty() {
            *node = Node::Value(value);
            return;
        }
        if let Node::Value(_) = node {
            *node = Node::Level(Self::default());
        }
        if let Node::Level(level) = node {
            level.put(rest, value);
        }
    }

    /// What is there, or else a new place for it.
    fn node(&mut self, key: String) -> Option<&mut Node> {
        let end = self.entries.len();
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                if let Some(index) = index(&key) {
                    self.next = self.next.max(index.saturating_add(1));
                }
                self.places.insert(key.clone(), end);
                self.entries.push((key, Node::Value(Value::Null)));
                end
            }
        };
        self.entries.get_mut(place).map(|(_, node)| node)
    }

    fn into_entries(self) -> impl Iterator<Item = (String, Value)> {
        self.entries
            .into_iter()
            .map(|(key, node)| (key, node.into_value()))
    }
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Level(level) => array(level.into_entries().collect::<Vec<_>>()),
        }
    }
}

/// A key that is a number; others, such as `05`, are names.
fn index(key: &str) -> Option<u64> {
    let is_index = key == "0" || !key.starts_with(['0', '+']);
    is_index.then(|| key.parse().ok()).flatten()
}

/// An array of PHP, which is a list when its keys are 0, 1, 2… in order.
pub(crate) fn array(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let map: Map<_, _> = entries.into_iter().collect();
    let list = map
        .keys()
        .enumerate()
        .all(|(index, key)| *key == index.to_string());
    if list {
        Value::Array(map.into_iter().map(|(_, value)| value).collect())
    } else {
        Value::Object(map)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(text: &str) -> Value {
        Value::Object(brackets(text.as_bytes()))
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(
            form("a=1&f[TITLE]=x+y&f[TAGS][]=p&f[TAGS][]=q&o[0][c]=%D0%B9&o[1][c]=2"),
            json!({"a": "1", "f": {"TITLE": "x y", "TAGS": ["p", "q"]},
                   "o": [{"c": "й"}, {"c": "2"}]}),
        );
        assert_eq!(form("m[5]=a&m[7]=b"), json!({"m": {"5": "a", "7": "b"}}));
        assert_eq!(form("a=1&a[b]=2&=3&[x]=4"), json!({"a": {"b": "2"}}));
        assert_eq!(form(&format!("a{}=1", "[b]".repeat(100))), json!({}));
    }

    #[test]
    fn no_more_than_so_many_values() {
        let text: String = (0..=MOST_VALUES)
            .map(|number| format!("{number}=&"))
            .collect();
        assert_eq!(form(&text).as_object().unwrap().len(), MOST_VALUES);
    }

    #[test]
    fn many_values() {
        let text = "a[]=1&".repeat(MOST_VALUES);
        assert_eq!(form(&text)["a"].as_array().unwrap().len(), MOST_VALUES);
        assert_eq!(
            form("a[]=1&a[5]=2&a[]=3&a=4&a[]=5&a[b]=6&a[]=7"),
            json!({"a": {"0": "5", "b": "6", "1": "7"}}),
        );

        let list = |values| format!("{{\"a\": [{}0]}}", "0,".repeat(values));
        let read = |body: &str| json(body.as_bytes()).is_ok();
        assert!(read(&list(MOST_JSON_VALUES - 3)));
        assert!(!read(&list(MOST_JSON_VALUES)));
        let text = ",[{\\\"\\\\".repeat(MOST_JSON_VALUES);
        assert!(read(&format!("{{\"a\": \"{text}\", \"b\": \"{text}\"}}")));
    }

    #[test]
    fn names_of_variables() {
        assert_eq!(
            form(" a.b c=1&d[e.f g]=2&h[i=3&j[k]l[m]=4&n[ ]=5&o%00p=6&q[05]=7&q[]=8&r[=9"),
            json!({"a_b_c": "1", "d": {"e.f g": "2"}, "h_i": "3", "j": {"k": "4"}, "n": ["5"],
                   "o": "6", "q": {"05": "7", "0": "8"}, "r_": "9"}),
        );
        assert_eq!(form("[a]=1&  =2&&="), json!({}));
    }

    #[test]
    fn the_body_wins_over_the_query() {
        let read = |rest| {
            read(
                rest,
                Some("a=q&b=q"),
                Some("application/json; charset=utf-8"),
                br#"{"a":1}"#,
            )
            .unwrap()
        };
        assert_eq!(
            Value::Object(read(Rest::Classic)),
            json!({"a": 1, "b": "q"})
        );
        assert_eq!(Value::Object(read(Rest::V3)), json!({"a": 1}));
    }

    #[test]
    fn forms_in_parts() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"f[TAGS][]\"\r\n\r\np\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"f[TAGS][]\"\r\n\r\nq\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"f[FILE]\"; filename=x\r\n\r\n1\r\n--b--";
        let kind = Some("multipart/form-data; boundary=b");
        let params = read(Rest::Classic, Some("a=q"), kind, body.as_bytes()).unwrap();
        let file = json!({"name": "x", "type": "", "size": 1, "content": "MQ=="});
        assert_eq!(
            Value::Object(params),
            json!({"a": "q", "f": {"TAGS": ["p", "q"], "FILE": file}}),
        );
    }

    #[test]
    fn positions() {
        let method = json!({"name": "m", "rest": "classic", "result": "any", "params": [
            {"name": "TASKID", "type": "integer"}, {"name": "FIELDS", "type": "object"}]});
        let method = serde_json::from_value(method).unwrap();
        let by_name = |params: Value| named(&method, params.as_object().unwrap()).map(Value::from);
        assert_eq!(
            by_name(json!({"0": 123, "1": {"a": "b"}, "2": 5})),
            Some(json!({"TASKID": 123, "FIELDS": {"a": "b"}})),
        );
        for params in [json!({}), json!({"1": 1}), json!({"0": 1, "TASKID": 2})] {
            assert_eq!(by_name(params), None);
        }
    }

    #[test]
    fn unreadable_bodies() {
        for (rest, kind, body) in [
            (Rest::Classic, "application/json", "{"),
            (Rest::Classic, "application/json", "1"),
            (Rest::Classic, "application/json", "{\"a\": \"\\ud800\"}"),
            (Rest::Classic, "text/plain", "a=1"),
            (Rest::Classic, "multipart/form-data", "a=1"),
            (Rest::V3, "multipart/form-data; boundary=b", "--b--"),
            (Rest::V3, "application/x-www-form-urlencoded", "a=1"),
        ] {
            assert!(
                read(rest, None, Some(kind), body.as_bytes()).is_err(),
                "{kind} {body}"
            );
        }
        assert_eq!(
            Value::Object(read(Rest::Classic, None, None, b"a=1").unwrap()),
            json!({"a": "1"}),
        );
    }
}
