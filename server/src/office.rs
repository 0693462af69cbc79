//! The office of this process: the database, the clock, and the bank fronts that reach the
//! channels.

use crate::config::Config;
use crate::database;
use anyhow::Context;
use backoffice::office::{Clock, Office, Settings};
use banks::front::{Front, Fronts};
use banks::http::{self, HttpFront};
use banks::notify::HttpNotify;
use banks::seal::FileKey;
use domain::calendar::Calendar;
use std::path::Path;
use std::sync::Arc;

/// The channels the fronts reach, by their codes.
pub const CHANNELS: [&str; 3] = ["unionpay", "wechat", "bank"];

/// The office as the configuration says, working for no request yet.
///
/// # Errors
/// The database is out of reach, or a file that is named cannot be read.
pub async fn open(config: &Config) -> anyhow::Result<Office> {
    with_clock(config, Clock::system()).await
}

/// The office with another clock, for whoever tells a story of another day.
///
/// # Errors
/// The database is out of reach, or a file that is named cannot be read.
pub async fn with_clock(config: &Config, clock: Clock) -> anyhow::Result<Office> {
    let db = database::pool(config.database_url()?).await.context("the database cannot be used")?;
    let calendar = config.calendar.as_deref().map(calendar).transpose()?.unwrap_or_default();
    let vault = config.vault()?;
    let settings = Settings { zone: config.zone()?, calendar, demo: config.demo, vault };
    Ok(Office {
        db,
        fronts: Arc::new(fronts(config, &clock)?),
        notify: Arc::new(notify(config)?),
        clock,
        settings: Arc::new(settings),
        bell: backoffice::bell::Bell::default(),
        request_id: "command-line".to_owned(),
    })
}

/// Bank holidays and worked weekend days, as JSON.
fn calendar(path: &Path) -> anyhow::Result<Calendar> {
    let text = std::fs::read(path)
        .with_context(|| format!("the calendar {} cannot be read", path.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("the calendar {} is not understood", path.display()))
}

/// The way to merchants' systems. Those of a demonstration are played by the sandbox, which is the
/// one address inside that a demonstration may send to.
fn notify(config: &Config) -> anyhow::Result<HttpNotify> {
    let notify = HttpNotify::new(config.notify_private_addresses)?;
    Ok(if config.demo { notify.with_receiver(&config.sandbox_url)? } else { notify })
}

/// The key payout files are signed with. A demonstration has one that everybody knows.
fn file_key(config: &Config) -> anyhow::Result<Option<FileKey>> {
    let Some(path) = config.payout_file_key.as_deref() else {
        return Ok(if config.demo { Some(FileKey::of_demonstrations()?) } else { None });
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the key {} cannot be read", path.display()))?;
    let key = FileKey::of(&text).with_context(|| format!("{} holds no key", path.display()))?;
    Ok(Some(key))
}

fn fronts(config: &Config, clock: &Clock) -> anyhow::Result<Fronts> {
    let mut fronts = Fronts::default();
    let seal = file_key(config)?.map(Arc::new);
    for code in CHANNELS {
        let clock = clock.clone();
        let now: http::Clock = Arc::new(move || clock.now());
        let front: Front =
            HttpFront::new(&config.sandbox_url, code, http::TIMEOUT, now)?.into_front();
        let front = Front { seal: seal.clone(), ..front };
        fronts.0.insert(code.to_owned(), front);
    }
    Ok(fronts)
}
