//! What only a law can see to be wrong with the facts: gaps in its windows, rows across its bounds.

use crate::calendar::{Month, MonthSpan, NaiveDate, day_after, day_before};
use crate::decide::standing;
use crate::error::{Code, Place, Problem, Problems};
use crate::experience;
use crate::history::{History, OpenMonths, OrderKind, Payer, Premium, PremiumKind};
use crate::rule_set::measure::PaymentDay;
use crate::rule_set::{Law, Needs};

/// Refuses facts that the windows of a law cannot use, all problems at once.
///
/// # Errors
/// Codes `history.months.gap`, `history.months.crosses`, `history.classes.none`, `history.no-rate`.
pub fn admit(law: &Law, history: &History) -> Result<(), Problems> {
    let first_day = standing::first_day(law, history)?;
    let needs = law.needs();
    let mut problems = Vec::new();
    let windows = law.windows().iter().take(law.windows_asked()).copied();
    let fills = |_: &MonthSpan| law.changes().float_when_filled && standing::carried(law, history, first_day).is_none();
    for window in windows.chain(law.filled_window().filter(fills)) {
        admit_window(law, history, needs, &window, &mut problems);
    }
    needs_payment_days(law, history, needs, &mut problems);
    Problems::none_of(problems)
}

/// A payment of the fund without the day that decides its window would silently count nowhere.
fn needs_payment_days(law: &Law, history: &History, needs: &Needs, problems: &mut Vec<Problem>) {
    let Some(by) = needs.payment_day else { return };
    let borne = history.claims().iter().filter(|claim| law.bears(history, claim));
    let mut payments = borne.flat_map(|claim| &claim.payments).filter(|payment| payment.payer == Payer::Fund);
    let (column, missing) = match by {
        PaymentDay::Determined => ("determined_on", payments.any(|it| it.determined_on.is_none())),
        PaymentDay::Accounted => ("accounted_on", payments.any(|it| it.accounted_on.is_none())),
        PaymentDay::Paid => return,
    };
    if missing {
        problems.push(Problem::new(Code::RowsEmpty, Place::field(format!("payments.{column}")), [column]));
    }
    for succession in history.successions() {
        needs_payment_days(law, &succession.predecessor, needs, problems);
    }
}

fn admit_window(law: &Law, history: &History, needs: &Needs, window: &MonthSpan, problems: &mut Vec<Problem>) {
    let mut covered_by_rows = 0;
    for row in history.premiums().iter().filter(|row| row.months.intersect(window).is_some()) {
        crosses(row, window, problems);
        if row.kind == PremiumKind::Regular {
            crosses_class(law, history, row, problems);
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

/// A row may not cross the day on which the class changes; a class determined again as it was is no change.
fn crosses_class(law: &Law, history: &History, row: &Premium, problems: &mut Vec<Problem>) {
    let by_dispatched = law.by_dispatched(history).is_some();
    if history.classifications().len() < 2 && history.orders().is_empty() && !by_dispatched {
        return;
    }
    let pairs = history.classifications().windows(2).filter(|pair| pair[0].class != pair[1].class);
    let mut starts: Vec<NaiveDate> = pairs.map(|pair| pair[1].days.from()).collect();
    if by_dispatched {
        // Where most workers are may change whenever a group of them comes or goes.
        let bounds = history.dispatched().iter().flat_map(|it| [Some(it.days.from()), it.days.to().map(day_after)]);
        starts.extend(bounds.flatten());
    }
    let ordered = history.orders().iter().filter(|order| order.what.kind() == OrderKind::Class);
    starts.extend(ordered.flat_map(|it| [Some(it.days.from()), it.days.to().map(day_after)]).flatten());
    if by_dispatched || !history.orders().is_empty() {
        let class = |day| law.class_on(history, day).map(|it| it.class);
        starts.retain(|start| class(day_before(*start)) != class(*start));
        starts.sort_unstable();
        starts.dedup();
    }
    let inside = |start: &NaiveDate| row.months.from().first_day() < *start && *start <= row.months.to().last_day();
    for start in starts.into_iter().filter(inside) {
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
    let change_days = law.change_days(history);
    let changes = change_days.iter();
    for change in changes.filter(|change| day < **change && **change <= row.months.to().last_day()) {
        let rate = |day| experience::base_millionths(law, history, class, day);
        if rate(day_before(*change)) != rate(*change) {
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
