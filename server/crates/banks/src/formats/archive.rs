//! Bills packed as zip or gzip, unpacked within limits that are checked before anything is
//! inflated: few members, no archive inside an archive, no member that grows out of proportion, no
//! name that leads elsewhere, nothing encrypted.
//!
//! Names of members without the UTF-8 mark are GBK, as Chinese systems write them.

use super::decode::decode_gb18030;
use super::problems::quote;
use super::stream::Source;
use crate::bill::Problem;
use crate::front::NamedFile;
use flate2::Crc;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use std::io::{self, BufRead, BufReader, Cursor, Read, SeekFrom, Take};

/// Most members of an archive.
const MEMBERS_MAX: usize = 32;

/// Most bytes of a member.
const MEMBER_MAX: u64 = 1 << 30;

/// A member may be this many times as long as its packed bytes, and [`RATIO_FREE`] more.
const RATIO_MAX: u64 = 200;

/// Bytes any member may have whatever the ratio.
const RATIO_FREE: u64 = 1 << 20;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const GZIP: [u8; 2] = *b"\x1F\x8B";

/// Lengths of the fixed parts.
const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;
const END_LENGTH: usize = 22;
const LOCAL_LENGTH_U64: u64 = 30;

/// Where the end record can stand: it and a comment behind it.
const END_MAX: u64 = 22 + 65_535;

/// Packed bytes at hand at a time.
const WINDOW: usize = 64 << 10;

/// Whether the bytes are an archive.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&LOCAL) || bytes.starts_with(&END) || bytes.starts_with(&GZIP)
}

/// Whether the bytes are a packed single file.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP)
}

/// An archive inside an archive.
pub(super) fn nested(name: &str) -> Problem {
    refused(&format!(
        "\"{}\" is an archive inside the archive: unpack it and give the file inside",
        quote(name)
    ))
}

/// The files inside a zip archive, to be unpacked one by one. Of the archive only its directory is
/// held.
pub(super) struct Members {
    members: Vec<Member>,
}

impl Members {
    /// Reads and judges the archive's directory; nothing is unpacked.
    pub fn of(archive: &mut dyn Source) -> Result<Self, Problem> {
        let members: Vec<Member> =
            directory(archive)?.into_iter().filter(|member| !member.folder).collect();
        if members.is_empty() {
            return Err(refused("the archive is empty"));
        }
        Ok(Self { members })
    }

    /// Their names, in the archive's order.
    pub fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.name.as_str()).collect()
    }

    /// How many bytes all of them unpack to, as the directory states.
    pub fn unpacked(&self) -> u64 {
        self.members.iter().fold(0, |sum, member| sum.saturating_add(member.length))
    }

    /// One of them, unpacked as it is read. Length and checksum are judged at its end.
    pub fn open<'a>(
        &self,
        archive: &'a mut dyn Source,
        name: &str,
    ) -> Result<Unpacking<'a>, Problem> {
        let member = self.members.iter().find(|member| member.name == name).ok_or_else(damaged)?;
        member.open(archive)
    }
}

/// A packed file as it is unpacked.
pub(super) struct Unpacking<'a> {
    packed: Packed<'a>,
    crc: Crc,
    so_far: u64,
    /// Length and checksum, as the archive's directory states them.
    stated: (u64, u32),
}

/// Its bytes in the archive.
type Data<'a> = BufReader<Take<&'a mut dyn Source>>;

enum Packed<'a> {
    Stored(Data<'a>),
    Deflated(DeflateDecoder<Data<'a>>),
}

impl Read for Unpacking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, damaged().reason);
        let (length, crc) = self.stated;
        let read = match &mut self.packed {
            Packed::Stored(data) => data.read(buffer)?,
            // What the source itself says of its failure is kept.
            Packed::Deflated(decoder) => decoder.read(buffer).map_err(|error| {
                if error.kind() == io::ErrorKind::Other { error } else { wrong() }
            })?,
        };
        self.crc.update(&buffer[..read]);
        self.so_far = self.so_far.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if self.so_far > length {
            return Err(wrong());
        }
        let data = match &self.packed {
            Packed::Stored(data) => data,
            Packed::Deflated(decoder) => decoder.get_ref(),
        };
        let left = !data.buffer().is_empty() || data.get_ref().limit() > 0;
        let agrees = self.so_far == length && self.crc.sum() == crc && !left;
        if read == 0 && !buffer.is_empty() && !agrees {
            return Err(wrong());
        }
        Ok(read)
    }
}

/// A gzip file as it is unpacked, within the same limits.
pub(super) fn gunzip_stream<R: Read>(packed: R) -> impl Read {
    let packed = Counted { inner: packed, count: 0 };
    Growing { decoder: GzDecoder::new(BufReader::new(packed)), unpacked: 0, ended: false }
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count = self.count.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

/// Refuses to grow out of proportion, and whatever follows the packed file.
struct Growing<R: Read> {
    decoder: GzDecoder<BufReader<Counted<R>>>,
    unpacked: u64,
    ended: bool,
}

impl<R: Read> Read for Growing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let wrong = |problem: Problem| io::Error::new(io::ErrorKind::InvalidData, problem.reason);
        let read = self.decoder.read(buffer).map_err(|_| wrong(damaged()))?;
        self.unpacked = self.unpacked.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        let packed = self.decoder.get_ref().get_ref().count;
        if self.unpacked > packed.saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE) {
            return Err(wrong(too_large("the packed file")));
        }
        if read == 0 {
            self.ended = true;
            if !self.decoder.get_mut().fill_buf()?.is_empty() {
                return Err(wrong(refused("something follows the packed file: download it again")));
            }
        }
        Ok(read)
    }
}

/// The files inside an archive, in its order.
///
/// # Errors
/// What makes the archive unfit to be unpacked; then nothing of it is.
pub(super) fn unpack(file: &NamedFile) -> Result<Vec<NamedFile>, Problem> {
    let members = if file.bytes.starts_with(&GZIP) {
        vec![gunzip(file)?]
    } else {
        let mut archive = Cursor::new(file.bytes.as_slice());
        let members = directory(&mut archive)?;
        let files = members.iter().filter(|member| !member.folder);
        files.map(|member| member.inflate(&mut archive)).collect::<Result<_, _>>()?
    };
    match members.iter().find(|member| is_archive(&member.bytes)) {
        Some(inner) => Err(nested(&inner.name)),
        None if members.is_empty() => Err(refused("the archive is empty")),
        None => Ok(members),
    }
}

fn refused(reason: &str) -> Problem {
    Problem::of_file(reason)
}

fn damaged() -> Problem {
    refused("the archive is damaged or cut off: download it again")
}

fn too_large(name: &str) -> Problem {
    let name = quote(name);
    refused(&format!("\"{name}\" unpacks to more than a bill of that archive can hold"))
}

/// How long a member may become.
fn limit(packed: u64) -> u64 {
    packed.saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE).min(MEMBER_MAX)
}

fn gunzip(file: &NamedFile) -> Result<NamedFile, Problem> {
    let limit = limit(u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
    let mut decoder = GzDecoder::new(file.bytes.as_slice());
    let mut bytes = Vec::new();
    let read = decoder.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
    if u64::try_from(read).unwrap_or(u64::MAX) > limit {
        return Err(too_large(&file.name));
    }
    if !decoder.into_inner().is_empty() {
        return Err(refused("something follows the packed file: download it again"));
    }
    let name = file.name.strip_suffix(".gz").unwrap_or(&file.name).to_owned();
    Ok(NamedFile { name, bytes })
}

/// A member as the archive's directory tells it.
struct Member {
    name: String,
    raw_name: Vec<u8>,
    folder: bool,
    deflated: bool,
    crc: u32,
    packed: u64,
    length: u64,
    offset: u64,
}

impl Member {
    /// Opens it: what its own header says must agree with the directory.
    fn open<'a>(&self, archive: &'a mut dyn Source) -> Result<Unpacking<'a>, Problem> {
        let header = part(archive, self.offset, LOCAL_LENGTH)?;
        let name_length = u16_at(&header, 26).map_or(0, usize::from);
        let extra_length = u16_at(&header, 28).map_or(0, usize::from);
        let rest = part(archive, self.offset + LOCAL_LENGTH_U64, name_length + extra_length)?;
        if !header.starts_with(&LOCAL) || rest.get(..name_length) != Some(&self.raw_name) {
            return Err(damaged());
        }
        // The archive stands behind its members' headers now.
        let data = BufReader::with_capacity(WINDOW, archive.take(self.packed));
        let packed = if self.deflated {
            Packed::Deflated(DeflateDecoder::new(data))
        } else {
            Packed::Stored(data)
        };
        Ok(Unpacking { packed, crc: Crc::new(), so_far: 0, stated: (self.length, self.crc) })
    }

    fn inflate(&self, archive: &mut dyn Source) -> Result<NamedFile, Problem> {
        let mut bytes = Vec::new();
        self.open(archive)?.read_to_end(&mut bytes).map_err(|_| damaged())?;
        Ok(NamedFile { name: self.name.clone(), bytes })
    }
}

/// So many bytes from a place of the archive, all of them.
fn part(archive: &mut dyn Source, from: u64, length: usize) -> Result<Vec<u8>, Problem> {
    let failed = |error: io::Error| {
        Problem::of_file(format!("the file could not be read to its end: {error}"))
    };
    archive.seek(SeekFrom::Start(from)).map_err(failed)?;
    let mut bytes = Vec::new();
    let wanted = u64::try_from(length).unwrap_or(u64::MAX);
    let read = archive.take(wanted).read_to_end(&mut bytes).map_err(failed)?;
    if read == length { Ok(bytes) } else { Err(damaged()) }
}

/// Reads and judges the directory at the end of a zip archive.
fn directory(archive: &mut dyn Source) -> Result<Vec<Member>, Problem> {
    let length = archive.seek(SeekFrom::End(0)).map_err(|_| damaged())?;
    let tail = length.min(END_MAX);
    let tail = part(archive, length - tail, usize::try_from(tail).map_err(|_| damaged())?)?;
    let end = end_of(&tail).ok_or_else(damaged)?;
    let fixed = &tail[end..];
    let behind = u64::try_from(tail.len() - end).map_err(|_| damaged())?;
    let end = length - behind;
    let word = |at: usize| u16_at(fixed, at).ok_or_else(damaged);
    let long = |at: usize| u32_at(fixed, at).ok_or_else(damaged);
    let (count, start, size) = (usize::from(word(10)?), long(16)?, long(12)?);
    if word(4)? != 0 || word(6)? != 0 || word(8)? != word(10)? || count == usize::from(u16::MAX) {
        return Err(refused("only plain zip archives are read, in one part and without zip64"));
    }
    if count > MEMBERS_MAX {
        let reason = format!("the archive has {count} members, more than {MEMBERS_MAX}");
        return Err(refused(&reason));
    }
    let size_max = MEMBERS_MAX * (CENTRAL_LENGTH + 3 * usize::from(u16::MAX));
    let size = usize::try_from(size).ok().filter(|size| *size <= size_max).ok_or_else(damaged)?;
    if start.checked_add(u64::try_from(size).unwrap_or(u64::MAX)) != Some(end) {
        return Err(damaged());
    }
    let entries = part(archive, start, size)?;
    let mut members = Vec::with_capacity(count);
    let mut at = 0;
    for _ in 0..count {
        let (member, next) = member(&entries, at)?;
        members.push(member);
        at = next;
    }
    if at != entries.len() {
        return Err(damaged());
    }
    let mut places: Vec<(u64, u64)> =
        members.iter().map(|held| (held.offset, held.packed)).collect();
    places.push((start, 0));
    places.sort_unstable();
    let apart = places.windows(2).all(|pair| match pair {
        [(offset, packed), (next, _)] => offset
            .checked_add(*packed)
            .and_then(|end| end.checked_add(LOCAL_LENGTH_U64))
            .is_some_and(|end| end <= *next),
        _ => false,
    });
    if apart { Ok(members) } else { Err(refused("members of the archive overlap")) }
}

/// Where the end record stands in the last bytes: its comment must reach exactly to the end of the
/// file.
fn end_of(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        tail[*at..].starts_with(&END) && u16_at(tail, at + 20).map(usize::from) == Some(last - at)
    })
}

/// The member at this place of the directory, and where the next begins.
fn member(archive: &[u8], at: usize) -> Result<(Member, usize), Problem> {
    let fixed =
        archive.get(at..).and_then(|rest| rest.get(..CENTRAL_LENGTH)).ok_or_else(damaged)?;
    if !fixed.starts_with(&CENTRAL) {
        return Err(damaged());
    }
    let word = |at: usize| u16_at(fixed, at).ok_or_else(damaged);
    let long = |at: usize| u32_at(fixed, at).ok_or_else(damaged);
    let (flags, method) = (word(8)?, word(10)?);
    let (packed, length, offset) = (long(20)?, long(24)?, long(42)?);
    let name_length = usize::from(word(28)?);
    let name_at = at + CENTRAL_LENGTH;
    let raw_name =
        archive.get(name_at..).and_then(|rest| rest.get(..name_length)).ok_or_else(damaged)?;
    let name = name_of(raw_name, flags & 0x800 != 0)?;
    if flags & 1 != 0 {
        return Err(refused("the archive is encrypted: unpack it and give the file inside"));
    }
    let unix = word(4)? >> 8 == 3;
    let mode = long(38)? >> 16;
    if unix && mode & 0xF000 == 0xA000 {
        let reason = format!("\"{}\" is a link, not a file", quote(&name));
        return Err(refused(&reason));
    }
    if method != 0 && method != 8 {
        let reason = format!("\"{}\" is packed in a way that is not read", quote(&name));
        return Err(refused(&reason));
    }
    if length > limit(packed) {
        return Err(too_large(&name));
    }
    let folder = name.ends_with('/');
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    let next = name_at + name_length + usize::from(word(30)?) + usize::from(word(32)?);
    let crc = fixed.get(16..20).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let crc = crc.ok_or_else(damaged)?;
    let (raw_name, deflated) = (raw_name.to_vec(), method == 8);
    Ok((Member { name, raw_name, folder, deflated, crc, packed, length, offset }, next))
}

/// A name that stays where it is put.
fn name_of(raw: &[u8], utf_8: bool) -> Result<String, Problem> {
    let name = if utf_8 { String::from_utf8(raw.to_vec()).ok() } else { decode_gb18030(raw).ok() };
    let name = name.ok_or_else(|| refused("a member's name is neither UTF-8 nor GBK"))?;
    let leads_elsewhere = name.starts_with('/')
        || name.split('/').any(|part| part == "..")
        || name.contains(['\\', ':'])
        || name.chars().any(char::is_control);
    if name.is_empty() || leads_elsewhere {
        return Err(refused(&format!("the name \"{}\" leads out of the archive", quote(&name))));
    }
    Ok(name)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes).map(u64::from)
}
