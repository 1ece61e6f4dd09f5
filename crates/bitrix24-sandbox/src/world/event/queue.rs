//! Events that wait until somebody asks for them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use crate::{
    time::date,
    world::{CommandId, MessageId, UserId},
};

/// Of more events, the oldest are lost.
const CAPACITY: usize = 10_000;

/// Events of people are not kept any longer.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Ids are one row of numbers, so that an offset can be that of two queues.
const FIRST_EVENT: u64 = 1001;

/// Whose events they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::world) enum Reader {
    Bot(UserId),
    User(UserId),
}

struct Event {
    id: u64,
    kind: &'static str,
    time: SystemTime,
    data: Value,
}

/// Some events, and where to go on.
pub(in crate::world) struct Page {
    pub(in crate::world) events: Vec<Value>,
    pub(in crate::world) next: u64,
    pub(in crate::world) has_more: bool,
}

/// All that wait.
#[derive(Default)]
pub(in crate::world) struct Queues {
    queues: HashMap<Reader, VecDeque<Event>>,
    /// Before which event each reader has acknowledged all.
    acknowledged: HashMap<Reader, u64>,
    /// Users whose events are kept.
    subscribed: HashSet<UserId>,
    given_out: u64,
    /// Which commands were given by which messages.
    used: HashSet<(CommandId, MessageId)>,
}

impl Queues {
    pub(super) fn push(
        &mut self,
        reader: Reader,
        kind: &'static str,
        data: Value,
        now: SystemTime,
    ) {
        let queue = self.queues.entry(reader).or_default();
        if queue.len() >= CAPACITY {
            queue.pop_front();
        }
        queue.push_back(Event {
            id: FIRST_EVENT + self.given_out,
            kind,
            time: now,
            data,
        });
        self.given_out += 1;
    }

    /// Removes what comes before `offset`, and reads what is left of these readers.
    pub(in crate::world) fn read(
        &mut self,
        readers: &[Reader],
        offset: Option<u64>,
        limit: usize,
        now: SystemTime,
    ) -> Page {
        let mut acknowledged = 0;
        for reader in readers {
            let known = self.acknowledged.entry(*reader).or_default();
            *known = offset.unwrap_or_default().max(*known);
            acknowledged = acknowledged.max(*known);
            if let Some(queue) = self.queues.get_mut(reader) {
                let is_old = |event: &Event| {
                    let age = now.duration_since(event.time).unwrap_or_default();
                    matches!(reader, Reader::User(_)) && age > LIFETIME
                };
                queue.retain(|event| {
                    offset.is_none_or(|offset| event.id >= offset) && !is_old(event)
                });
            }
        }
        let queues = readers.iter().filter_map(|reader| self.queues.get(reader));
        let mut events: Vec<_> = queues.flatten().collect();
        events.sort_unstable_by_key(|event| event.id);
        let has_more = events.len() > limit;
        events.truncate(limit);
        Page {
            next: events
                .last()
                .map_or(offset.unwrap_or(acknowledged), |event| event.id + 1),
            events: events.into_iter().map(Event::shown).collect(),
            has_more,
        }
    }

    pub(super) fn forget(&mut self, reader: Reader) {
        self.queues.remove(&reader);
        self.acknowledged.remove(&reader);
    }

    pub(super) fn note_use(&mut self, command: CommandId, message: MessageId) {
        self.used.insert((command, message));
    }

    pub(in crate::world) fn was_used(&self, command: CommandId, message: MessageId) -> bool {
        self.used.contains(&(command, message))
    }

    pub(in crate::world) fn is_subscribed(&self, user: UserId) -> bool {
        self.subscribed.contains(&user)
    }

    pub(in crate::world) fn subscribe(&mut self, user: UserId) {
        self.subscribed.insert(user);
    }

    pub(in crate::world) fn unsubscribe(&mut self, user: UserId) {
        self.subscribed.remove(&user);
    }

    pub(super) fn subscribers(&self) -> impl Iterator<Item = UserId> {
        self.subscribed.iter().copied()
    }
}

impl Event {
    fn shown(&self) -> Value {
        json!({
            "eventId": self.id,
            "type": self.kind,
            "date": date(self.time),
            "data": self.data,
        })
    }
}
