//! The channel's bill of a made up day, written to disk piece by piece: the measured program must
//! not find its memory full of it.

use super::store;
use anyhow::Context as _;
use banks::bill::{BillRow, RowKind, RowStatus, fee_text};
use banks::write::wechat_trade::{self, Contract};
use domain::date::BusinessDate;
use domain::money::Money;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use time::macros::time;

/// Trades written at a time.
const PIECE: usize = 10_000;
/// The fee of each, in hundred-thousandths of a yuan.
const FEE_E5: i64 = 1_000;

/// Writes the bill of `trades`, and gives the name it would come by.
pub(super) fn write(
    path: &Path,
    (day, our_number): (BusinessDate, &str),
    trades: impl Iterator<Item = (u32, i64)>,
) -> anyhow::Result<String> {
    let contract = Contract {
        merchant_no: our_number.to_owned(),
        app_id: "wx1".to_owned(),
        rate: "0.60%".to_owned(),
    };
    let mut file = BufWriter::new(fs::File::create(path)?);
    let (mut count, mut paid) = (0_i64, 0_i64);
    let (mut name, mut summary) = (String::new(), String::new());
    let mut trades = trades.peekable();
    while trades.peek().is_some() {
        let rows: Vec<BillRow> =
            trades.by_ref().take(PIECE).map(|trade| row((day, our_number), trade)).collect();
        let piece =
            wechat_trade::write(day, &contract, &rows).context("the bill was not written")?;
        let text = String::from_utf8(piece.bytes)?;
        let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        let (header, rest) = lines.split_first().context("the bill is empty")?;
        let (rows_written, sums) = rest.split_at(rows.len());
        if count == 0 {
            file.write_all(header.as_bytes())?;
        }
        file.write_all(rows_written.concat().as_bytes())?;
        count += i64::try_from(rows.len())?;
        paid += rows.iter().map(|row| row.gross.minor()).sum::<i64>();
        (name, summary) = (piece.name, (*sums.first().context("no summary")?).to_owned());
    }
    let (paid, fees) = (Money::cny(paid).plain(), fee_text(count * FEE_E5));
    write!(file, "{summary}`{count}.0,`{paid},`0.00,`0.0,`{fees},`{paid},`0.00\r\n")?;
    file.flush()?;
    Ok(name)
}

fn row((day, our_number): (BusinessDate, &str), (n, fen): (u32, i64)) -> BillRow {
    BillRow {
        line: 0,
        kind: RowKind::Payment,
        channel_no: format!("42{n:026}"),
        order_no: store::number(day, n),
        refund_no: None,
        merchant_no: our_number.to_owned(),
        event_time: Some(day.0.with_time(time!(12:00))),
        gross: Money::cny(fen),
        fee_e5: FEE_E5,
        status: RowStatus::Success,
    }
}
