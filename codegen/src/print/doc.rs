//! Documentation, which is an attribute to tokens and a comment to people.

use proc_macro2::TokenTree;

/// The text of an attribute that can be written as a line of documentation.
pub(super) fn line(meta: &[TokenTree]) -> Option<String> {
    let [
        TokenTree::Ident(name),
        TokenTree::Punct(_),
        TokenTree::Literal(text),
    ] = meta
    else {
        return None;
    };
    if name != "doc" {
        return None;
    }
    let spelled = text.to_string();
    let raw = spelled.strip_prefix("r\"");
    let text = match raw.and_then(|it| it.strip_suffix('"')) {
        Some(text) => text.to_owned(),
        None => unescape(spelled.strip_prefix('"')?.strip_suffix('"')?)?,
    };
    let fits = !text.starts_with('/') && !text.contains(['\n', '\r']);
    fits.then_some(text)
}

/// What a literal says that is written as `proc_macro2` writes it.
fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'u' => {
                    let rest = chars.as_str().strip_prefix('{')?;
                    let (code, rest) = rest.split_once('}')?;
                    chars = rest.chars();
                    char::from_u32(u32::from_str_radix(code, 16).ok()?)?
                }
                c @ ('\\' | '"' | '\'') => c,
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}
