//! Parameters and fields: what is new, gone, or another.

use serde_json::Value;

use super::change::{Kind, Seen, Side};
use super::normal::{self, Aliases, json, letters, with_fields};
use crate::format::{Field, Scalar, Shape};
use crate::names;

/// How deep fields are compared: deeper than any description nests.
const DEEPEST: usize = 32;

/// Takes changes: the way to the fact, what kind it is, what it was, what it is, in words.
pub(super) type Sink<'a> = dyn FnMut(String, Kind, Value, Value, String) + 'a;

/// What the fields are compared with besides each other.
pub(super) struct Ground<'a> {
    pub aliases: &'a Aliases,
    /// The condition under which a parameter is required, and whether exactly one of several
    /// that were required may be given.
    pub condition: &'a dyn Fn(&str) -> Option<(String, bool)>,
}

/// Where fields stand.
#[derive(Clone)]
pub(super) struct Way {
    /// In the facts: `params`, `result.fields`.
    pub fact: String,
    /// For people, with a dot at its end: `fields.`.
    pub shown: String,
    pub side: Side,
    pub depth: usize,
}

/// Compares the fields of two objects, or the parameters of two methods.
pub(super) fn compare(
    ground: &Ground<'_>,
    way: &Way,
    old: &[Field],
    new: &[Field],
    sink: &mut Sink<'_>,
) {
    if way.depth > DEEPEST {
        return;
    }
    let mut gone: Vec<(usize, &Field)> = old.iter().enumerate().collect();
    let mut fresh: Vec<(usize, &Field)> = new.iter().enumerate().collect();
    // First by name, then by name in another spelling.
    for spelling in [str::to_owned, letters] as [fn(&str) -> String; 2] {
        gone.retain(|(_, old)| {
            let name = spelling(&old.name);
            match fresh.iter().position(|(_, it)| spelling(&it.name) == name) {
                Some(at) => {
                    let (_, new) = fresh.remove(at);
                    pair(ground, way, old, new, sink);
                    false
                }
                None => true,
            }
        });
    }
    // One is gone, and in its place stands another that differs in nothing but the name.
    if let ([(at, old)], [(place, new)]) = (gone.as_slice(), fresh.as_slice())
        && at == place
        && is_same(ground, old, new)
    {
        pair(ground, way, old, new, sink);
        return;
    }
    for (_, field) in gone {
        sink(
            format!("{}.{}", way.fact, field.name),
            Kind::FieldRemoved(way.side),
            json(field),
            Value::Null,
            format!("{}{} removed", way.shown, field.name),
        );
    }
    for (_, field) in fresh {
        let ty = with_fields(&ground.aliases.normal(&field.ty), &field.fields);
        let mut text = format!("{}{} added, ", way.shown, field.name);
        let mut required = field.required;
        match (field.required, way.side) {
            (true, Side::Answer) => text.push_str(&format!("{ty}, always there")),
            (false, Side::Answer) => text.push_str(&ty),
            (true, _) => text.push_str(&format!("required {ty}")),
            (false, _) => {
                text.push_str(&format!("optional {ty}"));
                let path = format!("{}{}", way.shown, field.name);
                if let Some((condition, _)) = (ground.condition)(&path) {
                    // Calls that knew nothing of it may be refused now.
                    required = condition.starts_with("required");
                    text.push_str(&format!(" ({condition})"));
                }
            }
        }
        let kind = Kind::FieldAdded {
            side: way.side,
            required,
        };
        let fact = format!("{}.{}", way.fact, field.name);
        sink(fact, kind, Value::Null, json(field), text);
    }
}

/// Whether two fields differ in their names at most.
fn is_same(ground: &Ground<'_>, old: &Field, new: &Field) -> bool {
    let mut differ = false;
    let way = Way {
        fact: String::new(),
        shown: String::new(),
        side: Side::Param,
        depth: 0,
    };
    let old = Field {
        name: new.name.clone(),
        ..old.clone()
    };
    let none = Ground {
        aliases: ground.aliases,
        condition: &|_| None,
    };
    pair(&none, &way, &old, new, &mut |_, _, _, _, _| differ = true);
    !differ
}

/// Compares a field with what became of it.
fn pair(ground: &Ground<'_>, way: &Way, old: &Field, new: &Field, sink: &mut Sink<'_>) {
    let Field {
        name,
        ty,
        required,
        fields,
        open,
        values,
        default,
        wire,
        min,
        max,
        max_length,
        position,
        secret,
        since,
        until,
    } = old;
    let fact = format!("{}.{name}", way.fact);
    let shown = format!("{}{}", way.shown, new.name);
    let side = way.side;
    let mut tell = |fact: &str, kind: Kind, was: Value, is: Value, text: String| {
        sink(fact.to_owned(), kind, was, is, text);
    };
    if *name != new.name {
        let kind = Kind::FieldRenamed {
            side,
            same: names::field(name) == names::field(&new.name),
        };
        let what = match letters(name) == letters(&new.name) {
            true => "the name in another spelling",
            false => "renamed, all else is the same",
        };
        let text = format!("{}{name} → {} ({what})", way.shown, new.name);
        tell(&fact, kind, json(name), json(&new.name), text);
    }
    if *required != new.required {
        let at = format!("{fact}.required");
        let word = |required| match (required, side) {
            (true, Side::Answer) => "always there",
            (false, Side::Answer) => "at times absent",
            (true, _) => "required",
            (false, _) => "optional",
        };
        let mut text = format!("{shown} {} → {}", word(*required), word(new.required));
        let kind = match new.required {
            true => Kind::BecameRequired(side),
            false => {
                let condition = (ground.condition)(&shown);
                let choice = condition.as_ref().is_some_and(|it| it.1);
                if let Some((condition, _)) = condition {
                    text.push_str(&format!(" ({condition})"));
                }
                Kind::BecameOptional { side, choice }
            }
        };
        tell(&at, kind, json(required), json(&new.required), text);
    }
    let one_of = |is_default: bool, word: &str| match is_default {
        true => "none".to_owned(),
        false => word.to_owned(),
    };
    // Another type brings its own way to be written, and its own bounds: that is one change.
    let same = ground.aliases.normal(ty) == ground.aliases.normal(&new.ty);
    if same && *default != new.default {
        let word = |it: &Option<Value>| it.as_ref().map_or("none".into(), Value::to_string);
        let text = format!("{shown} default {} → {}", word(default), word(&new.default));
        let at = format!("{fact}.default");
        tell(&at, Kind::Default, json(default), json(&new.default), text);
    }
    if same && *wire != new.wire {
        let (was, is) = (json(wire), json(&new.wire));
        let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let text = format!("{shown} travels as {} → {}", word(&was), word(&is));
        tell(&format!("{fact}.wire"), Kind::Wire, was, is, text);
    }
    for (what, was, is) in [
        ("min", json(min), json(&new.min)),
        ("max", json(max), json(&new.max)),
        ("max_length", json(max_length), json(&new.max_length)),
    ] {
        if same && was != is {
            let word = |it: &Value| one_of(it.is_null(), &it.to_string());
            let text = format!("{shown} {what} {} → {}", word(&was), word(&is));
            tell(&format!("{fact}.{what}"), Kind::Limit, was, is, text);
        }
    }
    // An object without fields takes any: those that are gone, or new, are told below.
    let closable = same && !fields.is_empty() && !new.fields.is_empty();
    if closable && *open != new.open {
        let text = match new.open {
            true => format!("{shown} takes other fields as well"),
            false => format!("{shown} takes no other fields any more"),
        };
        let at = format!("{fact}.open");
        tell(&at, Kind::Open(new.open), json(open), json(&new.open), text);
    }
    if same && *secret != new.secret {
        let (kind, text) = match new.secret {
            true => (Kind::BecameSecret(side), format!("{shown} is a secret")),
            false => (
                Kind::NoLongerSecret(side),
                format!("{shown} is no secret any more"),
            ),
        };
        tell(
            &format!("{fact}.secret"),
            kind,
            json(secret),
            json(&new.secret),
            text,
        );
    }
    // Pages hold these, and the reader does not look for them all: that one is absent says nothing.
    for (what, kind, was, is) in [
        (
            "position",
            Kind::Position,
            json(position),
            json(&new.position),
        ),
        ("since", Kind::Dates, json(since), json(&new.since)),
        ("until", Kind::Dates, json(until), json(&new.until)),
    ] {
        if was != is && !is.is_null() {
            let text = format!("{shown} {what} {is}");
            tell(&format!("{fact}.{what}"), kind, was, is, text);
        }
    }
    let old = Typed { ty, fields, values };
    let new = Typed {
        ty: &new.ty,
        fields: &new.fields,
        values: &new.values,
    };
    let below = Way {
        fact,
        shown,
        side,
        depth: way.depth + 1,
    };
    typed(ground, &below, &old, &new, sink);
}

/// A type with what belongs to it.
struct Typed<'a> {
    ty: &'a str,
    fields: &'a [Field],
    values: &'a [Scalar],
}

/// Compares the shapes of two answers.
pub(super) fn shape(ground: &Ground<'_>, old: &Shape, new: &Shape, sink: &mut Sink<'_>) {
    let Shape { ty, fields, values } = old;
    let way = Way {
        fact: "result".into(),
        shown: "result".into(),
        side: Side::Answer,
        depth: 0,
    };
    let old = Typed { ty, fields, values };
    let new = Typed {
        ty: &new.ty,
        fields: &new.fields,
        values: &new.values,
    };
    typed(ground, &way, &old, &new, sink);
}

/// Compares what a thing is: one change where it is something else, or else what changed inside.
fn typed(ground: &Ground<'_>, way: &Way, old: &Typed<'_>, new: &Typed<'_>, sink: &mut Sink<'_>) {
    let seen = |it: &Typed<'_>| Seen {
        ty: ground.aliases.normal(it.ty),
        fields: !it.fields.is_empty(),
    };
    let (was, is) = (seen(old), seen(new));
    let was_fields = was.fields;
    let is_fields = is.fields;
    if was != is {
        let show = |seen: &Seen, it: &Typed<'_>| match was_fields && is_fields {
            // What changed inside is told apart.
            true => seen.ty.clone(),
            false => with_fields(&seen.ty, it.fields),
        };
        // A whole answer is written as a fact of its own: `result: boolean → object {result}`.
        let colon = if way.depth == 0 { ":" } else { "" };
        let text = format!(
            "{}{colon} {} → {}",
            way.shown,
            show(&was, old),
            show(&is, new)
        );
        let value = |it: &Typed<'_>| match it.fields {
            [] => json(&it.ty),
            fields => serde_json::json!({ "type": it.ty, "fields": json(&fields) }),
        };
        let kind = Kind::Type {
            side: way.side,
            was: was.clone(),
            is: is.clone(),
        };
        let fact = format!("{}.type", way.fact);
        sink(fact, kind, value(old), value(new), text);
    }
    if was_fields && is_fields {
        let below = Way {
            fact: format!("{}.fields", way.fact),
            shown: format!("{}.", way.shown),
            side: way.side.below(),
            depth: way.depth + 1,
        };
        compare(ground, &below, old.fields, new.fields, sink);
    }
    // Values belong to the type: where it is another one, they are told with it.
    if was.ty == is.ty || (!old.values.is_empty() && !new.values.is_empty()) {
        values(way, old.values, new.values, sink);
    }
}

fn values(way: &Way, old: &[Scalar], new: &[Scalar], sink: &mut Sink<'_>) {
    let has = |list: &[Scalar], value: &Scalar| list.iter().any(|it| it.text() == value.text());
    let fact = format!("{}.values", way.fact);
    for value in old.iter().filter(|it| !has(new, it)) {
        let text = format!("{} value {} removed", way.shown, value.text());
        sink(
            fact.clone(),
            Kind::ValueRemoved,
            json(value),
            Value::Null,
            text,
        );
    }
    for value in new.iter().filter(|it| !has(old, it)) {
        let text = format!("{} value {} added", way.shown, value.text());
        sink(
            fact.clone(),
            Kind::ValueAdded,
            Value::Null,
            json(value),
            text,
        );
    }
}

/// Whether a parameter is required, found by its path: `fields.code`.
pub(super) fn is_required(fields: &[Field], path: &str) -> bool {
    let mut fields = fields;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some(field) = fields.iter().find(|it| normal::same(&it.name, part)) else {
            return false;
        };
        if parts.peek().is_none() {
            return field.required;
        }
        fields = &field.fields;
    }
    false
}
