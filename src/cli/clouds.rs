//! Credentials of a cloud in `clouds.yaml`, the file that OpenStack clients read, with the secrets in `secure.yaml` beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::vendor::Vendor;

/// What such a file says of one cloud, as far as it is of use here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Cloud {
    #[serde(default)]
    pub(super) auth: Auth,
    pub(super) region_name: Option<String>,
}

/// Who logs in, and where. OpenStack itself has no access keys; clients for this vendor's clouds write them as `ak` and `sk`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Auth {
    pub(super) auth_url: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    #[serde(alias = "domain_name")]
    pub(super) user_domain_name: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) token: Option<String>,
    #[serde(alias = "access_key")]
    pub(super) ak: Option<String>,
    #[serde(alias = "secret_key")]
    pub(super) sk: Option<String>,
    #[serde(alias = "securitytoken")]
    pub(super) security_token: Option<String>,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Deserialize)]
struct File {
    #[serde(default)]
    clouds: BTreeMap<String, Cloud>,
}

/// A cloud, and the file that names it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) cloud: Cloud,
    pub(super) path: PathBuf,
}

/// Looks a cloud up where OpenStack clients do.
///
/// # Errors
/// That there is no such file or cloud, or what is wrong with it; what stands in it is not repeated.
pub(super) fn cloud(name: &str, vendor: &Vendor<'_>) -> Result<Found, String> {
    let named = vendor.get("OS_CLIENT_CONFIG_FILE").map(PathBuf::from);
    let places = usual(vendor);
    let path = match &named {
        Some(path) => path.clone(),
        None => places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
            let places: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
            format!("--os-cloud {name}: there is no clouds.yaml; looked for are {}", places.join(", "))
        })?,
    };
    let mut cloud = read(&path)?.clouds.remove(name).ok_or_else(|| {
        let known: Vec<String> = read(&path).map(|file| file.clouds.into_keys().collect()).unwrap_or_default();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("{}: there is no cloud {name:?} in it; there is {known}", path.display())
    })?;
    let secrets = path.with_file_name("secure.yaml");
    if secrets.is_file()
        && let Some(secret) = read(&secrets)?.clouds.remove(name)
    {
        cloud.auth = cloud.auth.or(secret.auth);
    }
    Ok(Found { cloud, path })
}

/// Where it is looked for, first to last.
fn usual(vendor: &Vendor<'_>) -> Vec<PathBuf> {
    let config = vendor.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(PathBuf::from(vendor.get("HOME")?).join(".config")));
    let folders = [Some(PathBuf::from(".")), config.map(|path| path.join("openstack")), Some("/etc/openstack".into())];
    folders.into_iter().flatten().map(|folder| folder.join("clouds.yaml")).collect()
}

fn read(path: &Path) -> Result<File, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
    parse(&text).map_err(|why| format!("{}: {why}", path.display()))
}

fn parse(text: &str) -> Result<File, String> {
    // What the reader says of a mistake shows the line, which may hold a secret.
    serde_saphyr::from_str(text).map_err(|e| match e.location() {
        Some(place) => format!("line {}: it is not what OpenStack clients read", place.line()),
        None => "it is not what OpenStack clients read".to_owned(),
    })
}

impl Auth {
    /// This one, completed by another.
    fn or(self, other: Auth) -> Self {
        Auth {
            auth_url: self.auth_url.or(other.auth_url),
            username: self.username.or(other.username),
            password: self.password.or(other.password),
            user_domain_name: self.user_domain_name.or(other.user_domain_name),
            project_id: self.project_id.or(other.project_id),
            token: self.token.or(other.token),
            ak: self.ak.or(other.ak),
            sk: self.sk.or(other.sk),
            security_token: self.security_token.or(other.security_token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUDS: &str = "\
clouds:
  lab:
    profile: anything
    auth:
      auth_url: https://iam.example.com/v3
      username: me
      user_domain_name: us
      project_id: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    region_name: eu-de
  keys:
    auth: { ak: AK, sk: SK }
";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("openstack")).unwrap();
        std::fs::write(folder.path().join("openstack/clouds.yaml"), CLOUDS).unwrap();
        folder
    }

    fn found(folder: &Path, name: &str) -> Result<Found, String> {
        let place = folder.display().to_string();
        let lookup = move |name: &str| (name == "XDG_CONFIG_HOME").then(|| place.clone());
        cloud(name, &Vendor::new(&lookup))
    }

    #[test]
    fn a_cloud_is_found_at_the_usual_place_with_its_secrets_beside_it() {
        let folder = folder();
        let secrets = "clouds: { lab: { auth: { password: hidden, username: another } } }";
        std::fs::write(folder.path().join("openstack/secure.yaml"), secrets).unwrap();
        let Found { cloud, .. } = found(folder.path(), "lab").unwrap();
        assert_eq!((cloud.auth.username.as_deref(), cloud.auth.password.as_deref()), (Some("me"), Some("hidden")));
        assert_eq!(cloud.region_name.as_deref(), Some("eu-de"));
        let keys = found(folder.path(), "keys").unwrap().cloud.auth;
        assert_eq!((keys.ak.as_deref(), keys.sk.as_deref()), (Some("AK"), Some("SK")));
    }

    #[test]
    fn what_is_missing_or_wrong_is_told_without_what_stands_there() {
        let folder = folder();
        assert!(found(folder.path(), "none").unwrap_err().contains("there is keys, lab"));
        let nowhere = tempfile::tempdir().unwrap();
        assert!(found(nowhere.path(), "lab").unwrap_err().contains("there is no clouds.yaml"));
        for text in ["clouds: [hidden", "clouds:\n  lab:\n    auth: hidden\n", "hidden"] {
            let told = parse(text).unwrap_err();
            assert!(!told.contains("hidden") && told.contains("not what OpenStack clients read"), "{told}");
        }
    }
}
