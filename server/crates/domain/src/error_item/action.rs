//! What can be done about an error item, and why it is offered (domain.md 4.3).

use crate::merchant::named;
use serde::{Deserialize, Serialize};

/// What can be done about an error item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The bill proves that an unfinished payment or refund succeeded: make it so, 补单.
    RepairToSuccess,
    /// Keep money nobody explained until somebody does, 挂账（长款）.
    SuspendLong,
    /// Keep a shortage on the books until it is explained, 挂账（短款）.
    SuspendShort,
    /// Book the difference of the amounts, and only that.
    PostDifference,
    /// Take the channel's or bank's charge as right.
    AcceptFee,
    /// Book late what belongs to a merchant, or what arrived late, 补账.
    BookLate,
    /// The order was false: take it back from the merchant, 冲正.
    Reverse,
    /// The payer got the money back, 退款/退银行.
    RefundPayer,
    /// Claim a shortage from the merchant, 追款.
    Recover,
    /// Own funds stand in, 垫资.
    Advance,
    /// Surplus nobody claims becomes income, a shortage becomes our loss, 核销.
    WriteOff,
    /// Claim it from the channel, ask it, or represent, 申诉/请款. Books nothing but a claim of fees.
    Claim,
    /// Pay or send it again in the system it belongs to, 重付.
    Repay,
    /// Tell the business system or the merchant, 补业务.
    DeliverBusiness,
    /// Corrected by a manual adjustment document, 调账.
    Adjust,
    /// Book nothing, for a reason, 忽略.
    Ignore,
}
named!(Action {
    RepairToSuccess = "repair_to_success",
    SuspendLong = "suspend_long",
    SuspendShort = "suspend_short",
    PostDifference = "post_difference",
    AcceptFee = "accept_fee",
    BookLate = "book_late",
    Reverse = "reverse",
    RefundPayer = "refund_payer",
    Recover = "recover",
    Advance = "advance",
    WriteOff = "write_off",
    Claim = "claim",
    Repay = "repay",
    DeliverBusiness = "deliver_business",
    Adjust = "adjust",
    Ignore = "ignore",
});

impl Action {
    /// Whether the money stands in suspense after the action, given whether it stood there before.
    #[must_use]
    pub const fn leaves_in_suspense(self, before: bool) -> bool {
        match self {
            Self::SuspendLong | Self::SuspendShort | Self::PostDifference => true,
            // Own funds stand in, a claim is made: the shortage is still to be explained.
            Self::Advance | Self::Claim | Self::Ignore => before,
            _ => false,
        }
    }

    /// Whether the difference itself is gone once it was done, so that a later run must not find
    /// it any more. What is booked in suspense or claimed is found again, and is explained.
    #[must_use]
    pub const fn removes_difference(self) -> bool {
        matches!(self, Self::RepairToSuccess | Self::DeliverBusiness)
    }

    /// Whether a rule may do it without a person: nothing of it moves a customer's money.
    #[must_use]
    pub const fn may_be_automatic(self) -> bool {
        matches!(self, Self::AcceptFee | Self::Ignore)
    }
}

/// Why an action is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The bill proves it, and the amount is the one we know.
    BillProvesPayment,
    /// The channel has money that none of our records explains.
    MoneyUnexplained,
    /// Our records say money that the channel does not have.
    MoneyMissing,
    /// Both have the trade: only the difference is open.
    OnlyDifferenceOpen,
    /// The channel's fee decides unless the contract says otherwise.
    ChannelFeePrevails,
    /// The trade stands in the bill of another day.
    OtherDay,
    /// No money is concerned: the records are corrected where they are kept.
    RecordsOnly,
    /// The channel charged more than its contract says.
    ChargedTooMuch,
    /// The payer paid twice: the later payment goes back.
    PaidTwice,
    /// Nobody explained the money: it goes back where it came from.
    SendBack,
    /// The order is known by now: the money is its merchant's.
    BelongsToMerchant,
    /// What was missing has come.
    ArrivedLate,
    /// The order never was paid: the merchant was credited wrongly.
    OrderWasFalse,
    /// The merchant has to make it good.
    MerchantOwes,
    /// The other side has to explain it or pay.
    AskChannel,
    /// Never pay again before the first payment is proven to have failed.
    OutcomeUnknown,
    /// What did not arrive is sent again, under its own number.
    SendAgain,
    /// The other system has not heard of it: it is told again.
    NotTold,
    /// The reserve must not be short for a day.
    ReserveComesFirst,
    /// Nothing else is left after the time the rules allow.
    NothingElseLeft,
    /// No named handling books this: a document of its own does.
    OwnDocument,
    /// Colleagues resolved the same again and again like this, and a rule says so.
    DoneBefore,
}
named!(Why {
    BillProvesPayment = "bill_proves_payment",
    MoneyUnexplained = "money_unexplained",
    MoneyMissing = "money_missing",
    OnlyDifferenceOpen = "only_difference_open",
    ChannelFeePrevails = "channel_fee_prevails",
    OtherDay = "other_day",
    RecordsOnly = "records_only",
    ChargedTooMuch = "charged_too_much",
    PaidTwice = "paid_twice",
    SendBack = "send_back",
    BelongsToMerchant = "belongs_to_merchant",
    ArrivedLate = "arrived_late",
    OrderWasFalse = "order_was_false",
    MerchantOwes = "merchant_owes",
    AskChannel = "ask_channel",
    OutcomeUnknown = "outcome_unknown",
    SendAgain = "send_again",
    NotTold = "not_told",
    ReserveComesFirst = "reserve_comes_first",
    NothingElseLeft = "nothing_else_left",
    OwnDocument = "own_document",
    DoneBefore = "done_before",
});

/// An action and why it is offered. The first of several is the suggested one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What.
    pub action: Action,
    /// Why.
    pub why: Why,
}
