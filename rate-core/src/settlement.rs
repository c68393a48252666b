//! What is settled once a rate is decided: premium posted until then against the new rate, row by row, exact in fen.

use std::cmp::Ordering;

use crate::amount::{Money, Rate};
use crate::calendar::{self, MonthSpan, NaiveDate};
use crate::decision::{Decision, Schedule};
use crate::error::{Code, Place, Problem, Problems};
use crate::history::{History, Premium, PremiumKind, words};
use crate::rule_set::law::Source;
use crate::rule_set::settlement::{Overpaid, Underpaid};

words! {
    /// What becomes of the difference of a line.
    pub enum Then {
        /// It is paid back.
        Refund = "refund",
        /// It is set off against later premium.
        SetOff = "set-off",
        /// It is collected.
        Collect = "collect",
        /// It was posted too low, and nobody asks for it.
        Waived = "waived",
        /// There is none.
        Even = "even",
        /// An amount settled before.
        Settled = "settled",
        /// The method does not say.
        Unsaid = "unsaid",
    }
}

/// One premium row held against the new rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its months.
    pub months: MonthSpan,
    /// Its payroll.
    pub payroll: Money,
    /// The new rate; `None` for an amount settled before.
    pub rate: Option<Rate>,
    /// Premium due as posted.
    pub posted: Money,
    /// What of that was paid with the row.
    pub paid: Money,
    /// What of that was relieved, and paid by nobody.
    pub relieved: Money,
    /// Premium due at the new rate: payroll times rate, rounded once as the rule set says.
    pub due: Money,
    /// What becomes of the difference.
    pub then: Then,
}

impl Line {
    /// Due now less posted, in fen: positive was posted too low.
    pub fn difference(&self) -> i128 {
        i128::from(self.due.fen()) - i128::from(self.posted.fen())
    }
}

/// The settlement of one account in one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "多退少补")]
pub struct Settlement {
    /// Day the rate was decided.
    pub decided_on: NaiveDate,
    /// What it rests on.
    pub source: Source,
    /// Rows, by first month; amounts settled before after them. Never empty.
    pub lines: Vec<Line>,
}

impl Settlement {
    /// Holds premium posted for months that began before the day decided against the new rate.
    ///
    /// `None` where the method settles nothing, the rate was decided in time, or nothing was posted.
    ///
    /// # Errors
    /// `history.months.crosses`: a row lies across a bound of the setting, of cover or of a rate. It is not split by
    /// guess.
    pub fn of(decision: &Decision, history: &History) -> Result<Option<Self>, Problems> {
        let law = decision.law();
        let rules = law.settlement().and_then(|rules| Some((rules.difference?, Source::Rules(rules.basis))));
        let Some((((overpaid, underpaid), source), decided_on)) = rules.zip(law.decided_late()) else {
            return Ok(None);
        };
        let lines = held_against(decision, history, Some((overpaid, underpaid)), |row| {
            row.months.from().first_day() < decided_on
        })?;
        Ok((!lines.is_empty()).then_some(Self { decided_on, source, lines }))
    }

    /// The sum of the differences that one thing becomes of, in fen.
    pub fn sum(&self, then: Then) -> i128 {
        self.lines.iter().filter(|line| line.then == then).map(Line::difference).sum()
    }

    /// What is left to be settled, in fen: to be collected, or, below zero, to be given back. What is waived is not in it.
    pub fn left(&self) -> i128 {
        self.lines.iter().filter(|line| line.then != Then::Waived).map(Line::difference).sum()
    }
}

/// Holds every premium row of the setting against rates that were determined again: the difference is what the method says
/// of rates decided late, and else only told.
///
/// # Errors
/// As [`Settlement::of`].
pub fn again(decision: &Decision, history: &History) -> Result<Vec<Line>, Problems> {
    let then = decision.law().settlement().and_then(|rules| rules.difference);
    held_against(decision, history, then, |_| true)
}

/// Premium rows of the setting against the rates of a decision, by first month; amounts settled before after them.
fn held_against(
    decision: &Decision,
    history: &History,
    then: Option<(Overpaid, Underpaid)>,
    counts: impl Fn(&Premium) -> bool,
) -> Result<Vec<Line>, Problems> {
    let setting = decision.law().setting();
    let posted = history.premiums().iter().filter(|row| row.months.days().intersect(setting).is_some() && counts(row));
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for row in posted {
        let line = match row.kind {
            PremiumKind::Regular => regular(row, decision, then),
            PremiumKind::Settlement => settled(row, decision).map(Some),
            // These carry no payroll: what they would come to at another rate cannot be said.
            PremiumKind::Arrears | PremiumKind::Refund => Ok(None),
        };
        match line {
            Ok(line) => lines.extend(line),
            Err(problem) => problems.push(problem),
        }
    }
    Problems::none_of(problems)?;
    lines.sort_by_key(|line| (line.rate.is_none(), line.months.from()));
    Ok(lines)
}

fn crosses(row: &Premium, what: &str, bound: NaiveDate) -> Problem {
    let values = [row.months.to_string(), what.to_owned(), bound.to_string()];
    Problem::new(Code::HistoryPremiumCrosses, Place::field("premiums.to"), values)
}

/// The first day of a row that lies outside the setting while others lie inside.
fn outside(row: &Premium, decision: &Decision) -> Option<Problem> {
    let (setting, days) = (decision.law().setting(), row.months.days());
    let before = (days.from() < setting.from()).then_some(setting.from());
    let after = setting.to().filter(|last| *last < days.last()).map(calendar::day_after);
    before.or(after).map(|bound| crosses(row, "setting / 执行期", bound))
}

/// The one rate of all days of a row; `None` where none of its days is insured.
fn rate_of(row: &Premium, schedule: &Schedule) -> Result<Option<Rate>, Problem> {
    let days = row.months.days();
    let mut found: Option<Rate> = None;
    let mut next = days.from();
    for segment in schedule.segments() {
        let Some(shared) = segment.days.intersect(&days) else { continue };
        if shared.from() != next {
            return Err(crosses(row, "cover / 参保时段", shared.from()));
        }
        if found.is_some_and(|rate| rate != segment.rate) {
            return Err(crosses(row, "rate / 费率", shared.from()));
        }
        found = Some(segment.rate);
        next = calendar::day_after(shared.last());
    }
    match found {
        Some(_) if next <= days.last() => Err(crosses(row, "cover / 参保时段", next)),
        found => Ok(found),
    }
}

fn regular(row: &Premium, decision: &Decision, then: Option<(Overpaid, Underpaid)>) -> Result<Option<Line>, Problem> {
    outside(row, decision).map_or(Ok(()), Err)?;
    let schedule = decision.schedule();
    let Some(rate) = rate_of(row, schedule)? else { return Ok(None) };
    let unknown = || Problem::new(Code::HistoryNoRate, Place::field("premiums.payroll_fen"), [row.months.from()]);
    let due = rate.premium_on(row.payroll, schedule.premium_mode()).ok_or_else(unknown)?;
    let Premium { months, payroll, due: posted, paid, relieved, .. } = *row;
    let then = match (due.cmp(&posted), then) {
        (Ordering::Equal, _) => Then::Even,
        (_, None) => Then::Unsaid,
        (Ordering::Less, Some((Overpaid::Refund, _))) => Then::Refund,
        (Ordering::Less, Some((Overpaid::SetOff, _))) => Then::SetOff,
        (Ordering::Greater, Some((_, Underpaid::Collect))) => Then::Collect,
        (Ordering::Greater, Some((_, Underpaid::Waive))) => Then::Waived,
    };
    Ok(Some(Line { months, payroll, rate: Some(rate), posted, paid, relieved, due, then }))
}

/// What was settled before counts against what is to be settled now: a second run asks for nothing twice.
fn settled(row: &Premium, decision: &Decision) -> Result<Line, Problem> {
    outside(row, decision).map_or(Ok(()), Err)?;
    let Premium { months, due: posted, paid, relieved, .. } = *row;
    let (payroll, due) = (Money::ZERO, Money::ZERO);
    Ok(Line { months, payroll, rate: None, posted, paid, relieved, due, then: Then::Settled })
}
