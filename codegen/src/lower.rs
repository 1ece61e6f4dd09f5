//! From the files of a description to the model: every rule and every cross-check.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::diag::{Place, Problem, Report, closest};
use crate::emit::doc::code;
use crate::expr::{self, Expr};
use crate::file::{self, Doc, key, keys, within};
use crate::format::{
    self, CommonFacts, CommonFile, Facts, Is, MethodFile, RequiredIf, Ruling, Texts,
};
use crate::model::{
    Api, Deprecated, Enum, ErrorCode, Example, Exception, Field, Home, Key, Link, Method, Record,
    Rule, Scope, Type, Types, Union, Variant, When,
};
use crate::names::{self, Names};
use crate::node::{Step, shorten};
use crate::{example, list, ruling};

/// Where the documentation's pages are shown.
const DOCS: &str = "https://apidocs.bitrix24.com/";

/// What Python adds to the name of an object that is passed in, for its dictionary.
pub(crate) const DICT: &str = "Dict";

/// What Python adds to the name of a method's errors, for its own codes.
pub(crate) const CODE: &str = "Code";

/// Reads and checks the description in a folder.
///
/// # Errors
///
/// Every problem that was found.
pub fn load(dir: &Path) -> Result<Api, Report> {
    let mut report = Report::default();
    let files = match file::files(dir) {
        Ok(files) => files,
        Err(error) => {
            let path = dir.display();
            report.push(nowhere(format!(
                "the folder {path} cannot be read: {error}"
            )));
            return Err(report);
        }
    };
    let mut lower = Lower::default();
    let mut methods = Vec::new();
    for path in &files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_common = name == "common.yaml";
        let Some(mut doc) = file::load(dir, path, &mut report) else {
            lower.types_lost |= is_common;
            continue;
        };
        if is_common {
            let read = doc.read::<CommonFile>(&mut report);
            lower.types_lost |= read.is_none() || doc.has_lost_names(&["facts"]);
            if let Some(read) = read {
                lower.common(path, doc, read, &mut report);
            }
        } else {
            let read = doc.read::<MethodFile>(&mut report);
            if let Some(read) = read {
                methods.push((path.clone(), doc, read));
            }
        }
    }
    if files.is_empty() {
        report.push(nowhere(format!(
            "there is no YAML file in {}",
            dir.display()
        )));
    }
    lower.types(&mut report);
    // Where two ask for one name, REST 3.0 gives way.
    methods.sort_by_key(|(_, _, read)| read.facts.rest == format::Rest::V3);
    for (_, _, read) in &methods {
        if read.facts.rest == format::Rest::Classic {
            lower.classic.insert(read.method.to_lowercase());
        }
    }
    for (path, _, read) in &methods {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let shown = lower.shown(read, read.facts.rest);
        let names = lower.reserve(folder, &shown);
        lower.method_types.insert(path.clone(), names);
    }
    modules(&methods, &mut report);
    for (path, doc, read) in &methods {
        lower.method(path, doc, read, &mut report);
    }
    lower.link(&methods, &mut report);
    if report.is_empty() {
        Ok(lower.api)
    } else {
        Err(report)
    }
}

/// Folders whose scopes would share a module.
fn modules(methods: &[(String, Doc, MethodFile)], report: &mut Report) {
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, doc, _) in methods {
        let Some((folder, _)) = path.split_once('/') else {
            continue;
        };
        let module = names::module(folder);
        let folders = known.entry(module.clone()).or_default();
        if let Some(other) = folders.first().copied().filter(|_| folders.len() == 1)
            && folders.insert(folder)
        {
            let message =
                format!("the scopes `{other}` and `{folder}` become one module `{module}`");
            report.push(
                Problem::new(doc.place(&keys(&["method"])), message)
                    .help("scopes differ in more than dots, case and `_`"),
            );
        }
        folders.insert(folder);
    }
}

fn nowhere(message: String) -> Problem {
    let source = std::rc::Rc::new(crate::diag::Source {
        path: "".into(),
        text: String::new(),
    });
    Problem::new(Place::file(&source), message)
}

/// A shared type that is known by name before its fields are read.
#[derive(Debug)]
struct Shared {
    doc: usize,
    way: Vec<Step>,
    facts: format::SharedType,
    record: usize,
}

#[derive(Debug, Default)]
struct Lower {
    api: Api,
    docs: Vec<(Doc, BTreeMap<String, String>)>,
    /// By where they belong and by name: two scopes may have one name each.
    shared: BTreeMap<(Home, String), Shared>,
    /// What a home calls types of the wire.
    aliases: BTreeMap<Home, BTreeMap<String, String>>,
    /// Whether some shared types or aliases could not be read.
    types_lost: bool,
    /// The type names of each module.
    types: BTreeMap<Home, Names>,
    /// The names of the system errors.
    system_idents: Names,
    /// Files by their method in lower case, to find methods that are described twice.
    seen: BTreeMap<String, String>,
    /// The classic methods, in lower case.
    classic: BTreeSet<String>,
    /// The names of a method's request and of its errors, by its file.
    method_types: BTreeMap<String, (String, String)>,
    /// Methods by namespace and identifier.
    members: BTreeMap<Vec<String>, BTreeMap<String, String>>,
}

/// Where in a file the lowering is, and whose names it gives.
struct Context<'a> {
    doc: &'a Doc,
    home: Home,
    /// The key of the method, if the file describes one.
    owner: Option<String>,
    /// What the names of nested types begin with.
    prefix: String,
    /// Where on the wire: `parameters of imbot.chat.get`.
    origin: String,
    docs: String,
    texts: &'a BTreeMap<String, String>,
    /// Texts begin with this: `types.Time.` in a common file.
    text_prefix: String,
    used: BTreeSet<String>,
    input: bool,
    output: bool,
}

impl Context<'_> {
    fn text(&mut self, name: &str) -> Option<String> {
        let name = format!("{}{name}", self.text_prefix);
        let text = self.texts.get(&name).cloned();
        self.used.insert(name);
        text
    }
}

impl Lower {
    /// The names that types of a home have.
    fn names_of(&mut self, home: Home) -> &mut Names {
        let names = || Names::types(home.is_none());
        self.types.entry(home).or_insert_with(names)
    }

    fn scope(&mut self, name: &str) -> usize {
        if let Some(index) = self.api.scope(name) {
            return index;
        }
        self.api.scopes.push(Scope {
            name: name.to_owned(),
            ident: names::module(name),
            text: None,
        });
        self.api.scopes.len() - 1
    }

    /// The scope of a file: its folder.
    fn home(&mut self, path: &str) -> Home {
        let (folder, _) = path.split_once('/')?;
        Some(self.scope(folder))
    }

    fn common(&mut self, path: &str, doc: Doc, read: CommonFile, report: &mut Report) {
        if path.matches('/').count() > 1 {
            report.push(
                Problem::new(doc.place(&[]), "no scope has its folder here")
                    .help("`common.yaml` stands in the folder of a scope, or above all scopes"),
            );
            return;
        }
        let home = self.home(path);
        let ruled = ruling::apply(&read.facts, &read.rulings, &doc, report);
        let Some((ruled, facts)): Option<(Cow<'_, Doc>, CommonFacts)> = ruled else {
            return;
        };
        let doc = ruled.into_owned();
        for (alias, target) in facts.aliases {
            if builtin(&alias).is_some() {
                let place = doc.key_place(&keys(&["facts", "aliases", &alias]));
                report.push(
                    Problem::new(place, format!("`{alias}` is a type of the wire already"))
                        .help("an alias is a name that only the documentation has"),
                );
                continue;
            }
            if builtin(&target).is_none() {
                let place = doc.place(&keys(&["facts", "aliases", &alias]));
                report.push(
                    Problem::new(place, format!("`{target}` is not a type of the wire"))
                        .help(format!("one of {}", BUILTIN.join(", "))),
                );
            }
            self.aliases.entry(home).or_default().insert(alias, target);
        }
        for (index, row) in facts.system_errors.iter().enumerate() {
            let code = row.code.text();
            let way = [keys(&["facts", "system_errors"]), vec![Step::Index(index)]].concat();
            let at = |name: &str| [&way[..], &keys(&[name])].concat();
            if row.status.is_none() {
                report.push(
                    Problem::new(
                        doc.place(&way),
                        format!("the system error `{code}` has no HTTP status"),
                    )
                    .help("add `status: …`"),
                );
            }
            check_status(&doc, &at("status"), row.status, report);
            check_date(&doc, &at("since"), &row.since, report);
            if self.api.system_errors.iter().any(|it| it.code == code) {
                report.push(
                    Problem::new(
                        doc.place(&at("code")),
                        format!("the system error `{code}` stands here twice"),
                    )
                    .help("keep one of the two"),
                );
                continue;
            }
            self.api.system_errors.push(ErrorCode {
                ident: self.system_idents.unique(names::error(&code)),
                status: row.status,
                text: read.texts.get(&format!("system_errors.{code}")).cloned(),
                fields: Vec::new(),
                since: row.since.clone(),
                code,
            });
        }
        let mut known = BTreeSet::from(["scope".to_owned()]);
        for code in &self.api.system_errors {
            known.insert(format!("system_errors.{}", code.code));
        }
        for (index, shared) in facts.types.into_iter().enumerate() {
            let way = [keys(&["facts", "types"]), vec![Step::Index(index)]].concat();
            let name = names::type_name(&shared.name);
            let mut taken = Names::types(home.is_none());
            let free = taken.unique_with(name.clone(), DICT) == name;
            if (name != shared.name || !free) && shared.name != "Time" {
                report.push(
                    Problem::new(
                        doc.place(&[way.clone(), keys(&["name"])].concat()),
                        format!("`{}` cannot be the name of a shared type", shared.name),
                    )
                    .help("a CamelCase word that no type of Rust or Python has"),
                );
            }
            if shared.fields.is_empty() && !doc.has_lost_names(&["facts", "types"]) {
                report.push(
                    Problem::new(
                        doc.key_place(&[way.clone(), keys(&["fields"])].concat()),
                        format!("`{}` has no fields", shared.name),
                    )
                    .help("describe them, or make it `object` under `aliases`"),
                );
            }
            known.insert(format!("types.{}", shared.name));
            let mut nested = Vec::new();
            field_paths(&shared.fields, "", &mut nested);
            known.extend(
                nested
                    .iter()
                    .map(|it| format!("types.{}.{it}", shared.name)),
            );
            let described = self.shared.contains_key(&(home, shared.name.clone()));
            let name = self.names_of(home).unique_with(shared.name.clone(), DICT);
            if name != shared.name && free && !described {
                report.push(
                    Problem::new(
                        doc.place(&[way.clone(), keys(&["name"])].concat()),
                        format!("Python calls another shared type `{}` too", shared.name),
                    )
                    .help(format!(
                        "what is passed in ends in `{DICT}` there: give one another name"
                    )),
                );
            }
            self.api.records.push(Record {
                name: shared.name.clone(),
                home,
                owner: None,
                text: read.texts.get(&format!("types.{}", shared.name)).cloned(),
                docs: docs_url(&shared.page),
                origin: format!("the shared object `{}`", shared.name),
                fields: Vec::new(),
                open: false,
                // Set when it is known which methods use it; `Time` comes with every answer.
                input: false,
                output: home.is_none() && shared.name == "Time",
            });
            let record = self.api.records.len() - 1;
            let name = shared.name.clone();
            let entry = Shared {
                doc: self.docs.len(),
                way: way.clone(),
                facts: shared,
                record,
            };
            if self.shared.insert((home, name.clone()), entry).is_some() {
                report.push(
                    Problem::new(
                        doc.place(&[way, keys(&["name"])].concat()),
                        format!("the shared type `{name}` is described twice"),
                    )
                    .help("keep one of the two, or give one another name"),
                );
            }
        }
        if let Some(scope) = home {
            self.api.scopes[scope].text = read.texts.get("scope").cloned();
        }
        stray_texts(&doc, &["texts"], &read.texts, &known, report);
        self.docs.push((doc, read.texts));
    }

    /// The fields of the shared types, when all their names are known.
    fn types(&mut self, report: &mut Report) {
        let docs = std::mem::take(&mut self.docs);
        let shared = std::mem::take(&mut self.shared);
        let names: Vec<((Home, String), usize)> = shared
            .iter()
            .map(|(key, it)| (key.clone(), it.record))
            .collect();
        self.shared = shared;
        for (key, record) in names {
            let Some(it) = self.shared.get(&key) else {
                continue;
            };
            let (_, name) = key;
            let (doc, texts) = &docs[it.doc];
            let home = self.api.records[record].home;
            let facts = it.facts.clone();
            let way = [it.way.clone(), keys(&["fields"])].concat();
            let mut context = Context {
                doc,
                home,
                owner: None,
                prefix: name.clone(),
                origin: format!("`{name}`"),
                docs: docs_url(&facts.page),
                texts,
                text_prefix: format!("types.{name}."),
                used: BTreeSet::new(),
                input: true,
                output: true,
            };
            let fields = self.fields(&mut context, &way, "", &facts.fields, report);
            self.api.records[record].fields = fields;
        }
        for ((home, name), it) in &self.shared {
            let mut problem = |message: String, help: &str| {
                let place = [&it.way[..], &keys(&["name"])].concat();
                report.push(Problem::new(docs[it.doc].0.place(&place), message).help(help));
            };
            if self.known_aliases(*home).any(|alias| alias == name) {
                problem(
                    format!("`{name}` stands under `aliases` as well"),
                    "keep the alias or the shared type",
                );
            }
            let mut way = Vec::new();
            if self.never_ends(it.record, it.record, &mut BTreeSet::new(), &mut way) {
                way.reverse();
                let way = way.join(".");
                problem(
                    format!("every `{name}` would hold another one in `{way}`, without end"),
                    "a field on the way is not `required`, or can be `null`",
                );
            }
        }
        self.docs = docs;
    }

    /// Whether an object of this type cannot be without another of the type `wanted`.
    fn never_ends<'a>(
        &'a self,
        record: usize,
        wanted: usize,
        seen: &mut BTreeSet<usize>,
        way: &mut Vec<&'a str>,
    ) -> bool {
        for field in self.api.records[record]
            .fields
            .iter()
            .filter(|it| it.required)
        {
            let mut again = |next: usize, way: &mut Vec<&'a str>| {
                next == wanted || seen.insert(next) && self.never_ends(next, wanted, seen, way)
            };
            let without_end = match &field.ty {
                Type::Record(next) => again(*next, way),
                // A choice ends where one of its types does.
                Type::Union(index) => {
                    let mut members = self.api.unions[*index].members.iter();
                    members.all(|(_, ty)| matches!(ty, Type::Record(next) if again(*next, way)))
                }
                _ => false,
            };
            if without_end {
                way.push(&field.wire);
                return true;
            }
        }
        false
    }

    /// What Rust and Python go by: a method of REST 3.0 that has a classic namesake says so.
    fn shown(&self, read: &MethodFile, rest: format::Rest) -> String {
        match &read.alias {
            Some(alias) => alias.clone(),
            None if rest == format::Rest::V3
                && self.classic.contains(&read.method.to_lowercase()) =>
            {
                format!("{}_v3", read.method)
            }
            None => read.method.clone(),
        }
    }

    /// Takes the names of the types that every method has. They go before those of nested
    /// types, so that no parameter changes what a method is called.
    fn reserve(&mut self, folder: &str, shown: &str) -> (String, String) {
        let scope = self.scope(folder);
        let short = match shown.split_once('.') {
            Some((first, rest)) if first.eq_ignore_ascii_case(folder) => rest,
            _ => shown,
        };
        let taken = self.names_of(Some(scope));
        let type_name = taken.unique(names::type_name(&short.replace('.', "_")));
        let prefix = type_name.trim_end_matches('_');
        let error_name = taken.unique_with(format!("{prefix}Error"), CODE);
        (type_name, error_name)
    }

    fn method(&mut self, path: &str, doc: &Doc, read: &MethodFile, report: &mut Report) {
        let name = read.method.as_str();
        let ruled = ruling::apply(&read.facts, &read.rulings, doc, report);
        let Some((doc, facts)): Option<(Cow<'_, Doc>, Facts)> = ruled else {
            return;
        };
        let doc = doc.as_ref();
        let at = |names: &[&str]| doc.place(&keys(names));
        let names = [("method", Some(name)), ("alias", read.alias.as_deref())];
        for (key, name) in names {
            let Some(name) = name.filter(|it| !is_method_name(it)) else {
                continue;
            };
            report.push(
                Problem::new(at(&[key]), format!("`{name}` is not the name of a method"))
                    .help("words of letters, digits and `_`, with dots between them"),
            );
            return;
        }
        let suffix = match facts.rest {
            format::Rest::Classic => "",
            format::Rest::V3 => ".v3",
        };
        let (folder, file) = path.split_once('/').unwrap_or(("", path));
        let expected = format!("{name}{suffix}.yaml");
        if file != expected {
            report.push(
                Problem::new(
                    at(&["method"]),
                    format!("the file `{file}` is not named after its method"),
                )
                .help(format!("call it `{expected}`")),
            );
        }
        // Where any scope will do, the folder is the first word of the name.
        let any = facts.scopes.is_empty() && name.split('.').next() == Some(folder);
        if !any && !facts.scopes.iter().any(|scope| scope == folder) {
            let message = match folder {
                "" => "this file stands in no folder of a scope".to_owned(),
                folder => format!("the folder `{folder}` is not a scope of this method"),
            };
            let problem = Problem::new(at(&["facts", "scopes"]), message);
            report.push(match facts.scopes.as_slice() {
                [] => problem.help(format!("add `{folder}` to `scopes`")),
                scopes => problem.help(format!(
                    "move the file to a folder named after a scope: `{}`",
                    scopes.join("`, `")
                )),
            });
        }
        let lower_key = format!("{name}{suffix}").to_lowercase();
        if let Some(other) = self.seen.insert(lower_key, path.to_owned()) {
            report.push(
                Problem::new(
                    at(&["method"]),
                    format!("`{name}` is described in `{other}` already"),
                )
                .help("methods differ in more than upper and lower case"),
            );
            return;
        }
        self.dates(doc, &facts, report);

        let scope = self.scope(folder);
        let home = Some(scope);
        let shown = self.shown(read, facts.rest);
        let shown = shown.as_str();
        let mut parts: Vec<&str> = shown.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        let member = |index: usize, part: &str| match index {
            0 => names::client_member(part),
            _ => names::member(part),
        };
        let namespaces: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| member(index, part))
            .collect();
        let ident = member(parts.len(), last);
        let members = self.members.entry(namespaces.clone()).or_default();
        if let Some(other) = members.insert(ident.clone(), name.to_owned()) {
            report.push(
                Problem::new(
                    at(&[if read.alias.is_some() {
                        "alias"
                    } else {
                        "method"
                    }]),
                    format!("`{other}` is called `{ident}` in its namespace already"),
                )
                .help("give this one a name of its own: `alias: …`"),
            );
        }
        let (type_name, error_name) = match self.method_types.remove(path) {
            Some(names) => names,
            None => self.reserve(folder, shown),
        };
        // What avoids a reserved word needs no underscore in front of more.
        let prefix = type_name.trim_end_matches('_');
        let owner = match facts.rest {
            format::Rest::Classic => name.to_owned(),
            format::Rest::V3 => format!("v3:{name}"),
        };

        let (records, enums) = (self.api.records.len(), self.api.enums.len());
        let unions = self.api.unions.len();
        let docs = docs_url(&facts.page);
        let mut params = Context {
            doc,
            home,
            owner: Some(owner.clone()),
            prefix: prefix.to_owned(),
            origin: format!("parameters of `{name}`"),
            docs: docs.clone(),
            texts: &read.texts.params,
            text_prefix: String::new(),
            used: BTreeSet::new(),
            input: true,
            output: false,
        };
        let way = keys(&["facts", "params"]);
        let fields = self.fields(&mut params, &way, "", &facts.params, report);
        stray_texts(
            doc,
            &["texts", "params"],
            &read.texts.params,
            &params.used,
            report,
        );
        let mut answer = Context {
            doc,
            home,
            owner: Some(owner.clone()),
            prefix: format!("{prefix}Result"),
            origin: format!("result of `{name}`"),
            docs: docs.clone(),
            texts: &read.texts.fields,
            text_prefix: String::new(),
            used: BTreeSet::new(),
            input: false,
            output: true,
        };
        let shape = format::Field {
            name: String::new(),
            ty: facts.result.ty.clone(),
            required: true,
            fields: facts.result.fields.clone(),
            open: false,
            values: facts.result.values.clone(),
            default: None,
            wire: format::Flag::Json,
            min: None,
            max: None,
            max_length: None,
            position: None,
            secret: false,
            since: None,
            until: None,
        };
        let result = self.ty(&mut answer, &keys(&["facts", "result"]), "", &shape, report);
        stray_texts(
            doc,
            &["texts", "fields"],
            &read.texts.fields,
            &answer.used,
            report,
        );
        self.rules(doc, &facts, report);
        let list = list::lower(&self.api, doc, &facts, &result, report);
        let errors = self.errors(&facts, &read.texts);
        let known = errors.iter().map(|error| error.code.clone()).collect();
        stray_texts(
            doc,
            &["texts", "errors"],
            &read.texts.errors,
            &known,
            report,
        );
        example::check(&self.api, doc, &facts, &fields, &result, report);
        if let Some(format::Missing::Error(code)) = &facts.missing
            && !errors.iter().any(|error| error.code == code.text())
            && !doc.has_lost_names(&["facts", "errors"])
        {
            let code = code.text();
            let problem = Problem::new(
                at(&["facts", "missing", "error"]),
                format!("`{code}` is not among the errors of this method"),
            );
            let known = errors.iter().map(|error| error.code.as_str());
            report.push(match closest(&code, known) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem.help("add it to `errors`"),
            });
        }
        let examples = facts
            .examples
            .into_iter()
            .map(|it| with_status(it, &facts.statuses, &errors));
        let examples = examples.collect();
        let link = |name: &String| Link {
            name: name.clone(),
            method: None,
        };
        self.api.methods.push(Method {
            name: name.to_owned(),
            rest: facts.rest,
            scope,
            scopes: facts.scopes,
            shown: parts.iter().map(|part| (*part).to_owned()).collect(),
            path: namespaces,
            ident,
            type_name,
            error_name,
            docs,
            summary: read.texts.summary.clone(),
            details: read.texts.details.clone(),
            callers: read.texts.callers.clone(),
            deprecated: facts.deprecated.map(|it| Deprecated {
                replaced_by: it.replaced_by.iter().map(link).collect(),
                since: it.since,
            }),
            since: facts.since,
            until: facts.until,
            application_only: facts.application_only,
            repeatable: facts.repeatable.unwrap_or(false),
            params: fields,
            rules: facts
                .rules
                .iter()
                .map(|rule| rule_on_wire(rule, &facts.params))
                .collect(),
            missing: facts.missing,
            result,
            result_text: read.texts.result.clone(),
            list,
            errors,
            related: facts.related.iter().map(link).collect(),
            examples,
            rulings: ruling_texts(&read.rulings),
            types: Types {
                records: records..self.api.records.len(),
                enums: enums..self.api.enums.len(),
                unions: unions..self.api.unions.len(),
            },
        });
    }

    fn fields(
        &mut self,
        context: &mut Context<'_>,
        way: &[Step],
        path: &str,
        fields: &[format::Field],
        report: &mut Report,
    ) -> Vec<Field> {
        let mut seen = BTreeSet::new();
        let mut idents = Names::default();
        let mut lowered = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let here = [way, &[Step::Index(index)]].concat();
            let wire = match field.position {
                Some(position) => position.to_string(),
                None => field.name.clone(),
            };
            if !seen.insert(wire.clone()) {
                let at = match field.position {
                    Some(_) => "position",
                    None => "name",
                };
                report.push(
                    Problem::new(
                        context.doc.place(&[&here[..], &keys(&[at])].concat()),
                        format!("`{wire}` stands here twice"),
                    )
                    .help("keep one of the two"),
                );
                continue;
            }
            let path = join(path, &field.name);
            let text = context.text(&path);
            let ty = self.ty(context, &here, &path, field, report);
            for (name, date) in [("since", &field.since), ("until", &field.until)] {
                check_date(
                    context.doc,
                    &[&here[..], &keys(&[name])].concat(),
                    date,
                    report,
                );
            }
            check_range(context.doc, &here, field, report);
            let mut notes = notes(field, context.input && !context.output);
            if numbers(field) {
                let values = field.values.iter().map(|value| {
                    let value = value.text();
                    match context.text(&format!("{path}={value}")) {
                        Some(text) => format!("`{value}` ({})", text.trim_end_matches('.')),
                        None => format!("`{value}`"),
                    }
                });
                notes.push(format!(
                    "Known values: {}.",
                    values.collect::<Vec<_>>().join(", ")
                ));
            }
            lowered.push(Field {
                ident: idents.unique(names::field(&field.name)),
                wire,
                ty,
                required: field.required,
                text,
                notes,
            });
        }
        lowered
    }

    /// The type of a field; `path` leads to it through the names of fields.
    fn ty(
        &mut self,
        context: &mut Context<'_>,
        way: &[Step],
        path: &str,
        field: &format::Field,
        report: &mut Report,
    ) -> Type {
        let place = context.doc.place(&[way, &keys(&["type"])].concat());
        let expr = match expr::parse(&field.ty) {
            Ok(expr) => expr,
            Err(error) => {
                let rest = field.ty.get(error.at.start..).unwrap_or_default();
                let help = match rest.chars().next() {
                    Some('?') => "what can be nothing is written `string|null`",
                    Some('<' | '[') => "a list is written `integer[]`",
                    Some(',' | '/') => "a choice is written `integer|string`",
                    _ => "for example `string`, `integer|null`, `Chat[]`",
                };
                report.push(
                    Problem::new(within(&place, &field.ty, &error.at), error.message).help(help),
                );
                return Type::Any;
            }
        };
        let mut uses = Uses::default();
        let ty = self.expr(context, way, path, field, &expr, &place, &mut uses, report);
        for (name, given, used, wanted) in [
            ("fields", !field.fields.is_empty(), uses.fields, "object"),
            ("values", !field.values.is_empty(), uses.values, "enum"),
            (
                "wire",
                field.wire != format::Flag::Json,
                uses.flag,
                "boolean",
            ),
            ("secret", field.secret, uses.text, "string"),
            (
                "max_length",
                field.max_length.is_some(),
                uses.text,
                "string",
            ),
            ("min", field.min.is_some(), uses.number, "integer"),
            ("max", field.max.is_some(), uses.number, "integer"),
        ] {
            if given && !used {
                let at = context.doc.key_place(&[way, &keys(&[name])].concat());
                report.push(
                    Problem::new(at, format!("`{name}` belongs to the type `{wanted}`"))
                        .help(format!("the type here is `{}`", field.ty)),
                );
            }
        }
        if field.open && (field.fields.is_empty() || !context.input) {
            let at = context.doc.key_place(&[way, &keys(&["open"])].concat());
            report.push(
                Problem::new(
                    at,
                    "`open` belongs to an object of a parameter that has `fields`",
                )
                .help("take it away: an object without `fields` and an answer are open anyway"),
            );
        }
        if uses.choice && uses.flag && field.wire != format::Flag::Json {
            report.push(
                Problem::new(
                    context.doc.key_place(&[way, &keys(&["wire"])].concat()),
                    "a boolean among other types travels as `true` or `false`",
                )
                .help("take `wire` away, or make the type `boolean`"),
            );
        }
        ty
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one walk, with all that it needs on the way"
    )]
    fn expr(
        &mut self,
        context: &mut Context<'_>,
        way: &[Step],
        path: &str,
        field: &format::Field,
        expr: &Expr,
        place: &Place,
        uses: &mut Uses,
        report: &mut Report,
    ) -> Type {
        match expr {
            Expr::Array(of) => {
                uses.inside = true;
                let of = self.expr(context, way, path, field, of, place, uses, report);
                Type::Array(Box::new(of))
            }
            Expr::Map(key_expr, of) => {
                uses.inside = true;
                // What else a field says is not said of its keys.
                let mut of_key = Uses::default();
                let key = &mut of_key;
                let key = self.expr(context, way, path, field, key_expr, place, key, report);
                let of = self.expr(context, way, path, field, of, place, uses, report);
                let key = match key {
                    Type::Integer => Key::Integer,
                    Type::String | Type::Secret => Key::String,
                    _ => {
                        report.push(
                            Problem::new(
                                match &**key_expr {
                                    Expr::Name(_, at) => within(place, &field.ty, at),
                                    _ => place.clone(),
                                },
                                "this cannot be the key of a map",
                            )
                            .help("keys are `string` or `integer`"),
                        );
                        Key::String
                    }
                };
                Type::Map(key, Box::new(of))
            }
            Expr::Union(members) => {
                let null = |it: &&Expr| matches!(it, Expr::Name(name, _) if name == "null");
                let nullable = members.iter().any(|it| null(&it));
                uses.choice |= members.iter().filter(|it| !null(it)).count() > 1;
                let mut types = Vec::new();
                for member in members.iter().filter(|it| !null(it)) {
                    let ty = self.expr(context, way, path, field, member, place, uses, report);
                    if !types.contains(&ty) {
                        types.push(ty);
                    }
                }
                let ty = match types.len() {
                    0 => Type::Any,
                    1 => types.remove(0),
                    _ if types.contains(&Type::Any) => Type::Any,
                    _ => self.union(context, path, types),
                };
                if nullable {
                    Type::Nullable(Box::new(ty))
                } else {
                    ty
                }
            }
            Expr::Name(name, at) => {
                let target = self.alias(context.home, name).unwrap_or(name);
                match target {
                    "string" => uses.text = true,
                    "integer" | "double" => uses.number = true,
                    _ => {}
                }
                match builtin(target) {
                    Some(Builtin::Plain(Type::String)) if field.secret => Type::Secret,
                    Some(Builtin::Plain(ty)) => ty,
                    Some(Builtin::Boolean) => {
                        uses.flag = true;
                        Type::Boolean(field.wire)
                    }
                    Some(Builtin::Enum) => {
                        uses.values = true;
                        // Values that nobody lists are any texts.
                        if field.values.is_empty() {
                            return Type::String;
                        }
                        // What stands twice in one expression is one type.
                        let known = match &uses.known_enum {
                            Some(known) => known.clone(),
                            None => self.list_of_values(context, way, path, field, report),
                        };
                        uses.known_enum = Some(known.clone());
                        known
                    }
                    Some(Builtin::Object) => {
                        uses.fields = true;
                        if field.fields.is_empty() {
                            return Type::Object;
                        }
                        let known = match &uses.known_record {
                            Some(known) => known.clone(),
                            None => self.record(context, way, path, field, uses, report),
                        };
                        uses.known_record = Some(known.clone());
                        known
                    }
                    // What else it can be, nobody says.
                    Some(Builtin::Null) => Type::Nullable(Box::new(Type::Any)),
                    None => self.shared(context, name, within(place, &field.ty, at), report),
                }
            }
        }
    }

    /// What a name of the documentation is on the wire: by the whole name, or by its beginning. A
    /// scope's own aliases go before those that all share.
    fn alias(&self, home: Home, name: &str) -> Option<&str> {
        let begins = |alias: &&String| {
            let start = alias.strip_suffix('*');
            start.is_some_and(|start| name.starts_with(start))
        };
        let target = |home: &Home| {
            let aliases = self.aliases.get(home)?;
            let longest = || aliases.keys().filter(begins).max_by_key(|it| it.len());
            let target = aliases.get(name).or_else(|| aliases.get(longest()?));
            target.map(String::as_str)
        };
        target(&home).or_else(|| target(&None))
    }

    /// The aliases that types of a home can be called by.
    fn known_aliases(&self, home: Home) -> impl Iterator<Item = &str> {
        let of = self
            .aliases
            .iter()
            .filter(move |(of, _)| **of == home || of.is_none());
        of.flat_map(|(_, aliases)| aliases.keys().map(String::as_str))
    }

    fn shared(&self, context: &Context<'_>, name: &str, place: Place, report: &mut Report) -> Type {
        // A scope's own goes before the one that all share.
        let own = self.shared.get(&(context.home, name.to_owned()));
        let all = || self.shared.get(&(None, name.to_owned()));
        if let Some(shared) = own.or_else(all) {
            return Type::Record(shared.record);
        }
        if self.shared.keys().any(|(_, other)| other == name) {
            report.push(
                Problem::new(place, format!("`{name}` belongs to another scope"))
                    .help("move it to the `common.yaml` that all scopes share"),
            );
            return Type::Any;
        }
        let known = BUILTIN.iter().copied();
        let known = known.chain(self.known_aliases(context.home));
        let known = known.chain(self.shared.keys().map(|(_, name)| name.as_str()));
        let problem = Problem::new(place, format!("there is no type `{}`", shorten(name)));
        report.push(match closest(name, known) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None if self.types_lost => return Type::Any,
            None => problem.help(format!(
                "one of {}, or a shared type described in a `common.yaml`",
                BUILTIN.join(", ")
            )),
        });
        Type::Any
    }

    fn record(
        &mut self,
        context: &mut Context<'_>,
        way: &[Step],
        path: &str,
        field: &format::Field,
        uses: &Uses,
        report: &mut Report,
    ) -> Type {
        let mut name = format!("{}{}", context.prefix, camel(path));
        if uses.inside && path.is_empty() {
            name = format!("{}Item", name.trim_end_matches("Result"));
        }
        if uses.choice {
            name.push_str("Object");
        }
        let name = self.names_of(context.home).unique_with(name, DICT);
        let text = match path {
            "" => None,
            path => context.text(path),
        };
        let fields_way = [way, &keys(&["fields"])].concat();
        self.api.records.push(Record {
            name,
            home: context.home,
            owner: context.owner.clone(),
            text,
            docs: context.docs.clone(),
            origin: origin(context, path),
            fields: Vec::new(),
            open: field.open,
            input: context.input,
            output: context.output,
        });
        let record = self.api.records.len() - 1;
        let fields = self.fields(context, &fields_way, path, &field.fields, report);
        self.api.records[record].fields = fields;
        Type::Record(record)
    }

    /// The type of an `enum`. Numbers stay numbers: their values are documented, not named.
    fn list_of_values(
        &mut self,
        context: &mut Context<'_>,
        way: &[Step],
        path: &str,
        field: &format::Field,
        report: &mut Report,
    ) -> Type {
        let mut idents = Names::default();
        let mut seen = BTreeSet::new();
        let mut values = Vec::new();
        for (index, value) in field.values.iter().enumerate() {
            let wire = value.text();
            if !seen.insert(wire.clone()) {
                let way = [way, &keys(&["values"]), &[Step::Index(index)]].concat();
                let place = context.doc.place(&way);
                report.push(
                    Problem::new(place, format!("`{wire}` stands here twice"))
                        .help("keep one of the two"),
                );
                continue;
            }
            values.push(Variant {
                text: context.text(&format!("{path}={wire}")),
                ident: idents.unique(names::variant(&wire)),
                wire,
            });
        }
        if numbers(field) {
            return Type::Integer;
        }
        let name = format!("{}{}", context.prefix, camel(path));
        let name = self.names_of(context.home).unique(name);
        self.api.enums.push(Enum {
            name,
            home: context.home,
            owner: context.owner.clone(),
            origin: origin(context, path),
            values,
        });
        Type::Enum(self.api.enums.len() - 1)
    }

    fn union(&mut self, context: &Context<'_>, path: &str, types: Vec<Type>) -> Type {
        // The same choice in two places of a method is one type.
        let unions = self.api.unions.iter().enumerate().rev();
        let mut own = unions.take_while(|(_, it)| it.owner.is_some() && it.owner == context.owner);
        let known = own.find(|(_, it)| it.members.iter().map(|(_, ty)| ty).eq(&types));
        if let Some((known, _)) = known {
            return Type::Union(known);
        }
        let mut name = format!("{}{}", context.prefix, camel(path));
        let taken = self.names_of(context.home);
        if !taken.take(&name) {
            name = taken.unique(format!("{name}Choice"));
        }
        let mut idents = Names::default();
        let members = types
            .into_iter()
            .map(|ty| (idents.unique(kind_name(&ty).to_owned()), ty))
            .collect();
        self.api.unions.push(Union {
            name,
            home: context.home,
            owner: context.owner.clone(),
            origin: origin(context, path),
            members,
        });
        Type::Union(self.api.unions.len() - 1)
    }

    /// Each code once, with the rows that it has.
    fn errors(&self, facts: &Facts, texts: &Texts) -> Vec<ErrorCode> {
        let mut idents = Names::default();
        let mut errors: Vec<ErrorCode> = Vec::new();
        for row in &facts.errors {
            let code = row.code.text();
            if let Some(known) = errors.iter_mut().find(|error| error.code == code) {
                known.status = known.status.or(row.status);
                known.fields.extend(row.field.clone());
                continue;
            }
            let only = match facts.statuses.as_slice() {
                [status] => Some(*status),
                _ => None,
            };
            errors.push(ErrorCode {
                ident: idents.unique(names::error(&code)),
                status: row.status.or(only),
                text: texts.errors.get(&code).cloned(),
                fields: row.field.iter().cloned().collect(),
                since: row.since.clone(),
                code,
            });
        }
        errors
    }

    fn rules(&self, doc: &Doc, facts: &Facts, report: &mut Report) {
        let mut known = Vec::new();
        field_paths(&facts.params, "", &mut known);
        known.retain(|path| !path.contains('='));
        let mut check = |way: Vec<Step>, name: &String| {
            if known.contains(name) || doc.has_lost_names(&["facts", "params"]) {
                return;
            }
            let problem = Problem::new(doc.place(&way), format!("there is no parameter `{name}`"));
            report.push(match closest(name, known.iter().map(String::as_str)) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem.help("nested ones are written `fields.code`"),
            });
        };
        let (mut empty, mut conditions) = (Vec::new(), Vec::new());
        for (index, rule) in facts.rules.iter().enumerate() {
            let at = |names: &[&str]| {
                let way = [keys(&["facts", "rules"]), vec![Step::Index(index)]];
                [way.concat(), keys(names)].concat()
            };
            match rule {
                Rule::AnyOf(sets) | Rule::OneOf(sets) => {
                    let name = match rule {
                        Rule::AnyOf(_) => "any_of",
                        _ => "one_of",
                    };
                    if sets.is_empty() {
                        empty.push((at(&[name]), format!("`{name}` names no parameters")));
                    }
                    for (set_index, set) in sets.iter().enumerate() {
                        if set.is_empty() {
                            let way = [at(&[name]), vec![Step::Index(set_index)]].concat();
                            empty.push((way, "this set names no parameters".to_owned()));
                        }
                        for (index, param) in set.iter().enumerate() {
                            let steps = [Step::Index(set_index), Step::Index(index)];
                            check([&at(&[name])[..], &steps].concat(), param);
                        }
                    }
                }
                Rule::RequiredIf(RequiredIf { param, when }) => {
                    check(at(&["required_if", "param"]), param);
                    let (way, param) = match when {
                        When::Is(Is { param, .. }) => (&["is", "param"][..], param),
                        When::Given(param) => (&["given"][..], param),
                        When::Missing(param) => (&["missing"][..], param),
                        When::Credential(_) => continue,
                    };
                    check(at(&[&["required_if", "when"], way].concat()), param);
                    if let When::Is(is) = when {
                        let way = at(&["required_if", "when", "is", "values"]);
                        conditions.push((way, is));
                    }
                }
            }
        }
        // What is empty may have held what could not be read.
        if doc.has_lost_names(&["facts", "rules"]) {
            return;
        }
        for (way, message) in empty {
            report.push(
                Problem::new(doc.key_place(&way), message)
                    .help("write sets of names: `[[ID], [CODE]]`, or take it away"),
            );
        }
        for (way, is) in conditions {
            is_values(doc, facts, &way, is, report);
        }
    }

    fn dates(&self, doc: &Doc, facts: &Facts, report: &mut Report) {
        check_date(doc, &keys(&["facts", "since"]), &facts.since, report);
        check_date(doc, &keys(&["facts", "until"]), &facts.until, report);
        if let Some(deprecated) = &facts.deprecated {
            let way = keys(&["facts", "deprecated", "since"]);
            check_date(doc, &way, &deprecated.since, report);
        }
        for (index, status) in facts.statuses.iter().enumerate() {
            let way = [keys(&["facts", "statuses"]), vec![Step::Index(index)]].concat();
            check_status(doc, &way, Some(*status), report);
        }
        for (index, row) in facts.errors.iter().enumerate() {
            let way = [keys(&["facts", "errors"]), vec![Step::Index(index)]].concat();
            check_status(
                doc,
                &[&way[..], &keys(&["status"])].concat(),
                row.status,
                report,
            );
            check_date(
                doc,
                &[&way[..], &keys(&["since"])].concat(),
                &row.since,
                report,
            );
        }
    }

    /// Which shared objects are passed in, and which are answered.
    fn uses(&mut self) {
        let methods = self.api.methods.iter();
        let params = methods
            .clone()
            .flat_map(|it| &it.params)
            .map(|field| &field.ty);
        let inputs = self.reached(params);
        let outputs = self.reached(methods.map(|it| &it.result));
        for (index, record) in self.api.records.iter_mut().enumerate() {
            record.input |= inputs.contains(&index);
            record.output |= outputs.contains(&index);
        }
    }

    /// The records that some types lead to.
    fn reached<'a>(&'a self, types: impl Iterator<Item = &'a Type>) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Type> = types.collect();
        while let Some(ty) = open.pop() {
            match ty {
                Type::Array(of) | Type::Map(_, of) | Type::Nullable(of) => open.push(of),
                Type::Union(index) => {
                    open.extend(self.api.unions[*index].members.iter().map(|(_, ty)| ty));
                }
                Type::Record(index) if seen.insert(*index) => {
                    open.extend(
                        self.api.records[*index]
                            .fields
                            .iter()
                            .map(|field| &field.ty),
                    );
                }
                _ => {}
            }
        }
        seen
    }

    /// Names an exception for each code that is a word: numbers and blanks mean too much.
    fn exceptions(&mut self) {
        let word = |error: &&ErrorCode| error.code.starts_with(|c: char| c.is_alphabetic());
        let codes = |errors: &mut dyn Iterator<Item = &ErrorCode>| {
            let words = errors.filter(word);
            words
                .map(|it| it.code.clone())
                .collect::<BTreeSet<String>>()
        };
        let system = codes(&mut self.api.system_errors.iter());
        let own = codes(&mut self.api.methods.iter().flat_map(|it| &it.errors));
        let mut names = Names::default();
        let all: BTreeSet<&String> = system.union(&own).collect();
        let classes: Vec<(String, String)> = all
            .into_iter()
            .map(|code| (code.clone(), names.unique(names::error(code))))
            .collect();
        for (code, class) in classes {
            let (system, method) = match (system.contains(&code), own.contains(&code)) {
                (true, true) => (
                    Some(names.unique(format!("System{class}"))),
                    Some(names.unique(format!("Method{class}"))),
                ),
                (true, false) => (Some(class.clone()), None),
                (false, _) => (None, Some(class.clone())),
            };
            let exception = Exception {
                class,
                system,
                method,
            };
            self.api.exceptions.insert(code, exception);
        }
    }

    /// Ties the methods that refer to each other, and puts everything in order.
    fn link(&mut self, files: &[(String, Doc, MethodFile)], report: &mut Report) {
        self.uses();
        // The first choice of a union is its default, which must end.
        for index in 0..self.api.unions.len() {
            let mut members = std::mem::take(&mut self.api.unions[index].members);
            members.sort_by_cached_key(|(_, ty)| {
                let mut held = self.api.held(ty).into_iter();
                held.any(|record| self.api.on_cycle(record, Some(index)))
            });
            self.api.unions[index].members = members;
        }
        // The wire takes any spelling, and so do references.
        let mut scopes: Vec<usize> = (0..self.api.scopes.len()).collect();
        scopes.sort_by_key(|index| self.api.scopes[*index].name.clone());
        let new_index = |old: usize| scopes.iter().position(|it| *it == old).unwrap_or(old);
        let sorted = scopes
            .iter()
            .map(|it| self.api.scopes[*it].clone())
            .collect();
        self.api.scopes = sorted;
        for method in &mut self.api.methods {
            method.scope = new_index(method.scope);
        }
        let homes = self.api.records.iter_mut().map(|it| &mut it.home);
        let homes = homes.chain(self.api.enums.iter_mut().map(|it| &mut it.home));
        for home in homes.chain(self.api.unions.iter_mut().map(|it| &mut it.home)) {
            *home = home.map(new_index);
        }
        self.api.methods.sort_by_key(Method::key);
        let methods = self.api.methods.iter().enumerate();
        let names: BTreeMap<(String, bool), usize> = methods
            .map(|(index, it)| ((it.name.to_lowercase(), it.rest == format::Rest::V3), index))
            .collect();
        for method in &mut self.api.methods {
            let own = method.rest == format::Rest::V3;
            let replaced = method
                .deprecated
                .iter_mut()
                .flat_map(|it| &mut it.replaced_by);
            for link in replaced.chain(&mut method.related) {
                let (name, v3) = wanted(&link.name, own);
                let same = names.get(&(name.clone(), v3));
                link.method = same.or_else(|| names.get(&(name, !v3))).copied();
            }
        }
        self.exceptions();
        for (_, doc, read) in files {
            let own = (
                read.method.to_lowercase(),
                read.facts.rest == format::Rest::V3,
            );
            let replaced = read.facts.deprecated.iter().flat_map(|it| &it.replaced_by);
            for (index, name) in replaced.enumerate() {
                if wanted(name, own.1) == own {
                    let way = [
                        keys(&["facts", "deprecated", "replaced_by"]),
                        vec![Step::Index(index)],
                    ]
                    .concat();
                    report.push(
                        Problem::new(doc.place(&way), "a method does not replace itself")
                            .help("name the method to call instead, or leave the list empty"),
                    );
                }
            }
        }
    }
}

/// The method that a link asks for, in lower case, and whether it is of REST 3.0. A page means its
/// own version first; `v3:` asks for 3.0.
fn wanted(link: &str, own: bool) -> (String, bool) {
    match link.strip_prefix("v3:") {
        Some(name) => (name.to_lowercase(), true),
        None => (link.to_lowercase(), own),
    }
}

/// Words of letters, digits and `_`, with dots between them.
pub(crate) fn is_method_name(name: &str) -> bool {
    name.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// A path as its parameter is called on the wire: by its place, where it has one.
pub(crate) fn param_on_wire(path: &str, params: &[format::Field]) -> String {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let field = params.iter().find(|field| field.name == first);
    match (field.and_then(|field| field.position), rest) {
        (None, _) => path.to_owned(),
        (Some(position), None) => position.to_string(),
        (Some(position), Some(rest)) => format!("{position}.{rest}"),
    }
}

/// A parameter at the end of a path.
fn param_at<'f>(params: &'f [format::Field], path: &str) -> Option<&'f format::Field> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let field = params.iter().find(|field| field.name == first)?;
    match rest {
        Some(rest) => param_at(&field.fields, rest),
        None => Some(field),
    }
}

/// Whether what a condition compares a parameter with can be its value.
fn is_values(doc: &Doc, facts: &Facts, way: &[Step], is: &Is, report: &mut Report) {
    if is.values.is_empty() {
        report.push(
            Problem::new(doc.key_place(way), "the condition names no values").help(format!(
                "name those of `{}`, or take the rule away",
                is.param
            )),
        );
    }
    let known = param_at(&facts.params, &is.param).map(|it| it.values.as_slice());
    let known: Vec<String> = known.into_iter().flatten().map(|it| it.text()).collect();
    if known.is_empty() || doc.has_lost_names(&["facts", "params"]) {
        return;
    }
    for (index, value) in is.values.iter().enumerate() {
        let value = value.text();
        if known.contains(&value) {
            continue;
        }
        let place = doc.place(&[way, &[Step::Index(index)]].concat());
        let message = format!("`{value}` is not among the values of `{}`", is.param);
        let meant = closest(&value, known.iter().map(String::as_str));
        report.push(Problem::new(place, message).help(match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("its values are `{}`", known.join("`, `")),
        }));
    }
}

/// Whether some number is in the range of a field, and its default is.
fn check_range(doc: &Doc, way: &[Step], field: &format::Field, report: &mut Report) {
    let (min, max) = (field.min, field.max);
    let mut problem = |key: &str, message: String, help: &str| {
        let place = doc.key_place(&[way, &keys(&[key])].concat());
        report.push(Problem::new(place, message).help(help));
    };
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        let message = format!("no number is at least {min} and at most {max}");
        problem("min", message, "exchange `min` and `max`, or take one away");
        return;
    }
    let Some(default) = field.default.as_ref().and_then(Value::as_i64) else {
        return;
    };
    if min.is_some_and(|min| default < min) || max.is_some_and(|max| default > max) {
        let message = format!(
            "the default {default} is not in the range of `{}`",
            field.name
        );
        problem(
            "default",
            message,
            "settle which of `default`, `min` and `max` is right",
        );
    }
}

/// A rule whose parameters have the names that they travel under.
fn rule_on_wire(rule: &Rule, params: &[format::Field]) -> Rule {
    let path = |path: &String| param_on_wire(path, params);
    let sets = |sets: &[Vec<String>]| {
        let set = |set: &Vec<String>| set.iter().map(path).collect();
        sets.iter().map(set).collect()
    };
    match rule {
        Rule::AnyOf(of) => Rule::AnyOf(sets(of)),
        Rule::OneOf(of) => Rule::OneOf(sets(of)),
        Rule::RequiredIf(RequiredIf { param, when }) => Rule::RequiredIf(RequiredIf {
            param: path(param),
            when: match when {
                When::Is(Is { param, values }) => When::Is(Is {
                    param: path(param),
                    values: values.clone(),
                }),
                When::Given(param) => When::Given(path(param)),
                When::Missing(param) => When::Missing(path(param)),
                When::Credential(credential) => When::Credential(*credential),
            },
        }),
    }
}

/// An example with the status that its answer comes with, its arguments by name.
/// A list of arguments and an object with the keys 0, 1, … are the same to PHP.
fn with_status(given: format::Example, statuses: &[u16], errors: &[ErrorCode]) -> Example {
    let code = match given.answer.get("error") {
        Some(Value::String(code)) => Some(code.clone()),
        Some(Value::Object(error)) => error.get("code").and_then(Value::as_str).map(str::to_owned),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    let usual = code.map_or(200, |code| {
        let known = errors.iter().find(|error| error.code == code);
        let status = known.and_then(|error| error.status);
        status.or(statuses.first().copied()).unwrap_or(400)
    });
    let params = match given.params {
        Some(Value::Array(arguments)) => {
            let named = arguments.into_iter().enumerate();
            Some(
                named
                    .map(|(index, value)| (index.to_string(), value))
                    .collect(),
            )
        }
        params => params,
    };
    Example {
        params,
        status: given.status.unwrap_or(usual),
        answer: given.answer,
    }
}

/// Which of a field's other keys its type made use of.
#[derive(Default)]
struct Uses {
    fields: bool,
    values: bool,
    flag: bool,
    text: bool,
    number: bool,
    inside: bool,
    choice: bool,
    known_enum: Option<Type>,
    known_record: Option<Type>,
}

enum Builtin {
    Plain(Type),
    Boolean,
    Enum,
    Object,
    Null,
}

/// The types of the wire.
const BUILTIN: &[&str] = &[
    "string",
    "integer",
    "double",
    "boolean",
    "date",
    "datetime",
    "timestamp",
    "enum",
    "array",
    "object",
    "map",
    "any",
    "null",
];

fn builtin(name: &str) -> Option<Builtin> {
    Some(match name {
        "string" => Builtin::Plain(Type::String),
        "integer" | "timestamp" => Builtin::Plain(Type::Integer),
        "double" => Builtin::Plain(Type::Double),
        "date" => Builtin::Plain(Type::Date),
        "datetime" => Builtin::Plain(Type::DateTime),
        "array" => Builtin::Plain(Type::Array(Box::new(Type::Any))),
        "map" => Builtin::Plain(Type::Object),
        "any" => Builtin::Plain(Type::Any),
        "boolean" => Builtin::Boolean,
        "enum" => Builtin::Enum,
        "object" => Builtin::Object,
        "null" => Builtin::Null,
        _ => return None,
    })
}

/// Whether the values of an `enum` are numbers, all of them.
fn numbers(field: &format::Field) -> bool {
    let mut values = field.values.iter();
    !field.values.is_empty() && values.all(|it| matches!(it, format::Scalar::Integer(_)))
}

/// What a choice of a union is called.
fn kind_name(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "Any",
        Type::String | Type::Secret => "Text",
        Type::Integer => "Integer",
        Type::Double => "Double",
        Type::Boolean(_) => "Boolean",
        Type::Date => "Date",
        Type::DateTime => "DateTime",
        Type::Object => "Object",
        Type::Enum(_) => "Known",
        Type::Array(_) => "List",
        Type::Map(..) => "Map",
        Type::Record(_) => "Record",
        Type::Nullable(of) => kind_name(of),
        Type::Union(_) => "Either",
    }
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// `fields.code` → `FieldsCode`; the empty path adds nothing.
fn camel(path: &str) -> String {
    match path {
        "" => String::new(),
        path => names::type_name(&path.replace('.', "_"))
            .trim_end_matches('_')
            .to_owned(),
    }
}

fn origin(context: &Context<'_>, path: &str) -> String {
    match path {
        "" => context.origin.clone(),
        path => format!("`{path}` in the {}", context.origin),
    }
}

fn docs_url(page: &str) -> String {
    format!("{DOCS}{}.html", page.trim_end_matches(".md"))
}

/// Why people decided as they did: the facts that share a reason, and the reason.
fn ruling_texts(rulings: &[Ruling]) -> Vec<String> {
    let mut grouped: Vec<(Vec<&str>, &str)> = Vec::new();
    for ruling in rulings {
        let reason = ruling.reason.trim();
        match grouped.iter_mut().find(|(_, known)| *known == reason) {
            Some((facts, _)) => facts.push(&ruling.fact),
            None => grouped.push((vec![&ruling.fact], reason)),
        }
    }
    grouped
        .into_iter()
        .map(|(facts, reason)| format!("`{}`: {reason}", facts.join("`, `")))
        .collect()
}

/// What a description says of a field beside its type.
fn notes(field: &format::Field, input: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(default) = &field.default {
        notes.push(format!("When left out: {}.", code(&default.to_string())));
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => notes.push(format!("From {min} to {max}.")),
        (Some(min), None) => notes.push(format!("At least {min}.")),
        (None, Some(max)) => notes.push(format!("At most {max}.")),
        (None, None) => {}
    }
    if let Some(length) = field.max_length {
        notes.push(format!("At most {length} characters."));
    }
    if input && field.wire == format::Flag::YesNo {
        notes.push("Travels as `Y` or `N`.".into());
    }
    if let Some(position) = field.position {
        notes.push(format!(
            "Documented as `{}`, argument {position} of a list.",
            field.name
        ));
    }
    if let Some(since) = &field.since {
        notes.push(format!("Since {since}."));
    }
    if let Some(until) = &field.until {
        notes.push(format!("Until {until}."));
    }
    notes
}

/// The paths of all fields, nested ones included, and of the values of enums.
pub(crate) fn field_paths(fields: &[format::Field], path: &str, out: &mut Vec<String>) {
    for field in fields {
        let path = join(path, &field.name);
        for value in &field.values {
            out.push(format!("{path}={}", value.text()));
        }
        field_paths(&field.fields, &path, out);
        out.push(path);
    }
}

/// Descriptions of things that are not there: a slip, or what a change left behind.
pub(crate) fn stray_texts(
    doc: &Doc,
    way: &[&str],
    texts: &BTreeMap<String, String>,
    known: &BTreeSet<String>,
    report: &mut Report,
) {
    let about = match way {
        [_, "params"] => &["facts", "params"][..],
        [_, "fields"] => &["facts", "result"],
        [_, "errors"] => &["facts", "errors"],
        _ => &["facts"],
    };
    // What a text describes may be there, with a mistake of its own.
    if doc.has_lost_names(about) {
        return;
    }
    for name in texts.keys().filter(|name| !known.contains(*name)) {
        let mut path = keys(way);
        path.push(key(name));
        let what = way.last().copied().unwrap_or_default();
        let problem = Problem::new(
            doc.key_place(&path),
            format!("this text describes `{name}`, and there is no such thing in the facts"),
        );
        report.push(match closest(name, known.iter().map(String::as_str)) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem.help(format!("take it out of `{what}`, or add the fact")),
        });
    }
}

/// How many days a month has.
fn days(year: Option<u32>, month: Option<u32>) -> u32 {
    let leap = year.is_some_and(|it| it % 4 == 0 && (it % 100 != 0 || it % 400 == 0));
    match month {
        Some(2) if leap => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}

fn check_date(doc: &Doc, way: &[Step], date: &Option<String>, report: &mut Report) {
    let Some(date) = date else { return };
    let parts: Vec<&str> = date.split('-').collect();
    let number = |index: usize, len: usize| {
        parts
            .get(index)
            .filter(|part| part.len() == len)
            .and_then(|part| part.parse::<u32>().ok())
    };
    let right = parts.len() == 3
        && number(0, 4).is_some()
        && number(1, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(2, 2).is_some_and(|day| (1..=days(number(0, 4), number(1, 2))).contains(&day));
    if !right {
        report.push(
            Problem::new(doc.place(way), format!("`{}` is not a day", shorten(date)))
                .help("write it as 2026-08-06"),
        );
    }
}

fn check_status(doc: &Doc, way: &[Step], status: Option<u16>, report: &mut Report) {
    if status.is_some_and(|status| !(100..=599).contains(&status)) {
        report.push(
            Problem::new(doc.place(way), "this is not an HTTP status").help("from 100 to 599"),
        );
    }
}
