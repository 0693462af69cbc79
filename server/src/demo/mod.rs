//! The demonstration: an institution with one whole trading day behind it, played through the same
//! use cases that merchants and staff use, against the sandbox channels.
//!
//! Its clock is started at nine o'clock of a business day whose next day is one too, so that there
//! is something to do whenever it is looked at; it never stands behind the wall clock.

mod institution;
mod receivers;
mod routes;
pub mod sign_ins;
mod story;
mod users;

pub use institution::RESERVE_ACCOUNT;

use crate::config::Config;
use crate::office::{self, CHANNELS};
use anyhow::ensure;
use backoffice::office::{Clock, Office};
use backoffice::payments::callbacks;
use backoffice::trading_day;
use banks::sandbox::SandboxControl;
use domain::date::BusinessDate;
use std::net::Ipv4Addr;
use time::{Duration, OffsetDateTime};

/// When staff come in.
const MORNING: Duration = Duration::hours(9);

/// Loads the demonstration, unless it is there.
///
/// # Errors
/// The database or the sandbox cannot be used, or another day's loading was interrupted.
pub async fn load(config: &Config) -> anyhow::Result<()> {
    let real = office::open(config).await?;
    sign_ins::add(&real).await?;
    sign_ins::agree_rules(&real).await?;
    load_day(config, &real).await?;
    listen(config, &real).await
}

async fn load_day(config: &Config, real: &Office) -> anyhow::Result<()> {
    if trading_day::clock_started(real).await? {
        return Ok(());
    }
    let present = present(real);
    let day = real.settings.zone.day_of(present).previous();
    if let Ok(open) = trading_day::open_day(real).await {
        ensure!(
            open == day || open == day.next(),
            "loading the demonstration was interrupted on another day: start with an empty database"
        );
    }
    let clock = Clock::standing_at(real.settings.zone.start_of(day).saturating_add(MORNING));
    let office = office::with_clock(config, clock).await?;
    story::play(config, &office, day).await?;
    trading_day::start_clock(real, present).await?;
    Ok(())
}

/// Has the channels tell by themselves, at the address the server of this configuration listens on.
async fn listen(config: &Config, office: &Office) -> anyhow::Result<()> {
    let sandbox = SandboxControl::new(&config.sandbox_url)?;
    let mut here = config.listen;
    if here.ip().is_unspecified() {
        here.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    for channel in CHANNELS {
        let secret = callbacks::new_secret()?;
        let mut tx = office.begin().await?;
        callbacks::agree_secret(&mut tx, office, (channel, &secret)).await?;
        tx.commit().await?;
        let url = format!("http://{here}/api/channels/{channel}/callback");
        sandbox.call_back(channel, &url, &secret.text()).await?;
    }
    Ok(())
}

/// Nine o'clock of the first day from now on that is a business day followed by another.
fn present(office: &Office) -> OffsetDateTime {
    let (zone, calendar) = (office.settings.zone, &office.settings.calendar);
    let nine = |day: BusinessDate| zone.start_of(day).saturating_add(MORNING);
    let mut day = office.today();
    while nine(day) < office.now()
        || !calendar.is_business_day(day)
        || !calendar.is_business_day(day.next())
    {
        day = day.next();
    }
    nine(day)
}
