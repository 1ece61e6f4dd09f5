//! The tables of Python's native module: the methods as static data of Rust.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::list_meta;
use super::rust::rule;
use crate::model::{Api, Field, Flag, Home, Key, Method, Record, Rest, Type};
use crate::print;

/// The tables. The types that they are made of are written in the module that includes them.
#[must_use]
pub fn table(api: &Api) -> String {
    print::rust(tokens(api))
}

/// What is printed.
pub(super) fn tokens(api: &Api) -> TokenStream {
    let table = Table { api };
    let records = api.records.iter().map(|record| table.record(record));
    let methods = api.methods.iter().map(|method| table.method(method));
    let mut sorted: Vec<&Method> = api.methods.iter().collect();
    sorted.sort_by_key(|method| method.key());
    let names = sorted.iter().map(|method| method_name(method));
    let time = api
        .records
        .iter()
        .find(|it| it.home.is_none() && it.name == "Time");
    let time = time.map(|record| {
        let name = table.record_name(record);
        quote! {
            /// What the portal says of the time of a request.
            pub(crate) static TIME: &Record = &#name;
        }
    });
    quote! {
        #(#records)*
        #time
        #(#methods)*

        /// Every method, in the order of its key.
        pub(crate) static METHODS: &[&Method] = &[#(&#names),*];
    }
}

struct Table<'a> {
    api: &'a Api,
}

impl Table<'_> {
    fn home(&self, home: Home) -> &str {
        home.map_or("types", |scope| &self.api.scopes[scope].ident)
    }

    fn record_name(&self, record: &Record) -> Ident {
        let name = format!("{}__{}", self.home(record.home), screaming(&record.name));
        format_ident!("RECORD_{}", name.to_uppercase())
    }

    fn record(&self, record: &Record) -> TokenStream {
        let name = self.record_name(record);
        let module = format!("bitrix24.{}", self.home(record.home));
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

    fn method(&self, method: &Method) -> TokenStream {
        let static_name = method_name(method);
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
                let name = self.record_name(&self.api.records[*index]);
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

fn method_name(method: &Method) -> Ident {
    format_ident!("METHOD_{}", screaming(&method.key()))
}

/// A name as that of a static: different names stay different.
fn screaming(name: &str) -> String {
    use heck::ToShoutySnakeCase;

    let trailing = name.len() - name.trim_end_matches('_').len();
    let parts: Vec<_> = name
        .split(['.', ':'])
        .map(str::to_shouty_snake_case)
        .collect();
    format!("{}{}", parts.join("__"), "_".repeat(trailing))
}
