//! Which files of a directory are a book, and how they are read.

use std::path::{Path, PathBuf};

use rate_core::input::MappingFile;
use rate_core::input::book::{Columns, Mapping, RawTable, TableKind, TableMapping};
use rate_core::{Code, Place, Problem, Problems};

use super::BookError;
use super::encoding::Encoding;
use super::{csv, xlsx};

/// The most bytes of one file: 4 GiB.
pub const MAX_FILE_BYTES: u64 = 1 << 32;

/// The most bytes of a mapping file: 4 MiB.
pub const MAX_MAPPING_BYTES: u64 = 1 << 22;

/// The name of a workbook, without its ending, that holds several tables, one in a sheet.
pub(super) const TABLES_IN_ONE: &str = "book";

/// Endings of other files of spreadsheets, which a person may take for a book.
const OTHER_SHEETS: &[&str] = &["xls", "xlsm", "xlsb", "xltx", "ods", "et"];

/// How a book is read: what the files themselves do not say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Encoding of CSV files.
    pub encoding: Encoding,
    /// What the files, headers and words of another system are in a book.
    pub mapping: Option<Mapping>,
    /// Whether the file is a list that another body sent, whatever it is called; else it is a table of the book.
    pub list: bool,
}

/// A table that is looked for in a file or sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'m> {
    pub(super) kind: TableKind,
    /// The name of the file, without its ending, or of the sheet.
    name: &'m str,
    pub(super) mapping: Option<(&'m Mapping, &'m TableMapping)>,
}

impl<'m> Wanted<'m> {
    /// The row of the header, where it is not the first with cells.
    pub(super) fn header_row(&self) -> Option<u32> {
        self.mapping.and_then(|(_, table)| table.header_row())
    }

    pub(super) fn columns(&self, headers: &[String]) -> Columns<'m> {
        Columns::of(self.kind, self.name, headers, self.mapping)
    }
}

/// A file of a book.
pub(super) struct BookFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    form: Form,
    /// The name it is read under, where that is not its own.
    called: Option<&'static str>,
}

/// What a file is, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Xlsx,
    OtherSheets,
    /// A directory, a pipe, a device: whatever its name, nothing in it can be read as rows.
    NoFile,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            other => OTHER_SHEETS.contains(&other).then_some(Self::OtherSheets),
        }
    }
}

impl BookFile {
    pub(super) fn place(&self) -> Place {
        Place { file: self.name.clone(), ..Place::default() }
    }

    /// The name without its ending.
    pub(super) fn stem(&self) -> &str {
        self.called.unwrap_or_else(|| self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem))
    }
}

impl Reading {
    /// Reads all tables in a directory, as text: CSV files and workbooks.
    ///
    /// `progress` is told bytes read and bytes in all.
    ///
    /// # Errors
    /// Where the directory or a file cannot be read, or a file is larger than [`MAX_FILE_BYTES`]. What is not a table
    /// is left with its table for the check to report.
    pub fn tables(&self, dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<RawTable>, BookError> {
        let files = book_files(dir, &|_| true)?;
        let total = files.iter().map(|file| file.bytes).sum();
        let mut read = 0;
        let mut tables = Vec::with_capacity(files.len());
        for file in files {
            tables.extend(self.tables_of(&file, &mut |within| progress(read + within, total))?);
            read += file.bytes;
            progress(read, total);
        }
        self.once_each(&mut tables);
        Ok(tables)
    }

    /// Reads one table of a directory from its CSV file, whatever else stands there; nothing, where it has none.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub fn table(&self, dir: &Path, kind: TableKind) -> Result<Vec<RawTable>, BookError> {
        let files = book_files(dir, &|name| name.strip_suffix(".csv") == Some(kind.stem()))?;
        let wanted = Wanted { kind, name: kind.stem(), mapping: None };
        let read = |file: &BookFile| match file.form {
            Form::NoFile => Ok(no_file(kind, file)),
            Form::Csv | Form::Xlsx | Form::OtherSheets => {
                csv::read_table(&wanted, file, self.encoding, &mut |_| {}, None)
            }
        };
        files.iter().map(read).collect()
    }

    /// Reads one file, or the files of a directory, as tables of a kind: a single file whatever its name, unless the
    /// mapping says what it, or a sheet of it, holds.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub fn of_kind(&self, path: &Path, kind: TableKind) -> Result<Vec<RawTable>, BookError> {
        // What is no table at all is told apart by its problem.
        let wanted = |table: &RawTable| table.kind() == kind || !table.problems().is_empty();
        if path.is_dir() {
            let tables = self.tables(path, &mut |_, _| {})?;
            return Ok(tables.into_iter().filter(wanted).collect());
        }
        let metadata = std::fs::metadata(path).map_err(BookError::at(path))?;
        let bytes = metadata.len();
        if bytes > MAX_FILE_BYTES {
            return Err(BookError::TooLarge { path: path.to_owned(), limit: MAX_FILE_BYTES });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let form = if metadata.is_file() { Form::of(path).unwrap_or(Form::Csv) } else { Form::NoFile };
        let mut file = BookFile { name, path: path.to_owned(), bytes, form, called: None };
        if !self.wanted(file.stem()).is_empty() {
            return Ok(self.tables_of(&file, &mut |_| {})?.into_iter().filter(wanted).collect());
        }
        let by_sheets = match form {
            Form::Xlsx if self.mapping.is_some() => self.tables_of(&file, &mut |_| {})?,
            Form::Xlsx | Form::Csv | Form::OtherSheets | Form::NoFile => Vec::new(),
        };
        if by_sheets.iter().any(|table| table.kind() == kind && table.problems().is_empty()) {
            return Ok(by_sheets.into_iter().filter(wanted).collect());
        }
        file.called = Some(kind.stem());
        Ok(self.tables_of(&file, &mut |_| {})?.into_iter().filter(wanted).collect())
    }

    /// Reads a CSV file that comes from elsewhere, a batch at a time: as the table of a kind, or as what its name says.
    pub(crate) fn batches(
        &self,
        kind: Option<TableKind>,
        source: &dyn csv::Source,
        into: &mut csv::Batches<'_>,
    ) -> Result<(), BookError> {
        let stem = source.name().rsplit_once('.').map_or(source.name(), |(stem, _)| stem);
        let by_name = self.wanted(stem);
        let wanted = match kind {
            Some(kind) if by_name.is_empty() => vec![Wanted { kind, name: kind.stem(), mapping: None }],
            Some(_) | None => by_name,
        };
        if wanted.is_empty() {
            let place = Place { file: source.name().to_owned(), ..Place::default() };
            (into.take)(self.unknown_table(place, source.name(), ".csv"));
        }
        for wanted in &wanted {
            let last = csv::read_table(wanted, source, self.encoding, &mut |_| {}, Some(into))?;
            if !(into.take)(last) {
                break;
            }
        }
        Ok(())
    }

    /// Reads a workbook that lies in a file of another name: as tables of a kind, or as what its name says.
    pub(crate) fn workbook(
        &self,
        kind: Option<TableKind>,
        name: &str,
        path: &Path,
    ) -> Result<Vec<RawTable>, BookError> {
        let bytes = std::fs::metadata(path).map_err(BookError::at(path))?.len();
        let mut file = BookFile { name: name.to_owned(), path: path.to_owned(), bytes, form: Form::Xlsx, called: None };
        if self.mapping.is_none() {
            file.called = kind.map(TableKind::stem);
        }
        let mut tables = xlsx::read_tables(self, &file)?;
        self.once_each(&mut tables);
        Ok(tables)
    }

    /// The tables that a file or sheet of a name holds.
    pub(super) fn wanted<'m>(&'m self, name: &'m str) -> Vec<Wanted<'m>> {
        match &self.mapping {
            mapping if self.list => {
                let mapping = mapping.as_ref().and_then(|all| Some((all, all.list_of(name)?)));
                vec![Wanted { kind: TableKind::Listed, name, mapping }]
            }
            Some(mapping) => {
                let tables = mapping.tables_of(name).into_iter().filter(|(kind, _)| kind.of_book());
                let with = |table: Option<&'m TableMapping>| table.map(|table| (mapping, table));
                tables.map(|(kind, table)| Wanted { kind, name, mapping: with(table) }).collect()
            }
            None => TableKind::from_stem(name).map(|kind| Wanted { kind, name, mapping: None }).into_iter().collect(),
        }
    }

    /// Whether a file or sheet of a name is passed over.
    pub(super) fn ignores(&self, name: &str) -> bool {
        self.mapping.as_ref().is_some_and(|mapping| mapping.ignores(name))
    }

    /// A table that stands in two files or sheets would count twice: a problem of the second, unless the mapping says of
    /// both names that they hold it, as where there is a sheet for each year.
    fn once_each(&self, tables: &mut [RawTable]) {
        let name = |table: &RawTable| {
            let place = table.place(0, None, "");
            let stem = table.file().rsplit_once('.').map_or(table.file(), |(stem, _)| stem);
            if place.sheet.is_empty() { stem.to_owned() } else { place.sheet }
        };
        for index in 1..tables.len() {
            let (before, from_here) = tables.split_at_mut(index);
            let table = &mut from_here[0];
            let (kind, own) = (table.kind(), name(table));
            let parted = |other: &str| {
                let gives = |name: &str| self.mapping.as_ref().is_some_and(|mapping| mapping.gives(kind, name));
                own != other && gives(&own) && gives(other)
            };
            // A table with a problem of its own may be none at all.
            let same = |it: &&RawTable| it.kind() == kind && it.problems().is_empty() && !parted(&name(it));
            if let Some(earlier) = before.iter().find(same).filter(|_| table.problems().is_empty()) {
                let (one, other) = (earlier.place(0, None, "").file_and_sheet(), table.place(0, None, ""));
                table.unreadable(Problem::new(Code::WorkbookTwice, other, [kind.stem(), &one]));
            }
        }
    }

    /// A problem of a file or sheet that is no table.
    pub(super) fn unknown_table(&self, place: Place, name: &str, ending: &str) -> RawTable {
        let several = (ending == ".xlsx").then_some(TABLES_IN_ONE);
        let mapped = self.mapping.as_ref().map(Mapping::names);
        let stems = mapped.unwrap_or_else(|| TableKind::ALL.iter().map(|kind| kind.stem()).collect());
        let known: Vec<String> = several.into_iter().chain(stems).map(|stem| format!("{stem}{ending}")).collect();
        // It has no kind; that of coverage, of which there may be several, takes nothing away from the others.
        unreadable(TableKind::Coverage, Problem::new(Code::RowsUnknownTable, place, [name, &known.join(", ")]))
    }

    fn tables_of(&self, file: &BookFile, progress: &mut dyn FnMut(u64)) -> Result<Vec<RawTable>, BookError> {
        if self.ignores(file.stem()) {
            return Ok(Vec::new());
        }
        let wanted = self.wanted(file.stem());
        match file.form {
            // Of a name that is no table, it is a problem of no kind, as in `unknown_table`.
            Form::NoFile => Ok(vec![no_file(wanted.first().map_or(TableKind::Coverage, |it| it.kind), file)]),
            Form::Csv if wanted.is_empty() => Ok(vec![self.unknown_table(file.place(), &file.name, ".csv")]),
            Form::Csv => wanted.iter().map(|it| csv::read_table(it, file, self.encoding, progress, None)).collect(),
            Form::Xlsx => xlsx::read_tables(self, file),
            Form::OtherSheets => {
                let ending = file.name.rsplit('.').next().unwrap_or_default();
                let kind = wanted.first().map_or(TableKind::Coverage, |it| it.kind);
                Ok(vec![unreadable(kind, Problem::new(Code::WorkbookFormat, file.place(), [ending]))])
            }
        }
    }
}

/// The files of a directory that may hold tables, whatever the case of their ending, by name. What a program keeps
/// beside a workbook that is open, `~$…`, is none.
fn book_files(dir: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<BookFile>, BookError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(BookError::at(dir))? {
        let path = entry.map_err(BookError::at(dir))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(form) = Form::of(&path).filter(|_| !name.starts_with("~$") && wanted(&name)) else { continue };
        let metadata = std::fs::metadata(&path).map_err(BookError::at(&path))?;
        // What is no file is not passed over: its table would be missing unseen.
        let (form, bytes) = if metadata.is_file() { (form, metadata.len()) } else { (Form::NoFile, 0) };
        files.push(BookFile { name, path, bytes, form, called: None });
    }
    files.sort_by(|one, two| one.name.cmp(&two.name));
    match files.iter().find(|file| file.bytes > MAX_FILE_BYTES) {
        Some(file) => Err(BookError::TooLarge { path: file.path.clone(), limit: MAX_FILE_BYTES }),
        None => Ok(files),
    }
}

/// Reads a mapping file.
///
/// # Errors
/// Where the file cannot be read or is larger than [`MAX_MAPPING_BYTES`]; the inner one has everything that is wrong
/// inside.
pub fn mapping(path: &Path) -> Result<Result<Mapping, Problems>, BookError> {
    let bytes = std::fs::metadata(path).map_err(BookError::at(path))?.len();
    if bytes > MAX_MAPPING_BYTES {
        return Err(BookError::TooLarge { path: path.to_owned(), limit: MAX_MAPPING_BYTES });
    }
    let text = std::fs::read_to_string(path).map_err(BookError::at(path))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(MappingFile::parse_named(&name, &text).and_then(MappingFile::check))
}

/// What has the name of a table and is a directory, a pipe or a device; a link to a file is a file.
fn no_file(kind: TableKind, file: &BookFile) -> RawTable {
    unreadable(kind, Problem::new(Code::RowsNoFile, file.place(), [&file.name]))
}

/// A table that holds nothing but a problem of its file.
pub(super) fn unreadable(kind: TableKind, problem: Problem) -> RawTable {
    let mut table = RawTable::of_kind(kind, problem.place.file.as_str());
    table.unreadable(problem);
    table
}
