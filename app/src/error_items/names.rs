//! What things of error items are called.

use crate::components::Tone;
use crate::i18n::{Text, t};
use crate::text;
use domain::error_item::{
    Action, ApprovalLevel, BulkPhase, CashEffect, Cause, ErrorItemStatus, Leg, Queue, RowState,
    Suggestion, Why,
};
use domain::matching::Direction;

/// Between whose records.
pub(super) fn leg_name(leg: Leg) -> &'static str {
    t(match leg {
        Leg::GatewayBank => text::ERROR_ITEMS_LEG_GATEWAY_BANK,
        Leg::BusinessGateway => text::ERROR_ITEMS_LEG_BUSINESS_GATEWAY,
        Leg::BusinessMerchant => text::ERROR_ITEMS_LEG_BUSINESS_MERCHANT,
        Leg::Funds => text::ERROR_ITEMS_LEG_FUNDS,
        Leg::LedgerPayments => text::ERROR_ITEMS_LEG_LEDGER_PAYMENTS,
        Leg::StatementLedger => text::ERROR_ITEMS_LEG_STATEMENT_LEDGER,
    })
}

/// What a difference consists in.
pub(super) fn cause_name(cause: Cause) -> &'static str {
    t(cause_text(cause))
}

/// The same, as a text.
pub(super) const fn cause_text(of: Cause) -> Text {
    match of {
        Cause::OnlyInChannel => text::ERROR_ITEMS_CAUSE_ONLY_IN_CHANNEL,
        Cause::OnlyInPlatform => text::ERROR_ITEMS_CAUSE_ONLY_IN_PLATFORM,
        Cause::OnlyInBusiness => text::ERROR_ITEMS_CAUSE_ONLY_IN_BUSINESS,
        Cause::OnlyInMerchant => text::ERROR_ITEMS_CAUSE_ONLY_IN_MERCHANT,
        Cause::Amount => text::ERROR_ITEMS_CAUSE_AMOUNT,
        Cause::Status => text::ERROR_ITEMS_CAUSE_STATUS,
        Cause::Date => text::ERROR_ITEMS_CAUSE_DATE,
        Cause::Fee => text::ERROR_ITEMS_CAUSE_FEE,
        Cause::DuplicateInChannel => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_CHANNEL,
        Cause::DuplicateInPlatform => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_PLATFORM,
        Cause::DuplicateInBusiness => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_BUSINESS,
        Cause::DuplicateInMerchant => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_MERCHANT,
        Cause::FundsAmount => text::ERROR_ITEMS_CAUSE_FUNDS_AMOUNT,
        Cause::UnknownBankLine => text::ERROR_ITEMS_CAUSE_UNKNOWN_BANK_LINE,
        Cause::DuplicatePay => text::ERROR_ITEMS_CAUSE_DUPLICATE_PAY,
        Cause::ReturnedPayout => text::ERROR_ITEMS_CAUSE_RETURNED_PAYOUT,
        Cause::PayoutUnknown => text::ERROR_ITEMS_CAUSE_PAYOUT_UNKNOWN,
        Cause::FundsMissing => text::ERROR_ITEMS_CAUSE_FUNDS_MISSING,
        Cause::FundsExtra => text::ERROR_ITEMS_CAUSE_FUNDS_EXTRA,
        Cause::Chargeback => text::ERROR_ITEMS_CAUSE_CHARGEBACK,
        Cause::LedgerBreak => text::ERROR_ITEMS_CAUSE_LEDGER_BREAK,
        Cause::ReserveGap => text::ERROR_ITEMS_CAUSE_RESERVE_GAP,
        Cause::RolloverOverdue => text::ERROR_ITEMS_CAUSE_ROLLOVER_OVERDUE,
    }
}

/// What is done.
pub(super) fn action_name(action: Action) -> &'static str {
    t(action_text(action))
}

/// The same, as a text.
pub(super) const fn action_text(of: Action) -> Text {
    match of {
        Action::RepairToSuccess => text::ERROR_ITEMS_ACTION_REPAIR_TO_SUCCESS,
        Action::SuspendLong => text::ERROR_ITEMS_ACTION_SUSPEND_LONG,
        Action::SuspendShort => text::ERROR_ITEMS_ACTION_SUSPEND_SHORT,
        Action::PostDifference => text::ERROR_ITEMS_ACTION_POST_DIFFERENCE,
        Action::AcceptFee => text::ERROR_ITEMS_ACTION_ACCEPT_FEE,
        Action::BookLate => text::ERROR_ITEMS_ACTION_BOOK_LATE,
        Action::Reverse => text::ERROR_ITEMS_ACTION_REVERSE,
        Action::RefundPayer => text::ERROR_ITEMS_ACTION_REFUND_PAYER,
        Action::Recover => text::ERROR_ITEMS_ACTION_RECOVER,
        Action::Advance => text::ERROR_ITEMS_ACTION_ADVANCE,
        Action::WriteOff => text::ERROR_ITEMS_ACTION_WRITE_OFF,
        Action::Claim => text::ERROR_ITEMS_ACTION_CLAIM,
        Action::Repay => text::ERROR_ITEMS_ACTION_REPAY,
        Action::DeliverBusiness => text::ERROR_ITEMS_ACTION_DELIVER_BUSINESS,
        Action::Adjust => text::ERROR_ITEMS_ACTION_ADJUST,
        Action::Ignore => text::ERROR_ITEMS_ACTION_IGNORE,
    }
}

/// Why an action is offered.
pub(super) const fn why_text(of: Why) -> Text {
    match of {
        Why::BillProvesPayment => text::ERROR_ITEMS_WHY_BILL_PROVES_PAYMENT,
        Why::MoneyUnexplained => text::ERROR_ITEMS_WHY_MONEY_UNEXPLAINED,
        Why::MoneyMissing => text::ERROR_ITEMS_WHY_MONEY_MISSING,
        Why::OnlyDifferenceOpen => text::ERROR_ITEMS_WHY_ONLY_DIFFERENCE_OPEN,
        Why::ChannelFeePrevails => text::ERROR_ITEMS_WHY_CHANNEL_FEE_PREVAILS,
        Why::OtherDay => text::ERROR_ITEMS_WHY_OTHER_DAY,
        Why::RecordsOnly => text::ERROR_ITEMS_WHY_RECORDS_ONLY,
        Why::ChargedTooMuch => text::ERROR_ITEMS_WHY_CHARGED_TOO_MUCH,
        Why::PaidTwice => text::ERROR_ITEMS_WHY_PAID_TWICE,
        Why::SendBack => text::ERROR_ITEMS_WHY_SEND_BACK,
        Why::BelongsToMerchant => text::ERROR_ITEMS_WHY_BELONGS_TO_MERCHANT,
        Why::ArrivedLate => text::ERROR_ITEMS_WHY_ARRIVED_LATE,
        Why::OrderWasFalse => text::ERROR_ITEMS_WHY_ORDER_WAS_FALSE,
        Why::MerchantOwes => text::ERROR_ITEMS_WHY_MERCHANT_OWES,
        Why::AskChannel => text::ERROR_ITEMS_WHY_ASK_CHANNEL,
        Why::OutcomeUnknown => text::ERROR_ITEMS_WHY_OUTCOME_UNKNOWN,
        Why::SendAgain => text::ERROR_ITEMS_WHY_SEND_AGAIN,
        Why::NotTold => text::ERROR_ITEMS_WHY_NOT_TOLD,
        Why::ReserveComesFirst => text::ERROR_ITEMS_WHY_RESERVE_COMES_FIRST,
        Why::NothingElseLeft => text::ERROR_ITEMS_WHY_NOTHING_ELSE_LEFT,
        Why::OwnDocument => text::ERROR_ITEMS_WHY_OWN_DOCUMENT,
        Why::DoneBefore => text::ERROR_ITEMS_WHY_DONE_BEFORE,
    }
}

/// Where an item stands, as a text.
pub(super) const fn status_text(of: ErrorItemStatus) -> Text {
    match of {
        ErrorItemStatus::New => text::ERROR_ITEMS_STATUS_NEW,
        ErrorItemStatus::Assigned => text::ERROR_ITEMS_STATUS_ASSIGNED,
        ErrorItemStatus::Investigating => text::ERROR_ITEMS_STATUS_INVESTIGATING,
        ErrorItemStatus::Snoozed => text::ERROR_ITEMS_STATUS_SNOOZED,
        ErrorItemStatus::Proposed => text::ERROR_ITEMS_STATUS_PROPOSED,
        ErrorItemStatus::Rejected => text::ERROR_ITEMS_STATUS_REJECTED,
        ErrorItemStatus::Approved => text::ERROR_ITEMS_STATUS_APPROVED,
        ErrorItemStatus::Executed => text::ERROR_ITEMS_STATUS_EXECUTED,
        ErrorItemStatus::Verified => text::ERROR_ITEMS_STATUS_VERIFIED,
        ErrorItemStatus::Closed => text::ERROR_ITEMS_STATUS_CLOSED,
        ErrorItemStatus::AutoResolved => text::ERROR_ITEMS_STATUS_AUTO_RESOLVED,
    }
}

/// Where an item stands.
pub(super) fn status_name(status: ErrorItemStatus) -> (&'static str, Tone) {
    let tone = match status {
        ErrorItemStatus::New | ErrorItemStatus::Rejected => Tone::Bad,
        ErrorItemStatus::Assigned | ErrorItemStatus::Investigating => Tone::Info,
        ErrorItemStatus::Proposed | ErrorItemStatus::Approved => Tone::Warn,
        ErrorItemStatus::Executed | ErrorItemStatus::Verified => Tone::Good,
        ErrorItemStatus::Snoozed | ErrorItemStatus::Closed | ErrorItemStatus::AutoResolved => {
            Tone::Neutral
        }
    };
    (t(status_text(status)), tone)
}

/// Why an action is offered, in words.
pub(super) fn why(offer: Suggestion) -> &'static str {
    t(why_text(offer.why))
}

/// Who decides.
pub(super) fn level_name(level: ApprovalLevel) -> &'static str {
    t(match level {
        ApprovalLevel::L1 => text::ERROR_ITEMS_LEVEL_L1,
        ApprovalLevel::L2 => text::ERROR_ITEMS_LEVEL_L2,
        ApprovalLevel::L3 => text::ERROR_ITEMS_LEVEL_L3,
        ApprovalLevel::L4 => text::ERROR_ITEMS_LEVEL_L4,
    })
}

/// 长款 or 短款 with what the word means here; nothing where no money is concerned.
pub(super) fn cash_effect_name(effect: CashEffect) -> Option<(&'static str, &'static str, Tone)> {
    let (word, hint, tone) = match effect {
        CashEffect::Long => (text::ERROR_ITEMS_LONG, text::ERROR_ITEMS_LONG_HINT, Tone::Info),
        CashEffect::Short => (text::ERROR_ITEMS_SHORT, text::ERROR_ITEMS_SHORT_HINT, Tone::Bad),
        CashEffect::None => return None,
    };
    Some((t(word), t(hint), tone))
}

/// Who looks at an item first.
pub(super) fn queue_name(queue: Queue) -> &'static str {
    t(match queue {
        Queue::Operations => text::ERROR_ITEMS_QUEUE_OPERATIONS,
        Queue::Finance => text::ERROR_ITEMS_QUEUE_FINANCE,
        Queue::Channels => text::ERROR_ITEMS_QUEUE_CHANNELS,
        Queue::Risk => text::ERROR_ITEMS_QUEUE_RISK,
    })
}

/// Which way the money goes.
pub(super) fn direction_name(direction: Direction) -> &'static str {
    t(match direction {
        Direction::In => text::ERROR_ITEMS_DIRECTION_IN,
        Direction::Out => text::ERROR_ITEMS_DIRECTION_OUT,
    })
}

/// A step that can be taken back.
pub(super) fn step_text(event: &str) -> Text {
    match event {
        "assigned" => text::ERROR_ITEMS_EVENT_ASSIGNED,
        "released" => text::ERROR_ITEMS_EVENT_RELEASED,
        "investigated" => text::ERROR_ITEMS_EVENT_INVESTIGATED,
        "snoozed" => text::ERROR_ITEMS_EVENT_SNOOZED,
        "woken" => text::ERROR_ITEMS_EVENT_WOKEN,
        "apart" => text::ERROR_ITEMS_EVENT_APART,
        _ => text::ERROR_ITEMS_EVENT_COMMENTED,
    }
}

/// A column of an exported workbook.
pub(super) fn sheet_field_name(field: &str) -> &'static str {
    t(match field {
        "number" => text::ERROR_ITEMS_NUMBER,
        "cause" => text::ERROR_ITEMS_CAUSE,
        "status" => text::ERROR_ITEMS_STATUS,
        "clearing_date" => text::ERROR_ITEMS_CLEARING_DATE,
        "channel" => text::ERROR_ITEMS_CHANNEL,
        "record" => text::ERROR_ITEMS_RECORD,
        "ours" => text::ERROR_ITEMS_OURS,
        "theirs" => text::ERROR_ITEMS_THEIRS,
        "difference" => text::ERROR_ITEMS_DIFFERENCE,
        "currency" => text::ERROR_ITEMS_SHEET_CURRENCY,
        "owner" | "owner_was" => text::ERROR_ITEMS_ASSIGNEE,
        "action" => text::ERROR_ITEMS_ACTION,
        "comment" => text::ERROR_ITEMS_COMMENT,
        "version" => text::ERROR_ITEMS_SHEET_VERSION,
        _ => text::ERROR_ITEMS_SHEET_SEAL,
    })
}

/// How far a bulk is.
pub(super) fn phase_name(phase: BulkPhase) -> (&'static str, Tone) {
    let (word, tone) = match phase {
        BulkPhase::Checking => (text::ERROR_ITEMS_PHASE_CHECKING, Tone::Info),
        BulkPhase::Checked => (text::ERROR_ITEMS_PHASE_CHECKED, Tone::Warn),
        BulkPhase::Running => (text::ERROR_ITEMS_PHASE_RUNNING, Tone::Info),
        BulkPhase::Proposed => (text::ERROR_ITEMS_PHASE_PROPOSED, Tone::Warn),
        BulkPhase::Executing => (text::ERROR_ITEMS_PHASE_EXECUTING, Tone::Info),
        BulkPhase::Returning => (text::ERROR_ITEMS_PHASE_RETURNING, Tone::Info),
        BulkPhase::Done => (text::ERROR_ITEMS_PHASE_DONE, Tone::Good),
        BulkPhase::Cancelled => (text::ERROR_ITEMS_PHASE_CANCELLED, Tone::Neutral),
    };
    (t(word), tone)
}

/// How far a row of a bulk is.
pub(super) fn row_state_name(state: RowState) -> &'static str {
    t(match state {
        RowState::Frozen => text::ERROR_ITEMS_ROW_FROZEN,
        RowState::Ready => text::ERROR_ITEMS_ROW_READY,
        RowState::Proposed => text::ERROR_ITEMS_ROW_PROPOSED,
        RowState::Done => text::ERROR_ITEMS_ROW_DONE,
        RowState::Skipped => text::ERROR_ITEMS_ROW_SKIPPED,
    })
}
