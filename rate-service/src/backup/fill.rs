//! Filling an empty database: from a backup, or from another database.

use std::path::Path;

use super::check::each_line;
use super::line::{Sum, Summing, line};
use super::manifest::{Manifest, file};
use super::{BackupError, Far, newest_checkpoint};
use crate::logbook::FaultKind;
use crate::store::{Cell, Link, Place, Store, StoreError, Table};

/// The most rows that are held at a time, and about the most bytes.
const ROWS: usize = 1000;
const BYTES: usize = 4 << 20;

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Tables.
    pub tables: usize,
    /// Rows of all of them.
    pub rows: u64,
    /// Whether there is a log that can be verified.
    pub has_log: bool,
    /// The newest checkpoint of the log as it was signed; none before the first.
    pub checkpoint: Option<String>,
}

/// Gives every row of a table.
type Give<'g> = dyn FnMut(&Table, &mut dyn FnMut(Vec<Cell>) -> Result<(), BackupError>) -> Result<(), BackupError> + 'g;

/// Fills an empty database from a backup whose files were checked.
///
/// # Errors
/// A database that is not empty, or does not answer; rows that read back otherwise. Then it has no row.
pub fn restore(backup: &Path, manifest: &Manifest, to: &Place, far: &mut Far<'_>) -> Result<Copied, BackupError> {
    fill_from(backup, manifest, to, far)?;
    Ok(Copied {
        tables: manifest.tables.len(),
        rows: manifest.rows(),
        has_log: manifest.has_log(),
        checkpoint: manifest.checkpoint.clone(),
    })
}

pub(super) fn fill_from(backup: &Path, manifest: &Manifest, to: &Place, far: &mut Far<'_>) -> Result<(), BackupError> {
    let store = Store::open_empty(to, &manifest.versions)?;
    store.write(|link| {
        let tables = emptied(link)?;
        let listed: Option<Vec<Table>> = manifest.tables.iter().map(super::TableSum::table).collect();
        if listed.as_ref() != Some(&tables) {
            let what = "not the tables of these versions / 与所记版本的数据表不符";
            return Err(BackupError::fault(FaultKind::Backup, super::manifest::MANIFEST, what));
        }
        let mut give: Box<Give<'_>> = Box::new(|table, each| each_line(backup, table, &file(&table.name), each));
        let sums = fill(link, &tables, &mut give, manifest.rows(), far)?;
        let differs = manifest.tables.iter().zip(&sums).find(|(it, sum)| it.sum().as_ref() != Some(*sum));
        if let Some((it, _)) = differs {
            // The file was changed since it was checked.
            return Err(BackupError::fault(FaultKind::Backup, it.file(), ""));
        }
        // Whoever restores compares the checkpoint that is named with one kept elsewhere: it is that of the rows.
        if newest_checkpoint(link)? != manifest.checkpoint {
            let what = "names another checkpoint than the newest of its log / 所记检查点不是其日志的最新检查点";
            return Err(BackupError::fault(FaultKind::Backup, super::manifest::MANIFEST, what));
        }
        Ok(())
    })?;
    Ok(store.bring_up_to_date()?)
}

/// Copies all of a database into an empty one.
///
/// # Errors
/// As [`restore`]; a database that is written to meanwhile. Then the other one has no row.
pub fn move_store(from: &Store, to: &Place, far: &mut Far<'_>) -> Result<Copied, BackupError> {
    let versions = from.read(|link| link.versions().map_err(BackupError::from))?;
    let target = Store::open_empty(to, &versions)?;
    let copied = from.read(|source| {
        let counts = |link: &mut Link, tables: &[Table]| -> Result<Vec<u64>, StoreError> {
            tables.iter().map(|table| link.row_count(table)).collect()
        };
        let tables = source.tables()?;
        let before = counts(source, &tables)?;
        let checkpoint = newest_checkpoint(source)?;
        let rows = before.iter().sum();
        let written = target.write(|link| {
            let theirs = emptied(link)?;
            if tables.iter().map(|it| &it.name).ne(theirs.iter().map(|it| &it.name)) {
                return Err(BackupError::Store(StoreError::Broken("other tables than those of its version")));
            }
            let mut give: Box<Give<'_>> = Box::new(|table, each| source.each_row(table, each));
            fill(link, &tables, &mut give, rows, far)?;
            // A second look, behind the first: whoever wrote since would be left behind.
            let now = from.read(|again| counts(again, &tables).map_err(BackupError::from))?;
            let moved = tables.iter().zip(before.iter().zip(&now)).find(|(_, (before, now))| before != now);
            match moved {
                Some((table, _)) => Err(BackupError::fault(FaultKind::Moving, table.name.as_str(), "")),
                None => Ok(()),
            }
        });
        written?;
        let logged = tables.iter().zip(&before);
        let has_log = logged.filter(|(it, _)| matches!(it.name.as_str(), "signers" | "entries")).any(|it| *it.1 > 0);
        Ok::<_, BackupError>(Copied { tables: tables.len(), rows, has_log, checkpoint })
    })?;
    target.bring_up_to_date()?;
    Ok(copied)
}

/// The tables of a database without rows, asked under the lock of its writer.
fn emptied(link: &mut Link) -> Result<Vec<Table>, BackupError> {
    let tables = link.tables()?;
    link.check_empty(&tables)?;
    Ok(tables)
}

/// Copies tables, reads each back, and holds what was read back to what was given.
fn fill(
    link: &mut Link,
    tables: &[Table],
    give: &mut Give<'_>,
    all: u64,
    far: &mut Far<'_>,
) -> Result<Vec<Sum>, BackupError> {
    let (mut sums, mut done) = (Vec::with_capacity(tables.len()), 0);
    for table in tables {
        let given = copy(link, table, give, &mut |rows| far(done + rows, all))?;
        done += given.rows;
        sums.push(given);
    }
    link.look_over_tables(tables)?;
    for (table, given) in tables.iter().zip(&sums) {
        let mut back = Summing::default();
        link.each_row(table, &mut |cells| {
            back.line(line(&cells).as_bytes());
            Ok::<_, BackupError>(())
        })?;
        if back.sum() != *given {
            return Err(BackupError::fault(FaultKind::Copy, table.name.as_str(), ""));
        }
    }
    Ok(sums)
}

fn copy(link: &mut Link, table: &Table, give: &mut Give<'_>, far: &mut dyn FnMut(u64)) -> Result<Sum, BackupError> {
    let (mut summing, mut held, mut weight, mut rows) = (Summing::default(), Vec::new(), 0, 0);
    give(table, &mut |cells| {
        summing.line(line(&cells).as_bytes());
        weight += cells.iter().map(Cell::weight).sum::<usize>();
        held.push(cells);
        rows += 1;
        if held.len() == ROWS || weight >= BYTES {
            link.add_rows(table, std::mem::take(&mut held))?;
            weight = 0;
            far(rows);
        }
        Ok(())
    })?;
    link.add_rows(table, held)?;
    far(rows);
    Ok(summing.sum())
}
