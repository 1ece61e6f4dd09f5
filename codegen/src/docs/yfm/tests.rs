use super::parse;

#[test]
fn an_empty_page_has_nothing() {
    let page = parse("empty.md", "");
    assert!(page.blocks.is_empty());
    assert!(page.faults.is_empty());
}
