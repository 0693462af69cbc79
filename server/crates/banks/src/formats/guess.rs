//! What a file of no known format seems to be.

use super::Sample;

/// What an unknown file seems to be, and what would be read.
pub(super) fn unknown(sample: &Sample<'_>) -> String {
    format!(
        "{}; known are the files of UnionPay (INN...ZM_, INN...ZME_), WeChat Pay and Alipay, \
         exports of ChinaUMS, acquirers' settlement details, camt.053, camt.054, pain.001, \
         pain.002, MT940, MT942, BAI2, NACHA returns, and account exports of ICBC and BOC",
        guess(sample)
    )
}

fn guess(sample: &Sample<'_>) -> &'static str {
    let head = sample.head.trim_start();
    let has = |text: &str| head.contains(text);
    if sample.bytes.is_empty() {
        "the file is empty"
    } else if sample.bytes.starts_with(b"\xFF\xFE") || sample.bytes.starts_with(b"\xFE\xFF") {
        "this file is saved as UTF-16; save it as UTF-8 or GBK"
    } else if sample.bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        "this is an old Excel workbook; export the data as text"
    } else if has("电子客户回单") || has("支付宝（中国）网络技术有限公司") {
        "this is the export of a personal Alipay user (电子客户回单); download the merchant's \
         bill (业务明细 or 账务明细) instead"
    } else if has("#支付宝") {
        "this is a file of Alipay, but neither its trade bill, its summary nor its account log"
    } else if has("仅显示1000条记录") {
        "this is an export of ChinaUMS without its header line; export it with the header"
    } else if has("BkToCstmrAcctRpt") {
        "this is a camt.052 report within the day; only statements (camt.053) and notifications \
         (camt.054) are read"
    } else if head.starts_with(":20:") || head.starts_with("{1:") {
        "this looks like a SWIFT message, but neither an MT940 nor an MT942"
    } else if head.starts_with("<!DOCTYPE html") || head.starts_with("<html") {
        "this is a web page, perhaps of an expired session; download the file again"
    } else {
        "the format of this file is not known"
    }
}
