//! What the program tells when it starts.

use std::io::{self, Write};

use crate::sandbox::Sandbox;

/// One line for programs.
pub(super) fn json(portal: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    let line = serde_json::json!({
        "url": portal.url(),
        "webhook_url": portal.webhook_url(),
        "access_token": portal.access_token(),
        "expired_token": portal.expired_token(),
        "client_id": portal.client_id(),
        "client_secret": portal.client_secret(),
        "refresh_token": portal.refresh_token(),
        "application_token": portal.application_token(),
        "seed": portal.seed(),
        "certificate": portal.certificate(),
    });
    writeln!(out, "{line}")?;
    out.flush()
}

/// For people, with something to try.
pub(super) fn text(portal: &Sandbox, out: &mut impl Write) -> io::Result<()> {
    let seed = portal.seed().to_string();
    let refresh_token = portal.refresh_token();
    let certificate = portal.certificate().map(|path| path.display().to_string());
    let lines = [
        ("portal", portal.url()),
        ("webhook", portal.webhook_url()),
        ("access token", portal.access_token()),
        ("expired token", portal.expired_token()),
        ("client id", portal.client_id()),
        ("client secret", portal.client_secret()),
        ("refresh token", &refresh_token),
        ("event token", portal.application_token()),
        ("seed", &seed),
    ];
    for (name, value) in lines {
        writeln!(out, "{name:13} {value}")?;
    }
    if let Some(certificate) = &certificate {
        writeln!(out, "{:13} {certificate}", "certificate")?;
    }
    let curl = match &certificate {
        Some(certificate) => format!("curl --cacert {certificate}"),
        None => "curl".to_owned(),
    };
    let (url, webhook, token) = (portal.url(), portal.webhook_url(), portal.access_token());
    writeln!(out, "\nTry, elsewhere:")?;
    writeln!(
        out,
        "  {curl} {webhook}imbot.chat.get -d ENTITY_TYPE=CHAT -d ENTITY_ID=13"
    )?;
    writeln!(out, "  {curl} {url}/rest/server.time -d auth={token}")?;
    writeln!(
        out,
        "  {curl} {url}/_sandbox/fail -d method=server.time -d code=QUERY_LIMIT_EXCEEDED"
    )?;
    writeln!(out, "  {curl} {url}/_sandbox/requests\n")?;
    out.flush()
}
