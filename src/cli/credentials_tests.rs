use super::*;
use crate::cli::layer::Sources;
use crate::cli::options::LoginArgs;

/// Options as if they had been given as flags.
fn args(login: LoginArgs, access: AccessKeyArgs, flags: &[(&str, Layer)]) -> TargetArgs {
    TargetArgs { login, access, sources: Sources::at(flags), ..TargetArgs::default() }
}

fn file(text: &str) -> Config {
    Config::parse("dewspec.toml", text).unwrap()
}

/// What comes out, or what is told.
fn picked(args: &TargetArgs, config: &Config, variables: &[(&str, &str)]) -> Result<Credentials, String> {
    let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let vendor = Vendor::new(&lookup);
    Described::new(args, config, &vendor).credentials("p").map_err(|e| e.message)
}

fn key(credentials: &Credentials) -> (&str, &str, Option<&str>) {
    match &credentials.authentication {
        Authentication::Signature(key) => (&key.access_key, &key.secret_key, key.security_token.as_deref()),
        other => unreachable!("{other:?}"),
    }
}

const SDK: [(&str, &str); 3] =
    [("HUAWEICLOUD_SDK_AK", "sdk-ak"), ("HUAWEICLOUD_SDK_SK", "sdk-sk"), ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "sdk-st")];

#[test]
fn variables_of_other_tools_count_more_than_the_file_and_less_than_our_own() {
    let none = TargetArgs::default();
    let found = picked(&none, &file("token = \"of-the-file\""), &SDK).unwrap();
    assert_eq!(key(&found), ("sdk-ak", "sdk-sk", Some("sdk-st")));
    assert_eq!(found.from, "access key of HUAWEICLOUD_SDK_AK");
    let own = TargetArgs {
        token: Some("own".to_owned()),
        sources: Sources::at(&[("token", Layer::Environment)]),
        ..TargetArgs::default()
    };
    let found = picked(&own, &Config::default(), &SDK).unwrap();
    assert_eq!((found.token.as_str(), found.from.as_str()), ("own", "DEWSPEC_TOKEN"));
    let found = picked(&none, &file("token = \"of-the-file\""), &[]).unwrap();
    assert_eq!((found.token.as_str(), found.from.as_str()), ("of-the-file", "token in dewspec.toml"));
}

#[test]
fn a_key_is_never_used_with_the_secret_or_token_of_another() {
    let none = TargetArgs::default();
    let told = picked(&none, &Config::default(), &[("HW_ACCESS_KEY", "ak"), ("HUAWEICLOUD_SDK_SK", "sk")]).unwrap_err();
    assert!(told.contains("HW_ACCESS_KEY is set and HW_SECRET_KEY is not"), "{told}");
    let access = AccessKeyArgs {
        access_key: Some("own-ak".to_owned()),
        secret_key: Some("own-sk".to_owned()),
        security_token: None,
    };
    let layers = [("access_key", Layer::Environment), ("secret_key", Layer::Environment)];
    let own = args(LoginArgs::default(), access, &layers);
    assert_eq!(key(&picked(&own, &Config::default(), &SDK).unwrap()), ("own-ak", "own-sk", None));
    let alone = AccessKeyArgs { access_key: Some("own-ak".to_owned()), ..AccessKeyArgs::default() };
    let told = picked(&args(LoginArgs::default(), alone, &layers[..1]), &Config::default(), &SDK).unwrap_err();
    assert!(told.contains("DEWSPEC_SECRET_KEY"), "{told}");
}

#[test]
fn a_user_asks_iam_which_is_where_the_region_is() {
    let variables = [
        ("OS_USERNAME", "me"),
        ("OS_PASSWORD", "hidden"),
        ("OS_USER_DOMAIN_NAME", "us"),
        ("OS_REGION_NAME", "cn-north-4"),
    ];
    let endpoint = |variables: &[(&str, &str)]| match picked(&TargetArgs::default(), &Config::default(), variables) {
        Ok(Credentials { authentication: Authentication::FetchedToken(TokenSource::Iam(login)), .. }) => login.url(),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(endpoint(&variables), "https://iam.cn-north-4.myhuaweicloud.com/v3/auth/tokens");
    let with_url = [&variables[..], &[("OS_AUTH_URL", "https://iam.example.com/v3")]].concat();
    assert_eq!(endpoint(&with_url), "https://iam.example.com/v3/auth/tokens");
    let told = picked(&TargetArgs::default(), &Config::default(), &variables[..3]).unwrap_err();
    assert!(told.contains("--iam-endpoint"), "{told}");
    let told = picked(&TargetArgs::default(), &Config::default(), &variables[..1]).unwrap_err();
    assert!(told.contains("DEWSPEC_PASSWORD") && told.contains("OS_USERNAME"), "{told}");
}

#[test]
fn auth_says_what_a_key_is_used_for() {
    let with = |method: &str| {
        let login = LoginArgs {
            auth: Some(method.to_owned()),
            iam_endpoint: Some("http://iam".to_owned()),
            ..LoginArgs::default()
        };
        args(login, AccessKeyArgs::default(), &[])
    };
    let permanent = &SDK[..2];
    assert!(picked(&with("signature"), &Config::default(), permanent).unwrap().authentication.signs());
    let by_iam = picked(&with("iam"), &Config::default(), permanent).unwrap();
    assert!(matches!(by_iam.authentication, Authentication::FetchedToken(TokenSource::Iam(_))), "{by_iam:?}");
    for (method, variables, part) in [
        ("token", &SDK[..], "--auth token needs a token"),
        ("signature", &[][..], "DEWSPEC_SECRET_KEY"),
        ("iam", &SDK[..], "temporary access key"),
        ("magic", &SDK[..], "invalid --auth \"magic\""),
    ] {
        let told = picked(&with(method), &Config::default(), variables).unwrap_err();
        assert!(told.contains(part), "{method}: {told}");
    }
}

#[test]
fn no_credential_is_ever_told() {
    let file = file("access-key = \"hidden-ak\"\nsecret-key = \"hidden-sk\nx\"".replace("\nx", "\\nx").as_str());
    let told = picked(&TargetArgs::default(), &file, &[]).unwrap_err();
    assert!(!told.contains("hidden"), "{told}");
    let found = picked(&TargetArgs::default(), &Config::default(), &SDK).unwrap();
    assert!(!format!("{found:?}").contains("sdk-"), "{found:?}");
}

#[test]
fn a_cloud_that_cannot_be_found_is_told_only_if_it_counts() {
    let nowhere = ("OS_CLIENT_CONFIG_FILE", "/nowhere/clouds.yaml");
    let variables = [("OS_CLOUD", "lab"), nowhere];
    let told = picked(&TargetArgs::default(), &Config::default(), &variables).unwrap_err();
    assert!(told.contains("/nowhere/clouds.yaml: cannot be read"), "{told}");
    let with_key = [&variables[..], &SDK[..]].concat();
    assert!(picked(&TargetArgs::default(), &Config::default(), &with_key).is_ok());
    let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let vendor = Vendor::new(&lookup);
    let own = TargetArgs { project_id: Some("own".to_owned()), ..TargetArgs::default() };
    let none = Config::default();
    assert_eq!(Described::new(&own, &none, &vendor).project_id().unwrap().unwrap().value, "own");
    assert!(Described::new(&TargetArgs::default(), &none, &vendor).project_id().is_err());
}
