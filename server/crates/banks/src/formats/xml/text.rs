//! Bytes of a document as text while they flow in, strictly. What is not plain ASCII first decides:
//! what is valid UTF-8 there is UTF-8, else GB18030, and the whole document must be the same.

use super::super::decode::{BOM, GB_18030, UTF_8, Undecodable, was_utf_8};
use crate::bill::Problem;
use encoding_rs::{Decoder, DecoderResult, GB18030};
use std::io::{self, BufRead, Read};

/// Bytes taken in at a time.
const WINDOW: usize = 64 << 10;

/// Most bytes between two marks of a document: a text without end must not fill the memory.
const PIECE_MAX: usize = 4 << 20;

/// The text of a document.
pub(super) struct Text<'r> {
    input: &'r mut dyn Read,
    /// Bytes not decoded yet: at most the beginning of a character, when more is asked for.
    bytes: Vec<u8>,
    text: String,
    /// How much of the text was given away.
    given: usize,
    /// How much was taken in since the last mark.
    piece: usize,
    encoding: Option<&'static str>,
    gb18030: Option<Decoder>,
    /// How many bytes and line ends were decoded.
    offset: usize,
    breaks: usize,
    began: bool,
    ended: bool,
    broken: Option<Problem>,
}

impl<'r> Text<'r> {
    /// Of these bytes.
    pub fn new(input: &'r mut dyn Read) -> Self {
        Self {
            input,
            bytes: Vec::with_capacity(WINDOW),
            text: String::new(),
            given: 0,
            piece: 0,
            encoding: None,
            gb18030: None,
            offset: 0,
            breaks: 0,
            began: false,
            ended: false,
            broken: None,
        }
    }

    /// The encoding it was read in, as far as it was read.
    pub fn encoding(&self) -> &'static str {
        self.encoding.unwrap_or(UTF_8)
    }

    /// A piece was complete.
    pub fn mark(&mut self) {
        self.piece = 0;
    }

    /// Why there was no more text.
    pub fn broken(&mut self) -> Option<Problem> {
        self.broken.take()
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        while self.text.is_empty() && !self.ended {
            let wanted = u64::try_from(WINDOW - self.bytes.len()).unwrap_or(0);
            let read = (&mut self.input).take(wanted).read_to_end(&mut self.bytes);
            let read = read.inspect_err(|error| self.broken = Some(unreadable(error)))?;
            self.ended = read == 0;
            self.piece = self.piece.saturating_add(read);
            if self.piece > PIECE_MAX {
                let line = u32::try_from(self.breaks + 1).unwrap_or(u32::MAX);
                let reason = format!("a tag or text is longer than {} MiB", PIECE_MAX >> 20);
                self.broken = Some(Problem::at_line(line, reason));
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            if !std::mem::replace(&mut self.began, true) && self.bytes.starts_with(BOM) {
                self.encoding = Some(UTF_8);
                self.bytes.drain(..BOM.len());
                self.offset = BOM.len();
            }
            if let Err(error) = self.decode() {
                let error = Undecodable { line: self.line(&error), ..error };
                self.broken = Some(Problem::at_line(error.line, error.to_string()));
                return Err(io::Error::new(io::ErrorKind::InvalidData, error));
            }
        }
        Ok(())
    }

    /// The line of a bad byte.
    fn line(&self, error: &Undecodable) -> u32 {
        let within = error.offset.saturating_sub(self.offset).min(self.bytes.len());
        let breaks = self.breaks + ends(&self.bytes[..within]);
        u32::try_from(breaks + 1).unwrap_or(u32::MAX)
    }

    fn undecodable(&self, encoding: &'static str, within: usize) -> Undecodable {
        Undecodable { encoding, offset: self.offset + within, line: 0 }
    }

    fn decode(&mut self) -> Result<(), Undecodable> {
        if self.encoding == Some(GB_18030) {
            return self.decode_gb18030();
        }
        let valid = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(error) => {
                let (valid, _) = self.bytes.split_at(error.valid_up_to());
                // The beginning of a character may stand at the end of what was read.
                let cut = error.error_len().is_none() && !self.ended;
                if !cut && (self.encoding == Some(UTF_8) || was_utf_8(valid)) {
                    return Err(self.undecodable(UTF_8, valid.len()));
                }
                if !cut {
                    self.encoding = Some(GB_18030);
                    return self.decode_gb18030();
                }
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        let read = valid.len();
        if self.encoding.is_none() && !valid.is_ascii() {
            self.encoding = Some(UTF_8);
        }
        self.text.push_str(valid);
        self.breaks += ends(&self.bytes[..read]);
        self.offset += read;
        self.bytes.drain(..read);
        Ok(())
    }

    fn decode_gb18030(&mut self) -> Result<(), Undecodable> {
        let decoder =
            self.gb18030.get_or_insert_with(|| GB18030.new_decoder_without_bom_handling());
        let room = decoder.max_utf8_buffer_length_without_replacement(self.bytes.len());
        self.text.reserve(room.unwrap_or(self.bytes.len() * 4));
        let (result, read) =
            decoder.decode_to_string_without_replacement(&self.bytes, &mut self.text, self.ended);
        if let DecoderResult::Malformed(length, after) = result {
            let bad = usize::from(length) + usize::from(after);
            let place = (self.offset + read).saturating_sub(bad);
            return Err(Undecodable { encoding: GB_18030, offset: place, line: 0 });
        }
        self.breaks += ends(&self.bytes[..read]);
        self.offset += read;
        self.bytes.drain(..read);
        Ok(())
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Text<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given >= self.text.len() {
            self.fill()?;
        }
        Ok(&self.text.as_bytes()[self.given..])
    }

    fn consume(&mut self, amount: usize) {
        self.given += amount;
    }
}

fn ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn unreadable(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::InvalidData => Problem::of_file(error.to_string()),
        _ => Problem::of_file(format!("the file could not be read to its end: {error}")),
    }
}
