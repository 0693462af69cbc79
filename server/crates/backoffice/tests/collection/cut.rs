//! The day cut while payments go on.

use crate::office::{World, order, today};
use backoffice::gateway::{self, Call, Came, Counter};
use backoffice::trading_day;
use domain::access::Role;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

#[sqlx::test(migrations = "../../../migrations")]
async fn the_day_is_cut_while_payments_are_booked_and_no_gate_finds_a_difference(pool: PgPool) {
    let world = World::new(pool).await;
    let manager = world.person(Role::Manager).await;
    let (office, client) = (world.office.clone(), world.client(world.books));
    let counter = Counter::open(&office, 8);
    let paying = tokio::spawn(async move {
        for number in 0_u32.. {
            let number = format!("CUT-{number}");
            let request = order(&number, "10.00");
            let call = Call::new("POST /payments", &number, &json!(request)).unwrap();
            let came = counter.create_payment(&office, &client, (&call, &request)).await;
            if let Ok(Came::New(served)) = came
                && let Some(sent) = served.sent
            {
                sent.await.unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
    let mut day = today();
    let mut cuts = 0;
    for _ in 0..200 {
        world.office.clock.set_ahead(Duration::hours(20) + Duration::days(cuts));
        match trading_day::cut(&world.office, &manager, day).await {
            Ok(next) => {
                day = next;
                cuts += 1;
            }
            // A payment on its way is a true finding: the next moment is tried.
            Err(error) => assert!(error.to_string().contains("being sent"), "{error}"),
        }
        if cuts == 3 {
            break;
        }
    }
    paying.abort();
    assert_eq!(cuts, 3, "the day could not be cut under load");
    let client = world.client(world.books);
    let first = gateway::find_by_number(&world.office, &client, "CUT-0").await.unwrap();
    assert!(first.paid_at.is_some());
}
