//! The order for answers: its parameters, and what they make.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    contract::text,
    failures::Failure,
    order::{flag, number, possible, read},
    ordered::Answer,
    spoil::Spoil,
};

/// Just one of those that make the body is needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    #[serde(default, deserialize_with = "given")]
    result: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    answer: Option<Value>,
    text: Option<String>,
    hex: Option<String>,
    raw: Option<String>,
    error: Option<String>,
    content_type: Option<String>,
    #[serde(default, deserialize_with = "number")]
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    /// 0 for all calls until it is cleared.
    #[serde(default, deserialize_with = "number")]
    times: Option<u32>,
    fault: Option<Spoil>,
    #[serde(default, deserialize_with = "flag")]
    to_anyone: Option<bool>,
}

/// `null` is an answer as well.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Script {
    pub(crate) fn answer(self) -> Result<Answer, String> {
        let kind = self.content_type.as_deref();
        let kind = kind.unwrap_or("text/plain; charset=utf-8");
        let answers: [Option<Result<Answer, String>>; 6] = [
            self.result.map(|result| Ok(Answer::result(result))),
            self.answer.map(|body| Ok(Answer::body(body))),
            self.text.map(|text| Ok(Answer::text(kind, text))),
            self.hex.map(|hex| Ok(Answer::bytes(kind, unhex(&hex)?))),
            self.raw.map(|raw| Ok(Answer::raw(raw))),
            self.error
                .map(|code| Ok(Answer::error(Failure::code(code)))),
        ];
        let mut answers = answers.into_iter().flatten();
        let (Some(answer), None) = (answers.next(), answers.next()) else {
            return Err("one of result, answer, text, hex, raw, error is needed".to_owned());
        };
        let mut answer = answer?;
        if let Some(status) = self.status {
            answer = answer.status(possible(status)?);
        }
        for (name, value) in &self.headers {
            answer = answer.header(name, &text(value));
        }
        if let Some(times) = self.times.filter(|times| *times > 0) {
            answer = answer.times(times);
        }
        if let Some(spoil) = &self.fault {
            let fault = spoil.fault()?;
            if fault.meets_commands() {
                return Err(format!("an answer has a {fault} of its own"));
            }
            answer = answer.fault(fault);
        }
        Ok(match self.to_anyone {
            Some(true) => answer.to_anyone(),
            _ => answer,
        })
    }
}

/// Of the parameters of the order `answer`, but for `method`; what is wrong with them otherwise.
impl TryFrom<Map<String, Value>> for Answer {
    type Error = String;

    fn try_from(params: Map<String, Value>) -> Result<Self, String> {
        read::<Script>(params)?.answer()
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("not in hexadecimal: {text}");
    let digits: Option<Vec<_>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0);
    let digits = digits.ok_or_else(wrong)?;
    Ok(digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(
            unhex("00 fF7"),
            Err("not in hexadecimal: 00 fF7".to_owned())
        );
        assert_eq!(unhex("00 fF 7a"), Ok(vec![0, 255, 122]));
        assert!(unhex("x0").is_err());
    }
}
