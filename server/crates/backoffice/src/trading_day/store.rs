use super::TradingDayError;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::StaffId;
use domain::money::Money;
use domain::trading_day::{DayStep, Gate, Step, StepState};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Count, those of them that are open, and their amount in fen.
struct Tally {
    count: i64,
    open: i64,
    minor: i64,
}

/// The steps of a day, each from the tables of the system that owns it.
pub(super) async fn steps(
    conn: &mut PgConnection,
    office: &Office,
    day: BusinessDate,
) -> Result<Vec<DayStep>, TradingDayError> {
    let cut = cut_at(conn, day).await?.is_some();
    let over = office.now() >= office.settings.zone.start_of(day.next());
    let payments = payments(conn, day).await?;
    let refunds = refunds(conn, office, day).await?;
    let bills = bills(conn, office, day).await?;
    let runs = runs(conn, day).await?;
    let items = error_items(conn, day).await?;
    let settled = settled(conn, day).await?;
    let payouts = payouts(conn, day).await?;
    let statements = statements(conn, day).await?;
    let vouchers = vouchers(conn, day).await?;
    let cut_tally = Tally { count: 1, open: i64::from(!cut), minor: 0 };
    let reserve = Tally { count: 1, open: i64::from(!cut), minor: 0 };
    Ok(vec![
        step(Step::Payments, live(&payments, cut), &payments),
        step(Step::Refunds, live(&refunds, cut), &refunds),
        step(Step::Cut, after(cut, over), &cut_tally),
        step(Step::Bills, arrives(&bills, over), &bills),
        step(Step::Reconciliation, arrives(&runs, over), &runs),
        step(Step::ErrorItems, clears(&items), &items),
        step(Step::Settlement, after(settled.open == 0 && cut, cut), &settled),
        step(Step::Payouts, clears(&payouts), &payouts),
        step(Step::Statements, arrives(&statements, over), &statements),
        step(Step::Reserve, after(cut, over), &reserve),
        step(Step::Vouchers, arrives(&vouchers, cut), &vouchers),
    ])
}

fn step(step: Step, state: StepState, tally: &Tally) -> DayStep {
    let amount = (tally.minor != 0).then(|| Money::cny(tally.minor));
    DayStep { step, state, count: tally.count, open: tally.open, amount }
}

/// Goes on until the day is cut; what is then open needs a person.
fn live(tally: &Tally, cut: bool) -> StepState {
    match (cut, tally.open) {
        (true, 0) => StepState::Done,
        (true, _) => StepState::Attention,
        (false, _) if tally.count == 0 => StepState::Waiting,
        (false, _) => StepState::Running,
    }
}

/// Is due once its time has come.
fn after(done: bool, due: bool) -> StepState {
    match (done, due) {
        (true, _) => StepState::Done,
        (false, true) => StepState::Attention,
        (false, false) => StepState::Waiting,
    }
}

/// Comes after the day; is finished when nothing of it is open.
fn arrives(tally: &Tally, due: bool) -> StepState {
    match (due, tally.count, tally.open) {
        (_, 0, _) if !due => StepState::Waiting,
        (_, 0, _) => StepState::Attention,
        (_, _, 0) => StepState::Done,
        _ => StepState::Attention,
    }
}

fn clears(tally: &Tally) -> StepState {
    match (tally.count, tally.open) {
        (0, _) => StepState::Waiting,
        (_, 0) => StepState::Done,
        _ => StepState::Attention,
    }
}

async fn payments(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!",
                  count(*) FILTER (WHERE p.state IN ('created', 'sending', 'unknown')) AS "open!",
                  COALESCE(sum(p.amount_minor) FILTER (WHERE p.state = 'succeeded'), 0)::bigint
                      AS "minor!"
           FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.business_date = $1"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

/// Refunds that succeeded on the day, and those begun on it that are not finished.
async fn refunds(
    conn: &mut PgConnection,
    office: &Office,
    day: BusinessDate,
) -> Result<Tally, sqlx::Error> {
    let zone = office.settings.zone;
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!",
                  count(*) FILTER (WHERE state NOT IN ('succeeded', 'failed', 'rejected'))
                      AS "open!",
                  COALESCE(sum(amount_minor) FILTER (WHERE state = 'succeeded'), 0)::bigint
                      AS "minor!"
           FROM refunds
           WHERE accounting_date = $1
              OR (accounting_date IS NULL AND created_at >= $2 AND created_at < $3)"#,
        day.0,
        zone.start_of(day),
        zone.start_of(day.next()),
    )
    .fetch_one(conn)
    .await
}

/// One bill of each active channel that hands out bills.
async fn bills(
    conn: &mut PgConnection,
    office: &Office,
    day: BusinessDate,
) -> Result<Tally, sqlx::Error> {
    let awaited = channels_with_bills(conn, office).await?;
    sqlx::query_as!(
        Tally,
        r#"SELECT (SELECT count(*) FROM source_files
                   WHERE kind = 'bill' AND clearing_date = $1 AND replaced_at IS NULL) AS "count!",
                  (SELECT count(*) FROM unnest($2::text[]) AS awaited (channel)
                   WHERE NOT EXISTS (
                       SELECT FROM source_files f
                       WHERE f.kind = 'bill' AND f.clearing_date = $1 AND f.replaced_at IS NULL
                         AND f.channel = awaited.channel)) AS "open!",
                  0::bigint AS "minor!""#,
        day.0,
        &awaited,
    )
    .fetch_one(conn)
    .await
}

/// What was reconciled; open are the files and the day's orders that were not yet compared.
async fn runs(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"WITH compared AS (
               SELECT DISTINCT leg, scope FROM reconciliation_runs
               WHERE day = $1 AND state IN ('completed', 'forced')
           ), wanted (leg, scope) AS (
               VALUES ('business_gateway', ''), ('ledger_payments', '')
               UNION
               SELECT l.leg, f.scope
               FROM source_files f
               JOIN (VALUES ('bill', 'gateway_bank'), ('statement', 'funds'),
                            ('statement', 'statement_ledger'),
                            ('merchant_orders', 'business_merchant')) AS l (kind, leg)
                 ON l.kind = f.kind
               WHERE f.clearing_date = $1 AND f.replaced_at IS NULL
           )
           SELECT (SELECT count(*) FROM compared) AS "count!",
                  (SELECT count(*)
                   FROM (SELECT * FROM wanted EXCEPT SELECT * FROM compared) AS missing)
                      AS "open!",
                  0::bigint AS "minor!""#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

async fn error_items(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!",
                  count(*) FILTER (WHERE state NOT IN
                      ('executed', 'verified', 'closed', 'auto_resolved')) AS "open!",
                  COALESCE(sum(abs(difference_minor))
                      FILTER (WHERE state NOT IN
                      ('executed', 'verified', 'closed', 'auto_resolved')), 0)::bigint AS "minor!"
           FROM error_items WHERE clearing_date = $1"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

/// What was settled of this clearing date; open are its payments that were not.
async fn settled(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!",
                  (SELECT count(*) FROM payments
                   WHERE clearing_date = $1 AND state = 'succeeded' AND settlement_id IS NULL
                     AND top_up IS NULL)
                      AS "open!",
                  COALESCE(sum(payments_minor), 0)::bigint AS "minor!"
           FROM settlements WHERE clearing_date = $1"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

/// The payouts that came out of the settlements of this clearing date.
async fn payouts(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!", count(*) FILTER (WHERE p.state <> 'paid') AS "open!",
                  COALESCE(sum(p.amount_minor), 0)::bigint AS "minor!"
           FROM payouts p JOIN settlements s ON s.id = p.source_id AND p.source = 'settlement'
           WHERE s.clearing_date = $1"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

async fn statements(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!", 0::bigint AS "open!", 0::bigint AS "minor!"
           FROM source_files
           WHERE kind = 'statement' AND clearing_date = $1 AND replaced_at IS NULL"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

async fn vouchers(conn: &mut PgConnection, day: BusinessDate) -> Result<Tally, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"SELECT count(*) AS "count!",
                  count(*) FILTER (WHERE v.state IN ('drafted', 'balanced', 'rejected')) AS "open!",
                  0::bigint AS "minor!"
           FROM vouchers v WHERE v.accounting_date = $1"#,
        day.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn payments_in_progress(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM payments WHERE state IN ('created', 'sending')"#,
    )
    .fetch_one(conn)
    .await
}

/// Accounts in transit whose balance is not the sum of the items that explain it.
pub(super) async fn unexplained_transit(
    conn: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"WITH explained (code, minor) AS (
               SELECT '2241.07', COALESCE(sum(amount_minor), 0)::bigint
               FROM refunds WHERE state IN ('requested', 'sending', 'unknown')
               UNION ALL
               SELECT '2241.08', COALESCE(sum(amount_minor), 0)::bigint
               FROM payouts
               WHERE (state IN ('queued', 'sending', 'accepted', 'unknown')
                      -- these are set aside as soon as they are asked for
                      OR (state IN ('drafted', 'submitted')
                          AND source IN ('user_withdrawal', 'top_up_return')))
                 AND source <> 'refund' -- its money waits on 2241.07
               UNION ALL
               SELECT '1012.09', COALESCE(sum(d.amount_minor), 0)::bigint
               FROM reserve_documents d WHERE d.state = 'in_transit'
               UNION ALL SELECT '2241.05', 0
           )
           SELECT e.code AS "code!", e.minor AS "explained!",
                  COALESCE(sum(b.balance_minor), 0)::bigint AS "balance!"
           FROM explained e
           LEFT JOIN ledger_accounts a ON a.code = e.code
           LEFT JOIN ledger_balances b ON b.account_id = a.id
           GROUP BY e.code, e.minor"#,
    )
    .fetch_all(conn)
    .await?;
    let differing = rows.into_iter().filter(|row| row.balance != row.explained);
    let show = |minor: i64| Money::cny(minor).to_string();
    Ok(differing
        .map(|row| {
            format!(
                "account {} holds {}, its items {}",
                row.code,
                show(row.balance),
                show(row.explained)
            )
        })
        .collect())
}

pub(super) async fn cut_at(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!("SELECT cut_at FROM trading_day_cuts WHERE business_date = $1", day.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn record_cut(
    conn: &mut PgConnection,
    (day, staff, at): (BusinessDate, StaffId, OffsetDateTime),
    gates: &[Gate],
) -> Result<(), sqlx::Error> {
    let gates = serde_json::to_value(gates).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO trading_day_cuts (business_date, cut_at, cut_by, gates)
         VALUES ($1, $2, $3, $4)",
        day.0,
        at,
        Uuid::from(staff),
        gates,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The active channels whose front hands out bills.
pub(super) async fn channels_with_bills(
    conn: &mut PgConnection,
    office: &Office,
) -> Result<Vec<String>, sqlx::Error> {
    let mut channels = sqlx::query_scalar!("SELECT code FROM channels WHERE active ORDER BY code")
        .fetch_all(conn)
        .await?;
    let hands_out =
        |code: &String| office.fronts.of(code).is_some_and(|front| front.files.is_some());
    channels.retain(hands_out);
    Ok(channels)
}

/// One cut at a time: held until the transaction ends.
pub(super) async fn take_turn(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('trading_day.cut')) IS NULL AS locked")
        .fetch_one(conn)
        .await?;
    Ok(())
}

pub(super) async fn clock_ahead(conn: &mut PgConnection) -> Result<Option<Duration>, sqlx::Error> {
    let seconds =
        sqlx::query_scalar!("SELECT ahead_seconds FROM demo_clock").fetch_optional(conn).await?;
    Ok(seconds.map(Duration::seconds))
}

pub(super) async fn save_clock(
    conn: &mut PgConnection,
    ahead: Duration,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO demo_clock (ahead_seconds) VALUES ($1)
         ON CONFLICT (only_one) DO UPDATE SET ahead_seconds = EXCLUDED.ahead_seconds",
        ahead.whole_seconds(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
