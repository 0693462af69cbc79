//! The handling table of error items (domain.md 4.2): which actions answer which difference, the
//! suggested one first, each with its reason.

use super::{Action, Cause, Difference, ErrorItem, Leg, RecordView, Suggestion, Why};
use crate::matching::{Direction, Standing};

impl ErrorItem {
    /// What may be done about it as it stands; the suggested action comes first. Once its money
    /// stands in suspense, what is left to do is to settle that.
    #[must_use]
    pub fn handling(&self) -> Vec<Suggestion> {
        let table = if self.in_suspense() {
            self.difference.settling()
        } else {
            self.difference.handling()
        };
        table.into_iter().map(|(action, why)| Suggestion { action, why }).collect()
    }

    /// Whether an action answers it as it stands.
    #[must_use]
    pub fn may_be_answered_by(&self, action: Action) -> bool {
        self.handling().iter().any(|one| one.action == action)
    }
}

type Table = Vec<(Action, Why)>;

impl Difference {
    /// What the handling table suggests first while nothing is booked for it.
    #[must_use]
    pub fn suggested(&self) -> Option<Action> {
        self.handling().first().map(|(action, _)| *action)
    }

    /// What may be done about a difference nothing is booked for.
    fn handling(&self) -> Table {
        let records_only = (Action::Ignore, Why::RecordsOnly);
        match self.cause {
            Cause::Fee if self.difference.is_zero() => return vec![records_only],
            Cause::Fee => {
                let mut table = vec![(Action::AcceptFee, Why::ChannelFeePrevails)];
                if self.difference.is_positive() {
                    table.push((Action::Claim, Why::ChargedTooMuch));
                }
                return table;
            }
            Cause::Date => return vec![(Action::Ignore, Why::OtherDay)],
            Cause::PayoutUnknown => return vec![(Action::Claim, Why::OutcomeUnknown)],
            Cause::LedgerBreak => return vec![(Action::Adjust, Why::OwnDocument)],
            _ => {}
        }
        if self.account.is_none() || self.difference.is_zero() {
            return if self.is_untold() {
                vec![(Action::DeliverBusiness, Why::NotTold), records_only]
            } else {
                vec![records_only]
            };
        }
        let mut table = self.of_money();
        table.push((Action::Adjust, Why::OwnDocument));
        table
    }

    /// What may be done where money is concerned.
    fn of_money(&self) -> Table {
        let suspend = if self.difference.is_positive() {
            (Action::SuspendLong, Why::MoneyUnexplained)
        } else {
            (Action::SuspendShort, Why::MoneyMissing)
        };
        let long = self.difference.is_positive();
        let refund = (Action::RefundPayer, Why::SendBack);
        let claim = (Action::Claim, Why::AskChannel);
        match (self.cause, long) {
            (Cause::Amount, _) if self.both_succeeded() => {
                vec![(Action::PostDifference, Why::OnlyDifferenceOpen), claim]
            }
            _ if self.is_repairable() => {
                vec![(Action::RepairToSuccess, Why::BillProvesPayment), suspend]
            }
            (Cause::DuplicatePay, true) => vec![(Action::RefundPayer, Why::PaidTwice), suspend],
            (Cause::ReturnedPayout, _) => {
                let mut table = vec![(Action::Repay, Why::SendAgain)];
                if self.links.merchant.is_some() && long {
                    table.push((Action::BookLate, Why::BelongsToMerchant));
                }
                table
            }
            (Cause::ReserveGap, false) => vec![(Action::Advance, Why::ReserveComesFirst)],
            (Cause::Chargeback, false) => {
                let owes = self.links.merchant.map(|_| (Action::Recover, Why::MerchantOwes));
                [claim].into_iter().chain(owes).chain([suspend]).collect()
            }
            (Cause::FundsMissing, false) => {
                vec![claim, suspend, (Action::Advance, Why::ReserveComesFirst)]
            }
            (Cause::UnknownBankLine, false) => {
                vec![suspend, (Action::AcceptFee, Why::ChannelFeePrevails)]
            }
            (Cause::OnlyInPlatform, true) => vec![suspend, (Action::Repay, Why::SendAgain)],
            (_, true) => vec![suspend, refund, claim],
            (_, false) => self.short(suspend, claim),
        }
    }

    fn short(&self, suspend: (Action, Why), claim: (Action, Why)) -> Table {
        let mut table = vec![suspend, claim];
        if self.links.merchant.is_some() && self.direction == Direction::In {
            table.push((Action::Reverse, Why::OrderWasFalse));
        }
        table
    }

    /// How money that stands in suspense is settled.
    fn settling(&self) -> Table {
        let merchant = self.links.merchant.is_some();
        let mut table = Vec::new();
        if self.difference.is_positive() {
            if merchant {
                table.push((Action::BookLate, Why::BelongsToMerchant));
            }
            table.push((Action::RefundPayer, Why::SendBack));
        } else {
            table.push((Action::BookLate, Why::ArrivedLate));
            if merchant {
                table.push((Action::Reverse, Why::OrderWasFalse));
                table.push((Action::Recover, Why::MerchantOwes));
            }
            table.push((Action::Claim, Why::AskChannel));
            table.push((Action::Advance, Why::ReserveComesFirst));
        }
        table.push((Action::WriteOff, Why::NothingElseLeft));
        table.push((Action::Adjust, Why::OwnDocument));
        table
    }

    fn both_succeeded(&self) -> bool {
        let done = |side: &Option<RecordView>| {
            side.as_ref().is_some_and(|record| record.standing == Standing::Success)
        };
        done(&self.ours) && done(&self.theirs)
    }

    /// Whether the other system has not heard of a record of ours.
    fn is_untold(&self) -> bool {
        self.links.order.is_some()
            && matches!(
                (self.leg, self.cause),
                (Leg::BusinessGateway, Cause::OnlyInPlatform)
                    | (Leg::BusinessMerchant, Cause::OnlyInBusiness)
            )
    }

    /// Whether the bill proves a payment or refund of ours that we do not know to have succeeded.
    fn is_repairable(&self) -> bool {
        let Some((ours, theirs)) = self.ours.as_ref().zip(self.theirs.as_ref()) else {
            return false;
        };
        self.leg == Leg::GatewayBank
            && self.cause == Cause::Status
            && match self.direction {
                Direction::In => self.links.payment.is_some(),
                Direction::Out => self.links.refund.is_some(),
            }
            && theirs.standing == Standing::Success
            && ours.standing != Standing::Success
            && ours.amount == theirs.amount
    }
}
