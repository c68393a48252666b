//! Parts read into rows of an import, in batches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::input::MappingFile;
use rate_core::input::book::{Mapping, RawTable, TableKind, header_problems, is_account_number, totals};
use rate_core::{Code, Place, Problem, Problems};

use super::list::{Accounts, Entry};
use super::upload::{Form, Part, Pieces, READ, READING, SENT};
use super::{IntakeError, Job, ListHead, Mode, Stage, State, again};
use crate::book::{Batches, BookError, KeyedRow, Reading, Source, json_rows, lines};
use crate::store::{
    FactRow, ImportPartRow, ImportProblemRow, ImportProgressRow, ImportStagedRow, ImportTotalRow, Link, Mention, Store,
    StoreError,
};

/// Rows of a batch.
const BATCH: usize = 2048;

/// The mark of accounts that have a row which could not be read; of no account, where that is wrong which concerns all.
pub(super) const UNREAD: i64 = -1;

/// Reads the next part that was not read, or goes on to the check where all were.
pub(super) fn next_part(job: &Job<'_>) -> Result<(), IntakeError> {
    let parts = job.store.read(|link| link.import_parts(&job.import.id))?;
    let lists = parts.iter().any(|part| !part.list.is_empty());
    // Lists come last: their entries may be of accounts that came in other parts.
    let unread = parts.iter().filter(|part| part.state != READ).min_by_key(|part| (!part.list.is_empty(), part.part));
    let Some(row) = unread else {
        return job.change(|link, progress| all_read(job, link, progress, lists));
    };
    let mut row = row.clone();
    let known = job.change(|link, progress| {
        if row.state == READING {
            link.forget_import_part(&job.import.id, row.part)?;
        }
        (row.rows, row.problems) = (0, 0);
        READING.clone_into(&mut row.state);
        link.put_import_part(&row)?;
        if !row.list.is_empty() && progress.round == 0 {
            // All lists of an import are held against the same facts; what comes behind them is news.
            (progress.known, progress.round) = (link.last_knowledge()?, 1);
        }
        Ok(progress.known)
    })?;
    debug_assert_ne!(row.state, SENT, "it is being read");
    let part = Part::of(&row)?;
    let mut staging = Staging::of(job, row.clone(), part.list.clone(), known);
    match read(job, &part, &row, &mut staging) {
        Ok(()) => staging.finish(),
        Err(error) => match staging.failed.take() {
            Some(error) => Err(error),
            None => job.change(|link, _| Ok(job.end(link, State::Failed, &error.to_string())?)),
        },
    }
}

/// Goes on to the check, where nothing is wrong with a file: that may be wrong with any account.
fn all_read(job: &Job<'_>, link: &mut Link, progress: &mut ImportProgressRow, lists: bool) -> Result<(), IntakeError> {
    if !link.import_marked(&job.import.id, UNREAD, &[String::new()])?.is_empty() {
        return Ok(job.end(link, State::Refused, "")?);
    }
    if again::where_left_out(link, &job.import.id)? {
        return Ok(());
    }
    if !lists {
        progress.known = link.last_knowledge()?;
    }
    // What a check has found stays found where it is done again for lists.
    (progress.round, progress.accounts) = (1, 0);
    progress.cursor.clear();
    Ok(job.go_on(link, Stage::Checking)?)
}

fn read(job: &Job<'_>, part: &Part, row: &ImportPartRow, staging: &mut Staging<'_>) -> Result<(), BookError> {
    let mapping = match part.mapping.as_deref().map(mapping) {
        Some(Ok(mapping)) => Some(mapping),
        Some(Err(problems)) => {
            staging.problems.extend(problems.into_iter().map(|problem| (String::new(), problem)));
            return Ok(());
        }
        None => None,
    };
    let reading = Reading { encoding: part.encoding, mapping, list: part.list.is_some() };
    let source = Sent { store: job.store, row };
    match part.form {
        Form::Csv => reading.batches(
            part.kind,
            &source,
            &mut Batches { most: BATCH, take: &mut |table| staging.take(&table, true) },
        ),
        Form::Xlsx => {
            let spool = Spool::of(&mut *source.open()?, &job.import.id).map_err(|error| source.broken(error))?;
            for table in reading.workbook(part.kind, &part.name, &spool.0)? {
                if !staging.take(&table, true) {
                    break;
                }
            }
            Ok(())
        }
        Form::Ndjson => json_lines(&source, staging),
    }?;
    match &staging.failed {
        // Said by the caller, who finds it there.
        Some(_) => Err(source.broken(io::Error::other("stopped"))),
        None => Ok(()),
    }
}

fn mapping(text: &str) -> Result<Mapping, Vec<Problem>> {
    let read = MappingFile::parse_named("mapping", text).and_then(MappingFile::check);
    read.map_err(Problems::into_vec)
}

/// Rows of JSON, gathered into tables: those that come in and those that are taken back.
fn json_lines(source: &Sent<'_>, staging: &mut Staging<'_>) -> Result<(), BookError> {
    let mut tables: BTreeMap<(TableKind, bool), RawTable> = BTreeMap::new();
    let replaces = staging.job.import.mode == Mode::Replace.as_str();
    let kinds = if staging.list.is_some() { &[TableKind::Listed][..] } else { TableKind::ALL };
    json_rows(source, kinds, &mut |number, row| {
        match row {
            Ok(row) if row.withdraw && replaces => {
                let place = Place { file: source.name().to_owned(), line: number, ..Place::field("withdraw") };
                let values = ["`withdraw` / replace", "`withdraw`: false"];
                staging.problems.push((String::new(), Problem::new(Code::RowsLine, place, values)));
            }
            Ok(row) => {
                let table = tables
                    .entry((row.kind, !row.withdraw))
                    .or_insert_with(|| RawTable::of_kind(row.kind, source.name().to_owned()).placed("", 0, Vec::new()));
                table.push(number, &row.cells);
                if table.len() >= BATCH {
                    let standing = !row.withdraw;
                    let full = std::mem::replace(table, table.emptied());
                    return staging.take(&full, standing);
                }
            }
            Err(problem) => staging.problems.push((String::new(), problem)),
        }
        staging.problems.len() < BATCH || staging.flush()
    })?;
    for ((_, standing), table) in &tables {
        if !staging.take(table, *standing) {
            break;
        }
    }
    Ok(())
}

/// A part that was sent, as a file.
struct Sent<'s> {
    store: &'s Store,
    row: &'s ImportPartRow,
}

impl Source for Sent<'_> {
    fn name(&self) -> &str {
        &self.row.name
    }

    fn open(&self) -> Result<Box<dyn Read + '_>, BookError> {
        Ok(Box::new(Pieces::of(self.store, self.row)))
    }

    fn broken(&self, source: io::Error) -> BookError {
        BookError::File { path: PathBuf::from(&self.row.name), source }
    }
}

/// A file of our own that a workbook lies in while it is read: its parts do not stand in the order they are needed.
struct Spool(PathBuf);

impl Spool {
    fn of(bytes: &mut dyn Read, import: &str) -> io::Result<Self> {
        let name = |turn: u32| {
            let own = FactRow::leaf_of(true, import, &turn.to_string());
            std::env::temp_dir().join(format!("rate-import-{}-{own}.xlsx", std::process::id()))
        };
        for turn in 0..1000 {
            let path = name(turn);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    let spool = Self(path);
                    private(&file, &spool.0)?;
                    io::copy(bytes, &mut file)?;
                    return Ok(spool);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // A file that cannot be removed lies among those that the system clears away.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn private(file: &File, _: &Path) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

/// What the door could not take, by the place of the row.
type Faults = BTreeMap<usize, Vec<Problem>>;

/// What is wrong with rows before their cells are looked at.
fn faults(table: &RawTable) -> Faults {
    let (mut faults, headers) = (Faults::new(), table.header().len());
    for (row, problem) in table.fault_problems() {
        faults.entry(row).or_default().push(problem);
    }
    for (index, row) in table.rows().enumerate().filter(|(_, row)| row.len() != headers) {
        let ragged = || Problem::new(Code::RowsRagged, table.place(row.line(), None, ""), [row.len(), headers]);
        faults.entry(index).or_insert_with(|| vec![ragged()]);
    }
    faults
}

/// Rows of a part on their way into the store.
struct Staging<'s> {
    job: &'s Job<'s>,
    part: ImportPartRow,
    /// What is said of the list that the part is.
    list: Option<ListHead>,
    /// The facts that a list is held against.
    known: i64,
    /// Headers that were looked at.
    headers: BTreeSet<(TableKind, Vec<String>)>,
    rows: Vec<ImportStagedRow>,
    mentions: Vec<Mention>,
    /// With the account each is of; empty where it is of none, and so of all.
    problems: Vec<(String, Problem)>,
    /// Of entries of a list that are nobody's: they are left out, and concern no one else.
    of_nobody: Vec<Problem>,
    unread: BTreeSet<String>,
    totals: BTreeMap<(TableKind, &'static str), i128>,
    /// What kept a batch from being stored.
    failed: Option<IntakeError>,
}

impl<'s> Staging<'s> {
    fn of(job: &'s Job<'s>, part: ImportPartRow, list: Option<ListHead>, known: i64) -> Self {
        Self {
            job,
            part,
            list,
            known,
            headers: BTreeSet::new(),
            rows: Vec::new(),
            mentions: Vec::new(),
            problems: Vec::new(),
            of_nobody: Vec::new(),
            unread: BTreeSet::new(),
            totals: BTreeMap::new(),
            failed: None,
        }
    }

    /// Takes rows of a table; false where they could not be stored.
    fn take(&mut self, table: &RawTable, standing: bool) -> bool {
        let of_none = |problem: &Problem| (String::new(), problem.clone());
        self.problems.extend(table.problems().iter().map(of_none));
        if table.problems().is_empty() && self.headers.insert((table.kind(), table.header().to_vec())) {
            self.problems.extend(header_problems(table).iter().map(of_none));
        }
        if let Some(totals) = totals(table) {
            *self.totals.entry((totals.kind, "")).or_default() += i128::from(totals.rows);
            for (column, sum) in totals.fen {
                *self.totals.entry((totals.kind, column)).or_default() += sum;
            }
        }
        let mut faults = faults(table);
        if let Some(head) = self.list.clone() {
            return self.entries(table, &head, &mut faults, standing);
        }
        for (index, (row, line)) in table.rows().zip(lines(table)).enumerate() {
            self.part.rows += 1;
            self.row(table, table.kind(), row.line(), &line, standing, faults.remove(&index).unwrap_or_default());
            if self.rows.len() >= BATCH && !self.flush() {
                return false;
            }
        }
        self.flush()
    }

    /// Takes entries of a list: each becomes a row of the account that it is, or takes the row back that it became, or is a
    /// problem of its own.
    fn entries(&mut self, table: &RawTable, head: &ListHead, faults: &mut Faults, standing: bool) -> bool {
        let area = self.job.import.area.clone();
        for (batch, entries) in Entry::all(table).chunks(BATCH).enumerate() {
            let asked = |link: &mut Link| Accounts::of(link, &self.job.import, self.known, entries);
            let accounts = match self.job.store.read(asked) {
                Ok(accounts) => accounts,
                Err(error) => {
                    self.failed = Some(error.into());
                    return false;
                }
            };
            for (entry, index) in entries.iter().zip(batch * BATCH..) {
                self.part.rows += 1;
                let problems = faults.remove(&index).unwrap_or_default();
                // Where the cells are not known that say whose it is, or which cell is which, it is nobody's.
                if problems.iter().any(|it| ["", "account", "credit_code"].contains(&it.place.field.as_str())) {
                    self.of_nobody.extend(problems);
                    continue;
                }
                match accounts.found(entry) {
                    Ok(account) => {
                        let line = entry.event(head, &area, account);
                        self.row(table, TableKind::Events, entry.line, &line, standing, problems);
                    }
                    Err((code, values)) => {
                        let place = table.place(entry.line, None, "");
                        self.of_nobody.extend(problems.into_iter().chain([Problem::new(code, place, values)]));
                    }
                }
            }
            if !self.flush() {
                return false;
            }
        }
        self.flush()
    }

    fn row(
        &mut self,
        table: &RawTable,
        kind: TableKind,
        number: u32,
        line: &str,
        standing: bool,
        mut problems: Vec<Problem>,
    ) {
        let place =
            |column: &str| table.place(number, table.header().iter().position(|header| header == column), column);
        let own = self.job.import.area.as_str();
        let Some(row) = KeyedRow::of(kind, line) else {
            let empty = Problem::new(Code::RowsEmpty, place("area"), ["area"]);
            self.problems.extend(problems.into_iter().chain([empty]).map(|problem| (String::new(), problem)));
            return;
        };
        let mut of_none = Vec::new();
        if row.area != own {
            of_none.push(Problem::new(Code::RowsForeignArea, place("area"), [row.area.as_str(), own]));
        }
        if kind.of_account() && !is_account_number(&row.account) {
            of_none.push(Problem::new(Code::RowsText, place("account"), ["64"]));
        }
        if !of_none.is_empty() || (!kind.of_account() && !problems.is_empty()) {
            self.problems.extend(problems.into_iter().chain(of_none).map(|problem| (String::new(), problem)));
            return;
        }
        // No database keeps this letter in a text, and no cell may have it.
        if line.contains('\0') {
            problems.push(Problem::new(Code::RowsText, place(""), ["65536"]));
        }
        if !problems.is_empty() {
            self.unread.insert(row.account.clone());
            self.problems.extend(problems.into_iter().map(|problem| (row.account.clone(), problem)));
            return;
        }
        let mention = |other: &String| Mention {
            area: row.area.clone(),
            account: row.account.clone(),
            kind: kind.stem().to_owned(),
            other: other.clone(),
        };
        if standing {
            self.mentions.extend(row.named.iter().map(mention));
        }
        self.rows.push(ImportStagedRow {
            import: self.job.import.id.clone(),
            account: row.account,
            kind: kind.stem().to_owned(),
            leaf: FactRow::leaf_of(standing, kind.stem(), line).0.to_vec(),
            part: self.part.part,
            row_number: i64::from(number),
            standing,
            line: line.to_owned(),
        });
    }

    /// Stores what is at hand; false where that failed.
    fn flush(&mut self) -> bool {
        if self.failed.is_none()
            && let Err(error) = self.stored(READING)
        {
            self.failed = Some(error);
        }
        self.failed.is_none()
    }

    fn stored(&mut self, state: &str) -> Result<(), IntakeError> {
        let id = self.job.import.id.as_str();
        self.rows.sort_unstable_by(|one, two| {
            (&one.account, &one.kind, &one.leaf).cmp(&(&two.account, &two.kind, &two.leaf))
        });
        let found = self.problems.len() + self.of_nobody.len();
        self.part.problems += i64::try_from(found).unwrap_or(i64::MAX);
        state.clone_into(&mut self.part.state);
        if self.problems.iter().any(|(account, _)| account.is_empty()) {
            self.unread.insert(String::new());
        }
        let of_nobody = self.of_nobody.iter().map(|problem| ("", problem));
        let all = self.problems.iter().map(|(account, problem)| (account.as_str(), problem)).chain(of_nobody);
        let problems = all.map(|(account, problem)| {
            reported(id, "reading", account, (self.part.part, problem.place.line.into()), &self.part.name, problem)
        });
        let problems: Vec<ImportProblemRow> = problems.collect();
        let totals = self.totals.iter().map(|((kind, column), total)| ImportTotalRow {
            import: id.to_owned(),
            part: self.part.part,
            kind: kind.stem().to_owned(),
            column_: (*column).to_owned(),
            total: total.to_string(),
        });
        let totals: Vec<ImportTotalRow> = totals.collect();
        self.job.change(|link, _| {
            link.add_import_rows(&self.rows, &self.mentions)?;
            link.list_import_problems(id, problems, super::MAX_LISTED)?;
            if self.list.is_some() {
                again::left_out(link, id, UNREAD, &self.unread)?;
            } else {
                link.mark_import_accounts(id, UNREAD, &self.unread)?;
            }
            link.put_import_totals(id, self.part.part, &totals)?;
            Ok(link.put_import_part(&self.part)?)
        })?;
        self.rows.clear();
        self.mentions.clear();
        self.problems.clear();
        self.of_nobody.clear();
        self.unread.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), IntakeError> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.stored(READ),
        }
    }
}

/// A problem as it is listed: by part and row where it is of a row that came.
pub(super) fn reported(
    import: &str,
    stage: &str,
    account: &str,
    (part, row): (i64, i64),
    file: &str,
    problem: &Problem,
) -> ImportProblemRow {
    let Place { sheet, column, field, .. } = &problem.place;
    let sheet = if sheet.is_empty() { String::new() } else { format!("{sheet}!") };
    let column = if *column == 0 || stage != "reading" { String::new() } else { format!(":{column}") };
    ImportProblemRow {
        import: import.to_owned(),
        number: 0,
        stage: stage.to_owned(),
        account: account.to_owned(),
        part,
        file: file.to_owned(),
        place: if row > 0 { format!("{sheet}{row}{column}") } else { String::new() },
        field: field.clone(),
        code: problem.code.to_string(),
        zh: problem.message(Lang::Zh),
        en: problem.message(Lang::En),
    }
}

impl From<StoreError> for BookError {
    fn from(error: StoreError) -> Self {
        Self::File { path: PathBuf::new(), source: io::Error::other(error) }
    }
}
