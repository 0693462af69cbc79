//! Turns `locales/<language>/<area>.json` into the constants of the module `text`.
//!
//! A key that one language lacks, and a text whose placeholders differ between the languages, stop
//! the build.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const ENGLISH: &str = "locales/en";
const CHINESE: &str = "locales/zh-CN";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    let english = areas(ENGLISH)?;
    if english != areas(CHINESE)? {
        return Err(format!("{ENGLISH} and {CHINESE} hold different files").into());
    }
    let mut code = String::new();
    for area in english {
        write_area(&mut code, &area)?;
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    fs::write(out.join("text.rs"), code)?;
    Ok(())
}

fn areas(folder: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut areas = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).ok_or("odd file name")?;
            areas.insert(stem.to_owned());
        }
    }
    Ok(areas)
}

fn write_area(code: &mut String, area: &str) -> Result<(), Box<dyn Error>> {
    let english = read(&Path::new(ENGLISH).join(format!("{area}.json")))?;
    let chinese = read(&Path::new(CHINESE).join(format!("{area}.json")))?;
    let keys = |texts: &Map<String, Value>| texts.keys().cloned().collect::<BTreeSet<_>>();
    let (left, right) = (keys(&english), keys(&chinese));
    if let Some(key) = left.symmetric_difference(&right).next() {
        return Err(format!("{area}.json: the key {key:?} is missing in one language").into());
    }
    for key in left {
        let (en, zh) = (text(area, &key, &english)?, text(area, &key, &chinese)?);
        let names = placeholders(en);
        if names != placeholders(zh) {
            return Err(format!("{area}.json: the placeholders of {key:?} differ").into());
        }
        let name = format!("{area}_{key}").to_uppercase();
        writeln!(code, "/// {}", en.replace(['\n', '[', ']'], " "))?;
        if names.is_empty() {
            writeln!(code, "pub const {name}: Text = Text {{ en: {en:?}, zh: {zh:?} }};")?;
        } else {
            let count = names.len();
            writeln!(
                code,
                "pub const {name}: Template<{count}> = \
                 Template {{ names: {names:?}, en: {en:?}, zh: {zh:?} }};"
            )?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()).into())
}

fn text<'a>(
    area: &str,
    key: &str,
    texts: &'a Map<String, Value>,
) -> Result<&'a str, Box<dyn Error>> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !key.chars().all(plain) {
        return Err(format!("{area}.json: the key {key:?} is not snake_case").into());
    }
    let text = texts.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| format!("{area}.json: {key:?} is not a text").into())
}

/// The names between braces, each once, sorted.
fn placeholders(text: &str) -> Vec<&str> {
    let names: BTreeSet<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    names.into_iter().collect()
}
