//! Commands around files: inspecting, importing, reconciling.

use crate::config::Config;
use crate::office;
use anyhow::{Context, bail};
use backoffice::access;
use backoffice::office::Office;
use backoffice::reconciliation::{self, NewFile};
use backoffice::{merchants, payments, trading_day, work};
use banks::formats;
use banks::front::NamedFile;
use clap::{Args, Subcommand, ValueEnum};
use domain::access::Actor;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::MerchantId;
use domain::page::PageRequest;
use domain::reconciliation::{RunScope, Shown};
use domain::source_file::FileKind;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The exit code of a file that would be refused.
const REFUSED: u8 = 2;

/// Looking at files without a database.
#[derive(Debug, Subcommand)]
pub enum Bill {
    /// Detect a channel's or bank's file and print as JSON what it says. Exit code 2 when it would
    /// be refused.
    Inspect {
        /// The file; some formats keep their date in its name.
        file: PathBuf,
    },
}

/// What a file is given for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A channel's bill.
    Bill,
    /// A bank account's statement.
    Statement,
    /// A channel's fund bill.
    FundBill,
    /// A merchant's own list of its orders.
    MerchantOrders,
    /// Movements of bank accounts without balances.
    Notification,
    /// A channel's error trades.
    Disputes,
    /// A bank's report on payouts.
    PaymentStatus,
    /// A channel's totals per store.
    BillSummary,
    /// An order book of an existing business system.
    Orders,
}

/// A file to be imported.
#[derive(Debug, Args)]
pub struct Import {
    /// What it is.
    kind: Kind,
    /// The file.
    file: PathBuf,
    /// The channel, for bills.
    #[arg(long)]
    channel: Option<String>,
    /// The merchant's number, for its order list.
    #[arg(long)]
    merchant: Option<String>,
    /// The clearing date, where the file does not say it.
    #[arg(long)]
    day: Option<BusinessDate>,
    /// The login of the member of staff who imports it.
    #[arg(long)]
    by: String,
}

/// What is reconciled.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Legs {
    /// Our payments and refunds with a channel's bill.
    GatewayBank,
    /// Orders with payments.
    BusinessGateway,
    /// Orders with a merchant's list.
    BusinessMerchant,
    /// A bank statement with payouts and channels' settlements.
    Funds,
    /// Payments and refunds with what is booked for them.
    LedgerPayments,
    /// A bank statement with the book of the account.
    StatementLedger,
}

/// A reconciliation to be run.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// Which of them.
    leg: Legs,
    /// The channel, the merchant's number, or the bank account; nothing for orders with payments.
    #[arg(default_value = "")]
    of: String,
    /// The clearing date.
    #[arg(long)]
    day: BusinessDate,
    /// The login of the member of staff who runs it.
    #[arg(long)]
    by: String,
}

/// Inspects a file.
///
/// # Errors
/// The file cannot be read.
pub fn inspect(bill: &Bill) -> anyhow::Result<ExitCode> {
    let Bill::Inspect { file } = bill;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut bytes =
        File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let inspection = formats::inspect_stream(&name, &mut bytes);
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&inspection)?)?;
    Ok(if inspection.acceptable { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

/// Imports a file.
///
/// # Errors
/// The file is refused; then nothing was stored.
pub async fn import(config: &Config, import: &Import) -> anyhow::Result<()> {
    let (office, actor) = office_and_actor(config, &import.by).await?;
    let file = named(&import.file)?;
    let kind = match import.kind {
        Kind::Orders => {
            let book = payments::import_orders(&office, &actor, &file.name, &file.bytes).await?;
            work::run_until_idle(&office).await?;
            writeln!(std::io::stdout(), "imported as {}", book.id)?;
            return Ok(());
        }
        Kind::Bill => FileKind::Bill,
        Kind::Statement => FileKind::Statement,
        Kind::FundBill => FileKind::FundBill,
        Kind::MerchantOrders => FileKind::MerchantOrders,
        Kind::Notification => FileKind::Notification,
        Kind::Disputes => FileKind::Disputes,
        Kind::PaymentStatus => FileKind::PaymentStatus,
        Kind::BillSummary => FileKind::BillSummary,
    };
    let merchant = match &import.merchant {
        Some(code) => Some(merchant(&office, code).await?),
        None => None,
    };
    let channel = import.channel.clone();
    let new = NewFile { kind, channel, merchant, clearing_date: import.day, replaces: None, file };
    let id = reconciliation::import(&office, &actor, new).await?;
    writeln!(std::io::stdout(), "imported as {id}")?;
    Ok(())
}

/// Runs a reconciliation and prints what it found as JSON.
///
/// # Errors
/// There is nothing to compare, or the database failed.
pub async fn reconcile(config: &Config, reconcile: &Reconcile) -> anyhow::Result<()> {
    let (office, actor) = office_and_actor(config, &reconcile.by).await?;
    let (leg, of) = match reconcile.leg {
        Legs::GatewayBank => (Leg::GatewayBank, reconcile.of.clone()),
        Legs::BusinessGateway => (Leg::BusinessGateway, reconcile.of.clone()),
        Legs::BusinessMerchant => {
            (Leg::BusinessMerchant, merchant(&office, &reconcile.of).await?.to_string())
        }
        Legs::Funds => (Leg::Funds, reconcile.of.clone()),
        Legs::LedgerPayments => (Leg::LedgerPayments, reconcile.of.clone()),
        Legs::StatementLedger => (Leg::StatementLedger, reconcile.of.clone()),
    };
    let scope = RunScope { leg, of, day: reconcile.day };
    let id = reconciliation::run(&office, &actor, &scope).await?;
    let all = (Shown::All, PageRequest::default());
    let run = reconciliation::find_run(&office, &actor, id, all).await?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&run)?)?;
    Ok(())
}

async fn office_and_actor(config: &Config, login: &str) -> anyhow::Result<(Office, Actor)> {
    let office = office::open(config).await?;
    trading_day::load_clock(&office).await?;
    let actor = access::actor_by_login(&office, login).await?;
    Ok((office, actor))
}

async fn merchant(office: &Office, code: &str) -> anyhow::Result<MerchantId> {
    let mut conn = office.db.acquire().await?;
    match merchants::by_code(&mut conn, code).await? {
        Some(merchant) => Ok(merchant),
        None => bail!("there is no merchant {code}"),
    }
}

fn named(path: &Path) -> anyhow::Result<NamedFile> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(NamedFile { name, bytes })
}
