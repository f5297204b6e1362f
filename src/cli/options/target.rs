use std::path::PathBuf;

use clap::Args;

use super::{AccessKeyArgs, LoginArgs, NetworkArgs};
use crate::cli::layer::Sources;

/// What is tested.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct TargetArgs {
    /// Base URL of the target, for both services
    #[arg(long, env = "DEWSPEC_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(in crate::cli) endpoint: Option<String>,
    /// Base URL of the CSMS service, if it differs
    #[arg(long, env = "DEWSPEC_CSMS_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(in crate::cli) csms_endpoint: Option<String>,
    /// Base URL of the KMS service, if it differs
    #[arg(long, env = "DEWSPEC_KMS_ENDPOINT", value_name = "URL", help_heading = "Target")]
    pub(in crate::cli) kms_endpoint: Option<String>,
    /// Region of a public cloud whose endpoints are known by its name, such as cn-north-4
    #[arg(long, env = "DEWSPEC_REGION", value_name = "NAME", help_heading = "Target")]
    pub(in crate::cli) region: Option<String>,
    /// Options of the table [profile.NAME] in the file, over the others in it
    #[arg(long, env = "DEWSPEC_PROFILE", value_name = "NAME", help_heading = "Target")]
    pub(in crate::cli) profile: Option<String>,
    /// Project of the credentials
    #[arg(long, env = "DEWSPEC_PROJECT_ID", value_name = "ID", help_heading = "Target")]
    pub(in crate::cli) project_id: Option<String>,
    /// A secret whose tags may be changed; may be given several times
    #[arg(long, env = "DEWSPEC_SECRET_ID", value_name = "ID", value_delimiter = ',', help_heading = "Target")]
    pub(in crate::cli) secret_id: Vec<String>,
    /// A KMS key whose tags may be changed; may be given several times
    #[arg(long, env = "DEWSPEC_KEY_ID", value_name = "ID", value_delimiter = ',', help_heading = "Target")]
    pub(in crate::cli) key_id: Vec<String>,
    /// Token for X-Auth-Token; better by environment or file, where other users cannot see it
    #[arg(long, env = "DEWSPEC_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Credentials")]
    pub(in crate::cli) token: Option<String>,
    /// File that holds the token
    #[arg(long, env = "DEWSPEC_TOKEN_FILE", value_name = "FILE", help_heading = "Credentials")]
    pub(in crate::cli) token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) access: AccessKeyArgs,
    #[command(flatten)]
    pub(in crate::cli) login: LoginArgs,
    /// Token of the same project that may only read
    #[arg(
        long,
        env = "DEWSPEC_READ_ONLY_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Target"
    )]
    pub(in crate::cli) read_only_token: Option<String>,
    /// Another tenant's project, for isolation checks
    #[arg(long, env = "DEWSPEC_FOREIGN_PROJECT_ID", value_name = "ID", help_heading = "Target")]
    pub(in crate::cli) foreign_project_id: Option<String>,
    /// Another tenant's secret
    #[arg(long, env = "DEWSPEC_FOREIGN_SECRET_ID", value_name = "ID", help_heading = "Target")]
    pub(in crate::cli) foreign_secret_id: Option<String>,
    /// Another tenant's KMS key
    #[arg(long, env = "DEWSPEC_FOREIGN_KEY_ID", value_name = "ID", help_heading = "Target")]
    pub(in crate::cli) foreign_key_id: Option<String>,
    /// Another tenant's token
    #[arg(long, env = "DEWSPEC_FOREIGN_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Target")]
    pub(in crate::cli) foreign_token: Option<String>,
    /// File with any of these options [default: dewspec.toml, if it is there]
    #[arg(long, env = "DEWSPEC_CONFIG", value_name = "FILE", help_heading = "Target")]
    pub(in crate::cli) config: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) network: NetworkArgs,
    /// Which of all options were flags, and which came from the environment.
    #[arg(skip)]
    pub(in crate::cli) sources: Sources,
}
