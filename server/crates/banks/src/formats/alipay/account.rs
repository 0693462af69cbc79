//! Alipay's account log (支付宝账务明细): every movement of our balance at Alipay. Each balance must
//! follow from the movement before it in time (the file is mostly newest first), and the lines
//! after the list must agree.

use super::super::decode::decode_lines;
use super::super::delimited::{Header, bare};
use super::super::problems::Problems;
use super::super::{Document, Format, Sample, chain, fields};
use super::{Expected, Frame, titled};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::fund::{FundBill, FundRow};
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(in super::super) struct AlipayAccount;

impl Format for AlipayAccount {
    fn name(&self) -> &'static str {
        "alipay_account"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        titled(sample, "支付宝账务明细查询")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut problems = Problems::default();
        let (frame, lines) = Frame::read(&decoded.text, &mut problems);
        let mut rows = Vec::with_capacity(lines.len());
        let columns = frame.header.as_ref().and_then(|held| Columns::find(held, &mut problems));
        if let Some(columns) = columns {
            let mut cells = Vec::new();
            for row in &lines {
                if frame.cells(*row, &mut cells, &mut problems).is_some()
                    && let Some(read) = columns.read(row.0, &cells, &mut problems)
                {
                    frame.in_period(row.0, "发生时间", read.booked_at, &mut problems);
                    rows.push(read);
                }
            }
        }
        let links: Vec<chain::Link> = rows.iter().map(link).collect();
        chain::check(&links, "账户余额（元）", &mut problems);
        let checks = check(&frame, &rows, &mut problems);
        Ok(Document::Fund(FundBill {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            day: frame.day,
            rows,
            checks,
            problems: problems.finish(),
        }))
    }
}

fn link(row: &FundRow) -> chain::Link {
    chain::Link { line: row.line, at: row.booked_at, amount: row.amount, balance: row.balance }
}

struct Columns {
    flow_no: usize,
    channel_no: usize,
    order_no: usize,
    purpose: usize,
    booked_at: usize,
    income: usize,
    expense: usize,
    balance: usize,
    business_type: usize,
    remark: Option<usize>,
}

const INCOME: &str = "收入金额(+元)";
const EXPENSE: &str = "支出金额(-元)";

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            flow_no: header.required(&["账务流水号"], problems)?,
            channel_no: header.required(&["业务流水号"], problems)?,
            order_no: header.required(&["商户订单号"], problems)?,
            purpose: header.required(&["业务描述", "商品名称"], problems)?,
            booked_at: header.required(&["发生时间"], problems)?,
            income: header.required(&[INCOME], problems)?,
            expense: header.required(&[EXPENSE], problems)?,
            balance: header.required(&["账户余额(元)"], problems)?,
            business_type: header.required(&["业务类型"], problems)?,
            remark: header.column(&["备注"]),
        })
    }

    fn read(&self, line: u32, cells: &[Cow<'_, str>], problems: &mut Problems) -> Option<FundRow> {
        let text = |column: usize| bare(&cells[column]);
        let mut money = |column: usize, name: &str| {
            let found = if text(column).is_empty() { "0" } else { text(column) };
            problems.keep(fields::amount(found, Currency::Cny), line, name, found)
        };
        let income = money(self.income, INCOME)?;
        let expense = money(self.expense, EXPENSE)?;
        let balance = money(self.balance, "账户余额(元)")?;
        if income.is_negative() || income.is_zero() == expense.is_zero() {
            let reason = "a row has either an income, which is positive, or an expense";
            problems.push(Problem::at_field(line, INCOME, reason));
            return None;
        }
        // Expenses are written with and without a minus.
        let amount =
            if income.is_zero() { Money::cny(-expense.minor().saturating_abs()) } else { income };
        let found = text(self.booked_at);
        let booked_at = problems.keep(fields::moment(found), line, "发生时间", found)?;
        let owned = |column: usize| text(column).to_owned();
        Some(FundRow {
            line,
            booked_at,
            channel_no: owned(self.channel_no),
            flow_no: owned(self.flow_no),
            purpose: owned(self.purpose),
            business_type: owned(self.business_type),
            amount,
            balance,
            remark: self.remark.map(owned).unwrap_or_default(),
            voucher_no: owned(self.order_no),
        })
    }
}

fn check(frame: &Frame, rows: &[FundRow], problems: &mut Problems) -> Vec<Check> {
    let side = |name, income: bool, negative: bool| {
        let rows = rows.iter().filter(|row| row.amount.is_negative() != income);
        let count = i64::try_from(rows.clone().count()).unwrap_or(i64::MAX);
        let sign = if negative { -1 } else { 1 };
        let magnitudes = rows.map(|row| Money::cny(row.amount.minor().saturating_abs() * sign));
        let sum = Money::sum(magnitudes, Currency::Cny).ok();
        Expected { name, count, sums: vec![("", sum)] }
    };
    let negative =
        frame.tallies.iter().any(|held| held.name == "支出合计" && held.text.contains('-'));
    frame.check(&[side("支出合计", false, negative), side("收入合计", true, false)], problems)
}
