//! Bills packed as zip or gzip, unpacked within limits that are checked before anything is
//! inflated: few members, no archive inside an archive, no member that grows out of proportion, no
//! name that leads elsewhere, nothing encrypted.
//!
//! Names of members without the UTF-8 mark are GBK, as Chinese systems write them.

use super::decode::decode_gb18030;
use super::problems::quote;
use crate::bill::Problem;
use crate::front::NamedFile;
use flate2::Crc;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use std::io::{self, BufRead, BufReader, Read};

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

/// The files inside a zip archive, to be unpacked one by one.
pub(super) struct Members<'a> {
    archive: &'a [u8],
    members: Vec<Member>,
}

impl<'a> Members<'a> {
    /// Reads and judges the archive's directory; nothing is unpacked.
    pub fn of(archive: &'a [u8]) -> Result<Self, Problem> {
        let members: Vec<Member> =
            directory(archive)?.into_iter().filter(|member| !member.folder).collect();
        if members.is_empty() {
            return Err(refused("the archive is empty"));
        }
        Ok(Self { archive, members })
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
    pub fn open(&self, name: &str) -> Result<Unpacking<'a>, Problem> {
        let member = self.members.iter().find(|member| member.name == name).ok_or_else(damaged)?;
        let data = member.data(self.archive).ok_or_else(damaged)?;
        let packed = if member.deflated {
            Packed::Deflated(DeflateDecoder::new(data))
        } else {
            Packed::Stored(data)
        };
        Ok(Unpacking { packed, crc: Crc::new(), stated: (member.length, member.crc) })
    }
}

/// A packed file as it is unpacked.
pub(super) struct Unpacking<'a> {
    packed: Packed<'a>,
    crc: Crc,
    /// Length and checksum, as the archive's directory states them.
    stated: (u64, u32),
}

enum Packed<'a> {
    Stored(&'a [u8]),
    Deflated(DeflateDecoder<&'a [u8]>),
}

impl Read for Unpacking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, damaged().reason);
        let (length, crc) = self.stated;
        let so_far = u64::from(self.crc.amount());
        let read = match &mut self.packed {
            Packed::Stored(data) => data.read(buffer)?,
            Packed::Deflated(decoder) => decoder.read(buffer).map_err(|_| wrong())?,
        };
        self.crc.update(&buffer[..read]);
        let after = so_far + u64::try_from(read).unwrap_or(u64::MAX);
        if after > length {
            return Err(wrong());
        }
        let left = match &self.packed {
            Packed::Stored(data) => !data.is_empty(),
            Packed::Deflated(decoder) => !decoder.get_ref().is_empty(),
        };
        if read == 0 && !buffer.is_empty() && (after != length || self.crc.sum() != crc || left) {
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
        let members = directory(&file.bytes)?;
        let files = members.iter().filter(|member| !member.folder);
        files.map(|member| member.inflate(&file.bytes)).collect::<Result<_, _>>()?
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
fn limit(packed: usize) -> u64 {
    let packed = u64::try_from(packed).unwrap_or(u64::MAX);
    packed.saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE).min(MEMBER_MAX)
}

fn gunzip(file: &NamedFile) -> Result<NamedFile, Problem> {
    let limit = limit(file.bytes.len());
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
    packed: usize,
    length: u64,
    offset: usize,
}

impl Member {
    /// Its packed bytes: what its own header says must agree with the directory.
    fn data<'a>(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        let header = archive.get(self.offset..)?.get(..LOCAL_LENGTH)?;
        let name_length = usize::from(u16_at(header, 26)?);
        let extra_length = usize::from(u16_at(header, 28)?);
        let name_at = self.offset + LOCAL_LENGTH;
        let name = archive.get(name_at..)?.get(..name_length)?;
        let agrees = header.starts_with(&LOCAL) && name == self.raw_name;
        archive.get(name_at + name_length + extra_length..)?.get(..self.packed).filter(|_| agrees)
    }

    fn inflate(&self, archive: &[u8]) -> Result<NamedFile, Problem> {
        let mut data = self.data(archive).ok_or_else(damaged)?;
        let mut bytes = Vec::new();
        if self.deflated {
            let mut decoder = DeflateDecoder::new(data).take(self.length + 1);
            decoder.read_to_end(&mut bytes).map_err(|_| damaged())?;
            data = decoder.into_inner().into_inner();
        } else {
            bytes.extend_from_slice(data);
            data = &[];
        }
        let mut crc = Crc::new();
        crc.update(&bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length != self.length || crc.sum() != self.crc || !data.is_empty() {
            return Err(damaged());
        }
        Ok(NamedFile { name: self.name.clone(), bytes })
    }
}

/// Reads and judges the directory at the end of a zip archive.
fn directory(archive: &[u8]) -> Result<Vec<Member>, Problem> {
    let end = end_of(archive).ok_or_else(damaged)?;
    let fixed = &archive[end..];
    let word = |at: usize| u16_at(fixed, at).ok_or_else(damaged);
    let long = |at: usize| u32_at(fixed, at).ok_or_else(damaged);
    let (count, start, length) = (usize::from(word(10)?), long(16)?, long(12)?);
    if word(4)? != 0 || word(6)? != 0 || word(8)? != word(10)? || count == usize::from(u16::MAX) {
        return Err(refused("only plain zip archives are read, in one part and without zip64"));
    }
    if count > MEMBERS_MAX {
        let reason = format!("the archive has {count} members, more than {MEMBERS_MAX}");
        return Err(refused(&reason));
    }
    if start.checked_add(length) != Some(end) {
        return Err(damaged());
    }
    let mut members = Vec::with_capacity(count);
    let mut at = start;
    for _ in 0..count {
        let (member, next) = member(archive, at)?;
        members.push(member);
        at = next;
    }
    if at != end {
        return Err(damaged());
    }
    let mut places: Vec<(usize, usize)> =
        members.iter().map(|held| (held.offset, held.packed)).collect();
    places.push((start, 0));
    places.sort_unstable();
    let apart = places.windows(2).all(|pair| match pair {
        [(offset, packed), (next, _)] => {
            offset.checked_add(*packed + LOCAL_LENGTH).is_some_and(|end| end <= *next)
        }
        _ => false,
    });
    if apart { Ok(members) } else { Err(refused("members of the archive overlap")) }
}

/// Where the end record stands: its comment must reach exactly to the end of the file.
fn end_of(archive: &[u8]) -> Option<usize> {
    let last = archive.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        archive[*at..].starts_with(&END)
            && u16_at(archive, at + 20).map(usize::from) == Some(last - at)
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
    let length = u64::try_from(length).unwrap_or(u64::MAX);
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

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let value = bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)?;
    usize::try_from(value).ok()
}
