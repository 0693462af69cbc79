//! Files of the books say what the screens say: the same columns in the same words and language, the
//! same rows by the same filters.

#![expect(clippy::unwrap_used, reason = "a story stops where it is surprised")]

mod support;

use axum::body::to_bytes;
use axum::http::StatusCode;
use backoffice::accounts;
use backoffice::office::Office;
use domain::access::Role;
use domain::account::AccountFilter;
use domain::ids::MerchantId;
use domain::money::Money;
use ledger::entries::{self, Event, Owed};
use ledger::{Dates, Source};
use sqlx::PgPool;
use support::{PASSWORD, add, get, office, sign_in, site};
use uuid::Uuid;

/// Payments and a refund on two days.
async fn booked(office: &Office) {
    let mut conn = office.db.acquire().await.unwrap();
    let merchant = MerchantId(Uuid::from_u128(1));
    for (number, day) in ["2026-03-30", "2026-03-31"].into_iter().enumerate() {
        let day = day.parse().unwrap();
        ledger::days::open(&mut conn, day, office.now()).await.unwrap();
        let dates = Dates {
            accounting_date: day,
            clearing_date: Some(day),
            event_time: office.now(),
            posted_at: office.now(),
        };
        let event = |kind: &str| {
            let id = Uuid::from_u128(7);
            Event::new(format!("{kind}:{number}"), Source::new(kind, id), dates)
                .memo("a, \"quoted\" memo")
        };
        let postings = [
            entries::collected(event("payment"), "unionpay", merchant, Money::cny(123_456)),
            entries::refund_accepted(event("refund"), merchant, Owed::Unsettled, Money::cny(56)),
        ];
        ledger::post_all(&mut conn, &postings).await.unwrap();
    }
}

/// The rows of the page's last table, as people read them.
fn screen(html: &str) -> Vec<Vec<String>> {
    let (_, table) = html.rsplit_once("<table").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let table = table.replace("<time", "<b").replace("</time", "</b");
    let rows = table.split("<tr").skip(1).map(|row| {
        let cells = row.split("<t").skip(1).filter(|cell| cell.starts_with(['d', 'h']));
        let cells = cells.filter(|cell| !cell.starts_with("head") && !cell.starts_with("body"));
        cells.map(|cell| read(cell.split("</t").next().unwrap())).collect()
    });
    rows.collect()
}

/// The text of a cell.
fn read(cell: &str) -> String {
    let mut text = String::new();
    for part in format!("<{cell}").split('<').skip(1) {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    let text = text.replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn page(site: &axum::Router, path: &str, session: &str) -> String {
    let answer = get(site, path, Some(session)).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn file(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Whether a cell of the file says what the cell of the screen says: amounts are grouped and name
/// their currency there, ids are cut.
fn same(screen: &str, file: &str, currency: &str) -> bool {
    let amount = screen.replace(',', "");
    let amount = amount.strip_suffix(currency).unwrap_or(&amount).trim().to_owned();
    let (words, cut) = screen.rsplit_once(' ').unwrap_or((screen, ""));
    let shortened = || {
        let id = file.strip_prefix(words).unwrap_or_default().trim();
        let cut = cut.trim_matches('…');
        !cut.is_empty() && id.len() == 36 && (id.starts_with(cut) || id.ends_with(cut))
    };
    screen == file || amount == file || shortened()
}

#[sqlx::test(migrations = "../migrations")]
async fn files_of_the_books_equal_the_screens(pool: PgPool) {
    let office = office(pool);
    add(&office, Role::Auditor).await;
    booked(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "auditor", PASSWORD).await.unwrap();
    let auditor = backoffice::access::actor_by_login(&office, "auditor").await.unwrap();
    let filter = AccountFilter { code: Some("2241.02".to_owned()), ..AccountFilter::default() };
    let id = accounts::list(&office, &auditor, &filter).await.unwrap().rows[0].id;
    for language in ["en", "zh-CN"] {
        let session = format!("{session}; lang={language}");
        for (there, here) in [
            ("/journals?".to_owned(), "journals.csv?".to_owned()),
            (
                "/journals?entry=refund&from=2026-03-31&".to_owned(),
                "journals.csv?entry=refund&from=2026-03-31&".to_owned(),
            ),
            (
                "/accounts/trial-balance?date=2026-03-30&".to_owned(),
                "trial-balance.csv?date=2026-03-30&".to_owned(),
            ),
            (format!("/accounts/{id}?"), format!("statements/{id}.csv?")),
            (
                format!("/accounts/{id}?from=2026-03-31&"),
                format!("statements/{id}.csv?from=2026-03-31&"),
            ),
        ] {
            let shown = screen(&page(&site, &there, &session).await);
            let saved = file(&page(&site, &format!("/download/books/{here}"), &session).await);
            assert_eq!(shown.len(), saved.len(), "{there}: {shown:#?} {saved:#?}");
            assert!(shown.len() > 1, "{there}: {shown:#?}");
            for (row, (shown, saved)) in shown.iter().zip(&saved).enumerate() {
                let (currency, saved) = saved.split_last().unwrap();
                if row == 0 {
                    assert_eq!(shown, saved, "{there}");
                    continue;
                }
                // A title may stand over several columns.
                let filled = |cells: &[String]| -> Vec<String> {
                    cells.iter().filter(|cell| !cell.is_empty()).cloned().collect()
                };
                let (shown, saved) = (filled(shown), filled(saved));
                assert_eq!(shown.len(), saved.len(), "{there}: {shown:?} {saved:?}");
                for (shown, saved) in shown.iter().zip(&saved) {
                    assert!(same(shown, saved, currency), "{there}: {shown:?} {saved:?}");
                }
            }
        }
    }
}
