//! Orders that come over HTTP, from any language.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{
    app,
    deliver::Delivery,
    failures::{EVERY_METHOD, Failure},
    limits::{Intensity, Plan},
    method::ECHO,
    operating::Operating,
    order::{self, duration, is_address, possible, read},
    ordered::Answer,
    spoil::Spoil,
    state::State,
    table::List,
    time::{TimeShape, since_epoch},
    tokens::Grant,
    world::{OWNER, orders},
};

/// Before the name of an order that is called like a method.
const METHODS: &str = "sandbox.";

/// Before the name of an order that has an address of its own.
const PATHS: &str = "/_sandbox/";

/// All orders, for who misspells one.
const ORDERS: &[&str] = &[
    "answer",
    "app",
    "application_token",
    "clear",
    "clock",
    "code",
    "counts",
    "deliveries",
    "expire",
    "fail",
    "fault",
    "hang_up",
    "https_only",
    "lifetime",
    "limits",
    "list",
    "move",
    "operating",
    "requests",
    "scopes",
    "seed",
    "state",
    "stay",
    "time",
    "token",
];

/// The order in a method's name, which is in lower case.
pub(crate) fn in_method(method: &str) -> Option<&str> {
    method.strip_prefix(METHODS).filter(|_| method != ECHO)
}

/// The order in a path.
pub(crate) fn in_path(path: &str) -> Option<&str> {
    path.strip_prefix(PATHS)
}

/// Carries an order out that came over HTTP.
pub(crate) fn receive(
    state: &State,
    order: &str,
    params: Map<String, Value>,
) -> Result<Value, String> {
    // No order has such a parameter: it is the beginning of an object in JSON.
    if params.keys().any(|name| name.trim_start().starts_with('{')) {
        return Err(
            "the body was read as a form: JSON needs the header Content-Type: application/json"
                .to_owned(),
        );
    }
    obey(state, order, params)
}

/// Carries an order out and gives the `result` of the answer; what is wrong
/// with it otherwise.
pub(crate) fn obey(
    state: &State,
    order: &str,
    mut params: Map<String, Value>,
) -> Result<Value, String> {
    match order {
        "fail" => {
            let fail: order::Fail = read(params)?;
            let status = fail.status.map(possible).transpose()?;
            let failure = Failure {
                code: fail.code,
                status,
                text: fail.text,
                times: match fail.times {
                    Some(0) => None,
                    times => times.or(Some(1)),
                },
            };
            state.controls().orders.fail(&fail.method, failure);
            Ok(true.into())
        }
        "answer" => {
            let method = order::method(&mut params)?;
            let answer = Answer::try_from(params)?;
            state.controls().orders.answer(&method, answer);
            Ok(true.into())
        }
        "scopes" => {
            let order::Scopes { scopes } = read(params)?;
            state.controls().scopes = scopes;
            Ok(true.into())
        }
        "clock" => {
            let hands: order::Hands = read(params)?;
            let clock = &state.clock;
            // Stopped first, it stands at the very time that it is moved to.
            match hands.stopped {
                Some(true) => clock.stop(),
                Some(false) => clock.run(),
                None => {}
            }
            if let Some(seconds) = hands.advance {
                clock.advance(duration(seconds)?);
            }
            Ok(json!({"now": since_epoch(clock.now()), "stopped": clock.is_stopped()}))
        }
        "app" => app::obey(state, params),
        "token" => {
            let issue: order::Issue = read(params)?;
            let grant = Grant {
                user: issue.user.unwrap_or(OWNER),
                scopes: issue.scopes.map(Into::into),
                lifetime: issue.lifetime.map(Duration::from_secs),
            };
            let token = state
                .controls()
                .tokens
                .issue_beside(grant, state.clock.now());
            Ok(json!({
                "access_token": token.access,
                "refresh_token": token.refresh,
                "expires_in": token.lifetime.as_secs(),
                "user_id": token.grant.user,
            }))
        }
        "expire" => {
            let order::Nothing {} = read(params)?;
            state.controls().tokens.expire(state.clock.now());
            Ok(true.into())
        }
        "https_only" => {
            let order::HttpsOnly { on } = read(params)?;
            state.controls().https_only = on.unwrap_or(true);
            Ok(true.into())
        }
        "lifetime" => {
            let order::Lifetime { seconds } = read(params)?;
            let seconds = seconds.ok_or("seconds are missing")?;
            state.controls().tokens.lifetime = Duration::from_secs(seconds);
            Ok(true.into())
        }
        "code" => {
            let order::Nothing {} = read(params)?;
            Ok(state.controls().tokens.code(state.clock.now()).into())
        }
        "counts" => {
            let order::Nothing {} = read(params)?;
            let controls = state.controls();
            Ok(json!({
                "refreshes": controls.tokens.refreshes,
                "refused": state.limits.refused(),
                "connections": state.traffic.connections(),
                "open": state.traffic.count_open(),
                "broken": state.traffic.broken(),
            }))
        }
        "application_token" => {
            let order::Nothing {} = read(params)?;
            Ok(state.secrets.application_token.as_str().into())
        }
        "deliveries" => {
            let order::Nothing {} = read(params)?;
            let deliveries = state.outbox.deliveries();
            Ok(deliveries.iter().map(Delivery::to_json).collect())
        }
        "limits" => {
            let limits: order::Limits = read(params)?;
            let is_shaped = limits.continuous == Some(true) || limits.bot_status.is_some();
            let plan = limits.plan.as_deref().map(str::parse::<Plan>);
            let plan = plan.transpose()?;
            let intensity = match (plan, limits.depth, limits.per_second) {
                (None, None, None) if !is_shaped => None,
                (Some(plan), None, None) => plan.intensity(),
                (None, Some(depth), Some(per_second)) => {
                    Some(Intensity::new(depth, not_negative(per_second)?))
                }
                _ => {
                    return Err(
                        "either plan, or depth and per_second; neither: no limit, which \
                                takes no more"
                            .to_owned(),
                    );
                }
            };
            let bot_status = limits.bot_status.map(possible).transpose()?;
            state.limits.set(intensity.map(|intensity| Intensity {
                continuous: limits.continuous.unwrap_or_default(),
                bot_status,
                ..intensity
            }));
            if let Some(plan) = plan {
                state.budgets.set_limit(plan.operating());
            }
            Ok(true.into())
        }
        "time" => {
            let shape: order::Shape = read(params)?;
            let fields = shape.fields.as_deref().map(str::parse).transpose()?;
            let time = TimeShape::new(fields.unwrap_or_default());
            state.time.set(match shape.integers {
                Some(true) => time.integers(),
                _ => time,
            });
            Ok(true.into())
        }
        "fault" => {
            let method = order::method(&mut params)?;
            let fault = read::<Spoil>(params)?.fault()?;
            let now = state.clock.instant();
            state.controls().faults.add(&method, fault, now);
            Ok(true.into())
        }
        "seed" => {
            let order::Luck { seed } = read(params)?;
            if let Some(seed) = seed {
                state.set_seed(seed);
            }
            Ok(state.seed().into())
        }
        "hang_up" => {
            let order::Nothing {} = read(params)?;
            state.traffic.hang_up();
            Ok(true.into())
        }
        "list" => {
            let table: order::Table = read(params)?;
            if table.method == EVERY_METHOD {
                return Err("a list is for one method: * does not stand for all here".to_owned());
            }
            let mut list = match (table.records, table.count) {
                (Some(records), None) => List::records(records),
                (None, Some(count)) => List::count(count),
                _ => return Err("either records or count is needed".to_owned()),
            };
            if let Some(records) = table.page_size {
                list = list.page_size(records.get());
            }
            if let Some(path) = table.wrap.filter(|path| !path.is_empty()) {
                list = list.wrap(&path);
            }
            if let Some(name) = table.key {
                list = list.key(&name);
            }
            state.controls().orders.list(&table.method, list);
            Ok(true.into())
        }
        "move" => {
            let order::Move { to } = read(params)?;
            let to = to.unwrap_or_else(|| state.new_url.clone());
            let to = to.trim_end_matches('/');
            if !is_address(to) {
                return Err(format!("no address: {to}"));
            }
            state.controls().moved = Some(to.to_owned());
            Ok(to.into())
        }
        "stay" => {
            let order::Nothing {} = read(params)?;
            state.controls().moved = None;
            Ok(true.into())
        }
        "operating" => {
            let budget: order::Budget = read(params)?;
            let mut operating = Operating::default();
            if let Some(used) = budget.operating {
                operating = operating.used(not_negative(used)?);
            }
            if let Some(seconds) = budget.per_call {
                operating = operating.per_call(not_negative(seconds)?);
            }
            if let Some(seconds) = budget.reset_in {
                operating = operating.reset_in(duration(seconds)?);
            }
            if let Some(limit) = budget.limit {
                operating = operating.limit(not_negative(limit)?);
            }
            state.order_operating(&budget.method, &operating);
            Ok(true.into())
        }
        "state" => {
            let order::Keep { on } = read(params)?;
            state.set_stateful(on.unwrap_or(true));
            Ok(true.into())
        }
        "clear" => {
            let order::Nothing {} = read(params)?;
            state.clear();
            Ok(true.into())
        }
        "requests" => {
            let wanted: order::Requests = read(params)?;
            let requests = match &wanted.method {
                Some(method) => state.controls().log.of(method),
                None => state.controls().log.all(),
            };
            let raw = wanted.raw.unwrap_or_default();
            Ok(requests.iter().map(|call| call.to_json(raw)).collect())
        }
        other => orders::obey(state, other, params).unwrap_or_else(|| {
            Err(format!(
                "no such order: {other} (there are {}, {})",
                ORDERS.join(", "),
                orders::ORDERS.join(", "),
            ))
        }),
    }
}

fn not_negative(number: f64) -> Result<f64, String> {
    if number.is_finite() && number >= 0.0 {
        Ok(number)
    } else {
        Err(format!("a number from 0 is needed, not {number}"))
    }
}
