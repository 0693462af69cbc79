//! Stories of collecting: a merchant's order on its way through the systems to the books.

#[cfg(test)]
mod bank;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod merchants;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod office;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod unknown;
mod users;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod search;
#[cfg(test)]
mod thresholds;
