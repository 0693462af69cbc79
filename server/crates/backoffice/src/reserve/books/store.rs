use crate::explain::Inconsistent;
use crate::reserve::ReserveError;
use domain::date::BusinessDate;
use domain::journal::{Entry, Source};
use domain::money::Money;
use domain::reserve::books::{BankBalance, Completes, Flow, LateLine, Position};
use domain::reserve::unreached::Move;
use sqlx::PgConnection;
use std::collections::HashMap;

/// What accounts hold now.
pub(in crate::reserve) async fn position_now(
    conn: &mut PgConnection,
) -> Result<Position, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT a.code, sum(b.balance_minor)::bigint AS "minor!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.currency = 'CNY' GROUP BY a.code"#,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut position = Position::default();
    for row in rows {
        position.set(row.code, Money::cny(row.minor));
    }
    own_funds(conn, position, None).await
}

/// What accounts held at the end of an accounting day.
pub(super) async fn position_on(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Position, ReserveError> {
    let rows = sqlx::query!(
        r#"WITH moved AS (
               SELECT account_id, sum(debit_minor - credit_minor) AS minor
               FROM ledger_day_turnovers WHERE accounting_date <= $1 GROUP BY account_id
               UNION ALL
               SELECT e.account_id,
                      sum(CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END)
               FROM ledger_days d
               JOIN ledger_journals j ON j.accounting_date = d.accounting_date
               JOIN ledger_entries e ON e.journal_id = j.id
               WHERE d.state = 'open' AND d.accounting_date <= $1
               GROUP BY e.account_id
           )
           SELECT a.code, sum(b.sign * m.minor)::bigint AS "minor!"
           FROM moved m
           JOIN ledger_accounts a ON a.id = m.account_id
           JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.currency = 'CNY' GROUP BY a.code"#,
        day.0,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut position = Position::default();
    for row in rows {
        position.set(row.code, Money::cny(row.minor));
    }
    own_funds(conn, position, Some(day)).await
}

/// Own funds by what they came and went for. A reversal counts as what it undoes.
async fn own_funds(
    conn: &mut PgConnection,
    position: Position,
    until: Option<BusinessDate>,
) -> Result<Position, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT COALESCE(o.entry_number, j.entry_number) AS "entry!",
                  COALESCE(d.kind = 'interest_carried', false) AS "interest!",
                  sum(CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END)::bigint
                      AS "to_own!"
           FROM ledger_accounts a
           JOIN ledger_entries e ON e.account_id = a.id
           JOIN ledger_journals j ON j.id = e.journal_id
           LEFT JOIN ledger_journals o ON o.id = j.reverses
           LEFT JOIN reserve_documents d
                  ON COALESCE(o.source_kind, j.source_kind) = 'reserve_document'
                 AND d.id::text = COALESCE(o.source_id, j.source_id)
           WHERE a.code = '1002.01' AND a.currency = 'CNY'
             AND ($1::date IS NULL OR j.accounting_date <= $1)
           GROUP BY 1, 2"#,
        until.map(|day| day.0),
    )
    .fetch_all(conn)
    .await?;
    let mut position = position;
    for row in rows {
        let to_own = Money::cny(row.to_own);
        match (Entry::numbered(row.entry), row.interest) {
            (Some(Entry::OwnFunds), _) => position.lodged = position.lodged.checked_sub(to_own)?,
            (Some(Entry::FeeSweep), true) => {
                position.interest_carried = position.interest_carried.checked_add(to_own)?;
            }
            (Some(Entry::FeeSweep), false) => {
                position.swept = position.swept.checked_add(to_own)?;
            }
            _ => {}
        }
    }
    Ok(position)
}

/// Our accounts with customers' money.
pub(super) async fn banks(conn: &mut PgConnection) -> Result<Vec<BankBalance>, ReserveError> {
    let banks = sqlx::query!(
        "SELECT code, ledger_code, account_no FROM reserve_accounts
         WHERE purpose <> 'own_funds' ORDER BY ledger_code"
    )
    .fetch_all(conn)
    .await?;
    Ok(banks
        .into_iter()
        .map(|row| BankBalance {
            account: row.code,
            ledger_code: row.ledger_code,
            account_no: row.account_no,
            stated: None,
        })
        .collect())
}

/// Closing balances of imported statements.
pub(super) async fn stated(
    conn: &mut PgConnection,
    (from, to): (BusinessDate, BusinessDate),
) -> Result<HashMap<(String, BusinessDate), Money>, ReserveError> {
    let rows = sqlx::query!(
        "SELECT account_no, day, closing_minor FROM reserve_statement_balances
         WHERE day BETWEEN $1 AND $2",
        from.0,
        to.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ((row.account_no, BusinessDate(row.day)), Money::cny(row.closing_minor)))
        .collect())
}

/// Lines of statements that the books took in after the given day, or have not. A line with an
/// error item is taken in when the item's resolution moved the account, or when it was concluded
/// without.
pub(super) async fn late_lines(
    conn: &mut PgConnection,
    from: Option<BusinessDate>,
) -> Result<Vec<LateLine>, ReserveError> {
    let rows = sqlx::query!(
        r#"WITH lines AS (
               SELECT s.id, s.account_no, s.booking_date, s.amount_minor, s.remittance,
                      s.explained_by, s.settles_channel, s.settles_date, p.id AS payout,
                      CASE WHEN s.explained_by = 'error_item' THEN
                          (SELECT min(COALESCE(
                               (SELECT min(j.accounting_date) FROM ledger_journals j
                                JOIN ledger_entries e ON e.journal_id = j.id
                                JOIN ledger_accounts la ON la.id = e.account_id
                                WHERE j.source_kind = 'error_item' AND j.source_id = i.id::text
                                  AND la.code LIKE '1012.%'),
                               (SELECT max(d.accounting_date) FROM ledger_days d
                                WHERE d.opened_at <= i.concluded_at)))
                           FROM error_items i WHERE i.statement_line_id = s.id)
                      ELSE (SELECT max(d.accounting_date) FROM ledger_days d
                            WHERE d.opened_at <= s.explained_at) END AS booked_on
               FROM statement_lines s
               JOIN reserve_accounts a ON a.account_no = s.account_no AND a.purpose <> 'own_funds'
               LEFT JOIN payouts p ON p.number = s.end_to_end_id
               WHERE s.explained_by IS NULL OR s.explained_by = 'error_item' OR s.explained_at >=
                   (SELECT min(d.opened_at) FROM ledger_days d WHERE d.accounting_date >= $1)
           )
           SELECT id AS "id!", account_no AS "account_no!", booking_date AS "booking_date!",
                  amount_minor AS "amount_minor!", remittance AS "remittance!", explained_by,
                  settles_channel, settles_date, payout AS "payout?", booked_on
           FROM lines
           WHERE booked_on IS NULL OR (booked_on > booking_date AND booked_on > $1)
           ORDER BY booking_date, id"#,
        from.map(|day| day.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let completes = match (row.explained_by.as_deref(), row.payout) {
                (Some("payout"), Some(payout)) => Completes::Payout(payout.to_string()),
                (Some("channel_funds"), _) => {
                    let day = row.settles_date.map(|day| BusinessDate(day).to_string());
                    Completes::ChannelFunds {
                        channel: row.settles_channel.unwrap_or_default(),
                        clearing_date: day.unwrap_or_default(),
                    }
                }
                _ => Completes::Nothing,
            };
            LateLine {
                id: row.id.into(),
                account_no: row.account_no,
                booking_date: BusinessDate(row.booking_date),
                booked_on: row.booked_on.map(BusinessDate),
                amount: Money::cny(row.amount_minor),
                completes,
                remittance: row.remittance,
            }
        })
        .collect())
}

/// What moved between accounts, by day, kind of entry and pair of accounts.
pub(super) async fn flows(
    conn: &mut PgConnection,
    (from, to): (BusinessDate, BusinessDate),
) -> Result<Vec<Flow>, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT j.accounting_date, COALESCE(o.entry_number, j.entry_number) AS "entry!",
                  COALESCE(r.kind = 'interest_carried', false) AS "interest!",
                  CASE WHEN da.code IN ('2241.07', '2241.08')
                       THEN EXISTS (SELECT 1 FROM ledger_journals b
                                    WHERE b.source_kind = j.source_kind
                                      AND b.source_id = j.source_id AND b.id <> j.id
                                      AND b.accounting_date = j.accounting_date)
                       ELSE COALESCE(j.clearing_date = j.accounting_date, false) END AS "same_day!",
                  da.code AS debit, ca.code AS credit, sum(t.amount_minor)::bigint AS "minor!"
           FROM ledger_journals j
           JOIN ledger_transfers t ON t.journal_id = j.id
           JOIN ledger_accounts da ON da.id = t.debit_account_id
           JOIN ledger_accounts ca ON ca.id = t.credit_account_id
           LEFT JOIN ledger_journals o ON o.id = j.reverses
           LEFT JOIN reserve_documents r
                  ON COALESCE(o.source_kind, j.source_kind) = 'reserve_document'
                 AND r.id::text = COALESCE(o.source_id, j.source_id)
           WHERE j.accounting_date BETWEEN $1 AND $2 AND t.currency = 'CNY'
           GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1"#,
        from.0,
        to.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let entry = Entry::numbered(row.entry);
            let wrong = || Inconsistent::new("ledger_journals", row.entry, "unknown entry");
            Ok(Flow {
                day: BusinessDate(row.accounting_date),
                entry: entry.ok_or_else(wrong)?,
                carries_interest: row.interest,
                same_day: row.same_day,
                debit: row.debit,
                credit: row.credit,
                amount: Money::cny(row.minor),
            })
        })
        .collect()
}

/// What moved on accounts in transit, item by item and day by day: of items that are not closed
/// when the days begin, or are touched by then.
pub(super) async fn moves(
    conn: &mut PgConnection,
    (from, to): (BusinessDate, BusinessDate),
) -> Result<Vec<Move>, ReserveError> {
    let rows = sqlx::query!(
        r#"WITH moved AS (
               SELECT a.code, a.owner, j.accounting_date AS day,
                      CASE WHEN c.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                           THEN 'clearing_date' ELSE j.source_kind END AS item_kind,
                      CASE WHEN c.owner_kind = 'channel' AND j.clearing_date IS NOT NULL
                           THEN j.clearing_date::text ELSE j.source_id END AS item_id,
                      sum(CASE e.side WHEN c.normal_side THEN e.amount_minor
                                      ELSE -e.amount_minor END) AS minor
               FROM ledger_chart c
               JOIN ledger_accounts a ON a.code = c.code AND a.currency = 'CNY'
               JOIN ledger_entries e ON e.account_id = a.id
               JOIN ledger_journals j ON j.id = e.journal_id
               WHERE c.code IN ('1122.01', '1221.01', '1012.09', '2241.07', '2241.08', '2241.09',
                                '2241.10')
                 AND j.accounting_date <= $2
               GROUP BY 1, 2, 3, 4, 5
           ), items AS (
               SELECT code, owner, item_kind, item_id FROM moved
               GROUP BY code, owner, item_kind, item_id
               HAVING sum(minor) <> 0 OR max(day) >= $1
           )
           SELECT m.code AS "code!", m.owner AS "owner!", m.day AS "day!",
                  m.item_kind AS "item_kind!", m.item_id AS "item_id!", m.minor::bigint AS "minor!"
           FROM moved m JOIN items i USING (code, owner, item_kind, item_id)
           ORDER BY m.code, m.owner, m.item_kind, m.item_id, m.day"#,
        from.0,
        to.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Move {
            account: row.code,
            owner: row.owner,
            source: Source { kind: row.item_kind, id: row.item_id },
            day: BusinessDate(row.day),
            amount: Money::cny(row.minor),
        })
        .collect())
}
