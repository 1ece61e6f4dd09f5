//! Takes secrets out of texts that end up in errors.

use std::{borrow::Cow, ops::Range};

use serde_json::{Map, Value};

use crate::Secret;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// How much of a secret at the end of a cut text gives it away.
const PART: usize = 4;

/// The longest way to write one character: `&#x0041;`.
const LONGEST_ESCAPE: usize = 8;

/// The longest excerpt of an answer, in characters.
const EXCERPT_CHARS: usize = 200;

/// How much of an answer is looked at: far more than an excerpt of secrets in their longest
/// spelling can take up.
const EXCERPT_BYTES: usize = 64 * 1024;

/// What is in the names of fields whose values do not belong in an excerpt, whoever they belong to.
/// Addresses for files carry a token.
const SECRET_FIELDS: [&str; 12] = [
    "token",
    "secret",
    "password",
    "auth",
    "refresh",
    "jwt",
    "signature",
    "publicid",
    "downloadurl",
    "uploadurl",
    "viewurl",
    "showurl",
];

/// The secrets of a client.
#[derive(Debug, Default)]
pub(crate) struct Scrubber {
    /// Visible ASCII, none of them empty.
    secrets: Vec<Secret>,
    begins: Begins,
}

/// The bytes that a secret may begin with, however it is written: all of them ASCII, a bit for each.
#[derive(Debug, Default)]
struct Begins(u128);

impl Begins {
    fn new(secrets: &[Secret]) -> Self {
        let mut begins = Self(0);
        for first in secrets.iter().filter_map(|it| it.expose().bytes().next()) {
            begins.add(first.to_ascii_lowercase());
            begins.add(first.to_ascii_uppercase());
            // Escapes.
            b"%\\&".iter().for_each(|&escape| begins.add(escape));
        }
        begins
    }

    fn add(&mut self, byte: u8) {
        self.0 |= 1_u128.checked_shl(byte.into()).unwrap_or(0);
    }

    fn has(&self, byte: u8) -> bool {
        byte.is_ascii() && self.0 >> byte & 1 == 1
    }
}

impl Scrubber {
    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let secrets = secrets.into_iter();
        let secrets: Vec<_> = secrets
            .filter(|secret| !secret.expose().is_empty())
            .collect();
        Self {
            begins: Begins::new(&secrets),
            secrets,
        }
    }

    /// Masks every secret: in plain, percent-encoded, escaped as in JSON or HTML, in any case, and
    /// where the text was cut in the middle of one.
    pub(crate) fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = String::new();
        let mut kept = 0;
        let mut at = 0;
        let next = |at: usize| {
            let rest = &text.as_bytes()[at..];
            Some(at + rest.iter().position(|&byte| self.begins.has(byte))?)
        };
        while let Some(found) = next(at) {
            at = found;
            let rest = &text[at..];
            match self
                .secrets
                .iter()
                .filter_map(|secret| matched(rest, secret))
                .max()
            {
                Some(length) => {
                    clean.push_str(&text[kept..at]);
                    clean.push_str(MASK);
                    at += length;
                    kept = at;
                }
                // A secret begins with ASCII only.
                None => at += 1,
            }
        }
        if kept == 0 {
            return text.into();
        }
        clean.push_str(&text[kept..]);
        clean.into()
    }

    pub(crate) fn scrub_owned(&self, text: String) -> String {
        match self.scrub(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(clean) => clean,
        }
    }

    /// Masks every secret in the strings and names of a value.
    pub(crate) fn scrub_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.scrub_owned(text)),
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.scrub_json(item))
                .collect(),
            Value::Object(fields) => Value::Object(self.scrub_fields(fields)),
            value => value,
        }
    }

    pub(crate) fn scrub_fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        fields
            .into_iter()
            .map(|(name, value)| (self.scrub_owned(name), self.scrub_json(value)))
            .collect()
    }

    /// The beginning of an answer as one line, scrubbed before it is cut.
    pub(crate) fn excerpt(&self, body: &[u8]) -> String {
        let head = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_BYTES)]);
        let head = mask_fields(&head);
        let clean = self.scrub(&head);
        let mut excerpt = String::new();
        let mut length = 0;
        for word in clean.split(|c: char| c.is_whitespace() || c.is_control()) {
            if word.is_empty() {
                continue;
            }
            let gap = if excerpt.is_empty() { "" } else { " " };
            for c in gap.chars().chain(word.chars()) {
                if length == EXCERPT_CHARS {
                    excerpt.pop();
                    excerpt.push('…');
                    return excerpt;
                }
                excerpt.push(c);
                length += 1;
            }
        }
        excerpt
    }
}

/// How long the secret is that the text begins with.
fn matched(text: &str, secret: &Secret) -> Option<usize> {
    let secret = secret.expose().as_bytes();
    let plain = text.as_bytes().get(..secret.len());
    let plain = plain
        .filter(|text| text.eq_ignore_ascii_case(secret))
        .map(<[u8]>::len);
    plain.max(spelled(text, secret))
}

/// The same, however its characters are written.
fn spelled(text: &str, secret: &[u8]) -> Option<usize> {
    // Most texts end here, without an allocation: where not even two characters are the secret's.
    let second = secret.get(1);
    steps(text, *secret.first()?)
        .find(|&end| second.is_none_or(|&second| steps(&text[end..], second).next().is_some()))?;
    // Up to where the text can be read: `%25` begins with a percent sign, and is one.
    let mut ends = vec![0];
    for (count, &wanted) in secret.iter().enumerate() {
        let mut next: Vec<usize> = ends
            .iter()
            .flat_map(|&end| steps(&text[end..], wanted).map(move |step| end + step))
            .collect();
        if next.is_empty() {
            let cut = ends
                .into_iter()
                .find_map(|end| Some(end + cut(&text[end..])?));
            return cut.filter(|_| count >= PART);
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
    }
    ends.pop()
}

/// How much of a text is left of a character that was cut: nothing, or the beginning of an escape.
fn cut(rest: &str) -> Option<usize> {
    if rest.is_empty() || rest.starts_with('…') {
        return Some(0);
    }
    let rest = rest.split('…').next().unwrap_or(rest);
    (rest.len() < LONGEST_ESCAPE && rest.starts_with(['%', '\\', '&'])).then_some(rest.len())
}

/// How long the character is that the text begins with, if it is the wanted one: in each of the
/// ways in which it can be read.
fn steps(text: &str, wanted: u8) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let plain = bytes
        .first()
        .is_some_and(|first| first.eq_ignore_ascii_case(&wanted))
        .then_some(1);
    let escaped = match bytes.first() {
        Some(b'%') => hex(bytes.get(1..3)).map(|code| (code, 3)),
        Some(b'\\') => match bytes.get(1) {
            Some(b'u') => hex(bytes.get(2..6)).map(|code| (code, 6)),
            Some(&escaped) => Some((escaped.into(), 2)),
            None => None,
        },
        Some(b'&') => entity(text),
        _ => None,
    };
    let escaped = escaped.and_then(|(code, length)| {
        let found = u8::try_from(code).ok()?;
        found.eq_ignore_ascii_case(&wanted).then_some(length)
    });
    plain.into_iter().chain(escaped)
}

fn hex(digits: Option<&[u8]>) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits?).ok()?, 16).ok()
}

/// The character that an entity of HTML stands for, and the length of the entity.
fn entity(text: &str) -> Option<(u32, usize)> {
    let end = text.bytes().take(LONGEST_ESCAPE).position(|c| c == b';')?;
    let code = match &text[1..end] {
        "amp" => '&'.into(),
        "lt" => '<'.into(),
        "gt" => '>'.into(),
        "quot" => '"'.into(),
        "apos" => '\''.into(),
        name => {
            let number = name.strip_prefix('#')?;
            match number.strip_prefix(['x', 'X']) {
                Some(digits) => hex(Some(digits.as_bytes()))?,
                None => number.parse().ok()?,
            }
        }
    };
    Some((code, end + 1))
}

/// Masks what stands behind names that promise a secret: in JSON, in JSON within a text, in a query.
fn mask_fields(text: &str) -> Cow<'_, str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut clean = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(is_part).map(|start| at + start) {
        let length = text[start..].find(|c| !is_part(c));
        at = length.map_or(text.len(), |length| start + length);
        if is_secret_field(&text[start..at])
            && let Some(value) = value_behind(text, at)
        {
            clean.push_str(&text[kept..value.start]);
            clean.push_str(MASK);
            (kept, at) = (value.end, value.end);
        }
    }
    if kept == 0 {
        return text.into();
    }
    clean.push_str(&text[kept..]);
    clean.into()
}

/// Where the value is that belongs to the name before `at`, if that was a name.
fn value_behind(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let closed = rest.trim_start_matches(['\\', '"', '\'', ']']);
    let behind = match closed.strip_prefix('=') {
        Some(behind) => behind,
        None if closed.len() < rest.len() => closed.trim_start().strip_prefix(':')?,
        None => return None,
    };
    let value = behind.trim_start().trim_start_matches('[').trim_start();
    let opened = value.trim_start_matches('\\');
    let start = text.len() - opened.len();
    if opened.starts_with('"') {
        let start = start + 1;
        let end = match opened.len() == value.len() {
            true => string_end(text, start),
            // Within a text, the quote at its end is escaped as well.
            false => {
                let inside = text[start..].split('"').next().unwrap_or_default();
                start + inside.trim_end_matches('\\').len()
            }
        };
        return Some(start..end);
    }
    let ends = |c: char| c.is_whitespace() || "&,;{}[]<>\"'\\".contains(c);
    let plain = value.split(ends).next().unwrap_or_default();
    let start = text.len() - value.len();
    (!matches!(plain, "" | "null" | "true" | "false")).then(|| start..start + plain.len())
}

/// Where the string that began before `start` ends: at its quote, or with the text.
fn string_end(json: &str, start: usize) -> usize {
    let mut escaped = false;
    for (offset, byte) in json[start..].bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return start + offset,
            _ => {}
        }
    }
    json.len()
}

fn is_secret_field(name: &str) -> bool {
    let name = name.replace('_', "").to_ascii_lowercase();
    // Who wrote something is no secret.
    let name = name.replace("authoriz", "auth").replace("author", "");
    SECRET_FIELDS.iter().any(|secret| name.contains(secret))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn scrub(secret: &str, text: &str) -> String {
        Scrubber::new([Secret::from(secret)])
            .scrub(text)
            .into_owned()
    }

    #[test]
    fn every_spelling() {
        let cases = [
            (
                "abcdef12",
                "see /rest/1/abcdef12/profile",
                "see /rest/1/***/profile",
            ),
            ("abcdef12", "abcdef12abcdef12", "******"),
            ("abcdef12", "ABCDEF12", "***"),
            ("abcdef12", "%61bc%64ef12", "***"),
            ("abcdef12", r"\u0061bcdef12", "***"),
            (
                "a/b+c=d\"e\\f",
                r#"{"auth":"a\/b+c=d\"e\\f"}"#,
                r#"{"auth":"***"}"#,
            ),
            ("a/b+c=d", "auth=a%2Fb%2bc%3Dd&x", "auth=***&x"),
            (r"a%41\b", "a%2541%5c%5Cb", "***"),
            (r"a%41\b", r"a\u002541\u005cb", "***"),
            (r"a%41\b", r"a%41\\b", "***"),
            ("a\"b'&<c>", "a&quot;b&#39;&amp;&lt;c&#x3e; &x;", "*** &x;"),
            ("abcdef12", "cut: %61b%63d%6", "cut: ***"),
            ("abcdef12", r"cut: \u0061bcd\u00…", "cut: ***…"),
            ("abcdef12", "cut: abcde", "cut: ***"),
            ("abcdef12", "found \"xabcd…\"", "found \"x***…\""),
            ("abcdef12", "cut: abc", "cut: abc"),
            ("ab", "ab cab", "*** c***"),
            ("é", "é", "é"), // refused when the client is made
            (
                "abcdef12",
                "тест 100% \\ \\u %6 %zz",
                "тест 100% \\ \\u %6 %zz",
            ),
        ];
        for (secret, text, expected) in cases {
            if secret.is_ascii() {
                assert_eq!(scrub(secret, text), expected, "{secret} in {text}");
            }
        }
        assert_eq!(scrub("", "text"), "text");
    }

    #[test]
    fn longest_first() {
        let scrubber = Scrubber::new([Secret::from("abcd"), Secret::from("abcdefgh")]);
        assert_eq!(scrubber.scrub("<abcdefgh>"), "<***>");
    }

    #[test]
    fn excerpt_is_scrubbed_before_it_is_cut() {
        let scrubber = Scrubber::new([Secret::from("topsecretcode")]);
        for shift in 180..205 {
            let body = format!("{}topsecretcode{}", "x".repeat(shift), "y".repeat(100));
            let excerpt = scrubber.excerpt(body.as_bytes());
            assert!(excerpt.chars().count() <= 200, "{}", excerpt.len());
            assert!(
                !excerpt.contains('t') && !excerpt.contains('p'),
                "{shift}: {excerpt}"
            );
        }
        assert_eq!(scrubber.excerpt(b" a\r\n\tb\0 \xff "), "a b \u{fffd}");
        let mut long = vec![b'-'; EXCERPT_BYTES - 5];
        long.extend(b"topsecretcode");
        assert_eq!(scrubber.excerpt(&long).chars().count(), 200);
    }

    #[test]
    fn secret_fields_are_masked() {
        let scrubber = Scrubber::default();
        let cases = [
            (
                r#"{"BOT_TOKEN" : "x\"y", "a": "b"}"#,
                r#"{"BOT_TOKEN" : "***", "a": "b"}"#,
            ),
            (r#"{"refreshToken":"cut of"#, r#"{"refreshToken":"***"#),
            (
                r#"{"auth":{"access_token":"x"}}"#,
                r#"{"auth":{"access_token":"***"}}"#,
            ),
            (r#"{"text":"token","b":"c"}"#, r#"{"text":"token","b":"c"}"#),
            (r#"["token"]"#, r#"["token"]"#),
            (r#"{"token":"#, r#"{"token":"#),
            (r#"""#, r#"""#),
            (r#"{"password":123456,"a":1}"#, r#"{"password":***,"a":1}"#),
            (r#"{"token":null,"b":true}"#, r#"{"token":null,"b":true}"#),
            (r#"{"tokens":["abcdef"]}"#, r#"{"tokens":["***"]}"#),
            (r#"{"REFRESH_ID":"abcdef"}"#, r#"{"REFRESH_ID":"***"}"#),
            (r#"{"AUTHOR_ID":"5"}"#, r#"{"AUTHOR_ID":"5"}"#),
            (
                r#"{"Authorization":"Bearer x"}"#,
                r#"{"Authorization":"***"}"#,
            ),
            (
                r#"{"data":"{\"access_token\":\"ab\\/cd\",\"b\":\"c\"}"}"#,
                r#"{"data":"{\"access_token\":\"***\",\"b\":\"c\"}"}"#,
            ),
            (
                "auth[access_token]=abcdef&x=1 token=",
                "auth[access_token]=***&x=1 token=",
            ),
            ("<p>Wrong token: call again", "<p>Wrong token: call again"),
        ];
        for (body, expected) in cases {
            assert_eq!(scrubber.excerpt(body.as_bytes()), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_secret_is_left(secret in "[!-)+-~]{1,20}", before in ".{0,20}", after in ".{0,20}") {
            let clean = scrub(&secret, &format!("{before}{secret}{after}"));
            proptest::prop_assert!(!clean.contains(&secret));
        }

        #[test]
        fn never_panics(secret in "[!-~]{1,6}", text in "[\\\\%u0-9a-f\"…é]{0,40}") {
            let scrubber = Scrubber::new([Secret::from(secret)]);
            scrubber.scrub(&text);
            scrubber.excerpt(text.as_bytes());
        }
    }
}
