//! The real files of channels and banks, where they are at hand.

use banks::bill::{Bill, RowKind};
use banks::formats::{Document, inspect, read};
use banks::front::NamedFile;
use std::fs;
use std::path::PathBuf;

/// A real file, or nothing and a loud word when the samples are absent.
fn sample(name: &str) -> Option<NamedFile> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    let folder = std::env::var_os("COUNTINGHOUSE_SAMPLES").map_or(beside, PathBuf::from);
    match fs::read(folder.join(name)) {
        Ok(bytes) => Some(NamedFile { name: name.to_owned(), bytes }),
        Err(error) => {
            eprintln!("SKIPPED: samples absent, {} in {}: {error}", name, folder.display());
            None
        }
    }
}

fn bill(file: &NamedFile) -> Bill {
    match read(file) {
        Ok(Document::Bill(bill)) => bill,
        other => panic!("{}: {other:?}", file.name),
    }
}

/// Count, fen and fee in hundred-thousandths.
fn totals(bill: &Bill, kind: RowKind) -> (i64, i64, i64) {
    let totals = bill.totals(kind).expect("in range");
    (totals.count, totals.gross.minor(), totals.fee_e5)
}

#[test]
fn the_real_unionpay_file_has_its_known_totals() {
    let Some(file) = sample("unionpay-INN17071888ZM_898319849000018.part1") else { return };
    let bill = bill(&file);
    assert_eq!(bill.clearing_date, "2017-07-18".parse().ok());
    assert_eq!(totals(&bill, RowKind::Payment), (603, 2_353_463_979, 14_472_000));
    assert_eq!(totals(&bill, RowKind::Refund), (0, 0, 0));
    assert_eq!(bill.checks[0].stated, "23534495.07");
    let times: Vec<_> = bill.rows.iter().filter_map(|row| row.event_time).collect();
    let day_before = times.iter().filter(|at| at.day() == 17).count();
    assert_eq!((times.len(), day_before), (603, 16));
    assert_eq!(times.iter().max().unwrap().to_string(), "2017-07-18 23:01:12.0");
    let mut numbers: Vec<&str> = bill.rows.iter().map(|row| row.order_no.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 603);
}

#[test]
fn the_real_wechat_bill_has_its_known_totals() {
    let Some(file) = sample("wechat-trade-all-20190219.csv") else { return };
    let bill = bill(&file);
    assert_eq!(bill.clearing_date, "2019-02-19".parse().ok());
    assert_eq!(totals(&bill, RowKind::Payment), (31, 47, 8_000));
    assert_eq!(totals(&bill, RowKind::Refund), (14, 14, 0));
    assert_eq!(bill.checks.len(), 7);
}

#[test]
fn the_real_bills_of_other_layouts_are_read() {
    let Some(success) = sample("wechat-trade-success-20210201.csv") else { return };
    assert_eq!(totals(&bill(&success), RowKind::Payment), (1, 1, 0));
    let Some(legacy) = sample("wechat-trade-all-legacy24-20141110.csv") else { return };
    let legacy = bill(&legacy);
    assert_eq!(totals(&legacy, RowKind::Payment), (2, 2, 0));
    let at = legacy.rows[0].event_time.unwrap();
    assert_eq!(at.to_string(), "2014-11-10 16:33:45.0");
}

#[test]
fn the_truncated_fund_bill_is_refused() {
    let Some(file) = sample("wechat-fundflow-basic-20210201.csv") else { return };
    let refusal = read(&file).unwrap_err();
    assert_eq!(refusal.format.as_deref(), Some("wechat_fund"));
    assert!(refusal.problems.is_empty(), "{refusal}");
    assert!(refusal.to_string().contains("资金流水总笔数 is stated as 3, but it is 2"));
    let inspection = inspect(&file);
    assert!(!inspection.acceptable);
    assert_eq!(inspection.rows, 2);
}

#[test]
fn the_real_statements_balance() {
    let Some(file) = sample("camt053-001-02-de.xml") else { return };
    let Ok(Document::Statement(held)) = read(&file) else { panic!("a statement") };
    let statement = &held.statements[0];
    assert_eq!((statement.opening.minor(), statement.closing.minor()), (3_306, 2_306));
    // Four entries, one of them a batch of two.
    let rows: Vec<(u32, i64)> =
        statement.rows.iter().map(|row| (row.entry, row.amount.minor())).collect();
    assert_eq!(rows, [(1, -200), (2, -300), (3, 100), (4, -350), (4, -250)]);
    assert_eq!(statement.rows[4].end_to_end_id.as_deref(), Some("STZV-EtE27122013-11:02-2"));
    assert_eq!(statement.rows[1].end_to_end_id, None);

    let Some(file) = sample("camt053-001-02-multi-statement.xml") else { return };
    let Ok(Document::Statement(held)) = read(&file) else { panic!("a statement") };
    let balances: Vec<(i64, i64)> =
        held.statements.iter().map(|s| (s.opening.minor(), s.closing.minor())).collect();
    assert_eq!(balances, [(1_815, 2_700), (2_700, 2_000)]);
}

#[test]
fn real_files_of_other_formats_are_refused_with_a_word_about_them() {
    for (name, told) in [
        ("SYNTHETIC-alipay-trade-detail.csv", "Alipay"),
        ("mt940-asn-nl-multi.sta", "MT940"),
        ("camt054-001-04-notification.xml", "camt.054"),
        ("bank-boc-debit.csv", "not known"),
        ("chinaums-netbank-20170625.tsv", "not known"),
        ("pain001-001-03-batch.xml", "not known"),
    ] {
        let Some(file) = sample(name) else { return };
        let refusal = read(&file).unwrap_err().to_string();
        assert!(refusal.contains(told), "{name}: {refusal}");
    }
}
