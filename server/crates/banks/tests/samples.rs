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
        totals: &["payment CNY 3 242.90 1.46000", "refund CNY 1 38.00 -0.23000"],
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
    known("mt940-sepa-structured86-de.sta", "mt940", 97),
    known("mt940-asn-nl-multi.sta", "mt940", 0),
    Known { totals: &["credit PLN 3 0.03 -"], ..known("mt942-mbank-pl-intraday.sta", "mt942", 3) },
    Known {
        totals: &["credit EUR 1 1.00 -", "debit EUR 4 11.00 -"],
        ..known("camt053-001-02-de.xml", "camt053", 5)
    },
    known("camt053-001-02-multi-statement.xml", "camt053", 0),
    Known {
        totals: &["debit SEK 1 200000.00 -"],
        refused_for: "Btch/NbOfTxs, line 76 is stated as 2, but it is 3",
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
    Known { refused_for: "余额", ..known("bank-icbc-debit-v1.csv", "bank_icbc", 11) },
    known("bank-boc-debit.csv", "bank_boc", 17),
];

/// Every file of the folder is known here and reads as the index says.
#[test]
fn every_real_file_reads_as_its_index_says() {
    let mut wrong = Vec::new();
    for known in KNOWN {
        let Some(file) = sample(known.file) else { return };
        let inspection = inspect(&file);
        let totals: Vec<String> = inspection
            .totals
            .iter()
            .map(|sum| {
                let currency = sum.currency.map_or("-", |currency| currency.code());
                let fee = sum.fee.as_deref().unwrap_or("-");
                format!("{} {currency} {} {} {fee}", sum.kind, sum.count, sum.gross)
            })
            .collect();
        let refusal = read(&file).err();
        let reason = refusal.map(|refusal| {
            let checks = refusal.failed_checks.iter().map(|check| {
                format!(
                    "{} is stated as {}, but it is {}",
                    check.what, check.stated, check.computed
                )
            });
            refusal.problems.iter().map(ToString::to_string).chain(checks).collect::<Vec<_>>()
        });
        let as_told = match &reason {
            None => known.refused_for.is_empty(),
            Some(reasons) => {
                !known.refused_for.is_empty()
                    && reasons.iter().any(|told| told.contains(known.refused_for))
            }
        };
        let same = inspection.format.as_deref() == Some(known.format)
            && inspection.rows == known.rows
            && inspection.acceptable == known.refused_for.is_empty()
            && totals == known.totals;
        if !same || !as_told {
            wrong.push(format!(
                "{}: {} rows, {totals:?}, {:?}, {reason:#?}",
                known.file, inspection.rows, inspection.format
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
