//! The files of the repository, and Rust source without what is not code.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file as the tests name it, with its text.
pub struct File {
    /// Path from the root, with `/` between its parts.
    pub name: String,
    pub text: String,
}

/// The text files below a directory of the repository, in order; build output and what git keeps are left out.
pub fn files(below: &str) -> Vec<File> {
    let mut files = Vec::new();
    collect(&root(), &root().join(below), &mut files);
    files.sort_by(|one, two| one.name.cmp(&two.name));
    files
}

/// The same, of one ending.
pub fn files_ending(below: &str, ending: &str) -> Vec<File> {
    files(below).into_iter().filter(|file| file.name.ends_with(ending)).collect()
}

fn collect(root: &Path, path: &Path, files: &mut Vec<File>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !["target", ".git", "demo"].contains(&name.as_str()) {
                collect(root, &path, files);
            }
        }
    } else if let Ok(text) = fs::read_to_string(path) {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        files.push(File { name, text });
    }
}

/// Rust source with comments and the insides of strings blanked out; lines stay where they are.
pub fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => end_of_line(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => end_of_block(&chars, at),
            '"' => end_of_string(&chars, at),
            'r' | 'b' if !follows_word(&chars, at) => end_of_prefixed(&chars, at),
            '\'' => end_of_char(&chars, at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at > 0 && is_word(chars[at - 1])
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|place| chars[*place] == '\n').unwrap_or(chars.len())
}

fn end_of_block(chars: &[char], at: usize) -> usize {
    let (mut depth, mut place) = (0, at);
    while place < chars.len() {
        match (chars[place], chars.get(place + 1)) {
            ('/', Some('*')) => (depth, place) = (depth + 1, place + 2),
            ('*', Some('/')) => (depth, place) = (depth - 1, place + 2),
            _ => place += 1,
        }
        if depth == 0 {
            break;
        }
    }
    place
}

fn end_of_string(chars: &[char], at: usize) -> usize {
    let mut place = at + 1;
    while place < chars.len() && chars[place] != '"' {
        place += if chars[place] == '\\' { 2 } else { 1 };
    }
    (place + 1).min(chars.len())
}

/// The end of `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, or the place itself where none begins.
fn end_of_prefixed(chars: &[char], at: usize) -> usize {
    let raw = (at..chars.len()).take(2).any(|place| chars[place] == 'r' && (place == at || chars[at] == 'b'));
    let mut quote = at;
    while chars.get(quote).is_some_and(|c| *c == 'r' || *c == 'b') && quote < at + 2 {
        quote += 1;
    }
    let hashes = chars[quote..].iter().take_while(|c| **c == '#').count();
    if chars.get(quote + hashes) != Some(&'"') || (hashes > 0 && !raw) {
        return at;
    }
    if !raw {
        return end_of_string(chars, quote);
    }
    let closes = |place: &usize| {
        chars[*place] == '"' && chars[place + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (quote + hashes + 1..chars.len()).find(closes).map_or(chars.len(), |place| place + 1 + hashes)
}

/// The end of a character; a lifetime has none.
fn end_of_char(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|place| chars[*place] == '\'').map_or(at, |place| place + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at,
    }
}

/// Code with its test modules blanked out; lines stay where they are.
pub fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]\nmod ") {
        let (before, module) = rest.split_at(at);
        let end = module.find(['{', ';']).map_or(module.len(), |open| end_of_group(module, open));
        out += before;
        out.extend(module[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &module[end..];
    }
    out + rest
}

/// The places at which a word stands by itself.
pub fn words<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = usize> + 'c {
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = code[..*at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// The word that begins a text.
pub fn first_word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The end of the group of brackets that opens at a place.
pub fn end_of_group(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + c.len_utf8();
        }
    }
    code.len()
}

#[test]
fn test_modules_are_no_code_of_the_crate() {
    let text = "a\n#[cfg(test)]\nmod tests {\n b {}\n}\nc\n#[cfg(test)]\nmod more;\nd\n";
    assert_eq!(without_tests(text).split_whitespace().collect::<Vec<_>>(), ["a", "c", "d"]);
    assert_eq!(without_tests(text).lines().count(), text.lines().count());
}

#[test]
fn what_is_no_code_is_blanked() {
    let text = "a /* b /* c */ d */ \"e\\\"f\" 'g' '\\'' r#\"h\"i\"# b'j' &'k str br\"l\" r#m // n\no";
    let words: Vec<String> = code(text).split_whitespace().map(str::to_owned).collect();
    assert_eq!(words, ["a", "b", "&'k", "str", "r#m", "o"]);
    assert_eq!(code(text).matches('\n').count(), 1);
}
