//! The two languages of the screens. Texts are constants of the module [`crate::text`], generated
//! from `locales/`, so that a missing translation does not compile.

/// A language of the screens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag of `<html lang>` and of the cookie.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The name its speakers give it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }

    /// The language with this tag.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first language of an `Accept-Language` header that we speak; its order is taken as the
    /// order of preference, as browsers write it.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(|wish| {
            match wish.split([';', '-']).next().unwrap_or_default().trim() {
                "zh" => Some(Self::Chinese),
                "en" => Some(Self::English),
                _ => None,
            }
        })
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

/// A text with `N` places to fill, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template<const N: usize> {
    /// The names of the places.
    pub names: [&'static str; N],
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

/// The text in the language of the page.
#[must_use]
pub fn t(text: Text) -> &'static str {
    match language() {
        Language::English => text.en,
        Language::Chinese => text.zh,
    }
}

/// The text in the language of the page, its places filled: `tf(text::X, [("count", "3")])`.
#[must_use]
pub fn tf<const N: usize>(template: Template<N>, values: [(&str, &str); N]) -> String {
    let mut filled = match language() {
        Language::English => template.en,
        Language::Chinese => template.zh,
    }
    .to_owned();
    for (name, value) in values {
        debug_assert!(template.names.contains(&name), "{name} is no place of {}", template.en);
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}

/// The language of the page that is being rendered.
#[cfg(feature = "ssr")]
#[must_use]
pub fn language() -> Language {
    leptos::prelude::use_context().unwrap_or_default()
}

/// Does something in a language, where no page is being rendered.
#[cfg(feature = "ssr")]
pub fn in_language<T>(language: Language, what: impl FnOnce() -> T) -> T {
    use leptos::prelude::{Owner, provide_context};
    Owner::new().with(|| {
        provide_context(language);
        what()
    })
}

/// The language of the page, as the server wrote it into `<html lang>`.
#[cfg(not(feature = "ssr"))]
#[must_use]
pub fn language() -> Language {
    use std::sync::OnceLock;
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| {
        let root = leptos::prelude::document().document_element();
        let tag = root.and_then(|root| root.get_attribute("lang")).unwrap_or_default();
        Language::tagged(&tag).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_known_language_is_taken() {
        for (header, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Language::Chinese)),
            ("de-DE,de;q=0.9,en;q=0.8,zh;q=0.7", Some(Language::English)),
            ("zh", Some(Language::Chinese)),
            ("fr", None),
            ("", None),
            ("*;q=0.1", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn places_are_filled() {
        let template =
            Template { names: ["count", "of"], en: "{count} of {of}", zh: "{of}/{count}" };
        assert_eq!(tf(template, [("count", "3"), ("of", "7")]), "3 of 7");
    }
}
