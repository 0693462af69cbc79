//! Adjustments that occur again and again, written down with the product.

use super::{AdjustmentLine, AdjustmentRefused};
use crate::account::AccountRef;
use crate::ids::MerchantId;
use crate::money::Money;
use serde::{Deserialize, Serialize};

named! {
    /// Adjustments that occur again and again, so that nobody has to know the accounts.
    Template {
        /// Dr 1012.01 / Cr 2241.09.
        LongFound = "long_found", "Surplus found at the bank", "发现长款";
        /// Dr 2241.09 / Cr 2241.02 merchant.
        LongToMerchant = "long_to_merchant", "Surplus belongs to a merchant", "长款补记商户";
        /// Dr 2241.09 / Cr 1012.01.
        LongReturned = "long_returned", "Surplus sent back", "长款退回";
        /// Dr 2241.09 / Cr 6301.01.
        LongWrittenOff = "long_written_off", "Surplus nobody claimed", "长款转营业外收入";
        /// Dr 1221.01 / Cr 1122.01 channel.
        ShortFound = "short_found", "Shortage found at a channel", "发现短款";
        /// Dr 1012.01 / Cr 1221.01.
        ShortArrived = "short_arrived", "Missing money arrived late", "短款到账";
        /// Dr 2241.02 merchant / Cr 1221.01.
        ShortFromMerchant = "short_from_merchant", "Shortage: the order was false", "短款冲减商户";
        /// Dr 6711.01 / Cr 1221.01, and own funds into the reserve: Dr 1012.01 / Cr 1002.01.
        ShortWrittenOff = "short_written_off", "Shortage borne by us", "短款核销";
        /// Dr 6711.01 / Cr 2241.03 merchant, and own funds into the reserve:
        /// Dr 1012.01 / Cr 1002.01.
        MerchantCompensated = "merchant_compensated", "Merchant made good", "赔付商户";
        /// Dr 6421.01 / Cr 1012.01.
        BankCharge = "bank_charge", "Bank charge taken from the reserve", "银行扣收手续费";
    }
}

/// What a template needs to know besides the amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParties {
    /// The merchant, where one is concerned.
    pub merchant: Option<MerchantId>,
    /// The channel's code, where one is concerned.
    pub channel: Option<String>,
}

impl Template {
    /// Whether it concerns a merchant.
    #[must_use]
    pub const fn needs_merchant(self) -> bool {
        matches!(self, Self::LongToMerchant | Self::ShortFromMerchant | Self::MerchantCompensated)
    }

    /// Whether it concerns a channel.
    #[must_use]
    pub const fn needs_channel(self) -> bool {
        matches!(self, Self::ShortFound)
    }

    /// The lines of an adjustment of this kind.
    ///
    /// # Errors
    /// The merchant or the channel is missing.
    pub fn lines(
        self,
        amount: Money,
        parties: &TemplateParties,
    ) -> Result<Vec<AdjustmentLine>, AdjustmentRefused> {
        use AccountRef as A;
        let merchant = || parties.merchant.ok_or(AdjustmentRefused::MerchantMissing);
        let channel = || {
            let code = parties.channel.as_deref().map(str::trim);
            code.filter(|code| !code.is_empty()).ok_or(AdjustmentRefused::ChannelMissing)
        };
        let own_funds_in = || (A::reserve(), A::own_funds());
        let pairs = match self {
            Self::LongFound => vec![(A::reserve(), A::long_suspense())],
            Self::LongToMerchant => vec![(A::long_suspense(), A::merchant_unsettled(merchant()?))],
            Self::LongReturned => vec![(A::long_suspense(), A::reserve())],
            Self::LongWrittenOff => vec![(A::long_suspense(), A::unclaimed_surplus())],
            Self::ShortFound => vec![(A::short_suspense(), A::due_from_channel(channel()?))],
            Self::ShortArrived => vec![(A::reserve(), A::short_suspense())],
            Self::ShortFromMerchant => {
                vec![(A::merchant_unsettled(merchant()?), A::short_suspense())]
            }
            Self::ShortWrittenOff => {
                vec![(A::loss_written_off(), A::short_suspense()), own_funds_in()]
            }
            Self::MerchantCompensated => {
                let owed = A::merchant_available(merchant()?);
                vec![(A::loss_written_off(), owed), own_funds_in()]
            }
            Self::BankCharge => vec![(A::channel_cost(), A::reserve())],
        };
        let memo = self.chinese();
        let line =
            |(debit, credit)| AdjustmentLine { debit, credit, amount, memo: memo.to_owned() };
        Ok(pairs.into_iter().map(line).collect())
    }
}
