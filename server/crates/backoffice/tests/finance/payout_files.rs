//! Stories about payouts that leave as signed files and are answered by status reports.

use crate::fixture::{self, House};
use backoffice::payouts::{self, Evidence, PayoutError};
use backoffice::reconciliation::{self, NewFile};
use backoffice::{approvals, work};
use banks::front::NamedFile;
use banks::seal;
use domain::approval::Verdict;
use domain::ids::{ApprovalId, PayoutBatchId, PayoutId, StatementLineId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{
    FileStanding, PayoutFileDetail, PayoutFilter, PayoutSummary, PayoutWay, StopScope, WaySetting,
};
use domain::source_file::FileKind;
use sqlx::PgPool;
use time::Duration;

const HOLDER: &str = "Countinghouse Payments";

/// The shop sold `sales` times for 100.00 and is settled, a draft for each; files are agreed on.
async fn house(pool: PgPool, sales: usize) -> (House, Vec<PayoutSummary>) {
    let house = fixture::open(pool).await;
    for _ in 0..sales {
        house.paid((house.shop, None), "2026-03-30").await;
    }
    house.funds_arrive(10_000 * i64::try_from(sales).unwrap()).await;
    house.settle("2026-03-31").await;
    // Settlement drafts one payout for all; here it is one for each sale.
    sqlx::query(
        "INSERT INTO payouts (id, merchant_id, source, source_id, from_code, amount_minor, currency,
                              payee_account, payee_name, payee_bank, number, state, created_at,
                              updated_at)
         SELECT gen_random_uuid(), merchant_id, source, source_id, from_code, 9940, currency,
                payee_account, payee_name, payee_bank, lpad(place::text, 32, '0'), state,
                created_at, updated_at
         FROM payouts, generate_series(2, $1) place",
    )
    .bind(i64::try_from(sales).unwrap())
    .execute(&house.office.db)
    .await
    .unwrap();
    sqlx::query("UPDATE payouts SET amount_minor = 9940").execute(&house.office.db).await.unwrap();
    let by_file = WaySetting { way: PayoutWay::File, holder: Some(HOLDER.to_owned()) };
    agree(&house, by_file).await;
    let drafts = listed(&house, "drafted").await;
    assert_eq!(drafts.len(), sales);
    (house, drafts)
}

async fn agree(house: &House, setting: WaySetting) {
    let change = (house.reserve, setting);
    let approval = payouts::propose_way(&house.office, &house.maker, change).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
}

async fn listed(house: &House, state: &str) -> Vec<PayoutSummary> {
    let filter = PayoutFilter { state: Some(state.to_owned()), ..PayoutFilter::default() };
    let page = PageRequest { number: 1, size: 100 };
    payouts::list(&house.office, &house.maker, &filter, page).await.unwrap().rows
}

async fn submitted(house: &House, payouts: &[PayoutSummary]) -> (PayoutBatchId, ApprovalId) {
    let ids: Vec<PayoutId> = payouts.iter().map(|payout| payout.id).collect();
    let House { office, maker, reserve, .. } = house;
    let batch = payouts::make_batch(office, maker, *reserve, &ids).await.unwrap();
    (batch, payouts::submit(office, maker, batch).await.unwrap())
}

/// Approved, and whatever the workers do then.
async fn approved(house: &House, payouts: &[PayoutSummary]) -> PayoutBatchId {
    let (batch, approval) = submitted(house, payouts).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    batch
}

/// The shop gives an address to be told at.
async fn told_at_home(house: &House) {
    sqlx::query(
        "INSERT INTO notification_endpoints (merchant_id, url, secret, changed_at, changed_by)
         VALUES ($1, 'https://shop.example/hook', decode(repeat('07', 32), 'hex'), now(), 'test')",
    )
    .bind(house.shop.0)
    .execute(&house.office.db)
    .await
    .unwrap();
}

/// What it is told of.
async fn told(house: &House) -> Vec<String> {
    sqlx::query_scalar("SELECT event FROM notifications ORDER BY event")
        .fetch_all(&house.office.db)
        .await
        .unwrap()
}

async fn files(house: &House) -> Vec<PayoutFileDetail> {
    let page = PageRequest { number: 1, size: 100 };
    let House { office, maker, .. } = house;
    let mut all = Vec::new();
    for file in payouts::list_files(office, maker, (None, page)).await.unwrap().rows {
        all.push(payouts::find_file(office, maker, file.id).await.unwrap());
    }
    all.sort_by(|a, b| a.summary.number.cmp(&b.summary.number));
    all
}

async fn taken(house: &House, file: &PayoutFileDetail) -> NamedFile {
    payouts::hand_out(&house.office, &house.maker, file.summary.id).await.unwrap()
}

/// A status report about a file: what it says of the whole, and of the payments it lists.
async fn report(house: &House, number: &str, whole: &str, listed: &[(&str, &str)]) {
    let rows: String = listed
        .iter()
        .map(|(number, status)| {
            format!(
                "<TxInfAndSts><OrgnlEndToEndId>{number}</OrgnlEndToEndId><TxSts>{status}</TxSts>\
                 <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
            )
        })
        .collect();
    let text = format!(
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>R-{number}-{whole}</MsgId></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{number}</OrgnlMsgId><GrpSts>{whole}</GrpSts>\
         </OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{number}</OrgnlPmtInfId>{rows}\
         </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    );
    let new = NewFile {
        kind: FileKind::PaymentStatus,
        channel: Some("bank".to_owned()),
        merchant: None,
        clearing_date: Some(fixture::day("2026-03-31")),
        replaces: None,
        file: NamedFile { name: format!("{whole}.xml"), bytes: text.into_bytes() },
    };
    reconciliation::import(&house.office, &house.operations, new).await.unwrap();
}

async fn states(house: &House) -> Vec<(String, &'static str)> {
    let page = PageRequest { number: 1, size: 100 };
    let all = PayoutFilter::default();
    let rows = payouts::list(&house.office, &house.maker, &all, page).await.unwrap().rows;
    let mut states: Vec<_> =
        rows.into_iter().map(|payout| (payout.number, payout.state.name())).collect();
    states.sort();
    states
}

async fn all_are(house: &House, state: &str) {
    let states = states(house).await;
    assert!(states.iter().all(|(_, is)| *is == state), "{state}: {states:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_approved_batch_leaves_as_a_signed_file_and_no_other_way(pool: PgPool) {
    let (house, drafts) = house(pool, 3).await;
    let batch = approved(&house, &drafts).await;
    assert!(house.bank.sent().is_empty(), "the bank is not asked directly");
    all_are(&house, "sending").await;
    let [file] = &files(&house).await[..] else { panic!("one file") };
    assert_eq!(file.summary.number, "BANK-20260331-0001");
    assert_eq!(file.summary.count, 3);
    assert_eq!(file.summary.batch.as_ref().unwrap().0, batch);
    assert_eq!(file.summary.total, Money::cny(3 * 9_940));
    assert_eq!(file.summary.standing, FileStanding::Written);

    let first = taken(&house, file).await;
    house.office.clock.forward(Duration::days(2));
    let again = taken(&house, file).await;
    assert_eq!(first, again, "the same bytes, whenever it is taken");
    assert!(seal::holds(&file.public_key, &first.bytes, &file.signature));
    let beside = payouts::signature(&house.office, &house.maker, file.summary.id).await.unwrap();
    assert_eq!(beside.bytes, file.signature.as_bytes());
    let text = String::from_utf8(first.bytes).unwrap();
    assert!(text.contains("<NbOfTxs>3</NbOfTxs>") && text.contains("<CtrlSum>298.20</CtrlSum>"));
    assert!(text.contains(HOLDER) && text.contains(fixture::CUSTODY));
    for draft in &drafts {
        assert_eq!(text.matches(&draft.number).count(), 1);
    }
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn writing_again_writes_nothing(pool: PgPool) {
    let (house, drafts) = house(pool, 2).await;
    let batch = approved(&house, &drafts).await;
    // As a worker would that was killed after the commit and took the job up again.
    for _ in 0..2 {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', run_at = $1 WHERE kind = 'payouts.write_file'",
        )
        .bind(house.office.now())
        .execute(&house.office.db)
        .await
        .unwrap();
        house.work().await;
    }
    assert_eq!(files(&house).await.len(), 1);
    // Nor past the application: a payout is in one file.
    let twice = sqlx::query(
        "INSERT INTO payout_file_items (payout_id, file_id, position)
         SELECT payout_id, file_id, position + 10 FROM payout_file_items",
    )
    .execute(&house.office.db)
    .await
    .unwrap_err();
    let constraint = twice.as_database_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("payout_file_items_one_file_each"));
    let changeable = sqlx::query_scalar::<_, bool>(
        "SELECT has_table_privilege('countinghouse_app', 'payout_files', 'UPDATE, DELETE')",
    );
    assert!(!changeable.fetch_one(&house.office.db).await.unwrap());
    assert_eq!(files(&house).await[0].summary.batch.as_ref().unwrap().0, batch);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn workers_at_the_same_files_number_without_gap_and_write_each_payout_once(pool: PgPool) {
    let (house, drafts) = house(pool, 6).await;
    for pair in drafts.chunks(2) {
        let (_, approval) = submitted(&house, pair).await;
        house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    }
    // The decisions are carried out; then four workers do the same three jobs at once.
    while sqlx::query_scalar::<_, i64>(
        "SELECT count(*) FROM jobs WHERE kind = 'payouts.write_file'",
    )
    .fetch_one(&house.office.db)
    .await
    .unwrap()
        < 3
    {
        assert!(work::run_one(&house.office).await.unwrap());
    }
    // Each job three times over, as if a lease had been lost: who is second finds nothing to do.
    sqlx::query(
        "INSERT INTO jobs (id, kind, payload, state, run_at, unique_key, created_at)
         SELECT gen_random_uuid(), kind, payload, state, run_at, unique_key || copy, created_at
         FROM jobs, generate_series(1, 2) copy WHERE kind = 'payouts.write_file'",
    )
    .execute(&house.office.db)
    .await
    .unwrap();
    let workers = (0..4).map(|_| {
        let office = house.office.clone();
        tokio::spawn(async move { work::run_until_idle(&office).await })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap().unwrap();
    }
    let files = files(&house).await;
    let numbers: Vec<_> = files.iter().map(|file| file.summary.number.as_str()).collect();
    assert_eq!(numbers, ["BANK-20260331-0001", "BANK-20260331-0002", "BANK-20260331-0003"]);
    assert!(files.iter().all(|file| file.summary.count == 2));
    all_are(&house, "sending").await;
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_report_accepts_refuses_or_leaves_open_each_payout(pool: PgPool) {
    let (house, drafts) = house(pool, 4).await;
    told_at_home(&house).await;
    approved(&house, &drafts).await;
    let file = files(&house).await.remove(0);
    taken(&house, &file).await;
    let mut numbers: Vec<_> = drafts.iter().map(|draft| draft.number.as_str()).collect();
    numbers.sort_unstable();
    let [one, two, three, four] = numbers[..] else { panic!("four") };
    let number = file.summary.number.as_str();
    report(&house, number, "PART", &[(one, "RJCT"), (two, "PDNG")]).await;
    let expected = [(one, "rejected"), (two, "unknown"), (three, "accepted"), (four, "accepted")];
    let expected = expected.map(|(number, state)| (number.to_owned(), state));
    assert_eq!(states(&house).await, expected);
    assert_eq!(house.balance("2241.03", house.shop).await, 9_940, "the refused one is given back");
    report(&house, number, "ACSC", &[]).await;
    assert_eq!(states(&house).await[1].1, "accepted", "the pending one");
    assert_eq!(states(&house).await[0].1, "rejected", "what is certain stays");
    let found = payouts::find_file(&house.office, &house.maker, file.summary.id).await.unwrap();
    assert_eq!(found.summary.standing, FileStanding::Answered);
    assert_eq!(found.answers.len(), 2);
    // Only the statement completes it.
    let line = Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(7)),
        bank_ref: "S7".to_owned(),
        amount: Money::cny(9_940),
        at: house.office.now(),
    };
    let mut tx = house.office.begin().await.unwrap();
    payouts::complete(&mut tx, &house.office, three, &line).await.unwrap();
    payouts::complete(&mut tx, &house.office, three, &line).await.unwrap(); // and once more
    let back = Evidence { line: StatementLineId(uuid::Uuid::from_u128(8)), ..line };
    let why = "AC04 closed";
    assert_eq!(states(&house).await[2].1, "accepted", "not committed");
    tx.commit().await.unwrap();
    assert_eq!(states(&house).await[2].1, "paid");
    let mut tx = house.office.begin().await.unwrap();
    payouts::returned(&mut tx, &house.office, three, &back, why).await.unwrap();
    tx.commit().await.unwrap();
    let expected = ["payout.paid", "payout.rejected", "payout.returned"];
    assert_eq!(told(&house).await, expected, "the merchant, once of each");
    let body: String =
        sqlx::query_scalar("SELECT body FROM notifications WHERE event = 'payout.returned'")
            .fetch_one(&house.office.db)
            .await
            .unwrap();
    assert!(body.contains("AC04 closed") && body.contains("\"amount\":\"99.40\""), "{body}");
    assert!(!body.contains("62M100001"), "not the whole account: {body}");
    assert!(house.bank.sent().is_empty());
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_file_refused_as_a_whole_gives_everything_back(pool: PgPool) {
    let (house, drafts) = house(pool, 2).await;
    told_at_home(&house).await;
    approved(&house, &drafts).await;
    let file = files(&house).await.remove(0);
    taken(&house, &file).await;
    report(&house, &file.summary.number, "RJCT", &[]).await;
    all_are(&house, "rejected").await;
    assert_eq!(told(&house).await, ["payout.rejected", "payout.rejected"]);
    assert_eq!(house.balance("2241.08", "").await, 0);
    assert_eq!(house.balance("2241.03", house.shop).await, 2 * 9_940);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_file_without_answer_becomes_unknown_is_asked_about_and_never_written_again(
    pool: PgPool,
) {
    let (house, drafts) = house(pool, 2).await;
    approved(&house, &drafts).await;
    let file = files(&house).await.remove(0);
    house.wait(24 * 60).await;
    all_are(&house, "sending").await; // nobody took it to the bank yet: nothing can be late
    taken(&house, &file).await;
    house.wait(3 * 60).await;
    all_are(&house, "sending").await;
    house.wait(60).await;
    all_are(&house, "unknown").await;
    let found = payouts::find_file(&house.office, &house.maker, file.summary.id).await.unwrap();
    assert_eq!(found.summary.standing, FileStanding::Overdue);
    assert!(house.bank.queried().contains(&drafts[0].number), "the bank is asked");
    house.wait(24 * 60).await;
    all_are(&house, "unknown").await;
    assert!(house.bank.sent().is_empty());
    assert_eq!(files(&house).await.len(), 1);
    report(&house, &file.summary.number, "ACCP", &[]).await;
    all_are(&house, "accepted").await; // late, but it came
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stop_keeps_payouts_out_of_files_and_files_in_the_house(pool: PgPool) {
    let (house, drafts) = house(pool, 2).await;
    let House { office, maker, checker, second_checker, .. } = &house;
    let all = StopScope::new("all", "").unwrap();
    let stop = payouts::pull(office, maker, (&all, "odd")).await.unwrap();
    approved(&house, &drafts).await;
    all_are(&house, "queued").await;
    assert!(files(&house).await.is_empty());
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    all_are(&house, "sending").await;
    // Pulled again before anybody took it: the file stays here.
    let file = files(&house).await.remove(0);
    payouts::pull(office, maker, (&all, "odd again")).await.unwrap();
    let refused = payouts::hand_out(office, maker, file.summary.id).await;
    assert!(matches!(refused, Err(PayoutError::FileStopped(why)) if why == "odd again"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_people_change_the_way_and_a_batch_leaves_as_its_checker_was_shown(pool: PgPool) {
    let (house, drafts) = house(pool, 2).await;
    let House { office, maker, checker, .. } = &house;
    let by_api = WaySetting { way: PayoutWay::Api, holder: Some(HOLDER.to_owned()) };
    let own = payouts::propose_way(office, checker, (house.reserve, by_api.clone())).await;
    assert!(matches!(own, Err(PayoutError::Forbidden(_))));
    let (batch, approval) = submitted(&house, &drafts[..1]).await;
    let shown = approvals::find(office, checker, approval).await.unwrap();
    assert!(shown.content.contains("\"sent_by\""), "{}", shown.content);
    house.decide(checker, approval, Verdict::Approve).await.unwrap();
    // The way is changed before the decision is carried out.
    let mut tx = office.begin().await.unwrap();
    backoffice::reserve::set_payout_way(&mut tx, house.reserve, &by_api).await.unwrap();
    tx.commit().await.unwrap();
    house.work().await;
    let found = payouts::find_batch(office, maker, batch).await.unwrap();
    assert_eq!(found.summary.state.name(), "rejected", "stale: back to its maker");
    assert!(house.bank.sent().is_empty() && files(&house).await.is_empty());
    let same = payouts::propose_way(office, maker, (house.reserve, by_api)).await;
    assert!(matches!(same, Err(PayoutError::WayUnchanged(_))));
    let nameless = WaySetting { way: PayoutWay::File, holder: Some(" ".to_owned()) };
    let refused = payouts::propose_way(office, maker, (house.reserve, nameless)).await;
    assert!(matches!(refused, Err(PayoutError::NoHolder)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_file_cannot_carry_is_refused_to_the_maker(pool: PgPool) {
    let (house, drafts) = house(pool, 1).await;
    sqlx::query("UPDATE merchants SET settlement_bank = '' WHERE id = $1")
        .bind(house.shop.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    let House { office, maker, reserve, .. } = &house;
    let batch = payouts::make_batch(office, maker, *reserve, &[drafts[0].id]).await.unwrap();
    let refused = payouts::submit(office, maker, batch).await;
    assert!(matches!(refused, Err(PayoutError::Unwritable(_))), "{refused:?}");
}
