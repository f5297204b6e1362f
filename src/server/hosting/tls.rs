//! Encrypted connections: with a certificate of the server's own making, or a given one.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a certificate of the server's own making counts: less than what any client finds too long.
const LIFETIME: time::Duration = time::Duration::days(365);

/// Connections that have shaken hands and wait to be served.
const WAITING: usize = 64;

/// A certificate with its key, ready for use.
#[derive(Debug, Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It could not be made.
    #[error("cannot make a certificate: {0}")]
    Making(#[from] rcgen::Error),
    /// It is not PEM, or there is none.
    #[error("{what} is not PEM: {problem}")]
    Pem {
        /// Certificate or key.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Certificate and key do not belong together, or are of no use.
    #[error("certificate and key cannot be used: {0}")]
    Use(#[from] rustls::Error),
}

impl Tls {
    /// A certificate for these names and addresses, and that of the authority that has issued it, as PEM.
    ///
    /// # Errors
    ///
    /// A name that cannot stand in a certificate.
    pub fn made_for(names: &[String]) -> Result<(Self, String), TlsError> {
        let now = OffsetDateTime::now_utc();
        let params = |name: &str, names: &[String]| {
            let mut params = CertificateParams::new(names)?;
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, name);
            params.not_before = now - time::Duration::days(1);
            params.not_after = now + LIFETIME;
            Ok::<_, rcgen::Error>(params)
        };
        let mut authority = params("dewspec reference server: authority of this run", &[])?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let mut server = params("dewspec reference server", names)?;
        server.use_authority_key_identifier_extension = true;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = server.signed_by(&key, &authority)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok((Self::new(vec![certificate.der().clone()], key.into())?, authority.pem()))
    }

    /// A given certificate, with those that lead to its authority behind it, and its key.
    ///
    /// # Errors
    ///
    /// Whatever is no PEM, and a key that is not the certificate's.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let pem = |what: &'static str| {
            move |error: rustls::pki_types::pem::Error| TlsError::Pem { what, problem: error.to_string() }
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(pem("the certificate"))?;
        if chain.is_empty() {
            return Err(TlsError::Pem { what: "the certificate", problem: "there is none in it".to_owned() });
        }
        Self::new(chain, PrivateKeyDer::from_pem_slice(key).map_err(pem("the key"))?)
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config) })
    }
}

/// Accepts connections that have shaken hands, so that a slow or foreign client holds up nobody.
#[derive(Debug)]
pub(super) struct TlsListener {
    address: SocketAddr,
    accepted: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    /// Starts to accept on the current runtime, until this is dropped.
    pub(super) fn new(listener: TcpListener, tls: &Tls) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::clone(&tls.config));
        let (ready, accepted) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut listener = listener;
            loop {
                let (stream, client) = tokio::select! {
                    accepted = Listener::accept(&mut listener) => accepted,
                    () = ready.closed() => return,
                };
                // Without it answers only get slower.
                let _ = stream.set_nodelay(true);
                let (acceptor, ready) = (acceptor.clone(), ready.clone());
                tokio::spawn(async move {
                    // Who does not trust the certificate, or speaks no TLS, hears no more.
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        let _ = ready.send((stream, client)).await;
                    }
                });
            }
        });
        Ok(Self { address, accepted })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            // Nothing comes any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
