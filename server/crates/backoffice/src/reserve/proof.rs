//! The daily reserve proof (备付金核对, table 1-12), worked out from the journal entries.
//!
//! Every journal moves the same amount on two accounts. Of the accounts the entries use, some are
//! customers' claims, some are the money and what is on its way to it, and all others are the
//! institution's own part. So the own part can be added up from its own accounts, independently of
//! the money, and claims must be money + unreached − own, to the last fen. Two things open a gap:
//! an own part below zero (losses taken out of customers' money until own funds are paid in), and
//! a posting to an account that has no place here.

use super::{ReserveError, ledger_account, store};
use domain::money::{Currency, Money};
use domain::reserve::{ProofTerm, ReserveProof, StatementComparison, TermGroup};
use sqlx::PgConnection;

/// Where each account of the chart stands in the proof, and whether its balance counts as it is or
/// as its negative.
const TERMS: [(&str, TermGroup, bool); 28] = [
    ("2241.01", TermGroup::Claim, true),
    ("2241.02", TermGroup::Claim, true),
    ("2241.03", TermGroup::Claim, true),
    ("2241.04", TermGroup::Claim, true),
    ("2241.05", TermGroup::Claim, true),
    ("2241.06", TermGroup::Claim, true),
    ("2241.07", TermGroup::Claim, true),
    ("2241.08", TermGroup::Claim, true),
    ("2241.09", TermGroup::Claim, true),
    ("2241.10", TermGroup::Claim, true),
    ("1012.01", TermGroup::Money, true),
    ("1012.02", TermGroup::Money, true),
    ("1012.09", TermGroup::Money, true),
    // What channels owe us, and what we look for: booked here, not at the bank (J01).
    ("1122.01", TermGroup::Unreached, true),
    ("1221.01", TermGroup::Unreached, true),
    // Earned and spent in the reserve …
    ("6021.01", TermGroup::Own, true),
    ("6021.02", TermGroup::Own, false),
    ("6011.01", TermGroup::Own, true),
    ("6301.01", TermGroup::Own, true),
    ("6421.01", TermGroup::Own, false),
    ("6711.01", TermGroup::Own, false),
    // … accrued but not yet paid out of it …
    ("2202.01", TermGroup::Own, true),
    ("2221.01", TermGroup::Own, true),
    ("2241.21", TermGroup::Own, true),
    // … carried over to own funds (or lodged from there) …
    ("1002.01", TermGroup::Own, false),
    // … and claims of ours that stand for money the reserve has paid.
    ("1122.02", TermGroup::Own, false),
    ("1221.02", TermGroup::Own, false),
    ("1221.03", TermGroup::Own, false),
];

/// Whether the money held covers what customers are owed, with every term.
///
/// # Errors
/// The books could not be read.
pub async fn proof(conn: &mut PgConnection) -> Result<ReserveProof, ReserveError> {
    let currency = Currency::Cny;
    let mut terms = Vec::with_capacity(TERMS.len());
    for (code, group, as_it_is) in TERMS {
        let balance = ledger::code_balance(conn, code, currency).await?;
        let amount = if as_it_is { balance } else { balance.checked_neg()? };
        terms.push(ProofTerm { code: code.to_owned(), group, amount });
    }
    let sum = |group| {
        let amounts = terms.iter().filter(|term| term.group == group).map(|term| term.amount);
        Money::sum(amounts, currency)
    };
    let (claims, money) = (sum(TermGroup::Claim)?, sum(TermGroup::Money)?);
    let (unreached, own) = (sum(TermGroup::Unreached)?, sum(TermGroup::Own)?);
    let ours = if own.is_positive() { own } else { Money::zero(currency) };
    let trial = money.checked_add(unreached)?.checked_sub(ours)?;
    let gap = claims.checked_sub(trial)?;
    let statements = compare(conn).await?;
    Ok(ReserveProof { terms, claims, money, unreached, own, trial, gap, statements })
}

/// Our books beside the last imported statement of each account that has one.
async fn compare(conn: &mut PgConnection) -> Result<Vec<StatementComparison>, ReserveError> {
    let mut comparisons = Vec::new();
    for account in store::list(conn).await? {
        let Some((day, closing)) = account.statement else { continue };
        let booked =
            ledger::balance(conn, &ledger_account(account.purpose), closing.currency()).await?;
        comparisons.push(StatementComparison {
            account: account.code,
            ledger_code: account.ledger_code,
            booked,
            day,
            closing,
            difference: booked.checked_sub(closing)?,
        });
    }
    Ok(comparisons)
}
