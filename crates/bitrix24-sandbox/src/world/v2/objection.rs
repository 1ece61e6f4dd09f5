//! Codes of the second version for parameters that are missing or wrong.

/// The code that a method documents for what is wrong with the parameter at this path, where
/// its name does not tell.
pub(crate) fn objection(method: &str, path: &str) -> Option<&'static str> {
    if !method.starts_with("imbot.v2.") && !method.starts_with("im.v2.") {
        return None;
    }
    let path = path.split([' ', '[', '|']).next().unwrap_or(path);
    Some(match (method, path) {
        ("imbot.v2.bot.get", "botId") => "PARAMS_REQUIRED",
        (_, "botId") => "BOT_ID_REQUIRED",
        ("imbot.v2.bot.register", path) => match path {
            "fields" | "fields.code" => "BOT_CODE_REQUIRED",
            "fields.type" => "BOT_INVALID_TYPE",
            "fields.eventMode" => "BOT_INVALID_EVENT_MODE",
            "fields.webhookUrl" => "BOT_INVALID_CALLBACK",
            "fields.properties.avatar" => "BOT_AVATAR_INCORRECT_TYPE",
            "fields.properties" | "fields.properties.name" => "BOT_PROPERTIES_REQUIRED",
            _ => return None,
        },
        ("imbot.v2.bot.update", "fields.eventMode") => "BOT_INVALID_EVENT_MODE",
        ("imbot.v2.bot.update", "fields.webhookUrl") => "BOT_INVALID_CALLBACK",
        ("imbot.v2.bot.update", "fields.properties.avatar") => "BOT_AVATAR_INCORRECT_TYPE",
        ("imbot.v2.command.register", "fields") => "COMMAND_REQUIRED",
        ("imbot.v2.command.register" | "imbot.v2.command.update", "fields.command") => {
            "COMMAND_NAME_INVALID"
        }
        (_, "userIds") if method.starts_with("imbot.v2.chat.manager.") => "EMPTY_USER_IDS",
        (_, "reaction") => "REACTION_NOT_FOUND",
        (_, "fields" | "fields.name" | "fields.content") if method.ends_with(".file.upload") => {
            "FILE_EMPTY"
        }
        (_, path) if path.starts_with("fields.attach") => "ATTACH_ERROR",
        _ => return None,
    })
}
