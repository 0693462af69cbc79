//! Every server function stands in one table of who may call it, and is tried as everybody: as
//! nobody, and as each role. A function without a row fails the test.

mod support;

use axum::Router;
use axum::http::{Method, StatusCode};
use domain::access::Role::{
    self, Admin, Auditor, FinanceChecker, FinanceMaker, Manager, Operations,
};
use leptos::server_fn::axum::server_fn_paths;
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use support::{PASSWORD, add, get, office, post, sign_in, site};

/// Where all server functions live.
const PREFIX: &str = "/api/fn/";
/// An id that nothing has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

const FIRST_PAGE: &str = r#"{"number":1,"size":50}"#;

/// Whoever is signed in. Which objects they get is decided object by object.
const EVERYBODY: &[Role] = &Role::ALL;
const AUDITORS: &[Role] = &[Manager, Admin, Auditor];
/// Who sees the books, payouts, the reserve and vouchers.
const BOOKS: &[Role] = &[FinanceMaker, FinanceChecker, Manager, Auditor];
/// Whoever sees merchants and payments.
const TRADE: &[Role] = &[Operations, FinanceMaker, FinanceChecker, Manager, Auditor];
/// Who may take a channel out at once.
const WITHDRAWERS: &[Role] = &[Operations, Manager];
/// Who takes note of a gap of the reserve.
const GAP_WATCHERS: &[Role] = &[FinanceMaker, FinanceChecker, Manager];
const ANALYSTS: &[Role] = &[Operations, Manager, Auditor];
/// Who reconciles and proposes resolutions.
const CHECKING_MAKERS: &[Role] = &[Operations, FinanceMaker];
/// Those, and who decides their proposals.
const CHECKING: &[Role] = &[Operations, FinanceMaker, FinanceChecker, Manager];

/// An adjustment document as its form sends it, without evidence.
const DOCUMENT: &str = concat!(
    r#"request[confirmed]=yes&request[document]={"id":"{id}","baseline":"bank","#,
    r#""reason":"other","evidence":"","lines":[]}"#,
);

/// Function, who may call it, and a request that reads well enough to reach that question: JSON for
/// what loads, a form for what commands. `{id}` stands for an id that nothing has, `{page}` for the
/// first page.
const TABLE: &[(&str, &[Role], &str)] = &[
    ("accounts/chart", BOOKS, "{}"),
    ("accounts/chart_line", BOOKS, r#"{"code":"2241.02"}"#),
    ("accounts/check", BOOKS, r#"{"id":"{id}"}"#),
    ("accounts/checks", BOOKS, r#"{"page":{page}}"#),
    ("accounts/journal", BOOKS, r#"{"id":"{id}"}"#),
    ("accounts/journals", BOOKS, r#"{"filter":{"page":{page}}}"#),
    ("accounts/list", BOOKS, r#"{"filter":{"with_balance":false,"page":{page}}}"#),
    (
        "accounts/open_chart_line",
        &[FinanceMaker],
        "request[new_code]=2241.77&request[new_name_en]=x&request[new_name_zh]=x\
         &request[kind]=accounts&request[normal_side]=credit&request[owner_kind]=merchant\
         &request[new_floor]=&request[new_posting_mode]=plain",
    ),
    ("accounts/open_items", BOOKS, r#"{"day":"2026-03-31"}"#),
    (
        "accounts/reword_chart_line",
        &[FinanceMaker],
        "request[code]=9999&request[name_en]=x&request[name_zh]=x&request[floor]=\
         &request[posting_mode]=plain",
    ),
    ("accounts/statement", BOOKS, r#"{"id":"{id}","filter":{"page":{page}}}"#),
    ("accounts/trial_balance", BOOKS, r#"{"day":"2026-03-31"}"#),
    ("adjustments/find", BOOKS, r#"{"id":"{id}"}"#),
    ("adjustments/list", BOOKS, r#"{"filter":{"page":{page}}}"#),
    (
        "adjustments/preview",
        &[FinanceMaker],
        r#"{"sketch":{"template":"long_found","amount":"1","baseline":"bank","reason":"other"}}"#,
    ),
    ("adjustments/propose", &[FinanceMaker], DOCUMENT),
    ("adjustments/propose_template", &[FinanceMaker], DOCUMENT),
    ("adjustments/retire_template", &[FinanceMaker], "id={id}"),
    ("adjustments/template", BOOKS, r#"{"id":"{id}"}"#),
    ("adjustments/templates", BOOKS, "{}"),
    ("analytics/funnels", ANALYSTS, "{}"),
    (
        "approvals/decide",
        EVERYBODY,
        "request[id]={id}&request[shown_hash]=x&request[verdict]=approve&request[confirmed]=yes",
    ),
    ("approvals/approve_together", EVERYBODY, "request[shown][0]={id}:x&request[confirmed]=yes"),
    ("approvals/rehearse", EVERYBODY, r#"{"ids":["{id}"]}"#),
    ("approvals/rules", EVERYBODY, "{}"),
    ("approvals/people", EVERYBODY, "{}"),
    ("approvals/stand_ins", EVERYBODY, "{}"),
    ("approvals/propose_rule", &[Admin], "request[name]=x&request[steps]=L1"),
    ("approvals/propose_removal", &[Admin], "name=nothing"),
    ("approvals/propose_authority", &[Admin], "request[login]=manager&request[level]=L2"),
    (
        "approvals/lend",
        EVERYBODY,
        "request[stand_in]=nobody&request[from]=2026-03-31&request[until]=2026-04-01\
         &request[reason]=x",
    ),
    ("approvals/revoke", EVERYBODY, "id={id}"),
    ("access/second_factor", EVERYBODY, "{}"),
    ("access/enrol", EVERYBODY, "request[password]=x"),
    ("access/confirm", EVERYBODY, "code=000000"),
    ("approvals/differences", EVERYBODY, r#"{"id":"{id}"}"#),
    ("approvals/find", EVERYBODY, r#"{"id":"{id}"}"#),
    ("approvals/list", EVERYBODY, r#"{"inbox":"to_decide","page":{page}}"#),
    ("approvals/withdraw", EVERYBODY, "id={id}"),
    ("audit/list", AUDITORS, r#"{"filter":{},"page":{page}}"#),
    ("channels/bring_back", WITHDRAWERS, "code=nowhere"),
    ("channels/changes", EVERYBODY, r#"{"code":"nowhere"}"#),
    ("channels/find", EVERYBODY, r#"{"code":"nowhere"}"#),
    ("channels/list", EVERYBODY, "{}"),
    (
        "channels/propose_cost",
        &[Operations],
        "request[id]=nowhere&request[product]=quick_pay&request[rate]=0.38&request[fixed]=0\
         &request[min]=0&request[max]=&request[valid_from]=2999-01-01",
    ),
    (
        "channels/propose_health",
        &[Operations],
        "request[code]=nowhere&request[window_seconds]=300&request[answers_min]=20\
         &request[faults]=50&request[pause_seconds]=60&request[trial]=5&request[trial_answers]=5",
    ),
    ("channels/propose_validity", &[Operations], "request[code]=nowhere"),
    ("channels/take_out", WITHDRAWERS, "request[code]=nowhere&request[reason]=x"),
    ("error_items/advances", TRADE, r#"{"open_only":true}"#),
    ("error_items/advice", TRADE, "{}"),
    ("error_items/apply_sheet", CHECKING_MAKERS, "id={id}"),
    ("error_items/assign", CHECKING_MAKERS, "id={id}"),
    ("error_items/bulk", TRADE, r#"{"id":"{id}"}"#),
    ("error_items/bulks", TRADE, "{}"),
    ("error_items/cancel_bulk", CHECKING_MAKERS, "id={id}"),
    ("error_items/case", TRADE, r#"{"key":"x"}"#),
    ("error_items/cases", TRADE, "{}"),
    ("error_items/channels", EVERYBODY, "{}"),
    ("error_items/comment", CHECKING, "request[id]={id}&request[text]=x"),
    ("error_items/confirm_bulk", CHECKING_MAKERS, "request[id]={id}&request[confirmed]=yes"),
    ("error_items/find", TRADE, r#"{"id":"{id}"}"#),
    ("error_items/hand_on", CHECKING_MAKERS, "request[id]={id}&request[to]=nobody"),
    ("error_items/investigate", CHECKING_MAKERS, "id={id}"),
    ("error_items/list", TRADE, r#"{"filter":{"open_only":true,"mine":false}}"#),
    (
        "error_items/open",
        CHECKING_MAKERS,
        "request[cause]=amount&request[direction]=in&request[channel]=nowhere&request[day]=2026-03-31\
         &request[number]=x&request[ours]=1&request[theirs]=2&request[note]=x",
    ),
    (
        "error_items/propose",
        CHECKING_MAKERS,
        "request[id]={id}&request[action]=ignore&request[reason]=x&request[confirmed]=yes",
    ),
    (
        "error_items/propose_advice",
        CHECKING_MAKERS,
        r#"pattern={"cause":"fee","channel":null,"direction":"in","long":true}"#,
    ),
    ("error_items/propose_rules", CHECKING_MAKERS, "request[what]=remove_queue&request[at]=9999"),
    ("error_items/release", CHECKING_MAKERS, "id={id}"),
    ("error_items/reopen", CHECKING_MAKERS, "request[id]={id}&request[reason]=x"),
    ("error_items/rules", TRADE, "{}"),
    ("error_items/set_apart", CHECKING_MAKERS, "request[id]={id}&request[apart]=yes"),
    ("error_items/sheet", TRADE, r#"{"id":"{id}"}"#),
    ("error_items/sheets", TRADE, "{}"),
    ("error_items/snooze", CHECKING_MAKERS, "request[id]={id}&request[until]=2999-01-01"),
    (
        "error_items/start_bulk",
        CHECKING_MAKERS,
        "request[what]=comment&request[text]=x&request[ids][0]={id}",
    ),
    ("error_items/undo", CHECKING, "id={id}"),
    ("error_items/wake", CHECKING_MAKERS, "id={id}"),
    ("holds/blank", CHECKING_MAKERS, "{}"),
    ("holds/find", TRADE, r#"{"id":"{id}"}"#),
    ("holds/list", TRADE, r#"{"filter":{"page":{page}}}"#),
    (
        "holds/propose",
        CHECKING_MAKERS,
        "request[id]={id}&request[merchant]=M999999&request[kind]=risk&request[amount]=1.00\
         &request[reason]=x",
    ),
    ("holds/propose_release", CHECKING_MAKERS, "request[id]={id}&request[reason]=x"),
    ("jobs/list", EVERYBODY, r#"{"page":{page}}"#),
    (
        "limits/propose_class",
        &[Operations],
        "request[account]=bank&request[class]=II&request[valid_from]=2020-01-01&request[source]=x",
    ),
    (
        "limits/propose_structuring",
        &[Operations],
        "request[share]=0&request[payments_min]=3&request[window_hours]=24",
    ),
    ("limits/table", TRADE, "{}"),
    ("merchants/conspicuous", TRADE, r#"{"id":"{id}"}"#),
    ("merchants/find", TRADE, r#"{"id":"{id}"}"#),
    ("merchants/holds", TRADE, r#"{"id":"{id}"}"#),
    ("merchants/list", TRADE, r#"{"filter":{},"page":{page}}"#),
    (
        "merchants/propose_fee",
        &[Operations],
        "request[id]={id}&request[product]=quick_pay&request[rate]=0.38&request[fixed]=0\
         &request[min]=0&request[max]=&request[valid_from]=2999-01-01",
    ),
    (
        "merchants/propose_product",
        &[Operations],
        "request[id]={id}&request[product]=quick_pay&request[enabled]=true",
    ),
    ("merchants/propose_suspension", &[Operations], "request[id]={id}&request[suspended]=true"),
    (
        "merchants/propose_account",
        &[Operations],
        "request[id]={id}&request[account_no]=622200001&request[account_name]=x&request[bank]=x",
    ),
    ("notifications/endpoints", TRADE, "{}"),
    ("notifications/find", TRADE, r#"{"id":"{id}"}"#),
    ("notifications/list", TRADE, r#"{"query":{},"page":{page}}"#),
    (
        "notifications/propose_endpoint",
        &[Operations],
        "request[merchant]=M999999&request[url]=https://shop.example/",
    ),
    ("notifications/resend", &[Operations], "id={id}"),
    ("orders/find", TRADE, r#"{"id":"{id}"}"#),
    ("orders/imports", TRADE, r#"{"page":{page}}"#),
    ("orders/list", TRADE, r#"{"query":{},"page":{page}}"#),
    ("payments/ask_now", CHECKING_MAKERS, "id={id}"),
    (
        "payments/propose_closing",
        CHECKING_MAKERS,
        "request[id]={id}&request[reason]=x&request[confirmed]=yes",
    ),
    ("payments/channels", EVERYBODY, "{}"),
    ("payments/find", TRADE, r#"{"id":"{id}"}"#),
    ("payments/list", TRADE, r#"{"query":{}}"#),
    (
        "payments/request_refund",
        &[Operations, FinanceMaker],
        "request[payment]={id}&request[currency]=CNY&request[merchant_refund_no]=R1\
         &request[amount]=1.00&request[reason]=double&request[confirmed]=yes",
    ),
    (
        "payments/request_refund_by_payout",
        &[Operations, FinanceMaker],
        "request[payment]={id}&request[currency]=CNY&request[merchant_refund_no]=R1\
         &request[amount]=1.00&request[reason]=double&request[confirmed]=yes\
         &request[account]=6222021001012345&request[name]=Wang&request[bank]=Bank",
    ),
    (
        "payments/return_top_up",
        &[FinanceMaker],
        "request[payment]={id}&request[amount]=1.00&request[reason]=x&request[confirmed]=yes",
    ),
    ("users/find", TRADE, r#"{"id":"{id}"}"#),
    ("users/list", TRADE, r#"{"query":{},"page":{page}}"#),
    (
        "users/withdraw",
        &[FinanceMaker],
        "request[user]={id}&request[number]=W1&request[amount]=1.00&request[confirmed]=yes",
    ),
    ("payouts/batch", BOOKS, r#"{"id":"{id}"}"#),
    ("payouts/batches", BOOKS, r#"{"page":{page}}"#),
    ("payouts/find", BOOKS, r#"{"id":"{id}"}"#),
    ("payouts/list", BOOKS, r#"{"filter":{},"page":{page}}"#),
    ("payouts/make_batch", &[FinanceMaker], "request[account]={id}&request[payouts][0]={id}"),
    ("payouts/refuse", &[FinanceMaker], "request[id]={id}&request[reason]=x"),
    ("payouts/repay", &[FinanceMaker], "request[id]={id}"),
    ("payouts/files", BOOKS, r#"{"page":{page}}"#),
    ("payouts/file", BOOKS, r#"{"id":"{id}"}"#),
    ("payouts/ways", BOOKS, "{}"),
    (
        "payouts/propose_way",
        &[FinanceMaker],
        "request[account]={id}&request[way]=file&request[holder]=x",
    ),
    ("payouts/stops", BOOKS, "{}"),
    (
        "payouts/pull_stop",
        &[FinanceMaker, FinanceChecker, Manager],
        "request[scope]=merchant&request[subject]=M999999&request[reason]=x",
    ),
    ("payouts/lift_stop", &[FinanceChecker, Manager], "request[id]={id}&request[confirmed]=yes"),
    ("payouts/submit", &[FinanceMaker], "request[id]={id}&request[confirmed]=yes"),
    ("refunds/find", TRADE, r#"{"id":"{id}"}"#),
    ("refunds/list", TRADE, r#"{"query":{},"page":{page}}"#),
    ("reserve/accounts", BOOKS, "{}"),
    ("reserve/acknowledge", GAP_WATCHERS, "request[id]={id}&request[note]=x"),
    ("reserve/check_now", GAP_WATCHERS, ""),
    ("reserve/documents", BOOKS, r#"{"filter":{"page":{page}}}"#),
    ("reserve/find_document", BOOKS, r#"{"id":"{id}"}"#),
    ("reserve/find_proof", BOOKS, r#"{"day":"2026-03-31"}"#),
    ("reserve/forecast", BOOKS, "{}"),
    ("reserve/incidents", BOOKS, r#"{"page":{page}}"#),
    (
        "reserve/preview_document",
        &[FinanceMaker],
        r#"{"sketch":{"kind":"fee_sweep","amount":"1","grounds":"x"}}"#,
    ),
    ("reserve/proofs", BOOKS, r#"{"page":{page}}"#),
    (
        "reserve/propose_document",
        &[FinanceMaker],
        concat!(
            r#"request[confirmed]=yes&request[document]={"id":"{id}","kind":"fee_sweep","#,
            r#""amount":{"minor":"100","currency":"CNY"},"from":"custody","house":"","#,
            r#""bank_ref":"","grounds":"x"}"#,
        ),
    ),
    ("reserve/propose_proof", &[FinanceMaker], "request[day]=2026-03-31&request[confirmed]=yes"),
    ("reserve/propose_clearing", &[FinanceMaker], "request[account]=nowhere&request[house]="),
    ("reserve/propose_fund", &[FinanceMaker], "share=12"),
    (
        "reserve/propose_house",
        &[FinanceMaker],
        "request[code]=x&request[name_en]=&request[name_zh]=&request[rail]=nucc\
         &request[active]=true",
    ),
    ("reserve/propose_use", &[FinanceMaker], "request[account]=nowhere&request[active]=true"),
    ("reserve/quotas", BOOKS, "{}"),
    ("reserve/settings", BOOKS, "{}"),
    ("reserve/table", BOOKS, r#"{"number":"1-12"}"#),
    ("reserve/unreached", BOOKS, "{}"),
    ("reserve/find", BOOKS, r#"{"id":"{id}","page":{page}}"#),
    ("reserve/proof", BOOKS, "{}"),
    ("routing/ask", EVERYBODY, r#"{"ask":{"product":"quick_pay","amount":"1.00"}}"#),
    ("routing/propose_removal", &[Operations], "name=nothing"),
    ("routing/propose_rule", &[Operations], "request[name]=x&request[channels]=nowhere"),
    ("routing/rules", EVERYBODY, "{}"),
    ("search/find", EVERYBODY, r#"{"text":"M100001"}"#),
    ("settlement/ask_for_run", &[FinanceMaker], "request[due_date]=2026-03-31"),
    ("settlement/find", TRADE, r#"{"id":"{id}","page":{page}}"#),
    ("settlement/last_run", TRADE, "{}"),
    ("settlement/list", TRADE, r#"{"filter":{},"page":{page}}"#),
    ("reconciliation/check_file", TRADE, r#"{"id":"{id}"}"#),
    (
        "reconciliation/fetch",
        CHECKING_MAKERS,
        "request[kind]=bill&request[channel]=none&request[day]=2026-03-31",
    ),
    ("reconciliation/decide_arrival", CHECKING_MAKERS, "request[id]={id}&request[decision]=drop"),
    ("reconciliation/find_arrival", TRADE, r#"{"id":"{id}"}"#),
    ("reconciliation/list_arrivals", TRADE, r#"{"filter":{},"page":{page}}"#),
    ("reconciliation/formats", TRADE, "{}"),
    ("reconciliation/propose_format", &[Operations], "request[code]=x&request[channel]=none"),
    ("reconciliation/find", TRADE, r#"{"id":"{id}","shown":"all","page":{page}}"#),
    ("reconciliation/home", TRADE, r#"{"last":null,"days":3}"#),
    (
        "reconciliation/propose_force",
        CHECKING_MAKERS,
        "request[id]={id}&request[reason]=x&request[confirmed]=yes",
    ),
    (
        "reconciliation/propose_rules",
        &[Operations],
        "request[channel]=nowhere&request[valid_from]=2999-01-01&request[valid_to]=\
         &request[keys]=number&request[amount]=0&request[fee]=0&request[time]=0\
         &request[carry_days]=1&request[cut_window]=1&request[baseline]=channel\
         &request[settlement]=after",
    ),
    (
        "reconciliation/roll_back",
        CHECKING_MAKERS,
        "request[id]={id}&request[reason]=x&request[confirmed]=yes",
    ),
    ("reconciliation/rules", TRADE, "{}"),
    ("reconciliation/try_rules", TRADE, r#"{"change":null}"#),
    ("reconciliation/find_file", TRADE, r#"{"id":"{id}","page":{page}}"#),
    ("reconciliation/find_line", TRADE, r#"{"id":"{id}"}"#),
    ("reconciliation/list", TRADE, r#"{"filter":{},"page":{page}}"#),
    ("reconciliation/list_files", TRADE, r#"{"filter":{},"page":{page}}"#),
    ("reconciliation/parties", TRADE, "{}"),
    (
        "reconciliation/run",
        CHECKING_MAKERS,
        "request[leg]=business_gateway&request[day]=2026-03-31",
    ),
    ("staff/find", AUDITORS, r#"{"id":"{id}"}"#),
    ("staff/list", AUDITORS, "{}"),
    ("staff/propose_reset", &[Admin], "request[id]={id}&request[reason]=x"),
    ("staff/propose_roles", &[Admin], "request[id]={id}&request[roles][0]=auditor"),
    ("trading_day/cut", &[Manager], "request[date]=2026-03-31&request[confirmed]=yes"),
    ("trading_day/overview", EVERYBODY, "{}"),
    ("trading_day/today", EVERYBODY, "{}"),
    ("vouchers/accounts", BOOKS, "{}"),
    ("vouchers/acknowledge", &[FinanceMaker], "request[id]={id}&request[erp_number]=1"),
    ("vouchers/acknowledge_day", &[FinanceMaker], "request[day]=2026-03-31"),
    ("vouchers/balance", &[FinanceMaker], "request[day]=2026-03-31"),
    ("vouchers/compare", BOOKS, r#"{"period":null}"#),
    ("vouchers/day", BOOKS, r#"{"day":"2026-03-31"}"#),
    ("vouchers/days", BOOKS, r#"{"page":{page}}"#),
    ("vouchers/draft", &[FinanceMaker], "request[day]=2026-03-31"),
    (
        "vouchers/export",
        &[FinanceMaker],
        "request[day]=2026-03-31&request[layout]=nc_xml&request[confirmed]=yes",
    ),
    ("vouchers/find", BOOKS, r#"{"id":"{id}"}"#),
    (
        "vouchers/propose_mapping",
        &[FinanceMaker],
        "request[code]=9999.99&request[u8_code]=999999&request[dimension]=none",
    ),
    ("vouchers/propose_period", &[FinanceMaker], "request[period]=2020-01&request[reopen]=true"),
    ("vouchers/propose_reverse", &[FinanceMaker], "request[id]={id}&request[reason]=x"),
    ("vouchers/propose_vat", &[FinanceMaker], "request[valid_from]=2026-01-01&request[rate]=0"),
    ("vouchers/reject", &[FinanceMaker], "request[id]={id}&request[line]=0&request[reason]=x"),
    ("vouchers/rules", BOOKS, "{}"),
    ("trading_day/waiting", EVERYBODY, "{}"),
    // Last, since it moves the clock on, and a session may not outlive that.
    ("trading_day/move_clock", &[Admin], "request[confirmed]=yes"),
];

#[test]
fn every_function_has_one_row_and_changes_nothing_by_get() {
    let mut missing = Vec::new();
    let rows: BTreeMap<_, _> = TABLE.iter().map(|(name, who, _)| (*name, who)).collect();
    assert_eq!(rows.len(), TABLE.len(), "a function stands in the table twice");
    let mut registered = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        assert_eq!(method, Method::POST, "{path} can be called from another site's link");
        let name =
            path.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{path}: not under {PREFIX}"));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(
            name.split('/').count() == 2 && name.split('/').all(plain),
            "{path}: give it an endpoint like area/verb"
        );
        registered.insert(name);
        if !rows.contains_key(name) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "these functions need a row in TABLE: {missing:?}");
    let gone: Vec<_> = rows.keys().filter(|name| !registered.contains(*name)).collect();
    assert!(gone.is_empty(), "these rows belong to no function: {gone:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn each_function_answers_those_it_is_for_and_refuses_everybody_else(db: PgPool) {
    let office = office(db);
    let site = site(&office);
    let mut wrong = Vec::new();
    for (name, _, body) in TABLE {
        let status = call(&site, name, body, None).await;
        if status != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} answers {status} to nobody"));
        }
    }
    for role in Role::ALL {
        add(&office, role).await;
        let session = sign_in(&site, role.name(), PASSWORD).await;
        for (name, who, body) in TABLE {
            let status = call(&site, name, body, session.as_deref()).await;
            let refused = matches!(status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
            if refused == who.contains(&role) || status.is_server_error() {
                wrong.push(format!("{name} answers {status} to {role}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_session_every_page_leads_to_the_sign_in(db: PgPool) {
    let site = site(&office(db));
    for path in ["/", "/approvals", "/staff?page=2", "/no/such/page"] {
        let response = get(&site, path, None).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        let to = response.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/sign-in?to=%2F"), "{path} leads to {to}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
}

async fn call(site: &Router, name: &str, body: &str, session: Option<&str>) -> StatusCode {
    let body = body.replace("{id}", NOBODY).replace("{page}", FIRST_PAGE);
    post(site, &format!("{PREFIX}{name}"), &body, session).await.status()
}
