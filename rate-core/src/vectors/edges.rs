//! The edges of windows: the same facts on the last day before a window, its first and last day, the first day after it,
//! and on a leap day inside.

use crate::calendar::{MonthSpan, NaiveDate, day_before};
use crate::citation::Label;
use crate::rule_set::measure::{ClaimDay, CountedClaims, PaymentDay, PremiumDay};
use crate::rule_set::{Denominator, Measure, Numerator};

use super::reach::{Aim, reach};
use super::sketch::{Injury, Sketch};
use super::{Cases, bounds, edges_of, label};

pub(super) fn all(cases: &mut Cases<'_>) {
    let law = cases.ground.law;
    for (measure, window) in law.asked() {
        let it = &law.rules().measures()[*measure];
        let Some(months) = law.windows().get(*window).copied() else { continue };
        let Some(high) = high(cases, *measure, *window) else { continue };
        let edge = Edge { measure: it, window: *window, months };
        match &it.numerator {
            Numerator::Benefits { by, .. } => edge.payments(cases, &high, *by),
            Numerator::Claims { counted, by, .. } => {
                edge.injuries(cases, &high, *by);
                if matches!(counted, CountedClaims::Death | CountedClaims::Severe) {
                    edge.known(cases, &high, *counted, *by);
                }
            }
            Numerator::Premium { by, .. } => edge.premium(cases, &high, *by),
        }
        if let Denominator::Premium { by, .. } = it.denominator {
            edge.premium(cases, &high, by);
        }
    }
}

/// Facts by which a measure stands beyond its highest bound: without them it would not.
fn high(cases: &Cases<'_>, measure: usize, window: usize) -> Option<Sketch> {
    let mut end = bounds::highest(cases, measure)?;
    end.closed = false;
    let starts = cases.ground.classes().into_iter().map(|class| cases.ground.start(class));
    starts
        .into_iter()
        .find_map(|start| reach(&cases.ground, &start, &[(measure, window, Aim::Between(Some(end), None))]))
}

/// A measure over a window.
struct Edge<'e> {
    measure: &'e Measure,
    window: usize,
    months: MonthSpan,
}

/// The sides of a window in words.
fn side(name: &str) -> (&'static str, &'static str) {
    match name {
        "before" => ("考核期前一日", "the day before the window"),
        "first" => ("考核期首日", "the first day of the window"),
        "last" => ("考核期末日", "the last day of the window"),
        "after" => ("考核期后一日", "the day after the window"),
        _ => ("考核期内闰日", "a leap day inside the window"),
    }
}

impl Edge<'_> {
    fn name(&self, name: &str, edge: &str, day: NaiveDate) -> (String, Label) {
        let back = if self.window == 0 { String::new() } else { format!("[-{}]", self.window) };
        let (zh, en) = side(edge);
        let (zh_what, en_what) = match name {
            "paid-on" => ("支付", "paid"),
            "determined-on" => ("核定", "determined"),
            "accounted-on" => ("记账", "booked"),
            "recognised-on" => ("认定", "recognised"),
            "accident-on" => ("事故", "hurt"),
            "death-on" => ("死亡", "died"),
            "assessed-on" => ("评定", "assessed"),
            "received-on" => ("到账", "premium received"),
            _ => ("费款所属", "premium for the month of"),
        };
        let id = format!("edge/{}{back}/{name}/{edge}/{day}", self.measure.id);
        let words = label(
            format!("{}：{zh_what} {day}，{zh}", self.measure.label.zh),
            format!("{}: {en_what} {day}, {en}", self.measure.label.en),
        );
        (id, words)
    }

    /// The deciding day on the edge, the two others on the other side of it.
    fn payments(&self, cases: &mut Cases<'_>, high: &Sketch, by: PaymentDay) {
        for (edge, day, other) in edges_of(self.months.from(), self.months.to()) {
            let mut sketch = high.clone();
            let Some(payment) = sketch.payments.last_mut() else { continue };
            (payment.paid_on, payment.determined_on, payment.accounted_on) = (other, other, other);
            match by {
                PaymentDay::Paid => payment.paid_on = day,
                PaymentDay::Determined => payment.determined_on = day,
                PaymentDay::Accounted => payment.accounted_on = day,
            }
            let (id, words) = self.name(by.as_str(), edge, day);
            cases.add(id, words, sketch);
        }
    }

    fn injuries(&self, cases: &mut Cases<'_>, high: &Sketch, by: ClaimDay) {
        let law = cases.ground.law;
        let known = day_before(law.setting().from());
        for (edge, day, other) in edges_of(self.months.from(), self.months.to()) {
            let mut sketch = high.clone();
            // Recognition, assessment and death are not before the accident.
            let later = other.max(day).min(known.max(day));
            for injury in &mut sketch.injuries {
                let it = Injury { accident: day.min(other), recognised: later, ..*injury };
                let it = match by {
                    ClaimDay::Recognised => Injury { recognised: day, ..it },
                    ClaimDay::Accident => Injury { accident: day, ..it },
                    ClaimDay::Death | ClaimDay::Assessed => it,
                };
                let death = if by == ClaimDay::Death { day } else { it.recognised };
                let assessed = if by == ClaimDay::Assessed { day } else { it.recognised };
                *injury = Injury {
                    death: it.death.map(|_| death),
                    assessed: it.assessed.map(|(level, _)| (level, assessed)),
                    ..it
                };
            }
            let (id, words) = self.name(by.as_str(), edge, day);
            cases.add(id, words, sketch);
        }
    }

    /// Who dies, or is assessed, only when the rates have begun had not done so when they were decided.
    fn known(&self, cases: &mut Cases<'_>, high: &Sketch, counted: CountedClaims, by: ClaimDay) {
        if matches!(by, ClaimDay::Death | ClaimDay::Assessed) || self.window > 0 {
            return;
        }
        let from = cases.ground.law.setting().from();
        let (what, zh, en) = match counted {
            CountedClaims::Death => ("death", "死亡", "died"),
            CountedClaims::Severe | CountedClaims::Recognised | CountedClaims::NewDisease => {
                ("assessed", "评定", "assessed")
            }
        };
        for (edge, day, zh_day, en_day) in [
            ("known", day_before(from), "执行期前一日", "the day before the rates begin"),
            ("later", from, "执行期首日", "the first day of the rates"),
        ] {
            let mut sketch = high.clone();
            for injury in &mut sketch.injuries {
                injury.death = injury.death.map(|_| day);
                injury.assessed = injury.assessed.map(|(level, _)| (level, day));
            }
            let id = format!("edge/{}/{what}/{edge}/{day}", self.measure.id);
            let label_of = &self.measure.label;
            let words = label(
                format!("{}：{zh} {day}，{zh_day}", label_of.zh),
                format!("{}: {en} {day}, {en_day}", label_of.en),
            );
            cases.add(id, words, sketch);
        }
    }

    /// All premium of a window for one month, or received on one day.
    fn premium(&self, cases: &mut Cases<'_>, high: &Sketch, by: PremiumDay) {
        for (edge, day, _) in edges_of(self.months.from(), self.months.to()) {
            let mut sketch = high.clone();
            let Some(ledger) = sketch.ledgers.get_mut(self.window) else { continue };
            match by {
                PremiumDay::ForMonth if edge == "leap" => continue,
                PremiumDay::ForMonth => ledger.only = Some(crate::calendar::Month::of(day)),
                PremiumDay::Received => ledger.received = Some(day),
            }
            let (id, words) = self.name(by.as_str(), edge, day);
            cases.add(id, words, sketch);
        }
    }
}
