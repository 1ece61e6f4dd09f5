//! One renewal for all.

use std::{
    task::{Context, Poll, Wake},
    time::Instant,
};

use super::*;

#[test]
fn renews_once() {
    let server = Server::new([Act::Pair]);
    let oauth = server.oauth();
    assert_eq!(oauth.portal().as_deref(), Some("portal.example"));
    assert_eq!(oauth.client_id(), "local.1");
    let epoch = oauth.begin();
    let first = run(oauth.token(epoch, None)).unwrap();
    assert_eq!(first.secret.expose(), ACCESS);
    assert_eq!(server.requests().len(), 0);

    let second = run(oauth.renew(first.generation, epoch)).unwrap();
    assert_eq!(second.secret.expose(), "new-acc3ss-1");
    assert_eq!(&*second.portal, "https://portal.example/rest/");
    assert_eq!(
        server.requests(),
        [format!(
            "GET /oauth/token/?grant_type=refresh_token&client_id=local.1\
             &client_secret=cl1ent%2Fs3cret&refresh_token={REFRESH}"
        )]
    );
    // Whoever comes late with the first token gets the second.
    let again = run(oauth.renew(first.generation, epoch)).unwrap();
    assert_eq!(again.generation, second.generation);
    assert_eq!((server.requests().len(), oauth.refreshes()), (1, 1));

    // The next one with the new refresh token.
    run(rejected(&oauth)).unwrap();
    assert!(server.requests()[1].ends_with("refresh_token=new-r3fresh-1"));
    let credential = run(oauth.credential()).unwrap();
    assert_eq!(credential.refresh_token, Some("new-r3fresh-2".into()));
    assert_eq!(credential.user_id, Some(67));
    let secrets = oauth.secrets();
    for secret in [
        SECRET,
        ACCESS,
        REFRESH,
        "new-acc3ss-1",
        "new-acc3ss-2",
        "new-r3fresh-2",
    ] {
        assert!(secrets.contains(&secret.into()), "{secret}");
    }
    assert_clean(format!("{oauth:?} {second:?} {credential:?}"));
}

#[test]
fn what_the_answer_lacks_stays() {
    let body = r#"{"access_token": "new-acc3ss", "expires": 4000000000}"#;
    let server = Server::new([Act::Answer(200, body.to_owned())]);
    let mut credential = server.credential();
    credential.member_id = Some("m".to_owned());
    credential.scopes = vec!["im".to_owned()];
    let oauth = OAuth::new(app(), credential.clone()).unwrap();
    run(rejected(&oauth)).unwrap();
    credential.access_token = "new-acc3ss".into();
    credential.expires_at = Some(4_000_000_000);
    assert_eq!(run(oauth.credential()).unwrap(), credential);
}

/// Waits without any runtime.
fn park<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = std::pin::pin!(future);
    let waker = Arc::new(Unpark(thread::current())).into();
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A thousand calls, on two runtimes and on plain threads: of half of them the token is over, the
/// others come while it is renewed.
fn crowd(oauth: &OAuth) -> Vec<Result<Token, TokenError>> {
    let epoch = oauth.begin();
    let token = run(oauth.token(epoch, None)).unwrap();
    let call = move |oauth: OAuth, number: usize| async move {
        if number < 2 || number.is_multiple_of(2) {
            return oauth.renew(token.generation, epoch).await;
        }
        oauth.token(epoch, None).await
    };
    let mut threads = Vec::new();
    for _ in 0..2 {
        let oauth = oauth.clone();
        threads.push(thread::spawn(move || {
            run(async {
                let calls = (0..450).map(|number| tokio::spawn(call(oauth.clone(), number)));
                let calls: Vec<_> = calls.collect();
                let mut results = Vec::new();
                for call in calls {
                    results.push(call.await.unwrap());
                }
                results
            })
        }));
    }
    for number in 0..100 {
        let call = call(oauth.clone(), 2 * number);
        threads.push(thread::spawn(move || vec![park(call)]));
    }
    let results: Vec<_> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(results.len(), 1000);
    results
}

#[test]
fn a_thousand_calls_renew_once() {
    // Each has to be slow enough for all to come.
    let server = Server::new([Act::Slow(Duration::from_secs(2), Box::new(Act::Pair))]);
    let oauth = server.oauth();
    for result in crowd(&oauth) {
        assert_eq!(result.unwrap().secret.expose(), "new-acc3ss-1");
    }
    assert_eq!((server.requests().len(), oauth.refreshes()), (1, 1));
}

#[test]
fn a_thousand_calls_fail_once() {
    let refuse = Act::Slow(Duration::from_secs(2), Box::new(refusal("invalid_grant")));
    let server = Server::new([refuse]);
    let oauth = server.oauth();
    let mut results = crowd(&oauth);
    let first = results.pop().unwrap().unwrap_err();
    assert_eq!(first.code(), Some("invalid_grant"));
    assert_clean(first.clone());
    for result in results {
        assert_eq!(result.unwrap_err(), first);
    }
    assert_eq!(server.requests().len(), 1);
    // It is of no use to ask again.
    assert_eq!(run(oauth.token(oauth.begin(), None)).unwrap_err(), first);
    assert_eq!(run(rejected(&oauth)).unwrap_err(), first);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(oauth.refreshes(), 0);

    // Until somebody acts.
    let other = Credential::new("portal.example", "0ther");
    run(oauth.replace(other)).unwrap();
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "0ther");
    // That one has no refresh token.
    let error = run(rejected(&oauth)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::NoRefreshToken);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn goes_on_without_the_leader() {
    let server = Server::new([slow(Act::Pair)]);
    let oauth = server.oauth();
    let epoch = oauth.begin();
    let token = run(oauth.token(epoch, None)).unwrap();
    let leader = run(async {
        let renew = oauth.renew(token.generation, epoch);
        tokio::time::timeout(Duration::from_millis(50), renew).await
    });
    assert!(leader.is_err(), "the whole runtime of the leader is gone");
    let token = run(oauth.renew(token.generation, epoch)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn calls_share_failures_since_they_began() {
    let server = Server::new([Act::Die, Act::Pair]);
    let oauth = server.oauth();
    let (early, before) = (oauth.begin(), oauth.begin());
    let token = run(oauth.token(early, None)).unwrap();
    let error = run(oauth.renew(token.generation, early)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Lost);
    assert_eq!(
        run(oauth.renew(token.generation, before)).unwrap_err(),
        error
    );
    assert_eq!(run(oauth.token(before, None)).unwrap_err(), error);
    assert_eq!(
        server.requests().len(),
        1,
        "a lost answer is not asked for again"
    );
    // A later call tries anew.
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-2");
    assert_eq!(server.requests().len(), 2);
    // And then the early ones get it.
    assert!(run(oauth.token(before, None)).is_ok());
}

#[test]
fn who_pays_later_may_call_again() {
    for (code, lapses) in [
        ("PAYMENT_REQUIRED", true),
        ("invalid_client", true),
        ("invalid_grant", false),
    ] {
        let server = Server::new([refusal(code), Act::Pair]);
        let oauth = server.oauth();
        run(rejected(&oauth)).unwrap_err();
        let error = run(oauth.token(oauth.begin(), None)).unwrap_err();
        assert_eq!(error.code(), Some(code));
        assert!(error.is_permanent());
        assert_eq!(server.requests().len(), 1, "not asked again at once");
        // Five minutes later.
        if let Some(until) = &mut oauth.shared.state().lock().refusal.as_mut().unwrap().until {
            assert!(*until > Instant::now() + Duration::from_secs(290));
            *until = Instant::now();
        }
        let token = run(oauth.token(oauth.begin(), None));
        assert_eq!(token.is_ok(), lapses, "{code}");
    }
}

#[test]
fn unknown_refusals_are_asked_about_again() {
    let server = Server::new([
        Act::Answer(403, r#"{"error": "odd"}"#.to_owned()),
        Act::Pair,
    ]);
    let oauth = server.oauth();
    let error = run(rejected(&oauth)).unwrap_err();
    assert!(!error.is_permanent());
    run(oauth.token(oauth.begin(), None)).unwrap();
}

#[test]
fn clocks_may_be_wrong_and_lives_short() {
    for answer in [
        // By our clock it is long over.
        r#"{"access_token": "new", "refresh_token": "r", "expires": 1000}"#,
        r#"{"access_token": "new", "refresh_token": "r", "expires_in": 20}"#,
        r#"{"access_token": "new", "refresh_token": "r"}"#,
    ] {
        let server = Server::new([Act::Answer(200, answer.to_owned())]);
        let oauth = server.oauth();
        run(rejected(&oauth)).unwrap();
        for _ in 0..3 {
            assert!(run(oauth.token(oauth.begin(), None)).is_ok());
        }
        assert_eq!(server.requests().len(), 1, "{answer}");
    }
}

#[test]
fn slow_servers_and_timeouts() {
    let server = Server::new([Act::Hang]);
    let app = app().timeout(Duration::from_millis(300)).unwrap();
    let oauth = OAuth::new(app, server.credential()).unwrap();
    let start = Instant::now();
    let error = run(rejected(&oauth)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_time_of_a_call_is_not_that_of_the_renewal() {
    let server = Server::new([slow(Act::Pair)]);
    let oauth = OAuth::new(app(), server.credential().expires_at(1)).unwrap();
    let client = crate::Client::builder().timeout(Duration::from_millis(50));
    let client = client.oauth(&oauth).unwrap();
    match run(client.call_by_name("profile", ())) {
        Err(crate::Error::Token(error)) => assert_eq!(error.kind(), TokenErrorKind::Deadline),
        other => panic!("{other:?}"),
    }
    at_rest(&oauth);
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn untrusted_servers_are_not_asked() {
    let credential = Credential::new("a.de", ACCESS)
        .refresh_token(REFRESH)
        .auth_server("https://evil.example/rest/");
    let oauth = OAuth::new(app(), credential).unwrap();
    let error = run(rejected(&oauth)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Untrusted);
    assert_clean(error.of_method("profile"));
}

#[test]
fn this_computer_is_trusted_if_the_portal_is_on_it() {
    let server = Server::new([Act::Pair]);
    for (portal, trusted) in [
        ("portal.example", false),
        ("127.0.0.1.portal.example", false),
        ("127.0.0.1", true),
        ("http://localhost:1/rest/", true),
        ("https://[::1]/rest/", true),
    ] {
        let mut credential = server.credential();
        credential.portal = portal.to_owned();
        let oauth = OAuth::new(App::new("local.1", SECRET).unwrap(), credential).unwrap();
        match run(rejected(&oauth)) {
            Ok(_) => assert!(trusted, "{portal}"),
            Err(error) => {
                assert!(!trusted, "{portal}");
                assert_eq!(error.kind(), TokenErrorKind::Untrusted);
                assert!(error.what().contains("127.0.0.1"), "{error}");
                assert_clean(error);
            }
        }
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn everything_may_be_spawned() {
    fn is_send<T: Send>(_: &T) {}
    let oauth = OAuth::with_store(app(), MemoryStore::default());
    is_send(&oauth.credential());
    is_send(&oauth.replace(Credential::new("a.de", "t")));
    is_send(&oauth.token(oauth.begin(), None));
    is_send(&oauth.renew(1, oauth.begin()));
    is_send(&oauth.app().exchange("code", None));
}

#[test]
fn errors_print() {
    let mut error = TokenError::refused("invalid_grant".to_owned(), "why".to_owned(), 400, true);
    assert_eq!(error.tries(), crate::Tries::default());
    error.tries = crate::Tries {
        made: 2,
        ..crate::Tries::default()
    };
    let error = crate::Error::<crate::AnyCode>::from(error.of_method("profile"));
    assert_eq!(error.method(), "profile");
    assert_eq!(error.tries().made, 2);
    assert_eq!(
        error.to_string(),
        "profile: the authorization server refused: invalid_grant (HTTP 400): why; on try 2"
    );
}
