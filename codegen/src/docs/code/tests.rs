#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use proptest::prelude::*;
use serde_json::json as value;

use super::form::form;
use super::*;

fn one(title: &str, text: &str) -> Call {
    let mut calls = calls(title, "", text);
    assert_eq!(calls.len(), 1, "{calls:#?}");
    calls.remove(0)
}

fn params(title: &str, text: &str) -> Value {
    let call = one(title, text);
    assert!(call.whole, "{call:#?}");
    call.params.unwrap()
}

#[test]
fn curl_sends_json() {
    let call = one(
        "cURL (OAuth)",
        r#"
        curl -X POST \
        -H "Content-Type: application/json" \
        -d '{"id": 5, "names": ["a", "b"], "auth": "**token**"}' \
        https://**address**/rest/box.item.add
        "#,
    );
    assert_eq!(call.method.as_deref(), Some("box.item.add"));
    assert_eq!((call.v3, call.line, call.whole), (Some(false), 2, true));
    assert_eq!(call.params, Some(value!({ "id": 5, "names": ["a", "b"] })));
}

#[test]
fn curl_is_quoted_in_many_ways() {
    for text in [
        "-X POST \\\n-d '{\"a\":\"b\"}' \\\nhttps://x.example/rest/m.n",
        r#"curl --data '{"a":"b"}' https://x.example/rest/1/secret/m.n"#,
        r#"curl --data="{\"a\":\"b\"}" "https://x.example/rest/1/secret/m.n.json""#,
        r#"curl https://x.example/rest/1/secret/m.n -d'{"a":"b",}'"#,
        "curl -X POST /\n-H 'A: b' /\n-d 'a=b' /\nhttps://x.example/rest/m.n",
        "curl 'https://x.example/rest/1/secret/m.n?a=b&auth=c'",
        "curl -F 'a=b' --url https://x.example/rest/1/secret/m.n/",
        "# why\ncurl -d a=b\nhttps://x.example/rest/1/secret/m.n # so",
    ] {
        let call = one("cURL", text);
        assert_eq!(call.method.as_deref(), Some("m.n"), "{text}");
        assert_eq!(call.params, Some(value!({ "a": "b" })), "{text}");
        assert!(call.whole, "{text}");
    }
}

#[test]
fn what_curl_cannot_show_is_left_out() {
    let call = one(
        "cURL",
        r#"curl -d "{\"a\":\"$TOKEN\"}" https://x/rest/api/1/s/m.n"#,
    );
    assert_eq!((call.whole, call.v3), (false, Some(true)));
    let call = one("cURL", "curl -d '{\"a\": oops' https://x/rest/m.n");
    assert_eq!((call.whole, call.params), (false, None));
    let call = one("cURL", "curl -d '{\"a\": 1, ...}' https://x/rest/m.n");
    assert_eq!((call.whole, call.params), (false, Some(value!({ "a": 1 }))));
    assert!(calls("cURL", "bash", "curl https://oauth.example/token").is_empty());
    let call = one("cURL", "curl https://x/rest/**user**/**secret**/");
    assert_eq!(call.method, None);
}

#[test]
fn forms_have_brackets() {
    let read = form("a[b][]=1&a[b][]=2&a[c]=x+y%21&d=%D1%8F&&e");
    let expected = value!({ "a": { "b": ["1", "2"], "c": "x y!" }, "d": "я", "e": "" });
    assert_eq!(Value::Object(read), expected);
}

#[test]
fn javascript_is_read() {
    let text = r#"
        // A 'quote in a comment
        BX24.callMethod(
            "box.item.add",
            {
                id: 5, 'b': `two`, "c": -1.5, /* no */ 7: [true, null,],
                d: 'a' + "b", e: { f: 'it\'s \u0041' },
            },
            function (result) { if (result.error()) console.error(`${result.error()}`); }
        );
    "#;
    let call = one("BX24.js", text);
    assert_eq!(
        (call.line, call.method.as_deref()),
        (3, Some("box.item.add"))
    );
    let expected = value!({
        "id": 5, "b": "two", "c": -1.5, "7": [true, null], "d": "ab", "e": { "f": "it's A" },
    });
    assert_eq!(call.params.as_ref(), Some(&expected));
    assert!(call.whole);
    let keys: Vec<_> = call
        .params
        .as_ref()
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(keys, ["id", "b", "c", "7", "d", "e"]);
}

#[test]
fn expressions_are_left_out() {
    let text =
        "BX24.callMethod('m.n', { a: 1, b: new Date(), c: f({ x: 1 }, 2), ...rest, d: [x, 2],
        e: `${y}`, f: 60 * 60, g: 2 }, (result) => {})";
    let call = one("JS", text);
    assert!(!call.whole);
    assert_eq!(call.params, Some(value!({ "a": 1, "d": [2], "g": 2 })));
    let call = one("JS", "BX24.callMethod(name, build());");
    assert_eq!((call.method, call.params, call.whole), (None, None, false));
}

#[test]
fn variables_lead_to_their_values() {
    let text = "
        const ids = [1, 2]
        const params: Record<string, unknown> = { ids, size: { of: ids } }
        await $b24.callMethod('m.n', params)";
    assert_eq!(
        params("JS", text),
        value!({ "ids": [1, 2], "size": { "of": [1, 2] } })
    );
    let twice = "let a = { b: 1 }; a = { c: 2 }; $b24.callMethod('m.n', a)";
    assert!(!one("JS", twice).whole);
    let part = "let a = build({ b: 1 }).all; let c = { b: 1 }.b; $b24.callMethod('m.n', [a, c])";
    assert!(!one("JS", part).whole);
    let around = "let a = { b: b }; let b = { a: a }; $b24.callMethod('m.n', a)";
    assert!(!one("JS", around).whole);
}

#[test]
fn the_sdk_of_javascript_names_its_arguments() {
    let text = "<p>Don't</p><script>
        const answer = await $b24.actions.v3.call.make<Box<{ id: number }[]>>({
            method: 'box.item.list',
            params: { filter: [['id', '>', 5]], },
            requestId: Text.getUuidRfc4122()
        })</script>";
    let call = one("JS (UMD)", text);
    assert_eq!((call.v3, call.whole, call.line), (Some(true), true, 2));
    assert_eq!(call.params, Some(value!({ "filter": [["id", ">", 5]] })));
    let text = "await b24.actions.v2.callList.make({ method: 'm.n', idKey: 'ID' })";
    assert_eq!(params("JS (TS)", text), value!({}));
    let text = "const params = { a: 1 }; b24.actions.v2.call.make({ params, method: 'm.n' })";
    assert_eq!(params("JS (TS)", text), value!({ "a": 1 }));
}

#[test]
fn a_batch_is_one_call() {
    for (title, text) in [
        (
            "JS",
            "BX24.callBatch({ a: ['m.n', { b: 1 }] }, function () {})",
        ),
        (
            "JS",
            "$b24.actions.v2.batch.make({ calls: [['m.n', { b: 1 }]] })",
        ),
        (
            "PHP CRest",
            "CRest::callBatch(['a' => ['method' => 'm.n']]);",
        ),
    ] {
        assert_eq!(one(title, text).method.as_deref(), Some("batch"));
    }
}

#[test]
fn php_is_read() {
    let text = r#"
        # Don't
        $answer = CRest::call('m.n', [
            'a' => 1, "b" => array('x', 'y',), 'c' => [0 => 'p', 1 => 'q'], 'd' => [5 => TRUE],
            'e' => 'it\'s' . " \"so\"", 'f' => [], 'g' => null, // no
        ]);
    "#;
    let expected = value!({
        "a": 1, "b": ["x", "y"], "c": ["p", "q"], "d": { "5": true }, "e": "it's \"so\"", "f": [],
        "g": null,
    });
    assert_eq!(params("PHP CRest", text), expected);
    let text =
        "$b24Service->core->call('m.n', ['a' => $a, 'b' => date('c'), 'c' => \"x $y\", 'd' => 1]);";
    let call = one("PHP", text);
    assert_eq!((call.params, call.whole), (Some(value!({ "d": 1 })), false));
    assert_eq!(
        params("PHP", "$b->call('m.n', [])->getResult()"),
        value!({})
    );
    assert_eq!(
        params("PHP", "$p = ['a' => 1];\n$b->call('m.n', $p);"),
        value!({ "a": 1 })
    );
}

#[test]
fn go_is_read() {
    let text = r#"
        res, err := client.Core().Call(ctx, "m.n", b24.Params{
            "a": []string{"x", "y"}, "b": []any{[]any{"id", ">", 5}}, "c": map[string]any{"d": true},
            "e": []b24.Params{{"f": 1}, {"g": nil}}, "h": []int{}, "i": b24.Params{}, "j": `a\b`,
        }, b24.WithIdempotent())
    "#;
    let call = one("Go", text);
    assert_eq!((call.whole, call.idempotent), (true, Some(true)));
    let expected = value!({
        "a": ["x", "y"], "b": [["id", ">", 5]], "c": { "d": true }, "e": [{ "f": 1 }, { "g": null }],
        "h": [], "i": {}, "j": "a\\b",
    });
    assert_eq!(call.params, Some(expected));
    let call = one(
        "Go",
        r#"client.Core().Call(context.Background(), "m.n", nil)"#,
    );
    assert_eq!(
        (call.params, call.idempotent),
        (Some(value!({})), Some(false))
    );
    let call = one(
        "Go",
        r#"c.Call(ctx, "m.n", b24.Params{"a": time.Now(), "b": Box{X: 1}})"#,
    );
    assert_eq!((call.params, call.whole), (Some(value!({})), false));
}

#[test]
fn python_is_read() {
    let text = "
        data = {'a': True, 'b': (1, 2), 'c': None, \"d\": r'x'} # no
        requests.post('https://x.example/rest/1/secret/m.n', headers=h(), json=data)";
    let expected = value!({ "a": true, "b": [1, 2], "c": null, "d": "x" });
    assert_eq!(params("Python", text), expected);
    assert!(
        !one(
            "Python",
            "requests.get('https://x/rest/m.n', params={'a': f'{b}'})"
        )
        .whole
    );
}

#[test]
fn the_language_of_the_block_helps_where_the_title_does_not() {
    assert_eq!(calls("Example", "php", "CRest::call('m.n');").len(), 1);
    assert_eq!(calls("JS", "php", "CRest::call('m.n');").len(), 1);
    assert!(calls("Example", "", "CRest::call('m.n');").is_empty());
}

#[test]
fn json_takes_liberties() {
    let strict = json("{\"a\": [1]}").unwrap();
    assert!(!strict.loose && !strict.cut);
    for (text, cut) in [
        ("{\"a\": [1,], // one\n}", false),
        ("{\"a\": [1, ...]}", true),
        ("{\"a\": [1], ...}", true),
        ("{\"a\": [1, …\n ]\n ...\n}", true),
        ("{ ... \"a\": [1], \"b\": ... }", true),
    ] {
        let read = json(text).unwrap();
        assert_eq!(
            (read.value, read.loose, read.cut),
            (value!({ "a": [1] }), true, cut),
            "{text}"
        );
    }
}

#[test]
fn broken_json_says_where() {
    for (text, line) in [
        ("", 1),
        ("{\n\"a\": 1\n\"b\": 2 }", 3),
        ("{\n\"a\": oops }", 2),
        ("{\n\"a\": [1, 2\n", 2),
        ("{}\n{}", 2),
        ("{ \"a\n\": 1", 2),
    ] {
        assert_eq!(json(text).unwrap_err().line, line, "{text}");
    }
}

#[test]
fn nesting_has_an_end() {
    for open in [
        "[", "{a:", "(", "array(", "[]any{", "'", "\"\\", "'\\'", "${`", "...",
    ] {
        let text = open.repeat(20_000);
        assert!(json(&text).is_err(), "{open}");
        for (title, call) in [
            ("JS", "BX24.callMethod('a',"),
            ("PHP", "CRest::call('a',"),
            ("Go", "c.Call(ctx, \"a\","),
            ("Python", "requests.post('x/rest/a', json="),
            ("cURL", "curl x/rest/a -d "),
        ] {
            calls(title, "", &format!("{call}{text}"));
        }
    }
    let variables: String = (0..300)
        .map(|it| format!("let v{it} = [v{}, v{}];", it + 1, it + 1))
        .collect();
    calls("JS", "", &format!("BX24.callMethod('a', v0); {variables}"));
    calls("JS", "", &"BX24.callMethod('a', {b:".repeat(5_000));
    form(&format!("a{}=1", "[b]".repeat(50_000)));
}

/// Text that looks like code.
fn code() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "curl ",
            "-d ",
            "'",
            "\"",
            "`",
            "\\",
            "\n",
            " ",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ",",
            ":",
            "=>",
            "->",
            "::",
            "=",
            "...",
            "…",
            "/rest/",
            "https://x/rest/1/s/m.n",
            "a",
            "b",
            "$a",
            "1",
            "-1.5e3",
            "0x1f",
            "BX24.callMethod(",
            "b24.actions.v2.call.make",
            "<T>",
            "method",
            "params",
            "CRest::call(",
            "c.Call(ctx, ",
            "b24.Params{",
            "map[string]any{",
            "[]any{",
            "interface{}",
            "array(",
            "requests.post(",
            "json=",
            "//",
            "#",
            "/*",
            "*/",
            "null",
            "\\u",
            "d83d",
            "%4",
            "&",
            "é",
            "let a =",
            "a := ",
            "WithIdempotent",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics(text in code()) {
        for title in ["cURL", "JS", "PHP", "Go", "Python"] {
            for call in calls(title, "", &text) {
                prop_assert!(!call.whole || call.params.is_some());
            }
        }
        let _ = json(&text);
        let _ = form(&text);
    }

    #[test]
    fn json_reads_what_is_json(keys in prop::collection::vec("\\PC{0,8}", 0..5), text in "\\PC*", number: i64) {
        let object: serde_json::Map<_, _> =
            keys.into_iter().map(|key| (key, value!([text, number, null, true]))).collect();
        let object = Value::Object(object);
        let strict = serde_json::to_string_pretty(&object).unwrap();
        prop_assert_eq!(&json(&strict).unwrap().value, &object);
        // A comment makes it loose, and the other reader has to agree.
        let loose = json(&format!("// see\n{strict}")).unwrap();
        prop_assert!(loose.loose);
        if !strict.contains("\"...\":") && !strict.contains("\"…\":") {
            prop_assert_eq!(&loose.value, &object);
        }
        // JavaScript and Python read it as well.
        let script = params("JS", &format!("BX24.callMethod('m', {{ a: {strict} }})"));
        prop_assert_eq!(&script["a"], &object);
    }
}
