//! What our own client for Rust makes of the portal: the drivers of the others do the same.
//!
//! A task comes as a line of JSON, and its outcome goes as one.

#![allow(deprecated, missing_docs)]

use std::{
    error::Error,
    fs,
    io::{self, BufRead, Write},
};

use bitrix24::{
    Client, ClientBuilder, List, Records,
    batch::Batch,
    imbot::ChatGet,
    oauth::{App, Credential, OAuth},
};
use serde_json::{Value, json};

type Outcome<T = Value> = Result<T, Box<dyn Error>>;

struct Task(Value);

impl Task {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    fn authority(&self) -> Outcome<Vec<u8>> {
        Ok(fs::read(self.text("certificate"))?)
    }

    fn builder(&self) -> Outcome<ClientBuilder> {
        Ok(Client::builder().root_certificate(self.authority()?))
    }

    fn webhook(&self) -> Outcome<Client> {
        Ok(self.builder()?.webhook(self.text("webhook_url"))?)
    }

    fn app(&self) -> Outcome<App> {
        let app = App::new(self.text("client_id"), self.text("client_secret"))?;
        Ok(app.root_certificate(self.authority()?)?)
    }

    async fn run(&self) -> Outcome {
        match self.text("task") {
            "call" => self.call().await,
            "batch" => self.batch().await,
            "several" => self.several().await,
            "list" => ids(deals(&self.webhook()?).batched()).await,
            "keyed" => ids(deals(&self.webhook()?).keyed()).await,
            "refresh" => self.refresh().await,
            "exchange" => self.exchange().await,
            unknown => Err(format!("no such task: {unknown}").into()),
        }
    }

    async fn call(&self) -> Outcome {
        let client = self.webhook()?;
        let nested = self.0["nested"].clone();
        let echo = client.call_by_name("sandbox.echo", nested).await?.result;
        Ok(json!({"chats": [chat(&client).await?, chat(&client).await?], "echo": echo}))
    }

    async fn batch(&self) -> Outcome {
        let mut batch = Batch::new();
        let found = batch.add(ChatGet::new("CHAT", "13"));
        let echo = batch.add_by_name("sandbox.echo", self.0["nested"].clone());
        let reference = batch.add_by_name("sandbox.echo", json!({"DIALOG_ID": found.at("ID")}));
        let failing = batch.add_by_name("imbot.chat.no", ());
        let mut answers = self.webhook()?.send_batch(batch).await?;
        let failure = match answers.take(failing) {
            Err(bitrix24::Error::Api(error)) => error.code,
            _ => String::new(),
        };
        Ok(json!({
            "chat": answers.take(found)?.result.map(|chat| chat.id),
            "echo": answers.take(echo)?.result,
            "reference": answers.take(reference)?.result,
            "failure": failure,
        }))
    }

    async fn several(&self) -> Outcome {
        let client = self.webhook()?;
        let mut chats = Vec::new();
        for outcome in client.batch(vec![ChatGet::new("CHAT", "13"); 2]).await? {
            chats.push(outcome?.result.map(|chat| chat.id));
        }
        let mut batch = Batch::new();
        let echo = batch.add_by_name("sandbox.echo", self.0["nested"].clone());
        let mut answers = client.send_batch(batch).await?;
        Ok(json!({"chats": chats, "echo": answers.take(echo)?.result}))
    }

    async fn refresh(&self) -> Outcome {
        let url = self.text("url");
        let credential = Credential::new(url, self.text("access_token"))
            .refresh_token(self.text("refresh_token"))
            .auth_server(format!("{url}/rest/"));
        let oauth = OAuth::new(self.app()?, credential)?;
        let client = self.builder()?.oauth(&oauth)?;
        let chats = [chat(&client).await?, chat(&client).await?];
        Ok(json!({"chats": chats, "renewed": oauth.refreshes() == 1}))
    }

    async fn exchange(&self) -> Outcome {
        let app = self.app()?;
        let code = self.text("code");
        let credential = app.exchange(code, Some(self.text("url"))).await?;
        let client = self.builder()?.oauth(&OAuth::new(app, credential)?)?;
        Ok(json!({"chat": chat(&client).await?}))
    }
}

async fn chat(client: &Client) -> Outcome {
    let found = client.call(ChatGet::new("CHAT", "13")).await?.result;
    Ok(found.map(|chat| chat.id).into())
}

fn deals(client: &Client) -> Records<Value> {
    client.records_by_name("crm.deal.list", (), List::default().keyed_by("ID"))
}

async fn ids(mut deals: Records<Value>) -> Outcome {
    let mut ids = Vec::new();
    while let Some(deal) = deals.next().await {
        ids.push(deal?["ID"].clone());
    }
    Ok(ids.into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    for line in io::stdin().lock().lines() {
        let outcome = match Task(serde_json::from_str(&line?)?).run().await {
            Ok(result) => json!({ "result": result }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        let mut out = io::stdout();
        writeln!(out, "{outcome}")?;
        out.flush()?;
    }
    Ok(())
}
