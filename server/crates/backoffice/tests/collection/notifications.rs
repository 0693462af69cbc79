//! What merchants' systems are told: signed, under one id, again over days, and not where it leads
//! inside.

use crate::bank::Act;
use crate::office::{World, order};
use async_trait::async_trait;
use backoffice::notifications::{self, EndpointSet, NotificationError};
use backoffice::work;
use banks::notify::{AddressRefused, Message, Notify, Receipt};
use banks::signing::Headers;
use domain::access::Role;
use domain::ids::MerchantId;
use domain::notification::{
    NotificationDetail, NotificationEvent, NotificationFilter, NotificationState,
};
use domain::page::PageRequest;
use serde_json::Value;
use sqlx::PgPool;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use time::Duration;

const URL: &str = "https://books.example/hook";

/// A merchant's system that lives in memory: it answers with these statuses, then with 200.
#[derive(Default)]
struct System {
    statuses: Mutex<VecDeque<u16>>,
    always: Mutex<Option<u16>>,
    messages: Mutex<Vec<Message>>,
}

#[async_trait]
impl Notify for System {
    fn check(&self, url: &str) -> Result<(), AddressRefused> {
        if url.contains("inside") { Err(AddressRefused("inside".to_owned())) } else { Ok(()) }
    }

    async fn deliver(&self, message: &Message) -> Receipt {
        self.messages.lock().unwrap().push(message.clone());
        let always = *self.always.lock().unwrap();
        let next = always.or_else(|| self.statuses.lock().unwrap().pop_front());
        let status = next.unwrap_or(200);
        let failure = (status != 200).then(|| format!("answered {status}"));
        Receipt { status: Some(status), failure, excerpt: "hello".to_owned() }
    }
}

impl System {
    fn answers(&self, statuses: &[u16]) {
        self.statuses.lock().unwrap().extend(statuses);
    }

    fn always(&self, status: Option<u16>) {
        *self.always.lock().unwrap() = status;
    }

    fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }
}

async fn told(pool: PgPool) -> (World, Arc<System>) {
    let mut world = World::new(pool).await;
    let system = Arc::new(System::default());
    world.office.notify = system.clone();
    set(&world, world.books, URL).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    (world, system)
}

async fn set(world: &World, merchant: MerchantId, url: &str) -> Result<(), NotificationError> {
    let mut conn = world.office.db.acquire().await.unwrap();
    let set = EndpointSet { merchant, url, by: "the merchant" };
    notifications::set_endpoint(&mut conn, &world.office, set).await.map(|_| ())
}

async fn only(world: &World) -> NotificationDetail {
    let auditor = domain::access::Actor {
        roles: vec![Role::Auditor],
        ..backoffice::access::actor_by_login(&world.office, "operations").await.unwrap()
    };
    let filter = NotificationFilter::default();
    let page = PageRequest::default();
    let list = notifications::list(&world.office, &auditor, &filter, page).await.unwrap();
    assert_eq!(list.total, 1);
    notifications::find(&world.office, &auditor, list.rows[0].id).await.unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_merchant_is_told_once_and_can_check_who_speaks(pool: PgPool) {
    let (world, system) = told(pool).await;
    world.person(Role::Operations).await;
    let view = world.pay(&order("A-1", "100.00")).await;
    world.wait(Duration::days(1)).await;
    let messages = system.messages();
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    let mut conn = world.office.db.acquire().await.unwrap();
    let secret = notifications::secret(&mut conn, world.books).await.unwrap().unwrap();
    let timestamp = message.timestamp.to_string();
    let headers = Headers { id: &message.id, timestamp: &timestamp, signature: &message.signature };
    assert!(secret.verify(headers, message.body.as_bytes(), crate::office::NOON).is_ok());
    let body: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(body["type"], "payment.succeeded");
    assert_eq!(body["data"]["id"], view.id.unwrap().to_string());
    assert_eq!(body["data"]["amount"], "100.00");
    let detail = only(&world).await;
    assert_eq!(detail.summary.state, NotificationState::Delivered);
    assert_eq!(detail.attempts.len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn who_gave_no_address_is_not_told(pool: PgPool) {
    let (world, system) = told(pool).await;
    sqlx::query("DELETE FROM notification_endpoints").execute(&world.office.db).await.unwrap();
    world.pay(&order("A-1", "100.00")).await;
    assert!(system.messages().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn it_is_tried_again_at_growing_pauses_under_the_same_id(pool: PgPool) {
    let (world, system) = told(pool).await;
    world.person(Role::Operations).await;
    system.answers(&[500, 302, 404]);
    world.bank.will(&[Act::Decline]);
    world.pay(&order("A-1", "100.00")).await;
    assert_eq!(only(&world).await.summary.event, NotificationEvent::PaymentFailed);
    for (pause, tries) in [
        (Duration::seconds(7), 2),
        (Duration::minutes(3), 2),
        (Duration::minutes(4), 3),
        (Duration::minutes(40), 4),
        (Duration::days(9), 4),
    ] {
        world.wait(pause).await;
        assert_eq!(system.messages().len(), tries, "after {pause}");
    }
    let messages = system.messages();
    assert!(messages.iter().all(|one| one.id == messages[0].id && one.body == messages[0].body));
    let detail = only(&world).await;
    let statuses: Vec<_> = detail.attempts.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(404), Some(200)]);
    assert_eq!(detail.summary.state, NotificationState::Delivered);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_nobody_takes_is_given_up_and_sent_again_by_a_person(pool: PgPool) {
    let (world, system) = told(pool).await;
    let person = world.person(Role::Operations).await;
    system.always(Some(500));
    world.pay(&order("A-1", "100.00")).await;
    for _ in 0..10 {
        world.wait(Duration::hours(30)).await;
        // Kept from being switched off, so that the plan is followed to its end.
        sqlx::query("UPDATE notification_endpoints SET failing_since = NULL, rests_until = NULL")
            .execute(&world.office.db)
            .await
            .unwrap();
    }
    let detail = only(&world).await;
    assert_eq!(detail.summary.state, NotificationState::GivenUp);
    assert_eq!(detail.attempts.len(), 10);
    system.always(None);
    let office = &world.office;
    notifications::resend(office, &person, detail.summary.id).await.unwrap();
    work::run_until_idle(office).await.unwrap();
    let detail = only(&world).await;
    assert_eq!(detail.summary.state, NotificationState::Delivered);
    assert_eq!(detail.attempts[10].sent_by, person.name);
    let auditor = world.person(Role::Auditor).await;
    let refused = notifications::resend(office, &auditor, detail.summary.id).await;
    assert!(matches!(refused, Err(NotificationError::Forbidden(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_address_that_fails_for_days_is_switched_off_and_its_messages_are_held(pool: PgPool) {
    let (world, system) = told(pool).await;
    let person = world.person(Role::Operations).await;
    system.always(Some(503));
    world.pay(&order("A-1", "100.00")).await;
    for _ in 0..5 {
        world.wait(Duration::hours(30)).await;
    }
    let detail = only(&world).await;
    let (_, because) = detail.endpoint.unwrap().disabled.unwrap();
    assert!(because.contains("days"), "{because}");
    world.wait(Duration::hours(30)).await;
    let detail = only(&world).await;
    assert_eq!(detail.summary.state, NotificationState::Held);
    let refused = notifications::resend(&world.office, &person, detail.summary.id).await;
    assert!(matches!(refused, Err(NotificationError::NoAddress)));

    let before = system.messages().len();
    world.pay(&order("A-2", "100.00")).await;
    assert_eq!(system.messages().len(), before, "nothing more is sent to it");
    system.always(None);
    set(&world, world.books, URL).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(system.messages().len(), before + 2, "what was held is taken up");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_address_that_is_gone_is_switched_off_at_once(pool: PgPool) {
    let (world, system) = told(pool).await;
    world.person(Role::Operations).await;
    system.answers(&[410]);
    world.pay(&order("A-1", "100.00")).await;
    assert!(only(&world).await.endpoint.unwrap().disabled.is_some());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_address_that_is_down_is_left_in_peace_between_messages(pool: PgPool) {
    let (world, system) = told(pool).await;
    system.always(Some(500));
    for number in 0..5 {
        world.take(&order(&format!("A-{number}"), "1.00")).await;
    }
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(system.messages().len(), 1, "the others wait until it may be tried again");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_colleagues_address_takes_two_people_and_none_leads_inside(pool: PgPool) {
    let (world, _) = told(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let office = &world.office;
    let propose = async |code: &str, url: &str| {
        notifications::propose_endpoint(office, &maker, code, url).await
    };
    let inside = propose("M100001", "https://inside.example/").await;
    assert!(matches!(inside, Err(NotificationError::Address(_))));
    assert!(matches!(propose("M9", URL).await, Err(NotificationError::NoMerchant)));
    assert!(matches!(propose("M100001", URL).await, Err(NotificationError::NothingToChange)));
    assert!(set(&world, world.tea, "https://inside.example/").await.is_err());
    let mut conn = office.db.acquire().await.unwrap();
    let before = notifications::secret(&mut conn, world.books).await.unwrap();
    let id = propose("M100001", "https://new.example/").await.unwrap();
    world.approve(&checker, id).await;
    let endpoint = notifications::endpoint(&mut conn, world.books).await.unwrap().unwrap();
    assert_eq!(endpoint.url, "https://new.example/");
    assert_ne!(notifications::secret(&mut conn, world.books).await.unwrap(), before);
}
