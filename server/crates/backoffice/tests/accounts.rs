//! Reading the books.

#![cfg(test)]

mod desk;

use backoffice::accounts::{self, AccountsError};
use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::{approvals, work};
use desk::{collected, office, person, today};
use domain::access::{Actor, Permission, Role};
use domain::account::chart::{ChartChange, ChartTerms, NewChartLine};
use domain::account::{AccountFilter, OwnerKind, PostingMode, Side, StatementFilter};
use domain::approval::Verdict;
use domain::ids::{AccountId, JournalId};
use domain::journal::JournalFilter;
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use ledger::entries::Event;
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

fn terms(name: &str, floor_minor: Option<i64>) -> ChartTerms {
    ChartTerms {
        name_en: name.to_owned(),
        name_zh: "测试科目".to_owned(),
        floor_minor,
        posting_mode: PostingMode::Plain,
    }
}

fn new_line(code: &str, postable: bool) -> ChartChange {
    ChartChange::Open(NewChartLine {
        code: code.to_owned(),
        terms: terms("Deposits", postable.then_some(0)),
        normal_side: Side::Credit,
        owner_kind: if postable { OwnerKind::Merchant } else { OwnerKind::None },
        postable,
        in_transit: false,
    })
}

/// Proposed by one person, approved by another, carried out.
async fn approved(office: &Office, people: (&Actor, &Actor), change: &ChartChange) {
    let id = accounts::propose_chart_change(office, people.0, change).await.unwrap();
    let shown = approvals::find(office, people.1, id).await.unwrap();
    let decision = (shown.content_hash.as_str(), Verdict::Approve, "");
    approvals::decide(office, people.1, id, decision).await.unwrap();
    work::run_until_idle(office).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_new_account_code_takes_two_people_and_then_takes_postings(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let checker = person(&office, Role::FinanceChecker).await;
    let auditor = person(&office, Role::Auditor).await;
    let refused = accounts::propose_chart_change(&office, &auditor, &new_line("2242", false)).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Forbidden(Permission::MakeChartChange));
    approved(&office, (&maker, &checker), &new_line("2242", false)).await;
    approved(&office, (&maker, &checker), &new_line("2242.01", true)).await;
    let line = accounts::chart_line(&office, &auditor, "2242.01").await.unwrap();
    assert_eq!((line.parent.as_deref(), line.floor_minor), (Some("2242"), Some(0)));
    let account = ledger::AccountRef::new("2242.01", Uuid::from_u128(1));
    let mut conn = office.db.acquire().await.unwrap();
    ledger::check_account(&mut conn, &account).await.unwrap();
    for (change, reason) in [
        (new_line("2242.01", true), "is there already"),
        (new_line("2242.01.01", true), "choose a heading"),
        (new_line("9998.01", true), "no account code 9998"),
        (new_line("22.42", true), "is no account code"),
    ] {
        let refused = accounts::propose_chart_change(&office, &maker, &change).await.unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_floor_counts_for_open_accounts_and_never_above_what_they_hold(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let checker = person(&office, Role::FinanceChecker).await;
    collected(&office, "P1", 10_000).await;
    let floor = |minor| ChartChange::Reword {
        code: "2241.02".to_owned(),
        terms: terms("Merchants, unsettled", Some(minor)),
    };
    let refused = accounts::propose_chart_change(&office, &maker, &floor(10_001)).await;
    assert!(refused.unwrap_err().to_string().contains("below this floor"));
    approved(&office, (&maker, &checker), &floor(9_000)).await;
    let mut conn = office.db.acquire().await.unwrap();
    let dates = ledger::Dates {
        accounting_date: today(),
        clearing_date: None,
        event_time: desk::NOON,
        posted_at: desk::NOON,
    };
    let event = Event::new("s", ledger::Source::new("settlement", "1"), dates);
    let merchant = Uuid::from_u128(1).into();
    let posting = ledger::entries::settled(event, merchant, Money::cny(1_001));
    let refused = ledger::post(&mut conn, &posting).await.unwrap_err();
    assert!(refused.to_string().contains("10.00"), "{refused}");
    let same = accounts::propose_chart_change(&office, &maker, &floor(9_000)).await;
    assert!(matches!(same, Err(AccountsError::NothingToChange)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_books_are_checked_by_schedule_and_the_findings_are_kept(pool: PgPool) {
    let office = office(pool).await;
    let auditor = person(&office, Role::Auditor).await;
    collected(&office, "P1", 10_000).await;
    accounts::schedule_check(&office).await.unwrap();
    accounts::schedule_check(&office).await.unwrap();
    work::run_until_idle(&office).await.unwrap();
    let page = PageRequest::default();
    assert_eq!(accounts::checks(&office, &auditor, page).await.unwrap().total, 0, "not due yet");
    office.clock.forward(time::Duration::minutes(16));
    work::run_until_idle(&office).await.unwrap();
    let checks = accounts::checks(&office, &auditor, page).await.unwrap();
    assert_eq!((checks.total, checks.rows[0].broken, checks.rows[0].rules), (1, 0, 10));
    // Somebody goes past the program; the next check, a quarter of an hour later, tells.
    sqlx::raw_sql("UPDATE ledger_balances SET debit_minor = debit_minor + 1 WHERE sign = 1")
        .execute(&office.db)
        .await
        .unwrap();
    office.clock.forward(time::Duration::minutes(15));
    work::run_until_idle(&office).await.unwrap();
    let checks = accounts::checks(&office, &auditor, page).await.unwrap();
    assert_eq!(checks.total, 2);
    let check = accounts::check(&office, &auditor, checks.rows[0].id).await.unwrap();
    let broken: Vec<&str> = check
        .rules
        .iter()
        .filter(|rule| !rule.findings.is_empty())
        .map(|rule| rule.rule.as_str())
        .collect();
    assert!(broken.contains(&"books_balance"), "{broken:?}");
    assert!(broken.contains(&"balances_equal_entries"), "{broken:?}");
    let admin = person(&office, Role::Admin).await;
    let refused = accounts::checks(&office, &admin, page).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden(Permission::ViewLedger));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn files_hold_all_pages(pool: PgPool) {
    let office = office(pool).await;
    let auditor = person(&office, Role::Auditor).await;
    for number in 1..=250 {
        collected(&office, &format!("P{number}"), number).await;
    }
    let filter = AccountFilter { code: Some("1122.01".to_owned()), ..AccountFilter::default() };
    let id = accounts::list(&office, &auditor, &filter).await.unwrap().rows[0].id;
    let whole = accounts::whole_statement(&office, &auditor, id, (None, None)).await.unwrap();
    assert_eq!(whole.page.rows.len(), 250);
    let second = PageRequest { number: 2, size: 200 };
    let filter = StatementFilter { page: second, ..StatementFilter::default() };
    let screen = accounts::statement(&office, &auditor, id, &filter).await.unwrap();
    assert_eq!(screen.page.rows, whole.page.rows[200..]);
    assert_eq!((screen.opening, screen.closing), (whole.opening, whole.closing));
    let journals = accounts::all_journals(&office, &auditor, JournalFilter::default()).await;
    assert_eq!(journals.unwrap().len(), 250);
    let sheet = [vec!["a".to_owned(), "=b".to_owned()], vec!["-1.00".to_owned(), String::new()]];
    let file = accounts::file("name.csv".to_owned(), &sheet).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert_eq!(text, "\u{feff}a,'=b\n-1.00,\n");
    let admin = person(&office, Role::Admin).await;
    let all = JournalFilter::default();
    let refused = accounts::all_journals(&office, &admin, all).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden(Permission::ViewLedger));
}
