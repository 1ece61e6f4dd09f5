//! Tokens in, text out.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use proptest::prelude::*;
use quote::quote;

use super::rust;

/// Tokens as words to compare: without the comma at the end of a group, and whether characters
/// of punctuation stand together.
pub(crate) fn words(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    collect(tokens, &mut words);
    words
}

fn collect(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => {
                        collect(group.stream(), words);
                        continue;
                    }
                };
                words.push(open.to_owned());
                collect(group.stream(), words);
                while words.pop_if(|last| last == ",").is_some() {}
                words.push(close.to_owned());
            }
            TokenTree::Punct(punct) if punct.as_char() == '>' => {
                while words.pop_if(|last| last == ",").is_some() {}
                words.push(">".to_owned());
            }
            TokenTree::Punct(punct) => words.push(punct.as_char().to_string()),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let raw = text.strip_prefix("r\"").and_then(|it| it.strip_suffix('"'));
                words.push(raw.map_or(text.clone(), |raw| Literal::string(raw).to_string()));
            }
            TokenTree::Ident(ident) => words.push(ident.to_string()),
        }
    }
}

/// Texts that are printed as they are, whatever lines their tokens stood in.
const KEPT: &[&str] = &[
    // Items, attributes and documentation.
    r#"
use crate::{Answer, Client};
"#,
    r#"
#[allow(unused_imports, reason = "no scope needs them all")]
use crate::{
    ErrorCode, ListMeta, ListMethod, Method, MethodMeta, Origin, Paging, Rest, Rule, Secret,
    SystemError, When, error, wire,
};

pub mod tasks {
    include!(concat!(env!("OUT_DIR"), "/tasks.rs"));
}
"#,
    r##"
//! The methods.
//! All of them.

/// A "quoted" \ text, and [`Self`].
///
/// # Errors
#[deprecated(note = "use `tasks::TaskChatMessageSend` (`tasks.task.chat.message.send` of REST)")]
#[allow(
    clippy::large_enum_variant,
    reason = "one of a few in an answer; a box would be in the way"
)]
pub enum Answer<'a> {
    /// Nothing.
    None,
    /// A text.
    Text(&'a str, Vec<Option<i64>>),
}
"##,
    r#"
pub struct Users<'a> {
    client: &'a Client,
    /// By name.
    pub attached_objects_and_some_more:
        Option<std::collections::BTreeMap<i64, CommentitemGetlistResultAttachedObjects>>,
}

pub struct Empty {}

wire::record!(Users, Empty);
"#,
    r#"
wire::record!(
    V2BotRegisterFields,
    V2BotRegisterFieldsProperties,
    V2BotRegisterResult
);

wire::union!(Phones {
    List: Vec<serde_json::Value>,
    Boolean: bool,
});
"#,
    // Functions.
    r#"
impl<'de, T: Clone + 'de> wire::Record for Users<'_, T> {
    const FIELDS: &'static [wire::Field] = &[wire::Field::required("ID")];
    type Output = Option<Vec<i64>>;

    fn set<D: wire::Reader<'de>>(&mut self, index: usize, value: D) -> Result<(), D::Error> {
        self.id = Some(value.into());
        *self.name += -index * 2;
        Ok(())
    }

    pub fn new(
        iblock_type_id: impl Into<ElementGetFileUrlIblockTypeIdentifier>,
        field_id: impl Fn(&str) -> (i64, bool),
    ) -> Self {
        Self { field_id }
    }

    pub async fn get(
        &self,
        request: disk::StorageGetChildren,
    ) -> Result<Answer<Vec<disk::StorageGetChildrenItem>>, Error<disk::StorageGetChildrenError>>
    {
        self.client.call(request).await
    }

    pub async fn get_all(
        &self,
        request: disk::StorageGetChildren,
    ) -> Result<
        Answer<Vec<disk::StorageGetChildrenItemOfAnother>>,
        Error<disk::StorageGetChildrenErrorOfAnother>,
    > {
        self.client.call(request).await?
    }
}
"#,
    // Values.
    r#"
impl Method for Users {
    const META: &'static MethodMeta = &MethodMeta {
        name: "users",
        scopes: &[],
        rules: &[
            Rule::AnyOf(&[&["CHAT_ID"], &["DIALOG_ID"]]),
            Rule::RequiredIf {
                param: "fields.botToken",
                when: When::Webhook,
            },
        ],
        docs: "https://example.com/a-page-with-a-name-that-is-longer-than-a-line-can-be/and-that-is-kept.html",
        deprecated: Some(&["imbot.v2.Chat.Manager.add", "imbot.v2.Chat.Manager.delete"]),
        sizes: &[
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
            25, 26, 27,
        ],
        pair: (1, "a"),
        one: (1,),
        ..Self::default()
    };
}

const FIELDS_OF_SOMETHING: &'static [wire::Field] =
    &[wire::Field::optional("id"), wire::Field::required("name")];

static RECORD: Record = Record::new(
    "bitrix24.types",
    "Time",
    &[Field {
        wire: "start",
        ty: Type::Array(&Type::Record(
            &RECORD_TYPES__DIALOG_LAST_MESSAGE_VIEWS_FIRST_VIEWERS,
        )),
    }],
);

static RECORD_TASK__TASKS_TASK_APPROVE_RESULT_TASK_CHECK_LIST_TREE_DESCENDANTS_FIELDS: Record =
    Record::new(
        "bitrix24.task",
        "TasksTaskApproveResultTaskCheckListTreeDescendantsFields",
        &[],
    );
"#,
    // Statements.
    r#"
fn origin(&self) -> Origin {
    let found = code == "A" || !code.is_empty() && sizes[1] < 0..=9;
    if let Some(page) = page {
        return Origin::None;
    } else {
        count += 1;
    }
    match self {
        Self::A | Self::B => Origin::Method,
        Self::AuthorizeErrorOfTheCaller
        | Self::AccessErrorOfTheCaller
        | Self::AccessErrorOfThePortal => Origin::Method,
        Self::System(_) => {
            count();
        }
        _ => Some(match code {
            "x" => 1,
        }),
    }
    page.map(|it| it.result.unwrap_or_default().tasks_of_it)
        .unwrap_or_default()
}
"#,
    // Not rustfmt's: it would write braces, which are tokens.
    r#"
fn code(&self) -> &'static str {
    match self {
        Self::BitrixRestV3RealisationExceptionFieldnotfoundexception =>
            "BITRIX_REST_V3_REALISATION_EXCEPTION_FIELDNOTFOUNDEXCEPTION",
    }
}
"#,
];

#[test]
fn texts_are_printed_as_they_are() {
    for text in KEPT {
        let text = text.trim_start();
        assert_eq!(rust(text.parse().unwrap()), text);
    }
}

#[test]
fn what_is_no_documentation_stays_an_attribute() {
    let cases = [
        (
            quote!(
                #[doc = "a\nb"]
                struct A;
            ),
            "#[doc = \"a\\nb\"]\nstruct A;\n",
        ),
        (
            quote!(
                #[doc = "/"]
                struct A;
            ),
            "#[doc = \"/\"]\nstruct A;\n",
        ),
        (
            quote!(
                #[doc(hidden)]
                struct A;
            ),
            "#[doc(hidden)]\nstruct A;\n",
        ),
        (
            quote!(
                #[doc = r" a\b"]
                struct A;
            ),
            "/// a\\b\nstruct A;\n",
        ),
    ];
    for (tokens, text) in cases {
        assert_eq!(rust(tokens), text);
    }
}

#[test]
fn commas_at_the_end_follow_the_layout() {
    let tokens = quote! {
        fn f(a: i64,) -> Self { Self { a, } }
        const A: (i64,) = (1,);
        m!(a,);
    };
    let text = "fn f(a: i64) -> Self {\n    Self { a }\n}\n\n\
                const A: (i64,) = (1,);\n\nm!(a,);\n";
    assert_eq!(rust(tokens), text);
}

/// Any tokens, also such as are no Rust. Numbers are left out, which a point would be a part of.
fn tokens() -> impl Strategy<Value = TokenStream> {
    let word = prop::sample::select(vec![
        "fn",
        "struct",
        "enum",
        "impl",
        "match",
        "if",
        "let",
        "use",
        "pub",
        "for",
        "a",
        "Self",
        "\"text\"",
        "'a'",
        "&'a",
        "::",
        "->",
        "=>",
        "<",
        ">",
        "|",
        "||",
        "&",
        "&&",
        "=",
        "==",
        "..",
        ".",
        ",",
        ";",
        ":",
        "?",
        "!",
        "*",
        "-",
        "+",
        "#[a]",
        "#[doc = \" a\"]",
        "#",
    ]);
    let leaf = word.prop_map(|word| word.parse::<TokenStream>().unwrap_or_default());
    leaf.prop_recursive(4, 60, 8, |inner| {
        let delimiter = prop::sample::select(vec![
            Delimiter::Parenthesis,
            Delimiter::Bracket,
            Delimiter::Brace,
            Delimiter::None,
        ]);
        (delimiter, prop::collection::vec(inner, 0..8)).prop_map(|(delimiter, inner)| {
            let inner = inner.into_iter().collect();
            TokenTree::from(Group::new(delimiter, inner)).into()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_tokens_are_changed(parts in prop::collection::vec(tokens(), 0..12)) {
        let tokens: TokenStream = parts.into_iter().collect();
        let text = rust(tokens.clone());
        let printed = text.parse().map(words).ok();
        prop_assert_eq!(printed, Some(words(tokens)), "{}", text);
    }
}
