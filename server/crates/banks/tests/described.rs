//! Damage to files of formats that staff describe themselves: where the description has a line of
//! totals, a cut, changed or lost byte never gives other amounts; and nothing brings a reader down.

#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use banks::bill::RowKind;
use banks::formats::custom::CustomFormat;
use banks::formats::stream::{Wanted, read_stream};
use banks::formats::{Refusal, accepted};
use domain::file_format::{
    AmountUnit, BillField, DaySource, FeeSign, FormatSpec, Layout, Mapping, TextEncoding,
    TotalsLine,
};
use domain::money::Currency;
use std::io::Write;
use std::time::{Duration, Instant};

/// A described format, and a sound file of it.
struct Described {
    spec: FormatSpec,
    file: Vec<u8>,
}

fn spec(layout: Layout, encoding: TextEncoding, columns: &[(BillField, &str)]) -> FormatSpec {
    let column =
        |(field, place): &(BillField, &str)| Mapping { field: *field, place: (*place).to_owned() };
    FormatSpec {
        layout,
        encoding,
        skip: 0,
        header: layout != Layout::FixedWidth,
        columns: columns.iter().map(column).collect(),
        unit: if layout == Layout::FixedWidth { AmountUnit::Minor } else { AmountUnit::Major },
        fee_sign: FeeSign::NegativeCharged,
        currency: Currency::Cny,
        time_pattern: "YYYYMMDDhhmmss".to_owned(),
        day_pattern: "YYYYMMDD".to_owned(),
        day_source: DaySource::Name,
        payment_words: Vec::new(),
        refund_words: Vec::new(),
        success_words: Vec::new(),
        processing_words: Vec::new(),
        failure_words: Vec::new(),
        totals: None,
    }
}

fn totals(begins: &str, count: &str, gross: &str) -> Option<TotalsLine> {
    Some(TotalsLine {
        begins: begins.to_owned(),
        count: Some(count.to_owned()),
        gross: Some(gross.to_owned()),
        fee: None,
    })
}

fn described() -> Vec<Described> {
    let fixed = [
        (BillField::ChannelNo, "1-6"),
        (BillField::OrderNo, "7-16"),
        (BillField::Gross, "17-28"),
        (BillField::Fee, "29-36"),
    ];
    let named = [(BillField::ChannelNo, "流水"), (BillField::Gross, "金额")];
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let width = "C00001订单000001000000010000-0000060茶\nC00002订单000002-00000001000+0000000茶\n\
                 T00200009000\n";
    let table = "流水,金额,备注\nC1,100.00,茶\nC2,-30.50,\"a,b\"\nC3,0.01,x\n合计,3,69.51\n";
    let mut all = vec![
        Described { spec: spec(Layout::FixedWidth, TextEncoding::Gbk, &fixed), file: gbk(width) },
        Described { spec: spec(Layout::Csv, TextEncoding::Gbk, &named), file: gbk(table) },
        Described {
            spec: spec(Layout::Tsv, TextEncoding::Utf8, &named),
            file: table.replace("\"a,b\"", "ab").replace(',', "\t").into_bytes(),
        },
    ];
    all[0].spec.totals = totals("T", "2-4", "5-12");
    all[1].spec.totals = totals("合计", "2", "3");
    all[2].spec.totals = totals("合计", "2", "3");
    all
}

/// Direction and minor units of each row.
fn read(spec: &FormatSpec, bytes: &[u8]) -> Result<Vec<(RowKind, i64)>, Refusal> {
    let (name, merchant_no) = ("own/1".to_owned(), "77".to_owned());
    let custom = Some(CustomFormat { name, merchant_no, spec: spec.clone() });
    let wanted = Wanted { name: "bill-20260331.txt".to_owned(), member: None, custom };
    let mut rows = Vec::new();
    let document = read_stream(&wanted, &mut std::io::Cursor::new(bytes), &mut |batch| {
        rows.extend(batch.iter().map(|row| (row.kind, row.gross.minor())));
        true
    })?;
    accepted(document)?;
    Ok(rows)
}

/// Numbers that look random and are the same for the same beginning (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// One cut, lost or changed byte.
fn damaged(file: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut changed = file.to_vec();
    let place = dice.below(file.len());
    match dice.below(4) {
        0 => changed.truncate(place),
        1 => {
            changed.remove(place);
        }
        _ => {
            let likely = b"0123456789.,-+\"\n\r\t C";
            let any = u8::try_from(dice.below(256)).unwrap();
            changed[place] =
                if dice.below(2) == 0 { any } else { likely[dice.below(likely.len())] };
        }
    }
    changed
}

/// Parts moved, doubled, and overwritten.
fn torn(file: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=dice.below(6) {
        let (one, other) = (dice.below(bytes.len()), dice.below(bytes.len()));
        let (from, to) = (one.min(other), one.max(other));
        match dice.below(3) {
            0 => {
                bytes.drain(from..to);
            }
            1 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
            _ => bytes.insert(from, u8::try_from(dice.below(256)).unwrap()),
        }
    }
    bytes
}

fn try_once(Described { spec, file }: &Described, dice: &mut Dice) {
    let whole = read(spec, file).unwrap();
    let once = damaged(file, dice);
    if let Ok(left) = read(spec, &once) {
        assert_eq!(left, whole, "{:?} {:?}", spec.layout, String::from_utf8_lossy(&once));
    }
    // Whatever comes out of it, it comes out.
    let _ = read(spec, &torn(file, dice));
}

#[test]
fn a_damaged_file_of_a_described_format_never_gives_other_amounts() {
    let mut dice = Dice(42);
    for one in &described() {
        for _ in 0..3_000 {
            try_once(one, &mut dice);
        }
    }
}

/// Ignored by default. To look for longer, each format for so many seconds:
/// `COUNTINGHOUSE_FUZZ_SECONDS=60 cargo test --release -p banks --test described fuzz -- --ignored --nocapture`.
#[test]
#[ignore = "runs for as long as it is told"]
fn fuzz() {
    let seconds = std::env::var("COUNTINGHOUSE_FUZZ_SECONDS").ok();
    let time = Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(5));
    let mut dice = Dice(u64::from(std::process::id()) | 1 << 32);
    for one in &described() {
        let (started, mut tries) = (Instant::now(), 0_u64);
        while started.elapsed() < time {
            try_once(one, &mut dice);
            tries += 2;
        }
        let (layout, took) = (one.spec.layout, started.elapsed());
        writeln!(std::io::stdout(), "fuzz {layout:?}: {tries} files in {took:?}").unwrap();
    }
}
