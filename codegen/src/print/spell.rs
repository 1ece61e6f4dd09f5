//! From tokens to text in one line: spaces, and what brackets hold.

use std::fmt::{Display, Write};
use std::{mem, vec};

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

use super::doc;
use super::punct::{OPERATORS, angle_closes, bars_close, is_bracket};
use super::tree::{Held, Kind, Node, is_broken};

/// The text of tokens in one line, and its pieces.
pub(super) fn spell(tokens: TokenStream) -> (String, Vec<Node>) {
    let mut speller = Speller {
        text: String::new(),
    };
    let nodes = speller.sequence(&mut cursor(tokens), Held::Items);
    (speller.text, nodes)
}

type Cursor = vec::IntoIter<TokenTree>;

/// The tokens are taken out of their stream, not copied, if nothing else holds it.
fn cursor(tokens: TokenStream) -> Cursor {
    tokens.into_iter().collect::<Vec<_>>().into_iter()
}

struct Speller {
    text: String,
}

/// What the last token was to the next one.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Last {
    /// Nothing, or what the next one follows without a space, like `&` and `::`.
    Open,
    /// The `.` before a member.
    Dot,
    /// A value or a type: calls, indices and operators can follow.
    Operand,
    /// A word that brackets follow without a space, like `pub` and `impl`.
    Declaring,
    /// The `!` of a macro.
    Macro,
    /// Anything that a space follows.
    Other,
}

/// What is known of a sequence so far.
struct State {
    held: Held,
    last: Last,
    /// What the next braces hold, as a keyword says.
    braces: Option<Held>,
    /// Whether the next parentheses are those of a function's parameters.
    function: bool,
    nodes: Vec<Node>,
}

impl State {
    fn new(held: Held, tokens: usize) -> Self {
        Self {
            held,
            last: Last::Open,
            braces: None,
            function: false,
            nodes: Vec::with_capacity(tokens),
        }
    }

    /// Another item, statement or value begins.
    fn begin(&mut self) {
        self.braces = None;
        self.function = false;
    }
}

impl Speller {
    fn sequence(&mut self, tokens: &mut Cursor, held: Held) -> Vec<Node> {
        let mut state = State::new(held, tokens.len());
        self.tokens(&mut state, tokens, None);
        state.nodes
    }

    /// Spells tokens up to a character that closes, or to the end; whether it was found.
    fn tokens(&mut self, state: &mut State, tokens: &mut Cursor, close: Option<char>) -> bool {
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => self.word(state, &ident),
                TokenTree::Literal(literal) => {
                    let start = self.space(state.last);
                    self.write(&literal);
                    self.push(state, Kind::Word, start, Last::Operand);
                }
                TokenTree::Punct(punct) if close == Some(punct.as_char()) => return true,
                TokenTree::Punct(punct) => self.punct(state, &punct, tokens),
                TokenTree::Group(group) => self.group(state, group),
            }
        }
        false
    }

    fn write(&mut self, token: &impl Display) {
        // A string takes all that is written to it.
        let _ = write!(self.text, "{token}");
    }

    /// A space, if one belongs before the next token: where it stands or would stand.
    fn space(&mut self, last: Last) -> usize {
        let start = self.text.len();
        if !matches!(last, Last::Open | Last::Dot) {
            self.text.push(' ');
        }
        start
    }

    /// Ends a node that begins at `start` with or without a space.
    fn push(&mut self, state: &mut State, kind: Kind, start: usize, last: Last) {
        let space = self.text[start..].starts_with(' ');
        state.nodes.push(Node {
            kind,
            start: start + usize::from(space),
            end: self.text.len(),
            space,
            broken: matches!(kind, Kind::Doc | Kind::Inner),
            inner: Vec::new(),
        });
        state.last = last;
    }

    fn word(&mut self, state: &mut State, ident: &Ident) {
        let start = self.space(state.last);
        self.write(&ident);
        let word = self.text[start..].trim_start_matches(' ');
        let (last, braces) = match word {
            _ if state.last == Last::Dot => (Last::Operand, None),
            "match" => (Last::Other, Some(Held::Arms)),
            "if" | "while" => (Last::Other, Some(Held::Statements)),
            "for" | "fn" => (Last::Declaring, Some(Held::Statements)),
            "struct" | "enum" => (Last::Other, Some(Held::Members)),
            "impl" => (Last::Declaring, Some(Held::Items)),
            "trait" | "mod" | "extern" => (Last::Other, Some(Held::Items)),
            "use" => (Last::Other, Some(Held::Names)),
            "pub" => (Last::Declaring, None),
            "as" | "async" | "break" | "const" | "continue" | "dyn" | "else" | "in" | "let"
            | "loop" | "move" | "mut" | "ref" | "return" | "static" | "type" | "unsafe"
            | "where" => (Last::Other, None),
            _ => (Last::Operand, None),
        };
        let is_else = word == "else";
        state.function |= word == "fn";
        // The first keyword decides: `for` and `fn` follow others, `impl` may be a type.
        if state.braces.is_none() || word == "fn" {
            state.braces = braces;
        }
        let kind = if is_else { Kind::Else } else { Kind::Word };
        self.push(state, kind, start, last);
    }

    fn punct(&mut self, state: &mut State, punct: &Punct, tokens: &mut Cursor) {
        let after_operand = state.last == Last::Operand;
        let c = punct.as_char();
        if c == '<' && angle_closes(tokens.as_slice(), punct.spacing()) {
            return self.enclosed(state, tokens, Held::Angle);
        }
        if c == '|' && !after_operand && bars_close(tokens.as_slice(), punct.spacing()) {
            return self.enclosed(state, tokens, Held::Bars);
        }
        match (c, tokens.as_slice()) {
            ('#', [TokenTree::Group(group), ..]) if is_bracket(group) => {
                return self.attribute(state, tokens, false);
            }
            ('#', [TokenTree::Punct(bang), TokenTree::Group(group), ..])
                if bang.as_char() == '!' && is_bracket(group) =>
            {
                tokens.next();
                return self.attribute(state, tokens, true);
            }
            ('\'', [TokenTree::Ident(name), ..]) => {
                let start = self.space(state.last);
                self.text.push('\'');
                self.write(name);
                tokens.next();
                return self.push(state, Kind::Word, start, Last::Other);
            }
            _ => {}
        }
        let start = self.text.len();
        self.operator(punct, tokens);
        let (before, kind, last) = match &self.text[start..] {
            "," => (false, Kind::Comma, Last::Other),
            ";" => (false, Kind::Semicolon, Last::Other),
            ":" => (false, Kind::Colon, Last::Other),
            "." => (false, Kind::Dot, Last::Dot),
            "?" => (!after_operand, Kind::Word, Last::Operand),
            "::" => (!after_operand, Kind::Word, Last::Open),
            ".." | "..=" => (!after_operand, Kind::Word, Last::Open),
            "!" if after_operand => (false, Kind::Word, Last::Macro),
            "!" | "&" | "*" | "-" | "&&" if !after_operand => (true, Kind::Word, Last::Open),
            "=" if state.braces.is_none() => (true, Kind::Equals, Last::Other),
            "=>" => (true, Kind::Arrow, Last::Other),
            "|" => (true, Kind::Or, Last::Other),
            _ => (true, Kind::Word, Last::Other),
        };
        if before && !matches!(state.last, Last::Open | Last::Dot) {
            self.text.insert(start, ' ');
        }
        match kind {
            Kind::Comma | Kind::Semicolon => state.begin(),
            Kind::Arrow => state.braces = None,
            _ => {}
        }
        self.push(state, kind, start, last);
    }

    /// Writes an operator, of which the first character is taken already.
    fn operator(&mut self, first: &Punct, tokens: &mut Cursor) {
        let start = self.text.len();
        self.text.push(first.as_char());
        let mut joint = first.spacing() == Spacing::Joint;
        while let (true, Some(TokenTree::Punct(next))) = (joint, tokens.as_slice().first()) {
            self.text.push(next.as_char());
            if !OPERATORS.contains(&&self.text[start..]) {
                // Two that are written without a space, like `&` and `'` in `&'a`.
                self.text.pop();
                break;
            }
            joint = next.spacing() == Spacing::Joint;
            tokens.next();
        }
    }

    /// What stands in angle brackets or in the bars of a closure; the first is taken already.
    fn enclosed(&mut self, state: &mut State, tokens: &mut Cursor, held: Held) {
        let (open, close) = match held {
            Held::Angle => ("<", '>'),
            _ => ("|", '|'),
        };
        let glued = matches!(state.last, Last::Operand | Last::Declaring);
        let start = match held {
            Held::Angle if glued => self.text.len(),
            _ => self.space(state.last),
        };
        self.text.push_str(open);
        let opened = self.text.len();
        let mut inner = State::new(held, 0);
        if self.tokens(&mut inner, tokens, Some(close)) {
            self.text.push(close);
            self.close(state, held, start, inner.nodes);
        } else {
            // It was an operator, after all.
            self.push(state, Kind::Word, start, inner.last);
            if let Some(node) = state.nodes.last_mut() {
                node.end = opened;
            }
            state.nodes.append(&mut inner.nodes);
        }
        if held == Held::Bars {
            state.last = Last::Other;
        }
    }

    /// An attribute; what stands before its brackets is taken already.
    fn attribute(&mut self, state: &mut State, tokens: &mut Cursor, inside: bool) {
        let start = self.space(state.last);
        let Some(TokenTree::Group(group)) = tokens.next() else {
            return;
        };
        let stream = group.stream();
        drop(group);
        let mut meta = cursor(stream);
        let line = doc::line(meta.as_slice()).filter(|_| state.held.is_lines());
        if let Some(line) = line {
            self.text.push_str(if inside { "//!" } else { "///" });
            self.text.push_str(&line);
            let kind = if inside { Kind::Inner } else { Kind::Doc };
            self.push(state, kind, start, Last::Other);
            return;
        }
        self.text.push_str(if inside { "#![" } else { "#[" });
        let inner = self.sequence(&mut meta, Held::Meta);
        self.text.push(']');
        let broken = inner.iter().any(|node| node.broken);
        let kind = if inside { Kind::Inner } else { Kind::Attribute };
        self.push(state, kind, start, Last::Other);
        if let Some(node) = state.nodes.last_mut() {
            node.inner = inner;
            node.broken |= broken;
        }
    }

    fn group(&mut self, state: &mut State, group: Group) {
        let delimiter = group.delimiter();
        // With the group gone, the tokens are taken out of it instead of copied.
        let stream = group.stream();
        drop(group);
        let mut tokens = cursor(stream);
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::None => {
                self.tokens(state, &mut tokens, None);
                return;
            }
        };
        let glued = matches!(state.last, Last::Operand | Last::Declaring | Last::Macro);
        let held = self.held(state, delimiter);
        let start = match delimiter {
            Delimiter::Parenthesis | Delimiter::Bracket if glued => self.text.len(),
            _ => self.space(state.last),
        };
        self.text.push_str(open);
        let padded = delimiter == Delimiter::Brace && held != Held::Names && tokens.len() > 0;
        if padded {
            self.text.push(' ');
        }
        let mut inner = self.sequence(&mut tokens, held);
        let commas = inner.iter().filter(|node| node.kind == Kind::Comma).count();
        // A tuple of one is told from a value in parentheses by its comma.
        let droppable = match held {
            Held::Values | Held::Types => commas > 1 || state.last == Last::Operand,
            Held::Macro => false,
            _ => true,
        };
        if droppable && let Some(last) = inner.pop_if(|last| last.kind == Kind::Comma) {
            self.text.truncate(last.start);
        }
        if padded {
            self.text.push(' ');
        }
        self.text.push_str(close);
        self.close(state, held, start, inner);
        if held.is_block() {
            // What follows a block begins anew, unless it goes on with a dot.
            state.begin();
        }
    }

    /// Ends a group whose brackets are written.
    fn close(&mut self, state: &mut State, held: Held, start: usize, inner: Vec<Node>) {
        let broken = is_broken(held, &inner);
        self.push(state, Kind::Group(held), start, Last::Operand);
        if let Some(node) = state.nodes.last_mut() {
            node.inner = inner;
            node.broken = broken;
        }
    }

    /// What a group holds, as what is before it says.
    fn held(&self, state: &mut State, delimiter: Delimiter) -> Held {
        match delimiter {
            _ if state.last == Last::Macro => Held::Macro,
            Delimiter::Parenthesis if state.held == Held::Members => Held::Types,
            Delimiter::Parenthesis if mem::take(&mut state.function) => Held::Types,
            Delimiter::Parenthesis if state.held == Held::Meta => Held::Meta,
            Delimiter::Parenthesis | Delimiter::None => Held::Values,
            Delimiter::Bracket => Held::List,
            Delimiter::Brace => match state.braces.take() {
                Some(held) => held,
                None if state.held == Held::Names || state.last == Last::Open => Held::Names,
                None if state.last == Last::Operand => Held::Fields,
                None => Held::Statements,
            },
        }
    }
}
