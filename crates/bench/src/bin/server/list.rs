//! A long list, whose records are made as they are asked for.

use std::io::Write;

use crate::query::Query;

/// Records on a page.
pub(crate) const PAGE: u64 = 50;

/// A record before, between and after the places of its number: twenty fields, as portals send
/// them.
const RECORD: [&str; 3] = [
    r#"{"ID":""#,
    r#"","TITLE":"Deal No. "#,
    concat!(
        r#"","TYPE_ID":"SALE","STAGE_ID":"NEW","PROBABILITY":null,"CURRENCY_ID":"EUR","#,
        r#""OPPORTUNITY":"1250.50","IS_MANUAL_OPPORTUNITY":"N","TAX_VALUE":"0.00","LEAD_ID":null,"#,
        r#""COMPANY_ID":"17","CONTACT_ID":"23","QUOTE_ID":null,"#,
        r#""BEGINDATE":"2026-02-24T03:00:00+03:00","CLOSEDATE":"2026-03-03T03:00:00+03:00","#,
        r#""ASSIGNED_BY_ID":"1","CREATED_BY_ID":"1","DATE_CREATE":"2026-02-24T13:44:33+03:00","#,
        r#""OPENED":"Y","COMMENTS":"Rohre für Halle 3\/4, in \"zwei\" Lieferungen"}"#,
    ),
];

/// A list of so many records, with the numbers 1, 2, 3 …
pub(crate) struct List(pub(crate) u64);

/// The part of the list that somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Page {
    /// The number of the first record.
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<u64>,
}

impl List {
    /// The page that the parameters ask for: by `start`, or with `start=-1` what follows a number.
    pub(crate) fn page(&self, query: &Query, last_of: impl Fn(&str) -> Option<u64>) -> Page {
        // How those read a part of the list that can only read a whole one.
        let most = number(query.get("filter[<=ID]")).unwrap_or(self.0);
        let length = self.0.min(most);
        let start: i64 = number(query.get("start")).unwrap_or(0);
        let Ok(start) = u64::try_from(start) else {
            let after = query.get("filter[>ID]");
            let after = number(after).or_else(|| last_of(after?)).unwrap_or(0);
            return Page {
                first: after + 1,
                count: length.saturating_sub(after).min(PAGE),
                total: None,
                next: None,
            };
        };
        let next = start + PAGE;
        Page {
            first: start + 1,
            count: length.saturating_sub(start).min(PAGE),
            total: Some(length),
            next: (next < length).then_some(next),
        }
    }
}

impl Page {
    /// The number of the record at a place, counted from 0.
    pub(crate) fn number_at(&self, index: u64) -> Option<u64> {
        (index < self.count).then_some(self.first + index)
    }

    pub(crate) fn write(&self, into: &mut Vec<u8>) {
        records(self.first, self.count, into);
    }
}

fn number<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

/// An array of so many records.
pub(crate) fn records(first: u64, count: u64, into: &mut Vec<u8>) {
    let [before, between, after] = RECORD.map(str::as_bytes);
    let mut number = Vec::with_capacity(20);
    into.push(b'[');
    for index in 0..count {
        if index > 0 {
            into.push(b',');
        }
        number.clear();
        // Writing to memory does not fail.
        let _ = write!(number, "{}", first + index);
        for part in [before, &number, between, &number, after] {
            into.extend_from_slice(part);
        }
    }
    into.push(b']');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;

    #[test]
    fn pages_lead_to_the_end() {
        let list = List(120);
        let page = |query: &str| list.page(&Query::form(query.as_bytes()), |_| Some(100));
        let first = page("");
        assert_eq!((first.first, first.count, first.next), (1, 50, Some(50)));
        assert_eq!(first.total, Some(120));
        let last = page("start=100");
        assert_eq!((last.first, last.count, last.next), (101, 20, None));
        let keyed = page("start=-1&filter[>ID]=50");
        assert_eq!((keyed.first, keyed.count, keyed.total), (51, 50, None));
        let referred = page("start=-1&filter[>ID]=$result[a][49][ID]");
        assert_eq!((referred.first, referred.count), (101, 20));
        assert_eq!(page("start=-1&filter[>ID]=120").count, 0);
        let part = page("start=50&filter[%3C%3DID]=60");
        assert_eq!((part.count, part.total, part.next), (10, Some(60), None));
    }

    #[test]
    fn records_have_twenty_fields() {
        let mut bytes = Vec::new();
        records(7, 2, &mut bytes);
        let records: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(records.len(), 2);
        assert!(records.iter().all(|record| record.len() == 20));
        assert_eq!(records[1]["ID"], "8");
    }
}
