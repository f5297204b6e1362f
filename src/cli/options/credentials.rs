use clap::Args;

/// An access key, for commands that sign.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct AccessKeyArgs {
    /// Access key (AK): each request is signed with it, in the place of a token
    #[arg(long, env = "DEWSPEC_ACCESS_KEY", hide_env_values = true, value_name = "AK", help_heading = "Credentials")]
    pub(in crate::cli) access_key: Option<String>,
    /// Its secret key (SK); better by environment or file, where other users cannot see it
    #[arg(long, env = "DEWSPEC_SECRET_KEY", hide_env_values = true, value_name = "SK", help_heading = "Credentials")]
    pub(in crate::cli) secret_key: Option<String>,
    /// What belongs to a temporary access key
    #[arg(
        long,
        env = "DEWSPEC_SECURITY_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Credentials"
    )]
    pub(in crate::cli) security_token: Option<String>,
}

/// How a token is got that is not at hand.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct LoginArgs {
    /// Command for the shell that prints a token, or JSON with `token` or `id`, and `expires_at` if that is known; run again
    /// when the token is over
    #[arg(
        long,
        env = "DEWSPEC_TOKEN_COMMAND",
        hide_env_values = true,
        value_name = "COMMAND",
        help_heading = "Credentials"
    )]
    pub(in crate::cli) token_command: Option<String>,
    /// User whose token IAM is asked for, with --password and --domain-name
    #[arg(long, env = "DEWSPEC_USER_NAME", value_name = "NAME", help_heading = "Credentials")]
    pub(in crate::cli) user_name: Option<String>,
    /// The user's password; better by environment or file, where other users cannot see it
    #[arg(
        long,
        env = "DEWSPEC_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD",
        help_heading = "Credentials"
    )]
    pub(in crate::cli) password: Option<String>,
    /// The user's account, which IAM calls a domain
    #[arg(long, env = "DEWSPEC_DOMAIN_NAME", value_name = "NAME", help_heading = "Credentials")]
    pub(in crate::cli) domain_name: Option<String>,
    /// Base URL of IAM [default: that of --region]
    #[arg(long, env = "DEWSPEC_IAM_ENDPOINT", value_name = "URL", help_heading = "Credentials")]
    pub(in crate::cli) iam_endpoint: Option<String>,
    /// What requests carry: a token at hand, a signature, or a token that IAM gives for a password or an access key [default:
    /// what is given at the highest layer, in this order]
    #[arg(long, env = "DEWSPEC_AUTH", value_name = "token|signature|iam", help_heading = "Credentials")]
    pub(in crate::cli) auth: Option<String>,
    /// Credentials of this cloud in clouds.yaml
    #[arg(long, env = "DEWSPEC_OS_CLOUD", value_name = "NAME", help_heading = "Credentials")]
    pub(in crate::cli) os_cloud: Option<String>,
}
