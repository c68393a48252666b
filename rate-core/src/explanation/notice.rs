//! What a notice to an employer says, computed before any text is made of it.

use super::Explanation;
use crate::amount::Rate;
use crate::calendar::{MonthSpan, NaiveDate};
use crate::citation::Basis;
use crate::deadline::{self, Deadline, Served};
use crate::decide;
use crate::decision::{Decision, StepKind};
use crate::experience::{self, Measured, Sums};
use crate::history::{ChargedRate, History};
use crate::margin::Margin;
use crate::premium::{self, PayrollBase};
use crate::rule_set::law::Source;
use crate::rule_set::{Denominator, Law, Verdict};
use crate::settlement::Settlement;
use crate::trend::Trend;

/// What stands on a notice and in no rule and no book: given by whoever sends it, never by a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particulars {
    /// Number of the notice (文号); empty where it has none yet.
    pub number: String,
    /// Name of the agency; empty where it is not given.
    pub agency: String,
    /// Day of issue; `None` leaves room for it.
    pub issued: Option<NaiveDate>,
    /// The days from which terms run.
    pub served: Served,
    /// What the check says of the rule set: a notice of one that may not be published says so.
    pub verdict: Verdict,
}

/// One year of a window, with what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearOf {
    /// Its months.
    pub months: MonthSpan,
    /// The measure over them; `NotAsked` where premium for months on both sides of its bounds is not split.
    pub value: Measured,
    /// Both sides; `None` where the year has none of its own.
    pub sums: Option<Sums>,
}

/// One measure over one window, with both its sides and its years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Place of the measure.
    pub measure: usize,
    /// Window, 0 for the one decided on.
    pub window: usize,
    /// Its months.
    pub months: MonthSpan,
    /// The value, or why there is none.
    pub value: Measured,
    /// Both sides.
    pub sums: Option<Sums>,
    /// Years of the window decided on, oldest first; empty where they say nothing more.
    pub years: Vec<YearOf>,
    /// Where the measure stands.
    pub source: Source,
}

/// Premium on the latest payroll known: an estimate, not a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The payroll.
    pub payroll: PayrollBase,
    /// Months that were added up, at most twelve.
    pub months: usize,
    /// Premium of these months, in fen.
    pub fen: i128,
    /// Premium of the same months at the previous rate, in fen, with that rate.
    pub before: Option<(Rate, i128)>,
}

/// How far a value stands on what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Footing {
    /// The document is silent, and a reading was taken.
    Assumed,
    /// Invented for a demonstration.
    Illustrative,
}

/// A value that the decision or the notice used and that was not read as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread<'n> {
    /// How far it stands.
    pub footing: Footing,
    /// The section it stands in, with its document.
    pub basis: &'n Basis,
    /// Its path within the section.
    pub path: &'n str,
}

/// Until when an employer may do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The announcement; `None` where the method says nothing of one.
    pub announcement: Option<Deadline>,
    /// The objection to the agency; `None` where the method says nothing of one.
    pub objection: Option<Deadline>,
    /// Administrative review; `None` where no term is stated.
    pub review: Option<Deadline>,
    /// Lawsuit; `None` where no term is stated.
    pub lawsuit: Option<Deadline>,
}

/// Everything a notice says: text is only made from it.
#[derive(Clone, Debug)]
#[doc(alias = "告知书")]
pub struct Notice<'n> {
    /// What its sender gave.
    pub particulars: &'n Particulars,
    /// The decision.
    pub decision: &'n Decision,
    /// The facts it was made from.
    pub history: &'n History,
    /// The last rate before it.
    pub previous: Option<&'n ChargedRate>,
    /// The measures asked about, in the order of the steps.
    pub measurements: Vec<Measurement>,
    /// Trend inside the window, where the account was measured.
    pub trend: Option<Trend>,
    /// Premium, where payroll is known.
    pub estimate: Option<Estimate>,
    /// What is settled, where the rate was decided late.
    pub settlement: Option<Settlement>,
    /// What would move the grade; `None` where the method does not show it.
    pub margins: Option<Vec<Margin>>,
    /// Terms.
    pub terms: Terms,
    /// What was assumed or invented, in the order of the files.
    pub unread: Vec<Unread<'n>>,
}

impl<'n> Notice<'n> {
    /// Computes what a notice of a decision says.
    pub fn of(decision: &'n Decision, history: &'n History, particulars: &'n Particulars) -> Self {
        let Explanation { margins, trend, payroll, settlement, .. } = Explanation::of(decision, history);
        let law = decision.law();
        let first_day = decision.schedule().segments().first().map(|segment| segment.days.from());
        let previous = first_day.and_then(|day| history.rate_before(day));
        let shown = law.rules().notice().is_some_and(|notice| notice.margins);
        Self {
            particulars,
            decision,
            history,
            previous,
            measurements: measurements(decision, history, trend.as_ref()),
            trend,
            estimate: payroll.map(|payroll| estimate(decision, payroll, previous)),
            settlement,
            margins: shown.then_some(margins),
            terms: terms(law, particulars.served),
            unread: unread(decision),
        }
    }
}

fn measurements(decision: &Decision, history: &History, trend: Option<&Trend>) -> Vec<Measurement> {
    let law = decision.law();
    // The decision stands, so its facts gave a standing.
    let windows = decide::standing::of(law, history).map(|standing| standing.windows(law).into_owned());
    let windows = windows.unwrap_or_default();
    let asked = decision.steps().iter().filter_map(|step| match step.kind {
        StepKind::Measured { measure, window, months, value } => {
            Some((measure, window, months, Measured::Value(value), step.source))
        }
        StepKind::Undefined { measure, window, months, cause } => {
            Some((measure, window, months, Measured::Undefined(cause), step.source))
        }
        _ => None,
    });
    // An account with orders is measured on each path it is decided on; the same figures are shown once.
    let mut shown = Vec::new();
    let fresh = asked.filter(|it| {
        let known = shown.contains(it);
        if !known {
            shown.push(*it);
        }
        !known
    });
    let measured = fresh.map(|(measure, window, months, value, source)| {
        let sums = experience::sums(law, history, measure, &months, windows.get(window + 1));
        let years = if window == 0 { years(law, history, measure, trend) } else { Vec::new() };
        Measurement { measure, window, months, value, sums, years, source }
    });
    measured.collect()
}

/// The years of a measure; growth over the window before has none, since a year is not compared with it.
fn years(law: &Law, history: &History, measure: usize, trend: Option<&Trend>) -> Vec<YearOf> {
    if law.rules().measures()[measure].denominator == Denominator::WindowBefore {
        return Vec::new();
    }
    let found = trend.and_then(|trend| trend.measures.iter().find(|it| it.measure == measure));
    let years = found.map(|it| it.years.as_slice()).unwrap_or_default();
    if years.len() < 2 {
        return Vec::new();
    }
    let each = years.iter().map(|year| {
        let own = year.value != Measured::NotAsked;
        let sums = own.then(|| experience::sums(law, history, measure, &year.months, None)).flatten();
        YearOf { months: year.months, value: year.value, sums }
    });
    each.collect()
}

fn estimate(decision: &Decision, payroll: PayrollBase, previous: Option<&ChargedRate>) -> Estimate {
    let schedule = decision.schedule();
    let bills = premium::bills(schedule, payroll.monthly);
    let at = |rate: Rate| premium::bills_at(rate, &bills, payroll.monthly, schedule.premium_mode());
    let before = previous.map(|rate| (rate.charged, at(rate.charged)));
    Estimate { payroll, months: bills.len(), fen: premium::total(&bills), before }
}

fn terms(law: &Law, served: Served) -> Terms {
    let (notice, remedies) = (law.rules().notice(), law.rules().remedies());
    let objection = notice.and_then(|notice| notice.objection.as_ref());
    Terms {
        announcement: notice.filter(|it| it.announced.is_some()).map(|it| deadline::announcement(law, it, served)),
        objection: objection.map(|it| deadline::objection(law, it, served)),
        review: remedies.and_then(|it| it.review.as_ref()).map(|it| deadline::remedy(law, it, served)),
        lawsuit: remedies.and_then(|it| it.lawsuit.as_ref()).map(|it| deadline::remedy(law, it, served)),
    }
}

/// What the steps used, and what the notice itself says of objection and remedies.
fn unread(decision: &Decision) -> Vec<Unread<'_>> {
    let law = decision.law();
    let (notice, remedies) = (law.rules().notice(), law.rules().remedies());
    let told = notice.into_iter().flat_map(|it| [Some(it.basis), it.objection.as_ref().map(|it| it.basis)]);
    let given = remedies
        .into_iter()
        .flat_map(|it| [Some(it.basis), it.review.map(|review| review.basis), it.lawsuit.map(|lawsuit| lawsuit.basis)]);
    let said = told.chain(given).flatten().map(Source::Rules);
    let mut sources: Vec<Source> = decision.steps().iter().map(|step| step.source).chain(said).collect();
    sources.sort_unstable();
    sources.dedup();
    let each = sources.into_iter().filter_map(|source| law.basis(source)).flat_map(|basis| {
        let listed = [(Footing::Assumed, &basis.assumed), (Footing::Illustrative, &basis.illustrative)];
        listed.into_iter().flat_map(move |(footing, paths)| {
            paths.iter().map(move |path| Unread { footing, basis, path: path.as_str() })
        })
    });
    let mut found: Vec<Unread<'_>> = each.collect();
    found.sort_by_key(|it| it.footing);
    found
}
