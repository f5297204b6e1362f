use super::args::ServeArgs;
use super::{Ending, console, load};
use crate::exit;

/// `dewspec serve`
pub(super) fn serve(args: &ServeArgs) -> Result<u8, Ending> {
    let mut config = load::server(&args.reading, &args.fault)?;
    config.secrets = args.secrets;
    config.keys = args.keys;
    config.seed = args.seed;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Ending::broken(format!("cannot start threads: {e}")))?;
    runtime.block_on(async {
        let server = crate::server::start(config, args.listen)
            .await
            .map_err(|e| Ending::broken(format!("cannot listen at {}: {e}", args.listen)))?;
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
        tokio::signal::ctrl_c().await.map_err(|e| Ending::broken(format!("cannot wait for Ctrl-C: {e}")))?;
        server.shutdown().await;
        Ok(exit::CONFORMS)
    })
}
