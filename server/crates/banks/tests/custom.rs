//! Formats set up by staff: what they read, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use banks::bill::{BillRow, RowKind};
use banks::formats::custom::CustomFormat;
use banks::formats::stream::{Wanted, read_stream};
use banks::formats::{Document, Refusal, accepted};
use domain::file_format::{
    AmountUnit, BillField, DaySource, FeeSign, FormatSpec, Layout, Mapping, TextEncoding,
    TotalsLine,
};
use domain::money::Currency;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;
use std::time::Instant;

fn spec(layout: Layout, columns: &[(BillField, &str)]) -> FormatSpec {
    let column =
        |(field, place): &(BillField, &str)| Mapping { field: *field, place: (*place).to_owned() };
    FormatSpec {
        layout,
        encoding: TextEncoding::Gbk,
        skip: 0,
        header: layout != Layout::FixedWidth,
        columns: columns.iter().map(column).collect(),
        unit: AmountUnit::Minor,
        fee_sign: FeeSign::NegativeCharged,
        currency: Currency::Cny,
        time_pattern: "YYYYMMDDhhmmss".to_owned(),
        day_pattern: "YYYYMMDD".to_owned(),
        day_source: DaySource::Name,
        payment_words: Vec::new(),
        refund_words: Vec::new(),
        success_words: Vec::new(),
        processing_words: Vec::new(),
        failure_words: Vec::new(),
        totals: None,
    }
}

fn read(spec: &FormatSpec, bytes: &[u8]) -> Result<Vec<BillRow>, Refusal> {
    spec.check().unwrap();
    let (name, merchant_no) = ("own/1".to_owned(), "77".to_owned());
    let custom = Some(CustomFormat { name, merchant_no, spec: spec.clone() });
    let wanted = Wanted { name: "bill-20260331.txt".to_owned(), member: None, custom };
    let mut rows = Vec::new();
    let document = read_stream(&wanted, &mut std::io::Cursor::new(bytes), &mut |batch| {
        rows.extend(batch);
        true
    })?;
    let document = accepted(document)?;
    assert!(matches!(document, Document::Bill(_)));
    Ok(rows)
}

const FIXED: &[(BillField, &str)] = &[
    (BillField::ChannelNo, "1-6"),
    (BillField::OrderNo, "7-16"),
    (BillField::Gross, "17-28"),
    (BillField::Fee, "29-36"),
];

#[test]
fn widths_count_bytes_and_every_record_is_as_long_as_the_first() {
    let mut spec = spec(Layout::FixedWidth, FIXED);
    spec.totals = Some(TotalsLine {
        begins: "T".to_owned(),
        count: Some("2-4".to_owned()),
        gross: Some("5-12".to_owned()),
        fee: None,
    });
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let text = "C00001订单000001000000010000-0000060茶\n";
    assert_eq!(gbk(text).len(), 39);
    let file = gbk(&format!("{text}C00002订单000002-00000001000+0000000茶\nT00200009000\n"));
    let rows = read(&spec, &file).unwrap();
    assert_eq!((rows[0].gross.minor(), rows[0].fee_e5), (10_000, 60_000));
    assert_eq!((rows[1].kind, rows[1].gross.minor()), (RowKind::Refund, 1_000));
    assert_eq!((rows[0].order_no.as_str(), rows[0].merchant_no.as_str()), ("订单000001", "77"));
    // Any cut, and any other digit of an amount, is refused.
    for length in 0..file.len() - 1 {
        assert!(read(&spec, &file[..length]).is_err(), "cut to {length}");
    }
    for place in 16..28 {
        let mut changed = file.clone();
        changed[place] = if changed[place] == b'9' { b'8' } else { b'9' };
        assert!(read(&spec, &changed).is_err(), "byte {place}");
    }
}

#[test]
fn the_wrong_encoding_is_refused_with_its_line() {
    let columns = [(BillField::ChannelNo, "流水"), (BillField::Gross, "金额")];
    let mut spec = spec(Layout::Tsv, &columns);
    let text = "流水\t金额\nC1\t100\nC2\t茶\n";
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    let told = read(&spec, &gbk).unwrap_err().to_string();
    assert!(told.contains("line 3, gross"), "{told}");
    let told = read(&spec, text.as_bytes()).unwrap_err().to_string();
    assert!(told.contains("line 3, byte 26"), "UTF-8 declared GBK: {told}");
    spec.encoding = TextEncoding::Utf8;
    let told = read(&spec, &gbk).unwrap_err().to_string();
    assert!(told.contains("byte 0 is not valid UTF-8"), "{told}");
}

/// A workbook with one sheet of these rows, as XML.
fn book(rows: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{rows}</sheetData></worksheet>"
    );
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>\
         <sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let of_workbook = format!(
        "<Relationships xmlns=\"{rels}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let of_package = format!(
        "<Relationships xmlns=\"{rels}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    zip(&[
        ("_rels/.rels", of_package),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", of_workbook),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn zip(members: &[(&str, String)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let number = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
        let mut sizes = crc.sum().to_le_bytes().to_vec();
        sizes.extend([number(packed.len()), number(text.len())].concat());
        sizes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        let offset = number(archive.len());
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00");
        directory.extend(&sizes);
        directory.extend([0; 12]);
        directory.extend(offset);
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00");
        archive.extend(&sizes);
        archive.extend([0; 2]);
        archive.extend(name.as_bytes());
        archive.extend(&packed);
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let (start, length) = (archive.len(), directory.len());
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\x00\x00\x00\x00");
    archive.extend([count, count].concat());
    archive.extend(u32::try_from(length).unwrap().to_le_bytes());
    archive.extend(u32::try_from(start).unwrap().to_le_bytes());
    archive.extend([0; 2]);
    archive
}

fn cell(place: &str, value: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{value}</t></is></c>")
}

#[test]
fn a_workbook_is_read_and_one_far_cell_does_not_fill_the_memory() {
    let columns = [(BillField::ChannelNo, "no"), (BillField::Gross, "amount")];
    let mut spec = spec(Layout::Xlsx, &columns);
    spec.unit = AmountUnit::Major;
    let head = format!("<row r=\"1\">{}{}</row>", cell("A1", "no"), cell("B1", "amount"));
    let row = format!("<row r=\"2\">{}<c r=\"B2\"><v>12.34</v></c></row>", cell("A2", "C1"));
    let rows = read(&spec, &book(&format!("{head}{row}"))).unwrap();
    assert_eq!((rows.len(), rows[0].gross.minor()), (1, 1_234));
    // A number that is no amount is refused, not rounded.
    let third = row.replace("12.34", "0.333333333333333");
    assert!(read(&spec, &book(&format!("{head}{third}"))).is_err());
    let started = Instant::now();
    let far = format!("<row r=\"1048576\">{}</row>", cell("XFD1048576", "x"));
    let told = read(&spec, &book(&format!("{head}{row}{far}"))).unwrap_err().to_string();
    assert!(told.contains("line 1048576") && told.contains("too far right"), "{told}");
    assert!(started.elapsed().as_secs() < 5);
}
