//! The books, on a real PostgreSQL.

#[cfg(test)]
mod books;
#[cfg(test)]
mod chart;
#[cfg(test)]
mod days;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod group;
#[cfg(test)]
mod past;
#[cfg(test)]
mod posting;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reversal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod story;
