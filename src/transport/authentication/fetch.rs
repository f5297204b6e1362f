//! Fetches a token: by a command of the user's, or from the identity service.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::model::Request;
use crate::target::{IamLogin, Token, TokenSource};
use crate::transport::{Transport, WireOptions};

/// How long a command may take; somebody may have to confirm something on a telephone.
const COMMAND: Duration = Duration::from_secs(60);

/// Fetches a token over the same network as all requests.
///
/// # Errors
/// Why there is none, in words that hold no secret.
pub(super) async fn fetch(source: &TokenSource, transport: &dyn Transport) -> Result<Token, String> {
    match source {
        TokenSource::Command(command) => by_command(command).await,
        TokenSource::Iam(login) => by_iam(login, transport).await,
    }
}

/// Where it comes from, for people.
pub(super) fn told(source: &TokenSource) -> String {
    match source {
        TokenSource::Command(_) => "--token-command".to_owned(),
        TokenSource::Iam(login) => format!("IAM at {}", login.endpoint),
    }
}

async fn by_command(command: &str) -> Result<Token, String> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    // What it complains of goes to the user's terminal, and nowhere else: it may hold secrets.
    let running = Command::new(shell)
        .args([option, command])
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| format!("the command cannot be started: {e}"))?;
    let ended = tokio::time::timeout(COMMAND, running.wait_with_output()).await;
    let output = ended
        .map_err(|_| format!("the command did not end within {} s", COMMAND.as_secs()))?
        .map_err(|e| format!("the command cannot be waited for: {e}"))?;
    if !output.status.success() {
        return Err(format!("the command failed ({})", output.status));
    }
    Token::printed(&String::from_utf8_lossy(&output.stdout))
}

async fn by_iam(login: &IamLogin, transport: &dyn Transport) -> Result<Token, String> {
    let request = Request {
        operation: "KeystoneCreateToken".to_owned(),
        method: "POST".to_owned(),
        url: login.url(),
        headers: vec![("Content-Type".to_owned(), "application/json;charset=utf8".to_owned())],
        body: Some(login.body().to_string().into()),
    };
    let tried = transport.exchange(&request, &WireOptions::default()).await;
    let answer = tried.ok_or("it cannot be asked over this transport")?.answer;
    login.token(&answer.map_err(|failure| format!("it cannot be asked: {}", failure.message))?.response)
}
