//! Payment gateway against a channel's bill (银行外部对帐): payments and refunds of one clearing date,
//! and those the bill names whatever we think of them.

mod store;

use super::Inputs;
use super::sides::{self, concerns_money};
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files;
use domain::account::AccountRef;
use domain::error_item::Leg;
use domain::reconciliation::{RunInput, RunScope};
use domain::source_file::FileKind;
use sqlx::PgConnection;

/// Our payments and refunds, and the bill's rows.
pub(super) async fn gather(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Inputs, ReconciliationError> {
    let (channel, day) = (scope.of.as_str(), scope.day);
    let bill = files::current(conn, FileKind::Bill, channel, day).await?;
    let bill = bill.ok_or_else(|| ReconciliationError::InputMissing {
        what: FileKind::Bill.name(),
        of: channel.to_owned(),
        day,
    })?;
    let mut ours = store::payments(conn, (channel, day), bill.id).await?;
    ours.extend(store::refunds(conn, (channel, day), bill.id).await?);
    let theirs = store::bill(conn, bill.id, &bill.name).await?;
    let inputs = vec![
        RunInput {
            what: "payments".to_owned(),
            file: None,
            name: format!("payments and refunds of {channel}, {day}"),
            sha256: sides::hash(&ours),
            records: super::count(&ours),
        },
        super::file_input(FileKind::Bill, bill),
    ];
    Ok(Inputs { ours, theirs, inputs, channel: Some(channel.to_owned()) })
}

/// Differences of money stand on what the channel owes us.
pub(super) fn account(
    scope: &RunScope,
) -> impl Fn(&domain::matching::Finding<'_, sides::Record, sides::Record>) -> Option<AccountRef> {
    let owed = (scope.leg == Leg::GatewayBank).then(|| AccountRef::due_from_channel(&scope.of));
    let leg = scope.leg;
    move |finding| owed.clone().filter(|_| concerns_money(leg, finding))
}
