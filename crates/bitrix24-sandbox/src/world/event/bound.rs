//! Events for handlers that the application has bound itself.

use serde_json::{Value, json};

use super::{
    Desk, Letter,
    auth::{With, auth_of, envelope},
    user,
    v2::View,
};
use crate::{
    deliver::Parcel,
    world::{OWNER, bot::Owner, happening::Happening},
};

/// What they are told beside those who are told anyway.
pub(super) fn copies(desk: Desk<'_>, happening: &Happening, letters: &[Letter]) -> Vec<Letter> {
    let mut copies = of_people(desk, happening);
    for letter in letters {
        let Letter::Sent(parcel) = letter else {
            continue;
        };
        for (number, handler, user) in desk.state.bindings.of(&parcel.event) {
            // Who is told already is not told twice.
            if handler == parcel.handler {
                continue;
            }
            let mut body = parcel.body.clone();
            if let Value::Object(fields) = &mut body {
                fields.insert("event_handler_id".to_owned(), json!(number));
                if user != 0 {
                    let auth = auth_of(desk, &Owner::Application, user, With::Refresh);
                    fields.insert("auth".to_owned(), auth.into());
                }
            }
            copies.push(Letter::Sent(Parcel {
                event: parcel.event.clone(),
                handler,
                body,
            }));
        }
    }
    copies
}

/// Events of people, as the person sees them whom the handler is bound for.
fn of_people(desk: Desk<'_>, happening: &Happening) -> Vec<Letter> {
    let Some((kind, chat)) = user::kind_and_place(desk, happening) else {
        return Vec::new();
    };
    let bound = desk.state.bindings.of(kind).into_iter();
    let letters = bound.filter_map(|(number, handler, user)| {
        let viewer = if user == 0 { OWNER } else { user };
        desk.world.chat(chat).filter(|chat| chat.has(viewer))?;
        let data = user::told(View { desk, viewer }, happening)?;
        let auth = auth_of(desk, &Owner::Application, viewer, With::Refresh);
        Some(Letter::Sent(Parcel {
            event: kind.to_owned(),
            handler,
            body: envelope(desk, kind, Some(number), data.into(), auth),
        }))
    });
    letters.collect()
}
