//! The arrays of PHP and the composites of Go: keys or no keys tell objects from lists.

use serde_json::{Map, Value};

use super::super::lex::{ARROW, DOTS, Kind};
use super::Reader;

impl Reader<'_> {
    pub(super) fn php_array(&mut self, close: char, depth: u32) -> Value {
        let mut entries = Vec::new();
        let mut first = true;
        while self.more(close, first) {
            first = false;
            if self.dots() {
                continue;
            }
            let left = self.value(depth + 1);
            if self.eat(ARROW) {
                let value = self.value(depth + 1);
                match (left.as_ref().and_then(key_of), value) {
                    (Some(key), Some(value)) => entries.push((Some(key), value)),
                    _ => self.odd("an expression"),
                }
            } else {
                entries.extend(left.map(|value| (None, value)));
            }
        }
        // Keys that count from 0 make a list.
        let counted = |(index, (key, _)): (usize, &(Option<String>, Value))| match key {
            Some(key) => *key == index.to_string(),
            None => true,
        };
        if entries.iter().enumerate().all(counted) {
            return Value::Array(entries.into_iter().map(|(_, value)| value).collect());
        }
        let entries = entries.into_iter().enumerate();
        let named = entries.map(|(index, (key, value))| {
            let key = key.unwrap_or_else(|| index.to_string());
            (key, value)
        });
        Value::Object(named.collect())
    }

    /// `b24.Params{…}`, `map[string]any{…}`, `[]string{…}`; a struct is an expression.
    pub(super) fn go(&mut self, depth: u32) -> Option<Value> {
        let start = self.at;
        let list = self.is('[');
        let map = matches!(self.peek(), Some(Kind::Word(word)) if word == "map");
        let mut last = "";
        while let Some(kind) = self.peek() {
            match kind {
                Kind::Word(word) => last = word,
                // `interface{}` is a type, and what it is of follows.
                Kind::Mark('{')
                    if last == "interface" && self.after(1) == Some(&Kind::Mark('}')) =>
                {
                    self.at += 1;
                    last = "any";
                }
                Kind::Mark('[' | ']' | '.' | '*' | DOTS) | Kind::Number(_) => {}
                _ => break,
            }
            self.at += 1;
        }
        if !self.is('{') || !(list || map || last == "Params") || last == "struct" {
            self.at = start;
            return None;
        }
        self.at += 1;
        Some(self.go_body(list, depth))
    }

    /// What stands in the braces. Types of inner values may be left out, so keys tell what it is.
    pub(super) fn go_body(&mut self, list: bool, depth: u32) -> Value {
        let (mut items, mut object) = (Vec::new(), Map::new());
        let (mut first, mut keyed) = (true, false);
        while self.more('}', first) {
            first = false;
            let left = self.value(depth + 1);
            if self.eat(':') {
                keyed = true;
                let value = self.value(depth + 1);
                match (left.as_ref().and_then(key_of), value) {
                    (Some(key), Some(value)) => _ = object.insert(key, value),
                    _ => self.odd("an expression"),
                }
            } else {
                items.extend(left);
            }
        }
        match keyed || items.is_empty() && !list {
            true => Value::Object(object),
            false => Value::Array(items),
        }
    }
}

/// What a value is as a key.
fn key_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        _ => None,
    }
}
