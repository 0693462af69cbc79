//! The merchants of the demonstration are told what became of their payments, at systems of theirs
//! that the sandbox plays.

use super::institution::Merchants;
use anyhow::Context;
use backoffice::notifications::{self, EndpointSet};
use backoffice::office::Office;
use backoffice::work;
use banks::sandbox::SandboxControl;
use domain::access::Actor;
use domain::notification::NotificationFilter;
use domain::page::PageRequest;
use time::Duration;

/// The merchants that gave an address.
const TOLD: [&str; 4] = ["M100001", "M100004", "M100005", "M100006"];
/// The merchant whose system fails on two orders, and the orders.
const FAILING: &str = "M100006";
const REPAIRED: &str = "D0008";
const BROKEN: &str = "D0011";

/// Gives each merchant its address, and its system the secret.
pub(super) async fn set_up(
    office: &Office,
    sandbox: &SandboxControl,
    merchants: &Merchants,
) -> anyhow::Result<()> {
    for code in TOLD {
        let fails_on: &[&str] = if code == FAILING { &[REPAIRED, BROKEN] } else { &[] };
        agree(office, sandbox, (code, merchants), fails_on).await?;
    }
    Ok(())
}

async fn agree(
    office: &Office,
    sandbox: &SandboxControl,
    (code, merchants): (&str, &Merchants),
    fails_on: &[&str],
) -> anyhow::Result<()> {
    let merchant = *merchants.get(code).context("a merchant is missing")?;
    let url = sandbox.merchant_address(code);
    let mut tx = office.begin().await?;
    let set = EndpointSet { merchant, url: &url, by: "the merchant" };
    notifications::set_endpoint(&mut tx, office, set).await?;
    let secret = notifications::secret(&mut tx, merchant).await?.context("a secret is missing")?;
    tx.commit().await?;
    Ok(sandbox.agree_with_merchant(code, &secret.text(), fails_on).await?)
}

/// The morning after: the coffee shop repaired its system, and has one of the two messages it
/// missed sent again; the other is left to be tried as planned.
pub(super) async fn repair(
    office: &Office,
    sandbox: &SandboxControl,
    (merchants, lin): (&Merchants, &Actor),
) -> anyhow::Result<()> {
    agree(office, sandbox, (FAILING, merchants), &[BROKEN]).await?;
    let filter = NotificationFilter::default();
    let page = PageRequest { number: 1, size: 200 };
    let list = notifications::list(office, lin, &filter, page).await?;
    let missed = list.rows.iter().find(|one| one.merchant_order_no == REPAIRED);
    if let Some(missed) = missed {
        notifications::resend(office, lin, missed.id).await?;
        office.clock.forward(Duration::minutes(6));
        work::run_until_idle(office).await?;
    }
    Ok(())
}
