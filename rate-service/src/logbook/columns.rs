//! Whether rows can be found, and stand under what they are about: no entry covers the columns by which a row is found, and
//! whoever reads by them would take one account's row for another's, or miss it.

use std::collections::BTreeSet;

use rate_core::input::book::TableKind;
use rate_core::record::{Body, Entry, Event};

use super::verify::{Fault, FaultKind};
use crate::pipeline::cells;
use crate::store::{FactRow, Link, Store, StoreError};

/// Rows that are looked at at a time.
const PAGE: usize = 2000;

/// The tables that entries and checkpoints cover, and what is kept of what rows name.
const COVERED: [&str; 8] =
    ["bodies", "checkpoints", "documents", "entries", "facts", "knowledge", "mentions", "signers"];

/// Everything by which the database would not find a row that stands in it: values of another sort than their column, which
/// read alike and compare as others, and indexes that lack it. Where there is any, lists by account have no end to trust.
pub(super) fn unfindable(store: &Store) -> Result<Vec<Fault>, StoreError> {
    store.read(|link| {
        let misfits = link.misfits(&COVERED)?.into_iter().map(|(column, rows)| {
            let what = format!("{rows}: values of another sort than the column's / {rows} 处的值不是该列的类型");
            Fault::new(FaultKind::Unreadable, column, what)
        });
        let mut faults: Vec<Fault> = misfits.collect();
        faults.extend(link.damages()?.into_iter().map(|what| Fault::new(FaultKind::Unreadable, "database", what)));
        Ok(faults)
    })
}

/// Everything that stands under another account, area or place than it says itself, and bodies of runs that no entry names.
pub(super) fn faults(store: &Store) -> Result<Vec<Fault>, StoreError> {
    // One state: a writer may be adding to it meanwhile.
    store.read(|link| {
        let mut faults = Vec::new();
        let events = link.entries_from(0)?.into_iter().filter_map(|row| Some(Entry::read(&row.entry).ok()?.event));
        let runs: BTreeSet<String> =
            events.filter_map(|event| if let Event::Run(run) = event { Some(run.id) } else { None }).collect();
        for id in link.runs_of_bodies()? {
            if runs.contains(&id) {
                bodies(link, &id, &mut faults)?;
            } else {
                let what = "no entry names the run / 没有条目指明该运行";
                faults.push(Fault::new(FaultKind::Body, format!("runs/{id}"), what));
            }
        }
        for area in link.areas()? {
            facts(link, &area, &mut faults)?;
        }
        Ok(faults)
    })
}

fn bodies(link: &mut Link, run: &str, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let (mut from, mut number) = (0, 0);
    loop {
        let page = link.bodies_from(run, from, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.place.saturating_add(1);
        for row in &page {
            // What cannot be read was changed, and is a fault of its own.
            let elsewhere = Body::read(&row.body)
                .is_ok_and(|it| it.account.area != row.area || it.account.number != row.account || row.place != number);
            number += 1;
            if elsewhere {
                let what =
                    format!("filed under {}/{} at {} / 所列单位或位次与记录不符", row.area, row.account, row.place);
                faults.push(Fault::new(FaultKind::Misplaced, format!("runs/{run}/bodies:{number}"), what));
            }
        }
    }
}

fn facts(link: &mut Link, area: &str, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let kinds: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
    let mut page: Vec<String> = vec![String::new()];
    loop {
        for row in link.ever_of(area, &page, &kinds)? {
            if !is_in_place(&row) {
                let place = format!("facts/{:06}/{}", row.knowledge, row.kind);
                let what = format!("filed under {}/{} / 所列单位与数据行不符", row.area, row.account);
                faults.push(Fault::new(FaultKind::Facts, place, what));
            }
        }
        let after = page.pop().unwrap_or_default();
        page = link.ever_after(area, &after, PAGE)?;
        if page.is_empty() {
            return Ok(());
        }
    }
}

fn is_in_place(row: &FactRow) -> bool {
    let said = TableKind::from_stem(&row.kind).and_then(|kind| cells(kind, &row.line, ["area", "account"]));
    said.is_some_and(|[area, account]| area == row.area && account == row.account)
}
