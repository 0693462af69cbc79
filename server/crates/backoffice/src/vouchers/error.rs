use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::money::Currency;
use domain::voucher::VoucherRefused;
use ledger::LedgerError;

/// Why vouchers could not be written, shown or exported.
#[derive(Debug, thiserror::Error)]
pub enum VoucherError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such voucher.
    #[error("there is no such voucher")]
    NotFound,
    /// Nothing was drafted.
    #[error("there are no vouchers of {0} yet: draft them first")]
    NotDrafted(BusinessDate),
    /// Nothing was exported.
    #[error("the vouchers of {0} are not exported yet: export them first")]
    NotExported(BusinessDate),
    /// The day may still change.
    #[error("accounting day {0} is not closed: only closed days have vouchers")]
    DayNotClosed(BusinessDate),
    /// No account of the general ledger stands for ours.
    #[error("account code {0} has no account in the general ledger: map it first")]
    Unmapped(String),
    /// The owner of an account has no code for the general ledger.
    #[error("account {0} belongs to nobody the general ledger knows: its owner has no code")]
    OwnerUnknown(AccountRef),
    /// The general ledger is kept in CNY.
    #[error("the day has movements in {0}, but vouchers are written in CNY only")]
    ForeignCurrency(Currency),
    /// A file without vouchers is no file.
    #[error("nothing of {0} waits to be exported: check the drafted vouchers first")]
    NothingToExport(BusinessDate),
    /// A reason is missing.
    #[error("say what the general ledger refused, line by line")]
    NoReason,
    /// No line of this number.
    #[error("the voucher has no line {0}")]
    NoSuchLine(i32),
    /// The answer cannot be read.
    #[error("line {line}: {reason}")]
    Unreadable {
        /// The line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is not what was asked for.
    #[error("the file cannot be read: {0}")]
    NotReadable(String),
    /// The answer is not about a voucher of ours.
    #[error("line {line} answers voucher {number} of {day}, which is not in our files")]
    AnswersNothing {
        /// The line of the file, from 1.
        line: usize,
        /// The day it names.
        day: BusinessDate,
        /// The voucher it names.
        number: i32,
    },
    /// The file was uploaded before.
    #[error("this trial balance was uploaded before")]
    KnownBalance,
    /// Nothing would change.
    #[error("nothing would change")]
    NothingToChange,
    /// No such account of ours.
    #[error("there is no account {0} in the chart that could be booked on")]
    NoSuchAccount(String),
    /// Codes the general ledger cannot take.
    #[error(transparent)]
    Mapping(#[from] domain::voucher::MappingRefused),
    /// The workbook could not be written.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The XML could not be written.
    #[error("the XML file could not be written")]
    Xml(#[from] std::io::Error),
    /// The approval refuses.
    #[error(transparent)]
    Approval(#[from] crate::approvals::ApprovalError),
    /// A sum out of range.
    #[error(transparent)]
    Money(#[from] domain::money::MoneyError),
    /// A text that the file's encoding cannot carry.
    #[error("the text {0} cannot be written in the file's encoding (GBK): change it")]
    NotInGbk(String),
    /// A text longer than its field.
    #[error("the text {text} is longer than its field ({limit} bytes)")]
    TooLong {
        /// The text.
        text: String,
        /// Bytes of the field.
        limit: usize,
    },
    /// The step is refused.
    #[error(transparent)]
    Refused(#[from] VoucherRefused),
    /// The books refuse.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored voucher is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the vouchers could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for VoucherError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound | Self::NotDrafted(_) | Self::NotExported(_) => Kind::NotFound,
            Self::DayNotClosed(_)
            | Self::Unmapped(_)
            | Self::OwnerUnknown(_)
            | Self::ForeignCurrency(_)
            | Self::NothingToExport(_)
            | Self::KnownBalance
            | Self::NothingToChange
            | Self::NotInGbk(_)
            | Self::TooLong { .. }
            | Self::Money(_)
            | Self::Refused(_) => Kind::Conflict,
            Self::NoReason
            | Self::NoSuchLine(_)
            | Self::Unreadable { .. }
            | Self::NotReadable(_)
            | Self::AnswersNothing { .. }
            | Self::NoSuchAccount(_) => Kind::Invalid(None),
            Self::Mapping(_) => Kind::Invalid(Some("u8_code")),
            Self::Approval(error) => error.kind(),
            Self::Workbook(_) | Self::Xml(_) => Kind::Unexpected,
            Self::Ledger(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
