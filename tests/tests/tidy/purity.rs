//! What is absent from the core: floating point, clocks, files, the network, the environment, randomness.

use crate::source::{code, files_ending, line_of, without_tests, words};

/// What no file of the core names. Where a rate is decided, nothing may differ between machines or moments.
const ABSENT: &[&str] = &[
    "f32",
    "f64",
    "SystemTime",
    "Instant",
    "Utc",
    "Local",
    "rand",
    "thread_rng",
    "RandomState",
    "println",
    "eprintln",
    "static_mut",
    "unsafe",
];

/// Parts of the standard library that reach outside.
const OUTSIDE: &[&str] = &["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::io"];

/// The one exception: statistics about rates are real numbers, and many accounts are decided by several threads. Every
/// draw comes from a seed.
const EXCEPTED: &[(&str, &str)] =
    &[("rate-core/src/scenario", "f64"), ("rate-core/src/scenario/shards.rs", "std::thread")];

#[test]
fn the_core_is_pure() {
    let excepted = |file: &str, what: &str| EXCEPTED.iter().any(|(room, word)| file.starts_with(room) && what == *word);
    for file in files_ending("rate-core/src", ".rs") {
        let code = &without_tests(&code(&file.text));
        for word in ABSENT.iter().filter(|word| !excepted(&file.name, word)) {
            if let Some(at) = words(code, word).next() {
                panic!("{}:{} names `{word}`", file.name, line_of(code, at));
            }
        }
        for path in OUTSIDE.iter().filter(|path| !excepted(&file.name, path)) {
            assert!(!code.contains(path), "{} reaches outside: `{path}`", file.name);
        }
    }
}

/// What decides a rate never asks what a scenario found.
#[test]
fn no_room_of_the_core_knows_scenarios() {
    for file in files_ending("rate-core/src", ".rs").iter().filter(|file| !file.name.contains("src/scenario")) {
        let known = file.name.ends_with("src/lib.rs");
        assert!(known || !without_tests(&code(&file.text)).contains("scenario::"), "{} knows scenarios", file.name);
    }
}

#[test]
fn only_amount_rounds() {
    for file in files_ending("rate-core/src", ".rs").iter().chain(&files_ending("rate-service/src", ".rs")) {
        let code = &without_tests(&code(&file.text));
        let rounds = ["RoundingStrategy", "round_dp", "round_dp_with_strategy", "round_sf", "rescale"];
        let found = rounds.iter().find(|word| words(code, word).next().is_some());
        assert!(found.is_none() || file.name == "rate-core/src/amount.rs", "{} rounds: {found:?}", file.name);
    }
}

/// One room of the service asks what time it is: when something was recorded. No rate can depend on it.
#[test]
fn one_room_reads_the_clock() {
    for file in files_ending("rate-service/src", ".rs").into_iter().filter(|file| !file.name.contains("src/clock")) {
        let code = code(&file.text);
        for word in ["SystemTime", "Instant", "Utc", "Local"] {
            assert!(words(&code, word).next().is_none(), "{} names `{word}`", file.name);
        }
    }
}
