//! Lists come in pages; a page says how to get the next one.

use serde::{Deserialize, Serialize};

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
