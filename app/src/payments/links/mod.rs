//! What the other systems know of a payment, with the way to each.

mod books;
mod outside;

pub(super) use books::Booked;
pub(super) use outside::{Bill, Differences, Onward, Refunds};
