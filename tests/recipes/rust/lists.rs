//! Long lists.

use bitrix24_sandbox::{Fault, List as Table};

use crate::{calls, portal};

// README: lists
use bitrix24::{Client, Cursor, List, ListError, Records};
use serde_json::{Value, json};
// end

// README: lists
/// Page by page: as `start` and `next` lead.
async fn pages(client: &Client, found: &mut Vec<Value>, from: Cursor) -> Result<(), ListError> {
    let deals = client.records_by_name("crm.deal.list", (), List::default());
    let mut deals = deals.resume(from);
    while let Some(deal) = deals.next().await {
        found.push(deal?);
    }
    Ok(())
}

/// After an error: goes on with the page that failed.
async fn patient(client: &Client, found: &mut Vec<Value>) -> Result<(), ListError> {
    match pages(client, found, Cursor::default()).await {
        // A short text, which can be kept: `error.cursor.to_string()`.
        Err(error) => pages(client, found, error.cursor).await,
        done => done,
    }
}

/// So many records, and where the next ones begin.
async fn portion(
    client: &Client,
    count: usize,
    from: Cursor,
) -> Result<(Vec<Value>, Cursor), ListError> {
    let deals = client.records_by_name("crm.deal.list", (), List::default());
    let (mut deals, mut found) = (deals.resume(from), Vec::new());
    while found.len() < count
        && let Some(deal) = deals.next().await
    {
        found.push(deal?);
    }
    Ok((found, deals.cursor()))
}

/// By growing ids, without counting: the way to read what is long, or changes meanwhile.
fn by_key(client: &Client) -> Records<Value> {
    let (list, params) = (
        List::default().records("items"),
        json!({ "entityTypeId": 2 }),
    );
    let items = client.records_by_name("crm.item.list", params, list.keyed_by("id"));
    items.keyed()
}

/// Up to 50 pages with a request.
fn in_batches(client: &Client) -> Records<Value> {
    let deals = client.records_by_name("crm.deal.list", (), List::default());
    deals.batched()
}
// end

async fn count(mut records: Records<Value>) -> usize {
    let mut count = 0;
    while let Some(record) = records.next().await {
        record.unwrap();
        count += 1;
    }
    count
}

#[tokio::test]
async fn page_by_page() {
    let (portal, client) = portal();
    portal.list("crm.deal.list", Table::count(170));
    // Four tries are made for the second page, and all fail.
    portal.fault("crm.deal.list", Fault::html().after(1).times(4));
    let mut found = Vec::new();
    patient(&client.with_repeatable(true), &mut found)
        .await
        .unwrap();
    let ids: Vec<_> = found
        .iter()
        .map(|deal| deal["ID"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (1..=170).collect::<Vec<_>>());
    assert_eq!(calls(&portal, "crm.deal.list"), 4 + 4);
}

#[tokio::test]
async fn portion_by_portion() {
    let (portal, client) = portal();
    portal.list("crm.deal.list", Table::count(170));
    let (mut ids, mut at) = (Vec::new(), Cursor::default());
    for expected in [70, 70, 30, 0] {
        let (found, cursor) = portion(&client, 70, at).await.unwrap();
        assert_eq!(found.len(), expected);
        ids.extend(found.iter().map(|deal| deal["ID"].as_u64().unwrap()));
        at = cursor.to_string().parse().unwrap();
    }
    assert_eq!(ids, (1..=170).collect::<Vec<_>>());
}

#[tokio::test]
async fn by_growing_ids() {
    let (portal, client) = portal();
    portal.list("crm.item.list", Table::count(120).key("id").wrap("items"));
    assert_eq!(count(by_key(&client)).await, 120);
    assert_eq!(calls(&portal, "crm.item.list"), 4);
}

#[tokio::test]
async fn fifty_pages_at_once() {
    let (portal, client) = portal();
    portal.list("crm.deal.list", Table::count(1000));
    assert_eq!(count(in_batches(&client)).await, 1000);
    assert_eq!(calls(&portal, "crm.deal.list"), 20);
    assert_eq!(calls(&portal, "batch"), 1);
}
