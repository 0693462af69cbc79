use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::notifications::NotificationError;
use crate::refunds::RefundError;
use crate::reserve::ReserveError;
use crate::users::UserError;
use banks::write::WriteError;
use domain::access::Forbidden;
use domain::gateway::FieldError;
use domain::money::{Money, MoneyError};
use domain::payout::{InvalidTransition, NotAScope};
use ledger::LedgerError;

/// Why a payout or a batch was refused.
#[derive(Debug, thiserror::Error)]
pub enum PayoutError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such payout, batch, or number.
    #[error("there is no such payout or batch: {0}")]
    NotFound(String),
    /// A batch of nothing.
    #[error("choose at least one payout for the batch")]
    EmptyBatch,
    /// The payout is in another batch or past being put into one.
    #[error("payout {number} is {state} and cannot be put into a batch")]
    NotFree {
        /// Its number.
        number: String,
        /// Stored name of its state.
        state: &'static str,
    },
    /// The batch is not being put together any more.
    #[error("batch {number} is {state}: only a drafted batch can be submitted")]
    BatchNotDrafted {
        /// Its number.
        number: String,
        /// Stored name of its state.
        state: &'static str,
    },
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// More is to be drafted than the balance has left.
    #[error("only {available} of the merchant's balance is left for a payout, {wanted} is wanted")]
    NotInBalance {
        /// What is there and not drafted yet.
        available: Money,
        /// What was asked for.
        wanted: Money,
    },
    /// A user wants more than they have.
    #[error("the user has {available}, {wanted} is wanted with the fee")]
    NotInUsersBalance {
        /// What is there.
        available: Money,
        /// Amount and fee.
        wanted: Money,
    },
    /// Money leaves only to an account of the user's own.
    #[error("the user has no bank account of their own yet: give one first")]
    NoUserAccount,
    /// The merchant used the number for another withdrawal.
    #[error("withdrawal number {number} was already used for {amount}: use a new number")]
    NumberReused {
        /// The merchant's number.
        number: String,
        /// The amount of the withdrawal that has it.
        amount: Money,
    },
    /// More than is left of the top-up.
    #[error("only {returnable} of this top-up can go back: what is left of it and still there")]
    NotReturnable {
        /// The most that can.
        returnable: Money,
    },
    /// Nothing to give back.
    #[error("this payment is no top-up")]
    NoTopUp,
    /// A word for the books and the user.
    #[error("say why")]
    NoReason,
    /// Settlement and refunds have ways of their own.
    #[error("only a withdrawal or a top-up return that waits for a batch is refused here")]
    NotRefusable,
    /// A field of the request is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The user is not known.
    #[error(transparent)]
    User(#[from] UserError),
    /// A balance has less than is taken from it.
    #[error("a merchant's balance no longer covers its payout: reject the batch")]
    NotInBalances,
    /// Held in another name.
    #[error(
        "the account of {merchant} is held by {holder}: only an account in the merchant's own name is paid"
    )]
    OtherName {
        /// The merchant's number.
        merchant: String,
        /// Whose name is on the account.
        holder: String,
    },
    /// Frozen by two people.
    #[error("{0} is suspended: nothing is paid to it until it is worked for again")]
    Suspended(String),
    /// The account was changed a short while ago.
    #[error("the account of {merchant} was changed: it is not paid before {until}")]
    Cooling {
        /// The merchant's number.
        merchant: String,
        /// From when it is.
        until: String,
    },
    /// Only what came back is paid once more.
    #[error("payout {0} did not come back, so nothing is paid once more")]
    NotReturned(String),
    /// One replacement for each.
    #[error("this payout is being paid once more already")]
    RepaidAlready,
    /// A merchant's account is changed at the merchant, by two people.
    #[error("a merchant is paid to its registered account only: change that at the merchant")]
    MerchantsAccount,
    /// The refund it carries does not allow it.
    #[error(transparent)]
    Refund(#[from] RefundError),
    /// Only customers' money is paid out.
    #[error("nobody is paid from {0}: only the account that holds customers' money has a way")]
    PaysNobody(String),
    /// It is so already.
    #[error("payouts leave {0} that way already: nothing would change")]
    WayUnchanged(String),
    /// A file says who pays.
    #[error("say who holds the account: a payout file names its holder as the payer")]
    NoHolder,
    /// A file without a signature is none.
    #[error("no key to sign payout files for {0} is configured: set COUNTINGHOUSE_PAYOUT_FILE_KEY")]
    NoFileKey(String),
    /// It did not leave the house yet.
    #[error("a stop holds back a payout of this file: {0}")]
    FileStopped(String),
    /// It did not leave the house yet.
    #[error("a stop of everything or of this bank holds back the order of this file")]
    OrderStopped,
    /// The format has limits.
    #[error("the payouts cannot be written to a file")]
    Unwritable(#[from] WriteError),
    /// Others want to know why.
    #[error("say why payouts are stopped")]
    StopReason,
    /// It is in force.
    #[error("this is stopped already")]
    AlreadyStopped,
    /// Two people lift.
    #[error("you agreed to lift it already: another person has to agree as well")]
    LiftedByOne,
    /// Which one?
    #[error(transparent)]
    NotAScope(#[from] NotAScope),
    /// The bank moved something else than was asked.
    #[error("the bank statement shows {stated} for a payout of {asked}: open an error item")]
    AmountDiffers {
        /// What we asked for.
        asked: Money,
        /// What the statement says.
        stated: Money,
    },
    /// No accounting day is open.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The reserve refused.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The merchant could not be told.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored payout is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the payouts could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for PayoutError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.constraint()) {
            Some("payouts_repaid_once") => Self::RepaidAlready,
            Some("payout_stops_two_lift") => Self::LiftedByOne,
            _ => Self::Database(error),
        }
    }
}

impl Explain for PayoutError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound(_) => Kind::NotFound,
            Self::StopReason => Kind::Invalid(Some("reason")),
            Self::NotAScope(_) => Kind::Invalid(Some("subject")),
            Self::NoHolder => Kind::Invalid(Some("holder")),
            Self::NotReturnable { .. } => Kind::Invalid(Some("amount")),
            Self::NoReason => Kind::Invalid(Some("reason")),
            Self::Field(error) => Kind::Invalid(Some(error.field)),
            Self::User(error) => error.kind(),
            Self::EmptyBatch => Kind::Invalid(Some("payouts")),
            Self::NotFree { .. }
            | Self::BatchNotDrafted { .. }
            | Self::Transition(_)
            | Self::NotInBalance { .. }
            | Self::NotInBalances
            | Self::NotInUsersBalance { .. }
            | Self::NoUserAccount
            | Self::NumberReused { .. }
            | Self::NoTopUp
            | Self::NotRefusable
            | Self::OtherName { .. }
            | Self::Suspended(_)
            | Self::Cooling { .. }
            | Self::NotReturned(_)
            | Self::MerchantsAccount
            | Self::PaysNobody(_)
            | Self::WayUnchanged(_)
            | Self::NoFileKey(_)
            | Self::FileStopped(_)
            | Self::OrderStopped
            | Self::Unwritable(_)
            | Self::RepaidAlready
            | Self::AlreadyStopped
            | Self::LiftedByOne
            | Self::AmountDiffers { .. }
            | Self::NoOpenDay
            | Self::Ledger(LedgerError::InsufficientBalance { .. }) => Kind::Conflict,
            Self::Refund(error) => error.kind(),
            Self::Reserve(error) => error.kind(),
            Self::Approval(error) => error.kind(),
            Self::Notification(error) => error.kind(),
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
