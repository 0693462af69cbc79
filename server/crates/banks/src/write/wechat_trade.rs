//! WeChat Pay's trade bill ALL: 27 columns, byte order mark, CRLF, two summary lines.

use super::{WriteError, plain};
use crate::bill::{BillRow, RowKind, RowStatus, fee_text};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money, MoneyError};
use time::PrimitiveDateTime;

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,\
交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,\
充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";

const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,\
订单总金额,申请退款总金额";

/// What is the same in every row of one merchant.
#[derive(Debug, Clone)]
pub struct Contract {
    /// 商户号.
    pub merchant_no: String,
    /// 公众账号ID.
    pub app_id: String,
    /// 费率, like `0.60%`.
    pub rate: String,
}

/// Writes the bill of a clearing date. The channel's number of a refund's payment is not part of
/// a row, so the column 微信订单号 of a refund repeats the refund's own.
///
/// # Errors
/// A payment that is not done, a row of another merchant, without its time or not in yuan, sums
/// out of range, or a value that would break the line apart.
pub fn write(
    clearing_date: BusinessDate,
    contract: &Contract,
    rows: &[BillRow],
) -> Result<NamedFile, WriteError> {
    let mut text = format!("\u{feff}{HEADER}\r\n");
    let (mut paid, mut refunded, mut fees) = (Money::cny(0), Money::cny(0), 0_i64);
    for row in rows {
        match row.kind {
            RowKind::Payment => paid = paid.checked_add(row.gross)?,
            RowKind::Refund => refunded = refunded.checked_add(row.gross)?,
        }
        fees = fees.checked_add(row.fee_e5).ok_or(MoneyError::Overflow)?;
        text.push_str(&line(&values(contract, row)?));
    }
    let (paid, refunded) = (paid.plain(), refunded.plain());
    let count = format!("{}.0", rows.len());
    let fees = fee_text(fees);
    text.push_str(SUMMARY);
    text.push_str("\r\n");
    text.push_str(&line(&[&count, &paid, &refunded, "0.0", &fees, &paid, &refunded]));
    let name = format!("{}All{clearing_date}.csv", contract.merchant_no);
    Ok(NamedFile { name, bytes: text.into_bytes() })
}

fn line<T: AsRef<str>>(values: &[T]) -> String {
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    format!("`{}\r\n", values.join(",`"))
}

fn values(contract: &Contract, row: &BillRow) -> Result<[String; 27], WriteError> {
    if row.merchant_no != contract.merchant_no {
        return Err(WriteError::unwritable("商户号", &row.merchant_no));
    }
    if row.gross.currency() != Currency::Cny || row.gross.is_negative() {
        return Err(WriteError::unwritable("订单金额", row.gross.to_string()));
    }
    let Some(at) = row.event_time else { return Err(WriteError::unwritable("交易时间", "")) };
    let gross = row.gross.plain();
    let zero = "0.00".to_owned();
    let refund = row.kind == RowKind::Refund;
    let refund_state = match (refund, row.status) {
        (false, RowStatus::Success) => "",
        (false, other) => return Err(WriteError::unwritable("交易状态", other.name())),
        (true, RowStatus::Success) => "SUCCESS",
        (true, RowStatus::Processing) => "PROCESSING",
        (true, RowStatus::Failed) => "FAIL",
    };
    let number = |given: &str| if refund { given.to_owned() } else { "0".to_owned() };
    let (paid, back) = if refund { (zero.clone(), gross) } else { (gross, zero.clone()) };
    let values = [
        moment(at),
        contract.app_id.clone(),
        contract.merchant_no.clone(),
        "0".to_owned(),
        String::new(),
        row.channel_no.clone(),
        row.order_no.clone(),
        "oSandbox".to_owned(),
        "JSAPI".to_owned(),
        if refund { "REFUND" } else { "SUCCESS" }.to_owned(),
        "OTHERS".to_owned(),
        "CNY".to_owned(),
        paid.clone(),
        zero.clone(),
        number(&row.channel_no),
        number(row.refund_no.as_deref().unwrap_or_default()),
        back.clone(),
        zero,
        if refund { "ORIGINAL" } else { "" }.to_owned(),
        refund_state.to_owned(),
        "商品".to_owned(),
        String::new(),
        fee_text(row.fee_e5),
        contract.rate.clone(),
        paid,
        back,
        String::new(),
    ];
    for value in &values {
        plain("value", value)?;
    }
    Ok(values)
}

fn moment(at: PrimitiveDateTime) -> String {
    let (hour, minute, second) = at.as_hms();
    let date = BusinessDate(at.date());
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}
