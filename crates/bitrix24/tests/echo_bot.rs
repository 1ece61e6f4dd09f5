//! The echo bot of the examples, talked to on a portal of our own.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    env,
    process::{Child, Command},
    time::Duration,
};

use bitrix24_sandbox::Sandbox;

const SOON: Duration = Duration::from_secs(30);

#[path = "../examples/echo_bot.rs"]
mod echo_bot;

#[test]
#[ignore = "it is the bot of the other test, in a process with an environment of its own"]
fn bot() {
    echo_bot::main().unwrap();
}

/// The bot as a program, which ends with the test.
struct Bot(Child);

impl Bot {
    fn start(portal: &Sandbox) -> Self {
        let mut program = Command::new(env::current_exe().unwrap());
        program
            .args(["bot", "--exact", "--ignored", "--nocapture"])
            .env("BITRIX24_WEBHOOK_URL", portal.webhook_url())
            .env("BITRIX24_BOT_TOKEN", "known to nobody else");
        Self(program.spawn().unwrap())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_says_everything_back() {
    let portal = Sandbox::start().unwrap();
    let _bot = Bot::start(&portal);
    let bot = portal.wait_for_bot("echo", SOON).unwrap();

    let anna = portal.add_user("Anna Davis");
    for text in ["Hello", "Grüße & <b>mehr</b>\n[b]fett[/b]"] {
        let asked = anna.write(bot, text).unwrap();
        let answer = anna.wait_for_message(bot, asked, SOON).unwrap();
        assert_eq!((answer.author(), answer.text()), (bot, text));
    }

    // In a chat, it hears what is addressed to it.
    let chat = anna.open_chat("Ours", &[bot]).unwrap();
    let dialog = format!("chat{chat}");
    let text = format!("[USER={bot}]Echo[/USER], are you there?");
    let asked = anna.write(&dialog, &text).unwrap();
    let answer = anna.wait_for_message(&dialog, asked, SOON).unwrap();
    assert_eq!((answer.author(), answer.text()), (bot, text.as_str()));
    assert_eq!(anna.messages(bot).len(), 4, "each message is answered once");
}
