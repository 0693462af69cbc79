//! Writing in groups: callers hand in what they want written and await their own answer, and one
//! writer writes whatever is waiting in one durable transaction.
//!
//! A row that nearly every event touches, like what a channel owes us, is then locked once a group
//! instead of once an event, and the disk is awaited once a group. Alone, a caller waits no longer
//! than it would by itself.

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Postgres};
use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// Tries of an item whose refusal was an accident of concurrency.
const TRIES_MAX: u32 = 4;
/// How long an idle connection is taken to be alive without asking.
const TRUST: Duration = Duration::from_secs(1);
/// Each statement of a writer touches few rows, found by their keys. It is planned once, for good:
/// on a day when the tables are nearly empty, reading them whole would look cheaper, and would be
/// done for as long as the connection lives.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
                     SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

/// How a group of one kind is written. The owner of the tables says.
///
/// What is written must be safe to write again: when the answer to a commit is lost, the caller can
/// only ask again. Postings are, by their keys; other rows are by conditional updates.
pub trait Write: Send + Sync + 'static {
    /// What a caller hands in.
    type Item: Send + Sync + 'static;
    /// What a caller gets back.
    type Answer: Send + 'static;
    /// Why something is not written.
    type Error: Send + 'static;

    /// Writes all items within the open transaction: one answer each, in their order; or, on an
    /// error, none. Items then are tried in smaller groups until those that cannot be written are
    /// by themselves.
    fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Self::Error>> + Send;

    /// Writes all items as one statement that is a transaction by itself, if that can be done;
    /// `None`: it cannot, and nothing was written.
    fn write_at_once(
        &self,
        _conn: &mut PgConnection,
        _items: &[Self::Item],
    ) -> impl Future<Output = Result<Option<Vec<Self::Answer>>, Self::Error>> + Send {
        async { Ok(None) }
    }

    /// Called with each new connection of a writer, before anything is written over it.
    fn prepare(&self, _conn: &mut PgConnection) -> impl Future<Output = sqlx::Result<()>> + Send {
        async { Ok(()) }
    }

    /// Whether the refusal was an accident of concurrency, like a deadlock.
    fn worth_repeating(_error: &Self::Error) -> bool {
        false
    }
}

/// Why an item has not been written, as far as we know.
#[derive(Debug, thiserror::Error)]
pub enum GroupError<E> {
    /// It was refused by itself. Nothing of it was written.
    #[error(transparent)]
    Refused(E),
    /// The database did not answer; perhaps it was written all the same.
    #[error("the database did not answer: ask again in the same words")]
    Unreachable(#[source] Arc<sqlx::Error>),
    /// The writer is shutting down. Nothing of it was written.
    #[error("the writer is shutting down: ask again when it is back")]
    Stopped,
    /// The writer broke off; perhaps it was written all the same.
    #[error("the writer broke off before it answered: ask again in the same words")]
    Unanswered,
}

/// How much is written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupSize {
    /// Groups written at the same time. More than one helps only where groups touch different rows.
    pub writers: NonZeroUsize,
    /// Items of one group at most.
    pub items: NonZeroUsize,
    /// Items that may wait; who comes after them waits to be let in.
    pub waiting: NonZeroUsize,
}

impl Default for GroupSize {
    fn default() -> Self {
        let thousand = NonZeroUsize::MIN.saturating_add(999);
        Self { writers: NonZeroUsize::MIN, items: thousand, waiting: thousand }
    }
}

/// The way to the writers. Clones lead to the same ones.
pub struct Group<W: Write> {
    inner: Arc<Inner<W>>,
}

impl<W: Write> Clone for Group<W> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

struct Inner<W: Write> {
    entrance: mpsc::Sender<Waiting<W>>,
    stop: watch::Sender<bool>,
    writers: Mutex<JoinSet<()>>,
}

/// Nothing that was let in is lost when the last clone goes: the writers finish by themselves.
impl<W: Write> Drop for Inner<W> {
    fn drop(&mut self) {
        self.writers.get_mut().detach_all();
    }
}

struct Waiting<W: Write> {
    item: W::Item,
    answer: oneshot::Sender<Result<W::Answer, GroupError<W::Error>>>,
}

impl<W: Write> Group<W> {
    /// Starts the writers. They end after [`Group::stop`], or when the last clone is gone and
    /// nothing waits any more.
    #[must_use]
    pub fn start(db: &PgPool, write: W, size: GroupSize) -> Self {
        let (entrance, queue) = mpsc::channel(size.waiting.get());
        let (stop, stopping) = watch::channel(false);
        let write = Arc::new(write);
        let queue = Arc::new(Mutex::new(queue));
        let mut writers = JoinSet::new();
        for _ in 0..size.writers.get() {
            let writer = Writer {
                db: db.clone(),
                kept: None,
                write: Arc::clone(&write),
                queue: Arc::clone(&queue),
                stopping: stopping.clone(),
                items: size.items.get(),
            };
            writers.spawn(keep_running(writer));
        }
        Self { inner: Arc::new(Inner { entrance, stop, writers: Mutex::new(writers) }) }
    }

    /// Hands in one item and waits for its own answer. A caller that stops waiting after the item
    /// was let in does not take it back: it is written all the same.
    ///
    /// # Errors
    /// The item was refused, or we cannot know.
    pub async fn submit(&self, item: W::Item) -> Result<W::Answer, GroupError<W::Error>> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { item, answer };
        self.inner.entrance.send(waiting).await.map_err(|_| GroupError::Stopped)?;
        answered.await.unwrap_or(Err(GroupError::Unanswered))
    }

    /// How many items wait to be written, without those at hand.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let entrance = &self.inner.entrance;
        entrance.max_capacity().saturating_sub(entrance.capacity())
    }

    /// Lets nothing more in, and waits until everything that was let in is written.
    pub async fn stop(&self) {
        self.inner.stop.send_replace(true);
        while self.inner.writers.lock().await.join_next().await.is_some() {}
    }
}

struct Writer<W: Write> {
    db: PgPool,
    /// Kept from group to group, and since when.
    kept: Option<(PoolConnection<Postgres>, Instant)>,
    write: Arc<W>,
    queue: Arc<Mutex<mpsc::Receiver<Waiting<W>>>>,
    stopping: watch::Receiver<bool>,
    items: usize,
}

/// A writer that panics is replaced by another; those it was writing for are told.
async fn keep_running<W: Write>(writer: Writer<W>) {
    loop {
        let successor = writer.successor();
        match tokio::spawn(successor.run()).await {
            Err(error) if error.is_panic() => {
                tracing::error!(%error, "a group writer panicked; another takes over");
            }
            _ => return,
        }
    }
}

impl<W: Write> Writer<W> {
    fn successor(&self) -> Self {
        Self {
            db: self.db.clone(),
            kept: None,
            write: Arc::clone(&self.write),
            queue: Arc::clone(&self.queue),
            stopping: self.stopping.clone(),
            items: self.items,
        }
    }

    async fn run(mut self) {
        loop {
            let group = self.take().await;
            if group.is_empty() {
                return;
            }
            self.write_group(group).await;
            // Callers just answered may have more at hand: let them in before taking the next group.
            tokio::task::yield_now().await;
        }
    }

    /// What waits, as soon as anything does; empty: nothing ever will.
    async fn take(&mut self) -> Vec<Waiting<W>> {
        let mut group = Vec::new();
        let mut queue = self.queue.lock().await;
        if !*self.stopping.borrow() {
            tokio::select! {
                biased;
                _ = queue.recv_many(&mut group, self.items) => return group,
                stopping = self.stopping.changed() => {
                    // Nobody is left who could stop us: the entrance is gone as well.
                    if stopping.is_err() {
                        queue.recv_many(&mut group, self.items).await;
                        return group;
                    }
                }
            }
        }
        queue.close();
        queue.recv_many(&mut group, self.items).await;
        group
    }

    /// Writes the group, halving it around what is refused.
    async fn write_group(&mut self, group: Vec<Waiting<W>>) {
        let (items, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.item, waiting.answer)).unzip();
        let mut answers = answers.into_iter();
        let mut parts = vec![items.as_slice()];
        let mut tries: u32 = 1;
        while let Some(part) = parts.pop() {
            let outcome = self.write_part(part).await;
            match outcome {
                Err(GroupError::Refused(error)) => match part {
                    [_] if tries < TRIES_MAX && W::worth_repeating(&error) => {
                        tries = tries.saturating_add(1);
                        parts.push(part);
                        continue;
                    }
                    [_] => tell(&mut answers, [Err(GroupError::Refused(error))]),
                    _ => {
                        let (first, second) = part.split_at(part.len().div_ceil(2));
                        parts.extend([second, first]);
                    }
                },
                Err(GroupError::Unreachable(error)) => {
                    for caller in answers {
                        let _ = caller.send(Err(GroupError::Unreachable(Arc::clone(&error))));
                    }
                    return;
                }
                Err(_) => tell(&mut answers, part.iter().map(|_| Err(GroupError::Unanswered))),
                Ok(written) if written.len() == part.len() => {
                    tell(&mut answers, written.into_iter().map(Ok));
                }
                // The owner's fault: we cannot tell whose answer is missing.
                Ok(_) => tell(&mut answers, part.iter().map(|_| Err(GroupError::Unanswered))),
            }
            tries = 1;
        }
    }

    async fn write_part(
        &mut self,
        items: &[W::Item],
    ) -> Result<Vec<W::Answer>, GroupError<W::Error>> {
        let mut conn = self.connection().await?;
        match self.write.write_at_once(&mut conn, items).await {
            Ok(Some(written)) => {
                self.keep(conn);
                return Ok(written);
            }
            Ok(None) => {}
            // What is wrong is found out in a transaction, on another connection if need be.
            Err(_) => conn = self.alive(conn).await?,
        }
        let mut tx = conn.begin().await.map_err(gone)?;
        match self.write.write(&mut tx, items).await {
            Ok(written) => {
                tx.commit().await.map_err(gone)?;
                self.keep(conn);
                Ok(written)
            }
            Err(error) => {
                if tx.rollback().await.is_ok() {
                    self.keep(conn);
                }
                Err(GroupError::Refused(error))
            }
        }
    }

    async fn connection(&mut self) -> Result<PoolConnection<Postgres>, GroupError<W::Error>> {
        match self.kept.take() {
            Some((conn, since)) if since.elapsed() < TRUST => Ok(conn),
            Some((conn, _)) => self.alive(conn).await,
            None => self.fresh().await,
        }
    }

    /// A connection of this writer's own. It writes the same few statements over and over: planning
    /// one takes longer than a small group takes to be written, so each is planned once, and so that
    /// the plan stays right however much the tables grow.
    async fn fresh(&self) -> Result<PoolConnection<Postgres>, GroupError<W::Error>> {
        let mut conn = self.db.acquire().await.map_err(gone)?;
        conn.close_on_drop();
        self.write.prepare(&mut conn).await.map_err(gone)?;
        conn.execute(PLANS).await.map_err(gone)?;
        Ok(conn)
    }

    fn keep(&mut self, conn: PoolConnection<Postgres>) {
        self.kept = Some((conn, Instant::now()));
    }

    /// The connection if it still answers, else another.
    async fn alive(
        &self,
        mut conn: PoolConnection<Postgres>,
    ) -> Result<PoolConnection<Postgres>, GroupError<W::Error>> {
        if conn.ping().await.is_ok() {
            return Ok(conn);
        }
        let _ = conn.close().await;
        self.fresh().await
    }
}

/// Answers the next callers in line; those that went away do not mind.
fn tell<A, E>(
    callers: &mut impl Iterator<Item = oneshot::Sender<Result<A, GroupError<E>>>>,
    outcomes: impl IntoIterator<Item = Result<A, GroupError<E>>>,
) {
    for outcome in outcomes {
        if let Some(caller) = callers.next() {
            let _ = caller.send(outcome);
        }
    }
}

fn gone<E>(error: sqlx::Error) -> GroupError<E> {
    GroupError::Unreachable(Arc::new(error))
}
