//! The only place where a name of the wire becomes a name of Rust and Python.
//!
//! Both languages get the same name, so what one calls reserved the other avoids too.
//! Exceptions come first, then the rule.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Words that cannot be names, in Rust or in Python.
const KEYWORDS: &[&str] = &[
    "abstract", "and", "as", "assert", "async", "await", "become", "box", "break", "builtins",
    "class", "const", "continue", "crate", "def", "del", "do", "dt", "dyn", "elif", "else", "enum",
    "except", "extern", "false", "final", "finally", "fn", "for", "from", "gen", "global", "if",
    "impl", "import", "in", "is", "lambda", "let", "loop", "macro", "match", "mod", "move", "mut",
    "none", "nonlocal", "not", "or", "override", "pass", "priv", "pub", "raise", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof", "union",
    "unsafe", "unsized", "use", "virtual", "where", "while", "with", "yield",
];

/// Fields of a request or an answer share their place with these.
const MEMBERS: &[&str] = &[
    "cls", "default", "extra", "hide", "new", "put", "timeout", "to_dict",
];

/// Namespaces and methods share their place with what a client has of its own.
const CLIENT: &[&str] = &[
    "aclose",
    "batch",
    "builder",
    "call",
    "call_by_name",
    "call_by_name_v3",
    "call_dynamic",
    "clone",
    "close",
    "encode",
    "expected_wait",
    "from_oauth",
    "from_token",
    "from_webhook",
    "new",
    "oauth",
    "portal",
    "prepared",
    "records",
    "records_by_name",
    "records_by_name_v3",
    "records_dynamic",
    "refuse",
    "request",
    "scrub",
    "send",
    "send_batch",
    "send_batch_raw",
    "stats",
    "token",
    "webhook",
    "with_options",
    "with_own_connections",
    "with_repeatable",
    "with_retries",
    "with_timeout",
];

/// What Python writes above members of a class, where a member of that name would be meant.
const DECORATORS: &[&str] = &["deprecated"];

/// Modules of scopes share their place with hand-written ones.
const MODULES: &[&str] = &[
    "address",
    "answer",
    "batch",
    "body",
    "builder",
    "client",
    "envelope",
    "error",
    "errors",
    "future",
    "learns",
    "limit",
    "list",
    "live",
    "method",
    "namespaces",
    "oauth",
    "params",
    "process",
    "raw",
    "retry",
    "rules",
    "sandbox",
    "scrub",
    "secret",
    "send",
    "stats",
    "testing",
    "transport",
    "types",
    "wire",
];

/// Types that generated code uses by these names, and names that readers know from elsewhere.
const TYPES: &[&str] = &[
    "Answer",
    "AnswerFuture",
    "Any",
    "AnyCode",
    "ApiError",
    "AsyncClient",
    "AsyncNamespace",
    "BTreeMap",
    "Bool",
    "Box",
    "Client",
    "ClientBuilder",
    "Clone",
    "ConfigError",
    "Date",
    "DateTime",
    "Debug",
    "DecodeError",
    "DecodeErrorKind",
    "Default",
    "Display",
    "Err",
    "Error",
    "ErrorCode",
    "Extra",
    "False",
    "FieldError",
    "Final",
    "FixedOffset",
    "From",
    "Into",
    "JSON",
    "JSONInput",
    "Json",
    "ListRequest",
    "Literal",
    "Mapping",
    "Method",
    "MethodMeta",
    "NaiveDate",
    "Namespace",
    "None",
    "NotRequired",
    "Ok",
    "Option",
    "Origin",
    "Record",
    "Request",
    "RequestError",
    "RequestNamespace",
    "Required",
    "Rest",
    "Result",
    "Rule",
    "Secret",
    "Self",
    "Sequence",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "SystemError",
    "Time",
    "TransportError",
    "TransportErrorKind",
    "True",
    "TypeAlias",
    "TypedDict",
    "Unset",
    "Value",
    "Vec",
    "When",
];

/// What the module of a scope takes from the crate's root: no type there has one of these names.
pub(crate) const IMPORTED: &[&str] = &[
    "ErrorCode",
    "ListMeta",
    "ListMethod",
    "Method",
    "MethodMeta",
    "Origin",
    "Paging",
    "Rest",
    "Rule",
    "Secret",
    "SystemError",
    "When",
];

/// What Python's modules of types import: a type of that name would stand in front of it.
const PYTHON: &[&str] = &[
    "Answer",
    "AsyncNamespace",
    "JSON",
    "JSONInput",
    "ListRequest",
    "Literal",
    "Mapping",
    "Namespace",
    "NotRequired",
    "Record",
    "Request",
    "RequestNamespace",
    "Secret",
    "Sequence",
    "TypeAlias",
    "TypedDict",
    "UNSET",
    "Unset",
];

/// What else stands in the crate's root, where shared types go.
const ROOT: &[&str] = &[
    "Answer",
    "AnswerFuture",
    "AnyCode",
    "ApiError",
    "BoxFuture",
    "Client",
    "ClientBuilder",
    "ConfigError",
    "Cursor",
    "CursorError",
    "DecodeError",
    "DecodeErrorKind",
    "Error",
    "FieldError",
    "LimitError",
    "List",
    "ListError",
    "NotRun",
    "NotRunReason",
    "Records",
    "RequestError",
    "Retries",
    "Stats",
    "Stopped",
    "TransportError",
    "TransportErrorKind",
    "Tries",
];

/// Exceptions share their module with hand-written ones, and should hide no built-in one.
const EXCEPTIONS: &[&str] = &[
    "ApiError",
    "ArgumentTypeError",
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "Bitrix24Error",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "CallTimeout",
    "ConfigError",
    "ConnectError",
    "ConnectionError",
    "ConnectionLost",
    "DecodeError",
    "EmptyBody",
    "Exception",
    "HtmlBody",
    "ImportError",
    "IndexError",
    "InterruptedError",
    "KeyError",
    "LimitError",
    "ListCutOff",
    "ListError",
    "LookupError",
    "MemoryError",
    "MethodApiError",
    "MissingAnswer",
    "NameError",
    "NotAnAnswer",
    "NotImplementedError",
    "NotJson",
    "NotRun",
    "NotSent",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "ReferenceError",
    "RefreshFailed",
    "RefreshRefused",
    "RequestError",
    "RuntimeError",
    "SyntaxError",
    "SystemApiError",
    "SystemError",
    "TimeoutError",
    "TokenError",
    "TokenStoreError",
    "TransportError",
    "TruncatedBody",
    "TypeError",
    "UnexpectedRedirect",
    "UnknownApiError",
    "ValueError",
    "WrongReference",
    "WrongType",
    "Other",
    "System",
];

/// Whether a word cannot be a name in Python, whatever it is in Rust.
pub(crate) fn is_python_keyword(word: &str) -> bool {
    const PYTHON: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    PYTHON.contains(&word)
}

/// `ENTITY_TYPE`, `dialogId` → `entity_type`, `dialog_id`.
fn snake(wire: &str) -> String {
    let snake = ascii(wire).to_snake_case();
    match snake.chars().next() {
        None => "empty".into(),
        Some(first) if first.is_ascii_digit() => format!("n{snake}"),
        Some(_) => snake,
    }
}

/// Letters and digits that both languages take in a name; anything else separates words.
fn ascii(wire: &str) -> String {
    wire.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

fn avoid(mut name: String, reserved: &[&[&str]]) -> String {
    let taken = reserved.iter().any(|words| words.contains(&name.as_str()));
    if taken {
        name.push('_');
    }
    name
}

/// A parameter or a field.
pub(crate) fn field(wire: &str) -> String {
    avoid(snake(wire), &[KEYWORDS, MEMBERS])
}

/// A method in its namespace, or a namespace in another.
pub(crate) fn member(wire: &str) -> String {
    avoid(snake(wire), &[KEYWORDS, DECORATORS])
}

/// A method or a namespace of the client itself.
pub(crate) fn client_member(wire: &str) -> String {
    avoid(snake(wire), &[KEYWORDS, DECORATORS, CLIENT])
}

/// The module of a scope.
pub(crate) fn module(scope: &str) -> String {
    avoid(snake(scope), &[KEYWORDS, MODULES])
}

/// A type: `chat.get` → `ChatGet`.
pub(crate) fn type_name(wire: &str) -> String {
    let name = ascii(wire).to_upper_camel_case();
    let name = match name.chars().next() {
        None => "Empty".into(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    };
    avoid(name, &[TYPES])
}

/// A value of an enum: `DEPARTMENT` → `Department`.
pub(crate) fn variant(wire: &str) -> String {
    let name = ascii(wire).to_upper_camel_case();
    match name.chars().next() {
        None => "Empty".into(),
        Some(first) if first.is_ascii_digit() => format!("Value{name}"),
        Some(_) => avoid(name, &[&["Other", "Self"]]),
    }
}

/// The codes of REST 3.0 are the portal's class names in capitals: the words are lost, and given back here.
const V3_CODES: &[(&str, &str)] = &[
    ("ACCESSDENIEDEXCEPTION", "AccessDeniedException"),
    ("ENTITYNOTFOUNDEXCEPTION", "EntityNotFoundException"),
    (
        "IDEMPOTENCYKEYREUSEDEXCEPTION",
        "IdempotencyKeyReusedException",
    ),
    ("INSUFFICIENTSCOPEEXCEPTION", "InsufficientScopeException"),
    (
        "INVALIDIDEMPOTENCYKEYEXCEPTION",
        "InvalidIdempotencyKeyException",
    ),
    ("INVALIDJSONEXCEPTION", "InvalidJsonException"),
    ("INVALIDORDEREXCEPTION", "InvalidOrderException"),
    ("INVALIDPAGINATIONEXCEPTION", "InvalidPaginationException"),
    ("INVALIDSELECTEXCEPTION", "InvalidSelectException"),
    ("UNKNOWNDTOPROPERTYEXCEPTION", "UnknownDtoPropertyException"),
    (
        "UNKNOWNFILTEROPERATOREXCEPTION",
        "UnknownFilterOperatorException",
    ),
    (
        "VALIDATION_REQUESTVALIDATIONEXCEPTION",
        "RequestValidationException",
    ),
];

/// An error code: `ACCESS_ERROR` → `AccessError`, `100` → `Code100`.
pub(crate) fn error(code: &str) -> String {
    let code = code
        .strip_prefix("BITRIX_REST_V3_EXCEPTION_")
        .unwrap_or(code);
    if let Some((_, name)) = V3_CODES.iter().find(|(known, _)| *known == code) {
        return (*name).to_owned();
    }
    let name = ascii(code).to_upper_camel_case();
    match name.chars().next() {
        None => "CodeEmpty".into(),
        Some(first) if first.is_ascii_digit() => format!("Code{name}"),
        Some(_) => avoid(name, &[EXCEPTIONS, &["Self"]]),
    }
}

/// Gives each name once; one that is taken gets an underscore more.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// The names of types in the module of a scope, or in the crate's root.
    pub(crate) fn types(root: bool) -> Self {
        let root = ROOT.iter().filter(|_| root);
        let taken = IMPORTED.iter().chain(PYTHON).chain(root);
        Self {
            taken: taken.map(|it| (*it).to_owned()).collect(),
        }
    }

    pub(crate) fn unique(&mut self, mut name: String) -> String {
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// The same for a type whose name with a suffix is one of Python's as well.
    pub(crate) fn unique_with(&mut self, mut name: String, suffix: &str) -> String {
        while self.taken.contains(&name) || self.taken.contains(&format!("{name}{suffix}")) {
            name.push('_');
        }
        self.taken.insert(format!("{name}{suffix}"));
        self.unique(name)
    }

    /// Takes a name that must be free; says whether it was.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    /// Names that stand in the root of the crate, before what is generated.
    fn of_the_crate() -> (BTreeSet<String>, BTreeSet<String>) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/bitrix24/src/lib.rs");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let (mut modules, mut types) = (BTreeSet::new(), BTreeSet::new());
        for item in text.split(';') {
            let item = item.trim().rsplit("\n\n").next().unwrap_or_default();
            let item: Vec<&str> = item
                .split(|it: char| !(it.is_alphanumeric() || it == '_'))
                .filter(|it| !it.is_empty())
                .collect();
            match item.as_slice() {
                ["mod", name] | ["pub", "mod", name] => {
                    modules.insert((*name).to_owned());
                }
                ["pub", "use", _, names @ ..] => {
                    types.extend(names.iter().map(|it| (*it).to_owned()))
                }
                ["pub", "type", name, ..] => {
                    types.insert((*name).to_owned());
                }
                _ => {}
            }
        }
        (modules, types)
    }

    /// Functions that the crate gives its client, the private ones too: none can stand there twice.
    fn of_the_client() -> BTreeSet<String> {
        let mut folders = vec![PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../crates/bitrix24/src"
        ))];
        let mut functions = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                let blocks = text.split("\nimpl Client {\n").skip(1);
                let lines = blocks.flat_map(|it| it.split("\n}\n").next().unwrap_or(it).lines());
                functions.extend(lines.filter_map(function).map(str::to_owned));
            }
        }
        functions
    }

    /// The function that a line of an `impl` block begins.
    fn function(line: &str) -> Option<&str> {
        let line = line.strip_prefix("    ")?;
        let (before, after) = line.split_once("fn ")?;
        let head = |it: &str| ["const", "async", "pub"].contains(&it) || it.starts_with("pub(");
        let name = after.split(['(', '<']).next()?;
        before.split_whitespace().all(head).then_some(name)
    }

    #[test]
    fn what_the_client_has_is_reserved() {
        let functions = of_the_client();
        assert!(functions.len() > 20, "{functions:?}");
        let free: Vec<_> = functions
            .iter()
            .filter(|it| client_member(it) == **it)
            .collect();
        assert!(free.is_empty(), "{free:?}");
    }

    #[test]
    fn what_the_crate_has_is_reserved() {
        let (modules, types) = of_the_crate();
        assert!(
            modules.len() > 20 && types.len() > 30,
            "{modules:?} {types:?}"
        );
        for name in &modules {
            assert!(MODULES.contains(&name.as_str()), "{name}");
        }
        let mut root = Names::types(true);
        let mut scope = Names::types(false);
        for name in &types {
            assert!(!root.take(name), "{name}");
        }
        for name in IMPORTED {
            assert!(!scope.take(name), "{name}");
        }
        assert!(
            scope.take("Stats"),
            "a scope does not take it from the root"
        );
    }

    #[test]
    fn a_name_is_kept_apart_from_what_python_makes_of_others() {
        let mut names = Names::types(false);
        assert_eq!(names.unique_with("AddFields".into(), "Dict"), "AddFields");
        assert_eq!(names.unique("AddFieldsDict".into()), "AddFieldsDict_");
        assert_eq!(names.unique("SetFieldsDict".into()), "SetFieldsDict");
        assert_eq!(names.unique_with("SetFields".into(), "Dict"), "SetFields_");
        assert_eq!(names.unique("TypeAlias".into()), "TypeAlias_");
    }

    #[test]
    fn names_are_made_for_both_languages() {
        for (wire, expected) in [
            ("ENTITY_TYPE", "entity_type"),
            ("dialogId", "dialog_id"),
            ("IBLOCK_TYPE_ID", "iblock_type_id"),
            ("type", "type_"),
            ("import", "import_"),
            ("None", "none_"),
            ("self", "self_"),
            ("timeout", "timeout_"),
            ("extra", "extra_"),
            ("PUT", "put_"),
            ("0", "n0"),
            ("", "empty"),
            ("!=id", "id"),
            ("имя", "empty"),
            ("UF_CRM_1_2", "uf_crm_1_2"),
        ] {
            assert_eq!(field(wire), expected, "{wire}");
        }
        assert_eq!(type_name("v2.Chat.get"), "V2ChatGet");
        assert_eq!(type_name("option"), "Option_");
        assert_eq!(error("ACCESS_ERROR"), "AccessError");
        assert_eq!(error("expired_token"), "ExpiredToken");
        assert_eq!(error("0"), "Code0");
        assert_eq!(error(""), "CodeEmpty");
        assert_eq!(error("SYSTEM_ERROR"), "SystemError_");
    }
}
