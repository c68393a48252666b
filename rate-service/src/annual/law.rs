//! The law of a run, pinned when its facts are frozen: whatever is published later, all of it is decided under this.

use std::sync::Arc;

use rate_core::{Parameters, Refusal};

use super::AnnualError;
use super::findings::Frozen;
use super::request::Request;
use crate::logbook::kept::{self, Document};
use crate::pipeline;
use crate::run::{ChosenLaw, RunError, with_averages};
use crate::store::{DocumentKind, Link, RunLawRow, RunRow};

/// The documents of a law as they are pinned to a run.
pub(super) fn pinned(run: &str, chosen: &ChosenLaw) -> Vec<RunLawRow> {
    let (rule_set, parameters) = kept::documents(&chosen.law);
    let row = |(place, it): (i64, Document)| RunLawRow {
        run: run.to_owned(),
        place,
        kind: it.kind.as_str().to_owned(),
        name: it.name,
        digest: it.digest.0.to_vec(),
        content: it.text,
    };
    (0..).zip(std::iter::once(rule_set).chain(parameters)).map(row).collect()
}

/// The law that was pinned, compiled.
pub(super) fn compiled(link: &mut Link, row: &RunRow) -> Result<Arc<ChosenLaw>, AnnualError> {
    let (knowledge, frozen) = row.knowledge.zip(row.frozen.as_deref()).ok_or(AnnualError::Broken("no freeze"))?;
    let request = Request::read(&row.id, &row.area, &row.request)?;
    let averages = pipeline::of_area(link, &row.area, knowledge)?.checked().parameters;
    let (mut rules, mut parameters) = (None, Parameters::default());
    for it in link.run_law(&row.id)? {
        let wrong = |problems: rate_core::Problems| AnnualError::Run(RunError::Problems(problems.into_vec()));
        if it.kind == DocumentKind::RuleSet.as_str() {
            rules = Some(kept::rule_set(&it.content).map_err(wrong)?);
        } else if let Some(read) = kept::parameters(&it.content).map_err(wrong)? {
            parameters.merge(read);
        }
    }
    let rules = rules.ok_or(AnnualError::Broken("no rule set"))?;
    let parameters = with_averages(parameters, averages)?;
    let considered = Frozen::read(frozen)?.considered;
    let refused = |refusal: Refusal| RunError::Refused { refusal, considered: considered.clone() };
    let law = rules.law_for(&parameters, request.on).map_err(refused)?;
    let law = request.decided_on.map_or_else(|| law.clone(), |day| law.clone().decided_on(day));
    Ok(Arc::new(ChosenLaw { law, verdict: rules.report().verdict, considered }))
}
