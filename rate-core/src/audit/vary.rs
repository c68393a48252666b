//! What each way of a mistake does: to the law, to the facts as they are told, to the outcome; and where it can be made.

use rust_decimal::Decimal;

use super::{Lack, Measures, Way};
use crate::amount::Factor;
use crate::calendar::{DateSpan, MonthSpan, NaiveDate};
use crate::decision::{Outcome, RateStart, Segment};
use crate::history::{Claim, ClaimStatus, ClaimTag, CoverageState, History, InjuryArticle, Origin};
use crate::industry::{Industry, RiskClass};
use crate::ladder::LadderKind;
use crate::parameters::PhasedCut;
use crate::rule_set::law::{LawParts, Source};
use crate::rule_set::measure::{ClaimDay, PremiumBasis, PremiumDay};
use crate::rule_set::{Denominator, Excluded, Law, Measure, Numerator, Unmeasured};

/// Every way that can be made under a law, in the order of the mistakes.
pub(super) fn ways(law: &Law) -> Vec<Way> {
    let rules = law.rules();
    let measures = rules.measures();
    let mut ways = Vec::new();
    // Elsewhere the class plays no part in the window, and both come to the same.
    let whens: &[bool] = if measures.iter().any(Measure::is_at_base_rates) { &[true, false] } else { &[true] };
    for class in RiskClass::all(rules.classes().system) {
        ways.extend(whens.iter().map(|always| Way::Class { class, always: *always }));
    }
    let mut editions: Vec<_> = law.parameters().industries().iter().map(|list| list.edition).collect();
    editions.sort_unstable();
    editions.dedup();
    let several = editions.into_iter().filter(|_| rules.classes().editions.len() > 1);
    ways.extend(several.flat_map(|edition| whens.iter().map(move |always| Way::Edition { edition, always: *always })));
    ways.extend([Way::BaseRate, Way::LastRate, Way::LastCharged, Way::LastGrade]);
    ways.extend([Way::Window { months: -12 }, Way::Window { months: 12 }]);
    exclusions(law, &mut ways);
    if law.participation().first_insured.covered_months_under > 0 {
        ways.push(Way::NewFloats);
    }
    match rules.ladder().kind() {
        LadderKind::FactorOfBase | LadderKind::Points => ways.extend([Way::OnLastRate, Way::OnLastCharged]),
        // There the method itself starts from the last rate.
        LadderKind::FactorOfPreviousRate => {}
    }
    floors_and_cuts(law, &mut ways);
    let premium = |wanted: bool| measures.iter().any(|it| restored(it) == Some(wanted));
    ways.extend(premium(true).then_some(Way::AsPaid));
    ways.extend(premium(false).then_some(Way::Restored));
    if measures.iter().any(|it| matches!(it.numerator, Numerator::Benefits { .. })) {
        ways.push(Way::InjuryDay);
        let by_claims = |it: &Measure| matches!(it.numerator, Numerator::Claims { by, .. } if by != ClaimDay::Accident);
        ways.extend(measures.iter().any(by_claims).then_some(Way::InjuryDayOfCases));
    }
    ways.extend(measures.iter().any(|it| premium_day(it) == Some(PremiumDay::ForMonth)).then_some(Way::Receipt));
    let adds = law.changes().merger_adds || law.changes().split_adds_share;
    ways.extend(adds.then_some(Way::Alone));
    ways
}

/// Every article and tag, in all measures that a way of it is about, and in each of some of them.
fn exclusions(law: &Law, ways: &mut Vec<Way>) {
    let all = |way: Way| asked_of(way, law);
    let none = Measures::at([]);
    let whole = subsets(all(Way::CountAll { measures: none }));
    ways.extend(whole.into_iter().map(|measures| Way::CountAll { measures }));
    for article in articles() {
        let of = all(Way::CountArticle { article, measures: none });
        ways.extend(subsets(of).into_iter().map(|measures| Way::CountArticle { article, measures }));
    }
    for tag in tags() {
        let of = all(Way::CountTag { tag, measures: none });
        ways.extend(subsets(of).into_iter().map(|measures| Way::CountTag { tag, measures }));
    }
    ways.extend(law.rules().measures().iter().any(|it| excluded(it).is_some()).then_some(Way::CountRevoked));
    for article in articles() {
        let of = all(Way::LeaveOutArticle { article, measures: none });
        ways.extend(subsets(of).into_iter().map(|measures| Way::LeaveOutArticle { article, measures }));
    }
    for tag in tags() {
        let of = all(Way::LeaveOutTag { tag, measures: none });
        ways.extend(subsets(of).into_iter().map(|measures| Way::LeaveOutTag { tag, measures }));
    }
}

/// The measures that a way can be about at most.
pub(super) fn asked_of(way: Way, law: &Law) -> Measures {
    let about = |measure: &Measure| {
        let list = excluded(measure)?;
        Some(match way {
            // One thing alone is said by its own name.
            Way::CountAll { .. } => list.articles.len() + list.tags.len() > 1,
            Way::CountArticle { article, .. } => list.articles.contains(&article),
            Way::CountTag { tag, .. } => list.tags.contains(&tag),
            Way::LeaveOutArticle { article, .. } => !list.articles.contains(&article),
            Way::LeaveOutTag { tag, .. } => !list.tags.contains(&tag),
            _ => false,
        })
    };
    let measures = law.rules().measures().iter().enumerate();
    Measures::at(measures.filter(|(_, it)| about(it) == Some(true)).map(|(place, _)| place))
}

/// All of some measures first, then fewer of them; of many, all and each one alone.
fn subsets(of: Measures) -> Vec<Measures> {
    let places: Vec<usize> = (0..64).filter(|place| of.contains(*place)).collect();
    let mut sets: Vec<Vec<usize>> = match places.len() {
        0 => return Vec::new(),
        1..=4 => (1_u32..1 << places.len())
            .map(|bits| {
                places.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, place)| *place).collect()
            })
            .collect(),
        _ => std::iter::once(places.clone()).chain(places.iter().map(|place| vec![*place])).collect(),
    };
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    sets.into_iter().map(Measures::at).collect()
}

/// Whether a way is tried together with others: about all measures it can be about, or all that leave something out.
pub(super) fn pairs(way: Way, law: &Law) -> bool {
    let Some(measures) = way.measures() else { return true };
    let all = asked_of(way, law);
    let lists = |measure: &Measure| excluded(measure).is_some_and(|it| !it.articles.is_empty() || !it.tags.is_empty());
    let listing = law.rules().measures().iter().enumerate().filter(|(place, it)| all.contains(*place) && lists(it));
    measures == all || measures == Measures::at(listing.map(|(place, _)| place))
}

fn articles() -> impl Iterator<Item = InjuryArticle> {
    InjuryArticle::WORDS.iter().filter_map(|word| InjuryArticle::from_word(word))
}

fn tags() -> impl Iterator<Item = ClaimTag> {
    ClaimTag::WORDS.iter().filter_map(|word| ClaimTag::from_word(word))
}

fn floors_and_cuts(law: &Law, ways: &mut Vec<Way>) {
    let floor = law.rules().floor.class_one_base;
    let cuts: Vec<&PhasedCut> = law.parameters().cuts().iter().filter(|it| in_setting(it, law)).collect();
    let after = cuts.iter().any(|it| it.floor_after);
    ways.extend((floor || after).then_some(Way::NoFloor));
    if floor && after {
        ways.extend([Way::NoFloorOfFloat, Way::NoFloorOfCut]);
    }
    if !cuts.is_empty() {
        ways.extend([Way::CutTwice, Way::NoCut]);
    }
    ways.extend(cuts.iter().any(|it| !it.exempt.is_empty()).then_some(Way::NobodyExempt));
}

fn in_setting(cut: &PhasedCut, law: &Law) -> bool {
    cut.days.intersect(law.setting()).is_some()
}

fn excluded(measure: &Measure) -> Option<&Excluded> {
    match &measure.numerator {
        Numerator::Benefits { exclude, .. } | Numerator::Claims { exclude, .. } => Some(exclude),
        Numerator::Premium { .. } => None,
    }
}

/// Whether relieved premium counts as paid; `None` where a measure takes no premium that was paid.
fn restored(measure: &Measure) -> Option<bool> {
    match (&measure.numerator, &measure.denominator) {
        (Numerator::Premium { restored, .. }, _)
        | (_, Denominator::Premium { basis: PremiumBasis::Paid, restored, .. }) => Some(*restored),
        _ => None,
    }
}

fn premium_day(measure: &Measure) -> Option<PremiumDay> {
    match (&measure.numerator, &measure.denominator) {
        (Numerator::Premium { by, .. }, _) | (_, Denominator::Premium { basis: PremiumBasis::Paid, by, .. }) => {
            Some(*by)
        }
        _ => None,
    }
}

/// Whether a way needs another law.
pub(super) fn changes_law(way: Way, law: &Law) -> bool {
    let classes = law.rules().classes();
    match way {
        Way::Class { .. } | Way::Edition { .. } => !classes.fixed.is_empty() || classes.dispatch.is_some(),
        Way::CountRevoked | Way::OnLastRate | Way::OnLastCharged | Way::InjuryDay | Way::Alone => false,
        Way::BaseRate
        | Way::LastRate
        | Way::LastCharged
        | Way::LastGrade
        | Way::Window { .. }
        | Way::CountAll { .. }
        | Way::CountArticle { .. }
        | Way::CountTag { .. }
        | Way::LeaveOutArticle { .. }
        | Way::LeaveOutTag { .. }
        | Way::NewFloats
        | Way::NoFloor
        | Way::NoFloorOfFloat
        | Way::NoFloorOfCut
        | Way::CutTwice
        | Way::NoCut
        | Way::NobodyExempt
        | Way::AsPaid
        | Way::Restored
        | Way::InjuryDayOfCases
        | Way::Receipt => true,
    }
}

/// The law as the way has it.
pub(super) fn change_law(way: Way, law: &mut LawParts<'_>) {
    match way {
        Way::Class { .. } | Way::Edition { .. } => {
            law.rules.classes.fixed.clear();
            law.rules.classes.dispatch = None;
        }
        Way::BaseRate => nobody_floats(law, Unmeasured::BaseRate),
        Way::LastRate => nobody_floats(law, Unmeasured::LastRate),
        Way::LastCharged => {
            nobody_floats(law, Unmeasured::LastRate);
            law.parameters.cuts.clear();
        }
        Way::LastGrade => {
            *law.first_setting = false;
            let cycle = &mut law.rules.cycles[law.cycle];
            cycle.rate_period = DateSpan::new(NaiveDate::MIN, cycle.rate_period.to()).unwrap_or(cycle.rate_period);
        }
        Way::Window { months } => {
            let cycle = &mut law.rules.cycles[law.cycle];
            cycle.windows.iter_mut().for_each(|window| *window = moved(window, months));
            *law.filled_window = law.filled_window.map(|window| moved(&window, months));
        }
        Way::CountAll { measures } => each_excluded(law, measures, |it| *it = Excluded::default()),
        Way::CountArticle { article, measures } => {
            each_excluded(law, measures, |it| it.articles.retain(|other| *other != article));
        }
        Way::CountTag { tag, measures } => each_excluded(law, measures, |it| it.tags.retain(|other| *other != tag)),
        Way::LeaveOutArticle { article, measures } => each_excluded(law, measures, |it| it.articles.push(article)),
        Way::LeaveOutTag { tag, measures } => each_excluded(law, measures, |it| it.tags.push(tag)),
        Way::NewFloats => law.participation.first_insured.covered_months_under = 0,
        Way::NoFloor => {
            law.rules.floor.class_one_base = false;
            law.parameters.cuts.iter_mut().for_each(|cut| cut.floor_after = false);
        }
        Way::NoFloorOfFloat => law.rules.floor.class_one_base = false,
        Way::NoFloorOfCut => law.parameters.cuts.iter_mut().for_each(|cut| cut.floor_after = false),
        Way::CutTwice => law.parameters.cuts.iter_mut().for_each(|cut| cut.cut = twice(cut.cut)),
        Way::NoCut => law.parameters.cuts.clear(),
        Way::NobodyExempt => law.parameters.cuts.iter_mut().for_each(|cut| cut.exempt.clear()),
        Way::AsPaid => each_premium(law, |_, restored| *restored = false),
        Way::Restored => each_premium(law, |_, restored| *restored = true),
        Way::InjuryDayOfCases => {
            for measure in &mut law.rules.measures {
                if let Numerator::Claims { by, .. } = &mut measure.numerator {
                    *by = ClaimDay::Accident;
                }
            }
        }
        Way::Receipt => each_premium(law, |by, _| *by = PremiumDay::Received),
        Way::CountRevoked | Way::OnLastRate | Way::OnLastCharged | Way::InjuryDay | Way::Alone => {}
    }
}

fn nobody_floats(law: &mut LawParts<'_>, then: Unmeasured) {
    law.participation.kinds.clear();
    law.participation.others = then;
}

fn moved(window: &MonthSpan, months: i32) -> MonthSpan {
    MonthSpan::new(window.from().plus(months), window.to().plus(months)).unwrap_or(*window)
}

fn each_excluded(law: &mut LawParts<'_>, of: Measures, change: impl Fn(&mut Excluded)) {
    let measures = law.rules.measures.iter_mut().enumerate();
    for (_, measure) in measures.filter(|(place, _)| of.contains(*place)) {
        match &mut measure.numerator {
            Numerator::Benefits { exclude, .. } | Numerator::Claims { exclude, .. } => change(exclude),
            Numerator::Premium { .. } => {}
        }
    }
}

fn each_premium(law: &mut LawParts<'_>, change: impl Fn(&mut PremiumDay, &mut bool)) {
    for measure in &mut law.rules.measures {
        if let Numerator::Premium { by, restored } = &mut measure.numerator {
            change(by, restored);
        }
        if let Denominator::Premium { by, restored, basis: PremiumBasis::Paid } = &mut measure.denominator {
            change(by, restored);
        }
    }
}

/// What is left after a cut of what is left after the cut: as one cut, exact.
fn twice(cut: Factor) -> Factor {
    let part = cut.percent();
    let both = part
        .checked_mul(Decimal::TWO * Decimal::ONE_HUNDRED - part)
        .and_then(|it| it.checked_div(Decimal::ONE_HUNDRED));
    // A cut has few decimals; one whose square has more than a factor holds is left as it is and moves nothing.
    both.and_then(|both| Factor::from_percent(both).ok()).unwrap_or(cut)
}

/// The facts as the way tells them; `None` where it tells them as they are.
pub(super) fn told(way: Way, law: &Law, history: &History, first_day: NaiveDate) -> Option<History> {
    match way {
        Way::Class { class, always } => Some(history.in_class(class, first_day, always)),
        Way::Edition { always, .. } => {
            Some(history.in_class(edition_class(way, law, history, first_day)?, first_day, always))
        }
        // No rate of this cycle is carried.
        Way::BaseRate | Way::LastRate => Some(history.with_each_rate(&|rate| rate.origin = Origin::Base)),
        Way::LastCharged => Some(history.with_each_rate(&|rate| {
            rate.origin = Origin::Base;
            rate.before_cut = rate.charged;
        })),
        Way::LastGrade => Some(history.with_each_rate(&|rate| rate.origin = Origin::Floated)),
        Way::OnLastCharged => Some(history.with_each_rate(&|rate| rate.before_cut = rate.charged)),
        Way::CountRevoked => Some(history.with_each_claim(&|claim| {
            if claim.status == ClaimStatus::Revoked {
                claim.status = ClaimStatus::Recognised;
            }
        })),
        Way::InjuryDay | Way::InjuryDayOfCases => Some(history.with_each_claim(&on_the_day_of_injury)),
        Way::Alone => Some(history.alone()),
        Way::Window { .. }
        | Way::CountAll { .. }
        | Way::CountArticle { .. }
        | Way::CountTag { .. }
        | Way::LeaveOutArticle { .. }
        | Way::LeaveOutTag { .. }
        | Way::NewFloats
        | Way::OnLastRate
        | Way::NoFloor
        | Way::NoFloorOfFloat
        | Way::NoFloorOfCut
        | Way::CutTwice
        | Way::NoCut
        | Way::NobodyExempt
        | Way::AsPaid
        | Way::Restored
        | Way::Receipt => None,
    }
}

fn on_the_day_of_injury(claim: &mut Claim) {
    let day = claim.accident;
    for payment in &mut claim.payments {
        (payment.paid_on, payment.determined_on, payment.accounted_on) = (day, Some(day), Some(day));
    }
}

/// The outcome as the way has it: what the grade multiplies.
pub(super) fn amended(way: Way, last: Option<crate::amount::Rate>, outcome: Outcome) -> Outcome {
    match (way, last) {
        (Way::OnLastRate | Way::OnLastCharged, Some(last)) => match (outcome.origin, outcome.start) {
            (Origin::Floated | Origin::Carried, RateStart::Base) => {
                Outcome { start: RateStart::Previous(last), ..outcome }
            }
            _ => outcome,
        },
        _ => outcome,
    }
}

/// Whether a way can have been made with an account; what its facts would have to say where they do not.
pub(super) fn fits(
    way: Way,
    law: &Law,
    history: &History,
    first_day: NaiveDate,
    decided: &[Segment],
) -> Result<bool, Lack> {
    let other = |class: RiskClass| decided.iter().any(|segment| segment.class != class);
    match way {
        Way::Class { class, .. } => Ok(other(class)),
        Way::Edition { .. } => match history.class_on(first_day).and_then(|it| it.industry) {
            Some(_) => Ok(edition_class(way, law, history, first_day).is_some_and(other)),
            None => Err(Lack::Industry),
        },
        Way::LastRate | Way::LastCharged | Way::OnLastRate | Way::OnLastCharged => {
            has_last_rate(history, first_day).map(|last| last.is_some())
        }
        Way::LastGrade => has_last_rate(history, first_day)
            .map(|last| last.is_some_and(|grade| law.rules().ladder().labelled(grade).is_some())),
        Way::CountAll { measures } => Ok(any_claim(history, &|claim| left_out(law, measures, claim))),
        Way::CountArticle { article, measures } => {
            Ok(any_claim(history, &|claim| claim.article == article && left_out(law, measures, claim)))
        }
        Way::CountTag { tag, measures } => {
            Ok(any_claim(history, &|claim| claim.tags.contains(&tag) && left_out(law, measures, claim)))
        }
        Way::CountRevoked => Ok(any_claim(history, &|claim| claim.status == ClaimStatus::Revoked)),
        Way::LeaveOutArticle { article, .. } => Ok(any_claim(history, &|claim| claim.article == article)),
        Way::LeaveOutTag { tag, .. } => Ok(any_claim(history, &|claim| claim.tags.contains(&tag))),
        Way::AsPaid | Way::Restored => Ok(any_relief(history)),
        Way::InjuryDay | Way::InjuryDayOfCases => Ok(any_claim(history, &|_| true)),
        Way::Alone => Ok(!history.successions().is_empty()),
        Way::BaseRate
        | Way::Window { .. }
        | Way::NewFloats
        | Way::NoFloor
        | Way::NoFloorOfFloat
        | Way::NoFloorOfCut
        | Way::CutTwice
        | Way::NoCut
        | Way::NobodyExempt
        | Way::Receipt => Ok(true),
    }
}

/// The grade of the last rate before the setting; an employer who was not there before lacks nothing.
fn has_last_rate(history: &History, first_day: NaiveDate) -> Result<Option<&str>, Lack> {
    let last = history
        .rate_before(first_day)
        .or_else(|| history.continued(first_day).find_map(|it| it.predecessor.rate_before(first_day)));
    let insured = history.coverage().iter().filter(|spell| spell.state == CoverageState::Insured);
    let there_before = insured.map(|spell| spell.months.from.first_day()).any(|from| from < first_day);
    match last {
        Some(last) => Ok(Some(&last.grade)),
        None if there_before => Err(Lack::LastRate),
        None => Ok(None),
    }
}

fn left_out(law: &Law, of: Measures, claim: &Claim) -> bool {
    let measures = law.rules().measures().iter().enumerate();
    let mut asked = measures.filter(|(place, _)| of.contains(*place));
    asked.any(|(_, measure)| excluded(measure).is_some_and(|it| it.has(claim)))
}

fn any_claim(history: &History, asks: &dyn Fn(&Claim) -> bool) -> bool {
    history.claims().iter().any(asks) || history.successions().iter().any(|it| any_claim(&it.predecessor, asks))
}

fn any_relief(history: &History) -> bool {
    let own = history.premiums().iter().any(|row| row.relieved.fen() != 0);
    own || history.successions().iter().any(|it| any_relief(&it.predecessor))
}

/// The class that the code of the account has in another edition.
fn edition_class(way: Way, law: &Law, history: &History, first_day: NaiveDate) -> Option<RiskClass> {
    let Way::Edition { edition, .. } = way else { return None };
    let industry = history.class_on(first_day)?.industry.filter(|industry| industry.edition() != edition)?;
    let read = Industry::new(edition, industry.code())?;
    law.parameters().proposed_class(read, law.rules().classes().system).map(|(class, _)| class)
}

/// The article that a way goes against; `None` where only the step says it.
pub(super) fn violated(way: Way, law: &Law) -> Option<Source> {
    let rules = law.rules();
    let measures = || rules.measures().iter();
    let measure = |found: Option<&Measure>| found.map(|it| Source::Rules(it.basis));
    let cut = || law.parameters().cuts().iter().find(|it| in_setting(it, law)).map(|it| Source::Parameters(it.basis));
    match way {
        Way::Class { .. } => Some(Source::Rules(rules.classes().basis)),
        Way::Edition { edition, .. } => {
            let lists = law.parameters().industries().iter();
            lists.filter(|list| list.edition != edition).map(|list| Source::Parameters(list.basis)).next()
        }
        Way::BaseRate | Way::LastRate | Way::LastCharged | Way::LastGrade | Way::Window { .. } => {
            Some(Source::Rules(law.cycle().basis))
        }
        Way::CountAll { measures: of }
        | Way::CountArticle { measures: of, .. }
        | Way::CountTag { measures: of, .. }
        | Way::LeaveOutArticle { measures: of, .. }
        | Way::LeaveOutTag { measures: of, .. } => {
            let counting = rules.measures().iter().enumerate().filter(|(_, it)| excluded(it).is_some());
            measure(counting.filter(|(place, _)| of.contains(*place)).map(|(_, it)| it).next())
        }
        Way::CountRevoked => measure(measures().find(|it| excluded(it).is_some())),
        Way::NewFloats => Some(Source::Rules(law.participation().basis)),
        Way::OnLastRate | Way::OnLastCharged => Some(Source::Rules(rules.ladder().basis)),
        Way::NoFloor if !rules.floor.class_one_base => cut(),
        Way::NoFloor | Way::NoFloorOfFloat => Some(Source::Rules(rules.floor.basis)),
        Way::NoFloorOfCut | Way::CutTwice | Way::NoCut | Way::NobodyExempt => cut(),
        Way::AsPaid | Way::Restored => measure(measures().find(|it| restored(it).is_some())),
        Way::InjuryDay | Way::InjuryDayOfCases => {
            measure(measures().find(|it| matches!(it.numerator, Numerator::Benefits { .. })))
        }
        Way::Receipt => measure(measures().find(|it| premium_day(it).is_some())),
        Way::Alone => Some(Source::Rules(law.changes().basis)),
    }
}
