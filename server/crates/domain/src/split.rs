//! Split (分账): how the net amount of a platform's order is shared between the seller and the
//! parties the platform named in its rules. The platform uploads rules; the institution splits.
//!
//! Nothing is netted into one figure: every share is a line of its own, with its payee and label
//! (journal entry 5, both variants).

use crate::ids::MerchantId;
use crate::merchant::{SplitMode, SplitRule, SplitShare};
use crate::money::{Money, MoneyError};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// One visible line of a split: an amount and whom it moves from and to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitLine {
    /// `seller`, or the label of the rule.
    pub label: String,
    /// Whom the share is charged to; `None` when it comes out of the base itself.
    pub from: Option<MerchantId>,
    /// Who receives it.
    pub to: MerchantId,
    /// How much; never negative.
    pub amount: Money,
}

/// A base shared out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// What was shared: the trade amount less the transaction fee (and less refunds).
    pub base: Money,
    /// Who sold.
    pub seller: MerchantId,
    /// The seller's line first, then one line for each rule in the rules' order.
    pub lines: Vec<SplitLine>,
}

/// Why a base cannot be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitRefused {
    /// More is promised than there is.
    #[error("the shares come to {shares} but only {base} can be shared: change the split rules")]
    SharesExceedBase {
        /// All shares together.
        shares: Money,
        /// What there is.
        base: Money,
    },
    /// Nothing to share.
    #[error("there is nothing to share: the base is {0}")]
    NothingToShare(Money),
    /// A share below nothing.
    #[error("the share {0} is negative: change the split rules")]
    NegativeShare(&'static str),
    /// The arithmetic refused.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Shares out a base between the seller and the parties of the rules.
///
/// # Errors
/// The shares exceed the base, a share is negative, or there is nothing to share.
pub fn split(base: Money, seller: MerchantId, rules: &[SplitRule]) -> Result<Split, SplitRefused> {
    if base.minor() <= 0 {
        return Err(SplitRefused::NothingToShare(base));
    }
    let currency = base.currency();
    let mut lines = Vec::with_capacity(rules.len() + 1);
    for rule in rules {
        let amount = share_of(base, rule)?;
        let from = match rule.mode {
            SplitMode::AtSource => None,
            SplitMode::GrossThenCharge => Some(seller),
        };
        let label = rule.label.name().to_owned();
        lines.push(SplitLine { label, from, to: rule.payee, amount });
    }
    let shares = Money::sum(lines.iter().map(|line| line.amount), currency)?;
    if shares.minor() > base.minor() {
        return Err(SplitRefused::SharesExceedBase { shares, base });
    }
    let at_source = lines.iter().filter(|line| line.from.is_none()).map(|line| line.amount);
    let rest = base.checked_sub(Money::sum(at_source, currency)?)?;
    let own = SplitLine { label: SELLER.to_owned(), from: None, to: seller, amount: rest };
    lines.insert(0, own);
    Ok(Split { base, seller, lines })
}

/// The label of the seller's own line.
pub const SELLER: &str = "seller";

impl Split {
    /// What a party is left with after all lines.
    ///
    /// # Errors
    /// Out of range.
    pub fn received_by(&self, party: MerchantId) -> Result<Money, MoneyError> {
        let mut received = Money::zero(self.base.currency());
        for line in &self.lines {
            if line.to == party {
                received = received.checked_add(line.amount)?;
            }
            if line.from == Some(party) {
                received = received.checked_sub(line.amount)?;
            }
        }
        Ok(received)
    }
}

/// Ratios are taken of the base, the net amount.
fn share_of(base: Money, rule: &SplitRule) -> Result<Money, SplitRefused> {
    let amount = match rule.share {
        SplitShare::Fixed(amount) => amount,
        SplitShare::Ratio(rate) => rate.of(base)?,
    };
    if amount.minor() < 0 {
        return Err(SplitRefused::NegativeShare(rule.label.name()));
    }
    base.checked_sub(amount)?; // the same currency
    Ok(amount)
}

/// `amount × part / whole`, rounded half up (away from zero) to the minor unit.
///
/// # Errors
/// The whole is zero, or the result is out of range.
pub fn proportion(amount: Money, part: i64, whole: i64) -> Result<Money, MoneyError> {
    let exact = Decimal::from(amount.minor())
        .checked_mul(Decimal::from(part))
        .and_then(|product| product.checked_div(Decimal::from(whole)))
        .ok_or(MoneyError::Overflow)?;
    let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let minor = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
    Ok(Money::new(minor, amount.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Rate;
    use crate::merchant::SplitLabel::{self, Commission, Logistics};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn party(number: u128) -> MerchantId {
        MerchantId(Uuid::from_u128(number))
    }

    fn rule(payee: u128, label: SplitLabel, share: SplitShare, mode: SplitMode) -> SplitRule {
        SplitRule {
            id: Uuid::from_u128(payee),
            platform: party(2),
            payee: party(payee),
            payee_name: String::new(),
            label,
            share,
            mode,
            valid_from: "2026-01-01".parse().unwrap(),
        }
    }

    fn fixed(payee: u128, label: SplitLabel, fen: i64, mode: SplitMode) -> SplitRule {
        rule(payee, label, SplitShare::Fixed(Money::cny(fen)), mode)
    }

    /// Order 100.00, fee 0.60, commission 1.00, logistics 2.00.
    fn hundred_one_two(mode: SplitMode) -> Vec<(String, i64)> {
        let rules = [fixed(2, Commission, 100, mode), fixed(3, Logistics, 200, mode)];
        let split = split(Money::cny(9_940), party(1), &rules).unwrap();
        split.lines.into_iter().map(|line| (line.label, line.amount.minor())).collect()
    }

    fn lines(expected: [(&str, i64); 3]) -> Vec<(String, i64)> {
        expected.into_iter().map(|(label, fen)| (label.to_owned(), fen)).collect()
    }

    #[test]
    fn at_source_the_case_of_a_hundred_shows_three_lines() {
        let expected = lines([("seller", 9_640), ("commission", 100), ("logistics", 200)]);
        assert_eq!(hundred_one_two(SplitMode::AtSource), expected);
    }

    #[test]
    fn gross_then_charge_shows_three_lines_and_never_their_net() {
        let expected = lines([("seller", 9_940), ("commission", 100), ("logistics", 200)]);
        assert_eq!(hundred_one_two(SplitMode::GrossThenCharge), expected);
    }

    #[test]
    fn both_variants_leave_everybody_with_the_same() {
        for mode in [SplitMode::AtSource, SplitMode::GrossThenCharge] {
            let rules = [fixed(2, Commission, 100, mode), fixed(3, Logistics, 200, mode)];
            let split = split(Money::cny(9_940), party(1), &rules).unwrap();
            for (who, fen) in [(1, 9_640), (2, 100), (3, 200)] {
                assert_eq!(split.received_by(party(who)), Ok(Money::cny(fen)), "{mode:?} {who}");
            }
        }
    }

    #[test]
    fn ratios_are_taken_of_the_net_base_and_rounded_half_up() {
        let share = SplitShare::Ratio(Rate::from_ppm(12_500).unwrap());
        let rule = rule(2, Commission, share, SplitMode::AtSource);
        let split = split(Money::cny(9_940), party(1), &[rule]).unwrap();
        assert_eq!(split.lines[1].amount, Money::cny(124)); // 124.25
        assert_eq!(proportion(Money::cny(9_900), 1, 80), Ok(Money::cny(124))); // 123.75
    }

    #[test]
    fn shares_beyond_the_base_are_refused() {
        let rules = [fixed(2, Commission, 9_941, SplitMode::GrossThenCharge)];
        let refused = split(Money::cny(9_940), party(1), &rules).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the shares come to 99.41 CNY but only 99.40 CNY can be shared: change the split rules"
        );
    }

    #[test]
    fn a_negative_share_and_an_empty_base_are_refused() {
        let negative = [fixed(2, Commission, -1, SplitMode::AtSource)];
        let refused = split(Money::cny(9_940), party(1), &negative);
        assert_eq!(refused, Err(SplitRefused::NegativeShare("commission")));
        let refused = split(Money::cny(0), party(1), &[]);
        assert_eq!(refused, Err(SplitRefused::NothingToShare(Money::cny(0))));
    }

    fn any_rule() -> impl Strategy<Value = SplitRule> {
        let share = prop_oneof![
            (0..50_000_i64).prop_map(|fen| SplitShare::Fixed(Money::cny(fen))),
            (0..400_000_i64).prop_map(|ppm| SplitShare::Ratio(Rate::from_ppm(ppm).unwrap())),
        ];
        let mode = prop_oneof![Just(SplitMode::AtSource), Just(SplitMode::GrossThenCharge)];
        (2..6_u128, share, mode)
            .prop_map(|(payee, share, mode)| rule(payee, Commission, share, mode))
    }

    proptest! {
        #[test]
        fn the_parts_always_sum_to_the_base(
            base in 1..10_000_000_i64,
            rules in prop::collection::vec(any_rule(), 0..5),
        ) {
            if let Ok(split) = split(Money::cny(base), party(1), &rules) {
                prop_assert_eq!(split.lines.len(), rules.len() + 1);
                let parties = (1..6_u128).map(party);
                let received = parties.map(|who| split.received_by(who).unwrap().minor());
                prop_assert_eq!(received.sum::<i64>(), base);
                prop_assert!(split.received_by(party(1)).unwrap().minor() >= 0);
                prop_assert!(split.lines.iter().all(|line| line.amount.minor() >= 0));
            }
        }
    }
}
