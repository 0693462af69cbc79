//! What differs between two contents, place by place, for the person who is asked again.

use domain::approval::Difference;
use serde_json::Value;
use std::collections::BTreeSet;

/// What differs, in the order of the contents.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), (Some(before), Some(after)), &mut found);
    found
}

/// The first few, in one sentence.
pub(super) fn sentence(changes: &[Difference]) -> String {
    const FEW: usize = 3;
    let nothing = "–".to_owned();
    let said: Vec<String> = changes
        .iter()
        .take(FEW)
        .map(|change| {
            let before = change.before.as_ref().unwrap_or(&nothing);
            let after = change.after.as_ref().unwrap_or(&nothing);
            format!("{} {before} → {after}", change.place)
        })
        .collect();
    let more = if changes.len() > FEW { "; …" } else { "" };
    format!("{}{more}", said.join("; "))
}

fn compare(place: String, sides: (Option<&Value>, Option<&Value>), found: &mut Vec<Difference>) {
    match sides {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                compare(inner, (before.get(name), after.get(name)), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                compare(format!("{place}[{at}]"), (before.get(at), after.get(at)), found);
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            let text = |value: &Value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            found.push(Difference { place, before: before.map(text), after: after.map(text) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_account_is_found_in_its_place() {
        let before = json!({ "payouts": [{ "payee": { "account": "62" }, "amount": "1" }] });
        let after = json!({ "payouts": [{ "payee": { "account": "63" }, "amount": "1" }], "x": 1 });
        let found = differences(&before, &after);
        let places: Vec<_> = found.iter().map(|change| change.place.as_str()).collect();
        assert_eq!(places, ["payouts[0].payee.account", "x"]);
        assert_eq!(sentence(&found), "payouts[0].payee.account 62 → 63; x – → 1");
        assert_eq!(differences(&before, &before), []);
    }
}
