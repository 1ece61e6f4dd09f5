//! Where calls go: addresses of portals and of webhooks.

use std::{borrow::Cow, fmt};

use hyper::{
    Uri,
    http::uri::{Authority, Scheme},
};
use reqwest::Url;

use crate::{ConfigError, Rest, Secret, rules::AuthKind};

/// The longest code or token that is taken for one, in bytes.
const MAX_SECRET: usize = 4096;

/// The longest name of a method, in bytes.
const MAX_METHOD: usize = 255;

/// How calls are authorised.
#[derive(Clone, Debug)]
pub(crate) enum Auth {
    /// A webhook: the address itself is the secret.
    Webhook { user: String, code: Secret },
    /// An application's access token, which goes into the parameters.
    Token(Secret),
}

impl Auth {
    pub(crate) fn kind(&self) -> AuthKind {
        match self {
            Self::Webhook { .. } => AuthKind::Webhook,
            Self::Token(_) => AuthKind::Token,
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::Webhook { code, .. } => code,
            Self::Token(token) => token,
        }
    }
}

/// Scheme, host, port and path prefix of a portal.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// Without a slash at the end.
    address: String,
    /// The portal is on this computer.
    pub(crate) loopback: bool,
}

impl Base {
    /// Without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// Where a client calls.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    base: Base,
    /// What stands between `/rest/` and the method: user and code of a webhook, or nothing.
    way: Secret,
    classic: Start,
    v3: Start,
}

/// What the addresses of methods begin with, read once. It may hold a secret, as do the addresses that
/// the HTTP library gets.
#[derive(Clone)]
struct Start {
    server: Option<(Scheme, Authority)>,
    /// With a slash at the end.
    path: String,
}

impl Start {
    fn new(address: &str) -> Self {
        let url = Url::parse(address).ok();
        let uri = url.and_then(|url| Uri::try_from(url.as_str()).ok());
        let uri = uri.unwrap_or_default().into_parts();
        Self {
            server: uri.scheme.zip(uri.authority),
            path: uri
                .path_and_query
                .map_or_else(String::new, |path| path.as_str().to_owned()),
        }
    }

    fn of(&self, method: &str) -> Option<Uri> {
        let (scheme, authority) = self.server.clone()?;
        let path = [&self.path, method].concat();
        let uri = Uri::builder().scheme(scheme).authority(authority);
        uri.path_and_query(path).build().ok()
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Address {
    pub(crate) fn new(base: Base, auth: &Auth) -> Self {
        let way = match auth {
            Auth::Webhook { user, code } => format!("{user}/{}/", code.expose()),
            Auth::Token(_) => String::new(),
        };
        Self::with_way(base, way.into())
    }

    fn with_way(base: Base, way: Secret) -> Self {
        Self {
            classic: Start::new(&format!("{}/rest/{}", base.address, way.expose())),
            v3: Start::new(&format!("{}/rest/api/{}", base.address, way.expose())),
            base,
            way,
        }
    }

    /// The portal, such as `https://portal.bitrix24.com`.
    pub(crate) fn portal(&self) -> &str {
        &self.base.address
    }

    /// The address of a method, whose name must be [valid](is_method_name). `None`: what cannot
    /// happen, since the portal's address is one.
    pub(crate) fn of(&self, method: &str, rest: Rest) -> Option<Uri> {
        match rest {
            Rest::Classic => self.classic.of(method),
            Rest::V3 => self.v3.of(method),
        }
    }

    /// Where the portal is now, given where it redirects a call of a method to.
    ///
    /// `None` unless that is the same call at another address, and just as safe from listeners.
    pub(crate) fn moved(&self, location: &str, method: &str, rest: Rest) -> Option<Self> {
        let called = Url::parse(&self.of(method, rest)?.to_string()).ok()?;
        let url = called.join(location).ok()?;
        let url = parse(url.as_str(), "the new address").ok()?;
        if is_loopback(&url) && !self.base.loopback {
            return None;
        }
        let end = called
            .path()
            .strip_prefix(Url::parse(self.portal()).ok()?.path())?;
        let prefix = url.path().strip_suffix(end.trim_start_matches('/'))?;
        let prefix = prefix.strip_suffix('/')?;
        // An address is told to people: it must not hold what is secret in it.
        let way = self.way.expose().trim_end_matches('/');
        if !way.is_empty() && prefix.contains(way) {
            return None;
        }
        let prefix: Vec<_> = prefix.split('/').skip(1).collect();
        let base = base(&url, &prefix, "the new address").ok()?;
        Some(Self::with_way(base, self.way.clone()))
    }
}

/// Whether a method may have this name: words of letters, digits and `_`, joined by single dots.
pub(crate) fn is_method_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
    };
    name.len() <= MAX_METHOD && name.split('.').all(is_word)
}

/// Whether a part of a path is the user of a webhook.
fn is_user(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit())
}

/// Reads the address of a webhook: `https://host[/prefix]/rest/[api/]user/code[/]`.
pub(crate) fn webhook(address: &str) -> Result<(Base, Auth), ConfigError> {
    const FORM: &str = "the webhook's address is not of the form https://portal/rest/user/code/";

    let url = parse(address, "the webhook's address")?;
    let path: Vec<_> = segments(&url).collect();
    let (prefix, user, code) = match path.as_slice() {
        [prefix @ .., "rest", "api", user, code] => (prefix, user, code),
        [prefix @ .., "rest", user, code] => (prefix, user, code),
        _ => return Err(ConfigError::new(FORM)),
    };
    if !is_user(user) {
        return Err(ConfigError::new(format!(
            "{FORM}: the user is not a number"
        )));
    }
    let is_safe = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    if code.is_empty() || code.len() > MAX_SECRET || !code.bytes().all(is_safe) {
        return Err(ConfigError::new(format!(
            "{FORM}: the code is empty or has unusual characters"
        )));
    }
    let auth = Auth::Webhook {
        user: (*user).to_owned(),
        code: Secret::from(*code),
    };
    Ok((base(&url, prefix, "the webhook's address")?, auth))
}

/// Reads the address of a portal and an access token.
pub(crate) fn token(portal: &str, token: Secret) -> Result<(Base, Auth), ConfigError> {
    let is_visible = |c: u8| c.is_ascii_graphic();
    let plain = token.expose();
    // Else the token would be shown as the portal's name.
    if !portal.contains(['.', ':', '/']) && portal != "localhost" && is_domain(plain) {
        return Err(ConfigError::new(
            "the access token looks like the portal's name, and the portal does not: they may have \
             changed places",
        ));
    }
    if plain.is_empty() {
        return Err(ConfigError::new("the access token is empty"));
    }
    if plain.len() > MAX_SECRET || !plain.bytes().all(is_visible) {
        return Err(ConfigError::new(
            "the access token is too long or has unusual characters",
        ));
    }
    Ok((self::portal(portal)?, Auth::Token(token)))
}

/// Whether a text is what portals are called: `example.bitrix24.com`.
fn is_domain(text: &str) -> bool {
    let text = text.strip_prefix("https://").unwrap_or(text);
    let text = text.split('/').next().unwrap_or_default();
    let is_word = |word: &str| {
        let mut letters = word.bytes();
        !word.is_empty() && letters.all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(is_word)
        && last.bytes().all(|c| c.is_ascii_alphabetic())
}

/// Reads what arrives with a token: a bare host name (`domain`) or the address of the API
/// (`client_endpoint`).
pub(crate) fn portal(portal: &str) -> Result<Base, ConfigError> {
    let address: Cow<'_, str> = match portal.contains("://") {
        true => portal.into(),
        false => format!("https://{portal}").into(),
    };
    portal_base(&address, "the portal's address")
}

/// Reads the address of a portal, with or without `/rest/` at the end.
pub(crate) fn portal_base(address: &str, what: &str) -> Result<Base, ConfigError> {
    let url = parse(address, what)?;
    let path: Vec<_> = segments(&url).collect();
    // Also with a method behind it: what follows the user is secret.
    let is_webhook = |way: &[&str]| match way {
        ["rest", "api", user, _, ..] | ["rest", user, _, ..] => is_user(user),
        _ => false,
    };
    if (0..path.len()).any(|at| is_webhook(&path[at..])) {
        return Err(ConfigError::new(format!("{what} is that of a webhook")));
    }
    let prefix = match path.as_slice() {
        [prefix @ .., "rest", "api"] | [prefix @ .., "rest"] => prefix,
        prefix => prefix,
    };
    base(&url, prefix, what)
}

/// Reads an address, and refuses the parts that no address here has.
fn parse(address: &str, what: &str) -> Result<Url, ConfigError> {
    let error = |problem: &str| ConfigError::new(format!("{what} {problem}"));
    if address.trim().is_empty() {
        return Err(error("is empty"));
    }
    let url = Url::parse(address).map_err(|problem| match address.contains("://") {
        true => error(&format!("is not a URL: {problem}")),
        false => error("is not a URL: it does not begin with https://"),
    })?;
    if !url.has_host() {
        return Err(error("has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("has a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(error("has a query or a fragment"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(error("is not HTTPS; plain HTTP is for this computer only")),
        _ => return Err(error("is not HTTPS")),
    }
    // URLs allow for more than what can be called.
    let is_usual = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    if url
        .domain()
        .is_some_and(|domain| !domain.bytes().all(is_usual))
    {
        return Err(error(
            "has a host with unusual characters: is a placeholder left in it, or a quotation mark?",
        ));
    }
    Ok(url)
}

/// The parts of the path, without slashes at the end.
fn segments(url: &Url) -> impl Iterator<Item = &str> {
    let path = url.path().trim_end_matches('/');
    // The first part is the nothing before the first slash.
    path.split('/').skip(1)
}

fn base(url: &Url, prefix: &[&str], what: &str) -> Result<Base, ConfigError> {
    if prefix.iter().any(|part| part.is_empty()) {
        return Err(ConfigError::new(format!(
            "{what} has an empty part in its path"
        )));
    }
    let mut address = url.origin().ascii_serialization();
    for part in prefix {
        address.push('/');
        address.push_str(part);
    }
    Ok(Base {
        address,
        loopback: is_loopback(url),
    })
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn called(address: &Address, method: &str, rest: Rest) -> String {
        address.of(method, rest).unwrap().to_string()
    }

    fn classic(address: &str) -> Result<String, String> {
        let (base, auth) = webhook(address).map_err(|error| error.to_string())?;
        Ok(called(&Address::new(base, &auth), "profile", Rest::Classic))
    }

    #[test]
    fn webhooks() {
        let good = [
            (
                "https://a.bitrix24.com/rest/1/c0de/",
                "https://a.bitrix24.com/rest/1/c0de/profile",
            ),
            (
                "https://a.bitrix24.com/rest/1/c0de",
                "https://a.bitrix24.com/rest/1/c0de/profile",
            ),
            (
                "https://a.bitrix24.com/rest/1/c0de//",
                "https://a.bitrix24.com/rest/1/c0de/profile",
            ),
            (
                "https://a.de/rest/api/1/c0de/",
                "https://a.de/rest/1/c0de/profile",
            ),
            (
                "HTTPS://A.de/rest/1/c0de",
                "https://a.de/rest/1/c0de/profile",
            ),
            (
                "https://a.de:443/rest/1/c0de",
                "https://a.de/rest/1/c0de/profile",
            ),
            (
                "https://a.de:8443/rest/1/c0de",
                "https://a.de:8443/rest/1/c0de/profile",
            ),
            (
                "https://a.de/x/y/rest/12/c",
                "https://a.de/x/y/rest/12/c/profile",
            ),
            (
                "https://a.de/rest/rest/12/c",
                "https://a.de/rest/rest/12/c/profile",
            ),
            (
                "https://[2001:db8::1]/rest/1/c",
                "https://[2001:db8::1]/rest/1/c/profile",
            ),
            (
                "https://пример.рф/rest/1/c",
                "https://xn--e1afmkfd.xn--p1ai/rest/1/c/profile",
            ),
            (
                "http://127.0.0.1:8080/rest/1/c",
                "http://127.0.0.1:8080/rest/1/c/profile",
            ),
            (
                "http://127.8.8.8/rest/1/c",
                "http://127.8.8.8/rest/1/c/profile",
            ),
            ("http://[::1]:1/rest/1/c", "http://[::1]:1/rest/1/c/profile"),
            (
                "http://localhost/rest/1/c",
                "http://localhost/rest/1/c/profile",
            ),
            (
                "https://a.de/rest/1/a-b_c.d~e",
                "https://a.de/rest/1/a-b_c.d~e/profile",
            ),
        ];
        for (address, expected) in good {
            assert_eq!(classic(address).as_deref(), Ok(expected), "{address}");
        }
        let bad = [
            "",
            "c0de",
            "a.de/rest/1/c0de",
            "mailto:c0de@a.de",
            "ftp://a.de/rest/1/c0de",
            "http://a.de/rest/1/c0de",
            "http://localhost.a.de/rest/1/c0de",
            "http://[2001:db8::1]/rest/1/c0de",
            "https:///rest/1/c0de",
            "https://a b/rest/1/c0de",
            "https://a.de:c0de/rest/1/c0de",
            "https://u:c0de@a.de/rest/1/c0de",
            "https://u@a.de/rest/1/c0de",
            "https://a.de/rest/1/c0de?x",
            "https://a.de/rest/1/c0de/?",
            "https://a.de/rest/1/c0de#x",
            "https://a.de/rest/1",
            "https://a.de/rest/1/",
            "https://a.de/rest//c0de",
            "https://a.de/rest/x1/c0de",
            "https://a.de/rest/-1/c0de",
            "https://a.de/rest/%31/c0de",
            "https://a.de/rest/1/c0de/profile",
            "https://a.de/rest/1/c0de/profile.json",
            "https://a.de/1/c0de",
            "https://a.de/rest/1/c0de/..",
            "https://a.de/rest/1/c0d%65",
            "https://a.de/rest/1/c0de:x",
            "https://a.de/rest/1/c0dé",
            "https://a.de//rest/1/c0de",
            "https://a.de/REST/1/c0de",
            "https://a.de",
        ];
        for address in bad {
            let error = classic(address).unwrap_err();
            assert!(!error.contains("c0d"), "{address}: {error}");
            assert!(!error.contains("a.de"), "{address}: {error}");
        }
    }

    #[test]
    fn rest_3() {
        let (base, auth) = webhook("https://a.de/rest/7/c0de").unwrap();
        let address = Address::new(base, &auth);
        assert_eq!(
            called(&address, "tasks.task.get", Rest::V3),
            "https://a.de/rest/api/7/c0de/tasks.task.get"
        );
        let (base, auth) = token("a.de", "t".into()).unwrap();
        let address = Address::new(base, &auth);
        assert_eq!(called(&address, "x", Rest::V3), "https://a.de/rest/api/x");
        assert_eq!(called(&address, "x", Rest::Classic), "https://a.de/rest/x");
    }

    #[test]
    fn moves() {
        let (base, auth) = webhook("https://a.de/x/rest/7/c0de").unwrap();
        let address = Address::new(base, &auth);
        let moved = |to: &str| {
            let moved = address.moved(to, "profile", Rest::Classic)?;
            Some(moved.portal().to_owned())
        };
        for (to, portal) in [
            ("https://b.de/rest/7/c0de/profile", "https://b.de"),
            ("https://b.de/y/rest/7/c0de/profile", "https://b.de/y"),
            ("//b.de/x/rest/7/c0de/profile", "https://b.de/x"),
            ("/rest/7/c0de/profile", "https://a.de"),
        ] {
            assert_eq!(moved(to).as_deref(), Some(portal));
        }
        for to in [
            "http://b.de/rest/7/c0de/profile",
            "https://localhost/rest/7/c0de/profile",
            "https://u:p@b.de/rest/7/c0de/profile",
            "https://b.de/rest/7/c0de/profile?x=1",
            "https://b.de/rest/7/c0de/profile/",
            "https://b.de/rest/8/c0de/profile",
            "https://b.de/xrest/7/c0de/profile",
            "https://b.de/rest/7/c0de/rest/7/c0de/profile",
            "https://b.de/login",
        ] {
            assert_eq!(moved(to), None, "{to}");
        }
    }

    #[test]
    fn portals() {
        let good = [
            ("a.bitrix24.com", "https://a.bitrix24.com"),
            ("https://a.bitrix24.com/", "https://a.bitrix24.com"),
            ("https://a.bitrix24.com/rest/", "https://a.bitrix24.com"),
            ("https://a.de/x/rest/api", "https://a.de/x"),
            ("a.de:8443/x/", "https://a.de:8443/x"),
            ("http://localhost:1", "http://localhost:1"),
            (
                "https://xn--e1afmkfd.xn--p1ai",
                "https://xn--e1afmkfd.xn--p1ai",
            ),
            ("https://Пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
            ("https://my_portal-1.a.de", "https://my_portal-1.a.de"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ];
        for (portal, expected) in good {
            assert_eq!(
                token(portal, "t".into()).unwrap().0.address,
                expected,
                "{portal}"
            );
        }
        let bad = [
            "",
            "http://a.de",
            "https://a.de?x",
            "https://u@a.de",
            "https://a.de//x",
            "https://a.de/rest/1/c0de/",
            "https://a.de/rest/1/c0de/profile.json",
            "https://a.de/x/rest/api/1/c0de/profile",
            "{domain}",
            "https://{x}.a.de",
            "https://${a.de}/rest/",
            "https://\"a.de\"/",
            "https://%7Bx%7D.a.de",
        ];
        for portal in bad {
            let error = token(portal, "t".into()).unwrap_err().to_string();
            assert!(
                !error.contains("a.de") && !error.contains("c0de"),
                "{portal}: {error}"
            );
        }
        for swapped in [
            "a.bitrix24.com",
            "https://a.bitrix24.com/rest/",
            "portal.example",
        ] {
            let error = token("s3crett0ken", swapped.into())
                .unwrap_err()
                .to_string();
            assert!(error.contains("changed places") && !error.contains("s3cret"));
        }
        for fine in ["t0ken", "a.b.c1", "eyJhbGciOi.eyJzdWIi.c2ln_"] {
            assert!(token("intranet", fine.into()).is_ok(), "{fine}");
        }
        for bad in ["", "a b", "a\n", "a\0", "é", &"x".repeat(MAX_SECRET + 1)] {
            let error = token("a.de", bad.into()).unwrap_err().to_string();
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }

    #[test]
    fn method_names() {
        for name in ["profile", "imbot.v2.Chat.get", "a_b.c1", "0"] {
            assert!(is_method_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a.",
            "a/b",
            "a?b",
            "a#",
            "a b",
            "é",
            "a%2e",
            "a\n",
            &"a".repeat(256),
        ] {
            assert!(!is_method_name(name), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn errors_hold_no_address(host in "[a-z]{8}", code in "[a-z0-9]{9}", tail in "[?#/a-z@:%]{1,9}") {
            let address = format!("https://{host}.de/rest/1/{code}{tail}");
            if let Err(error) = webhook(&address) {
                let error = error.to_string();
                proptest::prop_assert!(!error.contains(&host) && !error.contains(&code));
            }
        }
    }
}
