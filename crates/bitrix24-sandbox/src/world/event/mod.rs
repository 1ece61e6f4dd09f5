//! Tells bots what has happened: each in the words of the version that has registered it.

mod auth;
mod bound;
mod hearing;
pub(super) mod queue;
#[cfg(test)]
mod tests;
mod user;
mod v1;
mod v2;

use serde_json::Value;

use super::{
    World,
    bot::{Bot, Delivery},
    happening::Happening,
};
use crate::{deliver::Parcel, state::State};
use queue::Reader;

/// What becomes of something that has happened.
enum Letter {
    /// It waits until somebody asks.
    Kept {
        reader: Reader,
        kind: &'static str,
        data: Value,
    },
    /// It is sent to a handler.
    Sent(Parcel),
}

/// What it takes to write letters.
#[derive(Clone, Copy)]
struct Desk<'a> {
    state: &'a State,
    world: &'a World,
}

/// Tells those who have to know.
pub(crate) fn tell(state: &State, world: &mut World, happened: Vec<Happening>) {
    let now = state.clock.now();
    for happening in happened {
        let desk = Desk { state, world };
        let mut letters = Vec::new();
        match &happening {
            // It is not among the others any more.
            Happening::BotDeleted { bot } => letters.extend(desk.write(bot, &happening)),
            happening => {
                let bots = desk.world.bots();
                letters.extend(bots.flat_map(|bot| desk.write(bot, happening)));
                letters.extend(user::write(desk, happening));
            }
        }
        letters.extend(bound::copies(desk, &happening, &letters));
        for letter in letters {
            match letter {
                Letter::Kept { reader, kind, data } => world.events.push(reader, kind, data, now),
                Letter::Sent(parcel) => state.outbox.put(parcel),
            }
        }
        match happening {
            Happening::BotDeleted { bot } => world.forget_events(bot.id),
            Happening::CommandUsed {
                command, message, ..
            } => world.events.note_use(command.id, message),
            _ => {}
        }
    }
}

impl Desk<'_> {
    /// What a bot is told.
    fn write(self, bot: &Bot, happening: &Happening) -> Option<Letter> {
        if !hearing::hears(self.world, bot, happening) {
            return None;
        }
        match &bot.delivery {
            Delivery::V1(handlers) => v1::write(self, bot, handlers, happening),
            Delivery::Webhook(url) => v2::write(self, bot, Some(url), happening),
            Delivery::Fetch => v2::write(self, bot, None, happening),
        }
    }
}

impl World {
    /// Drops what waits for a bot.
    pub(super) fn forget_events(&mut self, bot: super::UserId) {
        self.events.forget(Reader::Bot(bot));
    }
}
