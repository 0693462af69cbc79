//! A small institution: three channels, a custody account, one direct merchant, one platform with
//! a seller and a logistics company, and the colleagues of these stories.

use crate::bank::Bank;
use backoffice::approvals;
use backoffice::office::{Clock, Office, Settings};
use backoffice::reserve::{self, NewAccount};
use backoffice::{settlement, work};
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::account::AccountRef;
use domain::approval::Verdict;
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::ids::{ApprovalId, MerchantId, PaymentId, ReserveAccountId, SessionId, StaffId};
use domain::money::{Currency, Money};
use domain::reserve::Purpose;
use domain::settlement::SettlementRun;
use ledger::entries::{self, Event, Owed, VatSplit};
use ledger::{Dates, Entry, Line, Posting, Source};
use sqlx::PgPool;
use std::sync::Arc;
use time::macros::datetime;
use uuid::Uuid;

/// The number of the custody account at its bank.
pub const CUSTODY: &str = "7701000000000001";

/// The institution.
pub struct House {
    pub office: Office,
    pub bank: Bank,
    pub maker: Actor,
    pub checker: Actor,
    pub second_checker: Actor,
    pub operations: Actor,
    pub reserve: ReserveAccountId,
    pub shop: MerchantId,
    pub platform: MerchantId,
    pub seller: MerchantId,
    pub logistics: MerchantId,
    orders: std::cell::Cell<u32>,
}

/// Tuesday, 31 March 2026, noon in China.
pub async fn open(pool: PgPool) -> House {
    let bank = Bank::default();
    let office = Office {
        db: pool,
        clock: Clock::standing_at(datetime!(2026-03-31 04:00 UTC)),
        fronts: Arc::new(bank.fronts()),
        notify: Arc::new(Nowhere),
        settings: Arc::new(Settings {
            zone: BusinessZone::china(),
            calendar: Calendar::default(),
            demo: false,
            vault: backoffice::vault::Vault::new(&[7; 32]).ok(),
        }),
        bell: backoffice::bell::Bell::default(),
        request_id: "test".to_owned(),
    };
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::open(&mut conn, day("2026-03-31"), office.now()).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO channels (code, name_en, name_zh, rail, active, our_merchant_no, cut_time,
                               bill_format, cost_fixed_minor, cost_ppm)
         VALUES ('unionpay', 'UnionPay', '银联', 'unionpay', true, '898', '23:00', 'unionpay_zm',
                 24, 0),
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
    let reserve = reserve::open_account(&mut conn, &office, &custody).await.unwrap();
    let platform = merchant(&office, "P200001", ("platform", None)).await;
    House {
        maker: person(&office, "maker", Role::FinanceMaker).await,
        checker: person(&office, "checker", Role::FinanceChecker).await,
        second_checker: person(&office, "second", Role::FinanceChecker).await,
        operations: person(&office, "operations", Role::Operations).await,
        shop: merchant(&office, "M100001", ("direct", None)).await,
        seller: merchant(&office, "S200002", ("supplier", Some(platform))).await,
        logistics: merchant(&office, "L200003", ("logistics", Some(platform))).await,
        reserve,
        platform,
        bank,
        office,
        orders: std::cell::Cell::new(0),
    }
}

/// A day, as text.
pub fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

pub async fn person(office: &Office, login: &str, role: Role) -> Actor {
    let staff = StaffId(office.new_id());
    sqlx::query(
        "INSERT INTO staff (id, login, name, password_hash, created_at)
         VALUES ($1, $2, $2, '', $3)",
    )
    .bind(staff.0)
    .bind(login)
    .bind(office.now())
    .execute(&office.db)
    .await
    .unwrap();
    sqlx::query("INSERT INTO staff_roles (staff_id, role) VALUES ($1, $2)")
        .bind(staff.0)
        .bind(role.name())
        .execute(&office.db)
        .await
        .unwrap();
    let session = SessionId(office.new_id());
    Actor { staff, name: login.to_owned(), session, roles: vec![role] }
}

async fn merchant(
    office: &Office,
    code: &str,
    (kind, on): (&str, Option<MerchantId>),
) -> MerchantId {
    let id = MerchantId(office.new_id());
    sqlx::query(
        "INSERT INTO merchants (id, code, name, kind, platform_id, status, settlement_cycle_days,
                                settlement_account_no, settlement_account_name, settlement_bank,
                                created_at)
         VALUES ($1, $2, $2, $3, $4, 'active', 1, '62' || $2, $2, 'Bank of Tests', $5)",
    )
    .bind(id.0)
    .bind(code)
    .bind(kind)
    .bind(on.map(|platform| platform.0))
    .bind(office.now())
    .execute(&office.db)
    .await
    .unwrap();
    id
}

impl House {
    /// The platform's rules: 1.00 commission, 2.00 logistics.
    pub async fn agree_split(&self, mode: &str) {
        for (payee, label, fen) in
            [(self.platform, "commission", 100_i64), (self.logistics, "logistics", 200)]
        {
            sqlx::query(
                "INSERT INTO split_rules (id, platform_id, payee_id, label, fixed_minor, mode,
                                          valid_from)
                 VALUES ($1, $2, $3, $4, $5, $6, '2026-01-01')",
            )
            .bind(self.office.new_id())
            .bind(self.platform.0)
            .bind(payee.0)
            .bind(label)
            .bind(fen)
            .bind(mode)
            .execute(&self.office.db)
            .await
            .unwrap();
        }
    }

    /// A payment that succeeded: 100.00 over UnionPay with a fee of 0.60 and a cost of 0.24,
    /// booked by entries 1, 2 and 3.
    pub async fn paid(
        &self,
        (merchant, seller): (MerchantId, Option<MerchantId>),
        clearing: &str,
    ) -> PaymentId {
        let (order, payment) = (self.office.new_id(), self.office.new_id());
        self.orders.set(self.orders.get() + 1);
        let (now, clearing) = (self.office.now(), day(clearing));
        sqlx::query(
            "INSERT INTO orders (id, merchant_id, seller_id, merchant_order_no, product,
                                 amount_minor, currency, subject, state, source, business_date,
                                 created_at, paid_at)
             VALUES ($1, $2, $3, $4, 'quick_pay', 10000, 'CNY', 'goods', 'paid', 'api', $5, $6, $6)",
        )
        .bind(order)
        .bind(merchant.0)
        .bind(seller.map(|seller| seller.0))
        .bind(format!("O-{:03}", self.orders.get()))
        .bind(clearing.0)
        .bind(now)
        .execute(&self.office.db)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO payments (id, order_id, merchant_id, product, amount_minor, currency,
                                   state, channel, routing, number, channel_no, event_time,
                                   clearing_date, accounting_date, fee_minor, cost_minor,
                                   created_at, updated_at)
             VALUES ($1, $2, $3, 'quick_pay', 10000, 'CNY', 'succeeded', 'unionpay', '{}', $4,
                     'C' || $4, $5, $6, $6, 60, 24, $5, $5)",
        )
        .bind(payment)
        .bind(order)
        .bind(merchant.0)
        .bind(payment.simple().to_string())
        .bind(now)
        .bind(clearing.0)
        .execute(&self.office.db)
        .await
        .unwrap();
        let amount = Money::cny(10_000);
        self.books(payment, |event| entries::collected(event, "unionpay", merchant, amount)).await;
        let fee = VatSplit::unsplit(Money::cny(60));
        self.books(payment, |event| entries::fee_charged(event, merchant, Owed::Unsettled, fee))
            .await;
        let cost = Money::cny(24);
        self.books(payment, |event| entries::channel_cost(event, "unionpay", cost)).await;
        PaymentId(payment)
    }

    /// Books what happened.
    pub async fn books(&self, id: Uuid, what: impl FnOnce(Event) -> Posting) {
        let mut tx = self.office.begin().await.unwrap();
        let now = self.office.now();
        let open = ledger::days::current(&mut tx).await.unwrap().unwrap();
        let dates =
            Dates { accounting_date: open, clearing_date: None, event_time: now, posted_at: now };
        let key = format!("test:{id}:{}", self.office.new_id());
        let posting = what(Event::new(key, Source::new("payment", id), dates));
        ledger::post(&mut tx, &posting).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The channel pays what it collected into the reserve (entry 4).
    pub async fn funds_arrive(&self, fen: i64) {
        let id = self.office.new_id();
        let amount = Money::cny(fen);
        self.books(id, |event| entries::channel_funds_gross(event, "unionpay", "", amount)).await;
    }

    /// What an account holds, in fen.
    pub async fn balance(&self, code: &str, owner: impl std::fmt::Display) -> i64 {
        let mut conn = self.office.db.acquire().await.unwrap();
        let account = AccountRef::new(code, owner);
        ledger::balance(&mut conn, &account, Currency::Cny).await.unwrap().minor()
    }

    /// Settles what is due on a day.
    pub async fn settle(&self, due: &str) -> SettlementRun {
        settlement::run(&self.office, &self.maker, day(due)).await.unwrap()
    }

    /// Workers do what is due.
    pub async fn work(&self) {
        work::run_until_idle(&self.office).await.unwrap();
    }

    /// Time passes, and workers do what becomes due.
    pub async fn wait(&self, minutes: i64) {
        self.office.clock.forward(time::Duration::minutes(minutes));
        self.work().await;
    }

    /// A colleague decides, having read what is stored.
    pub async fn decide(
        &self,
        who: &Actor,
        id: ApprovalId,
        verdict: Verdict,
    ) -> Result<(), approvals::ApprovalError> {
        let shown = approvals::find(&self.office, who, id).await?.content_hash;
        approvals::decide(&self.office, who, id, (&shown, verdict, "looked at it")).await
    }

    /// A colleague gets another role, past the approval that would take in life.
    pub async fn give_role(&self, who: &Actor, role: Role) {
        sqlx::query("INSERT INTO staff_roles (staff_id, role) VALUES ($1, $2)")
            .bind(who.staff.0)
            .bind(role.name())
            .execute(&self.office.db)
            .await
            .unwrap();
    }

    /// What must always hold, holds.
    pub async fn books_are_sound(&self) {
        let mut conn = self.office.db.acquire().await.unwrap();
        let findings = ledger::invariants::check(&mut conn).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        let proof = reserve::proof(&mut conn).await.unwrap();
        assert!(proof.holds(), "{proof:#?}");
        assert_eq!(self.balance("2241.05", self.platform).await, 0, "split pending");
    }
}

/// A channel paid too little (entry 18): what is missing is looked for.
pub async fn missing(house: &House, id: Uuid, fen: i64) {
    house.books(id, |event| entries::short_found(event, "unionpay", Money::cny(fen))).await;
}

/// What was looked for is lost, and own funds are not paid in: the reserve is short.
pub async fn lost(house: &House, id: Uuid, fen: i64) {
    let loss = Line {
        debit: AccountRef::loss_written_off(),
        credit: AccountRef::short_suspense(),
        amount: Money::cny(fen),
        memo: "written off".to_owned(),
    };
    house.books(id, |event| entries::ruled(event, Entry::BankShort, [loss]).unwrap()).await;
}
