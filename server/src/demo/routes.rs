//! The routing rules of the demonstration: the first set with the institution, the second proposed
//! and decided by two people.

use anyhow::Context;
use backoffice::approvals;
use backoffice::office::Office;
use backoffice::{routing, work};
use domain::access::Actor;
use domain::approval::Verdict;
use domain::money::Money;
use domain::product::Product;
use domain::routing::{Choose, Conditions, Rule, RuleChange, Target};
use sqlx::PgConnection;

/// Small amounts go over the bank's agreement payments, everything else by priority.
pub(super) async fn set_up(conn: &mut PgConnection, office: &Office) -> anyhow::Result<()> {
    let small = Rule {
        name: "小额快捷走协议支付 small quick pay by agreement".to_owned(),
        when: Conditions {
            products: vec![Product::QuickPay],
            max: Some(Money::cny(20_000)),
            ..Conditions::default()
        },
        to: targets(&[("bank", 1)]),
        choose: Choose::Weight,
    };
    Ok(routing::set_up(conn, office, &[small]).await?)
}

/// Lin has the travel agency's quick payments shared out by weight; Liu agrees.
pub(super) async fn share_out(office: &Office, (lin, liu): (&Actor, &Actor)) -> anyhow::Result<()> {
    let name = "旅行快捷分流 travel quick pay by weight".to_owned();
    let (book, _) = routing::rules(office, lin).await?;
    if book.rule(&name).is_some() {
        return Ok(());
    }
    let rule = Rule {
        name: name.clone(),
        when: Conditions {
            products: vec![Product::QuickPay],
            merchants: vec!["M100005".to_owned()],
            ..Conditions::default()
        },
        to: targets(&[("unionpay", 70), ("bank", 30)]),
        choose: Choose::Weight,
    };
    let change = RuleChange { name, after: Some(rule), in_front_of: None };
    let id = routing::propose(office, lin, &change).await?;
    let shown = approvals::find(office, liu, id).await.context("the proposal is not shown")?;
    let decision = (shown.content_hash.as_str(), Verdict::Approve, "");
    approvals::decide(office, liu, id, decision).await?;
    work::run_until_idle(office).await?;
    Ok(())
}

fn targets(weights: &[(&str, u32)]) -> Vec<Target> {
    let target = |(channel, weight): &(&str, u32)| Target {
        channel: (*channel).to_owned(),
        weight: *weight,
    };
    weights.iter().map(target).collect()
}
