//! Rows as PostgreSQL's COPY hands them out in its binary form: nothing is made of a value but what
//! is looked at.

use crate::reconciliation::ReconciliationError;
use futures_util::{Stream, TryStreamExt as _};
use uuid::Uuid;

/// The length of what stands before the rows, without an extension: signature, flags, its length.
const HEAD: usize = 19;

/// A value; none when it is NULL.
pub(in crate::reconciliation) type Value<'b> = Option<&'b [u8]>;

/// Hands on rows of so many values. What comes after a row that cannot be taken is still let
/// through, so that the connection stays fit to be used.
pub(in crate::reconciliation) async fn each<const N: usize, B: AsRef<[u8]>>(
    mut pieces: impl Stream<Item = Result<B, sqlx::Error>> + Unpin,
    mut take: impl FnMut([Value<'_>; N]) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    let mut rows = Rows::default();
    let mut taken = Ok(());
    while let Some(piece) = pieces.try_next().await? {
        if taken.is_ok() {
            taken = rows.take(piece.as_ref(), &mut take);
        }
    }
    taken?;
    if rows.ended { Ok(()) } else { Err(broken().into()) }
}

#[derive(Default)]
struct Rows {
    begun: bool,
    ended: bool,
    /// The beginning of a row whose end has not come.
    carried: Vec<u8>,
}

impl Rows {
    fn take<const N: usize>(
        &mut self,
        piece: &[u8],
        each: &mut impl FnMut([Value<'_>; N]) -> Result<(), ReconciliationError>,
    ) -> Result<(), ReconciliationError> {
        let joined: Vec<u8>;
        let mut bytes = if self.carried.is_empty() {
            piece
        } else {
            self.carried.extend_from_slice(piece);
            joined = std::mem::take(&mut self.carried);
            &joined
        };
        if !self.begun {
            let Some(after) = bytes.get(HEAD..) else {
                self.carried = bytes.to_vec();
                return Ok(());
            };
            (self.begun, bytes) = (true, after);
        }
        while !self.ended {
            match row(bytes)? {
                Next::Row(values, after) => {
                    each(values)?;
                    bytes = after;
                }
                Next::End => self.ended = true,
                Next::More => {
                    self.carried = bytes.to_vec();
                    break;
                }
            }
        }
        Ok(())
    }
}

enum Next<'b, const N: usize> {
    Row([Value<'b>; N], &'b [u8]),
    End,
    /// Its end has not come yet.
    More,
}

fn row<const N: usize>(bytes: &[u8]) -> Result<Next<'_, N>, sqlx::Error> {
    let Some((columns, mut rest)) = bytes.split_first_chunk::<2>() else { return Ok(Next::More) };
    let columns = i16::from_be_bytes(*columns);
    if columns == -1 {
        return Ok(Next::End);
    }
    if usize::try_from(columns) != Ok(N) {
        return Err(broken());
    }
    let mut values = [None; N];
    for value in &mut values {
        let Some((length, after)) = rest.split_first_chunk::<4>() else { return Ok(Next::More) };
        rest = after;
        let length = i32::from_be_bytes(*length);
        if length == -1 {
            continue;
        }
        let length = usize::try_from(length).map_err(|_| broken())?;
        let Some((held, after)) = rest.split_at_checked(length) else { return Ok(Next::More) };
        (*value, rest) = (Some(held), after);
    }
    Ok(Next::Row(values, rest))
}

fn broken() -> sqlx::Error {
    sqlx::Error::Protocol("rows that were copied out are not what was asked for".to_owned())
}

fn fixed<const N: usize>(value: Value<'_>) -> Result<[u8; N], sqlx::Error> {
    value.and_then(|held| held.try_into().ok()).ok_or_else(broken)
}

/// A `bigint`.
pub(in crate::reconciliation) fn number(value: Value<'_>) -> Result<i64, sqlx::Error> {
    fixed(value).map(i64::from_be_bytes)
}

/// An `integer`.
pub(in crate::reconciliation) fn count(value: Value<'_>) -> Result<i32, sqlx::Error> {
    fixed(value).map(i32::from_be_bytes)
}

/// A `bytea`.
pub(in crate::reconciliation) fn bytes(value: Value<'_>) -> Result<&[u8], sqlx::Error> {
    value.ok_or_else(broken)
}

/// A `boolean`.
pub(in crate::reconciliation) fn truth(value: Value<'_>) -> Result<bool, sqlx::Error> {
    fixed(value).map(|[held]| held == 1)
}

/// A `uuid`.
pub(in crate::reconciliation) fn uuid(value: Value<'_>) -> Result<Uuid, sqlx::Error> {
    fixed(value).map(Uuid::from_bytes)
}

/// A `text`.
pub(in crate::reconciliation) fn text(value: Value<'_>) -> Result<&str, sqlx::Error> {
    value.and_then(|held| std::str::from_utf8(held).ok()).ok_or_else(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn copy(rows: &[(i64, Option<String>)]) -> Vec<u8> {
        let mut bytes = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0".to_vec();
        for (held, name) in rows {
            bytes.extend(2_i16.to_be_bytes());
            bytes.extend(8_i32.to_be_bytes());
            bytes.extend(held.to_be_bytes());
            match name {
                Some(name) => {
                    bytes.extend(i32::try_from(name.len()).unwrap().to_be_bytes());
                    bytes.extend(name.as_bytes());
                }
                None => bytes.extend((-1_i32).to_be_bytes()),
            }
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8], piece: usize) -> Option<Vec<(i64, Option<String>)>> {
        let mut found = Vec::new();
        let mut rows = Rows::default();
        for piece in bytes.chunks(piece) {
            let mut each = |[held, name]: [Value<'_>; 2]| {
                let name = name.map(|name| text(Some(name)).map(str::to_owned)).transpose()?;
                found.push((number(held)?, name));
                Ok(())
            };
            rows.take(piece, &mut each).ok()?;
        }
        rows.ended.then_some(found)
    }

    proptest! {
        #[test]
        fn rows_are_the_same_however_they_are_cut(
            rows in proptest::collection::vec(
                (any::<i64>(), proptest::option::of("[a-z账]{0,9}")),
                0..20,
            ),
            piece in 1..64_usize,
        ) {
            let bytes = copy(&rows);
            prop_assert_eq!(read(&bytes, piece), Some(rows.clone()));
            let cut = bytes.len() - 1;
            prop_assert_eq!(read(&bytes[..cut], piece), None);
        }
    }

    #[test]
    fn rows_of_other_columns_are_refused() {
        let mut bytes = copy(&[(1, None)]);
        bytes[20] = 3;
        assert_eq!(read(&bytes, 1_000), None);
        assert!(
            number(Some(b"1234")).is_err() && text(Some(b"\xFF")).is_err() && uuid(None).is_err()
        );
    }
}
