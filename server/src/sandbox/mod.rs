//! The simulated channels (沙箱渠道): a process of its own, with its own store, that speaks HTTP
//! like UnionPay, WeChat Pay and a bank, and can be told to misbehave.
//!
//! # What it offers
//! Under `/unionpay`, `/wechat` and `/bank`, as [`banks::http`] describes:
//! - `POST payments | refunds | payouts`, `GET payments/{number} | refunds/{number} |
//!   payouts/{number}`. The same number again answers the first result; with another amount, 409.
//! - `GET bill?date=YYYY-MM-DD`: the payments and refunds of a clearing date, in UnionPay's ZM
//!   file, WeChat Pay's trade bill, or for the bank a camt.053 statement of the collection account.
//!   UnionPay has no file for a day without trades: an empty file then.
//! - `GET statement?account=&date=`: camt.053 of one of our accounts. Payouts are debits with our
//!   number as end-to-end id (credits when paid to one of our own accounts), settlements and
//!   deposits are credits. Each day opens with the balance the day before closed with. Transfers
//!   collected by the bank channel stand on the account [`COLLECTION`].
//!
//! # Days and fees
//! UnionPay's clearing day ends at 23:00 business time, the others' at midnight. UnionPay charges
//! 0.24 a payment, WeChat Pay 0.60 %, half-up to the fen, the bank nothing; refunds cost nothing
//! and give no fee back. Fees are told in the bill and billed apart: settlements are gross.
//!
//! # What tests and demonstrations tell it
//! - `POST /control/settle {channel, date, account, on?}`: the channel pays out what it collected
//!   on that clearing date, payments less refunds, as one line of `account`'s statement of the day
//!   `on`, without it of the next calendar day. Once per channel and date; telling it again answers the first line. For the bank
//!   channel the same amount leaves the collection account.
//! - `POST /control/deposit {number, account, amount, date, text}`: money arrives. Once per number.
//! - `POST /control/return {number, date, reason}`: a payout comes back (退票).
//! - `POST /control/misbehave {kind, channel?, operation?, late_ms?}` with one of `number`, `next`
//!   (how many), `rate_permille`; see [`rules::Kind`]. `DELETE /control/misbehave` ends all of it.
//! - `POST /control/callbacks {channel, url, secret}`: from then on the channel tells by itself what
//!   becomes of orders, signed with the secret (`whsec_…`), again until it is acknowledged. `DELETE /control/callbacks` ends all of it.
//! - `POST /control/merchants`, `/merchants/{merchant}/notifications`: the merchants' own systems, see
//!   [`merchants`].
//! - Header `X-Sandbox-Behave: decline | timeout_after | late:MS | twice` on one order.
//! - `GET /control/books`: everything that ever took effect. `GET /healthz`.
//!
//! # Time and store
//! `X-Sandbox-Now` (RFC 3339) is the caller's clock and dates what is done; without it the wall
//! clock does. Each effect is one JSON line, synchronised to disk before the answer; a last line
//! torn by a crash was never answered and is dropped at the next start.

mod books;
mod callbacks;
mod control;
mod files;
mod merchants;
mod routes;
pub mod rules;
mod statements;
mod store;

use anyhow::Context;
use axum::Router;
use books::Books;
use merchants::Merchants;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

pub use files::{UNIONPAY_MERCHANT, WECHAT_MERCHANT};
pub use statements::COLLECTION;

/// Where the sandbox listens and what it remembers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address.
    pub listen: SocketAddr,
    /// The file of effects; made when it does not exist.
    pub store: PathBuf,
}

/// Serves until the process is told to stop.
///
/// # Errors
/// The address is taken, or the store cannot be read or is in use.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    tokio::select! {
        served = serve(listener, settings.store) => served,
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for signals"),
    }
}

/// Serves on a listener that is already there.
///
/// # Errors
/// The store cannot be read or is in use.
pub async fn serve(listener: TcpListener, store: PathBuf) -> anyhow::Result<()> {
    let shown = store.display().to_string();
    let merchants = Merchants::open(&store.with_extension("merchants.jsonl"))?;
    let opened = tokio::task::spawn_blocking(move || Books::open(&store)).await?;
    let books = opened.with_context(|| format!("cannot open the sandbox's store {shown}"))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, store = shown, effects = books.effects().len(), "sandbox is ready");
    let router = router(Shared(Arc::new(Mutex::new(books)))).merge(merchants::router(merchants));
    axum::serve(listener, router).await?;
    Ok(())
}

fn router(shared: Shared) -> Router {
    routes::router().merge(control::router()).with_state(shared)
}

/// The books, behind a lock, since every effect is written before the next is decided.
#[derive(Clone)]
struct Shared(Arc<Mutex<Books>>);

impl Shared {
    /// Works on the books on a thread that may wait for the disk.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Books) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let shared = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut books = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut books)
        })
        .await
        .map_err(|error| Trouble::Broken(error.to_string()))?
    }
}

/// Why a request to the sandbox was not served.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// It cannot be understood.
    #[error("{0}")]
    BadRequest(String),
    /// What it names is not there.
    #[error("{0}")]
    NotFound(String),
    /// It contradicts what was told before.
    #[error("{0}")]
    Conflict(String),
    /// A file cannot be made from the books.
    #[error("the file cannot be written: {0}")]
    File(#[from] banks::write::WriteError),
    /// The store failed; nothing was done.
    #[error("the store failed: {0}")]
    Store(#[from] store::StoreError),
    /// The sandbox failed; it may have been done.
    #[error("the sandbox failed: {0}")]
    Broken(String),
}
