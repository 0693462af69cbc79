//! Settlement (结算): what a merchant's payments of one clearing date come to once they are due,
//! shown gross: payments, fees, refunds and splits are lines of their own, never one net figure.

use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::ids::{MerchantId, OrderId, PaymentId, SettlementId};
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The day payments of a clearing date become available: T+N in business days.
#[must_use]
pub fn due_date(calendar: &Calendar, clearing: BusinessDate, cycle_days: u16) -> BusinessDate {
    calendar.after(clearing, cycle_days)
}

/// What one payment, or many of them, come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// What payers paid.
    pub payments: Money,
    /// What we charge.
    pub fees: Money,
    /// What refunds took before settlement.
    pub refunds: Money,
    /// What of the fees went back with those refunds.
    pub fees_back: Money,
    /// What goes to other parties than the seller.
    pub splits: Money,
}

impl Figures {
    /// Nothing yet.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { payments: zero, fees: zero, refunds: zero, fees_back: zero, splits: zero }
    }

    /// Both together.
    ///
    /// # Errors
    /// Different currencies, or out of range.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            payments: self.payments.checked_add(other.payments)?,
            fees: self.fees.checked_add(other.fees)?,
            refunds: self.refunds.checked_add(other.refunds)?,
            fees_back: self.fees_back.checked_add(other.fees_back)?,
            splits: self.splits.checked_add(other.splits)?,
        })
    }

    /// What leaves the unsettled balance: payments − fees − refunds + fees given back.
    ///
    /// # Errors
    /// Out of range.
    pub fn movement(self) -> Result<Money, MoneyError> {
        self.payments.checked_sub(self.fees)?.checked_sub(self.refunds)?.checked_add(self.fees_back)
    }

    /// What of that the merchant or the sellers are left with.
    ///
    /// # Errors
    /// Out of range.
    pub fn net(self) -> Result<Money, MoneyError> {
        self.movement()?.checked_sub(self.splits)
    }
}

/// A settlement as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementSummary {
    /// Its id.
    pub id: SettlementId,
    /// The merchant whose payments they are.
    pub merchant: MerchantId,
    /// The merchant's code.
    pub merchant_code: String,
    /// The merchant's name.
    pub merchant_name: String,
    /// The day the channels cleared the payments on.
    pub clearing_date: BusinessDate,
    /// The day they became due.
    pub due_date: BusinessDate,
    /// The day they were settled on in our books.
    pub accounting_date: BusinessDate,
    /// How many payments.
    pub count: i64,
    /// What they come to.
    pub figures: Figures,
    /// What left the unsettled balance.
    pub movement: Money,
    /// What the merchant or the sellers are left with.
    pub net: Money,
    /// When it was done.
    pub created_at: OffsetDateTime,
}

/// One visible line of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLine {
    /// The payment it is about.
    pub payment: PaymentId,
    /// Its order.
    pub order: OrderId,
    /// The merchant's order number.
    pub merchant_order_no: String,
    /// `payment`, `fee`, `refund`, `fee_back`, `seller`, or the label of a split rule.
    pub label: String,
    /// The account it leaves, and whose.
    pub from: Party,
    /// The account it reaches, and whose.
    pub to: Party,
    /// How much.
    pub amount: Money,
    /// Key of the journal that booked it.
    pub journal_key: String,
}

/// One side of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The account's code in the chart.
    pub code: String,
    /// Whose it is, where it is a merchant's.
    pub merchant: Option<MerchantId>,
    /// That merchant's name.
    pub name: Option<String>,
}

/// The proof of a settlement: what its lines come to against what the books moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementProof {
    /// Payments − fees − refunds + fees given back, added up from the lines.
    pub from_lines: Money,
    /// What the settlement's journals took from the unsettled balance.
    pub from_books: Money,
}

impl SettlementProof {
    /// Whether both agree.
    #[must_use]
    pub fn holds(self) -> bool {
        self.from_lines == self.from_books
    }
}

/// A settlement, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementDetail {
    /// What the list shows.
    pub summary: SettlementSummary,
    /// Whether its lines explain what the books moved.
    pub proof: SettlementProof,
    /// Its lines, payment by payment.
    pub lines: crate::page::Page<SettlementLine>,
}

/// Payments that are due but could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The merchant.
    pub merchant: MerchantId,
    /// The merchant's name.
    pub merchant_name: String,
    /// The clearing date.
    pub clearing_date: BusinessDate,
    /// Why.
    pub reason: String,
}

/// What a settlement run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementRun {
    /// The day up to which payments were due.
    pub due_date: BusinessDate,
    /// The settlements it made.
    pub settled: Vec<SettlementId>,
    /// What it had to leave, and why.
    pub held: Vec<Held>,
    /// How many payouts it drafted.
    pub payouts: i64,
    /// Their sum.
    pub payouts_total: Money,
}

/// Which settlements are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFilter {
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
    /// Of this clearing date.
    pub clearing_date: Option<BusinessDate>,
    /// Due on this day.
    pub due_date: Option<BusinessDate>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn figures(minor: [i64; 5]) -> Figures {
        let [payments, fees, refunds, fees_back, splits] = minor.map(Money::cny);
        Figures { payments, fees, refunds, fees_back, splits }
    }

    #[test]
    fn the_case_of_a_hundred_leaves_the_seller_its_part() {
        let figures = figures([10_000, 60, 0, 0, 300]);
        assert_eq!(figures.movement(), Ok(Money::cny(9_940)));
        assert_eq!(figures.net(), Ok(Money::cny(9_640)));
    }

    #[test]
    fn a_payment_refunded_whole_costs_the_merchant_its_fee_unless_that_goes_back() {
        assert_eq!(figures([10_000, 60, 10_000, 0, 0]).net(), Ok(Money::cny(-60)));
        assert_eq!(figures([10_000, 60, 10_000, 60, 0]).net(), Ok(Money::cny(0)));
    }

    #[test]
    fn friday_at_t_plus_one_is_due_on_monday() {
        let friday = "2026-03-27".parse().unwrap();
        let calendar = Calendar::default();
        assert_eq!(due_date(&calendar, friday, 1).to_string(), "2026-03-30");
        assert_eq!(due_date(&calendar, friday, 0), friday);
    }

    proptest! {
        #[test]
        fn what_many_come_to_is_the_sum_of_what_each_comes_to(
            items in prop::collection::vec(prop::array::uniform5(0..1_000_000_i64), 0..20)
        ) {
            let zero = Figures::zero(Currency::Cny);
            let all = items.iter().map(|item| figures(*item))
                .try_fold(zero, Figures::plus).unwrap();
            let nets = items.iter().map(|item| figures(*item).net().unwrap());
            prop_assert_eq!(all.net(), Money::sum(nets, Currency::Cny));
        }
    }
}
