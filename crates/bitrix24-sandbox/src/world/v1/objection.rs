//! Codes of the first version for parameters that are missing or wrong.

/// The code that a method documents for what is wrong with the parameter at this path, where
/// its name does not tell.
pub(crate) fn objection(method: &str, path: &str) -> Option<&'static str> {
    let bots = matches!(
        method,
        "imbot.register" | "imbot.update" | "imbot.unregister"
    );
    // Of alternatives, the first one is asked for.
    let path = path.split([' ', '[', '|']).next().unwrap_or(path);
    Some(match (method, path) {
        (_, "CLIENT_ID") if bots => "ACCESS_DENIED",
        ("imbot.register", "CODE") => "CODE_ERROR",
        ("imbot.register", "EVENT_HANDLER") => "EVENT_MESSAGE_ADD_ERROR",
        ("imbot.register", "PROPERTIES" | "PROPERTIES.NAME") => "NAME_ERROR",
        ("imbot.update", "FIELDS") | ("imbot.command.update", "FIELDS") => "WRONG_REQUEST",
        ("imbot.update" | "imbot.unregister" | "imbot.command.register", "BOT_ID") => {
            "BOT_ID_ERROR"
        }
        ("imbot.command.register", "EVENT_COMMAND_ADD") => "EVENT_COMMAND_ADD_ERROR",
        ("imbot.command.register", "COMMAND") => "COMMAND_ERROR",
        ("imbot.command.register", "LANG") => "LANG_ERROR",
        (
            "imbot.command.update" | "imbot.command.unregister" | "imbot.command.answer",
            "COMMAND_ID",
        ) => "COMMAND_ID_ERROR",
        ("imbot.chat.add", "USERS") => "INVALID_FORMAT",
        ("imbot.chat.user.add", "USERS") => "WRONG_REQUEST",
        ("imbot.chat.updatecolor" | "im.chat.updatecolor", "COLOR") => "WRONG_COLOR",
        ("imbot.chat.updateavatar" | "im.chat.updateavatar", "AVATAR") => "AVATAR_ERROR",
        ("imbot.message.add", "DIALOG_ID") => "DIALOG_ID_EMPTY",
        (_, "MESSAGE_ID") if method.starts_with("imbot.message.") => "MESSAGE_ID_ERROR",
        (_, "MESSAGE_ID") if method.starts_with("im.message.") => "MESSAGE_ID_ERROR",
        ("imbot.message.add" | "imbot.message.update" | "imbot.command.answer", path) => {
            match path.split('.').next().unwrap_or(path) {
                "MESSAGE" if method != "imbot.message.update" => "MESSAGE_EMPTY",
                "ATTACH" => "ATTACH_ERROR",
                "KEYBOARD" => "KEYBOARD_ERROR",
                "MENU" => "MENU_ERROR",
                _ => return None,
            }
        }
        _ => return None,
    })
}
