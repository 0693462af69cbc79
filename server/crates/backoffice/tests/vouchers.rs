//! Vouchers for the general ledger, from the closed day to the file.

#![cfg(test)]

#[path = "vouchers/answers.rs"]
mod answers;
mod desk;

use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::vouchers::{self, VoucherError};
use desk::{NOON, collected, office, person, today};
use domain::access::{Permission, Role};
use domain::account::Side;
use domain::audit::AuditFilter;
use domain::journal::Entry;
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::voucher::{VoucherLayout, VoucherRefused, VoucherState};
use ledger::entries::{self, Banks, Event, Owed};
use ledger::{Dates, Source};
use sqlx::PgPool;
use uuid::Uuid;

/// Merchant 1 as the general ledger's customer M100001.
async fn onboard(office: &Office) {
    sqlx::query(
        "INSERT INTO merchants (id, code, name, kind, status, settlement_cycle_days,
             settlement_account_no, settlement_account_name, settlement_bank, created_at)
         VALUES ($1, 'M100001', 'Tea House', 'direct', 'active', 1, '1', 'Tea House', 'Bank', $2)",
    )
    .bind(Uuid::from_u128(1))
    .bind(NOON)
    .execute(&office.db)
    .await
    .unwrap();
}

async fn close_today(office: &Office) {
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::close(&mut conn, today(), NOON).await.unwrap();
}

/// Two payments and a refund that goes back through the channel: both directions on one account.
async fn a_day(office: &Office) {
    onboard(office).await;
    collected(office, "P1", 10_000).await;
    collected(office, "P2", 500).await;
    let dates = Dates {
        accounting_date: today(),
        clearing_date: Some(today()),
        event_time: NOON,
        posted_at: NOON,
    };
    let source = || Source::new("refund", "R1");
    let accepted = Event::new("R1:accepted", source(), dates);
    let merchant = Uuid::from_u128(1).into();
    let fen = Money::cny(500);
    let refund = [
        entries::refund_accepted(accepted, merchant, Owed::Unsettled, fen),
        entries::refund_netted(Event::new("R1:done", source(), dates), "unionpay", fen),
    ];
    let mut conn = office.db.acquire().await.unwrap();
    ledger::post_all(&mut conn, &refund).await.unwrap();
}

/// A fee of `fen` charged to merchant 1.
async fn fee(office: &Office, key: &str, fen: i64) {
    let dates =
        Dates { accounting_date: today(), clearing_date: None, event_time: NOON, posted_at: NOON };
    let event = Event::new(format!("{key}:fee"), Source::new("fee", key), dates);
    let fee = entries::VatSplit::unsplit(Money::cny(fen));
    let merchant = Uuid::from_u128(1).into();
    let owed = Owed::Unsettled;
    let posting = entries::fee_charged(event, merchant, owed, fee);
    let mut conn = office.db.acquire().await.unwrap();
    ledger::post(&mut conn, &posting).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_closed_day_leaves_as_one_balanced_file(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    a_day(&office).await;
    close_today(&office).await;
    let drafted = vouchers::draft(&office, &maker, today()).await.unwrap();
    assert_eq!((drafted.vouchers, drafted.total), (2, Money::cny(11_500)));
    let refused = vouchers::export(&office, &maker, today(), VoucherLayout::U8Text).await;
    assert!(matches!(refused, Err(VoucherError::Refused(VoucherRefused::NotBalanced))));
    let balanced = vouchers::balance(&office, &maker, today()).await.unwrap();
    assert_eq!(balanced.state, Some(VoucherState::Balanced));
    let (file, bytes) =
        vouchers::export(&office, &maker, today(), VoucherLayout::U8Text).await.unwrap();
    assert_eq!(file.name, "U8-20260331.txt");
    let text = encoding_rs::GBK.decode(&bytes).0.into_owned();
    let fields: Vec<Vec<&str>> =
        text.split_terminator("\r\n").skip(1).map(|line| line.split(',').collect()).collect();
    let lines: Vec<_> =
        fields.iter().map(|f| (f[2], f[4], f[5], f[6], f[7], f[17], f[18])).collect();
    assert_eq!(
        lines,
        [
            ("1", "3月31日收单成功", "112201", "105.00", "0", "", "unionpay"),
            ("1", "3月31日收单成功", "224102", "0", "105.00", "M100001", ""),
            ("2", "3月31日退款", "224102", "5.00", "0", "M100001", ""),
            ("2", "3月31日退款", "224107", "5.00", "0", "", ""),
            ("2", "3月31日退款", "112201", "0", "5.00", "", "unionpay"),
            ("2", "3月31日退款", "224107", "0", "5.00", "", ""),
        ]
    );
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_day_is_exported_once_and_read_again_as_it_was(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let auditor = person(&office, Role::Auditor).await;
    a_day(&office).await;
    close_today(&office).await;
    vouchers::draft(&office, &maker, today()).await.unwrap();
    vouchers::balance(&office, &maker, today()).await.unwrap();
    let early = vouchers::file(&office, &auditor, today(), None).await;
    assert!(matches!(early, Err(VoucherError::NotExported(_))));
    let first = vouchers::export(&office, &maker, today(), VoucherLayout::U8Text).await.unwrap();
    office.clock.forward(time::Duration::hours(3));
    let again = vouchers::export(&office, &maker, today(), VoucherLayout::U8Text).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(vouchers::file(&office, &auditor, today(), None).await.unwrap(), first);
    let exports = AuditFilter { action: Some("vouchers.export".to_owned()), subject: None };
    let records = backoffice::audit::list(&office, &auditor, &exports, PageRequest::default());
    let records = records.await.unwrap();
    assert_eq!(records.total, 1);
    assert!(records.rows[0].after.contains(&first.0.sha256));
    for refused in [
        vouchers::draft(&office, &maker, today()).await,
        vouchers::balance(&office, &maker, today()).await,
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, VoucherError::Refused(VoucherRefused::AlreadyExported)));
    }
    let days = vouchers::days(&office, &auditor, PageRequest::default()).await.unwrap();
    assert_eq!(days.rows[0].files, [first.0]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_closed_days_have_vouchers(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    a_day(&office).await;
    let open = vouchers::draft(&office, &maker, today()).await;
    assert!(matches!(open, Err(VoucherError::DayNotClosed(_))));
    let balance = vouchers::balance(&office, &maker, today()).await;
    assert!(matches!(balance, Err(VoucherError::NotDrafted(_))));
    assert_eq!(vouchers::day(&office, &maker, today()).await.unwrap(), None);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_who_exports_vouchers_may_touch_them(pool: PgPool) {
    let office = office(pool).await;
    let checker = person(&office, Role::FinanceChecker).await;
    close_today(&office).await;
    let export = Kind::Forbidden(Permission::ExportVouchers);
    assert_eq!(vouchers::draft(&office, &checker, today()).await.unwrap_err().kind(), export);
    assert_eq!(vouchers::balance(&office, &checker, today()).await.unwrap_err().kind(), export);
    assert_eq!(
        vouchers::export(&office, &checker, today(), VoucherLayout::U8Text)
            .await
            .unwrap_err()
            .kind(),
        export
    );
    let operations = person(&office, Role::Operations).await;
    let view = Kind::Forbidden(Permission::ViewVouchers);
    assert_eq!(vouchers::list(&office, &operations, today()).await.unwrap_err().kind(), view);
    assert_eq!(vouchers::file(&office, &operations, today(), None).await.unwrap_err().kind(), view);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn vouchers_changed_behind_our_back_do_not_pass_the_check(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    a_day(&office).await;
    close_today(&office).await;
    vouchers::draft(&office, &maker, today()).await.unwrap();
    let change = |sql: &'static str| sqlx::query(sql).execute(&office.db);
    change("UPDATE voucher_lines SET amount_minor = 1 WHERE side = 'debit'").await.unwrap();
    let lopsided = vouchers::balance(&office, &maker, today()).await;
    assert!(matches!(
        lopsided,
        Err(VoucherError::Refused(VoucherRefused::OutOfBalance { number: 1, .. }))
    ));
    change("DELETE FROM voucher_lines").await.unwrap();
    let empty = vouchers::balance(&office, &maker, today()).await;
    assert!(matches!(empty, Err(VoucherError::Refused(VoucherRefused::NotTheBooks { .. }))));
    vouchers::draft(&office, &maker, today()).await.unwrap();
    vouchers::balance(&office, &maker, today()).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_has_no_name_in_the_general_ledger_is_refused(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    collected(&office, "P1", 100).await;
    close_today(&office).await;
    let stranger = vouchers::draft(&office, &maker, today()).await;
    assert!(
        matches!(stranger, Err(VoucherError::OwnerUnknown(account)) if account.code == "2241.02")
    );
    onboard(&office).await;
    sqlx::query("DELETE FROM voucher_accounts WHERE code = '2241.02'")
        .execute(&office.db)
        .await
        .unwrap();
    let unmapped = vouchers::draft(&office, &maker, today()).await;
    assert!(matches!(unmapped, Err(VoucherError::Unmapped(code)) if code == "2241.02"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_movement_in_another_currency_is_not_passed_off_as_yuan(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    let dates =
        Dates { accounting_date: today(), clearing_date: None, event_time: NOON, posted_at: NOON };
    let event = Event::new("E1", Source::new("own_funds", 1), dates);
    let banks = Banks { reserve: "", own: "" };
    let posting = entries::own_funds_lodged(event, banks, Money::new(5, Currency::Eur));
    let mut conn = office.db.acquire().await.unwrap();
    ledger::post(&mut conn, &posting).await.unwrap();
    close_today(&office).await;
    let refused = vouchers::draft(&office, &maker, today()).await;
    assert!(matches!(refused, Err(VoucherError::ForeignCurrency(Currency::Eur))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_voucher_is_read_with_its_lines_and_a_quiet_day_has_none(pool: PgPool) {
    let office = office(pool).await;
    let maker = person(&office, Role::FinanceMaker).await;
    a_day(&office).await;
    close_today(&office).await;
    vouchers::draft(&office, &maker, today()).await.unwrap();
    let list = vouchers::list(&office, &maker, today()).await.unwrap();
    assert_eq!(
        list.iter().map(|v| v.entry).collect::<Vec<_>>(),
        [Entry::Collection, Entry::Refund]
    );
    let voucher = vouchers::find(&office, &maker, list[1].id).await.unwrap();
    assert_eq!(voucher.summary, list[1]);
    assert_eq!(voucher.sum(Side::Debit), voucher.sum(Side::Credit));
    assert_eq!(voucher.lines[0].entries, 1);
    let tomorrow = today().next();
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::open(&mut conn, tomorrow, NOON).await.unwrap();
    ledger::days::close(&mut conn, tomorrow, NOON).await.unwrap();
    assert_eq!(vouchers::draft(&office, &maker, tomorrow).await.unwrap().vouchers, 0);
    vouchers::balance(&office, &maker, tomorrow).await.unwrap();
    let nothing = vouchers::export(&office, &maker, tomorrow, VoucherLayout::U8Text).await;
    assert!(matches!(nothing, Err(VoucherError::NothingToExport(_))));
    let mapped = vouchers::accounts(&office, &maker).await.unwrap();
    assert!(mapped.iter().any(|m| m.code == "1122.01" && m.u8_code == "112201"));
}
