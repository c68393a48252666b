//! How much of the movement between grades is chance: what the engine does with claims drawn anew while risks stay as they
//! are.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson, Uniform};

use super::bands::SizeBands;
use super::columns::Found;
use super::exposure::mean_heads;
use super::portfolio::Portfolio;
use super::real::{count, drawn, ratio, real};
use super::shards::Workers;
use super::structure::{Observation, Structure};
use crate::amount::Quantity;
use crate::calendar::MonthSpan;
use crate::decide::{self, Standing};
use crate::decision::NoSteps;
use crate::error::Code;
use crate::experience::{self, Experience, Measured};
use crate::history::{Claim, History, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::margin;
use crate::rule_set::measure::Per;
use crate::rule_set::{Denominator, Law};

/// What the risk of an account is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Risk {
    /// The claims of its class for each head.
    OfClass,
    /// Its own claims for each head as far as they are credible (Bühlmann–Straub by heads within its class), and those of
    /// its class for the rest; those of its class alone where nothing can be estimated.
    Credible,
}

/// What a study of noise asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseAsked<'b> {
    /// What the risk of an account is taken to be.
    pub risk: Risk,
    /// How often the claims of each account are drawn, at least twice.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Size bands.
    pub bands: &'b SizeBands,
}

/// Movement of some accounts, observed and by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// Accounts that are floated and whose claims could be drawn.
    pub accounts: usize,
    /// How many of them two windows of the same risk would be expected to put on different grades.
    pub chance: f64,
    /// Accounts among them whose last grade is known.
    pub compared: usize,
    /// How many of those have another grade now.
    pub moved: usize,
    /// How many of those chance alone would be expected to move.
    pub chance_of_compared: f64,
    /// The share of the movement observed that chance alone explains, one where it explains all of it or more; `None`
    /// where nothing moved.
    pub noise: Option<f64>,
}

impl Movement {
    fn add(&mut self, drawn: &Drawn) {
        self.accounts += 1;
        self.chance += drawn.chance;
        if let Some(moved) = drawn.moved {
            self.compared += 1;
            self.moved += usize::from(moved);
            self.chance_of_compared += drawn.chance;
        }
    }

    fn ended(self) -> Self {
        let noise = (self.moved > 0).then(|| (self.chance_of_compared / count(self.moved)).min(1.0));
        Self { noise, ..self }
    }
}

/// The share of movement that is noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Everybody together.
    pub all: Movement,
    /// By size, in the order of the bands.
    pub bands: Vec<Movement>,
    /// Claims of all accounts that claims were drawn from.
    pub claims: usize,
    /// Floated accounts whose claims cannot be drawn: with predecessors, or with nobody insured in the windows.
    pub left_out: usize,
}

/// What the claims of a class are drawn from.
struct Pool<'p> {
    class: RiskClass,
    claims: Vec<&'p Claim>,
    /// What each claim adds to each measure and window asked about, where such sums make the measure.
    added: Option<Vec<Vec<i128>>>,
    head_months: i128,
    structure: Option<Structure>,
}

/// What an account itself shows in the windows of a law.
struct Own<'p> {
    class: RiskClass,
    claims: Vec<&'p Claim>,
    years: Vec<(i128, usize)>,
    head_months: i128,
}

/// What drawing the claims of one account showed.
struct Drawn {
    band: usize,
    chance: f64,
    moved: Option<bool>,
}

/// How much of the movement of grades under a law chance alone explains.
///
/// Of each account that the law floats, the claims that have a day in its windows are drawn anew: a Poisson number around
/// what is expected of its heads, each claim one of its class, with all its days and payments as they are; everything else
/// of the account stays. The engine decides on each draw. Two draws on different grades are a movement without a cause,
/// counted over all pairs of draws. The last grade stays what it is, so a method that counts from it moves a little less
/// than it would over two windows.
pub fn noise(portfolio: &Portfolio, law: &Law, asked: &NoiseAsked<'_>, workers: Workers<'_>) -> Noise {
    let measuring = portfolio.measured(law, workers);
    let whole = whole(law);
    let shards = measuring.in_shards(workers, |first, shard| {
        let own = |(history, found): (_, Result<Found<'_>, Code>)| {
            Some(own(law, history, found.ok()?.standing().class, &whole))
        };
        portfolio.histories()[first..].iter().zip(shard.everybody()).map(own).collect::<Vec<_>>()
    });
    let all: Vec<Option<Own<'_>>> = shards.into_iter().flatten().collect();
    let pools: Vec<Pool<'_>> =
        RiskClass::all(law.rules().classes().system).map(|class| pool(law, class, &all, asked.risk)).collect();
    let shards = measuring.in_shards(workers, |first, shard| {
        let one = |(place, found): (usize, Result<Found<'_>, Code>)| {
            let (found, own) = (found.ok()?, all[place].as_ref()?);
            let pool = pools.iter().find(|pool| pool.class == own.class)?;
            let history = &portfolio.histories()[place];
            let drawing = Drawing::of(law, history, &found, asked);
            drawing.floats().then(|| drawing.drawn(own, pool, place, mean_heads(law, history, &whole)))
        };
        (first..).zip(shard.everybody()).filter_map(one).collect::<Vec<_>>()
    });
    let (mut all_together, mut bands) = (Movement::default(), vec![Movement::default(); asked.bands.len()]);
    let mut left_out = 0;
    for drawn in shards.into_iter().flatten() {
        let Some(drawn) = drawn else {
            left_out += 1;
            continue;
        };
        all_together.add(&drawn);
        bands[drawn.band].add(&drawn);
    }
    Noise {
        all: all_together.ended(),
        bands: bands.into_iter().map(Movement::ended).collect(),
        claims: pools.iter().map(|pool| pool.claims.len()).sum(),
        left_out,
    }
}

/// From the first month of the oldest window that is read to the last of the newest.
fn whole(law: &Law) -> MonthSpan {
    let read = law.windows().iter().take(law.windows_asked());
    let newest = law.windows()[0];
    read.fold(newest, |all, window| MonthSpan::new(all.from().min(window.from()), all.to()).unwrap_or(all))
}

fn own<'p>(law: &Law, history: &'p History, class: RiskClass, whole: &MonthSpan) -> Own<'p> {
    let claims = experience::borne_within(law, history, whole);
    let of_year = |year: &MonthSpan| {
        let first =
            |claim: &&&Claim| experience::first_day_within(claim, whole).is_some_and(|day| year.contains_date(day));
        (experience::exposed(law, history, year).head_months, claims.iter().filter(first).count())
    };
    let years: Vec<(i128, usize)> = whole.years().iter().map(of_year).collect();
    let head_months = years.iter().map(|(head_months, _)| head_months).sum();
    Own { class, claims, years, head_months }
}

fn pool<'p>(law: &Law, class: RiskClass, all: &[Option<Own<'p>>], risk: Risk) -> Pool<'p> {
    let of_class = || all.iter().flatten().filter(|own| own.class == class);
    let observation = |(head_months, claims): &(i128, usize)| {
        let weight = real(*head_months);
        (*head_months > 0).then(|| Observation { weight, ratio: count(*claims) / weight })
    };
    let groups = || of_class().map(|own| own.years.iter().filter_map(observation).collect()).collect::<Vec<_>>();
    let claims: Vec<&Claim> = of_class().flat_map(|own| own.claims.iter().copied()).collect();
    let each = |claim: &&Claim| law.asked().iter().map(|asked| added(law, claim, *asked)).collect::<Vec<i128>>();
    Pool {
        class,
        added: law.asked().iter().all(|asked| adds_up(law, *asked)).then(|| claims.iter().map(each).collect()),
        claims,
        head_months: of_class().map(|own| own.head_months).sum(),
        structure: (risk == Risk::Credible).then(|| Structure::of(&groups()).ok()).flatten(),
    }
}

/// Whether a measure over a window is a sum over claims on something that no claim changes.
fn adds_up(law: &Law, (measure, window): (usize, usize)) -> bool {
    let it = &law.rules().measures()[measure];
    let of_window = it.denominator == Denominator::Headcount(Per::Window) && window > 0;
    it.round.is_none() && it.denominator != Denominator::WindowBefore && !of_window
}

/// What a claim adds to a measure over a window; nothing where it is not made of claims, or the cycle lists no such window.
fn added(law: &Law, claim: &Claim, (measure, window): (usize, usize)) -> i128 {
    let months = law.windows().get(window);
    months.and_then(|months| experience::added_by(law, claim, &law.rules().measures()[measure], months)).unwrap_or(0)
}

/// One account whose claims are drawn.
struct Drawing<'d> {
    law: &'d Law,
    history: &'d History,
    standing: &'d Standing,
    /// What was measured of its facts as they are.
    experience: Experience,
    asked: &'d NoiseAsked<'d>,
}

impl<'d> Drawing<'d> {
    fn of(law: &'d Law, history: &'d History, found: &Found<'d>, asked: &'d NoiseAsked<'d>) -> Self {
        let mut experience = Experience::nothing(law);
        found.tell(&mut experience);
        Self { law, history, standing: found.standing(), experience, asked }
    }

    fn outcome(&self, experience: &Experience) -> (Option<GradeIndex>, Origin) {
        let outcome = decide::decide_on(self.law, experience, self.standing, &mut NoSteps);
        (outcome.grade, outcome.origin)
    }

    fn measured(&self, history: &History) -> Experience {
        experience::measure_over(self.law, history, &self.standing.windows(self.law))
    }

    fn floats(&self) -> bool {
        self.outcome(&self.experience).1 == Origin::Floated
    }

    fn drawn(&self, own: &Own<'_>, pool: &Pool<'_>, place: usize, heads: i64) -> Option<Drawn> {
        if own.head_months <= 0 || !self.history.successions().is_empty() {
            return None;
        }
        let numbers = Poisson::new(expected(own, pool)?).ok();
        let which = Uniform::new(0, pool.claims.len()).ok();
        let mut telling = Telling::of(self, own, pool);
        let mut grades: Vec<(Option<GradeIndex>, usize)> = Vec::new();
        let mut draws = ChaCha12Rng::seed_from_u64(self.asked.seed);
        draws.set_stream(u64::try_from(place).unwrap_or(u64::MAX));
        let repeats = self.asked.draws.max(2);
        for _ in 0..repeats {
            let number = numbers.as_ref().map_or(0, |it| drawn(it.sample(&mut draws)));
            let claim = |_| which.as_ref().map(|it| it.sample(&mut draws));
            let grade = telling.grade(&(0..number).filter_map(claim).collect::<Vec<_>>());
            match grades.iter_mut().find(|(known, _)| *known == grade) {
                Some((_, times)) => *times += 1,
                None => grades.push((grade, 1)),
            }
        }
        let now = self.outcome(&self.experience).0;
        let moved = self.standing.last.and_then(|last| last.grade).zip(now).map(|(last, now)| last != now);
        Some(Drawn { band: self.asked.bands.of(heads), chance: apart(&grades, repeats), moved })
    }
}

/// An account that is told with other claims.
struct Telling<'d> {
    drawing: &'d Drawing<'d>,
    pool: &'d Pool<'d>,
    /// Its facts, whose claims are replaced.
    told: History,
    /// The claims that stay.
    others: Vec<Claim>,
    /// What is measured without any drawn.
    quiet: Experience,
    /// A measure counts as zero there because it does not exist, so that nothing can be added to it.
    taken_as_zero: bool,
    /// The grade then: small accounts seldom have a claim.
    quiet_grade: Option<GradeIndex>,
}

impl<'d> Telling<'d> {
    fn of(drawing: &'d Drawing<'d>, own: &Own<'_>, pool: &'d Pool<'d>) -> Self {
        let replaced = |claim: &&Claim| own.claims.iter().any(|other| std::ptr::eq(*other, *claim));
        let others: Vec<Claim> = drawing.history.claims().iter().filter(|it| !replaced(it)).cloned().collect();
        let mut told = drawing.history.clone();
        told.replace_claims(others.clone());
        let quiet = drawing.measured(&told);
        let quiet_grade = drawing.outcome(&quiet).0;
        let windows = drawing.standing.windows(drawing.law);
        let taken_as_zero = !experience::taken_as_zero(drawing.law, &told, &windows).is_empty();
        Self { drawing, pool, told, others, quiet, taken_as_zero, quiet_grade }
    }

    /// The grade with claims of the pool.
    fn grade(&mut self, drawn: &[usize]) -> Option<GradeIndex> {
        if drawn.is_empty() {
            return self.quiet_grade;
        }
        match self.added(drawn) {
            Some(experience) => self.drawing.outcome(&experience).0,
            None => self.measured(drawn),
        }
    }

    /// What is measured with claims of the pool, as a sum; `None` where it is not one, as where a measure is rounded, does
    /// not exist, or would fall below zero.
    fn added(&self, drawn: &[usize]) -> Option<Experience> {
        let (law, standing) = (self.drawing.law, self.drawing.standing);
        let each = self.pool.added.as_ref().filter(|_| !standing.filled && !self.taken_as_zero)?;
        let mut experience = self.quiet.clone();
        for (nth, (measure, window)) in law.asked().iter().copied().enumerate() {
            let sum: i128 = drawn.iter().map(|claim| each[*claim][nth]).sum();
            if sum == 0 {
                continue;
            }
            let Measured::Value(value) = self.quiet.get(measure, window) else { return None };
            let unit = margin::unit(law, &self.quiet, standing, measure, value).filter(|_| sum > 0)?;
            let numerator = value.numerator + sum * unit;
            experience = experience.with(measure, window, Quantity { numerator, ..value });
        }
        Some(experience)
    }

    /// The grade with claims of the pool among its facts.
    fn measured(&mut self, drawn: &[usize]) -> Option<GradeIndex> {
        let drawn = drawn.iter().enumerate().map(|(nth, claim)| renamed(self.pool.claims[*claim], nth));
        self.told.replace_claims(self.others.iter().cloned().chain(drawn).collect());
        self.drawing.outcome(&self.drawing.measured(&self.told)).0
    }
}

/// The claims that are expected of the account.
fn expected(own: &Own<'_>, pool: &Pool<'_>) -> Option<f64> {
    let of_class = ratio(i128::try_from(pool.claims.len()).ok()?, pool.head_months)?;
    let weight = real(own.head_months);
    let rate = match &pool.structure {
        Some(structure) => {
            let credible = structure.credibility(weight);
            credible * (count(own.claims.len()) / weight) + (1.0 - credible) * of_class
        }
        None => of_class,
    };
    Some(rate * weight)
}

/// The part of all pairs of draws that are on different grades.
fn apart(grades: &[(Option<GradeIndex>, usize)], draws: usize) -> f64 {
    let alike: usize = grades.iter().map(|(_, times)| times * (times - 1)).sum();
    1.0 - count(alike) / count(draws * (draws - 1))
}

/// A claim of somebody else as one of the account's own, with a person of its own.
fn renamed(claim: &Claim, nth: usize) -> Claim {
    let id = format!("drawn-{nth}");
    Claim { id: id.clone(), person: id, parties: None, project: None, ..claim.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Columns;
    use super::*;
    use crate::fund::Fund;
    use crate::history::{BenefitItem, ClaimStatus, InjuryArticle, Payer, Payment};
    use crate::{ClassSystem, Money, ParametersFile, RuleSetFile, date, input};

    fn law() -> Law {
        let frame = include_str!("../../../fixtures/rule_sets/cn/2015-71.toml");
        let method = include_str!("../../../fixtures/rule_sets/illustrative/three-year.toml");
        let files = [method, frame].map(|text| RuleSetFile::parse(text).unwrap());
        let rules = input::examine_all(&files).swap_remove(0).unwrap().accepted().unwrap();
        let parameters = include_str!("../../../fixtures/parameters/990100/demonstration.toml");
        let parameters = ParametersFile::parse(parameters).unwrap().check().unwrap();
        rules.law_for(&parameters, date("2022-07-01").unwrap()).unwrap()
    }

    /// A claim with a payment, a recovery, a death or an article that measures leave out, as its number says.
    fn claim(nth: i64) -> Claim {
        let day = date(&format!("20{}-0{}-15", 18 + nth % 5, nth % 9 + 1)).unwrap();
        let articles = [InjuryArticle::WorkAccident, InjuryArticle::Rescue, InjuryArticle::Commuting];
        let pay = |fen: i64| Payment {
            item: BenefitItem::Medical,
            payer: Payer::Fund,
            amount: Money::from_fen(fen),
            determined_on: None,
            accounted_on: None,
            paid_on: day,
        };
        Claim {
            id: nth.to_string(),
            person: nth.to_string(),
            article: articles[usize::try_from(nth).unwrap() % 3],
            tags: Vec::new(),
            accident: day,
            recognised: day,
            status: ClaimStatus::Recognised,
            disability: None,
            death: (nth % 11 == 0).then_some(day),
            parties: None,
            project: None,
            payments: [nth * 700, if nth % 7 == 0 { -20_000 } else { 0 }].map(pay).into_iter().collect(),
        }
    }

    /// An account with some claims; without premium where it has no heads.
    fn account(number: i64, heads: i64) -> History {
        let class = RiskClass::new(ClassSystem::Eight, 4).unwrap();
        let builder = History::builder("990100", number.to_string()).covered("2010-01", None);
        let mut builder = builder.class(class, "2010-01-01", None);
        for year in 2019..=2021 {
            let (from, to) = (format!("{year}-01"), format!("{year}-12"));
            builder = builder.premium(&from, &to, heads * 3_000_000, heads, (heads - 1) * 9_000);
        }
        (0..12).fold(builder, |builder, nth| builder.claim(claim(number * 12 + nth))).build().unwrap()
    }

    /// Claims added to what was measured, and claims put among the facts, lead to the same grade, whatever is drawn.
    #[test]
    fn sums_lead_where_facts_lead() {
        let (law, bands) = (law(), SizeBands::default());
        let portfolio = Portfolio::new(
            "990100",
            [1, 2, 15, 90, 800].iter().zip(1..).map(|(heads, n)| account(n, *heads)).collect(),
            Fund::default(),
        );
        let measuring = portfolio.measured(&law, Workers::new(1));
        let whole = whole(&law);
        let own = |(history, found): (_, &Result<Found<'_>, Code>)| {
            found.ok().map(|found| own(&law, history, found.standing().class, &whole))
        };
        let everybody: Vec<_> = measuring.shards().iter().flat_map(Columns::everybody).collect();
        let all: Vec<Option<Own<'_>>> = portfolio.histories().iter().zip(&everybody).map(own).collect();
        let class = RiskClass::new(ClassSystem::Eight, 4).unwrap();
        let pool = pool(&law, class, &all, Risk::OfClass);
        let asked = NoiseAsked { risk: Risk::OfClass, draws: 2, seed: 1, bands: &bands };
        let (mut added, mut read, mut grades) = (0, 0, Vec::new());
        for (place, history) in portfolio.histories().iter().enumerate() {
            let (found, own) = (everybody[place].as_ref().unwrap(), all[place].as_ref().unwrap());
            let drawing = Drawing::of(&law, history, found, &asked);
            let mut telling = Telling::of(&drawing, own, &pool);
            for start in 0..pool.claims.len() {
                let drawn: Vec<usize> = (0..start % 9).map(|step| (start + step * step) % pool.claims.len()).collect();
                let grade = telling.grade(&drawn);
                assert_eq!(grade, telling.measured(&drawn), "account {place}, claims {drawn:?}");
                if telling.added(&drawn).is_some() {
                    added += 1;
                } else {
                    read += 1;
                }
                grades.push(grade);
            }
        }
        grades.sort_unstable();
        grades.dedup();
        assert!(grades.len() >= 4 && added > 100 && read > 10, "{grades:?}: {added} added, {read} read");
    }
}
