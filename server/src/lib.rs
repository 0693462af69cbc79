//! The server: configuration, HTTP, sessions, workers, and the command line around them.

pub mod bench;
pub mod cli;
pub mod commands;
pub mod config;
pub mod database;
pub mod demo;
pub mod downloads;
pub mod headers;
pub mod http;
pub mod inbox;
pub mod office;
pub mod origin;
pub mod refusal;
pub mod router;
pub mod sandbox;
pub mod session;
pub mod signed_in;
pub mod telemetry;
pub mod uploads;
pub mod worker;
