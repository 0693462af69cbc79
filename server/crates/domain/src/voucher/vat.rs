use crate::fee::Rate;
use crate::money::{Money, MoneyError};

/// The value added tax (增值税) contained in an amount that includes it: `gross × r / (1 + r)`,
/// half a fen up. What remains is the amount without tax, so that both always add up to the gross.
///
/// # Errors
/// Out of range.
pub fn vat_contained(gross: Money, rate: Rate) -> Result<Money, MoneyError> {
    let rate = i128::from(rate.ppm());
    let whole = 1_000_000_i128 + rate;
    let twice = i128::from(gross.minor()) * rate * 2;
    let magnitude = (twice.abs() + whole) / (2 * whole);
    let tax = i64::try_from(magnitude * twice.signum()).map_err(|_| MoneyError::Overflow)?;
    Ok(Money::new(tax, gross.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn six_percent_is_taken_out_of_the_gross_and_rounded_half_up() {
        let rate = Rate::from_ppm(60_000).unwrap();
        assert_eq!(vat_contained(Money::cny(60), rate), Ok(Money::cny(3)));
        assert_eq!(vat_contained(Money::cny(60_000), rate), Ok(Money::cny(3_396)));
        assert_eq!(vat_contained(Money::cny(-60), rate), Ok(Money::cny(-3)));
        let none = Rate::from_ppm(0).unwrap();
        assert_eq!(vat_contained(Money::cny(60_000), none), Ok(Money::cny(0)));
    }

    proptest! {
        /// The tax is never more than half a fen away from its exact value, and never larger than
        /// the gross.
        #[test]
        fn the_tax_is_exact_to_half_a_fen(
            fen in -1_000_000_000_000_i64..1_000_000_000_000, ppm in 0..=1_000_000_i64,
        ) {
            let tax = vat_contained(Money::cny(fen), Rate::from_ppm(ppm).unwrap()).unwrap();
            prop_assert!(tax.minor().abs() <= fen.abs());
            let whole = 1_000_000_i128 + i128::from(ppm);
            let exact = i128::from(fen) * i128::from(ppm);
            prop_assert!((i128::from(tax.minor()) * whole - exact).abs() * 2 <= whole);
        }
    }
}
