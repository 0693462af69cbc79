//! From bytes to text, strictly: a byte that means nothing is an error with its place, never a
//! replacement character.

use super::problems::line_number;
use crate::bill::Problem;
use encoding_rs::{DecoderResult, GB18030};
use memchr::memchr2_iter;
use std::borrow::Cow;

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Name of UTF-8 in documents.
pub(super) const UTF_8: &str = "UTF-8";
/// Name of GB18030 in documents; it contains GBK and GB2312.
pub(super) const GB_18030: &str = "GB18030";

/// How many three-byte characters before the first broken byte prove that a text is damaged
/// UTF-8 and not GB18030.
const UTF_8_PROOF: usize = 4;

/// A file's text, with the encoding it was read in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded<'b> {
    /// Its name.
    pub encoding: &'static str,
    /// The text, without a byte order mark.
    pub text: Cow<'b, str>,
}

/// The bytes are not text in the encoding they claim or appear to have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset} is not valid {encoding}; export or download the file again")]
pub struct Undecodable {
    /// The encoding tried.
    pub encoding: &'static str,
    /// Offset of the first bad byte, counted from 0.
    pub offset: usize,
    /// Its line, counted from 1.
    pub line: u32,
}

impl Undecodable {
    fn new(encoding: &'static str, bytes: &[u8], offset: usize) -> Self {
        let offset = offset.min(bytes.len());
        let breaks = bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
        Self { encoding, offset, line: u32::try_from(breaks + 1).unwrap_or(u32::MAX) }
    }
}

/// Reads a file of lines, which end in LF or CRLF.
///
/// # Errors
/// The bytes are not text, or contain what no exported text has: NUL, or a CR alone.
pub(super) fn decode_lines(bytes: &[u8]) -> Result<Decoded<'_>, Problem> {
    let decoded = decode(bytes).map_err(|error| Problem::at_line(error.line, error.to_string()))?;
    let text = decoded.text.as_bytes();
    let odd = memchr2_iter(0, b'\r', text).find_map(|at| {
        let alone = text.get(at + 1).is_some_and(|next| *next != b'\n');
        (text[at] == 0 || alone).then_some((at, text[at]))
    });
    let Some((at, byte)) = odd else { return Ok(decoded) };
    let line = line_number(text[..at].iter().filter(|byte| **byte == b'\n').count());
    Err(odd_byte(byte, line))
}

/// A byte that no exported text has: NUL, or a carriage return alone.
pub(super) fn odd_byte(byte: u8, line: u32) -> Problem {
    let reason = if byte == 0 {
        "a NUL byte; the file is damaged or saved as UTF-16: export or download it again"
    } else {
        "a carriage return without a line feed; lines must end in LF or CRLF"
    };
    Problem::at_line(line, reason)
}

/// The lines of a text with their numbers, without line ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n')
        .enumerate()
        .map(|(index, line)| (line_number(index), line.strip_suffix('\r').unwrap_or(line)))
}

/// Reads bytes as text: with a byte order mark UTF-8, else UTF-8 when valid, else GB18030.
///
/// A text that begins as Chinese in UTF-8 and breaks later is damaged UTF-8: reading it as GB18030
/// would turn it into other characters.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Undecodable> {
    let (body, marked) = bytes.strip_prefix(BOM).map_or((bytes, false), |body| (body, true));
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Decoded { encoding: UTF_8, text: Cow::Borrowed(text) }),
        Err(error) if marked || was_utf_8(&body[..error.valid_up_to()]) => {
            let start = bytes.len() - body.len();
            Err(Undecodable::new(UTF_8, bytes, start + error.valid_up_to()))
        }
        Err(_) => {
            decode_gb18030(bytes).map(|text| Decoded { encoding: GB_18030, text: Cow::Owned(text) })
        }
    }
}

/// Whether a text that breaks after this part is damaged UTF-8.
pub(super) fn was_utf_8(valid: &[u8]) -> bool {
    let leads = valid.iter().filter(|byte| **byte >= 0xC0);
    let (three, other) = leads.fold((0_usize, 0_usize), |(three, other), lead| {
        if (0xE0..0xF0).contains(lead) { (three + 1, other) } else { (three, other + 1) }
    });
    three >= UTF_8_PROOF && other <= three / UTF_8_PROOF
}

/// Reads bytes as GB18030.
pub(super) fn decode_gb18030(bytes: &[u8]) -> Result<String, Undecodable> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(capacity.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(length, after) => {
            let bad = usize::from(length) + usize::from(after);
            Err(Undecodable::new(GB_18030, bytes, read.saturating_sub(bad)))
        }
        DecoderResult::OutputFull => Err(Undecodable::new(GB_18030, bytes, read)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mark_means_utf_8_and_is_not_part_of_the_text() {
        let decoded = decode("\u{feff}账".as_bytes()).unwrap();
        assert_eq!((decoded.encoding, decoded.text.as_ref()), (UTF_8, "账"));
    }

    #[test]
    fn chinese_windows_text_is_gb18030() {
        let decoded = decode(b"\xD5\xCB\xB7\xBF").unwrap();
        assert_eq!((decoded.encoding, decoded.text.as_ref()), (GB_18030, "账房"));
    }

    #[test]
    fn a_broken_byte_is_named_with_its_place() {
        let broken = [b"ab\ncd\xD5".as_slice(), b"\x0A12"].concat();
        assert_eq!(decode(&broken), Err(Undecodable { encoding: GB_18030, offset: 5, line: 2 }));
    }

    #[test]
    fn a_character_cut_at_the_end_is_an_error() {
        assert_eq!(
            decode(b"\xD5\xCB\xB7"),
            Err(Undecodable { encoding: GB_18030, offset: 2, line: 1 })
        );
    }

    #[test]
    fn damaged_utf_8_is_not_taken_for_gb18030() {
        let mut bytes = "交易时间,公众账号".as_bytes().to_vec();
        bytes.extend_from_slice(b"\n\xB0\xA1");
        let error = decode(&bytes).unwrap_err();
        assert_eq!((error.encoding, error.line), (UTF_8, 2));
    }

    proptest! {
        #[test]
        fn any_bytes_are_text_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Err(error) = decode(&bytes) {
                prop_assert!(error.offset < bytes.len());
            }
        }

        #[test]
        fn gb18030_is_read_back(text in "[a-z账房对账单银联微信€😀]{0,40}") {
            let (bytes, _, _) = GB18030.encode(&text);
            prop_assert_eq!(decode_gb18030(&bytes).unwrap(), text);
        }
    }
}
