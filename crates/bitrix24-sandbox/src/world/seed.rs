//! What a fresh portal has: its owner, and the chat that the documentation shows.

use std::time::SystemTime;

use super::{
    OWNER, World,
    chat::{Chat, Kind},
};
use crate::contract::{Contract, Rest, text};

/// A chat that is there from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seed {
    id: u64,
    entity_type: String,
    entity_id: String,
}

impl Seed {
    /// The one in the documented example of `imbot.chat.get`.
    pub(crate) fn of(contract: &Contract) -> Option<Self> {
        let mut methods = contract.methods.iter();
        let method = methods
            .find(|method| method.rest == Rest::Classic && method.name == "imbot.chat.get")?;
        method.examples.iter().find_map(|example| {
            let params = example.params.as_ref()?;
            let id = example.answer.get("result")?.get("ID")?;
            let id = id.as_u64().or_else(|| id.as_str()?.parse().ok());
            let param = |name: &str| params.get(name).map(|value| text(value).into_owned());
            Some(Self {
                // Others come after it.
                id: id.filter(|id| *id < u64::from(u32::MAX))?,
                entity_type: param("ENTITY_TYPE")?,
                entity_id: param("ENTITY_ID")?,
            })
        })
    }
}

impl World {
    /// A portal with its owner, who is in the chat of the documentation.
    pub(crate) fn fresh(seed: Option<&Seed>, now: SystemTime) -> Self {
        let mut world = Self::new(now);
        if let Some(seed) = seed {
            let mut chat = Chat::new(Kind::Closed, OWNER);
            chat.title = format!("{} {}", seed.entity_type, seed.entity_id);
            chat.entity_type.clone_from(&seed.entity_type);
            chat.entity_id.clone_from(&seed.entity_id);
            world.insert_chat(seed.id, chat, &[], now);
        }
        world
    }
}
