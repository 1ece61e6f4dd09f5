//! Processes that share a store.

use super::*;

/// A store that takes its time to save, and has no lease.
#[derive(Debug)]
struct Slow(MemoryStore);

impl Store for Slow {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        self.0.load()
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            self.0.save(expected, new).await
        })
    }
}

fn share(store: impl Store + 'static, count: usize) -> Vec<OAuth> {
    let store: Arc<dyn Store> = Arc::new(store);
    let oauth = || OAuth::with_shared_store(app(), Arc::clone(&store));
    (0..count).map(|_| oauth()).collect()
}

#[test]
fn who_comes_second_waits_for_what_the_first_saves() {
    let server = Server::new([Act::Pair, refusal("invalid_grant")]);
    let store = Slow(MemoryStore::new(server.credential()));
    let tokens = all_at_once(share(store, 2));
    assert_eq!(tokens, ["new-acc3ss-1"; 2]);
}

#[test]
fn of_many_with_a_lease_one_renews() {
    let server = Server::new([slow(Act::Pair), refusal("invalid_grant")]);
    let tokens = all_at_once(share(MemoryStore::new(server.credential()), 8));
    assert_eq!(tokens, ["new-acc3ss-1"; 8]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_refusal_is_that_of_the_last_credential() {
    #[derive(Debug)]
    struct New(AtomicUsize, String);

    impl Store for New {
        fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            let new = Credential::new("a.de", format!("t-{number}").as_str());
            let new = new.refresh_token(REFRESH).expires_at(1);
            Box::pin(async { Ok(Some(new.auth_server(self.1.as_str()))) })
        }

        fn save<'a>(
            &'a self,
            _: Option<&'a Credential>,
            _: &'a Credential,
        ) -> BoxFuture<'a, Result<Saved, StoreError>> {
            Box::pin(async { Ok(Saved::Other(None)) })
        }
    }

    let server = Server::new([refusal("invalid_grant")]);
    let store = New(AtomicUsize::new(0), server.endpoint());
    let oauth = OAuth::with_store(app(), store);
    let error = run(oauth.token(oauth.begin(), None)).unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"));
    assert_eq!(server.requests().len(), 3);
}
