//! The workers' table of contents: which job is done by which system. Last of all modules, so that
//! it may name every other.

use crate::accounts::{self, CheckBooks};
use crate::approvals::jobs::{ApprovalConcluded, EscalateApproval};
use crate::error_items::{EscalateErrorItems, WorkOnBulk};
use crate::jobs::{self, Claimed, JobError, Message, Outcome};
use crate::notifications::Courier;
use crate::notifications::jobs::{DeliverNotification, ResendNotification, TakeUpHeld};
use crate::office::Office;
use crate::payments::callbacks::{self, TakeCallback};
use crate::payments::jobs::{
    AskNow, BookOrderFile, QueryPayment, ReportContradiction, SendPayment,
};
use crate::payouts::jobs::{QueryPayout, SendPayout};
use crate::payouts::{AgePayoutFile, WritePayoutFile};
use crate::reconciliation::jobs::{
    FetchBill, FetchStatement, ImportArrival, LookAfterWaiting, ReadArrival, RunReconciliation,
};
use crate::refunds::jobs::{DraftRefundPayout, FundRefund, QueryRefund, ReportRefund, SendRefund};
use crate::reserve::{CheckCover, QueryDocument, SendDocument, WriteDocumentFile};
use crate::settlement::jobs::RunSettlement;
use crate::{
    adjustments, approvals, channels, error_items, holds, limits, merchants, notifications,
    payments, payouts, reconciliation, refunds, reserve, routing, staff, trading_day, vouchers,
};
use banks::callback::{Operation, Told};
use domain::approval::ApprovalKind;
use std::pin::pin;

/// Does one due job, if there is one. Returns whether there was.
///
/// # Errors
/// The database failed; a failure of the work itself is written down with the job.
pub async fn run_one(office: &Office) -> Result<bool, sqlx::Error> {
    let Some(claimed) = jobs::claim(office, 1).await?.pop() else { return Ok(false) };
    run(office, &claimed, None).await?;
    Ok(true)
}

/// Does a job that was claimed; what a courier can write down, it does.
///
/// # Errors
/// The database failed; a failure of the work itself is written down with the job.
pub async fn run(
    office: &Office,
    claimed: &Claimed,
    courier: Option<&Courier>,
) -> Result<(), sqlx::Error> {
    let request = claimed.request_id.clone().unwrap_or_else(|| claimed.run.job.to_string());
    let office = office.for_request(request);
    let result = attended(&office, claimed, courier).await;
    if let Err(error) = &result {
        let error: &(dyn std::error::Error + 'static) = error.as_ref();
        tracing::warn!(job = %claimed.run.job, kind = claimed.kind, error, "a job failed");
    }
    jobs::conclude(&office, claimed, result.map_err(|error| describe(error.as_ref()))).await
}

/// Does due jobs until none is left: for tests and for commands that wait for their work.
///
/// # Errors
/// The database failed.
pub async fn run_until_idle(office: &Office) -> Result<(), sqlx::Error> {
    while run_one(office).await? {}
    Ok(())
}

/// Does the work and gives signs of life beside it. Work whose lease was lost is left to whoever
/// holds it now.
async fn attended(
    office: &Office,
    claimed: &Claimed,
    courier: Option<&Courier>,
) -> Result<Outcome, JobError> {
    let mut work = pin!(dispatch(office, claimed, courier));
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(jobs::SIGN_OF_LIFE) => match jobs::keep(office, claimed).await {
                Ok(true) => {}
                Ok(false) => return Err("the lease of this job was lost to another worker".into()),
                Err(error) => tracing::warn!(job = %claimed.run.job, %error, "no sign of life"),
            }
        }
    }
}

async fn dispatch(
    office: &Office,
    claimed: &Claimed,
    courier: Option<&Courier>,
) -> Result<Outcome, JobError> {
    match claimed.kind.as_str() {
        CheckBooks::KIND => check_books(office).await,
        ApprovalConcluded::KIND => approval_concluded(office, claimed).await,
        EscalateApproval::KIND => jobs::run_as::<EscalateApproval>(office, claimed).await,
        AskNow::KIND => jobs::run_as::<AskNow>(office, claimed).await,
        ReportContradiction::KIND => {
            let report = serde_json::from_value(claimed.payload.clone())?;
            error_items::report(office, &report).await?;
            Ok(Outcome::Done)
        }
        WorkOnBulk::KIND => jobs::run_as::<WorkOnBulk>(office, claimed).await,
        EscalateErrorItems::KIND => {
            // The next look first, so that the schedule outlives one that fails.
            error_items::schedule_escalation(office).await?;
            error_items::escalate(office).await?;
            Ok(Outcome::Done)
        }
        ReportRefund::KIND => {
            let report = serde_json::from_value(claimed.payload.clone())?;
            error_items::report_refund(office, &report).await?;
            Ok(Outcome::Done)
        }
        TakeCallback::KIND => take_callback(office, claimed).await,
        BookOrderFile::KIND => jobs::run_as::<BookOrderFile>(office, claimed).await,
        QueryPayment::KIND => jobs::run_as::<QueryPayment>(office, claimed).await,
        DeliverNotification::KIND => {
            let job: DeliverNotification = serde_json::from_value(claimed.payload.clone())?;
            job.run_with(office, &claimed.run, courier).await
        }
        ResendNotification::KIND => jobs::run_as::<ResendNotification>(office, claimed).await,
        TakeUpHeld::KIND => jobs::run_as::<TakeUpHeld>(office, claimed).await,
        SendPayment::KIND => jobs::run_as::<SendPayment>(office, claimed).await,
        FundRefund::KIND => jobs::run_as::<FundRefund>(office, claimed).await,
        DraftRefundPayout::KIND => {
            payouts::draft_refund(office, serde_json::from_value(claimed.payload.clone())?).await?;
            Ok(Outcome::Done)
        }
        SendRefund::KIND => jobs::run_as::<SendRefund>(office, claimed).await,
        QueryRefund::KIND => jobs::run_as::<QueryRefund>(office, claimed).await,
        SendPayout::KIND => jobs::run_as::<SendPayout>(office, claimed).await,
        WritePayoutFile::KIND => jobs::run_as::<WritePayoutFile>(office, claimed).await,
        AgePayoutFile::KIND => jobs::run_as::<AgePayoutFile>(office, claimed).await,
        QueryPayout::KIND => jobs::run_as::<QueryPayout>(office, claimed).await,
        RunSettlement::KIND => jobs::run_as::<RunSettlement>(office, claimed).await,
        CheckCover::KIND => jobs::run_as::<CheckCover>(office, claimed).await,
        QueryDocument::KIND => jobs::run_as::<QueryDocument>(office, claimed).await,
        SendDocument::KIND => jobs::run_as::<SendDocument>(office, claimed).await,
        WriteDocumentFile::KIND => {
            payouts::write_document(office, serde_json::from_value(claimed.payload.clone())?).await
        }
        FetchBill::KIND => jobs::run_as::<FetchBill>(office, claimed).await,
        FetchStatement::KIND => jobs::run_as::<FetchStatement>(office, claimed).await,
        ReadArrival::KIND => jobs::run_as::<ReadArrival>(office, claimed).await,
        ImportArrival::KIND => jobs::run_as::<ImportArrival>(office, claimed).await,
        LookAfterWaiting::KIND => jobs::run_as::<LookAfterWaiting>(office, claimed).await,
        RunReconciliation::KIND => jobs::run_as::<RunReconciliation>(office, claimed).await,
        unknown => Err(format!("no system does jobs of the kind {unknown}").into()),
    }
}

/// Checks the books and what has to agree with them, and keeps what was found. The next check is
/// handed on first, so that the schedule outlives a check that fails.
async fn check_books(office: &Office) -> Result<Outcome, JobError> {
    accounts::schedule_check(office).await?;
    let started_at = office.now();
    let mut rules = accounts::check_rules(office).await?;
    let mut tx = office.at_one_moment().await?;
    rules.extend(trading_day::check_standing_gates(&mut tx).await?);
    drop(tx);
    accounts::keep_check(office, started_at, &rules).await?;
    Ok(Outcome::Done)
}

/// Hands what a channel told by itself to the system it is about.
async fn take_callback(office: &Office, claimed: &Claimed) -> Result<Outcome, JobError> {
    let TakeCallback { callback } = serde_json::from_value(claimed.payload.clone())?;
    let Some(opened) = callbacks::open(office, callback).await? else { return Ok(Outcome::Done) };
    let channel = opened.channel.as_str();
    let outcome = match opened.told {
        Told::Outcome { operation: Operation::Payment, number, answer } => {
            callbacks::hear(office, (channel, &number), answer).await?.to_owned()
        }
        Told::Outcome { operation: Operation::Refund, number, answer } => {
            refunds::hear_callback(office, (channel, &number), answer).await?.to_owned()
        }
        // Payouts are completed by their bank's statement only.
        Told::Outcome { operation: Operation::Payout, .. } | Told::Other => {
            "not followed".to_owned()
        }
        Told::Unreadable(why) => format!("cannot be read: {why}"),
    };
    callbacks::handled(office, callback, &outcome).await?;
    Ok(Outcome::Done)
}

async fn approval_concluded(office: &Office, claimed: &Claimed) -> Result<Outcome, JobError> {
    let news: ApprovalConcluded = serde_json::from_value(claimed.payload.clone())?;
    match news.kind {
        ApprovalKind::Adjustment => {
            adjustments::approval_concluded(office, news.approval).await?;
        }
        ApprovalKind::AdjustmentTemplate => {
            adjustments::template_concluded(office, news.approval).await?;
        }
        ApprovalKind::ApprovalRules => {
            approvals::rules::approval_concluded(office, news.approval).await?;
        }
        ApprovalKind::ChartChange => accounts::approval_concluded(office, news.approval).await?,
        ApprovalKind::StaffRoles => staff::approval_concluded(office, news.approval).await?,
        ApprovalKind::SecondFactorReset => {
            staff::second_factor_concluded(office, news.approval).await?;
        }
        ApprovalKind::Hold => holds::approval_concluded(office, news.approval).await?,
        ApprovalKind::MerchantChange => {
            merchants::approval_concluded(office, news.approval).await?;
        }
        ApprovalKind::NotificationEndpoint => {
            notifications::approval_concluded(office, news.approval).await?;
        }
        ApprovalKind::PayerLimits => limits::approval_concluded(office, news.approval).await?,
        ApprovalKind::PaymentClosing => payments::closing_concluded(office, news.approval).await?,
        ApprovalKind::ChannelChange => channels::approval_concluded(office, news.approval).await?,
        ApprovalKind::FileFormat => {
            reconciliation::format_concluded(office, news.approval).await?;
        }
        ApprovalKind::RoutingRules => routing::approval_concluded(office, news.approval).await?,
        ApprovalKind::PayoutBatch => payouts::approval_concluded(office, news.approval).await?,
        ApprovalKind::PayoutWay => payouts::way_concluded(office, news.approval).await?,
        ApprovalKind::ReserveDocument => {
            reserve::document_concluded(office, news.approval).await?;
        }
        ApprovalKind::ReserveProof => reserve::proof_concluded(office, news.approval).await?,
        ApprovalKind::ReserveSettings => {
            reserve::settings_concluded(office, news.approval).await?;
        }
        ApprovalKind::VoucherChange => vouchers::approval_concluded(office, news.approval).await?,
        ApprovalKind::Refund => refunds::approval_concluded(office, news.approval).await?,
        ApprovalKind::ErrorItemBulk => error_items::bulk_concluded(office, news.approval).await?,
        ApprovalKind::ErrorItemRules => error_items::rules_concluded(office, news.approval).await?,
        ApprovalKind::ErrorResolution => {
            error_items::approval_concluded(office, news.approval).await?;
        }
        ApprovalKind::ForcedClose => reconciliation::force_concluded(office, news.approval).await?,
        ApprovalKind::MatchingRules => {
            reconciliation::rules_concluded(office, news.approval).await?;
        }
    }
    Ok(Outcome::Done)
}

/// The error with its causes, for the person who looks at a failed job.
fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
