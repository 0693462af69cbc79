//! Rows of bills, written as PostgreSQL's COPY takes them.

use crate::office::Office;
use banks::bill::BillRow;
use domain::date::BusinessDate;
use domain::ids::FileId;
use std::fmt::Write;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const MOMENT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Bytes of a row, more or less.
const ROW: usize = 320;

/// A batch of rows in COPY's text form, in the order of the columns `store` names.
pub(super) fn rows(
    office: &Office,
    (file, channel, day): (FileId, &str, BusinessDate),
    rows: &[BillRow],
) -> String {
    let offset = office.settings.zone.0;
    let mut text = String::with_capacity(rows.len() * ROW);
    let mut same = String::new();
    let _ = write!(same, "\t{file}\t");
    for row in rows {
        let _ = write!(text, "{}{same}{}\t", office.new_id(), row.line);
        value(&mut text, channel);
        let _ = write!(text, "\t{day}\t{}\t", row.kind.name());
        value(&mut text, &row.channel_no);
        text.push('\t');
        value(&mut text, &row.order_no);
        text.push('\t');
        match &row.refund_no {
            Some(number) => value(&mut text, number),
            None => text.push_str("\\N"),
        }
        let (gross, currency) = (row.gross.minor(), row.gross.currency().code());
        let _ = write!(text, "\t{gross}\t{currency}\t{}\t{}\t", row.fee_e5, row.status.name());
        match row.event_time.map(|at| at.format(MOMENT)) {
            Some(Ok(at)) => {
                let _ = write!(text, "{at}{offset}");
            }
            _ => text.push_str("\\N"),
        }
        text.push('\n');
    }
    text
}

/// A text value: what COPY would take for its own signs is escaped.
fn value(text: &mut String, held: &str) {
    if !held.contains(['\\', '\t', '\n', '\r']) {
        text.push_str(held);
        return;
    }
    for sign in held.chars() {
        match sign {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn signs_of_copy_are_values_like_others() {
        let mut text = String::new();
        value(&mut text, "a\tb\\N\nc");
        assert_eq!(text, "a\\tb\\\\N\\nc");
    }
}
