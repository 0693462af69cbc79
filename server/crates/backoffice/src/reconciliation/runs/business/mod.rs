//! The business system's two legs: its orders against the payment gateway (系统内部对帐), and its
//! orders against what a merchant says it sold (外部对帐).

mod store;

use super::sides;
use super::{Inputs, bank};
use crate::reconciliation::{ReconciliationError, files};
use domain::ids::MerchantId;
use domain::reconciliation::RunScope;
use domain::source_file::FileKind;
use sqlx::PgConnection;

/// Orders and payments of our day.
pub(super) async fn gateway(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Inputs, ReconciliationError> {
    let ours = store::orders_of_day(conn, scope.day).await?;
    let theirs = store::payments_of_day(conn, scope.day).await?;
    let input = |what: &str, records: &[sides::Record]| {
        super::records_input(what, format!("{what} of {}", scope.day), records)
    };
    let inputs = vec![input("orders", &ours), input("payments", &theirs)];
    Ok(Inputs { ours, theirs, inputs, channel: None, sieved: None, judged: bank::Rows::new() })
}

/// A merchant's orders of a day and its own list of them.
pub(super) async fn merchant(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Inputs, ReconciliationError> {
    let merchant: MerchantId =
        scope.of.parse().map_err(|_| ReconciliationError::UnknownMerchant)?;
    let list = files::current(conn, FileKind::MerchantOrders, &scope.of, scope.day).await?;
    let list = list.ok_or_else(|| ReconciliationError::InputMissing {
        what: FileKind::MerchantOrders.name(),
        of: scope.of.clone(),
        day: scope.day,
    })?;
    let ours = store::orders_of_merchant(conn, (merchant, scope.day), list.id).await?;
    let theirs = store::listed(conn, (merchant, scope.day), (list.id, &list.name)).await?;
    let inputs = vec![
        super::records_input("orders", format!("orders of {}", scope.day), &ours),
        super::file_input(FileKind::MerchantOrders, list),
    ];
    Ok(Inputs { ours, theirs, inputs, channel: None, sieved: None, judged: bank::Rows::new() })
}
