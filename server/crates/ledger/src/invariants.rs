//! What must always hold in the books. Checked by `doctor`, by a scheduled job and after every
//! test; a finding means that the books were changed by other means than posting.

use crate::LedgerError;
use sqlx::PgConnection;

/// Findings reported of one rule; more of the same kind add nothing.
const FINDINGS_MAX: i64 = 20;

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A journal has the lines it was booked with.
    JournalsComplete,
    /// All debits equal all credits, per currency.
    BooksBalance,
    /// An account's balance is the sum of its entries.
    BalancesEqualEntries,
    /// An account's entries are numbered 1, 2, 3, … without gaps or repetitions.
    VersionsGapless,
    /// The balance after each entry is the sum of the entries up to it.
    RunningBalancesRight,
    /// No account is below its floor.
    FloorsKept,
    /// What a closed day wrote down is what its journals say.
    ClosedDaysUnchanged,
    /// A reversal is the negative of what it undoes, and not before it.
    ReversalsMirror,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 8] = [
        Self::JournalsComplete,
        Self::BooksBalance,
        Self::BalancesEqualEntries,
        Self::VersionsGapless,
        Self::RunningBalancesRight,
        Self::FloorsKept,
        Self::ClosedDaysUnchanged,
        Self::ReversalsMirror,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JournalsComplete => "journals_complete",
            Self::BooksBalance => "books_balance",
            Self::BalancesEqualEntries => "balances_equal_entries",
            Self::VersionsGapless => "versions_gapless",
            Self::RunningBalancesRight => "running_balances_right",
            Self::FloorsKept => "floors_kept",
            Self::ClosedDaysUnchanged => "closed_days_unchanged",
            Self::ReversalsMirror => "reversals_mirror",
        }
    }

    /// What must hold, as one line of a report.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::JournalsComplete => "journals have all their lines",
            Self::BooksBalance => "debits equal credits in every currency",
            Self::BalancesEqualEntries => "balances equal the sum of entries",
            Self::VersionsGapless => "entries of an account are numbered without gaps",
            Self::RunningBalancesRight => "balances after each entry add up",
            Self::FloorsKept => "no account is below its floor",
            Self::ClosedDaysUnchanged => "closed days are unchanged",
            Self::ReversalsMirror => "reversals mirror what they undo",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule is broken.
    pub rule: Rule,
    /// The journal, account, currency or day it is broken by.
    pub subject: String,
    /// How.
    pub what: String,
}

/// Checks all rules over all books; an empty answer is a good one.
///
/// # Errors
/// The database.
pub async fn check(conn: &mut PgConnection) -> Result<Vec<Finding>, LedgerError> {
    let mut findings = Vec::new();
    for rule in Rule::ALL {
        findings.extend(check_rule(conn, rule).await?);
    }
    Ok(findings)
}

/// Checks one rule over all books.
///
/// # Errors
/// The database.
pub async fn check_rule(conn: &mut PgConnection, rule: Rule) -> Result<Vec<Finding>, LedgerError> {
    let broken = match rule {
        Rule::JournalsComplete => journals_complete(conn).await?,
        Rule::BooksBalance => books_balance(conn).await?,
        Rule::BalancesEqualEntries => balances_equal_entries(conn).await?,
        Rule::VersionsGapless => versions_gapless(conn).await?,
        Rule::RunningBalancesRight => running_balances_right(conn).await?,
        Rule::FloorsKept => floors_kept(conn).await?,
        Rule::ClosedDaysUnchanged => closed_days_unchanged(conn).await?,
        Rule::ReversalsMirror => reversals_mirror(conn).await?,
    };
    Ok(broken.into_iter().map(|Broken { subject, what }| Finding { rule, subject, what }).collect())
}

struct Broken {
    subject: String,
    what: String,
}

async fn journals_complete(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"SELECT j.id::text AS "subject!",
                  format('%s lines of %s', count(t.line), j.line_count) AS "what!"
           FROM ledger_journals j LEFT JOIN ledger_transfers t ON t.journal_id = j.id
           GROUP BY j.id
           HAVING count(t.line) <> j.line_count OR coalesce(max(t.line), 0) <> j.line_count
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn books_balance(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"SELECT a.currency AS "subject!",
                  format('debits %s, credits %s', sum(b.debit_minor), sum(b.credit_minor))
                      AS "what!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           GROUP BY a.currency
           HAVING sum(b.debit_minor) <> sum(b.credit_minor)
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn balances_equal_entries(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"WITH summed AS (
               SELECT account_id,
                      coalesce(sum(amount_minor) FILTER (WHERE side = 'debit'), 0) AS debits,
                      coalesce(sum(amount_minor) FILTER (WHERE side = 'credit'), 0) AS credits
               FROM ledger_entries GROUP BY account_id
           )
           SELECT concat_ws('.', a.code, nullif(a.owner, '')) || ' ' || a.currency AS "subject!",
                  format('holds %s and %s, entries say %s and %s', b.debit_minor, b.credit_minor,
                         coalesce(s.debits, 0), coalesce(s.credits, 0)) AS "what!"
           FROM ledger_accounts a
           LEFT JOIN ledger_balances b ON b.account_id = a.id
           LEFT JOIN summed s ON s.account_id = a.id
           WHERE b.debit_minor IS DISTINCT FROM coalesce(s.debits, 0)
              OR b.credit_minor IS DISTINCT FROM coalesce(s.credits, 0)
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn versions_gapless(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"WITH numbered AS (
               SELECT account_id, count(*) AS entries, count(DISTINCT version) AS versions,
                      max(version) AS last
               FROM ledger_entries GROUP BY account_id
           )
           SELECT b.account_id::text AS "subject!",
                  format('version %s, %s entries with %s numbers up to %s', b.version,
                         coalesce(n.entries, 0), coalesce(n.versions, 0), coalesce(n.last, 0))
                      AS "what!"
           FROM ledger_balances b LEFT JOIN numbered n ON n.account_id = b.account_id
           WHERE b.version <> coalesce(n.entries, 0) OR b.version <> coalesce(n.versions, 0)
              OR b.version <> coalesce(n.last, 0)
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn running_balances_right(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"SELECT account_id::text AS "subject!",
                  format('entry %s says %s, the sum is %s', version, balance_minor, running)
                      AS "what!"
           FROM (
               SELECT e.account_id, e.version, e.balance_minor,
                      sum(b.sign * CASE e.side WHEN 'debit' THEN e.amount_minor
                                               ELSE -e.amount_minor END)
                          OVER (PARTITION BY e.account_id ORDER BY e.version) AS running
               FROM ledger_entries e JOIN ledger_balances b ON b.account_id = e.account_id
           ) entries
           WHERE balance_minor <> running
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn floors_kept(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"SELECT concat_ws('.', a.code, nullif(a.owner, '')) || ' ' || a.currency AS "subject!",
                  format('balance %s, floor %s', b.balance_minor, b.floor_minor) AS "what!"
           FROM ledger_accounts a
           JOIN ledger_balances b ON b.account_id = a.id
           WHERE b.balance_minor < b.floor_minor
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn closed_days_unchanged(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"WITH journals AS (
               SELECT e.account_id, j.accounting_date,
                      sum(e.amount_minor) FILTER (WHERE e.side = 'debit') AS debits,
                      sum(e.amount_minor) FILTER (WHERE e.side = 'credit') AS credits
               FROM ledger_days d
               JOIN ledger_journals j ON j.accounting_date = d.accounting_date
               JOIN ledger_entries e ON e.journal_id = j.id
               WHERE d.state = 'closed'
               GROUP BY e.account_id, j.accounting_date
           )
           SELECT coalesce(t.accounting_date, j.accounting_date)::text || ' '
                      || coalesce(t.account_id, j.account_id)::text AS "subject!",
                  format('closed with %s and %s, journals say %s and %s', t.debit_minor,
                         t.credit_minor, j.debits, j.credits) AS "what!"
           FROM ledger_day_turnovers t
           FULL JOIN journals j
               ON j.account_id = t.account_id AND j.accounting_date = t.accounting_date
           WHERE t.debit_minor IS DISTINCT FROM coalesce(j.debits, 0)
              OR t.credit_minor IS DISTINCT FROM coalesce(j.credits, 0)
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}

async fn reversals_mirror(conn: &mut PgConnection) -> Result<Vec<Broken>, sqlx::Error> {
    sqlx::query_as!(
        Broken,
        r#"SELECT r.id::text AS "subject!",
                  format('does not mirror journal %s of %s', o.id, o.accounting_date) AS "what!"
           FROM ledger_journals r JOIN ledger_journals o ON o.id = r.reverses
           WHERE r.accounting_date < o.accounting_date
              OR EXISTS (
                  SELECT 1
                  FROM (SELECT * FROM ledger_transfers WHERE journal_id = o.id) was
                  FULL JOIN (SELECT * FROM ledger_transfers WHERE journal_id = r.id) now
                      ON now.line = o.line_count + 1 - was.line
                     AND now.debit_account_id = was.credit_account_id
                     AND now.credit_account_id = was.debit_account_id
                     AND now.amount_minor = was.amount_minor
                  WHERE was.line IS NULL OR now.line IS NULL)
           LIMIT $1"#,
        FINDINGS_MAX
    )
    .fetch_all(conn)
    .await
}
