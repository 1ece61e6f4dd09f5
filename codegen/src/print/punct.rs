//! Operators, and brackets that are no groups to `proc_macro2`.

use proc_macro2::{Delimiter, Group, Spacing, TokenTree};

/// The operators of more than one character.
pub(super) const OPERATORS: &[&str] = &[
    "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "...", "..=", "+=", "-=", "*=",
    "/=", "%=", "^=", "&=", "|=", "<<", ">>", "<<=", ">>=",
];

pub(super) fn is_bracket(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket
}

/// Whether a `|` begins the parameters of a closure: another one ends them.
pub(super) fn bars_close(rest: &[TokenTree], spacing: Spacing) -> bool {
    let bar = |it: &TokenTree| matches!(it, TokenTree::Punct(punct) if punct.as_char() == '|');
    spacing == Spacing::Alone && rest.iter().any(bar)
}

/// Whether a `<` is a bracket: another one closes it.
pub(super) fn angle_closes(rest: &[TokenTree], spacing: Spacing) -> bool {
    let mut depth = 1_usize;
    let mut arrow = false;
    for (index, token) in rest.iter().enumerate() {
        let TokenTree::Punct(punct) = token else {
            let braces = |it: &Group| it.delimiter() == Delimiter::Brace;
            if matches!(token, TokenTree::Group(group) if braces(group)) {
                return false;
            }
            arrow = false;
            continue;
        };
        match punct.as_char() {
            '<' => depth += 1,
            '>' if !arrow => depth -= 1,
            '=' if index == 0 && spacing == Spacing::Joint => return false,
            ';' => return false,
            _ => {}
        }
        if depth == 0 {
            return true;
        }
        arrow = matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint;
    }
    false
}
