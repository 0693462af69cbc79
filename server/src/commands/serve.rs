//! `serve`: screens, merchant API, workers.

use crate::config::Config;
use crate::http::{Admission, Desk};
use crate::router::{Site, router};
use crate::{office, worker};
use anyhow::Context;
use backoffice::office::Office;
use backoffice::{accounts, trading_day};
use std::time::Duration;
use tokio::sync::watch;

/// How long the workers may take to finish what they are at.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a demonstration looks whether its clock was moved by another process.
const CLOCK_CHECK: Duration = Duration::from_secs(2);

/// Answers requests and does the background work until it is told to stop.
///
/// # Errors
/// The database or the address cannot be used.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), configuration = %config, "starting");
    let office = office::open(&config).await?;
    trading_day::load_clock(&office).await?;
    accounts::schedule_check(&office).await?;
    backoffice::error_items::schedule_escalation(&office).await?;
    backoffice::reserve::schedule_check(&office).await?;
    backoffice::reconciliation::jobs::schedule_waiting(&office).await?;
    let site = Site::new(office.clone(), config.secure_cookies(), &config.site_root);
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let (stopping, stop) = watch::channel(false);
    let mut workers = worker::start(&office, config.workers, &stop);
    workers.spawn(follow_clock(office.clone(), stop.clone()));
    if let Some(folder) = config.inbox.clone() {
        workers.spawn(crate::inbox::watch(office.clone(), folder, stop.clone()));
    }
    tracing::info!(address = %config.listen, "serving");
    let mut stopped = stop.clone();
    tokio::spawn(async move {
        signalled().await;
        tracing::info!("stopping");
        let _ = stopping.send(true);
    });
    let desk = Desk::open(&office, Admission::default());
    let routes = router(&site, crate::http::api(desk));
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    });
    serving.await.context("serving ended")?;
    let rest = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, rest).await.is_err() {
        tracing::warn!("workers were left at their jobs; the jobs are taken up again");
    }
    office.db.close().await;
    Ok(())
}

/// Keeps a demonstration's clock where it was moved to.
async fn follow_clock(office: Office, mut stop: watch::Receiver<bool>) {
    while office.settings.demo && !*stop.borrow() {
        if let Err(error) = trading_day::load_clock(&office).await {
            tracing::warn!(%error, "the demonstration's clock cannot be read");
        }
        tokio::select! {
            () = tokio::time::sleep(CLOCK_CHECK) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Ctrl-C, or the signal that service managers send.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
