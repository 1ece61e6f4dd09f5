//! Batches and lists.

use bitrix24::{
    Client, List, Paging,
    batch::{Answers, Batch, Reference},
    imbot::ChatGet,
};
use serde_json::Value;

use crate::{
    call::text,
    ears::Shown,
    outcome::Outcome,
    secrets::Place,
    table::{self, Call, Command, Rest},
};

type Take = Box<dyn FnOnce(&mut Answers, &mut Shown) -> Outcome + Send>;

pub(crate) async fn batch(
    client: &Client,
    commands: &[Command],
    halt: bool,
    place: Place,
    shown: &mut Shown,
) -> Outcome {
    let mut batch = Batch::new().halt(halt);
    let mut results: Vec<Reference> = Vec::new();
    let mut takes: Vec<(String, Take)> = Vec::new();
    for command in commands.iter().flat_map(|it| vec![it; it.repeat]) {
        let params = place
            .at(results.len())
            .fill(command.params.as_deref().unwrap_or("null"));
        let params = referring(serde_json::from_str(&params).unwrap(), &results);
        let method = place.fill(&command.method);
        let (result, take): (_, Take) = match (command.typed, command.rest) {
            (true, _) => {
                let (kind, id) = (text(&params, "ENTITY_TYPE"), text(&params, "ENTITY_ID"));
                let handle = batch.add(ChatGet::new(kind, id));
                let take = move |answers: &mut Answers, shown: &mut Shown| {
                    Outcome::new(answers.take(handle), shown)
                };
                (handle.result(), Box::new(take))
            }
            (false, rest) => {
                assert!(matches!(rest, Rest::Classic), "there is no way to do it");
                let handle = batch.add_by_name(&*method, params);
                let take = move |answers: &mut Answers, shown: &mut Shown| {
                    Outcome::new(answers.take(handle), shown)
                };
                (handle.result(), Box::new(take))
            }
        };
        results.push(result);
        takes.push((method, take));
    }
    match client.send_batch(batch).await {
        Err(error) => Outcome::new::<Value, bitrix24::AnyCode>(Err(error.into()), shown),
        Ok(mut answers) => {
            let outcomes = takes.into_iter();
            let outcomes = outcomes.map(|(method, take)| (method, take(&mut answers, shown)));
            Outcome::Batch(outcomes.collect())
        }
    }
}

/// Puts references in the place of `{"$ref": [0, "ID"]}`.
fn referring(params: Value, results: &[Reference]) -> Value {
    match params {
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("$ref") => {
            let steps = fields["$ref"].as_array().unwrap();
            let command = usize::try_from(steps[0].as_u64().unwrap()).unwrap();
            let at = |reference: Reference, step: &Value| match step {
                Value::String(name) => reference.at(name.as_str()),
                step => reference.at(usize::try_from(step.as_u64().unwrap()).unwrap()),
            };
            let reference = steps[1..].iter().fold(results[command].clone(), at);
            serde_json::to_value(reference).unwrap()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (name, referring(value, results)));
            fields.collect()
        }
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| referring(item, results)).collect()
        }
        value => value,
    }
}

pub(crate) async fn list(
    client: &Client,
    call: &Call,
    table: &table::List,
    method: &str,
    params: Value,
    shown: &mut Shown,
) -> Outcome {
    let mut list = List::new(match &*table.paging {
        "start" => Paging::Start,
        "offset" => Paging::Offset,
        "limit" => Paging::Limit,
        "page" => Paging::Page,
        "nav_params" => Paging::NavParams,
        "cursor" => Paging::Cursor,
        "pagination" => Paging::Pagination,
        other => panic!("no such paging: {other}"),
    });
    if let Some(path) = &table.records {
        list = list.records(path);
    }
    if let Some(field) = &table.keyed_by {
        list = list.keyed_by(field);
    }
    if let Some(records) = table.page_size {
        list = list.page_size(records);
    }
    let mut records = match call.rest {
        Rest::Classic => client.records_by_name(method, params, list),
        Rest::V3 => client.records_by_name_v3(method, params, list),
    };
    if call.keyed {
        records = records.keyed();
    }
    if call.batched {
        records = records.batched();
    }
    if let Some(cursor) = &call.resume {
        records = records.resume(cursor.parse().unwrap());
    }
    shown.debug("the records", &records);
    let mut read = Vec::new();
    while let Some(record) = records.next().await {
        match record {
            Ok(record) => read.push(record),
            Err(error) => {
                shown.error(&error);
                return Outcome::List(read, Some((error.error, error.cursor)));
            }
        }
    }
    Outcome::List(read, None)
}
