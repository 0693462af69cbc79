//! The books, on a real PostgreSQL.

mod books;
mod days;
mod posting;
mod properties;
mod reversal;
mod rights;
