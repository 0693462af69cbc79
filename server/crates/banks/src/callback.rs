//! What a channel tells by itself (异步通知): the outcome of an order, in the same words as its
//! answers, signed as [`crate::signing`] has it.

use crate::front::{Answer, Fault};
use crate::http::{Reply, answer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of order a callback is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A payment.
    Payment,
    /// A refund.
    Refund,
    /// A payout.
    Payout,
}

/// A callback as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// What it is about.
    pub event: Operation,
    /// The number and what became of it.
    #[serde(flatten)]
    pub reply: Reply,
}

/// A callback as it is understood.
#[derive(Debug)]
pub enum Told {
    /// The outcome of an order.
    Outcome {
        /// Of which kind.
        operation: Operation,
        /// Its number with us.
        number: String,
        /// What the channel says about it.
        answer: Result<Answer, Fault>,
    },
    /// Something we do not follow: to be acknowledged and left alone.
    Other,
    /// It cannot be read.
    Unreadable(String),
}

/// Reads the body of a callback whose signature fits.
#[must_use]
pub fn read(body: &[u8]) -> Told {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return Told::Unreadable(error.to_string()),
    };
    match &value["event"] {
        Value::String(event) if ["payment", "refund", "payout"].contains(&event.as_str()) => {}
        Value::String(_) => return Told::Other,
        _ => return Told::Unreadable("it names no event".to_owned()),
    }
    match serde_json::from_value::<Callback>(value) {
        Ok(Callback { event, reply }) => {
            Told::Outcome { operation: event, number: reply.number, answer: answer(reply.outcome) }
        }
        Err(error) => Told::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_callback_says_what_became_of_an_order() {
        let body = r#"{"event":"payment","number":"P1","result":"declined","code":"51",
            "reason":"no"}"#;
        let Told::Outcome { operation, number, answer } = read(body.as_bytes()) else {
            panic!("not understood")
        };
        assert_eq!((operation, number.as_str()), (Operation::Payment, "P1"));
        assert!(matches!(answer, Ok(Answer::Declined { .. })));
    }

    #[test]
    fn unknown_events_are_left_alone_and_nonsense_is_told() {
        assert!(matches!(read(br#"{"event":"bill.ready","number":7}"#), Told::Other));
        for body in ["", "{", "[]", "{}", r#"{"event":"payment"}"#, r#"{"event":1}"#] {
            assert!(matches!(read(body.as_bytes()), Told::Unreadable(_)), "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_bring_the_reader_down(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }
    }
}
