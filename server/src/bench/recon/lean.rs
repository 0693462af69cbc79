//! The floor nobody gets under: two bills of the same layout, of which number and amount are read
//! as byte slices and compared with a table of eight-byte keys. Nothing else is parsed, nothing is
//! checked, nothing is stored.

use anyhow::Context as _;
use memchr::{memchr, memchr_iter};
use std::collections::HashMap;
use std::fs;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;

/// Columns before that of our number (商户订单号), and before that of the amount (应结订单金额).
const BEFORE: (usize, usize) = (6, 12);
/// Bytes of a row, more or less.
const ROW: usize = 220;

/// How many trades differ or stand on one side alone.
pub(super) fn join(ours: &Path, theirs: &Path) -> anyhow::Result<u32> {
    let ours = fs::read(ours)?;
    let mut amounts: HashMap<u64, i64, BuildHasherDefault<Fold>> =
        HashMap::with_capacity_and_hasher(ours.len() / ROW, BuildHasherDefault::default());
    each(&ours, |key, amount| {
        amounts.insert(key, amount);
    })?;
    let (theirs, mut differ) = (fs::read(theirs)?, 0);
    each(&theirs, |key, amount| match amounts.remove(&key) {
        Some(known) if known == amount => {}
        _ => differ += 1,
    })?;
    Ok(differ + u32::try_from(amounts.len())?)
}

/// Number and amount of each row, between the header and the summary.
fn each(bill: &[u8], mut take: impl FnMut(u64, i64)) -> anyhow::Result<()> {
    let mut rest = bill;
    let mut header = true;
    while let Some(end) = memchr(b'\n', rest) {
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        if header {
            header = false;
            continue;
        }
        if line.first() != Some(&b'`') {
            break;
        }
        let mut marks = memchr_iter(b'`', line);
        let number = marks.nth(BEFORE.0).and_then(|at| line.get(at + 1..));
        let amount = marks.nth(BEFORE.1 - BEFORE.0 - 1).and_then(|at| line.get(at + 1..));
        let key = number.and_then(key).context("a row has no number")?;
        take(key, amount.and_then(minor).context("a row has no amount")?);
    }
    Ok(())
}

/// The last sixteen of the thirty-two digits tell the trades apart.
fn key(number: &[u8]) -> Option<u64> {
    number.get(16..32)?.iter().try_fold(0_u64, |sum, byte| {
        Some(sum * 10 + u64::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?))
    })
}

/// An amount with two decimals, up to the next comma.
fn minor(amount: &[u8]) -> Option<i64> {
    let mut sum = 0_i64;
    for byte in amount {
        match byte {
            b',' => return Some(sum),
            b'.' => {}
            digit => sum = sum * 10 + i64::from(digit.checked_sub(b'0').filter(|it| *it < 10)?),
        }
    }
    None
}

/// A hash of one multiplication: enough for numbers that nobody chose to collide.
#[derive(Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
