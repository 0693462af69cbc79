//! Alipay's trade bill (支付宝业务明细). Gross is the order's amount (订单金额), which is what the payer
//! paid or got back. What reached us of it (商家实收) is summed up by the lines after the list, and
//! on each line both differ by the discounts we bear. The service fee (服务费) is summed up only in
//! the summary file.
//!
//! A refund carries the same 支付宝交易号 as its payment and is told apart by its own number
//! (退款批次号/请求号).

use super::super::delimited::{Header, bare};
use super::super::problems::{Problems, quote};
use super::super::stream::{Line, LineReader};
use super::super::{Document, Format, Sample, fields, stream};
use super::{Expected, Frame, titled};
use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus};
use crate::front::NamedFile;
use domain::money::{Currency, Money};
use std::borrow::Cow;

/// The format.
pub(in super::super) struct AlipayTrade;

impl Format for AlipayTrade {
    fn name(&self) -> &'static str {
        "alipay_trade"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        titled(sample, "支付宝业务明细查询")
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
    frame: Frame,
    columns: Option<Columns>,
    tally: Tally,
    problems: Problems,
}

impl LineReader for Reader {
    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        let Self { frame, columns, tally, problems } = self;
        let headed = frame.header.is_some();
        if !frame.is_row(line.number, line.text, problems) {
            if !headed && let Some(header) = &frame.header {
                *columns = Columns::find(header, problems);
            }
            return;
        }
        let Some(columns) = columns else { return };
        let mut cells = Vec::with_capacity(COLUMNS);
        if frame.cells((line.number, line.text), &mut cells, problems).is_some()
            && let Some(read) = tally.row(line.number, &cells, columns, problems)
        {
            if let Some(at) = read.event_time {
                frame.in_period(line.number, "完成时间", at, problems);
            }
            rows.push(BillRow { merchant_no: frame.account.clone(), ..read });
        }
    }

    fn finish(self: Box<Self>, encoding: &'static str) -> Bill {
        let Self { frame, tally, mut problems, .. } = *self;
        frame.finish(&mut problems);
        let checks = tally.check(&frame, &mut problems);
        Bill {
            format: AlipayTrade.name().to_owned(),
            encoding: encoding.to_owned(),
            clearing_date: frame.day,
            rows: Vec::new(),
            checks,
            problems: problems.finish(),
        }
    }
}

/// How many columns there usually are.
const COLUMNS: usize = 25;

struct Columns {
    trade_no: usize,
    order_no: usize,
    kind: usize,
    completed: usize,
    ordered: Option<usize>,
    received: usize,
    discount: Option<usize>,
    borne: [Option<usize>; 2],
    refund_no: usize,
    fee: usize,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            trade_no: header.required(&["支付宝交易号"], problems)?,
            order_no: header.required(&["商户订单号"], problems)?,
            kind: header.required(&["业务类型"], problems)?,
            completed: header.required(&["完成时间"], problems)?,
            ordered: header.column(&["订单金额(元)"]),
            received: header.required(&["商家实收(元)"], problems)?,
            discount: header.column(&["商家优惠(元)"]),
            borne: [
                header.column(&["券核销金额(元)", "卷核销金额(元)"]),
                header.column(&["商家红包消费金额(元)"]),
            ],
            refund_no: header.required(&["退款批次号/请求号", "退款批次号"], problems)?,
            fee: header.required(&["服务费(元)"], problems)?,
        })
    }
}

/// Of one kind of row, with the signs of the file; `None` once out of range.
#[derive(Clone, Copy)]
struct Sums {
    count: i64,
    received: Option<Money>,
    discount: Option<Money>,
}

impl Default for Sums {
    fn default() -> Self {
        let none = Some(Money::zero(Currency::Cny));
        Self { count: 0, received: none, discount: none }
    }
}

/// Whether an order's amount is what was received and the discount we bear, and whichever of
/// coupon and red packet the discount does not contain already.
fn explained(ordered: Money, received: Money, [discount, coupon, packet]: [Money; 3]) -> bool {
    let borne = i128::from(ordered.minor()) - i128::from(received.minor());
    let parts = [discount, coupon, packet].map(|part| i128::from(part.minor()));
    let [discount, coupon, packet] = parts;
    [0, coupon, packet, coupon + packet].iter().any(|part| borne == discount + part)
}

/// What was ordered, what was received, and the discount we bear, if they fit each other.
fn amounts(
    line: u32,
    cells: &[Cow<'_, str>],
    columns: &Columns,
    problems: &mut Problems,
) -> Option<(Money, Money, Money)> {
    let text = |column: usize| bare(&cells[column]);
    let mut money = |column: usize, name: &str| {
        let found = text(column);
        problems.keep(fields::amount(found, Currency::Cny), line, name, found)
    };
    let received = money(columns.received, "商家实收（元）")?;
    let mut optional = |column: Option<usize>, name: &str| {
        column
            .filter(|column| !text(*column).is_empty())
            .map_or(Some(Money::cny(0)), |column| money(column, name))
    };
    let discount = optional(columns.discount, "商家优惠（元）")?;
    let [coupon, packet] = columns.borne;
    let parts = [
        discount,
        optional(coupon, "券核销金额（元）")?,
        optional(packet, "商家红包消费金额（元）")?,
    ];
    let ordered = match columns.ordered {
        Some(column) => money(column, "订单金额（元）")?,
        None => Money::cny(received.minor().saturating_add(discount.minor())),
    };
    if !explained(ordered, received, parts) {
        let reason = format!(
            "the order's amount is neither what was received, {}, nor that with the \
             merchant's discounts",
            received.plain()
        );
        problems.push(Problem::at_field(line, "订单金额（元）", reason));
        return None;
    }
    Some((ordered, received, discount))
}

/// Of payments, of refunds.
#[derive(Default)]
struct Tally {
    sums: [Sums; 2],
}

impl Tally {
    fn row(
        &mut self,
        line: u32,
        cells: &[Cow<'_, str>],
        columns: &Columns,
        problems: &mut Problems,
    ) -> Option<BillRow> {
        let text = |column: usize| bare(&cells[column]);
        let kind = match text(columns.kind) {
            "交易" => RowKind::Payment,
            "退款" => RowKind::Refund,
            other => {
                let reason = format!("neither 交易 nor 退款; found \"{}\"", quote(other));
                problems.push(Problem::at_field(line, "业务类型", reason));
                return None;
            }
        };
        let refund = kind == RowKind::Refund;
        let (ordered, received, discount) = amounts(line, cells, columns, problems)?;
        let found = text(columns.fee);
        let fee_e5 = problems.keep(fields::e5(found), line, "服务费（元）", found)?;
        let sums = &mut self.sums[usize::from(refund)];
        sums.count += 1;
        sums.received = sums.received.and_then(|sum| sum.checked_add(received).ok());
        sums.discount = sums.discount.and_then(|sum| sum.checked_add(discount).ok());
        if (refund && received.is_positive()) || (!refund && received.is_negative()) {
            let reason = "a payment is positive and a refund negative";
            problems.push(Problem::at_field(line, "商家实收（元）", reason));
            return None;
        }
        let found = text(columns.completed);
        let completed = problems.keep(fields::moment(found), line, "完成时间", found)?;
        let numbered = |column: usize| !text(column).is_empty();
        if !numbered(columns.trade_no) || !numbered(columns.order_no) {
            problems.push(Problem::at_field(line, "商户订单号", "a trade without a number"));
            return None;
        }
        if refund && !numbered(columns.refund_no) {
            problems.push(Problem::at_field(
                line,
                "退款批次号/请求号",
                "a refund without a number",
            ));
            return None;
        }
        Some(BillRow {
            line,
            kind,
            channel_no: text(columns.trade_no).to_owned(),
            order_no: text(columns.order_no).to_owned(),
            refund_no: refund.then(|| text(columns.refund_no).to_owned()),
            merchant_no: String::new(),
            event_time: Some(completed),
            gross: Money::cny(ordered.minor().saturating_abs()),
            fee_e5: -fee_e5,
            status: RowStatus::Success,
        })
    }

    fn check(&self, frame: &Frame, problems: &mut Problems) -> Vec<Check> {
        let [payments, refunds] = self.sums;
        let expected = [
            Expected {
                name: "交易合计",
                count: payments.count,
                sums: vec![("商家实收", payments.received), ("商家优惠", payments.discount)],
            },
            Expected {
                name: "退款合计",
                count: refunds.count,
                sums: vec![("商家实收退款", refunds.received), ("商家优惠退款", refunds.discount)],
            },
        ];
        frame.check(&expected, problems)
    }
}
