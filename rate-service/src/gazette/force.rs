//! What is in force: the documents that hold by a publication, and the law that they come to.

use rate_core::input::Examined;
use rate_core::rule_set::{Considered, Selection, WhyNot};
use rate_core::{NaiveDate, Parameters, RuleSet, RuleSetFile};

use super::GazetteError;
use super::document::{Document, document};
use crate::logbook::kept;
use crate::run::{ChosenLaw, LawFiles, RunError, with_averages};
use crate::store::{DocumentKind, DraftRow, Link, PublicationRow, StoreError};

/// The national documents, which only a key that reaches every area brings in.
const NATION: &str = "cn";

/// An area, those around it, and the nation: whose documents may count for it.
pub(super) fn lineage(area: &str) -> Vec<String> {
    let mut lineage = vec![area.to_owned(), NATION.to_owned()];
    let around = [2, 4].into_iter().filter_map(|digits| area.get(..digits)).map(|stem| format!("{stem:0<6}"));
    lineage.extend(around);
    lineage.sort_unstable();
    lineage.dedup();
    lineage
}

/// The documents of some areas, or of all, that hold, or may be tried, by a publication.
///
/// # Errors
/// As the store's.
pub(super) fn standing(
    link: &mut Link,
    areas: Option<&[String]>,
    kind: DocumentKind,
    by: Option<i64>,
) -> Result<Vec<(PublicationRow, DraftRow)>, StoreError> {
    let by = by.map_or_else(|| link.last_publication(), Ok)?;
    link.published(areas, kind, by)
}

/// A rule set as it was kept.
pub(super) fn examined(content: &str) -> Result<Examined, StoreError> {
    let read = RuleSetFile::parse_json(content).and_then(RuleSetFile::examine);
    read.map_err(|_| StoreError::Broken("a rule set that this version cannot read"))
}

pub(super) fn rules(content: &str) -> Result<RuleSet, StoreError> {
    kept::rule_set(content).map_err(|_| StoreError::Broken("a rule set that this version refuses"))
}

/// The parameters that hold for an area by a publication, the last one where none is named.
///
/// # Errors
/// As the store's.
pub fn parameters(link: &mut Link, area: &str, by: Option<i64>) -> Result<Parameters, StoreError> {
    let mut all = Parameters::default();
    for (_, row) in standing(link, Some(&lineage(area)), DocumentKind::Parameters, by)? {
        all.merge(read_parameters(&row.content)?);
    }
    Ok(all)
}

/// Parameters as they were kept.
pub(super) fn read_parameters(content: &str) -> Result<Parameters, StoreError> {
    let read = kept::parameters(content).ok().flatten();
    read.ok_or(StoreError::Broken("parameters that this version cannot read"))
}

/// The law of an area on a day by a publication, the last one where none is named, with the averages that came with a
/// book. What is on trial decides only where nothing that is published does.
///
/// # Errors
/// No set that decides; averages that stand there twice; the store's.
pub fn law(
    link: &mut Link,
    area: &str,
    on: NaiveDate,
    by: Option<i64>,
    averages: Parameters,
) -> Result<ChosenLaw, GazetteError> {
    let parameters = with_averages(parameters(link, area, by)?, averages)?;
    law_among(link, area, on, by, parameters)
}

/// As [`law`], with parameters in place of those that hold.
pub(super) fn law_among(
    link: &mut Link,
    area: &str,
    on: NaiveDate,
    by: Option<i64>,
    parameters: Parameters,
) -> Result<ChosenLaw, GazetteError> {
    let (mut published, mut tried) = (Vec::new(), Vec::new());
    for (publication, draft) in standing(link, Some(&[area.to_owned()]), DocumentKind::RuleSet, by)? {
        if publication.trial { &mut tried } else { &mut published }.push(rules(&draft.content)?);
    }
    match LawFiles::of(published.clone(), parameters.clone()).law(area, on) {
        Ok(mut chosen) => {
            let beside = tried.iter().map(|set| Considered { id: set.id().clone(), why_not: Some(WhyNot::OnTrial) });
            chosen.considered.extend(beside);
            chosen.considered.sort_by(|one, two| one.id.cmp(&two.id));
            Ok(chosen)
        }
        Err(RunError::Refused { .. }) if !tried.is_empty() => {
            published.extend(tried);
            Ok(LawFiles::of(published, parameters).law(area, on)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The law of a rule set that is known here, published or not, with the parameters that hold: what it would be on a day.
///
/// # Errors
/// A rule set that is unknown or refused, or that has no cycle for the day; the store's.
pub fn law_of(
    link: &mut Link,
    area: &str,
    digest: &rate_core::log::Digest,
    on: NaiveDate,
) -> Result<ChosenLaw, GazetteError> {
    let parameters = parameters(link, area, None)?;
    law_named(link, area, digest, on, parameters)
}

/// As [`law_of`], with parameters in place of those that hold.
pub(super) fn law_named(
    link: &mut Link,
    area: &str,
    digest: &rate_core::log::Digest,
    on: NaiveDate,
    parameters: Parameters,
) -> Result<ChosenLaw, GazetteError> {
    let document = document(link, area, DocumentKind::RuleSet, digest)?;
    let set = kept::rule_set(&document.content).map_err(|problems| GazetteError::Problems(problems.into_vec()))?;
    Ok(LawFiles::of(vec![set], parameters).law(area, on)?)
}

/// What is in force in an area on a day: the law, and the document of its rule set.
///
/// # Errors
/// As [`law`].
pub fn in_force(
    link: &mut Link,
    area: &str,
    on: NaiveDate,
    by: Option<i64>,
) -> Result<(ChosenLaw, Document), GazetteError> {
    let chosen = law(link, area, on, by, Parameters::default())?;
    let digest = digest(chosen.law.rules())?;
    let document = document(link, area, DocumentKind::RuleSet, &digest)?;
    Ok((chosen, document))
}

pub(super) fn digest(rules: &RuleSet) -> Result<rate_core::log::Digest, StoreError> {
    rate_core::log::Digest::from_hex(rules.digest()).ok_or(StoreError::Broken("a digest that is none"))
}

/// The document that one is told apart from where nobody names another: the one it takes the place of; else, of rule sets,
/// the one in force on its first day, or the last one that was; of parameters, none.
///
/// # Errors
/// As the store's.
pub(super) fn before(link: &mut Link, later: &Document) -> Result<Option<Document>, GazetteError> {
    if let Some(digest) = &later.supersedes {
        return document(link, &later.area, later.kind, digest).map(Some);
    }
    if later.kind == DocumentKind::Parameters {
        return Ok(None);
    }
    let own = examined(&later.content)?;
    let mut sets = Vec::new();
    for trial in [false, true] {
        let rows = standing(link, Some(std::slice::from_ref(&later.area)), DocumentKind::RuleSet, None)?;
        for (publication, draft) in rows {
            if publication.trial == trial && draft.digest != later.digest.0 {
                sets.push(rules(&draft.content)?);
            }
        }
        let alike =
            |set: &&RuleSet| set.form() == own.rules().form() && set.is_for_projects() == own.rules().is_for_projects();
        let alike: Vec<RuleSet> = sets.iter().filter(alike).cloned().collect();
        let first = own.rules().in_force().from();
        let area = &own.rules().id().area;
        let on_its_day = if own.rules().is_for_projects() {
            Selection::for_projects(&alike, area, first)
        } else {
            Selection::among(&alike, area, first)
        };
        let last = || alike.iter().max_by_key(|set| set.in_force().from());
        if let Some(found) = on_its_day.chosen.or_else(last) {
            let digest = digest(found)?;
            return document(link, &later.area, later.kind, &digest).map(Some);
        }
    }
    Ok(None)
}
