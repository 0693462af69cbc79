//! Alipay's summary (支付宝业务明细汇总): one row per store and one for all (合计), which must be
//! their sum; in each, what was received, fee and shares give the net. It comes beside the trade
//! bill and must agree with it.

use super::super::decode::decode_lines;
use super::super::delimited::{Header, bare};
use super::super::problems::Problems;
use super::super::{Document, Format, Sample, fields};
use super::{Frame, titled};
use crate::bill::{Bill, BillSums, Check, Problem, RowKind, fee_text};
use crate::front::NamedFile;
use crate::summary::{BillSummary, StoreTotals};
use domain::money::{Currency, Money, MoneyError};
use std::borrow::Cow;

/// The format.
pub(in super::super) struct AlipaySummary;

impl Format for AlipaySummary {
    fn name(&self) -> &'static str {
        "alipay_summary"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        titled(sample, "支付宝业务汇总查询")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut problems = Problems::default();
        let (frame, lines) = Frame::read(&decoded.text, &mut problems);
        let mut stores = Vec::new();
        let mut totals = Vec::new();
        let columns = frame.header.as_ref().and_then(|held| Columns::find(held, &mut problems));
        if let Some(columns) = columns {
            let mut cells = Vec::new();
            for row in &lines {
                if frame.cells(*row, &mut cells, &mut problems).is_some() {
                    let read = columns.read(row.0, &cells, &mut problems);
                    let total = bare(&cells[columns.store_no]) == "合计";
                    if total { &mut totals } else { &mut stores }.extend(read);
                }
            }
        }
        let checks = check(&stores, &totals, &mut problems);
        for tally in &frame.tallies {
            problems.push(super::unexpected(tally.line, &tally.name));
        }
        Ok(Document::Summary(BillSummary {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            merchant_no: frame.account,
            clearing_date: frame.day,
            stores,
            total: totals.pop(),
            checks,
            problems: problems.finish(),
        }))
    }
}

struct Columns {
    store_no: usize,
    store_name: usize,
    counts: [usize; 2],
    ordered: usize,
    received: usize,
    fee: usize,
    shared: usize,
    net: usize,
}

impl Columns {
    fn find(header: &Header, problems: &mut Problems) -> Option<Self> {
        Some(Self {
            store_no: header.required(&["门店编号"], problems)?,
            store_name: header.required(&["门店名称"], problems)?,
            counts: [
                header.required(&["交易订单总笔数"], problems)?,
                header.required(&["退款订单总笔数"], problems)?,
            ],
            ordered: header.required(&["订单金额(元)"], problems)?,
            received: header.required(&["商家实收(元)"], problems)?,
            fee: header.required(&["服务费(元)"], problems)?,
            shared: header.required(&["分润(元)"], problems)?,
            net: header.required(&["实收净额(元)"], problems)?,
        })
    }

    fn read(
        &self,
        line: u32,
        cells: &[Cow<'_, str>],
        problems: &mut Problems,
    ) -> Option<StoreTotals> {
        let text = |column: usize| bare(&cells[column]);
        let [payments, refunds] = self.counts.map(text);
        let payments = problems.keep(fields::count(payments), line, "交易订单总笔数", payments)?;
        let refunds = problems.keep(fields::count(refunds), line, "退款订单总笔数", refunds)?;
        let mut money = |column: usize, name: &str| {
            let found = text(column);
            problems.keep(fields::amount(found, Currency::Cny), line, name, found)
        };
        let totals = StoreTotals {
            line,
            store_no: text(self.store_no).to_owned(),
            store_name: text(self.store_name).to_owned(),
            payments,
            refunds,
            ordered: money(self.ordered, "订单金额（元）")?,
            received: money(self.received, "商家实收（元）")?,
            fee: money(self.fee, "服务费（元）")?,
            shared: money(self.shared, "分润（元）")?,
            net: money(self.net, "实收净额（元）")?,
        };
        let parts = [totals.received, totals.fee, totals.shared];
        if Money::sum(parts, Currency::Cny) != Ok(totals.net) {
            let reason = format!("the net {} is not received, fee and shares", totals.net.plain());
            problems.push(Problem::at_field(line, "实收净额（元）", reason));
        }
        Some(totals)
    }
}

fn check(stores: &[StoreTotals], totals: &[StoreTotals], problems: &mut Problems) -> Vec<Check> {
    let [total] = totals else {
        problems.push(Problem::of_file("there must be one line 合计: the file is incomplete"));
        return Vec::new();
    };
    let check = |what: &str, stated: String, computed: String| Check {
        what: format!("合计 {what}"),
        stated,
        computed,
    };
    let sum = |of: fn(&StoreTotals) -> Money| {
        Money::sum(stores.iter().map(of), Currency::Cny)
            .map_or_else(|error| error.to_string(), Money::plain)
    };
    let count = |of: fn(&StoreTotals) -> i64| {
        stores.iter().map(of).fold(0_i64, i64::saturating_add).to_string()
    };
    vec![
        check("交易订单总笔数", total.payments.to_string(), count(|one| one.payments)),
        check("退款订单总笔数", total.refunds.to_string(), count(|one| one.refunds)),
        check("订单金额", total.ordered.plain(), sum(|one| one.ordered)),
        check("商家实收", total.received.plain(), sum(|one| one.received)),
        check("服务费", total.fee.plain(), sum(|one| one.fee)),
        check("分润", total.shared.plain(), sum(|one| one.shared)),
        check("实收净额", total.net.plain(), sum(|one| one.net)),
    ]
}

/// What the summary states about the trades of its bill.
pub(in super::super) fn agree(
    (bill, sums): (&Bill, &BillSums),
    summary: &BillSummary,
) -> Result<Vec<Check>, MoneyError> {
    let Some(total) = &summary.total else { return Ok(Vec::new()) };
    let payments = sums.of(RowKind::Payment)?;
    let refunds = sums.of(RowKind::Refund)?;
    let ordered = payments.gross.checked_sub(refunds.gross)?;
    let fee = payments.fee_e5.checked_add(refunds.fee_e5).ok_or(MoneyError::Overflow)?;
    let stated_fee = total.fee.minor().checked_mul(-1_000).ok_or(MoneyError::Overflow)?;
    let day = |day: Option<domain::date::BusinessDate>| {
        day.map_or_else(|| "-".to_owned(), |day| day.to_string())
    };
    let check = |what: &str, stated: String, computed: String| Check {
        what: format!("汇总 {what}"),
        stated,
        computed,
    };
    Ok(vec![
        check("账号", summary.merchant_no.clone(), {
            sums.merchant_no().unwrap_or(&summary.merchant_no).to_owned()
        }),
        check("日期", day(summary.clearing_date), day(bill.clearing_date)),
        check("交易订单总笔数", total.payments.to_string(), payments.count.to_string()),
        check("退款订单总笔数", total.refunds.to_string(), refunds.count.to_string()),
        check("订单金额", total.ordered.plain(), ordered.plain()),
        check("服务费", fee_text(stated_fee), fee_text(fee)),
    ])
}
