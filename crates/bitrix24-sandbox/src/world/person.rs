//! People, and what bots have in common with them.

use std::time::SystemTime;

use super::{UserId, World, color};

/// A person or a bot, as others see them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// 0 until the portal gives it one.
    pub(crate) id: UserId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) position: String,
    pub(crate) email: String,
    pub(crate) website: String,
    /// `M` or `F`.
    pub(crate) gender: String,
    /// `YYYY-MM-DD`, or nothing.
    pub(crate) birthday: String,
    pub(crate) color: Option<&'static str>,
    /// An address, or nothing.
    pub(crate) avatar: String,
    pub(crate) active: bool,
    pub(crate) bot: bool,
    pub(crate) extranet: bool,
    pub(crate) joined: SystemTime,
    pub(crate) last_seen: SystemTime,
}

impl Person {
    /// Someone of that name.
    pub(crate) fn named(first_name: &str, last_name: &str) -> Self {
        Self {
            id: 0,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            position: String::new(),
            email: String::new(),
            website: String::new(),
            gender: "M".to_owned(),
            birthday: String::new(),
            color: None,
            avatar: String::new(),
            active: true,
            bot: false,
            extranet: false,
            joined: SystemTime::UNIX_EPOCH,
            last_seen: SystemTime::UNIX_EPOCH,
        }
    }

    /// First and last name.
    pub(crate) fn name(&self) -> String {
        match (self.first_name.as_str(), self.last_name.as_str()) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        }
    }

    pub(crate) fn color(&self) -> &'static str {
        self.color.unwrap_or_else(|| color::of(self.id))
    }
}

impl World {
    /// Takes someone in, as of now, and gives them an id.
    pub(crate) fn add_person(&mut self, person: Person, now: SystemTime) -> UserId {
        self.last.user += 1;
        let id = self.last.user;
        let person = Person {
            id,
            joined: now,
            last_seen: now,
            ..person
        };
        self.people.insert(id, person);
        id
    }

    /// A person or a bot.
    pub(crate) fn person(&self, id: UserId) -> Option<&Person> {
        self.people.get(&id)
    }

    pub(crate) fn person_mut(&mut self, id: UserId) -> Option<&mut Person> {
        self.people.get_mut(&id)
    }

    /// People and bots, by their ids.
    pub(crate) fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// What someone is called; nothing if there is no such person.
    pub(crate) fn name_of(&self, id: UserId) -> String {
        self.person(id).map(Person::name).unwrap_or_default()
    }
}
