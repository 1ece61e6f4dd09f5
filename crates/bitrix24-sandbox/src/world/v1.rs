//! Methods of the first version of the bot API.

use super::methods::Handler;

pub(super) fn find(name: &str) -> Option<Handler> {
    let _ = name;
    None
}
