//! Payment routing (支付路由): the rules, version by version and changed rule by rule under four
//! eyes, and the decision for each payment with its whole explanation.

mod changes;
mod error;
mod store;

pub use changes::{approval_concluded, changes, propose};
pub use error::RoutingError;

use crate::audit::{self, Event, Who};
use crate::channels::{self, Asked, Candidates};
use crate::merchants;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::MerchantId;
use domain::money::Money;
use domain::product::{CardType, Product};
use domain::routing::{
    self, Choose, Question, RoutingAsk, RoutingDecision, Rule, RuleBook, RuleVersion, Seed,
    check_rules,
};
use sqlx::PgConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use time::OffsetDateTime;
use uuid::Uuid;

/// The payment that wants a channel.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// With which product.
    pub product: Product,
    /// How much.
    pub amount: Money,
    /// For which merchant.
    pub merchant: Option<MerchantId>,
    /// In which way the payer wants to pay, where that is given.
    pub method: Option<String>,
    /// With which kind of card, where that is known.
    pub card: Option<CardType>,
    /// Of which bank, where that is known.
    pub bank: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// The payment's id: its chance is drawn from it.
    pub payment: Uuid,
}

/// The rules and what is known of the channels, as one transaction saw them: several payments are
/// routed on them.
#[derive(Debug, Default)]
pub struct Board {
    book: Option<RuleBook>,
    candidates: HashMap<Asked, Candidates>,
}

impl Board {
    /// Chooses the channel of a payment, with the whole reasoning.
    ///
    /// # Errors
    /// The database failed.
    pub async fn decide(
        &mut self,
        conn: &mut PgConnection,
        office: &Office,
        wanted: Wanted,
    ) -> Result<RoutingDecision, RoutingError> {
        let book = match self.book.take() {
            Some(book) => book,
            None => store::current(conn).await?,
        };
        let merchant = match wanted.merchant {
            Some(id) if book.asks_for_merchant() => merchants::code_of(conn, id).await?,
            _ => None,
        };
        let decision = self.choose(conn, office, &book, (wanted, merchant)).await?;
        self.book = Some(book);
        Ok(decision)
    }

    async fn choose(
        &mut self,
        conn: &mut PgConnection,
        office: &Office,
        book: &RuleBook,
        (wanted, merchant): (Wanted, Option<String>),
    ) -> Result<RoutingDecision, RoutingError> {
        let local = wanted.at.to_offset(office.settings.zone.0);
        let day = office.settings.zone.day_of(wanted.at);
        let Wanted { product, amount, card, .. } = wanted;
        let success = book.rules.iter().any(|rule| rule.choose == Choose::SuccessRate);
        let asked = Asked { product, card, day, success };
        let known = match self.candidates.entry(asked) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Candidates::read(conn, office, asked).await?),
        };
        let candidates = known.at(conn, amount).await?;
        let question = Question {
            product,
            amount,
            method: wanted.method,
            card,
            bank: wanted.bank,
            merchant,
            day,
            time: local.time(),
            seed: Seed::of(wanted.payment),
        };
        Ok(routing::decide(book, &candidates, &question))
    }
}

/// Where a payment would go, and why: nothing is sent and nothing is stored.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn ask(
    office: &Office,
    actor: &Actor,
    ask: &RoutingAsk,
) -> Result<RoutingDecision, RoutingError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    let book = store::current(&mut conn).await?;
    if let Some(code) = &ask.merchant
        && merchants::by_code(&mut conn, code).await?.is_none()
    {
        return Err(RoutingError::UnknownMerchant(code.clone()));
    }
    let at = ask.at.unwrap_or_else(|| office.now());
    let wanted = Wanted {
        product: ask.product,
        amount: ask.amount,
        merchant: None,
        method: ask.method.clone(),
        card: ask.card,
        bank: ask.bank.clone(),
        at,
        payment: ask.payment.unwrap_or_else(|| office.new_id()),
    };
    let merchant = ask.merchant.clone();
    Board::default().choose(&mut conn, office, &book, (wanted, merchant)).await
}

/// The rules in force and their versions, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn rules(
    office: &Office,
    actor: &Actor,
) -> Result<(RuleBook, Vec<RuleVersion>), RoutingError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    Ok((store::current(&mut conn).await?, store::versions(&mut conn).await?))
}

/// Puts rules in force: for the command line, the demonstration and tests. The same rules again
/// change nothing.
///
/// # Errors
/// The rules make no sense.
pub async fn set_up(
    conn: &mut PgConnection,
    office: &Office,
    rules: &[Rule],
) -> Result<(), RoutingError> {
    check(conn, rules).await?;
    let book = store::current(conn).await?;
    if book.rules == rules {
        return Ok(());
    }
    let next = RuleBook { version: book.version + 1, rules: rules.to_vec() };
    store::insert(conn, &next, (None, office.now())).await?;
    let event = Event {
        who: Who::System("set-up"),
        action: "routing.rules",
        subject_kind: "routing_rules",
    };
    Ok(audit::record(conn, office, event, &next.version.to_string(), &next).await?)
}

async fn check(conn: &mut PgConnection, rules: &[Rule]) -> Result<(), RoutingError> {
    let channels = channels::codes(conn).await?;
    Ok(check_rules(rules, &channels)?)
}
