//! Variables in place of values.

use serde_json::Value;

use super::super::lex::{ACCESS, Dialect, Kind, SCOPE};
use super::{DEPTH, Reader};

/// How many variables are followed to their values.
const LOOKUPS: u32 = 30;

impl Reader<'_> {
    /// What a variable holds, if it gets its value once, written out.
    pub(super) fn variable(&mut self, name: &str, depth: u32) -> Option<Value> {
        if self.dialect == Dialect::Json || self.lookups >= LOOKUPS {
            return None;
        }
        self.lookups += 1;
        let mut found = None;
        for (index, token) in self.tokens.iter().enumerate() {
            if !matches!(&token.kind, Kind::Word(word) if word == name) {
                continue;
            }
            let kind = |at: usize| self.tokens.get(at).map(|token| &token.kind);
            let part_of_another = index
                .checked_sub(1)
                .and_then(kind)
                .is_some_and(|it| matches!(it, Kind::Mark('.' | ACCESS | SCOPE)));
            if part_of_another {
                continue;
            }
            let value_at = match kind(index + 1) {
                Some(Kind::Mark('=')) => Some(index + 2),
                Some(Kind::Mark(':')) if self.dialect != Dialect::Php => {
                    let line = token.line;
                    let typed = self.tokens.iter().enumerate().skip(index + 2).take(16);
                    let mut typed = typed.take_while(|(_, token)| token.line == line);
                    let equals = typed.find(|(_, token)| token.kind == Kind::Mark('='));
                    equals.map(|(at, _)| at + 1)
                }
                // It is filled bit by bit.
                Some(Kind::Mark('[')) if self.dialect != Dialect::Js => return None,
                _ => None,
            };
            if value_at.is_some() && found.is_some() {
                return None;
            }
            found = found.or(value_at);
        }
        let mut reader = self.clone();
        reader.at = found?;
        let start = reader.at;
        let value = reader.primary(depth + 1);
        self.lookups = reader.lookups;
        let value = value?;
        let line = self.tokens.get(reader.at.checked_sub(1)?)?.line;
        let goes_on = match self.tokens.get(reader.at) {
            Some(next) => {
                matches!(next.kind, Kind::Mark('.' | ACCESS | '+' | '[' | '('))
                    || next.line == line && !reader.ends()
            }
            None => false,
        };
        if reader.at == start || goes_on || depth >= DEPTH {
            return None;
        }
        self.odd = self.odd.take().or(reader.odd);
        Some(value)
    }
}
