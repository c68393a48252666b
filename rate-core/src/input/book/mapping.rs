//! How the headers, words, units and dates of other systems are those of a book: what a mapping file says, and the
//! columns of one table under it.
//!
//! Nothing is guessed: a header that the mapping does not name, a word it does not translate, an amount with more
//! decimals than its unit has are problems at their cell.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::table::{Content, RawTable, TableKind};
use crate::error::{Code, Place, Problem, nearest};
use crate::history::words;

words! {
    /// The unit in which a file gives a column.
    pub enum Unit {
        /// Yuan, for a column of fen.
        Yuan = "yuan",
        /// Ten thousand yuan (万元), for a column of fen.
        TenThousandYuan = "ten-thousand-yuan",
        /// A plain number, for a column of percent: 0.0056 is 0.56 %.
        Fraction = "fraction",
        /// Per mille, for a column of percent.
        PerMille = "per-mille",
    }
}

impl Unit {
    /// By how many places the point moves to the right; and how many decimals may then be left.
    const fn shift(self) -> (i32, Option<usize>) {
        match self {
            Self::Yuan => (2, Some(0)),
            Self::TenThousandYuan => (6, Some(0)),
            Self::Fraction => (2, None),
            Self::PerMille => (-1, None),
        }
    }

    /// A plain decimal in this unit as the number of the book: the point moves, nothing is reckoned. `None` where the
    /// text is no plain decimal, or has more decimals than the unit.
    ///
    /// ```
    /// use rate_core::input::book::Unit;
    /// assert_eq!(Unit::Yuan.in_book("1868.1").as_deref(), Some("186810"));
    /// assert_eq!(Unit::Yuan.in_book("1868.165"), None);
    /// ```
    pub fn in_book(self, text: &str) -> Option<String> {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.len() <= 40 && part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(decimals) || digits.ends_with('.') {
            return None;
        }
        let (places, most) = self.shift();
        let point = i32::try_from(whole.len()).ok()? + places;
        let all = format!("{whole}{decimals}");
        let all = if point <= 0 { "0".repeat(usize::try_from(1 - point).ok()?) + &all } else { all };
        let point = usize::try_from(point.max(1)).ok()?;
        let all = format!("{all:0<point$}");
        let (whole, decimals) = all.split_at(point);
        let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
        if most.is_some_and(|most| decimals.len() > most) {
            return None;
        }
        let whole = if whole.is_empty() { "0" } else { whole };
        let sign = if whole == "0" && decimals.is_empty() { "" } else { sign };
        Some(if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
    }

    /// Whether a column of that content can be given in this unit.
    pub(crate) fn fits(self, column: &str, content: Content) -> bool {
        match self {
            Self::Yuan | Self::TenThousandYuan => column.ends_with("_fen"),
            Self::Fraction | Self::PerMille => content == Content::Percent,
        }
    }
}

words! {
    /// How a file writes days and months.
    pub enum DateForm {
        /// 20240701.
        DayDigits = "YYYYMMDD",
        /// 2024/7/1, with or without zeros.
        DaySlashes = "YYYY/M/D",
        /// 2024.7.1, with or without zeros.
        DayDots = "YYYY.M.D",
        /// 2024-7-1, without the zeros of the usual form.
        DayDashes = "YYYY-M-D",
        /// 2024年7月1日.
        DayWords = "YYYY年M月D日",
        /// 202407.
        MonthDigits = "YYYYMM",
        /// 2024/7.
        MonthSlashes = "YYYY/M",
        /// 2024.7.
        MonthDots = "YYYY.M",
        /// 2024-7.
        MonthDashes = "YYYY-M",
        /// 2024年7月.
        MonthWords = "YYYY年M月",
    }
}

impl DateForm {
    /// The day or month of a text in this form, as a book writes it.
    fn read(self, text: &str) -> Option<String> {
        let parts: Vec<&str> = match self {
            Self::DayDigits => vec![text.get(..4)?, text.get(4..6)?, text.get(6..)?],
            Self::MonthDigits => vec![text.get(..4)?, text.get(4..)?],
            Self::DaySlashes | Self::MonthSlashes => text.split('/').collect(),
            Self::DayDots | Self::MonthDots => text.split('.').collect(),
            Self::DayDashes | Self::MonthDashes => text.split('-').collect(),
            Self::DayWords => text.strip_suffix('日')?.split(['年', '月']).collect(),
            Self::MonthWords => text.strip_suffix('月')?.split('年').collect(),
        };
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let by_digits = matches!(self, Self::DayDigits | Self::MonthDigits);
        let short = |part: &&str| if by_digits { part.len() == 2 } else { part.len() <= 2 };
        let wanted = if self.is_of_days() { 3 } else { 2 };
        let right = parts.len() == wanted && parts.iter().all(digits) && parts[0].len() == 4;
        if !right || !parts[1..].iter().all(short) {
            return None;
        }
        Some(parts.iter().map(|part| format!("{part:0>2}")).collect::<Vec<_>>().join("-"))
    }

    const fn is_of_days(self) -> bool {
        matches!(self, Self::DayDigits | Self::DaySlashes | Self::DayDots | Self::DayDashes | Self::DayWords)
    }
}

/// A checked mapping: what the files of another system are called, and what stands in them.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The tables, in the order of the file.
    pub(crate) tables: Vec<TableMapping>,
    /// Files and sheets that are passed over.
    pub(crate) ignore: Vec<String>,
}

/// One table of a mapping.
#[derive(Clone, Debug)]
pub struct TableMapping {
    pub(crate) kind: TableKind,
    /// Names of files, without ending, and of sheets.
    pub(crate) names: Vec<String>,
    /// The row of the header, where it is not the first with cells.
    pub(crate) header_row: Option<u32>,
    /// Our column for each header.
    pub(crate) columns: BTreeMap<String, &'static str>,
    /// Headers that are passed over.
    pub(crate) ignore: Vec<String>,
    /// What every row has in a column that the file does not.
    pub(crate) constants: BTreeMap<&'static str, String>,
    /// Words of the file for ours, by column.
    pub(crate) words: BTreeMap<&'static str, BTreeMap<String, String>>,
    pub(crate) units: BTreeMap<&'static str, Unit>,
    pub(crate) dates: Vec<DateForm>,
}

impl Mapping {
    /// The tables that a file or sheet of a name holds, each with what the mapping says of it; several, where one sheet
    /// says different things of the same rows. None where the name is not known.
    pub fn tables_of(&self, name: &str) -> Vec<(TableKind, Option<&TableMapping>)> {
        let called = |it: &&TableMapping| it.kind.stem() == name || it.names.iter().any(|known| known == name);
        let mapped: Vec<_> = self.tables.iter().filter(called).map(|it| (it.kind, Some(it))).collect();
        if mapped.is_empty() {
            TableKind::from_stem(name).map(|kind| (kind, None)).into_iter().collect()
        } else {
            mapped
        }
    }

    /// What is said of a list that another body sends: by the name of its file or sheet, or, since bodies call their files
    /// what they like, the only thing that is said of lists.
    pub fn list_of(&self, name: &str) -> Option<&TableMapping> {
        let all = || self.tables.iter().filter(|it| !it.kind.of_book());
        let named = all().find(|it| it.names.iter().any(|known| known == name));
        named.or_else(|| all().next().filter(|_| all().count() == 1))
    }

    /// Whether a file or sheet of a name is given for a table by the mapping itself.
    pub fn gives(&self, kind: TableKind, name: &str) -> bool {
        self.tables.iter().any(|table| table.kind == kind && table.names.iter().any(|known| known == name))
    }

    /// Whether a file or sheet of a name is passed over.
    pub fn ignores(&self, name: &str) -> bool {
        self.ignore.iter().any(|known| known == name)
    }

    /// All names of files and sheets that are tables.
    pub fn names(&self) -> Vec<&str> {
        let of_book = self.tables.iter().filter(|table| table.kind.of_book());
        let mapped = of_book.flat_map(|table| &table.names).map(String::as_str);
        mapped.chain(TableKind::ALL.iter().map(|kind| kind.stem())).collect()
    }

    /// Whether some table of the same file or sheet reads a header, or passes it over.
    fn knows(&self, name: &str, header: &str) -> bool {
        let spoken = header_key(header);
        let own = |kind: TableKind| kind.columns().iter().any(|column| column.name == header);
        self.tables_of(name).iter().any(|(kind, table)| own(*kind) || table.is_some_and(|table| table.knows(&spoken)))
    }
}

impl TableMapping {
    /// The row of the header, where it is not the first with cells.
    pub const fn header_row(&self) -> Option<u32> {
        self.header_row
    }

    fn knows(&self, header: &str) -> bool {
        self.columns.contains_key(header) || self.ignore.iter().any(|known| known == header)
    }
}

/// A header as it is compared: people break and space headers to make them fit.
pub(crate) fn header_key(header: &str) -> String {
    header.chars().filter(|it| !it.is_whitespace()).collect()
}

/// The columns of one table of a file: which of its cells are read, and as what.
///
/// ```
/// use rate_core::input::book::{Columns, TableKind};
/// let columns = Columns::of(TableKind::Fund, "fund", &["month", "area"].map(str::to_owned), None);
/// assert_eq!(columns.target(1), Some(1));
/// ```
#[derive(Clone, Debug)]
pub struct Columns<'m> {
    kind: TableKind,
    mapping: Option<&'m TableMapping>,
    /// Our header: columns of the file, then constants. Without a mapping, a header that is not known is kept for the check
    /// to name.
    header: Vec<String>,
    /// Places in our header by places in that of the file.
    targets: Vec<Option<usize>>,
    /// Cells of the file behind each place of our header, from zero; none for constants.
    sources: Vec<Option<usize>>,
    contents: Vec<Content>,
    units: Vec<Option<Unit>>,
    constants: Vec<&'m str>,
    /// Headers that nothing reads, by place in the header of the file.
    unknown: Vec<(usize, String)>,
}

impl<'m> Columns<'m> {
    /// The columns of a table by the headers of a file or sheet of some name.
    pub fn of(
        kind: TableKind,
        name: &str,
        headers: &[String],
        mapping: Option<(&'m Mapping, &'m TableMapping)>,
    ) -> Self {
        let mut columns = Self {
            kind,
            mapping: mapping.map(|(_, table)| table),
            header: Vec::new(),
            targets: Vec::new(),
            sources: Vec::new(),
            contents: Vec::new(),
            units: Vec::new(),
            constants: Vec::new(),
            unknown: Vec::new(),
        };
        for (place, header) in headers.iter().enumerate() {
            let ours = columns.ours(header);
            let read = ours.is_some() || mapping.is_none();
            columns.targets.push(read.then_some(columns.header.len()));
            if !read {
                let own = |table: &TableMapping| table.knows(&header_key(header));
                let passed = mapping.is_some_and(|(all, table)| own(table) || all.knows(name, header));
                columns.unknown.extend((!passed).then(|| (place, header.clone())));
                continue;
            }
            columns.add(ours.unwrap_or(header).to_owned(), Some((place, header)));
        }
        for (column, value) in mapping.iter().flat_map(|(_, table)| &table.constants) {
            columns.add((*column).to_owned(), None);
            columns.constants.push(value);
        }
        columns
    }

    /// Our column of a header.
    fn ours(&self, header: &str) -> Option<&'static str> {
        let mapped = self.mapping.and_then(|table| table.columns.get(&header_key(header)).copied());
        mapped.or_else(|| self.kind.columns().iter().find(|column| column.name == header).map(|column| column.name))
    }

    fn add(&mut self, column: String, source: Option<(usize, &str)>) {
        // Under its own name a column has its own unit, whatever the mapping says of other headers.
        let foreign = source.is_some_and(|(_, header)| header != column);
        let unit = self.mapping.and_then(|it| it.units.get(column.as_str()).copied()).filter(|_| foreign);
        let worded = self.mapping.is_some_and(|it| it.words.contains_key(column.as_str()));
        // A unit is that of a plain number, and a code that stands for a word may be one.
        let plain = unit.is_some() || worded;
        self.contents.push(if plain { Content::Number } else { self.kind.content(&column) });
        self.units.push(unit);
        self.header.push(column);
        self.sources.push(source.map(|(place, _)| place));
    }

    /// An empty table with these columns: its file, its sheet (empty where it has none), the line of the header, and
    /// the number of each column of the file, from one.
    pub fn table(&self, file: &str, sheet: &str, line: u32, numbers: &[u32]) -> RawTable {
        let number = |source: &Option<usize>| source.and_then(|at| numbers.get(at)).copied().unwrap_or_default();
        let table = RawTable::new(self.kind, file, self.header.iter().cloned());
        let mut table = table.placed(sheet, line, self.sources.iter().map(number).collect());
        for (source, header) in &self.unknown {
            let known: Vec<&str> = self.mapping.iter().flat_map(|it| it.columns.keys().map(String::as_str)).collect();
            let column = number(&Some(*source));
            let place = Place { column, field: header.clone(), ..table.place(line, None, "") };
            let values = [header.as_str(), nearest(header, &known), &known.join(", ")];
            table.unreadable(Problem::new(Code::RowsUnknownColumn, place, values));
        }
        table
    }

    /// The place in a row of a table for a cell of the file by its place; none where it is passed over, or beyond the
    /// header.
    pub fn target(&self, source: usize) -> Option<usize> {
        self.targets.get(source).copied().flatten()
    }

    /// Cells that the header of the file has.
    pub const fn width(&self) -> usize {
        self.targets.len()
    }

    /// What a column holds, by its place in a row of the table.
    pub fn content(&self, target: usize) -> Content {
        self.contents.get(target).copied().unwrap_or(Content::Text)
    }

    /// A row with nothing in it but what every row has.
    pub fn empty_row(&self) -> Vec<String> {
        let filled = self.header.len() - self.constants.len();
        let mut row = vec![String::new(); filled];
        row.extend(self.constants.iter().map(|&value| value.to_owned()));
        row
    }

    /// Whether no cell of a row that comes from the file has something in it.
    pub fn is_blank(&self, row: &[String]) -> bool {
        row.iter().take(self.header.len() - self.constants.len()).all(String::is_empty)
    }

    /// Empties the cells of a row that come from the file.
    pub fn clear(&self, row: &mut [String]) {
        row.iter_mut().take(self.header.len() - self.constants.len()).for_each(String::clear);
    }

    /// A text of the file as the text of a book.
    ///
    /// # Errors
    /// Where the mapping names units or forms of dates, and the text is in none of them.
    pub fn read<'t>(&self, target: usize, text: &'t str) -> Result<Cow<'t, str>, (Code, [String; 2])> {
        let Some(mapping) = self.mapping.filter(|_| !text.is_empty()) else { return Ok(Cow::Borrowed(text)) };
        let column = self.header.get(target).map(String::as_str).unwrap_or_default();
        if let Some(word) = mapping.words.get(column).and_then(|words| words.get(text.trim())) {
            return Ok(Cow::Owned(word.clone()));
        }
        if let Some(unit) = self.units.get(target).copied().flatten() {
            let read = unit.in_book(text).map(Cow::Owned);
            return read.ok_or_else(|| (Code::RowsNumber, [text.to_owned(), accepted(unit)]));
        }
        match self.content(target) {
            Content::Day | Content::Month if !mapping.dates.is_empty() => {
                Ok(date(text, self.content(target), &mapping.dates))
            }
            Content::Day | Content::Month | Content::Text | Content::Number | Content::Percent => {
                Ok(Cow::Borrowed(text))
            }
        }
    }
}

fn accepted(unit: Unit) -> String {
    match unit.shift() {
        (places, Some(_)) => format!("{}, at most {places} decimals", unit.as_str()),
        (_, None) => unit.as_str().to_owned(),
    }
}

/// A day or month in one of the forms; as it is where it is in none of them, or where a month stands for a day: whether
/// its first or its last is meant nobody said. The first day of a month is the month, in a column of months.
fn date<'t>(text: &'t str, content: Content, forms: &[DateForm]) -> Cow<'t, str> {
    let found = forms.iter().find_map(|form| Some((form, form.read(text.trim())?)));
    match (found, content) {
        (Some((form, day)), Content::Month) if form.is_of_days() => {
            let month = day.strip_suffix("-01").map(str::to_owned);
            Cow::Owned(month.unwrap_or(day))
        }
        (Some((form, _)), Content::Day) if !form.is_of_days() => Cow::Borrowed(text),
        (Some((_, found)), _) => Cow::Owned(found),
        (None, _) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, DateForm, Unit, date};

    #[test]
    fn units_move_the_point() {
        let cases = [
            (Unit::Yuan, "1868.16", Some("186816")),
            (Unit::Yuan, "1868.160", Some("186816")),
            (Unit::Yuan, "1868.1", Some("186810")),
            (Unit::Yuan, "-0.05", Some("-5")),
            (Unit::Yuan, "0", Some("0")),
            (Unit::Yuan, "-0.00", Some("0")),
            (Unit::Yuan, "1868.165", None),
            (Unit::Yuan, "1,868.16", None),
            (Unit::Yuan, "1e3", None),
            (Unit::Yuan, ".5", None),
            (Unit::Yuan, "5.", None),
            (Unit::TenThousandYuan, "12.345678", Some("12345678")),
            (Unit::TenThousandYuan, "0.0000001", None),
            (Unit::Fraction, "0.0056", Some("0.56")),
            (Unit::Fraction, "1", Some("100")),
            (Unit::PerMille, "5.6", Some("0.56")),
            (Unit::PerMille, "0.5", Some("0.05")),
            (Unit::PerMille, "120", Some("12")),
        ];
        for (unit, text, read) in cases {
            assert_eq!(unit.in_book(text).as_deref(), read, "{text} {unit:?}");
        }
    }

    #[test]
    fn dates_are_read_in_the_forms_named_and_no_other() {
        let all: Vec<DateForm> = DateForm::WORDS.iter().filter_map(|word| DateForm::from_word(word)).collect();
        let cases = [
            ("20240701", Content::Day, "2024-07-01"),
            ("2024/7/1", Content::Day, "2024-07-01"),
            ("2024年7月1日", Content::Day, "2024-07-01"),
            ("2024.07.01", Content::Month, "2024-07"),
            ("20240702", Content::Month, "2024-07-02"),
            ("202407", Content::Month, "2024-07"),
            ("2024年12月", Content::Month, "2024-12"),
            ("202407", Content::Day, "202407"),
            ("2024071", Content::Day, "2024071"),
            ("24/7/1", Content::Day, "24/7/1"),
            ("2024/7/1/", Content::Day, "2024/7/1/"),
            ("2024-07", Content::Month, "2024-07"),
        ];
        for (text, content, read) in cases {
            assert_eq!(date(text, content, &all), read, "{text}");
        }
        assert_eq!(date("202407", Content::Month, &[DateForm::DayDigits]), "202407", "a form that is not named");
    }
}
