//! Reads our own text file after the import tool (总账工具) has written its answers into it: one more
//! field at the end of each line, which says that the line was imported, or why it was not.

use super::Answer;
use crate::vouchers::VoucherError;
use domain::date::BusinessDate;
use encoding_rs::GBK;
use std::collections::HashMap;

/// Most bytes of such a file.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Fields of a line before its answer.
const FIELDS: usize = 48;
/// The answers that say a line was imported.
const IMPORTED: [&str; 4] = ["已导入", "导入成功", "成功", "1"];

/// The answers of a file, line by line.
///
/// # Errors
/// It is not such a file, or a line has no answer.
pub(super) fn answers(bytes: &[u8]) -> Result<Vec<Answer>, VoucherError> {
    if bytes.len() > BYTES_MAX {
        return Err(VoucherError::NotReadable("it is larger than 16 MB".to_owned()));
    }
    let (text, malformed) = GBK.decode_without_bom_handling(bytes);
    if malformed {
        return Err(VoucherError::NotReadable("it is not in GBK".to_owned()));
    }
    let mut lines = text.lines().enumerate();
    if !lines.next().is_some_and(|(_, first)| first.trim_end().starts_with("填制凭证")) {
        return Err(VoucherError::NotReadable("it does not begin with 填制凭证".to_owned()));
    }
    let mut seen: HashMap<(BusinessDate, i32), i32> = HashMap::new();
    let mut answers = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        answers.push(answer(index.saturating_add(1), line, &mut seen)?);
    }
    if answers.is_empty() {
        return Err(VoucherError::NotReadable("it has no lines".to_owned()));
    }
    Ok(answers)
}

fn answer(
    at: usize,
    line: &str,
    seen: &mut HashMap<(BusinessDate, i32), i32>,
) -> Result<Answer, VoucherError> {
    let wrong = |reason: &str| VoucherError::Unreadable { line: at, reason: reason.to_owned() };
    let fields: Vec<&str> = line.splitn(FIELDS.saturating_add(1), ',').collect();
    let (Some(day), Some(number), Some(result)) =
        (fields.first(), fields.get(2), fields.get(FIELDS))
    else {
        return Err(wrong("the import tool wrote no answer behind the 48 fields"));
    };
    let day: BusinessDate = day.trim().parse().map_err(|_| wrong("the first field is no day"))?;
    let number: i32 =
        number.trim().parse().map_err(|_| wrong("the third field is no voucher number"))?;
    let known = seen.entry((day, number)).or_default();
    *known = known.saturating_add(1);
    let result = result.trim();
    if result.is_empty() {
        return Err(wrong("the import tool wrote no answer behind the 48 fields"));
    }
    let refused = (!IMPORTED.contains(&result)).then(|| result.to_owned());
    Ok(Answer { at, day, number, line: *known, refused })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(results: &[&str]) -> Vec<u8> {
        let mut text = "填制凭证,V800\r\n".to_owned();
        for result in results {
            text.push_str("2026-03-31,记,7");
            text.push_str(&",".repeat(45));
            text.push_str(result);
            text.push_str("\r\n");
        }
        GBK.encode(&text).0.into_owned()
    }

    #[test]
    fn the_tools_answers_are_read_line_by_line() {
        let read = answers(&file(&[",已导入", ",科目不存在, 602101"])).unwrap();
        assert_eq!((read[0].number, read[0].line, &read[0].refused), (7, 1, &None));
        assert_eq!((read[1].at, read[1].line), (3, 2));
        assert_eq!(read[1].refused.as_deref(), Some("科目不存在, 602101"));
    }

    #[test]
    fn a_file_without_answers_is_refused_with_its_line() {
        assert!(matches!(answers(&file(&[""])), Err(VoucherError::Unreadable { line: 2, .. })));
        assert!(matches!(answers(&file(&[","])), Err(VoucherError::Unreadable { line: 2, .. })));
        for bad in [&b""[..], b"hello", b"\xff\xff", &file(&[])] {
            assert!(matches!(answers(bad), Err(VoucherError::NotReadable(_))));
        }
    }
}
