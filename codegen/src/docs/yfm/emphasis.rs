//! Which stars and underscores are marks, and what they mark.

use super::inline::{Kind, Mark, Token};

/// How far back a beginning is looked for.
const REACH: usize = 16;

/// Pairs the marks, says what is strong, and leaves the signs that are no marks.
pub(super) fn resolve(tokens: &mut [Token<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    // Where strong text begins (1) and ends (-1).
    let mut edges = vec![0_i32; tokens.len() + 1];
    for index in 0..tokens.len() {
        let Some(mut mark) = mark(tokens, index) else {
            continue;
        };
        while mark.closes && mark.left > 0 {
            let bottom = open.len().saturating_sub(REACH);
            let found = (bottom..open.len()).rev().find_map(|place| {
                let other = self::mark(tokens, *open.get(place)?)?;
                pairs(other, mark).then_some((place, other))
            });
            let Some((place, mut opener)) = found else {
                break;
            };
            let taken = if opener.left >= 2 && mark.left >= 2 {
                2
            } else {
                1
            };
            open.truncate(place + 1);
            let Some(&start) = open.last() else { break };
            if taken == 2 {
                add(&mut edges, start + 1, 1);
                add(&mut edges, index, -1);
            }
            opener.left -= taken;
            mark.left -= taken;
            if opener.left == 0 {
                open.pop();
            }
            set(tokens, start, opener);
        }
        set(tokens, index, mark);
        if mark.opens && mark.left > 0 {
            open.push(index);
        }
    }
    let mut depth = 0;
    for (token, edge) in tokens.iter_mut().zip(edges) {
        depth += edge;
        token.strong = depth > 0;
    }
}

fn mark(tokens: &[Token<'_>], index: usize) -> Option<Mark> {
    match tokens.get(index)?.kind {
        Kind::Mark(mark) => Some(mark),
        _ => None,
    }
}

fn set(tokens: &mut [Token<'_>], index: usize, mark: Mark) {
    if let Some(token) = tokens.get_mut(index) {
        token.kind = Kind::Mark(mark);
    }
}

fn add(edges: &mut [i32], index: usize, by: i32) {
    if let Some(edge) = edges.get_mut(index) {
        *edge += by;
    }
}

/// Whether one mark ends what the other begins: the rule of `CommonMark`, by which a single
/// star within `**…**` is a star.
fn pairs(opener: Mark, closer: Mark) -> bool {
    let either = (opener.opens && opener.closes) || (closer.opens && closer.closes);
    let thirds = (opener.length + closer.length).is_multiple_of(3)
        && !(opener.length.is_multiple_of(3) && closer.length.is_multiple_of(3));
    opener.sign == closer.sign && !(either && thirds)
}
