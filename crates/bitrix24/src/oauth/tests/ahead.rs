//! Renewals while the token is still valid.

use std::time::Instant;

use super::*;

#[test]
fn ahead_of_time() {
    let cases = [(3600, 0), (70, 0), (30, 1), (-5, 1)];
    for (left, renewals) in cases {
        let server = Server::new([Act::Pair]);
        let credential = server.credential().expires_at(now() + left);
        let oauth = OAuth::new(app(), credential).unwrap();
        has_run_for_a_while(&oauth);
        for _ in 0..3 {
            run(oauth.token(oauth.begin(), None)).unwrap();
        }
        at_rest(&oauth);
        assert_eq!(server.requests().len(), renewals, "{left}");
        let token = run(oauth.token(oauth.begin(), None)).unwrap();
        let expected = if renewals == 0 {
            ACCESS
        } else {
            "new-acc3ss-1"
        };
        assert_eq!(token.secret.expose(), expected);
    }
    // It cannot be renewed, so the portal decides.
    let credential = Credential::new("a.de", ACCESS).expires_at(1);
    let oauth = OAuth::new(app(), credential).unwrap();
    assert!(run(oauth.token(oauth.begin(), None)).is_ok());
}

#[test]
fn calls_go_on_while_a_valid_token_is_renewed() {
    let slow = Act::Slow(Duration::from_secs(2), Box::new(Act::Pair));
    for act in [slow, Act::Hang] {
        let hangs = matches!(act, Act::Hang);
        let server = Server::new([act]);
        let oauth = about_to_end(app(), server.credential());
        let start = Instant::now();
        for _ in 0..100 {
            let token = run(oauth.token(oauth.begin(), None)).unwrap();
            assert_eq!(token.secret.expose(), ACCESS);
        }
        assert!(start.elapsed() < Duration::from_millis(1500));
        // Whose token is over waits for the same renewal.
        let (token, epoch) = (
            run(oauth.token(oauth.begin(), None)).unwrap(),
            oauth.begin(),
        );
        let renewed = run(oauth.renew(token.generation, epoch));
        match hangs {
            false => assert_eq!(renewed.unwrap().secret.expose(), "new-acc3ss-1"),
            true => assert_eq!(renewed.unwrap_err().kind(), TokenErrorKind::Timeout),
        }
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_renewal_ahead_of_time_leaves_a_call_its_time() {
    let server = Server::new([Act::Slow(Duration::from_secs(2), Box::new(Act::Pair))]);
    let oauth = about_to_end(app(), server.credential());
    let short = Duration::from_millis(300);
    let token = run(async {
        let deadline = tokio::time::Instant::now() + short;
        tokio::time::timeout_at(deadline, oauth.token(oauth.begin(), Some(deadline))).await
    });
    assert_eq!(token.unwrap().unwrap().secret.expose(), ACCESS);
    at_rest(&oauth);
}

#[test]
fn a_valid_token_of_the_store_is_not_waited_for() {
    let server = Server::new([Act::Hang]);
    let soon = server.credential().expires_at(now() + 30);
    let oauth = OAuth::with_store(app(), MemoryStore::new(soon));
    let start = Instant::now();
    for _ in 0..3 {
        let token = run(oauth.token(oauth.begin(), None)).unwrap();
        assert_eq!(token.secret.expose(), ACCESS);
        has_run_for_a_while(&oauth);
    }
    assert!(start.elapsed() < Duration::from_millis(2500));
}

#[tokio::test]
async fn who_begins_a_renewal_waits_for_it_a_little() {
    let server = Server::new([Act::Pair]);
    let soon = server.credential().expires_at(now() + 30);
    let oauth = OAuth::new(app(), soon).unwrap();
    let token = oauth.token(oauth.begin(), None).await.unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");

    let server = Server::new([Act::Hang]);
    let soon = server.credential().expires_at(now() + 30);
    let oauth = OAuth::new(app(), soon).unwrap();
    let start = Instant::now();
    let token = oauth.token(oauth.begin(), None).await.unwrap();
    assert_eq!(token.secret.expose(), ACCESS);
    assert!(start.elapsed() < Duration::from_millis(1500));
}

#[test]
fn ahead_of_time_in_vain() {
    let server = Server::new([Act::Answer(500, String::new())]);
    let oauth = about_to_end(app(), server.credential());
    let epoch = oauth.begin();
    for _ in 0..3 {
        let token = run(oauth.token(oauth.begin(), None)).unwrap();
        assert_eq!(token.secret.expose(), ACCESS, "it is still valid");
        at_rest(&oauth);
    }
    assert_eq!(server.requests().len(), 1, "not again for a while");
    // Until the portal says that it is not.
    let token = run(oauth.token(epoch, None)).unwrap();
    let error = run(oauth.renew(token.generation, epoch)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Garbage);
    assert_eq!(
        server.requests().len(),
        2,
        "nobody was told of the first failure"
    );
    run(oauth.renew(token.generation, epoch)).unwrap_err();
    assert_eq!(server.requests().len(), 2, "the call began before");
    run(oauth.renew(token.generation, oauth.begin())).unwrap_err();
    assert_eq!(server.requests().len(), 3);
    run(oauth.token(oauth.begin(), None)).unwrap_err();
}

#[test]
fn a_refusal_ahead_of_time_withholds_no_valid_token() {
    for code in ["PAYMENT_REQUIRED", "invalid_grant"] {
        let server = Server::new([refusal(code)]);
        let oauth = about_to_end(app(), server.credential());
        for _ in 0..3 {
            let token = run(oauth.token(oauth.begin(), None)).unwrap();
            assert_eq!(token.secret.expose(), ACCESS);
            at_rest(&oauth);
            has_run_for_a_while(&oauth);
        }
        let error = run(rejected(&oauth)).unwrap_err();
        assert_eq!(error.code(), Some(code));
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_refused_token_that_is_valid_gives_way_to_no_older_one() {
    let server = Server::new([refusal("invalid_grant")]);
    let store = Arc::new(MemoryStore::new(server.credential().expires_at(now() + 30)));
    let oauth = OAuth::with_shared_store(app(), Arc::clone(&store) as Arc<dyn Store>);
    let first = run(oauth.credential()).unwrap();
    let older = server.credential().expires_at(1);
    let older = Credential {
        access_token: "0ld".into(),
        ..older
    };
    for put in [None, Some(older)] {
        if let Some(older) = put {
            run(store.save(Some(&first), &older)).unwrap();
        }
        has_run_for_a_while(&oauth);
        run(oauth.token(oauth.begin(), None)).unwrap();
        at_rest(&oauth);
    }
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), ACCESS);
    assert_eq!(server.requests().len(), 1);
}
