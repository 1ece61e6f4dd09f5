//! Which method a page describes, and in which version of REST.

use super::page::{Part, Section, deep, texts};
use crate::docs::block::Kind;
use crate::docs::code::Call;

/// What speaks for a name, in the order in which it is believed.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The words of the title that look like a method.
    pub title: Vec<String>,
    /// What the first sentences call the method.
    pub prose: Vec<String>,
    /// What the examples call, each once.
    pub examples: Vec<String>,
}

/// A word that looks like a method: `imbot.chat.get`.
pub(super) fn is_method(word: &str) -> bool {
    let mut parts = 0;
    let good = word.split('.').all(|part| {
        parts += 1;
        part.starts_with(|it: char| it.is_ascii_alphabetic())
            && part
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-')
    });
    good && parts > 1 && !word.ends_with(".md") && !word.ends_with(".js") && !word.ends_with(".php")
}

/// Gathers what speaks for a name.
pub(super) fn names(title: &str, sections: &[Section<'_>], calls: &[Call]) -> Names {
    let mut out = Names::default();
    let clean = |word: &str| {
        word.trim_matches(['`', '"', '\'', ',', '.', ':', '(', ')', '*'])
            .to_owned()
    };
    out.title = title
        .split_whitespace()
        .map(clean)
        .filter(|it| is_method(it))
        .collect();
    if out.title.is_empty() {
        // Methods of one word end a title: `Get a List of Available Methods methods`.
        let last = title.split_whitespace().last().map(clean);
        let lower = last.filter(|it| it.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        out.title.extend(lower);
    }
    for section in sections.iter().filter(|it| it.part == Part::Intro) {
        for text in texts(section.blocks) {
            let plain = text.plain().to_lowercase();
            let speaks = plain.starts_with("the method")
                || plain.starts_with("method")
                || plain.starts_with("the `")
                || plain.contains("method");
            let first = text
                .spans
                .iter()
                .find(|it| it.code && !it.text.contains(' '));
            if let (true, Some(first)) = (speaks, first) {
                let word = clean(&first.text);
                let word_like = word
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-'));
                if word_like && first.link.is_none() {
                    push(&mut out.prose, word);
                    break;
                }
            }
        }
    }
    for call in calls {
        if let Some(method) = &call.method {
            push(&mut out.examples, method.clone());
        }
    }
    out
}

fn push(list: &mut Vec<String>, word: String) {
    if !list.iter().any(|it| it.eq_ignore_ascii_case(&word)) {
        list.push(word);
    }
}

/// What was decided about a name.
pub(super) enum Decided {
    /// Two sources agree, or nothing speaks against the one.
    Clear(String),
    /// The sources disagree; the best comes first.
    Unclear(Vec<String>),
    /// Nothing that looks like a method.
    None,
}

impl Names {
    /// Decides by what agrees: the title, the prose, the examples, and the file's name.
    pub(super) fn decide(&self, file: &str) -> Decided {
        let stem = file
            .rsplit('/')
            .next()
            .unwrap_or(file)
            .trim_end_matches(".md");
        let by_file = |name: &str| {
            flat(name) == flat(stem)
                || flat(stem).strip_suffix("restv3") == Some(&flat(name))
                || flat(stem).strip_suffix("v3") == Some(&flat(name))
        };
        let mut all: Vec<(&str, u32)> = Vec::new();
        let sources = [(&self.title, 2), (&self.prose, 2), (&self.examples, 2)];
        for (names, weight) in sources {
            for name in names {
                // A source that names many gives less to each.
                let weight = if names.len() > 1 { weight - 1 } else { weight };
                match all.iter_mut().find(|it| it.0.eq_ignore_ascii_case(name)) {
                    Some(known) => known.1 += weight,
                    None => all.push((name, weight)),
                }
            }
        }
        for (name, weight) in &mut all {
            if by_file(name) {
                *weight += 1;
            }
        }
        all.sort_by_key(|it| std::cmp::Reverse(it.1));
        match all.as_slice() {
            [] => Decided::None,
            [(name, weight)] if *weight >= 2 => Decided::Clear((*name).to_owned()),
            [(name, weight), (_, next), ..] if *weight >= 3 && weight > next => {
                Decided::Clear((*name).to_owned())
            }
            all => Decided::Unclear(all.iter().map(|it| it.0.to_owned()).collect()),
        }
    }
}

fn flat(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether the page says that it is about REST 3.0.
pub(super) fn says_v3(sections: &[Section<'_>]) -> bool {
    sections
        .iter()
        .filter(|it| it.part == Part::Intro)
        .any(|section| {
            deep(section.blocks).iter().any(|block| match &block.kind {
                Kind::Paragraph(text) => {
                    let plain = text.plain().to_lowercase();
                    plain.contains("belongs to rest 3.0")
                        || plain.contains("this is a rest 3.0 method")
                        || plain.contains("method of rest 3.0")
                }
                _ => false,
            })
        })
}

/// Whether the page says that webhooks may not call the method.
pub(super) fn needs_application(sections: &[Section<'_>]) -> bool {
    let intro = sections.iter().filter(|it| it.part == Part::Intro);
    intro.flat_map(|it| texts(it.blocks)).any(|text| {
        let plain = text.plain().to_lowercase();
        plain.split('\n').flat_map(|it| it.split(". ")).any(|it| {
            let it = it.trim();
            let subjects = ["the method ", "this method "];
            let said = subjects.iter().find_map(|subject| it.strip_prefix(subject));
            let only =
                said.is_some_and(|it| it.starts_with("works only") || it.starts_with("only works"));
            only && it.contains("context") && it.contains("application")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_that_agree_decide() {
        let of = |title: &[&str], prose: &[&str], examples: &[&str]| Names {
            title: title.iter().map(ToString::to_string).collect(),
            prose: prose.iter().map(ToString::to_string).collect(),
            examples: examples.iter().map(ToString::to_string).collect(),
        };
        let clear = |names: Names, file: &str| match names.decide(file) {
            Decided::Clear(name) => name,
            _ => "?".into(),
        };
        assert_eq!(
            clear(
                of(&["im.recent"], &["im.recent.pin"], &["im.recent.pin"]),
                "im-recent-pin.md"
            ),
            "im.recent.pin"
        );
        assert_eq!(clear(of(&["a.b"], &[], &[]), "x.md"), "a.b");
        assert_eq!(clear(of(&["a.b"], &["c.d"], &[]), "x.md"), "?");
        assert_eq!(clear(of(&["A.b"], &["a.B"], &["c.d"]), "a-b.md"), "A.b");
    }
}
