//! What is told about a movement (`:86:`): free text, or the German structure
//! `159?00RETOURE?20EREF+...?32name?34914`.

use super::entry::Entry;
use super::message::Tag;
use crate::statement::StatementRow;

/// The code of a transfer that came back, in the German structure.
const RETURNED: &str = "159";

/// Keys inside the purpose of a SEPA payment; each ends the value before it.
const KEYS: [&str; 14] = [
    "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "COAM+", "OAMT+", "SVWZ+", "ABWA+", "ABWE+",
    "IBAN+", "BIC+", "PURP+", "MTLG:",
];

/// The row of a movement.
pub(super) fn row(number: u32, entry: Entry<'_>, told: Option<&Tag<'_>>) -> StatementRow {
    let information = told.map(Information::read).unwrap_or_default();
    let bank_ref = if entry.bank_ref.is_empty() { entry.customer_ref } else { entry.bank_ref };
    let remittance =
        if information.text.is_empty() { entry.supplementary.to_owned() } else { information.text };
    StatementRow {
        entry: number,
        bank_ref: bank_ref.to_owned(),
        end_to_end_id: information.end_to_end_id,
        amount: entry.amount,
        booking_date: entry.booking_date,
        value_date: Some(entry.value_date),
        counterparty: information.counterparty,
        remittance,
        return_reason: information.return_reason,
    }
}

#[derive(Default)]
struct Information {
    text: String,
    end_to_end_id: Option<String>,
    counterparty: Option<String>,
    return_reason: Option<String>,
}

impl Information {
    fn read(tag: &Tag<'_>) -> Self {
        // A structured text is broken at a width, a free one between words.
        let joined = tag.concat();
        let code = joined.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
        match code.and_then(|code| Some((code, joined[3..].strip_prefix('?')?))) {
            Some((code, rest)) => Self::structured(code, rest),
            None => {
                let words: Vec<&str> = tag.lines().flat_map(str::split_whitespace).collect();
                Self { text: words.join(" "), ..Self::default() }
            }
        }
    }

    fn structured(code: &str, rest: &str) -> Self {
        let (mut posting, mut purpose, mut name, mut reason) =
            ("", String::new(), String::new(), "");
        for (field, value) in subfields(rest) {
            match field {
                0 => posting = value,
                20..=29 | 60..=63 => purpose.push_str(value),
                32 | 33 => name.push_str(value),
                34 => reason = value,
                _ => {}
            }
        }
        let of = |key: &str| value_of(&purpose, key);
        let returned = code == RETURNED || posting.trim() == "RETOURE";
        let told = [code, posting, reason, of("MTLG:").unwrap_or_default()];
        let told: Vec<&str> = told.into_iter().map(str::trim).filter(|t| !t.is_empty()).collect();
        Self {
            end_to_end_id: of("EREF+").filter(|number| *number != "NOTPROVIDED").map(str::to_owned),
            counterparty: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
            return_reason: returned.then(|| told.join(" ")),
            text: purpose.trim().to_owned(),
        }
    }
}

/// `00RETOURE?100399?20EREF+...` as numbers with values.
fn subfields(text: &str) -> Vec<(u8, &str)> {
    let mut found: Vec<(u8, &str)> = Vec::new();
    let mut rest = text;
    while let Some((number, after)) = rest.split_at_checked(2) {
        let Ok(number) = number.parse() else { break };
        let end = after
            .match_indices('?')
            .find(|(at, _)| {
                let next = after.as_bytes().get(at + 1..at + 3);
                next.is_some_and(|next| next.iter().all(u8::is_ascii_digit))
            })
            .map_or(after.len(), |(at, _)| at);
        found.push((number, &after[..end]));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    found
}

fn value_of<'p>(purpose: &'p str, key: &str) -> Option<&'p str> {
    let (_, after) = purpose.split_once(key)?;
    let end = KEYS.iter().filter_map(|key| after.find(key)).min().unwrap_or(after.len());
    Some(after[..end].trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returned_transfer_names_our_number_and_the_reason() {
        let tag = Tag {
            line: 1,
            name: "86",
            text: "159?00RETOURE?100399?20EREF+TFNR 40005 00005?21MTLG:Grund nicht s",
            more: vec!["pezifizie?22rt Reject?34914"],
        };
        let information = Information::read(&tag);
        assert_eq!(information.end_to_end_id.as_deref(), Some("TFNR 40005 00005"));
        let reason = "159 RETOURE 914 Grund nicht spezifiziert Reject";
        assert_eq!(information.return_reason.as_deref(), Some(reason));
    }

    #[test]
    fn a_number_may_be_broken_between_subfields() {
        let text = "166?20EREF+EndToEndIdTFNR20004000?2101?22SVWZ+TO?32Richter ?33Renate";
        let tag = Tag { line: 1, name: "86", text, more: Vec::new() };
        let information = Information::read(&tag);
        assert_eq!(information.end_to_end_id.as_deref(), Some("EndToEndIdTFNR2000400001"));
        assert_eq!(information.counterparty.as_deref(), Some("Richter Renate"));
        assert_eq!(information.return_reason, None);
    }
}
