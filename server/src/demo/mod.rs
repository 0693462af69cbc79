//! The demonstration institution.

pub mod sign_ins;
