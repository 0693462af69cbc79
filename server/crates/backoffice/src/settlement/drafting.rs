//! After settling: a payout is drafted for every balance that is there to be paid.

use super::{SettlementError, store};
use crate::office::Office;
use crate::payouts::{self, Draft, Purse};
use domain::account::AccountFilter;
use domain::ids::MerchantId;
use domain::page::{PAGE_SIZE_MAX, PageRequest};
use domain::settlement::SettlementRun;

/// Drafts a payout for each merchant's available balance and each platform's commission, as far as
/// it is not drafted yet. Suspended merchants and balances no settlement put there are left alone.
pub(super) async fn draft_payouts(
    office: &Office,
    run: &mut SettlementRun,
) -> Result<(), SettlementError> {
    for purse in Purse::ALL {
        for merchant in with_balance(office, purse).await? {
            let mut tx = office.begin().await?;
            let Some(settlement) = store::latest_settlement(&mut tx, merchant).await? else {
                continue;
            };
            let amount = payouts::undrafted(&mut tx, office, (merchant, purse)).await?;
            if !amount.is_positive() {
                continue;
            }
            let settlement = settlement.into();
            payouts::draft(&mut tx, office, Draft { merchant, purse, settlement, amount }).await?;
            tx.commit().await?;
            run.payouts += 1;
            run.payouts_total = run.payouts_total.checked_add(amount)?;
        }
    }
    Ok(())
}

async fn with_balance(office: &Office, purse: Purse) -> Result<Vec<MerchantId>, SettlementError> {
    let mut conn = office.db.acquire().await?;
    let mut merchants = Vec::new();
    for number in 1.. {
        let filter = AccountFilter {
            code: Some(purse.code().to_owned()),
            owner: None,
            with_balance: true,
            page: PageRequest { number, size: PAGE_SIZE_MAX },
        };
        let page = ledger::list_accounts(&mut conn, &filter).await?;
        merchants.extend(
            page.rows.iter().filter_map(|row| row.account.owner.parse::<MerchantId>().ok()),
        );
        if number >= page.pages() {
            break;
        }
    }
    Ok(merchants)
}
