//! Where the bytes of a file are while it is read: at hand, or kept piece by piece.

use super::pieces;
use crate::office::Office;
use domain::ids::ArrivalId;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use tokio::runtime::Handle;

/// The bytes of one file. Reading them twice gives the same.
#[derive(Debug, Clone)]
pub(in crate::reconciliation) enum Bytes {
    /// At hand.
    Held(Arc<Vec<u8>>),
    /// In the pieces of an arrival.
    Kept(ArrivalId),
}

impl Bytes {
    /// Opens them for reading on a thread that may wait.
    pub fn open(&self, office: &Office) -> Box<dyn Read + Send> {
        match self {
            Self::Held(bytes) => Box::new(Held { bytes: bytes.clone(), at: 0 }),
            Self::Kept(arrival) => Box::new(Kept {
                office: office.clone(),
                handle: Handle::current(),
                arrival: *arrival,
                place: 0,
                piece: Cursor::new(Vec::new()),
            }),
        }
    }
}

struct Held {
    bytes: Arc<Vec<u8>>,
    at: usize,
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.bytes[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// Takes one piece after the other out of the database, and tells how far it is.
struct Kept {
    office: Office,
    handle: Handle,
    arrival: ArrivalId,
    place: i32,
    piece: Cursor<Vec<u8>>,
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        self.place += 1;
        let next = self.handle.block_on(pieces::next(&self.office, self.arrival, self.place));
        match next.map_err(io::Error::other)? {
            Some(piece) => {
                self.piece = Cursor::new(piece);
                self.piece.read(buffer)
            }
            None => Ok(0),
        }
    }
}
