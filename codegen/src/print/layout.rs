//! From pieces to lines.

use super::item::{arm_end, ends_in_block, is_apart, item_end};
use super::tree::{Held, Kind, Node, is_chain, is_nested, is_whole, parts, width};

/// How wide a line may be.
const WIDTH: usize = 100;
/// How far what is inside stands to the right.
const INDENT: usize = 4;
/// How wide what is in a list may be, for several to stand in a line.
const SHORT: usize = 10;

/// The text of nodes, which are items, in lines.
pub(super) fn lines(text: &str, nodes: &[Node]) -> String {
    let mut layout = Layout {
        text,
        out: String::with_capacity(text.len() + text.len() / 4),
        line: 0,
        ended: None,
    };
    layout.items(nodes, 0);
    if !layout.out.is_empty() {
        layout.out.push('\n');
    }
    layout.out
}

struct Layout<'t> {
    /// All in one line.
    text: &'t str,
    out: String,
    /// Where the last line begins.
    line: usize,
    /// The indent of the next line, if the last one ended with documentation.
    ended: Option<usize>,
}

impl Layout<'_> {
    fn column(&self) -> usize {
        self.out.len() - self.line
    }

    fn put(&mut self, text: &str) {
        if let Some(indent) = self.ended {
            self.newline(indent);
        }
        self.out.push_str(text);
    }

    fn newline(&mut self, indent: usize) {
        self.ended = None;
        self.out.push('\n');
        self.line = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Nodes in one line.
    fn flat(&mut self, nodes: &[Node]) {
        if let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
            self.put(&self.text[first.start..last.end]);
        }
    }

    /// Items, one below the other, from where the line is now.
    fn items(&mut self, nodes: &[Node], indent: usize) {
        let mut rest = nodes;
        let mut before: Option<&[Node]> = None;
        while !rest.is_empty() {
            let (item, more) = rest.split_at(item_end(rest));
            if let Some(before) = before {
                if is_apart(before, item, indent) {
                    self.out.push('\n');
                }
                self.newline(indent);
            }
            self.with_attributes(item, indent, 0);
            before = Some(item);
            rest = more;
        }
    }

    fn statements(&mut self, nodes: &[Node], indent: usize) {
        let mut rest = nodes;
        while !rest.is_empty() {
            let (statement, more) = rest.split_at(item_end(rest));
            self.newline(indent);
            self.with_attributes(statement, indent, 0);
            rest = more;
        }
    }

    /// Attributes and documentation in lines of their own, and what they belong to.
    fn with_attributes(&mut self, nodes: &[Node], indent: usize, tail: usize) {
        let rest = self.attributes(nodes, indent);
        self.run(rest, indent, tail);
    }

    /// Attributes and documentation in lines of their own; what is left.
    fn attributes<'n>(&mut self, nodes: &'n [Node], indent: usize) -> &'n [Node] {
        let mut rest = nodes;
        while let [node, more @ ..] = rest {
            match node.kind {
                Kind::Attribute | Kind::Doc | Kind::Inner => self.attribute(node, indent),
                _ => break,
            }
            if !more.is_empty() {
                self.newline(indent);
            }
            rest = more;
        }
        rest
    }

    fn attribute(&mut self, node: &Node, indent: usize) {
        match (node.inner.first(), node.inner.last()) {
            (Some(first), Some(last)) => {
                self.put(&self.text[node.start..first.start]);
                self.walk(&node.inner, indent, 1);
                self.put(&self.text[last.end..node.end]);
            }
            _ => {
                self.flat(std::slice::from_ref(node));
                let doc = self.text[node.start..].starts_with('/');
                self.ended = doc.then_some(indent);
            }
        }
    }

    /// Nodes from where the line is now, in one line if they fit; `tail` is how much follows.
    fn run(&mut self, nodes: &[Node], indent: usize, tail: usize) {
        if is_whole(nodes) && self.column() + width(nodes) + tail <= WIDTH {
            return self.flat(nodes);
        }
        if let Some(at) = nodes.iter().position(|node| node.kind == Kind::Equals) {
            let (target, value) = nodes.split_at(at + 1);
            self.walk(target, indent, 0);
            return self.value(value, indent, tail);
        }
        if nodes.iter().any(|node| node.kind == Kind::Or) {
            return self.divided(nodes, Kind::Or, indent, tail);
        }
        if is_chain(nodes) {
            return self.divided(nodes, Kind::Dot, indent + INDENT, tail);
        }
        self.walk(nodes, indent, tail);
    }

    /// What stands behind `=`, `=>` or the `:` of a member: in the next line, if it is whole there
    /// or could not even begin here.
    fn value(&mut self, nodes: &[Node], indent: usize, tail: usize) {
        let whole = is_whole(nodes);
        let all = width(nodes) + tail;
        let deeper = indent + INDENT;
        let here = self.column() + 1;
        let begins = here + up_to_break(nodes, false, tail) <= WIDTH;
        if here + all > WIDTH && (whole && deeper + all <= WIDTH || !begins) {
            self.newline(deeper);
            return self.run(nodes, deeper, tail);
        }
        self.put(" ");
        self.run(nodes, indent, tail);
    }

    /// A line for each part that begins with a node of the kind, but the first.
    fn divided(&mut self, nodes: &[Node], by: Kind, indent: usize, tail: usize) {
        let mut from = 0;
        while from < nodes.len() {
            let more = nodes[from + 1..].iter().position(|node| node.kind == by);
            let to = more.map_or(nodes.len(), |more| from + 1 + more);
            let part = &nodes[from..to];
            // Calls go on in the line of a value whose name is as short as the indent.
            let short = by == Kind::Dot && self.column() <= indent;
            if from > 0 && !short {
                self.newline(indent);
            }
            self.walk(part, indent, if to == nodes.len() { tail } else { 0 });
            from = to;
        }
    }

    /// Nodes one after the other. Groups are broken as soon as what follows would not fit.
    fn walk(&mut self, nodes: &[Node], indent: usize, tail: usize) {
        // rustfmt keeps the indent free behind parameters that are broken.
        let mut kept = 0;
        for (index, node) in nodes.iter().enumerate() {
            let Kind::Group(held) = node.kind else {
                self.apart(node, index);
                self.attribute(node, indent);
                continue;
            };
            let body = held == Held::Statements;
            match body && self.column() + 2 + kept > WIDTH {
                true => self.newline(indent),
                false => self.apart(node, index),
            }
            let types = held == Held::Angle;
            let after = up_to_break(&nodes[index + 1..], types, tail);
            let fits = self.column() + node.end - node.start + after <= WIDTH;
            match node.inner.is_empty() || (!node.broken && fits) {
                true => self.flat(std::slice::from_ref(node)),
                false => {
                    self.broken(node, held, indent);
                    kept = indent;
                }
            }
        }
    }

    /// The space before a node, if it is not the first.
    fn apart(&mut self, node: &Node, index: usize) {
        if node.space && index > 0 {
            self.put(" ");
        }
    }

    /// A group with its brackets in different lines.
    fn broken(&mut self, node: &Node, held: Held, indent: usize) {
        let deeper = indent + INDENT;
        let (open, close) = (node.start + 1, node.end - 1);
        self.put(&self.text[node.start..open]);
        match held {
            Held::Items => {
                self.newline(deeper);
                self.items(&node.inner, deeper);
            }
            Held::Statements => self.statements(&node.inner, deeper),
            Held::Arms => self.arms(&node.inner, deeper),
            Held::Names => self.filled(&node.inner, deeper),
            Held::List if are_short(&node.inner) => self.filled(&node.inner, deeper),
            Held::Bars => {
                self.walk(&node.inner, indent, 1);
                return self.put(&self.text[close..node.end]);
            }
            _ => {
                if let ([before @ .., last], true) = (&*node.inner, is_nested(held, &node.inner)) {
                    self.walk(before, indent, 0);
                    self.apart(last, before.len());
                    if let Kind::Group(held) = last.kind {
                        self.broken(last, held, indent);
                    }
                    return self.put(&self.text[close..node.end]);
                }
                self.vertical(&node.inner, held, deeper);
            }
        }
        self.newline(indent);
        self.put(&self.text[close..node.end]);
    }

    /// A line for each part, with a comma, in most groups even after the last.
    fn vertical(&mut self, nodes: &[Node], held: Held, indent: usize) {
        let mut left = parts(nodes, Kind::Comma).count();
        for part in parts(nodes, Kind::Comma) {
            left -= 1;
            self.newline(indent);
            match held {
                Held::Meta => self.walk(part, indent, 1),
                Held::Members => self.member(part, indent),
                _ => self.with_attributes(part, indent, 1),
            }
            let rest = |it: &Node| self.text[it.start..].starts_with("..");
            let comma = left > 0
                || match held {
                    // A comma may mean something to a macro.
                    Held::Macro | Held::Meta => {
                        nodes.last().is_some_and(|it| it.kind == Kind::Comma)
                    }
                    Held::Fields => !part.first().is_some_and(rest),
                    _ => true,
                };
            if comma {
                self.put(",");
            }
        }
    }

    /// A member of a type; a type that does not fit behind its name stands below it.
    fn member(&mut self, nodes: &[Node], indent: usize) {
        let member = self.attributes(nodes, indent);
        match member.iter().position(|node| node.kind == Kind::Colon) {
            Some(colon) => {
                self.walk(&member[..=colon], indent, 0);
                self.value(&member[colon + 1..], indent, 1);
            }
            None => self.run(member, indent, 1),
        }
    }

    /// As many parts in each line as fit.
    fn filled(&mut self, nodes: &[Node], indent: usize) {
        self.newline(indent);
        for (index, part) in parts(nodes, Kind::Comma).enumerate() {
            if index > 0 {
                match self.column() + 1 + width(part) < WIDTH {
                    true => self.put(" "),
                    false => self.newline(indent),
                }
            }
            self.run(part, indent, 1);
            self.put(",");
        }
    }

    fn arms(&mut self, nodes: &[Node], indent: usize) {
        let mut rest = nodes;
        while !rest.is_empty() {
            let (arm, more) = rest.split_at(arm_end(rest));
            rest = more;
            self.newline(indent);
            let (arm, comma) = match self.attributes(arm, indent) {
                [arm @ .., last] if last.kind == Kind::Comma => (arm, true),
                arm => (arm, !ends_in_block(arm)),
            };
            let whole = is_whole(arm);
            let arrow = arm.iter().position(|node| node.kind == Kind::Arrow);
            match arrow {
                Some(at) if !whole || self.column() + width(arm) >= WIDTH => {
                    let (pattern, value) = arm.split_at(at);
                    match pattern.iter().any(|node| node.kind == Kind::Or) {
                        true => self.divided(pattern, Kind::Or, indent, 3),
                        false => self.run(pattern, indent, 3),
                    }
                    self.put(" =>");
                    self.value(&value[1..], indent, 1);
                }
                _ => self.run(arm, indent, 1),
            }
            if comma {
                self.put(",");
            }
        }
    }
}

/// How wide nodes are, up to where the line may be broken.
fn up_to_break(nodes: &[Node], types: bool, tail: usize) -> usize {
    let from = nodes
        .first()
        .map_or(0, |first| first.start - usize::from(first.space));
    for node in nodes {
        match node.kind {
            Kind::Group(Held::Bars) => {}
            // Types are broken last: what is before them is, if they do not fit as a whole.
            Kind::Group(Held::Angle) if !types && !node.broken => {}
            // Behind types that are too wide, the body of a function has a line of its own.
            Kind::Group(Held::Statements) if types => return node.start - 1 - from,
            Kind::Group(_) if !node.inner.is_empty() => return node.start + 1 - from,
            _ => {}
        }
    }
    nodes.last().map_or(0, |last| last.end - from) + tail
}

/// Whether all of a list is so short that several stand in a line.
fn are_short(nodes: &[Node]) -> bool {
    parts(nodes, Kind::Comma).all(|part| width(part) <= SHORT)
}
