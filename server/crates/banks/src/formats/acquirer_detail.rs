//! An acquirer's settlement detail (收单机构清算明细): comma-separated, found by the names of its
//! columns.
//!
//! It states nothing about itself: no count, no sum, and no identity within a row. Only the form
//! of each value can be checked; a missing row or another digit cannot be noticed.

use super::delimited::{Header, bare, split};
use super::problems::{Problems, quote};
use super::stream::{Line, LineReader};
use super::{Document, Format, NO_RECORD, Sample, fields, stream};
use crate::bill::{Bill, BillRow, Problem, RowKind, RowStatus};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(super) struct AcquirerDetail;

impl Format for AcquirerDetail {
    fn name(&self) -> &'static str {
        "acquirer_detail"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let first = sample.head.lines().next().unwrap_or_default();
        ["清算日期", "结算商户编号", "收单收益"].iter().all(|name| first.contains(name))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        stream::whole_bill(Ok(Box::<Reader>::default()), file)
    }

    fn reader(&self, _: &str) -> Option<Result<Box<dyn LineReader>, Problem>> {
        Some(Ok(Box::<Reader>::default()))
    }
}

#[derive(Default)]
struct Reader {
    columns: Option<(Columns, usize)>,
    day: Option<BusinessDate>,
    rows: u64,
    problems: Problems,
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        let mut cells = Vec::with_capacity(self.columns.as_ref().map_or(0, |(_, width)| *width));
        if let Err(reason) = split(line.text, ',', &mut cells) {
            self.problems.push(Problem::at_line(line.number, reason));
        } else if line.number == 1 {
            let header = Header::of(line.number, &cells, &mut self.problems);
            let columns = Columns::find(&header, &mut self.problems);
            self.columns = columns.map(|held| (held, header.width()));
        } else if let Some((columns, width)) = &self.columns {
            if cells.len() != *width {
                let reason = format!("{} values, but {width} columns", cells.len());
                self.problems.push(Problem::at_line(line.number, reason));
                return;
            }
            let row = columns.read(line.number, &cells, &mut self.day, &mut self.problems);
            self.rows += u64::from(row.is_some());
            rows.extend(row);
        }
    }

    fn finish(mut self: Box<Self>, encoding: &'static str) -> Bill {
        if self.rows == 0 {
            self.problems.push(Problem::of_file(NO_RECORD));
        }
        Bill {
            format: AcquirerDetail.name().to_owned(),
            encoding: encoding.to_owned(),
            clearing_date: self.day,
            rows: Vec::new(),
            checks: Vec::new(),
            problems: self.problems.finish(),
        }
    }
}

struct Columns {
    cleared: usize,
    time: usize,
    merchant: usize,
    amount: usize,
    fee: usize,
    income: usize,
    code: usize,
    reference: usize,
    order_no: usize,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            cleared: header.required(&["清算日期"], problems)?,
            time: header.required(&["交易时间"], problems)?,
            merchant: header.required(&["结算商户编号"], problems)?,
            amount: header.required(&["交易金额"], problems)?,
            fee: header.required(&["商户手续费"], problems)?,
            income: header.required(&["收单收益"], problems)?,
            code: header.required(&["交易类型"], problems)?,
            reference: header.required(&["参考号bit37"], problems)?,
            order_no: header.required(&["订单号"], problems)?,
        })
    }

    fn read(
        &self,
        line: u32,
        cells: &[Cow<'_, str>],
        day: &mut Option<BusinessDate>,
        problems: &mut Problems,
    ) -> Option<BillRow> {
        let text = |column: usize| bare(&cells[column]);
        let found = text(self.cleared);
        let cleared = fields::compact_day(found).ok_or("a date is written like 20170702");
        let cleared = problems.keep(cleared, line, "清算日期", found)?;
        if *day.get_or_insert(cleared) != cleared {
            let reason =
                format!("not the clearing date of the first row; found \"{}\"", quote(found));
            problems.push(Problem::at_field(line, "清算日期", reason));
            return None;
        }
        let found = text(self.time);
        let at = problems.keep(fields::moment_before(found, cleared), line, "交易时间", found)?;
        let mut money = |column: usize, name: &str| {
            let found = text(column);
            problems.keep(fields::amount(found, Currency::Cny), line, name, found)
        };
        let amount = money(self.amount, "交易金额")?;
        let fee = money(self.fee, "商户手续费")?;
        money(self.income, "收单收益")?;
        let kind = problems.keep(kind_of(text(self.code)), line, "交易类型", text(self.code))?;
        if amount.is_negative() && kind == RowKind::Payment {
            let reason = "a payment must not be negative";
            problems.push(Problem::at_field(line, "交易金额", reason));
            return None;
        }
        let channel_no = text(self.reference).to_owned();
        if channel_no.is_empty() {
            problems.push(Problem::at_field(line, "参考号bit37", "a trade without a number"));
            return None;
        }
        Some(BillRow {
            line,
            kind,
            channel_no,
            order_no: text(self.order_no).to_owned(),
            refund_no: None,
            merchant_no: text(self.merchant).to_owned(),
            event_time: Some(at),
            gross: Money::cny(amount.minor().saturating_abs()),
            fee_e5: fee.minor().checked_mul(1_000)?,
            status: RowStatus::Success,
        })
    }
}

/// The first two digits of an ISO 8583 processing code tell the kind of trade.
fn kind_of(code: &str) -> Result<RowKind, &'static str> {
    match code {
        "000000" => Ok(RowKind::Payment),
        "200000" => Ok(RowKind::Refund),
        _ => Err("only the processing codes 000000 (purchase) and 200000 (refund) are known"),
    }
}
