//! The engine against a portal in memory.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Cursor, List, ListError, Paging,
    engine::{Engine, Step},
    plan::How,
};
use crate::{
    DecodeErrorKind, Error, TransportError, TransportErrorKind,
    raw::{Page, Reply},
};

const STYLES: [Paging; 6] = [
    Paging::Start,
    Paging::Offset,
    Paging::Page,
    Paging::NavParams,
    Paging::Cursor,
    Paging::Pagination,
];

fn list(paging: Paging) -> List {
    List::new(paging).records("items").keyed_by("ID")
}

fn engine(params: Value, list: List, how: How) -> Engine {
    let params = serde_json::to_vec(&params).unwrap();
    let mut engine = Engine::new("demo.list".into(), params, list);
    engine.read(how);
    engine
}

fn reply(body: &Value) -> Result<Reply, Error> {
    Ok(Reply::new("demo.list", 200, body.to_string()))
}

fn lost() -> Error {
    TransportError {
        kind: TransportErrorKind::Lost,
        method: "demo.list".into(),
        status: None,
        tries: crate::Tries::default(),
        detail: String::new(),
    }
    .into()
}

fn ids(page: &Page) -> Vec<i64> {
    let values = page.values().unwrap();
    let id = |value: &Value| value["ID"].as_str().unwrap().parse().unwrap();
    values.iter().map(id).collect()
}

/// Reads until the end or an error. The portal gets the parameters of one page after the other.
fn read(
    engine: &mut Engine,
    mut portal: impl FnMut(Value) -> Result<Reply, Error>,
) -> (Vec<i64>, Option<ListError>) {
    let mut records = Vec::new();
    for _ in 0..10_000 {
        match engine.step() {
            Step::Ask(pages) => {
                assert!((1..=50).contains(&pages.len()));
                let pages = pages.iter().map(|it| serde_json::from_slice(it).unwrap());
                let replies: Vec<_> = pages.map(&mut portal).collect();
                engine.answer(replies);
            }
            Step::Page(page) => records.extend(ids(&page)),
            Step::Failed(error) => {
                assert!(matches!(engine.step(), Step::End));
                return (records, Some(error));
            }
            Step::End => {
                assert!(matches!(engine.step(), Step::End));
                return (records, None);
            }
        }
    }
    panic!("the reading does not end");
}

/// A table that is read page by page as the documentation has it.
struct Table {
    rows: Vec<i64>,
    size: usize,
    paging: Paging,
}

impl Table {
    fn answer(&self, params: &Value) -> Value {
        let number = |value: &Value| value.as_u64().map(|it| usize::try_from(it).unwrap());
        let size = |value: &Value| number(value).unwrap_or(self.size);
        let from = |from: usize, size: usize| -> Vec<i64> {
            self.rows.iter().skip(from).take(size).copied().collect()
        };
        let after = |key: i64| -> Vec<i64> {
            let mut rows: Vec<_> = self.rows.iter().copied().filter(|it| *it > key).collect();
            rows.sort_unstable();
            rows.truncate(self.size);
            rows
        };
        let total = self.rows.len();
        let mut beside = json!({ "total": total });
        let rows = match self.paging {
            Paging::Start if params["start"] == -1 => {
                assert_eq!(params["order"], json!({ "ID": "ASC" }));
                beside = json!({ "total": 0 });
                after(params["filter"][">ID"].as_i64().unwrap())
            }
            Paging::Start => {
                let start = number(&params["start"]).unwrap_or(0);
                if start + self.size < total {
                    beside["next"] = json!(start + self.size);
                }
                from(start, self.size)
            }
            Paging::Offset => from(number(&params["offset"]).unwrap_or(0), self.size),
            Paging::Page => {
                let page = number(&params["page"]).unwrap_or(1);
                from((page - 1) * self.size, self.size)
            }
            Paging::NavParams => {
                // Behind the last page it begins anew.
                let page = number(&params["NAV_PARAMS"]["iNumPage"]).unwrap_or(1);
                let known = (page - 1) * self.size < total;
                from(if known { (page - 1) * self.size } else { 0 }, self.size)
            }
            Paging::Cursor => {
                assert_eq!(params["cursor"]["field"], "ID");
                beside = json!({});
                after(params["cursor"]["value"].as_i64().unwrap())
            }
            Paging::Pagination => {
                beside = json!({});
                let pagination = &params["pagination"];
                let limit = size(&pagination["limit"]);
                from(number(&pagination["offset"]).unwrap_or(0), limit)
            }
            Paging::Limit => from(0, size(&params["limit"])),
        };
        let items: Vec<_> = rows
            .iter()
            .map(|id| json!({ "ID": id.to_string() }))
            .collect();
        beside["result"] = json!({ "items": items });
        beside
    }
}

/// So many rows, and a way to read them: one of the styles, or two ways more.
fn tripled(count: usize, size: usize, style: usize) -> (Table, How) {
    let (paging, how) = match style {
        6 => (Paging::Start, How::Keyed),
        7 => (Paging::Start, How::Batched),
        style => (STYLES[style], How::Paged),
    };
    let rows = (1..=i64::try_from(count).unwrap())
        .map(|it| it * 3)
        .collect();
    (Table { rows, size, paging }, how)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every record once and in order, also when a request fails and the reading is resumed.
    #[test]
    fn every_record_once(
        count in 0_usize..260,
        size in 1_usize..60,
        style in 0_usize..8,
        failures in proptest::collection::vec(0_usize..12, 0..4),
    ) {
        let (table, how) = tripled(count, size, style);
        let mut found = Vec::new();
        let mut failures = failures.into_iter();
        let mut cursor = None;
        loop {
            let mut engine = engine(json!({ "x": 1 }), list(table.paging), how);
            if let Some(cursor) = cursor.take() {
                engine.resume(cursor);
            }
            let failing = failures.next();
            let mut requests = 0;
            let (records, error) = read(&mut engine, |params| {
                requests += 1;
                if Some(requests - 1) == failing {
                    return Err(lost());
                }
                assert_eq!(params["x"], 1);
                reply(&table.answer(&params))
            });
            found.extend(records);
            match error {
                None => break,
                Some(error) => {
                    prop_assert!(failing.is_some(), "{error}");
                    prop_assert!(matches!(error.error, Error::Transport(_)), "{error}");
                    cursor = Some(error.cursor.to_string().parse().unwrap());
                }
            }
        }
        prop_assert_eq!(found, table.rows);
    }

    /// Every record once and in order, also when the reading stops within pages, again and again.
    #[test]
    fn every_record_once_with_stops(
        count in 0_usize..260,
        size in 1_usize..60,
        style in 0_usize..8,
        stops in proptest::collection::vec(0_u64..130, 0..5),
    ) {
        let (table, how) = tripled(count, size, style);
        let mut found = Vec::new();
        let mut cursor = Cursor::default();
        for mut wanted in stops.into_iter().chain([u64::MAX]) {
            let mut engine = engine(json!({}), list(table.paging), how);
            engine.resume(cursor.to_string().parse().unwrap());
            while wanted > 0 {
                match engine.step() {
                    Step::Ask(pages) => {
                        let pages = pages.iter().map(|it| serde_json::from_slice(it).unwrap());
                        let replies: Vec<_> =
                            pages.map(|it: Value| reply(&table.answer(&it))).collect();
                        engine.answer(replies);
                    }
                    Step::Page(page) => {
                        let records = ids(&page);
                        prop_assert_eq!(records.len() as u64, page.count());
                        let taken = wanted.min(page.count());
                        found.extend(records.into_iter().take(usize::try_from(taken).unwrap()));
                        wanted -= taken;
                        cursor = page.cursor_after(taken);
                        if matches!(style, 4 | 6) && taken > 0 {
                            let key = found.last().unwrap();
                            let way = if style == 4 { "after" } else { "key" };
                            prop_assert_eq!(cursor.to_string(), format!("{way}:{key}"));
                        }
                    }
                    Step::Failed(error) => panic!("{error}"),
                    Step::End => break,
                }
            }
        }
        prop_assert_eq!(found, table.rows);
    }

    /// No answer whatever makes it panic or go on forever.
    #[test]
    fn any_numbers(
        answers in proptest::collection::vec(
            (0_u64..4, proptest::option::of(0_u64..9), proptest::option::of(any::<u64>())),
            1..9,
        ),
        style in 0_usize..6,
        keyed: bool,
    ) {
        let how = if keyed { How::Keyed } else { How::Paged };
        let mut engine = engine(json!({}), list(STYLES[style]), how);
        let mut answers = answers.into_iter().cycle().take(200).chain(
            std::iter::repeat((0, None, None))
        );
        let mut id = 0;
        read(&mut engine, |_| {
            let (count, total, next) = answers.next().unwrap();
            let items: Vec<_> = (0..count).map(|_| {
                id += 1;
                json!({ "ID": id.to_string() })
            }).collect();
            reply(&json!({ "result": { "items": items }, "total": total, "next": next }))
        });
    }
}

/// Reads a list from fixed answers, and checks what was asked for.
fn scripted(engine: &mut Engine, script: &[(Value, Value)]) -> (Vec<i64>, Option<ListError>) {
    let mut script = script.iter();
    let outcome = read(engine, |params| {
        let (asked, answer) = script
            .next()
            .unwrap_or_else(|| panic!("unexpected: {params}"));
        assert_eq!(&params, asked);
        reply(answer)
    });
    assert_eq!(script.len(), 0, "not everything was asked for");
    outcome
}

fn page(ids: &[i64], beside: Value) -> Value {
    let mut body = beside;
    let items: Vec<_> = ids
        .iter()
        .map(|id| json!({ "ID": id.to_string() }))
        .collect();
    body["result"] = json!(items);
    body
}

fn plain(how: How) -> Engine {
    engine(json!({}), List::new(Paging::Start).keyed_by("ID"), how)
}

fn incomplete(error: Option<ListError>) -> (String, String) {
    let error = error.unwrap();
    let Error::Decode(decode) = &error.error else {
        panic!("{error}");
    };
    let DecodeErrorKind::Incomplete { what } = decode.kind() else {
        panic!("{error}");
    };
    (what.clone(), error.cursor.to_string())
}

#[test]
fn a_list_that_is_cut_off_is_an_error_behind_its_records() {
    let (records, error) = scripted(
        &mut plain(How::Paged),
        &[
            (json!({}), page(&[1, 2], json!({ "total": 5, "next": 2 }))),
            (json!({ "start": 2 }), page(&[3, 4], json!({ "total": 5 }))),
        ],
    );
    assert_eq!(records, [1, 2, 3, 4]);
    let (what, cursor) = incomplete(error);
    assert_eq!(what, "the list is cut off: it ends after 4 of 5 records");
    assert_eq!(cursor, "start:4");
}

#[test]
fn a_list_that_goes_back_is_an_error() {
    for next in [0, 2] {
        let (records, error) = scripted(
            &mut plain(How::Paged),
            &[
                (json!({}), page(&[1, 2], json!({ "total": 9, "next": 2 }))),
                (
                    json!({ "start": 2 }),
                    page(&[3, 4], json!({ "total": 9, "next": next })),
                ),
            ],
        );
        assert_eq!(records, [1, 2, 3, 4]);
        let (what, cursor) = incomplete(error);
        // 0 is no `next`.
        let part = match next {
            0 => "after 4 of 9 records",
            _ => "next one is at 2",
        };
        assert!(what.contains(part), "{what}");
        assert_eq!(cursor, "start:4");
    }
    // One that ignores `start` says the same again.
    let named = json!({ "result": [{ "NAME": "x" }], "total": 9, "next": 1 });
    let mut pages = 0;
    let mut reading = engine(json!({}), List::new(Paging::Start), How::Paged);
    let error = loop {
        match reading.step() {
            Step::Ask(_) => reading.answer([reply(&named)]),
            Step::Page(_) => pages += 1,
            Step::Failed(error) => break error,
            Step::End => panic!("no error"),
        }
    };
    assert_eq!((pages, incomplete(Some(error)).1.as_str()), (1, "start:1"));
    let promise = json!({ "total": 9, "next": 50 });
    let (records, error) = scripted(&mut plain(How::Paged), &[(json!({}), page(&[], promise))]);
    assert!(records.is_empty() && incomplete(error).0.contains("is empty"));
}

#[test]
fn a_full_page_without_next_and_total_is_not_taken_for_the_end() {
    let first: Vec<i64> = (1..=50).collect();
    let (records, error) = scripted(
        &mut plain(How::Paged),
        &[
            (json!({}), page(&first, json!({}))),
            (json!({ "start": 50 }), page(&[51], json!({}))),
            (json!({ "start": 51 }), page(&[], json!({}))),
        ],
    );
    assert_eq!((records.len(), error), (51, None));
    // A method that does not know `start` would answer the same forever.
    let (records, error) = scripted(
        &mut plain(How::Paged),
        &[
            (json!({}), page(&first, json!({}))),
            (json!({ "start": 50 }), page(&first, json!({}))),
        ],
    );
    assert_eq!(records.len(), 50);
    assert!(incomplete(error).0.contains("the same as one before"));
    // Where the size of a page is known, a shorter one is the end.
    let list = List::new(Paging::Start).page_size(50);
    let script = [(json!({}), page(&first[..20], json!({ "next": 0 })))];
    let (records, error) = scripted(&mut engine(json!({}), list, How::Paged), &script);
    assert_eq!((records.len(), error), (20, None));
    // Where it is not, it may be any.
    let script = [
        (json!({}), page(&first[..20], json!({}))),
        (json!({ "start": 20 }), page(&first[..20], json!({}))),
    ];
    let (records, error) = scripted(&mut plain(How::Paged), &script);
    let (what, cursor) = incomplete(error);
    assert!(what.contains("larger page size"), "{what}");
    assert_eq!((records.len(), cursor.as_str()), (20, "start:20"));
    let script = [
        (json!({}), page(&first[..20], json!({ "next": 20 }))),
        (json!({ "start": 20 }), page(&first[20..30], json!({}))),
    ];
    let (records, error) = scripted(&mut plain(How::Paged), &script);
    assert_eq!((records.len(), error), (30, None));
}

/// A portal that gives page after page of 50, and something else behind the second one.
fn beyond(paging: Paging, total: Option<u64>, third: impl Fn() -> Vec<Value>) -> (usize, String) {
    let mut changing = 0;
    let (records, error) = read(&mut engine(json!({}), list(paging), How::Paged), |params| {
        changing += 1;
        let number = match paging {
            Paging::Page => params["page"].as_u64(),
            Paging::NavParams => params["NAV_PARAMS"]["iNumPage"].as_u64(),
            _ => params["offset"].as_u64().map(|offset| offset / 50 + 1),
        };
        let items = match number.unwrap_or(1) {
            page @ (1 | 2) => hundred(page),
            _ => third(),
        };
        let with_change = |mut item: Value| {
            item["IDLE"] = json!(changing);
            item
        };
        let items: Vec<_> = items.into_iter().map(with_change).collect();
        reply(&json!({ "result": { "items": items }, "total": total }))
    });
    (
        records.len(),
        error.map(|it| incomplete(Some(it)).0).unwrap_or_default(),
    )
}

fn hundred(page: u64) -> Vec<Value> {
    let ids = page * 50 - 49..=page * 50;
    ids.map(|id| json!({ "ID": id.to_string() })).collect()
}

#[test]
fn a_list_that_begins_anew_behind_its_last_page_ends() {
    for paging in [Paging::Offset, Paging::Page, Paging::NavParams] {
        for again in [1, 2] {
            // All there is was read, whatever comes then.
            let outcome = beyond(paging, Some(100), || hundred(again));
            assert_eq!(outcome, (100, String::new()), "{paging:?}");
            // Nobody knows whether there is more.
            let (count, what) = beyond(paging, None, || hundred(again));
            match paging {
                Paging::NavParams => assert_eq!(count, 50),
                _ => assert!(count == 100 && what.contains("the same"), "{what}"),
            }
            let (count, what) = beyond(paging, Some(120), || hundred(again));
            assert!(count == 100 && what.contains("the same"), "{what}");
        }
        // Records that cannot be told from others are counted.
        let (count, what) = beyond(paging, Some(120), || vec![json!({ "NAME": "x" }); 30]);
        assert!(
            count == 100 && what.contains("130 records, more than the 120"),
            "{what}"
        );
    }
}

#[test]
fn hidden_records_do_not_make_a_list_begin_anew() {
    let list = List::new(Paging::NavParams).records("items");
    let mut engine = engine(json!({}), list, How::Paged);
    let (records, error) = read(&mut engine, |params| {
        let items = match params["NAV_PARAMS"]["iNumPage"].as_u64() {
            Some(2) => hundred(2)[5..].to_vec(),
            _ => hundred(1),
        };
        reply(&json!({ "result": { "items": items }, "total": 100 }))
    });
    assert_eq!(records.len(), 95);
    assert!(incomplete(error).0.contains("the same as one before"));
}

#[test]
fn ids_tell_pages_apart() {
    let of = |key: Option<&str>, items: Value| {
        let mut list = List::new(Paging::Offset);
        list.keyed_by = key.map(Into::into);
        super::scan::scan(&reply(&json!({ "result": items })).unwrap(), &list, false).unwrap()
    };
    let one = json!([{ "id": 1, "x": 1 }, { "id": 2, "x": 1 }]);
    let changed = json!([{ "id": 1, "x": 2 }, { "id": 2, "x": 2 }]);
    let alike = json!([{ "id": 1, "x": 2 }, { "id": 1, "x": 3 }]);
    let other = json!([{ "id": 1, "x": 4 }, { "id": 1, "x": 5 }]);
    for key in [None, Some("id")] {
        assert!(of(key, one.clone()).same_ids(&of(key, changed.clone())));
        assert!(!of(key, one.clone()).same_bytes(&of(key, changed.clone())));
    }
    assert!(!of(None, alike.clone()).same_ids(&of(None, other.clone())));
    assert!(of(Some("id"), alike).same_ids(&of(Some("id"), other)));
    for none in [
        json!([]),
        json!([5, 6]),
        json!([{ "id": null }]),
        json!([{}]),
    ] {
        let none = of(Some("id"), none);
        assert!(!none.same_ids(&none));
    }
}

/// Where records have names, those tell pages apart, too.
#[test]
fn names_tell_pages_apart() {
    let of = |items: Value| {
        let list = List {
            map: true,
            ..List::new(Paging::Offset)
        };
        super::scan::scan(&reply(&json!({ "result": items })).unwrap(), &list, false).unwrap()
    };
    let one = || of(json!({ "17": { "N": "x" } }));
    assert!(one().same_bytes(&one()));
    assert!(!one().same_bytes(&of(json!({ "18": { "N": "x" } }))));
}

/// A cursor is a place where a page begins.
#[test]
fn the_cursor_of_a_cut_off_list_repeats_nothing() {
    // `start` chooses the page that holds it.
    let portal = |params: Value| {
        let start = params["start"].as_u64().unwrap_or(0) / 50 * 50;
        let count = if start == 0 { 30 } else { 50 };
        let items: Vec<_> = (0..count)
            .map(|id| json!({ "ID": (start + id).to_string() }))
            .collect();
        reply(&json!({ "result": { "items": items }, "total": 100 }))
    };
    let mut reading = engine(json!({}), list(Paging::Start), How::Paged);
    let (records, error) = read(&mut reading, portal);
    let (what, cursor) = incomplete(error);
    assert_eq!((records.len(), cursor.as_str()), (0, "start:0"));
    assert!(what.contains("after 30 of 100"), "{what}");
    let mut reading = engine(json!({ "start": 50 }), list(Paging::Start), How::Paged);
    let (records, error) = read(&mut reading, portal);
    assert_eq!((records.len(), error), (50, None));
}

#[test]
fn pages_may_hold_fewer_records_than_they_span() {
    let (records, error) = scripted(
        &mut plain(How::Paged),
        &[
            (json!({}), page(&[1], json!({ "total": 52, "next": 50 }))),
            (
                json!({ "start": 50 }),
                page(&[2, 3], json!({ "total": 52 })),
            ),
        ],
    );
    assert_eq!((records, error), (vec![1, 2, 3], None));
}

#[test]
fn a_list_by_key_asks_until_a_page_is_empty() {
    let ask =
        |last: i64| json!({ "start": -1, "order": { "ID": "ASC" }, "filter": { ">ID": last } });
    let (records, error) = scripted(
        &mut plain(How::Keyed),
        &[
            (ask(0), page(&[3, 7], json!({ "total": 0 }))),
            (ask(7), page(&[9], json!({ "total": 0 }))),
            (ask(9), json!({ "result": [] })),
        ],
    );
    assert_eq!((records, error), (vec![3, 7, 9], None));
    let (records, error) = scripted(
        &mut plain(How::Keyed),
        &[
            (ask(0), page(&[3, 7], json!({}))),
            (ask(7), page(&[3, 7], json!({}))),
        ],
    );
    assert_eq!(records, [3, 7]);
    let (what, cursor) = incomplete(error);
    assert!(what.contains("3 came behind 7"), "{what}");
    assert_eq!(cursor, "key:7");
}

#[test]
fn a_key_that_is_not_selected_is_an_error() {
    let (records, error) = read(&mut plain(How::Keyed), |_| {
        reply(&json!({ "result": [{ "NAME": "x" }] }))
    });
    let text = error.unwrap().to_string();
    assert!(
        records.is_empty() && text.contains("result[0].ID: "),
        "{text}"
    );
    assert!(
        text.contains("have it selected") && text.ends_with("at key:0"),
        "{text}"
    );
}

#[test]
fn parameters_are_found_and_kept() {
    let list = List::new(Paging::Start).keyed_by("id").order("SORTING");
    let given = json!({ "FILTER": { "=x": 1 }, "SORTING": [], "select": ["id"] });
    let mut reading = engine(given, list, How::Keyed);
    let asked = json!({
        "FILTER": { "=x": 1, ">id": 0 }, "SORTING": { "id": "ASC" }, "select": ["id"], "start": -1,
    });
    scripted(&mut reading, &[(asked, json!({ "result": null }))]);

    let list = List::new(Paging::Start).keyed_by("id").keyed_as("ID");
    let ask = |last| json!({ "filter": { ">ID": last }, "order": { "ID": "ASC" }, "start": -1 });
    let script = [
        (ask(0), json!({ "result": [{ "ID": "5", "id": "7" }] })),
        (ask(7), json!({ "result": [] })),
    ];
    let (records, error) = scripted(&mut engine(json!({}), list, How::Keyed), &script);
    assert_eq!(
        (records.len(), error),
        (1, None),
        "the answer spells the key otherwise"
    );

    let list = List::new(Paging::NavParams).within("PARAMS.NAV_PARAMS");
    let given = json!({ "PARAMS": { "NAV_PARAMS": { "nPageSize": 1 }, "x": 1 } });
    let ask = |number| json!({ "PARAMS": { "NAV_PARAMS": { "nPageSize": 1, "iNumPage": number }, "x": 1 } });
    let script = [
        (ask(1), page(&[1], json!({ "total": 2 }))),
        (ask(2), page(&[2], json!({ "total": 2 }))),
    ];
    let (records, error) = scripted(&mut engine(given, list, How::Paged), &script);
    assert_eq!((records, error), (vec![1, 2], None));

    let list = List::new(Paging::NavParams);
    let first = json!({ "NAV_PARAMS": { "iNumPage": 1 } });
    let script = [(first, page(&[1], json!({})))];
    let (records, error) = scripted(&mut engine(json!({}), list, How::Paged), &script);
    assert_eq!(records, [1]);
    let (what, cursor) = incomplete(error);
    assert!(what.contains("no `total`"), "{what}");
    assert_eq!(cursor, "nav:2:1");

    let list = List::new(Paging::Pagination).page_size(50);
    let given = json!({ "pagination": { "page": 1, "limit": 2, "offset": 0 } });
    let ask = |offset| json!({ "pagination": { "limit": 2, "offset": offset } });
    let script = [
        (ask(0), page(&[1, 2], json!({}))),
        (ask(2), page(&[3], json!({}))),
        (ask(3), page(&[], json!({}))),
    ];
    let (records, error) = scripted(&mut engine(given, list, How::Paged), &script);
    assert_eq!((records, error), (vec![1, 2, 3], None));
}

#[test]
fn one_page_is_whole_only_if_it_is_not_full() {
    let limit = || List::new(Paging::Limit);
    let one = |given: Value, list: List, answer: Value| {
        scripted(
            &mut engine(given.clone(), list, How::Paged),
            &[(given, answer)],
        )
    };
    let (records, error) = one(json!({ "limit": 3 }), limit(), page(&[1, 2], json!({})));
    assert_eq!((records, error), (vec![1, 2], None));
    let (records, error) = one(json!({}), limit().page_size(2), page(&[1, 2], json!({})));
    assert_eq!(records, [1, 2]);
    let (what, cursor) = incomplete(error.clone());
    assert!(what.contains("larger `limit`"), "{what}");
    assert_eq!(cursor, "limit:2");
    let mut again = engine(json!({}), limit().page_size(2), How::Paged);
    again.resume(error.unwrap().cursor);
    let (_, error) = scripted(&mut again, &[]);
    assert!(error.unwrap().to_string().contains("could go on"));
    let total = json!({ "total": 2 });
    let (_, error) = one(json!({}), limit().page_size(2), page(&[1, 2], total));
    assert_eq!(error, None);
    // The portal may give fewer than it was asked for.
    let rows: Vec<i64> = (1..=50).collect();
    let ask = || json!({ "limit": 100 });
    let cut = |list: List, count: usize, beside: Value| {
        let (records, error) = one(ask(), list, page(&rows[..count], beside));
        assert_eq!(records.len(), count);
        error.map(|error| incomplete(Some(error)).0)
    };
    let what = cut(limit(), 50, json!({ "total": 200 }));
    assert!(what.unwrap().contains("after 50 of 200"));
    assert_eq!(cut(limit(), 50, json!({ "total": 50 })), None);
    assert!(cut(limit(), 40, json!({ "next": 40 })).is_some());
    assert!(cut(limit(), 50, json!({})).is_some());
    assert_eq!(cut(limit(), 49, json!({ "total": 0 })), None);
    assert!(cut(limit().page_size(10), 10, json!({})).is_some());
    let most = || limit().page_size(10).max_page_size(30);
    assert!(cut(most(), 30, json!({})).is_some());
    assert_eq!(cut(most(), 29, json!({})), None);
    assert_eq!(cut(limit().max_page_size(1000), 50, json!({})), None);
}

#[test]
fn paging_parameters_are_found_in_any_spelling() {
    let offset = || List::new(Paging::Offset);
    let two = |given: Value, list: List, first: Value, second: Value| {
        let script = [
            (first, page(&[1, 2], json!({}))),
            (second, page(&[], json!({}))),
        ];
        let (records, error) = scripted(&mut engine(given, list, How::Paged), &script);
        assert_eq!((records, error), (vec![1, 2], None));
    };
    let at = |at: u64| json!({ "OFFSET": at, "LIMIT": 2 });
    two(at(0), offset(), at(0), at(2));
    two(at(10), offset().upper_case(), at(10), at(12));
    two(
        json!({}),
        offset().upper_case(),
        json!({}),
        json!({ "OFFSET": 2 }),
    );
    let list = List::new(Paging::Pagination).within("");
    two(at(0), list.clone(), at(0), at(2));
    let given = json!({ "PAGE": 1, "LIMIT": 2 });
    let at = |at: u64| json!({ "LIMIT": 2, "offset": at });
    two(given, list, at(0), at(2));
    let list = List::new(Paging::Start).page_size(2).upper_case();
    let given = json!({ "FILTER": {} });
    let second = json!({ "FILTER": {}, "START": 2 });
    two(given.clone(), list, given, second);

    // im.search.user.list: 10 by default.
    let list = List::new(Paging::Limit).page_size(10);
    let given = json!({ "LIMIT": 5 });
    let script = [(given.clone(), page(&[1, 2, 3, 4, 5], json!({})))];
    let (records, error) = scripted(&mut engine(given, list, How::Paged), &script);
    assert_eq!(records.len(), 5);
    assert!(incomplete(error).0.contains("may be full"));
}

/// What is refused before anything is sent.
#[test]
fn refusals() {
    let start = || List::new(Paging::Start).keyed_by("ID");
    let cases: Vec<(Value, List, How, Option<&str>, &str)> = vec![
        (json!([]), start(), How::Paged, None, "not a JSON object"),
        (
            json!({ "start": -1 }),
            start(),
            How::Paged,
            None,
            "`start` below 0",
        ),
        (
            json!({ "start": "x" }),
            start(),
            How::Paged,
            None,
            "`start`: expected an integer",
        ),
        (
            json!({ "start": 50 }),
            start(),
            How::Keyed,
            None,
            "leave `start` out",
        ),
        (
            json!({ "START": 50 }),
            start(),
            How::Keyed,
            None,
            "leave `START` out",
        ),
        (
            json!({ "start": 50, "START": 0 }),
            start(),
            How::Paged,
            None,
            "`START` is called `start` here",
        ),
        (
            json!({ "offset": 50 }),
            List::new(Paging::Offset).upper_case(),
            How::Paged,
            None,
            "`offset` is called `OFFSET` here",
        ),
        (
            json!({ "filter": { "logic": "OR", "A": 1, "B": 2 } }),
            start(),
            How::Keyed,
            None,
            "an object of their own",
        ),
        (
            json!({ "order": { "NAME": "ASC" } }),
            start(),
            How::Keyed,
            None,
            "leave `order` out",
        ),
        (
            json!({ "ORDER": { "ID": "DESC" } }),
            start(),
            How::Keyed,
            None,
            "leave `ORDER` out",
        ),
        (
            json!({ "filter": { ">=id": 5 } }),
            start(),
            How::Keyed,
            None,
            "leave `>=id` out",
        ),
        (
            json!({ "filter": "x" }),
            start(),
            How::Keyed,
            None,
            "`filter` is not an object",
        ),
        (
            json!({}),
            List::new(Paging::Start),
            How::Keyed,
            None,
            "is not described",
        ),
        (
            json!({}),
            start(),
            How::Both,
            None,
            "cannot be read in batches",
        ),
        (
            json!({}),
            List::new(Paging::Offset),
            How::Batched,
            None,
            "only a list that is paged",
        ),
        (
            json!({}),
            List::new(Paging::Page).keyed_by("ID"),
            How::Keyed,
            None,
            "by key",
        ),
        (
            json!({ "page": 2 }),
            List::new(Paging::Page),
            How::Paged,
            None,
            "leave `page` out",
        ),
        (
            json!({ "offset": -2 }),
            List::new(Paging::Offset),
            How::Paged,
            None,
            "is below 0",
        ),
        (
            json!({}),
            List::new(Paging::Limit),
            How::Paged,
            None,
            "give a `limit`",
        ),
        (
            json!({}),
            List::new(Paging::Cursor),
            How::Paged,
            None,
            "is not described",
        ),
        (
            json!({ "cursor": { "order": "DESC" } }),
            List::new(Paging::Cursor).keyed_by("id"),
            How::Paged,
            None,
            "must be `ASC`",
        ),
        (
            json!({ "pagination": 5 }),
            List::new(Paging::Pagination),
            How::Paged,
            None,
            "not an object",
        ),
        (
            json!({}),
            start(),
            How::Paged,
            Some("key:5"),
            "in another way",
        ),
        (
            json!({}),
            start(),
            How::Keyed,
            Some("start:50"),
            "in another way",
        ),
        (
            json!({}),
            start(),
            How::Paged,
            Some("offset:50"),
            "in another way",
        ),
    ];
    for (params, list, how, cursor, part) in cases {
        let mut engine = engine(params.clone(), list, how);
        if let Some(cursor) = cursor {
            engine.resume(cursor.parse().unwrap());
        }
        let (records, error) = scripted(&mut engine, &[]);
        let error = error.unwrap_or_else(|| panic!("{params} is not refused"));
        assert!(matches!(error.error, Error::Request(_)) && records.is_empty());
        assert!(error.to_string().contains(part), "{params}: {error}");
    }
}

#[test]
fn nothing_and_other_things_in_the_place_of_the_records() {
    let outcome = |body: Value| {
        let list = List::new(Paging::Start).records("data.items");
        read(&mut engine(json!({}), list, How::Paged), |_| reply(&body))
    };
    for nothing in [
        json!(null),
        json!([]),
        json!(false),
        json!(""),
        json!({ "data": [] }),
        json!({ "data": null }),
        json!({ "data": { "items": [] } }),
        json!({ "data": { "items": {} } }),
        json!({ "data": { "items": null } }),
        json!({ "data": { "items": false } }),
    ] {
        let (records, error) = outcome(json!({ "result": nothing, "total": 0 }));
        assert!(records.is_empty() && error.is_none(), "{nothing}");
        let (_, error) = outcome(json!({ "result": nothing, "total": 3 }));
        assert!(incomplete(error).0.contains("after 0 of 3"));
    }
    for (wrong, part) in [
        (json!({}), "result.data: "),
        (json!({ "data": {} }), "result.data.items: "),
        (json!({ "items": [] }), "result.data: "),
        (
            json!([{ "ID": "1" }]),
            "result: expected an object, found an array",
        ),
        (json!(true), "result: expected an object, found true"),
        (
            json!({ "data": { "items": 5 } }),
            "result.data.items: expected an array, found 5",
        ),
        (
            json!({ "data": { "items": { "list": [] } } }),
            "result.data.items: expected an array, found an object",
        ),
    ] {
        let (records, error) = outcome(json!({ "result": wrong }));
        let text = error.unwrap().to_string();
        assert!(records.is_empty() && text.contains(part), "{wrong}: {text}");
    }
    // A list with gaps, as PHP writes it.
    let gaps = json!({ "0": { "ID": "1" }, "2": { "ID": "2" } });
    let (records, error) = outcome(json!({ "result": { "data": { "items": gaps } }, "total": 2 }));
    assert_eq!((records, error), (vec![1, 2], None));
}

#[test]
fn a_batch_asks_for_what_the_first_page_promises() {
    let table = Table {
        rows: (1..=205).collect(),
        size: 2,
        paging: Paging::Start,
    };
    let mut engine = engine(json!({}), list(Paging::Start), How::Batched);
    let mut asked = Vec::new();
    let mut found = Vec::new();
    loop {
        match engine.step() {
            Step::Ask(pages) => {
                asked.push(pages.len());
                let replies = pages
                    .iter()
                    .map(|page| reply(&table.answer(&serde_json::from_slice(page).unwrap())));
                engine.answer(replies.collect::<Vec<_>>());
            }
            Step::Page(page) => found.extend(ids(&page)),
            Step::Failed(error) => panic!("{error}"),
            Step::End => break,
        }
    }
    assert_eq!(found, table.rows);
    assert_eq!(asked, [1, 50, 50, 2]);
}

#[test]
fn how_to_read_is_not_changed_on_the_way() {
    let mut engine = plain(How::Paged);
    assert!(matches!(engine.step(), Step::Ask(_)));
    engine.read(How::Keyed);
    let Step::Failed(error) = engine.step() else {
        panic!("the reading goes on");
    };
    assert!(
        error.to_string().contains("before the reading begins"),
        "{error}"
    );
    // An error from before the reading is at the place that is chosen behind it.
    let mut engine = plain(How::Paged);
    engine.fail(lost());
    engine.read(How::Keyed);
    engine.resume("key:5".parse().unwrap());
    let Step::Failed(error) = engine.step() else {
        panic!("the error is forgotten");
    };
    assert_eq!(error.cursor.to_string(), "key:5");
    assert!(matches!(error.error, Error::Transport(_)));
    // What failed or ended does not go on.
    for _ in 0..2 {
        engine.resume("key:7".parse().unwrap());
        assert!(matches!(engine.step(), Step::Failed(_)));
        assert!(matches!(engine.step(), Step::End));
    }
}
