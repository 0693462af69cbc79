//! Files made by mistake or with intent: wrong encodings, odd characters, huge numbers, tricks.

use banks::formats::{ALL, Document, inspect, read};
use banks::front::NamedFile;
use std::fs;
use std::path::PathBuf;

fn own(path: &str) -> NamedFile {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    NamedFile { name, bytes: fs::read(root.join(path)).expect(path) }
}

const ALIPAY: &str = "alipay_trade/20880000000000010156_20260331_业务明细.csv";
const ACCOUNT: &str = "alipay_account/20880000000000010156_20260331_账务明细.csv";

/// One text file of each format that is made of lines, with what it is written in.
const LINES: [&str; 9] = [
    "wechat_trade/1230000109All2026-03-31.csv",
    ALIPAY,
    ACCOUNT,
    "chinaums/20260331.txt",
    "acquirer_detail/settle-20260101.csv",
    "mt940/blocks.sta",
    "bai2/two-accounts.txt",
    "bank_icbc/hisdetail.csv",
    "bank_boc/boc-20260331.csv",
];

fn text(file: &NamedFile) -> String {
    let bytes = file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&file.bytes);
    let gbk = |_| encoding_rs::GBK.decode(bytes).0.into_owned();
    std::str::from_utf8(bytes).map_or_else(gbk, str::to_owned)
}

fn with(file: &NamedFile, bytes: impl Into<Vec<u8>>) -> NamedFile {
    NamedFile { name: file.name.clone(), bytes: bytes.into() }
}

fn altered(path: &str, from: &str, to: &str) -> NamedFile {
    let file = own(path);
    let text = text(&file);
    assert!(text.contains(from), "{path} has {from}");
    with(&file, text.replacen(from, to, 1))
}

/// Everything a file is refused for.
fn refusal(file: &NamedFile) -> String {
    let refusal = read(file).expect_err("refused");
    let problems = refusal.problems.iter().map(ToString::to_string);
    let checks = refusal.failed_checks.iter().map(|check| {
        format!("{} is stated as {}, but it is {}", check.what, check.stated, check.computed)
    });
    problems.chain(checks).collect::<Vec<_>>().join("; ")
}

#[test]
fn either_encoding_and_either_line_end_read_the_same() {
    for path in LINES {
        let file = own(path);
        let whole = serde_json::to_value(read(&file).unwrap()).unwrap();
        let unix = text(&file).replace("\r\n", "\n");
        let windows = unix.replace('\n', "\r\n");
        let mixed = windows.replacen("\r\n", "\n", 3);
        for text in [unix, windows, mixed] {
            let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
            let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
            for (encoding, bytes) in [("UTF-8", text.into_bytes()), ("GBK", gbk), ("BOM", marked)] {
                let read = read(&with(&file, bytes));
                let read = read.unwrap_or_else(|error| panic!("{path} in {encoding}: {error}"));
                let mut same = serde_json::to_value(read).unwrap();
                same["encoding"] = whole["encoding"].clone();
                assert_eq!(same, whole, "{path} in {encoding}");
            }
        }
    }
}

#[test]
fn nul_bytes_and_carriage_returns_alone_are_refused_with_their_line() {
    for path in LINES {
        let text = text(&own(path)).replace("\r\n", "\n");
        let third = text.match_indices('\n').nth(2).unwrap().0;
        let nul = format!("{}\0{}", &text[..third], &text[third..]);
        let told = refusal(&with(&own(path), nul));
        assert!(told.contains("line 3, a NUL byte"), "{path}: {told}");
        let told = refusal(&with(&own(path), text.replace('\n', "\r")));
        let known = ["carriage return", "not known"].iter().any(|known| told.contains(known));
        assert!(known, "{path}: {told}");
    }
    let mut zm = own("unionpay_zm/INN26033188ZM_898000000000001");
    zm.bytes[120] = 0;
    assert!(refusal(&zm).contains("line 1, a NUL byte"));
}

#[test]
fn a_gbk_file_cut_inside_a_character_is_refused_with_its_place() {
    for path in [ALIPAY, ACCOUNT, "bank_icbc/hisdetail.csv"] {
        let file = own(path);
        for lost in 1..=4 {
            let cut = with(&file, &file.bytes[..file.bytes.len() - lost]);
            let whole = read(&file).unwrap();
            if let Ok(read) = read(&cut) {
                assert_eq!(read, whole, "{path} without its last {lost}");
            }
        }
        let place = file.bytes.iter().rposition(|byte| *byte >= 0x80).unwrap();
        let told = refusal(&with(&file, &file.bytes[..place]));
        assert!(told.contains("is not valid GB18030"), "{path}: {told}");
    }
}

#[test]
fn a_file_of_a_header_only_or_cut_before_its_totals_says_what_is_missing() {
    let cases = [
        (ALIPAY, "#交易合计", "does not state 交易合计"),
        (ALIPAY, "#------------------------------------", "no list of rows"),
        (ALIPAY, "#导出时间", "导出时间"),
        (ACCOUNT, "#收入合计", "does not state 收入合计"),
        ("chinaums/20260331.txt", "总笔数", "line of totals (总笔数) is missing"),
        ("bank_icbc/hisdetail.csv", "人民币合计", "line of totals (人民币合计) is missing"),
        ("mt940/statement-two-pages.sta", ":62F:", "62F"),
        ("mt940/statement-two-pages.sta", ":20:S20260331B", "last page of account"),
        ("bai2/two-accounts.txt", "99,", "last record (99) is missing"),
        ("nacha_return/returns.ach", "9000002", "file control record (9) is missing"),
        ("camt054/notification-v08.xml", "</Ntfctn>", "incomplete"),
        ("pain002/part-rejected.xml", "</CstmrPmtStsRpt>", "incomplete"),
    ];
    for (path, from, told) in cases {
        let file = own(path);
        let text = text(&file);
        let cut = text.find(&format!("\n{from}")).or_else(|| text.find(from)).unwrap();
        let refused = refusal(&with(&file, &text[..cut]));
        assert!(refused.contains(told), "{path} before {from}: {refused}");
    }
}

#[test]
fn totals_that_disagree_are_told_with_both_sides() {
    let cases = [
        (ALIPAY, "交易合计：2笔", "交易合计：3笔", "交易合计 笔 is stated as 3, but it is 2"),
        (ALIPAY, "共58.85元", "共58.84元", "交易合计 商家实收 is stated as 58.84, but it is 58.85"),
        (ACCOUNT, "共-29.36元", "共-29.35元", "支出合计 is stated as -29.35, but it is -29.36"),
        ("chinaums/20260331.txt", "\t0.72", "\t0.73", "手续费 is stated as 0.73, but it is 0.72"),
        (
            "bank_icbc/hisdetail.csv",
            "501.00",
            "502.00",
            "(支出) is stated as 502.00, but it is 501.00",
        ),
        ("mt940/blocks.sta", "100,85", "100,86", "91/1 is stated as 100.86, but it is 100.85"),
        ("mt942/intraday.sta", ":90D:1", ":90D:2", "90D count is stated as 2, but it is 1"),
        ("bai2/two-accounts.txt", "99,+13700", "99,+13701", "99 line 13 control total"),
        ("pain001/batch-v09.xml", "351.00", "351.01", "GrpHdr CtrlSum is stated as 351.01"),
        ("pain002/part-rejected.xml", ">2<", ">3<", "RJCT DtldNbOfTxs is stated as 3, but it is 2"),
        ("camt054/notification-v08.xml", ">250.00</Sum", ">251.00</Sum", "TtlDbtNtries/Sum"),
        ("nacha_return/returns.ach", "R01", "R02", ""),
    ];
    for (path, from, to, told) in cases {
        let file = altered(path, from, to);
        if told.is_empty() {
            assert!(read(&file).is_ok(), "{path}");
        } else {
            let refused = refusal(&file);
            assert!(refused.contains(told), "{path} {to}: {refused}");
        }
    }
}

#[test]
fn amounts_written_oddly_are_refused_in_every_format() {
    let places = [
        (ALIPAY, ",58.00,0.00", ",", ",0.00"),
        (ACCOUNT, "\t,58.00,", "\t,", ","),
        ("chinaums/20260331.txt", "\t1000.00\t", "\t", "\t"),
        ("acquirer_detail/settle-20260101.csv", ",19000,", ",", ","),
        ("bank_boc/boc-20260331.csv", ",-71.89,", ",", ","),
        ("mt940/blocks.sta", "CY0,85N", "CY", "N"),
        ("bai2/two-accounts.txt", "16,108,000000000002500,", "16,108,", ","),
        ("pain001/batch-v09.xml", "\"> 151 <", "\">", "<"),
        ("camt054/notification-v08.xml", ">88.00</Amt", ">", "</Amt"),
    ];
    let long = "9".repeat(400);
    let odd = [
        "0.001",
        "1e3",
        "9223372036854775807",
        "9223372036854775808",
        "１００",
        "٣",
        "",
        "NaN",
        "Infinity",
        "0x10",
        "--1",
        "1 000",
        &long,
    ];
    for (path, from, before, after) in places {
        for amount in odd {
            let file = altered(path, from, &format!("{before}{amount}{after}"));
            assert!(!inspect(&file).acceptable, "{path}: {amount}");
        }
    }
}

#[test]
fn sums_out_of_range_are_refused_and_never_wrap() {
    let huge = "999999999999999.00";
    let zeros = "0.00,".repeat(5);
    let row = format!(
        "2026033100000009\t,P9\t,交易\t,茶,2026-03-31 12:00:00,2026-03-31 12:00:09,S001\t,\
         一号店\t,\t,\t,x\t,{huge},{huge},{zeros},0.00\t,0.00,\t,0.00,0.00,\r\n"
    );
    let entry = ":61:2603310331CY999999999999999,00NTRFP2//B9\n";
    let detail = "16,108,99999999999999999,,B1,P1,/\n";
    for (path, before, row) in [
        (ALIPAY, "2026033100000002\t,", row.as_str()),
        ("mt940/blocks.sta", ":61:2603310331CY0,85", entry),
        ("bai2/two-accounts.txt", "16,108,", detail),
    ] {
        let file = altered(path, before, &format!("{}{before}", row.repeat(100)));
        assert!(refusal(&file).contains("out of range"), "{path}");
    }
}

#[test]
fn a_long_line_and_open_quotes_are_told_by_line() {
    let long = format!("咖啡{}", "x".repeat(1 << 20));
    assert!(read(&altered(ALIPAY, "咖啡", &long)).is_ok());
    let told = refusal(&altered(ALIPAY, "咖啡", "\"咖啡"));
    assert!(told.contains("line 7, a quote is opened and not closed"), "{told}");
    let told = refusal(&altered(ALIPAY, "咖啡", "咖\t,啡"));
    assert!(told.contains("line 7, 26 values, but 25 columns"), "{told}");
    assert!(read(&altered(ALIPAY, "咖啡", "咖\t啡\t")).is_ok());
    for format in ALL {
        let line = NamedFile { name: "x".to_owned(), bytes: vec![b'0'; 1 << 20] };
        assert!(format.parse(&line).is_err() || !inspect(&line).acceptable, "{}", format.name());
    }
}

#[test]
fn xml_tricks_are_refused_in_every_message() {
    for path in [
        "camt053/statement-v02.xml",
        "camt054/notification-v08.xml",
        "pain001/batch-v09.xml",
        "pain002/part-rejected.xml",
    ] {
        let file = own(path);
        let body = text(&file);
        let (declaration, rest) = body.split_once('\n').unwrap();
        for entity in [
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">]>",
            "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY x \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
        ] {
            let evil = format!("{declaration}\n{entity}{}", rest.replacen("</", "&x;</", 1));
            let told = refusal(&with(&file, evil));
            assert!(told.contains("DOCTYPE"), "{path}: {told}");
        }
        let deep = rest.replacen("</GrpHdr>", &format!("{}</GrpHdr>", "<a>".repeat(100_000)), 1);
        assert!(refusal(&with(&file, format!("{declaration}\n{deep}"))).contains("nested deeper"));
    }
}

#[test]
fn states_that_no_bank_message_defines_are_not_guessed() {
    let told = refusal(&altered("pain002/part-rejected.xml", ">RJCT</TxSts", ">RJCX</TxSts"));
    assert!(told.contains("the state \"RJCX\" is not known"), "{told}");
    let told = refusal(&altered("camt054/notification-v08.xml", "<Cd>BOOK", "<Cd>BOOX"));
    assert!(told.contains("must be BOOK"), "{told}");
    let told = refusal(&altered(
        "mt940/statement-two-pages.sta",
        ":60M:D260331EUR0,25",
        ":60M:D260331EUR0,26",
    ));
    assert!(told.contains("a statement is missing"), "{told}");
    let Ok(Document::StatusReport(report)) = read(&own("pain002/part-rejected.xml")) else {
        panic!("a report");
    };
    assert_eq!(report.payments[0].reason.as_deref(), Some("AC01 账号不存在"));
}

#[test]
fn an_empty_file_of_error_trades_is_refused_with_its_reason() {
    let empty = NamedFile { name: "INN26033188ZME_898000000000001".to_owned(), bytes: Vec::new() };
    assert!(refusal(&empty).contains("a day without error trades cannot be told"));
    let zm = NamedFile { name: "INN26033188ZM_898000000000001".to_owned(), bytes: Vec::new() };
    assert!(refusal(&zm).contains("the file is empty, it has not one record"));
}
