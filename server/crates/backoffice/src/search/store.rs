use super::SearchError;
use crate::explain::Inconsistent;
use banks::bill::mark;
use domain::money::Money;
use domain::search::{Found, FoundKind, Identifier, Needle};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most that is shown of one identifier.
const SHOWN: i64 = 10;

struct Row {
    kind: String,
    by: String,
    id: Uuid,
    value: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    state: String,
}

impl Row {
    fn found(self, needle: &Needle) -> Result<Found, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("search", self.id, what);
        let currency = self.currency.as_deref().map(str::parse).transpose();
        let currency = currency.map_err(|_| wrong("unknown currency"))?;
        Ok(Found {
            kind: FoundKind::named(&self.kind).ok_or_else(|| wrong("unknown kind"))?,
            by: Identifier::named(&self.by).ok_or_else(|| wrong("unknown identifier"))?,
            exact: needle.is_exactly(&self.value),
            amount: self.amount_minor.zip(currency).map(|(minor, code)| Money::new(minor, code)),
            id: self.id,
            value: self.value,
            state: self.state,
        })
    }
}

/// By numbers and references. Each part is a range of one index.
pub(super) async fn by_text(
    conn: &mut PgConnection,
    needle: &Needle,
) -> Result<Vec<Found>, SearchError> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/search/store/by_text.sql",
        needle.text,
        needle.text_end,
        SHOWN,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.found(needle)).collect::<Result<_, _>>()?)
}

/// In bills that came since a moment and were not compared yet; by the whole number only.
pub(super) async fn in_bills(
    conn: &mut PgConnection,
    needle: &Needle,
    since: OffsetDateTime,
) -> Result<Vec<Found>, SearchError> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/search/store/in_bills.sql",
        needle.text,
        mark(&needle.text).to_be_bytes().to_vec(),
        since,
        SHOWN,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.found(needle)).collect::<Result<_, _>>()?)
}

/// By ids within a range.
pub(super) async fn by_id(
    conn: &mut PgConnection,
    needle: &Needle,
    (low, high): (Uuid, Uuid),
) -> Result<Vec<Found>, SearchError> {
    let rows = sqlx::query_file_as!(Row, "src/search/store/by_id.sql", low, high, SHOWN)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.found(needle)).collect::<Result<_, _>>()?)
}
