//! What is asked, and what is made of the answer.

use std::net::TcpListener;

use super::*;

fn exchange(act: Act) -> (Result<Credential, TokenError>, Server) {
    let server = Server::new([act]);
    let result = run(app().exchange("the-c0de", Some(&server.endpoint())));
    (result, server)
}

#[test]
fn exchanges_a_code() {
    let (credential, server) = exchange(Act::Pair);
    let credential = credential.unwrap();
    assert_eq!(
        server.requests(),
        [
            "GET /oauth/token/?grant_type=authorization_code&client_id=local.1\
          &client_secret=cl1ent%2Fs3cret&code=the-c0de"
        ]
    );
    assert_eq!(credential.access_token.expose(), "new-acc3ss-1");
    assert_eq!(credential.refresh_token, Some("new-r3fresh-1".into()));
    assert!((now() + 3590..=now() + 3600).contains(&credential.expires_at.unwrap()));
    assert_eq!(credential.portal, "https://portal.example/rest/");
    assert_eq!(credential.auth_server, Some(server.endpoint()));
    assert_eq!(credential.member_id.as_deref(), Some("m"));
    assert_eq!(credential.user_id, Some(67));
    assert_eq!(credential.scopes, ["crm", "im"]);
    assert_eq!(credential.status.as_deref(), Some("F"));
}

#[test]
fn exchange_refused() {
    for (status, code, permanent) in [
        (200, "invalid_grant", true),
        (400, "invalid_client", true),
        (500, "PAYMENT_REQUIRED", true),
        (403, "whatever", false),
        (429, "whatever", false),
        (503, "whatever", false),
        (200, "whatever", false),
    ] {
        let body = format!(r#"{{"error": "{code}", "error_description": "not the-c0de"}}"#);
        let (result, server) = exchange(Act::Answer(status, body));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Refused);
        assert_eq!(error.code(), Some(code));
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.what(), "not ***");
        assert_eq!(error.is_permanent(), permanent, "{status} {code}");
        assert_clean(error);
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn garbage() {
    let token = r#"{"refresh_token": "new-r3fresh", "client_endpoint": "https://a.de/rest/"}"#;
    for (status, body, what) in [
        (200, "", "empty"),
        (200, "<html>", "not a JSON object"),
        (502, "[]", "not a JSON object"),
        (302, "", "redirect"),
        (200, "{}", "`access_token`"),
        (200, token, "`access_token`"),
        (200, r#"{"access_token": ""}"#, "`access_token`"),
        (
            200,
            r#"{"access_token": "new-acc3ss"}"#,
            "`client_endpoint`",
        ),
        (
            200,
            r#"{"access_token": "new acc", "client_endpoint": "a.de"}"#,
            "unusual",
        ),
        (
            200,
            r#"{"access_token": "a", "client_endpoint": "ftp://a.de"}"#,
            "HTTPS",
        ),
        (200, r#"{"access_token": "new-acc3ss"#, "not a JSON object"),
        (200, "access_token=new-acc3ss", "not a JSON object"),
    ] {
        let (result, server) = exchange(Act::Answer(status, body.to_owned()));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Garbage, "{body}");
        assert_eq!(error.status(), Some(status));
        assert!(error.what().contains(what), "{body}: {error}");
        assert_clean(error);
        assert_eq!(server.requests().len(), 1, "{body}");
    }
    let (result, _server) = exchange(Act::Answer(200, "x".repeat((1 << 20) + 1)));
    assert!(result.unwrap_err().what().contains("1 MB"));
}

#[test]
fn a_pair_is_not_lost_over_an_address() {
    let pair = pair(1, "https://oauth.example").replace("https://portal", "http://portal");
    let server = Server::new([Act::Answer(200, pair)]);
    let oauth = server.oauth();
    run(rejected(&oauth)).unwrap();
    let held = run(oauth.credential()).unwrap();
    assert_eq!(held.access_token.expose(), "new-acc3ss-1");
    assert_eq!(held.portal, server.credential().portal);
}

#[test]
fn dies_and_hangs() {
    let (result, server) = exchange(Act::Die);
    let error = result.unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Lost);
    assert_clean(error);
    assert_eq!(server.requests().len(), 1);

    let server = Server::new([Act::Hang]);
    let app = app().timeout(Duration::from_millis(200)).unwrap();
    let error = run(app.exchange("the-c0de", Some(&server.endpoint()))).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Timeout);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn endless_timeouts() {
    let server = Server::new([Act::Pair]);
    let app = app().timeout(Duration::MAX).unwrap();
    run(app.exchange("the-c0de", Some(&server.endpoint()))).unwrap();
    let oauth = OAuth::new(app, server.credential()).unwrap();
    run(rejected(&oauth)).unwrap();
}

#[test]
fn nobody_listens() {
    // No portal does that. It is where no other test takes the port meanwhile, if the system has
    // such a place.
    let listener = TcpListener::bind("127.77.0.1:0");
    let listener = listener
        .or_else(|_| TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = format!("http://{address}/rest/");
    let error = run(app().exchange("the-c0de", Some(&endpoint))).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Connect);
    assert_clean(error);

    // It comes back between two tries.
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        Server::at(address, vec![Act::Pair])
    });
    run(app().exchange("the-c0de", Some(&endpoint))).unwrap();
    assert_eq!(late.join().unwrap().requests().len(), 1);
}

#[test]
fn whom_to_trust() {
    let app = app().trust("OAuth.example.com").unwrap();
    // Nobody listens there, or it is not asked.
    let app = app.proxy("http://127.0.0.1:9").unwrap();
    let app = app.timeout(Duration::from_millis(100)).unwrap();
    for (server, trusted) in [
        ("oauth.bitrix.info", true),
        ("https://de.oauth.bitrix.info/rest/", true),
        ("https://oauth.bitrix24.tech/rest/", true),
        ("https://bitrix24.tech/rest/", false),
        ("https://evil.bitrix24.tech/rest/", false),
        ("https://evil-oauth.bitrix24.tech/rest/", false),
        ("https://oauth.example.com/rest/", true),
        ("oauth.example.com", true),
        ("https://example.com/rest/", false),
        ("https://evilbitrix.info/rest/", false),
        ("https://oauth.bitrix.info.evil.com/rest/", false),
        ("https://oauth.bitrix.info@evil.com/rest/", false),
        ("http://oauth.bitrix.info/rest/", false),
        ("https://evil.com/?oauth.bitrix.info", false),
        ("", false),
        ("ftp://oauth.bitrix.info", false),
        ("https://evil.com\\@oauth.bitrix.info", false),
    ] {
        let error = run(app.exchange("the-c0de", Some(server))).unwrap_err();
        let is_trusted = error.kind() != TokenErrorKind::Untrusted;
        assert_eq!(is_trusted, trusted, "{server}: {error}");
        assert_clean(error);
    }
    let error = run(app.exchange("the-c0de", Some("example.com"))).unwrap_err();
    assert!(error.what().contains("example.com") && error.what().contains("trusts"));
}

#[test]
fn settings() {
    assert!(App::new("", SECRET).is_err());
    assert!(App::new("a b", SECRET).is_err());
    for bad in ["", "a b", "é"] {
        assert_clean(App::new("a", bad).unwrap_err());
    }
    assert!(app().timeout(Duration::ZERO).is_err());
    assert!(app().proxy("socks5://a").is_err());
    assert!(app().root_certificate("no").is_err());
    for bad in [
        "",
        "https://a.de",
        "a.de/x",
        "a.de:1",
        "u@a.de",
        "a b",
        "a.de?x",
        "a.de#",
    ] {
        assert!(app().trust(bad).is_err(), "{bad}");
    }
    let app = app().proxy("http://u:s3cret@127.0.0.1:9").unwrap();
    assert_clean(format!("{app:?}"));
    let error = run(app.exchange("a b", None)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::BadCredential);
}

#[test]
fn authorize_urls() {
    let url = |portal| app().authorize_url(portal, "a&b=c");
    for (portal, start) in [
        ("a.de", "https://a.de/oauth/authorize/"),
        ("https://a.de/rest/", "https://a.de/oauth/authorize/"),
        (
            "https://a.de:8443/x/rest/api/",
            "https://a.de:8443/x/oauth/authorize/",
        ),
    ] {
        let expected = format!("{start}?client_id=local.1&state=a%26b%3Dc");
        assert_eq!(url(portal).unwrap(), expected);
    }
    for bad in [
        "",
        "http://a.de",
        "javascript://a.de",
        "https://a@b.de",
        "a.de?x",
    ] {
        assert!(url(bad).is_err(), "{bad}");
    }
}
