//! Bills packed as zip or gzip, and archives made to do harm.

use banks::bill::RowKind;
use banks::formats::{Document, inspect, read, unpack};
use banks::front::NamedFile;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn own(path: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    fs::read(root.join(path)).expect(path)
}

fn named(name: &str, bytes: Vec<u8>) -> NamedFile {
    NamedFile { name: name.to_owned(), bytes }
}

fn refusal(bytes: Vec<u8>) -> String {
    let started = Instant::now();
    let refusal = read(&named("bills.zip", bytes)).expect_err("refused").to_string();
    assert!(started.elapsed() < Duration::from_secs(1), "refused after {:?}", started.elapsed());
    refusal
}

/// A member to be packed, as its directory entry will tell it.
#[derive(Clone)]
struct Member {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    mode: u32,
    length: u32,
    crc: u32,
    packed: Vec<u8>,
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn member(name: &[u8], bytes: &[u8]) -> Member {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    Member {
        name: name.to_vec(),
        flags: 0,
        method: 8,
        mode: 0o100_644,
        length: u32::try_from(bytes.len()).expect("small"),
        crc: crc.sum(),
        packed: deflate(bytes),
    }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

/// A zip archive; `repeat` writes the directory entry of each member so many times.
fn zip(members: &[Member], repeat: usize) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for member in members {
        let offset = u32::try_from(archive.len()).expect("small");
        let name_length = u16::try_from(member.name.len()).expect("small");
        let packed = u32::try_from(member.packed.len()).expect("small");
        let mut fixed = Vec::new();
        fixed.extend(20_u16.to_le_bytes());
        fixed.extend(member.flags.to_le_bytes());
        fixed.extend(member.method.to_le_bytes());
        fixed.extend([0; 4]);
        for value in [member.crc, packed, member.length] {
            fixed.extend(value.to_le_bytes());
        }
        fixed.extend(name_length.to_le_bytes());
        fixed.extend(0_u16.to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&fixed);
        archive.extend(&member.name);
        archive.extend(&member.packed);
        for _ in 0..repeat {
            directory.extend(b"PK\x01\x02");
            directory.extend(0x0314_u16.to_le_bytes());
            directory.extend(&fixed);
            directory.extend([0; 6]);
            directory.extend((member.mode << 16).to_le_bytes());
            directory.extend(offset.to_le_bytes());
            directory.extend(&member.name);
        }
    }
    let count = u16::try_from((members.len() * repeat).min(65_535)).expect("small");
    let start = u32::try_from(archive.len()).expect("small");
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(u32::try_from(directory.len()).expect("small").to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

const DETAIL: &str = "20880000000000010156_20260331_业务明细.csv";
const SUMMARY: &str = "20880000000000010156_20260331_业务明细(汇总).csv";

fn detail() -> Vec<u8> {
    own(&format!("alipay_trade/{DETAIL}"))
}

fn summary() -> Vec<u8> {
    own(&format!("alipay_summary/{SUMMARY}"))
}

fn bill(bytes: Vec<u8>) -> banks::bill::Bill {
    match read(&named("bills.zip", bytes)) {
        Ok(Document::Bill(bill)) => bill,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bill_is_read_out_of_its_archive_under_its_chinese_name() {
    let archive = zip(&[member(&gbk(DETAIL), &detail())], 1);
    let files = unpack(&named("a.zip", archive.clone())).unwrap();
    assert_eq!(files[0].name, DETAIL);
    assert_eq!(bill(archive).rows.len(), 3);

    let mut marked = member(format!("20260331/{DETAIL}").as_bytes(), &detail());
    marked.flags = 0x800;
    assert_eq!(unpack(&named("a.zip", zip(&[marked], 1))).unwrap()[0].name, DETAIL);

    let mut stored = member(&gbk(DETAIL), &detail());
    (stored.method, stored.packed) = (0, detail());
    assert_eq!(bill(zip(&[stored], 1)).rows.len(), 3);
}

#[test]
fn the_summary_beside_a_bill_must_agree_with_it_in_either_order() {
    let (detail, summary) = (member(&gbk(DETAIL), &detail()), member(&gbk(SUMMARY), &summary()));
    for members in [[detail.clone(), summary.clone()], [summary.clone(), detail.clone()]] {
        let bill = bill(zip(&members, 1));
        assert_eq!(bill.totals(RowKind::Payment).unwrap().gross.minor(), 6_085);
        let agreed = bill.checks.iter().find(|check| check.what == "汇总 服务费").unwrap();
        assert_eq!((agreed.stated.as_str(), agreed.holds()), ("0.19000", true));
    }
    // A fee that the bill alone cannot prove.
    let changed = encoding_rs::GBK.decode(&self::detail()).0.replace(",-0.35,", ",-0.36,");
    let changed = member(&gbk(DETAIL), &gbk(&changed));
    let told = refusal(zip(&[changed, summary], 1));
    assert!(told.contains("汇总 服务费 is stated as 0.19000, but it is 0.20000"), "{told}");
}

#[test]
fn of_several_files_one_must_be_chosen() {
    let zm = own("unionpay_zm/INN26033188ZM_898000000000001");
    let zme = own("unionpay_zme/INN26033188ZME_898000000000001");
    let archive = zip(
        &[
            member(b"INN26033188ZM_898000000000001", &zm),
            member(b"INN26033188ZME_898000000000001", &zme),
        ],
        1,
    );
    let told = refusal(archive.clone());
    assert!(told.contains("holds 2 files: INN26033188ZM_898000000000001"), "{told}");
    let files = unpack(&named("898000000000001_20260331.zip", archive)).unwrap();
    let kinds: Vec<&str> = files.iter().map(|file| read(file).unwrap().kind()).collect();
    assert_eq!(kinds, ["bill", "disputes"]);
}

#[test]
fn a_gzip_is_its_one_file() {
    let bill = own("wechat_trade/1230000109All2026-03-31.csv");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bill).unwrap();
    let packed = encoder.finish().unwrap();
    let file = named("1230000109All2026-03-31.csv.gz", packed.clone());
    let Ok(Document::Bill(read)) = read(&file) else { panic!("a bill") };
    assert_eq!(read.clearing_date, "2026-03-31".parse().ok());
    for length in 0..packed.len() {
        assert!(!inspect(&named("x.gz", packed[..length].to_vec())).acceptable, "{length}");
    }
    assert!(refusal([packed.clone(), b"more".to_vec()].concat()).contains("follows"));

    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![0; 64 << 20]).unwrap();
    assert!(refusal(bomb.finish().unwrap()).contains("unpacks to more"));
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let mut bomb = member(b"bill.csv", b"x");
    bomb.packed = deflate(&vec![b'0'; 64 << 20]);
    bomb.length = 64 << 20;
    assert!(refusal(zip(&[bomb.clone()], 1)).contains("unpacks to more"));
    // One that lies about its length is inflated no further than it says.
    bomb.length = 1_000;
    assert!(refusal(zip(&[bomb.clone()], 1)).contains("damaged"));
    bomb.length = u32::MAX;
    assert!(refusal(zip(&[bomb.clone()], 1)).contains("unpacks to more"));
    // Many entries that share the same bytes.
    bomb.length = 1 << 20;
    assert!(refusal(zip(&[bomb], 20)).contains("overlap"));
}

#[test]
fn many_members_are_refused_without_reading_them() {
    let small = member(b"a", b"x");
    assert!(refusal(zip(&vec![small.clone(); 33], 1)).contains("33 members, more than 32"));
    assert!(refusal(zip(&vec![small.clone(); 50_000], 1)).contains("50000 members"));
    assert!(refusal(zip(&vec![small; 100_000], 1)).contains("zip64"));
}

#[test]
fn archives_inside_archives_are_refused() {
    let inner = zip(&[member(&gbk(DETAIL), &detail())], 1);
    let told = refusal(zip(&[member(b"inner.zip", &inner)], 1));
    assert!(told.contains("\"inner.zip\" is an archive inside the archive"), "{told}");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&inner).unwrap();
    assert!(refusal(gzip.finish().unwrap()).contains("an archive inside"));
}

#[test]
fn names_that_lead_elsewhere_links_and_encryption_are_refused() {
    for name in ["../bill.csv", "/etc/passwd", "a/../../b", "C:\\b.csv", "a\0b", "a\nb", ""] {
        let told = refusal(zip(&[member(name.as_bytes(), &detail())], 1));
        assert!(told.contains("leads out of the archive"), "{name}: {told}");
    }
    let told = refusal(zip(&[member(b"\xFF\xFF", &detail())], 1));
    assert!(told.contains("neither UTF-8 nor GBK"), "{told}");
    let link = Member { mode: 0o120_777, ..member(b"bill.csv", b"/etc/passwd") };
    assert!(refusal(zip(&[link], 1)).contains("is a link"));
    let encrypted = Member { flags: 1, ..member(b"bill.csv", &detail()) };
    assert!(refusal(zip(&[encrypted], 1)).contains("encrypted"));
    let strange = Member { method: 99, ..member(b"bill.csv", &detail()) };
    assert!(refusal(zip(&[strange], 1)).contains("not read"));
}

#[test]
fn damaged_archives_are_refused_wherever_the_damage_is() {
    let archive = zip(&[member(&gbk(DETAIL), &detail())], 1);
    let whole = bill(archive.clone());
    for length in 0..archive.len() {
        assert!(
            !inspect(&named("a.zip", archive[..length].to_vec())).acceptable,
            "cut to {length}"
        );
    }
    for place in 0..archive.len() {
        for other in [archive[place] ^ 1, 0, 0xFF] {
            let mut changed = archive.clone();
            changed[place] = other;
            if let Ok(Document::Bill(read)) = read(&named("a.zip", changed)) {
                assert_eq!(read.rows, whole.rows, "byte {place}");
            }
        }
    }
    assert!(refusal(b"PK\x05\x06".to_vec()).contains("damaged"));
    assert!(refusal(zip(&[], 1)).contains("archive is empty"));
    assert!(refusal([archive, b"PK".to_vec()].concat()).contains("damaged"));
}
