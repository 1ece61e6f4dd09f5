//! Parameters, however they came: as JSON, as a form or in the address.

use serde_json::Value;

/// The parameters that the server looks at, by PHP's names in brackets.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Those of a request.
    pub(crate) fn of(address: &str, body: &[u8]) -> Self {
        let mut query = Self::form(address.as_bytes());
        let body = body.trim_ascii();
        match serde_json::from_slice(body) {
            Ok(value) => query.json(String::new(), value),
            Err(_) => query.0.extend(Self::form(body).0),
        }
        query
    }

    /// Those of a form, or of a command of a batch.
    pub(crate) fn form(text: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(text);
        Self(pairs.into_owned().collect())
    }

    fn json(&mut self, name: String, value: Value) {
        let inner = |part: &str| match name.is_empty() {
            true => part.to_owned(),
            false => format!("{name}[{part}]"),
        };
        match value {
            Value::Object(fields) => {
                for (part, value) in fields {
                    self.json(inner(&part), value);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.into_iter().enumerate() {
                    self.json(inner(&index.to_string()), value);
                }
            }
            Value::String(text) => self.0.push((name, text)),
            Value::Null => {}
            scalar => self.0.push((name, scalar.to_string())),
        }
    }

    /// A parameter, in any case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let found = pairs.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The commands of a batch, with their names.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, command)| {
            let name = name.strip_prefix("cmd[")?.strip_suffix(']')?;
            Some((name, command.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways() {
        let json = br#"{"filter": {">ID": 7}, "cmd": ["a?b=c"], "start": -1}"#;
        let form = b"filter%5B%3EID%5D=7&cmd[0]=a%3Fb%3Dc&start=-1";
        for body in [&json[..], &form[..]] {
            let query = Query::of("", body);
            assert_eq!(query.get("FILTER[>ID]"), Some("7"));
            assert_eq!(query.get("start"), Some("-1"));
            let commands: Vec<_> = query.commands().collect();
            assert_eq!(commands, [("0", "a?b=c")]);
        }
        assert_eq!(Query::of("start=50", b"").get("start"), Some("50"));
    }
}
