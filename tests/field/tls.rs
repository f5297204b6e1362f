//! An encrypted way to a plain server, its certificate issued by an authority that nobody knows.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// Who may come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admits {
    Everybody,
    /// Clients with a certificate of the same authority.
    Certified,
}

/// The way, the files that a client needs for it, and what keeps it open.
pub(crate) struct Encrypted {
    port: u16,
    files: TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Encrypted {
    /// To the server at this address, known by this name.
    pub(crate) fn way_to(plain: SocketAddr, name: &str, admits: Admits) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "an authority of our own");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let issue = |name: &str, purpose| {
            let key = KeyPair::generate().expect("a key");
            let mut params = CertificateParams::new([name.to_owned()]).expect("parameters");
            // Two of one name would look as if one had issued itself.
            params.distinguished_name.push(DnType::CommonName, name);
            params.extended_key_usages = vec![purpose];
            (params.signed_by(&key, &authority).expect("a certificate"), key)
        };
        let (server, server_key) = issue(name, ExtendedKeyUsagePurpose::ServerAuth);
        let (client, client_key) = issue("client", ExtendedKeyUsagePurpose::ClientAuth);
        let files = tempfile::tempdir().expect("a directory");
        let write = |name: &str, text: String| std::fs::write(files.path().join(name), text).expect("a file");
        write("authority.pem", authority.pem());
        write("client.pem", client.pem());
        write("client.key", client_key.serialize_pem());
        let config = config(authority.der(), server.der(), &server_key, admits);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        runtime.spawn(pass_on(listener, TlsAcceptor::from(Arc::new(config)), plain));
        Encrypted { port, files, _runtime: runtime }
    }

    /// The URL under this name.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("https://{name}:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `authority.pem`, `client.pem` or `client.key`.
    pub(crate) fn file(&self, name: &str) -> String {
        self.files.path().join(name).display().to_string()
    }
}

fn config(
    authority: &CertificateDer<'static>,
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
    admits: Admits,
) -> rustls::ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.clone()).expect("an authority");
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("protocols");
    let builder = match admits {
        Admits::Everybody => builder.with_no_client_auth(),
        Admits::Certified => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    builder.with_single_cert(vec![certificate.clone()], key.into()).expect("a certificate with its key")
}

async fn pass_on(listener: tokio::net::TcpListener, acceptor: TlsAcceptor, plain: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Whoever does not trust the certificate hangs up.
            let Ok(mut client) = acceptor.accept(stream).await else { return };
            let Ok(mut server) = tokio::net::TcpStream::connect(plain).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}
