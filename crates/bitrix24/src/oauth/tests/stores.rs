//! Stores that do not do what they should, and stores that are shared.

use std::sync::atomic::AtomicBool;

use super::*;

/// A store that fails when it is told to.
#[derive(Debug, Default)]
struct Fickle {
    inner: MemoryStore,
    loads: AtomicUsize,
    saves: AtomicUsize,
    fails_to_load: AtomicBool,
    fails_to_save: AtomicBool,
    panics: AtomicBool,
    hangs: AtomicBool,
    /// The next save is told that there is nothing.
    forgets: AtomicBool,
    /// What somebody else puts there just before the next save.
    other: Mutex<Option<Credential>>,
}

impl Fickle {
    fn new(credential: Credential) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryStore::new(credential),
            ..Self::default()
        })
    }

    fn put(&self, credential: &Credential) {
        run(async {
            let held = self.inner.load().await.unwrap();
            self.inner.save(held.as_ref(), credential).await.unwrap();
        });
    }

    fn held(&self) -> Credential {
        run(self.inner.load()).unwrap().unwrap()
    }
}

impl Store for Fickle {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            assert!(!self.panics.load(Ordering::SeqCst), "as told");
            if self.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if self.fails_to_load.load(Ordering::SeqCst) {
                return Err(StoreError::new(format!("no load of {REFRESH}")));
            }
            self.inner.load().await
        })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        self.saves.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if self.fails_to_save.load(Ordering::SeqCst) {
                let pair = new.access_token.expose();
                return Err(StoreError::new(format!("no save of {pair}")));
            }
            if self.forgets.swap(false, Ordering::SeqCst) {
                return Ok(Saved::Other(None));
            }
            let other = self.other.lock().unwrap().take();
            if let Some(other) = other {
                let held = self.inner.load().await?;
                self.inner.save(held.as_ref(), &other).await?;
            }
            self.inner.save(expected, new).await
        })
    }
}

fn oauth(store: &Arc<Fickle>) -> OAuth {
    OAuth::with_shared_store(app(), Arc::clone(store) as Arc<dyn Store>)
}

#[test]
fn loads_once() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    assert_eq!(oauth.portal(), None);
    assert_eq!(run(oauth.credential()).unwrap(), server.credential());
    for _ in 0..3 {
        run(oauth.token(oauth.begin(), None)).unwrap();
    }
    assert_eq!(store.loads.load(Ordering::SeqCst), 1);
    run(rejected(&oauth)).unwrap();
    assert_eq!(store.held().access_token.expose(), "new-acc3ss-1");
}

#[test]
fn an_empty_store() {
    let oauth = OAuth::with_store(app(), MemoryStore::default());
    let epoch = oauth.begin();
    let error = run(oauth.token(epoch, None)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::NoCredential);
    assert_eq!(run(oauth.credential()).unwrap_err(), error);
    run(oauth.replace(Credential::new("a.de", "t"))).unwrap();
    assert!(run(oauth.token(epoch, None)).is_ok());
    let bad = Credential::new("ftp://a.de", "t");
    let error = run(oauth.replace(bad.clone())).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::BadCredential);
    assert!(OAuth::new(app(), bad.clone()).is_err());
    let oauth = OAuth::with_store(app(), MemoryStore::new(bad));
    let error = run(oauth.token(oauth.begin(), None)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::BadCredential);
}

#[test]
fn the_pair_that_was_spent_does_not_come_back() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    // Nothing, says the store, and then that it holds what was spent.
    store.forgets.store(true, Ordering::SeqCst);
    let token = run(rejected(&oauth)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert_eq!(store.held().access_token.expose(), "new-acc3ss-1");

    // A backup is restored, of which nobody knows how old it is.
    for number in 2..4 {
        store.put(&server.credential());
        let token = run(rejected(&oauth)).unwrap();
        let expected = format!("new-acc3ss-{number}");
        assert_eq!(token.secret.expose(), expected);
        assert_eq!(store.held().access_token.expose(), expected);
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_pair_that_cannot_be_saved_is_kept() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    let epoch = oauth.begin();
    store.fails_to_save.store(true, Ordering::SeqCst);
    for tries in 1..3 {
        let error = run(rejected(&oauth)).unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Store);
        assert!(error.what().contains("no save of ***"), "{error}");
        assert_clean(error);
        assert_eq!(store.saves.load(Ordering::SeqCst), tries);
    }
    assert!(run(oauth.token(epoch, None)).is_err(), "it began before");
    assert_eq!(store.saves.load(Ordering::SeqCst), 2);
    assert!(oauth.secrets().contains(&"new-r3fresh-1".into()));

    let new = Credential::new("portal.example", "unkn0wn-s3cret");
    assert_clean(run(oauth.replace(new)).unwrap_err());

    store.fails_to_save.store(false, Ordering::SeqCst);
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert_eq!(store.held().access_token.expose(), "new-acc3ss-1");
    assert_eq!((server.requests().len(), oauth.refreshes()), (1, 1));
}

#[test]
fn a_pair_bought_ahead_of_time_is_saved_first() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential().expires_at(now() + 30));
    let oauth = oauth(&store);
    store.fails_to_save.store(true, Ordering::SeqCst);
    run(oauth.credential()).unwrap();
    has_run_for_a_while(&oauth);
    for tries in 1..3 {
        let token = run(oauth.token(oauth.begin(), None)).unwrap();
        assert_eq!(token.secret.expose(), ACCESS, "it is still valid");
        at_rest(&oauth);
        assert_eq!(store.saves.load(Ordering::SeqCst), tries);
    }
    // The portal may drop the token that the pair is for.
    let error = run(oauth.renew(1, oauth.begin())).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Store);
    store.fails_to_save.store(false, Ordering::SeqCst);
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_store_that_does_not_load() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    store.fails_to_load.store(true, Ordering::SeqCst);
    for result in [
        run(oauth.token(oauth.begin(), None)).map(drop),
        run(oauth.credential()).map(drop),
        run(oauth.replace(server.credential())),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), TokenErrorKind::Store);
        assert!(error.what().contains("no load"));
    }
    store.fails_to_load.store(false, Ordering::SeqCst);
    run(oauth.token(oauth.begin(), None)).unwrap();
    // Nor is a token renewed while nobody knows what the store holds.
    store.fails_to_load.store(true, Ordering::SeqCst);
    let error = run(rejected(&oauth)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Store);
    assert_clean(error);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn stores_that_panic_or_hang() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let app = app().timeout(Duration::from_millis(200)).unwrap();
    let oauth = OAuth::with_shared_store(app, Arc::clone(&store) as Arc<dyn Store>);
    store.panics.store(true, Ordering::SeqCst);
    let error = run(oauth.token(oauth.begin(), None)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Internal);
    assert!(error.what().contains("panicked"));
    store.panics.store(false, Ordering::SeqCst);
    store.hangs.store(true, Ordering::SeqCst);
    let error = run(oauth.token(oauth.begin(), None)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Store);
    store.hangs.store(false, Ordering::SeqCst);
    run(oauth.token(oauth.begin(), None)).unwrap();
}

#[test]
fn adopts_what_another_process_saved() {
    let server = Server::new([refusal("invalid_grant")]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    let other = Credential::new("portal.example", "0ther-1").refresh_token("0ther-r");
    // Before a renewal.
    run(oauth.token(oauth.begin(), None)).unwrap();
    store.put(&other);
    assert_eq!(run(rejected(&oauth)).unwrap().secret.expose(), "0ther-1");
    assert_eq!(server.requests().len(), 0);
    // After one that was refused.
    run(oauth.replace(server.credential())).unwrap();
    run(rejected(&oauth)).unwrap_err();
    assert_eq!(server.requests().len(), 1);
    store.put(&other);
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "0ther-1");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn adopts_what_was_saved_while_it_was_refused() {
    let server = Server::new([slow(refusal("invalid_grant"))]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    let rejected = thread::spawn(move || run(rejected(&oauth)));
    while server.requests().is_empty() {
        thread::yield_now();
    }
    store.put(&Credential::new("portal.example", "0ther"));
    assert_eq!(rejected.join().unwrap().unwrap().secret.expose(), "0ther");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_older_credential_in_the_store_is_not_adopted() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential().expires_at(now() + 3600));
    let oauth = oauth(&store);
    run(oauth.token(oauth.begin(), None)).unwrap();
    let older = Credential::new("portal.example", "0ld").refresh_token("0ld-r");
    store.put(&older.expires_at(now() - 3600));
    run(rejected(&oauth)).unwrap();
    assert!(server.requests()[0].contains(REFRESH));
    assert_eq!(store.held().access_token.expose(), "new-acc3ss-1");
}

#[test]
fn the_same_token_does_not_come_back_to_life() {
    let server = Server::new([Act::Pair]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    run(oauth.token(oauth.begin(), None)).unwrap();
    store.put(&server.credential().refresh_token("0ther-r"));
    let token = run(rejected(&oauth)).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
    assert!(server.requests()[0].ends_with("refresh_token=0ther-r"));
}

#[test]
fn of_two_that_renew_the_later_wins() {
    for (left, winner) in [(10, "new-acc3ss-1"), (9000, "0ther")] {
        let server = Server::new([Act::Pair]);
        let store = Fickle::new(server.credential());
        let other = Credential::new("portal.example", "0ther").expires_at(now() + left);
        *store.other.lock().unwrap() = Some(other);
        let token = run(rejected(&oauth(&store))).unwrap();
        assert_eq!(token.secret.expose(), winner);
        assert_eq!(store.held().access_token.expose(), winner);
    }
}

#[test]
fn what_was_put_in_its_place_stays() {
    let put = |portal: &str| Credential::new(portal, "0ther").refresh_token("0ther-r");
    let mut of_user = put("portal.example").expires_at(now() + 60);
    of_user.user_id = Some(5);
    let mut of_member = of_user.clone();
    (of_member.user_id, of_member.member_id) = (None, Some("n".to_owned()));
    for other in [
        put("portal.example"),
        put("elsewhere.example").expires_at(now() + 60),
        of_user,
        of_member,
    ] {
        let server = Server::new([Act::Pair]);
        let store = Fickle::new(server.credential().expires_at(now() + 3600));
        *store.other.lock().unwrap() = Some(other.clone());
        let token = run(rejected(&oauth(&store))).unwrap();
        assert_eq!(token.secret.expose(), "0ther");
        assert_eq!(store.held(), other);
    }
}

#[test]
fn a_store_that_was_emptied_gets_the_new_pair() {
    #[derive(Debug)]
    struct Emptied(MemoryStore, Credential);

    impl Store for Emptied {
        fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
            Box::pin(async { Ok(self.0.load().await?.or_else(|| Some(self.1.clone()))) })
        }

        fn save<'a>(
            &'a self,
            expected: Option<&'a Credential>,
            new: &'a Credential,
        ) -> BoxFuture<'a, Result<Saved, StoreError>> {
            self.0.save(expected, new)
        }
    }

    let server = Server::new([Act::Pair]);
    let store = Arc::new(Emptied(MemoryStore::default(), server.credential()));
    let oauth = OAuth::with_shared_store(app(), Arc::clone(&store) as Arc<dyn Store>);
    run(rejected(&oauth)).unwrap();
    let held = run(store.load()).unwrap().unwrap();
    assert_eq!(held.access_token.expose(), "new-acc3ss-1");
}

#[test]
fn replaces_while_it_is_renewed() {
    let server = Server::new([slow(Act::Pair)]);
    let store = Fickle::new(server.credential());
    let oauth = oauth(&store);
    let renewing = oauth.clone();
    let renewing = thread::spawn(move || run(rejected(&renewing)));
    while server.requests().is_empty() {
        thread::yield_now();
    }
    run(oauth.replace(Credential::new("portal.example", "0ther"))).unwrap();
    renewing.join().unwrap().unwrap();
    assert_eq!(store.held().access_token.expose(), "0ther");
    let token = run(oauth.token(oauth.begin(), None)).unwrap();
    assert_eq!(token.secret.expose(), "0ther");
}
