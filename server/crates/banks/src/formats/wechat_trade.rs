//! WeChat Pay's trade bill (微信支付交易账单): ALL, SUCCESS, REFUND, and the 24 columns used until
//! 2019. Columns are found by name; the summary at the end must agree with the rows.
//!
//! Amounts are those of the order (订单金额, 申请退款金额) where the file has them, since that is
//! what the payer paid or got back; the settled ones (应结订单金额, 退款金额) are checked against
//! the summary. The file says nowhere which day it clears; its name may.

use super::backtick::{Expected, Row, Table};
use super::problems::{Problems, quote};
use super::stream::{Line, LineReader};
use super::{Document, Format, Sample, fields, stream};
use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus, fee_text};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};

/// The format.
pub(super) struct WechatTrade;

const SETTLED: &[&str] = &["应结订单金额", "总金额"];
const REFUND_SETTLED: &[&str] = &["退款金额"];
const REFUND_COUPON: &[&str] = &["充值券退款金额", "代金券或立减优惠退款金额"];
const FEE: &[&str] = &["手续费"];
const ORDERED: &[&str] = &["订单金额"];
const REFUND_ASKED: &[&str] = &["申请退款金额"];

impl Format for WechatTrade {
    fn name(&self) -> &'static str {
        "wechat_trade"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let first = sample.head.lines().next().unwrap_or_default();
        ["交易时间", "微信订单号", "商户订单号"].iter().all(|name| first.contains(name))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        stream::whole_bill(Ok(reader(&file.name)), file)
    }

    fn reader(&self, name: &str) -> Option<Result<Box<dyn LineReader>, Problem>> {
        Some(Ok(reader(name)))
    }
}

fn reader(name: &str) -> Box<dyn LineReader> {
    Box::new(Reader { day: fields::day_in_name(name), ..Reader::default() })
}

#[derive(Default)]
struct Reader {
    day: Option<BusinessDate>,
    table: Table,
    columns: Option<Columns>,
    sums: Sums,
    problems: Problems,
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        let Self { table, columns, sums, problems, .. } = self;
        let headed = !table.header.is_empty();
        let data = table.line(line.number, line.text, problems);
        if !headed {
            *columns = Columns::find(table, problems);
        }
        if let (Some(data), Some(columns)) = (data, columns)
            && let Some(values) = table.split(line.number, data, problems)
        {
            let row = Row { line: line.number, values: &values };
            rows.extend(sums.read_row(&row, columns, problems));
        }
    }

    fn finish(mut self: Box<Self>, encoding: &'static str) -> Bill {
        if self.table.header.is_empty() {
            self.problems.push(Problem::of_file("the file is empty"));
        }
        let checks = self.sums.check(&self.table, &mut self.problems);
        Bill {
            format: WechatTrade.name().to_owned(),
            encoding: encoding.to_owned(),
            clearing_date: self.day,
            rows: Vec::new(),
            checks,
            problems: self.problems.finish(),
        }
    }
}

/// Where the columns stand. Payments-only bills have no refund columns.
struct Columns {
    time: usize,
    merchant: usize,
    trade_no: usize,
    order_no: usize,
    state: usize,
    currency: usize,
    settled: usize,
    ordered: Option<usize>,
    fee: usize,
    refund: Option<RefundColumns>,
}

struct RefundColumns {
    succeeded: Option<usize>,
    trade_no: usize,
    refund_no: usize,
    settled: usize,
    coupon: usize,
    asked: Option<usize>,
    state: usize,
}

impl Columns {
    fn find(table: &Table, problems: &mut Problems) -> Option<Self> {
        let refund = match table.column(&["微信退款单号"]) {
            Some(trade_no) => Some(RefundColumns {
                succeeded: table.column(&["退款成功时间"]),
                trade_no,
                refund_no: table.required(&["商户退款单号"], problems)?,
                settled: table.required(REFUND_SETTLED, problems)?,
                coupon: table.required(REFUND_COUPON, problems)?,
                asked: table.column(REFUND_ASKED),
                state: table.required(&["退款状态"], problems)?,
            }),
            None => None,
        };
        Some(Self {
            time: table.required(&["交易时间"], problems)?,
            merchant: table.required(&["商户号"], problems)?,
            trade_no: table.required(&["微信订单号"], problems)?,
            order_no: table.required(&["商户订单号"], problems)?,
            state: table.required(&["交易状态"], problems)?,
            currency: table.required(&["货币种类"], problems)?,
            settled: table.required(SETTLED, problems)?,
            ordered: table.column(ORDERED),
            fee: table.required(FEE, problems)?,
            refund,
        })
    }
}

/// What the summary sums up. `None` once out of range or of mixed currencies.
#[derive(Clone, Copy)]
struct Sums {
    count: i64,
    currency: Option<Currency>,
    settled: Option<Money>,
    refund_settled: Option<Money>,
    refund_coupon: Option<Money>,
    fee: Option<i64>,
    ordered: Option<Money>,
    refund_asked: Option<Money>,
}

impl Default for Sums {
    fn default() -> Self {
        let none = Some(Money::zero(Currency::Cny));
        Self {
            count: 0,
            currency: None,
            settled: none,
            refund_settled: none,
            refund_coupon: none,
            fee: Some(0),
            ordered: none,
            refund_asked: none,
        }
    }
}

impl Sums {
    /// The summary adds up plain numbers: all rows must be of one currency.
    fn add(&mut self, amounts: &Amounts) {
        let currency = *self.currency.get_or_insert(amounts.settled.currency());
        let plus = |sum: Option<Money>, amount: Money| {
            let amount = (amount.currency() == currency).then_some(amount.minor())?;
            sum?.checked_add(Money::cny(amount)).ok()
        };
        self.settled = plus(self.settled, amounts.settled);
        self.refund_settled = plus(self.refund_settled, amounts.refund_settled);
        self.refund_coupon = plus(self.refund_coupon, amounts.refund_coupon);
        self.ordered = plus(self.ordered, amounts.ordered);
        self.refund_asked = plus(self.refund_asked, amounts.refund_asked);
        self.fee = self.fee.and_then(|fee| fee.checked_add(amounts.fee_e5));
    }

    fn check(&self, table: &Table, problems: &mut Problems) -> Vec<Check> {
        let Some(expected) = self.expected() else {
            problems.push(Problem::of_file(
                "the rows are of different currencies or their sum is out of range",
            ));
            return Vec::new();
        };
        table.check(&expected, problems)
    }

    fn expected(&self) -> Option<[Expected<'static>; 7]> {
        let sum = |names, money: Option<Money>, required| {
            Some(Expected { names, read: amount, computed: money?.plain(), required })
        };
        let coupons: &[&str] = &["充值券退款总金额", "总代金券或立减优惠退款金额"];
        Some([
            Expected {
                names: &["总交易单数"],
                read: count,
                computed: self.count.to_string(),
                required: true,
            },
            sum(&["应结订单总金额", "总交易额"], self.settled, true)?,
            sum(&["退款总金额", "总退款金额"], self.refund_settled, true)?,
            sum(coupons, self.refund_coupon, true)?,
            Expected {
                names: &["手续费总金额"],
                read: fee,
                computed: fee_text(self.fee?),
                required: true,
            },
            sum(&["订单总金额"], self.ordered, false)?,
            sum(&["申请退款总金额"], self.refund_asked, false)?,
        ])
    }
}

fn count(text: &str) -> Result<String, String> {
    fields::count(text).map(|count| count.to_string()).map_err(|error| error.to_string())
}

fn amount(text: &str) -> Result<String, String> {
    Money::parse(text, Currency::Cny).map(Money::plain).map_err(|error| error.to_string())
}

fn fee(text: &str) -> Result<String, String> {
    fields::e5(text).map(fee_text).map_err(|error| error.to_string())
}

/// The amounts of one line.
struct Amounts {
    settled: Money,
    refund_settled: Money,
    refund_coupon: Money,
    fee_e5: i64,
    ordered: Money,
    refund_asked: Money,
}

impl Sums {
    fn read_row(
        &mut self,
        row: &Row<'_, '_>,
        columns: &Columns,
        problems: &mut Problems,
    ) -> Option<BillRow> {
        self.count += 1;
        let amounts = read_amounts(row, columns, problems)?;
        self.add(&amounts);
        let (kind, status) = read_state(row, columns, problems)?;
        let text = |column: usize| row.values[column].to_owned();
        let refund = columns.refund.as_ref().filter(|_| kind == RowKind::Refund);
        let time_column = refund
            .and_then(|columns| columns.succeeded)
            .filter(|column| !row.values[*column].is_empty())
            .unwrap_or(columns.time);
        let time = row.values[time_column];
        let event_time = problems.keep(fields::moment(time), row.line, "交易时间", time)?;
        let read = BillRow {
            line: row.line,
            kind,
            channel_no: text(refund.map_or(columns.trade_no, |columns| columns.trade_no)),
            order_no: text(columns.order_no),
            refund_no: refund.map(|columns| text(columns.refund_no)),
            merchant_no: text(columns.merchant),
            event_time: Some(event_time),
            gross: match kind {
                RowKind::Payment => amounts.ordered,
                RowKind::Refund => amounts.refund_asked,
            },
            fee_e5: amounts.fee_e5,
            status,
        };
        if read.order_no.is_empty() || read.channel_no.is_empty() {
            problems.push(Problem::at_field(row.line, "商户订单号", "a trade without a number"));
            return None;
        }
        Some(read)
    }
}

fn read_amounts(row: &Row<'_, '_>, columns: &Columns, problems: &mut Problems) -> Option<Amounts> {
    let code = row.values[columns.currency];
    let currency: Currency = problems.keep(code.parse(), row.line, "货币种类", code)?;
    let mut money = |column: usize, names: &[&str]| {
        let text = row.values[column];
        problems.keep(fields::money(text, currency), row.line, names[0], text)
    };
    let settled = money(columns.settled, SETTLED)?;
    let ordered = columns.ordered.map_or(Some(settled), |column| money(column, ORDERED))?;
    let zero = Money::zero(currency);
    let (refund_settled, refund_coupon, refund_asked) = match &columns.refund {
        Some(refund) => {
            let settled = money(refund.settled, REFUND_SETTLED)?;
            let coupon = money(refund.coupon, REFUND_COUPON)?;
            let asked = refund.asked.map_or(Some(settled), |column| money(column, REFUND_ASKED))?;
            (settled, coupon, asked)
        }
        None => (zero, zero, zero),
    };
    let text = row.values[columns.fee];
    let fee_e5 = problems.keep(fields::e5(text), row.line, FEE[0], text)?;
    Some(Amounts { settled, refund_settled, refund_coupon, fee_e5, ordered, refund_asked })
}

fn read_state(
    row: &Row<'_, '_>,
    columns: &Columns,
    problems: &mut Problems,
) -> Option<(RowKind, RowStatus)> {
    let state = row.values[columns.state];
    let refund_state = columns.refund.as_ref().map_or("", |refund| row.values[refund.state]);
    let status = match (state, refund_state) {
        ("SUCCESS", _) => return Some((RowKind::Payment, RowStatus::Success)),
        ("REFUND", "SUCCESS") | ("REVOKED", "SUCCESS" | "") => RowStatus::Success,
        ("REFUND" | "REVOKED", "PROCESSING") => RowStatus::Processing,
        ("REFUND" | "REVOKED", "FAIL" | "CHANGE") => RowStatus::Failed,
        _ => {
            let found = format!("{} {}", quote(state), quote(refund_state));
            let reason = format!("unknown state \"{}\"", found.trim());
            problems.push(Problem::at_field(row.line, "交易状态", reason));
            return None;
        }
    };
    if columns.refund.is_none() {
        let reason = "a refund in a file without refund columns";
        problems.push(Problem::at_field(row.line, "交易状态", reason));
        return None;
    }
    Some((RowKind::Refund, status))
}
