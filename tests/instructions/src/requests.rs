//! Requests, as far as to the point where they would be sent.

use std::time::Duration;

use bitrix24::{
    BoxFuture, Client, Error, Method,
    imbot::{ChatGet, Register, RegisterProperties, RegisterPropertiesColor, RegisterType},
    limit::{Limit, Limiter, Seen, TooLate, Turn},
};
use serde_json::Value;

use crate::Outcome;

/// Grants no turn: nothing is sent.
#[derive(Debug)]
struct Never;

const NEVER: TooLate = TooLate {
    limit: Limit::Intensity,
    wait: Duration::MAX,
};

impl Limiter for Never {
    fn acquire<'a>(&'a self, _: Turn<'a>) -> BoxFuture<'a, Result<(), TooLate>> {
        Box::pin(async { Err(NEVER) })
    }

    fn observe(&self, _: Turn<'_>, _: Seen) {}

    fn expected_wait<'a>(&'a self, _: Turn<'a>) -> BoxFuture<'a, Duration> {
        Box::pin(async { NEVER.wait })
    }
}

/// Makes a request, encodes and checks it, and is refused a turn.
pub(crate) async fn build<M: Method>(count: u32, request: impl Fn() -> M) -> Outcome {
    let client = Client::builder()
        .limiter(Never)
        .token("portal.bitrix24.com", "access-token")?;
    for _ in 0..count {
        match client.call(request()).await {
            Err(Error::Limit(error)) if error.wait() == NEVER.wait => {}
            other => return Err(format!("not refused a turn: {:?}", other.err()).into()),
        }
    }
    Ok(())
}

pub(crate) fn small() -> ChatGet {
    ChatGet::new("CHAT", "13")
}

/// Twenty parameters, half of them in one of the others, with rules to check.
pub(crate) fn nested() -> Register {
    let mut properties = RegisterProperties::new()
        .name("Newbot")
        .last_name("The \"second\"")
        .color(RegisterPropertiesColor::Green)
        .email("newbot@example.com")
        .work_position("Помощник")
        .personal_www("https://example.com/newbot");
    let undescribed: [(&str, Value); 4] = [
        ("PERSONAL_CITY", "Halle".into()),
        ("PERSONAL_MOBILE", 4_934_512_345_i64.into()),
        ("PERSONAL_FACTOR", 0.75.into()),
        ("PERSONAL_ACTIVE", true.into()),
    ];
    properties
        .extra
        .extend(undescribed.map(|(name, value)| (name.to_owned(), value)));
    Register::new("newbot", properties)
        .type_(RegisterType::B)
        .openline(true)
        .event_handler("https://example.com/handler")
        .event_message_add("https://example.com/handler?event=message-add")
        .event_message_update("https://example.com/handler?event=message-update")
        .event_message_delete("https://example.com/handler?event=message-delete")
        .event_welcome_message("https://example.com/handler?event=welcome-message")
        .event_bot_delete("https://example.com/handler?event=bot-delete")
        .client_id("client")
}
