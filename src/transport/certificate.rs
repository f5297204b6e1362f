//! Why a server's certificate is refused, for people: whose it is, who issued it, and until when it is good.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, OtherError};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Names of a certificate that are told, at most.
const NAMES: usize = 4;

/// What is told in the place of the library's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

/// The error with what the certificate says of itself; any other error stays as it is.
pub(super) fn refused(error: rustls::Error, certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> rustls::Error {
    let rustls::Error::InvalidCertificate(why) = &error else { return error };
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return error };
    let told = told(why, &parsed, &name.to_str());
    rustls::Error::Other(OtherError(Arc::new(Refused(told))))
}

fn told(why: &CertificateError, certificate: &X509Certificate<'_>, name: &str) -> String {
    let issuer = certificate.issuer();
    let by_itself = if issuer == certificate.subject() { ", by itself" } else { "" };
    let (from, until) = (certificate.validity().not_before, certificate.validity().not_after);
    match why {
        CertificateError::UnknownIssuer => {
            format!("the certificate of {name} is issued by \"{issuer}\"{by_itself}, whom this machine does not trust")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the certificate that came is for {}, and not for {name}", names(certificate))
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {name}, issued by \"{issuer}\", was good until {until}")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {name}, issued by \"{issuer}\", is not good before {from}; is the clock right?")
        }
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => format!(
            "the certificate of {name}{by_itself} is that of an authority, which cannot stand for a server: issue one for the server \
             (without CA:TRUE), and give that of the authority as --cacert"
        ),
        CertificateError::BadSignature => format!(
            "the certificate of {name}, issued by \"{issuer}\"{by_itself}, cannot be used: it is not signed with the key of the \
             authority that is trusted under this name"
        ),
        other => format!("the certificate of {name}, issued by \"{issuer}\"{by_itself}, cannot be used: {other}"),
    }
}

/// The hosts that a certificate is for.
fn names(certificate: &X509Certificate<'_>) -> String {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let mut names: Vec<String> = alternative
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect();
    if names.len() > NAMES {
        let more = names.len() - NAMES;
        names.truncate(NAMES);
        names.push(format!("{more} more"));
    }
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn refused_with(why: CertificateError, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "somebody");
        params.not_before = date_time_ymd(2001, 2, 3);
        params.not_after = date_time_ymd(2002, 3, 4);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let name = ServerName::try_from("dew.example.com").unwrap();
        match refused(rustls::Error::InvalidCertificate(why), certificate.der(), &name) {
            rustls::Error::Other(OtherError(told)) => told.to_string(),
            other => unreachable!("{other}"),
        }
    }

    #[test]
    fn whose_certificate_it_is_and_what_is_wrong_with_it_is_told() {
        let told = refused_with(CertificateError::UnknownIssuer, &[]);
        assert!(told.contains("of dew.example.com is issued by \"") && told.contains("somebody"), "{told}");
        assert!(told.contains("by itself, whom this machine does not trust"), "{told}");
        let told = refused_with(CertificateError::NotValidForName, &["a.example", "10.0.0.1", "b", "c", "d", "e"]);
        let expected = "is for a.example, 10.0.0.1, b, c, 2 more, and not for dew.example.com";
        assert!(told.contains(expected), "{told}");
        assert!(refused_with(CertificateError::NotValidForName, &[]).contains("is for nobody"));
        assert!(refused_with(CertificateError::Expired, &[]).contains("was good until Mar  4"));
        assert!(refused_with(CertificateError::NotValidYet, &[]).contains("not good before Feb  3"));
        assert!(refused_with(CertificateError::BadSignature, &[]).contains("cannot be used"));
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        let name = ServerName::try_from("dew.example.com").unwrap();
        let garbage = CertificateDer::from(vec![1, 2, 3]);
        for error in [rustls::Error::DecryptError, rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)] {
            assert_eq!(refused(error.clone(), &garbage, &name), error);
        }
    }
}
