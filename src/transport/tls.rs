use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::certificate::refused;

use crate::target::Network;

/// Encryption could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file with certificates or a key is not what it should be.
    #[error("{what} cannot be used: {why}")]
    File {
        /// Which of them.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The machine's own certificates cannot be used, or a key does not fit its certificate.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] rustls::Error),
}

/// The encryption that a target asks for. Where nothing is `encrypted` no certificate is read: to read those of the
/// machine takes longer than many a request.
pub(super) fn config(network: &Network, encrypted: bool) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if !encrypted {
        builder.with_root_certificates(RootCertStore::empty())
    } else if network.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        let extra = certificates("the CA certificate", network.ca_certificates.iter())?;
        let verifier = Verifier::new_with_extra_roots(extra, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Explaining(verifier)))
    };
    let Some((chain, key)) = network.client_certificate.as_ref().filter(|_| encrypted) else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates("the client certificate", std::iter::once(chain))?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|e| TlsError::File { what: "the client certificate's key", why: e.to_string() })?;
    Ok(builder.with_client_auth_cert(chain, key)?)
}

fn certificates<'a>(
    what: &'static str,
    files: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut all = Vec::new();
    for file in files {
        let before = all.len();
        for certificate in CertificateDer::pem_slice_iter(file) {
            all.push(certificate.map_err(|e| TlsError::File { what, why: e.to_string() })?);
        }
        if all.len() == before {
            return Err(TlsError::File { what, why: "there is no certificate in PEM form in it".to_owned() });
        }
    }
    Ok(all)
}

/// Trusts whom the machine trusts, and the user's own authorities; says of the others who they are.
#[derive(Debug)]
struct Explaining(Verifier);

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.0.verify_server_cert(certificate, intermediates, name, stapled, now);
        verified.map_err(|error| refused(error, certificate, name))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Takes every certificate for `--insecure`; signatures are checked all the same.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
