#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::parse;
use crate::docs::block::{Block, Kind, Text};

/// The blocks in a short form: `2 P[NAME:s * \n string:cl]`, each with its line.
fn tree(text: &str) -> String {
    let page = parse(text);
    assert_eq!(page.faults, [], "in {text}");
    blocks(&page.blocks)
}

/// The same with what is broken.
fn broken(text: &str) -> (String, Vec<(u32, String)>) {
    let page = parse(text);
    let faults = page.faults.into_iter();
    let faults = faults.map(|fault| (fault.line, fault.message));
    (blocks(&page.blocks), faults.collect())
}

fn blocks(blocks: &[Block]) -> String {
    let blocks: Vec<String> = blocks.iter().map(block).collect();
    blocks.join(" ")
}

fn block(block: &Block) -> String {
    let inner = match &block.kind {
        Kind::Heading {
            level,
            text,
            anchors,
        } => format!("H{level}[{}]{}", spans(text), anchors.concat()),
        Kind::Paragraph(text) => format!("P[{}]", spans(text)),
        Kind::Quote(inner) => format!("Q({})", blocks(inner)),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| blocks(item)).collect();
            format!("L({})", items.join(" / "))
        }
        Kind::Table(rows) => {
            let rows = rows.iter().map(|row| {
                let cells = row.cells.iter();
                let cells: Vec<String> = cells
                    .map(|cell| format!("{}:{}", cell.line, blocks(&cell.blocks)))
                    .collect();
                format!("{}<{}>", row.line, cells.join(" | "))
            });
            format!("T({})", rows.collect::<Vec<_>>().join(" "))
        }
        Kind::Code { lang, text } => format!("C{lang}[{text}]"),
        Kind::Note {
            title,
            blocks: inner,
        } => format!("N[{title}]({})", blocks(inner)),
        Kind::Tabs(tabs) => {
            let tabs = tabs.iter();
            let tabs = tabs.map(|tab| format!("{}({})", tab.title, blocks(&tab.blocks)));
            format!("TABS({})", tabs.collect::<Vec<_>>().join(" "))
        }
        Kind::Cut { blocks: inner } => format!("CUT({})", blocks(inner)),
        Kind::Include { target } => format!("I[{target}]"),
    };
    format!("{}{inner}", block.line)
}

/// Each stretch with its marks behind a `:`.
fn spans(text: &Text) -> String {
    let spans = text.spans.iter().map(|span| {
        let mut marks = String::new();
        for (mark, is) in [("c", span.code), ("s", span.strong)] {
            marks.push_str(if is { mark } else { "" });
        }
        if let Some(link) = &span.link {
            marks.push_str(&format!("->{link}"));
        }
        let colon = if marks.is_empty() { "" } else { ":" };
        format!("{}{colon}{marks}", span.text.replace('\n', "\\n"))
    });
    spans.collect::<Vec<_>>().join("·")
}

/// A paragraph's text.
fn inline(text: &str) -> String {
    let out = tree(text);
    let inner = out
        .strip_prefix("1P[")
        .and_then(|out| out.strip_suffix(']'));
    inner.expect("one paragraph").to_owned()
}

#[test]
fn an_empty_page_has_nothing() {
    assert_eq!(tree(""), "");
    assert_eq!(tree("\n \n\t\n"), "");
}

#[test]
fn name_cells_are_taken_apart() {
    for text in [
        "**ID***\n[`int`](t.md)",
        "**ID**^*^ \n[`int`](t.md)",
        "**ID*** \r\n[`int`](t.md)",
    ] {
        assert_eq!(inline(text), r"ID:s·*\n·int:c->t.md");
    }
    assert_eq!(
        inline("**ID**\n[```int|null```](t.md)"),
        r"ID:s·\n·int|null:c->t.md"
    );
    assert_eq!(inline("**ID***[`int`](t.md)"), "ID:s·*·int:c->t.md");
    assert_eq!(inline("**a.b[].c***"), "a.b[].c:s·*");
    assert_eq!(inline("**~ID**"), "~ID:s");
    assert_eq!(inline("**/{ID/}**"), "/{ID/}:s");
    assert_eq!(inline("**SOME_LONG_NAME**"), "SOME_LONG_NAME:s");
    assert_eq!(inline("**`ID`***"), "ID:cs·*");
    assert_eq!(inline("**UF_*** and **PROP_n**"), "UF_:s·* and ·PROP_n:s");
    assert_eq!(inline("[**ID**](#id)"), "ID:s->#id");
    assert_eq!(inline("**[ID](#id)***"), "ID:s->#id·*");
}

#[test]
fn marks_are_told_from_signs() {
    assert_eq!(inline("some_long_name"), "some_long_name");
    assert_eq!(inline("an _apt_ and *old* word"), "an apt and old word");
    assert_eq!(inline("3 * 4 ** 2"), "3 * 4 ** 2");
    assert_eq!(inline("**a*b**"), "a*b:s");
    assert_eq!(inline("**a** **b"), "a:s· **b");
    assert_eq!(inline("***a***"), "a:s");
    assert_eq!(inline(r"\*a\* \`b\` \| c\d"), r"*a* `b` | c\d");
    assert_eq!(inline("`` a`b `` `c"), "a`b:c· `c");
    assert_eq!(inline("`a\nb` c"), "a b:c· c");
    assert_eq!(inline("`*a*`"), "*a*:c");
    assert_eq!(inline("x<br>y &lt;z&gt;"), r"x\n·y <z>");
    assert_eq!(inline("a\\\nb"), r"a\n·b");
    assert_eq!(inline("text {.b24-info}"), "text");
    assert_eq!(inline("a {json} and {%"), "a {json} and {%");
}

#[test]
fn links_keep_their_targets() {
    assert_eq!(inline("[{#T}](./x.md)"), "{#T}:->./x.md");
    assert_eq!(
        inline("[a `b` c](x.md \"t\") [d]"),
        "a :->x.md·b:c->x.md· c:->x.md· [d]"
    );
    assert_eq!(inline("[a](x_(y).md)"), "a:->x_(y).md");
    assert_eq!(inline("see ![alt](p.png){width=1}."), "see .");
    assert_eq!(inline("[![alt](p.png) a](x.md)"), " a:->x.md");
    assert_eq!(inline("[a](x"), "[a](x");
    assert_eq!(
        inline("<https://a.example>"),
        "https://a.example:->https://a.example"
    );
}

#[test]
fn headings_have_anchors() {
    assert_eq!(tree("# A b {#x} {.c} {#y}"), "1H1[A b]xy");
    assert_eq!(tree("\n### `a` ##"), "2H3[a:c]");
    assert_eq!(tree("#tag"), "1P[#tag]");
    assert_eq!(tree("A\n===\nb"), "1H1[A] 3P[b]");
}

#[test]
fn lists_nest() {
    assert_eq!(
        tree("a\n- b\n  - c\n    d\n- e\nf\n\ng"),
        r"1P[a] 2L(2P[b] 3L(3P[c\n·d]) / 5P[e\n·f]) 8P[g]"
    );
    assert_eq!(tree("1. a\n\n   b\n2. c"), "1L(1P[a] 3P[b] / 4P[c])");
    assert_eq!(tree("1. a\n  - b\n2. c"), "1L(1P[a] 2L(2P[b]) / 3P[c])");
    assert_eq!(tree("a\n    - b\n2024. c"), r"1P[a] 2L(2P[b\n·2024. c])");
    assert_eq!(
        tree("- a\n\n  ```js\n  b\n    c\n  ```\n- d"),
        "1L(1P[a] 3Cjs[b\n  c\n] / 7P[d])"
    );
    assert_eq!(tree("-\n- a"), "1L( / 2P[a])");
    assert_eq!(tree("---\n\n- a\n\n***"), "3L(3P[a])");
}

#[test]
fn quotes_hold_blocks() {
    assert_eq!(
        tree("> a: [`b`](c.md)\n>\n> - d\ne\n\nf"),
        r"1Q(1P[a: ·b:c->c.md] 3L(3P[d\n·e])) 6P[f]"
    );
}

#[test]
fn code_is_kept_as_it_is() {
    assert_eq!(
        tree("```php x\n <a> **b** || {% note %}\n#|\n```\nc"),
        "1Cphp[ <a> **b** || {% note %}\n#|\n] 5P[c]"
    );
    assert_eq!(tree("````md\n```\n````"), "1Cmd[```\n]");
    assert_eq!(tree("~~~\na\n~~~"), "1C[a\n]");
    assert_eq!(
        tree("a\n\n    b\n\n      c\n\nd"),
        "1P[a] 3C[b\n\n  c] 7P[d]"
    );
    assert_eq!(tree("```js a```"), "1P[js a:c]");
}

#[test]
fn containers_hold_blocks() {
    assert_eq!(
        tree("{% note tip \"A **b**\" %}\n\nc\n- d\n\n{% endnote %}\ne"),
        "1N[A b](3P[c] 4L(4P[d])) 7P[e]"
    );
    assert_eq!(tree("{% cut \"A\" %}\nb\n{% endcut %}"), "1CUT(2P[b])");
    assert_eq!(tree("{% note info %}a{% endnote %} b"), "1N[](1P[a]) 1P[b]");
    assert_eq!(
        tree("{% if x == 'y' %}\na\n{% endif %}\n{% what %}"),
        "2P[a]"
    );
    assert_eq!(
        tree("{% include notitle [A (b)](../c.md) %}\n"),
        "1I[../c.md]"
    );
    assert_eq!(tree("`{% note %}`"), "1P[{% note %}:c]");
}

#[test]
fn tabs_are_items() {
    let text = "{% list tabs %}\n\n- A\n\n  ```js\n  b\n  ```\n\n- C\n\n    ```\n    - d\n{% endlist %}\n    ```\n\n    #|\n    || e |\n    f ||\n    |#\n\n{% endlist %}";
    assert_eq!(
        tree(text),
        "1TABS(A(5Cjs[b\n]) C(11C[- d\n{% endlist %}\n] 16T(17<17:17P[e] | 17:18P[f]>)))"
    );
    let (tree, faults) = broken("{% list tabs %}\n- A\n\n```\nb\n```\n- C\n\n{% endlist %}");
    assert_eq!(tree, "1TABS(A(4C[b\n]) C())");
    assert_eq!(faults.len(), 1);
}

#[test]
fn tables_have_rows_and_cells() {
    assert_eq!(
        tree("a\n#|\n|| **N**\n`t` | d ||\n|| x |\n\ny\n- z || \n|#\nb"),
        r"1P[a] 2T(3<3:3P[N:s·\n·t:c] | 4:4P[d]> 5<5:5P[x] | 5:7P[y] 8L(8P[z])>) 10P[b]"
    );
    assert_eq!(
        tree("#|\n||\na | b\n||\n||c|| ||d|||\n|#"),
        "1T(2<2:3P[a] | 3:3P[b]> 5<5:5P[c]> 5<5:5P[d] | 5:>)"
    );
}

#[test]
fn bars_that_divide_nothing_divide_nothing() {
    let row = |cells: &str| tree(&format!("#|\n|| {cells} ||\n|#"));
    assert_eq!(
        row("`a|b` | ```c||d```"),
        "1T(2<2:2P[a|b:c] | 2:2P[c||d:c]>)"
    );
    assert_eq!(
        row("[`a`|b](c.md) | [d|e]"),
        "1T(2<2:2P[a:c->c.md·|b:->c.md] | 2:2P[[d] | 2:2P[e]]>)"
    );
    assert_eq!(row(r"a\|b | \|\|"), "1T(2<2:2P[a|b] | 2:2P[||]>)");
    assert_eq!(
        row("a | ```json\n  {\n    1|2\n  }\n  ```"),
        "1T(2<2:2P[a] | 2:2Cjson[{\n  1|2\n}\n]>)"
    );
    assert_eq!(
        row("a |\n#|\n|| b | c ||\n|#\nd"),
        "1T(2<2:2P[a] | 2:3T(4<4:4P[b] | 4:4P[c]>) 6P[d]>)"
    );
    assert_eq!(
        row("a | {% note tip \"\" %}\n\nb\n\n{% endnote %}\n\n"),
        "1T(2<2:2P[a] | 2:2N[](4P[b])>)"
    );
    assert_eq!(
        row("a ` b | c ||\n|| d ` e | f"),
        "1T(2<2:2P[a ` b] | 2:2P[c]> 3<3:3P[d ` e] | 3:3P[f]>)"
    );
}

#[test]
fn tables_of_markdown_are_tables() {
    assert_eq!(
        tree("a\n| b | c |\n|---|:-:|\n| `d|e` | f\\|g\nh"),
        "1P[a] 2T(2<2:2P[b] | 2:2P[c]> 4<4:4P[d|e:c] | 4:4P[f|g]>) 5P[h]"
    );
}

#[test]
fn what_surrounds_the_text_is_dropped() {
    assert_eq!(tree("\u{feff}---\ntitle: a\n---\r\n# B\r\n"), "4H1[B]");
    assert_eq!(tree("a <!-- b\n```\n--> c\nd"), r"1P[a] 3P[c\n·d]");
    assert_eq!(tree("a <!-- b"), "1P[a <!-- b]");
    assert_eq!(tree("`<!-- b`"), "1P[<!-- b:c]");
}

#[test]
fn broken_tables_swallow_no_chapter() {
    let (tree, faults) = broken("#|\n|| a | b ||\n|| c\n\n## D\n\n#|\n|| e ||\n|#");
    assert_eq!(
        tree,
        "1T(2<2:2P[a] | 2:2P[b]> 3<3:3P[c]>) 5H2[D] 7T(8<8:8P[e]>)"
    );
    assert_eq!(
        faults,
        [
            (1, "the table has no end".to_owned()),
            (3, "the row has no end".to_owned())
        ]
    );
    let (tree, _) = broken("#|\n|| a ||\nb\n\n#|\n|| c ||\n|#");
    assert_eq!(tree, "1T(2<2:2P[a]>) 5T(6<6:6P[c]>)");
    let (tree, faults) = broken("#|\n|| a | b\n|| c | d ||\ne | f ||\n- || g ||\n|#\n|#");
    assert_eq!(
        tree,
        "1T(2<2:2P[a] | 2:2P[b]> 3<3:3P[c] | 3:3P[d]> 3<3:4P[e] | 4:4P[f]> 5<5:5P[g]>)"
    );
    let lines: Vec<u32> = faults.iter().map(|fault| fault.0).collect();
    assert_eq!(lines, [2, 4, 5, 7]);
}

#[test]
fn broken_containers_keep_the_rest() {
    let (tree, faults) = broken("{% note tip \"\" %}\na\n## B\nc\n{% endcut %}");
    assert_eq!(tree, "1N[](2P[a]) 3H2[B] 4P[c]");
    assert_eq!(
        faults.iter().map(|fault| fault.0).collect::<Vec<_>>(),
        [1, 5]
    );
    let (tree, faults) =
        broken("{% list tabs %}\n- A\n\n  ```js\n  b\n\n- C\n\n  ```js\n  d\n  ```\n{% endlist %}");
    assert_eq!(tree, "1TABS(A(4Cjs[b\n\n]) C(9Cjs[d\n]))");
    assert_eq!(faults, [(4, "the fence has no end".to_owned())]);
    let (tree, faults) = broken("```\na\n## B\nc");
    assert_eq!(tree, "1C[a\n] 3H2[B] 4P[c]");
    assert_eq!(faults.len(), 1);
}

#[test]
fn nesting_is_bounded() {
    let (_, faults) = broken(&">".repeat(100_000));
    assert_eq!(faults.len(), 1);
    broken(&"- ".repeat(100_000));
    broken(&"#|\n|| ".repeat(10_000));
    broken(&"{% note %}\n".repeat(10_000));
}

#[test]
fn broken_text_takes_no_longer() {
    let start = std::time::Instant::now();
    let pieces = [
        "[",
        "](",
        "[a](",
        "*a ",
        "**a",
        "_a_",
        "`",
        "``a`",
        "^",
        "<!--",
        "{%",
        "{#",
        "<",
        "|",
        "||\n",
        "#|\n",
        "|#\n",
        "{% note %}\n## a\n",
        "```a\n",
        "| ```a\n",
        "~~~\n```\n",
        "- a\n",
        "> ",
        "&",
        "![",
        "\\",
    ];
    for piece in pieces {
        broken(&piece.repeat(40_000 / piece.len()));
        broken(&format!("#|\n|| {}", piece.repeat(40_000 / piece.len())));
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// Pieces that pages are made of.
const PIECES: &[&str] = &[
    "# A {#a}",
    "## B",
    "",
    "text **b** `c`",
    "> q",
    "- x",
    "  - y",
    "    z",
    "1. n",
    "#|",
    "|#",
    "|| **N***",
    "[`int`](t.md) | d ||",
    "|| a | b ||",
    "||",
    "```js",
    "    ```",
    "```",
    "  1 | 2 || 3",
    "{% note tip \"\" %}",
    "{% endnote %}",
    "{% list tabs %}",
    "{% endlist %}",
    "- JS",
    "{% cut \"t\" %}",
    "{% endcut %}",
    "<!-- c",
    "-->",
    "| a | b |",
    "|---|---|",
    "ж`é**ü^*^ [ж](ж",
    "---",
    "\\",
    "{% include [a](b.md) %}",
    "~~~",
    "\t- t",
    "***",
];

fn lines_of(inner: &[Block], most: u32) {
    let check = |line: u32| assert!((1..=most).contains(&line), "line {line} of {most}");
    for block in inner {
        check(block.line);
        match &block.kind {
            Kind::Heading { text, .. } | Kind::Paragraph(text) => {
                text.spans.iter().for_each(|span| check(span.line));
            }
            Kind::Quote(blocks) | Kind::Note { blocks, .. } | Kind::Cut { blocks, .. } => {
                lines_of(blocks, most);
            }
            Kind::List(items) => items.iter().for_each(|item| lines_of(item, most)),
            Kind::Table(rows) => {
                for row in rows {
                    check(row.line);
                    for cell in &row.cells {
                        check(cell.line);
                        lines_of(&cell.blocks, most);
                    }
                }
            }
            Kind::Tabs(tabs) => {
                for tab in tabs {
                    lines_of(&tab.blocks, most);
                }
            }
            Kind::Code { .. } | Kind::Include { .. } => {}
        }
    }
}

/// Reads a page; whatever it is, lines are right and time is short.
fn survives(text: &str) {
    let start = std::time::Instant::now();
    let page = parse(text);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    let most = u32::try_from(text.lines().count().max(1)).unwrap();
    lines_of(&page.blocks, most);
    for fault in page.faults {
        assert!((1..=most).contains(&fault.line), "{fault:?} of {most}");
    }
}

proptest::proptest! {
    #[test]
    fn any_order_of_lines_is_survived(order in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let page: Vec<&str> = order.iter().map(|&piece| PIECES[piece]).collect();
        survives(&page.join("\n"));
    }

    #[test]
    fn any_damage_is_survived(
        order in proptest::collection::vec(0..PIECES.len(), 0..40),
        cuts in proptest::collection::vec((0.0..1.0, 0.0..1.0, 0..3), 0..6),
    ) {
        let page: Vec<&str> = order.iter().map(|&piece| PIECES[piece]).collect();
        let mut bytes = page.join("\r\n").into_bytes();
        for (from, to, what) in cuts {
            let place = |part: f64| (part * bytes.len() as f64) as usize;
            let (from, to) = (place(from), place(to));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 40));
            match what {
                0 => drop(bytes.drain(from..to)),
                1 => bytes.extend_from_within(from..to),
                _ => bytes[from..to].reverse(),
            }
        }
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_signs_are_survived(text in "[#|*_`~{}%<>!\\[\\]()^\\\\& \\n\\-a-cж]{0,200}") {
        survives(&text);
    }
}
