//! Measuring: the facts of an account over the windows of a law, as exact quotients.
//!
//! Measuring never fails. A measure that does not exist is a [`Measured::Undefined`] with its cause, and the rule set
//! says what follows from it.

mod own;
mod sides;
mod sums;
mod tally;
mod values;

pub(crate) use own::{
    Counting, Exposed, added_by, benefits_by_claim, borne_within, counted_within, exposed, first_day_within, injured,
};
pub use sums::{Sums, benefits_by_item, sums};

pub(crate) use tally::{Added, Borne, Tally};

use sides::Sides;
use values::Values;

use crate::amount::{Quantity, Rate};
use crate::calendar::{Month, MonthSpan, NaiveDate};
use crate::history::{
    BenefitItem, Claim, ClaimStatus, History, InjuryArticle, Payer, Payment, Premium, PremiumKind, Succession,
    SuccessionKind,
};
use crate::industry::{Industry, RiskClass};
use crate::rule_set::measure::{ClaimDay, CountedClaims, PaymentDay, PremiumBasis, PremiumDay};
use crate::rule_set::{Cause, Denominator, Excluded, Law, Measure, Numerator, WhenUndefined};

/// One measure over one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measured {
    /// A value.
    Value(Quantity),
    /// No value, and why.
    Undefined(Cause),
    /// No row asks.
    NotAsked,
}

/// The measures of an account, for every window that rows ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experience {
    windows: usize,
    values: Values,
    unit: i128,
    shared: SharedClaims,
}

/// Claims with several accounts in them that have a day in the windows asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SharedClaims {
    /// Insured here and borne here.
    pub kept: usize,
    /// Borne here, insured elsewhere.
    pub taken: usize,
    /// Another account bears them.
    pub left: usize,
}

impl Experience {
    /// A measure, by its place in the rule set, over a window, 0 for the one being decided on.
    pub fn get(&self, measure: usize, window: usize) -> Measured {
        self.values.all().get(measure * self.windows + window).copied().unwrap_or(Measured::NotAsked)
    }

    /// Nothing measured: for a grade that is carried, whatever the facts.
    pub(crate) fn nothing(law: &Law) -> Self {
        let windows = law.windows_asked();
        let values = Values::not_asked(law.rules().measures().len() * windows);
        Self { windows, values, unit: 1, shared: SharedClaims::default() }
    }

    /// Every measure over every window, as [`Experience::told`] takes them.
    pub(crate) fn values(&self) -> &[Measured] {
        self.values.all()
    }

    /// Takes the measures of another account under the same law in place of its own; of claims that several share, and of
    /// shares that are added, nothing is told, which no outcome asks for.
    pub(crate) fn told(&mut self, values: impl Iterator<Item = Measured>) {
        self.values.all_mut().iter_mut().zip(values).for_each(|(own, told)| *own = told);
    }

    /// The claims that the method's rule on who bears them was asked about.
    pub const fn shared(&self) -> SharedClaims {
        self.shared
    }

    /// What one fen, person or head counts in numerators and denominators: more than one where shares are added.
    pub(crate) const fn unit(&self) -> i128 {
        self.unit
    }

    /// The same experience with one measure replaced: what a margin asks "what if" with.
    #[must_use]
    pub fn with(&self, measure: usize, window: usize, value: Quantity) -> Self {
        let mut changed = self.clone();
        changed.set(measure, window, value);
        changed
    }

    /// Replaces one measure.
    pub(crate) fn set(&mut self, measure: usize, window: usize, value: Quantity) {
        if let Some(slot) = self.values.all_mut().get_mut(measure * self.windows + window) {
            *slot = Measured::Value(value);
        }
    }
}

/// An account or a predecessor, with the weight its facts have.
struct Part<'h> {
    history: &'h History,
    weight: i128,
    /// Facts up to the day before the succession, where only a share passes on.
    before: Option<NaiveDate>,
}

/// The facts that count for an account under a law: its own, and those of predecessors that the method adds.
struct Parts<'h> {
    own: Part<'h>,
    added: Vec<Part<'h>>,
    unit: i128,
}

/// Shares are counted in these parts, so that weights stay whole.
const SHARE_UNIT: i128 = 10_000;

impl<'h> Parts<'h> {
    fn of(law: &Law, history: &'h History) -> Self {
        let own = Part { history, weight: 1, before: None };
        if history.successions().is_empty() {
            return Self { own, added: Vec::new(), unit: 1 };
        }
        let mut added = Vec::new();
        add_predecessors(law, history, SHARE_UNIT, &mut added);
        if added.iter().all(|part| part.weight == SHARE_UNIT) {
            added.iter_mut().for_each(|part| part.weight = 1);
            return Self { own, added, unit: 1 };
        }
        Self { own: Part { weight: SHARE_UNIT, ..own }, added, unit: SHARE_UNIT }
    }

    /// The account itself, then its predecessors.
    fn all(&self) -> impl Iterator<Item = &Part<'h>> {
        std::iter::once(&self.own).chain(&self.added)
    }

    /// A weighted sum over all parts.
    fn sum(&self, of: impl Fn(&Part<'h>) -> i128) -> i128 {
        if self.unit == 1 {
            // Everything counts whole.
            return self.added.iter().map(&of).fold(of(&self.own), |sum, part| sum + part);
        }
        self.all().map(|part| part.weight * of(part)).sum()
    }

    fn shared(&self, law: &Law, windows: &[MonthSpan]) -> SharedClaims {
        let mut found = SharedClaims::default();
        for part in self.all() {
            let number = &part.history.key().number;
            let apart = law.rules().projects().is_none_or(|it| !it.with_employer);
            let own = part.history.claims().iter().filter(|claim| claim.project.is_none() || !apart);
            let shared = own.filter_map(|claim| Some((claim, claim.parties.as_deref()?)));
            let counts = |day| part.counts(day) && windows.iter().any(|window| window.contains_date(day));
            let inside = shared.filter(|(claim, _)| counted(claim, &Excluded::default()) && days(claim).any(counts));
            for (claim, parties) in inside {
                match (law.bears(part.history, claim), parties.insured == *number) {
                    (true, true) => found.kept += 1,
                    (true, false) => found.taken += 1,
                    (false, _) => found.left += 1,
                }
            }
        }
        found
    }

    fn covered_months(&self, window: &MonthSpan) -> i32 {
        if self.added.is_empty() {
            return self.own.history.covered_months(window);
        }
        let mut spans: Vec<MonthSpan> = self.all().flat_map(|part| part.covered(window)).collect();
        spans.sort_unstable();
        let mut covered = 0;
        let mut next = window.from();
        for span in spans {
            let from = span.from().max(next);
            if from <= span.to() {
                covered += span.to().since(from) + 1;
                next = span.to().plus(1);
            }
        }
        covered
    }
}

fn add_predecessors<'h>(law: &Law, history: &'h History, weight: i128, parts: &mut Vec<Part<'h>>) {
    // A succession counts in the settings whose first covered day is not before it.
    let first_day = first_day(law, history);
    let begun = |it: &&Succession| it.on <= first_day;
    for succession in history.successions().iter().filter(begun) {
        let (adds, whole) = match succession.kind {
            SuccessionKind::Merger | SuccessionKind::Transfer | SuccessionKind::ReRegistration => {
                (law.changes().merger_adds, true)
            }
            SuccessionKind::Split => (law.changes().split_adds_share, false),
        };
        // A share of a share is counted in whole ten-thousandths. A share has at most two decimals of a percent, so this is a whole number.
        let share = succession.share.percent().mantissa() * 10_i128.pow(2 - succession.share.percent().scale().min(2));
        let passed = weight * share / SHARE_UNIT;
        if adds && passed > 0 {
            let before = (!whole).then_some(succession.on);
            parts.push(Part { history: &succession.predecessor, weight: passed, before });
            add_predecessors(law, &succession.predecessor, passed, parts);
        }
    }
}

/// How many predecessors' facts are added to an account's own.
pub fn predecessors(law: &Law, history: &History) -> usize {
    if history.successions().is_empty() { 0 } else { Parts::of(law, history).added.len() }
}

/// The covered months of an account and its added predecessors within a span.
pub fn covered_months(law: &Law, history: &History, span: &MonthSpan) -> i32 {
    if history.successions().is_empty() {
        history.covered_months(span)
    } else {
        Parts::of(law, history).covered_months(span)
    }
}

/// Measures an account over the windows of a law.
pub fn measure(law: &Law, history: &History) -> Experience {
    measure_over(law, history, law.windows())
}

/// Measures an account over other windows than those the cycle lists, newest first.
///
/// Windows that rows ask about and that are not given count as not insured.
pub fn measure_over(law: &Law, history: &History, windows: &[MonthSpan]) -> Experience {
    let parts = Parts::of(law, history);
    let relative = law.rules().measures().iter().any(|measure| measure.relative_to.is_some());
    let industry = if relative { industry(law, history) } else { None };
    let count = law.windows_asked();
    let mut measured_values = Values::not_asked(law.rules().measures().len() * count);
    let values = measured_values.all_mut();
    for (place, window) in law.asked() {
        let measure = &law.rules().measures()[*place];
        let measured = match windows.get(*window) {
            Some(months) => {
                let before = windows.get(*window + 1);
                let newest = *window == 0;
                Reading { law, parts: &parts, industry, measure, window: months, before, newest }.value()
            }
            None => Err(Cause::NotInsured),
        };
        values[place * count + window] = settle(measure, *window, measured);
    }
    let shared = parts.shared(law, windows.get(..count).unwrap_or(windows));
    Experience { windows: count, values: measured_values, unit: parts.unit, shared }
}

/// Where a cause counts as zero, it is zero.
fn settle(measure: &Measure, window: usize, measured: Result<Quantity, Cause>) -> Measured {
    match measured {
        Ok(value) => Measured::Value(measure.round.map_or(value, |round| round.apply_to(value))),
        Err(cause) => {
            let as_zero = match window {
                0 => measure.undefined.for_cause(cause) == Some(WhenUndefined::AsZero),
                _ => measure.undefined.earlier_as_zero == Some(true),
            };
            if as_zero { Measured::Value(Quantity::count(0)) } else { Measured::Undefined(cause) }
        }
    }
}

/// The measures that do not exist and count as zero, as the file says: place, window, and why they do not exist.
///
/// A decision shows the zero only; who asks whether a case has reached the cause asks here.
pub fn taken_as_zero(law: &Law, history: &History, windows: &[MonthSpan]) -> Vec<(usize, usize, Cause)> {
    let parts = Parts::of(law, history);
    let industry = industry(law, history);
    let mut found = Vec::new();
    for (place, window) in law.asked().iter().copied() {
        let measure = &law.rules().measures()[place];
        let Some(months) = windows.get(window) else { continue };
        // Not read as the newest window, so that nothing is taken as zero on the way.
        let before = windows.get(window + 1);
        let reading = Reading { law, parts: &parts, industry, measure, window: months, before, newest: false };
        let Err(cause) = reading.value() else { continue };
        if matches!(settle(measure, window, Err(cause)), Measured::Value(_)) {
            found.push((place, window, cause));
        }
    }
    found
}

/// How much recoveries exceed benefits, where a measure of the newest window counts as zero for that; in its own units.
pub(crate) fn recovered(law: &Law, history: &History, measure: usize, windows: &[MonthSpan]) -> i128 {
    let (parts, it) = (Parts::of(law, history), &law.rules().measures()[measure]);
    let Some(window) = windows.first() else { return 0 };
    let reading =
        Reading { law, parts: &parts, industry: None, measure: it, window, before: windows.get(1), newest: true };
    (-reading.numerator_over(window)).max(0)
}

/// The first day an account is insured in the setting; the setting's own where it is not.
fn first_day(law: &Law, history: &History) -> NaiveDate {
    history.first_insured_day(law.setting()).unwrap_or(law.setting().from())
}

/// The industry of an account on its first day in the setting.
pub(crate) fn industry(law: &Law, history: &History) -> Option<Industry> {
    let class = history.class_on(first_day(law, history));
    class.or_else(|| history.classifications().last()).and_then(|it| it.industry)
}

/// One measure being read over one window.
struct Reading<'r, 'h> {
    law: &'r Law,
    parts: &'r Parts<'h>,
    industry: Option<Industry>,
    measure: &'r Measure,
    window: &'r MonthSpan,
    /// The window before it, where the cycle lists one.
    before: Option<&'r MonthSpan>,
    /// The window being decided on, not one before it.
    newest: bool,
}

impl Reading<'_, '_> {
    fn value(&self) -> Result<Quantity, Cause> {
        self.sides().quotient(self.measure, self.newest)
    }

    /// Both sides of the measure, before anything is divided.
    fn sides(&self) -> Sides {
        let (parts, window) = (self.parts, self.window);
        let denominator = match self.measure.denominator {
            Denominator::One => parts.unit,
            Denominator::Premium { basis: PremiumBasis::Paid, by, restored } => {
                parts.sum(|part| premium_paid(part, window, by, restored))
            }
            Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. } => {
                parts.sum(|part| premium_at_base(self.law, part, window))
            }
            Denominator::Headcount(_) => parts.sum(|part| head_months(part, window)),
            Denominator::WindowBefore => self.before.map_or(0, |before| self.numerator_over(before)),
        };
        let covered = match self.measure.denominator {
            Denominator::One => 0,
            Denominator::Premium { .. } | Denominator::Headcount(_) | Denominator::WindowBefore => {
                parts.covered_months(window)
            }
        };
        let compares = self.measure.denominator == Denominator::WindowBefore;
        let before = self.before.filter(|_| compares).map_or(0, |before| parts.covered_months(before));
        let average = self.measure.relative_to.as_ref().and_then(|statistic| {
            let year = window.to().year();
            self.industry.and_then(|industry| self.law.parameters().average(statistic, industry, year))
        });
        let average = average.map(|(millionths, _)| millionths);
        Sides { numerator: self.numerator_over(window), denominator, covered, covered_before: before, average }
    }

    fn numerator_over(&self, window: &MonthSpan) -> i128 {
        let known_by = self.law.setting().from();
        match &self.measure.numerator {
            Numerator::Benefits { by, exclude, items } => {
                self.parts.sum(|part| benefits(self.law, part, window, *by, (exclude, items)))
            }
            // Somebody hurt under two numbers of one employer is one person.
            Numerator::Claims { counted, persons: true, by, exclude } if self.parts.unit == 1 => people(
                self.parts.all().flat_map(|part| claims(self.law, part, window, (*counted, *by), exclude, known_by)),
            ),
            Numerator::Claims { counted, persons, by, exclude } => self.parts.sum(|part| {
                let found = claims(self.law, part, window, (*counted, *by), exclude, known_by);
                if *persons { people(found.into_iter()) } else { count(found.len()) }
            }),
            Numerator::Premium { by, restored } => self.parts.sum(|part| premium_paid(part, window, *by, *restored)),
        }
    }
}

impl Part<'_> {
    /// The insured months within a window, of a part that passed on only those before the succession.
    fn covered(&self, window: &MonthSpan) -> impl Iterator<Item = MonthSpan> {
        let last = self.before.map_or(window.to(), |before| Month::of(before).plus(-1).min(window.to()));
        let window = MonthSpan::new(window.from(), last);
        self.history.insured().filter_map(move |months| months.within(&window?))
    }

    fn counts(&self, date: NaiveDate) -> bool {
        self.before.is_none_or(|before| date < before)
    }

    /// Whether what is about months from one on counts.
    fn counts_from(&self, month: Month) -> bool {
        self.before.is_none_or(|before| month.first_day() < before)
    }
}

/// Every day of a claim by which a measure may count it.
fn days(claim: &Claim) -> impl Iterator<Item = NaiveDate> + '_ {
    let own = [Some(claim.recognised), Some(claim.accident), claim.death, claim.disability.map(|(_, day)| day)];
    let paid = claim.payments.iter().flat_map(|it| [Some(it.paid_on), it.determined_on, it.accounted_on]);
    own.into_iter().chain(paid).flatten()
}

const fn payment_day(payment: &Payment, by: PaymentDay) -> Option<NaiveDate> {
    match by {
        PaymentDay::Paid => Some(payment.paid_on),
        PaymentDay::Determined => payment.determined_on,
        PaymentDay::Accounted => payment.accounted_on,
    }
}

fn counted(claim: &Claim, exclude: &Excluded) -> bool {
    claim.status != ClaimStatus::Revoked && !exclude.has(claim)
}

fn benefits(
    law: &Law,
    part: &Part<'_>,
    window: &MonthSpan,
    by: PaymentDay,
    (exclude, items): (&Excluded, &[BenefitItem]),
) -> i128 {
    let claims = part.history.claims().iter().filter(|it| counted(it, exclude) && law.bears(part.history, it));
    claims.map(|claim| paid_on_claim(claim, window, by, items, |day| part.counts(day))).sum()
}

/// What the fund paid on a claim in a window, in fen, on days that count.
fn paid_on_claim(
    claim: &Claim,
    window: &MonthSpan,
    by: PaymentDay,
    items: &[BenefitItem],
    counts: impl Fn(NaiveDate) -> bool,
) -> i128 {
    let of_item = |item: BenefitItem| items.is_empty() || items.contains(&item);
    let payments = claim.payments.iter().filter(|payment| payment.payer == Payer::Fund && of_item(payment.item));
    let inside =
        payments.filter(|payment| payment_day(payment, by).is_some_and(|day| window.contains_date(day) && counts(day)));
    inside.map(|payment| i128::from(payment.amount.fen())).sum()
}

/// The claims of a part that count in a window; few, as a rule none. Whoever dies, or is assessed, after the rates have
/// begun had not done so when they were decided.
fn claims<'h>(
    law: &Law,
    part: &Part<'h>,
    window: &MonthSpan,
    (kind, by): (CountedClaims, ClaimDay),
    exclude: &Excluded,
    known_by: NaiveDate,
) -> Vec<&'h Claim> {
    let inside = |claim: &Claim| counted_on(claim, window, (kind, by), known_by).is_some_and(|day| part.counts(day));
    let borne = |claim: &Claim| counted(claim, exclude) && law.bears(part.history, claim);
    let counts = |claim: &&Claim| borne(claim) && inside(claim);
    part.history.claims().iter().filter(counts).collect()
}

/// The day of a window on which a claim counts among those of a kind.
fn counted_on(
    claim: &Claim,
    window: &MonthSpan,
    (kind, by): (CountedClaims, ClaimDay),
    known_by: NaiveDate,
) -> Option<NaiveDate> {
    let of_kind = match kind {
        CountedClaims::Recognised => true,
        CountedClaims::Death => claim.death.is_some_and(|death| death < known_by),
        CountedClaims::NewDisease => claim.article == InjuryArticle::Disease,
        CountedClaims::Severe => claim.disability.is_some_and(|(level, day)| level <= 4 && day < known_by),
    };
    let day = match by {
        ClaimDay::Recognised => Some(claim.recognised),
        ClaimDay::Accident => Some(claim.accident),
        ClaimDay::Death => claim.death,
        ClaimDay::Assessed => claim.disability.map(|(_, day)| day),
    };
    day.filter(|day| of_kind && window.contains_date(*day))
}

/// Persons, once each.
fn people<'h>(claims: impl Iterator<Item = &'h Claim>) -> i128 {
    let mut names: Vec<&str> = claims.map(|claim| claim.person.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    count(names.len())
}

fn count(number: usize) -> i128 {
    i128::try_from(number).unwrap_or(i128::MAX)
}

fn premium_paid(part: &Part<'_>, window: &MonthSpan, by: PremiumDay, restored: bool) -> i128 {
    let rows = part.history.premiums().iter().filter(|row| match by {
        PremiumDay::ForMonth => window.contains(row.months.from()) && part.counts_from(row.months.from()),
        PremiumDay::Received => row.received_on.is_some_and(|day| window.contains_date(day) && part.counts(day)),
    });
    rows.map(|row| {
        let relieved = if restored { row.relieved.fen() } else { 0 };
        i128::from(row.paid.fen()) + i128::from(relieved)
    })
    .sum()
}

fn regular<'h>(part: &Part<'h>, window: &MonthSpan) -> impl Iterator<Item = &'h Premium> {
    part.history.premiums().iter().filter(move |row| {
        let from = row.months.from();
        row.kind == PremiumKind::Regular && window.contains(from) && part.counts_from(from)
    })
}

fn head_months(part: &Part<'_>, window: &MonthSpan) -> i128 {
    // A month that is not covered has no heads, though a row for a quarter may reach over it.
    let months = |row: &Premium| part.history.covered_months(&row.months);
    regular(part, window).map(|row| i128::from(row.heads) * i128::from(months(row))).sum()
}

/// Heads times months of an account's own premium rows within a span.
pub(crate) fn own_head_months(history: &History, window: &MonthSpan) -> i128 {
    head_months(&Part { history, weight: 1, before: None }, window)
}

/// Payroll times base rate, in millionths of a fen.
fn premium_at_base(law: &Law, part: &Part<'_>, window: &MonthSpan) -> i128 {
    // Admission has refused rows without a class or a base rate.
    regular(part, window).map(|row| row_at_base(law, part.history, row).unwrap_or(0)).sum()
}

/// Payroll of a row times base rate, in millionths of a fen.
fn row_at_base(law: &Law, history: &History, row: &Premium) -> Option<i128> {
    let day = row.months.from().first_day();
    let class = law.class_on(history, day)?.class;
    Some(i128::from(row.payroll.fen()) * i128::from(base_millionths(law, history, class, day)?))
}

/// The base rate of a class on a day, in millionths.
pub(crate) fn base_millionths(law: &Law, history: &History, class: RiskClass, day: NaiveDate) -> Option<i64> {
    base_rate(law, history, class, day)?.millionths()
}

/// The base rate of a class on a day, however many digits it has.
pub(crate) fn base_rate(law: &Law, history: &History, class: RiskClass, day: NaiveDate) -> Option<Rate> {
    law.parameters().vector(history, class.system(), day)?.rates.get(class.index()).copied()
}
