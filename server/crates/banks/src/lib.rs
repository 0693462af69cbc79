//! Bank fronts (银行前置), the files of channels and banks, and the way out to merchants' systems.
//!
//! A *front* speaks with one channel or bank; a *format* reads one kind of file. Neither knows our
//! books: what they return is the counterparty's word, to be checked by whoever asked.

pub mod bill;
pub mod callback;
pub mod dispute;
pub mod formats;
pub mod front;
pub mod fund;
pub mod http;
pub mod instruction;
pub mod notify;
pub mod sandbox;
pub mod seal;
pub mod signing;
pub mod statement;
pub mod summary;
pub mod write;

/// An HTTP client to be set up further: it takes no proxy from the environment. All clients begin
/// here, since the cryptography of TLS has to be chosen before the first one is made.
pub fn client() -> reqwest::ClientBuilder {
    // Whoever was first has chosen the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
