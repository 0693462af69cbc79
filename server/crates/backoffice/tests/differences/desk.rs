//! The reconciliation desk of a small institution: three channels, a custody account, a merchant,
//! and the colleagues of these stories.

use async_trait::async_trait;
use backoffice::approvals::{self, ApprovalError};
use backoffice::error_items;
use backoffice::office::{Clock, Office, Settings};
use backoffice::reconciliation::{self, NewFile, ReconciliationError};
use backoffice::reserve::{self, NewAccount};
use backoffice::work;
use banks::bill::{BillRow, RowKind, RowStatus};
use banks::front::{Answer, Fault, Files, Front, Fronts, NamedFile, Payout, PayoutInstruction};
use banks::notify::Nowhere;
use banks::write::unionpay_zm;
use domain::access::{Actor, Role};
use domain::account::AccountRef;
use domain::approval::Verdict as Decided;
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::error_item::{ErrorItemFilter, ErrorItemSummary, Leg};
use domain::ids::{
    ApprovalId, FileId, MerchantId, PaymentId, ReconciliationId, ReserveAccountId, SessionId,
    StaffId,
};
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::reconciliation::{RunDetail, RunScope, Shown};
use domain::reserve::Purpose;
use domain::source_file::FileKind;
use ledger::entries::{self, Event, Owed, VatSplit};
use ledger::{Dates, Source};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use time::macros::{date, datetime, time};

/// Our merchant number at UnionPay.
pub const OUR_NUMBER: &str = "898319849000018";
/// The custody account.
pub const CUSTODY: &str = "7701000000000001";
/// The day of these stories.
pub const DAY: BusinessDate = BusinessDate(date!(2026 - 03 - 31));

/// A counterparty that hands out the files it was given and takes every payout.
#[derive(Clone, Default)]
pub struct Counterparty {
    /// Bills by channel-independent day, and statements by account.
    pub files: Arc<Mutex<BTreeMap<String, NamedFile>>>,
}

impl Counterparty {
    /// Has it hand out a file under a name: a day, or an account.
    pub fn hands_out(&self, under: &str, file: NamedFile) {
        self.files.lock().unwrap().insert(under.to_owned(), file);
    }

    fn file(&self, under: &str) -> Result<NamedFile, Fault> {
        let file = self.files.lock().unwrap().get(under).cloned();
        file.ok_or_else(|| Fault::Unclear("the file is not ready yet".to_owned()))
    }
}

#[async_trait]
impl Files for Counterparty {
    async fn bill(&self, day: BusinessDate) -> Result<NamedFile, Fault> {
        self.file(&day.to_string())
    }

    async fn statement(&self, account: &str, _: BusinessDate) -> Result<NamedFile, Fault> {
        self.file(account)
    }
}

#[async_trait]
impl Payout for Counterparty {
    async fn pay_out(&self, instruction: &PayoutInstruction) -> Result<Answer, Fault> {
        Ok(Answer::Done {
            channel_no: format!("B{}", &instruction.number[..10]),
            amount: instruction.amount,
            at: datetime!(2026-03-31 05:00 UTC),
            clearing_date: DAY,
        })
    }

    async fn query_payout(&self, _: &str, _: &str) -> Result<Answer, Fault> {
        Ok(Answer::Processing)
    }
}

/// The desk.
pub struct Desk {
    pub office: Office,
    pub counterparty: Counterparty,
    /// Runs the day, proposes.
    pub operations: Actor,
    /// Prepares money.
    pub maker: Actor,
    /// Decides.
    pub checker: Actor,
    /// Reads only.
    pub auditor: Actor,
    pub shop: MerchantId,
    pub reserve: ReserveAccountId,
}

/// Tuesday, 31 March 2026, noon in China.
pub async fn open(pool: PgPool) -> Desk {
    let counterparty = Counterparty::default();
    let front = || Front {
        files: Some(Arc::new(counterparty.clone())),
        payout: Some(Arc::new(counterparty.clone())),
        ..Front::default()
    };
    let fronts = ["unionpay", "bank"].into_iter().map(|code| (code.to_owned(), front()));
    let office = Office {
        db: pool,
        clock: Clock::standing_at(datetime!(2026-03-31 04:00 UTC)),
        fronts: Arc::new(Fronts(fronts.collect())),
        notify: Arc::new(Nowhere),
        settings: Arc::new(Settings {
            zone: BusinessZone::china(),
            calendar: Calendar::default(),
            demo: false,
            vault: None,
        }),
        bell: backoffice::bell::Bell::default(),
        request_id: "test".to_owned(),
    };
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::open(&mut conn, DAY, office.now()).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO channels (code, name_en, name_zh, rail, active, our_merchant_no, cut_time,
                               bill_format, cost_fixed_minor, cost_ppm)
         VALUES ('unionpay', 'UnionPay', '银联', 'unionpay', true, '898319849000018', '23:00',
                 'unionpay_zm', 24, 0),
                ('wechat', 'WeChat', '微信', 'nucc', true, '1900', '00:00', 'wechat_trade', 0, 0),
                ('bank', 'Bank', '银行', 'pboc', true, '77', '00:00', 'camt053', 0, 0)",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    let custody = NewAccount {
        code: "PBOC-1".to_owned(),
        purpose: Purpose::Custody,
        bank_name: "Central bank".to_owned(),
        account_no: CUSTODY.to_owned(),
        front: "bank".to_owned(),
    };
    Desk {
        operations: person(&office, "Lin", &[Role::Operations]).await,
        maker: person(&office, "Mei", &[Role::FinanceMaker]).await,
        checker: person(&office, "Chen", &[Role::FinanceChecker]).await,
        auditor: person(&office, "Ada", &[Role::Auditor]).await,
        shop: merchant(&office, "M100001").await,
        reserve: reserve::open_account(&mut conn, &office, &custody).await.unwrap(),
        counterparty,
        office,
    }
}

/// A colleague.
pub async fn person(office: &Office, name: &str, roles: &[Role]) -> Actor {
    let staff = StaffId(office.new_id());
    sqlx::query(
        "INSERT INTO staff (id, login, name, password_hash, created_at)
         VALUES ($1, $2, $2, '', $3)",
    )
    .bind(staff.0)
    .bind(name)
    .bind(office.now())
    .execute(&office.db)
    .await
    .unwrap();
    for role in roles {
        sqlx::query("INSERT INTO staff_roles (staff_id, role) VALUES ($1, $2)")
            .bind(staff.0)
            .bind(role.name())
            .execute(&office.db)
            .await
            .unwrap();
    }
    let session = SessionId(office.new_id());
    Actor { staff, name: name.to_owned(), session, roles: roles.to_vec() }
}

async fn merchant(office: &Office, code: &str) -> MerchantId {
    let id = MerchantId(office.new_id());
    sqlx::query(
        "INSERT INTO merchants (id, code, name, kind, status, settlement_cycle_days,
                                settlement_account_no, settlement_account_name, settlement_bank,
                                created_at)
         VALUES ($1, $2, $2, 'direct', 'active', 1, '62' || $2, $2, 'Bank of Tests', $3)",
    )
    .bind(id.0)
    .bind(code)
    .bind(office.now())
    .execute(&office.db)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO merchant_fees (merchant_id, product, rate_ppm, fixed_minor, min_minor,
                                    max_minor, valid_from)
         VALUES ($1, 'quick_pay', 1800, 0, 0, NULL, '2010-01-01')",
    )
    .bind(id.0)
    .execute(&office.db)
    .await
    .unwrap();
    id
}

/// Our number of the n-th payment.
pub fn number(n: u32) -> String {
    format!("{n:032}")
}

/// A row of UnionPay's bill.
pub fn row(n: u32, fen: i64) -> BillRow {
    BillRow {
        line: n,
        kind: RowKind::Payment,
        channel_no: format!("{n:021}"),
        order_no: number(n),
        refund_no: None,
        merchant_no: OUR_NUMBER.to_owned(),
        event_time: Some(DAY.0.with_time(time!(10:00))),
        gross: Money::cny(fen),
        fee_e5: 24_000,
        status: RowStatus::Success,
    }
}

/// UnionPay's bill of the day.
pub fn bill(rows: &[BillRow]) -> NamedFile {
    unionpay_zm::write(DAY, OUR_NUMBER, rows).unwrap()
}

/// A file given as UnionPay's bill.
pub fn as_bill(file: NamedFile) -> NewFile {
    NewFile {
        kind: FileKind::Bill,
        channel: Some("unionpay".to_owned()),
        merchant: None,
        clearing_date: None,
        replaces: None,
        file,
    }
}

/// A file given as something else.
pub fn as_kind(kind: FileKind, file: NamedFile) -> NewFile {
    NewFile { kind, channel: None, merchant: None, clearing_date: Some(DAY), replaces: None, file }
}

/// A scope on the day of these stories.
pub fn scope(leg: Leg, of: impl ToString) -> RunScope {
    RunScope { leg, of: of.to_string(), day: DAY }
}

impl Desk {
    /// Imports a file.
    pub async fn import(&self, new: NewFile) -> Result<FileId, ReconciliationError> {
        reconciliation::import(&self.office, &self.operations, new).await
    }

    /// Reconciles, and shows the run.
    pub async fn reconcile(&self, scope: &RunScope) -> RunDetail {
        let id = reconciliation::run(&self.office, &self.operations, scope).await.unwrap();
        self.run(id, Shown::All).await
    }

    /// A run, with what is wanted of it.
    pub async fn run(&self, id: ReconciliationId, shown: Shown) -> RunDetail {
        let page = PageRequest { number: 1, size: 200 };
        reconciliation::find_run(&self.office, &self.auditor, id, (shown, page)).await.unwrap()
    }

    /// Reconciles UnionPay's bill of the day.
    pub async fn reconcile_bank(&self) -> RunDetail {
        self.reconcile(&scope(Leg::GatewayBank, "unionpay")).await
    }

    /// The error items, all of them.
    pub async fn items(&self) -> Vec<ErrorItemSummary> {
        self.items_like(&ErrorItemFilter::default()).await
    }

    /// The error items a filter wants.
    pub async fn items_like(&self, filter: &ErrorItemFilter) -> Vec<ErrorItemSummary> {
        error_items::list(&self.office, &self.operations, filter, None).await.unwrap().rows
    }

    /// The n-th payment: succeeded over UnionPay and booked, 0.60 fee, 0.24 cost.
    pub async fn paid(&self, n: u32, fen: i64) -> PaymentId {
        self.payment(n, fen, "succeeded").await
    }

    /// The n-th payment in a state.
    pub async fn payment(&self, n: u32, fen: i64, state: &str) -> PaymentId {
        let (order, id) = (self.office.new_id(), self.office.new_id());
        let done = state == "succeeded";
        let now = self.office.now();
        sqlx::query(
            "INSERT INTO orders (id, merchant_id, merchant_order_no, product, amount_minor,
                                 currency, subject, state, source, business_date, created_at,
                                 paid_at)
             VALUES ($1, $2, $3, 'quick_pay', $4, 'CNY', 'goods', $5, 'api', $6, $7, $8)",
        )
        .bind(order)
        .bind(self.shop.0)
        .bind(format!("O-{n:03}"))
        .bind(fen)
        .bind(if done { "paid" } else { "paying" })
        .bind(DAY.0)
        .bind(now)
        .bind(done.then_some(now))
        .execute(&self.office.db)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO payments (id, order_id, merchant_id, product, amount_minor, currency,
                                   state, channel, routing, number, channel_no, event_time,
                                   clearing_date, accounting_date, fee_minor, cost_minor, failure,
                                   created_at, updated_at)
             VALUES ($1, $2, $3, 'quick_pay', $4, 'CNY', $5, 'unionpay',
                     '{\"considered\": []}', $6, $7, $8, $9, $9, 60, 24, $10, $11, $11)",
        )
        .bind(id)
        .bind(order)
        .bind(self.shop.0)
        .bind(fen)
        .bind(state)
        .bind(number(n))
        .bind(done.then(|| format!("{n:021}")))
        .bind(done.then_some(now))
        .bind(done.then_some(DAY.0))
        .bind((state == "unknown" || state == "failed").then_some("the channel did not answer"))
        .bind(now)
        .execute(&self.office.db)
        .await
        .unwrap();
        if done {
            self.book_success(id.into(), fen).await;
        }
        id.into()
    }

    async fn book_success(&self, payment: PaymentId, fen: i64) {
        let now = self.office.now();
        let dates = Dates {
            accounting_date: DAY,
            clearing_date: Some(DAY),
            event_time: now,
            posted_at: now,
        };
        let event = |what| {
            let key = format!("payments:{payment}:{what}");
            Event::new(key, Source::new("payment", payment), dates)
        };
        let fee = VatSplit::unsplit(Money::cny(60));
        let postings = [
            entries::collected(event("collected"), "unionpay", self.shop, Money::cny(fen)),
            entries::fee_charged(event("fee"), self.shop, Owed::Unsettled, fee),
            entries::channel_cost(event("cost"), "unionpay", Money::cny(24)),
        ];
        let mut tx = self.office.begin().await.unwrap();
        ledger::post_all(&mut tx, &postings).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What an account holds, in fen.
    pub async fn balance(&self, account: &AccountRef) -> i64 {
        let mut conn = self.office.db.acquire().await.unwrap();
        ledger::balance(&mut conn, account, Currency::Cny).await.unwrap().minor()
    }

    /// Workers do what is due.
    pub async fn work(&self) {
        work::run_until_idle(&self.office).await.unwrap();
    }

    /// A colleague decides, having read what is stored; then the workers carry it out.
    pub async fn decide(
        &self,
        who: &Actor,
        id: ApprovalId,
        decided: Decided,
    ) -> Result<(), ApprovalError> {
        let shown = approvals::find(&self.office, who, id).await?.content_hash;
        let note = "compared with the bill";
        approvals::decide(&self.office, who, id, (&shown, decided, note)).await?;
        self.work().await;
        Ok(())
    }

    /// How many rows there are of everything a file leaves behind.
    pub async fn stored(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM source_files) + (SELECT COALESCE(sum(rows), 0)::bigint FROM bill_blocks)
                  + (SELECT count(*) FROM statement_lines)
                  + (SELECT count(*) FROM merchant_order_lines)
                  + (SELECT count(*) FROM audit_records WHERE action = 'reconciliation.import')",
        )
        .fetch_one(&self.office.db)
        .await
        .unwrap()
    }

    /// What must always hold in the books, holds.
    pub async fn books_are_sound(&self) {
        let mut conn = self.office.db.acquire().await.unwrap();
        let findings = ledger::invariants::check(&mut conn).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }

    /// Time passes.
    pub fn wait(&self, days: i64) {
        self.office.clock.forward(time::Duration::days(days));
    }

    /// The present moment.
    pub fn now(&self) -> OffsetDateTime {
        self.office.now()
    }
}
