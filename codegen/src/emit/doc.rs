//! Prose for generated documentation: wrapped, and harmless in Markdown.

/// Puts a backslash before what Markdown would take for a link or a tag, code spans excepted.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        if c == '`' {
            code = !code;
        }
        if !code && matches!(c, '[' | ']' | '<' | '>') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Breaks paragraphs into lines of at most `width` characters; a longer word gets a line.
/// Lines that follow the first of a paragraph begin with `indent`.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, paragraph) in text.trim().split("\n\n").enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        let mut line = String::new();
        let mut taken = 0;
        for word in paragraph.split_whitespace() {
            let own = word.chars().count();
            if !line.is_empty() && taken + 1 + own > width {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
                taken = indent.chars().count();
            } else if !line.is_empty() && line != indent {
                line.push(' ');
                taken += 1;
            }
            line.push_str(word);
            taken += own;
        }
        lines.push(line);
    }
    lines
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
        assert_eq!(escape("Chat[] and `Chat[]`"), "Chat\\[\\] and `Chat[]`");
        assert_eq!(lower_first("The chat"), "the chat");
        assert_eq!(lower_first("A chat"), "a chat");
        assert_eq!(lower_first("ID of it"), "ID of it");
        assert_eq!(sentence("So it is"), "So it is.");
    }
}
