//! Who may import whom: a room knows only rooms of a lower rank.

use std::collections::BTreeSet;

use crate::source::{code, end_of_group, files_ending, first_word, line_of, root, without_tests, words};

/// Rooms of `rate-core` by rank, lowest first.
const CORE: &[&[&str]] = &[
    &["amount", "calendar", "error", "industry", "log"],
    &["citation", "document", "interval", "fund"],
    &["ladder", "history"],
    &["parameters"],
    &["rule_set"],
    &["decision", "experience", "deadline"],
    &["decide", "premium"],
    &["audit", "margin", "trend", "settlement", "project"],
    &["explanation"],
    &["notice", "input", "record"],
    &["cases", "diagnostics", "replay", "vectors"],
    &["scenario"],
];

/// Rooms of `rate-service` by rank, lowest first.
const SERVICE: &[&[&str]] = &[
    &["book", "lawbook", "clock", "person", "store", "svg", "telemetry"],
    &["config", "pipeline"],
    &["diagnostics"],
    &["casebook", "run"],
    &["logbook"],
    &["billing", "intake", "scenario"],
    &["annual", "backup", "gazette", "replay"],
    &["audit", "evidence", "remedy", "studies"],
    &["examinations", "hooks"],
    &["demo", "jobs", "preview", "projects", "vectors"],
    &["hindsight"],
    &["auth", "api_error"],
    &["api"],
    &["routes", "openapi", "console"],
    &["serve"],
    &["cli"],
];

/// Imports that run upward today, each a knot to untie. The list may only grow shorter.
const KNOTS: &[(&str, &str)] = &[];

/// Crates that belong to some rooms only: JSON and TOML live at the borders, the calendar is the one door to dates.
const GUESTS: &[(&str, &str, &[&str])] = &[
    ("rate-core", "toml", &["input"]),
    ("rate-core", "serde_json", &["input", "record"]),
    ("rate-core", "sha2", &["input", "log"]),
    ("rate-core", "base64", &["log"]),
    ("rate-core", "ed25519_dalek", &["log"]),
    ("rate-core", "chrono", &["calendar"]),
    ("rate-core", "nalgebra", &["scenario"]),
    ("rate-core", "rand_chacha", &["scenario"]),
    ("rate-core", "rand_distr", &["scenario"]),
    ("rate-core", "statrs", &["scenario"]),
    ("rate-service", "clap", &["cli"]),
    ("rate-service", "clap_complete", &["cli"]),
    ("rate-service", "indicatif", &["cli"]),
    ("rate-service", "rand_chacha", &["book"]),
    ("rate-service", "encoding_rs", &["book"]),
    ("rate-service", "rust_xlsxwriter", &["run", "audit", "scenario"]),
    ("rate-service", "zip", &["book", "evidence"]),
    ("rate-service", "quick_xml", &["book"]),
    ("rate-service", "toml", &[]),
    ("rate-service", "chrono", &["book", "clock"]),
    ("rate-service", "base64", &["logbook", "auth", "api", "backup", "hooks"]),
    ("rate-service", "getrandom", &["logbook", "auth", "console", "hooks", "routes", "serve"]),
    ("rate-service", "hmac", &["hooks"]),
    ("rate-service", "ureq", &["hooks"]),
    ("rate-service", "sha2", &["auth", "api", "backup", "console", "hooks", "routes", "serve"]),
    ("rate-service", "subtle", &["auth"]),
    ("rate-service", "unicode_normalization", &["person"]),
    ("rate-service", "actix_http", &["console"]),
    ("rate-service", "actix_service", &["console"]),
    ("rate-service", "actix_web", &["api", "api_error", "console", "routes", "serve"]),
    ("rate-service", "askama", &["console"]),
    ("rate-service", "percent_encoding", &["console"]),
    ("rate-service", "futures_util", &["api", "console"]),
    ("rate-service", "utoipa", &["api", "api_error", "openapi"]),
    ("rate-service", "utoipa_swagger_ui", &["serve"]),
    ("rate-service", "figment", &["config"]),
    ("rate-service", "governor", &["api"]),
    ("rate-service", "prometheus_client", &["telemetry"]),
    ("rate-service", "tracing_subscriber", &["telemetry"]),
    ("rate-service", "diesel", &["store"]),
    ("rate-service", "diesel_migrations", &["store"]),
];

/// One file's view of another room of its crate.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    file: String,
    line: usize,
    room: String,
}

fn room_of(file: &str) -> &str {
    let below = file.split_once("/src/").map_or(file, |(_, below)| below);
    below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// Every `crate::room` in the code of a crate outside its tests.
fn imports(krate: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    for file in files_ending(&format!("{krate}/src"), ".rs") {
        let own = room_of(&file.name);
        if own == "lib" || own == "main" {
            continue;
        }
        let code = &without_tests(&code(&file.text));
        for at in words(code, "crate") {
            let Some(path) = code[at..].strip_prefix("crate::") else { continue };
            let grouped = path.starts_with('{');
            let group = if grouped { &path[1..end_of_group(path, 0)] } else { path };
            let rooms = group.split(',').map(|part| first_word(part.trim()));
            for room in rooms.take(if grouped { usize::MAX } else { 1 }).filter(|room| !room.is_empty()) {
                imports.push(Import { file: file.name.clone(), line: line_of(code, at), room: room.to_owned() });
            }
        }
        assert!(!leaves_its_room(&file.name, code), "{}: `super` leads out of the room; say `crate::`", file.name);
    }
    imports.retain(|import| room_of(&import.file) != import.room);
    imports
}

/// Whether a chain of `super::` reaches the root of the crate.
fn leaves_its_room(file: &str, code: &str) -> bool {
    let depth = file.split_once("/src/").map_or(0, |(_, below)| below.matches('/').count());
    code.contains(&"super::".repeat(depth + 1))
}

fn rank(ranks: &[&[&str]], room: &str) -> Option<usize> {
    ranks.iter().position(|rooms| rooms.contains(&room))
}

fn upward(krate: &str, ranks: &[&[&str]]) -> Vec<Import> {
    let runs_up = |import: &Import| {
        let own = rank(ranks, room_of(&import.file));
        let other = rank(ranks, &import.room);
        assert!(own.is_some(), "{} stands in no room of the table", import.file);
        // What has no rank is an item re-exported at the root: inside the crate, say where it lives.
        other.is_none_or(|other| Some(other) >= own)
    };
    imports(krate).into_iter().filter(runs_up).collect()
}

#[test]
fn imports_go_one_way() {
    let all: Vec<Import> = upward("rate-core", CORE).into_iter().chain(upward("rate-service", SERVICE)).collect();
    let known = |import: &Import| KNOTS.contains(&(import.file.as_str(), import.room.as_str()));
    let new: Vec<&Import> = all.iter().filter(|import| !known(import)).collect();
    assert!(new.is_empty(), "imports that run upward: {new:#?}");
    let found: BTreeSet<(&str, &str)> = all.iter().map(|it| (it.file.as_str(), it.room.as_str())).collect();
    assert_eq!(found, KNOTS.iter().copied().collect(), "a knot that is untied leaves the list");
}

#[test]
fn every_room_has_a_rank_and_every_rank_a_room() {
    for (krate, ranks) in [("rate-core", CORE), ("rate-service", SERVICE)] {
        let sources = files_ending(&format!("{krate}/src"), ".rs");
        let rooms: BTreeSet<&str> = sources.iter().map(|file| room_of(&file.name)).collect();
        let listed: BTreeSet<&str> = ranks.iter().copied().flatten().copied().chain(["lib"]).collect();
        let rooms: BTreeSet<&str> = rooms.into_iter().filter(|room| *room != "main").collect();
        assert_eq!(rooms, listed, "{krate}");
    }
}

#[test]
fn the_architecture_names_every_room() {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let (_, rooms) = text.split_once("## Rooms").unwrap();
    for room in CORE.iter().chain(SERVICE).copied().flatten() {
        assert!(words(rooms, room).next().is_some(), "docs/ARCHITECTURE.md does not name `{room}`");
    }
}

#[test]
fn guests_stay_in_their_rooms() {
    for (krate, guest, rooms) in GUESTS {
        for file in files_ending(&format!("{krate}/src"), ".rs") {
            let code = &without_tests(&code(&file.text));
            let used = words(code, guest).any(|at| {
                let (before, after) = (&code[..at], &code[at + guest.len()..]);
                after.starts_with("::") || before.trim_end().ends_with("use")
            });
            assert!(!used || rooms.contains(&room_of(&file.name)), "{} uses {guest}", file.name);
        }
    }
}

#[test]
fn the_core_does_not_know_the_service() {
    for file in files_ending("rate-core", ".toml").iter().chain(&files_ending("rate-core/src", ".rs")) {
        assert!(!file.text.contains("rate_service") && !file.text.contains("rate-service"), "{}", file.name);
    }
}
