//! A merchant's own list of its orders: UTF-8 CSV with the columns `order_no`, `amount`, `currency`
//! and `status`, in any order, beside which others may stand.

use banks::bill::Problem;
use banks::formats::Refusal;
use banks::front::NamedFile;
use domain::matching::Standing;
use domain::money::{Currency, Money};
use domain::order::OrderStatus;

/// Its name among the formats.
pub(super) const FORMAT: &str = "merchant_orders_csv";
/// Problems shown; more of them say nothing new.
const PROBLEMS_MAX: usize = 20;
const COLUMNS: [&str; 4] = ["order_no", "amount", "currency", "status"];

/// One order as the merchant lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reconciliation) struct ListedOrder {
    pub line: u32,
    pub order_no: String,
    pub amount: Money,
    pub status: OrderStatus,
}

/// How far the merchant says an order got.
pub(in crate::reconciliation) const fn standing(status: OrderStatus) -> Standing {
    match status {
        OrderStatus::Paid | OrderStatus::Refunded => Standing::Success,
        OrderStatus::Created | OrderStatus::Paying => Standing::Pending,
        OrderStatus::Failed | OrderStatus::Closed => Standing::Failed,
    }
}

/// Reads a list.
///
/// # Errors
/// Everything that is wrong with it, by line and column.
pub(super) fn read(file: &NamedFile) -> Result<Vec<ListedOrder>, Refusal> {
    let refuse =
        |problems| Refusal { format: Some(FORMAT.to_owned()), problems, failed_checks: Vec::new() };
    let text = std::str::from_utf8(&file.bytes).map_err(|error| {
        let line = file.bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        refuse(vec![Problem::at_line(line, "the bytes are not valid UTF-8: save it as UTF-8")])
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| refuse(vec![Problem::of_file(e.to_string())]))?;
    let places = places(header).map_err(|problem| refuse(vec![problem]))?;
    let (mut orders, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let row = record.map_err(|e| Problem::of_file(e.to_string()));
        match row.and_then(|record| order(&record, &places)) {
            Ok(order) => orders.push(order),
            Err(problem) if problems.len() < PROBLEMS_MAX => problems.push(problem),
            Err(_) => break,
        }
    }
    if problems.is_empty() { Ok(orders) } else { Err(refuse(problems)) }
}

fn places(header: &csv::StringRecord) -> Result<[usize; 4], Problem> {
    let mut places = [0; 4];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = header.iter().position(|name| name.trim() == column).ok_or_else(|| {
            Problem::at_field(1, column, "this column is missing from the first line")
        })?;
    }
    Ok(places)
}

fn order(record: &csv::StringRecord, places: &[usize; 4]) -> Result<ListedOrder, Problem> {
    let line = record.position().map_or(0, csv::Position::line);
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    let [order_no, amount, currency, status] =
        places.map(|place| record.get(place).unwrap_or_default().trim());
    if order_no.is_empty() || order_no.chars().count() > 64 {
        let reason = "an order number has 1 to 64 characters";
        return Err(Problem::at_field(line, "order_no", reason));
    }
    let wrong = |field, reason: String| Problem::at_field(line, field, reason);
    let currency: Currency = currency.parse().map_err(|e| wrong("currency", format!("{e}")))?;
    let amount =
        Money::parse_positive(amount, currency).map_err(|e| wrong("amount", e.to_string()))?;
    let status = OrderStatus::named(status).ok_or_else(|| {
        let names: Vec<_> = OrderStatus::ALL.iter().map(|status| status.name()).collect();
        wrong("status", format!("must be one of {}", names.join(", ")))
    })?;
    Ok(ListedOrder { line, order_no: order_no.to_owned(), amount, status })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &[u8]) -> Result<Vec<ListedOrder>, Refusal> {
        read(&NamedFile { name: "list.csv".into(), bytes: text.to_vec() })
    }

    #[test]
    fn columns_are_found_by_name() {
        let orders =
            list(b"\xEF\xBB\xBFstatus,order_no,note,currency,amount\npaid,A-1,x,CNY,12.50\n");
        let order = ListedOrder {
            line: 2,
            order_no: "A-1".into(),
            amount: Money::cny(1_250),
            status: OrderStatus::Paid,
        };
        assert_eq!(orders, Ok(vec![order]));
    }

    #[test]
    fn every_bad_line_is_named_with_its_column() {
        let text = "order_no,amount,currency,status\nA,-1,CNY,paid\nB,0.001,CNY,paid\n\
                    C,1e3,CNY,paid\nD,１００,CNY,paid\nE,12345678901234567890,CNY,paid\n\
                    F,1,XXX,paid\nG,1,CNY,done\n,1,CNY,paid\n";
        let refusal = list(text.as_bytes()).unwrap_err();
        let found: Vec<_> =
            refusal.problems.iter().map(|p| (p.line, p.field.clone().unwrap())).collect();
        let amounts = (2..=6).map(|line| (Some(line), "amount".to_owned()));
        let others = [(7, "currency"), (8, "status"), (9, "order_no")];
        let others = others.map(|(line, field)| (Some(line), field.to_owned()));
        assert_eq!(found, amounts.chain(others).collect::<Vec<_>>());
    }

    #[test]
    fn bytes_that_are_no_utf8_are_refused_with_their_line() {
        let refusal = list(b"order_no,amount,currency,status\nA\xFF,1,CNY,paid\n").unwrap_err();
        assert_eq!(refusal.problems.first().and_then(|p| p.line), Some(2));
    }

    #[test]
    fn a_missing_column_is_named() {
        let refusal = list(b"order_no,amount,status\nA,1,paid\n").unwrap_err();
        assert_eq!(refusal.problems.first().and_then(|p| p.field.clone()), Some("currency".into()));
    }
}
