//! How fast each format is read. Ignored by default; to measure:
//! `cargo test --release -p banks --test speed -- --ignored --nocapture`.

use banks::formats::{ALL, inspect, parse};
use banks::front::NamedFile;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long each file is made.
const BYTES: usize = 16 << 20;

/// The lines of a file that may be repeated, as the first and the one after the last, and whether
/// the file then still reads as a whole (else its totals fail, which costs the same).
fn repeated(format: &str) -> Option<(&'static str, usize, usize)> {
    Some(match format {
        "unionpay_zm" => ("unionpay_zm/INN26033188ZM_898000000000001", 0, 5),
        "unionpay_zme" => ("unionpay_zme/INN26033188ZME_898000000000001", 0, 2),
        "wechat_trade" => ("wechat_trade/1230000109All2026-03-31.csv", 1, 5),
        "wechat_fund" => ("wechat_fund/fund-basic-20260331.csv", 1, 4),
        "alipay_trade" => ("alipay_trade/20880000000000010156_20260331_业务明细.csv", 5, 8),
        "alipay_account" => ("alipay_account/20880000000000010156_20260331_账务明细.csv", 5, 9),
        "chinaums" => ("chinaums/20260331.txt", 4, 7),
        "acquirer_detail" => ("acquirer_detail/settle-20260101.csv", 1, 4),
        "camt053" => ("camt053/statement-v08-gbk.xml", 9, 14),
        "camt054" => ("camt054/notification-v08.xml", 6, 12),
        "pain001" => ("pain001/batch-v09.xml", 4, 5),
        "pain002" => ("pain002/part-rejected.xml", 7, 8),
        "mt940" => ("mt940/blocks.sta", 12, 13),
        "mt942" => ("mt942/intraday.sta", 6, 10),
        "bai2" => ("bai2/two-accounts.txt", 4, 5),
        "nacha_return" => ("nacha_return/returns.ach", 1, 5),
        "bank_icbc" => ("bank_icbc/hisdetail.csv", 7, 10),
        "bank_boc" => ("bank_boc/boc-20260331.csv", 2, 5),
        _ => return None,
    })
}

fn long_file(path: &str, from: usize, to: usize) -> NamedFile {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let short = fs::read(root.join(path)).expect(path);
    let lines: Vec<&[u8]> = short.split_inclusive(|byte| *byte == b'\n').collect();
    let part = lines[from..to].concat();
    let times = BYTES / part.len();
    let bytes = [lines[..from].concat(), part.repeat(times), lines[to..].concat()].concat();
    NamedFile { name, bytes }
}

#[test]
#[ignore = "measures"]
fn megabytes_per_second() {
    for format in ALL {
        let Some((path, from, to)) = repeated(format.name()) else { continue };
        let file = long_file(path, from, to);
        let rows = inspect(&file).rows;
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            let read = parse(&file);
            best = best.min(started.elapsed());
            assert!(read.is_ok(), "{}", format.name());
        }
        let micros = best.as_micros().max(1);
        let megabytes = u128::try_from(file.bytes.len()).unwrap_or_default() / micros;
        let per_second = u128::try_from(rows).unwrap_or_default() * 1_000 / micros;
        let line = format!(
            "parse.{}.mb_per_s {megabytes} ({rows} rows, {per_second} thousand rows/s)",
            format.name()
        );
        writeln!(std::io::stdout(), "{line}").expect("standard output");
    }
}
