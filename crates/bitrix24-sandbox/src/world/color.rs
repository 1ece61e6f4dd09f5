//! The colors of chats and people.

/// Names, as the first version writes them, and what they look like.
const COLORS: [(&str, &str); 16] = [
    ("RED", "#df532d"),
    ("GREEN", "#64a513"),
    ("MINT", "#4ba984"),
    ("LIGHT_BLUE", "#4ba5c3"),
    ("DARK_BLUE", "#3e99ce"),
    ("PURPLE", "#8474c8"),
    ("AQUA", "#1eb4aa"),
    ("PINK", "#f76187"),
    ("LIME", "#58cc47"),
    ("BROWN", "#ab7761"),
    ("AZURE", "#29619b"),
    ("KHAKI", "#728f7a"),
    ("SAND", "#ba9c7b"),
    ("MARENGO", "#556574"),
    ("GRAY", "#909090"),
    ("GRAPHITE", "#5e5f5e"),
];

/// The color of that name, such as `LIGHT_BLUE` or `lightBlue`; `None` when there is no such
/// color.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    let mut colors = COLORS.iter();
    let found = colors.find(|(known, _)| {
        known.eq_ignore_ascii_case(name) || known.replace('_', "").eq_ignore_ascii_case(name)
    });
    found.map(|(_, color)| *color)
}

/// What a color is called, if it is one of them.
pub(crate) fn name_of(color: &str) -> &'static str {
    let mut colors = COLORS.iter();
    let found = colors.find(|(_, known)| *known == color);
    found.map_or("", |(name, _)| name)
}

/// The color of something that was not given one.
pub(crate) fn of(id: u64) -> &'static str {
    let index = usize::try_from(id % COLORS.len() as u64).unwrap_or_default();
    COLORS.get(index).map_or("#909090", |(_, color)| color)
}
