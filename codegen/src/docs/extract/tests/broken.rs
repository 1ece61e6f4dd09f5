//! Pages that were cut, doubled and shuffled: no panic, no hang, and no harm to other pages.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{PAGE, docs};

/// What the markup is made of, and what is easily mistaken for it.
const PIECES: &[&str] = &[
    "#|",
    "|#",
    "||",
    "|",
    "**",
    "*",
    "^*^",
    "`",
    "```",
    "```json",
    "{% note %}",
    "{% endnote %}",
    "{% list tabs %}",
    "{% endlist %}",
    "{% include [x](zoo-animal-list.md) %}",
    "{% cut \"x\" %}",
    "](",
    "[",
    "](#cage)",
    "{#cage}",
    "## ",
    "### Parameter cage",
    "- ",
    "    ",
    "\t",
    "\n",
    "\r\n",
    "> ",
    "\\|",
    "\\",
    "é",
    "\u{feff}",
    "\u{0}",
    "🦁",
    "{",
    "}",
    "[{",
    "\"",
    "'",
    "(1–",
    "0",
    "-1",
    "99999999999999999999",
    "Possible values: ",
    "Default is `",
    "required if `",
    "result.",
    "result[]",
    "array<",
    "[]",
    "[][][][][][][][][]",
    "map<",
    "$",
    "<!--",
    "-->",
    "&nbsp;",
];

/// How a page is changed: at a place, by a kind, with a piece or an amount.
type Change = (u32, u8, u16);

/// Changes a text. Places are shares of its length, so that they fit any text.
fn mutate(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for (place, kind, amount) in changes {
        let at = |share: u32, text: &str| {
            let mut at = text.len() * (share % 10_000) as usize / 10_000;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let from = at(*place, &text);
        let lines = text.split_inclusive('\n').count();
        match kind % 7 {
            0 => text.insert_str(from, PIECES[*amount as usize % PIECES.len()]),
            1 => {
                let to = at((place % 10_000) + u32::from(*amount % 200), &text).max(from);
                text.replace_range(from..to, "");
            }
            2 => text.truncate(from),
            3 if lines > 0 => {
                let gone = *place as usize % lines;
                let kept = text
                    .split_inclusive('\n')
                    .enumerate()
                    .filter(|it| it.0 != gone);
                text = kept.map(|it| it.1).collect();
            }
            4 if lines > 0 => {
                let twice = *place as usize % lines;
                let all = text.split_inclusive('\n').enumerate();
                text = all
                    .map(|(at, it)| it.repeat(if at == twice { 2 } else { 1 }))
                    .collect();
            }
            5 if lines > 1 => {
                let mut all: Vec<&str> = text.split_inclusive('\n').collect();
                let count = all.len();
                all.swap(*place as usize % count, *amount as usize % count);
                text = all.concat();
            }
            _ => {
                // A piece many times over: depth, and long lines.
                let piece = PIECES[*amount as usize % PIECES.len()].repeat(200);
                text.insert_str(from, &piece);
            }
        }
    }
    text
}

/// Reads a page beside a whole one, and returns how long that took.
fn survives(text: &str) -> Duration {
    let begun = Instant::now();
    let all = docs(&[
        ("api/a/other-thing.md", OTHER),
        ("api/zoo-animal-list.md", text),
    ]);
    let took = begun.elapsed();
    let other = all
        .methods
        .iter()
        .find(|it| it.facts.page == "api/a/other-thing.md");
    let other = other.expect("the other page is read as ever");
    assert_eq!(other.method, "other.thing");
    assert_eq!(other.facts.params.len(), 1);
    assert_eq!(other.facts.result.ty, "boolean");
    took
}

const OTHER: &str = "# Thing other.thing\n\n> Scope: [`other`](s.md)\n\n\
    The method `other.thing` does it.\n\n## Method Parameters\n\n\
    #|\n|| **Name**\n`type` | **Description** ||\n|| **ID***\n`integer` | Number ||\n|#\n\n\
    ## Response Handling\n\n```json\n{ \"result\": true }\n```\n\n### Returned Data\n\n\
    #|\n|| **Name**\n`type` | **Description** ||\n|| **result**\n`boolean` | Done ||\n|#\n";

/// Far more than any page takes, and far less than a hang.
const LIMIT: Duration = Duration::from_secs(5);

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_page_harms(changes in prop::collection::vec(any::<Change>(), 1..12)) {
        let text = mutate(PAGE, &changes);
        prop_assert!(survives(&text) < LIMIT);
    }

    #[test]
    fn no_text_harms(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..200)) {
        prop_assert!(survives(&pieces.concat()) < LIMIT);
    }
}

/// Real pages, changed: `DOCS=… SECONDS=600 cargo test --features cli --lib -- --ignored real_pages`.
#[test]
#[ignore = "needs a folder of the documentation, and minutes"]
fn real_pages() {
    let root = std::env::var("DOCS").expect("DOCS is a folder of the documentation");
    let number = |name: &str, or: u64| {
        let value = std::env::var(name).ok();
        value.and_then(|it| it.parse().ok()).unwrap_or(or)
    };
    let seconds = number("SECONDS", 60);
    let mut seed = number("SEED", 20_261_122) | 1;
    let mut random = move || {
        // Xorshift: the same seed, the same pages.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let site = crate::docs::site::Site::open(root.as_ref()).expect("the folder is there");
    let paths: Vec<&str> = site.paths().collect();
    let (begun, mut cases, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let path = paths[random() as usize % paths.len()];
        let count = random() % 8 + 1;
        let changes: Vec<Change> = (0..count)
            .map(|_| (random() as u32, random() as u8, random() as u16))
            .collect();
        let text = mutate(site.text(path).unwrap_or_default(), &changes);
        // A page that never ends is found by the last line of the output.
        if std::env::var_os("TRACE").is_some() {
            println!("{path} {changes:?}");
        }
        // What fails is found again by its path and changes.
        let outcome = std::panic::catch_unwind(|| survives(&text)).ok();
        assert!(outcome.is_some(), "{path} panics after {changes:?}");
        let took = outcome.unwrap_or_default();
        assert!(took < LIMIT, "{path} takes {took:?} after {changes:?}");
        slowest = slowest.max(took);
        cases += 1;
    }
    println!(
        "{cases} changed pages in {:?}, the slowest in {slowest:?}",
        begun.elapsed()
    );
}
