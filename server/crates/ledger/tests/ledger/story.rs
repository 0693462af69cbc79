//! The story in which the journal entries are tried: a seller, a platform and a carrier.

use crate::books::*;
use domain::ids::MerchantId;
use domain::money::Money;
use ledger::entries::*;
use ledger::{AccountRef, Posting, Source};
use sqlx::PgPool;
use std::cell::Cell;

pub const SELLER: u128 = 1;
pub const PLATFORM: u128 = 2;
pub const CARRIER: u128 = 3;
pub const BANKS: Banks<'_> = Banks { reserve: "", own: "" };

/// Books with a story to be told in them.
pub struct Story {
    pub conn: sqlx::pool::PoolConnection<sqlx::Postgres>,
    events: Cell<u32>,
}

impl Story {
    pub async fn begin(pool: &PgPool) -> Self {
        let mut conn = pool.acquire().await.unwrap();
        open_today(&mut conn).await;
        Self { conn, events: Cell::new(0) }
    }

    pub fn event(&self) -> Event {
        let number = self.events.get() + 1;
        self.events.set(number);
        Event::new(format!("event:{number}"), Source::new("story", 1), dates(today()))
    }

    /// Books it; then it has these lines, and these accounts hold so many fen.
    pub async fn books(&mut self, posting: Posting, lines: &str, held: &[(AccountRef, i64)]) {
        assert_eq!(written(&posting), lines.split_whitespace().collect::<Vec<_>>().join(" "));
        ledger::post(&mut self.conn, &posting).await.unwrap();
        for (account, wanted) in held {
            assert_eq!(fen(&mut self.conn, account).await, *wanted, "{account} after {lines}");
        }
    }

    pub async fn ends(mut self) {
        invariants_hold(&mut self.conn).await;
    }
}

/// Lines as people write them, owners by their place in the story.
pub fn written(posting: &Posting) -> String {
    let mut text = format!("entry {}:", posting.entry().number());
    for line in posting.lines() {
        let (debit, credit) = (short(&line.debit), short(&line.credit));
        text.push_str(&format!(" Dr {debit} Cr {credit} {};", line.amount.minor()));
    }
    text
}

pub fn short(account: &AccountRef) -> String {
    let names = [(SELLER, "S"), (PLATFORM, "P"), (CARRIER, "C")];
    let name = names.into_iter().find(|(id, _)| merchant(*id).to_string() == account.owner);
    let owner = name.map_or(account.owner.as_str(), |(_, name)| name);
    if owner.is_empty() { account.code.clone() } else { format!("{}.{owner}", account.code) }
}

pub fn seller() -> MerchantId {
    merchant(SELLER)
}

pub fn yuan(fen: i64) -> Money {
    Money::cny(fen)
}

pub fn wx_due() -> AccountRef {
    AccountRef::due_from_channel("wx")
}

/// The seller has 200.00 available and 100.00 unsettled, the reserve 300.00.
pub async fn with_funds(pool: &PgPool) -> Story {
    let mut story = Story::begin(pool).await;
    for _ in 0..3 {
        let paid = collected(story.event(), "wx", seller(), yuan(10_000));
        ledger::post(&mut story.conn, &paid).await.unwrap();
    }
    for posting in [
        settled(story.event(), seller(), yuan(20_000)),
        channel_funds_gross(story.event(), "wx", "", yuan(30_000)),
    ] {
        ledger::post(&mut story.conn, &posting).await.unwrap();
    }
    story
}
