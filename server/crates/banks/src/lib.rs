//! Bank fronts (银行前置) and the files of channels and banks.
//!
//! A *front* speaks with one channel or bank; a *format* reads one kind of file. Neither knows our
//! books: what they return is the counterparty's word, to be checked by whoever asked.

pub mod bill;
pub mod dispute;
pub mod formats;
pub mod front;
pub mod fund;
pub mod http;
pub mod instruction;
pub mod sandbox;
pub mod statement;
pub mod summary;
pub mod write;
