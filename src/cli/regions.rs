//! Endpoints of public clouds, by the names of their regions.

/// Where the services of a region are: both services have one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) endpoint: String,
    pub(super) iam: String,
}

/// Areas that the vendor's own regions begin with; `eu-west-1` and what follows it are at another domain.
const AREAS: [&str; 9] = ["af", "ap", "cn", "la", "me", "na", "ru", "sa", "tr"];
/// Regions of others with the same API, and their domains.
const OTHERS: [(&str, &str); 5] = [
    ("eu-de", "otc.t-systems.com"),
    ("eu-nl", "otc.t-systems.com"),
    ("eu-west-0", "prod-cloud-ocb.orange-business.com"),
    ("ru-moscow-1", "hc.sbercloud.ru"),
    ("ae-ad-1", "g42cloud.com"),
];

/// The region of this name, if the pattern of its endpoints is known.
///
/// # Errors
/// What to do instead.
pub(super) fn region(name: &str) -> Result<Region, String> {
    let domain = domain(name).ok_or_else(|| {
        let known = OTHERS.map(|(name, _)| name).join(", ");
        format!(
            "the endpoints of the region {name:?} are not known: give --endpoint (and --iam-endpoint, where IAM is asked); \
             known are names like cn-north-4, ap-southeast-3 and eu-west-101, and {known}"
        )
    })?;
    Ok(Region { endpoint: format!("https://kms.{name}.{domain}"), iam: format!("https://iam.{name}.{domain}") })
}

fn domain(name: &str) -> Option<&'static str> {
    if let Some((_, domain)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some(domain);
    }
    let (area, rest) = name.split_once('-')?;
    let (place, number) = rest.rsplit_once('-')?;
    let is_name = !place.is_empty() && place.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    match area {
        _ if !is_name || !is_number => None,
        "eu" if place == "west" && number.starts_with('1') => Some("myhuaweicloud.eu"),
        area => AREAS.contains(&area).then_some("myhuaweicloud.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_the_endpoints_that_are_documented() {
        for (name, endpoint) in [
            ("cn-north-4", "https://kms.cn-north-4.myhuaweicloud.com"),
            ("la-south-2", "https://kms.la-south-2.myhuaweicloud.com"),
            ("eu-west-101", "https://kms.eu-west-101.myhuaweicloud.eu"),
            ("eu-de", "https://kms.eu-de.otc.t-systems.com"),
            ("eu-west-0", "https://kms.eu-west-0.prod-cloud-ocb.orange-business.com"),
        ] {
            assert_eq!(region(name).unwrap().endpoint, endpoint);
        }
        assert_eq!(region("cn-north-4").unwrap().iam, "https://iam.cn-north-4.myhuaweicloud.com");
    }

    #[test]
    fn what_is_no_known_region_leads_nowhere() {
        for name in ["", "cn-north", "us-east-1", "cn-north-4.evil.example", "cn-/-1", "cn--1", "eu-west-2", "-"] {
            let told = region(name).unwrap_err();
            assert!(told.contains("--endpoint") && told.contains(&format!("{name:?}")), "{told}");
        }
    }
}
