//! Python: the typed modules of the package.
//!
//! A scope has a module with its types, a first part of methods' names has one with its
//! namespaces and one with those that make requests. What they share lies in `types.py`, the
//! exceptions in `_codes.py`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::File;
use super::doc::{lower_first, sentence, wrap};
use crate::lower::{CODE, DICT};
use crate::model::{
    Api, Enum, ErrorCode, Field, Home, Key, Link, Method, Namespace, Record, Rest, Type,
};

/// How long a line may be.
const WIDTH: usize = 100;

/// Names of types that a member of the same name would hide.
const BUILTINS: &[&str] = &["bool", "dict", "float", "int", "list", "property", "str"];

/// What a docstring begins with that has too much to say for a line.
const AN_OBJECT: &str = "An object of the API.";

const NOTICE: &str = "Generated from the API's description; do not edit.";

/// Every module that is generated.
#[must_use]
pub fn files(api: &Api) -> Vec<File> {
    let scopes: Vec<usize> = (0..api.scopes.len()).collect();
    let root = api.namespaces(&scopes);
    let mut files = vec![
        file("_codes.py", codes(api)),
        file("_request_scopes.py", request_scopes_module(api, &root)),
        file(
            "_requests/__init__.py",
            format!("\"\"\"The methods by their names, as requests.\n\n{NOTICE}\n\"\"\"\n"),
        ),
        file("_scopes.py", scopes_module(api, &root)),
        file("types.py", types_module(api, None)),
        file(
            "namespaces/__init__.py",
            format!("\"\"\"The methods by their names on the wire.\n\n{NOTICE}\n\"\"\"\n"),
        ),
    ];
    for scope in scopes {
        let name = format!("{}.py", api.scopes[scope].ident);
        files.push(file(&name, types_module(api, Some(scope))));
    }
    for child in root.children.values() {
        let own_call = root.methods.get(&child.ident).copied();
        for (folder, kinds) in [("namespaces", CALLS), ("_requests", REQUESTS)] {
            let name = format!("{folder}/{}.py", child.ident);
            files.push(file(&name, namespace_module(api, child, own_call, kinds)));
        }
    }
    files
}

/// What one method becomes: its types, and its place in its namespace.
#[must_use]
pub fn show(api: &Api, method: &Method) -> String {
    let module = Module::new(api, Some(Some(method.scope)), method_idents(api, method));
    let (namespace, _) = method.name.rsplit_once('.').unwrap_or_default();
    let holder = crate::names::type_name(&namespace.replace('.', "_"));
    let holders = match namespace {
        "" => ["SyncScopes", "AsyncScopes", "RequestScopes"].map(str::to_owned),
        _ => [holder.clone(), format!("Async{holder}"), holder],
    };
    let [holder, async_holder, request_holder] = holders;
    let types = method_types(&module, method);
    let sync = call(&module, method, Kind::Sync);
    let asynchronous = call(&module, method, Kind::Async);
    let request = call(&module, method, Kind::Request);
    format!(
        "{}\n\n\nclass {holder}(Namespace):\n{}\n\n\nclass {async_holder}(AsyncNamespace):\n{}\n\n\n\
         class {request_holder}(RequestNamespace):\n{}\n",
        types.trim(),
        sync.trim_end(),
        asynchronous.trim_end(),
        request.trim_end()
    )
}

fn file(name: &str, text: String) -> File {
    File {
        name: name.to_owned(),
        text,
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Sync,
    Async,
    /// Nothing is called yet.
    Request,
}

/// The kinds that a module of namespaces holds.
const CALLS: &[Kind] = &[Kind::Sync, Kind::Async];

/// The kinds that a module of requests holds.
const REQUESTS: &[Kind] = &[Kind::Request];

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Sync | Self::Request => "",
            Self::Async => "Async",
        }
    }

    /// The class that its namespaces are made of.
    fn base(self) -> &'static str {
        match self {
            Self::Sync => "Namespace",
            Self::Async => "AsyncNamespace",
            Self::Request => "RequestNamespace",
        }
    }

    /// What a namespace below another one, or below a client, is made with.
    fn argument(self) -> &'static str {
        match self {
            Self::Sync | Self::Async => "self._call",
            Self::Request => "",
        }
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Side {
    Input,
    Output,
}

/// A module in the making: which built-in names its members hide, whose types it defines,
/// and which of other modules it mentions.
struct Module<'a> {
    api: &'a Api,
    hidden: BTreeSet<&'static str>,
    /// The scope whose types are defined here; `None` where those of no scope are.
    home: Option<Home>,
    mentioned: RefCell<BTreeSet<(Home, String)>>,
    /// Names that several of the mentioned modules have.
    ambiguous: BTreeSet<String>,
}

impl<'a> Module<'a> {
    fn new<'b>(
        api: &'a Api,
        home: Option<Home>,
        idents: impl IntoIterator<Item = &'b str>,
    ) -> Self {
        let idents: BTreeSet<&str> = idents.into_iter().collect();
        let hidden = BUILTINS
            .iter()
            .copied()
            .filter(|name| idents.contains(name));
        Self {
            api,
            hidden: hidden.collect(),
            home,
            mentioned: RefCell::default(),
            ambiguous: BTreeSet::new(),
        }
    }

    /// Writes a body twice: the second time it is known which names need telling apart, from
    /// each other and from those that the module defines.
    fn write(
        mut self,
        defined: &BTreeSet<String>,
        body: impl Fn(&Self) -> String,
    ) -> (Self, String) {
        body(&self);
        let defined = defined.iter().map(|name| (name.as_str(), 1));
        let mut homes: BTreeMap<&str, usize> = defined.collect();
        let mentioned = self.mentioned.take();
        for (_, name) in &mentioned {
            *homes.entry(name).or_default() += 1;
        }
        let several = homes.into_iter().filter(|(_, homes)| *homes > 1);
        self.ambiguous = several.map(|(name, _)| name.to_owned()).collect();
        let text = body(&self);
        (self, text)
    }

    /// A type by the name that it has in this module.
    fn name(&self, home: Home, name: &str) -> String {
        if self.home == Some(home) {
            return name.to_owned();
        }
        self.mentioned.borrow_mut().insert((home, name.to_owned()));
        self.known_as(home, name)
    }

    fn known_as(&self, home: Home, name: &str) -> String {
        match self.ambiguous.contains(name) {
            true => format!("{}{name}", crate::names::type_name(self.module(home))),
            false => name.to_owned(),
        }
    }

    /// The module that defines the types of a scope.
    fn module(&self, home: Home) -> &str {
        home.map_or("types", |scope| &self.api.scopes[scope].ident)
    }

    /// The imports of what is mentioned.
    fn imports(&self) -> Vec<String> {
        let mut modules: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (home, name) in self.mentioned.borrow().iter() {
            let known_as = self.known_as(*home, name);
            let item = match known_as == *name {
                true => known_as,
                false => format!("{name} as {known_as}"),
            };
            let module = format!("bitrix24.{}", self.module(*home));
            modules.entry(module).or_default().push(item);
        }
        let lines = modules.into_iter();
        lines
            .map(|(module, names)| import(&module, &names))
            .collect()
    }

    fn builtin(&self, name: &'static str) -> String {
        match self.hidden.contains(name) {
            true => format!("builtins.{name}"),
            false => name.to_owned(),
        }
    }

    fn ty(&self, ty: &Type, side: Side) -> String {
        match ty {
            Type::Any if side == Side::Input => "JSONInput".into(),
            Type::Any => "JSON".into(),
            Type::String => self.builtin("str"),
            Type::Secret if side == Side::Input => format!("{} | Secret", self.builtin("str")),
            Type::Secret => "Secret".into(),
            Type::Integer => self.builtin("int"),
            Type::Double => self.builtin("float"),
            Type::Boolean(_) => self.builtin("bool"),
            Type::Date => "dt.date".into(),
            Type::DateTime => "dt.datetime".into(),
            Type::Object if side == Side::Input => {
                format!("Mapping[{}, JSONInput]", self.builtin("str"))
            }
            Type::Object => {
                format!("{}[{}, JSON]", self.builtin("dict"), self.builtin("str"))
            }
            Type::Enum(index) => {
                let it = &self.api.enums[*index];
                format!("{} | {}", self.name(it.home, &it.name), self.builtin("str"))
            }
            Type::Array(of) => {
                let of = self.ty(of, side);
                match side {
                    Side::Input => format!("Sequence[{of}]"),
                    Side::Output => format!("{}[{of}]", self.builtin("list")),
                }
            }
            Type::Map(key, of) => {
                let of = self.ty(of, side);
                let key = match key {
                    Key::String => self.builtin("str"),
                    Key::Integer => self.builtin("int"),
                };
                match side {
                    Side::Input => format!("Mapping[{key}, {of}]"),
                    Side::Output => format!("{}[{key}, {of}]", self.builtin("dict")),
                }
            }
            Type::Record(index) => {
                let record = &self.api.records[*index];
                let class = || self.name(record.home, &record.name);
                let dict = || self.name(record.home, &format!("{}{DICT}", record.name));
                let given = match (side, record.output) {
                    (Side::Output, _) => return class(),
                    (Side::Input, true) => format!("{} | {}", class(), dict()),
                    (Side::Input, false) => dict(),
                };
                match record.open {
                    true => format!("{given} | {}", self.ty(&Type::Object, side)),
                    false => given,
                }
            }
            Type::Nullable(of) => match self.ty(of, side) {
                of if of == "JSON" || of == "JSONInput" => of,
                of => format!("{of} | None"),
            },
            Type::Union(index) => {
                let mut seen = Vec::new();
                for (_, ty) in &self.api.unions[*index].members {
                    for part in alternatives(&self.ty(ty, side)) {
                        if !seen.contains(&part) {
                            seen.push(part);
                        }
                    }
                }
                seen.join(" | ")
            }
        }
    }

    /// The type of a field of an answer: what may be missing is `None`.
    fn output(&self, field: &Field) -> String {
        let ty = self.ty(&field.ty, Side::Output);
        match field.required || ty == "JSON" || ty.ends_with("| None") {
            true => ty,
            false => format!("{ty} | None"),
        }
    }

    /// The type and the default of a parameter.
    fn input(&self, field: &Field) -> (String, &'static str) {
        let ty = self.ty(&field.ty, Side::Input);
        match (field.required, &field.ty) {
            (true, _) => (ty, ""),
            (false, Type::Nullable(_)) => {
                let ty = ty.trim_end_matches(" | None");
                (format!("{ty} | Unset | None"), " = UNSET")
            }
            (false, _) if ty == "JSONInput" => (format!("{ty} | Unset"), " = UNSET"),
            (false, _) => (format!("{ty} | None"), " = None"),
        }
    }
}

/// The members of a union, as it is written.
fn alternatives(ty: &str) -> Vec<String> {
    split(ty, " | ")
}

/// The parts of a type: what is inside of brackets belongs together.
fn split(ty: &str, separator: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for word in ty.split(separator) {
        let Some(part) = parts.last_mut() else {
            return Vec::new();
        };
        if depth > 0 {
            part.push_str(separator);
        } else if !part.is_empty() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(word);
        }
        depth += word.matches('[').count();
        depth -= word.matches(']').count().min(depth);
    }
    parts
}

// ----- documentation -----

/// Markdown's code spans as those of docstrings, and nothing that ends a docstring.
fn prose(text: &str) -> String {
    let text = text.replace("\"\"\"", "'''");
    text.replace("``", "`").replace('`', "``")
}

/// A text in lines at an indentation.
fn lines(text: &str, indent: usize, hang: &str) -> String {
    let margin = " ".repeat(indent);
    let lines = wrap(&prose(text), WIDTH - indent, hang);
    let lines = lines.iter().map(|line| match line.as_str() {
        "" => String::new(),
        line => format!("{margin}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The quotes that open a docstring.
fn quotes(text: &str) -> &'static str {
    match text.contains('\\') {
        true => "r\"\"\"",
        false => "\"\"\"",
    }
}

/// A docstring: one line if it fits, else with the quotes on lines of their own.
fn docstring(text: &str, indent: usize) -> String {
    docstring_or(text, indent, "See below.")
}

/// The same with what to say first where the text does not begin with a short sentence.
fn docstring_or(text: &str, indent: usize, instead: &str) -> String {
    let margin = " ".repeat(indent);
    let open = quotes(text);
    let one = prose(text.trim());
    let room = WIDTH - indent - open.len();
    if !one.contains('\n') && one.chars().count() + 3 <= room {
        return format!("{margin}{open}{one}\"\"\"\n");
    }
    let body = lines(&parted(&one, room, instead), indent, "");
    format!("{margin}{open}{}\n{margin}\"\"\"\n", body.trim())
}

/// A text whose first paragraph fits a line: its first sentence, or what stands before a colon.
fn parted(text: &str, room: usize, instead: &str) -> String {
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let long = |text: &str| text.chars().count() > room;
    let (head, more) = match first.split_once(". ") {
        Some((head, more)) if text.chars().count() + 3 > room => (format!("{head}."), more),
        _ => (first.clone(), ""),
    };
    let paragraphs = if !long(&head) {
        [head, more.to_owned(), rest.to_owned()]
    } else {
        match first.split_once(": ") {
            Some((head, more)) if !long(head) => {
                [format!("{head}."), upper_first(more), rest.to_owned()]
            }
            _ => [instead.to_owned(), first, rest.to_owned()],
        }
    };
    let paragraphs = paragraphs.into_iter().filter(|it| !it.is_empty());
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn field_doc(field: &Field) -> String {
    let mut text = match &field.text {
        Some(text) => format!("`{}`: {}", field.wire, sentence(&lower_first(text))),
        None => format!("`{}`.", field.wire),
    };
    for note in &field.notes {
        text.push(' ');
        text.push_str(note);
    }
    text
}

/// A definition that fits one line, or each item on its own.
fn fold(head: &str, items: &[String], tail: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let one = format!("{margin}{head}{}{tail}", items.join(", "));
    if one.chars().count() <= WIDTH {
        return format!("{one}\n");
    }
    let items: String = items
        .iter()
        .map(|item| format!("{margin}    {item},\n"))
        .collect();
    format!("{margin}{head}\n{items}{margin}{tail}\n")
}

/// A row of a dictionary, which nothing can break.
fn entry(indent: usize, key: &str, value: &str) -> String {
    let row = format!("{}{key}: {value},", " ".repeat(indent));
    match row.chars().count() <= WIDTH {
        true => format!("{row}\n"),
        false => format!("{row}  # noqa: E501\n"),
    }
}

/// A parameter on a line of its own, or on several.
fn parameter(name: &str, ty: &str, default: &str) -> String {
    let before = 8 + name.chars().count() + 2;
    let ty = broken(ty, 8, before, default.len() + 1);
    format!("        {name}: {ty}{default},\n")
}

/// An attribute of a class.
fn attribute(name: &str, ty: &str) -> String {
    let before = 4 + name.chars().count() + 2;
    let fits = before + ty.chars().count() <= WIDTH;
    match alternatives(ty).len() > 1 && !fits {
        true => format!("    {name}: (\n        {}\n    )\n", broken(ty, 8, 8, 0)),
        false => format!("    {name}: {}\n", broken(ty, 4, before, 0)),
    }
}

/// A type that is broken as formatters do it, if it does not fit a line with what stands before
/// and after it.
fn broken(ty: &str, indent: usize, before: usize, after: usize) -> String {
    if before + ty.chars().count() + after <= WIDTH {
        return ty.to_owned();
    }
    let margin = " ".repeat(indent);
    let members = alternatives(ty);
    if let [first, others @ .., last] = members.as_slice() {
        let mut out = broken(first, indent, before, 0);
        for member in others {
            let _ = write!(out, "\n{margin}| {}", broken(member, indent, indent + 2, 0));
        }
        let _ = write!(
            out,
            "\n{margin}| {}",
            broken(last, indent, indent + 2, after)
        );
        return out;
    }
    let inside = ty.strip_suffix(']').and_then(|it| it.split_once('['));
    let Some((head, inside)) = inside else {
        return ty.to_owned();
    };
    let deeper = indent + 4;
    let arguments = split(inside, ", ");
    let inside = match arguments.as_slice() {
        [one] => format!("{margin}    {}\n", broken(one, deeper, deeper, 0)),
        _ if deeper + inside.chars().count() <= WIDTH => format!("{margin}    {inside}\n"),
        many => many
            .iter()
            .map(|it| format!("{margin}    {},\n", broken(it, deeper, deeper, 1)))
            .collect(),
    };
    format!("{head}[\n{inside}{margin}]")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

// ----- modules of types -----

fn types_module(api: &Api, home: Home) -> String {
    let records: Vec<&Record> = api.records.iter().filter(|it| it.home == home).collect();
    let idents = records
        .iter()
        .flat_map(|it| &it.fields)
        .map(|it| it.ident.as_str());
    let module = Module::new(api, Some(home), idents);
    let mut names = BTreeSet::new();
    let methods = api.methods.iter().filter(|it| Some(it.scope) == home);
    for method in methods.filter(|it| !it.errors.is_empty()) {
        names.insert(format!("{}{CODE}", method.error_name));
    }
    for record in &records {
        if record.output {
            names.insert(record.name.clone());
        }
        if record.input {
            names.insert(format!("{}{DICT}", record.name));
        }
    }
    let enums = api.enums.iter().filter(|it| it.home == home);
    names.extend(enums.map(|it| it.name.clone()));
    let (module, body) = module.write(&names, |module| types_body(module, home));
    let title = match home {
        None => "Types that the methods of several scopes share.".to_owned(),
        Some(scope) => {
            let scope = &api.scopes[scope];
            let text = scope.text.as_deref().unwrap_or("its types.");
            format!(
                "The scope `{}`: {}",
                scope.name,
                sentence(&lower_first(text))
            )
        }
    };
    let more = home.map_or(String::new(), |scope| migration(api, scope));
    assemble_with(&module, &title, &more, &names, &body)
}

/// The deprecated methods of a scope, with what replaces each.
fn migration(api: &Api, scope: usize) -> String {
    let mut rows = String::new();
    for (index, method) in api.methods.iter().enumerate() {
        let Some(deprecated) = method.deprecated.as_ref().filter(|_| method.scope == scope) else {
            continue;
        };
        let own = Link {
            name: method.key(),
            method: Some(index),
        };
        let links = deprecated.replaced_by.iter();
        let links: Vec<_> = links.map(|link| doc_link(api, link)).collect();
        let instead = match links.as_slice() {
            [] => "nothing is named".to_owned(),
            links => links.join(" or "),
        };
        let row = format!("* {}: {instead}.", doc_link(api, &own));
        let _ = writeln!(rows, "{}", lines(&row, 0, "  "));
    }
    match rows.is_empty() {
        true => rows,
        false => format!("What to call instead of deprecated methods:\n\n{rows}"),
    }
}

fn types_body(module: &Module<'_>, home: Home) -> String {
    let api = module.api;
    let mut body = String::new();
    for method in api.methods.iter().filter(|it| Some(it.scope) == home) {
        let types = method_types(module, method);
        if !types.is_empty() {
            let _ = write!(body, "\n\n# {}\n{types}", method.key());
        }
    }
    let shared = api.records.iter();
    for record in shared.filter(|it| it.home == home && it.owner.is_none()) {
        body.push_str(&record_types(module, record));
    }
    let shared = api.enums.iter();
    for (index, it) in shared
        .filter(|it| it.home == home && it.owner.is_none())
        .enumerate()
    {
        // Behind a class stand two empty lines.
        body.push_str(if index == 0 { "\n" } else { "" });
        body.push_str(&alias(it));
    }
    body
}

/// A module: its docstring, the imports that its body needs, its names and its body.
fn assemble(module: &Module<'_>, title: &str, names: &BTreeSet<String>, body: &str) -> String {
    assemble_with(module, title, "", names, body)
}

/// The same, with more to say under the title.
fn assemble_with(
    module: &Module<'_>,
    title: &str,
    more: &str,
    names: &BTreeSet<String>,
    body: &str,
) -> String {
    // What stands in docstrings is no use of a name, nor what stands in other texts.
    let code: String = body.split("\"\"\"").step_by(2).collect();
    let code = without_texts(&code);
    let uses = |name: &str| has_word(&code, name);
    let mut out = format!("{}\n", docstring(title, 0).trim_end());
    out = match out.trim_end().strip_suffix("\"\"\"") {
        Some(start) if !more.is_empty() => {
            format!(
                "{}\n\n{}\n\n{NOTICE}\n\"\"\"\n",
                start.trim_end(),
                more.trim_end()
            )
        }
        Some(start) => format!("{}\n\n{NOTICE}\n\"\"\"\n", start.trim_end()),
        None => out,
    };
    out.push_str("\nfrom __future__ import annotations\n\n");
    let mut standard = Vec::new();
    if !module.hidden.is_empty() && uses("builtins") {
        standard.push("import builtins\n".to_owned());
    }
    if uses("dt") {
        standard.push("import datetime as dt\n".to_owned());
    }
    for (from, candidates) in [
        ("collections.abc", ["Mapping", "Sequence"].as_slice()),
        ("typing", &["Literal", "TypeAlias"]),
    ] {
        let used: Vec<_> = candidates
            .iter()
            .filter(|name| uses(name))
            .map(|it| it.to_string())
            .collect();
        if !used.is_empty() {
            standard.push(import(from, &used));
        }
    }
    let mut own = Vec::new();
    let base = [
        "JSON",
        "UNSET",
        "Answer",
        "AsyncNamespace",
        "JSONInput",
        "Namespace",
        "Record",
        "Secret",
        "Unset",
        "hide",
    ];
    let used: Vec<_> = base
        .iter()
        .filter(|name| match **name {
            "hide" => code.contains("= hide("),
            name => uses(name),
        })
        .map(|it| it.to_string())
        .collect();
    if !used.is_empty() {
        own.push(import("bitrix24._base", &used));
    }
    let compat = ["NotRequired", "TypedDict", "deprecated"];
    let used: Vec<_> = compat
        .iter()
        .filter(|name| match **name {
            "deprecated" => code.contains("@deprecated("),
            name => uses(name),
        })
        .map(|it| it.to_string())
        .collect();
    if !used.is_empty() {
        own.push(import("bitrix24._compat", &used));
    }
    if uses("RequestNamespace") {
        let used: Vec<_> = ["ListRequest", "Request", "RequestNamespace"]
            .iter()
            .filter(|name| uses(name))
            .map(|it| it.to_string())
            .collect();
        own.push(import("bitrix24._request", &used));
    }
    own.extend(module.imports());
    let blocks: Vec<String> = [standard, own]
        .into_iter()
        .filter(|block| !block.is_empty())
        .map(|block| block.concat())
        .collect();
    out.push_str(&blocks.join("\n"));
    if !blocks.is_empty() {
        out.push('\n');
    }
    let listed: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match listed.is_empty() {
        true => out.push_str("__all__: list[str] = []\n"),
        false => out.push_str(&fold("__all__ = [", &listed, "]", 0)),
    }
    out.push_str(body);
    format!("{}\n", out.trim_end())
}

fn import(from: &str, names: &[String]) -> String {
    import_at(0, from, names)
}

fn import_at(indent: usize, from: &str, names: &[String]) -> String {
    let margin = " ".repeat(indent);
    let mut names = names.to_vec();
    // The order of import sorters: constants, classes, functions, without regard to case.
    names.sort_by_key(|name| {
        let constant = name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let function = name.starts_with(|c: char| c.is_ascii_lowercase());
        (!constant, function, natural(name), name.clone())
    });
    let one = format!("{margin}from {from} import {}", names.join(", "));
    match one.len() <= WIDTH {
        true => format!("{one}\n"),
        false => {
            let names: String = names
                .iter()
                .map(|name| format!("{margin}    {name},\n"))
                .collect();
            format!("{margin}from {from} import (\n{names}{margin})\n")
        }
    }
}

/// A name in lower case, with its numbers as long as any: in the order of their values.
fn natural(name: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in name.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => digits.push(c),
            other => {
                if !digits.is_empty() {
                    let _ = write!(out, "{digits:0>20}");
                    digits.clear();
                }
                out.extend(other.iter().map(char::to_ascii_lowercase));
            }
        }
    }
    out
}

/// Code without its texts, but with those that are types: the values of a dictionary of types.
fn without_texts(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for line in code.lines() {
        let of_dict = line.starts_with("        \"") && line.contains("\": \"");
        let mut inside = false;
        let mut escaped = false;
        let kept = if of_dict {
            line.split_once("\": \"")
        } else {
            None
        };
        for c in kept.map_or(line, |(_, ty)| ty).chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = inside,
                '"' if !of_dict => inside = !inside,
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out.push('\n');
    }
    out
}

fn has_word(text: &str, word: &str) -> bool {
    let boundary = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        boundary(text[..at].chars().next_back()) && boundary(text[at + word.len()..].chars().next())
    })
}

/// Everything that a method brings to its scope's module.
fn method_types(module: &Module<'_>, method: &Method) -> String {
    let api = module.api;
    let mut out = String::new();
    if !method.errors.is_empty() {
        let codes: Vec<_> = method
            .errors
            .iter()
            .map(|error| quoted(&error.code))
            .collect();
        let head = format!("{}{CODE}: TypeAlias = Literal[", method.error_name);
        let _ = write!(out, "\n{}", fold(&head, &codes, "]", 0));
        let text = format!("The codes that `{}` documents as its own.", method.name);
        out.push_str(&docstring(&text, 0));
    }
    for it in &api.enums[method.types.enums.clone()] {
        out.push_str(&alias(it));
    }
    for record in &api.records[method.types.records.clone()] {
        out.push_str(&record_types(module, record));
    }
    out
}

fn alias(of: &Enum) -> String {
    let values: Vec<_> = of.values.iter().map(|value| quoted(&value.wire)).collect();
    let head = format!("{}: TypeAlias = Literal[", of.name);
    let mut text = format!("The known values of {}.", of.origin);
    for value in &of.values {
        if let Some(meaning) = &value.text {
            text.push_str(&format!(
                "\n\n`{}`: {}",
                value.wire,
                sentence(&lower_first(meaning))
            ));
        }
    }
    let text = docstring_or(&text, 0, "The known values of a field.");
    format!("\n{}{text}", fold(&head, &values, "]", 0))
}

fn record_types(module: &Module<'_>, record: &Record) -> String {
    let mut out = String::new();
    if record.output {
        out.push_str(&class(module, record));
    }
    if record.input {
        out.push_str(&typed_dict(module, record));
    }
    out
}

fn record_doc(record: &Record) -> String {
    let mut text = match &record.text {
        Some(text) => format!("{}\n\nOn the wire: {}.", sentence(text), record.origin),
        None => format!("{}.", upper_first(&record.origin)),
    };
    if record.open {
        text.push_str("\n\nOther fields are taken as well.");
    }
    format!("{text}\n\nSee {}", record.docs)
}

fn class(module: &Module<'_>, record: &Record) -> String {
    let fields = &record.fields;
    let mut out = format!("\n\nclass {}(Record):\n", record.name);
    out.push_str(&docstring_or(&record_doc(record), 4, AN_OBJECT));
    let slots: Vec<_> = fields.iter().map(|field| quoted(&field.ident)).collect();
    let wires: Vec<_> = fields.iter().map(|field| quoted(&field.wire)).collect();
    let _ = write!(
        out,
        "\n{}{}\n",
        tuple("__slots__", &slots),
        tuple("_wire", &wires)
    );
    for field in fields {
        out.push_str(&attribute(&field.ident, &module.output(field)));
        out.push_str(&docstring(&field_doc(field), 4));
    }
    out.push_str("\n    def __init__(\n        self,\n        *,\n");
    for field in fields {
        let ty = module.output(field);
        let default = if field.required { "" } else { " = None" };
        out.push_str(&parameter(&field.ident, &ty, default));
    }
    let (dict, text) = (module.builtin("dict"), module.builtin("str"));
    let _ = writeln!(
        out,
        "        extra: {dict}[{text}, JSON] | None = None,\n    ) -> None:"
    );
    for field in fields {
        let _ = writeln!(out, "        self.{0} = {0}", field.ident);
    }
    out.push_str("        self.extra = {} if extra is None else extra\n");
    out
}

fn tuple(name: &str, items: &[String]) -> String {
    match items {
        [] => format!("    {name} = ()\n"),
        [item] => format!("    {name} = ({item},)\n"),
        items => fold(&format!("{name} = ("), items, ")", 4),
    }
}

fn typed_dict(module: &Module<'_>, record: &Record) -> String {
    let name = format!("{}{DICT}", record.name);
    let title = match record.output {
        true => format!(":class:`{}` as a dictionary.", record.name),
        false => record_doc(record),
    };
    let item = |field: &Field| {
        let ty = module.ty(&field.ty, Side::Input);
        match field.required {
            true => ty,
            false => format!("NotRequired[{ty}]"),
        }
    };
    let plain = record.fields.iter().all(|field| is_name(&field.wire));
    if plain {
        let mut out = format!("\n\nclass {name}(TypedDict):\n");
        match record.output {
            true => out.push_str(&title_of_dict(record)),
            false => out.push_str(&docstring_or(&title, 4, AN_OBJECT)),
        }
        if !record.fields.is_empty() {
            out.push('\n');
        }
        for field in &record.fields {
            out.push_str(&attribute(&field.wire, &item(field)));
            out.push_str(&docstring(&field_doc(field), 4));
        }
        return out;
    }
    // A key that is no name asks for this form.
    let mut out = format!("\n\n{name} = TypedDict(\n    {},\n    {{\n", quoted(&name));
    for field in &record.fields {
        let (key, value) = (quoted(&field.wire), quoted(&item(field)));
        out.push_str(&entry(8, &key, &value));
    }
    out.push_str("    },\n)\n");
    let mut text = title;
    for field in &record.fields {
        text.push_str("\n\n");
        text.push_str(&field_doc(field));
    }
    out.push_str(&docstring_or(&text, 0, AN_OBJECT));
    out
}

/// What the dictionary of a class says of itself: a reference, not a code span.
fn title_of_dict(record: &Record) -> String {
    let class = format!(":class:`{}`", record.name);
    let one = format!("    \"\"\"{class} as a dictionary.\"\"\"\n");
    match one.trim_end().chars().count() <= WIDTH {
        true => one,
        false => format!("    \"\"\"A class as a dictionary.\n\n    See {class}.\n    \"\"\"\n"),
    }
}

/// Whether a wire name can stand as an attribute of a class.
fn is_name(wire: &str) -> bool {
    let mut chars = wire.chars();
    let first = chars.next();
    first.is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !crate::names::is_python_keyword(wire)
        && !BUILTINS.contains(&wire)
}

// ----- modules of namespaces -----

fn namespace_module(
    api: &Api,
    namespace: &Namespace,
    own_call: Option<usize>,
    kinds: &[Kind],
) -> String {
    let mut names = BTreeSet::new();
    let mut idents = Vec::new();
    collect(namespace, kinds, &mut names, &mut idents);
    let module = Module::new(api, None, idents.iter().map(String::as_str));
    let (module, body) = module.write(&names, |module| {
        let mut body = String::new();
        for kind in kinds {
            namespace_class(module, namespace, *kind, own_call, &mut body);
        }
        body
    });
    let title = match kinds {
        [Kind::Request] => format!("Requests of the methods `{}.*`.", namespace.wire.join(".")),
        _ => format!("The methods `{}.*`.", namespace.wire.join(".")),
    };
    assemble(&module, &title, &names, &body)
}

fn collect(
    namespace: &Namespace,
    kinds: &[Kind],
    names: &mut BTreeSet<String>,
    idents: &mut Vec<String>,
) {
    for kind in kinds {
        names.insert(format!("{}{}", kind.prefix(), namespace.type_name));
    }
    idents.extend(namespace.methods.keys().cloned());
    for child in namespace.children.values() {
        idents.push(child.ident.clone());
        collect(child, kinds, names, idents);
    }
}

/// A namespace, and those below it. A method of the same name as a namespace is its `__call__`.
fn namespace_class(
    module: &Module<'_>,
    namespace: &Namespace,
    kind: Kind,
    own_call: Option<usize>,
    out: &mut String,
) {
    let prefix = kind.prefix();
    let name = &namespace.type_name;
    let wire = namespace.wire.join(".");
    let _ = write!(out, "\n\nclass {prefix}{name}({}):\n", kind.base());
    out.push_str(&docstring(&format!("The methods `{wire}.*`."), 4));
    out.push_str("\n    __slots__ = ()\n");
    for child in namespace.children.values() {
        let _ = write!(
            out,
            "\n    @{}\n    def {}(self) -> {prefix}{}:\n",
            module.builtin("property"),
            child.ident,
            child.type_name
        );
        out.push_str(&docstring(
            &format!("The methods `{}.*`.", child.wire.join(".")),
            8,
        ));
        let _ = writeln!(
            out,
            "        return {prefix}{}({})",
            child.type_name,
            kind.argument()
        );
    }
    if let Some(index) = own_call {
        let method = &module.api.methods[index];
        let _ = write!(out, "\n{}", call_as("__call__", module, method, kind));
    }
    for (ident, index) in &namespace.methods {
        if !namespace.children.contains_key(ident) {
            let _ = write!(out, "\n{}", call(module, &module.api.methods[*index], kind));
        }
    }
    for child in namespace.children.values() {
        let own = namespace.methods.get(&child.ident).copied();
        namespace_class(module, child, kind, own, out);
    }
}

fn scopes_module(api: &Api, root: &Namespace) -> String {
    let idents = root.methods.keys().chain(root.children.keys());
    let module = Module::new(api, None, idents.map(String::as_str));
    let names = BTreeSet::from(["AsyncScopes".to_owned(), "SyncScopes".to_owned()]);
    let (module, body) = module.write(&names, |module| scopes_body(module, root));
    let title = "What a client offers by name, beside `call`.";
    let text = assemble(&module, title, &names, &body);
    import_late(text, root, "namespaces", CALLS)
}

/// The object that makes requests, as a module.
fn request_scopes_module(api: &Api, root: &Namespace) -> String {
    let idents = root.methods.keys().chain(root.children.keys());
    let module = Module::new(api, None, idents.map(String::as_str));
    let names = BTreeSet::from(["RequestScopes".to_owned(), "request".to_owned()]);
    let (module, body) = module.write(&names, |module| {
        let head = "class RequestScopes(RequestNamespace):\n    \"\"\"What \
                    :data:`bitrix24.request` offers by name, each part loaded when first \
                    used.\"\"\"\n\n";
        let mut body = format!("\n\n{head}");
        body.push_str(&scope_slots(root, Kind::Request));
        scope_members(module, root, Kind::Request, &mut body);
        body.push_str("\n\nrequest: Final = RequestScopes()\n");
        let text = "Makes requests of the methods, by the names that clients have for them.";
        body.push_str(&docstring(text, 0));
        body
    });
    let title = "What makes requests of the methods, by their names.";
    let text = assemble(&module, title, &names, &body);
    import_late(text, root, "_requests", REQUESTS)
}

/// Has the checkers, and only them, import the namespaces that a module mentions.
fn import_late(mut text: String, root: &Namespace, folder: &str, kinds: &[Kind]) -> String {
    // These modules are loaded with the package, so they load as little as they can.
    text = text.replacen(
        "from bitrix24._compat import deprecated\n",
        "from bitrix24._deprecated import deprecated\n",
        1,
    );
    let mut typing = Vec::new();
    if !root.children.is_empty() {
        let mut modules = take_scopes(&mut text);
        for child in root.children.values() {
            let from = format!("bitrix24.{folder}.{}", child.ident);
            let names = kinds
                .iter()
                .map(|kind| format!("{}{}", kind.prefix(), child.type_name));
            modules.push((from, names.collect()));
        }
        modules.sort_by_cached_key(|(from, _)| natural(from));
        let mut imports = String::from("\nif TYPE_CHECKING:\n");
        for (from, names) in modules {
            imports.push_str(&import_at(4, &from, &names));
        }
        typing.push("TYPE_CHECKING".to_owned());
        text = text.replacen("\n__all__ =", &format!("{imports}\n__all__ ="), 1);
    }
    if kinds == REQUESTS {
        typing.push("Final".to_owned());
    }
    if !typing.is_empty() {
        let future = "from __future__ import annotations\n\n";
        let typing = import("typing", &typing);
        // Behind what the standard library has before it in the alphabet.
        let start = text.find(future).map_or(0, |at| at + future.len());
        let (head, rest) = text.split_at(start);
        let before = |line: &&str| line.starts_with("import ") || line.starts_with("from c");
        let lines = rest.split_inclusive('\n').take_while(before);
        let (standard, own) = rest.split_at(lines.map(str::len).sum());
        let gap = if standard.is_empty() { "\n" } else { "" };
        text = format!("{head}{standard}{typing}{gap}{own}");
    }
    text
}

/// Takes the imports of scopes out of a module: it mentions their types, and needs none to run.
fn take_scopes(text: &mut String) -> Vec<(String, Vec<String>)> {
    let mut taken: Vec<(String, Vec<String>)> = Vec::new();
    let mut rest = String::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let own = line.strip_prefix("from bitrix24.");
        let begins = own.filter(|it| !it.starts_with('_'));
        if let Some((module, names)) = begins.and_then(|it| it.split_once(" import ")) {
            inside = names.trim_end() == "(";
            taken.push((format!("bitrix24.{module}"), listed(names)));
        } else if inside {
            inside = !line.starts_with(')');
            if let Some((_, names)) = taken.last_mut() {
                names.extend(listed(line));
            }
        } else {
            rest.push_str(line);
        }
    }
    *text = rest;
    taken
}

/// The names in a line of an import.
fn listed(line: &str) -> Vec<String> {
    let line = line.trim().trim_matches(['(', ')']);
    let names = line.split(',').map(str::trim).filter(|it| !it.is_empty());
    names.map(str::to_owned).collect()
}

fn scopes_body(module: &Module<'_>, root: &Namespace) -> String {
    let mut body = String::new();
    for (prefix, client) in [("", "Client"), ("Async", "AsyncClient")] {
        let (class, kind) = match prefix {
            "" => ("SyncScopes", Kind::Sync),
            _ => ("AsyncScopes", Kind::Async),
        };
        let _ = write!(
            body,
            "\n\nclass {class}({prefix}Namespace):\n    \"\"\"What :class:`bitrix24.{client}` \
             offers by name, each part loaded when first used.\"\"\"\n\n"
        );
        body.push_str(&scope_slots(root, kind));
        scope_members(module, root, kind, &mut body);
    }
    body
}

/// Where the namespaces of the first level are kept.
fn scope_slots(root: &Namespace, kind: Kind) -> String {
    let children = root.children.values();
    let slots: Vec<_> = children.map(|child| quoted(&scope_slot(child))).collect();
    let mut text = tuple("__slots__", &slots);
    if !slots.is_empty() {
        text.push('\n');
    }
    for child in root.children.values() {
        let slot = scope_slot(child);
        let _ = writeln!(text, "    {slot}: {}{}", kind.prefix(), child.type_name);
    }
    text
}

fn scope_slot(namespace: &Namespace) -> String {
    format!("_{}_methods", namespace.ident.trim_end_matches('_'))
}

/// The namespaces of the first level, and the methods that are in none.
fn scope_members(module: &Module<'_>, root: &Namespace, kind: Kind, body: &mut String) {
    let (folder, prefix) = match kind {
        Kind::Sync | Kind::Async => ("namespaces", kind.prefix()),
        Kind::Request => ("_requests", ""),
    };
    for child in root.children.values() {
        let (ident, name) = (&child.ident, format!("{prefix}{}", child.type_name));
        let property = module.builtin("property");
        let _ = write!(
            body,
            "\n    @{property}\n    def {ident}(self) -> {name}:\n"
        );
        let text = format!("The methods `{}.*`.", child.wire.join("."));
        body.push_str(&docstring(&text, 8));
        let (slot, argument) = (scope_slot(child), kind.argument());
        let _ = write!(
            body,
            "        try:\n            return self.{slot}\n        except AttributeError:\n            \
             from bitrix24.{folder}.{ident} import {name}\n\n            \
             self.{slot} = {name}({argument})\n            return self.{slot}\n"
        );
    }
    for (ident, index) in &root.methods {
        if !root.children.contains_key(ident) {
            let method = &module.api.methods[*index];
            let _ = write!(body, "\n{}", call(module, method, kind));
        }
    }
}

/// A method in its namespace.
fn call(module: &Module<'_>, method: &Method, kind: Kind) -> String {
    call_as(&method.ident, module, method, kind)
}

/// A method by the name of a function.
fn call_as(name: &str, module: &Module<'_>, method: &Method, kind: Kind) -> String {
    let mut out = deprecation(module, method);
    let mut params: String = method
        .params
        .iter()
        .map(|field| {
            let (ty, default) = module.input(field);
            parameter(&field.ident, &ty, default)
        })
        .collect();
    if kind != Kind::Request {
        let float = module.builtin("float");
        let _ = writeln!(params, "        timeout: {float} | None = None,");
    }
    let result = module.ty(&method.result, Side::Output);
    let (asynchronous, returns, gives) = match kind {
        Kind::Sync => ("", format!("Answer[{result}]"), "return self._call("),
        Kind::Async => (
            "async ",
            format!("Answer[{result}]"),
            "return await self._call(",
        ),
        Kind::Request => match record_type(module, method) {
            Some(record) => (
                "",
                format!("ListRequest[{result}, {record}]"),
                "return ListRequest(",
            ),
            None => ("", format!("Request[{result}]"), "return Request("),
        },
    };
    // Nothing may follow a lone star.
    let star = match params.is_empty() {
        true => "",
        false => "        *,\n",
    };
    let returns = broken(&returns, 4, 9, 1);
    let _ = write!(
        out,
        "    {asynchronous}def {name}(\n        self,\n{star}{params}    ) -> {returns}:\n"
    );
    out.push_str(&match kind {
        Kind::Request => request_doc(method),
        _ => call_doc(module, method, kind),
    });
    for field in &method.params {
        let ty = match &field.ty {
            Type::Nullable(of) => of,
            ty => ty,
        };
        if *ty == Type::Secret {
            let _ = writeln!(out, "        {0} = hide({0})", field.ident);
        }
    }
    let last: &[&str] = match kind {
        Kind::Request => &[],
        _ => &["timeout"],
    };
    out.push_str(&handed_on(method, gives, last));
    out
}

/// The warning that a method is on its way out, if it is.
fn deprecation(module: &Module<'_>, method: &Method) -> String {
    let Some(deprecated) = &method.deprecated else {
        return String::new();
    };
    let names: Vec<_> = deprecated
        .replaced_by
        .iter()
        .map(|link| self_link(module.api, link))
        .collect();
    let note = match names.as_slice() {
        [] => format!(
            "{} is deprecated; its documentation names nothing to use instead",
            method.name
        ),
        names => format!("{} is deprecated: use {}", method.name, names.join(" or ")),
    };
    let one = fold("@deprecated(", &[quoted(&note)], ")", 4);
    if one.lines().all(|line| line.chars().count() <= WIDTH) {
        return one;
    }
    let quoted_note = quoted(&note);
    if quoted_note.chars().count() <= WIDTH - 8 {
        return format!("    @deprecated(\n        {quoted_note}\n    )\n");
    }
    // Texts that stand side by side are one.
    let parts = wrap(&note, WIDTH - 12, "");
    let mut out = String::from("    @deprecated(\n");
    for (index, part) in parts.iter().enumerate() {
        let space = if index + 1 < parts.len() { " " } else { "" };
        let _ = writeln!(out, "        {}", quoted(&format!("{part}{space}")));
    }
    out.push_str("    )\n");
    out
}

/// A call that is given a method's key, the values of its parameters, and what comes last.
fn handed_on(method: &Method, head: &str, last: &[&str]) -> String {
    let idents: Vec<_> = method.params.iter().map(|it| it.ident.as_str()).collect();
    let values = match idents.as_slice() {
        [] => "()".to_owned(),
        [one] => format!("({one},)"),
        many => format!("({})", many.join(", ")),
    };
    let mut items = vec![quoted(&method.key()), values];
    items.extend(last.iter().map(|it| it.to_string()));
    let one = fold(head, &items, ")", 8);
    if one.lines().all(|line| line.chars().count() <= WIDTH) {
        return one;
    }
    let values: String = idents
        .iter()
        .map(|it| format!("                {it},\n"))
        .collect();
    let last: String = last
        .iter()
        .map(|it| format!("            {it},\n"))
        .collect();
    format!(
        "        {head}\n            {},\n            (\n{values}            ),\n{last}        )\n",
        quoted(&method.key())
    )
}

/// The type of what a method lists, if it does.
fn record_type(module: &Module<'_>, method: &Method) -> Option<String> {
    fn inside(ty: &Type) -> &Type {
        match ty {
            Type::Nullable(of) => of,
            ty => ty,
        }
    }
    let list = method.list.as_ref()?;
    let mut ty = inside(&method.result);
    for part in list.records.iter().flat_map(|path| path.split('.')) {
        let Type::Record(index) = ty else { break };
        let mut fields = module.api.records[*index].fields.iter();
        ty = inside(&fields.find(|field| field.wire == part)?.ty);
    }
    Some(match ty {
        Type::Array(of) | Type::Map(_, of) => module.ty(of, Side::Output),
        _ => "JSON".to_owned(),
    })
}

/// What a request is, and where to read on.
fn request_doc(method: &Method) -> String {
    let way: Vec<_> = method.path.iter().chain([&method.ident]).cloned().collect();
    let way = format!("`client.{}`", way.join("."));
    let list = match method.list {
        Some(_) => " `client.records` reads the whole list.",
        None => "",
    };
    let one = format!("The request of {way}: see there.");
    // With the quotes, and with those that the code span gets.
    match one.chars().count() + 8 <= WIDTH - 8 {
        true => docstring(&format!("{one}{list}"), 8),
        false => docstring(&format!("The request of a method.\n\nSee {way}.{list}"), 8),
    }
}

/// A method by the way that leads to it, if it is described.
fn self_link(api: &Api, link: &Link) -> String {
    doc_link(api, link).replace('`', "")
}

/// The same in code spans.
fn doc_link(api: &Api, link: &Link) -> String {
    let wire = super::wire_name(api, link);
    match link.method {
        Some(index) => {
            let method = &api.methods[index];
            let way: Vec<_> = method.path.iter().chain([&method.ident]).cloned().collect();
            format!("`client.{}` ({wire})", way.join("."))
        }
        None => wire,
    }
}

fn call_doc(module: &Module<'_>, method: &Method, kind: Kind) -> String {
    let summary = match &method.summary {
        Some(summary) => sentence(summary),
        None => format!("Calls `{}`.", method.name),
    };
    let calls = format!("Calls `{}`.", method.name);
    // The quotes may have an `r` before them.
    let summary = parted(&prose(&summary), WIDTH - 8 - 4, &calls);
    let mut out = format!("{}\n", lines(&summary, 8, "").trim_start());
    let mut add = |text: &str| {
        let _ = write!(out, "\n{}\n", lines(text, 8, ""));
    };
    let version = match method.rest {
        Rest::Classic => "",
        Rest::V3 => " of REST 3.0",
    };
    let mut facts = format!(
        "The method `{}`{version}, {}.",
        method.name,
        super::scopes(method)
    );
    facts.push_str(&super::more_facts(method, str::to_owned));
    add(&facts);
    if let Some(deprecated) = &method.deprecated {
        let links = deprecated.replaced_by.iter();
        let links: Vec<_> = links.map(|link| doc_link(module.api, link)).collect();
        add(&match links.as_slice() {
            [] => "Deprecated; its documentation names nothing to use instead.".to_owned(),
            links => format!("Deprecated: use {}.", links.join(" or ")),
        });
    }
    if let Some(details) = &method.details {
        add(details);
    }
    for rule in &method.rules {
        add(&super::rule_text(rule));
    }
    if !method.rulings.is_empty() {
        add("Where the documentation leaves a question:");
        for ruling in &method.rulings {
            let _ = write!(out, "\n{}\n", lines(&format!("* {ruling}"), 8, "  "));
        }
    }
    out.push_str("\n        Args:\n");
    for field in &method.params {
        let text = format!("{}: {}", field.ident, field_doc(field));
        let _ = writeln!(out, "{}", lines(&text, 12, "    "));
    }
    let text = "timeout: Seconds that the call may take in all; the client's own if left out.";
    let _ = writeln!(out, "{}", lines(text, 12, "    "));
    if let Some(result) = &method.result_text {
        let _ = write!(
            out,
            "\n        Returns:\n{}\n",
            lines(&sentence(result), 12, "")
        );
    }
    if !method.errors.is_empty() {
        out.push_str("\n        Raises:\n");
        for error in &method.errors {
            let code = match error.code.as_str() {
                "" => "an empty code".to_owned(),
                code => format!("`{code}`"),
            };
            let meaning = match &error.text {
                Some(text) => format!("{code}: {}", sentence(&lower_first(text))),
                None => format!("{code}."),
            };
            let exception = module.api.exceptions.get(&error.code);
            let class = exception.map_or("MethodApiError", |it| it.class.as_str());
            let _ = writeln!(out, "{}", lines(&format!("{class}: {meaning}"), 12, "    "));
        }
    }
    if kind == Kind::Sync
        && let Some(example) = example(module.api, method)
    {
        let _ = write!(out, "\n        Example:\n{example}");
    }
    let _ = write!(out, "\n        See {}\n        \"\"\"\n", method.docs);
    format!("        {}{out}", quotes(&out))
}

/// An example that runs as a doctest, against a portal of our own.
fn example(api: &Api, method: &Method) -> Option<String> {
    // The client of the doctests is one with a webhook.
    if super::for_token(method) {
        return None;
    }
    let Value::Object(given) = method.example_params()? else {
        return None;
    };
    let mut args = Vec::new();
    for field in &method.params {
        match given.get(&field.wire) {
            Some(value) => args.push(format!("{}={}", field.ident, literal(&field.ty, value)?)),
            None if field.required => return None,
            None => {}
        }
    }
    let way: Vec<_> = method.path.iter().chain([&method.ident]).cloned().collect();
    let call = format!(">>> answer = client.{}(", way.join("."));
    let one = format!("            {call}{})", args.join(", "));
    let mut out = match one.chars().count() <= WIDTH {
        true => format!("{one}\n"),
        false => {
            let args: String = args
                .iter()
                .map(|it| format!("            ...     {it},\n"))
                .collect();
            format!("            {call}\n{args}            ... )\n")
        }
    };
    out.push_str("            >>> print(answer.result)  # doctest: +ELLIPSIS\n");
    let shown = match &method.result {
        Type::Nullable(of) => (**of).clone(),
        other => other.clone(),
    };
    match shown {
        Type::Record(index) => {
            let name = &api.records[index].name;
            let _ = writeln!(out, "            {name}(...)");
        }
        _ => return None,
    }
    Some(out)
}

fn literal(ty: &Type, value: &Value) -> Option<String> {
    match (ty, value) {
        (Type::Boolean(_), Value::Bool(flag)) => Some(if *flag { "True" } else { "False" }.into()),
        (Type::Boolean(_), Value::String(flag)) if flag == "Y" => Some("True".into()),
        (Type::Boolean(_), Value::String(flag)) if flag == "N" => Some("False".into()),
        (Type::String | Type::Secret | Type::Enum(_), Value::String(text)) => Some(quoted(text)),
        (Type::Integer | Type::Double, Value::Number(number)) => Some(number.to_string()),
        (Type::Nullable(_), Value::Null) => Some("None".into()),
        (Type::Nullable(of), value) => literal(of, value),
        (Type::Array(of), Value::Array(items)) => {
            let items: Option<Vec<_>> = items.iter().map(|item| literal(of, item)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        _ => None,
    }
}

fn method_idents<'a>(api: &'a Api, method: &'a Method) -> Vec<&'a str> {
    let scope = Some(method.scope);
    let records = api.records.iter().filter(|it| it.home == scope);
    let fields = records
        .flat_map(|it| &it.fields)
        .map(|it| it.ident.as_str());
    fields.chain([method.ident.as_str()]).collect()
}

// ----- exceptions -----

fn codes(api: &Api) -> String {
    let mut users: BTreeMap<&str, Vec<(&Method, &ErrorCode)>> = BTreeMap::new();
    for method in &api.methods {
        for error in &method.errors {
            users.entry(&error.code).or_default().push((method, error));
        }
    }
    let mut names = BTreeSet::new();
    let mut body = String::new();
    let (mut system_map, mut method_map) = (Vec::new(), Vec::new());
    for (code, exception) in &api.exceptions {
        let mut define = |class: &str, bases: &str, text: &str| {
            let _ = write!(body, "\n\nclass {class}({bases}):\n{}", docstring(text, 4));
            names.insert(class.to_owned());
        };
        let class = &exception.class;
        let both = exception.system.is_some() && exception.method.is_some();
        let bases = |kind: &str| match both {
            true => format!("{class}, {kind}"),
            false => kind.to_owned(),
        };
        if both {
            let text = format!("`{code}`, be it the system's or a method's own.");
            define(class, "ApiError", &text);
        }
        if let Some(leaf) = &exception.system {
            let mut errors = api.system_errors.iter();
            let text = system_text(code, errors.find(|error| error.code == *code));
            define(leaf, &bases("SystemApiError"), &text);
            system_map.push((code, leaf.clone()));
        }
        if let Some(leaf) = &exception.method {
            let users = users.get(code.as_str()).map(Vec::as_slice);
            let text = own_text(code, users.unwrap_or_default());
            define(leaf, &bases("MethodApiError"), &text);
            method_map.push((code, leaf.clone()));
        }
    }
    let map = |name: &str, base: &str, entries: &[(&String, String)], text: &str| {
        let mut out = format!("\n\n{name}: Final[dict[str, type[{base}]]] = {{\n");
        for (code, class) in entries {
            out.push_str(&entry(4, &quoted(code), class));
        }
        if entries.is_empty() {
            out.truncate(out.len() - 1);
        }
        let _ = write!(out, "}}\n\"\"\"{text}\"\"\"\n");
        out
    };
    let system_map = map(
        "SYSTEM",
        "SystemApiError",
        &system_map,
        "Codes that any method can answer.",
    );
    let method_map = map(
        "METHOD",
        "MethodApiError",
        &method_map,
        "Codes of single methods.",
    );
    let used: Vec<String> = ["ApiError", "MethodApiError", "SystemApiError"]
        .iter()
        .filter(|name| has_word(&body, name) || **name != "ApiError")
        .map(|it| it.to_string())
        .collect();
    let listed: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    format!(
        "\"\"\"One exception for each error code that the API documents.\n\n\
         Import them from :mod:`bitrix24.errors`.\n\n{NOTICE}\n\"\"\"\n\n\
         from __future__ import annotations\n\nfrom typing import Final\n\n{}\n{}{body}{system_map}{}",
        import("bitrix24.errors", &used),
        fold("__all__ = [", &listed, "]", 0),
        &method_map[1..]
    )
}

/// What a code means that any method can answer.
fn system_text(code: &str, error: Option<&ErrorCode>) -> String {
    let text = error.and_then(|it| it.text.as_deref()).map(sentence);
    let status = error
        .and_then(|it| it.status)
        .map(|it| format!(", HTTP {it}"));
    let since = error.and_then(|it| it.since.as_ref());
    let since = since.map(|it| format!(" Documented since {it}."));
    format!(
        "`{code}`{}.\n\n{}{}",
        status.unwrap_or_default(),
        text.unwrap_or_default(),
        since.unwrap_or_default()
    )
}

/// What a code means that single methods answer.
fn own_text(code: &str, users: &[(&Method, &ErrorCode)]) -> String {
    let names: Vec<_> = users
        .iter()
        .map(|(it, _)| format!("`{}`", it.name))
        .collect();
    let list = match users {
        users if users.len() > 4 => {
            let count = users.len();
            return format!("`{code}`.\n\nOf {count} methods, each of which says what it means.");
        }
        _ => names.join(", "),
    };
    let text = match users {
        [(_, error)] => error.text.as_deref().map(sentence).unwrap_or_default(),
        _ => String::new(),
    };
    let one = format!("`{code}` of {list}.");
    // With the quotes, and with those that code spans get.
    let spans = one.matches('`').count();
    match one.chars().count() + spans + 6 <= WIDTH - 4 {
        true => format!("{one}\n\n{text}"),
        false => format!("`{code}`.\n\nOf {list}.\n\n{text}"),
    }
}
