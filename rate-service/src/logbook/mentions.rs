//! Whether what is kept of what rows name is what the rows name: no entry covers it, and the check of a range reads by it.

use std::collections::BTreeSet;

use rate_core::input::book::TableKind;

use super::recording::mentions;
use super::verify::{Fault, FaultKind};
use crate::store::{Link, Mention, Store, StoreError};

/// Accounts that are looked at at a time.
const PAGE: usize = 1000;

/// Everything that is kept and no row names, and that rows name and is not kept.
pub(super) fn faults(store: &Store) -> Result<Vec<Fault>, StoreError> {
    store.read(|link| {
        let mut areas: BTreeSet<String> = link.areas()?.into_iter().collect();
        areas.extend(link.mentioning_areas()?);
        let mut faults = Vec::new();
        for area in areas {
            of_area(link, &area, &mut faults)?;
        }
        Ok(faults)
    })
}

fn of_area(link: &mut Link, area: &str, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let kinds = TableKind::ALL.iter().filter(|kind| !kind.naming().is_empty());
    let kinds: Vec<&str> = kinds.map(|kind| kind.stem()).collect();
    let mut after = String::new();
    loop {
        let mut page: BTreeSet<String> = link.ever_after(area, &after, PAGE)?.into_iter().collect();
        page.extend(link.mentioning_after(area, &after, PAGE)?);
        let page: Vec<String> = page.into_iter().take(PAGE).collect();
        let Some(last) = page.last() else { return Ok(()) };
        let mut named = BTreeSet::new();
        for row in link.ever_of(area, &page, &kinds)? {
            // A row that cannot be read was changed, and is a fault of its own.
            named.extend(mentions(&[row]).unwrap_or_default());
        }
        let kept = link.mentions_of(area, &page)?;
        faults.extend(named.difference(&kept).map(|it| fault(it, "missing / 缺失")));
        faults.extend(kept.difference(&named).map(|it| fault(it, "no row names it / 没有数据行提及")));
        after.clone_from(last);
    }
}

fn fault(mention: &Mention, detail: &str) -> Fault {
    let Mention { area, account, kind, other } = mention;
    Fault::new(FaultKind::Mention, format!("mentions/{area}/{account}/{kind}:{other}"), detail)
}
