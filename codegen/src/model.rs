//! The checked description: what the emitters read.
//!
//! Names are decided here, once, for every language. References between parts are
//! indexes into the tables of [`Api`].

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

pub use crate::format::{Credential, Flag, Missing, Paging, Rest, Rule, Scalar, When};
use crate::names::Names;

/// Everything that is described.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// The scopes, by name.
    pub scopes: Vec<Scope>,
    /// The methods, by name and version.
    pub methods: Vec<Method>,
    /// Every object type.
    pub records: Vec<Record>,
    /// Every list of values.
    pub enums: Vec<Enum>,
    /// Every choice between types.
    pub unions: Vec<Union>,
    /// The errors that any method can answer.
    pub system_errors: Vec<ErrorCode>,
    /// The exceptions of Python, by code.
    pub exceptions: BTreeMap<String, Exception>,
}

/// The exceptions of a code.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The one that catches the code, whoever means what by it.
    pub class: String,
    /// The one that is raised where the code is the system's.
    pub system: Option<String>,
    /// The one that is raised where the code is a method's own.
    pub method: Option<String>,
}

/// A scope: a folder of the description, a feature of the Rust crate, a module.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its name on the wire and in the description.
    pub name: String,
    /// Its module.
    pub ident: String,
    /// What it is about.
    pub text: Option<String>,
}

/// Where a type belongs: a scope's module, or `None` for what all share.
pub type Home = Option<usize>;

/// A method.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name on the wire.
    pub name: String,
    /// The version of REST that serves it.
    pub rest: Rest,
    /// The scope that it belongs to.
    pub scope: usize,
    /// Every scope that a caller may have instead.
    pub scopes: Vec<String>,
    /// The parts of its name, or of its alias, but the last.
    pub shown: Vec<String>,
    /// What those are called here: the namespaces on the way to it.
    pub path: Vec<String>,
    /// What it is called in its namespace.
    pub ident: String,
    /// What its types are called: `ChatGet`, `ChatGetResult`, `ChatGetError`.
    pub type_name: String,
    /// The name of its result's error type.
    pub error_name: String,
    /// The address of its documentation.
    pub docs: String,
    /// What it does, in one sentence.
    pub summary: Option<String>,
    /// What else a caller should know.
    pub details: Option<String>,
    /// Who may call it.
    pub callers: Option<String>,
    /// Set when it is on its way out.
    pub deprecated: Option<Deprecated>,
    /// The day from which it is there.
    pub since: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// Whether only an application may call it.
    pub application_only: bool,
    /// Whether it is safe to repeat when nobody knows if it ran.
    pub repeatable: bool,
    /// Its parameters.
    pub params: Vec<Field>,
    /// Requirements that concern several parameters.
    pub rules: Vec<Rule>,
    /// What the portal does when a required parameter is missing.
    pub missing: Option<Missing>,
    /// What it answers.
    pub result: Type,
    /// What the answer is, in words.
    pub result_text: Option<String>,
    /// How it is read page by page.
    pub list: Option<List>,
    /// Its own errors, each code once.
    pub errors: Vec<ErrorCode>,
    /// Methods that its page refers to.
    pub related: Vec<Link>,
    /// Example requests and answers.
    pub examples: Vec<Example>,
    /// Decisions that the documentation left open, with their reasons.
    pub rulings: Vec<String>,
    /// Where its own types stand in the tables.
    pub types: Types,
}

/// Which records, enums and unions are a method's own.
#[derive(Clone, Debug)]
pub struct Types {
    /// Its records.
    pub records: Range<usize>,
    /// Its enums.
    pub enums: Range<usize>,
    /// Its unions.
    pub unions: Range<usize>,
}

impl Method {
    /// The name with the version, unlike any other method's.
    #[must_use]
    pub fn key(&self) -> String {
        match self.rest {
            Rest::Classic => self.name.clone(),
            Rest::V3 => format!("v3:{}", self.name),
        }
    }

    /// The parameters of the first example that was answered, if any.
    #[must_use]
    pub fn example_params(&self) -> Option<&Value> {
        let mut good = self.examples.iter().filter(|it| it.status == 200);
        good.find_map(|example| example.params.as_ref())
    }
}

/// That a method is on its way out.
#[derive(Clone, Debug)]
pub struct Deprecated {
    /// What to call instead.
    pub replaced_by: Vec<Link>,
    /// The day from which it is deprecated.
    pub since: Option<String>,
}

/// A method that another one refers to.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name on the wire.
    pub name: String,
    /// The method, if it is described.
    pub method: Option<usize>,
}

/// How a list is read page by page.
#[derive(Clone, Debug)]
pub struct List {
    /// What is passed to get the next page.
    pub paging: Paging,
    /// The way from the result to the records; absent when the result is the list.
    pub records: Option<String>,
    /// What a record is.
    pub record: Type,
    /// Whether the records are the values of an object, not an array.
    pub map: bool,
    /// Records in a page, when fixed or by default.
    pub page_size: Option<u32>,
    /// The most records in a page, whatever is asked for.
    pub max_page_size: Option<u32>,
    /// The field by which the list can be walked without counting.
    pub keyed_by: Option<String>,
    /// What the order and the filter call that field, where it is not the same.
    pub keyed_as: Option<String>,
    /// The parameter that takes the order, on the wire.
    pub order: String,
    /// The parameter that takes the filter, on the wire.
    pub filter: String,
    /// The way to the parameter that holds those of the paging; empty where it is as usual.
    pub within: Vec<String>,
    /// The paging parameters that are called otherwise than usual: the usual name, and that on
    /// the wire.
    pub names: Vec<(&'static str, String)>,
}

impl List {
    /// The way from the result to the records, in steps.
    pub fn way(&self) -> impl Iterator<Item = &str> {
        self.records.iter().flat_map(|path| path.split('.'))
    }
}

/// A parameter, or a field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub wire: String,
    /// What it is called here.
    pub ident: String,
    /// Its type.
    pub ty: Type,
    /// Whether it must be given, or is always there.
    pub required: bool,
    /// What it is.
    pub text: Option<String>,
    /// What else the description says of it: defaults, bounds, dates.
    pub notes: Vec<String>,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Anything.
    Any,
    /// A text.
    String,
    /// A text that is never shown.
    Secret,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// Yes or no.
    Boolean(Flag),
    /// A day.
    Date,
    /// A day and a time with an offset.
    DateTime,
    /// An object of unknown fields.
    Object,
    /// One of some values.
    Enum(usize),
    /// A list.
    Array(Box<Type>),
    /// An object whose keys are not known beforehand.
    Map(Key, Box<Type>),
    /// An object of known fields.
    Record(usize),
    /// Something or `null`.
    Nullable(Box<Type>),
    /// One of several types.
    Union(usize),
}

/// What the keys of a map are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// Texts.
    String,
    /// Whole numbers.
    Integer,
}

/// An object of known fields.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name, unique in its home.
    pub name: String,
    /// Where it belongs.
    pub home: Home,
    /// The key of the method that it belongs to, or `None` if several share it.
    pub owner: Option<String>,
    /// What it is.
    pub text: Option<String>,
    /// Its documentation.
    pub docs: String,
    /// Where it stands on the wire: `result of imbot.chat.get`.
    pub origin: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Whether callers may give others as well.
    pub open: bool,
    /// Whether callers make it.
    pub input: bool,
    /// Whether portals answer it.
    pub output: bool,
}

/// A list of values that may grow.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name, unique in its home.
    pub name: String,
    /// Where it belongs.
    pub home: Home,
    /// The key of the method that it belongs to, or `None` if several share it.
    pub owner: Option<String>,
    /// Where it stands on the wire.
    pub origin: String,
    /// Its values.
    pub values: Vec<Variant>,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The value on the wire.
    pub wire: String,
    /// What it is called here.
    pub ident: String,
    /// What it means.
    pub text: Option<String>,
}

/// A choice between types.
#[derive(Clone, Debug)]
pub struct Union {
    /// Its name, unique in its home.
    pub name: String,
    /// Where it belongs.
    pub home: Home,
    /// The key of the method that it belongs to, or `None` if several share it.
    pub owner: Option<String>,
    /// Where it stands on the wire.
    pub origin: String,
    /// The choices with their names.
    pub members: Vec<(String, Type)>,
}

/// An error code.
#[derive(Clone, Debug)]
pub struct ErrorCode {
    /// The code on the wire, possibly empty or a number.
    pub code: String,
    /// What it is called here.
    pub ident: String,
    /// The HTTP status that comes with it, if known.
    pub status: Option<u16>,
    /// What it means.
    pub text: Option<String>,
    /// The parameters that it is about, if any.
    pub fields: Vec<String>,
    /// The day from which it is documented.
    pub since: Option<String>,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Example {
    /// The parameters.
    pub params: Option<Value>,
    /// The HTTP status.
    pub status: u16,
    /// The whole answer.
    pub answer: Value,
}

/// The namespaces of some methods, as a tree.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// The parts of the wire name that lead here.
    pub wire: Vec<String>,
    /// What it is called in its parent.
    pub ident: String,
    /// The name of its type: unlike any other's.
    pub type_name: String,
    /// The methods in it, by identifier.
    pub methods: BTreeMap<String, usize>,
    /// The namespaces in it, by identifier.
    pub children: BTreeMap<String, Namespace>,
}

impl Api {
    /// The index of a scope.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<usize> {
        self.scopes.iter().position(|scope| scope.name == name)
    }

    /// A method by its name, in any spelling; `v3:` before it asks for REST 3.0.
    #[must_use]
    pub fn method(&self, key: &str) -> Option<&Method> {
        let same = |method: &&Method| method.key().eq_ignore_ascii_case(key);
        let mut methods = self.methods.iter();
        methods.find(same).or_else(|| {
            let mut methods = self.methods.iter();
            methods.find(|method| method.name.eq_ignore_ascii_case(key))
        })
    }

    /// The namespaces of the methods in some scopes.
    #[must_use]
    pub fn namespaces(&self, scopes: &[usize]) -> Namespace {
        let mut root = Namespace::default();
        for (index, method) in self.methods.iter().enumerate() {
            if !scopes.contains(&method.scope) {
                continue;
            }
            let mut node = &mut root;
            for (depth, ident) in method.path.iter().enumerate() {
                let child = || Namespace {
                    wire: method.shown[..=depth].to_vec(),
                    ident: ident.clone(),
                    ..Namespace::default()
                };
                node = node.children.entry(ident.clone()).or_insert_with(child);
            }
            node.methods.insert(method.ident.clone(), index);
        }
        root.name(&mut Names::default());
        root
    }

    /// Whether a record holds itself by value, or holds that union, which needs a box.
    #[must_use]
    pub fn on_cycle(&self, record: usize, union: Option<usize>) -> bool {
        let mut seen = vec![false; self.records.len()];
        let mut open = vec![record];
        while let Some(index) = open.pop() {
            for field in &self.records[index].fields {
                let through = match &field.ty {
                    Type::Nullable(of) => &**of,
                    ty => ty,
                };
                if matches!(through, Type::Union(index) if Some(*index) == union) {
                    return true;
                }
                for next in self.held(through) {
                    if next == record {
                        return true;
                    }
                    if !std::mem::replace(&mut seen[next], true) {
                        open.push(next);
                    }
                }
            }
        }
        false
    }

    /// The records that a value of a type holds without an indirection.
    #[must_use]
    pub fn held(&self, ty: &Type) -> Vec<usize> {
        match ty {
            Type::Record(index) => vec![*index],
            Type::Nullable(of) => self.held(of),
            Type::Union(index) => {
                let members = self.unions[*index].members.iter();
                members.flat_map(|(_, ty)| self.held(ty)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Namespace {
    /// Gives this one and those below it a type's name each.
    fn name(&mut self, names: &mut Names) {
        for child in self.children.values_mut() {
            child.type_name = names.unique(crate::names::type_name(&child.wire.join("_")));
            child.name(names);
        }
    }
}
