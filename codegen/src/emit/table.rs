//! The tables of Python's native module: the methods as static data of Rust.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::list_meta;
use super::rust::rule;
use crate::model::{Api, Field, Flag, Home, Key, Method, Record, Rest, Type};
use crate::names::Names;
use crate::print;

/// The tables. The types that they are made of are written in the module that includes them.
#[must_use]
pub fn table(api: &Api) -> String {
    print::rust(tokens(api))
}

/// What is printed.
pub(super) fn tokens(api: &Api) -> TokenStream {
    let table = Table::new(api);
    let records = api.records.iter().zip(&table.records);
    let records = records.map(|(record, name)| table.record(record, name));
    let mut methods: Vec<_> = api.methods.iter().zip(method_names(api)).collect();
    let definitions: Vec<_> = methods
        .iter()
        .map(|(method, name)| table.method(method, name))
        .collect();
    methods.sort_by_key(|(method, _)| method.key());
    let names = methods.iter().map(|(_, name)| name);
    let mut times = api.records.iter().zip(&table.records);
    let time = times.find(|(it, _)| it.home.is_none() && it.name == "Time");
    let time = time.map(|(_, name)| {
        quote! {
            /// What the portal says of the time of a request.
            pub(crate) static TIME: &Record = &#name;
        }
    });
    quote! {
        #(#records)*
        #time
        #(#definitions)*

        /// Every method, in the order of its key.
        pub(crate) static METHODS: &[&Method] = &[#(&#names),*];
    }
}

struct Table<'a> {
    api: &'a Api,
    /// The statics of the records, in their order.
    records: Vec<Ident>,
}

impl<'a> Table<'a> {
    fn new(api: &'a Api) -> Self {
        let name = |record: &Record| {
            let name = format!("{}__{}", home(api, record.home), screaming(&record.name));
            format!("RECORD_{}", name.to_uppercase())
        };
        let records = idents(api.records.iter().map(name));
        Self { api, records }
    }

    fn record(&self, record: &Record, name: &Ident) -> TokenStream {
        let module = format!("bitrix24.{}", home(self.api, record.home));
        // What is only ever passed in has no class: Python passes a dictionary.
        let class = if record.output {
            record.name.as_str()
        } else {
            ""
        };
        let fields = self.fields(&record.fields);
        quote! {
            static #name: Record = Record::new(#module, #class, #fields);
        }
    }

    fn fields(&self, fields: &[Field]) -> TokenStream {
        let fields = fields.iter().map(|field| {
            let (wire, name, required) = (&field.wire, &field.ident, field.required);
            let ty = self.ty(&field.ty);
            quote!(Field { wire: #wire, name: #name, ty: #ty, required: #required })
        });
        quote!(&[#(#fields),*])
    }

    fn method(&self, method: &Method, static_name: &Ident) -> TokenStream {
        let (key, name) = (method.key(), &method.name);
        let rest = match method.rest {
            Rest::Classic => quote!(Rest::Classic),
            Rest::V3 => quote!(Rest::V3),
        };
        let repeatable = method.repeatable;
        let rules = method.rules.iter().map(rule);
        let params = self.fields(&method.params);
        let result = self.ty(&method.result);
        let list = match method.list.as_ref().map(list_meta) {
            Some(list) => quote!(Some(#list)),
            None => quote!(None),
        };
        let codes = method.errors.iter().map(|error| &error.code);
        quote! {
            static #static_name: Method = Method {
                key: #key,
                name: #name,
                rest: #rest,
                repeatable: #repeatable,
                rules: &[#(#rules),*],
                params: #params,
                result: #result,
                list: #list,
                codes: &[#(#codes),*],
            };
        }
    }

    fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Any => quote!(Type::Any),
            // Values that are not described are taken as well, so an enum is a text.
            Type::String | Type::Enum(_) => quote!(Type::String),
            Type::Secret => quote!(Type::Secret),
            Type::Integer => quote!(Type::Integer),
            Type::Double => quote!(Type::Double),
            Type::Boolean(Flag::Json) => quote!(Type::Boolean(Flag::Json)),
            Type::Boolean(Flag::YesNo) => quote!(Type::Boolean(Flag::YesNo)),
            Type::Boolean(Flag::OneZero) => quote!(Type::Boolean(Flag::OneZero)),
            Type::Date => quote!(Type::Date),
            Type::DateTime => quote!(Type::DateTime),
            Type::Object => quote!(Type::Object),
            Type::Array(of) => {
                let of = self.ty(of);
                quote!(Type::Array(&#of))
            }
            Type::Map(key, of) => {
                let key = match key {
                    Key::String => quote!(Key::String),
                    Key::Integer => quote!(Key::Integer),
                };
                let of = self.ty(of);
                quote!(Type::Map(#key, &#of))
            }
            Type::Record(index) => {
                let name = &self.records[*index];
                quote!(Type::Record(&#name))
            }
            Type::Nullable(of) => {
                let of = self.ty(of);
                quote!(Type::Nullable(&#of))
            }
            Type::Union(index) => {
                let members = self.api.unions[*index].members.iter();
                let members = members.map(|(_, ty)| self.ty(ty));
                quote!(Type::Union(&[#(#members),*]))
            }
        }
    }
}

fn home(api: &Api, home: Home) -> &str {
    home.map_or("types", |scope| &api.scopes[scope].ident)
}

/// The statics of the methods, in their order.
fn method_names(api: &Api) -> Vec<Ident> {
    let name = |method: &Method| format!("METHOD_{}", screaming(&method.key()));
    idents(api.methods.iter().map(name))
}

/// Each name once: in capitals, what differs in the case of a letter would be the same.
fn idents(names: impl Iterator<Item = String>) -> Vec<Ident> {
    let mut taken = Names::default();
    names
        .map(|name| format_ident!("{}", taken.unique(name)))
        .collect()
}

/// A name as that of a static.
fn screaming(name: &str) -> String {
    use heck::ToShoutySnakeCase;

    let trailing = name.len() - name.trim_end_matches('_').len();
    let parts: Vec<_> = name
        .split(['.', ':'])
        .map(str::to_shouty_snake_case)
        .collect();
    format!("{}{}", parts.join("__"), "_".repeat(trailing))
}
