//! What the environment says under the names that the vendor's SDKs, Terraform providers and OpenStack use.

/// A variable and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Looks variables up; empty ones are none.
pub(super) struct Vendor<'a>(&'a dyn Fn(&str) -> Option<String>);

/// Variables that belong together: a key of one tool is never used with the secret of another.
pub(super) struct AccessKeyVariables {
    pub(super) access_key: &'static str,
    pub(super) secret_key: &'static str,
    pub(super) security_token: &'static str,
}

const ACCESS_KEYS: [AccessKeyVariables; 3] = [
    AccessKeyVariables {
        access_key: "HUAWEICLOUD_SDK_AK",
        secret_key: "HUAWEICLOUD_SDK_SK",
        security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    },
    AccessKeyVariables {
        access_key: "HW_ACCESS_KEY",
        secret_key: "HW_SECRET_KEY",
        security_token: "HW_SECURITY_TOKEN",
    },
    AccessKeyVariables {
        access_key: "OS_ACCESS_KEY",
        secret_key: "OS_SECRET_KEY",
        security_token: "OS_SECURITY_TOKEN",
    },
];

impl<'a> Vendor<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Vendor(lookup)
    }

    /// The first of these variables that has a value.
    fn first(&self, names: &[&'static str]) -> Option<Variable> {
        let of =
            |name: &&'static str| Some(Variable { name, value: (self.0)(name).filter(|value| !value.is_empty())? });
        names.iter().find_map(of)
    }

    /// One of them by name.
    pub(super) fn get(&self, name: &'static str) -> Option<String> {
        self.first(&[name]).map(|variable| variable.value)
    }

    /// The first tool's variables that name an access key.
    pub(super) fn access_key(&self) -> Option<&'static AccessKeyVariables> {
        ACCESS_KEYS.iter().find(|names| self.get(names.access_key).is_some())
    }

    pub(super) fn token(&self) -> Option<Variable> {
        self.first(&["HW_AUTH_TOKEN", "OS_AUTH_TOKEN", "OS_TOKEN"])
    }

    pub(super) fn project_id(&self) -> Option<Variable> {
        self.first(&["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID", "OS_TENANT_ID"])
    }

    /// Tells where IAM is, and nothing else: no run goes to a region that only a variable of another tool names.
    pub(super) fn region(&self) -> Option<Variable> {
        self.first(&["HUAWEICLOUD_SDK_REGION", "HW_REGION_NAME", "OS_REGION_NAME"])
    }

    pub(super) fn user_name(&self) -> Option<Variable> {
        self.first(&["HW_USER_NAME", "OS_USERNAME"])
    }

    pub(super) fn password(&self) -> Option<Variable> {
        self.first(&["HW_USER_PASSWORD", "OS_PASSWORD"])
    }

    pub(super) fn domain_name(&self) -> Option<Variable> {
        self.first(&["HW_DOMAIN_NAME", "OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"])
    }

    pub(super) fn iam_endpoint(&self) -> Option<Variable> {
        self.first(&["HW_AUTH_URL", "OS_AUTH_URL"])
    }

    pub(super) fn os_cloud(&self) -> Option<Variable> {
        self.first(&["OS_CLOUD"])
    }
}

/// The variables of this process; what is no text is none.
pub(super) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_one_tool_go_together_and_empty_ones_are_none() {
        let lookup = |name: &str| match name {
            "HUAWEICLOUD_SDK_AK" => Some(String::new()),
            "HW_ACCESS_KEY" => Some("ak".to_owned()),
            "HUAWEICLOUD_SDK_SK" => Some("another's".to_owned()),
            "OS_PROJECT_ID" => Some("p".to_owned()),
            _ => None,
        };
        let vendor = Vendor::new(&lookup);
        let names = vendor.access_key().unwrap();
        assert_eq!((names.access_key, names.secret_key), ("HW_ACCESS_KEY", "HW_SECRET_KEY"));
        assert_eq!(vendor.get(names.secret_key), None);
        assert_eq!(vendor.project_id(), Some(Variable { name: "OS_PROJECT_ID", value: "p".to_owned() }));
        assert_eq!(vendor.user_name(), None);
    }
}
