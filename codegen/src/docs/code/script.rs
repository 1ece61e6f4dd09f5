//! Calls made from programs: JavaScript, PHP, Go, Python.

use serde_json::{Map, Value};

use super::curl::address;
use super::lex::{ACCESS, Dialect, Kind, SCOPE, Token, tokens};
use super::literal::Reader;
use super::{CALLS, Call};

pub(super) fn calls(dialect: Dialect, text: &str) -> Vec<Call> {
    let tokens = tokens(dialect, text);
    let mut calls = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if calls.len() >= CALLS {
            break;
        }
        let Kind::Word(word) = &token.kind else {
            continue;
        };
        let site = Site {
            dialect,
            tokens: &tokens,
            index,
        };
        let call = match dialect {
            Dialect::Js => site.js(word),
            Dialect::Php => site.php(word),
            Dialect::Go => site.go(word),
            Dialect::Python => site.python(word),
            Dialect::Json => None,
        };
        calls.extend(call.map(|call| Call {
            line: token.line,
            ..call
        }));
    }
    calls
}

/// A word that may be the name of a function that makes a call.
struct Site<'a> {
    dialect: Dialect,
    tokens: &'a [Token],
    index: usize,
}

impl<'a> Site<'a> {
    fn back(&self, count: usize) -> Option<&'a Kind> {
        let index = self.index.checked_sub(count)?;
        self.tokens.get(index).map(|token| &token.kind)
    }

    fn word_back(&self, count: usize) -> &'a str {
        match self.back(count) {
            Some(Kind::Word(word)) => word,
            _ => "",
        }
    }

    fn behind(&self, mark: char) -> bool {
        self.back(1) == Some(&Kind::Mark(mark))
    }

    /// A reader at the first argument.
    fn arguments(&self) -> Option<Reader<'a>> {
        let mut reader = Reader::new(self.dialect, self.tokens, self.index + 1);
        if reader.is('<') {
            self.pass_types(&mut reader);
        }
        reader.eat('(').then_some(reader)
    }

    /// `<Answer<Item[]>>`.
    fn pass_types(&self, reader: &mut Reader<'a>) {
        let mut open = 0_u32;
        let mut at = self.index + 1;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Mark('<') => open += 1,
                Kind::Mark('>') => open = open.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if open == 0 {
                break;
            }
        }
        *reader = Reader::new(self.dialect, self.tokens, at);
    }

    fn js(&self, word: &str) -> Option<Call> {
        match word {
            "callMethod" | "callListMethod" | "fetchListMethod" if self.behind('.') => {
                Some(positional(&mut self.arguments()?))
            }
            "callBatch" | "callBatchByChunk" if self.behind('.') => {
                self.arguments().map(|_| batch())
            }
            "make" if self.behind('.') => {
                let v3 = match self.word_back(4) {
                    "v2" => false,
                    "v3" => true,
                    _ => return None,
                };
                let mut reader = self.arguments()?;
                let call = match self.word_back(2) {
                    "batch" | "batchByChunk" => batch(),
                    _ => named(&mut reader),
                };
                Some(Call {
                    v3: Some(v3),
                    ..call
                })
            }
            _ => None,
        }
    }

    fn php(&self, word: &str) -> Option<Call> {
        let member = self.behind(ACCESS) || self.behind(SCOPE);
        match word {
            "call" if member => Some(positional(&mut self.arguments()?)),
            "callBatch" if member => self.arguments().map(|_| batch()),
            _ => None,
        }
    }

    fn go(&self, word: &str) -> Option<Call> {
        if word != "Call" || !self.behind('.') {
            return None;
        }
        let mut reader = self.arguments()?;
        // The context.
        reader.skip();
        reader.eat(',');
        let call = positional(&mut reader);
        let mut idempotent = false;
        while reader.eat(',') {
            idempotent |= reader.says("WithIdempotent");
        }
        Some(Call {
            idempotent: Some(idempotent),
            ..call
        })
    }

    /// `requests.post("https://…/rest/…", json=data)`.
    fn python(&self, word: &str) -> Option<Call> {
        if !matches!(word, "post" | "get") || !self.behind('.') {
            return None;
        }
        let mut reader = self.arguments()?;
        let Some(Value::String(target)) = reader.value(0) else {
            return None;
        };
        let target = address(&target)?;
        let mut call = Call {
            v3: Some(target.v3),
            ..made(target.method, Some(Value::Null), true)
        };
        while reader.eat(',') {
            let name = match reader.peek() {
                Some(Kind::Word(name)) => name.as_str(),
                _ => break,
            };
            reader.step();
            if !reader.eat('=') || !matches!(name, "json" | "data" | "params") {
                reader.skip();
                continue;
            }
            reader.odd = None;
            let params = reader.value(0);
            call = Call {
                v3: call.v3,
                ..made(call.method, params, reader.odd.is_none())
            };
        }
        Some(call)
    }
}

/// `('user.get', { ID: 1 }, …)`.
fn positional(reader: &mut Reader<'_>) -> Call {
    let method = match reader.value(0) {
        Some(Value::String(method)) => Some(method),
        _ => None,
    };
    reader.odd = None;
    let mut ahead = reader.clone();
    if !ahead.eat(',') || ahead.is(')') || ahead.callback() {
        return made(method, Some(Value::Null), true);
    }
    *reader = ahead;
    let params = reader.value(0);
    let whole = reader.odd.is_none();
    made(method, params, whole)
}

/// `({ method: 'user.get', params: { ID: 1 }, … })`.
fn named(reader: &mut Reader<'_>) -> Call {
    let (mut method, mut params, mut whole) = (None, Some(Value::Null), true);
    if !reader.eat('{') {
        return made(None, None, false);
    }
    while let Some(key) = reader.key() {
        let shorthand = !reader.eat(':');
        match key.as_str() {
            "method" if !shorthand => {
                method = match reader.value(0) {
                    Some(Value::String(method)) => Some(method),
                    _ => None,
                };
            }
            "params" => {
                if shorthand {
                    reader.step_back();
                }
                reader.odd = None;
                params = reader.value(0);
                whole = reader.odd.is_none();
            }
            _ => reader.skip(),
        }
        if !reader.eat(',') {
            break;
        }
    }
    made(method, params, whole)
}

fn made(method: Option<String>, params: Option<Value>, whole: bool) -> Call {
    let params = match params {
        // No parameters at all; an empty list is what PHP makes of them.
        Some(Value::Null) => Some(Value::Object(Map::new())),
        Some(Value::Array(items)) if items.is_empty() => Some(Value::Object(Map::new())),
        Some(params @ (Value::Object(_) | Value::Array(_))) => Some(params),
        _ => None,
    };
    Call {
        line: 0,
        method,
        v3: None,
        whole: whole && params.is_some(),
        params,
        idempotent: None,
    }
}

/// A batch: the commands in it are nobody's example.
fn batch() -> Call {
    made(Some("batch".into()), None, false)
}
