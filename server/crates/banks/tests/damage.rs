//! What damage does to files: a cut or a changed byte never gives other amounts or fewer rows
//! silently, except where a format says nothing about itself; those exceptions are listed here.

use banks::formats::stream::{Wanted, read_stream};
use banks::formats::{ALL, Document, parse, read};
use banks::front::NamedFile;
use domain::money::Money;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

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

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).expect("small")).expect("small")
    }
}

/// One cut, changed or lost byte: what a reader must notice.
fn damaged_once(file: &NamedFile, dice: &mut Dice) -> NamedFile {
    let mut changed = file.clone();
    let place = dice.below(file.bytes.len());
    match dice.below(4) {
        0 => changed.bytes.truncate(place),
        1 => {
            changed.bytes.remove(place);
        }
        _ => {
            let likely = b"0123456789.,-+`\"\n\r\t /:#CD<>";
            let any = u8::try_from(dice.below(256)).expect("a byte");
            changed.bytes[place] =
                if dice.below(2) == 0 { any } else { likely[dice.below(likely.len())] };
        }
    }
    changed
}

/// Anything: parts moved, doubled, and overwritten. It must be survived.
fn torn(file: &NamedFile, dice: &mut Dice) -> NamedFile {
    let mut changed = file.clone();
    for _ in 0..=dice.below(6) {
        let length = changed.bytes.len();
        let (from, to) = (dice.below(length), dice.below(length));
        let (from, to) = (from.min(to), from.max(to));
        match dice.below(4) {
            0 => {
                changed.bytes.drain(from..to);
            }
            1 => {
                let part = changed.bytes[from..to.min(from + 200)].to_vec();
                let at = dice.below(length);
                changed.bytes.splice(at..at, part);
            }
            2 => changed.bytes.insert(from, u8::try_from(dice.below(256)).expect("a byte")),
            _ if length > 0 => changed.bytes[from] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    changed
}

/// What flows in piece by piece must read like what is at hand.
fn flowing(file: &NamedFile) -> Result<Document, banks::formats::Refusal> {
    let wanted = Wanted { name: file.name.clone(), ..Wanted::default() };
    let mut rows = Vec::new();
    let read = read_stream(&wanted, &mut std::io::Cursor::new(&file.bytes), &mut |batch| {
        rows.extend(batch);
        true
    });
    read.map(|document| match document {
        Document::Bill(bill) => Document::Bill(banks::bill::Bill { rows, ..bill }),
        other => other,
    })
}

#[test]
fn what_flows_in_reads_like_what_is_at_hand() {
    let mut dice = Dice(7);
    for (_, file) in testdata() {
        assert_eq!(flowing(&file), parse(&file), "{}", file.name);
        for _ in 0..40 {
            let torn = torn(&file, &mut dice);
            assert_eq!(flowing(&torn), parse(&torn), "{}", file.name);
        }
    }
}

/// Ignored by default. To look for longer, each format for so many seconds:
/// `COUNTINGHOUSE_FUZZ_SECONDS=60 cargo test --release -p banks --test damage fuzz -- --ignored --nocapture`.
#[test]
#[ignore = "runs for as long as it is told"]
fn fuzz() {
    let seconds = std::env::var("COUNTINGHOUSE_FUZZ_SECONDS").ok();
    let time = Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(5));
    let mut dice = Dice(u64::from(std::process::id()) | 1 << 32);
    for format in ALL {
        let files: Vec<NamedFile> = testdata()
            .into_iter()
            .filter(|(of, _)| *of == format.name())
            .map(|one| one.1)
            .collect();
        let wholes: Vec<Vec<String>> =
            files.iter().map(|file| amounts(&read(file).expect("whole"))).collect();
        let (started, mut tries) = (Instant::now(), 0_u64);
        while started.elapsed() < time {
            let which = dice.below(files.len());
            let once = damaged_once(&files[which], &mut dice);
            if let Ok(read) = read(&once)
                && read.format() == format.name()
            {
                let (whole, left) = (&wholes[which], amounts(&read));
                let same = left == *whole
                    || (OPEN_ENDED.contains(&format.name()) && left.len() < whole.len())
                    || UNPROVEN.contains(&format.name());
                assert!(same, "{} {:?}", once.name, String::from_utf8_lossy(&once.bytes));
            }
            let torn = torn(&files[which], &mut dice);
            assert_eq!(flowing(&torn), parse(&torn), "{:?}", torn.bytes);
            tries += 2;
        }
        let line = format!("fuzz {}: {tries} files in {:?}", format.name(), started.elapsed());
        writeln!(std::io::stdout(), "{line}").expect("standard output");
    }
}
