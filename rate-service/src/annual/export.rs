//! The files of a run, made again a range at a time: the same bytes as those of a run on files over the same facts.

use std::path::Path;
use std::sync::Arc;

use rate_core::Lang;

use super::AnnualError;
use super::reading;
use super::work::{frame, portion};
use crate::run::{Run, RunFiles, RunWorkbook, fits_rows};
use crate::store::{RunRow, Store};

/// What is written of a run.
#[derive(Clone, Copy, Debug)]
pub struct Export<'e> {
    /// The directory.
    pub dir: &'e Path,
    /// The language of its texts.
    pub lang: Lang,
    /// Its lists as one workbook too.
    pub xlsx: bool,
}

/// Writes the files of a run whose accounts are all decided.
///
/// # Errors
/// A run that is unknown or not decided; files that cannot be written; lists longer than a sheet.
pub fn export(store: &Arc<Store>, run: &str, Export { dir, lang, xlsx }: Export<'_>) -> Result<(), AnnualError> {
    let row = decided(store, run)?;
    let (whole, summary) = (store.read(|link| frame(link, &row))?, reading::summary(store, run)?);
    let mut workbook = None;
    if xlsx {
        let longest = usize::try_from(summary.counts[0]).unwrap_or(usize::MAX).max(whole.diagnosis.findings.len());
        fits_rows(longest, dir)?;
        workbook = Some(RunWorkbook::create(dir, lang)?);
    }
    let mut files = RunFiles::create(dir, lang)?;
    files.add(&whole)?;
    each(store, &row, &whole, &mut |run| {
        files.add(run)?;
        Ok(workbook.iter_mut().try_for_each(|workbook| workbook.add(run))?)
    })?;
    files.finish(&whole, &summary)?;
    Ok(workbook.map_or(Ok(()), |workbook| workbook.finish(&whole, &summary))?)
}

/// Hands a run over a range of accounts at a time.
pub(super) fn each(
    store: &Store,
    row: &RunRow,
    whole: &Run,
    take: &mut dyn FnMut(&Run) -> Result<(), AnnualError>,
) -> Result<(), AnnualError> {
    for chunk in store.read(|link| link.chunks(&row.id))? {
        take(&portion(store, row, &whole.chosen, &chunk, &mut |_, _| {})?)?;
    }
    Ok(())
}

/// A run whose accounts are all decided.
pub(super) fn decided(store: &Store, run: &str) -> Result<RunRow, AnnualError> {
    let progress = reading::progress(store, run)?;
    if progress.chunks[1] == 0 || progress.chunks[0] < progress.chunks[1] {
        return Err(AnnualError::unfit("运行尚未核定完毕", "not every account of the run is decided yet"));
    }
    store.read(|link| link.run(run))?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))
}
