//! Replaces parts of a YAML file and leaves every other byte as it was.

use std::ops::Range;

use crate::file::{Doc, keys};
use crate::node::Kind;

/// The lines of an entry of mappings in block style, and how far its key is indented. Blank
/// lines and comments behind it belong to what follows.
///
/// None where the entry is not there or does not begin a line.
pub(crate) fn lines(doc: &Doc, way: &[&str]) -> Option<(Range<usize>, usize)> {
    let text = doc.text();
    let mut node = doc.root();
    let mut start = 0;
    let mut end = text.len();
    for name in way {
        let Kind::Map(entries) = &node.kind else {
            return None;
        };
        let entry = node.entry(name)?;
        start = entry.key_span.start;
        let after = entries.iter().map(|it| it.key_span.start);
        if let Some(next) = after.filter(|next| *next > start).min() {
            end = line_start(text, next)?;
        }
        node = &entry.value;
    }
    let first = line_start(text, start)?;
    let indent = start - first;
    if first >= end || text.get(first..start)?.bytes().any(|byte| byte != b' ') {
        return None;
    }
    let mut rest = text.get(first..end)?;
    while let Some(line) = rest.split_inclusive('\n').next_back() {
        let bare = line.trim_start_matches(' ');
        let comment = bare.starts_with('#') && line.len() - bare.len() <= indent;
        let kept = comment || line.trim().is_empty() || line.trim_end() == "...";
        if !kept || line.len() == rest.len() {
            break;
        }
        rest = rest.get(..rest.len() - line.len())?;
    }
    Some((first..first + rest.len(), indent))
}

fn line_start(text: &str, at: usize) -> Option<usize> {
    Some(text.get(..at)?.rfind('\n').map_or(0, |it| it + 1))
}

/// A text instead of a part of a file.
pub(crate) type Edit = (Range<usize>, String);

/// The edit that gives an entry other lines.
pub(crate) fn replace(
    doc: &Doc,
    way: &[&str],
    write: impl FnOnce(usize) -> Result<String, String>,
) -> Result<Edit, String> {
    let Some((range, indent)) = lines(doc, way) else {
        let name = way.last().copied().unwrap_or_default();
        return Err(format!("`{name}:` does not begin a line of its own"));
    };
    Ok((range, write(indent)?))
}

/// The edit that gives the method another spelling.
pub(crate) fn rename(doc: &Doc, old: &str, new: &str) -> Result<Edit, String> {
    let place = doc.place(&keys(&["method"]));
    let text = place.text();
    if !text.contains(old) {
        return Err("`method:` is not written out".into());
    }
    Ok((place.span(), text.replacen(old, new, 1)))
}

/// The text of a file after edits that do not overlap. Line ends stay what they were.
pub(crate) fn apply(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|(range, _)| range.start);
    let windows = text.contains("\r\n");
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(text.get(at..range.start)?);
        match windows {
            true => out.push_str(&new.replace('\n', "\r\n")),
            false => out.push_str(&new),
        }
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;
    use crate::diag::Report;
    use std::path::Path;

    fn doc(text: &str) -> Doc {
        let mut report = Report::default();
        let doc = Doc::parse(Path::new("a.yaml"), text.into(), &mut report);
        assert!(report.is_empty(), "{report}");
        doc.unwrap()
    }

    fn part(text: &str, way: &[&str]) -> Option<String> {
        lines(&doc(text), way).map(|(range, _)| text[range].to_owned())
    }

    #[test]
    fn comments_belong_to_what_they_stand_before() {
        let text = "\
# яблоко
method: é # here

# facts
facts: # mine
  a: |
    # text

    more
  # of b
  b:
    - 1 # one
    # of one

  # of nothing

# texts
texts: {}
";
        let facts = part(text, &["facts"]).unwrap();
        assert!(facts.starts_with("facts: # mine\n") && facts.ends_with("  # of nothing\n"));
        let a = part(text, &["facts", "a"]).unwrap();
        assert_eq!(a, "  a: |\n    # text\n\n    more\n");
        let b = part(text, &["facts", "b"]).unwrap();
        assert_eq!(b, "  b:\n    - 1 # one\n    # of one\n");
        assert_eq!(part(text, &["texts"]).unwrap(), "texts: {}\n");
        assert_eq!(part(text, &["rulings"]), None);
        assert_eq!(part("{ facts: { a: 1 } }", &["facts"]), None);
        assert_eq!(part("facts: { a: 1 }", &["facts", "a"]), None);
        assert_eq!(part("facts: 1", &["facts"]).unwrap(), "facts: 1");
        assert_eq!(
            part("---\nfacts: 1\n...\n", &["facts"]).unwrap(),
            "facts: 1\n"
        );
    }

    #[test]
    fn line_ends_stay() {
        let text = "method: a.b\r\nfacts: 1\r\ntexts: {}\r\n";
        let doc = doc(text);
        let facts = replace(&doc, &["facts"], |_| Ok("facts:\n  x: 2\n".into())).unwrap();
        let method = rename(&doc, "a.b", "a.B").unwrap();
        assert_eq!(
            apply(text, vec![facts, method]).unwrap(),
            "method: a.B\r\nfacts:\r\n  x: 2\r\ntexts: {}\r\n"
        );
    }
}
