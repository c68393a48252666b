//! Taking a backup: every table of one state, a file each, the manifest last.

use std::fs::{self, DirBuilder};
use std::io::{BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::line::{Sum, Summing, line};
use super::manifest::{Manifest, TableSum, create, file};
use super::{BackupError, Far, newest_checkpoint};
use crate::store::{Link, Store, Table};

/// Writes a backup to a directory that is not there yet, or empty. Nobody who writes to the store is kept waiting.
///
/// # Errors
/// A directory that holds something, a database that does not answer, files that cannot be written; what was written by
/// then is taken away.
pub fn take(store: &Store, dir: &Path, now: &str, far: &mut Far<'_>) -> Result<Manifest, BackupError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(BackupError::at(dir))?;
    if fs::read_dir(dir).map_err(BackupError::at(dir))?.next().is_some() {
        return Err(BackupError::NotEmpty(dir.to_owned()));
    }
    let taken = store.read(|link| state(link, dir, now, far)).and_then(|manifest| {
        manifest.write(dir)?;
        Ok(manifest)
    });
    if taken.is_err() {
        // All of it is ours; why it failed is said below, whatever becomes of this.
        let _ = fs::remove_dir_all(dir);
    }
    taken
}

fn state(link: &mut Link, dir: &Path, now: &str, far: &mut Far<'_>) -> Result<Manifest, BackupError> {
    let (tables, mut all) = (link.tables()?, 0);
    for table in &tables {
        all += link.row_count(table)?;
    }
    let (mut sums, mut done) = (Vec::with_capacity(tables.len()), 0);
    for table in &tables {
        let sum = write(link, table, &dir.join(file(&table.name)), &mut |rows| far(done + rows, all))?;
        done += sum.rows;
        sums.push(TableSum::of(table, &sum));
    }
    Ok(Manifest::new(now, link.versions()?, newest_checkpoint(link)?, sums))
}

fn write(link: &mut Link, table: &Table, path: &Path, far: &mut dyn FnMut(u64)) -> Result<Sum, BackupError> {
    let mut out = BufWriter::new(create(path).map_err(BackupError::at(path))?);
    let (mut summing, mut rows) = (Summing::default(), 0);
    link.each_row(table, &mut |cells| {
        let line = line(&cells);
        summing.line(line.as_bytes());
        rows += 1;
        far(rows);
        out.write_all(line.as_bytes()).map_err(BackupError::at(path))
    })?;
    let synced = out.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all());
    synced.map_err(BackupError::at(path))?;
    Ok(summing.sum())
}
