//! Applications whose tokens renew themselves, and their stores.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use bitrix24::{
    BoxFuture, ConfigError,
    oauth::{App, Credential, MemoryStore, OAuth, Saved, Store, StoreError},
};

use crate::{
    ears::Shown,
    secrets::Place,
    table::{self, Row},
};

/// What the authorization server is asked, unless a row says otherwise.
pub(crate) const USUAL_REQUEST: &str = "/oauth/token/?grant_type=refresh_token\
    &client_id=local.wire&client_secret=${secret|percent}&refresh_token=${refresh|percent}";

pub(crate) fn made(
    row: &Row,
    place: Place,
    shown: &mut Shown,
) -> Result<Option<OAuth>, ConfigError> {
    let Some(table) = &row.client.oauth else {
        return Ok(None);
    };
    let mut app = App::new("local.wire", place.fill("${secret}"))?;
    if let Some(seconds) = table.timeout {
        app = app.timeout(Duration::from_secs_f64(seconds))?;
    }
    let credential = credential(table, place);
    shown.debug("the credential", &credential);
    let oauth = match table.store {
        table::Store::Memory => OAuth::new(app, credential)?,
        table::Store::Empty => OAuth::with_store(app, MemoryStore::default()),
        how => OAuth::with_store(
            app,
            Failing {
                store: MemoryStore::new(credential),
                loads: how != table::Store::Broken,
                failed: AtomicBool::new(false),
            },
        ),
    };
    shown.debug("the application", &oauth);
    Ok(Some(oauth))
}

fn credential(table: &table::OAuth, place: Place) -> Credential {
    let fill = |text: &Option<String>, usual| place.fill(text.as_deref().unwrap_or(usual));
    let portal = place.fill("http://${portal}/rest/");
    let mut credential = Credential::new(portal, fill(&table.access_token, "${token}"));
    let refresh = fill(&table.refresh_token, "${refresh}");
    if !refresh.is_empty() {
        credential = credential.refresh_token(refresh);
    }
    if let Some(left) = table.expires_in {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        credential = credential.expires_at(i64::try_from(now).unwrap() + left);
    }
    credential.auth_server(fill(&table.auth_server, "http://${portal}/rest/"))
}

/// A store that fails, and tells everything to everybody.
#[derive(Debug)]
struct Failing {
    store: MemoryStore,
    loads: bool,
    failed: AtomicBool,
}

impl Store for Failing {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        if self.loads {
            return self.store.load();
        }
        Box::pin(async { Err(StoreError::new("the disk is broken")) })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        if self.failed.swap(true, Relaxed) {
            return self.store.save(expected, new);
        }
        let plain = serde_json::to_string(new).unwrap();
        Box::pin(async move { Err(StoreError::new(format!("the disk is full: {plain}"))) })
    }
}
