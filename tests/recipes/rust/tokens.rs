//! Tokens that renew themselves.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use bitrix24_sandbox::Sandbox;
use bitrix24_tests::folder::Temporary;

use crate::{calls, portal};

// README: oauth
use std::{error::Error, path::PathBuf};

use bitrix24::{
    Client, ConfigError, Secret,
    oauth::{App, FileStore, Installation, OAuth, TokenError},
};
// end

// README: oauth
/// One for each portal. The client works as soon as the file holds a credential.
fn start(app: App, file: PathBuf) -> Result<(OAuth, Client), ConfigError> {
    let oauth = OAuth::with_store(app, FileStore::new(file));
    let client = Client::oauth(&oauth)?;
    Ok((oauth, client))
}

/// The user came back from `app.authorize_url(portal, state)`, with a code in the address.
async fn authorized(oauth: &OAuth, code: &str, server_domain: &str) -> Result<(), TokenError> {
    let credential = oauth.app().exchange(code, Some(server_domain)).await?;
    oauth.replace(credential).await
}

/// The portal, such as `https://portal.bitrix24.com`, posted the event `ONAPPINSTALL`, or somebody
/// forged it. What comes out proves later events: keep it.
async fn installed(
    oauth: &OAuth,
    portal: &str,
    body: &str,
) -> Result<Option<Secret>, Box<dyn Error>> {
    let installation = Installation::from_event(body)?;
    let credential = installation.credential;
    let posted = Client::token(&credential.portal, credential.access_token.clone())?;
    if posted.portal().as_deref() != Some(portal) {
        return Err("the event is that of another portal".into());
    }
    posted.call_by_name("profile", ()).await?;
    oauth.replace(credential).await?;
    Ok(installation.application_token)
}

/// Whether the portal posted an event, rather than anybody else.
fn proven(body: &str, kept: &Secret) -> bool {
    Installation::token_of(body).as_ref() == Some(kept)
}
// end

// README: store
use bitrix24::{
    BoxFuture,
    oauth::{Credential, Saved, Store, StoreError},
};
// end

// README: store
/// A row of a database: its `save` is one transaction.
#[derive(Debug)]
struct Row(Database);

impl Store for Row {
    fn load(&self) -> BoxFuture<'_, Result<Option<Credential>, StoreError>> {
        Box::pin(async { self.0.begin().select().map_err(StoreError::new) })
    }

    fn save<'a>(
        &'a self,
        expected: Option<&'a Credential>,
        new: &'a Credential,
    ) -> BoxFuture<'a, Result<Saved, StoreError>> {
        Box::pin(async move {
            let mut transaction = self.0.begin();
            let held = transaction.select().map_err(StoreError::new)?;
            if held.as_ref() != expected {
                return Ok(Saved::Other(held));
            }
            transaction.update(new).map_err(StoreError::new)?;
            Ok(Saved::Done)
        })
    }
}
// end

/// Stands for one.
#[derive(Clone, Debug, Default)]
struct Database(Arc<Mutex<Option<Secret>>>);

struct Transaction<'a>(MutexGuard<'a, Option<Secret>>);

impl Database {
    fn begin(&self) -> Transaction<'_> {
        Transaction(self.0.lock().unwrap())
    }
}

impl Transaction<'_> {
    fn select(&self) -> io::Result<Option<Credential>> {
        let json = self.0.as_ref();
        Ok(json
            .map(|json| serde_json::from_str(json.expose()))
            .transpose()?)
    }

    fn update(&mut self, credential: &Credential) -> io::Result<()> {
        *self.0 = Some(serde_json::to_string(credential)?.into());
        Ok(())
    }
}

fn app(portal: &Sandbox) -> App {
    App::new(portal.client_id(), portal.client_secret()).unwrap()
}

#[tokio::test]
async fn from_the_code_to_renewed_tokens() {
    let (portal, _) = portal();
    let folder = Temporary::new(env!("CARGO_TARGET_TMPDIR"), "tokens");
    let file = folder.path().join("credential.json");
    let (oauth, client) = start(app(&portal), file.clone()).unwrap();
    let error = client.call_by_name("crm.deal.get", ()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("authorise the application first"),
        "{error}"
    );

    authorized(&oauth, &portal.auth_code(), portal.url())
        .await
        .unwrap();
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    portal.expire_tokens();
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    assert_eq!(portal.refreshes(), 1);

    // A later run of the program.
    let (_, client) = start(app(&portal), file).unwrap();
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    portal.expire_tokens();
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    assert_eq!(portal.refreshes(), 2);
    assert_eq!(calls(&portal, "crm.deal.get"), 2 + 1 + 1 + 2);
}

#[tokio::test]
async fn from_the_installation_to_renewed_tokens() {
    let (portal, _) = portal();
    let database = Database::default();
    let oauth = OAuth::with_store(app(&portal), Row(database.clone()));
    let body = |token: &str, url: &str| {
        format!(
            "event=ONAPPINSTALL&auth[access_token]={token}&auth[refresh_token]={}\
             &auth[expires_in]=3600&auth[client_endpoint]={url}/rest/\
             &auth[server_endpoint]={url}/rest/&auth[application_token]=proof",
            portal.refresh_token(),
        )
    };
    let (other, _) = self::portal();
    for forged in [
        body(other.access_token(), other.url()),
        body("made-up", portal.url()),
    ] {
        installed(&oauth, portal.url(), &forged).await.unwrap_err();
        assert!(database.begin().select().unwrap().is_none());
    }
    assert_eq!(calls(&other, "profile"), 0);
    let body = body(portal.access_token(), portal.url());
    assert_eq!(
        installed(&oauth, portal.url(), &body).await.unwrap(),
        Some("proof".into())
    );
    let gone = "event=ONAPPUNINSTALL&auth[application_token]=proof";
    assert!(proven(gone, &"proof".into()));
    assert!(!proven(gone, &"pr00f".into()));
    let client = Client::oauth(&oauth).unwrap();
    portal.expire_tokens();
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    assert_eq!(portal.refreshes(), 1);
    let held = database.begin().select().unwrap().unwrap();
    assert_eq!(held.refresh_token.unwrap().expose(), portal.refresh_token());
}
