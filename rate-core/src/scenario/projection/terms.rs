//! The annual settings that a projection goes through: those listed, then the last cycle's shape again and again.

use crate::calendar::{self, DateSpan, Month, MonthSpan, NaiveDate};
use crate::experience::Experience;
use crate::rule_set::{Cycle, Law};

/// One annual setting and the months of the projection that it gives rates for.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) law: Law,
    /// Months counted from the first that is simulated; the second is past the last.
    pub(super) months: (usize, usize),
    /// Whether the file lists it.
    pub(super) listed: bool,
    /// Whether it begins a cycle.
    pub(super) begins: bool,
    /// What is read for a grade that is carried.
    pub(super) nothing: Experience,
}

/// The settings from that of a law on, until some months are covered. `first` is the month the projection counts from.
///
/// A cycle without an end goes on: its last setting does.
pub(super) fn terms(law: &Law, first: Month, last: Month) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut next = Some(Step { law: law.clone(), listed: true });
    while let Some(step) = next {
        let days = *step.law.setting();
        let place = |month: Month| usize::try_from(month.since(first)).unwrap_or(0);
        let end = Month::of(days.last()).min(last);
        let begins = step.law.first_setting();
        let months = (place(Month::of(days.from())), place(end) + 1);
        let nothing = Experience::nothing(&step.law);
        terms.push(Term { law: step.law.clone(), months, listed: step.listed, begins, nothing });
        next = if Month::of(days.last()) < last { step.following() } else { None };
    }
    terms
}

struct Step {
    law: Law,
    listed: bool,
}

impl Step {
    /// The setting that begins the day after.
    fn following(&self) -> Option<Self> {
        let from = calendar::day_after(self.law.setting().to()?);
        let cycle = self.law.cycle();
        if let Some(place) = cycle.settings.iter().position(|it| it.from == from) {
            return Some(Self { law: self.law.in_setting(cycle, place)?, listed: self.listed });
        }
        if let Some(next) = self.law.next_cycle().filter(|it| it.rate_period.from() == from) {
            return Some(Self { law: self.law.in_setting(next, 0)?, listed: self.listed });
        }
        Some(Self { law: self.law.in_setting(&continued(cycle)?, 0)?, listed: false })
    }
}

/// A cycle of the same shape right behind another, its windows as far on. What belonged to one transition alone stays
/// behind: days added to a cycle, and rates that may only fall.
fn continued(cycle: &Cycle) -> Option<Cycle> {
    let whole = MonthSpan::of(&cycle.rate_period)?;
    let shift = whole.months();
    let length = cycle.prolonged.as_ref().map_or(shift, |it| Month::of(it.from).since(whole.from()));
    let months = |span: MonthSpan| MonthSpan::new(span.from().plus(shift), span.to().plus(shift));
    let day = |day: NaiveDate| calendar::months_after(day, u16::try_from(shift).unwrap_or(u16::MAX));
    let ends = cycle.prolonged.as_ref().map(|it| it.from);
    let mut settings = cycle.settings.clone();
    settings.retain(|it| ends.is_none_or(|end| it.from < end));
    for setting in &mut settings {
        setting.from = day(setting.from);
        setting.filled_window = setting.filled_window.and_then(months);
    }
    let last = whole.from().plus(shift + length - 1).last_day();
    Some(Cycle {
        id: format!("{}+{shift}", cycle.id),
        rate_period: DateSpan::new(day(cycle.rate_period.from()), Some(last))?,
        windows: cycle.windows.iter().copied().map(months).collect::<Option<_>>()?,
        settings,
        prolonged: None,
        settlement: cycle.settlement,
        not_above_last: None,
        basis: cycle.basis,
    })
}
