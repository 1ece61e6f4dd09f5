//! The table: what README.md says about rows, as types.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) client: Settings,
    #[serde(default)]
    pub(crate) call: Call,
    pub(crate) sends: Option<Sends>,
    #[serde(default)]
    pub(crate) answer: Answer,
    pub(crate) returns: Option<Returns>,
    pub(crate) fails: Option<Fails>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) webhook: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) access_token: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) proxy: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) root_certificate: Option<String>,
    pub(crate) timeout: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            webhook: Some("http://${portal}/rest/7/${code}/".to_owned()),
            token: None,
            access_token: None,
            base_url: None,
            proxy: None,
            user_agent: None,
            root_certificate: None,
            timeout: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) typed: bool,
    #[serde(default)]
    pub(crate) rest: Rest,
    pub(crate) params: Option<String>,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            method: "imbot.chat.get".to_owned(),
            typed: true,
            rest: Rest::Classic,
            params: Some(r#"{"ENTITY_TYPE": "CHAT", "ENTITY_ID": "13"}"#.to_owned()),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rest {
    #[default]
    Classic,
    V3,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Sends {
    Nothing(Nothing),
    One(Request),
}

#[derive(Debug, Deserialize)]
pub(crate) enum Nothing {
    #[serde(rename = "nothing")]
    Nothing,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) path: Option<String>,
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) hex: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) raw: Option<String>,
    pub(crate) portal: Option<Portal>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) enum Portal {
    #[serde(rename = "closes")]
    Closes,
    #[serde(rename = "resets")]
    Resets,
    #[serde(rename = "is silent")]
    IsSilent,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Returns {
    pub(crate) result: String,
    pub(crate) time: Option<String>,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fails {
    pub(crate) config: Option<String>,
    pub(crate) request: Option<String>,
    pub(crate) transport: Option<String>,
    pub(crate) decode: Option<String>,
    pub(crate) api: Option<String>,

    pub(crate) status: Option<u16>,
    pub(crate) message: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) location: Option<String>,

    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) validation: Vec<Invalid>,
    pub(crate) argument: Option<String>,
    pub(crate) time: Option<String>,
    pub(crate) origin: Option<String>,
    /// Not for Rust.
    #[serde(rename = "python")]
    pub(crate) _python: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invalid {
    pub(crate) field: String,
    pub(crate) message: String,
}

/// Reads every table.
pub(crate) fn read() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let table: Vec<Row> = serde_yaml::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        rows.extend(table);
    }
    rows
}
