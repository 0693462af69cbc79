//! What a payout carries, which account it is taken from, and whom alone it may reach.

use super::store::{Payout, REFUNDS, USERS};
use crate::reserve::Whom;
use domain::account::AccountRef;
use domain::payout::PayoutSource;

impl Payout {
    /// The balance it is taken from when its batch is carried out. What users withdraw and what is
    /// given back of a top-up left its balance when it was asked for.
    pub(super) fn debit(&self) -> AccountRef {
        match (self.repays, self.purse, self.is_set_aside()) {
            (Some(_), ..) => AccountRef::returned_payouts(),
            (None, _, true) => AccountRef::payouts_in_transit(),
            (None, Some(purse), false) => purse.account(self.merchant),
            (None, None, false) => AccountRef::refunds_in_transit(),
        }
    }

    /// Whether its money was set aside with the draft: journal entry 9 or 10.
    pub(super) const fn is_set_aside(&self) -> bool {
        self.user.is_some() || self.top_up.is_some()
    }

    /// Whom alone it may reach.
    pub(super) fn whom(&self) -> Whom {
        match (self.refund, self.top_up, self.user) {
            (Some(refund), ..) => Whom::Refund(refund),
            (None, Some(top_up), _) => Whom::TopUp(top_up),
            (None, None, Some(user)) => Whom::User(user),
            (None, None, None) => Whom::Merchant,
        }
    }

    /// The code of the account it was drafted from.
    pub(super) fn drafted_code(&self) -> &'static str {
        match (self.purse, self.user) {
            (_, Some(_)) => USERS,
            (Some(purse), None) => purse.code(),
            (None, None) => REFUNDS,
        }
    }

    /// What it comes from.
    pub(super) fn source(&self) -> PayoutSource {
        match self.repays {
            Some(_) => PayoutSource::ReturnedPayout,
            None => self.first_source(),
        }
    }

    /// What it came from in the first place, also when it is paid once more.
    pub(super) fn first_source(&self) -> PayoutSource {
        match self.whom() {
            Whom::Refund(_) => PayoutSource::Refund,
            Whom::TopUp(_) => PayoutSource::TopUpReturn,
            Whom::User(_) => PayoutSource::UserWithdrawal,
            Whom::Merchant => PayoutSource::Settlement,
        }
    }
}
