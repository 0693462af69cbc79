//! Search by identifier (单号查询): whatever number somebody has in hand, ours, the merchant's, the
//! channel's or the bank's.

use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A payment.
    Payment,
    /// An order.
    Order,
    /// A refund.
    Refund,
    /// A payout.
    Payout,
    /// A payout batch.
    PayoutBatch,
    /// A settlement.
    Settlement,
    /// A journal of the ledger.
    Journal,
    /// An error item.
    ErrorItem,
    /// A row of a channel's bill.
    BillLine,
    /// A line of a bank statement.
    StatementLine,
    /// A merchant.
    Merchant,
}
named!(FoundKind {
    Payment = "payment",
    Order = "order",
    Refund = "refund",
    Payout = "payout",
    PayoutBatch = "payout_batch",
    Settlement = "settlement",
    Journal = "journal",
    ErrorItem = "error_item",
    BillLine = "bill_line",
    StatementLine = "statement_line",
    Merchant = "merchant",
});

/// Which of its identifiers was the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identifier {
    /// Our id.
    Id,
    /// Our number at the channel or bank; a document's number.
    Number,
    /// The merchant's number.
    MerchantNo,
    /// The channel's number.
    ChannelNo,
    /// The bank's reference.
    BankRef,
    /// The end-to-end id a bank carries to the statement.
    EndToEnd,
    /// A merchant's code.
    Code,
}
named!(Identifier {
    Id = "id",
    Number = "number",
    MerchantNo = "merchant_no",
    ChannelNo = "channel_no",
    BankRef = "bank_ref",
    EndToEnd = "end_to_end",
    Code = "code",
});

/// One thing with the identifier that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// Its id.
    pub id: Uuid,
    /// Which identifier it was found by.
    pub by: Identifier,
    /// That identifier, whole.
    pub value: String,
    /// Whether it is exactly what was looked for; otherwise it begins with it.
    pub exact: bool,
    /// Its amount, where it has one.
    pub amount: Option<Money>,
    /// Stored name of where it stands; for others a word about it.
    pub state: String,
}

/// The shortest beginning of a number that is looked for; shorter ones must match exactly.
pub const PREFIX_MIN: usize = 4;
/// The shortest beginning of an id that is looked for.
pub const ID_PREFIX_MIN: usize = 8;
/// The longest identifier there is.
pub const IDENTIFIER_MAX: usize = 64;

/// What somebody looks for, made ready for the indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// The text without blanks around it.
    pub text: String,
    /// The end of the range of texts that match, in byte order; not included.
    pub text_end: String,
    /// First and last id that begin like it, where it may be an id.
    pub ids: Option<(Uuid, Uuid)>,
}

impl Needle {
    /// Makes a search out of what somebody typed or pasted; none when it can be no identifier.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        let text = typed.trim();
        if text.is_empty()
            || text.chars().count() > IDENTIFIER_MAX
            || text.chars().any(char::is_control)
        {
            return None;
        }
        let wide = text.chars().count() >= PREFIX_MIN;
        // A shorter one only matches itself: no identifier goes on with a control character.
        let end = if wide { char::MAX } else { '\u{1}' };
        Some(Self { text: text.to_owned(), text_end: format!("{text}{end}"), ids: id_range(text) })
    }

    /// Whether a value is what was looked for, rather than only begins with it.
    #[must_use]
    pub fn is_exactly(&self, value: &str) -> bool {
        let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
        self.text == value || (self.ids.is_some() && plain(&self.text) == plain(value))
    }
}

/// The first and the last id that begin with these hexadecimal digits.
fn id_range(text: &str) -> Option<(Uuid, Uuid)> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex || !(ID_PREFIX_MIN..=32).contains(&digits.len()) {
        return None;
    }
    let low = Uuid::try_parse(&format!("{digits:0<32}")).ok()?;
    let high = Uuid::try_parse(&format!("{digits:f<32}")).ok()?;
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_found_by_its_beginning_with_or_without_dashes() {
        let (low, high) = Needle::new("0198f3a2-7c").unwrap().ids.unwrap();
        assert_eq!(low.to_string(), "0198f3a2-7c00-0000-0000-000000000000");
        assert_eq!(high.to_string(), "0198f3a2-7cff-ffff-ffff-ffffffffffff");
        assert_eq!(Needle::new("0198f3a").unwrap().ids, None, "too short");
        assert_eq!(Needle::new("BOOKS-0198").unwrap().ids, None, "no hexadecimal digits");
    }

    #[test]
    fn a_short_text_matches_only_itself() {
        let needle = Needle::new(" A-1 ").unwrap();
        assert!(*"A-1" < *needle.text_end && *"A-10" >= *needle.text_end);
        let needle = Needle::new("A-10").unwrap();
        assert!(*"A-1099" < *needle.text_end && *"A-11" >= *needle.text_end);
    }

    #[test]
    fn what_can_be_no_identifier_is_not_looked_for() {
        for text in ["", "   ", "a\u{0}b", &"x".repeat(65)] {
            assert_eq!(Needle::new(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_range_holds_exactly_what_begins_with_the_text(
            text in "[A-Za-z0-9_.-]{4,20}", more in "[A-Za-z0-9_.-]{0,8}", other in "[ -~]{0,30}",
        ) {
            let needle = Needle::new(&text).unwrap();
            let within = |value: &str| *value >= *needle.text && *value < *needle.text_end;
            let longer = format!("{text}{more}");
            prop_assert!(within(&longer));
            prop_assert_eq!(within(&other), other.starts_with(&text));
        }
    }
}
