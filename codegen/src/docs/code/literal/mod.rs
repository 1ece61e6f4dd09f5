//! Values that stand written in code: objects, lists, texts, numbers.

mod keyed;
mod variable;

use serde_json::{Map, Number, Value};

use super::lex::{ARROW, DOTS, Dialect, Kind, Token};

/// How deep values may nest: far beyond any example, far below the stack.
const DEPTH: u32 = 48;

/// Reads values from tokens.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    dialect: Dialect,
    tokens: &'a [Token],
    at: usize,
    lookups: u32,
    /// The first thing that is no value, and its line.
    pub(super) odd: Option<(u32, String)>,
    /// Whether `...` stood for something.
    pub(super) cut: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(dialect: Dialect, tokens: &'a [Token], at: usize) -> Self {
        Self {
            dialect,
            tokens,
            at,
            lookups: 0,
            odd: None,
            cut: false,
        }
    }

    pub(super) fn peek(&self) -> Option<&'a Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn after(&self, count: usize) -> Option<&'a Kind> {
        let token = self.tokens.get(self.at.checked_add(count)?)?;
        Some(&token.kind)
    }

    pub(super) fn is(&self, mark: char) -> bool {
        self.peek() == Some(&Kind::Mark(mark))
    }

    pub(super) fn eat(&mut self, mark: char) -> bool {
        let found = self.is(mark);
        self.at += usize::from(found);
        found
    }

    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    pub(super) fn step_back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Whether a function stands here.
    pub(super) fn callback(&self) -> bool {
        match self.peek() {
            Some(Kind::Word(word)) => matches!(word.as_str(), "function" | "async" | "undefined"),
            Some(Kind::Mark('(')) => true,
            _ => false,
        }
    }

    /// Goes to the end of what stands here, and tells whether a word is in it.
    pub(super) fn says(&mut self, word: &str) -> bool {
        let start = self.at;
        self.skip();
        let passed = self.tokens.get(start..self.at).unwrap_or_default();
        let is_it = |token: &Token| matches!(&token.kind, Kind::Word(it) if it == word);
        passed.iter().any(is_it)
    }

    /// The line of what comes next, or of the last token.
    fn line(&self) -> u32 {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        token.map_or(1, |token| token.line)
    }

    pub(super) fn odd(&mut self, message: impl Into<String>) {
        if self.odd.is_none() {
            self.odd = Some((self.line(), message.into()));
        }
    }

    /// Whether a value ends here.
    fn ends(&self) -> bool {
        match self.peek() {
            None => true,
            Some(Kind::Mark(ARROW)) => self.dialect == Dialect::Php,
            Some(Kind::Mark(':')) => self.dialect == Dialect::Go,
            Some(Kind::Mark(DOTS)) => self.dialect == Dialect::Json,
            Some(Kind::Mark(mark)) => matches!(mark, ',' | ')' | ']' | '}' | ';'),
            Some(_) => false,
        }
    }

    /// Goes to the end of what stands here, whatever it is.
    pub(super) fn skip(&mut self) {
        let mut open = 0_u32;
        while let Some(kind) = self.peek() {
            if open == 0 && self.ends() {
                return;
            }
            match kind {
                Kind::Mark('(' | '[' | '{') => open += 1,
                Kind::Mark(')' | ']' | '}') => open = open.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A value up to where it ends; none for an expression, which is passed over.
    pub(super) fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > DEPTH {
            self.odd("this is nested too deeply");
            self.skip();
            return None;
        }
        let mut value = self.primary(depth);
        let join = match self.dialect {
            Dialect::Php => '.',
            _ => '+',
        };
        while let Some(Value::String(text)) = &mut value
            && self.is(join)
            && let Some(Kind::Text { value, fixed: true }) = self.after(1)
        {
            text.push_str(value);
            self.at += 2;
        }
        if self.dialect == Dialect::Js
            && matches!(self.peek(), Some(Kind::Word(word)) if word == "as" || word == "satisfies")
        {
            self.skip();
        }
        if !self.ends() || value.is_none() {
            self.odd(match self.dialect {
                Dialect::Json => "a comma or a bracket is missing here, or this is no value",
                _ => "an expression",
            });
            self.skip();
            return None;
        }
        value
    }

    /// A value without what may follow it. For none, nothing but the start of it may have been read.
    fn primary(&mut self, depth: u32) -> Option<Value> {
        match self.peek()? {
            Kind::Text { value, fixed } => {
                self.at += usize::from(*fixed);
                fixed.then(|| Value::String(value.clone()))
            }
            Kind::Number(number) => {
                self.at += 1;
                Some(Value::Number(number.clone()))
            }
            Kind::Mark('-') => {
                let Some(Kind::Number(number)) = self.after(1) else {
                    return None;
                };
                self.at += 2;
                let whole = number.as_i64().and_then(i64::checked_neg).map(Number::from);
                let number =
                    whole.or_else(|| number.as_f64().and_then(|number| Number::from_f64(-number)));
                number.map(Value::Number)
            }
            Kind::Mark('[') if self.dialect == Dialect::Go => self.go(depth),
            Kind::Mark('[') if self.dialect == Dialect::Php => {
                self.at += 1;
                Some(self.php_array(']', depth))
            }
            Kind::Mark('[') => {
                self.at += 1;
                Some(self.list(']', depth))
            }
            Kind::Mark('(') if self.dialect == Dialect::Python => {
                self.at += 1;
                Some(self.list(')', depth))
            }
            Kind::Mark('{') => match self.dialect {
                Dialect::Go => {
                    self.at += 1;
                    Some(self.go_body(false, depth))
                }
                Dialect::Php => None,
                _ => {
                    self.at += 1;
                    Some(self.object(depth))
                }
            },
            Kind::Word(word) => self.word(word, depth),
            Kind::Mark(_) => None,
        }
    }

    fn word(&mut self, word: &str, depth: u32) -> Option<Value> {
        use Dialect::{Go, Js, Json, Php, Python};
        let lower = word.to_ascii_lowercase();
        let spelled = if self.dialect == Php { &lower } else { word };
        let constant = match (self.dialect, spelled) {
            (Json | Js | Php | Go, "true") | (Python, "True") => Some(Value::Bool(true)),
            (Json | Js | Php | Go, "false") | (Python, "False") => Some(Value::Bool(false)),
            (Json | Js | Php, "null") | (Go, "nil") | (Python, "None") => Some(Value::Null),
            _ => None,
        };
        if constant.is_some() {
            self.at += 1;
            return constant;
        }
        if self.dialect == Php && lower == "array" && self.after(1) == Some(&Kind::Mark('(')) {
            self.at += 2;
            return Some(self.php_array(')', depth));
        }
        if self.dialect == Go
            && (word == "map" || matches!(self.after(1), Some(Kind::Mark('.' | '{'))))
        {
            return self.go(depth);
        }
        let start = self.at;
        self.at += 1;
        let value = match self.ends() {
            true => self.variable(word, depth),
            false => None,
        };
        if value.is_none() {
            self.at = start;
        }
        value
    }

    /// The next entry of a list or an object: whether there is one.
    fn more(&mut self, close: char, first: bool) -> bool {
        let loosely = self.dialect == Dialect::Json && self.is(DOTS);
        if !first && !self.eat(',') && !self.is(close) && !loosely {
            self.odd(match self.peek() {
                None => "a bracket is never closed",
                Some(_) => "a comma or a closing bracket is missing here",
            });
            return false;
        }
        if self.eat(close) {
            return false;
        }
        if self.peek().is_none() {
            self.odd("a bracket is never closed");
            return false;
        }
        true
    }

    /// `...` and what it spreads.
    fn dots(&mut self) -> bool {
        if !self.eat(DOTS) {
            return false;
        }
        self.cut = true;
        if self.dialect != Dialect::Json {
            self.odd("an expression");
            self.skip();
        }
        true
    }

    fn list(&mut self, close: char, depth: u32) -> Value {
        let mut items = Vec::new();
        let mut first = true;
        while self.more(close, first) {
            first = false;
            if self.dots() {
                // A line of dots often has no comma.
                first = !self.is(',');
                continue;
            }
            items.extend(self.value(depth + 1));
        }
        Value::Array(items)
    }

    fn object(&mut self, depth: u32) -> Value {
        let mut object = Map::new();
        let mut first = true;
        while self.more('}', first) {
            first = false;
            if self.dots() {
                first = !self.is(',');
                continue;
            }
            let Some(key) = self.key() else {
                self.odd("a key is missing here");
                self.skip();
                continue;
            };
            if !self.eat(':') {
                let value = match self.ends() && self.dialect == Dialect::Js {
                    true => self.variable(&key, depth),
                    false => None,
                };
                match value {
                    Some(value) => _ = object.insert(key, value),
                    None => self.odd("a `:` is missing here"),
                }
                self.skip();
                continue;
            }
            if self.dialect == Dialect::Json && self.dots() {
                continue;
            }
            let value = self.value(depth + 1);
            match key.as_str() {
                "..." | "…" => self.cut = true,
                _ => {
                    if let Some(value) = value {
                        object.insert(key, value);
                    }
                }
            }
        }
        Value::Object(object)
    }

    /// A key, if one stands here.
    pub(super) fn key(&mut self) -> Option<String> {
        let key = match self.peek()? {
            Kind::Text { value, fixed: true } => value.clone(),
            Kind::Number(number) => number.to_string(),
            Kind::Word(word) if self.dialect != Dialect::Python => word.clone(),
            _ => return None,
        };
        self.at += 1;
        Some(key)
    }
}
