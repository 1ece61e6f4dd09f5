//! From a folder of documentation to a description, then the same folder after a change: what
//! is said of the difference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = "api/demo/item/item-move.md";
const ERRORS: &str = "_includes/system-errors.md";

/// A made-up page of a method.
const METHOD: &str = r#"# Move an Item demo.item.move

> Scope: [`demo`](../../scopes/permissions.md)
>
> Who can execute the method: any user

The method `demo.item.move` puts an item into another box.

## Method Parameters

#|
|| **Name**
`type` | **Description** ||
|| **ITEM_ID***
[`integer`](../../data-types.md) | Which item ||
|| **BOX_ID***
[`integer`](../../data-types.md) | Which box ||
|| **COMMENT**
[`string`](../../data-types.md) | A few words. By default `none` ||
|| **fields**
[`object`](../../data-types.md) | More about it [(detailed description)](#fields) ||
|#

### Parameter fields {#fields}

#|
|| **Name**
`type` | **Description** ||
|| **TITLE**
[`string`](../../data-types.md) | A name ||
|| **WEIGHT**
[`integer`](../../data-types.md) | In grams ||
|#

## Code Examples

{% list tabs %}

- cURL (Webhook)

    ```bash
    curl -X POST \
    -H "Content-Type: application/json" \
    -d '{"ITEM_ID":1,"BOX_ID":2,"fields":{"TITLE":"a"}}' \
    https://**put_your_bitrix24_address**/rest/**put_your_user_id_here**/**put_your_webhook_here**/demo.item.move
    ```

- JS

    ```js
    const response = await $b24.callMethod('demo.item.move', { ITEM_ID: 1, BOX_ID: 2 });
    ```

{% endlist %}

## Response Handling

HTTP Status: **200**

```json
{
    "result": {
        "ID": 1
    },
    "time": {
        "start": 1.5,
        "finish": 2.5
    }
}
```

### Returned Data

#|
|| **Name**
`type` | **Description** ||
|| **result**
[`object`](../../data-types.md) | The item ||
|| **ID**
[`integer`](../../data-types.md) | Its number ||
|| **time**
[`time`](../../data-types.md#time) | How long it took ||
|#

## Error Handling

HTTP Status: **400**

```json
{
    "error": "NO_ITEM",
    "error_description": "There is none"
}
```

### Possible Error Codes

#|
|| **Code** | **Description** ||
|| `NO_ITEM` | There is no such item ||
|| `NO_BOX` | There is no such box ||
|#
"#;

const SYSTEM: &str = "\
### System Errors

#|
|| **Status** | **Code**
**Error Message** | **Description** ||
|| `200` | `TOO_BUSY`
Too busy | Come again later ||
|| `500` | `BROKEN`
Broken | It does not work ||
|#
";

struct Case {
    root: PathBuf,
}

struct Outcome {
    code: Option<i32>,
    out: String,
}

fn run(command: &str, docs: &Path, spec: &Path, more: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_bitrix24-codegen"))
        .args([command, "--docs"])
        .arg(docs)
        .arg("--spec")
        .arg(spec)
        .args(more)
        .output()
        .unwrap();
    let mut out = String::from_utf8(output.stdout).unwrap();
    out.push_str(&String::from_utf8(output.stderr).unwrap());
    Outcome {
        code: output.status.code(),
        out,
    }
}

impl Case {
    /// A description of a folder with the page and the table of system errors.
    fn new(name: &str) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join("drift")
            .join(name);
        let _ = fs::remove_dir_all(&root);
        let case = Self { root };
        case.write(PAGE, METHOD);
        case.write(ERRORS, SYSTEM);
        let imported = run("import", &case.docs(), &case.spec(), &[]);
        assert_eq!(imported.code, Some(0), "{}", imported.out);
        let same = case.drift(&[]);
        assert_eq!(same.code, Some(0), "{}", same.out);
        case
    }

    fn docs(&self) -> PathBuf {
        self.root.join("docs")
    }

    fn spec(&self) -> PathBuf {
        self.root.join("spec")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.docs().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.docs().join(path)).unwrap();
    }

    fn drift(&self, more: &[&str]) -> Outcome {
        run("drift", &self.docs(), &self.spec(), more)
    }

    /// The texts of the changes.
    fn changes(&self) -> Vec<String> {
        let outcome = self.drift(&["--json"]);
        let json: serde_json::Value = serde_json::from_str(&outcome.out).expect(&outcome.out);
        let changes = json["changes"].as_array().unwrap();
        assert_eq!(outcome.code, Some(i32::from(!changes.is_empty())));
        assert_eq!(json["drift"], !changes.is_empty());
        let text = |it: &serde_json::Value| it["text"].as_str().unwrap().to_owned();
        changes.iter().map(text).collect()
    }
}

/// Replacements in the page.
type Edits<'a> = &'a [(&'a str, &'a str)];

/// The page with replacements, each of which must apply.
fn edited(edits: Edits<'_>) -> String {
    let mut page = METHOD.to_owned();
    for (old, new) in edits {
        assert!(page.contains(old), "{old}");
        page = page.replace(old, new);
    }
    page
}

#[test]
fn changed_facts_are_told() {
    let case = Case::new("facts");
    let cases: &[(Edits<'_>, &[&str])] = &[
        (
            &[("|| **BOX_ID***", "|| **BOX_ID**")],
            &["BOX_ID required → optional"],
        ),
        (
            &[("|| **COMMENT**", "|| **COMMENT***")],
            &["COMMENT optional → required"],
        ),
        (
            &[("BOX_ID", "SHELF_ID")],
            &["BOX_ID → SHELF_ID (renamed, all else is the same)"],
        ),
        (
            &[("ITEM_ID", "item_id")],
            &["ITEM_ID → item_id (the name in another spelling)"],
        ),
        (
            &[
                (
                    "|| **ITEM_ID***\n[`integer`]",
                    "|| **ITEM_ID***\n[`string`]",
                ),
                ("\"ITEM_ID\":1", "\"ITEM_ID\":\"a\""),
                ("ITEM_ID: 1", "ITEM_ID: 'a'"),
            ],
            &["ITEM_ID integer → string"],
        ),
        (
            &[("|| **WEIGHT**\n[`integer`]", "|| **WEIGHT**\n[`double`]")],
            &["fields.WEIGHT integer → double"],
        ),
        (
            &[(
                "|| **WEIGHT**",
                "|| **COLOR**\n[`string`](x.md) | Of the lid ||\n|| **WEIGHT**",
            )],
            &["fields.COLOR added, optional string"],
        ),
        (
            &[("By default `none`", "By default `moved`")],
            &["COMMENT default \"none\" → \"moved\""],
        ),
        (
            &[("|| `NO_BOX` | There is no such box ||\n", "")],
            &["error NO_BOX removed"],
        ),
        (
            &[("|| `NO_BOX`", "|| `FULL` | No room ||\n|| `NO_BOX`")],
            &["error FULL added"],
        ),
        (
            &[("[`demo`]", "[`store`]")],
            &["scope demo removed", "scope store added"],
        ),
        (
            &[(
                "|| **COMMENT**\n[`string`](../../data-types.md) | A few words. By default `none` ||",
                "|| **COMMENT**\n[`array`](../../data-types.md) | A few words ||",
            )],
            &["COMMENT string → array"],
        ),
        (
            &[
                ("|| **ID**\n[`integer`]", "|| **ID**\n[`string`]"),
                ("\"ID\": 1", "\"ID\": \"a1\""),
            ],
            &["result.ID integer → string"],
        ),
        (
            &[
                ("{\n        \"ID\": 1\n    }", "true"),
                ("|| **result**\n[`object`]", "|| **result**\n[`boolean`]"),
                (
                    "|| **ID**\n[`integer`](../../data-types.md) | Its number ||\n",
                    "",
                ),
            ],
            &["result: object {ID} → boolean"],
        ),
    ];
    for (edits, expected) in cases {
        case.write(PAGE, &edited(edits));
        assert_eq!(case.changes(), *expected, "{edits:?}");
    }
}

#[test]
fn what_is_no_fact_is_not_told() {
    let case = Case::new("prose");
    let curl = METHOD.find("- cURL").unwrap();
    let js = METHOD.find("- JS").unwrap();
    let end = METHOD.find("{% endlist %}").unwrap();
    let swapped = format!(
        "{}{}{}{}",
        &METHOD[..curl],
        &METHOD[js..end],
        &METHOD[curl..js],
        &METHOD[end..]
    );
    let pages = [
        edited(&[
            ("puts an item into another box", "moves it"),
            ("Which box", "The other box"),
        ]),
        edited(&[
            ("There is no such item", "No item like this"),
            ("There is none", "None"),
        ]),
        edited(&[
            ("(#fields)", "(#param-fields)"),
            ("{#fields}", "{#param-fields}"),
        ]),
        edited(&[
            (
                "|| **Name**\n`type` | **Description** ||",
                "||\n**Name**\n`type`\n|\n**Description**\n||",
            ),
            ("HTTP Status", "HTTP status"),
        ]),
        edited(&[(
            "|| `NO_ITEM` | There is no such item ||\n|| `NO_BOX` | There is no such box ||",
            "|| `NO_BOX` | There is no such box ||\n|| `NO_ITEM` | There is no such item ||",
        )]),
        edited(&[("\n", "\r\n")]),
        edited(&[
            ("## Response Handling", "## Handling the Response"),
            ("### Returned Data", "### Response Fields"),
            ("## Error Handling", "## Errors"),
        ]),
        edited(&[("|| **Name**\n`type` |", "|| **Name** `type` |")]),
        edited(&[("```json", "```js")]),
        swapped,
    ];
    for page in pages {
        case.write(PAGE, &page);
        assert_eq!(case.changes(), Vec::<String>::new(), "{page}");
    }
    case.write(PAGE, METHOD);
    case.write(ERRORS, &SYSTEM.replace("Come again later", "Wait a little"));
    assert_eq!(case.changes(), Vec::<String>::new());
    case.remove(ERRORS);
    assert_eq!(
        case.changes(),
        Vec::<String>::new(),
        "nothing is said of system errors"
    );
}

#[test]
fn a_nested_object_may_move_from_a_table_to_a_list() {
    let case = Case::new("nested");
    let start = METHOD.find("### Parameter fields").unwrap();
    let end = METHOD.find("## Code Examples").unwrap();
    let page = format!("{}{}", &METHOD[..start], &METHOD[end..]);
    let page = page.replace(
        "More about it [(detailed description)](#fields)",
        "More about it:\n- **TITLE** [`string`](../../data-types.md) — a name\n\
         - **WEIGHT** [`integer`](../../data-types.md) — in grams",
    );
    case.write(PAGE, &page);
    assert_eq!(case.changes(), Vec::<String>::new());
}

#[test]
fn moved_pages_and_other_spellings_are_mentioned() {
    let case = Case::new("moved");
    case.remove(PAGE);
    case.write(
        "api/demo/old/move.md",
        &METHOD.replace("demo.item.move", "demo.Item.Move"),
    );
    let outcome = case.drift(&[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    assert!(outcome.out.contains("page moved: "), "{}", outcome.out);
    assert!(
        outcome
            .out
            .contains("another spelling: demo.item.move → demo.Item.Move"),
        "{}",
        outcome.out
    );
}

#[test]
fn a_method_with_another_page_is_read_from_the_described_one() {
    let case = Case::new("twice");
    // Its path comes first.
    let other = "api/demo/a.md";
    case.write(other, &edited(&[("|| **BOX_ID***", "|| **BOX_ID**")]));
    for more in [&[][..], &["demo.item.move"]] {
        let outcome = case.drift(more);
        assert_eq!(outcome.code, Some(0), "{}", outcome.out);
        let told = "demo.item.move: `demo.item.move` has another page: api/demo/a.md\n";
        assert!(outcome.out.contains(told), "{}", outcome.out);
    }
    let imported = run("import", &case.docs(), &case.spec(), &["demo.item.move"]);
    assert!(
        imported
            .out
            .contains("note, name: `demo.item.move` has another page: api/demo/a.md"),
        "{}",
        imported.out
    );

    // Neither is the described one: which it is now, the pages do not say.
    case.remove(PAGE);
    case.write("api/demo/b.md", METHOD);
    let outcome = case.drift(&[]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.out);
    assert!(
        outcome.out.contains(
            "demo.item.move: BOX_ID required → optional\n    api/demo/a.md:1: `demo.item.move` \
             has another page: api/demo/b.md"
        ),
        "{}",
        outcome.out
    );
    assert!(outcome.out.contains("not counted in"), "{}", outcome.out);
    let imported = run("import", &case.docs(), &case.spec(), &["demo.item.move"]);
    assert!(
        imported.out.contains("1 methods, 0 of them clear"),
        "{}",
        imported.out
    );
}

#[test]
fn system_errors_are_compared() {
    let case = Case::new("system");
    case.write(
        ERRORS,
        &SYSTEM
            .replace("`200`", "`503`")
            .replace("|| `500` | `BROKEN`", "|| `401` | `WHO`"),
    );
    let mut changes = case.changes();
    changes.sort();
    assert_eq!(
        changes,
        [
            "BROKEN removed",
            "TOO_BUSY status 200 → 503",
            "WHO added, status 401"
        ]
    );
}

#[test]
fn pages_come_and_go() {
    let case = Case::new("pages");
    case.write(
        "api/demo/item/item-drop.md",
        &METHOD.replace("item.move", "item.drop"),
    );
    assert_eq!(case.changes(), ["new method, scope demo"]);
    case.remove(PAGE);
    let mut changes = case.changes();
    changes.sort();
    assert_eq!(
        changes,
        ["gone from the documentation", "new method, scope demo"]
    );
    let part = case.drift(&["--part"]);
    assert!(
        part.out.contains("not looked at: 1 methods"),
        "{}",
        part.out
    );
    let named = case.drift(&["demo.item.move"]);
    assert_eq!(named.code, Some(1), "{}", named.out);
    assert!(
        named
            .out
            .starts_with("demo.item.move: gone from the documentation"),
        "{}",
        named.out
    );
}

#[test]
fn an_empty_page_does_not_say_that_its_method_is_gone() {
    let case = Case::new("empty");
    case.write(PAGE, "\n");
    let outcome = case.drift(&[]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.out);
    let told = format!("demo.item.move: its page cannot be read\n    {PAGE}:1: it is empty\n");
    assert!(outcome.out.contains(&told), "{}", outcome.out);
    assert!(!outcome.out.contains("Breaking"), "{}", outcome.out);
}

#[test]
fn a_comparison_of_nothing_is_no_comparison() {
    let case = Case::new("nothing");
    case.remove(PAGE);
    case.write("api/other/item/item-drop.md", METHOD);
    assert_eq!(case.drift(&["api/other"]).code, Some(0));
    case.write(
        "api/other/item/item-drop.md",
        &METHOD.replace("item.move", "item.drop"),
    );
    for more in [&["--part", "demo.item.move"][..], &["api/demo/item"]] {
        let outcome = case.drift(more);
        assert_eq!(outcome.code, Some(2), "{}", outcome.out);
        let reason = "error: nothing was compared: of 1 methods there is no page in ";
        assert!(outcome.out.starts_with(reason), "{}", outcome.out);
    }
}

#[test]
fn mistakes_end_with_two() {
    let case = Case::new("mistakes");
    let missing = run("drift", &case.root.join("none"), &case.spec(), &[]);
    assert_eq!(missing.code, Some(2), "{}", missing.out);
    assert_eq!(case.drift(&["demo.item.mvoe"]).code, Some(2));
    fs::write(case.spec().join("broken.yaml"), "method: [").unwrap();
    let broken = case.drift(&[]);
    assert_eq!(broken.code, Some(2));
    assert!(broken.out.contains("broken.yaml:1"), "{}", broken.out);
}
