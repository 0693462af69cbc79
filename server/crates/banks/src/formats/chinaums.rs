//! The export of ChinaUMS's merchant portal (银联商务对账明细): tab-separated, with lines before the
//! header that tell the clearing dates, and a last line of totals.
//!
//! In each row and in the totals, the amount less the fee is the settled amount. Only the variant
//! with a header line is read: without one, the places of terminal and amount cannot be told.

use super::delimited::{Header, bare, split};
use super::problems::{Problems, quote};
use super::stream::{Line, LineReader};
use super::{Document, Format, Sample, fields, stream};
use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(super) struct ChinaUms;

impl Format for ChinaUms {
    fn name(&self) -> &'static str {
        "chinaums"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        sample.head.starts_with("对账明细查询结果")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        stream::whole_bill(Ok(Box::<Reader>::default()), file)
    }

    fn reader(&self, _: &str) -> Option<Result<Box<dyn LineReader>, Problem>> {
        Some(Ok(Box::<Reader>::default()))
    }
}

struct Columns {
    cleared: usize,
    day: usize,
    time: usize,
    amount: usize,
    settled: usize,
    fee: usize,
    kind: usize,
    reference: usize,
    merchant: usize,
    order_no: usize,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            cleared: header.required(&["清算日期"], problems)?,
            day: header.required(&["交易日期"], problems)?,
            time: header.required(&["交易时间"], problems)?,
            amount: header.required(&["交易金额"], problems)?,
            settled: header.required(&["清算金额"], problems)?,
            fee: header.required(&["手续费"], problems)?,
            kind: header.required(&["交易类型"], problems)?,
            reference: header.required(&["参考号"], problems)?,
            merchant: header.required(&["商户号"], problems)?,
            order_no: header.required(&["商户订单号"], problems)?,
        })
    }
}

#[derive(Default)]
struct Reader {
    period: Option<(BusinessDate, BusinessDate)>,
    header: Option<Header>,
    columns: Option<Columns>,
    count: i64,
    /// Amounts, settled amounts, fees.
    sums: [Option<Money>; 3],
    totals: bool,
    checks: Vec<Check>,
    problems: Problems,
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        let mut cells = Vec::with_capacity(self.header.as_ref().map_or(0, Header::width));
        match split(line.text, '\t', &mut cells) {
            Ok(()) => rows.extend(self.take(line.number, &cells)),
            Err(reason) => self.problems.push(Problem::at_line(line.number, reason)),
        }
    }

    fn finish(mut self: Box<Self>, encoding: &'static str) -> Bill {
        if self.header.is_none() {
            self.problems
                .push(Problem::of_file("there is no header line (清算日期, 交易日期, ...)"));
        } else if !self.totals {
            let reason = "the line of totals (总笔数) is missing: the file is incomplete";
            self.problems.push(Problem::of_file(reason));
        }
        if self.period.is_none() {
            self.problems.push(Problem::of_file("the file tells no clearing dates (清算日期从)"));
        }
        let one_day = self.period.filter(|(from, to)| from == to).map(|(from, _)| from);
        Bill {
            format: ChinaUms.name().to_owned(),
            encoding: encoding.to_owned(),
            clearing_date: one_day,
            rows: Vec::new(),
            checks: self.checks,
            problems: self.problems.finish(),
        }
    }
}

impl Reader {
    fn take(&mut self, number: u32, cells: &[Cow<'_, str>]) -> Option<BillRow> {
        let first = bare(&cells[0]);
        let blank = cells.iter().all(|cell| bare(cell).is_empty());
        if self.totals {
            if !blank {
                let reason = "nothing may follow the line of totals";
                self.problems.push(Problem::at_line(number, reason));
            }
        } else if self.header.is_none() {
            self.head(number, first, cells);
        } else if first.starts_with("总笔数") {
            self.totals = true;
            self.check_totals(number, cells);
        } else if !blank {
            self.count += 1;
            return self.row(number, cells);
        }
        None
    }

    fn head(&mut self, number: u32, first: &str, cells: &[Cow<'_, str>]) {
        if first.starts_with("清算日期从") {
            let mut days = cells.iter().filter_map(|cell| fields::compact_day(bare(cell)));
            self.period = days.next().zip(days.next());
            if self.period.is_none() {
                let reason = "the clearing dates must be two days like 20170625";
                self.problems.push(Problem::at_field(number, "清算日期", reason));
            }
        } else if first == "清算日期" {
            let header = Header::of(number, cells, &mut self.problems);
            self.columns = Columns::find(&header, &mut self.problems);
            self.header = Some(header);
            self.sums = [Some(Money::cny(0)); 3];
        }
    }

    fn row(&mut self, line: u32, cells: &[Cow<'_, str>]) -> Option<BillRow> {
        let width = self.header.as_ref().map_or(0, Header::width);
        let columns = self.columns.as_ref()?;
        if cells.len() != width {
            let reason = format!("{} values, but {width} columns", cells.len());
            self.problems.push(Problem::at_line(line, reason));
            return None;
        }
        let problems = &mut self.problems;
        let text = |column: usize| bare(&cells[column]);
        let mut money = |column: usize, name: &str| {
            let found = text(column);
            problems.keep(fields::amount(found, Currency::Cny), line, name, found)
        };
        let amount = money(columns.amount, "交易金额")?;
        let settled = money(columns.settled, "清算金额")?;
        let fee = money(columns.fee, "手续费")?;
        for (sum, value) in self.sums.iter_mut().zip([amount, settled, fee]) {
            *sum = sum.and_then(|sum| sum.checked_add(value).ok());
        }
        if amount.checked_sub(fee) != Ok(settled) {
            let reason = "the settled amount must be the amount less the fee";
            problems.push(Problem::at_field(line, "清算金额", reason));
            return None;
        }
        let kind = kind_of(text(columns.kind), amount);
        let kind = problems.keep(kind, line, "交易类型", text(columns.kind))?;
        let cleared = fields::compact_day(text(columns.cleared));
        if !self.period.zip(cleared).is_some_and(|((from, to), day)| (from..=to).contains(&day)) {
            let reason =
                format!("not in the file's period; found \"{}\"", quote(text(columns.cleared)));
            problems.push(Problem::at_field(line, "清算日期", reason));
            return None;
        }
        let at = format!("{} {}", text(columns.day), text(columns.time));
        let event_time = problems.keep(fields::moment(&at), line, "交易时间", &at)?;
        let channel_no = text(columns.reference).to_owned();
        if channel_no.is_empty() {
            problems.push(Problem::at_field(line, "参考号", "a trade without a number"));
            return None;
        }
        Some(BillRow {
            line,
            kind,
            channel_no,
            order_no: text(columns.order_no).to_owned(),
            refund_no: None,
            merchant_no: text(columns.merchant).to_owned(),
            event_time: Some(event_time),
            gross: Money::cny(amount.minor().saturating_abs()),
            fee_e5: fee.minor().checked_mul(1_000)?,
            status: RowStatus::Success,
        })
    }

    /// Names and values alternate, with empty cells between: `总笔数： 33  交易金额： 7944799.00`.
    fn check_totals(&mut self, line: u32, cells: &[Cow<'_, str>]) {
        let told: Vec<&str> =
            cells.iter().map(|cell| bare(cell)).filter(|cell| !cell.is_empty()).collect();
        let [amount, settled, fee] = self.sums;
        let expected = [("交易金额", amount), ("结算金额", settled), ("手续费", fee)];
        let value = |name: &str| {
            let mut pairs = told.chunks_exact(2);
            pairs.find(|pair| pair[0].trim_end_matches(['：', ':']) == name).map(|pair| pair[1])
        };
        let text = value("总笔数").unwrap_or_default();
        let stated = fields::count(text);
        if let Some(stated) = self.problems.keep(stated, line, "总笔数", text) {
            let (stated, computed) = (stated.to_string(), self.count.to_string());
            self.checks.push(Check { what: "总笔数".to_owned(), stated, computed });
        }
        for (name, sum) in expected {
            let text = value(name).unwrap_or_default();
            let stated = fields::amount(text, Currency::Cny);
            let Some(stated) = self.problems.keep(stated, line, name, text) else { continue };
            let Some(sum) = sum else {
                self.problems.push(Problem::of_file("the sum of the rows is out of range"));
                continue;
            };
            let (stated, computed) = (stated.plain(), sum.plain());
            self.checks.push(Check { what: name.to_owned(), stated, computed });
        }
    }
}

/// Purchases are payments; what takes one back is a refund, and written with a minus.
fn kind_of(word: &str, amount: Money) -> Result<RowKind, &'static str> {
    let kind = match word {
        "消费" | "支付" | "预授权完成" => RowKind::Payment,
        "退货" | "退款" | "消费撤销" | "消费冲正" | "预授权完成撤销" => {
            RowKind::Refund
        }
        _ => return Err("this kind of trade is not known"),
    };
    match kind {
        RowKind::Payment if amount.is_negative() => Err("a payment must not be negative"),
        RowKind::Refund if amount.is_positive() => Err("a refund must be negative"),
        _ => Ok(kind),
    }
}
