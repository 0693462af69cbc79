use super::*;
use proptest::prelude::*;
use time::macros::datetime;
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

fn today() -> BusinessDate {
    "2026-03-31".parse().unwrap()
}

fn payment() -> Payment {
    Payment {
        id: PaymentId(Uuid::from_u128(1)),
        order: OrderId(Uuid::from_u128(2)),
        merchant: MerchantId(Uuid::from_u128(3)),
        product: Product::QuickPay,
        top_up: None,
        amount: Money::cny(10_000),
        channel: Some("unionpay".to_owned()),
        method: Some("QUICK".to_owned()),
        number: "n1".to_owned(),
        fee: Money::cny(60),
        cost: Money::cny(24),
        refunded: Money::cny(0),
        settlement: None,
        state: PaymentState::Created,
        created_at: NOON,
    }
}

fn done(channel_no: &str, fen: i64) -> Reply {
    Reply::Done {
        channel_no: channel_no.to_owned(),
        amount: Money::cny(fen),
        at: NOON,
        clearing_date: today(),
    }
}

fn proof(channel_no: &str) -> Success {
    Success {
        channel_no: channel_no.to_owned(),
        event_time: NOON,
        clearing_date: today(),
        accounting_date: today(),
    }
}

fn status_after(payment: Payment, reply: &Reply) -> PaymentStatus {
    payment.hear(reply, today()).unwrap().state.status()
}

fn sent() -> Payment {
    payment().send().unwrap()
}

#[test]
fn each_answer_leads_to_its_state() {
    let declined = Reply::Declined { reason: "51 insufficient funds".to_owned() };
    for (reply, status) in [
        (done("c1", 10_000), PaymentStatus::Succeeded),
        (done("c1", 9_999), PaymentStatus::Unknown),
        (done(" ", 10_000), PaymentStatus::Unknown),
        (declined, PaymentStatus::Failed),
        (Reply::Processing, PaymentStatus::Unknown),
        (Reply::NotFound, PaymentStatus::Unknown),
        (Reply::Unclear("timeout".to_owned()), PaymentStatus::Unknown),
        (Reply::NotSent, PaymentStatus::Created),
    ] {
        assert_eq!(status_after(sent(), &reply), status, "{reply:?}");
    }
}

#[test]
fn an_amount_in_another_currency_proves_nothing() {
    let reply = Reply::Done {
        channel_no: "c1".to_owned(),
        amount: Money::new(10_000, crate::money::Currency::Usd),
        at: NOON,
        clearing_date: today(),
    };
    assert_eq!(status_after(sent(), &reply), PaymentStatus::Unknown);
}

#[test]
fn a_payment_that_may_be_at_the_channel_is_never_sent_again() {
    assert!(sent().send().is_err());
    let unknown = sent().hear(&Reply::Unclear("timeout".to_owned()), today()).unwrap();
    assert!(unknown.clone().send().is_err());
    assert!(unknown.clone().abandon("enough").is_err());
    let still = unknown.hear(&Reply::NotSent, today()).unwrap();
    assert_eq!(still.state, PaymentState::Unknown { reason: "timeout".to_owned() });
}

#[test]
fn certainty_is_not_overturned_by_an_answer() {
    let succeeded = sent().hear(&done("c1", 10_000), today()).unwrap();
    let declined = Reply::Declined { reason: "late".to_owned() };
    assert!(succeeded.clone().hear(&declined, today()).is_err());
    assert!(succeeded.clone().hear(&done("c2", 10_000), today()).is_err());
    assert_eq!(succeeded.clone().hear(&done("c1", 10_000), today()), Ok(succeeded));
    let failed = sent().hear(&declined, today()).unwrap();
    assert!(failed.clone().hear(&done("c1", 10_000), today()).is_err());
    assert_eq!(failed.clone().hear(&declined, today()), Ok(failed));
}

#[test]
fn the_bill_repairs_what_we_thought_had_failed() {
    let failed = sent().hear(&Reply::Declined { reason: "51".to_owned() }, today()).unwrap();
    let proven = failed.prove(proof("c1")).unwrap();
    assert_eq!(proven.state.status(), PaymentStatus::Succeeded);
    assert_eq!(proven.clone().prove(proof("c1")), Ok(proven.clone()));
    assert!(proven.prove(proof("c2")).is_err());
    assert!(Payment { channel: None, ..payment() }.prove(proof("c1")).is_err());
}

#[test]
fn only_what_never_left_is_given_up() {
    let failed = payment().abandon("no channel").unwrap();
    assert_eq!(failed.state.status(), PaymentStatus::Failed);
    assert!(sent().abandon("no channel").is_err());
}

#[derive(Debug, Clone)]
enum Event {
    Send,
    Hear(Reply),
    Prove(&'static str),
    Abandon,
    Close,
}

fn event() -> impl Strategy<Value = Event> {
    let numbers = prop_oneof![Just("c1"), Just("c2"), Just("")];
    prop_oneof![
        3 => Just(Event::Send),
        1 => Just(Event::Abandon),
        1 => Just(Event::Close),
        1 => prop_oneof![Just("c1"), Just("c2")].prop_map(Event::Prove),
        4 => (numbers, prop_oneof![4 => Just(10_000), 1 => Just(1)])
            .prop_map(|(number, fen)| Event::Hear(done(number, fen))),
        1 => Just(Event::Hear(Reply::Declined { reason: "no".to_owned() })),
        1 => Just(Event::Hear(Reply::Processing)),
        1 => Just(Event::Hear(Reply::NotFound)),
        2 => Just(Event::Hear(Reply::NotSent)),
        2 => Just(Event::Hear(Reply::Unclear("timeout".to_owned()))),
    ]
}

proptest! {
    /// Whatever arrives, in whatever order and however often: success names one trade for ever, a
    /// number is only sent while the channel certainly does not have it, and who and how much
    /// never change.
    #[test]
    fn no_order_of_events_collects_twice(events in prop::collection::vec(event(), 0..25)) {
        let mut payment = payment();
        let mut collected: Option<String> = None;
        let mut maybe_there = false;
        for event in events {
            let before = payment.clone();
            let next = match &event {
                Event::Send => payment.clone().send(),
                Event::Hear(reply) => payment.clone().hear(reply, today()),
                Event::Prove(number) => payment.clone().prove(proof(number)),
                Event::Abandon => payment.clone().abandon("enough"),
                Event::Close => payment.clone().close("enough"),
            };
            let Ok(next) = next else { continue };
            if let Event::Send = event {
                prop_assert!(!maybe_there);
                maybe_there = true;
            }
            if next.state == PaymentState::Created {
                maybe_there = false;
            }
            if let Some(known) = &collected {
                prop_assert_eq!(&next.success().unwrap().channel_no, known);
            }
            collected = next.success().map(|success| success.channel_no.clone());
            prop_assert_eq!(Payment { state: before.state.clone(), ..next.clone() }, before);
            payment = next;
        }
    }
}

#[test]
fn what_contradicts_certainty_is_named() {
    let declined = Reply::Declined { reason: "no".to_owned() };
    let succeeded = sent().hear(&done("c1", 10_000), today()).unwrap();
    let closed = payment().close("closed").unwrap();
    for (state, reply, contradiction) in [
        (&succeeded, done("c1", 10_000), None),
        (&succeeded, done("c2", 10_000), Some(Contradiction::SecondTrade)),
        (&succeeded, done("c1", 1), Some(Contradiction::OtherAmount)),
        (&succeeded, declined.clone(), Some(Contradiction::LateRefusal)),
        (&succeeded, Reply::Unclear("timeout".to_owned()), None),
        (&closed, done("c1", 10_000), Some(Contradiction::LateSuccess)),
        (&closed, done("c1", 1), Some(Contradiction::OtherAmount)),
        (&closed, declined.clone(), None),
        (&payment(), done("c1", 10_000), Some(Contradiction::LateSuccess)),
        (&sent(), done("c1", 1), None),
    ] {
        assert_eq!(state.contradiction(&reply), contradiction, "{reply:?}");
    }
}

#[test]
fn what_is_on_its_way_or_decided_is_not_closed() {
    assert!(sent().close("enough").is_err());
    let unknown = sent().hear(&Reply::Processing, today()).unwrap();
    assert_eq!(unknown.close("enough").unwrap().state.status(), PaymentStatus::Failed);
    let succeeded = sent().hear(&done("c1", 10_000), today()).unwrap();
    assert!(succeeded.close("enough").is_err());
}

/// What a channel that collected (or refused) may let us hear, once or often, in any order.
fn word_of(collected: bool) -> impl Strategy<Value = Reply> {
    let truth =
        if collected { done("c1", 10_000) } else { Reply::Declined { reason: "no".to_owned() } };
    prop_oneof![
        2 => Just(truth),
        1 => Just(Reply::Processing),
        1 => Just(Reply::NotFound),
        1 => Just(Reply::Unclear("timeout".to_owned())),
        1 => Just(done("c1", 1)),
    ]
}

proptest! {
    /// Answer, query and callback may come in any order, twice, late or garbled: as soon as the
    /// truth was heard once, the payment is in the one state that fits it, and the money moved at
    /// most once.
    #[test]
    fn the_order_of_the_channels_words_does_not_matter(
        (collected, words) in any::<bool>().prop_flat_map(|collected| {
            (Just(collected), prop::collection::vec(word_of(collected), 0..20))
        })
    ) {
        let mut payment = sent();
        let (mut told, mut effects) = (false, 0);
        for word in words {
            told |= match &word {
                Reply::Declined { .. } => true,
                Reply::Done { amount, .. } => *amount == payment.amount,
                _ => false,
            };
            let before = payment.clone();
            if let Ok(after) = payment.clone().hear(&word, today()) {
                payment = after;
            }
            effects += usize::from(before.success().is_none() && payment.success().is_some());
        }
        let status = payment.state.status();
        match (told, collected) {
            (true, true) => prop_assert_eq!(status, PaymentStatus::Succeeded),
            (true, false) => prop_assert_eq!(status, PaymentStatus::Failed),
            (false, _) => {
                prop_assert!(matches!(status, PaymentStatus::Sending | PaymentStatus::Unknown));
            }
        }
        prop_assert_eq!(effects, usize::from(told && collected));
    }
}
