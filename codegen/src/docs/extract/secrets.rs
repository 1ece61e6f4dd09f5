//! What is secret by its name: the documentation says so of nothing.

use crate::format::Field;

/// How such names end, without case and `_`. Addresses for files carry the token of the call that
/// answered with them, or the code of its webhook.
const ENDINGS: [&str; 8] = [
    "token",
    "password",
    "secret",
    "jwt",
    "downloadurl",
    "uploadurl",
    "viewurl",
    "showurl",
];

/// Marks the texts among some fields, and within them, that are secret.
pub(super) fn mark(fields: &mut [Field]) {
    for field in fields {
        let name = field.name.replace('_', "").to_lowercase();
        let is_text = field.ty.split('|').any(|it| it == "string");
        field.secret = is_text && ENDINGS.iter().any(|it| name.ends_with(it));
        mark(&mut field.fields);
    }
}
