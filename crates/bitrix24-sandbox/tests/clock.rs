//! The portal's clock, over a bare socket.
#![allow(clippy::unwrap_used)]

mod wire;

use std::time::{Duration, SystemTime};

use bitrix24_sandbox::Sandbox;
use serde_json::{Value, json};
use wire::{Connection, hook};

#[test]
fn everything_goes_by_it() {
    let portal = Sandbox::builder().intensity(1, 1.0).start().unwrap();
    let mut connection = Connection::to(&portal);
    portal.stop_clock();
    let start = portal.now();
    let order = connection.get("/_sandbox/clock?advance=3599.5").json();
    assert_eq!(order["result"]["stopped"], true);
    assert_eq!(portal.now(), start + Duration::from_millis(3_599_500));
    let unix = portal.now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let is = |value: &Value, time: f64| (value.as_f64().unwrap() - time).abs() < 1e-6;
    assert!(is(&order["result"]["now"], unix.as_secs_f64()));

    // It stands: calls take no time, and the bucket does not drain.
    let echo = hook(&portal, "sandbox.echo");
    let time = &connection.get(&echo).json()["time"];
    assert!(is(&time["start"], unix.as_secs_f64()));
    assert_eq!(
        (&time["start"], &time["duration"]),
        (&time["finish"], &json!(0.0))
    );
    connection.get(&echo).is_error(503, "QUERY_LIMIT_EXCEEDED");
    portal.advance(Duration::from_secs(1));
    assert_eq!(connection.get(&echo).status, 200);

    // Codes and tokens grow old.
    connection.post("/_sandbox/limits", &json!({}));
    let target = |code: &str| {
        format!(
            "/oauth/token/?grant_type=authorization_code&client_id={}&client_secret={}&code={code}",
            portal.client_id(),
            portal.client_secret(),
        )
    };
    let (one, two) = (portal.auth_code(), portal.auth_code());
    portal.advance(Duration::from_secs(29));
    let pair = connection.get(&target(&one)).json();
    portal.advance(Duration::from_secs(1));
    connection.get(&target(&two)).is_error(400, "invalid_grant");
    let token = pair["access_token"].as_str().unwrap();
    let call = format!("/rest/sandbox.echo?auth={token}");
    portal.advance(Duration::from_secs(3598));
    assert_eq!(connection.get(&call).status, 200);
    portal.advance(Duration::from_secs(1));
    connection.get(&call).is_error(401, "expired_token");

    portal.run_clock();
    let order = connection.get("/_sandbox/clock").json();
    assert_eq!(order["result"]["stopped"], false);
    assert!(portal.now() > start + Duration::from_secs(7200));
    for params in [
        json!({"advance": -1}),
        json!({"advance": "x"}),
        json!({"at": 1}),
    ] {
        let reply = connection.post("/_sandbox/clock", &params);
        reply.is_error(400, "SANDBOX");
    }
    portal.clear();
    assert!(portal.now() < start + Duration::from_secs(3600));
}
