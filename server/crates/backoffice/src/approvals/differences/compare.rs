//! In what two contents differ, place by place.

use domain::approval::Difference;
use serde_json::Value;
use std::collections::BTreeSet;

/// In what two contents differ. Objects are gone into, and lists of
/// as many objects one by one; all else is compared whole.
#[must_use]
pub(in crate::approvals) fn differences(approved: &Value, now: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), (Some(approved), Some(now)), &mut found);
    found
}

fn compare(
    place: &mut Vec<String>,
    (approved, now): (Option<&Value>, Option<&Value>),
    found: &mut Vec<Difference>,
) {
    if approved == now {
        return;
    }
    if let (Some(Value::Object(one)), Some(Value::Object(other))) = (approved, now) {
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        for name in names {
            place.push(name.clone());
            compare(place, (one.get(name), other.get(name)), found);
            place.pop();
        }
        return;
    }
    if let (Some(Value::Array(one)), Some(Value::Array(other))) = (approved, now) {
        let objects = one.iter().chain(other).all(Value::is_object);
        if objects && one.len() == other.len() {
            for (number, (one, other)) in (1_usize..).zip(one.iter().zip(other)) {
                place.push(number.to_string());
                compare(place, (Some(one), Some(other)), found);
                place.pop();
            }
            return;
        }
    }
    let text = |value: Option<&Value>| {
        value.filter(|value| !value.is_null()).map(|value| format!("{value:#}"))
    };
    let (approved, now) = (text(approved), text(now));
    if approved != now {
        found.push(Difference { place: place.clone(), approved, now });
    }
}

/// The first few, in one sentence.
pub(in crate::approvals) fn sentence(differences: &[Difference]) -> String {
    const FEW: usize = 3;
    let plain = |side: &Option<String>| {
        side.as_deref().map_or("–", |text| text.trim_matches('"')).to_owned()
    };
    let said: Vec<String> = differences
        .iter()
        .take(FEW)
        .map(|one| {
            format!("{} {} → {}", one.place.join("."), plain(&one.approved), plain(&one.now))
        })
        .collect();
    let more = if differences.len() > FEW { "; …" } else { "" };
    format!("{}{more}", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_told_by_their_places() {
        let approved = json!({ "rule": "a", "version": 2, "before": { "max": null, "to": [1] } });
        let now = json!({ "rule": "a", "version": 3, "before": { "min": 1, "to": [1, 2] } });
        let found = differences(&approved, &now);
        let places: Vec<String> = found.iter().map(|one| one.place.join(".")).collect();
        assert_eq!(places, ["before.min", "before.to", "version"]);
        assert_eq!(found[0].approved, None);
        assert_eq!(found[2].now.as_deref(), Some("3"));
        assert!(differences(&now, &now).is_empty());
    }

    #[test]
    fn what_is_gone_altogether_is_one_difference() {
        let found = differences(&json!({ "before": { "max": 1 } }), &json!({ "before": null }));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, ["before"]);
        assert_eq!(found[0].now, None);
    }
}
