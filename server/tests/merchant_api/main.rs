//! The merchant API, as a business system sees it.

#[cfg(test)]
mod shop;
#[cfg(test)]
mod stories;
