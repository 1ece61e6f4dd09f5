//! Type expressions: `string`, `integer|null`, `Chat[]`, `map<integer, object>`.

use std::ops::Range;

/// A type expression, taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Expr {
    /// A name and its place in the expression.
    Name(String, Range<usize>),
    Array(Box<Expr>),
    Map(Box<Expr>, Box<Expr>),
    /// At least two.
    Union(Vec<Expr>),
}

/// What is wrong with an expression, and where in it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Malformed {
    pub(crate) at: Range<usize>,
    pub(crate) message: &'static str,
}

/// How deep brackets may nest: far beyond any real type, far below the stack.
const DEPTH: usize = 32;

/// Takes an expression apart.
pub(crate) fn parse(text: &str) -> Result<Expr, Malformed> {
    let mut parser = Parser { text, at: 0 };
    let expr = parser.union(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.fail("the type ends here, and something follows")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn fail(&self, message: &'static str) -> Malformed {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.chars().next().map_or(0, char::len_utf8);
        Malformed {
            at: self.at..self.at + len,
            message,
        }
    }

    /// The next character that is not a blank.
    fn peek(&mut self) -> Option<char> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed.chars().next()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        self.peek();
        let found = self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(wanted));
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn union(&mut self, depth: usize) -> Result<Expr, Malformed> {
        if depth > DEPTH {
            return Err(self.fail("this type is nested too deeply"));
        }
        let first = self.postfix(depth)?;
        let mut members = vec![first];
        while self.eat("|") {
            members.push(self.postfix(depth)?);
        }
        match members.len() {
            1 => Ok(members.remove(0)),
            _ => Ok(Expr::Union(members)),
        }
    }

    fn postfix(&mut self, depth: usize) -> Result<Expr, Malformed> {
        let mut expr = self.primary(depth)?;
        let mut dimensions = 0;
        while self.eat("[]") {
            dimensions += 1;
            if dimensions > DEPTH {
                return Err(self.fail("this type is nested too deeply"));
            }
            expr = Expr::Array(Box::new(expr));
        }
        Ok(expr)
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, Malformed> {
        if self.eat("(") {
            let inner = self.union(depth + 1)?;
            return match self.eat(")") {
                true => Ok(inner),
                false => Err(self.fail("a `)` is missing here")),
            };
        }
        self.peek();
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let len = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if len == 0 {
            return Err(self.fail("a type's name is missing here"));
        }
        self.at += len;
        let name = &rest[..len];
        if name == "map" && self.eat("<") {
            let key = self.union(depth + 1)?;
            if !self.eat(",") {
                return Err(self.fail("a map is written `map<key, value>`: a `,` is missing here"));
            }
            let value = self.union(depth + 1)?;
            if !self.eat(">") {
                return Err(self.fail("a map is written `map<key, value>`: a `>` is missing here"));
            }
            return Ok(Expr::Map(Box::new(key), Box::new(value)));
        }
        Ok(Expr::Name(name.to_owned(), start..start + len))
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;

    fn show(expr: &Expr) -> String {
        match expr {
            Expr::Name(name, _) => name.clone(),
            Expr::Array(of) => format!("[{}]", show(of)),
            Expr::Map(key, value) => format!("{{{}: {}}}", show(key), show(value)),
            Expr::Union(members) => {
                let members: Vec<_> = members.iter().map(show).collect();
                format!("({})", members.join(" or "))
            }
        }
    }

    #[test]
    fn expressions_are_taken_apart() {
        for (text, expected) in [
            ("string", "string"),
            (" string ", "string"),
            ("integer|null", "(integer or null)"),
            ("integer | string | null", "(integer or string or null)"),
            ("Chat[]", "[Chat]"),
            ("Chat[][]", "[[Chat]]"),
            ("(integer|string)[]", "[(integer or string)]"),
            ("map<integer, Chat[]>", "{integer: [Chat]}"),
            ("map<string,map<integer,any>>", "{string: {integer: any}}"),
            ("map", "map"),
        ] {
            assert_eq!(
                parse(text).as_ref().map(show),
                Ok(expected.into()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_malformed_expression_says_where() {
        for (text, at) in [
            ("", 0),
            ("string |", 8),
            ("string[", 6),
            ("(string", 7),
            ("map<integer>", 11),
            ("map<integer, string", 19),
            ("string string", 7),
            ("äö|", 5),
            ("-", 0),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.at.start, at, "{text}: {error:?}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"map<string,".repeat(100_000)).is_err());
        assert!(parse(&format!("a{}", "[]".repeat(100_000))).is_err());
    }
}
