//! Problems of an input: all of them at once, each with its place, a stable code and a sentence to act on.

mod code;
mod words;

use std::fmt;

pub use code::Code;

/// The language of a text for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Chooses one of two texts.
    pub fn pick<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// Where a problem stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, as the caller named it; empty for facts built in code.
    pub file: String,
    /// The sheet, where the file is a workbook; line and column are then row and column of the cell. Else empty.
    pub sheet: String,
    /// Line of a text file or row of a table, counted from one; zero where there is none.
    pub line: u32,
    /// Column of a text file (characters) or of a table, counted from one; zero where there is none.
    pub column: u32,
    /// The field: a dotted path in a rule set, a column header in a table.
    pub field: String,
}

impl Place {
    /// A place known only by its field.
    pub fn field(field: impl Into<String>) -> Self {
        Self { field: field.into(), ..Self::default() }
    }
}

/// The letters of a column of a sheet, which is counted from one.
///
/// ```
/// use rate_core::error::column_letters;
/// assert_eq!([1, 26, 27, 16_384].map(column_letters), ["A", "Z", "AA", "XFD"]);
/// ```
pub fn column_letters(column: u32) -> String {
    let (mut rest, mut letters) = (column, Vec::new());
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl Place {
    /// The file, with the sheet of a workbook behind it, as `book.xlsx!claims`.
    pub fn file_and_sheet(&self) -> String {
        if self.sheet.is_empty() { self.file.clone() } else { format!("{}!{}", self.file, self.sheet) }
    }

    /// A cell of a sheet as spreadsheets name it, as `workbook!sheet!B7`.
    fn sheet_cell(&self) -> String {
        let row = if self.line == 0 { String::new() } else { self.line.to_string() };
        let cell = column_letters(self.column) + &row;
        let gap = if cell.is_empty() { "" } else { "!" };
        format!("{}{gap}{cell}", self.file_and_sheet())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sheet.is_empty() {
            let field = if self.field.is_empty() { String::new() } else { format!(" [{}]", shown(&self.field)) };
            return write!(f, "{}{field}", self.sheet_cell());
        }
        let mut separator = "";
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            separator = ":";
        }
        for number in [self.line, self.column].into_iter().filter(|number| *number > 0) {
            write!(f, "{separator}{number}")?;
            separator = ":";
        }
        if !self.field.is_empty() {
            let gap = if separator.is_empty() { "" } else { " " };
            write!(f, "{gap}[{}]", shown(&self.field))?;
        }
        Ok(())
    }
}

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Problem {
    /// What kind of problem.
    pub code: Code,
    /// Where it stands.
    pub place: Place,
    /// The values the message names, in its order.
    pub values: Vec<String>,
}

impl Problem {
    /// A problem of the given kind at a place, naming some values.
    pub fn new<V: fmt::Display>(code: Code, place: Place, values: impl IntoIterator<Item = V>) -> Self {
        Self { code, place, values: values.into_iter().map(|value| value.to_string()).collect() }
    }

    /// The sentence, without place and code.
    pub fn message(&self, lang: Lang) -> String {
        // In one pass: a value that looks like a place for another stays what it is.
        let mut text = String::new();
        let mut rest = self.code.template(lang);
        while let Some((before, behind)) = rest.split_once('{') {
            text.push_str(before);
            let index = behind.split_once('}').and_then(|(index, after)| Some((index.parse::<usize>().ok()?, after)));
            match index.and_then(|(index, after)| Some((index, self.values.get(index)?, after))) {
                Some((place, value, after)) => {
                    text.push_str(&shown(&words::said(self.code, place, value, lang)));
                    rest = after;
                }
                None => {
                    text.push('{');
                    rest = behind;
                }
            }
        }
        text + rest
    }

    /// Place, code and sentence on one line.
    pub fn line(&self, lang: Lang) -> String {
        let place = self.place.to_string();
        let gap = if place.is_empty() { "" } else { " " };
        format!("{place}{gap}{}: {}", self.code, self.message(lang))
    }
}

/// The word among those known that a word is nearest to: what its author may have meant.
///
/// ```
/// assert_eq!(rate_core::error::nearest("zsjhj", &["zfjehj", "zsjehj"]), "zsjehj");
/// ```
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> &'k str {
    known.iter().min_by_key(|other| steps_between(word, other)).copied().unwrap_or("–")
}

/// How many characters are to be put in, taken out or replaced to make one word of the other.
fn steps_between(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut line: Vec<usize> = (0..=other.len()).collect();
    for (row, own) in one.chars().take(64).enumerate() {
        let mut above_left = line[0];
        line[0] = row + 1;
        for (column, their) in other.iter().enumerate() {
            let replaced = above_left + usize::from(own != *their);
            above_left = line[column + 1];
            line[column + 1] = replaced.min(above_left + 1).min(line[column] + 1);
        }
    }
    line[other.len()]
}

/// Whether a character does not show, or turns the text around it: two names could look alike and be different ones.
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A value as a message may repeat it: characters that do not show made visible, and no longer than a line.
fn shown(value: &str) -> String {
    let visible = value.chars().map(|c| if c.is_control() || is_hidden(c) { '\u{FFFD}' } else { c });
    let mut text: String = visible.clone().take(200).collect();
    if visible.count() > 200 {
        text.push('…');
    }
    text
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Lang::En))
    }
}

/// All problems of an input, in the order of their places; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(.0))]
pub struct Problems(Vec<Problem>);

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Problems {
    /// `Ok` where nothing is wrong, else everything that is, in the order of places.
    ///
    /// # Errors
    /// All the problems, if there are any.
    pub fn none_of(mut problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort_by(|one, two| (&one.place, one.code).cmp(&(&two.place, two.code)));
        problems.dedup();
        Err(Self(problems))
    }

    /// The problems.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// The problems, given away.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
