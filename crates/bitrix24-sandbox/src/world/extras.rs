//! What goes with the text of a message: attachments, keyboards and menus.

use serde_json::Value;

use super::{message::Message, methods::Refused, params::Params};

/// More than that is refused.
const MAX_BYTES: usize = 30 * 1024;

/// Which of the three.
struct Extra {
    param: &'static str,
    /// The field of the object that has the list.
    list: &'static str,
    wrong: &'static str,
    large: &'static str,
}

const ATTACH: Extra = Extra {
    param: "ATTACH",
    list: "BLOCKS",
    wrong: "ATTACH_ERROR",
    large: "ATTACH_OVERSIZE",
};
const KEYBOARD: Extra = Extra {
    param: "KEYBOARD",
    list: "BUTTONS",
    wrong: "KEYBOARD_ERROR",
    large: "KEYBOARD_OVERSIZE",
};
const MENU: Extra = Extra {
    param: "MENU",
    list: "ITEMS",
    wrong: "MENU_ERROR",
    large: "MENU_OVERSIZE",
};

/// What a message is to get of each: `None` leaves it as it is.
pub(super) struct Extras {
    attach: Option<Option<Value>>,
    keyboard: Option<Option<Value>>,
    menu: Option<Option<Value>>,
}

impl Extras {
    pub(super) fn read(params: Params<'_>) -> Result<Self, Refused> {
        Ok(Self {
            attach: ATTACH.read(params)?,
            keyboard: KEYBOARD.read(params)?,
            menu: MENU.read(params)?,
        })
    }

    /// Whether there is anything to see below a text.
    pub(super) fn attaches(&self) -> bool {
        matches!(self.attach, Some(Some(_)))
    }

    pub(super) fn put(self, message: &mut Message) {
        let set = |field: &mut Option<Value>, extra| {
            if let Some(extra) = extra {
                *field = extra;
            }
        };
        set(&mut message.attach, self.attach);
        set(&mut message.keyboard, self.keyboard);
        set(&mut message.menu, self.menu);
    }
}

impl Extra {
    fn read(&self, params: Params<'_>) -> Result<Option<Option<Value>>, Refused> {
        let wrong = || Refused::code(self.wrong);
        let value = match params.value(self.param) {
            None => return Ok(None),
            Some(Value::String(text)) if matches!(text.trim(), "" | "N") => {
                return Ok(Some(None));
            }
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| wrong())?,
            Some(value) => value.clone(),
        };
        if value.to_string().len() > MAX_BYTES {
            return Err(Refused::code(self.large));
        }
        let all_objects = |items: &[Value]| items.iter().all(Value::is_object);
        match &value {
            Value::Array(items) if items.is_empty() => Ok(Some(None)),
            Value::Array(items) if all_objects(items) => Ok(Some(Some(value))),
            Value::Object(object) => match object.get(self.list).and_then(Value::as_array) {
                Some(items) if all_objects(items) => Ok(Some(Some(value))),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }
}
