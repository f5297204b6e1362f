use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::options::{EmbeddedArgs, ServeArgs};
use super::{CliError, console, load, signals};
use crate::exit;
use crate::server::{Hosting, HostingError, RunningServer, Tls};

/// How clients are to trust the server, and what has to stay for that.
struct Encryption {
    tls: Tls,
    /// The file with the certificate of the authority, where this program has made it.
    authority: Option<String>,
    /// Removes the file in the end.
    _temporary: Option<NamedTempFile>,
}

/// `dewspec serve`
pub(super) fn serve(args: &ServeArgs) -> Result<u8, CliError> {
    let mut config = load::server(&EmbeddedArgs { reading: args.reading.clone(), fault: args.fault.clone() })?;
    config.secrets = args.secrets;
    config.keys = args.keys;
    config.seed = args.seed;
    config.token_lifetime = args.expire_token_after.map(Duration::from_secs);
    let encryption = encryption(args)?;
    let hosting = Hosting {
        tls: encryption.as_ref().map(|encryption| encryption.tls.clone()),
        latency: args.latency.map(Duration::from_millis),
        quota: args.quota,
        log: args.log.then(|| Arc::new(|line: &str| console::info(line)) as _),
        state: args.state.clone(),
        warn: Some(Arc::new(|warning: &str| console::error(warning))),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::broken(format!("cannot start threads: {e}")))?;
    runtime.block_on(async {
        // Listened for before anybody knows that the server is there.
        let signal = signals::first();
        let server = crate::server::start_with(config, args.listen, &hosting).await.map_err(|error| match error {
            HostingError::Listen(e) => CliError::broken(format!("cannot listen at {}: {e}", args.listen)),
            HostingError::State(e) if e.is_mistake() => CliError::usage(e.to_string()),
            HostingError::State(e) => CliError::broken(e.to_string()),
        })?;
        let authority = encryption.as_ref().and_then(|encryption| encryption.authority.as_deref());
        console::print(&introduction(&server, authority));
        signal.await;
        server.finish().await.map_err(|e| CliError::broken(e.to_string()))?;
        Ok(exit::CONFORMS)
    })
}

/// Where the server is, who and what is on it, and how to check it.
fn introduction(server: &RunningServer, authority: Option<&str>) -> String {
    let who = server.identities();
    let (secret_ids, key_ids) = (server.secret_ids(), server.key_ids());
    let mut text = format!("listening on {}\n\n", server.url());
    let mut line = |name: &str, value: &str| text.push_str(&format!("{name:<21}{value}\n"));
    line("project-id", &who.project_id);
    secret_ids.iter().for_each(|id| line("secret-id", id));
    key_ids.iter().for_each(|id| line("key-id", id));
    for (name, value) in [
        ("token", &who.token),
        ("read-only-token", &who.read_only_token),
        ("foreign-project-id", &who.foreign_project_id),
        ("foreign-secret-id", &who.foreign_secret_id),
        ("foreign-key-id", &who.foreign_key_id),
        ("foreign-token", &who.foreign_token),
        ("access-key", &who.access_key),
        ("secret-key", &who.secret_key),
        ("temporary-access-key", &who.temporary_access_key),
        ("temporary-secret-key", &who.temporary_secret_key),
        ("security-token", &who.security_token),
        ("region", &who.region),
        ("domain-name", &who.domain_name),
        ("user-name", &who.user_name),
        ("password", &who.password),
    ] {
        line(name, value);
    }
    let ids = |option: &str, ids: &[String]| ids.iter().map(|id| format!(" --{option} {id}")).collect::<String>();
    let mut trust = String::new();
    if let Some(path) = authority {
        line("cacert", path);
        trust = format!(" --cacert {}", shlex::try_quote(path).unwrap_or(path.into()));
    }
    text.push_str(&format!(
        "\ncheck it with\n  DEWSPEC_TOKEN={} dewspec run --endpoint {} --project-id {}{}{}{trust}\n\nCtrl-C stops it\n",
        who.token,
        server.url(),
        who.project_id,
        ids("secret-id", &secret_ids),
        ids("key-id", &key_ids),
    ));
    text
}

fn encryption(args: &ServeArgs) -> Result<Option<Encryption>, CliError> {
    if let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) {
        let read = |option: &str, path: &std::path::Path| {
            std::fs::read(path).map_err(|e| CliError::usage(format!("{option}: cannot read {}: {e}", path.display())))
        };
        let tls = Tls::from_pem(&read("--tls-cert", cert)?, &read("--tls-key", key)?);
        let tls = tls.map_err(|e| {
            CliError::usage(format!("--tls-cert {} with --tls-key {}: {e}", cert.display(), key.display()))
        })?;
        return Ok(Some(Encryption { tls, authority: None, _temporary: None }));
    }
    if !args.tls {
        return Ok(None);
    }
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    for name in [args.listen.ip().to_string()].iter().chain(&args.tls_name) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let (tls, pem) = Tls::made_for(&names).map_err(|e| CliError::usage(format!("--tls-name: {e}")))?;
    let unwritten = |path: &std::path::Path, e: std::io::Error| {
        CliError::broken(format!("cannot write the authority's certificate to {}: {e}", path.display()))
    };
    let (path, temporary) = match &args.tls_ca {
        Some(path) => (path.clone(), None),
        None => {
            let file = tempfile::Builder::new().prefix("dewspec-ca-").suffix(".pem").tempfile();
            let file = file.map_err(|e| unwritten(&std::env::temp_dir(), e))?;
            (file.path().to_owned(), Some(file))
        }
    };
    std::fs::write(&path, pem).map_err(|e| unwritten(&path, e))?;
    Ok(Some(Encryption { tls, authority: Some(path.display().to_string()), _temporary: temporary }))
}
