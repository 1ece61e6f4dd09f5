//! Where items, statements and arms end.

use super::tree::{Held, Kind, Node};

/// Where the first item or statement ends.
pub(super) fn item_end(nodes: &[Node]) -> usize {
    let inner = |node: &&Node| node.kind == Kind::Inner;
    let inner = nodes.iter().take_while(inner).count();
    if inner > 0 {
        return inner;
    }
    let mut value = false;
    for (index, node) in nodes.iter().enumerate() {
        match node.kind {
            Kind::Semicolon => return index + 1,
            Kind::Equals => value = true,
            Kind::Group(held) if held.is_block() && !value => {
                // `else`, a call on it or a `?` make it part of something.
                let ends = match nodes.get(index + 1) {
                    Some(next) => next.space && !matches!(next.kind, Kind::Dot | Kind::Else),
                    None => true,
                };
                if ends {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    nodes.len()
}

/// Where the first arm of a `match` ends.
pub(super) fn arm_end(nodes: &[Node]) -> usize {
    let comma = nodes.iter().position(|node| node.kind == Kind::Comma);
    let arrow = nodes.iter().position(|node| node.kind == Kind::Arrow);
    match arrow.map(|at| (at, nodes.get(at + 1))) {
        Some((at, Some(node))) if node.kind == Kind::Group(Held::Statements) => {
            let comma = comma == Some(at + 2);
            at + 2 + usize::from(comma)
        }
        _ => comma.map_or(nodes.len(), |at| at + 1),
    }
}

pub(super) fn ends_in_block(arm: &[Node]) -> bool {
    arm.last()
        .is_some_and(|it| it.kind == Kind::Group(Held::Statements))
}

/// Whether an empty line stands between two items.
pub(super) fn is_apart(before: &[Node], item: &[Node], indent: usize) -> bool {
    let long = |item: &[Node]| {
        item.iter().any(|node| {
            let block = matches!(node.kind, Kind::Group(held) if held.is_block());
            block || matches!(node.kind, Kind::Doc | Kind::Attribute | Kind::Inner)
        })
    };
    indent == 0 || long(before) || long(item)
}
