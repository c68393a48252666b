//! Adjustments of limited use: what an account has used of them, and whether it may use one again.

use super::Outcome;
use crate::calendar::NaiveDate;
use crate::history::{ChargedRate, Event, EventKind, History, SuccessionKind};
use crate::rule_set::{Adjustment, Law, Uses};

/// What one use is called in a rate: the adjustment, its event where each event counts, the first day of the cycle.
struct Use<'u> {
    adjustment: &'u str,
    event: Option<&'u str>,
    cycle: NaiveDate,
}

impl Use<'_> {
    /// Spaces separate uses in a rate, so a name has none.
    fn name(&self) -> String {
        let event = self.event.map(|event| format!(":{}", event.replace(' ', "_"))).unwrap_or_default();
        format!("{}{event}@{}", self.adjustment, self.cycle)
    }

    /// Whether a use that an earlier rate names is this one, in an earlier cycle. A name without a cycle is of one.
    fn was(&self, name: &str) -> bool {
        let (what, cycle) = name.split_once('@').map_or((name, None), |(what, cycle)| (what, Some(cycle)));
        let (adjustment, event) = what.split_once(':').map_or((what, None), |(id, event)| (id, Some(event)));
        let other_cycle = cycle.is_none_or(|cycle| cycle != self.cycle.to_string());
        let same_event = self.event.is_none_or(|own| event.is_none_or(|other| other == own.replace(' ', "_")));
        adjustment == self.adjustment && same_event && other_cycle
    }
}

/// Whether an adjustment may help an account, by one of its events where each counts by itself.
pub(super) fn granted(law: &Law, history: &History, adjustment: &Adjustment, event: Option<&Event>) -> bool {
    let Some(uses) = adjustment.uses else { return true };
    let event = match uses {
        Uses::Once => None,
        Uses::OncePerEvent => event.map(|event| event.id.as_str()),
    };
    let asked = Use { adjustment: &adjustment.id, event, cycle: law.cycle().rate_period.from() };
    !earlier(history).any(|rate| rate.used.iter().any(|name| asked.was(name)))
}

/// The rates of an account, and of the same employer under the numbers it had before.
fn earlier(history: &History) -> impl Iterator<Item = &ChargedRate> {
    let renamed = history
        .successions()
        .iter()
        .filter(|it| matches!(it.kind, SuccessionKind::ReRegistration | SuccessionKind::Transfer));
    history.rates().iter().chain(renamed.flat_map(|it| it.predecessor.rates()))
}

/// Whether the employer has applied for what is given on application only.
pub(super) fn applied_for(history: &History, first_day: NaiveDate) -> bool {
    history.events().iter().any(|event| event.kind == EventKind::Application && event.days.contains(first_day))
}

/// The names of everything used: that of the last rate goes on, so that each rate tells the whole story.
pub(super) fn used(law: &Law, history: &History, outcome: &Outcome) -> Vec<String> {
    let limited = law.rules().adjustments().iter().any(|it| it.uses.is_some());
    if !limited {
        return Vec::new();
    }
    let first_day = super::standing::first_day(law, history).unwrap_or(law.setting().from());
    let window = law.windows().first();
    let cycle = law.cycle().rate_period.from();
    let mut names: Vec<String> = earlier(history).flat_map(|rate| rate.used.iter().cloned()).collect();
    let helped = law.rules().adjustments().iter().enumerate().filter(|(place, _)| outcome.used >> place & 1 == 1);
    for (_, adjustment) in helped {
        let condition = adjustment.when.event.as_ref();
        let acting = |event: &&Event| {
            let holds = condition.zip(window).is_some_and(|(it, window)| it.holds(event, window, first_day));
            holds && granted(law, history, adjustment, Some(event))
        };
        let event = history.events().iter().find(acting).filter(|_| adjustment.uses == Some(Uses::OncePerEvent));
        names.push(Use { adjustment: &adjustment.id, event: event.map(|event| event.id.as_str()), cycle }.name());
    }
    names.sort();
    names.dedup();
    names
}
