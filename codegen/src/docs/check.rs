//! Whether the examples of a page agree with its tables.
//!
//! Two oracles that cost nothing: what an example passes is a parameter, and what the portal
//! answers is a field. Types are compared with the liberties that PHP takes.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::code::Call;
use crate::diag::closest;
use crate::example::{is_nothing, scalar};
use crate::expr::{self, Expr};
use crate::format::{Field, Flag, Scalar, Shape};
use crate::model::Type;
use crate::node::shorten;

/// How deep values are compared.
const DEPTH: usize = 64;

/// What any method takes, and no table needs to mention: credentials, and the page of a list.
const CREDENTIALS: [&str; 3] = ["auth", "access_token", "start"];

/// Something that an example shows and a table does not say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mismatch {
    /// The way to the fact, as in a ruling: `params.fields.fields.TITLE`, `result.fields.id`.
    pub path: String,
    /// What does not agree.
    pub message: String,
    /// The types that the table may mean.
    pub candidates: Vec<String>,
}

/// What the calls of a page pass, against its table of parameters.
pub(crate) fn params(fields: &[Field], calls: &[&Call]) -> Vec<Mismatch> {
    let mut check = Check::new(true);
    let mut named = Vec::new();
    let mut any_whole = false;
    for call in calls {
        match &call.params {
            Some(Value::Object(given)) => {
                any_whole |= call.whole;
                named.push(given);
            }
            Some(Value::Array(given)) if call.whole => check.positions(fields, given),
            _ => {}
        }
    }
    check.whole = any_whole;
    check.table("params", (fields, false), &named, 0);
    check.found
}

/// An answer's result against the table of the result. That a field is missing proves nothing.
pub(crate) fn result(shape: &Shape, answer: &Value) -> Vec<Mismatch> {
    let mut check = Check::new(false);
    let part = Part {
        ty: &shape.ty,
        fields: &shape.fields,
        open: false,
        values: &shape.values,
    };
    check.part("result", part, &[answer], 0);
    check.found
}

/// A type expression with what belongs to the `object` or `enum` in it.
#[derive(Clone, Copy)]
struct Part<'a> {
    ty: &'a str,
    fields: &'a [Field],
    open: bool,
    values: &'a [Scalar],
}

struct Check {
    /// Whether callers speak, not the portal: they must give what is required, and choose among
    /// the values of an enum.
    given: bool,
    /// Whether nothing was left out in some example.
    whole: bool,
    found: Vec<Mismatch>,
    seen: BTreeSet<(String, String)>,
}

impl Check {
    fn new(given: bool) -> Self {
        Self {
            given,
            whole: true,
            found: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    fn note(&mut self, path: &str, message: String, candidates: Vec<String>) {
        if self.seen.insert((path.to_owned(), message.clone())) {
            self.found.push(Mismatch {
                path: path.to_owned(),
                message,
                candidates,
            });
        }
    }

    /// Methods that take a list instead of names.
    fn positions(&mut self, fields: &[Field], given: &[Value]) {
        for (index, value) in given.iter().enumerate() {
            let at = |field: &&Field| {
                field.position.and_then(|it| usize::try_from(it).ok()) == Some(index)
            };
            match fields.iter().find(at) {
                Some(field) => self.field("params", field, &[value], 0),
                None => {
                    let message = "an example passes a list, and the table tells no places".into();
                    return self.note("params", message, Vec::new());
                }
            }
        }
    }

    /// Objects that one table describes, together: what one of them leaves out, another may give.
    /// The table says all that they hold unless it is `open`.
    fn table(
        &mut self,
        path: &str,
        (fields, open): (&[Field], bool),
        objects: &[&Map<String, Value>],
        depth: usize,
    ) {
        let mut unknown = BTreeSet::new();
        let mut misspelled = BTreeSet::new();
        for name in objects.iter().flat_map(|object| object.keys()) {
            let known = depth == 0 && CREDENTIALS.contains(&name.as_str())
                || fields
                    .iter()
                    .any(|field| describes(&field.name, name, self.given));
            if known || !unknown.insert(name) {
                continue;
            }
            // What has dots in it is no step of a way.
            let here = match name.contains('.') {
                true => path.to_owned(),
                false => format!("{path}.{name}"),
            };
            // Where places count, names do not: any will do.
            if depth == 0 && self.given && fields.iter().any(|it| it.position.is_some()) {
                continue;
            }
            let other_case = fields
                .iter()
                .find(|it| it.name.to_lowercase() == name.to_lowercase());
            if let Some(field) = other_case {
                misspelled.insert(field.name.as_str());
                let message = format!("an example writes `{name}`, the table `{}`", field.name);
                self.note(&format!("{path}.{}", field.name), message, Vec::new());
                continue;
            }
            if open {
                continue;
            }
            let meant = meant(name, fields.iter().map(|it| it.name.as_str()));
            let message = format!("`{name}` stands in an example, not in the table{meant}");
            self.note(&here, message, Vec::new());
        }
        for field in fields {
            let values: Vec<_> = objects
                .iter()
                .filter_map(|it| it.get(&field.name))
                .collect();
            let missing = self.given
                && self.whole
                && field.required
                && field.position.is_none()
                && values.is_empty()
                && !objects.is_empty()
                && !misspelled.contains(field.name.as_str());
            if missing {
                let message = format!("`{}` is required, and no example gives it", field.name);
                self.note(&format!("{path}.{}", field.name), message, Vec::new());
            }
            self.field(path, field, &values, depth);
        }
    }

    fn field(&mut self, path: &str, field: &Field, values: &[&Value], depth: usize) {
        let here = format!("{path}.{}", field.name);
        let part = Part {
            ty: &field.ty,
            fields: &field.fields,
            open: field.open,
            values: &field.values,
        };
        self.part(&here, part, values, depth);
    }

    fn part(&mut self, path: &str, part: Part<'_>, values: &[&Value], depth: usize) {
        let Ok(expr) = expr::parse(part.ty) else {
            return;
        };
        let mut objects = Vec::new();
        for value in values {
            self.value(path, part, &expr, value, &mut objects, depth);
        }
        if !part.fields.is_empty() && depth < DEPTH {
            self.objects(path, part, &objects, depth + 1);
        }
    }

    /// All objects that the fields of a part describe.
    fn objects(
        &mut self,
        path: &str,
        part: Part<'_>,
        objects: &[&Map<String, Value>],
        depth: usize,
    ) {
        let by_id = |object: &&&Map<String, Value>| {
            let names = |name: &String| part.fields.iter().any(|it| it.name == *name);
            let is_id = |name: &String| name.parse::<i64>().is_ok();
            !object.is_empty() && object.keys().all(|name| is_id(name) && !names(name))
        };
        if objects.iter().any(|it| by_id(&it)) {
            let message = "the keys of this object are ids, and the table has names".into();
            let map = vec!["map<integer, object>".into(), "object[]".into()];
            return self.note(path, message, map);
        }
        let fields = (part.fields, part.open);
        self.table(&format!("{path}.fields"), fields, objects, depth);
    }

    /// Compares a value with a type, and collects the objects that the part's fields describe.
    fn value<'v>(
        &mut self,
        path: &str,
        part: Part<'_>,
        expr: &Expr,
        value: &'v Value,
        objects: &mut Vec<&'v Map<String, Value>>,
        depth: usize,
    ) {
        if value.is_null() || depth > DEPTH {
            return;
        }
        match (expr, value) {
            (Expr::Union(members), _) => {
                let Some(member) = members.iter().find(|it| fits(it, value)) else {
                    return self.misfit(path, part, value, "none of its types fits");
                };
                self.value(path, part, member, value, objects, depth + 1);
            }
            (Expr::Array(of), Value::Array(items)) => {
                for item in items {
                    self.value(path, part, of, item, objects, depth + 1);
                }
            }
            (Expr::Map(_, of), Value::Object(entries)) => {
                for item in entries.values() {
                    self.value(path, part, of, item, objects, depth + 1);
                }
            }
            (Expr::Map(_, of), Value::Array(items)) => {
                for item in items {
                    self.value(path, part, of, item, objects, depth + 1);
                }
            }
            (Expr::Name(name, _), Value::Object(object)) if name == "object" => {
                objects.push(object);
            }
            (Expr::Name(name, _), _) if name == "enum" => {
                self.choice(path, part, value);
            }
            _ => {
                if let Err(expected) = compare(expr, value) {
                    self.misfit(path, part, value, &format!("which is {expected}"));
                }
            }
        }
    }

    fn choice(&mut self, path: &str, part: Part<'_>, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) if !self.given => return,
            _ => return self.misfit(path, part, value, "which is one of some values"),
        };
        let values: Vec<_> = part.values.iter().map(Scalar::text).collect();
        // PHP compares directions and the like in either case.
        let known = values.iter().any(|it| it.eq_ignore_ascii_case(&text));
        if self.given && !values.is_empty() && !known {
            let meant = meant(&text, values.iter().map(String::as_str));
            let shown = shorten(&text);
            let message = format!("`{shown}` is not among the values of the table{meant}");
            self.note(&format!("{path}.values"), message, Vec::new());
        }
    }

    fn misfit(&mut self, path: &str, part: Part<'_>, value: &Value, expected: &str) {
        let (shown, kind) = match value {
            Value::Null => ("nothing".into(), "null"),
            Value::Bool(value) => (format!("`{value}`"), "boolean"),
            Value::Number(number) => {
                let kind = if number.is_f64() { "double" } else { "integer" };
                (format!("the number {number}"), kind)
            }
            Value::String(text) => (format!("the text \"{}\"", shorten(text)), "string"),
            Value::Array(_) => ("a list".into(), "array"),
            Value::Object(_) => ("an object".into(), "object"),
        };
        let ty = part.ty.trim();
        let message = format!("the table says `{ty}`, {expected}, and an example shows {shown}");
        let mut candidates = vec![kind.to_owned(), format!("{ty}|{kind}")];
        // A type that cannot hold the fields would have to do without them.
        if !part.fields.is_empty() {
            candidates.reverse();
        }
        if let (Value::Array(_), true) = (value, ty == "object") {
            candidates.insert(0, "object[]".into());
        }
        // The same kind of value at the same place tells nothing new.
        if self.seen.insert((path.to_owned(), kind.to_owned())) {
            self.note(path, message, candidates);
        }
    }
}

/// Whether a row of a table is about a name. Callers put operators before names, users add fields
/// of their own, and a row may stand for many: `PROPERTY_*`.
fn describes(row: &str, name: &str, given: bool) -> bool {
    let operators = ['!', '<', '>', '=', '%', '@', '?', '~', '+', '-', '*'];
    let bare = match given {
        true => name.trim_start_matches(operators),
        false => name,
    };
    if row == name || row == bare || bare.starts_with("UF_") {
        return true;
    }
    match row.split_once('*') {
        Some((head, tail)) => {
            let longer = bare.len() > head.len() + tail.len();
            longer && bare.starts_with(head) && bare.ends_with(tail)
        }
        None => false,
    }
}

/// Whether a value is of this type as far as one can tell without its parts' names.
fn fits(expr: &Expr, value: &Value) -> bool {
    match (expr, value) {
        (_, Value::Null) => true,
        (Expr::Array(of), Value::Array(items)) => items.iter().all(|it| fits(of, it)),
        (Expr::Map(_, of), Value::Object(entries)) => entries.values().all(|it| fits(of, it)),
        (Expr::Map(_, of), Value::Array(items)) => items.iter().all(|it| fits(of, it)),
        (Expr::Union(members), _) => members.iter().any(|it| fits(it, value)),
        _ => compare(expr, value).is_ok(),
    }
}

/// Compares without looking at parts.
fn compare(expr: &Expr, value: &Value) -> Result<(), &'static str> {
    let any = || Box::new(Type::Any);
    let ty = match expr {
        Expr::Array(_) => Type::Array(any()),
        Expr::Map(..) => Type::Map(crate::model::Key::String, any()),
        Expr::Union(_) => Type::Any,
        Expr::Name(name, _) => match name.as_str() {
            "string" => Type::String,
            "integer" | "timestamp" => Type::Integer,
            "double" => Type::Double,
            "boolean" => Type::Boolean(Flag::Json),
            "date" => Type::Date,
            "datetime" => Type::DateTime,
            "object" | "map" => Type::Object,
            "array" => Type::Array(any()),
            "enum" => Type::Enum(0),
            "null" => {
                return if value.is_null() {
                    Ok(())
                } else {
                    Err("nothing")
                };
            }
            // Types that methods share.
            _ => Type::Any,
        },
    };
    match is_nothing(&ty, value) {
        true => Ok(()),
        false => scalar(&ty, value),
    }
}

/// The end of a message: which of the known words may be meant, if one is near.
fn meant<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let meant = closest(word, known).map(|it| format!(": is it `{it}`?"));
    meant.unwrap_or_default()
}
