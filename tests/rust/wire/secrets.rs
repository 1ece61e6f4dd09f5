//! The secrets of the rows: put into texts, and searched for in texts.

use std::net::SocketAddr;

/// Of the webhook: every kind of character that one may have.
const CODE: &str = "w3bh00k.c0de~of_n0-one";
/// Of the application: characters that are escaped somewhere.
const TOKEN: &str = r#"t0ken/of"n0\one+%41&=<here>"#;
/// Of the proxy.
const PASSWORD: &str = "pr0xy-passw0rd-of-n0-one";

/// Of the application, to the authorization server.
const SECRET: &str = "cl13nt/s3cret+of=n0body";
/// What buys the next token, and what comes then.
const REFRESH: &str = "r3fr3sh/me+for=ev3r";
const NEW_TOKEN: &str = "n3west/acc3ss+key=17";
const NEW_REFRESH: &str = "an0ther/ren3wal+key=18";

const ALL: [&str; 7] = [
    CODE,
    TOKEN,
    PASSWORD,
    SECRET,
    REFRESH,
    NEW_TOKEN,
    NEW_REFRESH,
];

/// How many characters of a secret in a row give it away.
const PART: usize = 8;

/// Where the portal of a row is.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) portal: SocketAddr,
    pub(crate) closed: SocketAddr,
    /// The number of the command, within a batch.
    pub(crate) number: usize,
}

impl Place {
    /// For a command of a batch.
    pub(crate) fn at(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// Puts values in the place of `${name}` and `${name|spelling}`.
    pub(crate) fn fill(self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a closing brace");
            let (name, spelling) = name.split_once('|').unwrap_or((name, ""));
            let value = match name {
                "portal" => self.portal.to_string(),
                "moved" => format!("localhost:{}", self.portal.port()),
                "port" => self.portal.port().to_string(),
                "n" => self.number.to_string(),
                "closed" => self.closed.to_string(),
                "code" => CODE.to_owned(),
                "token" => TOKEN.to_owned(),
                "password" => PASSWORD.to_owned(),
                "secret" => SECRET.to_owned(),
                "refresh" => REFRESH.to_owned(),
                "new_token" => NEW_TOKEN.to_owned(),
                "new_refresh" => NEW_REFRESH.to_owned(),
                _ => panic!("no such value: {name}"),
            };
            filled.push_str(&spell(&value, spelling));
            filled.push_str(rest);
        }
        filled
    }
}

fn spell(value: &str, spelling: &str) -> String {
    let each = |spell: &dyn Fn(char) -> String| value.chars().map(spell).collect();
    match spelling {
        "" => value.to_owned(),
        "upper" => value.to_uppercase(),
        "hex" => each(&|c| format!("%{:02x}", u32::from(c))),
        "unicode" => each(&|c| format!("\\u{:04x}", u32::from(c))),
        "json" => each(&|c| match c {
            '"' | '\\' | '/' => format!("\\{c}"),
            c => c.to_string(),
        }),
        "percent" => each(&|c| match c {
            c if c.is_ascii_alphanumeric() || "-._~".contains(c) => c.to_string(),
            c => format!("%{:02X}", u32::from(c)),
        }),
        "html" => each(&|c| match c {
            '"' => "&quot;".to_owned(),
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            c => c.to_string(),
        }),
        _ => panic!("no such spelling: {spelling}"),
    }
}

/// Finds a part of a secret in a text, however it is spelled.
pub(crate) fn find(text: &str) -> Option<String> {
    let spellings = [text.to_owned(), bytes(text)];
    let texts = spellings.map(|text| normal(&text));
    ALL.into_iter().find_map(|secret| {
        let secret: Vec<char> = normal(secret).chars().collect();
        let mut parts = secret.windows(PART).map(String::from_iter);
        parts.find(|part| texts.iter().any(|text| text.contains(part)))
    })
}

/// Undoes every spelling, over and over.
fn normal(text: &str) -> String {
    let mut text = text.to_lowercase();
    loop {
        // Most texts are plain, and there are many.
        if !text.contains(['%', '&', '\\']) {
            return text;
        }
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            let code = |mark: &str, digits: usize| {
                let code = rest.strip_prefix(mark)?.get(..digits)?;
                let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
                c.is_ascii().then_some((c, mark.len() + digits))
            };
            let entity =
                |(name, c): &(&str, char)| rest.starts_with(name).then_some((*c, name.len()));
            let entities = [
                ("&quot;", '"'),
                ("&amp;", '&'),
                ("&lt;", '<'),
                ("&gt;", '>'),
            ];
            let found = code("%", 2)
                .or_else(|| code("\\u", 4))
                .or_else(|| entities.iter().find_map(entity));
            let (c, length) = found.unwrap_or((c, c.len_utf8()));
            // Quoting doubles backslashes and puts them before quotes.
            if c != '\\' {
                plain.extend(c.to_lowercase());
            }
            rest = &rest[length..];
        }
        if plain == text {
            return text;
        }
        text = plain;
    }
}

/// What the numbers in a text spell: `Debug` shows bytes as a list.
fn bytes(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse::<u8>().ok())
        .map(char::from)
        .collect()
}

#[test]
fn finds_every_spelling() {
    let quoted = |text: &str| format!("{text:?}");
    for secret in ALL {
        for spelling in ["", "upper", "hex", "unicode", "json", "percent", "html"] {
            let spelled = spell(secret, spelling);
            for text in [spelled.clone(), quoted(&spelled), quoted(&quoted(&spelled))] {
                assert!(find(&format!("<{text}>")).is_some(), "{text}");
            }
        }
        let bytes = format!("{:?} {:#?}", secret.as_bytes(), secret.as_bytes());
        assert!(find(&bytes).is_some());
        assert!(find(&secret[..PART + 1]).is_some());
        assert!(find(&secret[secret.len() - PART..]).is_some());
    }
    assert_eq!(
        find("imbot.chat.get: the answer is empty (HTTP 200); *** %zz \\u12 %e9"),
        None
    );
}
