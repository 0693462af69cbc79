//! The workers: due jobs are claimed as many at a time as there are free hands, and done side by
//! side, until the server stops.

use backoffice::jobs;
use backoffice::notifications::Courier;
use backoffice::office::Office;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// How long idle workers rest before they look again.
const REST: Duration = Duration::from_millis(200);
/// How long they do not look again although the bell rings: under load it rings all the time.
const BREATH: Duration = Duration::from_millis(5);
/// How long they rest when the database does not answer.
const REST_IN_TROUBLE: Duration = Duration::from_secs(2);

/// Starts so many workers. They end, each after the job at hand, when `stop` turns true.
pub fn start(office: &Office, count: u16, stop: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(work(office.clone(), usize::from(count.max(1)), stop.clone()));
    workers
}

async fn work(office: Office, count: usize, mut stop: watch::Receiver<bool>) {
    let hands = Arc::new(Semaphore::new(count));
    let courier = Courier::start(&office);
    let mut at_work = JoinSet::new();
    while !*stop.borrow() {
        while let Some(ended) = at_work.try_join_next() {
            tell(ended);
        }
        let Ok(first) = Arc::clone(&hands).acquire_owned().await else { return };
        let mut free = vec![first];
        free.extend(std::iter::from_fn(|| Arc::clone(&hands).try_acquire_owned().ok()));
        let rest = match jobs::claim(&office, free.len()).await {
            Ok(claimed) if claimed.is_empty() => REST,
            Ok(claimed) => {
                // In tasks of their own: a job that panics ends neither the others nor the server.
                for (job, hand) in claimed.into_iter().zip(free) {
                    let (office, courier) = (office.clone(), courier.clone());
                    at_work.spawn(async move {
                        let _hand = hand;
                        backoffice::work::run(&office, &job, Some(&courier)).await
                    });
                }
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "jobs cannot be taken");
                REST_IN_TROUBLE
            }
        };
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = office.bell.work(), if rest == REST => {}
            _ = stop.changed() => {}
        }
    }
    while let Some(ended) = at_work.join_next().await {
        tell(ended);
    }
}

fn tell(ended: Result<Result<(), sqlx::Error>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "what came of a job could not be written down"),
        Err(error) => {
            tracing::error!(%error, "a job panicked; it is run again when its lease ends");
        }
    }
}
