use clap::Args;

use super::options::EmbeddedArgs;
use super::{CliError, console, load};
use crate::exit;

#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: std::net::SocketAddr,
    /// Follow this reading: CLAUSE=NAME, CLAUSE a full id or its end; see `dewspec list readings`
    #[arg(long, value_name = "CLAUSE=NAME")]
    pub(super) reading: Vec<String>,
    /// Seed this fault; see `dewspec list faults`
    #[arg(long, value_name = "NAME")]
    pub(super) fault: Vec<String>,
    /// Number of secrets
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(super) secrets: usize,
    /// Number of KMS keys
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(super) keys: usize,
    /// Seed of ids and tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

/// `dewspec serve`
pub(super) fn serve(args: &ServeArgs) -> Result<u8, CliError> {
    let mut config = load::server(&EmbeddedArgs { reading: args.reading.clone(), fault: args.fault.clone() })?;
    config.secrets = args.secrets;
    config.keys = args.keys;
    config.seed = args.seed;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::broken(format!("cannot start threads: {e}")))?;
    runtime.block_on(async {
        let server = crate::server::start(config, args.listen)
            .await
            .map_err(|e| CliError::broken(format!("cannot listen at {}: {e}", args.listen)))?;
        let who = server.identities();
        let mut text = format!("listening on {}\n\nproject-id         {}\n", server.url(), who.project_id);
        for id in &who.secret_ids {
            text.push_str(&format!("secret-id          {id}\n"));
        }
        for id in &who.key_ids {
            text.push_str(&format!("key-id             {id}\n"));
        }
        for (name, value) in [
            ("token", &who.token),
            ("read-only-token", &who.read_only_token),
            ("foreign-project-id", &who.foreign_project_id),
            ("foreign-secret-id", &who.foreign_secret_id),
            ("foreign-key-id", &who.foreign_key_id),
            ("foreign-token", &who.foreign_token),
        ] {
            text.push_str(&format!("{name:<18} {value}\n"));
        }
        let ids = |option: &str, ids: &[String]| ids.iter().map(|id| format!(" --{option} {id}")).collect::<String>();
        text.push_str(&format!(
            "\ncheck it with\n  dewspec run --endpoint {} --project-id {}{}{} --token {}\n\nCtrl-C stops it\n",
            server.url(),
            who.project_id,
            ids("secret-id", &who.secret_ids),
            ids("key-id", &who.key_ids),
            who.token,
        ));
        console::print(&text);
        tokio::signal::ctrl_c().await.map_err(|e| CliError::broken(format!("cannot wait for Ctrl-C: {e}")))?;
        server.shutdown().await;
        Ok(exit::CONFORMS)
    })
}
