//! The merchant API, as a business system sees it, and the banks behind it.

#[cfg(test)]
mod crowd;
#[cfg(test)]
mod money;
#[cfg(test)]
mod odd_banks;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stories;
