//! Rust: a file for each scope, one for the namespaces and one that holds them together.

use std::iter;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use super::File;
use super::doc::{escape, lower_first, sentence, wrap};
use crate::format::Is;
use crate::model::{
    Api, Credential, Enum, ErrorCode, Field, Flag, Home, Key, Link, List, Method, Namespace,
    Paging, Record, Rest, Rule, Type, Union, When,
};
use crate::print;

/// How wide a line of documentation may be.
const WIDTH: usize = 94;

/// Everything that some scopes need, and what belongs to all.
#[must_use]
pub fn files(api: &Api, scopes: &[usize]) -> Vec<File> {
    tokens(api, scopes)
        .map(|(name, tokens)| File {
            name,
            text: print::rust(tokens),
        })
        .collect()
}

/// The names of the files, and what is printed in them.
pub(super) fn tokens<'a>(
    api: &'a Api,
    scopes: &'a [usize],
) -> impl Iterator<Item = (String, TokenStream)> + 'a {
    let rust = Rust { api, scopes };
    let root = iter::once_with(move || ("api.rs".to_owned(), rust.root()));
    let namespaces = iter::once_with(move || ("namespaces.rs".to_owned(), rust.namespaces()));
    let scopes = scopes.iter().map(move |scope| {
        let name = format!("{}.rs", api.scopes[*scope].ident);
        (name, rust.scope(*scope))
    });
    root.chain(namespaces).chain(scopes)
}

/// What one method becomes: its types, and its place in its namespace.
#[must_use]
pub fn show(api: &Api, method: &Method) -> String {
    let scopes: Vec<usize> = (0..api.scopes.len()).collect();
    let rust = Rust {
        api,
        scopes: &scopes,
    };
    let types = rust.method_types(method);
    let impls = Rust::impls(
        &[method],
        api.records[method.types.records.clone()].iter(),
        api.enums[method.types.enums.clone()].iter(),
    );
    let place = rust.method_call(method);
    let (namespace, _) = method.name.rsplit_once('.').unwrap_or_default();
    let holder = format_ident!("{}", crate::names::type_name(&namespace.replace('.', "_")));
    let mut text = print::rust(quote!(#types #impls));
    text.push('\n');
    text.push_str(&print::rust(match namespace {
        "" => quote!(impl Client { #place }),
        _ => quote!(impl<'a> #holder<'a> { #place }),
    }));
    text
}

fn docs(text: &str) -> TokenStream {
    let lines = text.trim_end().lines().map(|line| match line {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

fn ident(name: &str) -> Ident {
    format_ident!("{name}")
}

#[derive(Clone, Copy)]
struct Rust<'a> {
    api: &'a Api,
    /// The scopes whose features are on: only their modules can be linked to.
    scopes: &'a [usize],
}

impl Rust<'_> {
    fn root(&self) -> TokenStream {
        let shared = self.shared(None);
        let impls = self.impls_of(None, &[]);
        let system = self.system_errors();
        let lints = lints();
        let modules = self.scopes.iter().map(|index| {
            let scope = &self.api.scopes[*index];
            let name = ident(&scope.ident);
            let text = scope.text.as_deref().map(sentence).unwrap_or_default();
            let docs = docs(&format!(
                "{}\n\nRequests, answers and errors of its methods.{}",
                format!("The scope `{}`. {}", scope.name, escape(&text)).trim_end(),
                self.migration(*index),
            ));
            let path = format!("/{}.rs", scope.ident);
            quote! {
                #docs
                #[allow(deprecated, reason = "a deprecated method's types refer to each other")]
                #[allow(rustdoc::redundant_explicit_links, reason = "the same links stand in several modules")]
                #lints
                pub mod #name {
                    include!(concat!(env!("OUT_DIR"), #path));
                }
            }
        });
        quote! {
            #(#modules)*

            /// The methods by their names on the wire: [`Client`] leads here.
            #[allow(deprecated, reason = "the calls of deprecated methods take their requests")]
            #[allow(rustdoc::redundant_explicit_links, reason = "the same links stand in several modules")]
            #[allow(
                clippy::new_ret_no_self,
                clippy::should_implement_trait,
                clippy::type_complexity,
                reason = "the names and the shapes are those of the API"
            )]
            pub mod namespaces {
                include!(concat!(env!("OUT_DIR"), "/namespaces.rs"));
            }

            #shared
            #impls
            #system
        }
    }

    fn scope(&self, scope: usize) -> TokenStream {
        let methods = self.api.methods.iter().filter(|it| it.scope == scope);
        let methods: Vec<_> = methods.collect();
        let types = methods.iter().map(|method| self.method_types(method));
        let shared = self.shared(Some(scope));
        let impls = self.impls_of(Some(scope), &methods);
        let imported = crate::names::IMPORTED.iter().map(|it| ident(it));
        quote! {
            #[allow(unused_imports, reason = "no scope needs them all")]
            use crate::{#(#imported),*, error, wire};
            #(#types)*
            #shared
            #impls
        }
    }

    // ----- types -----

    /// Everything that a method brings to its scope's module.
    fn method_types(&self, method: &Method) -> TokenStream {
        let request = self.request(method);
        let (api, own) = (self.api, &method.types);
        let types = self.types(
            api.records[own.records.clone()].iter(),
            api.enums[own.enums.clone()].iter(),
            api.unions[own.unions.clone()].iter(),
        );
        let errors = self.error(method);
        quote! {
            #request
            #types
            #errors
        }
    }

    /// What the methods of a scope share, or all scopes.
    fn shared(&self, home: Home) -> TokenStream {
        let is_shared = |of: Home, owner: &Option<String>| of == home && owner.is_none();
        let api = self.api;
        self.types(
            (api.records.iter()).filter(|it| is_shared(it.home, &it.owner)),
            (api.enums.iter()).filter(|it| is_shared(it.home, &it.owner)),
            (api.unions.iter()).filter(|it| is_shared(it.home, &it.owner)),
        )
    }

    fn types<'t>(
        &self,
        records: impl Iterator<Item = &'t Record>,
        enums: impl Iterator<Item = &'t Enum>,
        unions: impl Iterator<Item = &'t Union>,
    ) -> TokenStream {
        let records = records.map(|record| self.record(record));
        let enums = enums.map(|it| self.open_enum(it));
        let unions = unions.map(|it| self.union(it));
        quote! {
            #(#records)*
            #(#enums)*
            #(#unions)*
        }
    }

    /// What is alike for all types of a kind. It is said once for all, because each call of a macro
    /// makes the search for names longer for all that follow. Unions, of which there are few, are
    /// not alike.
    fn impls<'t>(
        methods: &[&Method],
        records: impl Iterator<Item = &'t Record>,
        enums: impl Iterator<Item = &'t Enum>,
    ) -> TokenStream {
        let requests = methods.iter().map(|it| it.type_name.as_str());
        let errors = methods.iter().map(|it| it.error_name.as_str());
        let requests = for_all(quote!(wire::request), requests);
        let records = for_all(quote!(wire::record), records.map(|it| it.name.as_str()));
        let enums = for_all(quote!(wire::open_enum), enums.map(|it| it.name.as_str()));
        let errors = for_all(quote!(error::display), errors);
        quote!(#requests #records #enums #errors)
    }

    /// Those of a module, whose methods these are.
    fn impls_of(&self, home: Home, methods: &[&Method]) -> TokenStream {
        let records = self.api.records.iter().filter(|it| it.home == home);
        let enums = self.api.enums.iter().filter(|it| it.home == home);
        Self::impls(methods, records, enums)
    }

    fn request(&self, method: &Method) -> TokenStream {
        let name = ident(&method.type_name);
        let docs = docs(&self.request_docs(method));
        let deprecated = self.deprecated(method);
        let fields = method.params.iter().map(|field| self.field(field, true));
        let builder = self.builder(&method.params, Of::Request);
        let puts = method.params.iter().map(|field| self.put(field));
        let put = match method.params.is_empty() {
            true => quote! {
                fn put<M: wire::Map>(&self, _: &mut wire::Fields<M>) {}
            },
            false => quote! {
                fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
                    #(#puts)*
                }
            },
        };
        let output = self.ty(&method.result, Boxing::Never);
        let error = ident(&method.error_name);
        let meta = self.meta(method);
        let list = method.list.as_ref().map(|list| self.list(method, list));
        let default = method
            .params
            .iter()
            .all(|it| !it.required)
            .then(|| quote!(Default,));
        quote! {
            #docs
            #deprecated
            #[derive(Clone, Debug, #default PartialEq)]
            #[non_exhaustive]
            pub struct #name {
                #(#fields)*
            }

            impl #name {
                #builder
                #put
            }

            impl Method for #name {
                const META: &'static MethodMeta = &#meta;
                type Output = #output;
                type Error = #error;
            }

            #list
        }
    }

    /// How the records are taken out of the answer of a list's page.
    fn list(&self, method: &Method, list: &List) -> TokenStream {
        let name = ident(&method.type_name);
        let record = self.ty(&list.record, Boxing::Never);
        let way: Vec<_> = list.way().collect();
        let records = self.records(&method.result, &way, quote!(page));
        quote! {
            impl ListMethod for #name {
                type Record = #record;

                fn records(page: Self::Output) -> Vec<Self::Record> {
                    #records
                }
            }
        }
    }

    /// The records in a value, at the end of a way. What is absent holds none.
    fn records(&self, ty: &Type, way: &[&str], value: TokenStream) -> TokenStream {
        match (ty, way) {
            (Type::Nullable(of), _) => self.records_or_none(of, way, value),
            (Type::Record(index), [part, rest @ ..]) => {
                let mut fields = self.api.records[*index].fields.iter();
                let Some(field) = fields.find(|field| field.wire == *part) else {
                    return value;
                };
                let name = ident(&field.ident);
                let value = quote!(#value.#name);
                match (&field.ty, field.required) {
                    (Type::Nullable(_), _) | (_, true) => self.records(&field.ty, rest, value),
                    (ty, false) => self.records_or_none(ty, rest, value),
                }
            }
            (Type::Map(..), _) => quote!(#value.into_values().collect()),
            (Type::Any, _) => quote!(wire::items(#value)),
            _ => value,
        }
    }

    fn records_or_none(&self, ty: &Type, way: &[&str], value: TokenStream) -> TokenStream {
        let inner = self.records(ty, way, quote!(it));
        match inner.to_string().as_str() {
            "it" => quote!(#value.unwrap_or_default()),
            _ => quote!(#value.map(|it| #inner).unwrap_or_default()),
        }
    }

    fn meta(&self, method: &Method) -> TokenStream {
        let name = &method.name;
        let rest = match method.rest {
            Rest::Classic => quote!(Rest::Classic),
            Rest::V3 => quote!(Rest::V3),
        };
        let scopes = &method.scopes;
        let repeatable = method.repeatable;
        let rules = method.rules.iter().map(rule);
        let docs = &method.docs;
        let deprecated = match &method.deprecated {
            Some(deprecated) => {
                let names = deprecated.replaced_by.iter().map(|link| &link.name);
                quote!(Some(&[#(#names),*]))
            }
            None => quote!(None),
        };
        let list = match method.list.as_ref().map(super::list_meta) {
            Some(list) => quote!(Some(#list)),
            None => quote!(None),
        };
        quote! {
            MethodMeta {
                name: #name,
                rest: #rest,
                scopes: &[#(#scopes),*],
                repeatable: #repeatable,
                rules: &[#(#rules),*],
                docs: #docs,
                deprecated: #deprecated,
                list: #list,
            }
        }
    }

    /// A field of a struct. In a request, `Some(None)` is an explicit `null`.
    fn field(&self, field: &Field, input: bool) -> TokenStream {
        let name = ident(&field.ident);
        let docs = docs(&field_docs(field));
        let ty = self.field_type(field, input);
        quote!(#docs pub #name: #ty,)
    }

    fn field_type(&self, field: &Field, input: bool) -> TokenStream {
        let ty = self.ty(&field.ty, Boxing::Cycles);
        match &field.ty {
            _ if field.required => ty,
            Type::Nullable(_) if !input => ty,
            _ => quote!(Option<#ty>),
        }
    }

    /// `new` with what is required, and a setter for each of the rest.
    fn builder(&self, fields: &[Field], of: Of) -> TokenStream {
        let required: Vec<_> = fields.iter().filter(|field| field.required).collect();
        let args = required.iter().map(|field| {
            let name = ident(&field.ident);
            let (ty, _) = self.argument(&field.ty, &quote!(#name));
            quote!(#name: #ty)
        });
        let values = required.iter().map(|field| {
            let name = ident(&field.ident);
            let (_, value) = self.argument(&field.ty, &quote!(#name));
            match value.to_string() == field.ident {
                true => value,
                false => quote!(#name: #value),
            }
        });
        let optional = fields.iter().filter(|field| !field.required);
        let rest = if of == Of::Request && !required.is_empty() {
            let names = optional.clone().map(|field| ident(&field.ident));
            quote!(#(#names: None,)*)
        } else if of == Of::Request && fields.is_empty() {
            quote!()
        } else {
            quote!(..Self::default())
        };
        let setters = optional.map(|field| {
            let name = ident(&field.ident);
            let docs = docs(&field_docs(field));
            let (ty, value) = self.argument(&field.ty, &quote!(#name));
            let plain = matches!(field.ty, Type::Nullable(_)) && of == Of::Shared;
            let value = if plain { value } else { quote!(Some(#value)) };
            quote! {
                #docs
                #[must_use]
                pub fn #name(mut self, #name: #ty) -> Self {
                    self.#name = #value;
                    self
                }
            }
        });
        let docs = docs(match of {
            Of::Request => "With the parameters that are required.",
            Of::Input | Of::Shared => "With the fields that are required.",
        });
        quote! {
            #docs
            #[must_use]
            pub fn new(#(#args),*) -> Self {
                Self { #(#values,)* #rest }
            }
            #(#setters)*
        }
    }

    /// How an argument is taken, and how it becomes the field's value.
    fn argument(&self, ty: &Type, name: &TokenStream) -> (TokenStream, TokenStream) {
        let rust = self.ty(ty, Boxing::Cycles);
        match ty {
            Type::Integer | Type::Double | Type::Boolean(_) | Type::Date | Type::DateTime => {
                (rust, quote!(#name))
            }
            Type::Record(index) if !self.api.on_cycle(*index, None) => (rust, quote!(#name)),
            _ => (quote!(impl Into<#rust>), quote!(#name.into())),
        }
    }

    /// Writes a field into a request.
    fn put(&self, field: &Field) -> TokenStream {
        let wire = &field.wire;
        let name = ident(&field.ident);
        match (field.required, flag(&field.ty)) {
            (true, None) => quote!(fields.put(#wire, &self.#name);),
            (true, Some(flag)) => quote!(fields.put(#wire, &#flag(&self.#name));),
            (false, None) => quote!(fields.put_some(#wire, &self.#name);),
            (false, Some(flag)) => {
                quote!(fields.put_some(#wire, &self.#name.as_ref().map(#flag));)
            }
        }
    }

    fn record(&self, record: &Record) -> TokenStream {
        let name = ident(&record.name);
        let input = record.input && !record.output;
        let mut text = match &record.text {
            Some(text) => sentence(text),
            None => sentence(&title(&record.origin)),
        };
        if record.text.is_some() {
            text.push_str(&format!("\n\nOn the wire: {}.", record.origin));
        }
        if record.open {
            text.push_str("\n\nIt takes other fields as well, in `extra`.");
        }
        text.push_str(&format!("\n\n[Documentation]({})", record.docs));
        let docs = docs(&text);
        // Others have it from their module.
        let lints = record.home.is_none().then(lints);
        let fields = record.fields.iter().map(|field| self.field(field, input));
        let builder = record.input.then(|| {
            let of = if input { Of::Input } else { Of::Shared };
            let builder = self.builder(&record.fields, of);
            quote!(#lints impl #name { #builder })
        });
        let infos = record.fields.iter().map(|field| {
            let wire = &field.wire;
            match field.required {
                true => quote!(wire::Field::required(#wire)),
                false => quote!(wire::Field::optional(#wire)),
            }
        });
        let reads = record.fields.iter().enumerate().map(|(index, field)| {
            let index = Literal::usize_unsuffixed(index);
            let name = ident(&field.ident);
            quote!(#index => wire::into(&mut self.#name, value),)
        });
        let puts = record.fields.iter().map(|field| self.put(field));
        quote! {
            #docs
            #lints
            #[derive(Clone, Debug, Default, PartialEq)]
            #[non_exhaustive]
            pub struct #name {
                #(#fields)*
                /// Fields that the description does not know.
                pub extra: wire::Extra,
            }

            #builder

            impl wire::Record for #name {
                const FIELDS: &'static [wire::Field] = &[#(#infos),*];

                fn set<'de, D: wire::Reader<'de>>(
                    &mut self,
                    index: usize,
                    value: D,
                ) -> Result<(), D::Error> {
                    match index {
                        #(#reads)*
                        _ => wire::skip(value),
                    }
                }

                fn put<M: wire::Map>(&self, fields: &mut wire::Fields<M>) {
                    #(#puts)*
                    fields.put_extra(&self.extra);
                }

                fn extra(&mut self) -> &mut wire::Extra {
                    &mut self.extra
                }
            }
        }
    }

    fn open_enum(&self, of: &Enum) -> TokenStream {
        let name = ident(&of.name);
        let text = docs(&format!("The values of {}.", of.origin));
        let variants = of.values.iter().map(|value| {
            let name = ident(&value.ident);
            let docs = docs(&item(&value.wire, value.text.as_deref()));
            quote!(#docs #name,)
        });
        let reads = of.values.iter().map(|value| {
            let (name, wire) = (ident(&value.ident), &value.wire);
            quote!(#wire => Self::#name,)
        });
        let writes = of.values.iter().map(|value| {
            let (name, wire) = (ident(&value.ident), &value.wire);
            quote!(Self::#name => #wire,)
        });
        quote! {
            #text
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A value that the description does not know.
                Other(String),
            }

            impl wire::TextEnum for #name {
                #[inline]
                fn from_text(text: String) -> Self {
                    match text.as_str() {
                        #(#reads)*
                        _ => Self::Other(text),
                    }
                }

                #[inline]
                fn as_text(&self) -> &str {
                    match self {
                        #(#writes)*
                        Self::Other(text) => text,
                    }
                }
            }
        }
    }

    fn union(&self, of: &Union) -> TokenStream {
        let name = ident(&of.name);
        let text = docs(&format!("What {} can be.", of.origin));
        let variants = of.members.iter().map(|(name, ty)| {
            let name = ident(name);
            let docs = docs(&sentence(&title(&self.words(ty))));
            let ty = self.ty(ty, Boxing::Cycles);
            quote!(#docs #name(#ty),)
        });
        let members = of.members.iter().map(|(name, ty)| {
            let name = ident(name);
            let ty = self.ty(ty, Boxing::Cycles);
            quote!(#name: #ty)
        });
        quote! {
            #text
            #[derive(Clone, Debug, PartialEq)]
            #[allow(clippy::large_enum_variant, reason = "one of a few in an answer; a box would be in the way")]
            pub enum #name {
                #(#variants)*
            }

            wire::union!(#name { #(#members),* });
        }
    }

    fn error(&self, method: &Method) -> TokenStream {
        let name = ident(&method.error_name);
        let text = docs(&format!(
            "The errors of `{}`: its own codes, those of the system, and any other.\n\n\
             [Documentation]({})",
            method.name, method.docs
        ));
        let variants = method.errors.iter().map(|error| {
            let name = ident(&error.ident);
            let docs = docs(&error_docs(error));
            quote!(#docs #name,)
        });
        let reads = method.errors.iter().map(|error| {
            let (name, code) = (ident(&error.ident), &error.code);
            quote!(#code => Self::#name,)
        });
        let from_code = match method.errors.is_empty() {
            true => quote!(error::system_or_other(code, Self::System, Self::Other)),
            false => quote! {
                match code {
                    #(#reads)*
                    _ => error::system_or_other(code, Self::System, Self::Other),
                }
            },
        };
        let writes = method.errors.iter().map(|error| {
            let (name, code) = (ident(&error.ident), &error.code);
            quote!(Self::#name => #code,)
        });
        let own = match method.errors.is_empty() {
            true => quote!(),
            false => quote!(_ => Origin::Method,),
        };
        quote! {
            #text
            // Not more than is asked of all: there are as many as methods, and each takes its time.
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// An error that any method can answer.
                System(SystemError),
                /// A code that the description does not know.
                Other(String),
            }

            impl ErrorCode for #name {
                #[inline]
                fn from_code(code: &str) -> Self {
                    #from_code
                }

                #[inline]
                fn code(&self) -> &str {
                    match self {
                        #(#writes)*
                        Self::System(error) => error.code(),
                        Self::Other(code) => code,
                    }
                }

                fn origin(&self) -> Origin {
                    match self {
                        Self::System(_) => Origin::System,
                        Self::Other(_) => Origin::Unknown,
                        #own
                    }
                }
            }
        }
    }

    fn system_errors(&self) -> TokenStream {
        let errors = &self.api.system_errors;
        let variants = errors.iter().map(|error| {
            let name = ident(&error.ident);
            let docs = docs(&error_docs(error));
            quote!(#docs #name,)
        });
        let names: Vec<_> = errors.iter().map(|error| ident(&error.ident)).collect();
        let codes: Vec<_> = errors.iter().map(|error| &error.code).collect();
        let statuses = errors
            .iter()
            .map(|error| Literal::u16_unsuffixed(error.status.unwrap_or(500)));
        quote! {
            /// An error that any method can answer.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum SystemError {
                #(#variants)*
            }

            impl SystemError {
                /// Finds the error of a code. Codes are compared exactly.
                #[must_use]
                pub fn from_code(code: &str) -> Option<Self> {
                    Some(match code {
                        #(#codes => Self::#names,)*
                        _ => return None,
                    })
                }

                /// The code on the wire.
                #[must_use]
                pub fn code(self) -> &'static str {
                    match self {
                        #(Self::#names => #codes,)*
                    }
                }

                /// The HTTP status that the documentation gives.
                #[must_use]
                pub fn status(self) -> u16 {
                    match self {
                        #(Self::#names => #statuses,)*
                    }
                }
            }

            impl std::fmt::Display for SystemError {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.code())
                }
            }
        }
    }

    // ----- namespaces -----

    fn namespaces(&self) -> TokenStream {
        let root = self.api.namespaces(self.scopes);
        let modules = self
            .scopes
            .iter()
            .map(|scope| ident(&self.api.scopes[*scope].ident));
        let own = root.methods.values();
        let own = own.map(|index| self.method_call(&self.api.methods[*index]));
        let leads = root.children.values().map(|child| {
            let (name, ty) = (accessor(&root, child), ident(&child.type_name));
            let docs = docs(&format!("The methods `{}.*`.", child.wire.join(".")));
            quote! {
                #docs
                #[must_use]
                pub fn #name(&self) -> #ty<'_> {
                    #ty { client: self }
                }
            }
        });
        let below = root.children.values().map(|child| self.namespace(child));
        quote! {
            #[allow(unused_imports, reason = "a scope may hold no methods yet")]
            use crate::{AnswerFuture, Client, #(#modules),*};

            impl Client {
                #(#leads)*
                #(#own)*
            }

            #(#below)*
        }
    }

    fn namespace(&self, namespace: &Namespace) -> TokenStream {
        let name = ident(&namespace.type_name);
        let text = docs(&format!("The methods `{}.*`.", namespace.wire.join(".")));
        let methods = namespace.methods.values();
        let methods = methods.map(|index| self.method_call(&self.api.methods[*index]));
        let leads = namespace.children.values().map(|child| {
            let (name, ty) = (accessor(namespace, child), ident(&child.type_name));
            let docs = docs(&format!("The methods `{}.*`.", child.wire.join(".")));
            quote! {
                #docs
                #[must_use]
                pub fn #name(self) -> #ty<'a> {
                    #ty { client: self.client }
                }
            }
        });
        let leads =
            (!namespace.children.is_empty()).then(|| quote!(impl<'a> #name<'a> { #(#leads)* }));
        let methods =
            (!namespace.methods.is_empty()).then(|| quote!(impl<'a> #name<'a> { #(#methods)* }));
        let below = namespace
            .children
            .values()
            .map(|child| self.namespace(child));
        quote! {
            #text
            #[derive(Clone, Copy, Debug)]
            pub struct #name<'a> {
                client: &'a Client,
            }

            #leads
            #methods
            #(#below)*
        }
    }

    fn method_call(&self, method: &Method) -> TokenStream {
        let name = ident(&method.ident);
        let module = ident(&self.api.scopes[method.scope].ident);
        let request = ident(&method.type_name);
        let error = ident(&method.error_name);
        let deprecated = self.deprecated(method);
        let output = self.qualified(&method.result, &module);
        let (client, lifetime) = match method.path.is_empty() {
            true => (quote!(self), quote!('_)),
            false => (quote!(self.client), quote!('a)),
        };
        let mut text = summary(method);
        if let Some(deprecation) = self.deprecation(method) {
            paragraph(&mut text, &deprecation);
        }
        // Who finds no words of ours here finds those of the documentation.
        let elsewhere = match method.summary {
            Some(_) => String::new(),
            None => format!(" and the [documentation]({})", method.docs),
        };
        text.push_str(&format!(
            "\n\nThe method `{}`; see [`{}`]({module}::{}){elsewhere}.\n\n# Errors\n\n[`{}`]({module}::{}) \
             lists the codes.",
            method.name, method.type_name, method.type_name, method.error_name, method.error_name,
        ));
        let docs = docs(&text);
        quote! {
            #docs
            #deprecated
            #[inline]
            pub fn #name(
                &self,
                request: #module::#request,
            ) -> AnswerFuture<#lifetime, #output, #module::#error> {
                AnswerFuture::new(#client, &request)
            }
        }
    }

    fn deprecated(&self, method: &Method) -> TokenStream {
        let Some(deprecated) = &method.deprecated else {
            return quote!();
        };
        let names: Vec<String> = deprecated
            .replaced_by
            .iter()
            .map(|link| self.plain_link(link))
            .collect();
        let note = match names.as_slice() {
            [] => "the portal will drop it; its documentation names nothing to use instead".into(),
            names => format!("use {}", names.join(" or ")),
        };
        quote!(#[deprecated(note = #note)])
    }

    /// A method by the name of its request, if it is described, as compilers show it.
    fn plain_link(&self, link: &Link) -> String {
        let wire = super::wire_name(self.api, link);
        match link.method {
            Some(index) => {
                let method = &self.api.methods[index];
                let module = &self.api.scopes[method.scope].ident;
                format!(
                    "`{module}::{}` ({wire}{})",
                    method.type_name,
                    self.feature(method)
                )
            }
            None => wire,
        }
    }

    /// The same as a link, if the documentation holds what it leads to.
    fn link(&self, link: &Link) -> String {
        match link.method.map(|index| &self.api.methods[index]) {
            Some(method) if self.scopes.contains(&method.scope) => {
                let module = &self.api.scopes[method.scope].ident;
                let name = format!("{module}::{}", method.type_name);
                let wire = super::wire_name(self.api, link);
                format!("[`{name}`](crate::{name}) ({wire})")
            }
            _ => self.plain_link(link),
        }
    }

    /// What turns a method's scope on, where that is off.
    fn feature(&self, method: &Method) -> String {
        match self.scopes.contains(&method.scope) {
            true => String::new(),
            false => {
                let scope = &self.api.scopes[method.scope].name;
                format!(", with the feature `{}`", scope.replace('.', "-"))
            }
        }
    }

    /// What to call instead of a method, if it is deprecated.
    fn deprecation(&self, method: &Method) -> Option<String> {
        let links = &method.deprecated.as_ref()?.replaced_by;
        let links: Vec<_> = links.iter().map(|link| self.link(link)).collect();
        Some(match links.as_slice() {
            [] => "Deprecated; its documentation names nothing to use instead.".to_owned(),
            links => format!("Deprecated: use {}.", links.join(" or ")),
        })
    }

    /// The deprecated methods of a scope, with what replaces each, as a table.
    fn migration(&self, scope: usize) -> String {
        let mut rows = String::new();
        for method in self.api.methods.iter().filter(|it| it.scope == scope) {
            let Some(deprecated) = &method.deprecated else {
                continue;
            };
            let own = Link {
                name: method.key(),
                method: self
                    .api
                    .methods
                    .iter()
                    .position(|it| it.key() == method.key()),
            };
            let links = deprecated.replaced_by.iter();
            let links: Vec<_> = links.map(|link| self.link(link)).collect();
            let instead = match links.as_slice() {
                [] => "nothing is named".to_owned(),
                links => links.join("<br>"),
            };
            rows.push_str(&format!("\n| {} | {instead} |", self.link(&own)));
        }
        match rows.is_empty() {
            true => rows,
            false => format!(
                "\n\n# Moving on from deprecated methods\n\n| deprecated | instead |\n|---|---|{rows}"
            ),
        }
    }

    // ----- types as Rust -----

    fn ty(&self, ty: &Type, boxing: Boxing) -> TokenStream {
        self.ty_in(ty, boxing, None)
    }

    /// The type as seen from outside of its module.
    fn qualified(&self, ty: &Type, module: &Ident) -> TokenStream {
        self.ty_in(ty, Boxing::Never, Some(module))
    }

    fn ty_in(&self, ty: &Type, boxing: Boxing, module: Option<&Ident>) -> TokenStream {
        let local = |home: Home, name: &str| {
            let name = ident(name);
            match (home, module) {
                (None, _) => quote!(crate::#name),
                (Some(_), Some(module)) => quote!(#module::#name),
                (Some(_), None) => quote!(#name),
            }
        };
        match ty {
            Type::Any => quote!(serde_json::Value),
            Type::String => quote!(String),
            Type::Secret => quote!(crate::Secret),
            Type::Integer => quote!(i64),
            Type::Double => quote!(f64),
            Type::Boolean(_) => quote!(bool),
            Type::Date => quote!(crate::wire::Date),
            Type::DateTime => quote!(crate::wire::DateTime),
            Type::Object => quote!(crate::wire::Extra),
            Type::Enum(index) => {
                let it = &self.api.enums[*index];
                local(it.home, &it.name)
            }
            Type::Union(index) => {
                let it = &self.api.unions[*index];
                local(it.home, &it.name)
            }
            Type::Record(index) => {
                let it = &self.api.records[*index];
                let name = local(it.home, &it.name);
                match boxing == Boxing::Cycles && self.api.on_cycle(*index, None) {
                    true => quote!(Box<#name>),
                    false => name,
                }
            }
            Type::Array(of) => {
                let of = self.ty_in(of, Boxing::Never, module);
                quote!(Vec<#of>)
            }
            Type::Map(key, of) => {
                let of = self.ty_in(of, Boxing::Never, module);
                let key = match key {
                    Key::String => quote!(String),
                    Key::Integer => quote!(i64),
                };
                quote!(std::collections::BTreeMap<#key, #of>)
            }
            Type::Nullable(of) => {
                let of = self.ty_in(of, boxing, module);
                quote!(Option<#of>)
            }
        }
    }

    /// A type in words.
    fn words(&self, ty: &Type) -> String {
        match ty {
            Type::Any => "anything".into(),
            Type::String | Type::Secret => "a text".into(),
            Type::Integer => "a whole number".into(),
            Type::Double => "a number".into(),
            Type::Boolean(_) => "yes or no".into(),
            Type::Date => "a day".into(),
            Type::DateTime => "a moment".into(),
            Type::Object | Type::Record(_) | Type::Map(..) => "an object".into(),
            Type::Enum(_) => "one of the known values".into(),
            Type::Array(_) => "a list".into(),
            Type::Nullable(of) => self.words(of),
            Type::Union(_) => "one of several types".into(),
        }
    }

    // ----- documentation -----

    fn request_docs(&self, method: &Method) -> String {
        let mut text = summary(method);
        let version = match method.rest {
            Rest::Classic => "",
            Rest::V3 => " of REST 3.0",
        };
        let mut facts = format!(
            "The method `{}`{version}, {}: [documentation]({}).",
            method.name,
            super::scopes(method),
            method.docs
        );
        facts.push_str(&super::more_facts(method, escape));
        paragraph(&mut text, &facts);
        if let Some(deprecation) = self.deprecation(method) {
            paragraph(&mut text, &deprecation);
        }
        if let Some(details) = &method.details {
            paragraph(&mut text, &escape(details));
        }
        if !method.rules.is_empty() {
            text.push_str("\n\n# Required together\n");
            for rule in &method.rules {
                bullet(&mut text, &super::rule_text(rule));
            }
        }
        if let Some(result) = &method.result_text {
            text.push_str("\n\n# Answer\n");
            paragraph(&mut text, &sentence(&escape(result)));
        }
        text.push_str(&format!(
            "\n\n# Errors\n\n[`{}`], of which these are its own:\n",
            method.error_name
        ));
        for error in &method.errors {
            bullet(&mut text, &error_docs(error));
        }
        if method.errors.is_empty() {
            text = text.replace(", of which these are its own:\n", "; none is its own.");
        }
        if let Some(example) = self.example(method) {
            text.push_str(&format!("\n\n# Example\n\n{example}"));
        }
        if let Some(list) = &method.list {
            text.push_str("\n\n# Record by record\n");
            paragraph(&mut text, &list_docs(list));
            if let Some(example) = self.list_example(method, list) {
                text.push_str(&format!("\n\n{example}"));
            }
        }
        if !method.rulings.is_empty() {
            text.push_str("\n\n# Where the documentation leaves a question\n");
            for ruling in &method.rulings {
                bullet(&mut text, &escape(ruling));
            }
        }
        if !method.related.is_empty() {
            let names: Vec<_> = method.related.iter().map(|link| self.link(link)).collect();
            text.push_str("\n\n# See also\n");
            paragraph(&mut text, &format!("{}.", names.join(", ")));
        }
        text
    }

    /// An example that runs as a test, against a portal of our own.
    fn example(&self, method: &Method) -> Option<String> {
        let request = self.example_request(method)?;
        let way = self.way(method);
        let call = format!("{way}.{}(request).await?", method.ident);
        let shown = format!("let answer = {call};\nprintln!(\"{{:?}}\", answer.result);\n");
        Some(self.example_of(method, "", &request, &shown))
    }

    /// An example that reads a list; a test as well, where the documented answer is all of it.
    fn list_example(&self, method: &Method, list: &List) -> Option<String> {
        let request = self.example_request(method)?;
        let how = match is_whole(method, list) {
            true => "",
            false => "no_run",
        };
        let shown = "let mut records = client.records(request);\n\
                     while let Some(record) = records.next().await {\n    \
                         println!(\"{:?}\", record?);\n\
                     }\n";
        Some(self.example_of(method, how, &request, shown))
    }

    /// The request of the first example that was answered.
    fn example_request(&self, method: &Method) -> Option<String> {
        let Value::Object(given) = method.example_params()? else {
            return None;
        };
        let mut args = Vec::new();
        let mut setters = Vec::new();
        for field in &method.params {
            let literal = given
                .get(&field.wire)
                .and_then(|value| self.literal(&field.ty, value));
            match (field.required, literal) {
                (true, literal) => args.push(literal?),
                (false, Some(literal)) => setters.push(format!(".{}({literal})", field.ident)),
                // What is left out may be what a condition asks for.
                (false, None) if given.contains_key(&field.wire) && is_asked_for(method, field) => {
                    return None;
                }
                (false, None) => {}
            }
        }
        let mut request = format!("{}::new({})", method.type_name, args.join(", "));
        for setter in setters {
            request.push_str(&format!("\n    {setter}"));
        }
        Some(request)
    }

    /// A program that makes a request and does something with it.
    fn example_of(&self, method: &Method, how: &str, request: &str, shown: &str) -> String {
        let module = &self.api.scopes[method.scope].ident;
        let name = &method.type_name;
        let allow = match method.deprecated {
            Some(_) => "# #![allow(deprecated)]\n",
            None => "",
        };
        let client = match super::for_token(method) {
            true => "bitrix24::Client::token(portal.url(), portal.access_token())",
            false => "bitrix24::Client::webhook(portal.webhook_url())",
        };
        format!(
            "```{how}\n{allow}\
             # #[tokio::main(flavor = \"current_thread\")]\n\
             # async fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
             # let portal = bitrix24_sandbox::Sandbox::builder().documented().start()?;\n\
             # let client = {client}?;\n\
             use bitrix24::{module}::{name};\n\
             \n\
             let request = {request};\n\
             {shown}\
             # Ok(())\n\
             # }}\n\
             ```"
        )
    }

    /// The calls that lead from the client to a method's namespace.
    fn way(&self, method: &Method) -> String {
        let mut way = String::from("client");
        for (index, part) in method.path.iter().enumerate() {
            let before = &method.path[..index];
            let mut methods = self.api.methods.iter();
            let taken = methods.any(|it| it.path == before && it.ident == *part);
            way.push_str(&format!(".{part}{}()", if taken { "_" } else { "" }));
        }
        way
    }

    /// A value of an example as Rust, where that is short.
    fn literal(&self, ty: &Type, value: &Value) -> Option<String> {
        match (ty, value) {
            (Type::String | Type::Secret | Type::Enum(_), Value::String(text)) => {
                Some(format!("{text:?}"))
            }
            (Type::Integer, Value::Number(number)) if number.is_i64() => Some(number.to_string()),
            (Type::Double, Value::Number(number)) => Some(format!("{:?}", number.as_f64()?)),
            (Type::Boolean(_), Value::Bool(flag)) => Some(flag.to_string()),
            (Type::Boolean(Flag::YesNo), Value::String(flag)) => Some((flag == "Y").to_string()),
            (Type::Nullable(of), value) if !value.is_null() => {
                Some(format!("Some({})", self.inner_literal(of, value)?))
            }
            // What takes it makes a `Vec` of it.
            (Type::Array(of), Value::Array(items)) => {
                Some(format!("[{}]", self.literals(of, items)?))
            }
            _ => None,
        }
    }

    /// A value inside of another one, where nothing converts it.
    fn inner_literal(&self, ty: &Type, value: &Value) -> Option<String> {
        Some(match (ty, value) {
            (Type::Array(of), Value::Array(items)) => {
                format!("vec![{}]", self.literals(of, items)?)
            }
            (Type::String | Type::Secret | Type::Enum(_), value) => {
                format!("{}.into()", self.literal(ty, value)?)
            }
            (ty, value) => self.literal(ty, value)?,
        })
    }

    fn literals(&self, of: &Type, items: &[Value]) -> Option<String> {
        let items = items.iter().map(|item| self.inner_literal(of, item));
        Some(items.collect::<Option<Vec<_>>>()?.join(", "))
    }
}

/// Whether records that hold themselves are boxed where they stand.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Boxing {
    Cycles,
    Never,
}

/// What a constructor makes.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Of {
    /// The parameters of a method.
    Request,
    /// An object that only callers make: `Some(None)` is an explicit `null`.
    Input,
    /// An object that callers and portals make.
    Shared,
}

/// What clippy would say of the API, which nobody here can change.
fn lints() -> TokenStream {
    quote! {
        #[allow(
            clippy::should_implement_trait,
            clippy::too_many_arguments,
            clippy::type_complexity,
            reason = "the names and the shapes are those of the API"
        )]
    }
}

/// A macro that is called for some types, if there are any.
fn for_all<'t>(called: TokenStream, names: impl Iterator<Item = &'t str>) -> TokenStream {
    let names: Vec<_> = names.map(ident).collect();
    match names.is_empty() {
        true => quote!(),
        false => quote!(#called!(#(#names),*);),
    }
}

/// How the booleans in a type travel, if not as JSON has them.
fn flag(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Boolean(Flag::YesNo) => Some(quote!(wire::YesNo)),
        Type::Boolean(Flag::OneZero) => Some(quote!(wire::OneZero)),
        Type::Array(of) | Type::Map(_, of) | Type::Nullable(of) => flag(of),
        _ => None,
    }
}

/// What a namespace is called in its parent: a method of the same name goes first.
fn accessor(parent: &Namespace, child: &Namespace) -> Ident {
    match parent.methods.contains_key(&child.ident) {
        true => format_ident!("{}_", child.ident),
        false => ident(&child.ident),
    }
}

pub(super) fn rule(rule: &Rule) -> TokenStream {
    let sets = |sets: &Vec<Vec<String>>| {
        let sets = sets.iter().map(|set| quote!(&[#(#set),*]));
        quote!(&[#(#sets),*])
    };
    match rule {
        Rule::AnyOf(of) => {
            let sets = sets(of);
            quote!(Rule::AnyOf(#sets))
        }
        Rule::OneOf(of) => {
            let sets = sets(of);
            quote!(Rule::OneOf(#sets))
        }
        Rule::RequiredIf(required) => {
            let param = &required.param;
            let when = match &required.when {
                When::Is(Is { param, values }) => {
                    let values = values.iter().map(|value| value.text());
                    quote!(When::Is { param: #param, values: &[#(#values),*] })
                }
                When::Given(param) => quote!(When::Given(#param)),
                When::Missing(param) => quote!(When::Missing(#param)),
                When::Credential(Credential::Webhook) => quote!(When::Webhook),
                When::Credential(Credential::Token) => quote!(When::Token),
            };
            quote!(Rule::RequiredIf { param: #param, when: #when })
        }
    }
}

/// How the records of a list are read, in words.
fn list_docs(list: &List) -> String {
    let mut text = "[`Client::records`](crate::Client::records) fetches page after page, as \
                    records are asked for."
        .to_owned();
    if list.paging == Paging::Start {
        if let Some(key) = &list.keyed_by {
            text.push_str(&format!(
                " With [`keyed`](crate::Records::keyed) it goes by `{key}` and does not count, \
                 which is best for long lists."
            ));
        }
        text.push_str(
            " With [`batched`](crate::Records::batched) it fetches up to 50 pages at a time.",
        );
    }
    if list.map {
        text.push_str(
            " The records of a page come in the order of their keys; \
             [`Client::records_by_name`](crate::Client::records_by_name) keeps that of the answer.",
        );
    }
    text
}

/// Whether the documented answers are all of the list, so that reading it comes to an end.
fn is_whole(method: &Method, list: &List) -> bool {
    let mut answers = method.examples.iter().filter(|it| it.status == 200);
    list.paging == Paging::Start
        && answers.all(|example| {
            let way = list.way();
            let records = way.fold(&example.answer["result"], |value, part| &value[part]);
            let count = match records {
                Value::Array(records) => records.len() as u64,
                Value::Object(records) if list.map => records.len() as u64,
                _ => return false,
            };
            let start = example.params.as_ref().map(|params| &params["start"]);
            let start = start.is_none_or(|start| start.is_null() || start == 0);
            let total = &example.answer["total"];
            start
                && example.answer.get("next").is_none()
                && match total.as_u64() {
                    Some(total) => total == count,
                    // Of a page whose size is not known, nobody knows whether it is full.
                    None => {
                        let size = list.page_size.map_or(0, u64::from);
                        total.is_null() && (count == 0 || count < size)
                    }
                }
        })
}

fn summary(method: &Method) -> String {
    match &method.summary {
        Some(summary) => sentence(&escape(summary)),
        None => format!("Calls `{}`.", method.name),
    }
}

fn field_docs(field: &Field) -> String {
    let mut text = item(&field.wire, field.text.as_deref());
    for note in &field.notes {
        text.push(' ');
        text.push_str(note);
    }
    wrap(&text, WIDTH, "").join("\n")
}

/// A name of the wire and what it means.
fn item(wire: &str, text: Option<&str>) -> String {
    let shown = match wire {
        "" => "(empty)".to_owned(),
        wire => format!("`{wire}`"),
    };
    match text {
        Some(text) => format!("{shown}: {}", sentence(&lower_first(&escape(text)))),
        None => format!("{shown}."),
    }
}

fn error_docs(error: &ErrorCode) -> String {
    let shown = match error.code.as_str() {
        "" => "An empty code".to_owned(),
        code => format!("`{code}`"),
    };
    let mut text = shown;
    if let Some(status) = error.status {
        text.push_str(&format!(" (HTTP {status})"));
    }
    match &error.text {
        Some(meaning) => {
            text.push_str(&format!(": {}", sentence(&lower_first(&escape(meaning)))));
        }
        None => text.push('.'),
    }
    if !error.fields.is_empty() {
        text.push_str(&format!(" About `{}`.", error.fields.join("`, `")));
    }
    if let Some(since) = &error.since {
        text.push_str(&format!(" Documented since {since}."));
    }
    text
}

fn title(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn paragraph(text: &mut String, more: &str) {
    text.truncate(text.trim_end().len());
    text.push_str("\n\n");
    text.push_str(&wrap(more, WIDTH, "").join("\n"));
}

fn bullet(text: &mut String, more: &str) {
    text.push_str("\n- ");
    text.push_str(&wrap(more, WIDTH, "  ").join("\n"));
}

/// Whether a condition of the method speaks of a parameter.
fn is_asked_for(method: &Method, field: &Field) -> bool {
    let name = field.wire.as_str();
    let in_sets = |sets: &[Vec<String>]| sets.iter().flatten().any(|it| it == name);
    method.rules.iter().any(|rule| match rule {
        Rule::AnyOf(sets) | Rule::OneOf(sets) => in_sets(sets),
        Rule::RequiredIf(it) => it.param == name,
    })
}
