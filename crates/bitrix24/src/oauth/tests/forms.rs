//! What portals post.

use proptest::prelude::*;

use super::*;

const EVENT: &str = "event=ONAPPINSTALL&event_handler_id=&data%5BVERSION%5D=1&data%5BLANGUAGE_ID%5D=de\
    &ts=1696527000&auth%5Baccess_token%5D=acc3ss-t0ken&auth%5Brefresh_token%5D=r3fresh-t0ken\
    &auth%5Bexpires_in%5D=3600&auth%5Bscope%5D=im+crm&auth%5Bdomain%5D=portal.example\
    &auth%5Bserver_endpoint%5D=https%3A%2F%2Foauth.bitrix.info%2Frest%2F&auth%5Bstatus%5D=F\
    &auth%5Bclient_endpoint%5D=https%3A%2F%2Fportal.example%2Frest%2F&auth%5Bmember_id%5D=m\
    &auth%5Bapplication_token%5D=app-s3cret";

#[test]
fn an_installation() {
    let installation = Installation::from_event(EVENT).unwrap();
    let credential = &installation.credential;
    assert_eq!(credential.access_token.expose(), ACCESS);
    assert_eq!(credential.refresh_token, Some(REFRESH.into()));
    assert!((now() + 3590..=now() + 3600).contains(&credential.expires_at.unwrap()));
    assert_eq!(credential.portal, "https://portal.example/rest/");
    assert_eq!(
        credential.auth_server.as_deref(),
        Some("https://oauth.bitrix.info/rest/")
    );
    assert_eq!(credential.member_id.as_deref(), Some("m"));
    assert_eq!(credential.scopes, ["im", "crm"]);
    assert_eq!(credential.status.as_deref(), Some("F"));
    assert_eq!(installation.event.as_deref(), Some("ONAPPINSTALL"));
    assert_eq!(installation.language.as_deref(), Some("de"));
    assert_eq!(installation.application_token, Some("app-s3cret".into()));
    assert!(installation.bots.is_empty());
    assert_clean(format!("{installation:?}"));
    // Brackets that are not escaped, and an address that is not given.
    let body = "auth[access_token]=a&auth[domain]=portal.example&auth[expires]=4000000000";
    let credential = Installation::from_event(body).unwrap().credential;
    assert_eq!(credential.portal, "portal.example");
    assert_eq!(credential.expires_at, Some(4_000_000_000));
    assert_eq!(credential.refresh_token, None);
}

#[test]
fn a_bot() {
    let user = "auth[access_token]=user&auth[domain]=portal.example&auth[user_id]=27";
    let bot = "data[BOT][571][access_token]=b0t&data[BOT][571][refresh_token]=b0t-r\
        &data[BOT][571][client_endpoint]=https://portal.example/rest/&data[BOT][571][user_id]=571\
        &data[BOT][571][AUTH][access_token]=b0t&data[BOT][571][BOT_ID]=571";
    let event = Installation::from_event(&format!("event=ONIMBOTJOINCHAT&{bot}&{user}")).unwrap();
    assert_eq!(event.credential.access_token.expose(), "user");
    assert_eq!(event.credential.user_id, Some(27));
    let credential = &event.bots[&571];
    assert_eq!(credential.access_token.expose(), "b0t");
    assert_eq!(credential.refresh_token, Some("b0t-r".into()));
    assert_eq!(event.bots.len(), 1);
    let event = Installation::from_event(bot).unwrap();
    assert_eq!(&event.credential, &event.bots[&571]);
}

#[test]
fn an_opening() {
    let query = "?DOMAIN=portal.example%3A8443&PROTOCOL=1&LANG=en&APP_SID=x";
    let body = "AUTH_ID=acc3ss-t0ken&AUTH_EXPIRES=3600&REFRESH_ID=r3fresh-t0ken\
        &SERVER_ENDPOINT=https%3A%2F%2Foauth.bitrix.info%2Frest%2F&APPLICATION_TOKEN=app-s3cret\
        &APPLICATION_SCOPE=crm%2Cim&member_id=m&status=F&PLACEMENT=DEFAULT&PLACEMENT_OPTIONS=%7B%7D";
    let opened = Installation::from_open(query, body).unwrap();
    let credential = &opened.credential;
    assert_eq!(credential.access_token.expose(), ACCESS);
    assert_eq!(credential.refresh_token, Some(REFRESH.into()));
    assert!((now() + 3590..=now() + 3600).contains(&credential.expires_at.unwrap()));
    assert_eq!(credential.portal, "https://portal.example:8443");
    assert_eq!(
        credential.auth_server.as_deref(),
        Some("https://oauth.bitrix.info/rest/")
    );
    assert_eq!(credential.member_id.as_deref(), Some("m"));
    assert_eq!(credential.scopes, ["crm", "im"]);
    assert_eq!(credential.status.as_deref(), Some("F"));
    assert_eq!(opened.language.as_deref(), Some("en"));
    assert_eq!(opened.placement.as_deref(), Some("DEFAULT"));
    assert_eq!(opened.placement_options.as_deref(), Some("{}"));
    assert_eq!(opened.application_token, Some("app-s3cret".into()));
    assert_clean(format!("{opened:?}"));
}

#[test]
fn what_is_missing_is_named() {
    for (body, name) in [
        ("", "`auth[access_token]`"),
        ("auth[access_token]=", "`auth[access_token]`"),
        (
            "event=ONAPPUNINSTALL&auth[domain]=a.de",
            "`auth[access_token]`",
        ),
        ("auth[access_token]=a", "`auth[domain]`"),
        (
            "auth[access_token]=acc3ss-t0ken+x&auth[domain]=a.de",
            "the access token",
        ),
        (
            "auth[access_token]=a&auth[domain]=a.de/../?x",
            "the portal's address",
        ),
        (
            "auth[access_token]=a&auth[domain]=a.de&auth[refresh_token]=%00",
            "the refresh token",
        ),
        ("data[BOT][1][access_token]=a", "`data[BOT][1][domain]`"),
    ] {
        let error = Installation::from_event(body).unwrap_err();
        assert!(error.to_string().contains(name), "{body}: {error}");
        assert_clean(error);
    }
    for (query, body, name) in [
        ("DOMAIN=a.de", "", "`AUTH_ID`"),
        ("", "AUTH_ID=a", "`DOMAIN`"),
        ("DOMAIN=a.de&PROTOCOL=0", "AUTH_ID=a", "HTTPS"),
        ("DOMAIN=a.de@evil.com", "AUTH_ID=a", "the portal's address"),
    ] {
        let error = Installation::from_open(query, body).unwrap_err();
        assert!(error.to_string().contains(name), "{query}: {error}");
    }
}

#[test]
fn answers_are_read_leniently() {
    let read = |expires: &str| {
        let answer = format!(
            r#"{{"access_token": "a", "client_endpoint": "https://a.de/rest/", {expires}
                "scope": null, "user_id": 5.0, "status": 1, "domain": "oauth.bitrix.info"}}"#
        );
        Credential::from_answer(&answer).unwrap()
    };
    assert_eq!(
        read(r#""expires": "1780319382","#).expires_at,
        Some(1_780_319_382)
    );
    assert_eq!(
        read(r#""expires": 1780319382,"#).expires_at,
        Some(1_780_319_382)
    );
    assert_eq!(read("").expires_at, None);
    assert_eq!(read(r#""expires": "x","#).expires_at, None);
    let near = read(r#""expires": 0, "expires_in": "60","#)
        .expires_at
        .unwrap();
    assert!((now() + 50..=now() + 60).contains(&near));
    assert_eq!(
        read(r#""expires_in": 9223372036854775807,"#).expires_at,
        Some(i64::MAX)
    );
    let credential = read("");
    assert_eq!(credential.user_id, Some(5));
    assert_eq!(credential.status.as_deref(), Some("1"));
    assert_eq!(credential.auth_server.as_deref(), Some("oauth.bitrix.info"));
    assert!(credential.scopes.is_empty());
    for bad in ["", "[]", "{}", r#"{"access_token": "acc3ss-t0ken"}"#] {
        assert_clean(Credential::from_answer(bad).unwrap_err());
    }
}

proptest! {
    #[test]
    fn forms_never_panic(
        query in "[A-Z_]{0,9}=?.{0,20}&?(DOMAIN=.{0,9})?",
        body in "(event=.{0,5}&)?((auth|data\\[BOT\\]\\[.{0,3}\\])\\[[a-z_]{0,12}\\]=.{0,9}&){0,6}",
        token in ".{0,9}",
    ) {
        let _ = Installation::from_event(&body);
        let _ = Installation::from_open(&query, &body);
        let body = format!("{body}auth[access_token]={token}&auth[domain]=a.de&AUTH_ID={token}");
        let _ = Installation::from_event(&body);
        let _ = Installation::from_open(&query, &body);
    }

    #[test]
    fn stored_credentials_come_back(
        token in "[!-~]{1,20}",
        refresh in proptest::option::of("[!-~]{1,20}"),
        at in proptest::option::of(any::<i64>()),
        user in proptest::option::of(any::<i64>()),
        text in proptest::option::of(".{1,9}"),
        scopes in proptest::collection::vec(".{0,9}", 0..3),
    ) {
        let mut credential = Credential::new("a.de", token.as_str());
        credential.refresh_token = refresh.map(Secret::from);
        credential.expires_at = at;
        credential.user_id = user;
        credential.member_id = text;
        credential.scopes = scopes;
        let json = serde_json::to_string(&credential).unwrap();
        prop_assert_eq!(serde_json::from_str::<Credential>(&json).unwrap(), credential);
    }

    #[test]
    fn any_expiry_is_taken(at in any::<i64>(), is_new in any::<bool>()) {
        let credential = Credential::new("a.de", "t").refresh_token("r").expires_at(at);
        let state = super::super::state::State::default();
        state.lock().adopt(credential, is_new);
        state.lock().fresh();
    }
}
