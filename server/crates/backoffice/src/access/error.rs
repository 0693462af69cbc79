use crate::explain::{Explain, Inconsistent, Kind};
use crate::vault::VaultError;

/// Why signing in, or asking who is signed in, failed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Unknown login, wrong password or closed account: which one is not told.
    #[error("login or password is not right")]
    NotSignedIn,
    /// Too many wrong passwords.
    #[error("this account is locked after too many wrong passwords: try again in half an hour")]
    Locked,
    /// No such person.
    #[error("there is no such member of staff")]
    NotFound,
    /// Length is what makes a password strong.
    #[error("a password needs at least {0} characters")]
    PasswordTooShort(usize),
    /// A step needs it, and the person has none.
    #[error("you have no second factor yet: set one up under your name, then decide")]
    NoSecondFactor,
    /// The code is wrong, or was used before.
    #[error("the code is not right or was used before: wait for the next one")]
    WrongCode,
    /// Too many wrong codes.
    #[error("too many wrong codes: try again in a quarter of an hour")]
    CodeLocked,
    /// There is nothing to confirm, or it took too long.
    #[error("there is no new second factor to confirm: begin again")]
    NothingToConfirm,
    /// The password given again is wrong.
    #[error("the password is not right")]
    WrongPassword,
    /// The secret cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The password could not be hashed or checked.
    #[error("the password could not be checked")]
    Hashing(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored person is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("staff could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for AccessError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotSignedIn | Self::Locked => Kind::Invalid(Some("login")),
            Self::NotFound => Kind::NotFound,
            Self::PasswordTooShort(_) => Kind::Invalid(Some("password")),
            Self::NoSecondFactor | Self::WrongCode | Self::CodeLocked | Self::NothingToConfirm => {
                Kind::Invalid(Some("code"))
            }
            Self::Vault(_) => Kind::Conflict,
            Self::WrongPassword => Kind::Invalid(Some("password")),
            Self::Hashing(_) | Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
