//! Memory does not grow with the file: a message in XML, a file out of a zip archive and one out of
//! a gzip are read as they flow in. One test of its own process, so that the kernel's peak is its own.
#![cfg(target_os = "linux")]

use banks::bill::BillSums;
use banks::formats::stream::{Source, Wanted, read_stream};
use banks::formats::{Document, inspect_stream};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Bytes of each large file.
const LONG: usize = 96 << 20;
/// How much of them may be held at a time.
const HELD: u64 = 24 << 20;

/// Parts, each so many times: a long file that is nowhere.
struct Repeated {
    parts: Vec<(Vec<u8>, usize)>,
    at: u64,
}

impl Repeated {
    fn of(parts: Vec<(Vec<u8>, usize)>) -> Self {
        Self { parts, at: 0 }
    }

    fn length(&self) -> u64 {
        self.parts.iter().map(|(part, times)| size(part.len() * times)).sum()
    }
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut before = 0;
        for (part, times) in &self.parts {
            let length = size(part.len() * times);
            if self.at < before + length {
                let within = usize::try_from((self.at - before) % size(part.len())).expect("small");
                let read = (&part[within..]).read(buffer)?;
                self.at += size(read);
                return Ok(read);
            }
            before += length;
        }
        Ok(0)
    }
}

impl Seek for Repeated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.length().saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("a length")
}

fn lines(path: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path);
    let bytes = fs::read(path).expect("a test file");
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// A statement of many entries, each with a long note that becomes no part of its row.
fn statement() -> Repeated {
    let lines = lines("camt053/statement-v08-gbk.xml");
    let (head, tail) = (lines[..9].concat(), lines[14..].concat());
    let note = format!("<n:AddtlInf>{}</n:AddtlInf></n:Ntry>\n", "note ".repeat(800));
    let entry: Vec<u8> = lines[9..14]
        .iter()
        .flat_map(|line| {
            let open = line.strip_suffix(b"</n:Ntry>\n").expect("an entry on a line");
            [open, note.as_bytes()].concat()
        })
        .collect();
    let times = LONG / entry.len();
    Repeated::of(vec![(head, 1), (entry, times), (tail, 1)])
}

/// A channel's bill with its rows repeated.
fn bill(length: usize) -> Vec<(Vec<u8>, usize)> {
    let lines = lines("wechat_trade/1230000109All2026-03-31.csv");
    let rows = lines[1..5].concat();
    let times = length / rows.len();
    vec![(lines[..1].concat(), 1), (rows, times), (lines[5..].concat(), 1)]
}

/// The same inside a zip archive, as it is.
fn stored(name: &str) -> Repeated {
    let bill = bill(LONG);
    let mut crc = flate2::Crc::new();
    let mut whole = Repeated::of(bill.clone());
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = whole.read(&mut piece).expect("memory");
        if read == 0 {
            break;
        }
        crc.update(&piece[..read]);
    }
    let length = u32::try_from(whole.length()).expect("small");
    let mut fixed = 20_u16.to_le_bytes().to_vec();
    fixed.extend([0, 8, 0, 0, 0, 0, 0, 0]);
    for value in [crc.sum(), length, length] {
        fixed.extend(value.to_le_bytes());
    }
    fixed.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
    fixed.extend([0, 0]);
    let local = [b"PK\x03\x04", fixed.as_slice(), name.as_bytes()].concat();
    let directory = [b"PK\x01\x02\x14\x03", fixed.as_slice(), &[0; 14], name.as_bytes()].concat();
    let start = size(local.len()) + whole.length();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend(u32::try_from(directory.len()).expect("short").to_le_bytes());
    end.extend(u32::try_from(start).expect("small").to_le_bytes());
    end.extend([0; 2]);
    let mut parts = vec![(local, 1)];
    parts.extend(bill);
    parts.extend([(directory, 1), (end, 1)]);
    Repeated::of(parts)
}

fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

fn read(name: &str, input: &mut dyn Source) -> (Document, usize) {
    let mut sums = BillSums::default();
    let wanted = Wanted { name: name.to_owned(), ..Wanted::default() };
    let document = read_stream(&wanted, input, &mut |rows| {
        sums.add(&rows);
        true
    });
    (document.expect("it can be read"), sums.rows())
}

#[test]
fn memory_does_not_grow_with_the_file() {
    const NAME: &str = "1230000109All2026-03-31.csv";
    let before = peak();

    let (read_as, rows) = read(NAME, &mut stored(NAME));
    assert!(matches!(read_as, Document::Bill(_)) && rows > 100_000, "{rows}");
    let zip = peak() - before;
    assert!(zip < HELD, "a zip of {} MiB took {} MiB", LONG >> 20, zip >> 20);

    let mut statement = statement();
    let inspection = inspect_stream("long.xml", &mut statement);
    assert_eq!((inspection.format.as_deref(), inspection.problems), (Some("camt053"), Vec::new()));
    assert!(inspection.rows > 10_000, "{}", inspection.rows);
    let xml = peak() - before;
    assert!(xml < HELD, "a message of {} MiB took {} MiB", LONG >> 20, xml >> 20);

    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut Repeated::of(bill(8 << 20)), &mut packed).expect("memory");
    let packed = packed.finish().expect("memory");
    let (_, rows) = read(&format!("{NAME}.gz"), &mut Cursor::new(&packed));
    assert!(rows > 10_000, "{rows}");
    assert!(peak() - before < HELD, "a gzip took {} MiB", (peak() - before) >> 20);
}
