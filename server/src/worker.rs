//! The workers: they take due jobs, one at a time each, until the server stops.

use backoffice::office::Office;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long an idle worker rests before it looks again.
const REST: Duration = Duration::from_millis(200);
/// How long it rests when the database does not answer.
const REST_IN_TROUBLE: Duration = Duration::from_secs(2);

/// Starts the workers. They end, each after the job at hand, when `stop` turns true.
pub fn start(office: &Office, count: u16, stop: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    for _ in 0..count {
        workers.spawn(work(office.clone(), stop.clone()));
    }
    workers
}

async fn work(office: Office, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        // In a task of its own: a job that panics ends neither the worker nor the server.
        let (office, bell) = (office.clone(), &office.bell);
        let run = tokio::spawn(async move { backoffice::work::run_one(&office).await });
        let rest = match run.await {
            Ok(Ok(true)) => continue,
            Ok(Ok(false)) => REST,
            Ok(Err(error)) => {
                tracing::error!(%error, "jobs cannot be taken");
                REST_IN_TROUBLE
            }
            Err(error) => {
                tracing::error!(%error, "a job panicked; it is run again when its lease ends");
                REST
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = bell.work(), if rest == REST => {}
            _ = stop.changed() => {}
        }
    }
}
