//! Reads `multipart/form-data`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// Longer ones are not allowed.
const LONGEST_BOUNDARY: usize = 70;

/// More parts than PHP takes by default.
const MOST_PARTS: usize = 1000;

/// The names and values of the parts; `None` when the body is no such form.
/// A file is an object.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Vec<(String, Value)>> {
    let boundary = parameter(content_type, "boundary")?;
    if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
        return None;
    }
    let (opening, delimiter) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    // What stands before the first delimiter is nobody's.
    let mut rest = match body.strip_prefix(opening.as_bytes()) {
        Some(rest) => rest,
        None => split(body, delimiter.as_bytes())?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (part, after) = split(rest, delimiter.as_bytes())?;
        rest = after;
        if parts.len() == MOST_PARTS {
            return None;
        }
        // Blanks may follow a delimiter, and then its line ends.
        let (_, part) = split(part, b"\r\n")?;
        let (head, content) = match part.strip_prefix(b"\r\n") {
            Some(content) => (&[][..], content),
            None => split(part, b"\r\n\r\n")?,
        };
        parts.extend(entry(&String::from_utf8_lossy(head), content));
    }
    Some(parts)
}

/// A part with a name; others count for nothing.
fn entry(head: &str, content: &[u8]) -> Option<(String, Value)> {
    let header = |wanted: &str| {
        head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then_some(value.trim())
        })
    };
    let disposition = header("content-disposition")?;
    let name = parameter(disposition, "name")?;
    let value = match parameter(disposition, "filename") {
        Some(file) => json!({
            "name": file,
            "type": header("content-type").unwrap_or_default(),
            "size": content.len(),
            "content": STANDARD.encode(content),
        }),
        None => String::from_utf8_lossy(content).into(),
    };
    Some((name, value))
}

/// A parameter of a header such as `form-data; name="a"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        let name = name.trim_matches([' ', '\t', ';']);
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// What stands before the next quotation mark, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some((value, chars.as_str())),
            // Browsers of old send paths with bare backslashes.
            '\\' if chars.as_str().starts_with(['"', '\\']) => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    None
}

/// What stands before the first `separator`, and what follows it.
fn split<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(bytes, separator)?;
    let (before, from) = bytes.split_at_checked(at)?;
    Some((before, from.get(separator.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; charset=utf-8; boundary=\"x y\"";

    fn form(body: &str) -> Option<Vec<(String, Value)>> {
        read(FORM, body.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn fields_and_files() {
        let parts = form(
            "preamble\n--x y\nContent-Disposition: form-data; name=\"a[b][]\"\n\none\n\ntwo\
             \n--x y  \ncontent-disposition:form-data;name=plain\n\n\
             \n--x y\nContent-Type: text/plain\n\nno name\
             \n--x y\n\nno head\
             \n--x y\nContent-Type: image/png\nContent-Disposition: form-data; filename=\"q\\\"; \u{439}.png\"; name=\"file\"\n\n\u{439}--x y\
             \n--x y--\nepilogue",
        );
        let expected = [
            ("a[b][]", json!("one\r\n\r\ntwo")),
            ("plain", json!("")),
            (
                "file",
                json!({"name": "q\"; й.png", "type": "image/png", "size": 7, "content": "0LktLXggeQ=="}),
            ),
        ];
        assert_eq!(
            parts,
            Some(
                expected
                    .map(|(name, value)| (name.to_owned(), value))
                    .into()
            )
        );
        assert_eq!(form("--x y--"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_form() {
        for body in [
            "",
            "a=1",
            "--x y",
            "--x y\n",
            "--x y\nA: b\n\nc",
            "--x y\nA: b\n--x y--",
        ] {
            assert_eq!(form(body), None, "{body}");
        }
        for kind in [
            "multipart/form-data",
            "m; boundary=",
            "m; boundary=\"x y",
            "m; x",
        ] {
            assert_eq!(read(kind, b"--x y--"), None, "{kind}");
        }
        let many = "--x y\nContent-Disposition: form-data; name=a\n\n\n".repeat(1001) + "--x y--";
        assert_eq!(form(&many), None);
        let long = format!("m; boundary={}", "x".repeat(71));
        assert_eq!(read(&long, b""), None);
    }

    #[test]
    fn cut_anywhere() {
        let whole =
            b"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n1\r\n--b--";
        for end in 0..whole.len() {
            assert_eq!(
                read("m;boundary=b", whole.get(..end).unwrap_or_default()),
                None
            );
        }
        assert!(read("m;boundary=b", whole).is_some());
    }
}
