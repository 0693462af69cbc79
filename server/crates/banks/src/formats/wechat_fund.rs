//! WeChat Pay's fund bill (微信支付资金账单): every movement of our balance, with the balance after
//! it. Each row's balance must follow from the row before, and the summary must agree.

use super::backtick::{Expected, Row, Table};
use super::decode::{decode_lines, lines};
use super::problems::{Problems, quote};
use super::{Document, Format, Sample, fields};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::fund::{FundBill, FundRow};
use domain::money::{Currency, Money};

/// The format.
pub(super) struct WechatFund;

impl Format for WechatFund {
    fn name(&self) -> &'static str {
        "wechat_fund"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let first = sample.head.lines().next().unwrap_or_default();
        ["记账时间", "资金流水单号", "账户结余"].iter().all(|name| first.contains(name))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut problems = Problems::default();
        let mut table = Table::default();
        let mut data = Vec::new();
        for (number, line) in lines(&decoded.text) {
            data.extend(table.line(number, line, &mut problems).map(|data| (number, data)));
        }
        let mut rows = Vec::new();
        if let Some(columns) = Columns::find(&table, &mut problems) {
            for (line, held) in &data {
                let Some(values) = table.split(*line, held, &mut problems) else { continue };
                rows.extend(columns.read(&Row { line: *line, values: &values }, &mut problems));
            }
        }
        check_balances(&rows, &mut problems);
        let checks = check_summary(&table, data.len(), &rows, &mut problems);
        Ok(Document::Fund(FundBill {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            day: fields::day_in_name(&file.name),
            rows,
            checks,
            problems: problems.finish(),
        }))
    }
}

struct Columns {
    booked_at: usize,
    channel_no: usize,
    flow_no: usize,
    purpose: usize,
    business_type: usize,
    direction: usize,
    amount: usize,
    balance: usize,
    remark: usize,
    voucher_no: usize,
}

impl Columns {
    fn find(table: &Table, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            booked_at: table.required(&["记账时间"], problems)?,
            channel_no: table.required(&["微信支付业务单号"], problems)?,
            flow_no: table.required(&["资金流水单号"], problems)?,
            purpose: table.required(&["业务名称"], problems)?,
            business_type: table.required(&["业务类型"], problems)?,
            direction: table.required(&["收支类型"], problems)?,
            amount: table.required(&["收支金额(元)"], problems)?,
            balance: table.required(&["账户结余(元)"], problems)?,
            remark: table.required(&["备注"], problems)?,
            voucher_no: table.required(&["业务凭证号"], problems)?,
        })
    }

    fn read(&self, row: &Row<'_, '_>, problems: &mut Problems) -> Option<FundRow> {
        let text = |column: usize| row.values[column].to_owned();
        let mut money = |column: usize, name: &str| {
            let found = row.values[column];
            problems.keep(fields::money(found, Currency::Cny), row.line, name, found)
        };
        let magnitude = money(self.amount, "收支金额(元)")?;
        let balance = money(self.balance, "账户结余(元)")?;
        let found = row.values[self.booked_at];
        let booked_at = problems.keep(fields::moment(found), row.line, "记账时间", found)?;
        let amount = match row.values[self.direction] {
            "收入" => magnitude,
            "支出" => Money::cny(-magnitude.minor()),
            other => {
                let reason = format!("neither 收入 nor 支出; found \"{}\"", quote(other));
                problems.push(Problem::at_field(row.line, "收支类型", reason));
                return None;
            }
        };
        Some(FundRow {
            line: row.line,
            booked_at,
            channel_no: text(self.channel_no),
            flow_no: text(self.flow_no),
            purpose: text(self.purpose),
            business_type: text(self.business_type),
            amount,
            balance,
            remark: text(self.remark),
            voucher_no: text(self.voucher_no),
        })
    }
}

fn check_balances(rows: &[FundRow], problems: &mut Problems) {
    for pair in rows.windows(2) {
        let [before, after] = pair else { continue };
        let expected = before.balance.checked_add(after.amount);
        if expected != Ok(after.balance) {
            let expected = expected.map_or_else(|error| error.to_string(), Money::plain);
            let reason = format!(
                "the balance is {}, but the row before and this movement give {expected}",
                after.balance.plain()
            );
            problems.push(Problem::at_field(after.line, "账户结余(元)", reason));
        }
    }
}

fn check_summary(
    table: &Table,
    count_of_rows: usize,
    rows: &[FundRow],
    problems: &mut Problems,
) -> Vec<Check> {
    let side = |income: bool| {
        let rows = rows.iter().filter(|row| row.amount.is_negative() != income);
        let count = rows.clone().count().to_string();
        let magnitudes = rows.map(|row| Money::cny(row.amount.minor().saturating_abs()));
        (count, Money::sum(magnitudes, Currency::Cny))
    };
    let ((in_count, in_sum), (out_count, out_sum)) = (side(true), side(false));
    let (Ok(in_sum), Ok(out_sum)) = (in_sum, out_sum) else {
        problems.push(Problem::of_file("the sum of the movements is out of range"));
        return Vec::new();
    };
    let expect = |names, read, computed| Expected { names, read, computed, required: true };
    let expected = [
        expect(&["资金流水总笔数"], count, count_of_rows.to_string()),
        expect(&["收入笔数"], count, in_count),
        expect(&["收入金额"], amount, in_sum.plain()),
        expect(&["支出笔数"], count, out_count),
        expect(&["支出金额"], amount, out_sum.plain()),
    ];
    table.check(&expected, problems)
}

fn count(text: &str) -> Result<String, String> {
    fields::count(text).map(|count| count.to_string()).map_err(|error| error.to_string())
}

fn amount(text: &str) -> Result<String, String> {
    Money::parse(text, Currency::Cny).map(Money::plain).map_err(|error| error.to_string())
}
