//! The parts of the `countinghouse` program.

pub mod sandbox;
