#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{
    hearing::{mentioned, without_mention},
    queue::{Queues, Reader},
};

const BOT: Reader = Reader::Bot(7);
const USER: Reader = Reader::User(1);

/// Events 1001 to 1005, of which 1003 is the user's.
fn queues(now: SystemTime) -> Queues {
    let mut queues = Queues::default();
    for reader in [BOT, BOT, USER, BOT, BOT] {
        queues.push(reader, "E", json!({}), now);
    }
    queues
}

#[test]
fn offsets() {
    let all: &[u64] = &[1001, 1002, 1004, 1005];
    // Offset and limit of a call; what it gets, where to go on, whether there is more; what an
    // unlimited call without an offset gets afterwards.
    for (offset, limit, got, next, more, left) in [
        (None, 100, all, 1006, false, all),
        (None, 2, &all[..2], 1003, true, all),
        (Some(0), 100, all, 1006, false, all),
        (Some(1001), 100, all, 1006, false, all),
        (Some(1002), 1, &all[1..2], 1003, true, &all[1..]),
        (Some(1003), 100, &all[2..], 1006, false, &all[2..]),
        (Some(1005), 1, &all[3..], 1006, false, &all[3..]),
        (Some(1006), 100, &[], 1006, false, &[]),
        (Some(9999), 100, &[], 9999, false, &[]),
        (Some(u64::MAX), 1, &[], u64::MAX, false, &[]),
    ] {
        let now = SystemTime::now();
        let mut queues = queues(now);
        let case = format!("{offset:?} {limit}");
        let page = queues.read(&[BOT], offset, limit, now);
        let ids = |events: &[serde_json::Value]| -> Vec<u64> {
            let ids = events.iter().map(|event| event["eventId"].as_u64());
            ids.map(Option::unwrap).collect()
        };
        assert_eq!(ids(&page.events), got, "{case}");
        assert_eq!((page.next, page.has_more), (next, more), "{case}");
        let page = queues.read(&[BOT], None, 100, now);
        assert_eq!(ids(&page.events), left, "{case}");
        // Nothing of that concerns other readers.
        let page = queues.read(&[USER], None, 100, now);
        assert_eq!(ids(&page.events), [1003], "{case}");
        let page = queues.read(&[BOT, USER], Some(1003), 100, now);
        let both: Vec<_> = [1003].iter().chain(left).copied().collect();
        let mut both: Vec<_> = both.into_iter().filter(|id| *id >= 1003).collect();
        both.sort_unstable();
        assert_eq!(ids(&page.events), both, "{case}");
    }
}

#[test]
fn events_of_people_grow_old() {
    let now = SystemTime::now();
    let mut queues = queues(now);
    let later = now + Duration::from_secs(25 * 3600);
    assert_eq!(queues.read(&[BOT, USER], None, 100, later).events.len(), 4);
    queues.forget(BOT);
    assert!(
        queues
            .read(&[BOT, USER], None, 100, later)
            .events
            .is_empty()
    );
}

#[test]
fn queues_are_not_endless() {
    let now = SystemTime::now();
    let mut queues = Queues::default();
    for _ in 0..10_001 {
        queues.push(BOT, "E", json!(null), now);
    }
    let page = queues.read(&[BOT], None, 1, now);
    assert_eq!(page.events[0]["eventId"], 1002);
    // Where nothing is read, one goes on where one was.
    assert_eq!(queues.read(&[BOT], Some(20_000), 1, now).next, 20_000);
    assert_eq!(queues.read(&[BOT], None, 1, now).next, 20_000);
}

#[test]
fn mentions() {
    let text = "[USER=7]Bot[/USER] , and [user=12]İ[/user], [USER=]x[/USER] [USER=7";
    assert_eq!(mentioned(text), [7, 12]);
    for (text, left) in [
        ("[USER=7]Bot[/USER] , hello", ", hello"),
        ("[USER=7]Bot[/USER], hello", "hello"),
        ("İ [user=7]ẞ[/user] ö", "İ  ö"),
        ("[USER=7]Bot", "[USER=7]Bot"),
        ("[USER=70]Bot[/USER] hi", "[USER=70]Bot[/USER] hi"),
        ("", ""),
    ] {
        assert_eq!(without_mention(text, 7), left, "{text}");
    }
}
