//! The append-only file of effects: one JSON line each, on disk before it counts.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    /// The disk.
    #[error("reading or writing failed: {0}")]
    Io(#[from] std::io::Error),
    /// A line that is not the last cannot be read.
    #[error("line {line} cannot be read: {reason}; move the file away to begin anew")]
    Damaged {
        /// Counted from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Another process has it open.
    #[error("another sandbox uses it; stop that one first")]
    InUse,
}

/// The open file.
#[derive(Debug)]
pub(super) struct Store {
    file: File,
    length: u64,
}

impl Store {
    /// Opens or makes the file and reads its effects. A torn last line is dropped.
    pub fn open<E: DeserializeOwned>(path: &Path) -> Result<(Self, Vec<E>), StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse,
            TryLockError::Error(error) => StoreError::Io(error),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut effects = Vec::new();
        let mut length = 0;
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let last = lines.peek().is_none();
            match serde_json::from_slice(line) {
                Ok(effect) if line.ends_with(b"\n") => {
                    effects.push(effect);
                    length += line.len();
                }
                Ok(_) => {}
                Err(error) if !last => {
                    let line = effects.len() + 1;
                    return Err(StoreError::Damaged { line, reason: error.to_string() });
                }
                Err(_) => tracing::warn!(bytes = line.len(), "a torn last line was dropped"),
            }
        }
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let mut store = Self { file, length };
        store.cut()?;
        Ok((store, effects))
    }

    /// Writes effects that belong together and waits for the disk. On failure none of them counts.
    pub fn append<E: Serialize>(&mut self, effects: &[E]) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        for effect in effects {
            serde_json::to_writer(&mut bytes, effect).map_err(std::io::Error::from)?;
            bytes.push(b'\n');
        }
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.cut()?;
            return Err(error.into());
        }
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(())
    }

    fn cut(&mut self) -> Result<(), StoreError> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.sync_data()?;
        Ok(())
    }
}
