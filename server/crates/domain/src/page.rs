//! Lists come in pages; a page says how to get the next one.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most rows a page may have.
pub const PAGE_SIZE_MAX: i64 = 200;
/// Rows of a page when nothing else is asked.
pub const PAGE_SIZE_DEFAULT: i64 = 50;

/// Which page of a list is wanted. Pages are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The page, from 1.
    pub number: i64,
    /// Rows a page.
    pub size: i64,
}

impl PageRequest {
    /// Page `number` of the default size; anything below 1 is the first, and no page lies beyond
    /// ten thousand.
    #[must_use]
    pub fn number(number: i64) -> Self {
        Self { number: number.clamp(1, 10_000), size: PAGE_SIZE_DEFAULT }
    }

    /// Rows to pass over.
    #[must_use]
    pub fn offset(self) -> i64 {
        (self.number.clamp(1, 10_000) - 1) * self.limit()
    }

    /// Rows to take.
    #[must_use]
    pub fn limit(self) -> i64 {
        self.size.clamp(1, PAGE_SIZE_MAX)
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::number(1)
    }
}

/// One page of a list, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// Rows of the whole list.
    pub total: i64,
    /// Which page this is.
    pub request: PageRequest,
}

impl<T> Page<T> {
    /// Pages of the whole list, at least one.
    #[must_use]
    pub fn pages(&self) -> i64 {
        let size = self.request.limit();
        ((self.total + size - 1) / size).max(1)
    }
}

/// The place after a row of a list that runs from new to old. A list that goes on from a place
/// reads no row twice and costs the same however far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// When the row was made.
    pub at: OffsetDateTime,
    /// Its id, which tells rows of the same moment apart.
    pub id: Uuid,
}

impl fmt::Display for Cursor {
    /// Microseconds and the id, for an address: `1774929600000000-0198…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.unix_timestamp_nanos() / 1_000, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (at, id) = text.rsplit_once('-').ok_or(NotACursor)?;
        let micros: i128 = at.parse().map_err(|_| NotACursor)?;
        let nanos = micros.checked_mul(1_000).ok_or(NotACursor)?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| NotACursor)?;
        Ok(Self { at, id: Uuid::try_parse(id).map_err(|_| NotACursor)? })
    }
}

/// The text is no place of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this link does not name a place of the list: begin at its first page")]
pub struct NotACursor;

/// Some rows of a list that runs from new to old; how many there are in all is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next window begins; none when this is the last.
    pub older: Option<Cursor>,
}

impl<T> Window<T> {
    /// Nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { rows: Vec::new(), older: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_is_read_back_from_an_address(
            micros in 0..4_102_444_800_000_000_i128, id in any::<u128>(),
        ) {
            let at = OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).unwrap();
            let cursor = Cursor { at, id: Uuid::from_u128(id) };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn what_is_no_place_is_refused(text in "\\PC{0,40}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
    }
}
