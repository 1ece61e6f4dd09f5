//! The order for faults: its parameters, and what they make.

use std::num::NonZero;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    contract::text,
    failures::Failure,
    fault::{End, Fault, Slip},
    order::{duration, flag, number, numbers, possible},
};

/// What goes wrong, and when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spoil {
    kind: String,
    /// 0 for all requests until it is cleared.
    #[serde(default, deserialize_with = "number")]
    times: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    after: Option<u32>,
    #[serde(default, deserialize_with = "number")]
    every: Option<NonZero<u32>>,
    #[serde(default, deserialize_with = "number")]
    chance: Option<f64>,
    #[serde(default, deserialize_with = "numbers")]
    at: Vec<u64>,
    /// In seconds.
    #[serde(default, deserialize_with = "numbers")]
    during: Vec<f64>,
    #[serde(default, deserialize_with = "number")]
    seconds: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    late: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    bytes: Option<usize>,
    then: Option<String>,
    #[serde(default, deserialize_with = "number")]
    status: Option<u16>,
    body: Option<Value>,
    code: Option<String>,
    text: Option<String>,
    slips: Option<Vec<String>>,
    #[serde(default, deserialize_with = "flag")]
    ran: Option<bool>,
}

impl Spoil {
    pub(crate) fn fault(&self) -> Result<Fault, String> {
        let seconds = || duration(self.seconds.unwrap_or(1.0));
        let mut fault = match self.kind.as_str() {
            "reset" => Fault::reset(),
            "refuse" => Fault::refuse(),
            "half" => Fault::half(),
            "cut" => Fault::cut(self.bytes.unwrap_or_default()),
            "close" => Fault::close(),
            "silence" => Fault::silence(),
            "drip" => Fault::drip(seconds()?),
            "html" => Fault::html(),
            "status" => {
                let status = possible(self.status.unwrap_or(500))?;
                let body = self.body.as_ref().map(text).unwrap_or_default();
                Fault::status(status, body)
            }
            "delay" => Fault::delay(seconds()?),
            "error" => Fault::error(Failure {
                code: self.code.clone().ok_or("code is missing")?,
                status: self.status.map(possible).transpose()?,
                text: self.text.clone(),
                times: None,
            }),
            "slips" => Fault::slips(self.slips()?),
            unknown => return Err(format!("no such kind of fault: {unknown}")),
        };
        match self.then.as_deref() {
            None => {}
            Some("close") => fault = fault.then(End::Close),
            Some("reset") => fault = fault.then(End::Reset),
            Some("silence") => fault = fault.then(End::Silence),
            Some(unknown) => return Err(format!("no such end of a connection: {unknown}")),
        }
        if let Some(late) = self.late {
            fault = fault.late(duration(late)?);
        }
        if self.ran == Some(false) {
            fault = fault.not_run();
        }
        self.schedule(fault)
    }

    fn slips(&self) -> Result<Vec<Slip>, String> {
        match &self.slips {
            None => Ok(Slip::ALL.to_vec()),
            Some(names) => names.iter().map(|name| name.parse()).collect(),
        }
    }

    fn schedule(&self, mut fault: Fault) -> Result<Fault, String> {
        fault = match self.times {
            None => fault,
            Some(0) => fault.always(),
            Some(times) => fault.times(times),
        };
        if let Some(requests) = self.after {
            fault = fault.after(requests);
        }
        if let Some(requests) = self.every {
            fault = fault.every(requests.get());
        }
        if let Some(chance) = self.chance {
            if !(0.0..=1.0).contains(&chance) {
                return Err(format!("a chance is from 0 to 1, not {chance}"));
            }
            fault = fault.chance(chance);
        }
        fault = fault.at(self.at.iter().copied());
        match *self.during {
            [] => Ok(fault),
            [from, to] if from < to => Ok(fault.during(duration(from)?..duration(to)?)),
            _ => Err("during is two times in seconds, from and a later one".to_owned()),
        }
    }
}
