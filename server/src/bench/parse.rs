//! How fast bills and statements are read: bytes that flow in, rows that are given away, nothing
//! stored. The files are those of the readers' own tests, with their rows repeated.

use super::report::Report;
use banks::formats::stream::{Wanted, read_stream};
use std::io::Cursor;
use std::time::{Duration, Instant};

/// How long each file is made.
const BYTES: usize = 16 << 20;

/// A file of the readers' tests, and the lines of it that may be repeated.
struct Sample {
    format: &'static str,
    name: &'static str,
    bytes: &'static [u8],
    from: usize,
    to: usize,
}

macro_rules! sample {
    ($format:literal, $name:literal, $from:literal, $to:literal) => {
        Sample {
            format: $format,
            name: $name,
            bytes: include_bytes!(concat!("../../crates/banks/testdata/", $format, "/", $name)),
            from: $from,
            to: $to,
        }
    };
}

const SAMPLES: [Sample; 12] = [
    sample!("unionpay_zm", "INN26033188ZM_898000000000001", 0, 5),
    sample!("unionpay_zme", "INN26033188ZME_898000000000001", 0, 2),
    sample!("wechat_trade", "1230000109All2026-03-31.csv", 1, 5),
    sample!("wechat_fund", "fund-basic-20260331.csv", 1, 4),
    sample!("alipay_trade", "20880000000000010156_20260331_业务明细.csv", 5, 8),
    sample!("alipay_account", "20880000000000010156_20260331_账务明细.csv", 5, 9),
    sample!("chinaums", "20260331.txt", 4, 7),
    sample!("acquirer_detail", "settle-20260101.csv", 1, 4),
    sample!("camt053", "statement-v08-gbk.xml", 9, 14),
    sample!("mt940", "blocks.sta", 12, 13),
    sample!("bai2", "two-accounts.txt", 4, 5),
    sample!("bank_icbc", "hisdetail.csv", 7, 10),
];

/// Measures every format; the best of the rounds counts, since only disturbance makes it slower.
pub(super) fn measure(rounds: u32, report: &mut Report) -> anyhow::Result<()> {
    for sample in &SAMPLES {
        let file = long(sample);
        let wanted = Wanted { name: sample.name.to_owned(), ..Wanted::default() };
        let (mut best, mut rows) = (Duration::MAX, 0);
        for _ in 0..rounds.max(1) {
            rows = 0;
            let started = Instant::now();
            read_stream(&wanted, &mut Cursor::new(file.as_slice()), &mut |batch| {
                rows += batch.len();
                true
            })?;
            best = best.min(started.elapsed());
        }
        let micros = best.as_micros().max(1);
        // Bytes per microsecond are megabytes per second.
        let thousandths = u64::try_from(u128::try_from(file.len())? * 1_000 / micros)?;
        let megabytes = thousandths / 1_000;
        report.line(&format!("`{}` {megabytes} MB/s, {rows} rows given away", sample.format));
        report.ratio(&format!("parse.{}.mb_per_s", sample.format), thousandths);
    }
    Ok(())
}

fn long(sample: &Sample) -> Vec<u8> {
    let lines: Vec<&[u8]> = sample.bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let part = lines[sample.from..sample.to].concat();
    let times = BYTES / part.len().max(1);
    let (before, after) = (lines[..sample.from].concat(), lines[sample.to..].concat());
    [before, part.repeat(times), after].concat()
}
