//! What a change is to those who use the clients, by what the generator makes of the facts.
//!
//! Rust: a request is a struct with public fields, `new` with what is required and a setter
//! for the rest; answers, enums and errors are `#[non_exhaustive]`. Python: keyword arguments,
//! the required ones without a default; answers are classes, nested parameters `TypedDict`s by
//! the names of the wire; one exception for each code.

use super::change::{Change, Class, Kind, Seen, Side};

use Class::{Breaking, Compatible};

/// The class of a change for Rust, and for Python.
pub(crate) fn class(kind: &Kind) -> (Class, Class) {
    match kind {
        Kind::MethodAdded | Kind::TypeAdded => (Compatible, Compatible),
        Kind::MethodRemoved => (Breaking, Breaking),
        // Its names change with the version.
        Kind::RestVersion => (Breaking, Breaking),
        Kind::ScopeAdded | Kind::ScopeRemoved { home: false } => (Compatible, Compatible),
        // The method moves to another module.
        Kind::ScopeRemoved { home: true } => (Breaking, Breaking),
        // A warning of the compiler, or at run time, is no break.
        Kind::Deprecated | Kind::Undeprecated | Kind::Replacement => (Compatible, Compatible),
        // Documentation, data of the method, the sandbox: no name and no type depends on them.
        Kind::Dates
        | Kind::ApplicationOnly
        | Kind::Repeatable
        | Kind::Missing
        | Kind::Default
        | Kind::Limit
        | Kind::Position
        | Kind::Wire
        | Kind::Statuses => (Compatible, Compatible),
        // A setter more, a keyword more, a field of a `#[non_exhaustive]` struct more.
        Kind::FieldAdded { side, required } => match *required && side.given() {
            true => (Breaking, Breaking),
            false => (Compatible, Compatible),
        },
        Kind::FieldRemoved(_) => (Breaking, Breaking),
        Kind::FieldRenamed { side, same } => match (same, side) {
            (false, _) => (Breaking, Breaking),
            // Keywords and attributes are called the same; keys of a `TypedDict` are not.
            (true, Side::Param | Side::Answer) => (Compatible, Compatible),
            (true, Side::Nested | Side::Shared) => (Compatible, Breaking),
        },
        Kind::BecameRequired(side) => match side {
            // `Option<T>` becomes `T`; a `T | None` that is never `None` does no harm.
            Side::Answer => (Breaking, Compatible),
            Side::Param | Side::Nested | Side::Shared => (Breaking, Breaking),
        },
        Kind::BecameOptional { side, choice } => match side {
            // `new` loses an argument, the keyword gets a default. But calls that give
            // all of a choice are refused from now on.
            Side::Param | Side::Nested if *choice => (Breaking, Breaking),
            Side::Param | Side::Nested => (Breaking, Compatible),
            // `T` becomes `Option<T>` and `T | None`.
            Side::Answer | Side::Shared => (Breaking, Breaking),
        },
        Kind::Type { side, was, is } => of_type(*side, was, is),
        // Enums are open.
        Kind::ValueAdded => (Compatible, Compatible),
        // The variant goes; Python takes any `str` besides the known ones.
        Kind::ValueRemoved => (Breaking, Compatible),
        Kind::Open(true) => (Compatible, Compatible),
        // All that the type takes still travels, but checkers of types refuse it.
        Kind::Open(false) => (Compatible, Breaking),
        Kind::BecameSecret(side) => match side.answered() {
            true => (Breaking, Breaking),
            // Python takes a `str` still.
            false => (Breaking, Compatible),
        },
        Kind::NoLongerSecret(_) => (Breaking, Breaking),
        // The clients refuse what they sent before.
        Kind::RuleAdded => (Breaking, Breaking),
        Kind::RuleRemoved => (Compatible, Compatible),
        Kind::ListAdded | Kind::ListChanged { records: false } => (Compatible, Compatible),
        Kind::ListRemoved | Kind::ListChanged { records: true } => (Breaking, Breaking),
        Kind::ErrorAdded | Kind::ErrorChanged => (Compatible, Compatible),
        // The variant goes, and the exception or the word in the `Literal`.
        Kind::ErrorRemoved => (Breaking, Breaking),
    }
}

fn of_type(side: Side, was: &Seen, is: &Seen) -> (Class, Class) {
    let (old, new) = (generated(&was.ty), generated(&is.ty));
    if was.fields != is.fields {
        return (Breaking, Breaking);
    }
    if old == new {
        return (Compatible, Compatible);
    }
    let parts = |ty: &str| -> Vec<String> { ty.split('|').map(str::to_owned).collect() };
    let (old_parts, new_parts) = (parts(&old), parts(&new));
    let plain = !old.contains(['(', '<']) && !new.contains(['(', '<']);
    // Python's unions are sets: whoever may pass an `int` may pass an `int | str`, and
    // whoever expects either of an answer can take one of them. An enum takes any text.
    let wider = new_parts
        .iter()
        .any(|it| it == "enum" && old_parts.iter().any(|it| it == "string"))
        || old_parts.iter().all(|it| new_parts.contains(it));
    let narrower =
        new_parts.iter().all(|it| old_parts.contains(it)) || old == "string" && new == "enum";
    let python = match (side.given(), side.answered()) {
        (true, false) if plain && wider => Compatible,
        (false, true) if plain && narrower => Compatible,
        _ => Breaking,
    };
    (Breaking, python)
}

/// Types that become the same in both languages get the same name.
fn generated(ty: &str) -> String {
    let parts = ty.split('|').map(|part| match part {
        "timestamp" => "integer",
        "map" => "object",
        part => part,
    });
    let mut parts: Vec<&str> = parts.collect();
    parts.dedup();
    parts.join("|")
}

/// The worst that changes are, for Rust and for Python. What is unclear does not count.
pub(crate) fn worst(changes: &[Change]) -> Option<(Class, Class)> {
    let clear = changes.iter().filter(|it| it.unclear.is_none());
    clear
        .map(|it| class(&it.kind))
        .reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
}

/// The version after changes of a class, as Cargo counts: below 1.0.0 the second number is
/// the one that breaks.
pub(crate) fn next(current: &str, class: Class) -> Option<String> {
    let core = current.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(str::parse::<u64>);
    let (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) = (
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    ) else {
        return None;
    };
    let (major, minor, patch) = match (major, minor, class) {
        (0, 0, _) => (0, 0, patch.checked_add(1)?),
        (0, _, Breaking) => (0, minor.checked_add(1)?, 0),
        (0, _, Compatible) => (0, minor, patch.checked_add(1)?),
        (_, _, Breaking) => (major.checked_add(1)?, 0, 0),
        (_, _, Compatible) => (major, minor.checked_add(1)?, 0),
    };
    Some(format!("{major}.{minor}.{patch}"))
}
