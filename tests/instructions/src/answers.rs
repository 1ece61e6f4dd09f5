//! Answers, read from memory.

use bitrix24::{
    raw::{Bytes, Reply},
    wire::FromWire,
};

use crate::Outcome;

/// The documented answer of `imbot.chat.get`.
pub(crate) const CHAT: &str = concat!(
    r#"{"result":{"ID":2725},"time":{"start":1771929873,"finish":1771929873.459722,"#,
    r#""duration":0.45972204208374023,"processing":0,"date_start":"2026-02-24T13:44:33+01:00","#,
    r#""date_finish":"2026-02-24T13:44:33+01:00","operating_reset_at":1771930473,"operating":0}}"#
);

/// How many records a long answer has.
pub(crate) const RECORDS: usize = 50;

/// A record of `user.get` behind its id: the documented one, with less left empty.
const RECORD: &str = concat!(
    r#"","ACTIVE":true,"NAME":"Vadim","LAST_NAME":"Valeev","SECOND_NAME":"","#,
    r#""EMAIL":"v.r.valeev@example.com","LAST_LOGIN":"2024-07-25T13:06:54+00:00","#,
    r#""DATE_REGISTER":"2024-07-15T00:00:00+00:00","TIME_ZONE":"","IS_ONLINE":"Y","#,
    r#""TIMESTAMP_X":{},"LAST_ACTIVITY_DATE":[],"PERSONAL_GENDER":"M","#,
    r#""PERSONAL_WWW":"https:\/\/example.com\/","PERSONAL_BIRTHDAY":"","#,
    r#""PERSONAL_MOBILE":"+49 345 12345","PERSONAL_CITY":"Halle \"an der Saale\"","#,
    r#""WORK_PHONE":null,"WORK_POSITION":"Монтажник","UF_EMPLOYMENT_DATE":"","#,
    r#""UF_DEPARTMENT":[1,"7"],"USER_TYPE":"employee"}"#
);

/// A page of `user.get`.
pub(crate) fn records() -> String {
    let records: Vec<String> = (1..=RECORDS)
        .map(|number| format!("{{\"ID\":\"{number}{RECORD}"))
        .collect();
    format!("{{\"result\":[{}],\"total\":50}}", records.join(","))
}

/// Decodes an answer, and looks at what comes out.
pub(crate) fn decode<T: FromWire>(
    method: &str,
    body: String,
    count: u32,
    is_right: impl Fn(&T) -> bool,
) -> Outcome {
    let body = Bytes::from(body);
    for _ in 0..count {
        let reply = Reply::new(method, 200, body.clone());
        if !is_right(&reply.decode::<T>()?.result) {
            return Err("a wrong result".into());
        }
    }
    Ok(())
}
