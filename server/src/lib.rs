//! The server: configuration, HTTP, sessions, workers, and the command line around them.

pub mod cli;
pub mod config;
pub mod database;
pub mod demo;
pub mod headers;
pub mod origin;
pub mod router;
pub mod sandbox;
pub mod session;
pub mod telemetry;
pub mod worker;
