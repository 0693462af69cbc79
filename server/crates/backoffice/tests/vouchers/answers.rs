//! What the general ledger answers to the vouchers, and what follows from it.

use super::desk::{office, person, today};
use super::{a_day, close_today};
use backoffice::approvals;
use backoffice::office::Office;
use backoffice::vouchers::{self, VoucherError};
use backoffice::work;
use domain::access::{Actor, Role};
use domain::approval::Verdict;
use domain::date::Month;
use domain::fee::Rate;
use domain::ids::ApprovalId;
use domain::journal::Entry;
use domain::money::Money;
use domain::voucher::{
    Dimension, Mapping, VoucherChange, VoucherLayout, VoucherRefused, VoucherState,
};
use sqlx::PgPool;

struct People {
    maker: Actor,
    checker: Actor,
}

async fn people(office: &Office) -> People {
    People {
        maker: person(office, Role::FinanceMaker).await,
        checker: person(office, Role::FinanceChecker).await,
    }
}

async fn exported(office: &Office, maker: &Actor, layout: VoucherLayout) -> Vec<u8> {
    vouchers::draft(office, maker, today()).await.unwrap();
    vouchers::balance(office, maker, today()).await.unwrap();
    vouchers::export(office, maker, today(), layout).await.unwrap().1
}

async fn approved(office: &Office, people: &People, change: VoucherChange) -> ApprovalId {
    let id = vouchers::propose_change(office, &people.maker, change).await.unwrap();
    let shown = approvals::find(office, &people.checker, id).await.unwrap().content_hash;
    let verdict = (shown.as_str(), Verdict::Approve, "looked at it");
    approvals::decide(office, &people.checker, id, verdict).await.unwrap();
    work::run_until_idle(office).await.unwrap();
    id
}

fn fields(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = encoding_rs::GBK.decode(bytes).0.into_owned();
    let lines = text.split_terminator("\r\n").skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The file as the import tool gives it back: every line answered.
fn answered(bytes: &[u8], answer: impl Fn(&[String]) -> &'static str) -> Vec<u8> {
    let mut text = "填制凭证,V800\r\n".to_owned();
    for line in fields(bytes) {
        text.push_str(&format!("{},{}\r\n", line.join(","), answer(&line)));
    }
    encoding_rs::GBK.encode(&text).0.into_owned()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refused_voucher_is_written_anew_and_leaves_alone_in_a_second_file(pool: PgPool) {
    let office = office(pool).await;
    let people = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    let first = exported(&office, &people.maker, VoucherLayout::U8Text).await;
    let answers = answered(&first, |line| {
        if line[2] == "2" && line[5] == "224107" { "科目不存在" } else { "已导入" }
    });
    let told = vouchers::read_results(&office, &people.maker, &answers).await.unwrap();
    assert_eq!(told, (1, 1));
    let standing = vouchers::list(&office, &people.maker, today()).await.unwrap();
    let states: Vec<_> = standing.iter().map(|one| (one.number, one.state)).collect();
    assert_eq!(states, [(1, VoucherState::Acknowledged), (2, VoucherState::Rejected)]);
    let refused = vouchers::find(&office, &people.maker, standing[1].id).await.unwrap();
    let lines: Vec<_> = refused.rejections.iter().map(|one| one.line).collect();
    assert_eq!(lines, [2, 4]);

    let mapping = Mapping {
        code: "2241.07".to_owned(),
        u8_code: "22410701".to_owned(),
        dimension: Dimension::None,
        department: "D01".to_owned(),
        project: String::new(),
    };
    approved(&office, &people, VoucherChange::Mapping(mapping)).await;
    let second = fields(&exported(&office, &people.maker, VoucherLayout::U8Text).await);
    assert!(second.iter().all(|line| line[2] == "3"));
    let code: Vec<_> = second.iter().map(|line| (line[5].as_str(), line[15].as_str())).collect();
    assert!(code.contains(&("22410701", "D01")));
    let day = vouchers::day(&office, &people.maker, today()).await.unwrap().unwrap();
    assert_eq!(day.state, Some(VoucherState::Exported));
    assert_eq!(day.files.len(), 2);
    assert_eq!(vouchers::file(&office, &people.maker, today(), Some(1)).await.unwrap().1, first);
    let standing = vouchers::list(&office, &people.maker, today()).await.unwrap();
    assert_eq!(standing[1].state, VoucherState::Replaced);
    assert_eq!(standing[2].replaces, Some(standing[1].id));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_answer_is_taken_once_and_only_for_what_was_sent(pool: PgPool) {
    let office = office(pool).await;
    let People { maker, .. } = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    vouchers::draft(&office, &maker, today()).await.unwrap();
    let id = vouchers::list(&office, &maker, today()).await.unwrap()[0].id;
    let early = vouchers::acknowledge(&office, &maker, id, "").await;
    assert!(matches!(early, Err(VoucherError::Refused(VoucherRefused::NotExported))));
    let file = exported(&office, &maker, VoucherLayout::U8Text).await;
    let id = vouchers::list(&office, &maker, today()).await.unwrap()[0].id;
    let silent = vouchers::read_results(&office, &maker, &file).await;
    assert!(matches!(silent, Err(VoucherError::Unreadable { line: 2, .. })));
    let no_line = vouchers::reject(&office, &maker, id, &[(9, "x".to_owned())]).await;
    assert!(matches!(no_line, Err(VoucherError::NoSuchLine(9))));
    let no_reason = vouchers::reject(&office, &maker, id, &[(1, "  ".to_owned())]).await;
    assert!(matches!(no_reason, Err(VoucherError::NoReason)));
    vouchers::acknowledge(&office, &maker, id, " 记-0007 ").await.unwrap();
    let taken = vouchers::find(&office, &maker, id).await.unwrap().summary;
    assert_eq!(
        (taken.state, taken.erp_number.as_deref()),
        (VoucherState::Acknowledged, Some("记-0007"))
    );
    let late = vouchers::reject(&office, &maker, id, &[(0, "x".to_owned())]).await;
    assert!(matches!(late, Err(VoucherError::Refused(VoucherRefused::NotExported))));
    vouchers::acknowledge_day(&office, &maker, today()).await.unwrap();
    let nothing = vouchers::acknowledge_day(&office, &maker, today()).await;
    assert!(matches!(nothing, Err(VoucherError::NotExported(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn answers_to_strange_vouchers_change_nothing(pool: PgPool) {
    let office = office(pool).await;
    let People { maker, .. } = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    let file = exported(&office, &maker, VoucherLayout::U8Text).await;
    let good = answered(&file, |_| "已导入");
    let text = encoding_rs::GBK.decode(&good).0.replace(",记,2,", ",记,77,");
    let strange = encoding_rs::GBK.encode(&text).0.into_owned();
    let refused = vouchers::read_results(&office, &maker, &strange).await;
    assert!(matches!(refused, Err(VoucherError::AnswersNothing { number: 77, .. })));
    let day = vouchers::day(&office, &maker, today()).await.unwrap().unwrap();
    assert_eq!(day.state, Some(VoucherState::Exported));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_wrong_voucher_is_cancelled_by_a_red_one_that_two_people_decide(pool: PgPool) {
    let office = office(pool).await;
    let people = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    exported(&office, &people.maker, VoucherLayout::NcXml).await;
    vouchers::acknowledge_day(&office, &people.maker, today()).await.unwrap();
    let wrong = vouchers::list(&office, &people.maker, today()).await.unwrap()[0].clone();
    let change = VoucherChange::Reverse { voucher: wrong.id, reason: "wrong account".to_owned() };
    approved(&office, &people, change.clone()).await;
    let again = vouchers::propose_change(&office, &people.maker, change).await;
    assert!(matches!(again, Err(VoucherError::Refused(VoucherRefused::NotAcknowledged))));
    let second = fields(&exported(&office, &people.maker, VoucherLayout::U8Text).await);
    let red: Vec<_> = second.iter().filter(|line| line[2] == "3").collect();
    assert_eq!((red[0][6].as_str(), red[1][7].as_str()), ("-105.00", "-105.00"));
    let standing = vouchers::list(&office, &people.maker, today()).await.unwrap();
    let states: Vec<_> = standing.iter().map(|one| (one.entry, one.state)).collect();
    assert_eq!(
        states,
        [
            (Entry::Collection, VoucherState::Reversed),
            (Entry::Refund, VoucherState::Acknowledged),
            (Entry::Collection, VoucherState::Exported),
            (Entry::Collection, VoucherState::Exported),
        ]
    );
    assert_eq!(standing[2].reverses, Some(wrong.id));
    assert_eq!(standing[3].replaces, Some(wrong.id));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nothing_of_a_closed_month_is_written_or_exported(pool: PgPool) {
    let office = office(pool).await;
    let people = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    vouchers::draft(&office, &people.maker, today()).await.unwrap();
    vouchers::balance(&office, &people.maker, today()).await.unwrap();
    let period = Month::of(today());
    approved(&office, &people, VoucherChange::ClosePeriod { period }).await;
    let closed = |error| matches!(error, VoucherError::Refused(VoucherRefused::PeriodClosed(of)) if of == period);
    let export = vouchers::export(&office, &people.maker, today(), VoucherLayout::NcXml).await;
    assert!(closed(export.unwrap_err()));
    assert!(closed(vouchers::draft(&office, &people.maker, today()).await.unwrap_err()));
    let again = VoucherChange::ClosePeriod { period };
    let again = vouchers::propose_change(&office, &people.maker, again).await;
    assert!(matches!(again, Err(VoucherError::NothingToChange)));
    approved(&office, &people, VoucherChange::ReopenPeriod { period }).await;
    vouchers::export(&office, &people.maker, today(), VoucherLayout::NcXml).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_tax_in_fees_is_split_off_and_nothing_else_changes(pool: PgPool) {
    let office = office(pool).await;
    let people = people(&office).await;
    a_day(&office).await;
    super::fee(&office, "P1", 60).await;
    close_today(&office).await;
    let rate = Rate::from_ppm(60_000).unwrap();
    approved(&office, &people, VoucherChange::Vat { valid_from: today(), rate }).await;
    let lines = fields(&exported(&office, &people.maker, VoucherLayout::U8Text).await);
    let of = |code: &str| -> Vec<String> {
        lines.iter().filter(|line| line[5] == code).map(|line| line[7].clone()).collect()
    };
    assert_eq!((of("602101"), of("222101")), (vec!["0.57".to_owned()], vec!["0.03".to_owned()]));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn our_trial_balance_stands_beside_that_of_the_general_ledger(pool: PgPool) {
    let office = office(pool).await;
    let People { maker, .. } = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    exported(&office, &maker, VoucherLayout::U8Text).await;
    let period = Month::of(today());
    let before = vouchers::compare(&office, &maker, period).await.unwrap();
    let due = before.accounts.iter().find(|one| one.u8_code == "112201").unwrap();
    assert_eq!(due.books.closing, Money::cny(10_000));
    assert_eq!((due.on_the_way, due.erp), (Money::cny(-10_000), None));
    assert_eq!(before.not_acknowledged, 2);
    vouchers::acknowledge_day(&office, &maker, today()).await.unwrap();
    let balance = "科目编码,本期借方,本期贷方,期末借方,期末贷方\n\
                   112201,105.00,5.00,100.00,\n224102,5.00,105.00,,100.01\n";
    let named = ("余额表.csv", balance.as_bytes());
    vouchers::upload_erp_balance(&office, &maker, period, named).await.unwrap();
    let twice = vouchers::upload_erp_balance(&office, &maker, period, named).await;
    assert!(matches!(twice, Err(VoucherError::KnownBalance)));
    let compared = vouchers::compare(&office, &maker, period).await.unwrap();
    let of = |code: &str| {
        let found = compared.accounts.iter().find(|one| one.u8_code == code).unwrap();
        (found.on_the_way, found.unexplained)
    };
    assert_eq!(of("112201"), (Money::cny(0), Money::cny(0)));
    assert_eq!(of("224102"), (Money::cny(0), Money::cny(-1)));
    assert_eq!(compared.breaks(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_left_cannot_be_deleted_behind_our_back(pool: PgPool) {
    let office = office(pool).await;
    let People { maker, .. } = people(&office).await;
    a_day(&office).await;
    close_today(&office).await;
    exported(&office, &maker, VoucherLayout::U8Workbook).await;
    for sql in ["DELETE FROM voucher_lines", "DELETE FROM vouchers"] {
        assert!(sqlx::query(sql).execute(&office.db).await.is_err(), "{sql}");
    }
}
