//! The bytes of files, a mebibyte a piece: written as they come in, read as they are needed.

mod store;

pub(in crate::reconciliation) use store::{all, discard};

use crate::office::Office;
use domain::ids::ArrivalId;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// Bytes of a piece; the last may have fewer.
pub(in crate::reconciliation) const PIECE: usize = 1 << 20;

/// How many pieces are read between two words on how far the reading is.
const TELL_EVERY: i32 = 8;

/// The piece at a place; none after the last. Reading stops when the file was put aside.
pub(super) async fn next(
    office: &Office,
    arrival: ArrivalId,
    place: i32,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let mut conn = office.db.acquire().await?;
    if place % TELL_EVERY == 0 {
        let read = i64::from(place).saturating_mul(i64::try_from(PIECE).unwrap_or(i64::MAX));
        if !store::tell(&mut conn, arrival, read).await? {
            return Err(sqlx::Error::Protocol("the file was put aside".to_owned()));
        }
    }
    store::piece(&mut conn, arrival, place).await
}

/// Bytes on their way into pieces.
pub(in crate::reconciliation) struct Filling {
    arrival: ArrivalId,
    place: i32,
    buffer: Vec<u8>,
    hash: Sha256,
    length: i64,
}

impl Filling {
    /// From the first piece.
    pub fn new(arrival: ArrivalId) -> Self {
        Self { arrival, place: 0, buffer: Vec::new(), hash: Sha256::new(), length: 0 }
    }

    /// How many bytes came.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// Takes what came; says whether a piece became full and was written.
    pub async fn take(
        &mut self,
        conn: &mut PgConnection,
        mut bytes: &[u8],
    ) -> Result<bool, sqlx::Error> {
        self.hash.update(bytes);
        self.length = self.length.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        let mut written = false;
        while self.buffer.len() + bytes.len() >= PIECE {
            let (now, later) = bytes.split_at(PIECE - self.buffer.len());
            self.buffer.extend_from_slice(now);
            self.write(conn).await?;
            (bytes, written) = (later, true);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(written)
    }

    /// Whether the next bytes of this length would fill a piece.
    pub fn fills(&self, length: usize) -> bool {
        self.buffer.len() + length >= PIECE
    }

    /// Holds what does not fill a piece yet.
    pub fn hold(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length = self.length.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.buffer.extend_from_slice(bytes);
    }

    /// Writes the rest; gives length and SHA-256.
    pub async fn finish(mut self, conn: &mut PgConnection) -> Result<(i64, String), sqlx::Error> {
        if !self.buffer.is_empty() {
            self.write(conn).await?;
        }
        Ok((self.length, hex::encode(self.hash.finalize())))
    }

    async fn write(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.place += 1;
        store::insert(conn, self.arrival, self.place, &self.buffer).await?;
        self.buffer.clear();
        Ok(())
    }
}
