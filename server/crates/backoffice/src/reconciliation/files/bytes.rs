//! Where the bytes of a file are while it is read: at hand, or kept piece by piece.

use super::pieces::{self, PIECE};
use crate::office::Office;
use banks::formats::stream::Source;
use domain::ids::ArrivalId;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

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
    pub fn open(&self, office: &Office) -> Box<dyn Source + Send> {
        match self {
            Self::Held(bytes) => Box::new(Cursor::new(Shared(bytes.clone()))),
            Self::Kept(arrival) => Box::new(Kept {
                office: office.clone(),
                handle: Handle::current(),
                arrival: *arrival,
                at: 0,
                place: 0,
                piece: Vec::new(),
                coming: None,
            }),
        }
    }
}

/// Bytes at hand, shared by all who read them.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Takes one piece after the other out of the database, and tells how far it is.
struct Kept {
    office: Office,
    handle: Handle,
    arrival: ArrivalId,
    /// The byte that is read next.
    at: u64,
    /// Which piece is at hand, counted from 1; none at 0.
    place: i32,
    piece: Vec<u8>,
    /// The piece after it, asked for while this one is read.
    coming: Option<JoinHandle<Result<Option<Vec<u8>>, sqlx::Error>>>,
}

impl Kept {
    /// The piece of the next byte, and where the byte stands in it. Behind the last piece it is empty.
    fn turn(&mut self) -> io::Result<usize> {
        let of_piece = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let place = i32::try_from(self.at / of_piece + 1).map_err(io::Error::other)?;
        if place != self.place {
            let coming = self.coming.take().filter(|_| place == self.place.saturating_add(1));
            let coming = coming.unwrap_or_else(|| self.ask(place));
            let next = self.handle.block_on(coming).map_err(io::Error::other)?;
            let next = next.map_err(io::Error::other)?;
            self.coming = next.is_some().then(|| self.ask(place.saturating_add(1)));
            self.piece = next.unwrap_or_default();
            self.place = place;
        }
        let within = usize::try_from(self.at % of_piece).map_err(io::Error::other)?;
        Ok(within.min(self.piece.len()))
    }
}

impl Kept {
    fn ask(&self, place: i32) -> JoinHandle<Result<Option<Vec<u8>>, sqlx::Error>> {
        let (office, arrival) = (self.office.clone(), self.arrival);
        self.handle.spawn(async move { pieces::next(&office, arrival, place).await })
    }
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let within = self.turn()?;
        let read = (&self.piece[within..]).read(buffer)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(0));
        Ok(read)
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let from = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => {
                let length = self.handle.block_on(pieces::length(&self.office, self.arrival));
                length.map_err(io::Error::other)?.checked_add_signed(by)
            }
        };
        self.at = from.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
