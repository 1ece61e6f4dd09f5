//! The part of a page that the benchmark writes.

const BEGIN: &str = "<!-- bench: begin -->";
const END: &str = "<!-- bench: end -->";

/// The page with another text between the markers.
pub(crate) fn replace(page: &str, text: &str) -> Result<String, String> {
    let only = |marker: &str| match page.matches(marker).count() {
        1 => page.find(marker).ok_or(String::new()),
        count => Err(format!("{marker} is there {count} times, not once")),
    };
    let (begin, end) = (only(BEGIN)?, only(END)?);
    if end < begin {
        return Err(format!("{END} is before {BEGIN}"));
    }
    let (before, after) = (&page[..begin], &page[end..]);
    Ok(format!("{before}{BEGIN}\n\n{text}\n\n{after}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::replace;

    const PAGE: &str = "# Fast\n\n<!-- bench: begin -->\nold\n<!-- bench: end -->\n\nMore.\n";

    #[test]
    fn replaces_what_is_between() {
        let new = replace(PAGE, "| new |").unwrap();
        let wanted = "# Fast\n\n<!-- bench: begin -->\n\n| new |\n\n<!-- bench: end -->\n\nMore.\n";
        assert_eq!(new, wanted);
        // Again, and it stays.
        assert_eq!(replace(&new, "| new |").unwrap(), new);
    }

    #[test]
    fn leaves_other_pages_alone() {
        let none = "<!-- bench: begin --> is there 0 times, not once";
        assert_eq!(replace("# Fast\n", "new").unwrap_err(), none);
        let turned = "<!-- bench: end -->\n<!-- bench: begin -->";
        let wrong = "<!-- bench: end --> is before <!-- bench: begin -->";
        assert_eq!(replace(turned, "new").unwrap_err(), wrong);
        assert!(replace(&format!("{PAGE}{PAGE}"), "new").is_err());
    }
}
