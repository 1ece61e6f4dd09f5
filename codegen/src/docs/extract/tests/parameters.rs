//! Parameters: names, types, values, nesting, conditions, places.

use serde_json::{Value, json};

use super::{docs, draft, facts, open, page};
use crate::format::Field;

fn params(rows: &str) -> Value {
    facts(&draft(&page(rows, "")))["params"].clone()
}

#[test]
fn stars_mark_what_is_required() {
    for (cell, name, required) in [
        ("**A***", "A", true),
        ("**A**^*^", "A", true),
        ("**A**", "A", false),
        ("**A** *", "A", true),
        ("**A**_**B***", "A_B", true),
        ("A*", "A", true),
    ] {
        let got = params(&format!("|| {cell}\n`string` | Text ||"));
        let is = got[0]["required"] == json!(true);
        if name == "A" {
            assert_eq!((&got[0]["name"], is), (&json!(name), required), "{cell}");
        }
    }
}

#[test]
fn types_in_many_spellings() {
    for (ty, is) in [
        ("`int`", "integer"),
        (
            "[`string`](../data-types.md) \\| [`integer`](../data-types.md)",
            "string|integer",
        ),
        ("`string|null`", "string|null"),
        ("`null|string`", "string|null"),
        ("`array<string>`", "string[]"),
        ("`integer[]`", "integer[]"),
        (
            "[`object`](../data-types.md)\n[`string`](../data-types.md)",
            "object|string",
        ),
    ] {
        assert_eq!(
            params(&format!("|| **A**\n{ty} | Text ||"))[0]["type"],
            json!(is),
            "{ty}"
        );
    }
    let odd = draft(&page("|| **A**\n`srting` | Text ||", ""));
    assert_eq!(odd.facts.params[0].ty, "any");
    assert_eq!(open(&odd), ["result", "params.A.type"]);
    assert!(odd.findings.iter().any(|it| it.candidates == ["string"]));
}

#[test]
fn values_defaults_and_bounds() {
    let words = json!(["a", "b"]);
    for (text, key, is) in [
        (
            "Possible values:\n- `a` — one\n- `b` — two",
            "values",
            words.clone(),
        ),
        (
            "Kind of it:\n- `a` — one\n- `b` — two",
            "values",
            words.clone(),
        ),
        ("Possible values: `a`, `b`", "values", words.clone()),
        ("Mode: `a` or `b`", "values", words.clone()),
        (
            "Type of the object:\n- `a` — one\n- `b` — two",
            "values",
            words.clone(),
        ),
        (
            "Who it is. `a` for cats, `b` for dogs",
            "values",
            words.clone(),
        ),
        (
            "Chat in the format:\n- `a` — one\n- `b` — two",
            "values",
            Value::Null,
        ),
        (
            "Thing:\n- `chatXXX` — one\n- `b` — two",
            "values",
            Value::Null,
        ),
        (
            "Available fields:\n- `a` — one\n- `b` — two",
            "values",
            Value::Null,
        ),
        (
            "Pass one of the parameters: `a` or `b`",
            "values",
            Value::Null,
        ),
        ("Dialog: `chat5` or `b`", "values", Value::Null),
        ("Possible values for `X`: `a`, `b`", "values", Value::Null),
        (
            "Possible values for a cat:\n- `a` — one\n\nPossible values for a dog:\n- `b` — two",
            "values",
            words.clone(),
        ),
        (
            "Possible values for `X`:\n- `a` — one\n\nPossible values for `Y`:\n- `b` — two",
            "values",
            Value::Null,
        ),
        (
            "Default: `a` for cats and `b` for dogs",
            "values",
            Value::Null,
        ),
        (
            "Default: `a` for cats and `b` for dogs",
            "default",
            Value::Null,
        ),
        ("Default is `z`", "default", json!("z")),
        ("Defaults to `z`.", "default", json!("z")),
        (
            "If it is left out, `z` is used by default",
            "default",
            json!("z"),
        ),
        ("By default, the role `z` is used", "default", json!("z")),
        ("There is no default `z`", "default", Value::Null),
    ] {
        let got = params(&format!("|| **A**\n`string` | {text} ||"));
        assert_eq!(got[0][key], is, "{text}: {got}");
    }
    for (text, min, max) in [
        ("How many (1–200)", json!(1), json!(200)),
        ("Maximum value is `50`", Value::Null, json!(50)),
        ("Minimum value: `2`", json!(2), Value::Null),
        ("It grew (2026-02)", Value::Null, Value::Null),
    ] {
        let got = params(&format!("|| **A**\n`integer` | {text} ||"));
        assert_eq!((&got[0]["min"], &got[0]["max"]), (&min, &max), "{text}");
    }
}

#[test]
fn one_or_several() {
    for (text, is) in [
        ("Its number. An array can be passed.", "integer|integer[]"),
        (
            "An array can also be passed\n\nRequired",
            "integer|integer[]",
        ),
        ("Its number. No array can be passed.", "integer"),
    ] {
        let got = params(&format!("|| **A**\n`integer` | {text} ||"));
        assert_eq!(got[0]["type"], json!(is), "{text}");
    }
}

#[test]
fn flags_are_booleans() {
    for text in [
        "Done:\n- `Y` — yes, default value\n- `N` — no",
        "Done: `Y` or `N`. Default is `Y`",
    ] {
        let got = params(&format!("|| **A**\n`string` | {text} ||"));
        assert_eq!(
            got[0],
            json!({ "name": "A", "type": "boolean", "wire": "yes_no", "default": true }),
            "{text}"
        );
    }
}

#[test]
fn nested_fields_by_anchor_heading_and_list() {
    let field = json!([{ "name": "x", "type": "integer", "required": true }]);
    let table = "#|\n|| **Name**\n`type` | **Description** ||\n|| **x***\n`integer` | X ||\n|#";
    for (about, heading) in [
        ("See [below](#box-Fields)", "### Anything {#box_fields}"),
        ("See [below](#parametr-a)", "### Parameter A"),
        ("See elsewhere", "### A object"),
    ] {
        let rows = format!("|| **A**\n`object` | {about} ||");
        let draft = draft(&page(&rows, &format!("{heading}\n\n{table}")));
        assert_eq!(facts(&draft)["params"][0]["fields"], field, "{heading}");
    }
    let list = params("|| **A**\n`object` | Holds:\n- `x`* (`integer`) — X ||");
    assert_eq!(list[0]["fields"], field);
    // Names that stand for many leave the object open.
    let many = params("|| **A**\n`object` | Holds:\n- `field_n` — name\n- `value_n` — value ||");
    assert_eq!(many[0]["fields"], Value::Null);
    let own = params("|| **ID**\n`integer` | N ||\n|| **UF_**\n`any` | Fields of your own ||");
    assert_eq!(own, json!([{ "name": "ID", "type": "integer" }]));
    // Nor do levels and the like, and what the examples have no key of.
    let levels = params("|| **A**\n`object` | Supported levels:\n- `R` — read\n- `W` — write ||");
    assert_eq!(levels[0]["fields"], Value::Null);
    let call = "## Code Examples\n\n{% list tabs %}\n\n- JS\n\n    ```js\n    \
                BX24.callMethod('zoo.feed', { A: { U1: 'R' } });\n    ```\n\n{% endlist %}";
    let other = page(
        "|| **A**\n`object` | Grades:\n- `R` — read\n- `W` — write ||",
        call,
    );
    let other = draft(&other);
    assert_eq!(
        facts(&other)["params"],
        json!([{ "name": "A", "type": "object" }])
    );
    assert!(other.findings.iter().any(|it| it.message.contains("`U1`")));
    // A table that leads to itself ends.
    let own = "|| **A**\n`object` | See [below](#a) ||";
    let loops = "### A {#a}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **a**\n`object` | [Again](#a) ||\n|#";
    assert_eq!(draft(&page(own, loops)).facts.params.len(), 1);
}

#[test]
fn filters_take_no_table_of_the_answer_and_no_marks() {
    let table = |heading: &str| {
        format!(
            "{heading}\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **ID**\n`integer` | N ||\n|#\n\n"
        )
    };
    let call = |filter: &str| {
        format!(
            "## Code Examples\n\n{{% list tabs %}}\n\n- JS\n\n    ```js\n    \
             BX24.callMethod('zoo.feed', {{ SORT: {filter} }});\n    ```\n\n{{% endlist %}}\n\n"
        )
    };
    let fields = |rest: &str| {
        let rows = "|| **SORT**\n`object` | Of the [animals](#animal) ||";
        facts(&draft(&page(rows, rest)))["params"][0]["fields"].clone()
    };
    let animal = table("### Animal {#animal}");
    let answer = format!("## Response Handling\n\n{animal}");
    assert_eq!(fields(&answer), Value::Null);
    let field = json!([{ "name": "ID", "type": "integer" }]);
    assert_eq!(fields(&animal), field);
    assert_eq!(
        fields(&format!("{animal}{}", call("{ ID: 7 }"))),
        field,
        "keys as they stand in the table"
    );
    assert_eq!(
        fields(&format!("{animal}{}", call("{ '>=ID': 7 }"))),
        Value::Null
    );
}

#[test]
fn a_table_of_some_fields_leaves_the_others_open() {
    let table = "#|\n|| **Name**\n`type` | **Description** ||\n|| **x***\n`integer` | X ||\n|#\n\n";
    let rows = "|| **A**\n`object` | [Fields](#a) ||";
    let call = "## Code Examples\n\n{% list tabs %}\n\n- JS\n\n    ```js\n    \
                BX24.callMethod('zoo.feed', { A: { x: 1, y: 2 } });\n    ```\n\n{% endlist %}";
    let fields = |note: &str, other: &str| {
        let text = page(rows, &format!("### A {{#a}}\n\n{table}{note}\n\n{call}"));
        let all = docs(&[("a/fields.md", other), ("a/zoo-feed.md", &text)]);
        let field = &all.methods[0].facts.params[0];
        (field.fields.len(), field.open)
    };
    let all = "# Fields\n\n#|\n|| **Name**\n`type` | **Description** ||\n|| **y**\n`integer` | Y ||\n|#\n";
    assert_eq!(fields("[All fields](./fields.md)", all), (1, true));
    assert_eq!(fields("", all), (1, false), "nothing leads there");
    assert_eq!(
        fields("[All fields](./fields.md)", "# Fields\n"),
        (1, false),
        "no such field"
    );
    let pattern = table.replace("|#", "|| **UF_***\n`string` | Others ||\n|#");
    let many = draft(&page(rows, &format!("### A {{#a}}\n\n{pattern}\n\n{call}")));
    let kept = &many.facts.params[0];
    assert!(kept.open && kept.fields.len() == 1 && kept.fields[0].name == "x");
    assert_eq!(open(&many), ["result"], "the examples fit");
}

#[test]
fn every_table_below_the_parameters_is_read_or_named() {
    let table = "#|\n|| **Name**\n`type` | **Description** ||\n|| **x***\n`integer` | X ||\n|#";
    let rows = "|| **A**\n`object` | Holds an object `B` of the form `{'key': 'value'}` ||";
    let under = |heading: &str| draft(&page(rows, &format!("### {heading}\n\n{table}")));
    let more = under("Additional Parameters");
    let x = json!({ "name": "x", "type": "integer", "required": true });
    assert_eq!(facts(&more)["params"][1], x);
    assert_eq!(open(&more), ["result"]);
    let inner = under("B Parameter");
    assert_eq!(
        facts(&inner)["params"][0]["fields"],
        json!([{ "name": "B", "type": "object", "fields": [x] }])
    );
    assert_eq!(open(&inner), ["result"]);
    let lost = under("Keys of the moon");
    assert_eq!(
        facts(&lost)["params"],
        json!([{ "name": "A", "type": "object" }])
    );
    assert_eq!(open(&lost), ["result", "params"]);
}

#[test]
fn conditions_become_rules() {
    let two = |a: &str, b: &str| {
        let rows = format!("|| **A***\n`string` | {a} ||\n|| **B**\n`string` | {b} ||");
        let draft = draft(&page(&rows, ""));
        let required: Vec<bool> = draft.facts.params.iter().map(|it| it.required).collect();
        (facts(&draft)["rules"].clone(), required)
    };
    let (rules, required) = two("Required if `B` is not provided", "Text");
    assert_eq!(
        rules,
        json!([{ "required_if": { "param": "A", "when": { "missing": "B" } } }])
    );
    assert_eq!(required, [false, false]);
    let (rules, _) = two("Required if `B` is not set", "Required if `A` is not set");
    assert_eq!(rules, json!([{ "any_of": [["A"], ["B"]] }]));
    let (rules, _) = two(
        "At least one of the parameters must be given: `A` or `B`",
        "Text",
    );
    assert_eq!(rules, json!([{ "any_of": [["A"], ["B"]] }]));
    let (rules, _) = two("Required for webhook authorization", "Text");
    let webhook = json!({ "required_if": { "param": "A", "when": { "credential": "webhook" } } });
    assert_eq!(rules, json!([webhook]));
    // Conditions that are not clear are for a person.
    let unclear = draft(&page(
        "|| **A***\n`string` | Required if the moon is full ||",
        "",
    ));
    assert_eq!(open(&unclear), ["result", "params.A.required"]);
    assert!(unclear.facts.params[0].required);
}

#[test]
fn lists_in_examples_give_places() {
    let call = "## Code Examples\n\n{% list tabs %}\n\n- JS\n\n    ```js\n    \
                BX24.callMethod('zoo.feed', [7, { TITLE: 'x' }], (it) => it);\n    ```\n\n{% endlist %}";
    let places = |rows: &str, note: &str| {
        let text = page(rows, &format!("{note}\n\n{call}"));
        let draft = draft(&text);
        let of = |it: &Field| (it.position, it.ty.clone());
        draft.facts.params.iter().map(of).collect::<Vec<_>>()
    };
    let typed = "|| **ID**\n`integer` | N ||\n|| **DATA**\n`object` | D ||";
    let told = [
        (Some(0), "integer".to_owned()),
        (Some(1), "object".to_owned()),
    ];
    assert_eq!(places(typed, ""), told);
    let untyped = "|| **ID** | N ||\n|| **DATA** | D ||";
    assert_eq!(places(untyped, "Keep the order of parameters."), told);
    // Nothing tells the two apart, and nobody says that the order matters.
    assert_eq!(places(untyped, "")[0].0, None);
    // The list does not fit the table.
    assert_eq!(
        places(
            "|| **DATA**\n`object` | D ||\n|| **ID**\n`integer` | N ||",
            ""
        )[0]
        .0,
        None
    );
}

#[test]
fn rows_that_contradict_each_other_are_a_question() {
    let rows = "|| **ID**\n`integer` | One ||\n|| **ID***\n`string` | Another ||\n\
                || **LIST**\n`array` | One ||\n|| **LIST**\n`integer[]` | The same ||";
    let draft = draft(&page(rows, ""));
    assert_eq!(
        open(&draft),
        ["result", "params.ID.type", "params.ID.required"]
    );
    let found = draft.findings.iter().find(|it| it.fact == "params.ID.type");
    let found = found.unwrap();
    assert_eq!(found.candidates, ["integer", "string"]);
    assert!(found.line > 1);
}
