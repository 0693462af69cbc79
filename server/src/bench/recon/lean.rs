//! The floor nobody gets under: two files of `number,amount` lines, compared as byte slices with a
//! table of sixteen-byte keys. Nothing is stored.

use anyhow::Context as _;
use std::collections::HashMap;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Writes a side.
pub(super) fn write(path: &Path, trades: impl Iterator<Item = (u32, i64)>) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for (n, amount) in trades {
        writeln!(file, "{n:032},{amount}")?;
    }
    file.flush()
}

/// How many trades differ or stand on one side alone.
pub(super) fn join(ours: &Path, theirs: &Path) -> anyhow::Result<u32> {
    let (ours, theirs) = (fs::read(ours)?, fs::read(theirs)?);
    let mut amounts: HashMap<[u8; 16], i64> = HashMap::with_capacity(ours.len() / 40);
    for line in lines(&ours) {
        let (key, amount) = read(line)?;
        amounts.insert(key, amount);
    }
    let mut differ = 0;
    for line in lines(&theirs) {
        let (key, amount) = read(line)?;
        match amounts.remove(&key) {
            Some(known) if known == amount => {}
            _ => differ += 1,
        }
    }
    Ok(differ + u32::try_from(amounts.len())?)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// The last sixteen digits of the number tell the trades apart.
fn read(line: &[u8]) -> anyhow::Result<([u8; 16], i64)> {
    let (number, amount) = line.split_at_checked(32).context("a line is too short")?;
    let mut key = [0; 16];
    key.copy_from_slice(&number[16..]);
    let amount = amount.strip_prefix(b",").context("a line has no amount")?;
    let amount = amount.iter().try_fold(0_i64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(i64::from(digit))
    });
    Ok((key, amount.context("an amount is not a number")?))
}
