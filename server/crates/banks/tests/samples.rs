//! The real files of channels and banks, where they are at hand.

use banks::bill::{Bill, RowKind};
use banks::formats::{Document, KindSum, inspect, read};
use banks::front::NamedFile;
use banks::instruction::PaymentStatus;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    std::env::var_os("COUNTINGHOUSE_SAMPLES").map_or(beside, PathBuf::from)
}

/// A real file, or nothing and a loud word when the samples are absent.
fn sample(name: &str) -> Option<NamedFile> {
    let folder = folder();
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
fn the_real_swift_statements_balance_and_name_returned_transfers() {
    let Some(file) = sample("mt940-sepa-structured86-de.sta") else { return };
    let Ok(Document::Statement(held)) = read(&file) else { panic!("statements") };
    assert_eq!((held.statements.len(), held.checks.len()), (26, 26));
    let rows = held.statements.iter().flat_map(|one| &one.rows);
    let returned: Vec<_> = rows.filter(|row| row.return_reason.is_some()).collect();
    assert_eq!(returned.len(), 17);
    let first = returned[0];
    assert_eq!(first.end_to_end_id.as_deref(), Some("TFNR 40005 00005"));
    assert_eq!(first.amount.minor(), 30_000);
    let reason = "159 RETOURE 914 Grund nicht spezifiziert Reject aus SEPA-Ueberweisungsauftrag";
    assert_eq!(first.return_reason.as_deref(), Some(reason));

    let Some(file) = sample("mt940-asn-nl-multi.sta") else { return };
    let Ok(Document::Statement(held)) = read(&file) else { panic!("statements") };
    assert_eq!(held.statements.len(), 31);
    let (first, last) = (&held.statements[0], &held.statements[30]);
    assert_eq!((first.opening.minor(), last.closing.minor()), (44_429, 50_123));
}

#[test]
fn the_real_status_report_names_the_reason() {
    let Some(file) = sample("pain002-001-03-rjct-am01.xml") else { return };
    let Ok(Document::StatusReport(report)) = read(&file) else { panic!("a report") };
    assert_eq!(report.original_message_id, "1547478597597");
    assert_eq!(report.status, Some(PaymentStatus::Rejected));
    assert_eq!(report.payments[0].end_to_end_id, "1547478597597-G-1-P-1");
    let reason = "AM01 Nolla-summa tilisiirrossa.";
    assert_eq!(report.payments[0].reason.as_deref(), Some(reason));
}

#[test]
fn the_real_bai2_file_has_its_control_totals() {
    let Some(file) = sample("bai2-sample1.txt") else { return };
    let stated: Vec<String> =
        inspect(&file).checks.iter().map(|c| c.check.stated.clone()).collect();
    for total in ["834000", "446000", "1280000"] {
        assert!(stated.iter().any(|stated| stated == total), "{total} in {stated:?}");
    }
}

/// What INDEX.md says of a file: its format, rows, totals as `kind currency count gross fee`, and
/// for what it is refused; an accepted file is refused for nothing.
struct Known {
    file: &'static str,
    format: &'static str,
    rows: usize,
    totals: &'static [&'static str],
    refused_for: &'static str,
}

const fn known(file: &'static str, format: &'static str, rows: usize) -> Known {
    Known { file, format, rows, totals: &[], refused_for: "" }
}

const KNOWN: [Known; 21] = [
    Known {
        totals: &["payment CNY 31 0.47 0.08000", "refund CNY 14 0.14 0.00000"],
        ..known("wechat-trade-all-20190219.csv", "wechat_trade", 45)
    },
    Known {
        totals: &["payment CNY 1 0.01 0.00000", "refund CNY 0 0.00 0.00000"],
        ..known("wechat-trade-success-20210201.csv", "wechat_trade", 1)
    },
    Known {
        totals: &["payment CNY 2 0.02 0.00000", "refund CNY 0 0.00 0.00000"],
        ..known("wechat-trade-all-legacy24-20141110.csv", "wechat_trade", 2)
    },
    Known {
        totals: &["debit CNY 2 0.02 -"],
        refused_for: "资金流水总笔数 is stated as 3, but it is 2",
        ..known("wechat-fundflow-basic-20210201.csv", "wechat_fund", 2)
    },
    Known {
        totals: &["payment CNY 3 247.90 1.46000", "refund CNY 1 40.00 -0.23000"],
        ..known("SYNTHETIC-alipay-trade-detail.csv", "alipay_trade", 4)
    },
    Known {
        totals: &["received CNY 4 204.90 1.23000", "net CNY 4 196.47 -"],
        ..known("SYNTHETIC-alipay-trade-summary.csv", "alipay_summary", 1)
    },
    Known {
        totals: &["payment CNY 603 23534639.79 144.72000", "refund CNY 0 0.00 0.00000"],
        ..known("unionpay-INN17071888ZM_898319849000018.part1", "unionpay_zm", 603)
    },
    Known {
        totals: &["payment CNY 33 7944799.00 6355.84000", "refund CNY 0 0.00 0.00000"],
        ..known("chinaums-netbank-20170625.tsv", "chinaums", 33)
    },
    Known {
        totals: &["payment CNY 2042 12061028.59 21869.86000", "refund CNY 0 0.00 0.00000"],
        ..known("acquirer-settle-detail-20170702.part1.csv", "acquirer_detail", 2042)
    },
    Known {
        totals: &["credit EUR 41 5188474.94 -", "debit EUR 56 14457610.84 -"],
        ..known("mt940-sepa-structured86-de.sta", "mt940", 97)
    },
    Known {
        totals: &["credit EUR 3 2828.90 -", "debit EUR 5 2771.96 -"],
        ..known("mt940-asn-nl-multi.sta", "mt940", 8)
    },
    Known { totals: &["credit PLN 3 0.03 -"], ..known("mt942-mbank-pl-intraday.sta", "mt942", 3) },
    Known {
        totals: &["credit EUR 1 1.00 -", "debit EUR 4 11.00 -"],
        ..known("camt053-001-02-de.xml", "camt053", 5)
    },
    Known {
        totals: &["credit EUR 1 8.85 -", "debit EUR 1 7.00 -"],
        ..known("camt053-001-02-multi-statement.xml", "camt053", 2)
    },
    Known {
        totals: &["debit SEK 1 200000.00 -"],
        refused_for: "Btch/NbOfTxs, line 86 is stated as 2, but it is 3",
        ..known("camt054-001-04-notification.xml", "camt054", 1)
    },
    Known {
        refused_for: "GrpHdr NbOfTxs is stated as 2, but it is 4",
        totals: &["instructed EUR 4 900.00 -"],
        ..known("pain001-001-03-batch.xml", "pain001", 4)
    },
    Known {
        totals: &["rejected EUR 1 0.00 -"],
        ..known("pain002-001-03-rjct-am01.xml", "pain002", 1)
    },
    Known {
        totals: &["credit CAD 5 3200.00 -", "debit CAD 12 3200.00 -"],
        ..known("bai2-sample1.txt", "bai2", 17)
    },
    Known {
        totals: &["credit USD 1 45.65 -", "debit USD 1 123.54 -"],
        ..known("nacha-return-web.ach", "nacha_return", 2)
    },
    Known {
        totals: &["credit CNY 5 2841.74 -", "debit CNY 6 4241.08 -"],
        refused_for: "人民币合计 记账金额(收入) is stated as 1234.56, but it is 2841.74",
        ..known("bank-icbc-debit-v1.csv", "bank_icbc", 11)
    },
    Known {
        totals: &["credit CNY 4 9821.00 -", "debit CNY 13 9394.30 -"],
        ..known("bank-boc-debit.csv", "bank_boc", 17)
    },
];

/// `kind currency count gross fee` of each.
fn told(totals: &[KindSum]) -> Vec<String> {
    let told = totals.iter().map(|sum| {
        let currency = sum.currency.code();
        let fee = sum.fee.as_deref().unwrap_or("-");
        format!("{} {currency} {} {} {fee}", sum.kind, sum.count, sum.gross)
    });
    told.collect()
}

/// Everything a file is refused for.
fn reasons(file: &NamedFile) -> Vec<String> {
    let Err(refusal) = read(file) else { return Vec::new() };
    let checks = refusal.failed_checks.iter().map(|check| {
        format!("{} is stated as {}, but it is {}", check.what, check.stated, check.computed)
    });
    refusal.problems.iter().map(ToString::to_string).chain(checks).collect()
}

#[test]
fn every_real_file_reads_as_its_index_says() {
    let mut wrong = Vec::new();
    for known in KNOWN {
        let Some(file) = sample(known.file) else { return };
        let inspection = inspect(&file);
        let (totals, reasons) = (told(&inspection.totals), reasons(&file));
        let accepted = known.refused_for.is_empty();
        let right = inspection.format.as_deref() == Some(known.format)
            && inspection.rows == known.rows
            && totals == known.totals
            && inspection.acceptable == accepted
            && reasons.is_empty() == accepted
            && (accepted || reasons.iter().any(|told| told.contains(known.refused_for)));
        if !right {
            wrong.push(format!("{}: {inspection:#?}, {reasons:#?}", known.file));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_real_file_is_missing_from_the_table() {
    let Some(folder) = sample("INDEX.md").map(|_| folder()) else { return };
    for entry in fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("a file").file_name().to_string_lossy().into_owned();
        let known = name == "INDEX.md" || KNOWN.iter().any(|known| known.file == name);
        assert!(known, "{name} is not in the table");
    }
}
