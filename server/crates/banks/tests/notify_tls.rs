//! Merchants' systems with certificates that are not to be believed, played over real TLS.

#![expect(clippy::unwrap_used, reason = "a test's own set-up may end the test")]

use banks::notify::{HttpNotify, Message, Notify, Receipt};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Certificate;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An authority of the test's own.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A system at `https://localhost:PORT` whose certificate is valid until the year, and how many
/// messages it took.
async fn system(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    until: i32,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![certificate.der().clone()], key)
    .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, taken) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counter = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    (address, taken)
}

async fn deliver(roots: &[Certificate], here: SocketAddr) -> Receipt {
    let url = format!("https://localhost:{}/hook", here.port());
    let (id, signature) = ("m1".to_owned(), "v1,x".to_owned());
    let message = Message { url, id, timestamp: 0, signature, body: "{}".to_owned() };
    HttpNotify::trusting(true, roots).unwrap().deliver(&message).await
}

fn trusted(authority: &CertifiedIssuer<'static, KeyPair>) -> Certificate {
    Certificate::from_der(authority.der()).unwrap()
}

#[tokio::test]
async fn a_certificate_that_is_valid_is_believed() {
    let authority = authority();
    let (here, taken) = system(&authority, "localhost", 2100).await;
    let receipt = deliver(&[trusted(&authority)], here).await;
    assert_eq!((receipt.status, receipt.failure), (Some(204), None));
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nothing_is_sent_over_an_expired_certificate() {
    let authority = authority();
    let (here, taken) = system(&authority, "localhost", 2021).await;
    let receipt = deliver(&[trusted(&authority)], here).await;
    assert_eq!(receipt.status, None);
    let failure = receipt.failure.unwrap();
    assert!(failure.contains("certificate") && failure.contains("xpired"), "{failure}");
    assert_eq!(taken.load(Ordering::SeqCst), 0, "not a byte of the message went out");
}

#[tokio::test]
async fn nothing_is_sent_over_a_certificate_of_an_unknown_authority() {
    let (here, taken) = system(&authority(), "localhost", 2100).await;
    let receipt = deliver(&[], here).await;
    assert_eq!(receipt.status, None);
    assert!(receipt.failure.unwrap().contains("certificate"));
    assert_eq!(taken.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nothing_is_sent_over_the_certificate_of_another_name() {
    let authority = authority();
    let (here, taken) = system(&authority, "elsewhere.example", 2100).await;
    let receipt = deliver(&[trusted(&authority)], here).await;
    assert!(receipt.failure.unwrap().contains("certificate"));
    assert_eq!(taken.load(Ordering::SeqCst), 0);
}
