//! How large a file or a function may grow before it holds a second noun.

use crate::source::{File, code, end_of_group, files_ending, first_word, line_of, words};

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

/// Functions beyond the wall: complete matches and flat lists, where splitting would hide what belongs side by side.
const LONG: &[(&str, &str)] = &[];

fn sources() -> Vec<File> {
    ["rate-core", "rate-service", "tests", "benches"].iter().flat_map(|krate| files_ending(krate, ".rs")).collect()
}

/// Each function with its name and number of lines.
fn functions(code: &str) -> Vec<(&str, usize)> {
    let mut functions = Vec::new();
    for at in words(code, "fn") {
        let name = first_word(code[at + 2..].trim_start());
        if name.is_empty() {
            continue;
        }
        if let Some(body) = body_of(code, at) {
            let end = end_of_group(code, body);
            functions.push((name, line_of(code, end) - line_of(code, at) + 1));
        }
    }
    functions
}

/// Where the body of a function opens; a declaration has none.
fn body_of(code: &str, at: usize) -> Option<usize> {
    let mut place = at;
    while let Some(found) = code[place..].find(['(', '[', '{', ';']) {
        place += found;
        match &code[place..=place] {
            "{" => return Some(place),
            ";" => return None,
            _ => place = end_of_group(code, place),
        }
    }
    None
}

#[test]
fn a_file_has_one_noun() {
    for file in sources() {
        let lines = file.text.lines().count();
        assert!(lines <= FILE_LINES, "{} has {lines} lines: look for the second noun", file.name);
        let name = file.name.rsplit('/').next().unwrap_or_default();
        assert!(!["utils.rs", "util.rs", "helpers.rs", "misc.rs", "common.rs"].contains(&name), "{}", file.name);
    }
}

#[test]
fn a_function_fits_a_screen() {
    let mut long = Vec::new();
    for file in sources() {
        for (name, lines) in functions(&code(&file.text)) {
            if lines > FUNCTION_LINES && !LONG.contains(&(file.name.as_str(), name)) {
                long.push(format!("{} {name}: {lines} lines", file.name));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn lines_of_a_function_are_counted() {
    let code = "fn a(b: [u8; 2]) -> u8 {\n1\n}\ntrait C { fn d(&self); }\nfn e() {}\n";
    assert_eq!(functions(code), [("a", 3), ("e", 1)]);
}
