//! The way out to merchants' own systems.
//!
//! The address comes from outside, so it is distrusted: HTTPS only, no redirects, no proxy, and no
//! connection to an address inside: names are resolved here, checked, and the checked addresses are
//! the ones connected to, so that a name that changes its mind in between gains nothing.

use crate::signing::{ID, SIGNATURE, TIMESTAMP};
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Origin, Url};

/// How long a delivery may take, from the first look for the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of an answer is looked at.
const ANSWER_MAX: usize = 2048;
/// Longest address.
const URL_MAX: usize = 500;

/// A signed message for a merchant's system.
#[derive(Debug, Clone)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// Its id, the same for every try.
    pub id: String,
    /// The time of this try, in seconds since 1970.
    pub timestamp: i64,
    /// Its signatures.
    pub signature: String,
    /// JSON.
    pub body: String,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong; nothing when it was taken.
    pub failure: Option<String>,
    /// How the answer begins.
    pub excerpt: String,
}

/// An address that messages are not sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressRefused(pub String);

/// Takes messages to merchants' systems.
#[async_trait]
pub trait Notify: Send + Sync {
    /// Whether messages could be sent to this address at all.
    ///
    /// # Errors
    /// Never there.
    fn check(&self, url: &str) -> Result<(), AddressRefused>;

    /// Tries once.
    async fn deliver(&self, message: &Message) -> Receipt;
}

/// Takes messages nowhere: for commands that do no deliveries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

#[async_trait]
impl Notify for Nowhere {
    fn check(&self, _url: &str) -> Result<(), AddressRefused> {
        Err(AddressRefused("no messages are sent from here".to_owned()))
    }

    async fn deliver(&self, _message: &Message) -> Receipt {
        failed("no messages are sent from here".to_owned())
    }
}

/// Takes messages over HTTPS.
#[derive(Debug, Clone)]
pub struct HttpNotify {
    client: Client,
    inside_allowed: bool,
    receiver: Option<Receiver>,
}

/// The one system that plays merchants in a demonstration: messages to its origin, and to no other
/// address inside, may go over plain HTTP.
#[derive(Debug, Clone)]
struct Receiver {
    origin: Origin,
    client: Client,
}

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client of notifications could not be set up")]
pub struct NoClient(#[source] reqwest::Error);

/// A demonstration's receiver that nothing could be sent to.
#[derive(Debug, thiserror::Error)]
pub enum NoReceiver {
    /// Not an address.
    #[error("the demonstration's receiver {0:?} is not an address")]
    Address(String),
    /// No client for it.
    #[error(transparent)]
    Client(#[from] NoClient),
}

fn client(inside_allowed: bool, roots: &[Certificate]) -> Result<Client, NoClient> {
    crate::client()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .https_only(!inside_allowed)
        .dns_resolver(Arc::new(Outside { inside_allowed }))
        .tls_certs_merge(roots.iter().cloned())
        .user_agent("Countinghouse")
        .build()
        .map_err(NoClient)
}

impl HttpNotify {
    /// Messages to the world outside. `inside_allowed` also takes plain HTTP and addresses of this
    /// machine and its networks: for demonstrations and tests only.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(inside_allowed: bool) -> Result<Self, NoClient> {
        Self::trusting(inside_allowed, &[])
    }

    /// Like [`HttpNotify::new`], believing these authorities too: for whoever brings their own, as
    /// tests do.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn trusting(inside_allowed: bool, roots: &[Certificate]) -> Result<Self, NoClient> {
        let client = client(inside_allowed, roots)?;
        Ok(Self { client, inside_allowed, receiver: None })
    }

    /// Also takes messages to the system that plays merchants in a demonstration, wherever it is.
    ///
    /// # Errors
    /// Its address is none, or the HTTP client cannot be set up.
    pub fn with_receiver(mut self, address: &str) -> Result<Self, NoReceiver> {
        let url = Url::parse(address).map_err(|_| NoReceiver::Address(address.to_owned()))?;
        let receiver = Receiver { origin: url.origin(), client: client(true, &[])? };
        self.receiver = Some(receiver);
        Ok(self)
    }

    /// The address as it may be sent to, and who takes messages there.
    fn way(&self, url: &str) -> Result<(Url, &Client), AddressRefused> {
        if let Some(receiver) = &self.receiver
            && let Ok(url) = check(url, true)
            && url.origin() == receiver.origin
        {
            return Ok((url, &receiver.client));
        }
        Ok((check(url, self.inside_allowed)?, &self.client))
    }
}

#[async_trait]
impl Notify for HttpNotify {
    fn check(&self, url: &str) -> Result<(), AddressRefused> {
        self.way(url).map(|_| ())
    }

    async fn deliver(&self, message: &Message) -> Receipt {
        let (url, client) = match self.way(&message.url) {
            Ok(way) => way,
            Err(refused) => return failed(refused.to_string()),
        };
        let request = client
            .post(url)
            .header("content-type", "application/json")
            .header(ID, &message.id)
            .header(TIMESTAMP, message.timestamp.to_string())
            .header(SIGNATURE, &message.signature)
            .body(message.body.clone());
        match request.send().await {
            Ok(response) => receipt(response).await,
            Err(error) => failed(reason(&error)),
        }
    }
}

fn failed(reason: String) -> Receipt {
    Receipt { status: None, failure: Some(reason), excerpt: String::new() }
}

async fn receipt(mut response: Response) -> Receipt {
    let status = response.status();
    let mut bytes = Vec::new();
    // Whatever follows is not read: an answer without end holds nobody up.
    while bytes.len() < ANSWER_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(ANSWER_MAX);
    let text = String::from_utf8_lossy(&bytes);
    let excerpt = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let failure = if status.is_success() {
        None
    } else if status.is_redirection() {
        Some(format!("answered {status}: redirects are not followed"))
    } else {
        Some(format!("answered {status}"))
    };
    Receipt { status: Some(status.as_u16()), failure, excerpt }
}

/// The last cause says most.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", PATIENCE.as_secs());
    }
    let mut text = "could not be reached".to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("could not be reached: {error}");
        cause = error.source();
    }
    text
}

/// Reads an address and refuses what is not for merchants to name.
fn check(text: &str, inside_allowed: bool) -> Result<Url, AddressRefused> {
    let refuse = |why: &str| Err(AddressRefused(why.to_owned()));
    if text.len() > URL_MAX {
        return refuse("the address is longer than 500 characters");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("the address must be like https://shop.example/notifications");
    };
    let scheme = url.scheme();
    if scheme != "https" && !(inside_allowed && scheme == "http") {
        return refuse("the address must begin with https://");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refuse("the address must not carry a user, a password or a fragment");
    }
    let inside = match url.host() {
        None => return refuse("the address has no host"),
        Some(Host::Ipv4(ip)) => is_inside(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_inside(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => is_inner_name(name),
    };
    if inside && !inside_allowed {
        return refuse("the address is not one of the public internet");
    }
    Ok(url)
}

fn is_inner_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let inner = [".localhost", ".local", ".internal", ".home.arpa"];
    name == "localhost" || !name.contains('.') || inner.iter().any(|end| name.ends_with(end))
}

/// Whether an address is not one of the public internet.
#[must_use]
pub fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_inside_v4(ip),
        IpAddr::V6(ip) => is_inside_v6(ip),
    }
}

fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || (a, b & 0b1100_0000) == (100, 64)
        || (a, b, c) == (192, 0, 0)
        || (a, b & 0b1111_1110) == (198, 18)
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_inside_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // ::, ::1, IPv4-compatible and IPv4-mapped addresses
        [0, 0, 0, 0, 0, 0, ..] => true,
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),
        // NAT64 and 6to4 carry an IPv4 address
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        [0x2001, 0xdb8, ..] | [0x64, 0xff9b, ..] | [0x2001, 0, ..] => true,
        // only 2000::/3 is the public internet
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

/// Resolves names to addresses outside, and to no others.
#[derive(Debug)]
struct Outside {
    inside_allowed: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let inside_allowed = self.inside_allowed;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let found = if inside_allowed { found } else { outside(found)? };
            Ok::<Addrs, _>(Box::new(found.into_iter()))
        })
    }
}

/// The addresses of a name, if none of them is inside: one is enough to distrust it. These are the
/// ones connected to; the name is not looked up again in between.
fn outside(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, AddressRefused> {
    if found.iter().any(|address| is_inside(address.ip())) {
        let why = "the name leads to an address that is not of the public internet";
        return Err(AddressRefused(why.to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_addresses_are_taken() {
        for url in
            ["https://shop.example/hook?x=1", "https://8.8.8.8:8443/", "https://[2606:4700::1]/"]
        {
            assert!(check(url, false).is_ok(), "{url}");
        }
        for url in [
            "",
            "shop.example",
            "http://shop.example/",
            "ftp://shop.example/",
            "https://",
            "https://user@shop.example/",
            "https://shop.example/#x",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://db.internal/",
            "https://printer/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:8.8.8.8]@x/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:7f00:1::]/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
        ] {
            assert!(check(url, false).is_err(), "{url}");
        }
        assert!(check(&format!("https://shop.example/{}", "x".repeat(500)), false).is_err());
        assert!(check("http://127.0.0.1:9/hook", true).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let resolver = Outside { inside_allowed: false };
        let found = resolver.resolve("localhost".parse().unwrap()).await;
        assert!(found.err().unwrap().to_string().contains("public internet"));
    }

    #[test]
    fn a_name_that_changes_its_mind_is_judged_by_each_answer_whole() {
        let answer = |ips: &[&str]| -> Vec<SocketAddr> {
            ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 443)).collect()
        };
        assert_eq!(outside(answer(&["8.8.8.8"])), Ok(answer(&["8.8.8.8"])));
        for rebound in [&["127.0.0.1"][..], &["8.8.8.8", "10.0.0.1"], &["8.8.8.8", "::1"]] {
            assert!(outside(answer(rebound)).is_err(), "{rebound:?}");
        }
    }

    #[test]
    fn the_receiver_of_a_demonstration_is_its_origin_and_nothing_else_inside() {
        let notify = HttpNotify::new(false).unwrap();
        let notify = notify.with_receiver("http://127.0.0.1:3100").unwrap();
        assert!(notify.check("http://127.0.0.1:3100/merchants/M100004").is_ok());
        for url in [
            "http://127.0.0.1:3101/",
            "https://127.0.0.1:3100/",
            "http://localhost:3100/",
            "http://127.0.0.1/",
            "http://10.0.0.1:3100/",
            "http://user@127.0.0.1:3100/",
            "http://shop.example/",
        ] {
            assert!(notify.check(url).is_err(), "{url}");
        }
        assert!(notify.check("https://shop.example/hook").is_ok());
        assert!(HttpNotify::new(false).unwrap().with_receiver("here").is_err());
    }
}
