//! Sharing an amount out without losing or inventing a fen, and taking shares back.

use super::FeeError;
use crate::money::{Money, MoneyError};
use rust_decimal::Decimal;

/// Shares an amount out in proportion to weights (by largest remainder): each party gets its exact
/// share rounded down, and the fen that are left go one by one to those who lost most, the first
/// of equals first. The parts always sum to the whole.
///
/// # Errors
/// No party, a negative weight, no weight at all, a negative amount, or out of range.
pub fn allocate(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, FeeError> {
    if total.minor() < 0 || weights.iter().any(|weight| weight.is_sign_negative()) {
        return Err(FeeError::Negative);
    }
    let units = in_units(weights)?;
    let whole = units
        .iter()
        .try_fold(0_i128, |sum, unit| sum.checked_add(*unit))
        .ok_or(MoneyError::Overflow)?;
    if whole == 0 {
        return Err(FeeError::NoShares);
    }
    let mut parts = Vec::with_capacity(units.len());
    let mut lost = Vec::with_capacity(units.len());
    let mut left = i128::from(total.minor());
    for (place, unit) in units.iter().enumerate() {
        let exact = i128::from(total.minor()).checked_mul(*unit).ok_or(MoneyError::Overflow)?;
        let part = exact / whole;
        left -= part;
        parts.push(part);
        lost.push((exact % whole, place));
    }
    lost.sort_by_key(|(rest, place)| (std::cmp::Reverse(*rest), *place));
    for (_, place) in lost {
        if left == 0 {
            break;
        }
        if let Some(part) = parts.get_mut(place) {
            *part += 1;
            left -= 1;
        }
    }
    parts
        .into_iter()
        .map(|part| {
            let minor = i64::try_from(part).map_err(|_| MoneyError::Overflow)?;
            Ok(Money::new(minor, total.currency()))
        })
        .collect()
}

/// The weights as whole numbers of the finest unit among them, so that no share is rounded before
/// the end.
fn in_units(weights: &[Decimal]) -> Result<Vec<i128>, FeeError> {
    let scale = weights.iter().map(|weight| weight.normalize().scale()).max().unwrap_or(0);
    weights
        .iter()
        .map(|weight| {
            let weight = weight.normalize();
            let factor = 10_i128.checked_pow(scale - weight.scale());
            let units = factor.and_then(|factor| weight.mantissa().checked_mul(factor));
            units.ok_or(FeeError::Money(MoneyError::Overflow))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Rate;
    use crate::refund::fee_back;
    use proptest::prelude::*;

    fn minors(parts: &[Money]) -> Vec<i64> {
        parts.iter().map(|part| part.minor()).collect()
    }

    #[test]
    fn one_fen_over_three_parties_goes_to_the_first() {
        let thirds = [Decimal::ONE; 3];
        assert_eq!(minors(&allocate(Money::cny(1), &thirds).unwrap()), [1, 0, 0]);
        assert_eq!(minors(&allocate(Money::cny(2), &thirds).unwrap()), [1, 1, 0]);
        assert_eq!(minors(&allocate(Money::cny(100), &thirds).unwrap()), [34, 33, 33]);
    }

    #[test]
    fn percentages_with_six_decimals_lose_nothing() {
        let weights = ["12.345678", "87.654321", "0.000001"].map(|text| text.parse().unwrap());
        let parts = allocate(Money::cny(9_999_999_999), &weights).unwrap();
        assert_eq!(minors(&parts).iter().sum::<i64>(), 9_999_999_999);
        assert_eq!(minors(&parts), [1_234_567_800, 8_765_432_099, 100]);
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        let one = [Decimal::ONE];
        assert_eq!(allocate(Money::cny(1), &[]), Err(FeeError::NoShares));
        assert_eq!(allocate(Money::cny(1), &[Decimal::ZERO]), Err(FeeError::NoShares));
        assert_eq!(allocate(Money::cny(-1), &one), Err(FeeError::Negative));
        assert_eq!(allocate(Money::cny(1), &[Decimal::NEGATIVE_ONE]), Err(FeeError::Negative));
        let overflow = Err(FeeError::Money(MoneyError::Overflow));
        assert_eq!(allocate(Money::cny(i64::MAX), &[Decimal::MAX, Decimal::ONE]), overflow);
        let fine = Decimal::new(1, 28);
        assert_eq!(allocate(Money::cny(1), &[Decimal::MAX, fine]), overflow);
    }

    fn any_weight() -> impl Strategy<Value = Decimal> {
        (0..=100_000_000_i64, 0..=6_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
    }

    proptest! {
        #[test]
        fn the_parts_always_sum_to_the_whole(
            fen in 0..=9_000_000_000_000_000_i64,
            weights in prop::collection::vec(any_weight(), 1..12),
        ) {
            prop_assume!(weights.iter().any(|weight| !weight.is_zero()));
            let parts = minors(&allocate(Money::cny(fen), &weights).unwrap());
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().sum::<i64>(), fen);
            prop_assert!(parts.iter().all(|part| *part >= 0));
        }

        #[test]
        fn nobody_is_a_fen_away_from_their_exact_share(
            fen in 0..=1_000_000_000_i64,
            weights in prop::collection::vec(0..=1_000_000_i64, 1..8),
        ) {
            let whole: i64 = weights.iter().sum();
            prop_assume!(whole > 0);
            let decimals: Vec<Decimal> = weights.iter().map(|w| Decimal::new(*w, 6)).collect();
            let parts = minors(&allocate(Money::cny(fen), &decimals).unwrap());
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(*part) * i128::from(whole)
                    - i128::from(fen) * i128::from(*weight);
                prop_assert!(off.abs() < i128::from(whole));
            }
        }

        /// However a payment is refunded bit by bit, the merchant gets exactly its fee back, and
        /// at no moment more than in proportion by half a fen.
        #[test]
        fn refunds_bit_by_bit_return_exactly_the_fee(
            bits in prop::collection::vec(1..=5_000_000_i64, 1..20), ppm in 0..=1_000_000_i64,
        ) {
            let paid: i64 = bits.iter().sum();
            let fee = Rate::from_ppm(ppm).unwrap().of(Money::cny(paid)).unwrap();
            let (mut refunded, mut back) = (0, Money::cny(0));
            for bit in bits {
                refunded += bit;
                let now = fee_back(fee, Money::cny(paid), Money::cny(refunded), back).unwrap();
                prop_assert!(now.minor() >= 0);
                back = back.checked_add(now).unwrap();
                let off = 2 * (i128::from(back.minor()) * i128::from(paid)
                    - i128::from(fee.minor()) * i128::from(refunded));
                prop_assert!(off.abs() <= i128::from(paid));
            }
            prop_assert_eq!(back, fee);
        }

        #[test]
        fn shares_taken_back_bit_by_bit_return_every_party_to_nothing(
            fen in 1..=100_000_000_i64, weights in prop::collection::vec(1..=1_000_000_i64, 1..6),
            cut in 0..=100_i64,
        ) {
            let decimals: Vec<Decimal> = weights.iter().map(|w| Decimal::new(*w, 6)).collect();
            let parts = allocate(Money::cny(fen), &decimals).unwrap();
            let first = fen * cut / 100;
            for part in parts {
                let zero = Money::cny(0);
                let some = fee_back(part, Money::cny(fen), Money::cny(first), zero).unwrap();
                let rest = fee_back(part, Money::cny(fen), Money::cny(fen), some).unwrap();
                prop_assert_eq!(some.checked_add(rest).unwrap(), part);
            }
        }
    }
}
