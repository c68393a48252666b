//! What only a law can see to be wrong with the facts: gaps in its windows, rows across its bounds.

use crate::calendar::{Month, MonthSpan};
use crate::error::{Code, Place, Problem, Problems};
use crate::experience;
use crate::history::{History, OpenMonths, Premium, PremiumKind};
use crate::rule_set::measure::{PremiumBasis, PremiumDay};
use crate::rule_set::{Denominator, Law, Numerator};

/// What the measures of a law need of premium rows.
struct Needs {
    rows: bool,
    base_rate: bool,
    received_on: bool,
}

impl Needs {
    fn of(law: &Law) -> Self {
        let mut needs = Self { rows: false, base_rate: false, received_on: false };
        for measure in law.rules().measures() {
            match measure.denominator {
                Denominator::Premium { basis, by, .. } => {
                    needs.rows = true;
                    needs.base_rate |= basis == PremiumBasis::AtBaseRate;
                    needs.received_on |= by == PremiumDay::Received;
                }
                Denominator::Headcount(_) => needs.rows = true,
                Denominator::One => {}
            }
            if let Numerator::Premium { by, .. } = measure.numerator {
                needs.rows = true;
                needs.received_on |= by == PremiumDay::Received;
            }
        }
        needs
    }
}

/// Refuses facts that the windows of a law cannot use, all problems at once.
///
/// # Errors
/// Codes `history.months.gap`, `history.months.crosses`, `history.classes.none`, `history.no-rate`.
pub fn admit(law: &Law, history: &History) -> Result<(), Problems> {
    let needs = Needs::of(law);
    let mut problems = Vec::new();
    let windows = law.windows().iter().take(law.windows_asked()).copied();
    for window in windows.chain(law.filled_window().filter(|_| law.changes().float_when_filled)) {
        admit_window(law, history, &needs, &window, &mut problems);
    }
    Problems::none_of(problems)
}

fn admit_window(law: &Law, history: &History, needs: &Needs, window: &MonthSpan, problems: &mut Vec<Problem>) {
    let mut covered_by_rows = 0;
    for row in history.premiums().iter().filter(|row| row.months.intersect(window).is_some()) {
        crosses(row, window, problems);
        if row.kind == PremiumKind::Regular {
            crosses_class(history, row, problems);
            covered_by_rows += covered(history, row, window);
            if needs.base_rate {
                needs_base(law, history, row, problems);
            }
        }
        if needs.received_on && row.received_on.is_none() {
            problems.push(Problem::new(Code::RowsEmpty, Place::field("premiums.received_on"), ["received_on"]));
        }
    }
    // Counting is cheap; the missing months are looked for only where some are missing.
    if needs.rows && covered_by_rows < history.covered_months(window) {
        let missing = missing_months(history, window);
        problems.push(Problem::new(Code::HistoryPremiumGap, Place::field("premiums.from"), [missing]));
    }
    for succession in history.successions() {
        admit_window(law, &succession.predecessor, needs, window, problems);
    }
}

/// Covered months of the window that a row is for.
fn covered(history: &History, row: &Premium, window: &MonthSpan) -> i32 {
    row.months.intersect(window).map_or(0, |shared| history.covered_months(&shared))
}

fn crosses(row: &Premium, window: &MonthSpan, problems: &mut Vec<Problem>) {
    for bound in [window.from(), window.to().plus(1)] {
        if row.months.from() < bound && bound <= row.months.to() {
            let values = [row.months.to_string(), "window / 观察期".to_owned(), bound.to_string()];
            problems.push(Problem::new(Code::HistoryPremiumCrosses, Place::field("premiums.to"), values));
        }
    }
}

fn crosses_class(history: &History, row: &Premium, problems: &mut Vec<Problem>) {
    let starts = history.classifications().iter().skip(1).map(|it| it.days.from());
    for start in starts.filter(|start| row.months.from().first_day() < *start && *start <= row.months.to().last_day()) {
        let values = [row.months.to_string(), "class / 行业类别".to_owned(), start.to_string()];
        problems.push(Problem::new(Code::HistoryPremiumCrosses, Place::field("premiums.to"), values));
    }
}

fn needs_base(law: &Law, history: &History, row: &Premium, problems: &mut Vec<Problem>) {
    let day = row.months.from().first_day();
    let class = law.class_on(history, day).map(|it| it.class);
    let Some(class) = class else {
        problems.push(Problem::new(Code::HistoryNoClass, Place::field("classifications.from"), [day]));
        return;
    };
    if experience::base_millionths(law, history, class, day).is_none() {
        problems.push(Problem::new(Code::HistoryNoRate, Place::field("premiums.from"), [day]));
    }
    let changes = law.change_days().iter();
    for change in changes.filter(|change| day < **change && **change <= row.months.to().last_day()) {
        let rate = |day| experience::base_millionths(law, history, class, day);
        if rate(crate::calendar::day_before(*change)) != rate(*change) {
            let values = [row.months.to_string(), "base rate / 基准费率".to_owned(), change.to_string()];
            problems.push(Problem::new(Code::HistoryPremiumCrosses, Place::field("premiums.to"), values));
        }
    }
}

/// The covered months of a window without a regular row, as runs.
fn missing_months(history: &History, window: &MonthSpan) -> String {
    let insured: Vec<OpenMonths> = history.insured().collect();
    let covered = |month: Month| insured.iter().any(|it| it.from <= month && it.to.is_none_or(|to| month <= to));
    let has_row = |month: Month| {
        history.premiums().iter().any(|row| row.kind == PremiumKind::Regular && row.months.contains(month))
    };
    let mut runs: Vec<(Month, Month)> = Vec::new();
    for offset in 0..window.months() {
        let month = window.from().plus(offset);
        if covered(month) && !has_row(month) {
            match runs.last_mut() {
                Some((_, last)) if last.plus(1) == month => *last = month,
                _ => runs.push((month, month)),
            }
        }
    }
    let text = |(from, to): &(Month, Month)| if from == to { from.to_string() } else { format!("{from} – {to}") };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}
