//! What the writers write, the formats read back.

use banks::bill::{BillRow, RowKind, RowStatus};
use banks::formats::{Document, read};
use banks::statement::{Statement, StatementRow};
use banks::write::{WriteError, camt053, unionpay_zm, wechat_trade};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use proptest::prelude::*;
use time::macros::{date, datetime};
use time::{PrimitiveDateTime, Time};

const DAY: BusinessDate = BusinessDate(date!(2026 - 03 - 31));
const MERCHANT: &str = "898000000000001";

prop_compose! {
    fn row(fee_step: i64)(
        refund in any::<bool>(),
        fen in 0..999_999_999_999_i64,
        fee in 0_i64..10_000,
        number in "[A-Za-z0-9]{1,32}",
        refund_number in "[A-Za-z0-9]{1,32}",
        channel_no in "[0-9]{21}",
        second in 0_u8..60,
        before in any::<bool>(),
    ) -> BillRow {
        let time = Time::from_hms(23, 1, second).expect("a time");
        let day = if before { DAY.previous() } else { DAY };
        let sign = if refund { -1 } else { 1 };
        BillRow {
            line: 0,
            kind: if refund { RowKind::Refund } else { RowKind::Payment },
            channel_no,
            order_no: number,
            refund_no: refund.then_some(refund_number),
            merchant_no: MERCHANT.to_owned(),
            event_time: Some(PrimitiveDateTime::new(day.0, time)),
            gross: Money::cny(fen),
            fee_e5: fee.min(fen) * fee_step * sign,
            status: RowStatus::Success,
        }
    }
}

fn numbered(mut rows: Vec<BillRow>, first_line: u32) -> Vec<BillRow> {
    for (row, line) in rows.iter_mut().zip(first_line..) {
        row.line = line;
    }
    rows
}

fn contract() -> wechat_trade::Contract {
    wechat_trade::Contract {
        merchant_no: MERCHANT.to_owned(),
        app_id: "wx0000000000000001".to_owned(),
        rate: "0.60%".to_owned(),
    }
}

fn movement(entry: u32, number: Option<&str>, fen: i64) -> StatementRow {
    StatementRow {
        entry,
        bank_ref: format!("B{entry}"),
        end_to_end_id: number.map(str::to_owned),
        amount: Money::cny(fen),
        booking_date: DAY,
        value_date: Some(DAY),
        counterparty: Some("甲 & 乙 <公司>".to_owned()),
        remittance: "货款 \"三月\"".to_owned(),
        return_reason: None,
    }
}

fn statement(opening: i64, rows: Vec<StatementRow>) -> Statement {
    let moved: i64 = rows.iter().map(|row| row.amount.minor()).sum();
    Statement {
        number: "S1".to_owned(),
        account: "6222000000000001".to_owned(),
        currency: Currency::Cny,
        day: Some(DAY),
        opening: Money::cny(opening),
        closing: Money::cny(opening + moved),
        rows,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_unionpay_file_is_read_back(rows in proptest::collection::vec(row(1_000), 1..20)) {
        let rows = numbered(rows, 1);
        let file = unionpay_zm::write(DAY, MERCHANT, &rows).unwrap();
        prop_assert_eq!(&file.name, "INN26033188ZM_898000000000001");
        prop_assert_eq!(file.bytes.len(), rows.len() * 609);
        let Ok(Document::Bill(bill)) = read(&file) else { panic!("{:?}", read(&file)) };
        prop_assert_eq!(bill.clearing_date, Some(DAY));
        prop_assert_eq!(bill.rows, rows);
    }

    #[test]
    fn a_wechat_bill_is_read_back(rows in proptest::collection::vec(row(7), 0..20)) {
        let rows = numbered(rows, 2);
        let file = wechat_trade::write(DAY, &contract(), &rows).unwrap();
        let Ok(Document::Bill(bill)) = read(&file) else { panic!("{:?}", read(&file)) };
        prop_assert_eq!(bill.clearing_date, Some(DAY));
        prop_assert_eq!(bill.rows, rows);
    }

    #[test]
    fn a_statement_is_read_back(
        opening in -1_000_000_i64..1_000_000,
        movements in proptest::collection::vec(-9_999_999_i64..9_999_999, 0..12),
        name in "[a-z账房<&>\"']{1,12}",
    ) {
        let mut rows: Vec<StatementRow> = (1..).zip(movements)
            .map(|(entry, fen)| movement(entry, Some("PO1"), fen)).collect();
        for row in &mut rows {
            row.counterparty = Some(name.clone());
        }
        let held = statement(opening, rows);
        let created = datetime!(2026-04-01 01:00:00 +8);
        let file = camt053::write("s.xml", created, std::slice::from_ref(&held)).unwrap();
        let Ok(Document::Statement(read)) = read(&file) else { panic!("{:?}", read(&file)) };
        prop_assert_eq!(read.statements, [held]);
    }
}

#[test]
fn batches_returns_and_several_statements_are_read_back() {
    let mut returned = movement(2, Some("PO2"), 500);
    returned.return_reason = Some("AC01 账号不存在".to_owned());
    let batch = [movement(1, Some("PO1"), -300), movement(1, Some("PO2"), -500)];
    let rows = [batch.to_vec(), vec![returned, movement(3, None, -1)]].concat();
    let held = [statement(100, rows), statement(0, Vec::new())];
    let file = camt053::write("s.xml", datetime!(2026-04-01 01:00 UTC), &held).unwrap();
    let Ok(Document::Statement(read)) = read(&file) else { panic!("{:?}", read(&file)) };
    assert_eq!(read.statements, held);
}

#[test]
fn a_collection_statement_is_a_bill() {
    let rows = vec![movement(1, Some("P1"), 500), movement(2, Some("R1"), -200)];
    let file =
        camt053::write("s.xml", datetime!(2026-04-01 01:00 UTC), &[statement(0, rows)]).unwrap();
    let Ok(Document::Statement(read)) = read(&file) else { panic!("{:?}", read(&file)) };
    let bill = read.as_bill();
    assert_eq!(bill.clearing_date, Some(DAY));
    assert_eq!((bill.rows[0].kind, bill.rows[0].order_no.as_str()), (RowKind::Payment, "P1"));
    assert_eq!(bill.rows[1].refund_no.as_deref(), Some("R1"));
    assert_eq!(bill.rows[1].gross, Money::cny(200));
}

#[test]
fn what_a_format_cannot_carry_is_refused() {
    let base = BillRow {
        line: 1,
        kind: RowKind::Payment,
        channel_no: "1".repeat(21),
        order_no: "P1".to_owned(),
        refund_no: None,
        merchant_no: MERCHANT.to_owned(),
        event_time: Some(datetime!(2026-03-31 10:00)),
        gross: Money::cny(100),
        fee_e5: 0,
        status: RowStatus::Success,
    };
    let zm = |row: BillRow| unionpay_zm::write(DAY, MERCHANT, &[row]).unwrap_err();
    let wechat = |row: BillRow| wechat_trade::write(DAY, &contract(), &[row]).unwrap_err();
    let long = BillRow { order_no: "x".repeat(33), ..base.clone() };
    assert!(matches!(zm(long), WriteError::TooLong { bytes: 32, .. }));
    let broken = BillRow { order_no: "a\nb".to_owned(), ..base.clone() };
    assert!(matches!(zm(broken.clone()), WriteError::Unwritable { .. }));
    assert!(matches!(wechat(broken), WriteError::Unwritable { .. }));
    let part_of_a_fen = BillRow { fee_e5: 1, ..base.clone() };
    assert!(matches!(zm(part_of_a_fen), WriteError::Unwritable { .. }));
    let negative = BillRow { gross: Money::cny(-1), ..base.clone() };
    assert!(matches!(zm(negative.clone()), WriteError::Unwritable { .. }));
    assert!(matches!(wechat(negative), WriteError::Unwritable { .. }));
    let euro = BillRow { gross: Money::new(1, Currency::Eur), ..base.clone() };
    assert!(matches!(zm(euro), WriteError::Unwritable { .. }));
    let emoji = BillRow { order_no: "😀".to_owned(), ..base };
    assert!(matches!(zm(emoji), WriteError::Unwritable { .. }));
}
