//! The bytes of files, a mebibyte a piece: written as they come in, read as they are needed.

mod store;

pub(in crate::reconciliation) use store::{all, discard, wait_for_no_disk};

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

/// How long a file that is all here is.
pub(super) async fn length(office: &Office, arrival: ArrivalId) -> Result<u64, sqlx::Error> {
    let mut conn = office.db.acquire().await?;
    let length = store::length(&mut conn, arrival).await?;
    Ok(u64::try_from(length).unwrap_or(0))
}

/// A piece that is complete, or the last one.
pub(in crate::reconciliation) struct Piece {
    place: i32,
    bytes: Vec<u8>,
}

impl Piece {
    /// Keeps it.
    pub async fn write(
        &self,
        conn: &mut PgConnection,
        arrival: ArrivalId,
    ) -> Result<(), sqlx::Error> {
        store::insert(conn, arrival, self.place, &self.bytes).await
    }
}

/// Bytes on their way into pieces.
#[derive(Default)]
pub(in crate::reconciliation) struct Filling {
    place: i32,
    buffer: Vec<u8>,
    hash: Sha256,
    length: i64,
}

impl Filling {
    /// How many bytes came.
    pub fn length(&self) -> i64 {
        self.length
    }

    /// Takes what came; gives the pieces that are full now.
    pub fn take(&mut self, mut bytes: &[u8]) -> Vec<Piece> {
        self.hash.update(bytes);
        self.length = self.length.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        let mut full = Vec::new();
        while self.buffer.len() + bytes.len() >= PIECE {
            let (now, later) = bytes.split_at(PIECE - self.buffer.len());
            self.buffer.extend_from_slice(now);
            full.push(self.piece());
            bytes = later;
        }
        self.buffer.extend_from_slice(bytes);
        full
    }

    /// Gives the rest, if there is one, and length and SHA-256 of all.
    pub fn finish(mut self) -> (Option<Piece>, i64, String) {
        let rest = (!self.buffer.is_empty()).then(|| self.piece());
        (rest, self.length, hex::encode(self.hash.finalize()))
    }

    fn piece(&mut self) -> Piece {
        self.place += 1;
        let next = Vec::with_capacity(PIECE.min(self.buffer.capacity()));
        Piece { place: self.place, bytes: std::mem::replace(&mut self.buffer, next) }
    }
}
