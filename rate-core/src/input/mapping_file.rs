//! Mapping files: reading and checking how the files of another system are a book.

use std::collections::BTreeMap;

use super::book::{DateForm, Mapping, TableKind, TableMapping, Unit, header_key};
use super::reader::{At, Fields, Sink};
use super::rule_set_file::basis::label;
use super::tree;
use crate::document::Tree;
use crate::error::{Code, Problems};

/// The word by which a mapping file is known.
pub const MAPPING: &str = "mapping/1";

/// The last row that a header may stand in.
const LAST_HEADER_ROW: i64 = 100;

/// A mapping file that has been read, not yet checked.
#[derive(Clone, Debug)]
pub struct MappingFile {
    tree: Tree,
}

impl MappingFile {
    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// The checked mapping.
    ///
    /// ```
    /// use rate_core::input::MappingFile;
    /// let text = r#"
    ///     format = "mapping/1"
    ///     name = { zh = "例", en = "example" }
    ///     [[tables]]
    ///     table = "accounts"
    ///     names = ["单位"]
    ///     columns = { "单位编号" = "account", "类型" = "kind" }
    ///     constants = { area = "990100" }
    ///     words = { kind = { "企业" = "employer" } }
    /// "#;
    /// let mapping = MappingFile::parse_named("example.toml", text)?.check()?;
    /// assert_eq!(mapping.tables_of("单位").len(), 1);
    /// # Ok::<(), rate_core::Problems>(())
    /// ```
    ///
    /// # Errors
    /// Every place where the file cannot be read or says something twice: codes `file.*`, `rule-set.duplicate`.
    pub fn check(self) -> Result<Mapping, Problems> {
        let sink = Sink::new(&self.tree);
        let mapping = mapping(&sink);
        Problems::none_of(sink.into_problems())?;
        Ok(mapping.unwrap_or_default())
    }
}

fn mapping<'t>(sink: &'t Sink<'t>) -> Option<Mapping> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != MAPPING) {
        at.problem(Code::FileFormat, [other, MAPPING]);
    }
    root.need("name").and_then(|at| label(&at));
    let ignore = root.get("ignore").map(|at| texts(&at)).unwrap_or_default();
    let items = root.need("tables").map(|at| at.items()).unwrap_or_default();
    let mut tables: Vec<TableMapping> = Vec::new();
    for at in &items {
        let Some(table) = table(at) else { continue };
        let twice =
            tables.iter().any(|it| it.kind == table.kind && it.names.iter().any(|name| table.names.contains(name)));
        if twice {
            at.problem(Code::RuleSetDuplicate, [table.kind.stem()]);
        }
        tables.push(table);
    }
    root.finish();
    Some(Mapping { tables, ignore })
}

fn texts(at: &At<'_>) -> Vec<String> {
    at.items().iter().filter_map(|at| at.text().map(str::to_owned)).collect()
}

fn table(at: &At<'_>) -> Option<TableMapping> {
    let fields = at.fields()?;
    let kinds = TableKind::ALL.iter().chain([&TableKind::Listed]);
    let known: Vec<(&str, TableKind)> = kinds.map(|kind| (kind.stem(), *kind)).collect();
    let kind = fields.need("table").and_then(|at| at.word(&known));
    let names = fields.get("names").map(|at| texts(&at)).unwrap_or_default();
    let row = fields.get("header_row").map(|at| at.integer(1..=LAST_HEADER_ROW));
    // What else stands here cannot be judged without the table.
    let kind = kind?;
    let mut columns: BTreeMap<String, &'static str> = BTreeMap::new();
    for (header, at) in fields.need("columns").map(|at| at.entries()).unwrap_or_default() {
        let Some(column) = column(kind, &at) else { continue };
        // Several headers may be called for one column, since files differ; two in one file are found there.
        if columns.contains_key(&header_key(header)) {
            at.problem(Code::RuleSetDuplicate, [column]);
        }
        columns.insert(header_key(header), column);
    }
    let constants = constants(kind, &fields, &columns);
    let words = fields.get("words").map(|at| words(kind, &at)).unwrap_or_default();
    let units = fields.get("units").map(|at| units(kind, &at)).unwrap_or_default();
    let forms: Vec<(&str, DateForm)> =
        DateForm::WORDS.iter().filter_map(|word| Some((*word, DateForm::from_word(word)?))).collect();
    let dates = fields.get("dates").map(|at| at.items()).unwrap_or_default();
    let dates = dates.iter().filter_map(|at| at.word(&forms)).collect();
    let ignore = fields.get("ignore").map(|at| texts(&at)).unwrap_or_default();
    let ignore = ignore.iter().map(|header| header_key(header)).collect();
    fields.finish();
    let header_row = row.flatten().and_then(|row| u32::try_from(row).ok());
    Some(TableMapping { kind, names, header_row, columns, ignore, constants, words, units, dates })
}

/// A column of a table by its name; a problem with those it has.
fn named(kind: TableKind, name: &str, at: &At<'_>) -> Option<&'static str> {
    let found = kind.columns().iter().map(|column| column.name).find(|known| *known == name);
    if found.is_none() {
        let known: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
        at.problem(Code::FileUnknownWord, [name, &known.join(", ")]);
    }
    found
}

fn column(kind: TableKind, at: &At<'_>) -> Option<&'static str> {
    named(kind, at.text()?, at)
}

fn constants(
    kind: TableKind,
    fields: &Fields<'_>,
    columns: &BTreeMap<String, &'static str>,
) -> BTreeMap<&'static str, String> {
    let mut constants = BTreeMap::new();
    for (name, at) in fields.get("constants").map(|at| at.entries()).unwrap_or_default() {
        let (Some(column), Some(value)) = (named(kind, name, &at), at.printed()) else { continue };
        if columns.values().any(|known| *known == column) {
            at.problem(Code::RuleSetDuplicate, [column]);
        }
        constants.insert(column, value);
    }
    constants
}

fn words(kind: TableKind, at: &At<'_>) -> BTreeMap<&'static str, BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for (name, at) in at.entries() {
        let Some(column) = named(kind, name, &at) else { continue };
        let of_column = |(word, at): (&str, At<'_>)| Some((word.to_owned(), at.text()?.to_owned()));
        all.insert(column, at.entries().into_iter().filter_map(of_column).collect());
    }
    all
}

fn units(kind: TableKind, at: &At<'_>) -> BTreeMap<&'static str, Unit> {
    let mut all = BTreeMap::new();
    for (name, at) in at.entries() {
        let Some(column) = named(kind, name, &at) else { continue };
        let fit = |word: &&&str| Unit::from_word(word).is_some_and(|unit| unit.fits(column, kind.content(column)));
        let known: Vec<(&str, Unit)> =
            Unit::WORDS.iter().filter(fit).filter_map(|word| Some((*word, Unit::from_word(word)?))).collect();
        if let Some(unit) = at.word(&known) {
            all.insert(column, unit);
        }
    }
    all
}
