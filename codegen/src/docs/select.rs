//! What of the documentation an import is asked for.

use std::collections::BTreeSet;

use super::draft::{Docs, Draft};
use crate::diag::closest;
use crate::format::{Field, Rest};

/// Leaves only what was asked for: everything, if nothing was.
///
/// A name is a method's, with `v3:` before it where REST 3.0 is meant. What is no method's
/// name is a section: a folder of the documentation by one or more of its parts, what the
/// names of methods begin with, or a scope.
///
/// # Errors
///
/// Names that mean nothing, each with what may be meant.
pub(crate) fn select(docs: &mut Docs, wanted: &[String]) -> Result<(), String> {
    if wanted.is_empty() {
        return Ok(());
    }
    let mut chosen = BTreeSet::new();
    let mut unknown = Vec::new();
    for name in wanted {
        let found = find(docs, name);
        if found.is_empty() && !docs.skipped.iter().any(|it| lies_in(&it.page, name)) {
            unknown.push(refuse(docs, name));
        }
        chosen.extend(found);
    }
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    let mut index = 0;
    docs.methods.retain(|_| {
        index += 1;
        chosen.contains(&(index - 1))
    });
    docs.skipped
        .retain(|it| wanted.iter().any(|name| lies_in(&it.page, name)));
    // What belongs to all methods is left to an import of all.
    docs.system_errors = None;
    let types = used(docs);
    docs.types.retain(|it| types.contains(&it.name));
    docs.findings.retain(|it| {
        let mut way = it.fact.split('.');
        way.next() == Some("types") && way.next().is_some_and(|name| types.contains(name))
    });
    Ok(())
}

/// The name of a method with its version.
fn key(draft: &Draft) -> String {
    match draft.facts.rest {
        Rest::Classic => draft.method.to_lowercase(),
        Rest::V3 => format!("v3:{}", draft.method.to_lowercase()),
    }
}

fn find(docs: &Docs, name: &str) -> Vec<usize> {
    let lower = name.to_lowercase();
    let all = |of: &dyn Fn(&Draft) -> bool| -> Vec<usize> {
        let methods = docs.methods.iter().enumerate();
        methods
            .filter(|(_, it)| of(it))
            .map(|(index, _)| index)
            .collect()
    };
    let found = all(&|it| key(it) == lower);
    if !found.is_empty() {
        return found;
    }
    let found = all(&|it| it.method.to_lowercase() == lower);
    if !found.is_empty() {
        return found;
    }
    let prefix = format!("{}.", lower.trim_end_matches('.'));
    all(&|it| {
        lies_in(&it.facts.page, name)
            || it.method.to_lowercase().starts_with(&prefix)
            || it.facts.scopes.contains(&lower)
    })
}

/// Whether a page lies in a folder, or is the one that is named.
fn lies_in(page: &str, folder: &str) -> bool {
    let folder = folder.trim_matches('/');
    !folder.is_empty() && (page == folder || format!("/{page}").contains(&format!("/{folder}/")))
}

fn refuse(docs: &Docs, name: &str) -> String {
    let mut known = BTreeSet::new();
    for draft in &docs.methods {
        known.insert(key(draft));
        known.extend(draft.facts.scopes.iter().cloned());
        let starts = draft.method.match_indices('.');
        known.extend(starts.filter_map(|(at, _)| draft.method.get(..at).map(str::to_owned)));
        let mut parts = draft.facts.page.split('/').collect::<Vec<_>>();
        while parts.pop().is_some() && !parts.is_empty() {
            known.insert(parts.join("/"));
            known.extend(parts.last().map(|it| (*it).to_owned()));
        }
    }
    let meant = match closest(name.trim_matches('/'), known.iter().map(String::as_str)) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => String::new(),
    };
    format!("`{name}` is neither a method nor a section of this documentation{meant}")
}

/// The shared types that the methods use, and those that they use in turn.
fn used(docs: &Docs) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut open: Vec<&Field> = Vec::new();
    for draft in &docs.methods {
        collect(&draft.facts.result.ty, &mut words);
        open.extend(&draft.facts.params);
        open.extend(&draft.facts.result.fields);
    }
    let mut used = BTreeSet::new();
    loop {
        while let Some(field) = open.pop() {
            collect(&field.ty, &mut words);
            open.extend(&field.fields);
        }
        for shared in docs.types.iter().filter(|it| words.contains(&it.name)) {
            if used.insert(shared.name.clone()) {
                open.extend(&shared.fields);
            }
        }
        if open.is_empty() {
            return used;
        }
    }
}

fn collect(ty: &str, words: &mut BTreeSet<String>) {
    let parts = ty.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.extend(parts.map(str::to_owned));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use super::*;
    use serde_json::json;

    fn docs() -> Docs {
        let draft = |method: &str, page: &str, scope: &str, rest: &str, ty: &str| Draft {
            method: method.into(),
            facts: serde_json::from_value(json!({
                "page": page, "rest": rest, "scopes": [scope], "result": { "type": ty },
            }))
            .unwrap(),
            findings: Vec::new(),
        };
        let shared = |name: &str, ty: &str| {
            let fields = json!([{ "name": "a", "type": ty }]);
            serde_json::from_value(json!({ "name": name, "page": "p.md", "fields": fields }))
                .unwrap()
        };
        Docs {
            methods: vec![
                draft(
                    "tasks.task.get",
                    "api/tasks/get.md",
                    "task",
                    "classic",
                    "Task[]",
                ),
                draft("tasks.task.get", "api/v3/get.md", "task", "v3", "object"),
                draft(
                    "imbot.v2.Chat.get",
                    "api/chat-bots/v2/get.md",
                    "imbot",
                    "classic",
                    "any",
                ),
                draft("im.chat.get", "api/chats/get.md", "im", "classic", "any"),
            ],
            system_errors: Some(Vec::new()),
            types: vec![
                shared("Task", "User|null"),
                shared("User", "User[]"),
                shared("Chat", "any"),
            ],
            ..Docs::default()
        }
    }

    fn selected(names: &[&str]) -> Result<Vec<String>, String> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        let mut docs = docs();
        select(&mut docs, &names)?;
        Ok(docs
            .methods
            .iter()
            .map(|it| it.facts.page.clone())
            .collect())
    }

    #[test]
    fn a_name_is_a_method_a_folder_a_beginning_or_a_scope() {
        for (name, pages) in [
            ("Tasks.Task.Get", &["api/tasks/get.md"][..]),
            ("v3:tasks.task.get", &["api/v3/get.md"]),
            ("tasks.task", &["api/tasks/get.md", "api/v3/get.md"]),
            ("task", &["api/tasks/get.md", "api/v3/get.md"]),
            ("chat-bots", &["api/chat-bots/v2/get.md"]),
            ("api/chat-bots/", &["api/chat-bots/v2/get.md"]),
            ("chat-bots/v2", &["api/chat-bots/v2/get.md"]),
            ("imbot.v2", &["api/chat-bots/v2/get.md"]),
            ("im", &["api/chats/get.md"]),
        ] {
            assert_eq!(selected(&[name]).unwrap(), pages, "{name}");
        }
        assert_eq!(selected(&[]).unwrap().len(), 4);
        assert_eq!(selected(&["im", "imbot"]).unwrap().len(), 2);
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        let error = selected(&["im", "chat-bot", "xyzzy", "v3:tasks.task.gte", ""]).unwrap_err();
        let lines: Vec<_> = error.lines().collect();
        assert_eq!(lines.len(), 4, "{error}");
        assert!(lines[0].ends_with("did you mean `chat-bots`?"), "{error}");
        assert!(lines[1].ends_with("of this documentation"), "{error}");
        assert!(
            lines[2].ends_with("did you mean `v3:tasks.task.get`?"),
            "{error}"
        );
    }

    #[test]
    fn shared_types_come_with_the_methods_that_use_them() {
        let mut docs = docs();
        select(&mut docs, &["tasks".into()]).unwrap();
        let names: Vec<_> = docs.types.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["Task", "User"]);
        assert!(docs.system_errors.is_none());
    }
}
