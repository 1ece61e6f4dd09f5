//! Makes the clients and the calls of a row.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bitrix24::{
    Client, ConfigError, Method, Retries, Secret, imbot::ChatGet, limit::Intensity, oauth::OAuth,
    raw,
};
use serde_json::Value;

use crate::{
    ears::Shown,
    many, oauth,
    outcome::Outcome,
    secrets::Place,
    table::{Call, Caller, Rest, Row, Step},
};

/// For a call that is only to be looked at.
const AGAIN: Duration = Duration::from_millis(500);

/// The address of the usual webhook.
const WEBHOOK: &str = "http://${portal}/rest/7/${code}/";

/// Another one of the same portal.
const ANOTHER_WEBHOOK: &str = "http://${portal}/rest/8/an0therc0de/";

/// The clients of a row.
pub(crate) struct Clients {
    pub(crate) one: Client,
    /// Made on their own, with the same settings.
    others: Vec<(Caller, Client)>,
    pub(crate) moves: Arc<Mutex<Moves>>,
}

/// Where the portal of a client was, and what the client's hook was told since.
#[derive(Default)]
pub(crate) struct Moves {
    pub(crate) first: Option<String>,
    pub(crate) told: Vec<String>,
}

impl Clients {
    pub(crate) fn new(row: &Row, place: Place, shown: &mut Shown) -> Result<Self, ConfigError> {
        let moves = Arc::<Mutex<Moves>>::default();
        let oauth = oauth::made(row, place, shown)?;
        let client = |by, moves: &_, shown: &mut _| client(row, by, place, &oauth, moves, shown);
        let one = client(Caller::Same, &moves, shown)?;
        moves.lock().unwrap().first = one.portal();
        shown.debug("the client", &one);
        let mut others = Vec::new();
        for by in [Caller::Another, Caller::Webhook] {
            if row.steps.iter().any(|step| step.by == by) {
                others.push((by, client(by, &Arc::default(), shown)?));
            }
        }
        Ok(Self { one, others, moves })
    }

    pub(crate) fn of(&self, by: Caller) -> &Client {
        let other = self.others.iter().find(|(other, _)| *other == by);
        other.map_or(&self.one, |(_, client)| client)
    }
}

fn client(
    row: &Row,
    by: Caller,
    place: Place,
    oauth: &Option<OAuth>,
    moves: &Arc<Mutex<Moves>>,
    shown: &mut Shown,
) -> Result<Client, ConfigError> {
    let settings = &row.client;
    let fill = |text: &Option<String>| text.as_deref().map(|text| place.fill(text));
    let moves = moves.clone();
    let mut builder = Client::builder()
        .retries(retries(row))
        .on_moved(move |portal| moves.lock().unwrap().told.push(portal.to_owned()));
    builder = match &settings.intensity {
        None => builder.no_intensity(),
        Some(table) => builder.intensity(Intensity {
            depth: table.depth,
            per_second: table.per_second,
        }),
    };
    if let Some(url) = fill(&settings.base_url) {
        builder = builder.base_url(url);
    }
    if let Some(url) = fill(&settings.proxy) {
        builder = builder.proxy(url);
    }
    if let Some(user_agent) = fill(&settings.user_agent) {
        builder = builder.user_agent(user_agent);
    }
    if let Some(pem) = fill(&settings.root_certificate) {
        builder = builder.root_certificate(pem);
    }
    if let Some(seconds) = settings.timeout {
        builder = builder.timeout(Duration::from_secs_f64(seconds));
    }
    if let Some(seconds) = settings.read_timeout {
        builder = builder.read_timeout(Duration::from_secs_f64(seconds));
    }
    if let Some(seconds) = settings.connect_timeout {
        builder = builder.connect_timeout(Duration::from_secs_f64(seconds));
    }
    shown.debug("the settings", &builder);
    if by == Caller::Webhook {
        return builder.webhook(&place.fill(ANOTHER_WEBHOOK));
    }
    if let Some(oauth) = oauth {
        return builder.oauth(oauth);
    }
    match (fill(&settings.webhook), fill(&settings.token)) {
        (None, None) => builder.webhook(&place.fill(WEBHOOK)),
        (Some(url), None) => builder.webhook(&url),
        (None, Some(portal)) => {
            let token = fill(&settings.access_token);
            builder.token(&portal, token.unwrap_or_else(|| place.fill("${token}")))
        }
        _ => panic!("{}: a client has either a webhook or a token", row.name),
    }
}

fn retries(row: &Row) -> Retries {
    let Some(tries) = row.client.retries else {
        assert!(
            row.client.pause.is_none(),
            "{}: pauses between one try",
            row.name
        );
        return Retries::NONE;
    };
    Retries {
        tries,
        first: Duration::from_millis(row.client.pause.unwrap_or(1)),
        ..Retries::default()
    }
}

/// Makes a call, and shows all that can be seen of it.
pub(crate) async fn call(client: &Client, call: &Call, place: Place) -> (Outcome, Shown) {
    let mut shown = Shown::default();
    let mut client = client.clone();
    if let Some(seconds) = call.timeout {
        client = client.with_timeout(Duration::from_secs_f64(seconds));
    }
    if call.repeatable.is_some() {
        client = client.with_repeatable(call.repeatable);
    }
    if let Some(commands) = &call.batch {
        let outcome = many::batch(&client, commands, call.halt, place, &mut shown).await;
        return (outcome, shown);
    }
    let method = place.fill(call.method());
    let params = params(call, place);
    let outcome = if let Some(list) = &call.list {
        many::list(&client, call, list, &method, params, &mut shown).await
    } else if call.typed {
        assert_eq!(method, ChatGet::META.name, "a typed call of this runner");
        let request = ChatGet::new(text(&params, "ENTITY_TYPE"), text(&params, "ENTITY_ID"));
        shown.debug("the request", &request);
        let answer = client.imbot().chat().get(request).await;
        Outcome::new(answer, &mut shown)
    } else {
        let answer = match call.rest {
            Rest::Classic => client.call_by_name(&method, params).await,
            Rest::V3 => client.call_by_name_v3(&method, params).await,
        };
        Outcome::new(answer, &mut shown)
    };
    (outcome, shown)
}

/// Shows what bindings to other languages work with.
pub(crate) async fn show_reply(client: &Client, step: &Step, place: Place, shown: &mut Shown) {
    let method = place.fill(step.call.method());
    let rest = match step.call.rest {
        Rest::Classic => bitrix24::Rest::Classic,
        Rest::V3 => bitrix24::Rest::V3,
    };
    let bytes = serde_json::to_vec(&params(&step.call, place)).unwrap();
    let token = place.fill("${token}");
    shown.debug("a secret parameter", &Secret::from(&*token));
    let secret = format!(r#"{{"BOT_TOKEN": {}}}"#, Value::from(token));
    shown.debug(
        "a call with a secret",
        &raw::Call::new("m", rest, secret.into()),
    );
    let client = client.with_timeout(AGAIN);
    match client.send(raw::Call::new(&method, rest, bytes)).await {
        Ok(reply) => {
            // What the portal sends as a result is the caller's.
            if step.fails.is_some() {
                shown.debug("the answer", &reply);
            }
        }
        Err(error) => shown.error(&error),
    }
}

fn params(call: &Call, place: Place) -> Value {
    let params = call.params.as_deref().unwrap_or("null");
    serde_json::from_str(&place.fill(params)).unwrap()
}

pub(crate) fn text<'a>(params: &'a Value, name: &str) -> &'a str {
    params[name].as_str().expect("a parameter")
}
