//! From the model to text: one emitter for each kind of file.

pub(crate) mod doc;
mod json;
pub mod python;
pub mod rust;
mod table;
#[cfg(test)]
mod tests;

pub use json::json;
pub use table::table;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use self::doc::{lower_first, sentence};
use crate::format::Is;
use crate::model::{Api, Credential, Link, List, Method, Paging, Rest, Rule, When};

/// Whether an example of a method needs an access token: a webhook is refused, or asks for more
/// than the example gives.
fn for_token(method: &Method) -> bool {
    let refused = |code: &str| code.eq_ignore_ascii_case("WRONG_AUTH_TYPE");
    let given = method.example_params();
    let asks = |rule: &Rule| match rule {
        Rule::RequiredIf(it) => {
            let by_webhook = matches!(it.when, When::Credential(Credential::Webhook));
            by_webhook && given.and_then(|given| given.get(&it.param)).is_none()
        }
        _ => false,
    };
    method.application_only
        || method.errors.iter().any(|it| refused(&it.code))
        || method.rules.iter().any(asks)
}

/// What stands behind a method's name and scopes in either language: whether to repeat it, who
/// may call it, how a list is read, and dates. `escape` makes prose harmless in its language.
fn more_facts(method: &Method, escape: impl Fn(&str) -> String) -> String {
    let mut text = String::from(match method.repeatable {
        true => " Safe to repeat.",
        false => " Not safe to repeat: a second call may do its work a second time.",
    });
    if method.application_only {
        text.push_str(" Only for applications: a webhook is refused.");
    }
    if let Some(callers) = &method.callers {
        let callers = sentence(&lower_first(&escape(callers)));
        text.push_str(&format!(" Callers: {callers}"));
    }
    if let Some(list) = &method.list {
        text.push_str(" A list, read page by page with `");
        text.push_str(match list.paging {
            Paging::Start => "start",
            Paging::Offset => "offset",
            Paging::Limit => "limit",
            Paging::Page => "page",
            Paging::NavParams => "NAV_PARAMS",
            Paging::Cursor => "cursor",
            Paging::Pagination => "pagination",
        });
        text.push('`');
        if let Some(size) = list.page_size {
            text.push_str(&format!(", {size} records a page"));
        }
        if let Some(records) = &list.records {
            text.push_str(&format!("; the records are in `{records}`"));
        }
        text.push('.');
    }
    if let Some(since) = &method.since {
        text.push_str(&format!(" Since {since}."));
    }
    if let Some(since) = method.deprecated.as_ref().and_then(|it| it.since.as_ref()) {
        text.push_str(&format!(" Deprecated since {since}."));
    }
    if let Some(until) = &method.until {
        text.push_str(&format!(" Until {until}."));
    }
    text
}

/// The scopes of which a caller needs one, in words.
fn scopes(method: &Method) -> String {
    match method.scopes.as_slice() {
        [] => "any scope".to_owned(),
        scopes => format!("scope `{}`", scopes.join("` or `")),
    }
}

/// A method as the portal calls it, in a code span.
fn wire_name(api: &Api, link: &Link) -> String {
    let (name, v3) = match link.method {
        Some(index) => {
            let method = &api.methods[index];
            (method.name.as_str(), method.rest == Rest::V3)
        }
        None => match link.name.strip_prefix("v3:") {
            Some(name) => (name, true),
            None => (link.name.as_str(), false),
        },
    };
    let version = if v3 { " of REST 3.0" } else { "" };
    format!("`{name}`{version}")
}

/// How a list is read, as Rust.
fn list_meta(list: &List) -> TokenStream {
    let paging = match list.paging {
        Paging::Start => quote!(Start),
        Paging::Offset => quote!(Offset),
        Paging::Limit => quote!(Limit),
        Paging::Page => quote!(Page),
        Paging::NavParams => quote!(NavParams),
        Paging::Cursor => quote!(Cursor),
        Paging::Pagination => quote!(Pagination),
    };
    let records = list.way();
    let size = |size: Option<u32>| match size.map(Literal::u32_unsuffixed) {
        Some(size) => quote!(Some(#size)),
        None => quote!(None),
    };
    let (page_size, max_page_size) = (size(list.page_size), size(list.max_page_size));
    let name = |name: &Option<String>| match name {
        Some(name) => quote!(Some(#name)),
        None => quote!(None),
    };
    let (keyed_by, keyed_as) = (name(&list.keyed_by), name(&list.keyed_as));
    let (map, order, filter, within) = (list.map, &list.order, &list.filter, &list.within);
    let usual = list.names.iter().map(|(usual, _)| usual);
    let names = list.names.iter().map(|(_, name)| name);
    quote! {
        ListMeta {
            paging: Paging::#paging,
            records: &[#(#records),*],
            map: #map,
            page_size: #page_size,
            max_page_size: #max_page_size,
            keyed_by: #keyed_by,
            keyed_as: #keyed_as,
            order: #order,
            filter: #filter,
            within: &[#(#within),*],
            names: &[#((#usual, #names)),*],
        }
    }
}

/// A requirement on several parameters, in words.
fn rule_text(rule: &Rule) -> String {
    let sets = |sets: &[Vec<String>]| {
        let sets: Vec<_> = sets
            .iter()
            .map(|set| format!("`{}`", set.join("` with `")))
            .collect();
        sets.join(", or ")
    };
    match rule {
        Rule::AnyOf(of) => format!("At least one of {}.", sets(of)),
        Rule::OneOf(of) => format!("Exactly one of {}.", sets(of)),
        Rule::RequiredIf(required) => {
            let when = match &required.when {
                When::Is(Is { param, values }) => {
                    let values: Vec<_> =
                        values.iter().map(|it| format!("`{}`", it.text())).collect();
                    format!("`{param}` is {}", values.join(" or "))
                }
                When::Given(param) => format!("`{param}` is given"),
                When::Missing(param) => format!("`{param}` is not given"),
                When::Credential(Credential::Webhook) => "the call is made by a webhook".into(),
                When::Credential(Credential::Token) => "the call is made by a token".into(),
            };
            format!("`{}` is required when {when}.", required.param)
        }
    }
}

/// A file to be written: its name, relative to where the emitter's output goes, and its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its text.
    pub text: String,
}
