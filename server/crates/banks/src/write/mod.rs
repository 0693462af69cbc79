//! Writers of the real formats: what the simulated channels hand out, and what tests are made of.
//! Everything written here is read back the same by [`crate::formats`].

pub mod camt053;
pub mod pain001;
pub mod unionpay_zm;
pub mod wechat_trade;
mod xml;

use domain::money::MoneyError;

/// A row that the format cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Longer than the field.
    #[error("{field} \"{value}\" does not fit in {bytes} bytes")]
    TooLong {
        /// The field.
        field: &'static str,
        /// What was to be written.
        value: String,
        /// The field's width.
        bytes: usize,
    },
    /// Not expressible in this format.
    #[error("{field} \"{value}\" cannot be written in this format")]
    Unwritable {
        /// The field.
        field: &'static str,
        /// What was to be written.
        value: String,
    },
    /// A sum is out of range or of mixed currencies.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl WriteError {
    fn unwritable(field: &'static str, value: impl Into<String>) -> Self {
        Self::Unwritable { field, value: value.into() }
    }
}

/// Refuses what would break a line or a field apart.
fn plain<'v>(field: &'static str, value: &'v str) -> Result<&'v str, WriteError> {
    if value.chars().any(char::is_control) || value.contains('`') {
        return Err(WriteError::unwritable(field, value));
    }
    Ok(value)
}
