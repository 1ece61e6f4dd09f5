//! Pieces of a text → stretches, each marked in one way.

use std::borrow::Cow;

use super::inline::{Kind, Token};
use crate::docs::block::{Span, Text};

/// The stretches of the text: none goes over the end of a line.
pub(super) fn spans(tokens: Vec<Token<'_>>, links: &[String]) -> Text {
    let mut spans: Vec<(Span, Option<usize>)> = Vec::new();
    for token in tokens {
        let (text, code) = match token.kind {
            Kind::Plain(text) => (text, false),
            Kind::Code(text) => (text, true),
            Kind::Mark(mark) => (Cow::Owned(String::from(mark.sign).repeat(mark.left)), false),
            Kind::Break => (Cow::Borrowed("\n"), false),
        };
        if text.is_empty() {
            continue;
        }
        let breaks = text == "\n";
        let link = token.link.filter(|_| !breaks);
        let strong = token.strong && !breaks;
        if let Some((last, last_link)) = spans.last_mut()
            && !(code || last.code || last.text.ends_with('\n'))
            && (last.strong, *last_link) == (strong, link)
        {
            last.text.push_str(&text);
            continue;
        }
        let span = Span {
            line: token.line,
            text: text.into_owned(),
            code,
            strong,
            link: link.and_then(|link| links.get(link).cloned()),
        };
        spans.push((span, link));
    }
    let mut spans: Vec<Span> = spans.into_iter().map(|(span, _)| span).collect();
    while let Some(last) = spans.last_mut().filter(|span| !span.code) {
        let length = last.text.trim_end().len();
        last.text.truncate(length);
        if length > 0 {
            break;
        }
        spans.pop();
    }
    Text { spans }
}
