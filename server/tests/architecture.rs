//! The rules of ARCHITECTURE.md that a machine can check, by reading the sources.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources may end")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The systems of `backoffice`, from above: a module may use only modules before it.
const ORDER: &[&str] = &[
    "explain",
    "bell",
    "vault",
    "office",
    "audit",
    "access",
    "jobs",
    "approvals",
    "staff",
    "accounts",
    "adjustments",
    "fees",
    "merchants",
    "holds",
    "notifications",
    "orders",
    "limits",
    "users",
    "channels",
    "routing",
    "reserve",
    "payments",
    "refunds",
    "payouts",
    "settlement",
    "error_items",
    "reconciliation",
    "trading_day",
    "vouchers",
    "analytics",
    "search",
    "gateway",
    "decisions",
    "demo_clock",
    "work",
];
const LINES_MAX: usize = 500;
const BANNED_FILES: &[&str] = &["utils", "helpers", "common", "misc", "types", "manager"];

#[test]
fn the_systems_stand_in_one_total_order() {
    let source = read("server/crates/backoffice/src/lib.rs");
    let declared: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let mut places = Vec::new();
    for module in &declared {
        let place = ORDER.iter().position(|known| known == module);
        places.push(place.unwrap_or_else(|| panic!("{module} has no place in the order")));
    }
    assert!(places.is_sorted(), "lib.rs declares {declared:?}, not in the order {ORDER:?}");
}

#[test]
fn a_system_uses_only_systems_before_it() {
    let place = |module: &str| ORDER.iter().position(|known| *known == module);
    let mut upward = Vec::new();
    for file in sources("server/crates/backoffice/src") {
        let Some(module) = area_of(&file, "server/crates/backoffice/src") else { continue };
        let Some(here) = place(&module) else { continue };
        for used in named_after(&read(&file), "crate::") {
            if place(&used).is_some_and(|there| there > here) {
                upward.push(format!("{file} uses {used}"));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn screens_reach_the_office_through_server_functions_only() {
    let mut named = Vec::new();
    for file in sources("app/src") {
        let edge = file.ends_with("/api.rs");
        let edge = edge || file == "app/src/session.rs" || file == "app/src/failure.rs";
        if !edge && read(&file).contains("backoffice::") {
            named.push(file);
        }
    }
    assert!(named.is_empty(), "only api.rs files may name backoffice: {named:?}");
}

#[test]
fn areas_of_the_screens_are_systems_and_leave_each_other_alone() {
    let (mut wrong, mut areas) = (Vec::new(), BTreeSet::new());
    for entry in fs::read_dir(root().join("app/src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && !["components", "routes"].contains(&name.as_str()) {
            areas.insert(name);
        }
    }
    for area in &areas {
        if !ORDER.contains(&area.as_str()) {
            wrong.push(format!("app/src/{area} is named like no system"));
        }
        for file in sources(&format!("app/src/{area}")) {
            for used in named_after(&read(&file), "crate::") {
                if used != *area && areas.contains(&used) {
                    wrong.push(format!("{file} uses the area {used}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_is_written_in_stores() {
    let mut elsewhere = Vec::new();
    for file in sources("server").into_iter().chain(sources("app")) {
        let at_home = file.ends_with("/store.rs")
            || file == "server/src/database.rs"
            || file.contains("/store/")
            || file.contains("crates/ledger/")
            || file.contains("/tests/");
        if !at_home
            && ["sqlx::query", "query_as!", "QueryBuilder"]
                .iter()
                .any(|sql| read(&file).contains(sql))
        {
            elsewhere.push(file);
        }
    }
    assert!(elsewhere.is_empty(), "SQL belongs into store.rs: {elsewhere:?}");
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    let mut wrong = Vec::new();
    for folder in ["app", "server", "style", "migrations", "end2end"] {
        for file in files(&root().join(folder), &["rs", "css", "sql", "ts", "json"]) {
            let stem = Path::new(&file).file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
            if BANNED_FILES.contains(&stem) {
                wrong.push(format!("{file}: the name says nothing"));
            }
            let code = !file.ends_with(".json");
            if code && read(&file).lines().count() > LINES_MAX {
                wrong.push(format!("{file}: more than {LINES_MAX} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_put_off() {
    let banned = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "for n".to_owned() + "ow"];
    let mut found = Vec::new();
    for folder in ["app", "server", "style", "migrations"] {
        for file in files(&root().join(folder), &["rs", "css", "sql"]) {
            for (number, line) in read(&file).lines().enumerate() {
                if banned.iter().any(|word| line.contains(word.as_str())) {
                    found.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The Rust files below a folder, as paths from the root.
fn sources(folder: &str) -> Vec<String> {
    files(&root().join(folder), &["rs"])
}

fn files(folder: &Path, kinds: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["node_modules", "target", "test-results", "playwright-report"].contains(&name) {
                found.extend(files(&path, kinds));
            }
        } else if path.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known)) {
            let path = path.strip_prefix(root()).unwrap();
            found.push(path.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

/// The first folder or file name below `base`.
fn area_of(file: &str, base: &str) -> Option<String> {
    let inside = file.strip_prefix(base)?.trim_start_matches('/');
    Some(inside.split('/').next()?.trim_end_matches(".rs").to_owned())
}

/// The names that follow a prefix in a source: of `crate::a::b` and `crate::{a, b::c}`, `a` and `b`.
fn named_after(source: &str, prefix: &str) -> BTreeSet<String> {
    let name = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut names = BTreeSet::new();
    for part in source.split(prefix).skip(1) {
        match part.strip_prefix('{') {
            None => {
                names.insert(name(part));
            }
            Some(group) => {
                let (mut depth, mut start) = (0, 0);
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            names.insert(name(&group[start..at]));
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            names.insert(name(&group[start..at]));
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names.remove("");
    names
}
