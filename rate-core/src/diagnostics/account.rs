//! What one account shows under a law.

use super::{At, Found, Kind, row};
use crate::decide::{admit, decide_on, standing};
use crate::decision::{NoSteps, RateStart};
use crate::error::{Code, Lang, Problem};
use crate::experience;
use crate::history::{AccountKey, Claim, ClaimStatus, ClassSource, Classification, Event, History, Origin, Payer};
use crate::input::book::{TableKind, is_credit_code};
use crate::ladder::LadderKind;
use crate::notice::yuan;
use crate::parameters::ClassStatus;
use crate::rule_set::law::ClassBasis;
use crate::rule_set::{ActsOn, Effect, Law, Reference};

/// Whether the method asks for the last rate of everybody.
pub(super) fn needs_last(law: &Law) -> bool {
    let rules = law.rules();
    let results =
        rules.tables().iter().flat_map(|table| table.rows.iter().map(|row| row.result).chain(table.otherwise));
    let keeps = |effect: Effect| matches!(effect, Effect::NoDecreaseFrom(Reference::LastGrade));
    rules.ladder().kind() == LadderKind::FactorOfPreviousRate
        || rules.limits().max_move.from == Reference::LastGrade
        || results.into_iter().any(crate::rule_set::RowResult::needs_last)
        || rules.adjustments().iter().any(|it| keeps(it.effect))
        // A later setting of a cycle carries the grade of the one before.
        || !law.first_setting()
}

/// A problem that refuses an account, as a finding of its kind.
pub(super) fn problem(found: &mut Found, account: &AccountKey, problem: &Problem) {
    let value = |place: usize| problem.values.get(place).cloned().unwrap_or_default();
    let (kind, values) = match problem.code {
        Code::HistoryClassOverlap => (Kind::ClassDisagreement, problem.values.clone()),
        Code::HistoryNoClass => (Kind::ClassMissing, vec![value(0)]),
        Code::HistoryClassSystem => (Kind::ClassMissing, vec![value(1)]),
        Code::HistoryPremiumGap => (Kind::MonthsWithoutPremium, vec![value(0)]),
        code => {
            let texts = [Lang::En, Lang::Zh].map(|lang| problem.message(lang));
            (Kind::Refused, [code.to_string()].into_iter().chain(texts).collect())
        }
    };
    let at = match (problem.place.file.as_str(), problem.place.field.split_once('.')) {
        // The law has seen it in facts that no longer know their row: the first of the account in that table.
        ("", Some((table, _))) => row(TableKind::from_stem(table).unwrap_or(TableKind::Accounts), []),
        ("", None) => row(TableKind::Accounts, []),
        _ => At::Place(problem.place.clone()),
    };
    found.add(kind, Some(account), at, values);
}

/// An account being looked at.
pub(super) struct Look<'a> {
    pub(super) law: &'a Law,
    pub(super) history: &'a History,
    pub(super) found: &'a mut Found,
}

impl Look<'_> {
    pub(super) fn all(&mut self, needs_last: bool) {
        self.credit_code();
        self.class();
        self.coverage();
        self.claims();
        self.events();
        self.benefits();
        self.decided(needs_last);
    }

    fn add(&mut self, kind: Kind, at: At, values: impl IntoIterator<Item = String>) {
        self.found.add(kind, Some(self.history.key()), at, values.into_iter().collect());
    }

    fn credit_code(&mut self) {
        let code = self.history.credit_code();
        if !code.is_empty() && !is_credit_code(code) {
            self.add(Kind::CheckDigits, row(TableKind::Accounts, []), [code.to_owned()]);
        }
    }

    /// The class in force on the first day: who named it, what the annex says, whether it floats.
    fn class(&mut self) {
        let (law, history) = (self.law, self.history);
        let Some(first_day) = history.first_insured_day(law.setting()) else { return };
        let Some(in_force) = law.class_on(history, first_day) else { return };
        let at = || class_row(history.class_on(first_day));
        let system = law.rules().classes().system;
        if in_force.class.system() != system {
            return;
        }
        let class = in_force.class.to_string();
        if !law.participation().floats(history.kind(), in_force.class) {
            self.add(Kind::ClassDoesNotFloat, at(), [class.clone()]);
        }
        let Some(stands) = history.class_on(first_day) else { return };
        match in_force.how {
            ClassBasis::Fixed
            | ClassBasis::Ordered
            | ClassBasis::Dispatched { .. }
            | ClassBasis::Proposed(_, ClassStatus::Published) => {}
            ClassBasis::Determined => {
                let proposed = stands.industry.and_then(|it| law.rules().classes().proposed(it, law.parameters()));
                let industry = stands.industry.map(|it| it.to_string()).unwrap_or_default();
                if let Some((proposed, _)) = proposed.filter(|(proposed, _)| *proposed != in_force.class) {
                    let source = stands.source.as_str().to_owned();
                    self.add(Kind::ClassAgainstAnnex, at(), [class.clone(), source, proposed.to_string(), industry]);
                }
                if stands.source == ClassSource::Declared {
                    self.add(Kind::ClassDeclared, at(), [class]);
                }
            }
            ClassBasis::Proposed(_, status @ (ClassStatus::Carried | ClassStatus::Judgement)) => {
                let industry = stands.industry.map(|it| it.to_string()).unwrap_or_default();
                self.add(Kind::ClassByJudgement, at(), [class, industry, status.as_str().to_owned()]);
            }
        }
    }

    /// Months without cover inside the window, of an account that was insured before it.
    fn coverage(&mut self) {
        let window = self.law.windows()[0];
        let before = self.history.first_insured().is_some_and(|first| first < window.from());
        let uncovered = window.months() - self.history.covered_months(&window);
        if before && uncovered > 0 {
            let values = [uncovered.to_string(), window.months().to_string(), window.to_string()];
            self.add(Kind::UncoveredMonths, row(TableKind::Coverage, []), values);
        }
    }

    fn claims(&mut self) {
        let window = self.law.windows()[0];
        let history = self.history;
        // What stands under another account is looked at there.
        for claim in history.claims().iter().filter(|claim| claim.stands_under(&history.key().number)) {
            match claim.status {
                ClaimStatus::Revoked => self.revoked(claim),
                ClaimStatus::Recognised | ClaimStatus::InLitigation => {
                    if claim.payments.is_empty() && window.contains_date(claim.recognised) {
                        let at = row(TableKind::Claims, [("claim", claim.id.clone())]);
                        self.add(Kind::ClaimWithoutPayment, at, [claim.id.clone(), claim.recognised.to_string()]);
                    }
                }
            }
        }
    }

    /// Payments that were not booked back.
    fn revoked(&mut self, claim: &Claim) {
        let payments = || claim.payments.iter().filter(|payment| payment.payer == Payer::Fund);
        let sum: i128 = payments().map(|payment| i128::from(payment.amount.fen())).sum();
        if let (true, Some(first)) = (sum > 0, payments().next()) {
            let at = row(
                TableKind::Payments,
                [("claim", claim.id.clone()), ("payer", "fund".to_owned()), ("paid_on", first.paid_on.to_string())],
            );
            self.add(Kind::PaymentOnRevoked, at, [yuan(sum), claim.id.clone()]);
        }
    }

    /// Events that a special case of the method looks for in the window, and that came too late for it.
    fn events(&mut self) {
        let (law, window) = (self.law, self.law.windows()[0]);
        let after = |event: &Event| {
            let asked = law.rules().adjustments().iter().filter_map(|it| it.when.event.as_ref());
            let days = asked.filter(|it| it.kind == event.kind).map(|it| match it.acts_on {
                ActsOn::FoundInWindow | ActsOn::YearsAfterFound => event.found,
                ActsOn::ConductInWindow => Some(event.days.from()),
                ActsOn::WhileListed | ActsOn::OnceFound | ActsOn::MonthAfterFound => None,
            });
            days.flatten().filter(|day| *day > window.to().last_day()).min()
        };
        for event in self.history.events() {
            if let Some(day) = after(event) {
                let at = row(TableKind::Events, [("event", event.id.clone())]);
                self.add(
                    Kind::EventAfterWindow,
                    at,
                    [event.id.clone(), event.kind.as_str().to_owned(), day.to_string()],
                );
            }
        }
    }

    fn benefits(&mut self) {
        let (window, history) = (self.law.windows()[0], self.history);
        let premium: i128 = history
            .premiums()
            .iter()
            .filter(|premium| window.contains(premium.months.from()))
            .map(|premium| i128::from(premium.paid.fen()) + i128::from(premium.relieved.fen()))
            .sum();
        // An account that was not insured in the window at all owes no premium in it.
        if premium > 0 || history.covered_months(&window) == 0 {
            return;
        }
        let claims = history.claims().iter().filter(|claim| claim.status != ClaimStatus::Revoked);
        let payments = claims.flat_map(|claim| claim.payments.iter().map(move |payment| (claim, payment)));
        let paid = payments.filter(|(_, it)| it.payer == Payer::Fund && window.contains_date(it.paid_on));
        let (mut sum, mut first) = (0, None);
        for (claim, payment) in paid {
            sum += i128::from(payment.amount.fen());
            first.get_or_insert((claim.id.clone(), payment.paid_on));
        }
        if let (true, Some((claim, day))) = (sum > 0, first) {
            let at = row(TableKind::Payments, [("claim", claim), ("paid_on", day.to_string())]);
            self.add(Kind::BenefitsWithoutPremium, at, [yuan(sum), window.to_string()]);
        }
    }

    /// What only deciding shows: what the windows refuse, averages that are missing, last rates that are asked for.
    fn decided(&mut self, needs_last: bool) {
        let (law, history) = (self.law, self.history);
        let admitted = admit::admit(law, history).and_then(|()| standing::of(law, history));
        let standing = match admitted {
            Ok(standing) => standing,
            Err(problems) => {
                problems.iter().for_each(|it| problem(self.found, history.key(), it));
                return;
            }
        };
        let windows = standing.windows(law);
        self.averages(&windows);
        let measured = experience::measure_over(law, history, &windows);
        let outcome = decide_on(law, &measured, &standing, &mut NoSteps);
        let before = history.first_insured().is_some_and(|first| first.first_day() < law.setting().from());
        let asked = outcome.origin == Origin::Provisional && outcome.start == RateStart::Base;
        if standing.last.is_none() && before && (needs_last || asked) {
            let day = standing.first_day.to_string();
            self.add(Kind::MissingLastRate, row(TableKind::Accounts, []), [day]);
        }
    }

    fn averages(&mut self, windows: &[crate::calendar::MonthSpan]) {
        let (law, history) = (self.law, self.history);
        let mut statistics: Vec<&str> =
            law.rules().measures().iter().filter_map(|measure| measure.relative_to.as_deref()).collect();
        statistics.dedup();
        if statistics.is_empty() {
            return;
        }
        let (Some(window), industry) = (windows.first(), experience::industry(law, history)) else { return };
        for statistic in statistics {
            let average = industry.and_then(|it| law.parameters().average(statistic, it, window.to().year()));
            if average.is_none() {
                let industry = industry.map_or_else(|| "–".to_owned(), |industry| industry.to_string());
                let stands = history.first_insured_day(law.setting()).and_then(|day| history.class_on(day));
                self.add(Kind::StatisticMissing, class_row(stands), [statistic.to_owned(), industry]);
            }
        }
    }
}

/// The row of a class.
fn class_row(stands: Option<&Classification>) -> At {
    row(TableKind::Classifications, stands.map(|it| ("from", it.days.from().to_string())))
}
