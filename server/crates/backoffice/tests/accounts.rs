//! Reading the books.

#![cfg(test)]

mod desk;

use backoffice::accounts::{self, AccountsError};
use backoffice::explain::{Explain, Kind};
use desk::{collected, office, person, today};
use domain::access::{Permission, Role};
use domain::account::{AccountFilter, StatementFilter};
use domain::ids::{AccountId, JournalId};
use domain::journal::JournalFilter;
use domain::money::{Currency, Money};
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = "../../../migrations")]
async fn an_auditor_reads_from_the_chart_down_to_the_document(pool: PgPool) {
    let office = office(pool).await;
    let auditor = person(&office, Role::Auditor).await;
    collected(&office, "P1", 10_000).await;
    collected(&office, "P2", 500).await;
    let chart = accounts::chart(&office, &auditor).await.unwrap();
    let due = chart.iter().find(|line| line.line.code == "1122.01").unwrap();
    assert_eq!(due.balances, [Money::cny(10_500)]);
    let filter = AccountFilter { code: Some("1122.01".to_owned()), ..AccountFilter::default() };
    let list = accounts::list(&office, &auditor, &filter).await.unwrap();
    let id = list.rows[0].id;
    let all = StatementFilter::default();
    let statement = accounts::statement(&office, &auditor, id, &all).await.unwrap();
    assert_eq!(statement.page.rows[1].balance, Money::cny(10_500));
    let row = &statement.page.rows[0];
    assert_eq!((row.source.kind.as_str(), row.source.id.as_str()), ("payment", "P1"));
    let journal = accounts::journal(&office, &auditor, row.journal).await.unwrap();
    assert_eq!(journal.lines[0].debit.id, id);
    let journals = accounts::journals(&office, &auditor, &JournalFilter::default()).await.unwrap();
    assert_eq!((journals.total, journals.rows[1].id), (2, journal.summary.id));
    let trial = accounts::trial_balance(&office, &auditor, None, Currency::Cny).await.unwrap();
    assert!(trial.is_balanced() && trial.accounting_date == today());
    let items = accounts::open_items(&office, &auditor, None).await.unwrap();
    assert_eq!(items[0].source.kind, "clearing_date");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn whoever_may_not_see_the_books_sees_nothing(pool: PgPool) {
    let office = office(pool).await;
    let admin = person(&office, Role::Admin).await;
    let refused = accounts::chart(&office, &admin).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden(Permission::ViewLedger));
    let journal = accounts::journal(&office, &admin, JournalId(Uuid::nil())).await.unwrap_err();
    assert_eq!(journal.kind(), Kind::Forbidden(Permission::ViewLedger));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_is_not_there_is_said_to_be_missing(pool: PgPool) {
    let office = office(pool).await;
    let auditor = person(&office, Role::Auditor).await;
    let nobody = AccountId(Uuid::nil());
    let all = StatementFilter::default();
    let account = accounts::statement(&office, &auditor, nobody, &all).await;
    assert!(matches!(account, Err(AccountsError::AccountNotFound)));
    let journal = accounts::journal(&office, &auditor, JournalId(Uuid::nil())).await;
    assert!(matches!(journal, Err(AccountsError::JournalNotFound)));
}
