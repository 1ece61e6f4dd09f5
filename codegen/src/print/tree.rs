//! The pieces of a text that is in one line, and where it may be broken.

/// What a piece is to the layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// What nothing is broken at: a name, a literal, most operators.
    Word,
    Comma,
    Semicolon,
    Colon,
    /// The `=` before a value.
    Equals,
    /// The `=>` of an arm.
    Arrow,
    Dot,
    Else,
    /// A `|` between patterns.
    Or,
    /// A line of documentation of what follows.
    Doc,
    /// An attribute of what follows.
    Attribute,
    /// Either of them, of what it is in.
    Inner,
    Group(Held),
}

/// What the brackets of a group hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Held {
    /// Arguments, or the parts of a tuple.
    Values,
    /// Values in square brackets.
    List,
    /// What a macro takes. A comma at the end may mean something to it.
    Macro,
    /// The parameters of a function, or the types of a variant.
    Types,
    /// What stands between `<` and `>`.
    Angle,
    /// The parameters of a closure, with their bars.
    Bars,
    /// What an attribute says.
    Meta,
    /// Members of a type.
    Members,
    /// Members of a value.
    Fields,
    Arms,
    Items,
    Statements,
    /// The names of an import.
    Names,
}

impl Held {
    /// Whether the braces end an item or a statement.
    pub(super) fn is_block(self) -> bool {
        matches!(
            self,
            Self::Members | Self::Arms | Self::Items | Self::Statements
        )
    }

    /// Whether what is in the brackets can have documentation, which ends a line.
    pub(super) fn is_lines(self) -> bool {
        self.is_block() || matches!(self, Self::Fields | Self::Types)
    }
}

/// A piece of the text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it stands in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a space stands before it.
    pub(super) space: bool,
    /// Whether it cannot stand in one line.
    pub(super) broken: bool,
    /// What is in a group.
    pub(super) inner: Vec<Node>,
}

// How wide what is in brackets may be in one line, as rustfmt has it.
const VALUES: usize = 60;
const FIELDS: usize = 18;
const META: usize = 70;
const CHAIN: usize = 60;

/// Whether what a group holds needs lines of its own, wherever it stands.
pub(super) fn is_broken(held: Held, inner: &[Node]) -> bool {
    let several = inner.iter().any(|node| node.kind == Kind::Comma);
    let most = match held {
        Held::Members | Held::Arms | Held::Items | Held::Statements => 0,
        Held::Fields => FIELDS,
        Held::Meta if several => META,
        Held::Values | Held::List | Held::Macro if several || ends_in_call(inner) => VALUES,
        _ => usize::MAX,
    };
    width(inner) > most
        || inner.iter().any(|node| node.broken)
        || parts(inner, Kind::Comma).any(is_long_chain)
}

fn ends_in_call(nodes: &[Node]) -> bool {
    nodes.last().is_some_and(|last| {
        let call = matches!(last.kind, Kind::Group(Held::Values | Held::Macro));
        call && !last.inner.is_empty()
    })
}

/// Whether a group holds one thing only, which ends in a group: the two are broken as one.
pub(super) fn is_nested(held: Held, inner: &[Node]) -> bool {
    let brackets = matches!(held, Held::Values | Held::List | Held::Macro);
    let group = inner.last().is_some_and(|last| {
        let brackets = match last.kind {
            Kind::Group(held) => !matches!(held, Held::Angle | Held::Bars),
            _ => false,
        };
        brackets && !last.inner.is_empty()
    });
    let divides = |node: &Node| matches!(node.kind, Kind::Comma | Kind::Dot);
    brackets && group && !inner.iter().any(divides)
}

/// What stands between the commas, or whatever divides.
pub(super) fn parts(nodes: &[Node], by: Kind) -> impl Iterator<Item = &[Node]> {
    nodes
        .split_inclusive(move |node| node.kind == by)
        .map(move |part| match part {
            [rest @ .., last] if last.kind == by => rest,
            part => part,
        })
}

/// Whether nodes may stand in one line, if it is wide enough.
pub(super) fn is_whole(nodes: &[Node]) -> bool {
    !nodes.iter().any(|node| node.broken) && !is_long_chain(nodes)
}

/// Whether there are calls on a value that rustfmt would put in lines of their own.
fn is_long_chain(nodes: &[Node]) -> bool {
    is_chain(nodes) && width(nodes) > CHAIN
}

/// Whether there are several members and calls, one on the other.
pub(super) fn is_chain(nodes: &[Node]) -> bool {
    nodes.iter().filter(|node| node.kind == Kind::Dot).count() > 1
}

/// How wide nodes are in one line.
pub(super) fn width(nodes: &[Node]) -> usize {
    match (nodes.first(), nodes.last()) {
        (Some(first), Some(last)) => last.end - first.start,
        _ => 0,
    }
}
