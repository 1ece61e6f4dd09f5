//! Credentials in files.

use std::{fs, path::PathBuf};

use super::*;

/// A directory that is gone after the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let name = format!(
            "bitrix24-oauth-{}-{:016x}",
            std::process::id(),
            fastrand::u64(..)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("credential.json")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files() {
    let directory = Directory::new();
    let store = FileStore::new(directory.file());
    let server = Server::new([Act::Pair]);
    let first = server.credential().expires_at(7);
    run(async {
        assert_eq!(store.load().await.unwrap(), None);
        let done = store.save(None, &first).await.unwrap();
        assert_eq!(done, Saved::Done);
        assert_eq!(store.load().await.unwrap(), Some(first.clone()));
        let other = Credential::new("a.de", "b");
        let refused = store.save(None, &other).await.unwrap();
        assert_eq!(refused, Saved::Other(Some(first.clone())));
        let refused = store.save(Some(&other), &other).await.unwrap();
        assert_eq!(refused, Saved::Other(Some(first.clone())));
        // What a crash left.
        fs::write(directory.0.join(".credential.json.tmp"), "x").unwrap();
        let done = store.save(Some(&first), &other).await.unwrap();
        assert_eq!(done, Saved::Done);
        assert_eq!(store.load().await.unwrap(), Some(other));
    });
    let mut names: Vec<_> = fs::read_dir(&directory.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["credential.json", "credential.json.lock"]);
    #[cfg(unix)]
    for name in names {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(directory.0.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn files_that_hold_something_else() {
    let directory = Directory::new();
    let store = FileStore::new(directory.file());
    let oauth = OAuth::with_store(app(), store.clone());
    for text in [
        "",
        "acc3ss-t0ken",
        "[]",
        "{}",
        r#"{"version": 2, "credential": {"access_token": "acc3ss-t0ken", "portal": "a.de"}}"#,
        r#"{"version": 1}"#,
        r#"{"version": 1, "credential": "acc3ss-t0ken"}"#,
        r#"{"version": 1, "credential": {"access_token": "acc3ss-t0ken"}}"#,
        "\u{0}\u{1}",
    ] {
        fs::write(directory.file(), text).unwrap();
        let new = Credential::new("a.de", "b");
        for result in [
            run(oauth.token(oauth.begin(), None)).map(drop),
            run(oauth.replace(new.clone())),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), TokenErrorKind::Store, "{text}");
            assert!(error.what().contains("credential.json"), "{error}");
            assert_clean(error);
        }
        run(store.save(None, &new)).unwrap_err();
        assert_eq!(fs::read_to_string(directory.file()).unwrap(), text);
    }
    let nowhere = FileStore::new(directory.0.join("no/credential.json"));
    let error = run(nowhere.load()).unwrap_err();
    assert!(error.to_string().contains("has no directory"), "{error}");
    run(nowhere.save(None, &Credential::new("a.de", "b"))).unwrap_err();
    run(FileStore::new(&directory.0).load()).unwrap_err();
}

#[test]
#[cfg(unix)]
fn links_stay_links() {
    let directory = Directory::new();
    let link = directory.0.join("link.json");
    std::os::unix::fs::symlink(directory.file(), &link).unwrap();
    let store = FileStore::new(directory.file());
    let linked = FileStore::new(&link);
    let (one, two) = (Credential::new("a.de", "1"), Credential::new("a.de", "2"));
    run(store.save(None, &one)).unwrap();
    assert_eq!(run(linked.save(Some(&one), &two)).unwrap(), Saved::Done);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(run(store.load()).unwrap(), Some(two));
    // Also before there is what they lead to, by way of another one.
    fs::create_dir(directory.0.join("real")).unwrap();
    let (early, later) = (
        directory.0.join("early.json"),
        directory.0.join("later.json"),
    );
    std::os::unix::fs::symlink("later.json", &early).unwrap();
    std::os::unix::fs::symlink("real/credential.json", &later).unwrap();
    run(FileStore::new(&early).save(None, &one)).unwrap();
    assert!(fs::symlink_metadata(&early).unwrap().is_symlink());
    let real = FileStore::new(directory.0.join("real/credential.json"));
    assert_eq!(run(real.load()).unwrap(), Some(one));
}

#[test]
fn only_one_of_many_saves() {
    let directory = Directory::new();
    let first = Credential::new("a.de", "first");
    run(FileStore::new(directory.file()).save(None, &first)).unwrap();
    let saves = (0..8).map(|number| {
        let (store, first) = (FileStore::new(directory.file()), first.clone());
        thread::spawn(move || {
            let new = Credential::new("a.de", format!("new-{number}").as_str());
            run(store.save(Some(&first), &new)).unwrap() == Saved::Done
        })
    });
    let saves: Vec<_> = saves.collect();
    let done = saves
        .into_iter()
        .filter(|_| true)
        .map(|save| save.join().unwrap());
    assert_eq!(done.filter(|done| *done).count(), 1);
}

#[test]
fn two_share_a_file() {
    let directory = Directory::new();
    let server = Server::new([Act::Pair, refusal("invalid_grant")]);
    let one = OAuth::with_store(app(), FileStore::new(directory.file()));
    let two = OAuth::with_store(app(), FileStore::new(directory.file()));
    run(one.replace(server.credential())).unwrap();
    let (begun, other) = (two.begin(), run(two.token(two.begin(), None)).unwrap());
    let renewed = run(rejected(&one)).unwrap();
    let adopted = run(two.renew(other.generation, begun)).unwrap();
    assert_eq!(adopted.secret, renewed.secret);
    assert_eq!((one.refreshes(), two.refreshes()), (1, 0));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn of_many_that_share_a_file_one_renews() {
    let directory = Directory::new();
    let server = Server::new([slow(Act::Pair), refusal("invalid_grant")]);
    run(FileStore::new(directory.file()).save(None, &server.credential())).unwrap();
    let oauth = || OAuth::with_store(app(), FileStore::new(directory.file()));
    let tokens = all_at_once((0..8).map(|_| oauth()).collect());
    assert_eq!(tokens, ["new-acc3ss-1"; 8]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_lease_that_does_not_end_is_done_without() {
    let directory = Directory::new();
    let server = Server::new([Act::Pair]);
    let store = FileStore::new(directory.file());
    run(store.save(None, &server.credential())).unwrap();
    let _lease = run(store.lease()).unwrap();
    let app = app().timeout(Duration::from_millis(300)).unwrap();
    let token = run(rejected(&OAuth::with_store(app, store))).unwrap();
    assert_eq!(token.secret.expose(), "new-acc3ss-1");
}

#[test]
fn nothing_is_spent_where_it_cannot_be_saved() {
    let directory = Directory::new();
    let server = Server::new([Act::Pair]);
    let store = FileStore::new(directory.file());
    run(store.save(None, &server.credential())).unwrap();
    let oauth = OAuth::with_store(app(), store);
    run(oauth.token(oauth.begin(), None)).unwrap();
    fs::remove_dir_all(&directory.0).unwrap();
    let error = run(rejected(&oauth)).unwrap_err();
    assert_eq!(error.kind(), TokenErrorKind::Store);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_forked_child_keeps_no_lock() {
    let directory = Directory::new();
    let store = FileStore::new(directory.file());
    let locked = run(store.locked_for_renewal()).unwrap();
    let of_child = locked.0.try_clone().unwrap();
    drop(locked);
    run(async {
        let lease = tokio::time::timeout(Duration::from_millis(100), store.lease()).await;
        lease.unwrap().unwrap();
    });
    drop(of_child);
}
