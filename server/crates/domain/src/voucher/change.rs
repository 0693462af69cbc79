use super::Dimension;
use crate::date::{BusinessDate, Month};
use crate::fee::Rate;
use crate::ids::VoucherId;
use serde::{Deserialize, Serialize};

/// What of the vouchers' rules and of what has been exported only two people change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum VoucherChange {
    /// Another account of the general ledger stands for one of ours, 科目对照.
    Mapping(Mapping),
    /// Fee income is split into income and value added tax from a day on; zero: no longer.
    Vat {
        /// The first accounting day.
        valid_from: BusinessDate,
        /// The rate contained in the fees.
        rate: Rate,
    },
    /// The general ledger has closed this month: nothing of it is written or exported any more.
    ClosePeriod {
        /// The month.
        period: Month,
    },
    /// The general ledger takes vouchers of this month again.
    ReopenPeriod {
        /// The month.
        period: Month,
    },
    /// A voucher the general ledger has taken is cancelled by a red one, 红字冲销.
    Reverse {
        /// The voucher.
        voucher: VoucherId,
        /// Why.
        reason: String,
    },
}

/// Which account of the general ledger stands for one of ours, and what is kept apart there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Our chart code.
    pub code: String,
    /// The code in the general ledger: 4 to 15 digits.
    pub u8_code: String,
    /// What is kept apart by owner.
    pub dimension: Dimension,
    /// Department (部门) every line names; may be empty.
    pub department: String,
    /// Project (项目) every line names; may be empty.
    pub project: String,
}

/// Why a change of the vouchers' rules makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MappingRefused {
    /// Not digits.
    #[error("an account of the general ledger is written with 4 to 15 digits")]
    Account,
    /// Does not fit.
    #[error("codes of departments and projects have at most 20 letters, digits or dashes")]
    Code,
}

impl Mapping {
    /// The mapping, if the general ledger can take its codes.
    ///
    /// # Errors
    /// A code it cannot take.
    pub fn checked(self) -> Result<Self, MappingRefused> {
        let digits = self.u8_code.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !(4..=15).contains(&self.u8_code.len()) {
            return Err(MappingRefused::Account);
        }
        let plain = |code: &str| {
            code.len() <= 20
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if plain(&self.department) && plain(&self.project) {
            Ok(self)
        } else {
            Err(MappingRefused::Code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_the_general_ledger_cannot_take_are_refused() {
        let mapping = |u8_code: &str, department: &str| Mapping {
            code: "6021.01".to_owned(),
            u8_code: u8_code.to_owned(),
            dimension: Dimension::None,
            department: department.to_owned(),
            project: String::new(),
        };
        assert!(mapping("602101", "D-01").checked().is_ok());
        for bad in ["602", "6021.01", "1234567890123456", "六零二一"] {
            assert_eq!(mapping(bad, "").checked(), Err(MappingRefused::Account), "{bad}");
        }
        for bad in ["a,b", "部门", "123456789012345678901"] {
            assert_eq!(mapping("602101", bad).checked(), Err(MappingRefused::Code), "{bad}");
        }
    }
}
