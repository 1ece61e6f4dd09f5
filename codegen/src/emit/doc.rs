//! Prose for generated documentation: wrapped, and harmless in Markdown.

/// Puts a backslash before what Markdown would take for a link, a tag or code without an end, and
/// makes links of addresses. Code spans stay.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if c == '`' {
            match code_span(rest) {
                Some(span) => {
                    out.push_str(span);
                    span.len()
                }
                None => {
                    let ticks = rest.len() - rest.trim_start_matches('`').len();
                    out.push_str(&"\\`".repeat(ticks));
                    ticks
                }
            }
        } else if let Some(address) = address(rest) {
            out.push_str(&format!("<{address}>"));
            address.len()
        } else if let Some(address) = rest.strip_prefix('<').and_then(address)
            && rest[1 + address.len()..].starts_with('>')
        {
            out.push_str(&format!("<{address}>"));
            address.len() + 2
        } else {
            if matches!(c, '[' | ']' | '<' | '>') {
                out.push('\\');
            }
            out.push(c);
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// The code span that a text begins with: it ends in its paragraph, with as many backticks.
fn code_span(text: &str) -> Option<&str> {
    let paragraph = text.split("\n\n").next()?;
    let ticks = paragraph.len() - paragraph.trim_start_matches('`').len();
    let mut at = ticks;
    loop {
        at += paragraph[at..].find('`')?;
        let run = paragraph[at..].len() - paragraph[at..].trim_start_matches('`').len();
        at += run;
        if run == ticks {
            return Some(&text[..at]);
        }
    }
}

/// The address that a text begins with, without what ends its sentence.
fn address(text: &str) -> Option<&str> {
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "<>()[]{}\"'`|".contains(c);
    let address = &text[..text.find(ends).unwrap_or(text.len())];
    let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    (!address.ends_with('/') || address.matches('/').count() > 2).then_some(address)
}

/// A text as code, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// Breaks paragraphs into lines of at most `width` characters; a longer word gets a line.
/// Lines that follow the first of a paragraph begin with `indent`; each item of a list begins one.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in text.trim().split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        for (index, item) in items(paragraph).iter().enumerate() {
            let start = if index > 0 { indent } else { "" };
            let hang = match item.first() {
                Some(first) if index > 0 && is_marker(first) => first.len() + 1,
                _ => 0,
            };
            let indent = format!("{indent}{}", " ".repeat(hang));
            fill(item, width, start, &indent, &mut lines);
        }
    }
    lines
}

/// The words of a paragraph, those of each item of a list apart.
fn items(paragraph: &str) -> Vec<Vec<&str>> {
    let mut items: Vec<Vec<&str>> = vec![Vec::new()];
    for line in paragraph.lines() {
        let words = line.split_whitespace();
        match items.last_mut() {
            Some(item) if item.is_empty() || !words.clone().next().is_some_and(is_marker) => {
                item.extend(words);
            }
            _ => items.push(words.collect()),
        }
    }
    items
}

/// Whether a word at the beginning of a line makes an item of a list of it.
fn is_marker(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    matches!(word, "-" | "*" | "+") || is_number && number.len() < 4
}

fn fill(words: &[&str], width: usize, start: &str, indent: &str, lines: &mut Vec<String>) {
    let mut line = start.to_owned();
    let mut taken = start.chars().count();
    let mut fresh = true;
    for (index, word) in words.iter().enumerate() {
        let own = word.chars().count();
        // What would begin an item there takes no line of its own.
        let next = words.get(index + 1).filter(|it| index > 0 && is_marker(it));
        let with_next = own + next.map_or(0, |it| it.chars().count() + 1);
        let glued = index > 0 && is_marker(word);
        if !fresh && !glued && taken + 1 + with_next > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
            taken = indent.chars().count();
        } else if !fresh {
            line.push(' ');
            taken += 1;
        }
        line.push_str(word);
        taken += own;
        fresh = false;
    }
    lines.push(line);
}

/// The text with its first letter in lower case, unless the word is a name.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        (Some(first), Some(' ')) => first.to_lowercase().chain(text.chars().skip(1)).collect(),
        _ => text.to_owned(),
    }
}

/// A sentence with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.chars().last() {
        Some('.' | '!' | '?' | ':') | None => text.to_owned(),
        Some(_) => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_harmless() {
        assert_eq!(wrap("one two three", 7, ""), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7, "  "), ["one two", "  three"]);
        assert_eq!(wrap("a\n\nb", 7, ""), ["a", "", "b"]);
        assert_eq!(
            wrap("of:\n- one two\n- three\n  four\n1. five", 7, ""),
            ["of:", "- one", "  two", "- three", "  four", "1. five"]
        );
        assert_eq!(wrap("one is 2. three", 7, ""), ["one", "is 2.", "three"]);
        for (text, escaped) in [
            ("Chat[] and `Chat[]`", "Chat\\[\\] and `Chat[]`"),
            ("a ` and [b]\n\n`c[]`", "a \\` and \\[b\\]\n\n`c[]`"),
            ("``a`[b]`` ```", "``a`[b]`` \\`\\`\\`"),
            ("See https://a.b/c_d.", "See <https://a.b/c_d>."),
            (
                "(http://a.b/, <https://c.d>)",
                "(<http://a.b/>, <https://c.d>)",
            ),
            ("`https://a.b` https://", "`https://a.b` https://"),
            ("[x](https://a.b)", "\\[x\\](<https://a.b>)"),
        ] {
            assert_eq!(escape(text), escaped);
        }
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(lower_first("The chat"), "the chat");
        assert_eq!(lower_first("A chat"), "a chat");
        assert_eq!(lower_first("ID of it"), "ID of it");
        assert_eq!(sentence("So it is"), "So it is.");
    }
}
