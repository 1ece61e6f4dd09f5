//! Tells bots what has happened.

use super::{World, happening::Happening};
use crate::state::State;

/// Tells those who have to know.
pub(crate) fn tell(state: &State, world: &mut World, happened: Vec<Happening>) {
    let _ = (state, world, happened);
}
