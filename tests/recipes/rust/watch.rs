//! What a client says of itself.

use bitrix24_sandbox::Failure;

use crate::portal;

// README: watch
use bitrix24::Client;
// end

// README: watch
fn report(client: &Client) -> String {
    let stats = client.stats();
    format!(
        "{} calls, {} under way, {} tries again, {:.1?} waited, {} new tokens",
        stats.calls, stats.in_flight, stats.retries, stats.waited, stats.refreshes,
    )
}
// end

#[tokio::test]
async fn counts() {
    let (portal, client) = portal();
    portal.fail("crm.deal.get", Failure::code("QUERY_LIMIT_EXCEEDED"));
    client.call_by_name("crm.deal.get", ()).await.unwrap();
    let report = report(&client);
    assert!(
        report.starts_with("1 calls, 0 under way, 1 tries again, "),
        "{report}"
    );
    assert!(report.ends_with(" 0 new tokens"), "{report}");
}
