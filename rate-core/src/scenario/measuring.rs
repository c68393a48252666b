//! What a law reads in the facts, and what was read: kept, so that a law that reads the same need not read again.

use super::columns::{Alike, Columns, Finding};
use super::shards::{SHARD, Workers};
use crate::amount::Money;
use crate::calendar::{DateSpan, Month, NaiveDate};
use crate::decide;
use crate::error::{Code, Problems};
use crate::experience;
use crate::history::{Classification, History, OpenMonths};
use crate::premium;
use crate::rule_set::{Law, Measure};

/// What a law found in the facts of everybody, in the order of the portfolio, shard by shard as it was found.
#[derive(Debug)]
pub(crate) struct Measuring {
    law: Law,
    shards: Vec<Columns>,
}

impl Measuring {
    /// Reads the facts of everybody under a law.
    pub(crate) fn of(law: &Law, histories: &[History], workers: Workers<'_>) -> Self {
        let measured = law.rules().measures().len() * law.windows_asked();
        let read = |_, shard: &[History]| Columns::of(measured, shard.iter().map(|it| found(law, it)));
        Self { law: law.clone(), shards: workers.shards(histories, read) }
    }

    /// Does work on what was found, shard by shard, each with the place of its first account; results in order.
    pub(crate) fn in_shards<R: Send>(
        &self,
        workers: Workers<'_>,
        work: impl Fn(usize, &Columns) -> R + Sync,
    ) -> Vec<R> {
        workers.each(&self.shards, |shard, found| work(shard * SHARD, found))
    }

    /// What was found, shard by shard.
    #[cfg(test)]
    pub(crate) fn shards(&self) -> &[Columns] {
        &self.shards
    }

    /// Whether another law reads the same in the same facts.
    pub(crate) fn serves(&self, law: &Law) -> bool {
        reads_alike(&self.law, law)
    }
}

fn found(law: &Law, history: &History) -> Result<Finding, Code> {
    // An account may have several problems; the first is what a count of them goes by.
    let code = |problems: Problems| problems.iter().next().map_or(Code::HistoryNotCovered, |it| it.code);
    decide::admit::admit(law, history).map_err(code)?;
    let standing = decide::standing::of(law, history).map_err(code)?;
    let experience = experience::measure_over(law, history, &standing.windows(law));
    let base = premium::payroll_base(history, standing.first_day);
    let (payroll, heads) = base.map_or((Money::ZERO, 0), |base| (base.monthly, base.heads));
    let previous = history.rate_before(standing.first_day).map(|rate| rate.charged);
    let alike = Alike { previous, plain: is_plain(law.setting(), history), standing };
    Ok(Finding { alike, experience, payroll, heads })
}

/// Whether nothing in the facts parts the days of a setting: one spell, one class, no event, order or predecessor.
fn is_plain(setting: &DateSpan, history: &History) -> bool {
    let holds = |from, to: Option<NaiveDate>| {
        from <= setting.from() && to.is_none_or(|to| setting.to().is_some_and(|end| end <= to))
    };
    let spells = |it: OpenMonths| holds(it.from.first_day(), it.to.map(Month::last_day));
    let classes = |it: &Classification| it.class.is_some() && holds(it.days.from(), it.days.to());
    history.insured().any(spells)
        && history.classifications().iter().any(classes)
        && history.events().is_empty()
        && history.orders().is_empty()
        && history.dispatched().is_empty()
        && history.successions().is_empty()
}

/// Whether two laws read the same in any facts: measures, windows, who takes part, whose facts are added.
///
/// What they do with it may differ: tables, results, limits, base rates.
fn reads_alike(one: &Law, two: &Law) -> bool {
    let (rules, other) = (one.rules(), two.rules());
    rules.id().area == other.id().area
        && one.semantics() == two.semantics()
        && rules.measures() == other.measures()
        && one.asked() == two.asked()
        && one.windows() == two.windows()
        && one.filled_window() == two.filled_window()
        && (one.setting(), one.first_setting(), one.decided_late())
            == (two.setting(), two.first_setting(), two.decided_late())
        && one.cycle().rate_period == two.cycle().rate_period
        && one.cycle().not_above_last.is_some() == two.cycle().not_above_last.is_some()
        && one.participation() == two.participation()
        && one.attribution() == two.attribution()
        && one.changes() == two.changes()
        && one.counts_from_last_grade() == two.counts_from_last_grade()
        && rules.adjustments() == other.adjustments()
        && rules.ladder() == other.ladder()
        && rules.classes() == other.classes()
        && rules.projects() == other.projects()
        && reads_parameters_alike(one, two)
}

/// Parameters are read for classes that nobody determined, for averages, and for premiums at base rates.
fn reads_parameters_alike(one: &Law, two: &Law) -> bool {
    let measures = one.rules().measures();
    let averages = measures.iter().any(|it| it.relative_to.is_some());
    let at_base = measures.iter().any(Measure::is_at_base_rates);
    let (one, two) = (one.parameters(), two.parameters());
    one.industries() == two.industries()
        && (!averages || one.statistics() == two.statistics())
        && (!at_base || one.vectors() == two.vectors())
}
