//! Lists in pages, as the classic API has them.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::contract::text;

/// Records of a page, unless it is said otherwise.
const PAGE: usize = 50;

/// A list that a method answers with in pages, by `start`, `filter` and `order`.
///
/// ```
/// use bitrix24_sandbox::List;
/// use serde_json::json;
///
/// // {"ID": 1, "NAME": "Record 1"} and so on, at `result`.
/// let generated = List::count(120);
/// let own = List::records([json!({"id": 5}), json!({"id": 7})]).key("id").wrap("items").page_size(1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    rows: Rows,
    page_size: usize,
    /// Where in the result the records are.
    wrap: Vec<String>,
    key: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Rows {
    Given(Vec<Value>),
    /// So many, with a key and a name.
    Made(u64),
}

impl List {
    /// These records, in this order.
    #[must_use]
    pub fn records(records: impl IntoIterator<Item = Value>) -> Self {
        Self::new(Rows::Given(records.into_iter().collect()))
    }

    /// So many records with the numbers from 1 as `ID` and with a `NAME`. They
    /// are made when they are asked for.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Self::new(Rows::Made(count))
    }

    fn new(rows: Rows) -> Self {
        Self {
            rows,
            page_size: PAGE,
            wrap: Vec::new(),
            key: "ID".to_owned(),
        }
    }

    /// So many records a page, at least one; 50 unless it is said otherwise.
    #[must_use]
    pub fn page_size(mut self, records: usize) -> Self {
        self.page_size = records.max(1);
        self
    }

    /// Puts the records into fields of the result, such as `items` or `a.b`.
    #[must_use]
    pub fn wrap(mut self, path: &str) -> Self {
        self.wrap = path.split('.').map(String::from).collect();
        self
    }

    /// The name of the number in records that are made; `ID` unless it is said
    /// otherwise.
    #[must_use]
    pub fn key(mut self, name: &str) -> Self {
        name.clone_into(&mut self.key);
        self
    }

    /// The body for these parameters, short of its `time`.
    pub(crate) fn page(&self, params: &Map<String, Value>) -> Map<String, Value> {
        let start = parameter(params, "start").and_then(|value| text(value).parse::<i64>().ok());
        let (page, total) = self.slice(params, usize::try_from(start.unwrap_or(0)).unwrap_or(0));
        let mut body = Map::new();
        let (found, offset) = (page.len(), start.unwrap_or(0).max(0).unsigned_abs());
        let records = self.wrap.iter().rev().fold(
            Value::Array(page),
            |inner, name| json!({name.as_str(): inner}),
        );
        body.insert("result".to_owned(), records);
        if start == Some(-1) {
            body.insert("total".to_owned(), 0.into());
            return body;
        }
        let next = offset.saturating_add(found as u64);
        if found > 0 && next < total {
            body.insert("next".to_owned(), next.into());
        }
        body.insert("total".to_owned(), total.into());
        body
    }

    /// The records of the page that begins there, and how many there are.
    fn slice(&self, params: &Map<String, Value>, start: usize) -> (Vec<Value>, u64) {
        let empty = Map::new();
        let map = |name| parameter(params, name).and_then(Value::as_object);
        let filter = map("filter").unwrap_or(&empty);
        let order = map("order").unwrap_or(&empty);
        match &self.rows {
            Rows::Given(rows) => self.search(rows, filter, order, start),
            Rows::Made(count) => match self.range(*count, filter, order) {
                Some((first, last, down)) => {
                    let total = last.saturating_add(1).saturating_sub(first);
                    let from = start as u64;
                    let upto = from.saturating_add(self.page_size as u64).min(total);
                    let page =
                        (from..upto).map(|at| self.made(if down { last - at } else { first + at }));
                    (page.collect(), total)
                }
                None => {
                    let rows: Vec<_> = (1..=*count).map(|number| self.made(number)).collect();
                    self.search(&rows, filter, order, start)
                }
            },
        }
    }

    fn made(&self, number: u64) -> Value {
        json!({self.key.as_str(): number, "NAME": format!("Record {number}")})
    }

    /// The first and the last number of the records that are asked for, and
    /// whether they go down; `None` when more than their keys is asked about.
    fn range(
        &self,
        count: u64,
        filter: &Map<String, Value>,
        order: &Map<String, Value>,
    ) -> Option<(u64, u64, bool)> {
        let (mut first, mut last) = (1, count);
        for (condition, value) in filter {
            let (operator, field) = operator(condition);
            let bound: u64 = text(value).parse().ok().filter(|_| field == self.key)?;
            match operator {
                ">" => first = first.max(bound.checked_add(1)?),
                ">=" => first = first.max(bound),
                "<" => last = last.min(bound.checked_sub(1)?),
                "<=" => last = last.min(bound),
                _ => return None,
            }
        }
        match order.iter().next() {
            None => Some((first, last, false)),
            Some((field, direction)) => {
                (*field == self.key).then(|| (first, last, is_down(direction)))
            }
        }
    }

    fn search(
        &self,
        rows: &[Value],
        filter: &Map<String, Value>,
        order: &Map<String, Value>,
        start: usize,
    ) -> (Vec<Value>, u64) {
        let mut found: Vec<_> = rows
            .iter()
            .filter(|row| filter.iter().all(|(name, value)| meets(row, name, value)))
            .collect();
        found.sort_by(|one, two| {
            order
                .iter()
                .map(|(field, direction)| {
                    let order = compare(value(one, field), value(two, field));
                    if is_down(direction) {
                        order.reverse()
                    } else {
                        order
                    }
                })
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let total = found.len() as u64;
        let page = found.into_iter().skip(start).take(self.page_size);
        (page.cloned().collect(), total)
    }
}

/// A field of a record. Filters may spell it otherwise than answers: `GROUP_ID` for `groupId`.
fn value<'a>(row: &'a Value, field: &str) -> &'a Value {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        let letters = name.bytes().filter(|byte| *byte != b'_');
        letters.map(|byte| byte.to_ascii_lowercase())
    }

    if let Some(value) = row.get(field) {
        return value;
    }
    let mut fields = row.as_object().into_iter().flatten();
    let alike = fields.find(|(name, _)| letters(name).eq(letters(field)));
    alike.map_or(&Value::Null, |(_, value)| value)
}

/// A parameter in lower or in upper case: methods differ in that.
fn parameter<'a>(params: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    params
        .get(name)
        .or_else(|| params.get(&name.to_ascii_uppercase()))
}

fn is_down(direction: &Value) -> bool {
    text(direction).eq_ignore_ascii_case("desc")
}

/// Splits `>=ID`.
fn operator(condition: &str) -> (&str, &str) {
    let field = condition.trim_start_matches(['>', '<', '=', '!', '@']);
    condition.split_at(condition.len() - field.len())
}

fn meets(row: &Value, condition: &str, value: &Value) -> bool {
    let (operator, field) = operator(condition);
    let found = self::value(row, field);
    let is = |value: &Value| compare(found, value).is_eq();
    let is_one = || match value {
        Value::Array(values) => values.iter().any(is),
        value => is(value),
    };
    match operator {
        // Nothing is neither more nor less than anything.
        ">" | ">=" | "<" | "<=" if found.is_null() => false,
        ">" => compare(found, value).is_gt(),
        ">=" => compare(found, value).is_ge(),
        "<" => compare(found, value).is_lt(),
        "<=" => compare(found, value).is_le(),
        "!" | "!=" | "!@" => !is_one(),
        _ => is_one(),
    }
}

/// Nothing before numbers, and those before text.
fn compare(one: &Value, two: &Value) -> Ordering {
    match (one.is_null(), two.is_null()) {
        (false, false) => {}
        (one, two) => return two.cmp(&one),
    }
    let (one, two) = (text(one), text(two));
    match (number(&one), number(&two)) {
        (Some(one), Some(two)) => one.total_cmp(&two),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(&two),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn page(list: &List, params: Value) -> Value {
        list.page(params.as_object().unwrap()).into()
    }

    fn ids(list: &List, params: Value) -> Vec<u64> {
        let page = page(list, params);
        let records = page["result"].as_array().unwrap().iter();
        records
            .map(|record| record["ID"].as_u64().unwrap())
            .collect()
    }

    #[test]
    fn pages() {
        let list = List::count(5).page_size(2);
        assert_eq!(
            page(&list, json!({})),
            json!({"result": [{"ID": 1, "NAME": "Record 1"}, {"ID": 2, "NAME": "Record 2"}],
                   "next": 2, "total": 5}),
        );
        assert_eq!(page(&list, json!({"start": "2"}))["next"], 4);
        assert_eq!(page(&list, json!({"start": 4})).get("next"), None);
        assert_eq!(
            page(&list, json!({"start": 6})),
            json!({"result": [], "total": 5})
        );
        let params = json!({"start": -1, "filter": {">ID": "4"}, "order": {"ID": "ASC"}});
        assert_eq!(
            page(&list, params),
            json!({"result": [{"ID": 5, "NAME": "Record 5"}], "total": 0}),
        );
        let list = List::records([]).wrap("a.b");
        assert_eq!(
            page(&list, json!({})),
            json!({"result": {"a": {"b": []}}, "total": 0})
        );
    }

    #[test]
    fn values_of_all_kinds_have_an_order() {
        let kinds = [
            json!("17"),
            json!("17a"),
            json!(2),
            json!(null),
            json!("b"),
            json!(10),
        ];
        let records = (0..600_usize).map(|number| {
            json!({"ID": number, "TITLE": kinds[number * 7919 % 599 % kinds.len()].clone()})
        });
        let list = List::records(records).page_size(600);
        let titles = |params: Value| {
            let page = page(&list, params);
            let records = page["result"].as_array().unwrap().iter();
            let mut titles: Vec<_> = records.map(|it| it["TITLE"].clone()).collect();
            titles.dedup();
            titles
        };
        let sorted = json!([null, 2, 10, "17", "17a", "b"]);
        assert_eq!(
            Value::from(titles(json!({"order": {"TITLE": "ASC"}}))),
            sorted
        );
        let above = json!({"order": {"TITLE": "ASC"}, "filter": {">TITLE": "10"}});
        assert_eq!(Value::from(titles(above)), json!(["17", "17a", "b"]));
        let below = json!({"order": {"TITLE": "ASC"}, "filter": {"<TITLE": 10}});
        assert_eq!(Value::from(titles(below)), json!([2]));
    }

    #[test]
    fn made_and_given_records_are_alike() {
        let made = List::count(30).page_size(7);
        let all: Vec<_> = (1..=30).map(|number| made.made(number)).collect();
        let given = List::records(all).page_size(7);
        for params in [
            json!({}),
            json!({"start": 21}),
            json!({"start": 28, "order": {"ID": "desc"}}),
            json!({"filter": {">ID": 10, "<=ID": "15"}}),
            json!({"FILTER": {">=ID": 10, "<ID": 12}, "ORDER": {"ID": "DESC"}}),
            json!({"filter": {"ID": [3, "5"]}, "order": {"NAME": "DESC"}}),
            json!({"filter": {"!ID": 1}, "start": 1}),
            json!({"filter": {">ID": 30}}),
            json!({"filter": {"<ID": 0}}),
        ] {
            assert_eq!(
                page(&made, params.clone()),
                page(&given, params.clone()),
                "{params}"
            );
        }
        assert_eq!(
            ids(
                &made,
                json!({"filter": {"@ID": [9, 8]}, "order": {"ID": "DESC"}})
            ),
            [9, 8]
        );
    }

    #[test]
    fn filters_may_spell_fields_otherwise() {
        let tasks = [
            json!({"id": 1, "groupId": "7"}),
            json!({"id": 2, "groupId": "8"}),
        ];
        let tasks = List::records(tasks);
        let params = json!({"filter": {">ID": 1, "GROUP_ID": 8}, "order": {"ID": "DESC"}});
        assert_eq!(
            page(&tasks, params)["result"],
            json!([{"id": 2, "groupId": "8"}])
        );
        assert_eq!(page(&tasks, json!({"filter": {">AGE": 0}}))["total"], 0);
    }
}
