//! What damage does to files: a cut or a changed byte never gives other amounts or fewer rows
//! silently, except where a format says nothing about itself; those exceptions are listed here.

use banks::formats::{ALL, Document, read};
use banks::front::NamedFile;
use domain::money::Money;
use std::fs;
use std::path::PathBuf;

fn testdata() -> Vec<(&'static str, NamedFile)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files = Vec::new();
    for format in ALL {
        for entry in fs::read_dir(root.join(format.name())).expect("testdata") {
            let path = entry.expect("a file").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".snap") && !name.ends_with(".snap.new") {
                let bytes = fs::read(&path).expect("a file");
                files.push((format.name(), NamedFile { name, bytes }));
            }
        }
    }
    files
}

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> NamedFile {
    NamedFile { name: name.to_owned(), bytes: bytes.into() }
}

/// Formats that state nothing about the number of their rows: whole rows, statements or reports
/// missing at the end cannot be noticed. (Of the account export of BOC, newest first, the oldest.)
const OPEN_ENDED: [&str; 6] =
    ["unionpay_zm", "unionpay_zme", "acquirer_detail", "bank_boc", "mt940", "mt942"];

/// Formats that state nothing about their amounts: another digit cannot be noticed.
const UNPROVEN: [&str; 2] = ["unionpay_zme", "acquirer_detail"];

/// The amounts of a document in the order of its rows, with what decides their direction.
fn amounts(document: &Document) -> Vec<String> {
    let money = |money: Money| money.to_string();
    match document {
        Document::Bill(bill) => {
            let row = |row: &banks::bill::BillRow| {
                // Alipay's trade bill sums up no fees; the summary beside it does.
                let fee = if bill.format == "alipay_trade" { 0 } else { row.fee_e5 };
                format!("{:?} {:?} {} {fee}", row.kind, row.status, row.gross)
            };
            bill.rows.iter().map(row).collect()
        }
        Document::Summary(summary) => {
            let row = |row: &banks::summary::StoreTotals| {
                let (payments, refunds) = (row.payments, row.refunds);
                format!("{payments} {refunds} {} {} {}", row.received, row.fee, row.net)
            };
            let told = |one: &&banks::summary::StoreTotals| one.payments + one.refunds > 0;
            summary.stores.iter().chain(&summary.total).filter(told).map(row).collect()
        }
        Document::Disputes(file) => file.rows.iter().map(|row| money(row.settled)).collect(),
        Document::Fund(bill) => {
            bill.rows.iter().map(|row| format!("{} {}", row.amount, row.balance)).collect()
        }
        Document::Statement(file) => {
            // The oldest movement of BOC's export has no balance before it that could prove it.
            let skipped = usize::from(file.format == "bank_boc");
            file.statements
                .iter()
                .flat_map(|one| one.rows.iter().skip(skipped).map(|row| money(row.amount)))
                .collect()
        }
        Document::Notification(file) => {
            let rows = file.notifications.iter().flat_map(|one| &one.rows);
            rows.map(|row| money(row.amount)).collect()
        }
        Document::Instructions(batch) => batch.rows.iter().map(|row| money(row.amount)).collect(),
        Document::StatusReport(report) => {
            let payments = report.payments.iter();
            payments.map(|row| format!("{:?} {:?}", row.status, row.amount)).collect()
        }
    }
}

/// Whether what is left is the whole without some of its end.
fn beginning_of(format: &str, whole: &[String], left: &[String]) -> bool {
    if format == "bank_boc" { whole.ends_with(left) } else { whole.starts_with(left) }
}

#[test]
fn a_cut_file_never_reads_as_something_else() {
    for (format, file) in testdata() {
        let whole = amounts(&read(&file).expect("whole"));
        for length in 0..file.bytes.len() {
            let Ok(cut) = read(&named(&file.name, &file.bytes[..length])) else { continue };
            assert_eq!(cut.format(), format, "{} cut to {length}", file.name);
            let left = amounts(&cut);
            if OPEN_ENDED.contains(&format) {
                assert!(beginning_of(format, &whole, &left), "{} cut to {length}", file.name);
            } else {
                assert_eq!(left, whole, "{} cut to {length}", file.name);
            }
        }
    }
}

#[test]
fn a_changed_byte_never_gives_other_amounts() {
    for (format, file) in testdata() {
        let whole = amounts(&read(&file).expect("whole"));
        for place in 0..file.bytes.len() {
            let byte = file.bytes[place];
            let digit = if byte.is_ascii_digit() { b'0' + (byte - b'0' + 1) % 10 } else { b'7' };
            // One more of these at each place: all of them everywhere would take minutes.
            let others = [byte ^ 1, b'\n', byte ^ 0x20, b',', b'-', 0, 0xFF];
            for other in [digit, others[place % others.len()]] {
                if other == byte {
                    continue;
                }
                let mut changed = file.clone();
                changed.bytes[place] = other;
                let Ok(read) = read(&changed) else { continue };
                let left = amounts(&read);
                let proven = !UNPROVEN.contains(&format);
                let same = if proven { left == whole } else { left.len() == whole.len() };
                assert!(same, "{} byte {place} {byte} to {other}: {left:?}", file.name);
            }
        }
    }
}

#[test]
fn a_lost_byte_never_gives_other_amounts() {
    for (format, file) in testdata() {
        let whole = amounts(&read(&file).expect("whole"));
        for place in 0..file.bytes.len() {
            let mut changed = file.clone();
            changed.bytes.remove(place);
            let Ok(read) = read(&changed) else { continue };
            let left = amounts(&read);
            let proven = !UNPROVEN.contains(&format);
            let same = if proven { left == whole } else { left.len() == whole.len() };
            assert!(same, "{} without byte {place}: {left:?}", file.name);
        }
    }
}

#[test]
fn a_lost_line_is_noticed_unless_the_format_says_nothing_about_itself() {
    for (format, file) in testdata() {
        let whole = amounts(&read(&file).expect("whole"));
        let lines: Vec<&[u8]> = file.bytes.split_inclusive(|byte| *byte == b'\n').collect();
        for lost in 0..lines.len() {
            let left = [&lines[..lost], &lines[lost + 1..]].concat().concat();
            let Ok(read) = read(&named(&file.name, left)) else { continue };
            let left = amounts(&read);
            let silent = ["unionpay_zm", "unionpay_zme", "acquirer_detail"].contains(&format)
                || (format == "bank_boc" && whole.windows(left.len()).any(|part| part == left));
            assert!(silent || left == whole, "{} without line {}: {left:?}", file.name, lost + 1);
        }
    }
}
