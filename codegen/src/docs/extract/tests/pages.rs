//! What pages say beside parameters, and what is read.

use serde_json::{Value, json};

use super::{PAGE, docs, draft, facts, of_site, open, page};
use crate::docs::draft::Weight;
use crate::docs::site::Site;
use crate::docs::spec;
use crate::format::{Rest, Scalar};

/// The part of a page that tells of the answer.
fn response(json: &str, rows: &str) -> String {
    format!(
        "## Response Handling\n\n```json\n{json}\n```\n\n### Returned Data\n\n\
         #|\n|| **Name**\n`type` | **Description** ||\n{rows}\n|#"
    )
}

fn answer(json: &str, rows: &str) -> Value {
    let rest = response(json, rows);
    facts(&draft(&page("|| **ID**\n`integer` | Number ||", &rest)))["result"].clone()
}

fn errors(text: &str) -> Value {
    let rest = format!("## Error Handling\n\n{text}");
    facts(&draft(&page("|| **ID**\n`integer` | Number ||", &rest)))["errors"].clone()
}

#[test]
fn a_whole_page() {
    let draft = draft(PAGE);
    assert_eq!(draft.method, "zoo.animal.list");
    let facts = facts(&draft);
    assert_eq!(facts["scopes"], json!(["zoo"]));
    assert_eq!(
        facts["deprecated"]["replaced_by"],
        json!(["zoo.v2.animal.list"])
    );
    assert_eq!(facts["list"]["paging"], json!("start"));
    assert_eq!(facts["list"]["page_size"], json!(50));
    assert_eq!(facts["statuses"], json!([400]));
    assert_eq!(
        facts["errors"],
        json!([{ "code": "NO_CAGE", "status": 404 }, { "code": "", "status": 400 }])
    );
    assert_eq!(facts["result"]["type"], json!("object[]"));
    let names: Vec<&Value> = facts["result"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["id", "home", "name", "born"]);
    assert_eq!(facts["result"]["fields"][0]["type"], json!("integer"));
    assert_eq!(facts["result"]["fields"][3]["type"], json!("datetime"));
    assert_eq!(
        facts["params"][0],
        json!({ "name": "KIND", "type": "enum", "required": true, "values": ["CAT", "DOG"] })
    );
    assert_eq!(facts["params"][1]["required"], json!(true));
    assert_eq!(
        facts["params"][1]["fields"][1]["type"],
        json!("string[]|null")
    );
    assert_eq!(facts["params"][2]["max"], json!(20));
    assert_eq!(facts["params"][2]["default"], json!(5));
    assert!(open(&draft).is_empty(), "{:?}", draft.findings);
}

#[test]
fn errors_in_every_layout() {
    for (table, is) in [
        (
            "|| **Code** | **Description** | **Value** ||\n|| `A` | x | y ||",
            json!([{ "code": "A" }]),
        ),
        (
            "|| **Status** | **Code** | **Description** | **Value** ||\n|| `403` | `A` | x | y ||",
            json!([{ "code": "A", "status": 403 }]),
        ),
        (
            "|| **Code** | **Description** | **Status** ||\n|| `A` | x | 404 ||",
            json!([{ "code": "A", "status": 404 }]),
        ),
        (
            "|| **Code** | **Description** | **Status** ||\n|| `A` | x | 400, 403 ||",
            json!([{ "code": "A", "status": 400 }, { "code": "A", "status": 403 }]),
        ),
        (
            "|| **Code** | **Error Message** | **Description** ||\n|| 0 | x | y ||\n|| 0 | z | y ||",
            json!([{ "code": 0 }]),
        ),
        (
            "|| **Code** | **Description** ||\n|| Empty value | x ||\n|| — | y ||",
            json!([{ "code": "" }]),
        ),
    ] {
        assert_eq!(
            errors(&format!("### Possible Error Codes\n\n#|\n{table}\n|#")),
            is,
            "{table}"
        );
    }
    let v3 = errors(
        "### Possible Error Codes\n\nError Code: `A_B`\n\nHTTP Status: **403**\n\n\
         #|\n|| **Field** | **Error Description** | **How to Fix** ||\n|| `id` | x | y ||\n|#\n\n\
         Error Code: `C_D`\n\n#|\n|| **Field** | **Error Description** | **How to Fix** ||\n|| `-` | x | y ||\n|#",
    );
    assert_eq!(
        v3,
        json!([{ "code": "A_B", "status": 403, "field": "id" }, { "code": "C_D" }])
    );
    // Without a table, the example is all there is.
    assert_eq!(
        errors("```json\n{ \"error\": \"ALONE\" }\n```"),
        json!([{ "code": "ALONE" }])
    );
    // What any method may answer is not this one's: by the table of system errors, and without it.
    let page = |code: &str| {
        let rest = format!("## Error Handling\n\n```json\n{{ \"error\": \"{code}\" }}\n```");
        page("|| **ID**\n`integer` | Number ||", &rest)
    };
    let of = |code: &str, more: &str| {
        let system = format!("#|\n|| **Status** | **Code** ||\n{more}|#\n");
        let pages = [
            ("a/zoo-feed.md", page(code)),
            ("_includes/system-errors.md", system),
        ];
        let pages: Vec<(&str, &str)> = pages.iter().map(|it| (it.0, it.1.as_str())).collect();
        docs(&pages).methods[0].facts.errors.len()
    };
    assert_eq!(of("INVALID_CREDENTIALS", ""), 0);
    assert_eq!(of("SLOW_DOWN", ""), 1);
    assert_eq!(of("SLOW_DOWN", "|| `429` | `SLOW_DOWN` ||\n"), 0);
}

#[test]
fn flat_results_are_nested_as_the_json_is() {
    let flat = answer(
        "{ \"result\": { \"cat\": { \"id\": \"1\" } } }",
        "|| **result**\n`object` | All ||\n|| **cat**\n`object` | Cat ||\n|| **id**\n`integer` | Number ||",
    );
    assert_eq!(
        flat["fields"][0]["fields"],
        json!([{ "name": "id", "type": "integer" }])
    );
    let dotted = answer(
        "{ \"result\": { \"cat\": { \"id\": 1 } } }",
        "|| **result**\n`object` | All ||\n|| **result.cat**\n`object` | Cat ||\n|| **result.cat.id**\n`integer` | N ||",
    );
    assert_eq!(dotted, flat);
    let by_id = answer(
        "{ \"result\": { \"5\": { \"id\": \"5\" } } }",
        "|| **result**\n`object` | All ||\n|| **id**\n`integer` | Number ||",
    );
    assert_eq!(by_id["type"], json!("map<integer, object>"));
    assert_eq!(
        by_id["fields"],
        json!([{ "name": "id", "type": "integer" }])
    );
    let described = answer(
        "{ \"result\": { \"a\": { \"type\": \"x\" }, \"b\": { \"type\": \"x\" }, \"c\": { \"type\": \"x\" } } }",
        "|| **result**\n`object` | All ||\n|| **a**\n`string` | A ||\n|| **b**\n`integer` | B ||\n|| **c**\n`date` | C ||",
    );
    assert_eq!(described["type"], json!("map<string, object>"));
    assert_eq!(
        described["fields"],
        json!([{ "name": "type", "type": "string" }])
    );
    let wrapped = answer(
        "{ \"result\": { \"result\": true } }",
        "|| **result**\n`boolean` | Done ||",
    );
    assert_eq!(
        wrapped["fields"],
        json!([{ "name": "result", "type": "boolean" }])
    );
    // A table of what one field of the answer holds.
    let held = answer(
        "{ \"result\": { \"cats\": [{ \"id\": 1 }] } }",
        "|| **result**\n`object` | [Cats](#cats) ||\n|#\n\n#### Cats {#cats}\n\n#|\n|| **Name**\n\
         `type` | **Description** ||\n|| **id**\n`integer` | Number ||",
    );
    assert_eq!(
        held["fields"],
        json!([{
            "name": "cats", "type": "object[]", "fields": [{ "name": "id", "type": "integer" }]
        }])
    );
    // The keys are data: by the name in the table, and by the JSON where it may be something else.
    let many = answer(
        "{ \"result\": { \"cat5\": { \"id\": 5 }, \"cat6\": { \"id\": 6 } } }",
        "|| **result**\n`object` | [Cats](#cats) ||\n|#\n\n#### Cats {#cats}\n\n#|\n|| **Name**\n\
         `type` | **Description** ||\n|| **cat{id}**\n`object` | [Cat](#cat) ||\n|#\n\n\
         #### Cat {#cat}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **id**\n`integer` | N ||",
    );
    let cats = json!({
        "type": "map<string, object>", "fields": [{ "name": "id", "type": "integer" }]
    });
    assert_eq!(many, cats);
    let shown = answer(
        "{ \"result\": { \"<cat>\": { \"id\": 5 } } }",
        "|| **result**\n`object` | Cats ||",
    );
    assert_eq!(shown, cats);
    let either = answer(
        "{ \"result\": { \"cat5\": { \"id\": 5 }, \"cat6\": { \"id\": 6 } } }",
        "|| **result**\n`object`\\|`boolean` | [Cats](#cat), or `false` ||\n|#\n\n\
         #### Cat {#cat}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **id**\n`integer` | N ||",
    );
    assert_eq!(either["type"], json!("map<string, object>|boolean"));
    assert_eq!(either["fields"], cats["fields"]);
    // Keys of prose are no fields.
    let prose = answer(
        "{ \"result\": { \"Some words\": 1, \"Word\": 2 } }",
        "|| **result**\n`object` | All ||",
    );
    assert_eq!(prose, json!({ "type": "object" }));
}

#[test]
fn what_is_empty_says_nothing_of_what_it_holds() {
    let fields = |json: &str| answer(json, "|| **result**\n`object` | A cage ||")["fields"].clone();
    let one = |ty: &str| json!([{ "name": "inside", "type": ty }]);
    let shown = |value: &str| fields(&format!(r#"{{ "result": {{ "inside": {value} }} }}"#));
    assert_eq!(shown("[]"), one("any"), "PHP writes an empty object so");
    assert_eq!(shown("{}"), one("any"), "JavaScript writes a date so");
    assert_eq!(shown("[1]"), one("integer[]"));
    let elements = fields(r#"{ "result": { "inside": [{ "in": [] }, { "in": { "a": 1 } }] } }"#);
    assert_eq!(
        elements[0]["fields"],
        json!([{ "name": "in", "type": "object", "fields": [{ "name": "a", "type": "integer" }] }]),
        "another example says it"
    );
    let row = "|| **result**\n`object` | A cage ||\n|| **inside**\n`array` | Animals ||";
    let table = answer(r#"{ "result": { "inside": [] } }"#, row);
    assert_eq!(table["fields"], one("array"), "the table says it");
}

#[test]
fn what_is_returned_instead_stands_in_words() {
    let of = |ty: &str, about: &str| {
        let row = format!("|| **result**\n`{ty}` | {about} ||");
        answer(r#"{ "result": { "id": 1 } }"#, &row)["type"].clone()
    };
    let animal = "The animal.\n\n";
    assert_eq!(of("object", animal), "object");
    let nobody = format!("{animal}Returns `null` if there is none");
    assert_eq!(of("object", &nobody), "object|null");
    let listed = format!("{animal}The method will return `false`:\n- at night\n- in winter");
    assert_eq!(of("object", &listed), "object|boolean");
    assert_eq!(of("boolean", "Returns `false` at night"), "boolean");
    assert_eq!(of("object", "Returns falsely named animals"), "object");
}

#[test]
fn names_tell_what_is_secret() {
    let rows = "|| **result**\n`object` | The file ||\n|| **DOWNLOAD_URL**\n`string` | Where it is ||\n\
        || **tokenCount**\n`string` | Words ||\n|| **bot_token**\n`integer` | A number ||";
    let shown = r#"{ "result": { "DOWNLOAD_URL": "x", "parts": [{ "uploadUrl": "y" }] } }"#;
    let found = answer(shown, rows);
    let secret = |at: &str| found.pointer(at).map(|it| it["secret"] == json!(true));
    assert_eq!(secret("/fields/0"), Some(true), "by its table");
    assert_eq!(found["fields"][1]["name"], "tokenCount");
    assert_eq!(secret("/fields/1"), Some(false), "it only begins so");
    assert_eq!(secret("/fields/2"), Some(false), "no text");
    assert_eq!(secret("/fields/3/fields/0"), Some(true), "by an example");
    let asked = draft(&page("|| **botPassword**\n`string` | One ||", ""));
    assert!(asked.facts.params[0].secret);
}

#[test]
fn findings_name_the_facts_as_rulings_do() {
    let rows =
        "|| **A**\n`object` | A ||\n|| **A.B**\n`srting` | B ||\n|| **C**\n[`Box`](#box) | C ||";
    let boxes = "### Box {#box}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **d**\n`srting` | D ||\n|#\n\n";
    let answer = response(
        "{ \"result\": { \"cat\": { \"id\": 1, \"kind\": 5, \"age\": true, \"x\": 1 } } }",
        "|| **result**\n`object` | All ||\n|| **cat**\n`object` | Cat ||\n|| **id**\n`srting` | N ||\n\
         || **cat.kind**\n`srting` | K ||\n|| **age**\n`date` | A ||",
    );
    let draft = draft(&page(rows, &format!("{boxes}{answer}")));
    assert_eq!(
        open(&draft),
        [
            "params.A.fields.B.type",
            "params.C.fields.d.type",
            "result.fields.cat.fields.id.type",
            "result.fields.cat.fields.kind.type",
        ]
    );
    let torn = draft
        .findings
        .iter()
        .filter(|it| it.weight == Weight::Contradiction);
    let mut torn: Vec<&str> = torn.map(|it| it.fact.as_str()).collect();
    torn.sort_unstable();
    assert_eq!(
        torn,
        ["result.fields.cat.fields.age", "result.fields.cat.fields.x"]
    );
    let facts = facts(&draft);
    for finding in draft.findings.iter().filter(|it| it.weight != Weight::Note) {
        let fact = finding.fact.as_str();
        assert!(crate::ruling::stated(&facts, fact).is_some(), "{fact}");
    }
}

#[test]
fn bad_json_costs_the_json() {
    let rest = "## Response Handling\n\n```json\n{ \"result\": { \"a\" } }\n```\n\n### Returned Data\n\n\
                #|\n|| **Name**\n`type` | **Description** ||\n|| **result**\n`boolean` | Done ||\n|#";
    let draft = draft(&page("|| **ID**\n`integer` | Number ||", rest));
    assert_eq!(draft.facts.result.ty, "boolean");
    assert!(
        draft
            .findings
            .iter()
            .any(|it| it.message.contains("no JSON"))
    );
}

#[test]
fn versions_scopes_and_callers() {
    let note = "{% note info \"\" %}\n\nThis method belongs to REST 3.0.\n\n{% endnote %}\n\n## Method Parameters";
    let v3 = page("|| **ID**\n`integer` | N ||", "").replace("## Method Parameters", note);
    assert_eq!(draft(&v3).facts.rest, Rest::V3);
    let classic = page("|| **ID**\n`integer` | N ||", "");
    assert_eq!(draft(&classic).facts.rest, Rest::Classic);
    let both = docs(&[("a/zoo-feed.md", &classic), ("a/zoo-feed-v3.md", &v3)]);
    assert_eq!(both.methods.len(), 2, "one name in both versions");
    for words in ["The method works only", "This method **only works**"] {
        let said = format!("{words} in the context of the [application](x.md).\n\n## Method");
        let app = classic.replace("## Method", &said);
        assert!(draft(&app).facts.application_only, "{words}");
    }
    assert!(!draft(&classic).facts.application_only);
    let unscoped = classic.replace("> Scope: [`zoo`](../scopes.md)\n", "");
    assert_eq!(open(&draft(&unscoped)), ["scopes", "result"]);
}

#[test]
fn names_that_disagree_are_for_a_person() {
    let call = |name: &str| {
        format!(
            "## Code Examples\n\n{{% list tabs %}}\n\n- JS\n\n    ```js\n    BX24.callMethod('{name}', {{ ID: 1 }});\n    ```\n\n{{% endlist %}}"
        )
    };
    // A wrong title gives way to the text, the examples and the file's name.
    let wrong = page("|| **ID**\n`integer` | N ||", &call("zoo.feed"))
        .replace("# Feed zoo.feed", "# Feed zoo");
    assert_eq!(draft(&wrong).method, "zoo.feed");
    let other = page("|| **ID**\n`integer` | N ||", &call("zoo.feed"))
        .replace("# Feed zoo.feed", "# Feed zoo.wash");
    assert_eq!(draft(&other).method, "zoo.feed");
    let torn =
        page("|| **ID**\n`integer` | N ||", "").replace("# Feed zoo.feed", "# Feed zoo.wash");
    assert!(open(&draft(&torn)).contains(&"method"));
}

#[test]
fn pages_of_other_things_are_named_with_a_reason() {
    let event = "# Fed onFed\n\n> Scope: [`zoo`](s.md)\n\n## What the Handler Receives\n\nX\n";
    let article = "# How to feed\n\nText.\n";
    let twice = page("|| **ID**\n`integer` | N ||", "");
    let untitled = twice.replace("# Feed zoo.feed\n", "");
    let all = docs(&[
        ("a/b.md", event),
        ("a/c.md", article),
        ("a/d.md", &twice),
        ("a/e.md", &twice),
        ("a/f.md", "\n"),
        ("a/g.md", &untitled),
        ("a/h.md", "Text.\n"),
    ]);
    assert_eq!(all.methods.len(), 1);
    let reasons: Vec<(&str, bool)> = all
        .skipped
        .iter()
        .map(|it| (it.reason.as_str(), it.suspicious))
        .collect();
    assert_eq!(
        reasons,
        [
            ("an event", false),
            ("an article", false),
            ("it is empty", true),
            ("it has no title", true),
            ("a text without a title", false),
            ("`zoo.feed` has a page already: a/d.md", true)
        ]
    );
}

#[test]
fn of_several_pages_the_described_one_is_read() {
    let text = page("|| **ID**\n`integer` | N ||", "");
    let site = Site::of(&[("a/1.md", &*text), ("a/2.md", &*text), ("b/3.md", &*text)]);
    let key = spec::key("zoo.feed", Rest::Classic);
    for (described, read, weight) in [
        (Some("a/2.md"), "a/2.md", Weight::Note),
        (Some("a/gone.md"), "a/1.md", Weight::Open),
        (None, "a/1.md", Weight::Open),
    ] {
        let pages = described.map(|page| (key.clone(), page));
        let all = of_site(&site, &pages.into_iter().collect(), &|_, _| {});
        let [method] = all.methods.as_slice() else {
            panic!("{:?}", all.methods);
        };
        assert_eq!(method.facts.page, read);
        let findings = method.findings.iter();
        let mut told: Vec<_> = findings
            .filter(|it| it.message.contains("`zoo.feed` has another page: "))
            .map(|it| (&*it.page, it.weight))
            .collect();
        told.dedup();
        assert_eq!(told, [(read, weight)], "{described:?}");
        let mut pages: Vec<_> = all.skipped.iter().map(|it| &*it.page).collect();
        pages.push(read);
        pages.sort_unstable();
        assert_eq!(pages, ["a/1.md", "a/2.md", "b/3.md"]);
    }
}

#[test]
fn shared_objects_have_one_name() {
    let user = "# Objects\n\n## Keeper {#keeper}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **id**\n`integer` | N ||\n|#\n";
    let rest = "## Response Handling\n\n```json\n{ \"result\": [{ \"id\": 1 }] }\n```\n\n### Returned Data\n\n\
                #|\n|| **Name**\n`type` | **Description** ||\n|| **result**\n[`Keeper[]`](./entities.md#keeper) | All ||\n|#";
    let text = page("|| **ID**\n`integer` | N ||", rest);
    let all = docs(&[("a/entities.md", user), ("a/zoo-feed.md", &text)]);
    assert_eq!(all.methods[0].facts.result.ty, "Keeper[]");
    assert_eq!(all.types.len(), 1);
    assert_eq!(
        (all.types[0].name.as_str(), all.types[0].fields.len()),
        ("Keeper", 1)
    );
}

#[test]
fn the_table_of_system_errors() {
    let table = "#|\n|| **Status** | **Code** | **Description** ||\n|| `429` | `SLOW_DOWN`\nWait | Wait ||\n|#\n";
    let all = docs(&[("_includes/system-errors.md", table)]);
    let rows = all.system_errors.unwrap();
    assert_eq!(
        (rows[0].status, &rows[0].code),
        (Some(429), &Scalar::Text("SLOW_DOWN".into()))
    );
    // A row that cannot be read costs that row.
    for (row, left) in [
        ("|| `500` | TORN ||", 1),
        ("|| `500` ||", 1),
        ("|| `500`, `503` | `TORN` ||", 2),
    ] {
        let table = table.replace("|#", &format!("{row}\n|#"));
        let all = docs(&[("_includes/system-errors.md", &table)]);
        assert_eq!(all.system_errors.unwrap().len(), left, "{row}");
        let found: Vec<_> = all
            .findings
            .iter()
            .map(|it| (it.line, it.fact.as_str()))
            .collect();
        assert_eq!(found, [(5, "system_errors")], "{row}");
    }
}

#[test]
fn a_broken_page_says_so() {
    let text = page(
        "|| **ID**\n`integer` | N ||",
        "## Other\n\n#|\n|| **Name** | **Description** ||\n|| **x** | y",
    );
    let draft = draft(&text);
    assert_eq!(draft.facts.params.len(), 1);
    assert!(
        draft
            .findings
            .iter()
            .any(|it| it.message.contains("broken"))
    );
}

#[test]
fn notes_say_that_a_method_is_deprecated() {
    let read = |note: &str| {
        let head = "The method `zoo.feed` feeds.\n";
        let text = page("|| **ID**\n`integer` | Number ||", "");
        draft(&text.replacen(head, &format!("{head}\n{note}\n"), 1))
    };
    for (title, text) in [
        (
            "",
            "The method has been deprecated since 2024. Use `zoo.v2.feed`.",
        ),
        ("", "This method was deprecated. Use `zoo.v2.feed`."),
        ("Method deprecated", "Use `zoo.v2.feed`."),
    ] {
        let draft = read(&format!(
            "{{% note warning \"{title}\" %}}\n\n{text}\n\n{{% endnote %}}"
        ));
        assert_eq!(
            facts(&draft)["deprecated"]["replaced_by"],
            json!(["zoo.v2.feed"]),
            "{title} {text}"
        );
        assert!(!open(&draft).contains(&"deprecated"), "{title} {text}");
    }
    let unclear = read("{% note warning %}\n\nConsider this method outdated.\n\n{% endnote %}");
    assert_eq!(facts(&unclear)["deprecated"], Value::Null);
    assert!(open(&unclear).contains(&"deprecated"));
}
