//! `time` in answers: when a call ran, and what its method has used up.

use std::{
    str::FromStr,
    sync::atomic::{AtomicU8, Ordering},
    time::SystemTime,
};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Number;

use crate::operating::Spent;

/// Not UTC, so that a client that ignores offsets is found out.
const ZONE_SECONDS: i32 = 3 * 3600;

/// Which fields the `time` of answers has. The documentation shows all of these.
///
/// ```
/// use bitrix24_sandbox::{TimeFields, TimeShape};
///
/// let old_portal = TimeShape::new(TimeFields::NoOperating);
/// let whole_seconds = TimeShape::new(TimeFields::Full).integers();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeShape {
    fields: TimeFields,
    integers: bool,
}

/// The fields of a [`TimeShape`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeFields {
    /// All eight.
    #[default]
    Full,
    /// Neither `operating` nor `operating_reset_at`, as without that limit.
    NoOperating,
    /// `operating`, but no `operating_reset_at`.
    NoReset,
    /// No `processing`.
    NoProcessing,
    /// No `time` at all.
    None,
}

impl FromStr for TimeFields {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "full" => Self::Full,
            "no_operating" => Self::NoOperating,
            "no_reset" => Self::NoReset,
            "no_processing" => Self::NoProcessing,
            "none" => Self::None,
            _ => return Err(format!("no such fields of time: {name}")),
        })
    }
}

impl TimeShape {
    /// A `time` with these fields.
    #[must_use]
    pub fn new(fields: TimeFields) -> Self {
        Self {
            fields,
            integers: false,
        }
    }

    /// `start` is a whole second, from which `duration` counts, and `processing`
    /// is 0.
    #[must_use]
    pub fn integers(mut self) -> Self {
        self.integers = true;
        self
    }
}

/// The shape that stands, which each answer asks for without a lock.
#[derive(Default)]
pub(crate) struct Shape(AtomicU8);

impl Shape {
    const FIELDS: [TimeFields; 5] = [
        TimeFields::Full,
        TimeFields::NoOperating,
        TimeFields::NoReset,
        TimeFields::NoProcessing,
        TimeFields::None,
    ];

    pub(crate) fn set(&self, shape: TimeShape) {
        let code = shape.fields as u8 * 2 + u8::from(shape.integers);
        self.0.store(code, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> TimeShape {
        let code = self.0.load(Ordering::Relaxed);
        let fields = Self::FIELDS.get(usize::from(code / 2)).copied();
        TimeShape {
            fields: fields.unwrap_or_default(),
            integers: code % 2 == 1,
        }
    }
}

/// When a call ran, as answers tell it.
#[derive(Serialize)]
pub(crate) struct Time {
    start: Number,
    finish: f64,
    duration: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing: Option<Number>,
    date_start: String,
    date_finish: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operating_reset_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operating: Option<f64>,
}

impl Time {
    /// Of a call between these times; `None` where answers have no `time`.
    pub(crate) fn between(
        start: SystemTime,
        finish: SystemTime,
        spent: Spent,
        shape: TimeShape,
    ) -> Option<Self> {
        let fields = shape.fields;
        if fields == TimeFields::None {
            return None;
        }
        let duration = finish
            .duration_since(start)
            .unwrap_or_default()
            .as_secs_f64();
        let begun = since_epoch(start);
        let finish_at = begun + duration;
        let (start_at, duration, processing) = if shape.integers {
            (
                (begun as u64).into(),
                finish_at - begun.floor(),
                Number::from(0),
            )
        } else {
            (float(begun), duration, float(duration))
        };
        let operating = fields != TimeFields::NoOperating;
        Some(Self {
            start: start_at,
            finish: finish_at,
            duration,
            processing: (fields != TimeFields::NoProcessing).then_some(processing),
            date_start: date(start),
            date_finish: date(finish),
            operating_reset_at: (operating && fields != TimeFields::NoReset)
                .then_some(spent.reset_at),
            operating: operating.then_some(spent.seconds),
        })
    }
}

/// Times are never infinite, and so always numbers.
fn float(seconds: f64) -> Number {
    Number::from_f64(seconds).unwrap_or_else(|| 0.into())
}

pub(crate) fn since_epoch(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// In the portal's time zone, and never later than the years of four digits.
pub(crate) fn date(time: SystemTime) -> String {
    const LATEST: i64 = 253_370_764_800; // the year 9999

    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(LATEST);
    let utc = DateTime::<Utc>::from_timestamp(seconds.min(LATEST), 0).unwrap_or_default();
    match FixedOffset::east_opt(ZONE_SECONDS) {
        Some(zone) => utc
            .with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Secs, false),
        None => utc.to_rfc3339_opts(SecondsFormat::Secs, false),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn time(shape: TimeShape) -> Value {
        let start = SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_250);
        let finish = start + Duration::from_millis(500);
        let spent = Spent {
            seconds: 2.5,
            reset_at: 1600,
        };
        let remembered = Shape::default();
        remembered.set(shape);
        assert_eq!(remembered.get(), shape);
        serde_json::to_value(Time::between(start, finish, spent, shape)).unwrap()
    }

    #[test]
    fn shapes() {
        let full = json!({
            "start": 1000.25, "finish": 1000.75, "duration": 0.5, "processing": 0.5,
            "date_start": "1970-01-01T03:16:40+03:00", "date_finish": "1970-01-01T03:16:40+03:00",
            "operating_reset_at": 1600, "operating": 2.5,
        });
        assert_eq!(time(TimeShape::default()), full);
        for (fields, missing) in [
            (
                TimeFields::NoOperating,
                &["operating", "operating_reset_at"][..],
            ),
            (TimeFields::NoReset, &["operating_reset_at"]),
            (TimeFields::NoProcessing, &["processing"]),
        ] {
            let mut expected = full.clone();
            for field in missing {
                expected.as_object_mut().unwrap().remove(*field);
            }
            assert_eq!(time(TimeShape::new(fields)), expected, "{fields:?}");
        }
        let whole = time(TimeShape::new(TimeFields::Full).integers());
        assert_eq!(
            [&whole["start"], &whole["duration"], &whole["processing"]],
            [&json!(1000), &json!(0.75), &json!(0)],
        );
        assert_eq!(
            time(TimeShape::new(TimeFields::None).integers()),
            Value::Null
        );
    }

    #[test]
    fn dates() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_771_929_873);
        let parsed = DateTime::parse_from_rfc3339(&date(time)).unwrap();
        assert_eq!(parsed.timestamp(), 1_771_929_873);
    }
}
