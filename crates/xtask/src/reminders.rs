//! What is no failure, and must not go unseen: said once more at the end.

use std::sync::{Mutex, PoisonError};

static REMINDERS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says it now, and keeps it for the end.
pub(crate) fn add(text: &str) {
    println!("NOTE: {text}");
    let mut reminders = REMINDERS.lock().unwrap_or_else(PoisonError::into_inner);
    reminders.push(text.to_owned());
}

/// Everything that was said.
pub(crate) fn take() -> Vec<String> {
    let mut reminders = REMINDERS.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut reminders)
}
