//! What the subcommands do.

pub mod doctor;
pub mod files;
pub mod people;
pub mod serve;
