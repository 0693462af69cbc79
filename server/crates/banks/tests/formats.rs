//! What holds for all formats, over their own test files.

use banks::bill::RowKind;
use banks::formats::{ALL, Document, Sample, inspect, read};
use banks::front::NamedFile;
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

fn testdata() -> Vec<(String, NamedFile)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files = Vec::new();
    for format in ALL {
        for entry in fs::read_dir(root.join(format.name())).expect("testdata") {
            let path = entry.expect("a file").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".snap") && !name.ends_with(".snap.new") {
                let bytes = fs::read(&path).expect("a file");
                files.push((format.name().to_owned(), NamedFile { name, bytes }));
            }
        }
    }
    files.sort_by(|a, b| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name)));
    files
}

fn own(name: &str) -> NamedFile {
    testdata().into_iter().map(|(_, file)| file).find(|file| file.name == name).expect(name)
}

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> NamedFile {
    NamedFile { name: name.to_owned(), bytes: bytes.into() }
}

/// The file with one text in it replaced.
fn altered(name: &str, from: &str, to: &str) -> NamedFile {
    let file = own(name);
    let text = String::from_utf8(file.bytes).expect("UTF-8");
    assert!(text.contains(from), "{name} has {from}");
    named(name, text.replacen(from, to, 1))
}

fn refusal(file: &NamedFile) -> String {
    read(file).expect_err("refused").to_string()
}

#[test]
fn each_file_is_recognised_by_its_own_format_only() {
    for (format, file) in testdata() {
        let sample = Sample::of(&file);
        let known: Vec<&str> =
            ALL.iter().filter(|f| f.recognises(&sample)).map(|f| f.name()).collect();
        assert_eq!(known, [format.as_str()], "{}", file.name);
    }
}

#[test]
fn each_file_is_read_as_expected() {
    for (format, file) in testdata() {
        let document = read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert!(inspect(&file).acceptable, "{}", file.name);
        insta::with_settings!({
            snapshot_path => format!("../testdata/{format}"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            let name = file.name.replace('.', "_");
            insta::assert_json_snapshot!(name, document);
        });
    }
}

#[test]
fn one_changed_digit_of_an_amount_refuses_the_bill() {
    let zm = own("INN26033188ZM_898000000000001");
    for place in (66..78).chain(167..179).chain(181..193) {
        let mut changed = zm.clone();
        let digit = changed.bytes[place] - b'0';
        changed.bytes[place] = b'0' + (digit + 1) % 10;
        assert!(refusal(&changed).contains("line 1, 结算金额"), "byte {place}");
    }
    let all = "1230000109All2026-03-31.csv";
    let changed = altered(all, "`CNY,`100.00", "`CNY,`100.01");
    assert!(refusal(&changed).contains("应结订单总金额 is stated as 100.01, but it is 100.02"));
    let changed = altered(all, "`0.00006", "`0.00007");
    assert!(refusal(&changed).contains("手续费总金额 is stated as 0.47406, but it is 0.47407"));
    let changed = altered("fund-basic-20260331.csv", "149.40", "149.41");
    assert!(refusal(&changed).contains("line 3, 账户结余(元)"));
    let changed = altered("statement-v02.xml", ">150.00<", ">150.01<");
    assert!(refusal(&changed).contains("TxDtls"));
    let changed = altered("statement-v02.xml", ">500.00000<", ">500.01<");
    assert!(refusal(&changed).contains("CLBD 6222000000000001 S20260331 is stated as 1349.99"));
}

#[test]
fn amounts_written_oddly_are_refused() {
    for odd in ["-1", "0.001", "1e3", "１００", "12345678901234567890", "", " 1", "1,0", "NaN"] {
        let bill = altered("1230000109All2026-03-31.csv", "`CNY,`100.00", &format!("`CNY,`{odd}"));
        assert!(refusal(&bill).contains("line 2, 应结订单金额"), "{odd}");
        let fund = altered("fund-basic-20260331.csv", "收入,`100.00", &format!("收入,`{odd}"));
        assert!(refusal(&fund).contains("line 2, 收支金额"), "{odd}");
        let statement = altered("statement-v02.xml", ">200.00<", &format!(">{odd}<"));
        // Blanks around an element's text mean nothing in XML.
        assert!(odd == " 1" || refusal(&statement).contains("Amt"), "{odd}");
    }
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_place() {
    let mut bill = own("1230000109All2026-03-31.csv");
    let place = bill.bytes.windows(3).position(|held| held == "茶".as_bytes()).unwrap();
    bill.bytes[place + 1] = b'x';
    assert!(refusal(&bill).contains(&format!("line 2, byte {place} is not valid UTF-8")));

    let mut bill = own("legacy-gbk-20141110.csv");
    let place = bill.bytes.windows(2).position(|held| held == b"\xB1\xBB").unwrap();
    bill.bytes[place + 1] = b' ';
    assert!(refusal(&bill).contains(&format!("byte {place} is not valid GB18030")));

    let mut bill = own("INN26033188ZM_898000000000001");
    bill.bytes[397 + 1] = b' ';
    assert!(refusal(&bill).contains("line 1, byte 397 of the line is not valid GBK"));
}

#[test]
fn a_record_of_the_wrong_length_is_named() {
    let zm = own("INN26033188ZM_898000000000001");
    let text = encoding_in_utf_8(&zm.bytes);
    assert!(refusal(&named(&zm.name, text)).contains("line 1, a record has 607 bytes"));
    let mut bytes = zm.bytes.clone();
    bytes.insert(100, b' ');
    assert!(refusal(&named(&zm.name, bytes)).contains("this line has 608"));
    assert!(refusal(&named(&zm.name, "")).contains("the file is empty"));
    assert!(refusal(&named("download", zm.bytes.clone())).contains("original name"));
    assert!(refusal(&named("INN26033188ZM_1", zm.bytes.clone())).contains("商户代码"));
    assert!(refusal(&named("INN26023088ZM_898000000000001", zm.bytes)).contains("original name"));
}

fn encoding_in_utf_8(gbk: &[u8]) -> Vec<u8> {
    encoding_rs::GBK.decode(gbk).0.into_owned().into_bytes()
}

#[test]
fn the_year_of_a_record_follows_from_the_clearing_date() {
    let Document::Bill(bill) = read(&own("INN26010188ZM_898000000000001")).unwrap() else {
        panic!("a bill");
    };
    let times: Vec<String> =
        bill.rows.iter().filter_map(|row| row.event_time).map(|at| at.to_string()).collect();
    assert_eq!(times, ["2025-12-31 23:05:00.0", "2026-01-01 0:00:00.0"]);
}

#[test]
fn refunds_of_a_bill_name_both_numbers() {
    let Document::Bill(bill) = read(&own("INN26033188ZM_898000000000001")).unwrap() else {
        panic!("a bill");
    };
    let refund = bill.rows.iter().find(|row| row.kind == RowKind::Refund).unwrap();
    assert_eq!(refund.order_no, "P20260330000001");
    assert_eq!(refund.refund_no.as_deref(), Some("R20260331000001"));
    let totals = bill.totals(RowKind::Refund).unwrap();
    assert_eq!((totals.count, totals.gross.minor(), totals.fee_e5), (2, 2_510_050, -24_000));
}

#[test]
fn unknown_files_are_told_apart() {
    for (name, bytes, told) in [
        ("a", Vec::new(), "the file is empty"),
        ("a.csv", b"a,b\n1,2\n".to_vec(), "format of this file is not known"),
        ("a.txt", "#支付宝其他查询\n".as_bytes().to_vec(), "neither its trade bill"),
        ("a.csv", "支付宝（中国）网络技术有限公司 电子客户回单".into(), "personal Alipay user"),
        ("a.sta", b":20:X\n".to_vec(), "SWIFT"),
        ("a.txt", b"\xFF\xFEa\0".to_vec(), "UTF-16"),
        ("a.xml", b"<Document><BkToCstmrAcctRpt/></Document>".to_vec(), "camt.052"),
    ] {
        let inspection = inspect(&named(name, bytes));
        assert!(!inspection.acceptable);
        assert_eq!(inspection.format, None);
        assert!(inspection.problems[0].reason.contains(told), "{:?}", inspection.problems);
    }
}

#[test]
fn a_hostile_file_does_not_fill_the_list_of_problems() {
    let inspection = inspect(&named("INN26033188ZM_1", "x\n".repeat(10_000)));
    assert_eq!(inspection.problems.len(), 51);
    assert_eq!(inspection.problems[50].reason, "9950 more problems are not listed");
}

#[test]
fn sums_out_of_range_are_refused() {
    let row = |n: u32| {
        format!(
            "`2026-03-31 09:00:00,`a,`m,`0,`,`{n},`{n},`u,`JSAPI,`SUCCESS,`O,`CNY,\
             `999999999999999.00,`0.00,`p,`,`0.00000,`0%,`999999999999999.00,`\n"
        )
    };
    let file = own("success-20260331.csv");
    let text = String::from_utf8(file.bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    let rows: String = (0..100).map(row).collect();
    lines[1] = rows;
    assert!(refusal(&named("x", lines.concat())).contains("out of range"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_a_document_or_a_refusal(
        bytes in proptest::collection::vec(any::<u8>(), 0..700),
        name in "(INN26033188ZM_1|a\\.csv|INN[0-9账]{0,6}88ZM_.{0,3}|.{0,12})",
    ) {
        let inspection = inspect(&named(&name, bytes));
        prop_assert!(inspection.acceptable || !inspection.problems.is_empty()
            || inspection.checks.iter().any(|check| !check.holds));
    }

    #[test]
    fn any_damage_is_survived(
        which in any::<usize>(),
        place in any::<prop::sample::Index>(),
        damage in proptest::collection::vec(any::<u8>(), 1..6),
        insert in any::<bool>(),
    ) {
        let files = testdata();
        let (_, mut file) = files[which % files.len()].clone();
        let start = place.index(file.bytes.len());
        let end = if insert { start } else { (start + damage.len()).min(file.bytes.len()) };
        file.bytes.splice(start..end, damage);
        let _ = inspect(&file);
    }
}
