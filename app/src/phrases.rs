//! What the systems say in their own words (refusals, findings, notes), in the language of the
//! page. They say it in English; `locales/phrases.json` gives each sentence in Chinese, with the
//! same places to fill. `server/tests/phrases.rs` looks that no refusal is missing there.

use crate::i18n::{Language, language};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How deep sentences stand inside each other, as a reason inside a refusal does.
const DEPTH: u8 = 7;

/// Every sentence, and its Chinese.
pub const BOOK: &str = include_str!("../locales/phrases.json");

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let book: BTreeMap<String, String> = serde_json::from_str(BOOK).unwrap_or_default();
    let mut phrases: Vec<Phrase> = book.iter().map(|(en, zh)| Phrase::of(en, zh)).collect();
    // The one that says most by itself is tried first.
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.says()));
    phrases
});

/// A sentence in the language of the page. One that is not in the book stays as it is.
#[must_use]
pub fn phrase(text: &str) -> String {
    match language() {
        Language::English => text.to_owned(),
        Language::Chinese => in_chinese(text, DEPTH).into_owned(),
    }
}

fn in_chinese(text: &str, depth: u8) -> Cow<'_, str> {
    let Some(deeper) = depth.checked_sub(1) else { return Cow::Borrowed(text) };
    let said = PHRASES.iter().find_map(|phrase| phrase.say(text, deeper));
    said.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A sentence with places to fill.
struct Phrase {
    /// What stands before, between and after the places.
    fixed: Vec<String>,
    /// The names of the places, as they are written.
    places: Vec<String>,
    zh: String,
}

impl Phrase {
    fn of(en: &str, zh: &str) -> Self {
        let (mut fixed, mut places, mut rest) = (Vec::new(), Vec::new(), en);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            fixed.push(before.to_owned());
            places.push(format!("{{{name}}}"));
            rest = behind;
        }
        fixed.push(rest.to_owned());
        Self { fixed, places, zh: zh.to_owned() }
    }

    fn says(&self) -> usize {
        self.fixed.iter().map(String::len).sum()
    }

    fn say(&self, text: &str, depth: u8) -> Option<String> {
        let mut said = self.zh.clone();
        for (place, value) in self.places.iter().zip(self.values(text)?) {
            said = said.replace(place, &in_chinese(value, depth));
        }
        Some(said)
    }

    /// What stands in the places of a text, if it is this sentence.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, others) = self.fixed.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let Some((last, between)) = others.split_last() else {
            return rest.is_empty().then(Vec::new);
        };
        let mut values = Vec::with_capacity(self.places.len());
        for fixed in between {
            let (value, behind) = rest.split_once(fixed.as_str())?;
            values.push(value);
            rest = behind;
        }
        values.push(rest.strip_suffix(last.as_str())?);
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_with_what_stands_in_their_places() {
        for (text, zh) in [
            ("the amount is empty", "金额为空"),
            ("only 1.00 CNY of this payment can still be refunded", "该支付单仅可再退 1.00 CNY"),
            ("this request is already approved", "该申请已是已通过状态"),
            (
                "the file was refused and nothing was stored: the amount is empty",
                "文件被拒收，未存储任何内容：金额为空",
            ),
            (
                "the file was refused and nothing was stored: line 3, amount: the amount is empty; \
                 and 2 more",
                "文件被拒收，未存储任何内容：第 3 行，amount：金额为空；另有 2 处",
            ),
            (
                "could not be reached: invalid peer certificate: UnknownIssuer",
                "无法连接：对方证书无效：签发机构不受信任",
            ),
            ("quick_pay", "快捷支付"),
            ("nobody wrote this down", "nobody wrote this down"),
        ] {
            assert_eq!(in_chinese(text, DEPTH), zh);
        }
    }

    #[test]
    fn every_place_of_a_sentence_is_filled_in_both_languages() {
        let book: BTreeMap<String, String> = serde_json::from_str(BOOK).unwrap();
        for (en, zh) in book {
            for place in Phrase::of(&en, &zh).places {
                assert!(zh.contains(&place), "{place} of {en:?} is not in {zh:?}");
            }
        }
    }
}
